//! What a reader opens: a file on disk, or one member of an archive on disk.

use std::cmp::Ordering;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::archive::Archive;
use super::damage::{Damage, Packing};

/// A log: a file, or a member of an archive. Cheap to clone.
#[derive(Clone)]
pub struct Log {
    path: Arc<Path>,
    member: Option<Arc<Member>>,
}

/// Where in an archive a log stands, and what is known of it from the archive's own tables.
pub(super) struct Member {
    pub archive: Arc<Archive>,
    /// Its name in the archive, of archives in one another joined by `!/`.
    pub label: String,
    /// From archive to archive inwards.
    pub steps: Vec<Step>,
    /// What was around it, the outermost first.
    pub packing: Vec<Packing>,
    /// What was wrong with the archives around it.
    pub damage: Vec<Damage>,
}

/// One archive's way of holding a member.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Step {
    /// Where it begins in the archive's content: of a tar, its bytes; of a zip, its local header.
    pub from: u64,
    /// How many bytes it takes there, without the header.
    pub len: u64,
    /// How it is packed, in a zip.
    pub zipped: Option<Zipped>,
}

/// What a zip says of a member.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Zipped {
    pub method: u16,
    /// CRC-32 and length of its content; unknown where the zip is cut before it says so.
    pub sealed: Option<(u32, u64)>,
}

impl Log {
    pub(super) fn of_member(member: Member) -> Log {
        Log {
            path: member.archive.path().into(),
            member: Some(Arc::new(member)),
        }
    }

    /// The file on disk; of a member, the archive.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A member's name inside its archive.
    pub fn member(&self) -> Option<&str> {
        self.member.as_deref().map(|member| member.label.as_str())
    }

    /// Whether it can be read more than once, as a pipe cannot.
    pub fn is_file(&self) -> bool {
        self.path.is_file()
    }

    /// Bytes that it takes on disk or in its archive, for progress; 0 for a pipe.
    pub fn bytes(&self) -> u64 {
        match &self.member {
            Some(member) => member.steps.first().map_or(0, |step| step.len),
            None => {
                let facts = self.path.metadata().ok();
                facts.filter(|f| f.is_file()).map_or(0, |f| f.len())
            }
        }
    }

    /// The numbers of logs in the order of their places, which is the cheapest to read them in.
    pub fn by_place<'l>(logs: impl Iterator<Item = &'l Log>) -> Vec<usize> {
        let mut numbered: Vec<(&Log, usize)> = logs.zip(0..).collect();
        numbered.sort();
        numbered.into_iter().map(|(_, number)| number).collect()
    }

    pub(super) fn inside(&self) -> Option<&Member> {
        self.member.as_deref()
    }
}

impl From<PathBuf> for Log {
    fn from(path: PathBuf) -> Log {
        Log {
            path: path.into(),
            member: None,
        }
    }
}

impl From<&Path> for Log {
    fn from(path: &Path) -> Log {
        path.to_owned().into()
    }
}

impl From<&PathBuf> for Log {
    fn from(path: &PathBuf) -> Log {
        path.clone().into()
    }
}

impl From<&Log> for Log {
    fn from(log: &Log) -> Log {
        log.clone()
    }
}

/// The path, and behind `!/` the member.
impl fmt::Display for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        match self.member() {
            Some(label) => write!(f, "!/{label}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Log({self})")
    }
}

/// Equal when they are the same place.
impl PartialEq for Log {
    fn eq(&self, other: &Log) -> bool {
        let steps = |log: &Log| log.inside().map(|member| member.steps.clone());
        self.path == other.path && steps(self) == steps(other)
    }
}

impl Eq for Log {}

impl PartialOrd for Log {
    fn partial_cmp(&self, other: &Log) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// By path, and in an archive by where members stand: the order in which a packed one is unpacked only once.
impl Ord for Log {
    fn cmp(&self, other: &Log) -> Ordering {
        let steps = |log: &Log| log.inside().map(|member| member.steps.clone());
        self.path
            .cmp(&other.path)
            .then_with(|| steps(self).cmp(&steps(other)))
    }
}

/// A name of any bytes as text, and back to the same bytes: what is no UTF-8 or a control character stands as
/// `\xHH`, and so does a backslash before an `x`.
pub(super) fn label(name: &[u8]) -> String {
    let mut out = String::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        let mut chars = chunk.valid().chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '\\' if chars.peek() == Some(&'x') => out.push_str("\\x5c"),
                c if c.is_ascii_control() => out.push_str(&format!("\\x{:02x}", u32::from(c))),
                c => out.push(c),
            }
        }
        for byte in chunk.invalid() {
            out.push_str(&format!("\\x{byte:02x}"));
        }
    }
    out
}
