//! The answer's folder: staged beside its place, published by one rename, so that nobody ever sees half of it.

use std::fmt;
use std::fs;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use crate::evidence::{Digesting, sha256};

/// Bytes of a large file that are written at a time.
const BLOCK: usize = 256 << 10;

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Its name in the folder.
    pub file: String,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 in lower-case hex.
    pub sha256: String,
}

/// Why an answer cannot be written.
#[derive(Debug)]
pub struct FolderProblem {
    message: String,
    /// Whether the user named a wrong place, rather than the disk failing.
    pub wrong_place: bool,
}

impl fmt::Display for FolderProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for FolderProblem {}

impl FolderProblem {
    pub(super) fn encoding(what: &str, cause: impl fmt::Display) -> FolderProblem {
        FolderProblem {
            message: format!("{what} cannot be encoded: {cause}"),
            wrong_place: false,
        }
    }

    /// What is to be written does not come back from the disk.
    pub(super) fn lost(fault: &str) -> FolderProblem {
        FolderProblem {
            message: fault.to_owned(),
            wrong_place: false,
        }
    }

    fn disk(path: &Path, cause: std::io::Error) -> FolderProblem {
        FolderProblem {
            message: format!(
                "{}: cannot be written: {cause}; nothing of it was left behind, make room or choose another place",
                path.display()
            ),
            wrong_place: false,
        }
    }

    fn place_of(flag: &str, path: &Path, what: &str) -> FolderProblem {
        FolderProblem {
            message: format!("{flag} {}: {what}", path.display()),
            wrong_place: true,
        }
    }
}

/// A folder that becomes the answer when it is published, and vanishes when it is dropped before.
#[derive(Debug)]
pub struct Staging {
    target: PathBuf,
    staged: PathBuf,
    outputs: Vec<Output>,
    published: bool,
}

impl Staging {
    /// Checks that an answer may be written to `out`: new or empty, and not inside a folder that holds one of
    /// the `logs`. Writes nothing yet but the staging folder beside it.
    ///
    /// # Errors
    /// The place is not fit, or cannot be written.
    pub fn prepare(out: &Path, logs: &[PathBuf]) -> Result<Staging, FolderProblem> {
        Staging::prepare_for("--out", out, logs)
    }

    /// The same for a folder that another flag names.
    ///
    /// # Errors
    /// As [`Staging::prepare`].
    pub fn prepare_for(flag: &str, out: &Path, logs: &[PathBuf]) -> Result<Staging, FolderProblem> {
        let target = std::path::absolute(out).map_err(|e| FolderProblem::disk(out, e))?;
        check_empty(flag, out, &target)?;
        let parent = target.parent().unwrap_or(&target).to_owned();
        check_not_evidence(flag, out, logs)?;
        fs::create_dir_all(&parent).map_err(|e| FolderProblem::disk(&parent, e))?;
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        let staged = parent.join(format!(".{name}.breachscope-{}", std::process::id()));
        fs::create_dir(&staged).map_err(|e| FolderProblem::disk(&staged, e))?;
        // An answer is personal data: whoever prepared a folder for it meant its permissions.
        if let Ok(existing) = fs::metadata(&target) {
            fs::set_permissions(&staged, existing.permissions())
                .map_err(|e| FolderProblem::disk(&staged, e))?;
        }
        Ok(Staging {
            target,
            staged,
            outputs: Vec::new(),
            published: false,
        })
    }

