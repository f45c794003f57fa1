//! From a case's globs, or a folder, to the logs, in a fixed order, each once; archives opened up.
//!
//! Looks into a file only as far as it takes to tell an archive and its members; what is in a log is left
//! to `reader`.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

use glob::Pattern;

use super::globs::{self, Glob, RULES};
use super::log::{Log, label};
use super::members::{self, Logs};
use super::{SourceProblem, order};

/// A log that a source's globs found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Index of the source.
    pub source: usize,
    /// Where it is.
    pub log: Log,
    /// Its name for tables: relative to the case's folder, with `/` as separator; a member of an archive
    /// stands behind `!/`. What is no UTF-8 stands as `\xHH`.
    pub name: String,
    /// Its size, of a member that in its archive; 0 for a pipe.
    pub bytes: u64,
}

/// What was come across and is no log.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skipped {
    /// Its name, as a log's.
    pub name: String,
    /// Why it is not read.
    pub why: String,
}

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// The logs, in order.
    pub logs: Vec<Found>,
    /// Members of archives, and files of a folder, that are no logs.
    pub skipped: Vec<Skipped>,
}

/// Finds every source's logs, source by source, in the order of rotation where names tell it.
///
/// Each source is a name and its globs, which are relative to `folder`; `archive.tar!/edge/*.log` takes those
/// members of an archive only. Folders are skipped, links are followed, and a file found twice by one source
/// counts once.
///
/// # Errors
/// A glob that cannot be read or finds nothing, a file or folder that cannot be opened, a thing that
/// is neither file nor pipe, a file that two sources claim, an archive that cannot be read.
pub fn find(folder: &Path, sources: &[(String, Vec<String>)]) -> Result<Findings, SourceProblem> {
    let mut all = Findings::default();
    let mut owners: HashMap<(PathBuf, Option<String>), usize> = HashMap::new();
    for (source, (name, globs)) in sources.iter().enumerate() {
        let candidates = candidates(folder, name, globs)?;
        for (real, found) in open_up(source, candidates, &mut all.skipped)? {
            let key = (real, found.log.member().map(str::to_owned));
            if let Some(&owner) = owners.get(&key) {
                return Err(claimed_twice(&found, &sources[owner].0, name));
            }
            owners.insert(key, source);
            all.logs.push(found);
        }
    }
    all.skipped.sort();
    all.skipped.dedup();
    Ok(all)
}

/// A path as a log, or a folder as every log below it, hidden ones left out and told.
///
/// # Errors
/// As [`find`].
pub fn walk(root: &Path) -> Result<Findings, SourceProblem> {
    let mut all = Findings::default();
    let mut candidates = HashMap::new();
    let mut open = vec![root.to_owned()];
    while let Some(path) = open.pop() {
        for next in globs::entries(&path)? {
            match (globs::hidden(&next), globs::leads_back(&next)) {
                (true, _) => all.skip(name_in(Path::new(""), &next), "hidden"),
                (_, true) => all.skip(name_in(Path::new(""), &next), "a link to a folder above it"),
                _ => open.push(next),
            }
        }
        if is_pipe(&path) && path != root {
            all.skip(name_in(Path::new(""), &path), "a pipe, which nobody named");
        } else if let Some(candidate) = look_at(Path::new(""), path)? {
            offer(&mut candidates, candidate, None);
        }
    }
    let found = open_up(0, candidates, &mut all.skipped)?;
    all.logs.extend(found.into_iter().map(|(_, found)| found));
    all.skipped.sort();
    Ok(all)
}

impl Findings {
    fn skip(&mut self, name: String, why: &str) {
        let why = why.to_owned();
        self.skipped.push(Skipped { name, why });
    }
}

/// A file before it is looked into.
struct Candidate {
    real: PathBuf,
    path: PathBuf,
    name: String,
    /// Which members are wanted, should it be an archive; none = all.
    wanted: Vec<Pattern>,
    all: bool,
}

type Candidates = HashMap<PathBuf, Candidate>;

/// One source's files by their canonical paths.
fn candidates(folder: &Path, source: &str, globs: &[String]) -> Result<Candidates, SourceProblem> {
    let mut seen = Candidates::new();
    for glob in globs {
        let place = format!("source `{source}`, files = \"{}\"", label(glob.as_bytes()));
        let (file, member) = match folder.join(glob).exists() {
            true => (glob.as_str(), None),
            false => parted(glob),
        };
        let member = member
            .map(Pattern::new)
            .transpose()
            .map_err(|error| unreadable(&place, error))?;
        let mut any = false;
        for path in expand(folder, &place, file)? {
            if is_pipe(&path) && path != folder.join(file) {
                return Err(SourceProblem::pipe(&path));
            }
            if let Some(candidate) = look_at(folder, path)? {
                any = true;
                offer(&mut seen, candidate, member.clone());
            }
        }
        if !any {
            return Err(nothing_found(folder, place, glob));
        }
    }
    Ok(seen)
}

/// A glob's part for the file, and for the member of an archive.
fn parted(glob: &str) -> (&str, Option<&str>) {
    match glob.split_once("!/") {
        Some((file, member)) => (file, Some(member)),
        None => (glob, None),
    }
}

/// Keeps the better of two names of one file, and every wish for its members.
fn offer(seen: &mut Candidates, mut new: Candidate, member: Option<Pattern>) {
    new.all = member.is_none();
    new.wanted.extend(member);
    if let Some(old) = seen.get_mut(&new.real) {
        old.all |= new.all;
        old.wanted.append(&mut new.wanted);
        if preference(&new, old).is_lt() {
            (old.path, old.name) = (new.path, new.name);
        }
        return;
    }
    seen.insert(new.real.clone(), new);
}

