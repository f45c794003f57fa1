//! The leak check: finished packs, read as a stranger would read them, hold nothing of anybody else.
//!
//! One pass over every file with the exact set of all identifiers of the case: so all pairs of controllers are held
//! against each other at once. Names of files, cells of tables, keys and values of JSON, plain lines: everything is
//! looked through in every reading of percent-encoding and escapes, without regard to case, token by token (`spelled`).
//!
//! Short IDs are figures, too. A false alarm for every `7` would make the check worthless, and leaving short IDs out would
//! be a hole. So what stands in its place *by shape* is passed over: a count in a column of counts, a whole time stamp in
//! a column of times, a word of the case in a column of such words, one status in a log line (`line`), a text that is
//! word for word what the program makes of `notification.json`. Everything else is held against all identifiers, long or
//! short. Places of lines are proved against the logs themselves (`places`).

pub(super) mod line;
mod places;
mod table;
mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::names;
use super::owners::{Controller, Hit, Kind, Owners, Reader};
use super::reread::LogFile;
use super::sealed;
use super::target::Targets;
use crate::case::Case;
use crate::evidence::sha256;
use places::Place;

/// Something that must not be there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file, below the folder of packs.
    pub file: String,
    /// The line, from 1; 0 where it is about the whole file.
    pub line: u64,
    /// What it is.
    pub what: String,
}

/// What was checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Controllers' packs.
    pub packs: u64,
    /// Files in them, and in the regulator's set.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Lines whose place was proved against the logs.
    pub places: u64,
    /// Identifiers without a letter or digit, which cannot be told from punctuation and are not looked for.
    pub unsearchable: u64,
    /// What must not be there, in order.
    pub findings: Vec<Finding>,
}

/// What a check knows.
struct Check<'a> {
    case: &'a Case,
    owners: &'a Owners,
    targets: &'a Targets<'a>,
    logs: &'a [LogFile],
    words: table::Words<'a>,
    out: Checked,
    places: Vec<Place>,
}

/// Every file of a pack, and whether a name is one of them.
const FILES: [&str; 8] = [
    "README.txt",
    "SHA256SUMS",
    "controller.csv",
    "evidence.csv",
    "evidence.log",
    "notification.json",
    "notification.md",
    "subjects.csv",
];
const SEALED: &str = "protected.age";
/// Files of the regulator's set.
const REGULATOR: [&str; 7] = [
    "README.txt",
    "SHA256SUMS",
    "accounts.csv",
    "causes.json",
    "controllers.csv",
    "coverage.csv",
    "manifest.json",
];

/// Files of the processor's list.
const MASTER: [&str; 6] = [
    "README.txt",
    "SHA256SUMS",
    "accounts.csv",
    "controllers.csv",
    "packs.csv",
    "pseudonyms.csv",
];

/// Whether a file of that name stands in a pack, the regulator's set or the processor's list.
pub(super) fn is_file_of_packs(name: &str) -> bool {
    let all = FILES.iter().chain(&REGULATOR).chain(&MASTER);
    name == SEALED || all.into_iter().any(|one| *one == name)
}

/// Offsets that packs tell, with whose they are: where no answer says which lines are whose, the packs do.
pub(super) fn offsets(packs: &Path, case: &Case) -> Vec<(String, Controller)> {
    let controllers = case.directory.controllers.as_deref().unwrap_or_default();
    let mut found = Vec::new();
    for (folder, controller) in names::folders(controllers).into_iter().zip(0..) {
        let Ok(bytes) = fs::read(packs.join(folder).join("evidence.csv")) else {
            continue;
        };
        let mut table = csv::ReaderBuilder::new()
            .flexible(true)
            .from_reader(&bytes[..]);
        let header = table.headers().cloned().unwrap_or_default();
        let Some(at) = header.iter().position(|name| name == "offset") else {
            continue;
        };
        let rows = table.records().filter_map(Result::ok);
        let cells = rows.filter_map(|row| row.get(at).map(str::to_owned));
        found.extend(
            cells
                .filter(|cell| !cell.is_empty())
                .map(|cell| (cell, controller)),
        );
    }
    found
}

/// Checks every pack in a folder.
///
/// # Errors
/// A sentence: something cannot be read.
pub(super) fn folder(
    packs: &Path,
    case: &Case,
    owners: &Owners,
    targets: &Targets<'_>,
    logs: &[LogFile],
) -> Result<Checked, String> {
    let mut check = Check {
        case,
        owners,
        targets,
        logs,
        words: table::Words::of(case, logs),
        out: Checked {
            unsearchable: owners.unsearchable,
            ..Checked::default()
        },
        places: Vec::new(),
    };
    let controllers = case.directory.controllers.as_deref().unwrap_or_default();
    let folders: BTreeMap<String, Controller> =
        names::folders(controllers).into_iter().zip(0..).collect();
    for name in entries(packs)? {
        let path = packs.join(&name);
        match (name.as_str(), folders.get(&name)) {
            // It is made to undo the packs; it never leaves the processor.
            ("master", _) => {}
            ("regulator", _) => check.pack(&path, &name, Reader::Regulator)?,
            (_, Some(controller)) if path.is_dir() => {
                check.out.packs += 1;
                check.pack(&path, &name, Reader::Controller(*controller))?;
            }
            _ => check.tell(
                &name,
                0,
                "is no folder of a controller of this case".to_owned(),
            ),
        }
    }
    if check.out.packs == 0 {
        return Err(format!(
            "{}: holds no pack of a controller of this case; name the folder that `pack --out` wrote",
            packs.display()
        ));
    }
    let places = std::mem::take(&mut check.places);
    check.prove(places)?;
    check.out.findings.sort();
    check.out.findings.dedup();
    Ok(check.out)
}

