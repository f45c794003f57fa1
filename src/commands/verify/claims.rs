//! `verify --claims`: a vendor's statements held against the raw logs.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::Ending;
use crate::case::{self, Case};
use crate::claims::{self, Claims, Example, LogFile, Outcome, Requests};
use crate::cli::VerifyArgs;
use crate::commands::inputs::{inputs, paths};
use crate::commands::progress::Progress;
use crate::commands::scan::{Identity, check_unchanged};
use crate::commands::signals;
use crate::commands::sources::source_facts;
use crate::commands::{unlisted, unmatched, unpaged};
use crate::coverage::SourceFacts;
use crate::evidence::{Place, read_places};
use crate::pipeline::{self, Extraction, Input, PipelineProblem, ReadFile};
use crate::report::{self, Cited, FolderProblem, LogNote, NewFile, Statements};
use crate::route::Router;
use crate::sequence::{Ceiling, Spill};
use crate::source::{Damage, DamageKind, Log, Reading, digest_of};

/// How an annex is written.
type Annex = (NewFile, fn(&Statements<'_>) -> String);

/// Runs it.
pub(super) fn run(args: &VerifyArgs, file: &Path) -> Result<(), Ending> {
    let case = case::load_with(&args.subject, &args.reading.outside).map_err(Ending::usage)?;
    let claims = claims::load(file, &case).map_err(Ending::usage)?;
    let (inputs, _) = inputs(&case)?;
    check_files(&inputs)?;
    let paths = paths(&inputs);
    let annex = args
        .annex
        .as_deref()
        .map(|path| annex(path, &paths))
        .transpose()?;
    let statements = weigh(args, &case, &claims, &inputs, &paths)?;
    // A page that cannot be written keeps no outcome back.
    let annexed = annex.map(|(file, render)| file.write(render(&statements).as_bytes()));
    let mut shown = match args.json {
        true => serde_json::to_string_pretty(&report::statements_json(&statements))
            .map_err(Ending::failed)?,
        false => report::statements_text(&statements),
    };
    if args.json {
        shown.push('\n');
    }
    let told = std::io::stdout().lock().write_all(shown.as_bytes());
    annexed.transpose().map_err(folder)?;
    told?;
    let some = |outcome| {
        statements
            .findings
            .iter()
            .any(|finding| finding.outcome == outcome)
    };
    match (some(Outcome::Contradicted), some(Outcome::NotDeterminable)) {
        (true, _) => Err(Ending::Contradicted),
        (false, true) => Err(Ending::Undetermined),
        (false, false) => Ok(()),
    }
}

/// Logs -> what they can show -> requests -> findings -> raw lines.
fn weigh<'c>(
    args: &VerifyArgs,
    case: &'c Case,
    claims: &'c Claims,
    inputs: &[Input],
    paths: &[PathBuf],
) -> Result<Statements<'c>, Ending> {
    let before: Vec<Identity> = paths.iter().map(|path| Identity::of(path)).collect();
    let how = Reading {
        mapped: !args.reading.no_mmap,
        ..Reading::default()
    };
    let bytes: u64 = inputs.iter().map(|input| input.log.bytes()).sum();
    let progress = Progress::over(bytes);
    let threads = args.reading.threads.map(usize::from);
    let work = || survey(case, inputs, &how, &progress);
    let mut files = pipeline::with_threads(threads, work).map_err(Ending::failed)??;
    let sources = source_facts(case, inputs, &mut files)?;
    // Of a route with a slip in its path anything could be said, and would be supported.
    unmatched::check(case, inputs, &sources)?;
    unpaged::check(case, &unpaged::look(case, inputs)?)?;
    progress.stage("reading again for the statements");
    let requests = read(case, claims, inputs, (&files, &sources), &how)?;
    let mut unknown = claims
        .unknown
        .iter()
        .filter(|(account, _)| !requests.knows(account));
    if let Some((_, complaint)) = unknown.next() {
        return Err(Ending::Usage(complaint.clone()));
    }
    let elsewhere = unlisted::look(case, inputs)?;
    let objects = case.directory.objects.as_ref();
    let elsewhere = elsewhere.elsewhere(objects);
    let known = (&*sources, elsewhere.as_ref());
    let findings = claims::judge(case, claims, &requests, known);
    let cited = findings
        .iter()
        .flat_map(|finding| finding.examples.iter().copied());
    let lines = lines(inputs, cited)?;
    check_unchanged(paths, &before)?;
    progress.done();
    Ok(Statements {
        case,
        claims,
        pairs: claims::pairs(&claims.claims),
        findings,
        logs: notes(case, inputs, &files),
        lines,
    })
}

