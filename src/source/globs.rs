//! From a glob to the paths that it matches, whatever bytes their names are made of.
//!
//! A name is matched as it stands in tables, so that one that is no UTF-8 is matched too. The shell's rules:
//! `*` and `?` stop at slashes, `**` goes through folders, none of them sees a name that begins with a dot.

use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use glob::{MatchOptions, Pattern, PatternError};

use super::SourceProblem;
use super::log::label;

/// A glob, taken apart.
pub(super) struct Glob {
    parts: Vec<Part>,
    absolute: bool,
}

enum Part {
    Literal(String),
    Names(Pattern),
    /// `**`: any number of folders, none among them.
    Folders,
}

pub(super) const RULES: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: true,
};

impl Glob {
    /// # Errors
    /// It cannot be read.
    pub(super) fn new(text: &str) -> Result<Glob, PatternError> {
        Pattern::new(text)?;
        let names = text.split('/').filter(|part| !part.is_empty());
        let part = |part: &str| {
            Ok(match part {
                "**" => Part::Folders,
                _ if part.contains(['*', '?', '[']) => Part::Names(Pattern::new(part)?),
                // An escaped byte can only be told from those characters by looking.
                _ if part.contains("\\x") => Part::Names(Pattern::new(&Pattern::escape(part))?),
                _ => Part::Literal(part.to_owned()),
            })
        };
        Ok(Glob {
            parts: names.map(part).collect::<Result<_, _>>()?,
            absolute: text.starts_with('/'),
        })
    }

    /// Every path below `folder` that matches, in no order.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub(super) fn expand(&self, folder: &Path) -> Result<Vec<PathBuf>, SourceProblem> {
        let start = if self.absolute {
            Path::new("/")
        } else {
            folder
        };
        let mut found = Vec::new();
        follow(start, &self.parts, &mut found)?;
        // As the shell writes it.
        let plain = |path: PathBuf| path.strip_prefix(".").map(Path::to_owned).unwrap_or(path);
        Ok(found.into_iter().map(plain).collect())
    }
}

fn follow(at: &Path, parts: &[Part], found: &mut Vec<PathBuf>) -> Result<(), SourceProblem> {
    let Some((part, rest)) = parts.split_first() else {
        found.push(at.to_owned());
        return Ok(());
    };
    match part {
        Part::Literal(name) => {
            let next = at.join(name);
            // A link that leads nowhere is there, and is complained of by whoever opens it.
            if next.symlink_metadata().is_ok() {
                follow(&next, rest, found)?;
            }
        }
        Part::Names(pattern) => {
            for next in entries(at)? {
                if pattern.matches_with(&name(&next), RULES) {
                    follow(&next, rest, found)?;
                }
            }
        }
        Part::Folders => {
            follow(at, rest, found)?;
            for next in entries(at)? {
                if next.is_dir() && !hidden(&next) && !leads_back(&next) {
                    follow(&next, parts, found)?;
                }
            }
        }
    }
    Ok(())
}

/// What a folder holds, by name; nothing when it is none.
pub(super) fn entries(folder: &Path) -> Result<Vec<PathBuf>, SourceProblem> {
    let failed = |error: io::Error| SourceProblem::opening(folder, error);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        all.push(entry.map_err(failed)?.path());
    }
    all.sort();
    Ok(all)
}

/// The last part of a path, as text.
pub(super) fn name(path: &Path) -> String {
    path.file_name()
        .map_or_else(String::new, |name| label(name.as_bytes()))
}

pub(super) fn hidden(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| name.as_bytes().starts_with(b"."))
}

/// Whether a link to a folder leads to one that it lies in.
pub(super) fn leads_back(path: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().ok();
    path.is_symlink()
        && match (real(path), path.parent().and_then(real)) {
            (Some(target), Some(here)) => here.starts_with(target),
            _ => false,
        }
}
