//! The lines behind a controller's disclosures, read again from the logs and masked for that controller.

use std::collections::{BTreeMap, BTreeSet};

use super::check::line::{Facts, strangers};
use super::keys::Pseudonyms;
use super::mask::{Asker, Masked, Masker};
use super::material::Material;
use super::owners::{Controller, Owners, Reader};
use super::reread::{self, LogFile, RawLine};
use super::row::AccessRow;
use super::target::Targets;
use crate::evidence::{Place, sha256};
use crate::source::SourceProblem;
use crate::words::Stamp;

/// A line as a controller's pack tells of it.
pub(super) struct ShownLine {
    /// A row of the answer that stands on it, for what all of them share.
    pub(super) row: AccessRow,
    /// The strongest certainty of what it disclosed of this controller.
    pub(super) certainty: String,
    /// Its data subjects of this controller, without protected persons.
    pub(super) subjects: BTreeSet<String>,
    /// Its protected persons of this controller.
    pub(super) protected: BTreeSet<String>,
    /// Objects of this controller that it disclosed, without those of protected persons.
    pub(super) objects: BTreeSet<String>,
    /// The same for those that may only be told sealed.
    pub(super) sealed_objects: BTreeSet<String>,
    /// Whether it discloses nothing else than protected persons: then it is told sealed only.
    pub(super) only_sealed: bool,
    /// The masked line, or why it is withheld.
    pub(super) text: String,
    /// Why the line's text is withheld; empty where it is shown.
    pub(super) withheld: &'static str,
    /// The line with the controller's protected persons; only where it tells of some.
    pub(super) sealed_text: String,
    /// Whether it asks for nothing but this controller's things, so that its place may be told.
    pub(super) own_place: bool,
    /// The container, where it is the controller's.
    pub(super) container: String,
}

/// Why a text is withheld.
const UNREADABLE: &str = "the line could not be taken apart again";
const STRANGERS: &str = "what is left of the line after masking looks like something of others";

/// A failure while lines are read again.
pub(super) struct LinesProblem(pub(super) String);

impl From<SourceProblem> for LinesProblem {
    fn from(problem: SourceProblem) -> LinesProblem {
        LinesProblem(problem.to_string())
    }
}

/// What is needed to show lines.
pub(super) struct Shower<'a> {
    pub(super) owners: &'a Owners,
    pub(super) targets: &'a Targets<'a>,
    pub(super) material: &'a Material,
    pub(super) logs: &'a [LogFile],
}

