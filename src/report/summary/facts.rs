//! What the last screen of a scan tells, as figures: the screen says them in a language, `--json` gives them as they are.
//! Names no data subject.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::super::screen::bars::Columns;
use super::super::{Answer, FileNote, difference};
use super::cause::{Cause, cause};
use crate::coverage::Allowance;
use crate::detect::Verdict;
use crate::impact::{ControllerRow, Status};
use crate::sequence::text as escaped;
use crate::words::{Reason, Stamp};

/// Columns of the timeline.
const COLUMNS: usize = 60;

/// All of it, in the order in which it is told.
#[derive(Serialize)]
pub(super) struct Facts {
    /// The answer's folder.
    pub answer: String,
    pub read: Read,
    pub not_read: NotRead,
    pub remarks: Vec<String>,
    pub subjects: Subjects,
    /// Distinct data subjects on each rung of the whole case.
    pub ladder: BTreeMap<String, u64>,
    pub controllers: Controllers,
    pub accounts: Accounts,
    pub timeline: Option<Timeline>,
    pub learned: Option<Learned>,
    pub nothing_places_accounts: bool,
    pub cause: Cause,
    pub compared: Option<Compared>,
    pub doubts: Vec<Doubt>,
}

#[derive(Serialize)]
pub(super) struct Read {
    pub bytes: u64,
    pub files: usize,
    pub lines: u64,
    #[serde(serialize_with = "iso")]
    pub from: Option<Stamp>,
    #[serde(serialize_with = "iso")]
    pub until: Option<Stamp>,
}

#[derive(Serialize)]
pub(super) struct NotRead {
    pub lines: u64,
    pub like_requests: u64,
    pub files_given_twice: usize,
    pub overlaps: usize,
    pub damaged_files: usize,
}

#[derive(Serialize)]
pub(super) struct Subjects {
    pub min: u64,
    pub max: Option<u64>,
    pub children_min: Option<u64>,
    pub protected_min: Option<u64>,
    pub undecided: u64,
    pub without_known_owner: u64,
}

#[derive(Serialize)]
pub(super) struct Controllers {
    pub confirmed: u64,
    pub cannot_be_excluded: u64,
    pub excluded: u64,
    /// Those with somebody confirmed, most first.
    pub affected: Vec<Controller>,
}

#[derive(Serialize)]
pub(super) struct Controller {
    pub controller: String,
    pub min: u64,
    pub max: Option<u64>,
    pub population: Option<u64>,
    #[serde(serialize_with = "iso")]
    pub first_seen: Option<Stamp>,
    #[serde(serialize_with = "iso")]
    pub last_seen: Option<Stamp>,
}

