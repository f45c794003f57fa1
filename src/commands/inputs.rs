//! A case's sources -> files, each with the way to read it, for the commands that read a case's logs.

use std::path::PathBuf;

use chrono_tz::Tz;

use super::Ending;
use crate::case::{Case, SourceSpec};
use crate::coverage::FileFacts;
use crate::format::{Format, FormatProblem};
use crate::pipeline::Input;
use crate::route::extract::Part;
use crate::source::{self, Found, Log, Reader, Reading, Skipped, SourceProblem};

/// Every file of every source with the way to read it.
pub(super) fn inputs(case: &Case) -> Result<(Vec<Input>, Vec<Skipped>), Ending> {
    let globs: Vec<(String, Vec<String>)> = case
        .sources
        .iter()
        .map(|source| (source.name.clone(), source.files.clone()))
        .collect();
    let found = source::find(&case.folder, &globs).map_err(Ending::failed)?;
    let mut formats = vec![None; found.logs.len()];
    for number in Log::by_place(found.logs.iter().map(|file| &file.log)) {
        formats[number] = Some(format_of(case, &found.logs[number])?);
    }
    let files = found.logs.into_iter().zip(formats.into_iter().flatten());
    let mut inputs: Vec<Input> = files
        .map(|(file, format)| Input {
            source: file.source,
            name: file.name,
            log: file.log,
            format,
            clock_correction: case.sources[file.source].clock_correction,
        })
        .collect();
    for (index, spec) in case.sources.iter().enumerate() {
        let own = inputs.iter_mut().filter(|input| input.source == index);
        bind_accounts(own.collect(), spec).map_err(|problem| complaint(case, spec, &problem))?;
    }
    Ok((inputs, found.skipped))
}

/// How a file is written: as its source says, or as its first bytes do.
fn format_of(case: &Case, file: &Found) -> Result<Format, Ending> {
    let spec = &case.sources[file.source];
    let format = match Format::from_spec(&spec.format, case.timezone)
        .map_err(|problem| complaint(case, spec, &problem))?
    {
        Some(format) if file.log.is_file() => {
            format.for_content(&head(&file.log).map_err(Ending::failed)?)
        }
        Some(format) => format,
        None => detect(&file.log, spec, case.timezone)
            .map_err(|problem| Ending::Failed(format!("{}: {problem}", file.name)))?,
    };
    Ok(format.trust(spec.trusted_proxies.clone()))
}

/// The files on disk, each once: members of one archive share theirs.
pub(super) fn paths(inputs: &[Input]) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = inputs.iter().map(|i| i.log.path().to_owned()).collect();
    paths.sort();
    paths.dedup();
    paths
}

fn complaint(case: &Case, spec: &SourceSpec, problem: &FormatProblem) -> Ending {
    Ending::Usage(format!(
        "{}:{}: source \"{}\": {problem}",
        case.file_name, spec.line, spec.name
    ))
}

/// Says where the account stands in every file of a source. A recognised format that has no such place, beside
/// files that have it, names nobody; that none has it is a slip in the case.
fn bind_accounts(inputs: Vec<&mut Input>, spec: &SourceSpec) -> Result<(), FormatProblem> {
    let bound = inputs
        .iter()
        .map(|input| input.format.clone().bind_account(spec.account.as_ref()));
    let bound: Vec<_> = bound.collect();
    let some = bound.iter().any(Result::is_ok);
    for (input, bound) in inputs.into_iter().zip(bound) {
        input.format = match bound {
            Err(_) if some => input.format.clone().without_account(),
            bound => bound?,
        };
    }
    Ok(())
}

/// The format of a file by its first bytes; that of an empty file does not matter.
fn detect(log: &Log, spec: &SourceSpec, zone: Tz) -> Result<Format, String> {
    if !log.is_file() {
        return Err(PIPE.to_owned());
    }
    let head = head(log).map_err(|problem| problem.to_string())?;
    let format = match head.iter().all(u8::is_ascii_whitespace) {
        true => Format::named("combined", &[], zone),
        false => Format::detect(&head, &spec.format.fields, zone),
    };
    format.map_err(|problem| problem.to_string())
}

/// Why a pipe is not looked into before it is read.
pub(super) const PIPE: &str =
    "is a pipe, of which nothing can be looked at twice: say how it is written instead of `auto`";

/// The first bytes of a file's content.
pub(super) fn head(log: &Log) -> Result<Vec<u8>, SourceProblem> {
    let how = Reading {
        mapped: false,
        // Several parts of a long first request, cut by a container's log.
        window: 256 << 10,
    };
    let first = Reader::open(log, &how)?.next()?;
    Ok(first.map_or_else(Vec::new, |window| window.bytes().to_vec()))
}

/// What coverage needs to know of a file; takes its counts, which nobody needs after that.
pub(super) fn file_facts(input: &Input, part: &mut Part) -> FileFacts {
    let turn = source::Turn::of(&input.name);
    FileFacts {
        name: input.name.clone(),
        log: turn.log,
        number: turn.number,
        day: turn.day,
        stamps: part.tally.first.zip(part.tally.last),
        counted: std::mem::take(&mut part.hours).finish(),
        unended: part.unended.is_some(),
    }
}