    /// Folders beside it that runs began for the same place and never ended: nobody works on them any more.
    pub fn left_by_others(&self) -> Vec<PathBuf> {
        let name = self.target.file_name().unwrap_or_default();
        let begins = format!(".{}.breachscope-", name.to_string_lossy());
        let beside = self.target.parent().map(fs::read_dir);
        let beside = beside.into_iter().flatten().flatten().flatten();
        let gone = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let run = name.strip_prefix(&begins).unwrap_or_default();
            let number = !run.is_empty() && run.bytes().all(|byte| byte.is_ascii_digit());
            number && *path != self.staged && !Path::new("/proc").join(run).exists()
        };
        let mut left: Vec<PathBuf> = beside.map(|entry| entry.path()).filter(gone).collect();
        left.sort_unstable();
        left
    }

    /// Writes a file; `/` in its name stands between folders.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn put(&mut self, file: &str, bytes: Vec<u8>) -> Result<(), FolderProblem> {
        let output = self.write(file, &bytes)?;
        self.outputs.push(output);
        Ok(())
    }

    /// The same without counting it among the outputs yet, so that files can be written side by side.
    ///
    /// # Errors
    /// The disk refuses.
    pub(super) fn write(&self, file: &str, bytes: &[u8]) -> Result<Output, FolderProblem> {
        let path = self.staged.join(file);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|e| FolderProblem::disk(folder, e))?;
        }
        fs::write(&path, bytes).map_err(|e| FolderProblem::disk(&path, e))?;
        Ok(Output {
            file: file.to_owned(),
            bytes: bytes.len() as u64,
            sha256: sha256(bytes),
        })
    }

    /// The same of a file that is too large to be put together in memory first; `fill` writes its bytes.
    ///
    /// # Errors
    /// The disk refuses, or `fill` does.
    pub(super) fn write_by(
        &self,
        file: &str,
        fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<Output, FolderProblem> {
        let path = self.staged.join(file);
        let write = || {
            // In blocks to the digest and to the disk.
            let to = Digesting::new(fs::File::create(&path)?);
            let mut to = BufWriter::with_capacity(BLOCK, to);
            fill(&mut to)?;
            to.into_inner()?.finish()
        };
        let (bytes, sha256) = write().map_err(|e| FolderProblem::disk(&path, e))?;
        Ok(Output {
            file: file.to_owned(),
            bytes,
            sha256,
        })
    }

    /// Counts files among the outputs that were written.
    pub(super) fn count(&mut self, outputs: impl IntoIterator<Item = Output>) {
        self.outputs.extend(outputs);
    }

    /// A file that was written.
    ///
    /// # Errors
    /// A sentence: it was not, or cannot be read again.
    pub fn read(&self, file: &str) -> Result<Vec<u8>, String> {
        let path = self.staged.join(file);
        fs::read(&path).map_err(|e| format!("{} cannot be read: {e}", path.display()))
    }

    /// A file that was written, to read on.
    pub(super) fn open(&self, file: &str) -> Result<Box<dyn Read>, String> {
        let path = self.staged.join(file);
        let file = fs::File::open(&path);
        let file = file.map_err(|e| format!("{} cannot be read: {e}", path.display()))?;
        Ok(Box::new(file))
    }

    /// The folder that nobody knows of yet, for what must lie somewhere meanwhile.
    pub fn folder(&self) -> &Path {
        &self.staged
    }

    /// What was written so far.
    pub fn outputs(&self) -> &[Output] {
        &self.outputs
    }

    /// Makes the folder the answer.
    ///
    /// # Errors
    /// The disk refuses, or something has appeared in the place meanwhile.
    pub fn publish(mut self) -> Result<(), FolderProblem> {
        if self.target.exists() {
            fs::remove_dir(&self.target).map_err(|e| FolderProblem::disk(&self.target, e))?;
        }
        fs::rename(&self.staged, &self.target).map_err(|e| FolderProblem::disk(&self.target, e))?;
        self.published = true;
        Ok(())
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if !self.published {
            // Nothing can be done about a failure here; the folder's name says whose it is.
            let _ = fs::remove_dir_all(&self.staged);
        }
    }
}

fn check_empty(flag: &str, out: &Path, target: &Path) -> Result<(), FolderProblem> {
    if target.is_symlink() {
        return Err(FolderProblem::place_of(
            flag,
            out,
            "is a link; name the folder itself",
        ));
    }
    let here = std::env::current_dir().and_then(|here| here.canonicalize());
    if here.is_ok_and(|here| {
        target
            .canonicalize()
            .is_ok_and(|target| here.starts_with(target))
    }) {
        return Err(FolderProblem::place_of(
            flag,
            out,
            "is where you stand; name a folder inside it that does not exist yet",
        ));
    }
    match fs::read_dir(target) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(_) if target.is_file() => Err(FolderProblem::place_of(
            flag,
            out,
            "is a file; name a folder that does not exist yet",
        )),
        Err(e) => Err(FolderProblem::disk(target, e)),
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(_) => Err(FolderProblem::place_of(
                flag,
                out,
                "is not empty; an answer never overwrites anything: name a new folder, or remove this one yourself",
            )),
        },
    }
}

/// Checks that a file may be written to `out`: not inside a folder that holds one of the `logs`.
///
/// # Errors
/// It lies in such a folder.
pub fn outside_of_logs(out: &Path, logs: &[PathBuf]) -> Result<(), FolderProblem> {
    check_not_evidence("--out", out, logs)
}

