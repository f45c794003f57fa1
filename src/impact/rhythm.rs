//! What a walk's own pace tells of the logs: lines of it are missing where it stands still while its source has no line of
//! anybody, and where it goes on by as many numbers as the time between has room for.
//!
//! Nobody can tell a pause from a hole by counting lines where few are to be expected; the walk itself can. Looks at all
//! requests of an account, those in its scope too: what lies between is no pause. What follows is `coverage`'s and `conclude`'s.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};

use super::Beyond;
use super::runs::Dark;
use crate::coverage::{Allowance, Doubt};
use crate::scope::FileOf;
use crate::sequence::{Access, NONE, Names, numbered};
use crate::words::{Reason, SECOND, Stamp, counted};

/// Steps on either side that show a pace, and the most that are looked at.
const SIDE: usize = 5;
const WIDEST: usize = 20;
/// How many times as long as a step a pause is.
const PAUSE: i64 = 10;
/// Shortest pause: lines are counted by the minute.
const SHORTEST: i64 = 180 * SECOND;
/// Longest: an evening and a morning are no pace of the night between.
const LONGEST: i64 = 180 * 60 * SECOND;
/// Share of a pause in which its source has no line.
const SILENT: f64 = 0.8;
/// Fewest numbers that a jump passes over, and how far its time may be from theirs: that a pause is as long as what was
/// passed over would have taken is then no chance.
const JUMP: i64 = 20;
const FITS: (f64, f64) = (0.7, 1.4);

/// What a walk tells of the logs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rhythm {
    /// Pauses in which the source has no line.
    pub pauses: Vec<Pause>,
    /// Stretches without a request of the account, in which it went on by as many numbers as there was time for.
    pub jumps: Vec<Pause>,
}

/// A stretch without a request.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pause {
    /// The last request before it.
    pub from: Stamp,
    /// The first after it.
    pub until: Stamp,
    /// Requests that it has room for.
    pub room: u64,
}

/// Reads an account's requests, all of them and in order; only what lies between two of its `beyond` scope is of a walk.
pub fn rhythm(
    accesses: &[Access],
    beyond: &[Beyond],
    names: &Names,
    (dark, files): (&Dark, &[FileOf]),
) -> Rhythm {
    let requests: Vec<&Access> = requests(accesses);
    let walked: HashSet<_> = beyond.iter().map(|one| one.access.order()).collect();
    let both = |two: &[&Access]| two.iter().all(|one| walked.contains(&one.order()));
    let steps = requests.windows(2).map(|two| {
        let step = both(two).then(|| step(two[0], two[1], names));
        (step.flatten(), two[1].time.0 - two[0].time.0)
    });
    let steps: Vec<(Option<i64>, i64)> = steps.collect();
    let usual = usual(&steps);
    let mut rhythm = Rhythm::default();
    let source = |access: &Access| files.get(access.file as usize).map(|file| file.source);
    for (at, (across, long)) in steps.iter().enumerate() {
        let (one, next) = (requests[at], requests[at + 1]);
        let sides = middle(&steps[at.saturating_sub(WIDEST)..at])
            .zip(middle(&steps[at + 1..steps.len().min(at + 1 + WIDEST)]));
        let walk = || both(&[one, next]);
        let Some((a, b)) = sides.filter(|(a, b)| *long >= PAUSE * a.max(b) && walk()) else {
            continue;
        };
        let pause = Pause {
            from: one.time,
            until: next.time,
            room: (*long / a.max(b)) as u64,
        };
        let stride = usual
            .filter(|stride| steps[at - 1].0 == Some(*stride) && steps[at + 1].0 == Some(*stride));
        if stride.is_some_and(|stride| fits(*across, stride, *long, a.midpoint(b))) {
            rhythm.jumps.push(pause);
        } else if (SHORTEST..=LONGEST).contains(long)
            && (across.is_none() || *across != usual)
            && source(one) == source(next)
            && dark.silence(source(one), (one.time, next.time)) as f64 >= SILENT * *long as f64
        {
            rhythm.pauses.push(pause);
        }
    }
    rhythm
}

