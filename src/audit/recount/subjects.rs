//! `subjects.csv` from the cited rows.

use std::collections::{BTreeMap, BTreeSet};

use super::{Basis, Cited, cell_of, listed, marked, parts, rank, split};
use crate::audit::Audit;
use crate::report::{Row, cell};
use crate::words::Stamp;

const FILE: &str = "subjects.csv";
/// How many lines a row cites.
const CITED: usize = 5;

/// A data subject and its controller, as tables write them.
pub(super) type Key = (String, String);

/// What rows say of a subject.
pub(super) struct Tally<'t> {
    pub certainty: &'t str,
    pub first: Stamp,
    pub last: Stamp,
    pub accounts: BTreeSet<&'t str>,
    pub requests: BTreeSet<(&'t str, i64)>,
    pub routes: BTreeSet<&'t str>,
    pub categories: BTreeSet<String>,
    pub references: BTreeSet<String>,
    /// Protected, and a child: at some disclosure, and at a confirmed one.
    pub protected: (bool, bool),
    pub child: (bool, bool),
}

/// Everybody of whom rows say that something was disclosed.
pub(super) fn tallies<'t>(basis: &'t Basis<'t>) -> BTreeMap<Key, Tally<'t>> {
    let mut tallies = BTreeMap::new();
    for cited in basis.cited.iter().filter(|cited| cited.row.disclosed()) {
        let Some(subject) = cited
            .row
            .subject
            .filter(|_| !stands_for_itself(basis, cited))
        else {
            continue;
        };
        let controller = cited.row.controller.unwrap_or_default();
        let tally = tallies
            .entry((cell(subject), cell(controller)))
            .or_insert_with(|| Tally::at(cited.time()));
        tally.add(basis, cited);
    }
    tallies
}

/// Whether the directory names no subject for the row's object.
pub(super) fn stands_for_itself(basis: &Basis<'_>, cited: &Cited<'_>) -> bool {
    let (Some(object), Some(subject)) = (cited.row.object, cited.row.subject) else {
        return false;
    };
    let by = basis.plain.by(&cited.row);
    let rows = basis.plain.rows_at((object, by), cited.time());
    subject.strip_prefix("object:") == Some(object) && rows.iter().any(|row| row.subject.is_empty())
}

impl<'t> Tally<'t> {
    fn at(time: Stamp) -> Tally<'t> {
        Tally {
            certainty: "attempt",
            first: time,
            last: time,
            accounts: BTreeSet::new(),
            requests: BTreeSet::new(),
            routes: BTreeSet::new(),
            categories: BTreeSet::new(),
            references: BTreeSet::new(),
            protected: (false, false),
            child: (false, false),
        }
    }

    fn add(&mut self, basis: &Basis<'t>, cited: &'t Cited<'t>) {
        let (row, time) = (&cited.row, cited.time());
        if rank(row.certainty) > rank(self.certainty) {
            self.certainty = row.certainty;
        }
        self.first = self.first.min(time);
        self.last = self.last.max(time);
        self.accounts.insert(row.account);
        self.requests.insert(cited.request());
        self.routes.insert(row.route);
        self.references.insert(row.reference());
        let directory = &basis.plain.case.directory;
        let mut routes = basis.plain.case.routes.iter();
        let route = routes.find(|route| route.name == row.route);
        let sure = row.certainty == "confirmed";
        let named = (row.object.unwrap_or_default(), basis.plain.by(row));
        for object in basis.plain.rows_at(named, time) {
            let own = row.subject == Some(object.subject)
                && row.controller == basis.plain.controller(&object);
            if !own {
                continue;
            }
            self.protected.0 |= object.protected;
            self.protected.1 |= object.protected && sure;
            self.child.0 |= object.child;
            self.child.1 |= object.child && sure;
            for category in route.iter().flat_map(|route| &route.discloses) {
                let filled_in = object.fields.contains(&category.name);
                match (category.optional, directory.objects_say_fields) {
                    (true, true) if !filled_in => {}
                    (true, false) => drop(self.categories.insert(format!("{}?", category.name))),
                    _ => drop(self.categories.insert(category.name.clone())),
                }
            }
        }
    }
}