impl Shower<'_> {
    /// The lines of every controller that has `names`, sorted by time, file and line.
    ///
    /// # Errors
    /// A log is missing, cannot be read, or is not what it was when the answer was made.
    pub(super) fn show(
        &self,
        names: &mut BTreeMap<Controller, Pseudonyms<'_>>,
    ) -> Result<BTreeMap<Controller, Vec<ShownLine>>, String> {
        let mut by_file: BTreeMap<&str, BTreeMap<u64, BTreeMap<Controller, Vec<usize>>>> =
            BTreeMap::new();
        let mut foreign: BTreeSet<(&str, u64)> = BTreeSet::new();
        let rows = &self.material.accesses;
        for (controller, own) in &self.material.disclosures {
            for at in own.iter().filter(|_| names.contains_key(controller)) {
                let row = &rows[*at];
                let places = by_file.entry(&row.file).or_default();
                let place = places.entry(row.offset).or_default();
                place.entry(*controller).or_default().push(*at);
            }
        }
        let mut first: BTreeMap<(&str, u64), &str> = BTreeMap::new();
        for row in rows {
            let place = (row.file.as_str(), row.offset);
            if *first.entry(place).or_insert(&row.controller) != row.controller {
                foreign.insert(place);
            }
        }
        let mut shown: BTreeMap<Controller, Vec<ShownLine>> = BTreeMap::new();
        for (name, places) in by_file {
            let log = self.logs.iter().find(|log| log.name == name).ok_or_else(|| {
                format!("{name}: the answer cites it, and it is not among the logs of the case; name the case file beside which the logs stand")
            })?;
            self.of_log(log, &places, &foreign, names, &mut shown)
                .map_err(|problem| problem.0)?;
        }
        for lines in shown.values_mut() {
            lines.sort_by(|a, b| order(a).cmp(&order(b)));
        }
        Ok(shown)
    }

    fn of_log(
        &self,
        log: &LogFile,
        wanted: &BTreeMap<u64, BTreeMap<Controller, Vec<usize>>>,
        foreign: &BTreeSet<(&str, u64)>,
        names: &mut BTreeMap<Controller, Pseudonyms<'_>>,
        shown: &mut BTreeMap<Controller, Vec<ShownLine>>,
    ) -> Result<(), LinesProblem> {
        let rows = &self.material.accesses;
        let length = |by: &BTreeMap<Controller, Vec<usize>>| {
            by.values()
                .flatten()
                .map(|at| rows[*at].length)
                .max()
                .unwrap_or(0)
        };
        let places: Vec<Place> = wanted
            .iter()
            .map(|(offset, by)| Place {
                offset: *offset,
                length: length(by),
            })
            .collect();
        let by_place: Vec<_> = wanted.values().collect();
        reread::lines(log, &places, |at, line| {
            for (controller, own) in by_place[at] {
                let own: Vec<&AccessRow> = own.iter().map(|row| &rows[*row]).collect();
                unchanged(log, line, own[0])?;
                if let Some(names) = names.get_mut(controller) {
                    let alone = !foreign.contains(&(log.name.as_str(), line.offset));
                    let one = self.line(*controller, line, &own, alone, names);
                    shown.entry(*controller).or_default().push(one);
                }
            }
            Ok(())
        })
    }

    fn line(
        &self,
        controller: Controller,
        line: &RawLine<'_>,
        rows: &[&AccessRow],
        alone: bool,
        names: &mut Pseudonyms<'_>,
    ) -> ShownLine {
        let row = rows[0];
        let (protected, open): (Vec<&&AccessRow>, Vec<&&AccessRow>) =
            rows.iter().partition(|row| self.is_protected(row));
        let mask = |sealed: bool, names: &mut Pseudonyms<'_>| {
            self.mask(controller, line, row, sealed, names)
        };
        let masked = mask(false, names);
        let sealed_text = match protected.is_empty() {
            true => String::new(),
            false => mask(true, names)
                .text
                .unwrap_or_else(|| withheld(UNREADABLE)),
        };
        let (text, why) = self.checked(controller, row, &masked);
        let shows = |id: &String, sealed| self.owners.shows_object(controller, id, sealed);
        let ids = |rows: &[&&AccessRow], sealed| -> BTreeSet<String> {
            let all = rows.iter().map(|row| row.object.clone());
            all.filter(|id| shows(id, sealed)).collect()
        };
        ShownLine {
            row: row.clone(),
            certainty: strongest(rows),
            subjects: subjects(&open),
            protected: subjects(&protected),
            objects: ids(&open, false),
            sealed_objects: ids(&protected, true),
            only_sealed: open.is_empty(),
            text,
            withheld: why,
            sealed_text,
            own_place: alone && masked.asked.only_own,
            container: masked.asked.container.clone().unwrap_or_default(),
        }
    }

    fn mask(
        &self,
        reader: Controller,
        line: &RawLine<'_>,
        row: &AccessRow,
        sealed: bool,
        names: &mut Pseudonyms<'_>,
    ) -> Masked {
        let masker = Masker {
            owners: self.owners,
            targets: self.targets,
            reader,
            sealed,
        };
        let asker = Asker {
            account: &row.account,
            client: &row.client,
        };
        masker.mask(line, &asker, names)
    }

    /// The text if the leak check finds nothing in it: what it would find must not be written in the first place.
    fn checked(
        &self,
        controller: Controller,
        row: &AccessRow,
        masked: &Masked,
    ) -> (String, &'static str) {
        let Some(text) = &masked.text else {
            return (withheld(UNREADABLE), UNREADABLE);
        };
        let facts = Facts {
            time: row.at,
            status: row.status,
            bytes: row.bytes,
            route: self.targets.route(&row.route),
            paged: masked.asked.container.is_some(),
            corrections: self.logs.iter().map(|log| log.clock_correction).collect(),
        };
        match strangers(self.owners, Reader::Controller(controller), &facts, text).is_empty() {
            true => (text.clone(), ""),
            false => (withheld(STRANGERS), STRANGERS),
        }
    }

    fn is_protected(&self, row: &AccessRow) -> bool {
        self.owners.is_protected(&row.subject)
            || self.owners.is_protected(&format!("object:{}", row.object))
    }
}

/// What stands in a withheld line's place.
fn withheld(why: &str) -> String {
    format!("[withheld: {why}; line_id in evidence.csv stands for it]")
}

/// Whether a line is what stands in a withheld one's place.
pub(super) fn is_withheld(text: &str) -> bool {
    [UNREADABLE, STRANGERS]
        .iter()
        .any(|why| text == withheld(why))
}

fn subjects(rows: &[&&AccessRow]) -> BTreeSet<String> {
    let names = rows.iter().map(|row| row.subject.clone());
    names.filter(|name| !name.is_empty()).collect()
}

fn strongest(rows: &[&AccessRow]) -> String {
    let rank = |word: &str| {
        ["possible", "probable", "confirmed"]
            .iter()
            .position(|one| *one == word)
    };
    let best = rows.iter().max_by_key(|row| rank(&row.certainty));
    best.map_or_else(String::new, |row| row.certainty.clone())
}

fn order(line: &ShownLine) -> (Stamp, &str, u64) {
    (line.row.at, &line.row.file, line.row.line)
}

fn unchanged(log: &LogFile, line: &RawLine<'_>, row: &AccessRow) -> Result<(), LinesProblem> {
    if row.line_sha256.is_empty() || row.line_sha256 == sha256(line.bytes) {
        return Ok(());
    }
    Err(LinesProblem(format!(
        "{}:{}: the line is not what it was when the answer was made (its SHA-256 differs): name the logs that the answer \
         was made from, or make the answer again",
        log.name, row.line
    )))
}
