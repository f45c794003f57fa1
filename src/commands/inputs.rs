//! A case's sources -> files, each with the way to read it, for the commands that read a case's logs.

use std::path::PathBuf;

use chrono_tz::Tz;

use super::Ending;
use crate::case::{Case, FormatSpec, Home, OUTSIDE, SourceSpec};
use crate::coverage::{FileFacts, SourceFacts};
use crate::format::{Format, FormatProblem, Recogniser};
use crate::pipeline::Input;
use crate::route::extract::Part;
use crate::scope::FileOf;
use crate::source::{self, Found, Log, Reader, Reading, Skipped, SourceProblem};

/// Every file of every source with the way to read it.
pub(super) fn inputs(case: &Case) -> Result<(Vec<Input>, Vec<Skipped>), Ending> {
    let globs: Vec<(String, Vec<String>)> = case
        .sources
        .iter()
        .map(|source| (source.name.clone(), source.files.clone()))
        .collect();
    let found = source::find(&case.folder, &globs).map_err(|problem| not_found(case, &problem))?;
    check_inside(case, &found.logs)?;
    let ways: Vec<Way> = case
        .sources
        .iter()
        .map(|spec| {
            Way::of(&spec.format, case.timezone)
                .map_err(|problem| complaint(case, spec, format_key(&spec.format), &problem))
        })
        .collect::<Result<_, _>>()?;
    let mut formats = vec![None; found.logs.len()];
    for number in Log::by_place(found.logs.iter().map(|file| &file.log)) {
        let file = &found.logs[number];
        let format = format_of(&ways[file.source], file)?;
        let proxies = case.sources[file.source].trusted_proxies.clone();
        formats[number] = Some(format.trust(proxies));
    }
    let files = found.logs.into_iter().zip(formats.into_iter().flatten());
    let mut inputs: Vec<Input> = files
        .map(|(file, format)| Input {
            source: file.source,
            name: file.name,
            log: file.log,
            format,
            clock_correction: case.sources[file.source].clock_correction,
            way: way(&case.sources[file.source], case.timezone),
        })
        .collect();
    for (index, spec) in case.sources.iter().enumerate() {
        let own = inputs.iter_mut().filter(|input| input.source == index);
        bind_accounts(own.collect(), spec)
            .map_err(|problem| complaint(case, spec, "account", &problem))?;
    }
    Ok((inputs, found.skipped))
}

/// A link among the evidence must not have files read that nobody meant.
fn check_inside(case: &Case, logs: &[Found]) -> Result<(), Ending> {
    let home = Home {
        folder: &case.folder,
        outside: &case.outside,
    };
    for file in logs.iter().filter(|file| file.log.path().is_file()) {
        if let Some(place) = home.leads_out(file.log.path()) {
            let source = &case.sources[file.source].name;
            let what = format!(
                "{} is a link that leads out of the case's folder, to {}",
                file.name,
                place.display()
            );
            let said = (what.as_str(), OUTSIDE);
            return Err(Ending::usage(
                case.written.complain("source", source, "files", said),
            ));
        }
    }
    Ok(())
}

/// All that a case says of how a source is read.
fn way(spec: &SourceSpec, zone: Tz) -> String {
    let SourceSpec {
        format,
        account,
        trusted_proxies,
        ..
    } = spec;
    format!("{format:?} {account:?} {trusted_proxies:?} {zone}")
}

/// How a source's files are written: as the source says, or as each file's first bytes do. Made once, so
/// that all files share its readers.
pub(super) enum Way {
    Said(Format),
    Seen(Recogniser),
}

impl Way {
    /// # Errors
    /// The source's words do not hold.
    pub(super) fn of(spec: &FormatSpec, zone: Tz) -> Result<Way, FormatProblem> {
        Ok(match Format::from_spec(spec, zone)? {
            Some(format) => Way::Said(format),
            None => Way::Seen(Recogniser::new(&spec.fields, zone)?),
        })
    }
}

/// How a file is written.
pub(super) fn format_of(way: &Way, file: &Found) -> Result<Format, Ending> {
    match way {
        Way::Said(format) if file.log.is_file() => {
            let head = head(&file.log).map_err(Ending::failed)?;
            Ok(format.clone().for_content(&head))
        }
        Way::Said(format) => Ok(format.clone()),
        Way::Seen(recogniser) => detect(&file.log, recogniser)
            .map_err(|problem| Ending::Failed(format!("{}: {problem}", file.name))),
    }
}

/// The files on disk, each once: members of one archive share theirs.
pub(super) fn paths(inputs: &[Input]) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = inputs.iter().map(|i| i.log.path().to_owned()).collect();
    paths.sort();
    paths.dedup();
    paths
}

