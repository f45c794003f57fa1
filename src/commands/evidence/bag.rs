//! `evidence --bag`: the lines as a BagIt folder that anybody can check without this program.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::super::Ending;
use super::Line;
use crate::case::Case;
use crate::cli::EvidenceArgs;
use crate::evidence::{Bag, sha256};
use crate::report::{BUILD, MANIFEST, MANIFEST_DIGEST, Staging, csv_table};
use crate::source::Found;

/// Writes it.
pub(super) fn write(
    args: &EvidenceArgs,
    folder: &Path,
    (case, found): (&Case, &[Found]),
    lines: &[Line],
) -> Result<(), Ending> {
    let logs: Vec<PathBuf> = found.iter().map(|log| log.log.path().to_owned()).collect();
    let staging = Staging::prepare_for("--bag", folder, &logs);
    let mut staging = staging.map_err(super::super::scan::folder)?;
    let mut bag = Bag::default();
    let index = fill(&mut bag, lines).map_err(Ending::failed)?;
    bag.put("index.csv", index);
    let mut manifest = String::new();
    for name in [MANIFEST, MANIFEST_DIGEST] {
        let path = args.answer.join(name);
        let failed = |e| Ending::Failed(format!("{}: cannot be read: {e}", path.display()));
        let bytes = fs::read(&path).map_err(failed)?;
        if name == MANIFEST {
            manifest = sha256(&bytes);
        }
        bag.put(&format!("answer/{name}"), bytes);
    }
    let withheld = lines.iter().filter(|line| line.withheld).count();
    let mut info = vec![
        ("Bag-Software-Agent", format!("breachscope {BUILD}")),
        ("External-Identifier", case.id.clone()),
        (
            "Internal-Sender-Identifier",
            format!("manifest.json sha256:{manifest}"),
        ),
        (
            "Internal-Sender-Description",
            format!(
                "{} raw log lines behind an answer, {withheld} of them withheld; data/index.csv says where each stands",
                lines.len()
            ),
        ),
    ];
    if let Some(date) = &args.bagging_date {
        info.insert(0, ("Bagging-Date", date.clone()));
    }
    for (path, bytes) in bag.files(&info) {
        let put = staging.put(&path, bytes);
        put.map_err(super::super::scan::folder)?;
    }
    staging.publish().map_err(super::super::scan::folder)
}

/// The lines of each log, one behind the other, each with a line end behind it; gives the index.
fn fill(bag: &mut Bag, lines: &[Line]) -> Result<Vec<u8>, crate::report::FolderProblem> {
    let mut numbers: BTreeMap<&str, String> = BTreeMap::new();
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut rows = vec![
        [
            "file",
            "file_sha256",
            "line",
            "offset",
            "length",
            "line_sha256",
            "bag_file",
            "bag_offset",
            "withheld",
        ]
        .map(str::to_owned),
    ];
    for line in lines {
        let reference = &line.reference;
        let next = numbers.len() + 1;
        let name = numbers
            .entry(&reference.file)
            .or_insert_with(|| format!("lines/{next:04}-{}.lines", plain(&reference.file)));
        let (mut place, mut at) = (String::new(), String::new());
        if !line.withheld {
            let bytes = files.entry(name.clone()).or_default();
            (place, at) = (format!("data/{name}"), bytes.len().to_string());
            bytes.extend_from_slice(&line.raw.bytes);
            bytes.push(b'\n');
        }
        rows.push([
            reference.file.clone(),
            line.file_sha256.clone(),
            reference.line.to_string(),
            reference.offset.to_string(),
            reference.length.to_string(),
            match line.withheld {
                true => String::new(),
                false => line.raw.sha256.clone(),
            },
            place,
            at,
            line.withheld.to_string(),
        ]);
    }
    for (name, bytes) in files {
        bag.put(&name, bytes);
    }
    csv_table(&rows)
}

/// The end of a log's name, in letters that every file system takes.
fn plain(name: &str) -> String {
    let last = name.rsplit('/').next().unwrap_or_default();
    let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    last.chars()
        .map(|c| if fine(c) { c } else { '_' })
        .collect()
}
