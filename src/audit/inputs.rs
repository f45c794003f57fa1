//! The case file, its tables and its logs against the manifest: size and digest of each, and where every line went.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use serde_json::Value;

use super::Audit;
use super::folder::Folder;
use super::reread::{Raw, Reread};
use crate::evidence::{EXCERPT, digest_of, read_places};
use crate::format::Problem;
use crate::report::{MANIFEST, cell};
use crate::sequence::text;

/// Where a log that the manifest names should be.
pub struct Place<'p> {
    /// Its name in the manifest; of a member of an archive, the archive's.
    pub name: String,
    /// Where it should be.
    pub path: &'p Path,
}

/// Holds the case file and its tables, which lie in `folder`, against the manifest.
pub fn check_case(audit: &mut Audit, manifest: &Value, case: &Path, folder: &Path) {
    let name = manifest["case"]["file"].as_str().unwrap_or_default();
    let own = case
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let own = own.unwrap_or_default();
    audit.same(MANIFEST, ("case", "file"), name, &own);
    let digest = manifest["case"]["sha256"].as_str();
    file(audit, (&own, case), (None, digest));
    let tables = manifest["tables"].as_array().into_iter().flatten();
    let mut count = 1;
    for table in tables {
        let name = table["file"].as_str().unwrap_or_default();
        let said = (table["bytes"].as_u64(), table["sha256"].as_str());
        file(audit, (name, &folder.join(name)), said);
        count += 1;
    }
    audit.counted("case file and tables", count);
}

/// Holds every log against the manifest: `places` are those that the case's globs find now.
pub fn check_inputs(audit: &mut Audit, manifest: &Value, folder: &Path, places: &[Place<'_>]) {
    let known: BTreeMap<&str, &Path> = places.iter().map(|one| (&*one.name, one.path)).collect();
    let mut said = BTreeMap::new();
    for input in manifest["inputs"].as_array().into_iter().flatten() {
        let name = input["archive"].as_str().or(input["file"].as_str());
        let facts = (input["bytes"].as_u64(), input["sha256"].as_str());
        said.insert(name.unwrap_or_default(), facts);
    }
    for (name, facts) in &said {
        let beside = folder.join(name);
        let path = known.get(name).copied().unwrap_or(&beside);
        file(audit, (name, path), *facts);
    }
    for name in known.keys().filter(|name| !said.contains_key(*name)) {
        audit.finds(
            name,
            ("", "file"),
            "the case's globs find it",
            "manifest.json does not list it",
        );
    }
    audit.counted("logs", said.len() as u64);
}

/// A file's size and digest, where the manifest says them.
fn file(
    audit: &mut Audit,
    (name, path): (&str, &Path),
    (bytes, digest): (Option<u64>, Option<&str>),
) {
    let lacks = |what: &str| format!("manifest.json has no {what} for it");
    let opened = File::open(path).and_then(|file| Ok((file.metadata()?, file)));
    let (facts, opened) = match opened {
        Ok(opened) => opened,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let why = format!("it is not at {}", path.display());
            return audit.absent.push((name.to_owned(), why));
        }
        Err(error) => return audit.unreadable.push((name.to_owned(), error.to_string())),
    };
    if !facts.is_file() {
        let why = "it is no file, so it cannot be read a second time".to_owned();
        return audit.absent.push((name.to_owned(), why));
    }
    let before = audit.findings.len();
    if bytes.is_some_and(|bytes| bytes != facts.len()) {
        let stands = bytes.unwrap_or_default();
        audit.finds(name, ("", "bytes by manifest.json"), stands, facts.len());
    }
    match (digest_of(opened), digest) {
        (Ok(own), Some(digest)) => audit.same(name, ("", "sha256 by manifest.json"), digest, own),
        (Ok(own), None) => {
            audit.finds(name, ("", "sha256 by manifest.json"), lacks("SHA-256"), own)
        }
        (Err(error), _) => audit.unreadable.push((name.to_owned(), error.to_string())),
    }
    if audit.findings.len() > before {
        audit.changed.push(name.to_owned());
    }
}

