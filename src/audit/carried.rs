//! The requests that an account's entry of `findings.json` lists and no row of a table has: of those that nobody can say
//! were beyond scope, and those of a harvest, which were not. Each must stand in a log as it is cited, and be the account's.
//! How many there are besides those that are listed is left to a second scan.

use std::collections::HashMap;

use serde_json::Value;

use super::Audit;
use super::lines::Seen;
use super::reread::Raw;
use crate::evidence::Reference;
use crate::report::cell;

const FILE: &str = "findings.json";
const KEYS: [&str; 2] = ["requests_undecided", "requests_collected"];

/// Every such reference: whose, under which key, and as it stands there.
fn each(found: &Value) -> impl Iterator<Item = (&str, &'static str, &str)> {
    let entries = found["accounts"].as_array().into_iter().flatten();
    entries.flat_map(|entry| {
        let account = entry["account"].as_str().unwrap_or_default();
        KEYS.into_iter().flat_map(move |key| {
            let first = entry[key]["first"].as_array().into_iter().flatten();
            first.map(move |one| (account, key, one.as_str().unwrap_or_default()))
        })
    })
}

/// Where they stand: the log's name and the offset in it.
pub(super) fn places(found: &Value) -> impl Iterator<Item = (String, u64)> {
    let read = each(found).filter_map(|(.., reference)| Reference::read(reference));
    read.map(|reference| (reference.file, reference.offset))
}

/// Holds each against its line.
pub(super) fn check(audit: &mut Audit, found: &Value, seen: &Seen, raws: &[Raw]) {
    let numbers: HashMap<&str, usize> = raws.iter().map(|raw| &*raw.name).zip(0..).collect();
    let mut looked_at = 0;
    for (account, key, stands) in each(found) {
        looked_at += 1;
        let place = format!("accounts, account {}", cell(account));
        let Some(reference) = Reference::read(stands) else {
            let say = "a reference is written FILE:LINE@OFFSET+LENGTH";
            audit.finds(FILE, (place, key), stands, say);
            continue;
        };
        // A log that is not there is told once.
        let Some(number) = numbers.get(&*reference.file) else {
            continue;
        };
        let Some(said) = seen.get(&(*number, reference.offset)) else {
            audit.finds(FILE, (place, key), stands, "no request begins there");
            continue;
        };
        let same = (said.line, said.length) == (reference.line, reference.length);
        if !same || said.route.is_none() {
            let say = match same {
                true => "the line there asks for no route of the case".to_owned(),
                false => format!("line {} of {} bytes", said.line, said.length),
            };
            audit.finds(FILE, (&place, key), stands, say);
        }
        if said.account != account {
            audit.finds(
                FILE,
                (&place, key),
                stands,
                format!("asked by {}", said.account),
            );
        }
    }
    for entry in found["accounts"].as_array().into_iter().flatten() {
        for key in KEYS.into_iter().filter(|key| !entry[*key].is_null()) {
            let account = cell(entry["account"].as_str().unwrap_or_default());
            let listed = entry[key]["first"].as_array().map_or(0, Vec::len) as u64;
            let count = entry[key]["count"].as_u64().unwrap_or_default();
            // The list is cut; what is shorter than a cut one is all of it.
            if count < listed || (count > listed && listed < LISTED) {
                let place = format!("accounts, account {account}");
                audit.finds(FILE, (place, key), count, format!("{listed} are listed"));
            }
        }
    }
    if looked_at > 0 {
        audit.counted("other requests of findings.json", looked_at);
    }
}

/// How many an entry lists.
const LISTED: u64 = 50;
