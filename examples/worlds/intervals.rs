//! The intervals of an answer held against the truth: given and covering, given and missing, or refused. What each is a
//! statement about stands here once, beside the figure of `truth.json` that it is judged by.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// How often an interval was given, covered the truth, and was refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Covered {
    pub given: u64,
    pub covers: u64,
    pub refused: u64,
}

impl Covered {
    /// Takes in one interval, or its refusal.
    pub fn judge(&mut self, ends: Option<(u64, u64)>, truth: u64) {
        match ends {
            Some((low, high)) => {
                self.given += 1;
                self.covers += u64::from((low..=high).contains(&truth));
            }
            None => self.refused += 1,
        }
    }

    pub fn join(&mut self, other: Covered) {
        self.given += other.given;
        self.covers += other.covers;
        self.refused += other.refused;
    }

    pub fn misses(&self) -> u64 {
        self.given - self.covers
    }
}

/// All intervals of one answer, by name.
pub type Intervals = BTreeMap<&'static str, Covered>;

/// Holds everything that `findings.json` gives as an interval against the truth.
pub fn judge(truth: &Value, findings: &Value) -> Intervals {
    let mut all = Intervals::new();
    recapture(&mut all, truth, findings);
    sampling(&mut all, truth, findings);
    all
}

fn ends(low: &Value, high: &Value) -> Option<(u64, u64)> {
    Some((low.as_f64()? as u64, high.as_f64()? as u64))
}

/// Persons beyond scope whom the attackers were shown, in whatever requests.
fn recapture(all: &mut Intervals, truth: &Value, findings: &Value) {
    let said = &findings["cause"]["leak"]["recapture"];
    if said.is_null() {
        return;
    }
    let interval = &said["subjects_taken_95"];
    let taken = truth["subjects_raided"].as_u64().unwrap_or(0);
    all.entry("recapture: subjects taken")
        .or_default()
        .judge(ends(&interval[0], &interval[1]), taken);
}

/// Confirmed requests and persons of the whole log, of which a sample was kept.
fn sampling(all: &mut Intervals, truth: &Value, findings: &Value) {
    if findings["sampling"]["refused"].is_string() {
        for name in ["sample: requests, case", "sample: subjects, case"] {
            all.entry(name).or_default().judge(None, 0);
        }
    }
    let rows = findings["sampling"]["estimates"].as_array();
    for row in rows.into_iter().flatten() {
        let (requests, subjects, name) = match row["controller"].as_str() {
            None => (
                truth["accesses_confirmed"].as_u64(),
                persons(truth),
                "sample: subjects, case",
            ),
            Some(id) => {
                let told = &truth["controllers"][id]["subjects_confirmed"];
                (
                    None,
                    told.as_u64().unwrap_or(0),
                    "sample: subjects, controller",
                )
            }
        };
        let of = |what: &str| ends(&row[what]["from_95"], &row[what]["until_95"]);
        if let Some(requests) = requests {
            let requests_of = all.entry("sample: requests, case").or_default();
            requests_of.judge(of("requests"), requests);
        }
        all.entry(name).or_default().judge(of("subjects"), subjects);
    }
}

fn persons(truth: &Value) -> u64 {
    let rows = truth["subjects"].as_array().into_iter().flatten();
    let sure = rows.filter(|row| row["certainty"] == "confirmed");
    let persons: BTreeSet<&str> = sure.filter_map(|row| row["subject"].as_str()).collect();
    persons.len() as u64
}
