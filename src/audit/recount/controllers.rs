//! `controllers.csv` from the subjects, the cited rows and the directory.

use std::collections::{BTreeMap, BTreeSet};

use super::subjects::{Key, Tally};
use super::{Basis, cell_of, listed, marked, parts};
use crate::audit::Audit;
use crate::format::time::rfc3339;
use crate::report::{Row, cell};

const FILE: &str = "controllers.csv";

/// Compares the table.
pub(super) fn check(
    audit: &mut Audit,
    (basis, tallies): (&Basis<'_>, &BTreeMap<Key, Tally<'_>>),
    subjects: &[Row],
    rows: &[Row],
) {
    let directory = &basis.plain.case.directory;
    let known = directory.controllers.as_deref().unwrap_or_default();
    let names: BTreeMap<String, &str> = known
        .iter()
        .map(|one| (cell(&one.id), &*one.name))
        .collect();
    let population = population(basis);
    let mut stand = BTreeSet::new();
    for (number, row) in rows.iter().enumerate() {
        let place = format!("row {}", number + 1);
        let id = cell_of(row, "controller");
        let Some(name) = names.get(id) else {
            let say = "the directory knows no such controller";
            audit.finds(FILE, (&place, "controller"), id, say);
            continue;
        };
        if !stand.insert(id) {
            audit.finds(FILE, (&place, "controller"), id, "one row for each");
        }
        audit.same(FILE, (&place, "name"), cell_of(row, "name"), cell(name));
        let own = subjects
            .iter()
            .filter(|one| cell_of(one, "controller") == id);
        from_subjects(audit, (&place, row), &own.collect::<Vec<_>>());
        if basis.exact {
            let own = tallies
                .iter()
                .filter(|((_, controller), _)| controller == id);
            let own = own.map(|(_, tally)| tally);
            from_rows(audit, (&place, row), own, basis.says());
        }
        if directory.objects.is_some() {
            let say = population.get(id).map_or(0, BTreeSet::len);
            audit.same(
                FILE,
                (&place, "population"),
                cell_of(row, "population"),
                say,
            );
        }
    }
    for id in names.keys().filter(|id| !stand.contains(id.as_str())) {
        audit.finds(
            FILE,
            ("", "controller"),
            format!("no row for {id}"),
            "the directory has it",
        );
    }
    audit.counted("rows of controllers.csv", rows.len() as u64);
}

/// Subjects of each controller in the directory.
fn population<'b>(basis: &'b Basis<'_>) -> BTreeMap<String, BTreeSet<&'b str>> {
    let mut population: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    let objects = basis.plain.case.directory.objects.iter();
    for row in objects.flat_map(|objects| objects.iter()) {
        if let Some(controller) = basis
            .plain
            .controller(&row)
            .filter(|_| !row.subject.is_empty())
        {
            population
                .entry(cell(controller))
                .or_default()
                .insert(row.subject);
        }
    }
    population
}

fn from_subjects(audit: &mut Audit, (place, row): (&str, &Row), own: &[&Row]) {
    let count = |word: &str| {
        own.iter()
            .filter(|one| cell_of(one, "certainty") == word)
            .count()
    };
    let confirmed = count("confirmed");
    let figures = [
        ("subjects_min", confirmed),
        ("subjects_confirmed", confirmed),
        ("subjects_probable", count("probable")),
        ("subjects_possible", count("possible")),
    ];
    for (column, say) in figures {
        audit.same(FILE, (place, column), cell_of(row, column), say);
    }
    let status = cell_of(row, "status");
    if (status == "confirmed") != (confirmed > 0) || (status == "excluded" && !own.is_empty()) {
        let say = format!(
            "{confirmed} confirmed and {} in all in subjects.csv",
            own.len()
        );
        audit.finds(FILE, (place, "status"), status, say);
    }
    if let Ok(most) = cell_of(row, "subjects_max").parse::<usize>()
        && most < own.len()
    {
        audit.finds(
            FILE,
            (place, "subjects_max"),
            most,
            format!("at least {}", own.len()),
        );
    }
    let times = |column| {
        own.iter()
            .filter_map(move |one| rfc3339(cell_of(one, column).as_bytes()))
    };
    let seen = [
        ("first_seen", times("first_seen").min()),
        ("last_seen", times("last_seen").max()),
    ];
    for (column, say) in seen {
        let say = say.map_or_else(String::new, |say| say.to_string());
        audit.same(FILE, (place, column), cell_of(row, column), say);
    }
    for column in ["data_categories", "routes"] {
        let say: BTreeSet<&str> = own
            .iter()
            .flat_map(|one| parts(cell_of(one, column)))
            .collect();
        let stands = listed(&parts(cell_of(row, column)));
        audit.same(FILE, (place, column), stands, listed(&say));
    }
}

fn from_rows<'t>(
    audit: &mut Audit,
    (place, row): (&str, &Row),
    own: impl Iterator<Item = &'t Tally<'t>>,
    says: (bool, bool),
) {
    let (mut accounts, mut requests) = (BTreeSet::new(), BTreeSet::new());
    let (mut children, mut protected) = (0, 0);
    for tally in own {
        accounts.extend(tally.accounts.iter().copied());
        requests.extend(tally.requests.iter().copied());
        children += usize::from(tally.child.1);
        protected += usize::from(tally.protected.1);
    }
    let figures = [
        ("accounts", true, accounts.len()),
        ("accesses", true, requests.len()),
        ("children_min", says.1, children),
        ("protected_min", says.0, protected),
    ];
    for (column, says, say) in figures {
        let stands = cell_of(row, column);
        audit.same(FILE, (place, column), stands, marked(says, stands, say));
    }
}
