//! `scan`: a case in, an answer out.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::glance::Glance;
use super::inputs::{file_places, inputs, paths};
use super::journal::Journal;
use super::progress::Progress;
use super::remarks::{self, Remarks};
use super::sources::{check_routes, source_facts};
use super::{Ending, cause, finished, ladder, left_out, published, signals, terminal, told};
use crate::case::{self, Case};
use crate::cli::ScanArgs;
use crate::coverage::{self, Assessment};
use crate::detect::Verdict;
use crate::evidence::{self, Place};
use crate::impact::{self, Citation, Dark, Merger, conclude};
use crate::pipeline::{
    self, Analysis, Extraction, Input, Keep, Keeping, Material, Observer, PipelineProblem,
    ReadFile, Records, Shelf,
};
use crate::report::{self, Answer, FileNote, FolderProblem, Other, Staging, Summary};
use crate::route::Router;
use crate::scope::Atlas;
use crate::sequence::{Ceiling, Spill};
use crate::source::{Reading, Skipped};
use crate::words::beside;

/// Runs it, and writes into the journal how it ended.
pub(super) fn run(args: &ScanArgs) -> Result<(), Ending> {
    let case = case::load_with(&args.case, &args.reading.outside).map_err(Ending::usage)?;
    let (inputs, skipped) = inputs(&case)?;
    let journal = args.journal.as_deref();
    let journal = journal.map(|path| Journal::open(path, &paths(&inputs), &args.out));
    let journal = journal.transpose()?;
    let ended = scan(args, &case, (inputs, skipped));
    if let Some(journal) = journal {
        let exit = ended.as_ref().err().map_or(0, Ending::code);
        journal.add(&case.sha256, &args.out, exit)?;
    }
    ended
}

fn scan(
    args: &ScanArgs,
    case: &Case,
    (inputs, skipped): (Vec<Input>, Vec<Skipped>),
) -> Result<(), Ending> {
    let other = args
        .compare
        .as_deref()
        .map(|folder| Other::of(&finished(folder)?).map_err(Ending::Failed))
        .transpose()?;
    let paths = paths(&inputs);
    for (flag, place) in [("--out", Some(&args.out)), ("--keep", args.keep.as_ref())] {
        if let Some(place) = place {
            report::check_not_among(flag, place, &case.folder, &paths).map_err(folder)?;
        }
    }
    let staging = Staging::prepare(&args.out, &paths).map_err(folder)?;
    told::left_behind(&staging);
    let progress = Progress::over(inputs.iter().map(|input| input.log.bytes()).sum());
    let how = Reading {
        mapped: !args.reading.no_mmap,
        ..Reading::default()
    };
    let ceiling = Ceiling {
        bytes: args.memory.or_else(quarter_of_memory),
    };
    let threads = args.reading.threads.map(usize::from);
    let keep = args.keep.as_deref().map(keeping).transpose()?;
    let router = Router::new(&case.routes, case.ignore_case);
    let shelf = keep.as_ref();
    let shelf = shelf.and_then(|keep| keep.shelf(case, &inputs, &router));
    let extract = |inputs: &[Input], spill: &Spill| {
        let looks = || shelf.as_ref().and_then(Shelf::looks);
        let stands = shelf.as_ref().and_then(|one| one.read(inputs.len(), spill));
        if let Some((files, glance, ready)) = stands {
            let fits = ceiling.check(ready.names());
            fits.map_err(|reached| stopped(PipelineProblem::Ceiling(reached)))?;
            progress.read(inputs.iter().map(|input| input.log.bytes()).sum());
            return Ok(WhatCame {
                files,
                material: Material::Sorted(Box::new(ready)),
                known: Known::Glance(glance),
                keeping: Keeping {
                    sequences: None,
                    looks: looks(),
                },
            });
        }
        let beside = (spill, keep.as_ref());
        let read = pipeline::extract(inputs, &router, &how, ceiling, beside, &progress);
        let mut read = WhatCame::from(read.map_err(stopped)?);
        read.keeping = Keeping {
            sequences: shelf.as_ref().and_then(|one| one.write(&mut read.files)),
            looks: looks(),
        };
        Ok(read)
    };
    let run = Run {
        case,
        inputs,
        skipped,
        progress: &progress,
        staging,
        other,
        out: &args.out,
        rehash: args.rehash,
    };
    let work = || answer(run, ceiling, extract);
    let summary = pipeline::with_threads(threads, work).map_err(Ending::failed)??;
    progress.done();
    if let Some(fault) = keep.as_ref().and_then(Keep::fault) {
        // With stderr gone there is nobody left to tell.
        let _ = writeln!(
            std::io::stderr(),
            "breachscope: not all that was read could be kept in {} ({fault}): the answer is whole, but a second scan reads the \
             rest again; make room there, or name another folder with --keep",
            args.keep.as_deref().unwrap_or(Path::new("")).display()
        );
    }
    if args.json {
        return told::print("breachscope.scan/1", summary.json());
    }
    if !args.quiet {
        let screen = summary.screen(terminal::look(&args.screen));
        std::io::stdout().lock().write_all(screen.as_bytes())?;
    }
    Ok(())
}