/// Whether a jump passes over as many numbers as there was time for.
fn fits(across: Option<i64>, stride: i64, long: i64, each: i64) -> bool {
    let numbers = across.filter(|across| across % stride == 0);
    let numbers = numbers.map_or(0, |across| across / stride);
    numbers >= JUMP && {
        let ratio = long as f64 / (each as f64 * numbers as f64);
        (FITS.0..=FITS.1).contains(&ratio)
    }
}

/// The doubts that walks raise; each walk with its account's label.
pub fn rhythm_doubts<'r>(
    walks: impl Iterator<Item = (String, &'r Rhythm)>,
) -> impl Iterator<Item = Doubt> {
    walks.flat_map(|(account, rhythm)| {
        let longest = |pauses: &[Pause]| {
            pauses.iter().copied().max_by_key(|one| (one.until.0 - one.from.0, -one.from.0))
        };
        let paused = longest(&rhythm.pauses).map(|one| {
            let times = counted(rhythm.pauses.len() as u64, "time");
            format!(
                "the walk of {account} stands still {times} while its source has no line of anybody, the longest from {} until \
                 {}, in which it has room for about {} at its pace: it paused, or all lines of that time are missing; few \
                 lines are to be expected at that hour, so nobody can tell",
                one.from,
                one.until,
                counted(one.room, "request")
            )
        });
        let jumped = longest(&rhythm.jumps).map(|one| {
            let times = counted(rhythm.jumps.len() as u64, "time");
            format!(
                "the walk of {account} passes over numbers {times} and takes as long as asking for them would have, the longest \
                 from {} until {} ({} at its pace), without a line of it in between: these lines are missing, whatever else \
                 the log shows of that time",
                one.from,
                one.until,
                counted(one.room, "request")
            )
        });
        // A pause and a hole look alike, so both are said and move no figure but by the numbers that were passed over.
        let gaps = [paused, jumped].into_iter().flatten();
        gaps.map(|basis| Doubt {
            reason: Reason::Gap,
            basis,
            allowance: Allowance::Said,
        })
        .collect::<Vec<_>>()
    })
}

/// The first access of each request.
fn requests(accesses: &[Access]) -> Vec<&Access> {
    let by_request = accesses.chunk_by(|one, next| one.order() == next.order());
    by_request.filter_map(<[Access]>::first).collect()
}

/// The median time of some steps, if there are enough; a quarter of a second at least, for stamps may be of whole ones.
fn middle(steps: &[(Option<i64>, i64)]) -> Option<i64> {
    let mut times: Vec<i64> = steps.iter().map(|(_, time)| *time).collect();
    times.sort_unstable();
    (times.len() >= SIDE).then(|| times[times.len() / 2].max(SECOND / 4))
}

/// The difference that at least half of the steps with a number have.
fn usual(steps: &[(Option<i64>, i64)]) -> Option<i64> {
    let mut strides: BTreeMap<i64, usize> = BTreeMap::new();
    for step in steps.iter().filter_map(|(step, _)| *step) {
        *strides.entry(step).or_default() += 1;
    }
    let all: usize = strides.values().sum();
    let most = strides
        .into_iter()
        .max_by_key(|(step, n)| (*n, -step.abs()));
    most.filter(|(_, n)| n * 2 >= all).map(|(step, _)| step)
}

/// By how much the number goes on from one request to the next, if both name one of a kind on one route.
fn step(one: &Access, next: &Access, names: &Names) -> Option<i64> {
    let number = |access: &Access| {
        let id = match access.object {
            NONE => access.container,
            object => object,
        };
        let (prefix, number) = (id != NONE).then(|| numbered(names.objects.name(id)))??;
        Some((prefix, i64::try_from(number).ok()?))
    };
    let ((a, from), (b, to)) = (number(one)?, number(next)?);
    let alike = one.route == next.route && a == b && (one.object == NONE) == (next.object == NONE);
    Some(to - from).filter(|step| alike && *step != 0)
}