/// A single file that is written whole or not at all.
#[derive(Debug)]
pub struct NewFile {
    target: PathBuf,
}

impl NewFile {
    /// Checks that a file may be written where a flag says: not over another one, nor in a folder that holds one of the
    /// `logs`. Writes nothing yet.
    ///
    /// # Errors
    /// The place is not fit.
    pub fn prepare(flag: &str, path: &Path, logs: &[PathBuf]) -> Result<NewFile, FolderProblem> {
        check_not_evidence(flag, path, logs)?;
        let target = std::path::absolute(path).map_err(|e| FolderProblem::disk(path, e))?;
        if target.symlink_metadata().is_ok() {
            let what = "exists already and is not overwritten; name another file, or remove it";
            return Err(FolderProblem::place_of(flag, path, what));
        }
        if !target.parent().is_some_and(Path::is_dir) {
            let what = "lies in no folder that exists; make the folder first";
            return Err(FolderProblem::place_of(flag, path, what));
        }
        Ok(NewFile { target })
    }

    /// Writes it.
    ///
    /// # Errors
    /// The disk refuses; nothing is left behind.
    pub fn write(self, bytes: &[u8]) -> Result<(), FolderProblem> {
        let name = self
            .target
            .file_name()
            .unwrap_or_default()
            .to_string_lossy();
        let staged = format!(".{name}.breachscope-{}", std::process::id());
        let staged = self.target.with_file_name(staged);
        let written = fs::write(&staged, bytes).and_then(|()| fs::rename(&staged, &self.target));
        written.map_err(|error| {
            // Whatever is left is of no use to anybody.
            let _ = fs::remove_file(&staged);
            FolderProblem::disk(&self.target, error)
        })
    }
}

/// Checks that a folder which a flag names is not inside one that holds one of the `logs`.
///
/// # Errors
/// It is.
pub fn check_not_evidence(flag: &str, out: &Path, logs: &[PathBuf]) -> Result<(), FolderProblem> {
    let target = std::path::absolute(out).map_err(|e| FolderProblem::disk(out, e))?;
    let real = nearest_real(&target);
    for log in logs {
        let Some(folder) = log
            .canonicalize()
            .ok()
            .and_then(|l| l.parent().map(Path::to_owned))
        else {
            continue;
        };
        if real.starts_with(&folder) {
            return Err(FolderProblem::place_of(
                flag,
                out,
                &format!(
                    "lies in the folder of the log {}; evidence is never written near: name a folder elsewhere",
                    log.display()
                ),
            ));
        }
    }
    Ok(())
}

/// Checks that a folder which a flag names does not lie among the folders of the `logs` either: below the case's own
/// folder, in one whose subfolders hold some. The case's folder itself is where answers are made, so it may be.
///
/// # Errors
/// It does.
pub fn check_not_among(
    flag: &str,
    out: &Path,
    home: &Path,
    logs: &[PathBuf],
) -> Result<(), FolderProblem> {
    check_not_evidence(flag, out, logs)?;
    let target = std::path::absolute(out).map_err(|e| FolderProblem::disk(out, e))?;
    let real = nearest_real(&target);
    let Ok(home) = home.canonicalize() else {
        return Ok(());
    };
    // Of the way from the case's folder to the place, whatever lies strictly between.
    let between = real.ancestors().skip(1);
    let between: Vec<&Path> = between
        .take_while(|folder| folder.starts_with(&home) && **folder != *home)
        .collect();
    for log in logs {
        let Ok(lies) = log.canonicalize() else {
            continue;
        };
        if let Some(root) = between.iter().rfind(|folder| lies.starts_with(folder)) {
            let root = root.strip_prefix(&home).unwrap_or(root);
            return Err(FolderProblem::place_of(
                flag,
                out,
                &format!(
                    "lies in {}, below which the log {} lies; evidence is never written near: name a folder beside {0}, or \
                     elsewhere",
                    root.display(),
                    log.display()
                ),
            ));
        }
    }
    Ok(())
}

/// The place with links resolved, as far as it exists already.
fn nearest_real(target: &Path) -> PathBuf {
    for existing in target.ancestors() {
        if let (Ok(real), Ok(rest)) = (existing.canonicalize(), target.strip_prefix(existing)) {
            return real.join(rest);
        }
    }
    target.to_owned()
}
