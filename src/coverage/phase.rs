//! A job at a fixed minute (each fifth, each quarter of an hour) whose line is now and then not there: one host of
//! several is missing, or the log is a sample.
//!
//! `beat` reads silences, so it needs nights without people. Here the quiet hours are enough: there nearly every line
//! at that minute is the job's, and the other minutes tell how often one is there by chance.

use std::collections::{BTreeMap, BTreeSet};

use super::pace::{DAY, Pace};
use super::periodic::{MISSED, OFTEN};

/// Minutes after which a job comes again. Below three there are no other minutes to tell chance by.
const PERIODS: [i64; 8] = [5, 3, 4, 6, 10, 15, 20, 30];
/// Share of an hour's minutes with lines up to which it is quiet.
const QUIET: f64 = 0.5;
/// Beats that must lie in quiet hours, and days over which they must lie.
const BEATS: usize = 100;
const DAYS: usize = 3;
/// Share of a job's minutes that have a line at least, and how much above the others' that is.
const THERE: f64 = 0.5;
const ABOVE: f64 = 0.3;
/// Of what the fullest of a job's minutes has, the share from which another one is its too.
const SLOT: f64 = 0.5;
/// Lines for each beat of a job that several series share.
const ONCE: f64 = 1.2;
/// So many in a row are a hole and told as one.
const HOLE: usize = 4;

/// A job's beat in minutes, how many of its lines are missing all over, and how many there should be.
pub(super) fn missed(pace: &Pace) -> Option<(i64, usize, usize)> {
    let hours = quiet(pace);
    let days: BTreeSet<i64> = hours
        .keys()
        .map(|hour| (hour * 60).div_euclid(DAY))
        .collect();
    if days.len() < DAYS {
        return None;
    }
    PERIODS.into_iter().find_map(|period| {
        let phase = phase(&hours, period)?;
        let (missing, all) = count(&hours, period, phase);
        let told = all >= BEATS && missing >= MISSED && missing * OFTEN >= all;
        told.then_some((period, missing, all))
    })
}

/// Whether a job's lines fall to several series in turn: together they have all, and hardly one stands in two of them.
pub(super) fn is_shared(parts: &[&Pace], period: i64) -> bool {
    let mut cells: BTreeMap<i64, u64> = BTreeMap::new();
    for (minute, lines) in parts.iter().flat_map(|part| part.cells()) {
        *cells.entry(minute).or_default() += lines;
    }
    let hours = quiet(&Pace::new(cells.into_iter().collect()));
    let Some(phase) = phase(&hours, period) else {
        return false;
    };
    let (missing, all) = count(&hours, period, phase);
    let beats = |minute: &i64| {
        let hour = minute.div_euclid(60);
        minute.rem_euclid(60).rem_euclid(period) == phase && hours.contains_key(&hour)
    };
    let each = parts
        .iter()
        .flat_map(|part| part.cells())
        .filter(|(minute, _)| beats(minute))
        .count();
    let own = mask(period, phase);
    let together: u32 = hours.values().map(|hour| (hour & own).count_ones()).sum();
    all >= BEATS && missing * OFTEN < all && each as f64 <= f64::from(together) * ONCE
}

/// Hours with lines in few of their minutes, and in which. An hour without any is a silence, and judged as one.
fn quiet(pace: &Pace) -> BTreeMap<i64, u64> {
    let mut hours: BTreeMap<i64, u64> = BTreeMap::new();
    for (minute, _) in pace.cells() {
        *hours.entry(minute.div_euclid(60)).or_default() |= 1 << minute.rem_euclid(60);
    }
    // The first and the last are cut.
    hours.pop_first();
    hours.pop_last();
    hours.retain(|_, minutes| f64::from(minutes.count_ones()) <= QUIET * 60.0);
    hours
}

