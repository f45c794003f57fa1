//! A file on disk into its logs: itself, or every member of the archive that it is, archives in archives too.
//!
//! Which members there are is `tar`'s and `zip`'s knowledge; here the damage around them finds its member,
//! and what is no log is put aside with a reason.

use std::path::Path;
use std::sync::Arc;

use super::SourceProblem;
use super::archive::Archive;
use super::container::{self, Kind};
use super::damage::{Damage, DamageKind, Packing};
use super::layer::Notes;
use super::log::{self, Log, Step};
use super::{tar, zip};

/// What an archive's tables say.
#[derive(Default)]
pub(super) struct Listing {
    pub members: Vec<Member>,
    pub skipped: Vec<(String, &'static str)>,
    /// What is missing or was passed over, and how many members stood before it.
    lost: Vec<(usize, String)>,
    /// Whether the archive's end mark was the last thing seen.
    pub ended: bool,
}

impl Listing {
    pub(super) fn lost(&mut self, what: String) {
        self.lost.push((self.members.len(), what));
    }

    pub(super) fn skip(&mut self, name: String, why: &'static str) {
        self.skipped.push((name, why));
    }
}

/// A file in an archive.
pub(super) struct Member {
    name: String,
    pub step: Step,
    cut: Option<String>,
    refused: Option<String>,
}

impl Member {
    pub(super) fn new(name: String, step: Step) -> Member {
        Member {
            name,
            step,
            cut: None,
            refused: None,
        }
    }

    /// Its end is not there.
    pub(super) fn cut(&mut self, detail: String) {
        self.cut = Some(detail);
    }

    pub(super) fn is_cut(&self) -> bool {
        self.cut.is_some()
    }

    /// It cannot be read.
    pub(super) fn refuse(&mut self, why: impl Into<String>) {
        self.refused = Some(why.into());
    }
}

/// The logs of one file.
#[derive(Default)]
pub(super) struct Logs {
    pub logs: Vec<Log>,
    /// Members that are no logs, and why.
    pub skipped: Vec<(String, &'static str)>,
}

/// Looks into a regular file.
///
/// # Errors
/// It cannot be read, or it is an archive that holds no file, or holds one that cannot be read.
pub(super) fn expand(path: &Path) -> Result<Logs, SourceProblem> {
    let facts = path
        .metadata()
        .map_err(|error| SourceProblem::opening(path, error))?;
    let archive = Arc::new(Archive::new(path, facts.len()));
    let mut logs = Logs::default();
    descend(&Around::outside(archive), &mut logs)?;
    Ok(logs)
}

/// How many archives may lie in one another.
const DEPTH: usize = 4;

const UNPACK: &str = "unpack it first and name the unpacked files in the case";

/// A place on the way inwards.
struct Around {
    archive: Arc<Archive>,
    label: String,
    steps: Vec<Step>,
    packing: Vec<Packing>,
    damage: Vec<Damage>,
}

impl Around {
    fn outside(archive: Arc<Archive>) -> Around {
        Around {
            archive,
            label: String::new(),
            steps: Vec::new(),
            packing: Vec::new(),
            damage: Vec::new(),
        }
    }

    fn place(&self) -> String {
        let path = self.archive.path().display();
        match self.label.as_str() {
            "" => path.to_string(),
            label => format!("{path}!/{label}"),
        }
    }

