//! A finished answer on disk, read back and held against its manifest: what `explain` and `--compare` stand on.

use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::html::{self, Language, Opening, Source};
use super::{MANIFEST, entries};
use crate::evidence::{Checking, digest_of, sha256};

/// A row of a table by its columns' names.
pub type Row = BTreeMap<String, String>;

/// A finished answer.
#[derive(Debug)]
pub struct Finished {
    folder: PathBuf,
    manifest: Value,
    digests: BTreeMap<String, String>,
}

impl Finished {
    /// Opens an answer's folder.
    ///
    /// # Errors
    /// A sentence: the folder is no answer, or its manifest cannot be read.
    pub fn open(folder: &Path) -> Result<Finished, String> {
        let path = folder.join("manifest.json");
        let bytes = fs::read(&path).map_err(|e| {
            format!(
                "{} is no finished answer: {} cannot be read ({e}); name the folder that `scan --out` wrote",
                folder.display(),
                path.display()
            )
        })?;
        let manifest: Value = serde_json::from_slice(&bytes).map_err(|e| {
            format!(
                "{} is no manifest: {e}; make the answer again",
                path.display()
            )
        })?;
        if manifest["schema"] != "breachscope.manifest/1" {
            return Err(format!(
                "{} is of another version than this program reads (breachscope.manifest/1); make the answer again",
                path.display()
            ));
        }
        let outputs = manifest["outputs"].as_array().into_iter().flatten();
        let own = (MANIFEST.to_owned(), sha256(&bytes));
        let digests = outputs.filter_map(|output| {
            Some((
                output["file"].as_str()?.to_owned(),
                output["sha256"].as_str()?.to_owned(),
            ))
        });
        Ok(Finished {
            folder: folder.to_owned(),
            digests: digests.chain([own]).collect(),
            manifest,
        })
    }

    /// `findings.json`, whose entries of accounts `each` takes one by one and keeps or lets go.
    ///
    /// # Errors
    /// As [`Finished::bytes`].
    pub fn findings(&self, each: &mut dyn FnMut(Value) -> Option<Value>) -> Result<Value, String> {
        entries::read(self.open_file(entries::FILE)?, each)
    }

    /// One of its files, to read on; whoever comes to its end knows that it is what the manifest says.
    ///
    /// # Errors
    /// A sentence: it cannot be opened.
    pub(super) fn open_file(&self, file: &str) -> Result<Box<dyn Read>, String> {
        let path = self.folder.join(file);
        let opened = fs::File::open(&path);
        let opened = opened.map_err(|e| format!("{} cannot be read: {e}", path.display()))?;
        let checked = Checking::new(opened, self.digest(file), changed(&path));
        Ok(Box::new(checked))
    }

    /// The page, rendered again from the files.
    ///
    /// # Errors
    /// As [`Finished::bytes`].
    pub fn page(&self, language: Language) -> Result<Vec<u8>, String> {
        let read = |file: &str| self.bytes(file);
        let open = |file: &str| self.open_file(file);
        let page = html::page(&self.source(&read, &open), language)?;
        let mut bytes = Vec::new();
        let written = page.write(&mut bytes);
        written.map_err(|e| format!("{}: cannot be put together: {e}", html::FILE))?;
        Ok(bytes)
    }

