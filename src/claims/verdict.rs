//! Bounds against what was stated -> outcome and sentence; the one home of the table of forms.

use std::collections::{BTreeMap, BTreeSet};

use super::{Cover, Example, Finding, Form, Interval, Outcome, SHOWN};
use crate::words::{Reason, behind};

/// Counts what speaks against a statement: for sure, and maybe.
#[derive(Clone, Debug, Default)]
pub(super) struct Against {
    pub(super) sure: u64,
    pub(super) maybe: u64,
    /// Something of them may be anything, so that there is no telling how many.
    pub(super) boundless: bool,
    pub(super) reasons: BTreeSet<Reason>,
    pub(super) examples: Vec<Example>,
}

impl Against {
    /// One more for sure. Requests come in order of time, so the first ones are kept.
    pub(super) fn sure(&mut self, example: impl FnOnce() -> Example) {
        self.sure += 1;
        if self.examples.len() < SHOWN {
            self.examples.push(example());
        }
    }

    /// One more, maybe.
    pub(super) fn maybe(&mut self, reason: Reason) {
        self.maybe += 1;
        self.reasons.insert(reason);
    }

    /// Bounds of how many there are, under what the logs show.
    pub(super) fn interval(&self, cover: &Cover) -> Interval {
        Interval {
            min: self.sure,
            max: (cover.is_complete() && !self.boundless).then_some(self.sure + self.maybe),
        }
    }
}

/// A finding in the making.
pub(super) struct Draft {
    pub(super) counts: &'static str,
    pub(super) cover: Cover,
    pub(super) reasons: BTreeSet<Reason>,
    pub(super) assumptions: Vec<String>,
}

impl Draft {
    /// Nothing of the kind ever happened: supported where the logs leave no room for one.
    pub(super) fn never(mut self, against: Against) -> Finding {
        let interval = against.interval(&self.cover);
        let outcome = match (interval.min, interval.max) {
            (1.., _) => Outcome::Contradicted,
            (0, Some(0)) => Outcome::Supported,
            _ => Outcome::NotDeterminable,
        };
        self.reasons.extend(&against.reasons);
        let what = self.counts;
        let why = match outcome {
            Outcome::Contradicted => format!(
                "The logs show {} {}.",
                interval.min,
                behind(interval.min, what)
            ),
            Outcome::Supported => format!("The logs are complete for this and show no {what}."),
            Outcome::NotDeterminable if against.boundless => {
                format!("The logs prove no {what}, and leave room for any number.")
            }
            Outcome::NotDeterminable if against.maybe > 0 => format!(
                "The logs prove no {what}, and leave room for {}.",
                most(interval.max.or(Some(against.maybe)), interval.max.is_none())
            ),
            Outcome::NotDeterminable => {
                format!("The logs show no {what}, but not everything was logged.")
            }
        };
        self.end(outcome, Some(interval), why, against.examples, against.sure)
    }

    /// A figure against its bounds.
    pub(super) fn figure(
        self,
        form: &Form,
        interval: Interval,
        lines: &BTreeMap<u32, Example>,
    ) -> Finding {
        let Interval { min, max } = interval;
        let below = |n: u64| max.is_some_and(|max| max < n);
        let (outcome, stated) = match form {
            Form::AtMost(n) => {
                let outcome = match max.is_some_and(|max| max <= *n) {
                    true => Outcome::Supported,
                    false if min > *n => Outcome::Contradicted,
                    false => Outcome::NotDeterminable,
                };
                (outcome, format!("At most {n}"))
            }
            Form::AtLeast(n) => {
                let outcome = match min >= *n {
                    true => Outcome::Supported,
                    false if below(*n) => Outcome::Contradicted,
                    false => Outcome::NotDeterminable,
                };
                (outcome, format!("At least {n}"))
            }
            Form::Exactly(n) => {
                let outcome = match min == *n && max == Some(*n) {
                    true => Outcome::Supported,
                    false if min > *n || below(*n) => Outcome::Contradicted,
                    false => Outcome::NotDeterminable,
                };
                (outcome, format!("Exactly {n}"))
            }
            Form::Set(_) => (Outcome::NotDeterminable, "A set".to_owned()),
        };
        let why = format!(
            "{stated} {} stated; the logs prove {min} {} and leave room for {}.",
            if stated.ends_with(" 1") { "is" } else { "are" },
            behind(min, self.counts),
            most(max, false)
        );
        let too_many = outcome == Outcome::Contradicted && !matches!(form, Form::AtLeast(_));
        let too_many = too_many && !matches!(form, Form::Exactly(n) if min < *n);
        let examples = if too_many {
            earliest(lines.values())
        } else {
            Vec::new()
        };
        let against = if too_many { min } else { 0 };
        self.end(outcome, Some(interval), why, examples, against)
    }

