//! Where the case and the logs stand that an answer was made from: named, or found by name and digest.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::Ending;
use crate::case::Case;
use crate::evidence::sha256;
use crate::source::{self, Found};

/// The case file: the one that was named, else one with the manifest's name and digest where somebody would have left it.
pub(super) fn find_case(
    named: Option<&PathBuf>,
    answer: &Path,
    manifest: &Value,
) -> Option<PathBuf> {
    if named.is_some() {
        return named.cloned();
    }
    let name = manifest["case"]["file"].as_str()?;
    // A name and no path: the manifest is somebody's word.
    let name = Path::new(name).file_name()?;
    let answer = std::path::absolute(answer).ok()?;
    let here = std::env::current_dir().ok()?;
    let folders = [here.as_path()]
        .into_iter()
        .chain(answer.ancestors().skip(1));
    let mut files = folders.map(|folder| folder.join(name));
    files.find(|file| {
        let digest = std::fs::read(file).map(|bytes| sha256(&bytes));
        digest.is_ok_and(|digest| manifest["case"]["sha256"] == *digest)
    })
}

/// Says that the case cannot be found.
pub(super) fn no_case(answer: &Path, manifest: &Value) -> Ending {
    Ending::Usage(format!(
        "{}: the logs that it was made from cannot be found from it: name the case file with --case ({} with the SHA-256 {})",
        answer.display(),
        manifest["case"]["file"].as_str().unwrap_or("case.toml"),
        manifest["case"]["sha256"].as_str().unwrap_or("(none)"),
    ))
}

/// The logs that a case's globs find.
pub(super) fn logs(case: &Case) -> Result<Vec<Found>, source::SourceProblem> {
    let globs: Vec<(String, Vec<String>)> = case
        .sources
        .iter()
        .map(|source| (source.name.clone(), source.files.clone()))
        .collect();
    Ok(source::find(&case.folder, &globs)?.logs)
}
