//! A finished answer held against the logs that it was made from: every file, every cited line, every figure that
//! follows from the cited lines.
//!
//! Takes nobody's word: the logs are read again by a plain serial loop (`reread`), the directory is looked up anew
//! (`directory`), and figures are counted again from the cited rows (`recount`), by other code than made them. What a
//! second look cannot tell, such as a score, is named in [`NOT_CHECKED`]; a second scan gives it byte for byte. Where the
//! files are is the command's to find out.

mod carried;
mod directory;
mod folder;
mod inputs;
mod lines;
mod missing;
mod recount;
mod reread;
mod rows;
mod told;

use serde_json::Value;

pub use folder::Folder;
pub use inputs::{Place, check_case, check_inputs};
pub use reread::Raw;
pub use told::{json, text};

use crate::case::Case;
use directory::Plain;
use missing::Watch;
use reread::{Reread, reread};

/// What an audit does not look at, in sentences.
pub const NOT_CHECKED: [&str; 4] = [
    "verdicts, scores, signals, addresses, roles and other particulars of an account beyond that the files agree on them, and stories of the cause: a second scan of the same inputs gives the same bytes",
    "upper bounds, doubts and their reasons, and which controllers are excluded for want of them, beyond that the tables agree on them; log_coverage, expected ranges and holes; who could see whom in ladder.csv, and learned.csv beyond its digest: likewise",
    "what timeline.jsonl says of the logs themselves, and report.html where another build made it, beyond their digests: likewise",
    "disclosures that no line shows and only the order of a run makes possible: likewise",
];

/// Something in the answer that the logs contradict.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file that it is about: of the answer, of the case, or a log.
    pub file: String,
    /// Where in it: a row, a line, a key; empty for the whole file.
    pub place: String,
    /// Column or figure.
    pub column: String,
    /// What stands there.
    pub stands: String,
    /// What the logs, or the other files, say.
    pub say: String,
}

/// What came of an audit.
#[derive(Debug, Default)]
pub struct Audit {
    /// What is contradicted, in the order in which it was looked at.
    pub findings: Vec<Finding>,
    /// Case file, tables and logs that are not those of the manifest: what else is contradicted may come from that alone.
    pub changed: Vec<String>,
    /// What is not there to be looked at: its name, and why.
    pub absent: Vec<(String, String)>,
    /// What is there and cannot be read: its name, and why.
    pub unreadable: Vec<(String, String)>,
    /// How much was looked at: what, and how many.
    pub checked: Vec<(&'static str, u64)>,
}

impl Audit {
    /// Notes a contradiction.
    pub fn finds(
        &mut self,
        file: &str,
        (place, column): (impl ToString, &str),
        stands: impl ToString,
        say: impl ToString,
    ) {
        self.findings.push(Finding {
            file: file.to_owned(),
            place: place.to_string(),
            column: column.to_owned(),
            stands: stands.to_string(),
            say: say.to_string(),
        });
    }

    /// Notes a contradiction where two values differ.
    fn same(
        &mut self,
        file: &str,
        (place, column): (impl ToString, &str),
        stands: impl ToString,
        say: impl ToString,
    ) {
        let (stands, say) = (stands.to_string(), say.to_string());
        if stands != say {
            self.finds(file, (place, column), stands, say);
        }
    }

    fn counted(&mut self, what: &'static str, how_many: u64) {
        self.checked.push((what, how_many));
    }
}

/// Holds the answer's rows and figures against its logs, of which `raws` are those that are there, in the order of the
/// case.
pub fn check_answer(audit: &mut Audit, folder: &Folder, case: &Case, raws: &[Raw]) {
    let manifest = folder.manifest();
    let table = folder.accesses(audit);
    let plain = Plain::of(case, table.as_ref());
    let found = folder.json("findings.json");
    let mut watch = Watch::of(case, &plain, table.as_ref(), raws);
    watch.also(carried::places(&found));
    let mut read: Vec<Option<Reread>> = Vec::new();
    for (number, raw) in raws.iter().enumerate() {
        watch.enters(number, &copied(&manifest, &raw.name));
        match reread(raw, &mut watch) {
            Ok(reread) => read.push(Some(reread)),
            Err(problem) => {
                audit
                    .unreadable
                    .push((raw.name.clone(), problem.to_string()));
                read.push(None);
            }
        }
    }
    inputs::check_lines(audit, &manifest, raws, &read);
    inputs::check_rejects(audit, folder, raws, &read);
    let (seen, hours) = watch.done(audit);
    let unread = raws.iter().zip(&read).filter(|(_, read)| read.is_none());
    let unread = unread.map(|(raw, _)| raw.source).collect();
    let rows_of_hours = folder.rows(audit, "coverage.csv").unwrap_or_default();
    recount::check_hours(audit, case, (&hours, &unread), &rows_of_hours);
    carried::check(audit, &found, &seen, raws);
    let Some(table) = &table else { return };
    rows::check(audit, (table, &seen), (&plain, raws), &found["content"]);
    recount::check(audit, (table, &seen), (&plain, raws), (folder, &found));
}

/// Content offsets of a file between which lines count in another one, by the manifest; all of it where it repeats
/// another as a whole.
fn copied(manifest: &Value, name: &str) -> Option<(u64, u64)> {
    let inputs = manifest["inputs"].as_array()?;
    let input = inputs.iter().find(|input| input["file"] == name)?;
    if input["same_content_as"].is_string() {
        return Some((0, u64::MAX));
    }
    let overlap = &input["overlap"];
    Some((
        overlap["from_offset"].as_u64()?,
        overlap["until_offset"].as_u64()?,
    ))
}
