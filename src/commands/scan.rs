//! `scan`: a case in, an answer out.

use std::io::Write;
use std::path::{Path, PathBuf};

use chrono_tz::Tz;

use super::progress::Progress;
use super::{Ending, signals};
use crate::case::{self, Case, SourceSpec};
use crate::cli::ScanArgs;
use crate::coverage::{self, SourceFacts};
use crate::evidence::{self, EXCERPT, Place};
use crate::format::Format;
use crate::impact::{self, AccountFigures, Citation, conclude};
use crate::pipeline::{self, Extraction, Input, PipelineProblem, ReadFile};
use crate::report::{self, Answer, FileNote, FolderProblem, Staging};
use crate::route::Router;
use crate::route::extract::Part;
use crate::scope::Atlas;
use crate::sequence::Ceiling;
use crate::source::{self, DamageKind, Reader, Reading, SourceProblem};

/// Runs it.
pub(super) fn run(args: &ScanArgs) -> Result<(), Ending> {
    let case = case::load(&args.case).map_err(Ending::usage)?;
    let inputs = inputs(&case)?;
    let paths: Vec<PathBuf> = inputs.iter().map(|input| input.path.clone()).collect();
    let staging = Staging::prepare(&args.out, &paths).map_err(folder)?;
    let progress = Progress::over(bytes(&paths));
    let how = Reading {
        mapped: !args.reading.no_mmap,
        ..Reading::default()
    };
    let ceiling = Ceiling {
        bytes: args.memory.or_else(three_quarters_of_free_memory),
    };
    let threads = args.reading.threads.map(usize::from);
    let work = || answer(&case, inputs, &how, ceiling, &progress, staging, args);
    let screen = pipeline::with_threads(threads, work).map_err(Ending::failed)??;
    progress.done();
    if !args.quiet {
        std::io::stdout().lock().write_all(screen.as_bytes())?;
    }
    Ok(())
}

/// Files -> accesses -> accounts -> controllers -> answer.
fn answer(
    case: &Case,
    inputs: Vec<Input>,
    how: &Reading,
    ceiling: Ceiling,
    progress: &Progress,
    staging: Staging,
    args: &ScanArgs,
) -> Result<String, Ending> {
    let paths: Vec<PathBuf> = inputs.iter().map(|input| input.path.clone()).collect();
    let before: Vec<Identity> = paths.iter().map(|path| Identity::of(path)).collect();
    let router = Router::new(&case.routes, case.ignore_case);
    let extraction =
        pipeline::extract(&inputs, &router, how, ceiling, progress).map_err(stopped)?;
    progress.stage("analysing");
    let Extraction { files, all } = extraction;
    let sources = source_facts(case, &inputs, &files)?;
    let has_accounts: Vec<bool> = inputs
        .iter()
        .map(|input| sources[input.source].has_accounts)
        .collect();
    let atlas = Atlas::new(&case.directory);
    let analysis = pipeline::analyse(case, &atlas, all, &has_accounts);
    let mut assessment = coverage::assess(case, &sources);
    assessment.doubts.extend(impact::doubts(&analysis.exposure));
    let (controllers, totals) = conclude(&atlas, &case.routes, &analysis.exposure, &assessment);
    progress.stage("citing lines");
    let cited = analysis
        .beyond()
        .flat_map(|outcome| &outcome.share.beyond)
        .map(|beyond| Citation::of(&beyond.access))
        .filter(|citation| inputs[citation.file as usize].path.is_file());
    let line_digests = evidence::line_digests(cited, |file| &inputs[file as usize].path);
    let excerpts: Result<Vec<_>, SourceProblem> = inputs
        .iter()
        .zip(&files)
        .map(|(input, file)| excerpts(&input.path, &file.part))
        .collect();
    let answer = Answer {
        figures: analysis
            .outcomes
            .iter()
            .map(|outcome| AccountFigures::of(&atlas, &outcome.share))
            .collect(),
        case,
        atlas: &atlas,
        files: notes(inputs, files),
        analysis,
        controllers,
        totals,
        assessment,
        line_digests: line_digests.map_err(Ending::failed)?,
        excerpts: excerpts.map_err(Ending::failed)?,
    };
    if signals::stopped() {
        return Err(stopped(PipelineProblem::Stopped));
    }
    check_unchanged(&paths, &before)?;
    report::write(&answer, staging).map_err(folder)?;
    Ok(report::summary(&answer, &args.out))
}

