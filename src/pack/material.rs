//! A finished answer, sorted by controller: whose subjects were disclosed, on which lines.
//!
//! Computes nothing that the answer does not say; which line may be shown to whom is `lines`'s.

use std::collections::{BTreeMap, BTreeSet};

use super::owners::{Controller, Kind, Owners};
use super::row::{AccessRow, accesses};
use crate::case::Case;
use crate::report::cells::safe;
use crate::report::{Finished, Row};

/// What an answer says, by controller.
pub(super) struct Material {
    /// The row of `controllers.csv` of every controller, in the directory's order.
    pub(super) controllers: Vec<Row>,
    /// The columns of `controllers.csv`.
    pub(super) columns: Vec<String>,
    /// Rows of `subjects.csv` by controller.
    pub(super) subjects: BTreeMap<Controller, Vec<Row>>,
    /// Every access beyond scope.
    pub(super) accesses: Vec<AccessRow>,
    /// The disclosures among them, by controller.
    pub(super) disclosures: BTreeMap<Controller, Vec<usize>>,
}

impl Material {
    /// Reads an answer and holds its case against the one that is given.
    ///
    /// # Errors
    /// A sentence: the answer was changed, or is of another case.
    pub(super) fn read(answer: &Finished, case: &Case) -> Result<Material, String> {
        let manifest = answer.findings(&mut |_| None)?;
        if manifest["case"]["id"] != case.id.as_str() {
            return Err(format!(
                "the answer is of the case {}, and {} is the case {}; name the case file that the answer was made from",
                manifest["case"]["id"], case.file_name, case.id
            ));
        }
        let known = case.directory.controllers.as_deref().unwrap_or_default();
        let index: BTreeMap<String, Controller> = known
            .iter()
            .zip(0..)
            .map(|(one, at)| (safe(&one.id), at))
            .collect();
        let mut by_index: BTreeMap<Controller, Row> = BTreeMap::new();
        for row in answer.rows("controllers.csv")? {
            if let Some(at) = index.get(&row["controller"]) {
                by_index.insert(*at, row);
            }
        }
        if by_index.len() != known.len() {
            return Err(format!(
                "the answer tells of {} of the {} controllers that {} names; make the answer again from this case",
                by_index.len(),
                known.len(),
                case.file_name
            ));
        }
        let mut subjects: BTreeMap<Controller, Vec<Row>> = BTreeMap::new();
        for row in answer.rows("subjects.csv")? {
            if let Some(at) = index.get(&row["controller"]) {
                subjects.entry(*at).or_default().push(row);
            }
        }
        let accesses = accesses(answer)?;
        let mut disclosures: BTreeMap<Controller, Vec<usize>> = BTreeMap::new();
        for (row, at) in accesses.iter().zip(0..) {
            let controller = index.get(&safe(&row.controller));
            if let Some(controller) = controller.filter(|_| row.certainty != "attempt") {
                disclosures.entry(*controller).or_default().push(at);
            }
        }
        Ok(Material {
            controllers: by_index.into_values().collect(),
            columns: columns(&answer.bytes("controllers.csv")?),
            subjects,
            accesses,
            disclosures,
        })
    }

    /// Takes what only the logs name into the list of identifiers: accounts, addresses, IDs that the directory does not
    /// know, and where the lines of each controller stand.
    pub(super) fn name_to(&self, owners: &mut Owners, case: &Case) {
        let known = case.directory.controllers.as_deref().unwrap_or_default();
        let index: BTreeMap<&str, Controller> = known
            .iter()
            .zip(0..)
            .map(|(one, at)| (one.id.as_str(), at))
            .collect();
        let mut names: BTreeSet<(Kind, &str)> = BTreeSet::new();
        let mut whose: BTreeMap<(&str, u64), BTreeSet<Option<Controller>>> = BTreeMap::new();
        for row in &self.accesses {
            let account = row.account.strip_prefix("client:");
            names.insert((Kind::Account, account.unwrap_or(&row.account)));
            names.insert((Kind::Address, &row.client));
            for (kind, id) in [
                (Kind::Object, &row.object),
                (Kind::Container, &row.container),
            ] {
                if !owners.knows(id) {
                    names.insert((kind, id));
                }
            }
            let controller = index.get(row.controller.as_str()).copied();
            let place = whose.entry((&row.file, row.offset)).or_default();
            place.insert(controller);
        }
        for (kind, name) in names {
            owners.add(name, kind, &[], None);
        }
        for ((_, offset), controllers) in whose {
            let first = controllers.iter().flatten().next().copied();
            let own: Vec<Controller> = match controllers.len() {
                1 => first.into_iter().collect(),
                // A line that tells of several belongs into no pack by its place.
                _ => Vec::new(),
            };
            owners.add(&offset.to_string(), Kind::Offset, &own, first);
        }
    }
}

fn columns(table: &[u8]) -> Vec<String> {
    let mut reader = csv::Reader::from_reader(table);
    let header = reader.headers().cloned().unwrap_or_default();
    header.iter().map(str::to_owned).collect()
}
