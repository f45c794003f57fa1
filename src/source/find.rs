//! From a case's globs to its log files, in a fixed order, each once.
//!
//! Opens files only to see that they can be read; what is in them is left to `reader`.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::fs::{self, File};
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

use glob::{MatchOptions, Pattern};

use super::{SourceProblem, order};

/// A log file that a source's globs found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Index of the source.
    pub source: usize,
    /// Where it is.
    pub path: PathBuf,
    /// Its name for tables: relative to the case's folder, with `/` as separator.
    pub name: String,
    /// Its size; 0 for a pipe.
    pub bytes: u64,
}

/// Finds every source's files, source by source, in the order of rotation where names tell it.
///
/// Each source is a name and its globs, which are relative to `folder`. Folders are skipped, links
/// are followed, and a file found twice by one source counts once.
///
/// # Errors
/// A glob that cannot be read or finds nothing, a file or folder that cannot be opened, a thing that
/// is neither file nor pipe, a file that two sources claim.
pub fn find(folder: &Path, sources: &[(String, Vec<String>)]) -> Result<Vec<Found>, SourceProblem> {
    let mut all: Vec<Found> = Vec::new();
    let mut owners: HashMap<PathBuf, usize> = HashMap::new();
    for (source, (name, globs)) in sources.iter().enumerate() {
        for (real, found) in find_one(folder, source, name, globs)? {
            if let Some(&owner) = owners.get(&real) {
                return Err(claimed_twice(&found, &sources[owner].0, name));
            }
            owners.insert(real, source);
            all.push(found);
        }
    }
    Ok(all)
}

/// One source's files with their canonical paths, in order.
fn find_one(
    folder: &Path,
    source: usize,
    name: &str,
    globs: &[String],
) -> Result<Vec<(PathBuf, Found)>, SourceProblem> {
    let mut seen: HashMap<PathBuf, Found> = HashMap::new();
    for glob in globs {
        let mut any = false;
        for path in expand(folder, name, glob)? {
            let Some((real, found)) = look_at(folder, source, path)? else {
                continue;
            };
            any = true;
            let keep = seen
                .get(&real)
                .is_none_or(|old| preference(&real, &found, old).is_lt());
            if keep {
                seen.insert(real, found);
            }
        }
        if !any {
            return Err(nothing_found(folder, name, glob));
        }
    }
    let mut files: Vec<_> = seen.into_iter().collect();
    files.sort_by(|a, b| order::compare(&a.1.name, &b.1.name));
    Ok(files)
}

/// Which of two names of one file comes first: its own before a link's, then the first in order.
fn preference(real: &Path, a: &Found, b: &Found) -> Ordering {
    let linked = |found: &Found| !real.ends_with(&found.name);
    linked(a)
        .cmp(&linked(b))
        .then_with(|| order::compare(&a.name, &b.name))
}

/// Every path that a glob matches; the glob itself where it is a file's literal name.
fn expand(folder: &Path, source: &str, glob: &str) -> Result<Vec<PathBuf>, SourceProblem> {
    let literal = folder.join(glob);
    if literal.is_file() {
        return Ok(vec![literal]);
    }
    let place = format!("source `{source}`, files = \"{glob}\"");
    let Some(base) = folder.to_str() else {
        let what = format!(
            "the case's folder {} is not named in UTF-8",
            folder.display()
        );
        return Err(SourceProblem::new(place, what, "rename it"));
    };
    let pattern = Path::new(&Pattern::escape(base)).join(glob);
    let options = MatchOptions {
        case_sensitive: true,
        require_literal_separator: true,
        require_literal_leading_dot: true,
    };
    let paths = glob::glob_with(&pattern.to_string_lossy(), options).map_err(|error| {
        let what = format!("the glob cannot be read: {error}");
        SourceProblem::new(&place, what, "write *, ?, [a-z] or ** between slashes")
    })?;
    paths.map(|path| path.map_err(glob_failed)).collect()
}

fn glob_failed(error: glob::GlobError) -> SourceProblem {
    let path = error.path().to_owned();
    SourceProblem::opening(&path, error.into())
}

/// What a path is; `None` for a folder.
fn look_at(
    folder: &Path,
    source: usize,
    path: PathBuf,
) -> Result<Option<(PathBuf, Found)>, SourceProblem> {
    let failed = |error| SourceProblem::opening(&path, error);
    let real = fs::canonicalize(&path).map_err(failed)?;
    let facts = fs::metadata(&path).map_err(failed)?;
    if facts.is_dir() {
        return Ok(None);
    }
    // Opening a pipe would wait for its writer, or take the place of its reader.
    if facts.is_file() {
        File::open(&path).map_err(failed)?;
    } else if !facts.file_type().is_fifo() {
        let what = "this is neither a file nor a pipe".to_owned();
        return Err(SourceProblem::new(
            path.display(),
            what,
            "leave it out of `files`",
        ));
    }
    let bytes = if facts.is_file() { facts.len() } else { 0 };
    let name = name_in(folder, &path);
    Ok(Some((
        real,
        Found {
            source,
            path,
            name,
            bytes,
        },
    )))
}

fn name_in(folder: &Path, path: &Path) -> String {
    let inside = path.strip_prefix(folder).unwrap_or(path);
    inside
        .to_string_lossy()
        .replace(std::path::MAIN_SEPARATOR, "/")
}

fn nothing_found(folder: &Path, source: &str, glob: &str) -> SourceProblem {
    SourceProblem::new(
        format!("source `{source}`, files = \"{glob}\""),
        format!("no file in {} matches", folder.display()),
        "correct the glob, which is relative to the case file, or bring the files there",
    )
}

fn claimed_twice(found: &Found, first: &str, second: &str) -> SourceProblem {
    SourceProblem::new(
        found.path.display(),
        format!("sources `{first}` and `{second}` both claim this file"),
        "narrow the globs of one of them: a line counts for one source only",
    )
}
