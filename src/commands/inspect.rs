//! `inspect`: what these logs can and cannot answer.

use std::collections::HashMap;
use std::io::Write;
use std::path::PathBuf;

use super::logs::{self, Group};
use super::{Ending, scan};
use crate::case::{self, Case};
use crate::cli::InspectArgs;
use crate::report;
use crate::survey::{self, Known, Recognised, Sample};

/// Runs it.
pub(super) fn run(args: &InspectArgs) -> Result<(), Ending> {
    let case = args
        .case
        .as_ref()
        .map(|path| case::load(path))
        .transpose()
        .map_err(Ending::usage)?;
    let (mut groups, rest) = named_by(case.as_ref(), args)?;
    let known = case
        .as_ref()
        .map_or_else(Known::default, |case| Known::of(&case.directory));
    let found = logs::find(rest, &args.writing, &known)?;
    groups.extend(found.groups);
    if groups.is_empty() {
        return Err(Ending::Failed(match found.unread.first() {
            Some((file, why)) => format!(
                "nothing could be read: {file}: {why}; say how the lines are written with --format, --pattern or --field"
            ),
            None => "there is no file to read; name logs, or folders that hold some".to_owned(),
        }));
    }
    let read = logs::read(&groups, case.as_ref(), args.threads.map(usize::from))?;
    let inputs = logs::by_source(&groups, read);
    if inputs.iter().all(|input| input.tally.records == 0) {
        return Err(Ending::Failed(
            "no line could be read as a request; name the format with --format, --pattern or --field".to_owned(),
        ));
    }
    let survey = survey::assemble(inputs, case.as_ref(), found.unread);
    let out = match args.json {
        true => report::inspection_json(&survey),
        false => report::inspection(&survey),
    };
    std::io::stdout().lock().write_all(out.as_bytes())?;
    Ok(())
}

/// Groups of the files that the case's sources claim, and the files that are left.
fn named_by(case: Option<&Case>, args: &InspectArgs) -> Result<(Vec<Group>, Vec<PathBuf>), Ending> {
    let files = logs::walk(&args.logs)?;
    let Some(case) = case else {
        return Ok((Vec::new(), files));
    };
    let inputs = match scan::inputs(case) {
        Ok(inputs) => inputs,
        // Logs that are named here may lie elsewhere than the case says.
        Err(_) if !files.is_empty() => return Ok((Vec::new(), files)),
        Err(problem) => return Err(problem),
    };
    let wanted: Vec<PathBuf> = match files.is_empty() {
        true => inputs.iter().map(|input| input.path.clone()).collect(),
        false => files,
    };
    let real = |path: &PathBuf| path.canonicalize().unwrap_or_else(|_| path.clone());
    let claimed: HashMap<PathBuf, usize> = inputs
        .iter()
        .enumerate()
        .map(|(at, i)| (real(&i.path), at))
        .collect();
    let mut groups: Vec<Group> = Vec::new();
    let mut rest = Vec::new();
    for path in wanted {
        let Some(input) = claimed.get(&real(&path)).and_then(|at| inputs.get(*at)) else {
            rest.push(path);
            continue;
        };
        let spec = &case.sources[input.source];
        match groups.iter_mut().find(|group| group.name == spec.name) {
            Some(group) => group.files.push(path),
            None => groups.push(Group {
                name: spec.name.clone(),
                how: Recognised {
                    spec: spec.format.clone(),
                    format: input.format.clone(),
                    wrappings: Vec::new(),
                    named: true,
                },
                accounts: Vec::new(),
                bound: spec.account.clone(),
                files: vec![path],
                sample: Sample::default(),
                clock_correction: spec.clock_correction,
            }),
        }
    }
    Ok((groups, rest))
}
