//! The answer's folder: every file against the manifest, and the manifest against the digest beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::Audit;
use crate::evidence::sha256;
use crate::report::{AccessTable, MANIFEST, MANIFEST_DIGEST, Row, manifest_digest, table_rows};

/// A finished answer's files, in memory.
#[derive(Debug)]
pub struct Folder {
    files: BTreeMap<String, Vec<u8>>,
    manifest: Option<Value>,
}

impl Folder {
    /// Reads every file of the folder.
    ///
    /// # Errors
    /// A sentence: the folder is no answer, or one of its files cannot be read.
    pub fn read(folder: &Path) -> Result<Folder, String> {
        let place = folder.display();
        let failed =
            |e| format!("{place}: cannot be read: {e}; name the folder that `scan --out` wrote");
        let mut files = BTreeMap::new();
        for entry in fs::read_dir(folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let bytes = match entry.path().is_dir() {
                true => Vec::new(),
                false => fs::read(entry.path())
                    .map_err(|e| format!("{}: cannot be read: {e}", entry.path().display()))?,
            };
            files.insert(name, bytes);
        }
        if !files.contains_key(MANIFEST) && !files.contains_key(MANIFEST_DIGEST) {
            return Err(format!(
                "{place} is no finished answer: it has no {MANIFEST}; name the folder that `scan --out` wrote"
            ));
        }
        let manifest = files
            .get(MANIFEST)
            .map(|bytes| serde_json::from_slice(bytes));
        Ok(Folder {
            manifest: manifest.and_then(Result::ok),
            files,
        })
    }

    /// The manifest; null where it is none.
    pub fn manifest(&self) -> Value {
        self.manifest.clone().unwrap_or_default()
    }

    /// SHA-256 of the manifest as it lies there.
    pub fn digest(&self) -> String {
        sha256(self.files.get(MANIFEST).map_or(&[][..], Vec::as_slice))
    }

    /// Holds the files against the manifest, and the manifest against its digest.
    pub fn check(&self, audit: &mut Audit) {
        self.check_manifest(audit);
        let manifest = self.manifest();
        let mut listed = BTreeSet::from([MANIFEST.to_owned(), MANIFEST_DIGEST.to_owned()]);
        let outputs = manifest["outputs"].as_array();
        for output in outputs.into_iter().flatten() {
            let name = output["file"].as_str().unwrap_or_default();
            listed.insert(name.to_owned());
            let Some(bytes) = self.files.get(name) else {
                audit.finds(
                    name,
                    ("", "file"),
                    "listed in manifest.json",
                    "it is not in the folder",
                );
                continue;
            };
            let (size, digest) = (&output["bytes"], &output["sha256"]);
            audit.same(name, ("", "bytes by manifest.json"), size, bytes.len());
            let digest = digest.as_str().unwrap_or_default();
            audit.same(name, ("", "sha256 by manifest.json"), digest, sha256(bytes));
        }
        for name in self.files.keys().filter(|name| !listed.contains(*name)) {
            audit.finds(
                name,
                ("", "file"),
                "it is in the folder",
                "manifest.json does not list it",
            );
        }
        audit.counted("files of the answer", listed.len() as u64);
    }

    fn check_manifest(&self, audit: &mut Audit) {
        let Some(bytes) = self.files.get(MANIFEST) else {
            return audit.finds(MANIFEST, ("", "file"), "nothing", "every answer has one");
        };
        let expected = manifest_digest(bytes);
        match self.files.get(MANIFEST_DIGEST) {
            None => audit.finds(
                MANIFEST_DIGEST,
                ("", "file"),
                "nothing",
                "every answer has one, made with manifest.json",
            ),
            Some(held) if *held == expected => {}
            Some(held) => audit.finds(
                MANIFEST,
                ("", "sha256 by manifest.sha256"),
                String::from_utf8_lossy(held).trim_end(),
                String::from_utf8_lossy(&expected).trim_end(),
            ),
        }
        let schema = self.manifest.as_ref().map(|manifest| &manifest["schema"]);
        if schema.is_none_or(|schema| schema != "breachscope.manifest/1") {
            let stands = schema.map_or("no JSON".to_owned(), Value::to_string);
            audit.finds(
                MANIFEST,
                ("", "schema"),
                stands,
                "\"breachscope.manifest/1\"",
            );
        }
    }

    /// The cited accesses, where the file is what the manifest says: what was changed is told, and not looked into.
    pub(super) fn accesses(&self, audit: &mut Audit) -> Option<AccessTable> {
        const FILE: &str = "accesses.parquet";
        let bytes = self.files.get(FILE).filter(|_| self.is_listed(FILE))?;
        match AccessTable::read(bytes.clone()) {
            Ok(table) => Some(table),
            Err(why) => {
                audit.finds(
                    FILE,
                    ("", "table"),
                    why,
                    "a Parquet table with the columns of CASE.md",
                );
                None
            }
        }
    }

    /// Whether a file is what the manifest says.
    fn is_listed(&self, name: &str) -> bool {
        let digest = self.files.get(name).map(|bytes| sha256(bytes));
        let manifest = self.manifest();
        let mut outputs = manifest["outputs"].as_array().into_iter().flatten();
        outputs
            .any(|output| output["file"] == name && output["sha256"].as_str() == digest.as_deref())
    }

    /// The rows of a table; `None` where it is none, which is told.
    pub(super) fn rows(&self, audit: &mut Audit, name: &str) -> Option<Vec<Row>> {
        match table_rows(self.files.get(name)?) {
            Ok(rows) => Some(rows),
            Err(why) => {
                audit.finds(name, ("", "table"), why, "a table with a header");
                None
            }
        }
    }

    /// A JSON file; null where it is none.
    pub(super) fn json(&self, name: &str) -> Value {
        let bytes = self.files.get(name).map_or(&[][..], Vec::as_slice);
        serde_json::from_slice(bytes).unwrap_or_default()
    }

    /// The lines of a file of JSON lines.
    pub(super) fn json_lines(&self, name: &str) -> Vec<Value> {
        let bytes = self.files.get(name).map_or(&[][..], Vec::as_slice);
        let lines = bytes
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty());
        lines
            .map(|line| serde_json::from_slice(line).unwrap_or_default())
            .collect()
    }
}
