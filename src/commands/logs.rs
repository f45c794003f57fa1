//! Logs named on the command line -> groups of files that are written alike, ready to be read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use chrono_tz::Tz;

use super::Ending;
use super::inputs::file_facts;
use super::progress::Progress;
use super::sampling::{SAMPLED, sample};
use crate::case::{AccountKey, Case, FormatSpec};
use crate::cli::WritingArgs;
use crate::format::{Format, Problem};
use crate::pipeline::{self, Extraction, ReadFile};
use crate::route::Router;
use crate::sequence::{Ceiling, Spill, text};
use crate::source::{self, Log, Reading};
use crate::survey::account::{self, Candidate};
use crate::survey::{self, Facts, FileNote, Known, Recognised, Sample, Sureness, recognise};

/// Files that are written alike: one folder, one name but for dates and numbers, one format.
pub(super) struct Group {
    /// Its name.
    pub name: String,
    /// How they are written.
    pub how: Recognised,
    /// Where they say who asked, the best place first.
    pub accounts: Vec<Candidate>,
    /// Share of the sampled requests, in hundredths, that name a user where their own way of writing has its place.
    pub own_share: u64,
    /// Place of the account that a case names.
    pub bound: Option<AccountKey>,
    /// The files, in order.
    pub files: Vec<Log>,
    /// Lines of all of them.
    pub sample: Sample,
    /// What to add to each stamp.
    pub clock_correction: i64,
}

/// What was found.
pub(super) struct Found {
    /// Groups by folder and name.
    pub groups: Vec<Group>,
    /// Files that are no log that can be read, with the reason.
    pub unread: Vec<(String, String)>,
}

impl Group {
    /// Whether lines are written in several ways, each with a field of its own for the user: no one key would name them
    /// all.
    pub(super) fn goes_by_own(&self) -> bool {
        let best = self.accounts.first().map_or(0, |best| best.share);
        self.how.spec.name.as_deref() == Some("auto") && self.own_share > best
    }
}

/// Files that are no log, with the reason.
pub(super) type LeftOut = Vec<(String, String)>;

/// Logs of what was named, each once: folders give all that is in them, archives their members; and what
/// was left out, with the reason.
pub(super) fn walk(named: &[PathBuf]) -> Result<(Vec<Log>, LeftOut), Ending> {
    let (mut logs, mut left) = (Vec::new(), Vec::new());
    let mut seen = BTreeSet::new();
    for path in named {
        let found = source::walk(path).map_err(|why| Ending::of_named(path, why))?;
        left.extend(found.skipped.into_iter().map(|one| (one.name, one.why)));
        for found in found.logs {
            if !found.log.is_file() {
                return Err(Ending::Failed(format!(
                    "{}: is no file, and logs are looked at more than once here: write its content to a file first",
                    found.log
                )));
            }
            let path = found.log.path();
            let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
            if seen.insert((real, found.log.member().map(str::to_owned))) {
                logs.push(found.log);
            }
        }
    }
    Ok((logs, left))
}

/// Recognises the files and groups them. Files that a case knows are left out by the caller.
pub(super) fn find(files: Vec<Log>, how: &WritingArgs, known: &Known) -> Result<Found, Ending> {
    let zone = zone(&how.timezone)?;
    let told = told(how, zone)?;
    let mut unread = Vec::new();
    let mut groups: BTreeMap<(PathBuf, String, String), Vec<(Log, Sample)>> = BTreeMap::new();
    for log in files {
        let name = log.to_string();
        let path = PathBuf::from(&name);
        let sample = match sample(&log) {
            Ok(sample) => sample,
            Err(problem) => {
                unread.push((name, problem.to_string()));
                continue;
            }
        };
        if sample.lines.iter().all(|line| line.trim_ascii().is_empty()) {
            unread.push((name, "is empty".to_owned()));
            continue;
        }
        let kind = match (&told, recognise(&sample, zone)) {
            (Some(told), _) => told.name(),
            (None, Some(how)) => kind(&how),
            (None, None) => {
                let case = path.extension().is_some_and(|end| end == "toml");
                let why = match case {
                    true => "looks like a case file: give it with --case",
                    false => &unknown(&sample),
                };
                unread.push((name, why.to_owned()));
                continue;
            }
        };
        let parent = path.parent().map(Path::to_owned).unwrap_or_default();
        groups
            .entry((parent, stem(&path), kind))
            .or_default()
            .push((log, sample));
    }
    let several = groups.len() > 1;
    let mut found = Vec::new();
    for ((parent, stem, _), files) in groups {
        let group = group(&parent, &stem, files, told.as_ref(), zone, known, several);
        match group {
            Ok(group) => found.push(group),
            Err(names) => unread.extend(
                names
                    .into_iter()
                    .map(|name| (name, "its lines are not alike enough to be read".to_owned())),
            ),
        }
    }
    Ok(Found {
        groups: found,
        unread,
    })
}

