//! The processor's own list: every controller, the accounts by their names, and what each pack's pseudonyms stand for.
//!
//! It undoes every pack, so it stays with the processor, like the keys. Protected persons are not in it either.

use std::collections::BTreeMap;

use super::owners::{Kind, Owners, Reader};
use crate::evidence::sha256;
use crate::report::cells::Table;
use crate::report::{Finished, FolderProblem};

/// A pack that was made.
pub(super) struct MadePack {
    pub(super) controller: String,
    pub(super) name: String,
    pub(super) folder: String,
    pub(super) status: String,
    /// SHA-256 of its SHA256SUMS.
    pub(super) sha256: String,
    /// Pseudonym, kind, and what it stands for.
    pub(super) pseudonyms: Vec<(String, String, String)>,
}

const README: &str = "The processor's own list. It undoes the pseudonyms of every pack: keep it as you keep the keys, and give it to nobody.\n\n\
    controllers.csv  every controller, as the answer has it\n\
    accounts.csv     accounts with a verdict, by their names\n\
    packs.csv        which folder is whose, and the SHA-256 of its SHA256SUMS\n\
    pseudonyms.csv   what each pack's pseudonyms stand for; what would name a protected person is left out\n\
    SHA256SUMS       `sha256sum -c SHA256SUMS` tells whether a file was changed\n";

/// The files, by name.
///
/// # Errors
/// A sentence: the answer was changed, or a table cannot be encoded.
pub(super) fn files(
    answer: &Finished,
    packs: &[MadePack],
    owners: &Owners,
) -> Result<BTreeMap<&'static str, Vec<u8>>, String> {
    let words = |problem: FolderProblem| problem.to_string();
    let mut files = BTreeMap::new();
    files.insert("controllers.csv", answer.bytes("controllers.csv")?);
    files.insert("accounts.csv", answer.bytes("accounts.csv")?);
    files.insert("packs.csv", listed(packs).map_err(words)?);
    files.insert("pseudonyms.csv", undone(packs, owners).map_err(words)?);
    files.insert("README.txt", README.as_bytes().to_vec());
    let sums: String = files
        .iter()
        .map(|(name, bytes)| format!("{}  {name}\n", sha256(bytes)))
        .collect();
    files.insert("SHA256SUMS", sums.into_bytes());
    Ok(files)
}

fn listed(packs: &[MadePack]) -> Result<Vec<u8>, FolderProblem> {
    let mut table = Table::new(&["controller", "name", "status", "folder", "sha256"])?;
    for pack in packs {
        table.row(&[
            &pack.controller,
            &pack.name,
            &pack.status,
            &pack.folder,
            &pack.sha256,
        ])?;
    }
    table.finish()
}

fn undone(packs: &[MadePack], owners: &Owners) -> Result<Vec<u8>, FolderProblem> {
    let mut table = Table::new(&["controller", "pseudonym", "kind", "stands_for"])?;
    for pack in packs {
        for (pseudonym, kind, value) in &pack.pseudonyms {
            // To the regulator everything below controllers is strange, so this finds protected persons too.
            let hits = owners.strangers(Reader::Regulator, value);
            if hits.iter().all(|hit| hit.kind != Kind::Protected) {
                table.row(&[&pack.controller, pseudonym, kind, value])?;
            }
        }
    }
    table.finish()
}
