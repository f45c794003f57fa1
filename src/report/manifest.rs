//! `manifest.json`: what was read, by what, and what was written, so that a stranger can hold both against it.
//!
//! Nothing in it comes from the clock, the machine or the number of threads: the command line is given as
//! far as the answer depends on it.

use serde_json::{Map, Value, json};

use super::folder::Output;
use super::{Answer, FileNote, FolderProblem};
use crate::evidence::sha256;
use crate::format::Problem;
use crate::selftest::RECORDED;
use crate::sequence::text;
use crate::source::Packing;

/// The build: version, and the commit that it was built from where the tree told it.
pub const BUILD: &str = concat!(
    env!("CARGO_PKG_VERSION"),
    " (",
    env!("BREACHSCOPE_COMMIT"),
    ")"
);

/// The file's name.
pub const MANIFEST: &str = "manifest.json";
/// The name of the file beside it that holds its own digest, as `sha256sum -c` reads it.
pub const MANIFEST_DIGEST: &str = "manifest.sha256";

/// The bytes of [`MANIFEST_DIGEST`] for a manifest.
pub fn digest_of(manifest: &[u8]) -> Vec<u8> {
    format!("{}  {MANIFEST}\n", sha256(manifest)).into_bytes()
}

/// All that it says but the outputs, which come last.
pub(super) fn of(answer: &Answer<'_>) -> Value {
    let case = answer.case;
    let tables = case
        .tables
        .iter()
        .map(|table| json!({ "file": table.path, "bytes": table.bytes, "sha256": table.sha256 }));
    json!({
        "schema": "breachscope.manifest/1",
        "tool": {
            "name": "breachscope",
            "version": env!("CARGO_PKG_VERSION"),
            "build": env!("BREACHSCOPE_COMMIT"),
        },
        "selftest": selftest(),
        "command": ["breachscope", "scan", case.file_name],
        "case": { "id": case.id, "file": case.file_name, "sha256": case.sha256 },
        "tables": tables.collect::<Vec<_>>(),
        "inputs": answer.files.iter().map(|file| input(answer, file)).collect::<Vec<_>>(),
        "remarks": answer.remarks,
        "skipped": answer.skipped.iter()
            .map(|skipped| json!({ "file": skipped.name, "why": skipped.why })).collect::<Vec<_>>(),
    })
}

/// The file's bytes, with the outputs.
pub(super) fn bytes(manifest: &Value) -> Result<Vec<u8>, FolderProblem> {
    let mut bytes = serde_json::to_vec_pretty(manifest)
        .map_err(|e| FolderProblem::encoding("manifest.json", e))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Adds what was written so far.
pub(super) fn tell(manifest: &mut Value, outputs: &[Output]) {
    let outputs = outputs.iter().map(
        |output| json!({ "file": output.file, "bytes": output.bytes, "sha256": output.sha256 }),
    );
    manifest["outputs"] = outputs.collect();
}

/// How often this code was wrong on practice cases when its tests last held: `breachscope selftest` repeats it.
fn selftest() -> Value {
    let recorded: Value = serde_json::from_str(RECORDED).unwrap_or_default();
    json!({
        "cases": recorded["cases"],
        "sha256": sha256(RECORDED.as_bytes()),
        "error_rates": recorded["error_rates"],
    })
}

/// The name of the archive that a member's name begins with; its `bytes` and `sha256` are the archive's.
fn archive(file: &FileNote) -> Option<&str> {
    let member = file.member.as_deref()?;
    file.name.strip_suffix(member)?.strip_suffix("!/")
}

/// Says that offsets do not count the bytes that were unpacked, where they were made into other ones.
fn offsets(packing: &Packing) -> &'static str {
    match packing.is_recoded() {
        true => "in the content that `packing` names last, as this program makes it",
        false => "in the unpacked content",
    }
}

/// `lines = parsed + rejected + empty + directives`, exactly; `rejected` is the sum of `rejected_by_reason`.
fn input(answer: &Answer<'_>, file: &FileNote) -> Value {
    let tally = &file.read.part.tally;
    let ending = &file.read.ending;
    let mut rejected = Map::new();
    for (problem, count) in Problem::ALL.iter().zip(tally.rejected) {
        if count > 0 {
            rejected.insert(problem.word().to_owned(), json!(count));
        }
    }
    let copied = match file.read.copy_of {
        Some(_) => tally.records,
        None => tally.copied,
    };
    let name = |index: usize| text(answer.file(index as u32).as_bytes());
    json!({
        "file": file.name,
        "archive": archive(file),
        "source": answer.case.sources[file.source].name,
        "format": file.format,
        "packing": ending.packing.to_string(),
        "offsets": offsets(&ending.packing),
        "bytes": ending.file_bytes,
        "sha256": ending.file_sha256,
        "content_bytes": ending.content_bytes,
        "content_sha256": ending.content_sha256,
        "first": tally.first.map(|at| at.to_string()),
        "last": tally.last.map(|at| at.to_string()),
        "lines": tally.lines,
        "parsed": tally.records,
        "rejected": tally.rejected_lines(),
        "rejected_by_reason": rejected,
        "empty": tally.empty,
        "directives": tally.directives,
        "parsed_but_counted_elsewhere": copied,
        "same_content_as": file.read.copy_of.map(name),
        "overlap": file.read.overlap.map(|overlap| json!({
            "with": name(overlap.of),
            "lines": overlap.lines,
            "from_offset": overlap.copy_from,
            "until_offset": overlap.copy_until,
        })),
        "routed": tally.routed,
        "with_account": tally.with_account,
        "undecodable_tokens": tally.bad_tokens,
        "damage": ending.damage.iter()
            .map(|damage| json!({ "kind": damage.kind.word(), "detail": damage.detail })).collect::<Vec<_>>(),
    })
}