/// Why a file is not read, with its beginning and what to do.
fn unknown(sample: &Sample) -> String {
    let why = "no format that this version knows reads its lines";
    let mut lines = sample
        .lines
        .iter()
        .filter(|line| !line.trim_ascii().is_empty());
    let Some(first) = lines.next() else {
        return why.to_owned();
    };
    let begins: String = String::from_utf8_lossy(first.trim_ascii())
        .chars()
        .take(100)
        .collect();
    let hint = Format::hint(&sample.head).map_or(String::new(), |hint| format!("; {hint}"));
    format!("{why}, which begin `{}`{hint}", begins.escape_debug())
}

fn group(
    parent: &Path,
    stem: &str,
    files: Vec<(Log, Sample)>,
    told: Option<&Recognised>,
    zone: Tz,
    known: &Known,
    several: bool,
) -> Result<Group, Vec<String>> {
    let mut sample = Sample::default();
    // The oldest file's head may be all night; the fullest sample tells most.
    for (_, one) in &files {
        if sample.head.len() < one.head.len() {
            sample.head.clone_from(&one.head);
        }
        let room = (4 * SAMPLED).saturating_sub(sample.lines.len());
        let step = one.lines.len().div_ceil(room.max(1)).max(1);
        let kept = one
            .lines
            .iter()
            .enumerate()
            .filter(|(at, line)| at % step == 0 || line.starts_with(b"#"));
        sample.lines.extend(kept.map(|(_, line)| line.clone()));
    }
    let how = match told {
        Some(told) => Some(told.clone()),
        None => recognise(&sample, zone),
    };
    let mut logs: Vec<Log> = files.into_iter().map(|(log, _)| log).collect();
    let Some(how) = how else {
        return Err(logs.iter().map(Log::to_string).collect());
    };
    logs.sort_by_key(|log| (std::cmp::Reverse(rotation(log)), log.clone()));
    let folder = parent
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let name = match folder {
        Some(folder) if several => format!("{folder}/{stem}"),
        _ => stem.to_owned(),
    };
    Ok(Group {
        name: text(name.as_bytes()),
        accounts: account::candidates(&how, &sample, known),
        own_share: account::own_share(&how, &sample),
        bound: None,
        how,
        files: logs,
        sample,
        clock_correction: 0,
    })
}

/// Formats between which a file may waver are one kind.
fn kind(how: &Recognised) -> String {
    match how.format.name() {
        "combined" | "common" | "pattern" | "vhost-combined" => "web".to_owned(),
        other => other.to_owned(),
    }
}

/// The format that the command line names.
fn told(how: &WritingArgs, zone: Tz) -> Result<Option<Recognised>, Ending> {
    let spec = FormatSpec {
        name: how.pattern.is_none().then(|| how.format.clone()),
        pattern: how.pattern.clone(),
        fields: how.fields.clone(),
    };
    let format = Format::from_spec(&spec, zone).map_err(Ending::usage)?;
    Ok(format.map(|format| Recognised {
        spec,
        format,
        wrappings: Vec::new(),
        named: true,
    }))
}

pub(super) fn zone(name: &str) -> Result<Tz, Ending> {
    name.parse().map_err(|_| {
        Ending::Usage(format!(
            "--timezone {name}: no such zone; write an IANA name such as Europe/Stockholm"
        ))
    })
}

const PACKED: [&str; 6] = [".gz", ".zst", ".zstd", ".bz2", ".xz", ".Z"];

fn unpacked(name: &str) -> &str {
    PACKED
        .iter()
        .find_map(|end| name.strip_suffix(end))
        .unwrap_or(name)
}

/// A file's name without packing, rotation and dates: what its fellows share.
pub(super) fn stem(path: &Path) -> String {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let name = unpacked(&name);
    let stamp = |c: char| c.is_ascii_digit() || matches!(c, '-' | '_' | '.' | ':' | 'T' | 'Z');
    let bare = name.trim_end_matches(stamp);
    let bare = if bare.is_empty() { name } else { bare };
    let mut out = String::new();
    for c in bare.chars() {
        match c.is_ascii_digit() {
            true if out.ends_with('*') => {}
            true => out.push('*'),
            false => out.push(c),
        }
    }
    out
}

/// The number of a rotated file; 0 for one that has none.
fn rotation(log: &Log) -> u64 {
    let name = log.to_string();
    let number = unpacked(&name)
        .rsplit_once('.')
        .and_then(|(_, end)| end.parse().ok());
    number.filter(|n| *n < 10_000).unwrap_or(0)
}

/// Numbers between those of the rotated files that no file has.
fn missing(files: &[Log]) -> Vec<u64> {
    let numbers: std::collections::BTreeSet<u64> =
        files.iter().map(rotation).filter(|n| *n > 0).collect();
    let Some(last) = numbers.last() else {
        return Vec::new();
    };
    (1..*last)
        .filter(|n| !numbers.contains(n))
        .take(100)
        .collect()
}

