//! Keys of pseudonyms: one for each controller's pack and one for the regulator's set, from the system's randomness or
//! from a file; and the pseudonyms that they make.
//!
//! A pseudonym is made with HMAC-SHA256 under a key that is in no pack, so nobody can try out names against it, and two
//! controllers' pseudonyms for the same account do not show that it is one. Where the file may lie is the command's to check.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use serde_json::{Value, json};

use super::owners::Owners;
use crate::case::Case;
use crate::evidence::{hex, keyed};

/// The schema that a keys file names.
pub(super) const SCHEMA: &str = "breachscope.keys/1";
/// The name of the regulator's key; no controller's ID begins so, for theirs stand behind `controller:`.
const REGULATOR: &str = "regulator";

/// Every key of a case's packs.
pub struct Keys {
    by_name: BTreeMap<String, [u8; 32]>,
}

impl Keys {
    /// Fresh keys for every controller of a case.
    ///
    /// # Errors
    /// The system gives no randomness.
    pub fn fresh(case: &Case) -> Result<Keys, String> {
        let mut by_name = BTreeMap::new();
        for name in names(case) {
            let mut key = [0; 32];
            getrandom::fill(&mut key)
                .map_err(|e| format!("the system gives no randomness for keys: {e}"))?;
            by_name.insert(name, key);
        }
        Ok(Keys { by_name })
    }

    /// Reads the keys from a file; where there is none, makes fresh ones and writes it, for its owner alone.
    ///
    /// # Errors
    /// A sentence: others may read the file, it is no keys file, it is of another case, or it cannot be written.
    pub fn from_file(path: &Path, case: &Case) -> Result<Keys, String> {
        let place = path.display();
        let facts = match fs::metadata(path) {
            Ok(facts) => facts,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                let keys = Keys::fresh(case)?;
                keys.write(path, case)
                    .map_err(|e| format!("--keys {place}: cannot be written: {e}"))?;
                return Ok(keys);
            }
            Err(e) => return Err(format!("--keys {place}: cannot be read: {e}")),
        };
        if facts.permissions().mode() & 0o077 != 0 {
            return Err(format!(
                "--keys {place}: others than its owner may read it, and whoever has the keys can undo every pseudonym; \
                 `chmod 600` it if nobody has, else make packs with new keys"
            ));
        }
        let bytes = fs::read(path).map_err(|e| format!("--keys {place}: cannot be read: {e}"))?;
        Keys::read(&bytes, case).map_err(|why| format!("--keys {place}: {why}"))
    }

    fn read(bytes: &[u8], case: &Case) -> Result<Keys, String> {
        let value: Value = serde_json::from_slice(bytes)
            .map_err(|e| format!("is no keys file: {e}; name another, or a new one"))?;
        if value["schema"] != SCHEMA {
            return Err(format!(
                "is no keys file ({SCHEMA}); name another, or a new one"
            ));
        }
        let key = |name: String| {
            let text = value["keys"][&name].as_str().and_then(bytes_of);
            let key = text.ok_or_else(|| {
                format!("has no key `{name}`: it is of another case, or was cut; name a new file")
            });
            key.map(|key| (name, key))
        };
        let by_name: Result<_, String> = names(case).into_iter().map(key).collect();
        by_name.map(|by_name| Keys { by_name })
    }

    fn write(&self, path: &Path, case: &Case) -> std::io::Result<()> {
        let keys: serde_json::Map<String, Value> = self
            .by_name
            .iter()
            .map(|(name, key)| (name.clone(), json!(hex(key))))
            .collect();
        let value = json!({ "schema": SCHEMA, "case": case.id, "keys": keys });
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        file.write_all(format!("{value:#}\n").as_bytes())?;
        file.sync_all()
    }

    /// The pseudonyms of a controller's pack.
    pub(super) fn pack<'o>(&self, controller: &str, owners: &'o Owners) -> Pseudonyms<'o> {
        self.named(&format!("controller:{controller}"), owners)
    }

    /// The pseudonyms of the regulator's set.
    pub(super) fn regulator<'o>(&self, owners: &'o Owners) -> Pseudonyms<'o> {
        self.named(REGULATOR, owners)
    }

    /// Pseudonyms that nobody will see.
    pub(super) fn none(owners: &Owners) -> Pseudonyms<'_> {
        let by_name = BTreeMap::new();
        Keys { by_name }.named("", owners)
    }

    fn named<'o>(&self, name: &str, owners: &'o Owners) -> Pseudonyms<'o> {
        Pseudonyms {
            // Both constructors gave every name of the case its key.
            key: self.by_name.get(name).copied().unwrap_or_default(),
            owners,
            given: BTreeMap::new(),
            taken: BTreeMap::new(),
        }
    }
}

/// Names of the keys that a case needs.
fn names(case: &Case) -> Vec<String> {
    let controllers = case.directory.controllers.as_deref().unwrap_or_default();
    let of = |id: &str| format!("controller:{id}");
    let mut names: Vec<String> = controllers.iter().map(|one| of(&one.id)).collect();
    names.push(REGULATOR.to_owned());
    names
}

/// The 32 bytes of a key in hex.
fn bytes_of(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let byte = |at: usize| u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok();
    let bytes: Option<Vec<u8>> = (0..32).map(byte).collect();
    bytes?.try_into().ok()
}

/// Kinds of pseudonyms, as they begin.
pub(super) const PREFIXES: [&str; 7] = ["acct", "addr", "obj", "agent", "ref", "file", "line"];
/// Signs of a pseudonym behind its kind.
const LENGTH: usize = 8;
const SIGNS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// Pseudonyms under one key, given out one by one.
pub(super) struct Pseudonyms<'o> {
    key: [u8; 32],
    owners: &'o Owners,
    given: BTreeMap<(&'static str, String), String>,
    taken: BTreeMap<String, String>,
}

impl Pseudonyms<'_> {
    /// What stands for a value of a kind, one of [`PREFIXES`]: always the same under the same key. What would collide
    /// with another pseudonym of the pack, or spell somebody's ID by chance, is made again.
    pub(super) fn of(&mut self, kind: &'static str, value: &str) -> String {
        if let Some(known) = self.given.get(&(kind, value.to_owned())) {
            return known.clone();
        }
        let fits = |name: &String| {
            let body = name.split_once('-').map_or("", |(_, body)| body);
            !self.taken.contains_key(name) && !self.owners.knows(name) && !self.owners.knows(body)
        };
        let name = (0_u32..)
            .map(|round| format!("{kind}-{}", self.body(kind, value, round)))
            .find(fits)
            .unwrap_or_default();
        self.taken.insert(name.clone(), value.to_owned());
        self.given.insert((kind, value.to_owned()), name.clone());
        name
    }

    fn body(&self, kind: &str, value: &str, round: u32) -> String {
        let digest = keyed(
            &self.key,
            &[kind.as_bytes(), value.as_bytes(), &round.to_be_bytes()],
        );
        let signs = digest.iter().take(LENGTH);
        signs
            .map(|byte| char::from(SIGNS[usize::from(byte % 32)]))
            .collect()
    }

    /// Every pseudonym that was given, with its kind and what it stands for.
    pub(super) fn table(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.given
            .iter()
            .map(|((kind, value), name)| (&**name, *kind, &**value))
    }
}

/// Whether a word is a pseudonym by its shape.
pub(super) fn is_pseudonym(word: &str) -> bool {
    word.split_once('-').is_some_and(|(kind, body)| {
        PREFIXES.contains(&kind)
            && body.len() == LENGTH
            && body.bytes().all(|sign| SIGNS.contains(&sign))
    })
}