/// Compares the table.
pub(super) fn check(
    audit: &mut Audit,
    basis: &Basis<'_>,
    tallies: &BTreeMap<Key, Tally<'_>>,
    rows: &[Row],
) {
    let objects = basis.plain.case.directory.objects.iter();
    let guarded = objects.flat_map(|objects| objects.iter().filter(|row| row.protected));
    let guarded: BTreeSet<String> = guarded
        .map(|row| match row.subject {
            "" => cell(&format!("object:{}", row.object)),
            subject => cell(subject),
        })
        .collect();
    let mut stand = BTreeSet::new();
    for (number, row) in rows.iter().enumerate() {
        let place = format!("row {}", number + 1);
        let key = (
            cell_of(row, "subject").to_owned(),
            cell_of(row, "controller").to_owned(),
        );
        if !stand.insert(key.clone()) {
            audit.finds(
                FILE,
                (&place, "subject, controller"),
                "a second row",
                "one row for each",
            );
        }
        // An answer of an older build has no such column.
        if let Some(stands) = row.get("protected_ever") {
            let say = marked(basis.says().0, stands, guarded.contains(&key.0));
            audit.same(FILE, (&place, "protected_ever"), stands, say);
        }
        // What only the order of a run makes possible has no line of its own, but may have one of which the scope is not known.
        let by_order = cell_of(row, "accesses") == "0";
        match tallies.get(&key) {
            Some(tally) if basis.exact || !by_order => {
                one(audit, (&place, row), tally, basis);
            }
            _ if by_order => {
                audit.same(
                    FILE,
                    (&place, "certainty"),
                    cell_of(row, "certainty"),
                    "possible",
                );
            }
            _ => {
                let say = "no row of accesses.parquet discloses anything of this subject";
                audit.finds(FILE, (&place, "accesses"), cell_of(row, "accesses"), say);
            }
        }
    }
    let missing = tallies.iter().filter(|(key, _)| !stand.contains(*key));
    for (_, tally) in missing.filter(|_| basis.exact) {
        let reference = tally.references.first().map_or("", String::as_str);
        let say = "accesses.parquet discloses something of a subject there";
        audit.finds(FILE, (reference, "row"), "no row", say);
    }
    audit.counted("rows of subjects.csv", rows.len() as u64);
}

fn one(audit: &mut Audit, (place, row): (&str, &Row), tally: &Tally<'_>, basis: &Basis<'_>) {
    let cited = parts(cell_of(row, "evidence"));
    let known = pieces(tally.references.iter().map(AsRef::as_ref));
    for reference in cited.iter().filter(|one| !known.contains(**one)) {
        let say = "no row of accesses.parquet cites it for this subject";
        audit.finds(FILE, (place, "evidence"), reference, say);
    }
    let says = basis.says();
    for (column, says, say) in [
        ("protected", says.0, tally.protected.0),
        ("child", says.1, tally.child.0),
    ] {
        if basis.exact {
            let stands = cell_of(row, column);
            audit.same(FILE, (place, column), stands, marked(says, stands, say));
        }
    }
    if !basis.exact {
        let accesses = cell_of(row, "accesses").parse().unwrap_or(usize::MAX);
        let more = accesses > tally.requests.len();
        let surer = rank(cell_of(row, "certainty")) > rank(tally.certainty);
        if more || surer {
            let say = format!("at most {} and {}", tally.requests.len(), tally.certainty);
            audit.finds(FILE, (place, "accesses, certainty"), accesses, say);
        }
        return;
    }
    let figures = [
        ("certainty", tally.certainty.to_owned()),
        ("first_seen", tally.first.to_string()),
        ("last_seen", tally.last.to_string()),
        ("accounts", tally.accounts.len().to_string()),
        ("accesses", tally.requests.len().to_string()),
    ];
    for (column, say) in figures {
        audit.same(FILE, (place, column), cell_of(row, column), say);
    }
    let most = tally.requests.len().min(CITED);
    // A log whose name holds the sign that joins them cannot be counted by it.
    let parted = !tally.references.iter().any(|known| known.contains(';'));
    if parted {
        audit.same(FILE, (place, "lines in evidence"), cited.len(), most);
    }
    let routes = split(tally.routes.iter().copied());
    let categories = split(tally.categories.iter().map(String::as_str));
    for (column, say) in [("routes", routes), ("data_categories", categories)] {
        let stands = listed(&parts(cell_of(row, column)));
        audit.same(FILE, (place, column), stands, listed(&say));
    }
    let accounts = pieces(tally.accounts.iter().map(AsRef::as_ref));
    let named = parts(cell_of(row, "account_ids"));
    for account in named.iter().filter(|one| !accounts.contains(**one)) {
        let say = "no row of accesses.parquet says so";
        audit.finds(FILE, (place, "account_ids"), account, say);
    }
}

/// What names leave between the signs that join them in a cell: one may hold such a sign, and a cell is escaped as a whole,
/// so that only its first part may be.
fn pieces<'n>(names: impl Iterator<Item = &'n str>) -> BTreeSet<String> {
    let both = names.flat_map(|name| [name.to_owned(), cell(name)]);
    both.flat_map(|name| name.split(';').map(str::to_owned).collect::<Vec<_>>())
        .collect()
}