/// Statements are held against lines that were read before, so a pipe is no log here.
fn check_files(inputs: &[Input]) -> Result<(), Ending> {
    match inputs.iter().find(|input| !input.log.is_file()) {
        Some(input) => Err(Ending::Failed(format!(
            "{}: is no file, and logs are read twice here: write its content to a file first",
            input.name
        ))),
        None => Ok(()),
    }
}

fn annex(path: &Path, logs: &[PathBuf]) -> Result<Annex, Ending> {
    let end = path
        .extension()
        .map(|end| end.to_string_lossy().to_lowercase());
    let render: fn(&Statements<'_>) -> String = match end.as_deref() {
        Some("html" | "htm") => report::statements_html,
        Some("md" | "markdown") => report::statements_markdown,
        _ => {
            return Err(Ending::Usage(format!(
                "--annex {}: its name tells neither HTML nor Markdown; end it in .html or .md",
                path.display()
            )));
        }
    };
    Ok((
        NewFile::prepare("--annex", path, logs).map_err(folder)?,
        render,
    ))
}

/// What the files are: digests, copies, damage, counts by minute. What was extracted from them is not used.
fn survey(
    case: &Case,
    inputs: &[Input],
    how: &Reading,
    progress: &Progress,
) -> Result<Vec<ReadFile>, Ending> {
    let router = Router::new(&case.routes, case.ignore_case);
    let ceiling = Ceiling { bytes: None };
    let read = pipeline::extract(
        inputs,
        &router,
        how,
        ceiling,
        (&Spill::never(), None),
        progress,
    );
    let Extraction { files, .. } = read.map_err(|problem| match problem {
        PipelineProblem::Stopped => stopped(),
        other => Ending::failed(other),
    })?;
    Ok(files)
}

/// Reads the lines for the statements.
fn read(
    case: &Case,
    claims: &Claims,
    inputs: &[Input],
    (files, sources): (&[ReadFile], &[SourceFacts]),
    how: &Reading,
) -> Result<Requests, Ending> {
    let mut reader = claims::Reader::new(case, claims, sources);
    for at in Log::by_place(inputs.iter().map(|input| &input.log)) {
        let (input, read) = (&inputs[at], &files[at]);
        if read.copy_of.is_some() {
            continue;
        }
        let file = LogFile {
            file: at as u32,
            source: input.source,
            log: &input.log,
            format: &input.format,
            clock_correction: input.clock_correction,
            copied: read
                .overlap
                .as_ref()
                .map(|one| (one.copy_from, one.copy_until)),
            torn: torn(read),
        };
        let whole = reader
            .read(&file, how, &signals::stopped)
            .map_err(Ending::failed)?;
        if !whole {
            return Err(stopped());
        }
    }
    Ok(reader.finish())
}

/// Offset of a last line of which damage took the end.
fn torn(read: &ReadFile) -> Option<u64> {
    use DamageKind::{Corrupt, Grew, Shrank, Truncated};
    let cuts = |damage: &Damage| matches!(damage.kind, Truncated | Corrupt | Grew | Shrank);
    read.part
        .unended
        .filter(|_| read.ending.damage.iter().any(cuts))
}

/// The raw lines.
fn lines(
    inputs: &[Input],
    cited: impl Iterator<Item = Example>,
) -> Result<BTreeMap<(u32, u64), Cited>, Ending> {
    let mut places: BTreeMap<u32, BTreeMap<u64, u64>> = BTreeMap::new();
    for example in cited {
        let own = places.entry(example.file).or_default();
        own.insert(example.offset, u64::from(example.length));
    }
    let mut lines = BTreeMap::new();
    for (file, own) in places {
        let own: Vec<Place> = own
            .into_iter()
            .map(|(offset, length)| Place { offset, length })
            .collect();
        read_places(&inputs[file as usize].log, &own, |at, bytes| {
            let line = Cited {
                sha256: digest_of(bytes),
                bytes: bytes.to_vec(),
            };
            lines.insert((file, own[at].offset), line);
        })
        .map_err(Ending::failed)?;
    }
    Ok(lines)
}

fn notes(case: &Case, inputs: &[Input], files: &[ReadFile]) -> Vec<LogNote> {
    let both = inputs.iter().zip(files);
    both.map(|(input, read)| LogNote {
        name: input.name.clone(),
        source: case.sources[input.source].name.clone(),
        bytes: read.ending.file_bytes,
        sha256: read.ending.file_sha256.clone(),
        content_sha256: read.ending.content_sha256.clone(),
        lines: read.part.tally.lines,
        span: read.part.tally.first.zip(read.part.tally.last),
        copy_of: read.copy_of.map(|of| inputs[of].name.clone()),
    })
    .collect()
}

fn stopped() -> Ending {
    Ending::Failed("stopped before the statements were weighed; nothing was written: run the same command again".to_owned())
}

fn folder(problem: FolderProblem) -> Ending {
    match problem.wrong_place {
        true => Ending::usage(problem),
        false => Ending::failed(problem),
    }
}