/// Every file of every source with the way to read it.
pub(super) fn inputs(case: &Case) -> Result<Vec<Input>, Ending> {
    let globs: Vec<(String, Vec<String>)> = case
        .sources
        .iter()
        .map(|source| (source.name.clone(), source.files.clone()))
        .collect();
    let found = source::find(&case.folder, &globs).map_err(Ending::failed)?;
    let mut inputs = Vec::new();
    for file in found {
        let spec = &case.sources[file.source];
        let place = |problem: &dyn std::fmt::Display| {
            Ending::Usage(format!(
                "{}:{}: source \"{}\": {problem}",
                case.file_name, spec.line, spec.name
            ))
        };
        let format = match Format::from_spec(&spec.format, case.timezone).map_err(|p| place(&p))? {
            Some(format) => format,
            None => detect(&file.path, spec, case.timezone)
                .map_err(|problem| Ending::Failed(format!("{}: {problem}", file.name)))?,
        };
        inputs.push(Input {
            source: file.source,
            name: file.name,
            path: file.path,
            format: format
                .bind_account(spec.account.as_ref())
                .map_err(|p| place(&p))?,
            clock_correction: spec.clock_correction,
        });
    }
    Ok(inputs)
}

/// The format of a file by its first bytes; that of an empty file does not matter.
fn detect(path: &Path, spec: &SourceSpec, zone: Tz) -> Result<Format, String> {
    if !path.is_file() {
        return Err(PIPE.to_owned());
    }
    let head = head(path).map_err(|problem| problem.to_string())?;
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
pub(super) fn head(path: &Path) -> Result<Vec<u8>, SourceProblem> {
    let how = Reading {
        mapped: false,
        window: 64 << 10,
    };
    let first = Reader::open(path, &how)?.next()?;
    Ok(first.map_or_else(Vec::new, |window| window.bytes().to_vec()))
}

/// What coverage needs to know of each source, after holding its lines against common sense: a source of
/// which no line can be read, or in which no line carries the account that the case names, would turn into a
/// wrong answer, so it is an error.
fn source_facts(
    case: &Case,
    inputs: &[Input],
    files: &[ReadFile],
) -> Result<Vec<SourceFacts>, Ending> {
    let facts = |index: usize| {
        let mut all = Part::default();
        let mut damaged = Vec::new();
        for (input, file) in inputs
            .iter()
            .zip(files)
            .filter(|(input, _)| input.source == index)
        {
            for damage in file
                .ending
                .damage
                .iter()
                .filter(|d| d.kind != DamageKind::Grew)
            {
                damaged.push((input.name.clone(), damage.detail.clone()));
            }
            if file.copy_of.is_none() {
                all.absorb_counts(&file.part);
            }
        }
        SourceFacts {
            has_accounts: all.tally.with_account > 0,
            counted: all.hours.finish(),
            tally: all.tally,
            damaged,
        }
    };
    check_files(case, inputs, files)?;
    let sources: Vec<SourceFacts> = (0..case.sources.len()).map(facts).collect();
    for (index, (spec, facts)) in case.sources.iter().zip(&sources).enumerate() {
        let mut own = inputs
            .iter()
            .zip(files)
            .filter(|(input, _)| input.source == index);
        // A source whose every file stands in another source as well is counted there.
        if !own.all(|(_, file)| file.copy_of.is_some()) {
            check_lines(case, spec, facts)?;
            check_account(case, spec, facts)?;
        }
    }
    check_routes(case, &sources)?;
    Ok(sources)
}

/// A file of which no line can be read is no log, or not in this format: never "no findings".
fn check_files(case: &Case, inputs: &[Input], files: &[ReadFile]) -> Result<(), Ending> {
    for (input, file) in inputs.iter().zip(files) {
        let tally = &file.part.tally;
        // One bad line alone in a file is a bad line; several, and nothing else, are no log.
        if tally.records == 0 && tally.rejected_lines() > 1 {
            return Err(Ending::Failed(format!(
                "{}: none of its {} lines could be read as {}; `breachscope records{} {}` shows what is wrong: correct \
                 `format`, `pattern` or `fields` of its source, or `files` if it is no log",
                input.name,
                tally.lines,
                input.format.name(),
                how_to_read(&case.sources[input.source]),
                input.name
            )));
        }
    }
    Ok(())
}

/// The flags with which `records` reads as a source does.
fn how_to_read(spec: &SourceSpec) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
    let mut flags = match (&spec.format.pattern, &spec.format.name) {
        (Some(pattern), _) => format!(" --pattern {}", quoted(pattern)),
        (None, Some(name)) => format!(" --format {name}"),
        (None, None) => String::new(),
    };
    for (ours, path) in &spec.format.fields {
        flags.push_str(&format!(" --field {}", quoted(&format!("{ours}={path}"))));
    }
    flags
}

/// Routes of which no request was ever seen would make an answer that excludes everybody.
fn check_routes(case: &Case, sources: &[SourceFacts]) -> Result<(), Ending> {
    let records: u64 = sources.iter().map(|facts| facts.tally.records).sum();
    let targets: u64 = sources.iter().map(|facts| facts.tally.with_target).sum();
    let routed: u64 = sources.iter().map(|facts| facts.tally.routed).sum();
    if targets == 0 {
        return Err(Ending::Failed(format!(
            "none of {records} records says what was asked for; look whether `pattern` or `fields` names the request \
             ($request, $request_uri, %r, or `target`)"
        )));
    }
    if routed == 0 {
        return Err(Ending::Failed(format!(
            "none of {targets} requests matches any of the {} routes of {}; an answer from it would exclude everybody \
             without having looked: hold each `path` against the log (`breachscope records FILE` shows the paths; write \
             {{name}} for a segment)",
            case.routes.len(),
            case.file_name
        )));
    }
    Ok(())
}

