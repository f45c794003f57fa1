//! `accounts.csv` from the cited rows.

use std::collections::{BTreeMap, BTreeSet};

use super::{Basis, Cited, cell_of, subjects};
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
            one(audit, (&format!("row {}", number + 1), row), cited, basis);
        }
    }
    audit.counted("rows of accounts.csv", rows.len() as u64);
}

fn one(audit: &mut Audit, (place, row): (&str, &Row), cited: &[&Cited<'_>], basis: &Basis<'_>) {
    let mut requests: BTreeMap<(&str, i64), bool> = BTreeMap::new();
    let mut shown: [BTreeSet<&str>; 2] = Default::default();
    for one in cited {
        *requests.entry(one.request()).or_default() |= one.row.disclosed();
        // Of whom an object tells that names no data subject nobody knows.
        if subjects::stands_for_itself(basis, one) {
            continue;
        }
        match one.row.certainty {
            "confirmed" => shown[0].extend(one.row.subject),
            "probable" => shown[1].extend(one.row.subject),
            _ => {}
        }
    }
    let disclosed = requests.values().filter(|disclosed| **disclosed).count();
    let objects: BTreeSet<(&str, Option<&str>)> = cited
        .iter()
        .filter_map(|one| Some((one.row.object?, basis.plain.kind(&one.row))))
        .collect();
    let disclosing = cited.iter().filter(|one| one.row.disclosed());
    let controllers: BTreeSet<&str> = disclosing.filter_map(|one| one.row.controller).collect();
    let clients: BTreeSet<&str> = (cited.iter().map(|one| one.row.client))
        .filter(|client| !client.is_empty())
        .collect();
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
    // Otherwise which of the disclosed subjects count is the scan's judgement.
    if basis.exact {
        let probable = shown[1].difference(&shown[0]).count();
        for (column, say) in [
            ("subjects_confirmed", shown[0].len()),
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
            agents.iter().filter(|agent| !agent.is_empty()).count(),
        );
    }
    let times = || cited.iter().map(|one| one.time());
    for (column, say) in [("first_seen", times().min()), ("last_seen", times().max())] {
        if let Some(say) = say {
            audit.same(FILE, (place, column), cell_of(row, column), say);
        }
    }
}
