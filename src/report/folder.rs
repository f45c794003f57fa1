//! The answer's folder: staged beside its place, published by one rename, so that nobody ever sees half of it.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use crate::evidence::sha256;

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

    fn disk(path: &Path, cause: std::io::Error) -> FolderProblem {
        FolderProblem {
            message: format!(
                "{}: cannot be written: {cause}; nothing was left behind, make room or choose another --out",
                path.display()
            ),
            wrong_place: false,
        }
    }

    fn place(path: &Path, what: &str) -> FolderProblem {
        FolderProblem::place_of("--out", path, what)
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
        let target = std::path::absolute(out).map_err(|e| FolderProblem::disk(out, e))?;
        check_empty(out, &target)?;
        let parent = target.parent().unwrap_or(&target).to_owned();
        check_not_evidence("--out", out, logs)?;
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

    /// Writes a file, which may lie in a folder of its own.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn put(&mut self, file: &str, bytes: Vec<u8>) -> Result<(), FolderProblem> {
        let path = self.staged.join(file);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|e| FolderProblem::disk(parent, e))?;
        }
        fs::write(&path, &bytes).map_err(|e| FolderProblem::disk(&path, e))?;
        self.outputs.push(Output {
            file: file.to_owned(),
            bytes: bytes.len() as u64,
            sha256: sha256(&bytes),
        });
        Ok(())
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

fn check_empty(out: &Path, target: &Path) -> Result<(), FolderProblem> {
    if target.is_symlink() {
        return Err(FolderProblem::place(
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
        return Err(FolderProblem::place(
            out,
            "is where you stand; name a folder inside it that does not exist yet",
        ));
    }
    match fs::read_dir(target) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(_) if target.is_file() => Err(FolderProblem::place(
            out,
            "is a file; name a folder that does not exist yet",
        )),
        Err(e) => Err(FolderProblem::disk(target, e)),
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(_) => Err(FolderProblem::place(
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

/// The place with links resolved, as far as it exists already.
fn nearest_real(target: &Path) -> PathBuf {
    for existing in target.ancestors() {
        if let (Ok(real), Ok(rest)) = (existing.canonicalize(), target.strip_prefix(existing)) {
            return real.join(rest);
        }
    }
    target.to_owned()
}