fn check_lines(case: &Case, spec: &SourceSpec, facts: &SourceFacts) -> Result<(), Ending> {
    let tally = &facts.tally;
    if tally.records > 0 {
        return Ok(());
    }
    let place = format!("{}:{}: source \"{}\"", case.file_name, spec.line, spec.name);
    Err(Ending::Failed(format!(
        "{place}: its files hold no request at all ({} lines, none of them a record); an empty log proves nothing: \
         find out where the requests were logged, or remove the source",
        tally.lines
    )))
}

fn check_account(case: &Case, spec: &SourceSpec, facts: &SourceFacts) -> Result<(), Ending> {
    match &spec.account {
        Some(key) if !facts.has_accounts && facts.tally.routed > 0 => Err(Ending::Failed(format!(
            "{}:{}: source \"{}\": `account` names {key}, but none of {} lines carries it; taken as it stands, every \
             request would count as one without an account and be beyond every scope: correct the key, or remove \
             it if this log names no account (the answer then goes by client address, NO_ACCOUNT)",
            case.file_name, spec.line, spec.name, facts.tally.records
        ))),
        _ => Ok(()),
    }
}

/// What tells whether a file is still the one that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Identity {
    place: Option<(u64, u64)>,
    size: u64,
    changed: i64,
}

impl Identity {
    fn of(path: &Path) -> Identity {
        use std::os::unix::fs::MetadataExt;
        let facts = path.metadata().ok().filter(|facts| facts.is_file());
        Identity {
            place: facts.as_ref().map(|facts| (facts.dev(), facts.ino())),
            size: facts.as_ref().map_or(0, |facts| facts.size()),
            changed: facts.map_or(0, |facts| {
                facts.mtime_nsec().wrapping_add(facts.mtime() << 30)
            }),
        }
    }
}

/// A log that was replaced or overwritten while it was read proves nothing. One that grew or shrank is told by
/// its reader, which says so in the manifest.
fn check_unchanged(paths: &[PathBuf], before: &[Identity]) -> Result<(), Ending> {
    for (path, before) in paths.iter().zip(before) {
        let after = Identity::of(path);
        let replaced = after.place != before.place;
        let overwritten = after.size == before.size && after.changed != before.changed;
        if replaced || overwritten {
            return Err(Ending::Failed(format!(
                "{}: was replaced or overwritten while it was read; copy the logs to a quiet place and run again",
                path.display()
            )));
        }
    }
    Ok(())
}

fn excerpts(path: &Path, part: &Part) -> Result<Vec<Vec<u8>>, SourceProblem> {
    let places: Vec<Place> = part
        .rejects
        .iter()
        .map(|reject| Place {
            offset: reject.offset,
            length: reject.length.min(EXCERPT as u64),
        })
        .collect();
    let mut excerpts = vec![Vec::new(); places.len()];
    // A pipe cannot be read twice; its rejects are located, not shown.
    if path.is_file() {
        evidence::read_places(path, &places, |index, bytes| {
            excerpts[index] = bytes.to_vec()
        })?;
    }
    Ok(excerpts)
}

fn notes(inputs: Vec<Input>, files: Vec<ReadFile>) -> Vec<FileNote> {
    let both = inputs.into_iter().zip(files);
    both.map(|(input, read)| FileNote {
        name: input.name,
        source: input.source,
        format: input.format.name().to_owned(),
        read,
    })
    .collect()
}

pub(super) fn bytes(paths: &[PathBuf]) -> u64 {
    let sizes = paths.iter().filter_map(|path| path.metadata().ok());
    sizes.map(|metadata| metadata.len()).sum()
}

fn stopped(problem: PipelineProblem) -> Ending {
    match problem {
        PipelineProblem::Stopped => Ending::Failed(
            "stopped before the answer was complete; nothing was written. Run the same command again: it starts \
             from the beginning"
                .to_owned(),
        ),
        other => Ending::failed(other),
    }
}

fn folder(problem: FolderProblem) -> Ending {
    match problem.wrong_place {
        true => Ending::usage(problem),
        false => Ending::failed(problem),
    }
}

/// Three quarters of the memory that is free now, where the system tells it.
pub(super) fn three_quarters_of_free_memory() -> Option<u64> {
    let facts = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = facts
        .lines()
        .find(|line| line.starts_with("MemAvailable:"))?;
    let kilobytes: u64 = line.split_ascii_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024 / 4 * 3)
}