/// The folder for what is read.
fn keeping(folder: &Path) -> Result<Keep, Ending> {
    Keep::open(folder, report::BUILD).map_err(|error| {
        Ending::Failed(format!(
            "--keep {}: cannot be made: {error}; name a folder that can be written, or leave it out",
            folder.display()
        ))
    })
}

/// What an answer is made of and where it goes.
pub(super) struct Run<'r> {
    pub case: &'r Case,
    pub inputs: Vec<Input>,
    pub skipped: Vec<Skipped>,
    pub progress: &'r Progress,
    pub staging: Staging,
    pub other: Option<Other>,
    pub out: &'r Path,
    pub rehash: bool,
}

/// What came of the inputs.
pub(super) struct WhatCame {
    pub files: Vec<ReadFile>,
    pub material: Material,
    pub known: Known,
    /// Where the analysis keeps what it comes to.
    pub keeping: Keeping,
}

/// What is known of how logs were read.
pub(super) enum Known {
    /// What accesses show of it, which are here.
    Accesses,
    /// What they showed when they were.
    Glance(Glance),
    /// All that is to be said.
    Remarks(Remarks),
}

impl From<Extraction> for WhatCame {
    fn from(extraction: Extraction) -> WhatCame {
        WhatCame {
            files: extraction.files,
            material: Material::Accesses(Box::new(extraction.all), None),
            known: Known::Accesses,
            keeping: Keeping::default(),
        }
    }
}

