//! A finished answer -> a pack for each controller, which shows nothing of any other; the processor's own list; the
//! regulator's set; and the check that nothing leaked.
//!
//! `owners` knows whose every identifier is, `keys` makes pseudonyms, `lines` brings raw lines back and `mask` masks them,
//! `write` and `notice` make a pack's files. `check` reads finished packs as a stranger would and takes nobody's word
//! for it: it shares `owners` with what it checks, and not how anything was masked. Figures are the answer's; the words
//! of tables are `report`'s.

mod check;
mod figures;
mod keys;
mod lines;
mod mask;
mod master;
mod material;
mod names;
mod notice;
mod owners;
mod purge;
mod regulator;
mod reread;
mod row;
mod sealed;
mod spelled;
mod target;
mod write;

use std::collections::BTreeMap;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

pub use check::{Checked, Finding};
pub use keys::Keys;
pub use purge::{Purged, keys_file, packs_folder, shred};
pub use reread::LogFile;
pub use sealed::SealTo;

use crate::case::Case;
use crate::evidence::sha256;
use crate::report::{Finished, Staging};
use keys::Pseudonyms;
use lines::Shower;
use master::MadePack;
use material::Material;
use owners::{Controller, Owners};
use target::Targets;
use write::Pack;

/// What is to be packed.
pub struct Request<'a> {
    /// The case that the answer was made from.
    pub case: &'a Case,
    /// The answer.
    pub answer: &'a Finished,
    /// The case's logs.
    pub logs: &'a [LogFile],
    /// Keys of pseudonyms.
    pub keys: &'a Keys,
    /// Controllers by ID or name; empty = all.
    pub controllers: &'a [String],
    /// Public keys: a controller's ID, or empty for whoever has none of its own.
    pub recipients: &'a BTreeMap<String, SealTo>,
    /// Whether the processor's list is wanted.
    pub master: bool,
    /// Whether the regulator's set is wanted.
    pub regulator: bool,
}

/// What was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Made {
    /// Packs with evidence.
    pub full: usize,
    /// Packs of controllers that the logs exclude.
    pub short: usize,
    /// Lines that packs show.
    pub lines: usize,
    /// Lines whose text is withheld, for what was left of them after masking could not be told from something of others.
    pub withheld: usize,
    /// Packs in which protected persons are left out for want of a key.
    pub without_key: usize,
}

