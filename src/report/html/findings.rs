//! `findings.json` read for the page: the gravest accounts are listed, fewer are told with picture and signals, and of the
//! rest only how many there are. A missing check makes more accounts overreach than a browser can show.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Source;
use super::accounts::{LONG, TOLD, rank};
use super::sentences::Verdicts;
use crate::report::entries::without;

/// How many accounts the page lists; the others stand in the table.
pub(super) const LISTED: usize = 5_000;

/// What the page needs of the file.
pub(super) struct Findings {
    /// All but the accounts.
    pub(super) value: Value,
    /// The listed accounts, gravest first; what is only told of the [`TOLD`] gravest is in their entries alone.
    pub(super) accounts: Vec<Row>,
    /// How many accounts are not listed.
    pub(super) left: usize,
    /// How many accounts have which verdict.
    pub(super) verdicts: Verdicts,
}

/// An account's entry as JSON text, which takes a fifth of its values' room.
#[derive(Debug, PartialEq)]
pub(super) struct Row {
    pub(super) account: String,
    text: Box<str>,
}

impl Row {
    pub(super) fn of(entry: &Value) -> Row {
        Row {
            account: entry["account"].as_str().unwrap_or_default().to_owned(),
            text: entry.to_string().into(),
        }
    }

    /// The same account's entry as it is shown.
    pub(super) fn with(self, entry: &Value) -> Row {
        Row {
            account: self.account,
            ..Row::of(entry)
        }
    }

    /// Its values.
    pub(super) fn value(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }
}

/// Reads the file.
///
/// # Errors
/// As [`super::page`].
pub(super) fn read(source: &Source<'_>) -> Result<Findings, String> {
    let mut gravest = Gravest::default();
    let mut verdicts = Verdicts::default();
    let value = source.findings(&mut |entry| {
        verdicts.count(&entry);
        gravest.take(entry);
        None
    })?;
    Ok(Findings {
        value,
        left: gravest.seen - gravest.listed.len(),
        accounts: gravest.listed.into_values().collect(),
        verdicts,
    })
}

/// The gravest accounts so far, by gravity and then as the file has them.
#[derive(Default)]
struct Gravest {
    listed: BTreeMap<(usize, usize), Row>,
    told: BTreeSet<(usize, usize)>,
    seen: usize,
}

impl Gravest {
    fn take(&mut self, entry: Value) {
        let place = (rank(entry["verdict"].as_str()), self.seen);
        self.seen += 1;
        let entry = without(entry, &["requests_beyond_scope"]);
        self.told.insert(place);
        let lighter = match self.told.len() > TOLD {
            true => self.told.pop_last(),
            false => None,
        };
        let entry = match lighter == Some(place) {
            true => without(entry, &LONG),
            false => entry,
        };
        if let Some(lighter) = lighter.filter(|lighter| *lighter != place)
            && let Some(row) = self.listed.get_mut(&lighter)
        {
            *row = Row::of(&without(row.value(), &LONG));
        }
        self.listed.insert(place, Row::of(&entry));
        if self.listed.len() > LISTED {
            self.listed.pop_last();
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn gravest(entries: impl Iterator<Item = (Option<&'static str>, usize)>) -> Gravest {
        let mut gravest = Gravest::default();
        for (verdict, n) in entries {
            gravest.take(json!({
                "account": n, "verdict": verdict, "signals": [n], "requests_beyond_scope": {}, "score": 1,
            }));
        }
        gravest
    }

    #[test]
    fn only_the_gravest_keep_what_is_long() {
        let grave = rank(Some("overreach")) < rank(None);
        assert!(grave);
        let entries = (0..TOLD + 9).map(|n| (None, n));
        let found = gravest(entries.chain([(Some("overreach"), TOLD + 9)]));
        let rows: Vec<Value> = found.listed.values().map(Row::value).collect();
        let long = rows.iter().filter(|row| row.get("signals").is_some());
        let long: Vec<u64> = long.filter_map(|row| row["account"].as_u64()).collect();
        let first = [TOLD as u64 + 9];
        let expected: Vec<u64> = first.into_iter().chain(0..TOLD as u64 - 1).collect();
        assert_eq!(long, expected);
        assert_eq!(
            rows[TOLD + 3],
            json!({ "account": TOLD + 2, "verdict": null, "score": 1 })
        );
    }

    #[test]
    fn the_lightest_are_only_counted() {
        let entries = (0..LISTED + 5).map(|n| (None, n));
        let found = gravest(entries.chain([(Some("enumeration"), LISTED + 5)]));
        assert_eq!(found.seen, LISTED + 6);
        let rows: Vec<u64> = found
            .listed
            .values()
            .filter_map(|row| row.value()["account"].as_u64())
            .collect();
        assert_eq!(rows.len(), LISTED);
        assert_eq!(rows[0], LISTED as u64 + 5);
        assert_eq!(rows[LISTED - 1], LISTED as u64 - 2);
    }
}
