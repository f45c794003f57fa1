//! `evidence`: the raw lines behind rows of an answer, as text, JSON lines, exact bytes or a bag.

mod bag;
pub(super) mod wanted;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::Path;

use serde_json::json;

use super::whence::{find_case, logs, no_case};
use super::{Ending, finished};
use crate::case::{self, Case};
use crate::cli::EvidenceArgs;
use crate::evidence::{RawLine, Reference, digest_of, raw_lines};
use crate::report::{MANIFEST, visible};
use crate::sequence::text;
use crate::source::Found;
use wanted::Wanted;

/// A line with where it stands.
struct Line {
    reference: Reference,
    /// SHA-256 of the log as it lies on disk.
    file_sha256: String,
    raw: RawLine,
    /// It names a protected person, and nobody asked for such.
    withheld: bool,
}

/// Runs it.
pub(super) fn run(args: &EvidenceArgs) -> Result<(), Ending> {
    wanted::check(args)?;
    let answer = finished(&args.answer)?;
    let manifest = answer.json(MANIFEST).map_err(Ending::Failed)?;
    let path = find_case(args.case.as_ref(), &args.answer, &manifest);
    let path = path.ok_or_else(|| no_case(&args.answer, &manifest))?;
    let case = case::load_with(&path, &args.outside).map_err(Ending::usage)?;
    same_case(&case, &manifest, &path)?;
    let wanted = wanted::find(args, &answer, &case)?;
    if wanted.lines.is_empty() {
        return Err(Ending::Failed(wanted::nothing(args, &answer)));
    }
    let found = logs(&case).map_err(Ending::failed)?;
    let lines = read(&wanted, &found, &manifest)?;
    match &args.bag {
        Some(folder) => bag::write(args, folder, (&case, &found), &lines),
        None => print(args, &lines),
    }
}

/// Evidence of another case's logs would be none.
pub(super) fn same_case(
    case: &Case,
    manifest: &serde_json::Value,
    path: &Path,
) -> Result<(), Ending> {
    match manifest["case"]["sha256"] == *case.sha256 {
        true => Ok(()),
        false => Err(Ending::Failed(format!(
            "{}: is not the case file that the answer was made from (its SHA-256 is {}, the manifest says {}); name that one",
            path.display(),
            case.sha256,
            manifest["case"]["sha256"].as_str().unwrap_or("none"),
        ))),
    }
}

/// The lines, log by log, each held against the digest that the answer has of it.
fn read(
    wanted: &Wanted,
    found: &[Found],
    manifest: &serde_json::Value,
) -> Result<Vec<Line>, Ending> {
    let mut by_file: BTreeMap<&str, Vec<&Reference>> = BTreeMap::new();
    for reference in wanted.lines.keys() {
        by_file.entry(&reference.file).or_default().push(reference);
    }
    let mut lines = Vec::new();
    for (name, references) in by_file {
        let log = found.iter().find(|log| log.name == name);
        let log = log.ok_or_else(|| {
            Ending::Failed(format!(
                "{name}: the case's globs do not find it; bring the log back"
            ))
        })?;
        let file_sha256 = unchanged(log, manifest)?;
        let raw = raw_lines(&log.log, &references).map_err(Ending::failed)?;
        for (reference, raw) in references.into_iter().zip(raw) {
            let line = &wanted.lines[reference];
            if line
                .sha256
                .as_ref()
                .is_some_and(|sha256| *sha256 != raw.sha256)
            {
                return Err(Ending::Failed(format!(
                    "{reference}: its bytes are not those that the answer cites; `breachscope verify` says more"
                )));
            }
            lines.push(Line {
                reference: reference.clone(),
                file_sha256: file_sha256.clone(),
                raw,
                withheld: line.withheld,
            });
        }
    }
    Ok(lines)
}

/// The digest of a log, which must be the manifest's.
pub(super) fn unchanged(found: &Found, manifest: &serde_json::Value) -> Result<String, Ending> {
    let inputs = manifest["inputs"].as_array().into_iter().flatten();
    let said = inputs.clone().find(|input| input["file"] == *found.name);
    let own = File::open(found.log.path()).and_then(digest_of);
    let own = own.map_err(|e| Ending::Failed(format!("{}: cannot be read: {e}", found.name)))?;
    match said.is_some_and(|said| said["sha256"] == *own) {
        true => Ok(own),
        false => Err(Ending::Failed(format!(
            "{}: is not the log that the answer was made from (its SHA-256 is {own}); `breachscope verify` says more",
            found.name
        ))),
    }
}

pub(super) const WITHHELD: &str = "(names a protected person: --protected shows it)";

fn print(args: &EvidenceArgs, lines: &[Line]) -> Result<(), Ending> {
    let mut out = std::io::stdout().lock();
    for line in lines {
        if args.raw {
            if !line.withheld {
                out.write_all(&line.raw.bytes)?;
                out.write_all(b"\n")?;
            }
            continue;
        }
        let shown = match line.withheld {
            true => WITHHELD.to_owned(),
            false => text(&line.raw.bytes),
        };
        // With the lines beside it, its digest would prove a guess of whom it names.
        let digest = (!line.withheld).then_some(&*line.raw.sha256);
        let Reference { file, .. } = &line.reference;
        if args.json {
            let told = json!({
                "schema": "breachscope.evidence/1",
                "file": file,
                "file_sha256": line.file_sha256,
                "offset": line.reference.offset,
                "length": line.reference.length,
                "line": line.reference.line,
                "line_sha256": digest,
                "withheld": line.withheld,
                "text": if line.withheld { None } else { Some(&shown) },
            });
            writeln!(out, "{told}")?;
        } else {
            writeln!(
                out,
                "{}",
                visible(&text(line.reference.to_string().as_bytes()))
            )?;
            writeln!(out, "  file  {}", line.file_sha256)?;
            writeln!(out, "  line  {}", digest.unwrap_or("withheld too"))?;
            writeln!(out, "  {}", visible(&shown))?;
        }
    }
    out.flush()?;
    let withheld = lines.iter().filter(|line| line.withheld).count();
    if withheld > 0 && args.raw {
        let _ = writeln!(
            std::io::stderr(),
            "breachscope: lines that name protected persons and were left out: {withheld}; --protected prints them"
        );
    }
    Ok(())
}
