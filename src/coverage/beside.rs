//! A silence held against another series of the same hours: two hosts behind one balancer share the load, so that
//! what one of them has on a day tells what the other should have, whatever day it is.
//!
//! How the two share it is learned from other days, hour by hour, and so is how well that foretells a day. The
//! other's lines count only as far as they are usual: a burst, or a job that runs there alone, is no load shared.

use super::calendar::Calendar;
use super::pace::{DAY, FARTHEST, Pace, SESSIONS, SILENT_AT_MOST, SILENT_FROM};

/// Comparable windows that are looked at, and the fewest that tell.
const MOST_DAYS: usize = 8;
const LEAST_DAYS: usize = 5;
/// Minutes of the pieces by which the hour of the day is known: shorter ones have too few lines for a median.
const PIECE: i64 = 120;
/// Lines of the other that a piece of the day must usually have to tell how the two share the load.
const TELLING: u64 = 5;
/// How much more than its share of the day a series may be expected to have in a piece: more is a job of its own.
const OWN_JOB: f64 = 2.0;
/// Of a window that was foretold, less than this is a failure, and the share of failures above which nothing is
/// foretold: a host that is added when it is busy is silent when it is not.
const FAILED: f64 = 0.25;
const MOST_FAILED: f64 = 0.2;
/// The share of other days by whose shortfalls unevenness is measured, and the square of the shortfall, in
/// standard deviations, that so many days stay below when nothing but chance is at work.
const MEASURED: f64 = 0.8;
const BY_CHANCE: f64 = 0.71;

/// Variance of the share over what chance makes, below which the lines are dealt out in turn: by chance it is 1.
const IN_STEP: f64 = 0.5;

/// What a silence lacks by another series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Lacking {
    /// Lines that were to be expected.
    pub(super) expected: f64,
    /// The same against what it takes to be a hole; from 1 on it is one.
    pub(super) weight: f64,
    /// Days that tell how the two share the load.
    pub(super) days: usize,
}

/// A part of a day, and what either usually has in it.
struct Piece {
    from: i64,
    until: i64,
    own: u64,
    other: u64,
}

/// Two series and the days that tell how they share the load.
struct Pair<'p> {
    own: &'p Pace,
    other: &'p Pace,
    calendar: &'p Calendar,
    days: Vec<i64>,
    /// Lines of its own for each of the other's, by the median of the hours of a day.
    share: f64,
    /// How far the two are from sharing line by line.
    apart: f64,
}

/// Holds a silence of one series against another that goes on; `None` where that tells of no hole.
pub(super) fn lacking(
    own: &Pace,
    other: &Pace,
    calendar: &Calendar,
    (from, until): (i64, i64),
) -> Option<Lacking> {
    // Cheap first: most silences are short of this already.
    let all = |pace: &Pace| pace.span().map(|(first, last)| pace.lines(first, last));
    let most = OWN_JOB * all(own)? as f64 / all(other)?.max(1) as f64;
    if other.lines(from, until) as f64 * most < SESSIONS {
        return None;
    }
    let pair = Pair::of(own, other, calendar, (from, until))?;
    let pieces = pair.pieces(from, until)?;
    let expected = pair.foretold(&pieces, 0)?;
    if expected < SESSIONS {
        return None;
    }
    let uneven = pair.unevenness(&pieces, (from, until))?.max(pair.apart);
    // As a series is held against itself: silent sessions, of geometric length.
    let by_days = SESSIONS * (uneven + 1.0) / 2.0;
    // Dealt out in turn, what it has by itself is as uneven as the other's, and there is no overdispersion for which
    // to double (METHODS.md).
    let needed = match pair.apart <= IN_STEP {
        true => by_days.clamp(SESSIONS, SILENT_AT_MOST),
        false => own
            .needed_unevenly(expected, until - from)
            .max(by_days)
            .clamp(SILENT_FROM, SILENT_AT_MOST),
    };
    (expected >= needed).then_some(Lacking {
        expected,
        weight: expected / needed,
        days: pair.days.len(),
    })
}

