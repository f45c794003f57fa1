//! Raw lines for the view, brought back as `evidence` does it: the case must be the answer's, the log must have the manifest's
//! digest, the line the one that the answer cites; a line that names a protected person is withheld.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::Ending;
use super::super::evidence::{WITHHELD, same_case, unchanged, wanted::guarded};
use super::super::whence::{find_case, logs, no_case};
use crate::case::{self, Case};
use crate::cli::ViewArgs;
use crate::evidence::{Reference, raw_lines};
use crate::report::view::{Fetched, Wanted};
use crate::report::{AccessTable, Finished, MANIFEST};
use crate::sequence::text;
use crate::source::Found;

/// Where lines come from, or why none can.
pub(super) struct Lines {
    sources: Result<Sources, String>,
    /// Digests of logs that were held against the manifest.
    checked: BTreeMap<String, String>,
}

struct Sources {
    manifest: Value,
    found: Vec<Found>,
    /// References of lines that name a protected person.
    withheld: BTreeSet<String>,
}

impl Lines {
    /// Of an answer. What is wrong is told when a line is asked for: the rest can be browsed without it.
    pub(super) fn of(args: &ViewArgs, answer: &Finished) -> Lines {
        Lines {
            sources: sources(args, answer).map_err(said),
            checked: BTreeMap::new(),
        }
    }

    /// The line behind a reference.
    pub(super) fn fetch(&mut self, wanted: &Wanted) -> Fetched {
        let fetched = match &self.sources {
            Ok(sources) => fetch(sources, &mut self.checked, wanted),
            Err(why) => Err(why.clone()),
        };
        fetched.unwrap_or_else(Fetched::Refused)
    }
}

fn sources(args: &ViewArgs, answer: &Finished) -> Result<Sources, Ending> {
    let manifest = answer.json(MANIFEST).map_err(Ending::Failed)?;
    let path = find_case(args.case.as_ref(), &args.answer, &manifest);
    let path = path.ok_or_else(|| no_case(&args.answer, &manifest))?;
    let case = case::load_with(&path, &args.outside).map_err(Ending::usage)?;
    same_case(&case, &manifest, &path)?;
    Ok(Sources {
        withheld: withheld(answer, &case).map_err(Ending::Failed)?,
        found: logs(&case).map_err(Ending::failed)?,
        manifest,
    })
}

fn withheld(answer: &Finished, case: &Case) -> Result<BTreeSet<String>, String> {
    let (objects, subjects) = guarded(case);
    let table = AccessTable::read(answer.bytes("accesses.parquet")?)
        .map_err(|why| format!("accesses.parquet: {why}"))?;
    let names =
        |id: Option<&str>, guarded: &BTreeSet<&str>| id.is_some_and(|id| guarded.contains(id));
    // A page names its container, not who stands on it.
    let rows = table.rows().filter(|row| {
        row.container.is_none() && (names(row.object, &objects) || names(row.subject, &subjects))
    });
    Ok(rows.map(|row| row.reference()).collect())
}

fn fetch(
    sources: &Sources,
    checked: &mut BTreeMap<String, String>,
    wanted: &Wanted,
) -> Result<Fetched, String> {
    if sources.withheld.contains(&wanted.reference) {
        return Err(WITHHELD.to_owned());
    }
    let reference = Reference::read(&wanted.reference).ok_or_else(|| {
        format!(
            "{}: is no reference; make the answer again",
            wanted.reference
        )
    })?;
    let log = sources.found.iter().find(|log| log.name == reference.file);
    let log = log.ok_or_else(|| {
        format!(
            "{}: the case's globs do not find it; bring the log back",
            reference.file
        )
    })?;
    let file_sha256 = match checked.get(&log.name) {
        Some(digest) => digest.clone(),
        None => unchanged(log, &sources.manifest).map_err(said)?,
    };
    checked.insert(log.name.clone(), file_sha256.clone());
    let lines = raw_lines(&log.log, &[&reference]).map_err(|e| e.to_string())?;
    let raw = lines
        .into_iter()
        .next()
        .ok_or_else(|| format!("{reference}: no such line"))?;
    if wanted
        .sha256
        .as_ref()
        .is_some_and(|cited| *cited != raw.sha256)
    {
        return Err(format!(
            "{reference}: its bytes are not those that the answer cites; `breachscope verify` says more"
        ));
    }
    Ok(Fetched::Line {
        text: text(&raw.bytes),
        sha256: raw.sha256,
        file_sha256,
    })
}

fn said(ending: Ending) -> String {
    match ending {
        Ending::Failed(why) | Ending::Usage(why) => why,
        other => format!("{other:?}"),
    }
}