    fn inside(&self, label: String) -> String {
        match self.label.as_str() {
            "" => label,
            outer => format!("{outer}!/{label}"),
        }
    }
}

fn descend(around: &Around, logs: &mut Logs) -> Result<(), SourceProblem> {
    let place = around.place();
    let opened = container::peel(&place, around.archive.member(&around.steps)?)?;
    let kind = match opened.kind {
        Some(kind @ (Kind::Tar | Kind::Zip)) => kind,
        Some(Kind::Parquet) | None => {
            logs.logs.push(leaf(around));
            return Ok(());
        }
    };
    if around.steps.len() == DEPTH {
        let what = format!("more than {DEPTH} archives lie in one another");
        return Err(SourceProblem::new(place, what, UNPACK));
    }
    let failed = |error| SourceProblem::reading(&place, error);
    let plain = around.steps.is_empty() && opened.layers == 0;
    let mut content = opened.content;
    let listing = match kind == Kind::Tar {
        true => tar::list(&mut content).map_err(failed)?,
        false => {
            let length = match plain {
                true => around.archive.snapshot(),
                false => content.drain().map_err(failed)?,
            };
            let at = |offset| around.archive.content_at(&around.steps, offset);
            zip::list(&place, length, &at)?
        }
    };
    let mut notes = Notes::default();
    content.tell(&mut notes);
    if kind == Kind::Tar {
        notes.packing.push(Packing::Tar);
    }
    if listing.members.is_empty() {
        let what = "this archive holds no file that could be a log".to_owned();
        return Err(SourceProblem::new(place, what, "leave it out of `files`"));
    }
    for inner in members(around, listing, notes, logs)? {
        descend(&inner, logs)?;
    }
    Ok(())
}

fn leaf(around: &Around) -> Log {
    if around.steps.is_empty() {
        return around.archive.path().into();
    }
    Log::of_member(log::Member {
        archive: around.archive.clone(),
        label: around.label.clone(),
        steps: around.steps.clone(),
        packing: around.packing.clone(),
        damage: around.damage.clone(),
    })
}

/// The members of an archive with the damage that is theirs.
fn members(
    around: &Around,
    listing: Listing,
    notes: Notes,
    logs: &mut Logs,
) -> Result<Vec<Around>, SourceProblem> {
    for (name, why) in listing.skipped {
        logs.skipped.push((around.inside(name), why));
    }
    let mut damage = damages(&listing.members, &listing.lost, &notes.damage);
    let mut names: std::collections::BTreeMap<String, usize> = Default::default();
    let mut inner = Vec::new();
    for (index, member) in listing.members.into_iter().enumerate() {
        if let Some(why) = no_log(&member.name) {
            logs.skipped.push((around.inside(member.name), why));
            continue;
        }
        // Archives may hold a name twice; both are logs.
        let times = names.entry(member.name.clone()).or_default();
        *times += 1;
        let name = match *times {
            1 => member.name,
            nth => format!("{} (#{nth})", member.name),
        };
        let mut next = Around {
            archive: around.archive.clone(),
            label: around.inside(name),
            steps: around.steps.clone(),
            packing: around.packing.clone(),
            damage: around.damage.clone(),
        };
        if let Some(why) = member.refused {
            let what = format!("this member {why}");
            return Err(SourceProblem::new(next.place(), what, UNPACK));
        }
        next.steps.push(member.step);
        next.packing.extend_from_slice(&notes.packing);
        next.damage.append(&mut damage[index]);
        inner.push(next);
    }
    Ok(inner)
}

/// Why a member of this name is no log, if it is none.
fn no_log(name: &str) -> Option<&'static str> {
    let mut parts = name.split('/').rev();
    let last = parts.next().unwrap_or_default();
    if last.starts_with("._") || name.split('/').any(|part| part == "__MACOSX") {
        return Some("what macOS keeps beside a file");
    }
    // Windows writers may put their own separators, and `..\\` hides nothing.
    let behind = last.rsplit('\\').next().unwrap_or_default();
    (last.starts_with('.') && behind.starts_with('.')).then_some("hidden")
}

/// Whose the damage of an archive and of the packings around it is.
fn damages(members: &[Member], lost: &[(usize, String)], notes: &[Damage]) -> Vec<Vec<Damage>> {
    let mut all: Vec<Vec<Damage>> = members.iter().map(|_| Vec::new()).collect();
    let last = members.len().saturating_sub(1);
    for (index, member) in members.iter().enumerate() {
        if let Some(detail) = &member.cut {
            all[index].push(Damage {
                kind: DamageKind::Truncated,
                at: member.step.len,
                detail: detail.clone(),
            });
        }
    }
    for (before, what) in lost {
        all[before.saturating_sub(1).min(last)].push(Damage {
            kind: DamageKind::Missing,
            at: 0,
            detail: what.clone(),
        });
    }
    for damage in notes {
        match damage.kind {
            DamageKind::Checksum => {
                let before = members.iter().zip(&mut all);
                let before = before.filter(|(member, _)| member.step.from < damage.at);
                before.for_each(|(_, own)| own.push(damage.clone()));
            }
            _ => {
                let cut = members.iter().rposition(Member::is_cut);
                let mut own = damage.clone();
                if cut.is_none() {
                    own.kind = DamageKind::Missing;
                }
                all[cut.unwrap_or(last)].push(own);
            }
        }
    }
    all
}