/// Everything that two passes over the groups tell: how they were read, and what they carry.
pub(super) struct Read {
    /// Inputs in order, by group.
    pub inputs: Vec<pipeline::Input>,
    /// What the pipeline says of them.
    pub files: Vec<ReadFile>,
    /// What their lines carry.
    pub facts: Vec<Facts>,
}

/// Reads the groups.
pub(super) fn read(
    groups: &[Group],
    case: Option<&Case>,
    threads: Option<usize>,
) -> Result<Read, Ending> {
    let mut inputs = Vec::new();
    for (source, group) in groups.iter().enumerate() {
        let key = account_key(group);
        let format = group
            .how
            .format
            .clone()
            .bind_account(key)
            .map_err(Ending::usage)?;
        for log in &group.files {
            inputs.push(pipeline::Input {
                source,
                name: log.to_string(),
                log: log.clone(),
                format: format.clone(),
                clock_correction: group.clock_correction,
                way: String::new(),
            });
        }
    }
    let bytes: u64 = inputs.iter().map(|input| input.log.bytes()).sum();
    let progress = Progress::over(bytes.saturating_mul(2));
    let how = Reading::default();
    let nothing = Router::new(&[], false);
    let router = case.map(|case| {
        (
            Router::new(&case.routes, case.ignore_case),
            case.routes.len(),
        )
    });
    let work = || -> Result<(Vec<ReadFile>, Vec<Facts>), pipeline::PipelineProblem> {
        let ceiling = Ceiling { bytes: None };
        let Extraction { files, .. } = pipeline::extract(
            &inputs,
            &nothing,
            &how,
            ceiling,
            (&Spill::never(), None),
            &progress,
        )?;
        progress.stage("looking at routes");
        let routes = router.as_ref().map(|(router, routes)| (router, *routes));
        let facts = pipeline::survey(&inputs, &files, routes, &how, &progress)?;
        Ok((files, facts))
    };
    let (files, facts) = pipeline::with_threads(threads, work)
        .map_err(Ending::failed)?
        .map_err(Ending::failed)?;
    progress.done();
    Ok(Read {
        inputs,
        files,
        facts,
    })
}

/// The place of the account that is gone by: the case's, else the best one if it is more than a guess.
pub(super) fn account_key(group: &Group) -> Option<&AccountKey> {
    let best = group
        .accounts
        .first()
        .filter(|c| c.sure > Sureness::Guess && !group.goes_by_own());
    group.bound.as_ref().or(best.map(|c| &c.key))
}

/// What was read, by source.
pub(super) fn by_source(groups: &[Group], read: Read) -> Vec<survey::Input> {
    let names: Vec<String> = read.inputs.iter().map(|input| input.name.clone()).collect();
    let mut sources: Vec<survey::Input> = groups.iter().map(empty).collect();
    for ((input, mut file), facts) in read.inputs.iter().zip(read.files).zip(read.facts) {
        let source = &mut sources[input.source];
        source.files.push(note(&input.name, &file, &names));
        if file.copy_of.is_none() {
            source.tally.absorb(&file.part.tally);
            source.counted.push(file_facts(input, &mut file.part));
        }
        source.facts.absorb(facts);
        source.first_jump = source
            .facts
            .first_jump
            .and_then(|(file, _)| names.get(file).cloned());
    }
    sources
}

fn empty(group: &Group) -> survey::Input {
    let account = match (&group.bound, group.accounts.first()) {
        (Some(key), _) => Some((
            key.to_string().trim_matches('"').to_owned(),
            Sureness::Sure,
            "named by the case".to_owned(),
        )),
        (None, Some(best)) => Some((best.text(), best.sure, best.evidence.clone())),
        (None, None) => None,
    };
    survey::Input {
        name: group.name.clone(),
        format: group.how.name(),
        spec: group.how.spec.clone(),
        wrappings: group.how.wrappings.clone(),
        account,
        files: Vec::new(),
        missing_files: missing(&group.files),
        tally: Default::default(),
        counted: Default::default(),
        facts: Facts::default(),
        first_jump: None,
    }
}

fn note(name: &str, file: &ReadFile, names: &[String]) -> FileNote {
    let named = |index: usize| names.get(index).cloned().unwrap_or_default();
    let first = |problem: &Problem| {
        let reject = file
            .part
            .rejects
            .iter()
            .find(|reject| reject.problem == *problem)?;
        Some((*problem, reject.line))
    };
    FileNote {
        name: name.to_owned(),
        bytes: file.ending.file_bytes,
        content_bytes: file.ending.content_bytes,
        packing: file.ending.packing.to_string(),
        damage: file
            .ending
            .damage
            .iter()
            .map(|damage| damage.detail.clone())
            .collect(),
        copy_of: file.copy_of.map(named),
        overlaps: file.overlap.as_ref().map(|overlap| named(overlap.of)),
        tally: file.part.tally.clone(),
        first_rejects: Problem::ALL.iter().filter_map(first).collect(),
        unended: file.part.unended.is_some(),
    }
}
