//! The accounts of the page: their entries of `findings.json` with the lines and the walk behind them, and the table
//! of accounts against controllers.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Value, json};

use super::accesses::Access;
use super::findings::Row;
use super::gather::show;
use super::held::{Figure, Held, LISTED, LISTED_IN_CELL};
use super::lines::Lines;
use super::walk::{self, Names, Walk};
use crate::detect::Verdict;
use crate::report::cells::visible;

/// How many accounts are told with picture and signals; the others stand in the table.
pub(super) const TOLD: usize = 50;
/// What only an account that is told has.
pub(super) const LONG: [&str; 10] = [
    "signals",
    "explained",
    "grants",
    "visits",
    "would_change",
    "other_client",
    "runs",
    "user_agents",
    "scope_rests_on",
    "reasons",
];

/// A listed account as the script reads it.
pub(super) struct Entry {
    /// What `findings.json` says of it.
    pub(super) row: Row,
    /// Its walk, if it is told.
    walk: Option<Walk>,
    lines: Figure,
    told: bool,
}

impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (key, value) in self.row.value().as_object().into_iter().flatten() {
            map.serialize_entry(key, value)?;
        }
        if let Some(walk) = &self.walk {
            map.serialize_entry("walk", walk)?;
        }
        map.serialize_entry("lines", &self.lines)?;
        map.serialize_entry("told", &self.told)?;
        map.end()
    }
}

/// What an account was shown of a controller, as the script reads it: account, controller, subjects by level from
/// confirmed down to attempted, lines listed, lines.
pub(super) type HeatCell = (
    String,
    String,
    usize,
    usize,
    usize,
    usize,
    Vec<usize>,
    usize,
);

/// Lines and subjects behind the figures of the listed accounts.
pub(super) struct Tallies<'a> {
    listed: HashSet<String>,
    told: HashSet<String>,
    accounts: HashMap<&'a str, Held<'a>>,
    cells: BTreeMap<(&'a str, &'a str), Cell<'a>>,
    walks: HashMap<&'a str, Vec<Access<'a>>>,
    hidden: HashSet<&'a str>,
}

/// What an account was shown of a controller.
struct Cell<'a> {
    held: Held<'a>,
    /// The highest level of each subject, or of each object without one.
    subjects: HashMap<&'a str, u8>,
}

impl<'a> Tallies<'a> {
    /// Of the accounts that are listed, gravest verdict first.
    pub(super) fn of(accounts: &[Row]) -> Tallies<'a> {
        let names = |rows: &[Row]| -> HashSet<String> {
            rows.iter().map(|row| row.account.clone()).collect()
        };
        Tallies {
            listed: names(accounts),
            told: names(&accounts[..accounts.len().min(TOLD)]),
            accounts: HashMap::new(),
            cells: BTreeMap::new(),
            walks: HashMap::new(),
            hidden: HashSet::new(),
        }
    }

    /// Takes in an access.
    pub(super) fn add(&mut self, access: &Access<'a>, lines: &mut Lines<'a>) {
        if !self.listed.contains(access.account) {
            return;
        }
        let account = self.accounts.entry(access.account);
        account
            .or_insert_with(|| Held::up_to(LISTED))
            .add(access, lines);
        let cell = self.cells.entry((access.account, access.controller));
        let cell = cell.or_insert_with(|| Cell {
            held: Held::up_to(LISTED_IN_CELL),
            subjects: HashMap::new(),
        });
        cell.held.add(access, lines);
        let about = access.subject.or(access.object).or(access.container);
        let level = cell.subjects.entry(about.unwrap_or_default()).or_default();
        *level = access.level.max(*level);
        if !self.told.contains(access.account) {
            return;
        }
        match access.hidden {
            true => drop(self.hidden.insert(access.account)),
            false => self.walks.entry(access.account).or_default().push(*access),
        }
    }

    /// The accounts as [`super::findings`] reads them. `number` tells a controller's place in the ledger, `private` which
    /// IDs must not be shown.
    pub(super) fn accounts(
        &self,
        rows: Vec<Row>,
        number: impl Fn(&str) -> Option<usize>,
        private: &HashSet<&str>,
        (names, lines): (&mut Names<'a>, &mut Lines<'a>),
    ) -> Vec<Entry> {
        let wanted: Vec<usize> = rows
            .iter()
            .take(TOLD)
            .map(|row| self.walk(row).len())
            .collect();
        let shares = walk::shares(&wanted);
        let entry = |(index, row): (usize, Row)| {
            let account = row.account.clone();
            let told = index < TOLD;
            let walk = told.then(|| {
                let points: Vec<&Access<'a>> = self.walk(&row).iter().collect();
                let hidden = self.hidden.contains(account.as_str());
                let share = (points.as_slice(), shares[index]);
                walk::walk(share, hidden, &number, (names, lines))
            });
            let mut value = row.value();
            if told {
                cover(&mut value["runs"], private);
            }
            show(&mut value);
            let row = row.with(&value);
            let held = self.accounts.get(account.as_str());
            Entry {
                row,
                walk,
                lines: held.map(Held::figure).unwrap_or_default(),
                told,
            }
        };
        rows.into_iter().enumerate().map(entry).collect()
    }

    fn walk(&self, row: &Row) -> &[Access<'a>] {
        let walk = self.walks.get(row.account.as_str());
        walk.map_or(&[], Vec::as_slice)
    }

    /// Accounts against controllers, in the order of the page's accounts.
    pub(super) fn cells(&self, accounts: &[Entry]) -> Vec<HeatCell> {
        let order: HashMap<&str, usize> = accounts
            .iter()
            .enumerate()
            .map(|(index, one)| (one.row.account.as_str(), index))
            .collect();
        let mut cells: Vec<_> = self.cells.iter().collect();
        cells.sort_by_key(|((account, _), _)| order.get(account).copied().unwrap_or(usize::MAX));
        let row = |((account, controller), cell): (&(&str, &str), &Cell<'_>)| {
            let count = |level: u8| cell.subjects.values().filter(|one| **one == level).count();
            (
                visible(account),
                visible(controller),
                count(3),
                count(2),
                count(1),
                count(0),
                cell.held.listed().to_vec(),
                cell.held.count(),
            )
        };
        cells.into_iter().map(row).collect()
    }
}

/// Verdicts by gravity; none comes last.
pub(super) fn rank(word: Option<&str>) -> usize {
    let found = Verdict::ALL.iter().position(|one| Some(one.word()) == word);
    found.unwrap_or(Verdict::ALL.len())
}

/// Takes IDs that tell of protected persons out of a part of `findings.json`.
pub(super) fn cover(value: &mut Value, private: &HashSet<&str>) {
    match value {
        Value::String(text) if private.contains(text.as_str()) => *value = json!("\u{2014}"),
        Value::Array(items) => items.iter_mut().for_each(|one| cover(one, private)),
        Value::Object(items) => items.values_mut().for_each(|one| cover(one, private)),
        _ => {}
    }
}