/// The minute of a period at which a job writes, if one does: in the quieter half of the hours too, where those whom
/// people's own clocks wake at full minutes are asleep.
fn phase(hours: &BTreeMap<i64, u64>, period: i64) -> Option<i64> {
    let mut order: Vec<u64> = hours.values().copied().collect();
    order.sort_by_key(|minutes| minutes.count_ones());
    let quieter = &order[..order.len() / 2];
    let share = |hours: &[u64], phase: i64| {
        let own = mask(period, phase);
        let there: u32 = hours.iter().map(|hour| (hour & own).count_ones()).sum();
        f64::from(there) / (hours.len().max(1) as f64 * f64::from(own.count_ones()))
    };
    let stands_out = |hours: &[u64], phase: i64| {
        let others = (0..period).filter(|other| *other != phase);
        let chance: f64 = others.map(|other| share(hours, other)).sum();
        let own = share(hours, phase);
        own >= THERE && own >= chance / (period - 1) as f64 + ABOVE
    };
    // A job that comes every twenty minutes is at each second of the minutes of one every ten: always at the same ones, as far
    // apart from each other. Of what was lost the rest is not, or each second is, which nobody can tell from that.
    let is_slower = |phase: i64| {
        let at = |minute: &i64| {
            order
                .iter()
                .filter(|hour| *hour & (1 << minute) != 0)
                .count()
        };
        let slots = || (0..60).filter(|minute| minute % period == phase);
        let most = slots().map(|slot| at(&slot)).max().unwrap_or(0);
        let often = |slot: &i64| at(slot) as f64 >= most as f64 * SLOT;
        let there: Vec<i64> = slots().filter(often).collect();
        let Some(first) = there.first() else {
            return false;
        };
        let longer = (2 * period..=60).filter(|longer| longer % period == 0 && 60 % longer == 0);
        let mut longer =
            longer.map(|longer| slots().filter(move |slot| (slot - first) % longer == 0));
        longer.any(|slots| slots.eq(there.iter().copied()))
    };
    let is_phase = |phase: &i64| stands_out(&order, *phase) && stands_out(quieter, *phase);
    (0..period).find(|phase| is_phase(phase) && !is_slower(*phase))
}

/// The minutes of an hour at a phase.
fn mask(period: i64, phase: i64) -> u64 {
    let minutes = (0..60_i64).filter(|minute| minute.rem_euclid(period) == phase);
    minutes.map(|minute| 1_u64 << minute).sum()
}

/// Missing beats and all of them; one is there if the minute before or after has a line, as a job may be late.
fn count(hours: &BTreeMap<i64, u64>, period: i64, phase: i64) -> (usize, usize) {
    let (mut missing, mut all, mut row, mut last) = (0, 0, 0, i64::MIN);
    for (hour, minutes) in hours {
        if *hour != last.wrapping_add(1) {
            row = 0;
        }
        last = *hour;
        for minute in (phase..60).step_by(period as usize) {
            all += 1;
            let around = (minute - 1).max(0)..=(minute + 1).min(59);
            let there = around.into_iter().any(|at| minutes & (1 << at) != 0);
            row = if there { 0 } else { row + 1 };
            match row {
                0 => {}
                HOLE => {
                    missing -= HOLE - 1;
                    all -= HOLE;
                }
                row if row > HOLE => all -= 1,
                _ => missing += 1,
            }
        }
    }
    (missing, all)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten days with a line every five minutes at minute 2, of which every `nth` is lost, and chance lines by day.
    fn days(lost: impl Fn(i64) -> bool) -> Pace {
        let beats = (0..10 * DAY / 5).filter(|n| !lost(*n)).map(|n| n * 5 + 2);
        let by_day = (0..10 * DAY).filter(|m| (420..1320).contains(&m.rem_euclid(DAY)));
        let chance = (0..10 * DAY).filter(|m| (m * 7919) % 11 == 0);
        Pace::new(beats.chain(by_day).chain(chance).map(|m| (m, 1)).collect())
    }

    #[test]
    fn each_third_line_of_a_job_is_missed_and_a_hole_is_none_of_them() {
        let (period, missing, all) = missed(&days(|n| n % 3 == 1)).expect("missed");
        assert_eq!(period, 5);
        assert!(
            missing * 5 > all && missing * 3 <= all,
            "{missing} of {all}"
        );
        assert_eq!(missed(&days(|_| false)), None);
        assert_eq!(missed(&days(|n| (300..400).contains(&n))), None);
    }

    #[test]
    fn a_job_that_comes_more_seldom_is_no_job_that_is_missing() {
        for every in [15, 20, 30, 60] {
            let beats = (0..10 * DAY).step_by(every);
            let by_day = (0..10 * DAY).filter(|m| (420..1320).contains(&m.rem_euclid(DAY)));
            let pace = Pace::new(beats.chain(by_day).map(|m| (m, 1)).collect());
            assert_eq!(missed(&pace), None, "every {every} minutes");
        }
    }

    #[test]
    fn lines_at_any_minute_are_no_job() {
        let chance = (0..10 * DAY).filter(|m| (m * 7919) % 5 == 0 || m % 3 == 1);
        assert_eq!(
            missed(&Pace::new(chance.map(|m| (m, 1)).step_by(3).collect())),
            None
        );
    }
}