/// Files -> accesses -> accounts -> controllers -> answer. `extract` is the first of these, done here or elsewhere.
pub(super) fn answer(
    run: Run<'_>,
    ceiling: Ceiling,
    extract: impl FnOnce(&[Input], &Spill) -> Result<WhatCame, Ending>,
) -> Result<Summary, Ending> {
    let Run {
        case,
        inputs,
        skipped,
        progress,
        staging,
        other,
        out,
        rehash,
    } = run;
    let paths = paths(&inputs);
    let before: Vec<Identity> = paths.iter().map(|path| Identity::of(path)).collect();
    let spill = Spill::new(ceiling.room(), staging.folder());
    let read = extract(&inputs, &spill)?;
    progress.stage("analysing");
    let (mut files, material) = (read.files, read.material);
    let sources = source_facts(case, &inputs, &mut files)?;
    check_routes(case, &sources)?;
    let places = file_places(&inputs, &sources);
    let mut keeping = read.keeping;
    let (atlas, glance) = beside(
        || Atlas::new(&case.directory).of_routes(&case.routes),
        || match (&material, read.known) {
            (Material::Accesses(all, _), _) => Glance::of(case, &inputs, &sources, all).map(Ok),
            (_, Known::Glance(glance)) => Ok(Ok(glance)),
            (_, Known::Remarks(remarks)) => Ok(Err(remarks)),
            (_, Known::Accesses) => Ok(Err(Remarks::default())),
        },
    );
    let glance = glance?;
    if let Ok(glance) = &glance {
        keeping.sequences = keeping.sequences.and_then(|one| one.tell(glance));
    }
    let (remarks, found) = pipeline::both(
        || match (glance, material.names()) {
            (Ok(glance), Some(names)) => {
                remarks::all((case, &atlas), &inputs, &sources, (names, &glance))
            }
            (glance, _) => Ok(glance.err().unwrap_or_default()),
        },
        || material.look(case, &places),
    );
    let (remarks, material) = (remarks?, material.with(found));
    let mut assessment = coverage::assess(case, &sources);
    assessment.doubts.extend(remarks.doubt());
    let shares = case.sources.iter().map(|s| s.sampling.unwrap_or(1.0));
    let dark = Dark::of(&assessment, shares.collect());
    let analysis = pipeline::analyse(case, &atlas, material, &places, &dark, (&spill, keeping));
    if let Some(fault) = spill.fault() {
        return Err(Ending::Failed(fault.to_owned()));
    }
    assessment
        .doubts
        .extend(impact::doubts(&analysis.exposure, &case.routes));
    assessment
        .doubts
        .extend(analysis.stale.as_ref().map(|one| coverage::stale(&one.why)));
    let one_day = analysis.snapshot.as_deref();
    assessment.doubts.extend(one_day.map(coverage::snapshot));
    assessment.doubts.extend(analysis.unnamed.iter().map(|one| {
        let source = &case.sources[one.source].name;
        coverage::unnamed(source, one.span, one.requests, one.clients)
    }));
    missing(case, &analysis, &mut assessment);
    let limits = left_out::limits(&case.routes, &analysis.content);
    let remarks = left_out::before(remarks.said, (case, analysis.set_aside, &limits));
    assessment
        .doubts
        .extend(limits.into_iter().map(left_out::Suspect::doubt));
    progress.stage("citing lines");
    let cited = analysis
        .beyond()
        .flat_map(|outcome| &outcome.share.beyond)
        .map(|beyond| Citation::of(&beyond.access));
    let rejects = files.iter().map(|file| file.part.rejects.iter());
    let rejects: Vec<Vec<Place>> = rejects
        .map(|rejects| {
            rejects
                .map(|one| Place {
                    offset: one.offset,
                    length: one.length,
                })
                .collect()
        })
        .collect();
    let log = |file: usize| &inputs[file].log;
    let excerpts = Mutex::new(Records::new(&spill));
    let tell = |some| {
        let excerpts = excerpts.lock();
        excerpts.unwrap_or_else(PoisonError::into_inner).push(some);
    };
    let (line_digests, (ladder, cause)) = pipeline::both(
        || evidence::reread(cited, &rejects, log, &pipeline::side_by_side, &tell),
        || {
            pipeline::both(
                || ladder::of(case, &atlas, &analysis, &assessment),
                || cause::of(case, &atlas, &analysis, &assessment),
            )
        },
    );
    let line_digests = line_digests.map_err(Ending::failed)?;
    let excerpts = excerpts.into_inner();
    let mut excerpts = excerpts.unwrap_or_else(PoisonError::into_inner);
    excerpts.sort_by_key(|some| (some.file, some.first));
    let known = (&atlas, &analysis.names);
    let published = published::of(case, known, &cause, &mut assessment);
    let exposed = (&analysis.exposure, &published);
    let (controllers, totals) = conclude(&atlas, &case.routes, exposed, &assessment);
    let shares = analysis.beyond().map(|outcome| &outcome.share);
    let bounds = impact::bounds(&atlas, &controllers, shares, &assessment);
    let kept: Vec<f64> = inputs
        .iter()
        .map(|input| case.sources[input.source].sampling.unwrap_or(1.0))
        .collect();
    let shares = analysis.beyond().map(|outcome| &outcome.share);
    let estimates = impact::estimates(&atlas, shares, &kept, &assessment);
    let on_disk: Vec<PathBuf> = inputs.iter().map(|one| one.log.path().to_owned()).collect();
    let merger = Merger {
        atlas: &atlas,
        routes: &case.routes,
        stale_from: analysis.stale.as_ref().map(|stale| stale.from),
    };
    let answer = Answer {
        figures: analysis.figures(&merger),
        case,
        atlas: &atlas,
        files: notes(inputs, files),
        skipped,
        analysis,
        controllers,
        bounds,
        estimates,
        ladder,
        other,
        cause,
        totals,
        assessment,
        remarks,
        line_digests,
        excerpts,
    };
    if signals::stopped() {
        return Err(stopped(PipelineProblem::Stopped));
    }
    check_unchanged(&paths, &before)?;
    if rehash {
        progress.stage("hashing the logs again");
        check_digests(&answer.files, &on_disk)?;
    }
    let summary = Summary::of(&answer, out);
    let written = report::write(answer, staging).map_err(folder)?;
    // What the page does not need makes room for it.
    drop(atlas);
    written.publish().map_err(folder)?;
    Ok(summary)
}