impl Check<'_> {
    fn pack(&mut self, path: &Path, folder: &str, reader: Reader) -> Result<(), String> {
        let known: &[&str] = match reader {
            Reader::Regulator => &REGULATOR,
            Reader::Controller(_) => &FILES,
        };
        let mut files = BTreeMap::new();
        for name in entries(path)? {
            let file = format!("{folder}/{name}");
            let place = path.join(&name);
            if place.is_symlink() || !place.is_file() {
                self.tell(&file, 0, "is no plain file".to_owned());
                continue;
            }
            if !known.contains(&name.as_str()) && name != SEALED {
                self.tell(&file, 0, "is no file of a pack".to_owned());
                self.strange(&file, 0, reader, &name);
            }
            let bytes = fs::read(&place)
                .map_err(|e| format!("{}: cannot be read: {e}", place.display()))?;
            self.out.files += 1;
            self.out.bytes += bytes.len() as u64;
            files.insert(name, bytes);
        }
        self.sums(folder, reader, &files);
        for (name, bytes) in &files {
            let file = format!("{folder}/{name}");
            let text = String::from_utf8_lossy(bytes);
            match name.as_str() {
                SEALED => self.sealed(&file, reader, bytes),
                "SHA256SUMS" => {}
                "notification.md" | "README.txt" | "notification.json" | "causes.json"
                | "manifest.json" => self.texts(&file, name, reader, &files),
                "evidence.log" => self.log(&file, reader, &text, files.get("evidence.csv")),
                _ if name.ends_with(".csv") => self.table(&file, name, reader, bytes),
                _ => self.plain(&file, reader, &text),
            }
        }
        Ok(())
    }

    /// Every line of a text of which nothing is known.
    fn plain(&mut self, file: &str, reader: Reader, text: &str) {
        for (line, number) in text.lines().zip(1..) {
            self.strange(file, number, reader, line);
        }
    }

    /// Tells what in a text its reader may not see.
    fn strange(&mut self, file: &str, line: u64, reader: Reader, text: &str) {
        for hit in self.owners.strangers(reader, text) {
            self.found(file, line, &hit);
        }
    }

    /// The same for a text in which digits alone are figures or the numbers of rotated logs, unless they are all of it.
    fn strange_words(&mut self, file: &str, line: u64, reader: Reader, text: &str) {
        for hit in self.owners.strangers(reader, text) {
            if hit.text.chars().any(char::is_alphabetic) || hit.text == text.trim() {
                self.found(file, line, &hit);
            }
        }
    }

    fn found(&mut self, file: &str, line: u64, hit: &Hit) {
        let controllers = self.case.directory.controllers.as_deref();
        let of = hit.of.and_then(|at| controllers?.get(at as usize));
        let whose = of.map_or(String::new(), |one| format!(" of controller {}", one.id));
        let what = match hit.kind {
            // Who reads the finding may not be who may know.
            Kind::Protected => hit.kind.words().to_owned(),
            kind => format!("{}{whose}: {:?}", kind.words(), hit.text),
        };
        self.tell(file, line, what);
    }

    fn tell(&mut self, file: &str, line: u64, what: String) {
        self.out.findings.push(Finding {
            file: file.to_owned(),
            line,
            what,
        });
    }

    /// A file that was changed after it was packed may hold anything.
    fn sums(&mut self, folder: &str, reader: Reader, files: &BTreeMap<String, Vec<u8>>) {
        let file = format!("{folder}/SHA256SUMS");
        let Some(bytes) = files.get("SHA256SUMS") else {
            return self.tell(&file, 0, "is missing".to_owned());
        };
        let mut listed = BTreeSet::new();
        let text = String::from_utf8_lossy(bytes).into_owned();
        for (line, number) in text.lines().zip(1..) {
            let entry = line.split_once("  ");
            match entry.and_then(|(sum, name)| Some((sum, name, files.get(name)?))) {
                None => {
                    self.tell(
                        &file,
                        number,
                        "is no line about a file of this pack".to_owned(),
                    );
                    self.strange(&file, number, reader, line);
                }
                Some((sum, name, bytes)) => {
                    listed.insert(name);
                    if sum != sha256(bytes) {
                        let what = "was changed after it was packed (SHA256SUMS)".to_owned();
                        self.tell(&format!("{folder}/{name}"), 0, what);
                    }
                    if sum.len() != 64 {
                        self.strange(&file, number, reader, sum);
                    }
                }
            }
        }
        for name in files.keys().filter(|name| *name != "SHA256SUMS") {
            if !listed.contains(name.as_str()) {
                let what = "is not listed in SHA256SUMS".to_owned();
                self.tell(&format!("{folder}/{name}"), 0, what);
            }
        }
    }

    /// Ciphertext: random bytes hold short IDs by chance, and no eight signs of one.
    fn sealed(&mut self, file: &str, reader: Reader, bytes: &[u8]) {
        const BY_NO_CHANCE: usize = 8;
        if !bytes.starts_with(sealed::HEADER) {
            self.tell(file, 0, "is no sealed file".to_owned());
        }
        let text = String::from_utf8_lossy(bytes);
        for hit in self.owners.in_reading(reader, &text) {
            if hit.text.len() >= BY_NO_CHANCE {
                self.found(file, 0, &hit);
            }
        }
    }
}

fn entries(folder: &Path) -> Result<Vec<String>, String> {
    let unreadable = |e: std::io::Error| format!("{}: cannot be read: {e}", folder.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name();
        names.push(name.to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}
