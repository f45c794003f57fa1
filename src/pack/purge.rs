//! Keys and packs, deleted: overwritten first, and named with their digests so that a record can be kept.
//!
//! Only what `pack` has written is touched: a keys file by its schema, a folder whose every file is one of a pack's. On
//! media that write elsewhere than they read (flash, snapshots, copies) overwriting reaches the visible copy only; the
//! record says so.

use std::fs;
use std::io::{self, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::check::is_file_of_packs;
use super::keys::SCHEMA;
use crate::evidence::sha256;

/// A file that is to be deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purged {
    /// Its name: as given for keys, below the folder for packs.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
    /// SHA-256 of what it holds, in hex.
    pub sha256: String,
}

/// A keys file.
///
/// # Errors
/// A sentence: it is none, or cannot be read.
pub fn keys_file(path: &Path) -> Result<Purged, String> {
    let place = path.display();
    if path.is_symlink() {
        return Err(format!("--keys {place}: is a link; name the file itself"));
    }
    let bytes = fs::read(path).map_err(|e| format!("--keys {place}: cannot be read: {e}"))?;
    let value: Option<Value> = serde_json::from_slice(&bytes).ok();
    match value {
        Some(value) if value["schema"] == SCHEMA => Ok(told(place.to_string(), path, &bytes)),
        _ => Err(format!(
            "--keys {place}: is no keys file ({SCHEMA}); nothing else is ever deleted: name the file that `pack --keys` wrote"
        )),
    }
}

/// Every file of a folder of packs.
///
/// # Errors
/// A sentence: there is something in it that `pack` does not write, or it cannot be read.
pub fn packs_folder(folder: &Path) -> Result<Vec<Purged>, String> {
    let refuse = |path: &Path, what: &str| {
        format!(
            "--packs {}: {} {what}; nothing was deleted, for only what `pack --out` wrote ever is: name that folder",
            folder.display(),
            path.display()
        )
    };
    let mut files = Vec::new();
    for pack in sorted(folder)? {
        if pack.is_symlink() || !pack.is_dir() {
            return Err(refuse(&pack, "is no pack"));
        }
        if !pack.join("SHA256SUMS").is_file() {
            return Err(refuse(&pack, "has no SHA256SUMS"));
        }
        for path in sorted(&pack)? {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if path.is_symlink() || !path.is_file() || !is_file_of_packs(&name) {
                return Err(refuse(&path, "is no file of a pack"));
            }
            let bytes =
                fs::read(&path).map_err(|e| refuse(&path, &format!("cannot be read ({e})")))?;
            let name = path.strip_prefix(folder).unwrap_or(&path);
            files.push(told(name.display().to_string(), &path, &bytes));
        }
    }
    match files.is_empty() {
        true => Err(refuse(folder, "holds no packs")),
        false => Ok(files),
    }
}

fn told(name: String, path: &Path, bytes: &[u8]) -> Purged {
    Purged {
        name,
        path: path.to_owned(),
        bytes: bytes.len() as u64,
        sha256: sha256(bytes),
    }
}

fn sorted(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let unreadable = |e: io::Error| format!("--packs {}: cannot be read: {e}", folder.display());
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        paths.push(entry.map_err(unreadable)?.path());
    }
    paths.sort();
    Ok(paths)
}

/// Overwrites a file, has that reach the disk, and deletes it.
///
/// # Errors
/// The disk refuses.
pub fn shred(file: &Purged) -> io::Result<()> {
    let mut open = fs::OpenOptions::new().write(true).open(&file.path)?;
    let length = open.metadata()?.len();
    let zeros = [0; 64 << 10];
    open.rewind()?;
    let mut left = length;
    while left > 0 {
        let some = left.min(zeros.len() as u64);
        open.write_all(&zeros[..usize::try_from(some).unwrap_or(zeros.len())])?;
        left -= some;
    }
    open.sync_all()?;
    drop(open);
    fs::remove_file(&file.path)
}