/// What all requests together tell of lines that are missing.
fn missing(case: &Case, analysis: &Analysis, assessment: &mut Assessment) {
    let torn = coverage::torn_lists(case, analysis.panel.turned);
    assessment.doubts.extend(torn);
    let served = analysis
        .watched
        .served
        .iter()
        .map(|(route, own)| (*route, *own));
    assessment.doubts.extend(coverage::unanswered(case, served));
    let limits = coverage::limits(case, &analysis.content);
    assessment.doubts.extend(limits);
    let walks = analysis.outcomes.iter();
    let walks = walks.filter(|one| one.verdict == Some(Verdict::Enumeration));
    let walks = walks.map(|one| (one.person.label(), analysis.details(one)));
    let walks: Vec<_> = walks.collect();
    let walks = walks
        .iter()
        .map(|(label, one)| (label.clone(), &one.rhythm));
    assessment.doubts.extend(impact::rhythm_doubts(walks));
    let unasked = coverage::unasked(case, &analysis.watched.asked);
    assessment.doubts.extend(unasked);
}

/// What tells whether a file is still the one that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    place: Option<(u64, u64)>,
    size: u64,
    changed: i64,
}

impl Identity {
    pub(super) fn of(path: &Path) -> Identity {
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
pub(super) fn check_unchanged(paths: &[PathBuf], before: &[Identity]) -> Result<(), Ending> {
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

/// Hashes the bytes that were read once more: a digest that differs is of other bytes than the answer's.
fn check_digests(files: &[FileNote], on_disk: &[PathBuf]) -> Result<(), Ending> {
    let mut hashed: Option<(&Path, String)> = None;
    for (file, path) in files.iter().zip(on_disk) {
        let ending = &file.read.ending;
        // Members of one archive stand behind each other; a pipe has no second time.
        if !path.is_file() {
            continue;
        }
        let failed = |e| Ending::Failed(format!("{}: cannot be hashed again: {e}", file.name));
        let own = match hashed.take() {
            Some((before, own)) if before == path => own,
            _ => {
                let again = File::open(path).map_err(failed)?.take(ending.file_bytes);
                evidence::digest_of(again).map_err(failed)?
            }
        };
        if own != ending.file_sha256 {
            return Err(Ending::Failed(format!(
                "{}: its SHA-256 was {} while it was read and is {own} now: something writes to the evidence; nothing was \
                 written, copy the logs to a quiet place and run again",
                file.name, ending.file_sha256
            )));
        }
        hashed = Some((path, own));
    }
    Ok(())
}

fn notes(inputs: Vec<Input>, files: Vec<ReadFile>) -> Vec<FileNote> {
    let both = inputs.into_iter().zip(files);
    both.map(|(input, read)| FileNote {
        name: input.name,
        member: input.log.member().map(str::to_owned),
        source: input.source,
        format: input.format.name().to_owned(),
        read,
    })
    .collect()
}

pub(super) fn stopped(problem: PipelineProblem) -> Ending {
    match problem {
        PipelineProblem::Stopped => Ending::Failed(
            "stopped before the answer was complete; nothing was written. Run the same command again: with --keep DIR it \
             goes on where that folder's parts end, without it starts from the beginning"
                .to_owned(),
        ),
        other => Ending::failed(other),
    }
}

pub(super) fn folder(problem: FolderProblem) -> Ending {
    match problem.wrong_place {
        true => Ending::usage(problem),
        false => Ending::failed(problem),
    }
}

/// A quarter of the machine's memory, where the system tells it.
pub(super) fn quarter_of_memory() -> Option<u64> {
    let facts = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = facts.lines().find(|line| line.starts_with("MemTotal:"))?;
    let kilobytes: u64 = line.split_ascii_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024 / 4)
}