impl<'p> Pair<'p> {
    fn of(
        own: &'p Pace,
        other: &'p Pace,
        calendar: &'p Calendar,
        (from, until): (i64, i64),
    ) -> Option<Pair<'p>> {
        let fits = |days: &i64| {
            let there = own.shifted(calendar, *days, from, until);
            let apart = |w: (i64, i64)| w.1 <= from || until <= w.0;
            there.is_some_and(apart) && other.shifted(calendar, *days, from, until).is_some()
        };
        let before = (1..=FARTHEST).map(|days| -days).filter(fits);
        let after = (1..=FARTHEST).filter(fits);
        let days = before.take(MOST_DAYS).chain(after.take(MOST_DAYS));
        let mut pair = Pair {
            own,
            other,
            calendar,
            days: days.collect(),
            share: 0.0,
            apart: 0.0,
        };
        if pair.days.len() < LEAST_DAYS {
            return None;
        }
        let middle = from + (until - from) / 2;
        let day = calendar.days(middle - DAY / 2, middle + DAY / 2);
        let pieces: Vec<(i64, i64)> = day.into_iter().flat_map(|(a, b)| cut(a, b)).collect();
        let mut shares: Vec<f64> = pieces
            .iter()
            .filter_map(|piece| {
                let (own, other) = pair.usual(*piece)?;
                (other >= TELLING).then(|| own as f64 / other as f64)
            })
            .collect();
        shares.sort_by(f64::total_cmp);
        pair.share = *shares.get(shares.len().checked_sub(1)? / 2)?;
        pair.apart = pair.apart(&pieces);
        Some(pair)
    }

    /// A window's pieces, none over midnight, with what the two usually have in them.
    fn pieces(&self, from: i64, until: i64) -> Option<Vec<Piece>> {
        let days = self.calendar.days(from, until).into_iter();
        let pieces = days.flat_map(|(from, until)| cut(from, until));
        pieces
            .map(|(from, until)| {
                let (own, other) = self.usual((from, until))?;
                Some(Piece {
                    from,
                    until,
                    own,
                    other,
                })
            })
            .collect()
    }

    /// What the two usually have in a piece of a day.
    fn usual(&self, (from, until): (i64, i64)) -> Option<(u64, u64)> {
        let typical = |pace: &Pace| pace.typical(self.calendar, &self.days, from, until);
        typical(self.own).zip(typical(self.other))
    }

    /// Lines of its own that the other's tell of, so many days away.
    fn foretold(&self, pieces: &[Piece], days: i64) -> Option<f64> {
        let each = pieces.iter().map(|piece| {
            let start = self.calendar.shifted(piece.from, days)?;
            let until = start + (piece.until - piece.from);
            let theirs = self.other.lines(start, until) as f64;
            let busy = (theirs / piece.other.max(1) as f64).min(1.0);
            let most = OWN_JOB * self.share * theirs;
            Some(match piece.other {
                0 => 0.0,
                _ => (piece.own as f64 * busy).min(most),
            })
        });
        each.sum()
    }

    /// How far the two are from sharing a day line by line: the variance of its own part of both, over a binomial's, on an
    /// uneven day. Where whole sessions, or clients, keep to a host, that is as large as they are.
    fn apart(&self, pieces: &[(i64, i64)]) -> f64 {
        let share = self.share / (1.0 + self.share);
        let day = |days: &i64| {
            let (mut squares, mut chance) = (0.0, 0.0);
            for (from, until) in pieces {
                let start = self.calendar.shifted(*from, *days)?;
                let lines = |pace: &Pace| pace.lines(start, start + (until - from)) as f64;
                let (own, both) = (lines(self.own), lines(self.own) + lines(self.other));
                squares += (own - share * both) * (own - share * both);
                chance += share * (1.0 - share) * both;
            }
            (chance > 1.0).then(|| squares / chance)
        };
        let mut apart: Vec<f64> = self.days.iter().filter_map(day).collect();
        apart.sort_by(f64::total_cmp);
        let at = (apart.len().saturating_sub(1) as f64 * MEASURED).ceil() as usize;
        apart.get(at).copied().unwrap_or(SILENT_AT_MOST)
    }

    /// Variance over mean of what is there on other days where less is there than foretold; `None` where days are
    /// foretold badly, or the same weekday is always silent.
    fn unevenness(&self, pieces: &[Piece], (from, until): (i64, i64)) -> Option<f64> {
        let (mut squares, mut failed, mut weekly) = (Vec::new(), 0, (0, 0));
        for days in &self.days {
            let foretold = self.foretold(pieces, *days)?;
            let start = self.calendar.shifted(from, *days)?;
            let there = self.own.lines(start, start + (until - from)) as f64;
            if foretold < SESSIONS {
                continue;
            }
            let fails = there < foretold * FAILED;
            failed += usize::from(fails);
            if days % 7 == 0 {
                weekly = (weekly.0 + usize::from(fails), weekly.1 + 1);
            }
            let short = (foretold - there).max(0.0);
            squares.push(short * short / foretold);
        }
        let count = squares.len();
        let badly = failed as f64 > MOST_FAILED * count as f64;
        if count < LEAST_DAYS || badly || weekly.0 > 0 && weekly.0 * 2 >= weekly.1 {
            return None;
        }
        squares.sort_by(f64::total_cmp);
        let measured = squares.get(((count - 1) as f64 * MEASURED).ceil() as usize)?;
        // So few days measure it badly: as uneven as it may be by one standard deviation of such a measurement.
        Some(measured / BY_CHANCE * (1.0 + (2.0 / count as f64).sqrt()))
    }
}

/// A part of a day in pieces.
fn cut(from: i64, until: i64) -> impl Iterator<Item = (i64, i64)> {
    let starts = (from..until).step_by(PIECE as usize);
    starts.map(move |start| (start, (start + PIECE).min(until)))
}
