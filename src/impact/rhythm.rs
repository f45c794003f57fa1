//! What a walk's own pace tells of the logs: lines of it are missing where it stands still while its source has no line of
//! anybody, where it goes on by as many numbers as the time between has room for, and where missing numbers took their time.
//!
//! Nobody can tell a pause from a hole by counting lines where few are to be expected; the walk itself can. Looks at all
//! requests of an account, those in its scope too: what lies between is no pause. What follows is `coverage`'s and `conclude`'s.

use std::collections::BTreeMap;

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
/// Share of a pause in which its source has no line.
const SILENT: f64 = 0.8;
/// Fewest numbers that a jump passes over, and how far its time may be from theirs: that a pause is as long as what was
/// passed over would have taken is then no chance.
const JUMP: i64 = 20;
const FITS: (f64, f64) = (0.7, 1.4);
/// Steps of one number and of several from which a walk tells of lines that are missing all over; the share of all that the
/// latter must be, and the most numbers of one.
const SINGLE: usize = 20;
const DOUBLE: usize = 10;
const TORN: f64 = 0.04;
const WIDE: i64 = 5;
/// Time that a number of several takes against one alone: who leaves numbers out takes half of it at most.
const TOOK: f64 = 0.75;

/// What a walk tells of the logs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rhythm {
    /// Pauses in which the source has no line.
    pub pauses: Vec<Pause>,
    /// Stretches without a request of the account, in which it went on by as many numbers as there was time for.
    pub jumps: Vec<Pause>,
    /// Steps of one number, and of several that took the time of as many.
    pub torn: Option<(usize, usize)>,
}

/// A stretch without a request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pause {
    /// The last request before it.
    pub from: Stamp,
    /// The first after it.
    pub until: Stamp,
    /// Requests that it has room for.
    pub room: u64,
}

/// Reads an account's requests, all of them and in order.
pub fn rhythm(accesses: &[Access], names: &Names, dark: &Dark, files: &[FileOf]) -> Rhythm {
    let requests: Vec<&Access> = requests(accesses);
    let times: Vec<i64> = requests
        .windows(2)
        .map(|two| two[1].time.0 - two[0].time.0)
        .collect();
    let mut rhythm = Rhythm {
        torn: torn(&requests, names),
        ..Rhythm::default()
    };
    for (at, long) in times.iter().enumerate().filter(|(_, long)| **long > 0) {
        let before = &times[at.saturating_sub(WIDEST)..at];
        let after = &times[at + 1..times.len().min(at + 1 + WIDEST)];
        let (Some(a), Some(b)) = (middle(before), middle(after)) else {
            continue;
        };
        let each = a.max(b).max(SECOND / 4);
        if *long < PAUSE * each {
            continue;
        }
        let (one, next) = (requests[at], requests[at + 1]);
        let pause = Pause {
            from: one.time,
            until: next.time,
            room: (*long / each) as u64,
        };
        let goes_on = |from: usize| {
            let pair = requests.get(from).zip(requests.get(from + 1));
            pair.and_then(|(one, next)| step(one, next, names))
        };
        let across = step(one, next, names);
        let stride = goes_on(at.wrapping_sub(1)).filter(|stride| goes_on(at + 1) == Some(*stride));
        if let (Some(across), Some(stride)) = (across, stride) {
            let numbers = across / stride;
            let fit = *long as f64 / (a.midpoint(b).max(1) as f64 * numbers as f64);
            if across % stride == 0 && numbers >= JUMP && (FITS.0..=FITS.1).contains(&fit) {
                rhythm.jumps.push(pause);
                continue;
            }
            if across == stride {
                continue;
            }
        }
        let source = |access: &Access| files.get(access.file as usize).map(|file| file.source);
        if *long >= SHORTEST
            && let Some(own) = source(one)
            && source(next) == Some(own)
            && dark.silence(own, (one.time, next.time)) as f64 >= SILENT * *long as f64
        {
            rhythm.pauses.push(pause);
        }
    }
    rhythm
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
        let torn = rhythm.torn.map(|(single, double)| {
            format!(
                "in the walk of {account}, {double} of {} steps pass over one number or a few and take as much longer: lines \
                 are missing all over, because a host of several is not in these logs, they are a sample, or they were filtered",
                single + double
            )
        });
        let gaps = [paused, jumped].into_iter().flatten().map(|basis| (Reason::Gap, basis));
        let all = gaps.chain(torn.map(|basis| (Reason::Sampled, basis)));
        all.map(|(reason, basis)| Doubt {
            reason,
            basis,
            allowance: Allowance::Population,
        })
        .collect::<Vec<_>>()
    })
}

/// The first access of each request.
fn requests(accesses: &[Access]) -> Vec<&Access> {
    let by_request = accesses.chunk_by(|one, next| one.order() == next.order());
    by_request.filter_map(<[Access]>::first).collect()
}

/// The median of some times, if there are enough.
fn middle(times: &[i64]) -> Option<i64> {
    let mut times = times.to_vec();
    times.sort_unstable();
    (times.len() >= SIDE).then(|| times[times.len() / 2])
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

/// Whether steps that pass over a few numbers took the time of as many, by the mean of all but the slowest.
fn torn(requests: &[&Access], names: &Names) -> Option<(usize, usize)> {
    let steps = requests.windows(2).filter_map(|two| {
        let step = step(two[0], two[1], names)?;
        Some((step, two[1].time.0 - two[0].time.0))
    });
    let steps: Vec<(i64, i64)> = steps.collect();
    let mut strides: BTreeMap<i64, usize> = BTreeMap::new();
    for (step, _) in &steps {
        *strides.entry(*step).or_default() += 1;
    }
    let stride = *strides.iter().max_by_key(|(step, n)| (**n, -step.abs()))?.0;
    let mut single: Vec<f64> = Vec::new();
    let mut double: Vec<f64> = Vec::new();
    for (step, time) in steps.iter().filter(|(step, _)| step % stride == 0) {
        match step / stride {
            1 => single.push(*time as f64),
            many @ 2..=WIDE => double.push(*time as f64 / many as f64),
            _ => {}
        }
    }
    let share = double.len() as f64 / (single.len() + double.len()) as f64;
    if single.len() < SINGLE || double.len() < DOUBLE || share < TORN {
        return None;
    }
    let counts = (single.len(), double.len());
    let mean = |mut times: Vec<f64>| {
        times.sort_by(f64::total_cmp);
        times.truncate(times.len() - times.len() / 10);
        times.iter().sum::<f64>() / times.len() as f64
    };
    let (one, several) = (mean(single), mean(double));
    (one > 0.0 && several >= TOOK * one).then_some(counts)
}