/// What a source's own words turn out to be wrong in, by the key that says it.
fn complaint(case: &Case, spec: &SourceSpec, key: &str, problem: &FormatProblem) -> Ending {
    let said = problem.to_string();
    let said = said.strip_prefix(&format!("`{key}`: ")).unwrap_or(&said);
    let of_key = case.written.complain("source", &spec.name, key, (said, ""));
    Ending::usage(of_key)
}

/// Which key says how lines are written.
fn format_key(spec: &FormatSpec) -> &'static str {
    match (&spec.pattern, spec.fields.is_empty()) {
        (Some(_), _) => "pattern",
        (None, false) => "fields",
        (None, true) => "format",
    }
}

/// What is wrong with a source's globs, told by their key; what is wrong with a file is told by the file.
fn not_found(case: &Case, problem: &SourceProblem) -> Ending {
    let said = problem.to_string();
    let of = |spec: &&SourceSpec| said.starts_with(&format!("source `{}`, files = ", spec.name));
    let Some(spec) = case.sources.iter().find(of) else {
        return match problem.is_of_case() {
            true => Ending::Usage(said),
            false => Ending::Failed(said),
        };
    };
    let rest = said
        .strip_prefix(&format!("source `{}`, files = ", spec.name))
        .unwrap_or(&said);
    let complaint = case
        .written
        .complain("source", &spec.name, "files", (rest, ""));
    match problem.is_of_case() {
        true => Ending::usage(complaint),
        false => Ending::failed(complaint),
    }
}

/// Says where the account stands in every file of a source. A recognised format that has no such place, beside
/// files that have it, names nobody; that none has it is a slip in the case.
fn bind_accounts(inputs: Vec<&mut Input>, spec: &SourceSpec) -> Result<(), FormatProblem> {
    let mut distinct = Vec::<(Format, Result<Format, FormatProblem>)>::new();
    let mut places = Vec::with_capacity(inputs.len());
    for input in &inputs {
        let known = distinct
            .iter()
            .position(|(format, _)| format.shares_readers(&input.format));
        places.push(known.unwrap_or(distinct.len()));
        if known.is_none() {
            let format = input.format.clone();
            distinct.push((format.clone(), format.bind_account(spec.account.as_ref())));
        }
    }
    let some = distinct.iter().any(|(_, bound)| bound.is_ok());
    for (format, bound) in &mut distinct {
        if some && bound.is_err() {
            *bound = Ok(format.clone().without_account());
        }
    }
    for (input, place) in inputs.into_iter().zip(places) {
        input.format = distinct[place].1.clone()?;
    }
    Ok(())
}

/// The format of a file by its first bytes.
fn detect(log: &Log, recogniser: &Recogniser) -> Result<Format, String> {
    if !log.is_file() {
        return Err(PIPE.to_owned());
    }
    let head = head(log).map_err(|problem| problem.to_string())?;
    let format = recogniser.recognise(&head);
    // A day without a request is no reason to fail; what is garbage has other lines.
    let format = format.or_else(|problem| recogniser.recognise_empty(&head).ok_or(problem));
    format.map_err(|problem| problem.to_string())
}

/// Why a pipe is not looked into before it is read.
pub(super) const PIPE: &str =
    "is a pipe, of which nothing can be looked at twice: say how it is written instead of `auto`";

/// The first bytes of a file's content that say something: a writer may begin with blank lines, and a crash
/// leaves zeros. Empty when none do.
pub(super) fn head(log: &Log) -> Result<Vec<u8>, SourceProblem> {
    let how = Reading {
        mapped: false,
        // Several parts of a long first request, cut by a container's log.
        window: 256 << 10,
    };
    let mut reader = Reader::open(log, &how)?;
    while let Some(window) = reader.next()? {
        if !Format::is_blank(window.bytes()) {
            return Ok(window.bytes().to_vec());
        }
    }
    Ok(Vec::new())
}

/// What coverage needs to know of a file; takes its counts, which nobody needs after that.
pub(super) fn file_facts(input: &Input, part: &mut Part) -> FileFacts {
    let turn = source::Turn::of(&input.name);
    FileFacts {
        name: input.name.clone(),
        log: turn.log,
        number: turn.number,
        day: turn.day,
        hour: turn.hour,
        stamps: part.tally.first.zip(part.tally.last),
        counted: std::mem::take(&mut part.hours).finish(),
        unended: part.unended.is_some(),
        requests: part.tally.records,
    }
}

/// Where each input's lines come from.
pub(super) fn file_places(inputs: &[Input], sources: &[SourceFacts]) -> Vec<FileOf> {
    let of = |input: &Input| FileOf {
        source: input.source,
        has_accounts: sources[input.source].has_accounts,
    };
    inputs.iter().map(of).collect()
}