/// Which of two names of one file comes first: its own before a link's, then the first in order.
fn preference(a: &Candidate, b: &Candidate) -> Ordering {
    let linked = |it: &Candidate| !it.real.ends_with(&it.path) && !it.real.ends_with(&it.name);
    linked(a)
        .cmp(&linked(b))
        .then_with(|| order::compare(&a.name, &b.name))
}

/// The logs in order, of archives their members.
fn open_up(
    source: usize,
    candidates: Candidates,
    skipped: &mut Vec<Skipped>,
) -> Result<Vec<(PathBuf, Found)>, SourceProblem> {
    let mut all = Vec::new();
    // Archives are listed in an order of their own, so that the first complaint is always the same.
    let mut candidates: Vec<_> = candidates.into_values().collect();
    candidates.sort_by(|a, b| order::compare(&a.name, &b.name));
    for candidate in candidates {
        let Logs { logs, skipped: put } = match candidate.path.is_file() {
            true => members::expand(&candidate.path)?,
            false => Logs {
                logs: vec![candidate.path.as_path().into()],
                skipped: Vec::new(),
            },
        };
        let wants = |log: &Log| match log.member() {
            Some(member) => {
                candidate.all
                    || candidate
                        .wanted
                        .iter()
                        .any(|w| w.matches_with(member, RULES))
            }
            None => candidate.all,
        };
        let before = all.len();
        for log in logs.into_iter().filter(wants) {
            let name = match log.member() {
                Some(member) => format!("{}!/{member}", candidate.name),
                None => candidate.name.clone(),
            };
            let bytes = log.bytes();
            all.push((
                candidate.real.clone(),
                Found {
                    source,
                    log,
                    name,
                    bytes,
                },
            ));
        }
        if all.len() == before {
            return Err(no_member(&candidate, &put));
        }
        skipped.extend(put.into_iter().map(|(member, why)| Skipped {
            name: format!("{}!/{member}", candidate.name),
            why: why.to_owned(),
        }));
    }
    all.sort_by(|a, b| order::compare(&a.1.name, &b.1.name));
    Ok(all)
}

/// Every path that a glob matches; the glob itself where it is a file's literal name.
fn expand(folder: &Path, place: &str, glob: &str) -> Result<Vec<PathBuf>, SourceProblem> {
    let literal = folder.join(glob);
    if literal.is_file() {
        return Ok(vec![literal]);
    }
    Glob::new(glob)
        .map_err(|error| unreadable(place, error))?
        .expand(folder)
}

fn unreadable(place: &str, error: glob::PatternError) -> SourceProblem {
    let what = format!("the glob cannot be read: {error}");
    SourceProblem::new(place, what, "write *, ?, [a-z] or ** between slashes").of_case()
}

/// Whether reading would wait for somebody who writes.
fn is_pipe(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|facts| facts.file_type().is_fifo())
}

/// What a path is; `None` for a folder.
fn look_at(folder: &Path, path: PathBuf) -> Result<Option<Candidate>, SourceProblem> {
    let failed = |error| SourceProblem::opening(&path, error);
    let facts = path.metadata().map_err(failed)?;
    // A pipe that a shell made has no path of its own.
    let real = path.canonicalize().unwrap_or_else(|_| path.clone());
    if facts.is_dir() {
        return Ok(None);
    }
    if let Some(problem) = SourceProblem::no_log(&path, &facts) {
        return Err(problem);
    }
    // Opening a pipe would wait for its writer, or take the place of its reader.
    if facts.is_file() {
        File::open(&path).map_err(failed)?;
    }
    Ok(Some(Candidate {
        real,
        name: name_in(folder, &path),
        path,
        wanted: Vec::new(),
        all: false,
    }))
}

fn name_in(folder: &Path, path: &Path) -> String {
    let inside = path.strip_prefix(folder).unwrap_or(path);
    label(inside.as_os_str().as_bytes())
}

fn nothing_found(folder: &Path, place: String, glob: &str) -> SourceProblem {
    let remedy = if glob.ends_with("**") {
        "** stands for folders: write **/* for every file below them, or **/*.log for some"
    } else if folder.join(glob).is_dir() {
        "it is a folder: write /* behind it for the files in it, or /**/* for those below them too"
    } else if glob.contains('\\') || glob.contains(char::is_control) {
        "write / between folders; \\ does not part them here, and begins an escape between double quotation marks"
    } else {
        "correct the glob, which is relative to the case file, or bring the files there; capitals count"
    };
    let home = match folder.as_os_str() {
        home if home.is_empty() || home == "." => "the case's folder".to_owned(),
        _ => folder.display().to_string(),
    };
    SourceProblem::new(place, format!("no file in {home} matches"), remedy).of_case()
}

fn no_member(candidate: &Candidate, put_aside: &[(String, &'static str)]) -> SourceProblem {
    if candidate.all
        && let Some((member, why)) = put_aside.first()
    {
        return SourceProblem::new(
            candidate.path.display(),
            format!(
                "none of the {} members of this archive is a log: `{member}` is not read ({why})",
                put_aside.len()
            ),
            "unpack those that are logs and name the unpacked files, or leave the archive out",
        );
    }
    SourceProblem::new(
        candidate.path.display(),
        "no member matches what `files` names behind `!/`".to_owned(),
        "correct the glob behind `!/`, or leave it out to read all members of the archive",
    )
    .of_case()
}

fn claimed_twice(found: &Found, first: &str, second: &str) -> SourceProblem {
    SourceProblem::new(
        &found.log,
        format!("sources `{first}` and `{second}` both claim this file"),
        "narrow the globs of one of them: a line counts for one source only",
    )
    .of_case()
}
