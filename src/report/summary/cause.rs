//! What remains of the stories of how it came about, and what the published records themselves say.

use std::collections::BTreeSet;

use serde::Serialize;

use super::super::Answer;
use super::super::html::words::Words;
use super::facts::iso;
use super::{SHOWN, Screen};
use crate::cause::Hypothesis;
use crate::words::Stamp;

#[derive(Serialize)]
pub(super) struct Cause {
    pub said: String,
    /// The hypotheses of which `said` names nothing but the words, to be said in another language.
    #[serde(skip)]
    named: Vec<Hypothesis>,
    /// Signs of the hypotheses that do not remain; why is in findings.json.
    pub ruled_out: Vec<&'static str>,
    /// What would decide it, the most useful first.
    pub wanted: Vec<String>,
    pub accounts_used_after_closing: usize,
    pub published: Option<Published>,
    pub routes: Vec<String>,
}

/// How many records, of whom, when, and by which routes they cannot have come.
#[derive(Serialize)]
pub(super) struct Published {
    pub records: usize,
    pub controllers: usize,
    pub shown_by_the_logs: usize,
    /// `at_once`, `over` or nothing.
    pub taken: Option<&'static str>,
    #[serde(serialize_with = "iso")]
    pub taken_from: Option<Stamp>,
    #[serde(serialize_with = "iso")]
    pub taken_until: Option<Stamp>,
    pub pool: Option<Pool>,
}

#[derive(Serialize)]
pub(super) struct Pool {
    pub accounts_needed: u64,
    pub accounts_that_suffice: u64,
    pub refuted_by: usize,
}

/// Gathers it.
pub(super) fn cause(answer: &Answer<'_>) -> Cause {
    let outcome = &answer.cause.outcome;
    Cause {
        said: outcome.said.clone(),
        named: named(&outcome.said, &outcome.remain),
        ruled_out: (Hypothesis::ALL.into_iter())
            .filter(|one| !outcome.remain.is_empty() && !outcome.remain.contains(one))
            .filter(|one| *one != Hypothesis::Other)
            .map(Hypothesis::sign)
            .collect(),
        wanted: outcome.wanted.iter().map(ToString::to_string).collect(),
        accounts_used_after_closing: answer.analysis.after_closing.len(),
        published: published(answer),
        routes: answer
            .cause
            .routes
            .iter()
            .map(|one| one.said.clone())
            .collect(),
    }
}

/// The hypotheses that remain, where the sentence is made of their words and nothing else.
fn named(said: &str, remain: &BTreeSet<Hypothesis>) -> Vec<Hypothesis> {
    let words: Vec<&str> = remain.iter().map(|one| one.words()).collect();
    match said == format!("undetermined: {}", words.join(", or ")) {
        true => remain.iter().copied().collect(),
        false => Vec::new(),
    }
}

fn published(answer: &Answer<'_>) -> Option<Published> {
    let leak = answer.cause.leak.as_ref()?;
    let (taken, span) = match (&leak.theft.windows[..], leak.theft.lasted) {
        ([(from, until)], _) if from.is_some() => (Some("at_once"), (*from, *until)),
        (_, Some((from, until))) => (Some("over"), (Some(from), Some(until))),
        _ => (None, (None, None)),
    };
    Some(Published {
        records: leak.records.0,
        controllers: leak.controllers.len(),
        shown_by_the_logs: leak.seen,
        taken,
        taken_from: span.0,
        taken_until: span.1,
        pool: leak.pool.judged.then_some(Pool {
            accounts_needed: leak.pool.packing as u64,
            accounts_that_suffice: leak.pool.greedy as u64,
            refuted_by: leak.pool.witnesses.len(),
        }),
    })
}

impl Screen<'_> {
    /// Cause, leak, pool, routes, closed accounts.
    pub(super) fn cause(&mut self, cause: &Cause) {
        let mut said = self.outcome(cause);
        if let Some(wanted) = cause.wanted.first() {
            said.push_str(&self.speech.say("cause.wanted", &[("what", wanted)]));
        }
        self.say("cause", &said);
        if !cause.ruled_out.is_empty() {
            let signs = cause.ruled_out.join(", ");
            let said = self.speech.say("cause.ruled_out", &[("signs", &signs)]);
            self.say("", &said);
        }
        if let Some(published) = &cause.published {
            self.published(published);
            for (index, route) in cause.routes.iter().take(SHOWN).enumerate() {
                self.say(if index == 0 { "routes" } else { "" }, route);
            }
            self.more(cause.routes.len(), "findings.json");
        }
        let late = cause.accounts_used_after_closing as u64;
        if late > 0 {
            let said = self
                .speech
                .say("cause.closed", &[("n", &self.speech.number(late))]);
            self.say("closed", &said);
        }
    }

    /// What remains; in another language where it is no sentence of its own.
    fn outcome(&self, cause: &Cause) -> String {
        let words = Words::of(self.look.language);
        let (Ok(words), false) = (words, cause.named.is_empty()) else {
            return cause.said.clone();
        };
        let remain = cause.named.iter();
        let remain = remain.map(|one| words.word(&format!("hypothesis.{}", one.sign())));
        let remain = remain
            .collect::<Vec<_>>()
            .join(&self.speech.word("cause.or"));
        self.speech
            .say("cause.undetermined", &[("remain", &remain)])
    }

    fn published(&mut self, published: &Published) {
        let minute = |at: Option<Stamp>| at.map_or(String::new(), |at| self.speech.minute(at));
        let ends = [minute(published.taken_from), minute(published.taken_until)];
        let ends = [("from", &*ends[0]), ("until", &*ends[1])];
        let taken = published.taken.map_or(String::new(), |how| {
            self.speech.say(&format!("cause.taken_{how}"), &ends)
        });
        let values = [
            ("records", self.speech.number(published.records as u64)),
            (
                "controllers",
                self.speech.number(published.controllers as u64),
            ),
            (
                "seen",
                self.speech.number(published.shown_by_the_logs as u64),
            ),
            ("taken", taken),
        ];
        let values = values.each_ref().map(|(key, value)| (*key, value.as_str()));
        let said = self.speech.say("cause.published", &values);
        self.say("published", &said);
        let Some(pool) = &published.pool else {
            return;
        };
        let number = |n: u64| self.speech.number(n);
        let said = match pool.refuted_by {
            0 => self.speech.say(
                "cause.pool",
                &[
                    ("needed", &number(pool.accounts_needed)),
                    ("suffice", &number(pool.accounts_that_suffice)),
                ],
            ),
            n => self
                .speech
                .say("cause.pool_refuted", &[("n", &number(n as u64))]),
        };
        self.say("pool", &said);
    }
}
