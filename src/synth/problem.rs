//! Why a practice case could not be written.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why a practice case could not be written; nothing is left behind.
#[derive(Debug)]
pub enum SynthProblem {
    /// The settings do not hold; the sentence names the setting and what it may be.
    Settings(String),
    /// The folder exists and is not empty, or is no folder.
    NotEmpty(PathBuf),
    /// A file could not be written.
    Write(PathBuf, io::Error),
}

impl SynthProblem {
    /// Ties a failed write to its file.
    pub(super) fn write(path: &Path) -> impl Fn(io::Error) -> SynthProblem {
        let path = path.to_owned();
        move |error| SynthProblem::Write(path.clone(), error)
    }
}

impl fmt::Display for SynthProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SynthProblem::Settings(what) => f.write_str(what),
            SynthProblem::NotEmpty(path) => write!(
                f,
                "{} is not an empty folder; name a new one",
                path.display()
            ),
            SynthProblem::Write(path, error) => {
                write!(f, "{} cannot be written: {error}", path.display())
            }
        }
    }
}

impl std::error::Error for SynthProblem {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            SynthProblem::Write(_, error) => Some(error),
            _ => None,
        }
    }
}
