//! What stops the reading of a file, in words that say what to do.
//!
//! Damage that leaves something to read is no problem but a [`Damage`](super::Damage).

use std::fmt;
use std::fs::Metadata;
use std::io;
use std::os::unix::fs::FileTypeExt;
use std::path::Path;

/// Why a source cannot be read: the place, what happened, what to do.
#[derive(Debug)]
pub struct SourceProblem {
    place: String,
    what: String,
    remedy: &'static str,
    cause: Option<io::Error>,
    by_case: bool,
}

impl fmt::Display for SourceProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)?;
        if let Some(cause) = &self.cause {
            write!(f, ": {cause}")?;
        }
        write!(f, "; {}", self.remedy)
    }
}

impl std::error::Error for SourceProblem {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_ref().map(|cause| cause as _)
    }
}

impl SourceProblem {
    /// A problem that the operating system did not raise.
    pub(super) fn new(place: impl fmt::Display, what: String, remedy: &'static str) -> Self {
        let place = place.to_string();
        SourceProblem {
            place,
            what,
            remedy,
            cause: None,
            by_case: false,
        }
    }

    /// The same, where the case says what cannot hold, whatever lies on the disk.
    pub(super) fn of_case(self) -> Self {
        SourceProblem {
            by_case: true,
            ..self
        }
    }

    /// Whether the case says what cannot hold.
    pub fn is_of_case(&self) -> bool {
        self.by_case
    }

    /// A file of which a line that was read before is no longer there.
    pub(crate) fn shrunk(place: impl fmt::Display, offset: u64) -> Self {
        let what = format!("its content at byte {offset} was read before and is gone now");
        let remedy = "something writes to the evidence: copy it to a quiet place and run again";
        SourceProblem::new(place, what, remedy)
    }

    /// What is neither file nor pipe, by its kind.
    pub(super) fn no_log(path: &Path, facts: &Metadata) -> Option<Self> {
        let kind = facts.file_type();
        let (what, remedy) = match () {
            () if facts.is_file() || kind.is_fifo() => return None,
            () if facts.is_dir() => ("this is a folder", "name files, such as folder/*"),
            () if kind.is_socket() => ("this is a socket", "name the log's file or a pipe"),
            () => ("this is a device", "name the log's file or a pipe"),
        };
        Some(SourceProblem::new(path.display(), what.to_owned(), remedy))
    }

    /// A pipe that a glob happened on: without somebody who writes into it, reading would wait for ever.
    pub(super) fn pipe(path: &Path) -> Self {
        SourceProblem::new(
            path.display(),
            "this is a pipe, and reading it would wait for somebody who writes into it".to_owned(),
            "narrow the globs so that they leave it out, or name it in full if it is meant",
        )
    }

    /// An archive that was named where one log is wanted.
    pub(super) fn archive(place: impl fmt::Display) -> Self {
        let what = "this is an archive, which may hold several logs".to_owned();
        SourceProblem::new(
            place,
            what,
            "name it in a case's `files`, or unpack it first",
        )
    }

    /// A file that could not be opened or looked at.
    pub(crate) fn opening(path: &Path, cause: io::Error) -> Self {
        SourceProblem {
            place: path.display().to_string(),
            what: "cannot be opened".to_owned(),
            remedy: "check that the file is there and that you may read it",
            cause: Some(cause),
            by_case: false,
        }
    }

    /// A read that failed; the cause names the byte.
    pub(super) fn reading(place: impl fmt::Display, cause: io::Error) -> Self {
        let remedy = match cause.kind() {
            io::ErrorKind::InvalidData => {
                "get the file again from where it came, or leave it out of `files`"
            }
            _ => "check the disk or the network share, then run again",
        };
        SourceProblem {
            place: place.to_string(),
            what: "reading failed".to_owned(),
            remedy,
            cause: Some(cause),
            by_case: false,
        }
    }
}
