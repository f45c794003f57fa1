//! What people use instead, on the same lines: distinct IDs against the 99.9th percentile, 30 requests in 30 seconds, a
//! run of ten steps of +1. Reads combined lines with a few cuts of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use chrono::DateTime;
use serde_json::Value;

use crate::judge::attacker;

/// What a baseline asks of one account's requests.
type Test<'t> = &'t dyn Fn(&[(i64, String)]) -> bool;
/// One account's requests: seconds and the last part of the path.
type Requests = BTreeMap<String, Vec<(i64, String)>>;

/// For each baseline: attackers found, honest accounts accused; `None` where lines carry no account.
pub fn judge(logs: &Path, truth: &Value) -> Option<[(u64, u64); 3]> {
    let requests = read(logs);
    if requests.len() < 20 {
        return None;
    }
    let distinct =
        |list: &[(i64, String)]| list.iter().map(|(_, id)| id).collect::<BTreeSet<_>>().len();
    let mut counts: Vec<usize> = requests.values().map(|list| distinct(list)).collect();
    counts.sort_unstable();
    let limit = counts[(counts.len() * 999 / 1000).min(counts.len() - 1)];
    let tests: [Test<'_>; 3] = [
        &|list| distinct(list) >= limit,
        &|list| burst(list),
        &|list| run(list),
    ];
    let empty = serde_json::Map::new();
    let known = truth["accounts"].as_object().unwrap_or(&empty);
    let mut found = [(0, 0); 3];
    for (account, list) in &requests {
        let row = known.get(account);
        let guilty = row.is_some_and(attacker);
        let raider = row.is_some_and(|row| row["verdict"] != "overreach");
        for (tally, test) in found.iter_mut().zip(tests) {
            if test(list) {
                tally.0 += u64::from(guilty);
                tally.1 += u64::from(!raider);
            }
        }
    }
    Some(found)
}

fn read(logs: &Path) -> Requests {
    let mut requests = Requests::new();
    let Ok(entries) = fs::read_dir(logs) else {
        return requests;
    };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for text in paths
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok())
    {
        for line in text.lines() {
            if let Some((account, at, id)) = request(line) {
                requests.entry(account).or_default().push((at, id));
            }
        }
    }
    for list in requests.values_mut() {
        list.sort();
    }
    requests
}

fn request(line: &str) -> Option<(String, i64, String)> {
    let mut words = line.split(' ');
    let account = words.nth(2).filter(|account| *account != "-")?.to_owned();
    let time = line.split_once('[')?.1.split_once(']')?.0;
    let at = DateTime::parse_from_str(time, "%d/%b/%Y:%H:%M:%S %z")
        .ok()?
        .timestamp();
    let target = line.split_once('"')?.1.split(' ').nth(1)?;
    let path = target.split('?').next()?.trim_end_matches('/');
    Some((account, at, path.rsplit('/').next()?.to_owned()))
}

fn burst(list: &[(i64, String)]) -> bool {
    list.windows(30).any(|some| some[29].0 - some[0].0 <= 30)
}

fn run(list: &[(i64, String)]) -> bool {
    let numbers: Vec<Option<i64>> = list.iter().map(|(_, id)| id.parse().ok()).collect();
    let mut length = 0;
    numbers.windows(2).any(|pair| {
        let next = matches!((pair[0], pair[1]), (Some(a), Some(b)) if b == a + 1);
        length = if next { length + 1 } else { 0 };
        length >= 10
    })
}