#[derive(Serialize)]
pub(super) struct Accounts {
    pub seen: u64,
    /// How many of each verdict, the gravest first.
    pub verdicts: Vec<(&'static str, usize)>,
    pub listed: Vec<Account>,
}

#[derive(Serialize)]
pub(super) struct Account {
    pub account: String,
    pub verdict: &'static str,
    pub subjects: u64,
    pub controllers: usize,
    /// Requests beyond scope, answered or in vain.
    pub requests: u64,
    /// Answered requests of which nobody can say whether they were in its scope.
    pub undecided: u64,
}

/// Requests beyond scope in equal columns of time.
#[derive(Serialize)]
pub(super) struct Timeline {
    #[serde(serialize_with = "iso")]
    pub from: Option<Stamp>,
    #[serde(serialize_with = "iso")]
    pub until: Option<Stamp>,
    pub column_nanoseconds: i64,
    pub requests: Vec<u64>,
    /// Whether something of it is not logged.
    pub holes: Vec<bool>,
    #[serde(skip)]
    pub columns: Columns,
}

#[derive(Serialize)]
pub(super) struct Learned {
    pub labelled: u64,
    pub ids: u64,
    pub held_out_wrong: u64,
    pub held_out_visits: u64,
    pub error_at_most: f64,
    /// `scope`, `said` or `too_often`.
    pub used: &'static str,
}

#[derive(Serialize)]
pub(super) struct Compared {
    pub controllers: usize,
    pub accounts: usize,
    pub subjects_only_here: u64,
    pub subjects_only_there: u64,
}

#[derive(Serialize)]
pub(super) struct Doubt {
    pub reason: &'static str,
    pub basis: String,
}

/// Gathers them, of an answer that was written to `out`.
pub(super) fn facts(answer: &Answer<'_>, out: &Path) -> Facts {
    let totals = &answer.totals;
    Facts {
        answer: escaped(out.as_os_str().as_encoded_bytes()),
        read: read(answer),
        not_read: not_read(answer),
        remarks: answer.remarks.clone(),
        subjects: Subjects {
            min: totals.min,
            max: totals.max,
            children_min: answer.children(totals.children),
            protected_min: answer.protected(totals.protected),
            undecided: totals.undecided,
            without_known_owner: totals.ownerless,
        },
        ladder: (answer.ladder.iter())
            .filter(|rung| rung.controller.is_none())
            .map(|rung| (rung.name.clone(), rung.subjects.all))
            .collect(),
        controllers: controllers(answer),
        accounts: accounts(answer),
        timeline: timeline(answer),
        learned: learned(answer),
        nothing_places_accounts: answer.analysis.learned.is_none()
            && answer.atlas.directory.objects.is_none(),
        cause: cause(answer),
        compared: compared(answer),
        doubts: doubts(answer),
    }
}

fn read(answer: &Answer<'_>) -> Read {
    let sum = |f: fn(&FileNote) -> u64| answer.files.iter().map(f).sum::<u64>();
    let (mut from, mut until) = answer.assessment.window.unzip();
    if answer.case.period.is_some() {
        // The lines' own span, whatever must be answered for.
        let tallies = || answer.files.iter().map(|file| &file.read.part.tally);
        from = tallies().filter_map(|tally| tally.first).min();
        until = tallies().filter_map(|tally| tally.last).max();
    }
    Read {
        bytes: sum(|file| file.read.ending.content_bytes),
        files: answer.files.len(),
        lines: sum(|file| file.read.part.tally.lines),
        from,
        until,
    }
}

fn not_read(answer: &Answer<'_>) -> NotRead {
    // A file given twice has its unreadable lines twice; once is enough here.
    let once = |f: fn(&FileNote) -> u64| {
        let files = answer.files.iter();
        let own = files.filter(|file| file.read.copy_of.is_none());
        own.map(f).sum::<u64>()
    };
    let count = |f: fn(&FileNote) -> bool| answer.files.iter().filter(|file| f(file)).count();
    NotRead {
        lines: once(|file| file.read.part.tally.rejected_lines()),
        like_requests: once(|file| file.read.part.tally.hiding),
        files_given_twice: count(|file| file.read.copy_of.is_some()),
        overlaps: count(|file| file.read.overlap.is_some()),
        damaged_files: count(|file| !file.read.ending.damage.is_empty()),
    }
}

fn controllers(answer: &Answer<'_>) -> Controllers {
    let count = |status| answer.totals.controllers.get(&status).copied().unwrap_or(0);
    let known = answer.controllers.iter();
    let mut worst: Vec<&ControllerRow> = known
        .filter(|row| row.controller.is_some() && row.min > 0)
        .collect();
    worst.sort_by_key(|row| (std::cmp::Reverse(row.min), row.controller));
    let row = |row: &&ControllerRow| Controller {
        controller: answer.atlas.controller_id(row.controller).to_owned(),
        min: row.min,
        max: row.max,
        population: row.population,
        first_seen: row.seen.map(|seen| seen.0),
        last_seen: row.seen.map(|seen| seen.1),
    };
    Controllers {
        confirmed: count(Status::Confirmed),
        cannot_be_excluded: count(Status::CannotBeExcluded),
        excluded: count(Status::Excluded),
        affected: worst.iter().map(row).collect(),
    }
}

fn accounts(answer: &Answer<'_>) -> Accounts {
    let outcomes = &answer.analysis.outcomes;
    let count = |verdict: Verdict| {
        let own = outcomes.iter();
        own.filter(|o| o.verdict == Some(verdict)).count()
    };
    let mut shown: Vec<_> = outcomes.iter().zip(&answer.figures).collect();
    shown.sort_by_key(|(outcome, figures)| {
        (
            outcome.verdict,
            std::cmp::Reverse(figures.confirmed),
            outcome.person.label(),
        )
    });
    let listed = shown.iter().map(|(outcome, figures)| Account {
        account: outcome.person.label(),
        verdict: outcome.verdict.map_or("", Verdict::word),
        subjects: figures.confirmed + figures.probable + figures.doubtful,
        controllers: figures.controllers.len(),
        requests: figures.accesses + figures.attempts,
        undecided: figures.undecided,
    });
    Accounts {
        seen: answer.analysis.people,
        verdicts: (Verdict::ALL.into_iter())
            .map(|verdict| (verdict.word(), count(verdict)))
            .filter(|(_, n)| *n > 0)
            .collect(),
        listed: listed.collect(),
    }
}

/// One request names many objects; it counts once for each account.
fn timeline(answer: &Answer<'_>) -> Option<Timeline> {
    let window = answer.assessment.window?;
    let mut requests: Vec<(u32, u64, i64)> = Vec::new();
    for outcome in answer.analysis.beyond() {
        let beyond = outcome.share.beyond.iter();
        requests.extend(beyond.map(|one| {
            let place = crate::impact::Citation::of(&one.access);
            (place.file, place.offset, one.access.time.0)
        }));
    }
    requests.sort_unstable();
    requests.dedup();
    if requests.is_empty() {
        return None;
    }
    let holes = holes(answer, window);
    let instants = requests.iter().map(|(.., at)| (*at, 1));
    let columns = Columns::of((window.0.0, window.1.0), instants, &holes, COLUMNS);
    Some(Timeline {
        from: Some(window.0),
        until: Some(window.1),
        column_nanoseconds: columns.step,
        requests: columns.counts.clone(),
        holes: columns.dark.clone(),
        columns,
    })
}

/// Holes of any source, and what lies before the first and behind the last line of all.
fn holes(answer: &Answer<'_>, (from, until): (Stamp, Stamp)) -> Vec<(i64, i64)> {
    let holes = answer.assessment.holes.iter();
    let mut dark: Vec<(i64, i64)> = holes.map(|hole| (hole.from.0, hole.until.0)).collect();
    let tallies = || answer.files.iter().map(|file| &file.read.part.tally);
    if let Some(first) = tallies().filter_map(|tally| tally.first).min() {
        dark.push((from.0, first.0));
    }
    if let Some(last) = tallies().filter_map(|tally| tally.last).max() {
        dark.push((last.0.saturating_add(1), until.0));
    }
    dark.retain(|(from, until)| from < until);
    dark
}

fn learned(answer: &Answer<'_>) -> Option<Learned> {
    let learned = answer.analysis.learned.as_ref()?;
    Some(Learned {
        labelled: learned.labelled() as u64,
        ids: learned.owners().len() as u64,
        held_out_wrong: learned.held_out.at_home.1,
        held_out_visits: learned.held_out.at_home.0,
        error_at_most: learned.error_at_most,
        used: match answer.analysis.labels_used {
            true => "scope",
            false if answer.atlas.directory.objects.is_some() => "said",
            false => "too_often",
        },
    })
}

fn compared(answer: &Answer<'_>) -> Option<Compared> {
    let bytes = difference::json(answer, answer.other.as_ref()?).ok()?;
    let value: Value = serde_json::from_slice(&bytes).ok()?;
    let count = |key: &str| value[key].as_array().map_or(0, Vec::len);
    let subjects = |key: &str| value["subjects"][key].as_u64().unwrap_or(0);
    Some(Compared {
        controllers: count("controllers"),
        accounts: count("accounts"),
        subjects_only_here: subjects("only_here"),
        subjects_only_there: subjects("only_there"),
    })
}

/// The widest first: those that lift upper bounds to the whole population.
fn doubts(answer: &Answer<'_>) -> Vec<Doubt> {
    let all = answer.assessment.doubts.iter().map(|doubt| {
        let rank = match doubt.allowance {
            Allowance::Population => 0,
            Allowance::Subjects(_) => 1,
            // That holes could not be looked for is the least of what can be said.
            Allowance::Counted => 2,
            Allowance::Said if doubt.reason == Reason::Gap => 3,
            Allowance::Said => 2,
        };
        (rank, doubt.reason, doubt.basis.as_str())
    });
    let mut doubts: Vec<(u8, Reason, &str)> = all.collect();
    doubts.sort();
    let doubts = doubts.into_iter().map(|(_, reason, basis)| Doubt {
        reason: reason.code(),
        basis: basis.to_owned(),
    });
    doubts.collect()
}

/// An instant as the answer's files write it.
pub(super) fn iso<S: Serializer>(at: &Option<Stamp>, to: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => to.serialize_str(&at.to_string()),
        None => to.serialize_none(),
    }
}
