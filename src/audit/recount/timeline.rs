//! `timeline.jsonl` against the cited rows: an event for each request of an account with a verdict, no more and no less.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Basis, Cited, cell_of, rank};
use crate::audit::Audit;
use crate::report::{Row, cell};

const FILE: &str = "timeline.jsonl";

/// Compares the file.
pub(super) fn check(audit: &mut Audit, basis: &Basis<'_>, accounts: &[Row], events: &[Value]) {
    // Two rows may have one label: an address that is one source's stranger and another's only name.
    let mut called: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for row in accounts {
        let own = called.entry(cell_of(row, "account")).or_default();
        own.push(cell_of(row, "verdict"));
    }
    let mut requests: BTreeMap<(&str, String), Vec<&Cited<'_>>> = BTreeMap::new();
    for cited in &basis.cited {
        if called.contains_key(&*cell(cited.row.account)) {
            let key = (cited.row.account, cited.row.reference());
            requests.entry(key).or_default().push(cited);
        }
    }
    for (number, event) in events.iter().enumerate() {
        let place = format!("line {}", number + 1);
        let text = |key: &str| event[key].as_str().unwrap_or_default();
        if event.is_null() {
            audit.finds(FILE, (&place, "event"), "no JSON", "an event");
        }
        if event["evidence"].is_null() {
            continue;
        }
        match requests.remove(&(text("account"), text("evidence").to_owned())) {
            Some(cited) => {
                let verdicts = called.get(&*cell(text("account")));
                let own = verdicts.map_or(&[][..], Vec::as_slice);
                let verdict = own.iter().find(|one| **one == text("verdict"));
                let verdict = verdict.or(own.first()).copied();
                one(audit, (&place, event), &cited, verdict.unwrap_or_default());
            }
            None => {
                let say =
                    "accesses.parquet cites no such line for the account, or it was told already";
                audit.finds(FILE, (&place, "evidence"), text("evidence"), say);
            }
        }
    }
    for (account, reference) in requests.keys() {
        let say = format!("accesses.parquet cites it for {}", cell(account));
        audit.finds(FILE, (reference, "event"), "no event", say);
    }
    audit.counted("events of timeline.jsonl", events.len() as u64);
}

fn one(audit: &mut Audit, (place, event): (&str, &Value), cited: &[&Cited<'_>], verdict: &str) {
    let row = &cited[0].row;
    let surest = cited.iter().map(|one| one.row.certainty);
    let surest = surest.max_by_key(|one| rank(one)).unwrap_or_default();
    let objects: BTreeSet<&str> = cited.iter().filter_map(|one| one.row.object).collect();
    let what = match rank(surest) {
        0 => "asked for in vain".to_owned(),
        _ => format!("disclosed ({surest})"),
    };
    let message = format!(
        "{}: {} object(s) beyond scope {what} by route {}",
        row.account,
        objects.len(),
        row.route
    );
    let figures = [
        ("message", Value::from(message)),
        ("verdict", Value::from(verdict)),
        ("datetime", Value::from(cited[0].time().to_string())),
        ("certainty", Value::from(surest)),
        ("route", Value::from(row.route)),
        ("status", Value::from(row.status.unwrap_or(0))),
        ("client", Value::from(row.client)),
        ("objects", Value::from(objects.len())),
    ];
    for (key, say) in figures {
        audit.same(FILE, (place, key), &event[key], say);
    }
}