    /// Its files as the formats read them; `read` is [`Finished::bytes`], `open` [`Finished::open_file`].
    pub(super) fn source<'a>(
        &self,
        read: &'a dyn Fn(&str) -> Result<Vec<u8>, String>,
        open: &'a Opening<'a>,
    ) -> Source<'a> {
        Source {
            manifest: self.manifest.clone(),
            read,
            open,
        }
    }

    /// The log that lies in a place's folder or in one above it: a file of an input's name and size.
    pub fn log_near(&self, place: &Path) -> Option<PathBuf> {
        let place = std::path::absolute(place).ok()?;
        let place = place
            .ancestors()
            .find_map(|there| there.canonicalize().ok())?;
        let inputs = self.manifest["inputs"].as_array()?;
        // Of an archive's member no size on disk is known.
        let named = |input: &Value| {
            let path = input["file"].as_str()?.to_owned();
            let path = path.split("!/").next()?;
            let bytes = input["archive"].is_null().then(|| input["bytes"].as_u64());
            Some((path.rsplit('/').next()?.to_owned(), bytes.flatten()))
        };
        let logs: Vec<(String, Option<u64>)> = inputs.iter().filter_map(named).collect();
        let holds = |folder: &Path| {
            let found = logs.iter().map(|(name, bytes)| (folder.join(name), bytes));
            let mut same = found.filter(|(log, bytes)| {
                let same = |size: u64| bytes.is_none_or(|bytes| bytes == size);
                log.metadata()
                    .is_ok_and(|log| log.is_file() && same(log.len()))
            });
            same.next().map(|(log, _)| log)
        };
        place.ancestors().find_map(holds)
    }

    /// The bytes of its manifest.
    ///
    /// # Errors
    /// A sentence: it cannot be read.
    pub fn manifest(&self) -> Result<Vec<u8>, String> {
        let path = self.folder.join("manifest.json");
        fs::read(&path).map_err(|e| format!("{} cannot be read: {e}", path.display()))
    }

    /// The bytes of one of its files.
    ///
    /// # Errors
    /// A sentence: the file is missing or is not what the manifest says.
    pub fn bytes(&self, file: &str) -> Result<Vec<u8>, String> {
        let path = self.folder.join(file);
        let bytes =
            fs::read(&path).map_err(|e| format!("{} cannot be read: {e}", path.display()))?;
        match self.digests.get(file) {
            Some(digest) if *digest == sha256(&bytes) => Ok(bytes),
            _ => Err(changed(&path)),
        }
    }

    /// Holds every file that the manifest lists against it, also those that are not needed: whoever renders an answer that
    /// was changed would vouch for the rest of it. Gives the names of those that are not there.
    ///
    /// # Errors
    /// A sentence: one was changed.
    pub fn check_all(&self) -> Result<Vec<String>, String> {
        let mut absent = Vec::new();
        for (file, said) in self.digests.iter().filter(|(file, _)| *file != MANIFEST) {
            let path = self.folder.join(file);
            match fs::File::open(&path).and_then(digest_of) {
                Ok(own) if own == *said => {}
                Ok(_) => return Err(changed(&path)),
                Err(error) if error.kind() == ErrorKind::NotFound => absent.push(file.clone()),
                Err(error) => return Err(format!("{} cannot be read: {error}", path.display())),
            }
        }
        Ok(absent)
    }

    /// SHA-256 of one of its files, as the manifest has it.
    pub fn digest(&self, file: &str) -> String {
        self.digests.get(file).cloned().unwrap_or_default()
    }

    /// One of its JSON files.
    ///
    /// # Errors
    /// As [`Finished::bytes`].
    pub fn json(&self, file: &str) -> Result<Value, String> {
        let bytes = self.bytes(file)?;
        serde_json::from_slice(&bytes)
            .map_err(|e| format!("{file} is no JSON: {e}; make the answer again"))
    }

    /// The rows of one of its tables.
    ///
    /// # Errors
    /// As [`Finished::bytes`].
    pub fn rows(&self, file: &str) -> Result<Vec<Row>, String> {
        rows(&self.bytes(file)?)
            .map_err(|e| format!("{file} is no table: {e}; make the answer again"))
    }
}

fn changed(path: &Path) -> String {
    format!(
        "{} is not what manifest.json says (its SHA-256 differs): it was changed or damaged; make the answer again",
        path.display()
    )
}

/// The rows of a table in memory.
///
/// # Errors
/// What is wrong with it.
pub fn rows(bytes: &[u8]) -> Result<Vec<Row>, String> {
    let mut reader = csv::Reader::from_reader(bytes);
    let rows: Result<Vec<Row>, _> = reader.deserialize().collect();
    rows.map_err(|e| e.to_string())
}
