//! `accounts.csv` from the cited rows.

use std::collections::{BTreeMap, BTreeSet};

use super::{Basis, Cited, cell_of};
use crate::audit::Audit;
use crate::report::{Row, cell};

const FILE: &str = "accounts.csv";

/// Compares the table.
pub(super) fn check(audit: &mut Audit, basis: &Basis<'_>, rows: &[Row]) {
    let mut own: BTreeMap<String, Vec<&Cited<'_>>> = BTreeMap::new();
    for cited in &basis.cited {
        own.entry(cell(cited.row.account)).or_default().push(cited);
    }
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for row in rows {
        *times.entry(cell_of(row, "account")).or_default() += 1;
    }
    for (number, row) in rows.iter().enumerate() {
        let account = cell_of(row, "account");
        // An address that is one source's stranger and another's only name has two rows of one label.
        if times.get(account) == Some(&1) {
            let cited = own.get(account).map_or(&[][..], Vec::as_slice);
            one(
                audit,
                (&format!("row {}", number + 1), row),
                cited,
                basis.exact,
            );
        }
    }
    audit.counted("rows of accounts.csv", rows.len() as u64);
}

/// `exact`: every disclosed subject counts; otherwise which ones do is the scan's judgement.
fn one(audit: &mut Audit, (place, row): (&str, &Row), cited: &[&Cited<'_>], exact: bool) {
    let mut requests: BTreeMap<(&str, i64), bool> = BTreeMap::new();
    let mut subjects: [BTreeSet<&str>; 2] = Default::default();
    for one in cited {
        *requests.entry(one.request()).or_default() |= one.row.disclosed();
        match one.row.certainty {
            "confirmed" => subjects[0].extend(one.row.subject),
            "probable" => subjects[1].extend(one.row.subject),
            _ => {}
        }
    }
    let disclosed = requests.values().filter(|disclosed| **disclosed).count();
    let objects: BTreeSet<&str> = cited.iter().filter_map(|one| one.row.object).collect();
    let shown = cited.iter().filter(|one| one.row.disclosed());
    let controllers: BTreeSet<&str> = shown.filter_map(|one| one.row.controller).collect();
    let clients: BTreeSet<&str> = cited.iter().map(|one| one.row.client).collect();
    let figures = [
        ("accesses", disclosed),
        ("attempts", requests.len() - disclosed),
        ("objects_beyond_scope", objects.len()),
        ("controllers", controllers.len()),
        ("client_addresses", clients.len()),
    ];
    for (column, say) in figures {
        audit.same(FILE, (place, column), cell_of(row, column), say);
    }
    if exact {
        let probable = subjects[1].difference(&subjects[0]).count();
        for (column, say) in [
            ("subjects_confirmed", subjects[0].len()),
            ("subjects_probable", probable),
        ] {
            audit.same(FILE, (place, column), cell_of(row, column), say);
        }
    }
    let agents: Option<BTreeSet<&[u8]>> = cited
        .iter()
        .map(|one| one.said.map(|said| &*said.agent))
        .collect();
    if let Some(agents) = agents {
        audit.same(
            FILE,
            (place, "user_agents"),
            cell_of(row, "user_agents"),
            agents.len(),
        );
    }
    let times = || cited.iter().map(|one| one.time());
    for (column, say) in [("first_seen", times().min()), ("last_seen", times().max())] {
        if let Some(say) = say {
            audit.same(FILE, (place, column), cell_of(row, column), say);
        }
    }
}