/// Holds where every line went against the manifest.
pub(super) fn check_lines(
    audit: &mut Audit,
    manifest: &Value,
    raws: &[Raw],
    read: &[Option<Reread>],
) {
    let inputs = || manifest["inputs"].as_array().into_iter().flatten();
    let mut lines = 0;
    for (raw, reread) in raws.iter().zip(read) {
        let Some(Reread { counts, ending }) = reread else {
            continue;
        };
        lines += counts.lines;
        let Some(input) = inputs().find(|input| input["file"] == *raw.name) else {
            let say = "the case's globs find it";
            audit.finds(
                &raw.name,
                ("", "input"),
                "manifest.json does not list it",
                say,
            );
            continue;
        };
        let mut same = |key: &str, say: Value| {
            audit.same(&raw.name, (MANIFEST, key), &input[key], say);
        };
        same("lines", counts.lines.into());
        same("parsed", counts.parsed.into());
        same("rejected", (counts.unread.len() as u64).into());
        same("empty", counts.empty.into());
        same("directives", counts.directives.into());
        same("first", counts.first.map(|at| at.to_string()).into());
        same("last", counts.last.map(|at| at.to_string()).into());
        same("content_bytes", ending.content_bytes.into());
        same("content_sha256", ending.content_sha256.clone().into());
        same("packing", ending.packing.to_string().into());
        same("format", raw.format.name().into());
        for problem in Problem::ALL {
            let own = counts.unread.iter().filter(|one| one.problem == problem);
            let own = own.count() as u64;
            let stands = input["rejected_by_reason"][problem.word()].as_u64();
            let column = format!("rejected as {}", problem.word());
            audit.same(&raw.name, (MANIFEST, &column), stands.unwrap_or(0), own);
        }
    }
    audit.counted("lines of the logs", lines);
}

/// Holds `rejects.csv` against the logs' bytes, row by row.
pub(super) fn check_rejects(
    audit: &mut Audit,
    folder: &Folder,
    raws: &[Raw],
    read: &[Option<Reread>],
) {
    const FILE: &str = "rejects.csv";
    let Some(rows) = folder.rows(audit, FILE) else {
        return;
    };
    let mut stand: BTreeMap<(String, String), Vec<(usize, &crate::report::Row)>> = BTreeMap::new();
    let cell_of = |row: &crate::report::Row, key: &str| row.get(key).cloned().unwrap_or_default();
    for (number, row) in rows.iter().enumerate() {
        let key = (cell_of(row, "file"), cell_of(row, "offset"));
        stand.entry(key).or_default().push((number + 1, row));
    }
    for (name, _) in &audit.absent {
        stand.retain(|(file, _), _| *file != cell(name));
    }
    for (raw, reread) in raws.iter().zip(read) {
        let Some(reread) = reread else {
            stand.retain(|(file, _), _| *file != cell(&raw.name));
            continue;
        };
        let excerpts = excerpts(audit, raw, reread);
        for (unread, excerpt) in reread.counts.unread.iter().zip(excerpts) {
            let key = (cell(&raw.name), unread.offset.to_string());
            let Some((number, row)) = stand.get_mut(&key).and_then(Vec::pop) else {
                let place = format!("{}:{}@{}", raw.name, unread.line, unread.offset);
                let say = format!("a line that cannot be read ({})", unread.problem.word());
                audit.finds(FILE, (place, "row"), "no row", say);
                continue;
            };
            let mut same = |column: &str, say: String| {
                audit.same(
                    FILE,
                    (format!("row {number}"), column),
                    cell_of(row, column),
                    say,
                );
            };
            same("line", unread.line.to_string());
            same("length", unread.length.to_string());
            same("reason", unread.problem.word().to_owned());
            let more = if unread.length > EXCERPT as u64 {
                "…"
            } else {
                ""
            };
            same("excerpt", cell(&format!("{}{more}", text(&excerpt))));
        }
    }
    for ((file, _), rows) in stand {
        for (number, _) in rows {
            let say = "the line there can be read, or there is none";
            audit.finds(FILE, (format!("row {number}"), "offset"), &file, say);
        }
    }
    audit.counted("rows of rejects.csv", rows.len() as u64);
}

/// The beginning of each line that cannot be read.
fn excerpts(audit: &mut Audit, raw: &Raw, reread: &Reread) -> Vec<Vec<u8>> {
    let unread = &reread.counts.unread;
    let places: Vec<crate::evidence::Place> = unread
        .iter()
        .map(|one| crate::evidence::Place {
            offset: one.offset,
            length: one.length.min(EXCERPT as u64),
        })
        .collect();
    let mut excerpts = vec![Vec::new(); places.len()];
    let read = read_places(&raw.log, &places, |index, bytes| {
        excerpts[index] = bytes.to_vec();
    });
    if let Err(problem) = read {
        audit
            .unreadable
            .push((raw.name.clone(), problem.to_string()));
    }
    excerpts
}
