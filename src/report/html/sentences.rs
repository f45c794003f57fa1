//! The answer in five sentences with their bounds: who, which controllers, how many, when, and what cannot be said.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::clock::{Zone, second_of};
use super::words::Words;
use crate::detect::Verdict;
use crate::report::cells::visible;

/// Names that a sentence gives before it only counts.
const NAMED: usize = 3;

/// How many accounts have a verdict, and the first of them, by verdict.
#[derive(Default)]
pub(in crate::report) struct Verdicts(BTreeMap<String, (u64, Vec<String>)>);

impl Verdicts {
    /// Counts an account's entry.
    pub(in crate::report) fn count(&mut self, entry: &Value) {
        let verdict = entry["verdict"].as_str().unwrap_or_default();
        let (count, first) = self.0.entry(verdict.to_owned()).or_default();
        *count += 1;
        if first.len() < NAMED {
            first.push(visible(entry["account"].as_str().unwrap_or_default()));
        }
    }
}

/// The sentences.
pub(in crate::report) fn five(
    words: &Words,
    zone: &Zone,
    findings: &Value,
    verdicts: &Verdicts,
) -> Vec<String> {
    vec![
        who(words, findings, verdicts),
        which(words, findings),
        many(words, findings),
        when(words, zone, findings),
        cannot(words, findings),
    ]
}

fn rows<'f>(findings: &'f Value, key: &str) -> impl Iterator<Item = &'f Value> {
    findings[key].as_array().into_iter().flatten()
}

fn total(findings: &Value, key: &str) -> u64 {
    findings["totals"][key].as_u64().unwrap_or_default()
}

fn who(words: &Words, findings: &Value, verdicts: &Verdicts) -> String {
    let mut said = Vec::new();
    for verdict in Verdict::ALL.map(Verdict::word) {
        let Some((count, first)) = verdicts.0.get(verdict) else {
            continue;
        };
        let list = first.join(", ");
        let list = match count.saturating_sub(first.len() as u64) {
            0 => list,
            more => words.say(
                "number.and_more",
                &[("list", &list), ("n", &words.number(more))],
            ),
        };
        said.push(words.count(
            &format!("answer.who_{verdict}"),
            *count,
            &[("names", &list)],
        ));
    }
    let seen = words.number(total(findings, "accounts_and_addresses_seen"));
    match said.is_empty() {
        true => words.say("answer.who_none", &[("seen", &seen)]),
        false => words.say(
            "answer.who_some",
            &[("list", &capital(&said.join("; "))), ("seen", &seen)],
        ),
    }
}

/// A sentence begins with a capital letter, whichever part of it comes first.
fn capital(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(rest).collect()
    })
}

fn which(words: &Words, findings: &Value) -> String {
    let all = rows(findings, "controllers").count() as u64;
    if all == 0 {
        return words.word("answer.which_none");
    }
    let count = |key: &str| words.number(total(findings, key));
    words.count(
        "answer.which",
        all,
        &[
            ("all", &words.number(all)),
            ("confirmed", &count("controllers_confirmed")),
            ("open", &count("controllers_cannot_be_excluded")),
            ("excluded", &count("controllers_excluded")),
        ],
    )
}

fn many(words: &Words, findings: &Value) -> String {
    let totals = &findings["totals"];
    let (min, max) = (
        total(findings, "subjects_min"),
        totals["subjects_max"].as_u64(),
    );
    match (min, max) {
        (0, Some(0)) => return words.word("answer.many_none"),
        (0, Some(n)) => {
            let said = [("max", words.number(n))];
            let said = said.each_ref().map(|(key, text)| (*key, text.as_str()));
            return words.count("answer.many_room", n, &said);
        }
        (0, None) => return words.word("answer.many_any"),
        _ => {}
    }
    // Where no table says who is one, nobody can tell, and "none" would be false.
    let children = match totals["children_min"].as_u64() {
        Some(n) => words.count("answer.children", n, &[]),
        None => words.word("answer.children_unknown"),
    };
    let protected = match totals["protected_min"].as_u64() {
        Some(n) => words.say("answer.guarded", &[("protected", &words.few(n))]),
        None => words.word("answer.guarded_unknown"),
    };
    let key = match max {
        Some(_) => "answer.many",
        None => "answer.many_open",
    };
    words.count(
        key,
        max.unwrap_or(min),
        &[
            ("min", &words.number(min)),
            ("max", &words.number_or_unknown(max)),
            ("children", &children),
            ("protected", &protected),
        ],
    )
}

fn when(words: &Words, zone: &Zone, findings: &Value) -> String {
    let both = || rows(findings, "controllers").chain(rows(findings, "without_controller"));
    let first = both().filter_map(|row| second_of(&row["first_seen"])).min();
    let last = both().filter_map(|row| second_of(&row["last_seen"])).max();
    let say = |at: i64| words.when(zone, at, "long");
    let window = &findings["window"];
    let Some((from, until)) = second_of(&window["from"]).zip(second_of(&window["until"])) else {
        return words.word("answer.when_nothing");
    };
    let covered = words.percent(
        findings["totals"]["log_coverage"]
            .as_f64()
            .unwrap_or_default(),
    );
    let span = [
        ("from", say(from)),
        ("until", say(until)),
        ("covered", covered),
    ];
    let mut values: Vec<(&str, &str)> = span
        .iter()
        .map(|(key, text)| (*key, text.as_str()))
        .collect();
    match first.zip(last) {
        None => words.say("answer.when_none", &values),
        Some((first, last)) => {
            let (first, last) = (say(first), say(last));
            values.extend([("first", first.as_str()), ("last", last.as_str())]);
            words.say("answer.when", &values)
        }
    }
}

fn cannot(words: &Words, findings: &Value) -> String {
    let cause = &findings["cause"];
    let hypotheses = cause["hypotheses"].as_array().map_or(0, Vec::len) as u64;
    let remain = cause["hypotheses"].as_array().into_iter().flatten();
    let remain = remain.filter(|one| one["remains"] == true).count() as u64;
    let cause = match cause["determined"].as_str() {
        Some(sign) => words.say(
            "answer.cause_determined",
            &[
                ("sign", sign),
                ("words", &words.word(&format!("hypothesis.{sign}"))),
            ],
        ),
        None if remain == 0 => words.word("answer.cause_none"),
        None => words.say(
            "answer.cause_open",
            &[
                ("n", &words.number(remain)),
                ("all", &words.number(hypotheses)),
            ],
        ),
    };
    let doubts = rows(findings, "doubts").count() as u64;
    let wide = rows(findings, "doubts").filter(|doubt| doubt["widens"] != "nothing by itself");
    let wide = wide.count() as u64;
    let codes: BTreeSet<&str> = rows(findings, "doubts")
        .filter_map(|doubt| doubt["reason"].as_str())
        .collect();
    let codes = match codes.is_empty() {
        true => words.word("number.none"),
        false => codes.into_iter().collect::<Vec<_>>().join(", "),
    };
    words.say(
        "answer.cannot",
        &[
            ("cause", &cause),
            ("doubts", &words.number(doubts)),
            ("codes", &codes),
            ("wide", &words.number(wide)),
        ],
    )
}