    /// A set against what is proven and what is possible (`None`: anything). `lines` shows each proven member; `open`:
    /// members may be named in a sentence.
    pub(super) fn set(
        self,
        stated: &BTreeSet<String>,
        lines: &BTreeMap<String, Example>,
        possible: Option<&BTreeSet<String>>,
        interval: Interval,
        open: bool,
    ) -> Finding {
        let missing: Vec<&String> = lines.keys().filter(|one| !stated.contains(*one)).collect();
        let excluded: Vec<&String> = match possible {
            Some(possible) => stated
                .iter()
                .filter(|one| !possible.contains(*one))
                .collect(),
            None => Vec::new(),
        };
        let tight = possible.is_some_and(|all| all.len() == lines.len());
        let outcome = match missing.is_empty() && excluded.is_empty() {
            false => Outcome::Contradicted,
            true if tight => Outcome::Supported,
            true => Outcome::NotDeterminable,
        };
        let some = |all: &[&String]| match open {
            true => {
                let names: Vec<&str> = all.iter().take(10).map(|one| one.as_str()).collect();
                let more = if all.len() > 10 { ", …" } else { "" };
                format!("{} ({}{more})", all.len(), names.join(", "))
            }
            false => all.len().to_string(),
        };
        let why = match outcome {
            Outcome::Supported => format!(
                "The logs prove exactly these {} {}.",
                stated.len(),
                behind(stated.len() as u64, self.counts)
            ),
            Outcome::NotDeterminable => format!(
                "The logs prove {} of the {} {} that are named, and leave room for {}.",
                lines.len(),
                stated.len(),
                self.counts,
                most(interval.max, false)
            ),
            Outcome::Contradicted => {
                let proven = format!("{} proven by the logs are not named", some(&missing));
                let none = format!("{} named are ruled out by the logs", some(&excluded));
                let both: Vec<String> =
                    [(!missing.is_empty(), proven), (!excluded.is_empty(), none)]
                        .into_iter()
                        .filter_map(|(holds, what)| holds.then_some(what))
                        .collect();
                format!("Of the {}: {}.", self.counts, both.join("; "))
            }
        };
        let examples = earliest(missing.iter().filter_map(|one| lines.get(*one)));
        let against = missing.len() as u64;
        self.end(outcome, Some(interval), why, examples, against)
    }

    /// The finding. Codes are told where something is open.
    pub(super) fn end(
        mut self,
        outcome: Outcome,
        interval: Option<Interval>,
        why: String,
        examples: Vec<Example>,
        against: u64,
    ) -> Finding {
        let open = interval.is_none_or(|one| one.max != Some(one.min));
        if open || outcome == Outcome::NotDeterminable {
            self.reasons.extend(self.cover.reasons());
        }
        if outcome == Outcome::NotDeterminable && self.reasons.is_empty() {
            self.reasons.insert(Reason::Ambiguous);
        }
        Finding {
            outcome,
            interval,
            counts: self.counts,
            reasons: self.reasons,
            why,
            assumptions: self.assumptions,
            cover: self.cover,
            examples,
            against,
        }
    }
}

fn most(max: Option<u64>, and_more: bool) -> String {
    match max {
        Some(n) if and_more => format!("{n} and any number that was not logged"),
        Some(n) => n.to_string(),
        None => "any number".to_owned(),
    }
}

/// The first lines by file and place.
pub(super) fn earliest<'e>(lines: impl Iterator<Item = &'e Example>) -> Vec<Example> {
    let mut lines: Vec<Example> = lines.copied().collect();
    lines.sort_unstable();
    lines.dedup();
    lines.truncate(SHOWN);
    lines
}
