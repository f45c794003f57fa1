//! The context of a job: a file with what judging one account needs of all, made once and read by every `analyse`.
//!
//! A line that names it, a line with the digest of all that follows, then two sections: what `conclude` reads too, and
//! names with the ways to them, which only `analyse` needs. It holds account names and IDs: personal data.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{StageProblem, VERSION};
use crate::pipeline::{Common, Shared, Whence};
use crate::scope::FileOf;
use crate::sequence::Names;
use crate::source::digest_of;

/// Length of a digest in hexadecimal digits.
const DIGEST: usize = 64;

/// What judging one account needs of all.
pub struct Context {
    /// What was found in the accesses of all.
    pub common: Common,
    /// Where files' lines come from.
    pub files: Vec<FileOf>,
    /// Where splits' accesses have gone; empty without names.
    pub splits: Vec<Whence>,
    /// What a reader of the answer must know of how logs were read.
    pub remarks: Vec<String>,
    /// Requests that no route matches, where they leave room for everybody.
    pub elsewhere: Option<String>,
    /// The plan by which logs were cut, in a word.
    pub plan: String,
    /// By which looks made in this context are known.
    pub stamp: String,
}

#[derive(Serialize, Deserialize)]
struct Head {
    tag: String,
    plan: String,
    shared: Shared,
    files: Vec<FileOf>,
    remarks: Vec<String>,
    elsewhere: Option<String>,
}

fn first_line() -> String {
    format!("breachscope context {VERSION}\n")
}

impl Context {
    /// Writes it, whole or not at all.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(self, path: &Path, tag: &str) -> Result<(), StageProblem> {
        let (shared, names) = self.common.into_parts();
        let head = Head {
            tag: tag.to_owned(),
            plan: self.plan,
            shared,
            files: self.files,
            remarks: self.remarks,
            elsewhere: self.elsewhere,
        };
        let failed = |why: String| {
            StageProblem::new(format!(
                "{}: the context cannot be written: {why}; name a file in a folder that can be written, with --to",
                path.display()
            ))
        };
        let body = postcard::to_stdvec(&head)
            .and_then(|body| postcard::to_extend(&(names, self.splits), body));
        let body = body.map_err(|error| failed(error.to_string()))?;
        let mut whole = first_line();
        whole.push_str(&digest_of(&body));
        whole.push('\n');
        let mut partial = path.as_os_str().to_owned();
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        let written = fs::write(&partial, [whole.as_bytes(), &body].concat());
        let written = written.and_then(|()| fs::rename(&partial, path));
        written.map_err(|error| failed(error.to_string()))
    }

    /// Reads it, of the job with this tag; with names only for whoever judges accounts.
    ///
    /// # Errors
    /// It cannot be read, is not as it was written, or is another job's.
    pub fn read(path: &Path, tag: &str, with_names: bool) -> Result<Context, StageProblem> {
        let wrong = |why: &str| {
            StageProblem::new(format!(
                "{}: {why}; make it with `stage context`, and ship it whole to all machines",
                path.display()
            ))
        };
        let whole = fs::read(path).map_err(|error| wrong(&error.to_string()))?;
        let rest = whole.strip_prefix(first_line().as_bytes());
        let rest = rest.and_then(|rest| rest.split_at_checked(DIGEST));
        let (digest, body) = rest.ok_or_else(|| wrong("is no context of this version"))?;
        let body = body.strip_prefix(b"\n").unwrap_or_default();
        let cut = || wrong("is not as it was written: its digest is another");
        if digest_of(body).as_bytes() != digest {
            return Err(cut());
        }
        let (head, rest) = postcard::take_from_bytes::<Head>(body).map_err(|_| cut())?;
        if head.tag != tag {
            return Err(wrong("is another job's"));
        }
        let (names, splits) = match with_names {
            true => postcard::from_bytes(rest).map_err(|_| cut())?,
            false => (Names::default(), Vec::new()),
        };
        Ok(Context {
            common: head.shared.with_names(names),
            files: head.files,
            splits,
            remarks: head.remarks,
            elsewhere: head.elsewhere,
            plan: head.plan,
            stamp: String::from_utf8_lossy(&digest[..16]).into_owned(),
        })
    }
}