/// Makes packs in a staging folder, and holds them against the leak check before anybody sees them.
///
/// # Errors
/// A sentence: the answer, the case and the logs do not belong together, something cannot be read or written, or the
/// check found something. Nothing is left behind then, once the staging folder is dropped.
pub fn build(request: &Request<'_>, staging: &mut Staging) -> Result<(Made, Checked), String> {
    let case = request.case;
    let material = Material::read(request.answer, case)?;
    let mut owners = Owners::of(case);
    material.name_to(&mut owners, case);
    let targets = Targets::new(case);
    let controllers = case.directory.controllers.as_deref().unwrap_or_default();
    let chosen = chosen(request)?;
    let mut names: BTreeMap<Controller, Pseudonyms<'_>> = BTreeMap::new();
    for one in &chosen {
        let id = &controllers[*one as usize].id;
        names.insert(*one, request.keys.pack(id, &owners));
    }
    let shower = Shower {
        owners: &owners,
        targets: &targets,
        material: &material,
        logs: request.logs,
    };
    let lines = shower.show(&mut names)?;
    let mut made = Made::default();
    let mut packs = Vec::new();
    let folders = names::folders(controllers);
    for (one, names) in &mut names {
        let id = &controllers[*one as usize].id;
        let recipient = request.recipients.get(id);
        let pack = Pack {
            controller: *one,
            case: &case.id,
            columns: &material.columns,
            row: &material.controllers[*one as usize],
            subjects: material.subjects.get(one).map_or(&[], Vec::as_slice),
            lines: lines.get(one).map_or(&[], Vec::as_slice),
            owners: &owners,
            recipient: recipient.or_else(|| request.recipients.get("")),
        };
        made.count(&pack);
        let folder = &folders[*one as usize];
        packs.push(put(&pack, folder, names, staging)?);
    }
    if request.regulator {
        let mut names = request.keys.regulator(&owners);
        let (columns, rows) = (&material.columns, &material.controllers);
        let files = regulator::files(request.answer, columns, rows, &owners, &mut names)?;
        put_files("regulator", files, staging)?;
    }
    if request.master {
        let files = master::files(request.answer, &packs, &owners)?;
        put_files("master", files, staging)?;
        // It undoes every pseudonym: for its owner alone, as the keys are.
        let folder = staging.folder().join("master");
        std::fs::set_permissions(&folder, Permissions::from_mode(0o700))
            .map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    let checked = check::folder(staging.folder(), case, &owners, &targets, request.logs)?;
    Ok((made, checked))
}

/// Holds packs that lie in a folder against the case, and against the answer where one is given: only it names the
/// accounts and addresses that no table does.
///
/// # Errors
/// A sentence: something cannot be read.
pub fn check(
    packs: &Path,
    case: &Case,
    answer: Option<&Finished>,
    logs: &[LogFile],
) -> Result<Checked, String> {
    let mut owners = Owners::of(case);
    match answer {
        Some(answer) => Material::read(answer, case)?.name_to(&mut owners, case),
        None => {
            for (offset, controller) in check::offsets(packs, case) {
                owners.add(
                    &offset,
                    owners::Kind::Offset,
                    &[controller],
                    Some(controller),
                );
            }
        }
    }
    let targets = Targets::new(case);
    check::folder(packs, case, &owners, &targets, logs)
}

/// The controllers that are asked for.
fn chosen(request: &Request<'_>) -> Result<Vec<Controller>, String> {
    let controllers = request.case.directory.controllers.as_deref();
    let controllers = controllers.filter(|all| !all.is_empty()).ok_or_else(|| {
        "the case names no controllers, so there is nobody to make a pack for; give `controllers` in [directory]"
            .to_owned()
    })?;
    if request.controllers.is_empty() {
        return Ok((0..controllers.len() as u32).collect());
    }
    let mut chosen = Vec::new();
    for wanted in request.controllers {
        let is_it = |one: &crate::case::Controller| one.id == *wanted;
        let named = |one: &crate::case::Controller| one.name == *wanted;
        let mut by_name = controllers.iter().enumerate().filter(|(_, one)| named(one));
        let found = match (
            controllers.iter().position(is_it),
            by_name.next(),
            by_name.next(),
        ) {
            (Some(at), ..) | (None, Some((at, _)), None) => at,
            (None, None, _) => {
                return Err(format!(
                    "--controller {wanted:?}: the case has no such controller; name one by its ID in the table of controllers"
                ));
            }
            (None, Some(_), Some(_)) => {
                return Err(format!(
                    "--controller {wanted:?}: several controllers have that name; name one by its ID"
                ));
            }
        };
        chosen.push(found as u32);
    }
    chosen.sort_unstable();
    chosen.dedup();
    Ok(chosen)
}

impl Made {
    fn count(&mut self, pack: &Pack<'_>) {
        match pack.row["status"] == "excluded" {
            true => self.short += 1,
            false => self.full += 1,
        }
        let told = pack.lines.iter().filter(|line| !line.only_sealed);
        self.lines += told.clone().count();
        self.withheld += told.filter(|line| !line.withheld.is_empty()).count();
        let hidden = |row: &crate::report::Row| {
            row["protected"] == "true" || pack.owners.hides(&row["subject"])
        };
        let left_out = pack.recipient.is_none() && pack.subjects.iter().any(hidden);
        self.without_key += usize::from(left_out);
    }
}

fn put(
    pack: &Pack<'_>,
    folder: &str,
    names: &mut Pseudonyms<'_>,
    staging: &mut Staging,
) -> Result<MadePack, String> {
    let files = pack.files(names)?;
    let sums = files.get("SHA256SUMS").map_or(&[][..], Vec::as_slice);
    let made = MadePack {
        controller: pack.row["controller"].clone(),
        name: pack.row["name"].clone(),
        folder: folder.to_owned(),
        status: pack.row["status"].clone(),
        sha256: sha256(sums),
        pseudonyms: names
            .table()
            .map(|(name, kind, value)| (name.to_owned(), kind.to_owned(), value.to_owned()))
            .collect(),
    };
    put_files(folder, files, staging)?;
    Ok(made)
}

fn put_files(
    folder: &str,
    files: BTreeMap<&'static str, Vec<u8>>,
    staging: &mut Staging,
) -> Result<(), String> {
    for (name, bytes) in files {
        staging
            .put(&format!("{folder}/{name}"), bytes)
            .map_err(|problem| problem.to_string())?;
    }
    Ok(())
}
