//! How many lines a series has in any window, what is usual there, and how uneven it is.

use super::calendar::Calendar;

/// Expected lines from which silence is a hole: ln(525600/10⁻³) ≈ 20, doubled for overdispersion (METHODS.md).
pub(super) const SILENT_FROM: f64 = 40.0;
/// The same for traffic that comes in sessions of ten lines; nothing is held to be more uneven.
const SILENT_AT_MOST: f64 = 200.0;
/// Minutes of a block of a flank.
const BLOCK: i64 = 10;
/// Minutes on either side whose traffic tells what to expect.
const FLANK: i64 = 60;
/// Comparable windows that an expectation needs, and how many on either side are looked at.
const LEAST_OTHERS: usize = 4;
const MOST_OTHERS: usize = 8;
/// Days on either side in which comparable windows are looked for.
const FARTHEST: i64 = 70;
/// Lines that a flank must usually have to tell how busy a day is.
const TELLING: u64 = 40;
/// Pairs of blocks that tell how uneven traffic of a pace is.
const LEAST_PAIRS: usize = 12;
/// Minutes of a day.
pub(super) const DAY: i64 = 1440;

/// A series in order, with the sums before each minute.
pub(super) struct Pace {
    minutes: Vec<i64>,
    sums: Vec<u64>,
    /// Variance over mean of blocks, by the power of two of their mean.
    noise: Vec<f64>,
}

/// Why a silence is none to worry about, or how many lines it lacks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Judged {
    /// So few lines were to be expected that their absence means nothing.
    Ordinary,
    /// Silent at the same time of most comparable days.
    Recurring(f64),
    /// So many were to be expected by the traffic just before and just after.
    Flanks(f64),
    /// So many were to be expected by the same hours of other days.
    OtherDays(f64),
}

impl Pace {
    /// From cells in any order; a minute may stand several times.
    pub(super) fn new(mut cells: Vec<(i64, u64)>) -> Pace {
        cells.sort_unstable();
        let mut minutes: Vec<i64> = Vec::with_capacity(cells.len());
        let mut sums: Vec<u64> = vec![0];
        for (minute, lines) in cells.into_iter().filter(|(_, lines)| *lines > 0) {
            let before = sums.last().copied().unwrap_or(0);
            if minutes.last() == Some(&minute) {
                if let Some(sum) = sums.last_mut() {
                    *sum = before.saturating_add(lines);
                }
            } else {
                minutes.push(minute);
                sums.push(before.saturating_add(lines));
            }
        }
        let mut pace = Pace {
            minutes,
            sums,
            noise: Vec::new(),
        };
        pace.noise = pace.measure_noise();
        pace
    }

    /// First minute and the minute behind the last.
    pub(super) fn span(&self) -> Option<(i64, i64)> {
        Some((*self.minutes.first()?, self.minutes.last()? + 1))
    }

    /// Minutes with lines, and how many.
    pub(super) fn cells(&self) -> impl Iterator<Item = (i64, u64)> {
        let lines = self.sums.windows(2).map(|pair| pair[1] - pair[0]);
        self.minutes.iter().copied().zip(lines)
    }

    /// Lines from one minute until before another.
    pub(super) fn lines(&self, from: i64, until: i64) -> u64 {
        let low = self.minutes.partition_point(|minute| *minute < from);
        let high = self.minutes.partition_point(|minute| *minute < until);
        self.sums[high.max(low)] - self.sums[low]
    }

    /// Silences of more than so many minutes between two lines.
    pub(super) fn silences(&self, longer: i64) -> impl Iterator<Item = (i64, i64)> {
        let pairs = self.minutes.windows(2);
        pairs
            .filter(move |pair| pair[1] - pair[0] - 1 >= longer)
            .map(|pair| (pair[0] + 1, pair[1]))
    }

    /// Lines that a window lacks, by the slower of its flanks.
    pub(super) fn by_flanks(&self, from: i64, until: i64) -> f64 {
        let pace = self.rate(from - FLANK, from);
        pace.min(self.rate(until, until + FLANK)) * (until - from) as f64
    }

    /// Lines a minute by the median of ten-minute blocks, over as much of the window as the series has: an
    /// integration's burst next to a quiet night is no pace of the night.
    pub(super) fn rate(&self, from: i64, until: i64) -> f64 {
        let Some((first, last)) = self.span() else {
            return 0.0;
        };
        let (from, until) = (from.max(first), until.min(last));
        let mut paces: Vec<f64> = (from..until)
            .step_by(BLOCK as usize)
            .map(|start| {
                let end = (start + BLOCK).min(until);
                self.lines(start, end) as f64 / (end - start) as f64
            })
            .collect();
        paces.sort_by(f64::total_cmp);
        // The lower of the two middle ones where their number is even.
        paces
            .get(paces.len().saturating_sub(1) / 2)
            .copied()
            .unwrap_or(0.0)
    }

    /// Expected lines from which a silence of so many minutes is a hole, where so many were expected.
    pub(super) fn needed(&self, expected: f64, minutes: i64) -> f64 {
        let block = expected / minutes.max(1) as f64 * BLOCK as f64;
        let noise = self.noise.get(octave(block)).copied().unwrap_or(2.0);
        (SILENT_FROM / 2.0 * noise).clamp(SILENT_FROM, SILENT_AT_MOST)
    }

    /// The same where they were not expected evenly: half of a night's lines stand in its first hour.
    pub(super) fn needed_unevenly(&self, expected: f64, minutes: i64) -> f64 {
        let paces = [1, 2, 4, 8].into_iter();
        let needed = paces.map(|times| self.needed(expected * f64::from(times), minutes));
        needed.fold(SILENT_FROM, f64::max)
    }

    /// What a silent window lacks.
    pub(super) fn judge(&self, calendar: &Calendar, from: i64, until: i64) -> Judged {
        let minutes = until - from;
        let flanks = self.by_flanks(from, until);
        let others = self.comparable(calendar, from, until);
        let typical = self.typical(calendar, &others, from, until);
        if flanks >= self.needed(flanks, minutes) {
            return match typical {
                Some(typical) if typical as f64 <= flanks / 10.0 => Judged::Recurring(flanks),
                _ => Judged::Flanks(flanks),
            };
        }
        let expected = self.by_other_days(calendar, from, until).unwrap_or(0.0);
        match expected >= self.needed_unevenly(expected, minutes) {
            true => Judged::OtherDays(expected),
            false => Judged::Ordinary,
        }
    }

    /// Lines that a window usually has by the same hours of other days, at the level of the traffic around it:
    /// a holiday is quieter than the days that it is held against. `None` without enough such days.
    pub(super) fn by_other_days(&self, calendar: &Calendar, from: i64, until: i64) -> Option<f64> {
        let others = self.comparable(calendar, from, until);
        // A silence begins and ends at bursts of its own day; those of other days spill over its edges.
        let edge = match until - from {
            0..FLANK => 0,
            minutes => (minutes / 20).max(BLOCK),
        };
        let typical = self.typical(calendar, &others, from + edge, until - edge)?;
        let level = |before: bool| {
            let mut level = 0.0;
            let mut width = FLANK;
            while width <= DAY {
                let flank = match before {
                    true => (from - width, from),
                    false => (until, until + width),
                };
                let Some(usual) = self.typical(calendar, &others, flank.0, flank.1) else {
                    break;
                };
                if usual > 0 {
                    level = self.lines(flank.0, flank.1) as f64 / usual as f64;
                }
                if usual >= TELLING {
                    break;
                }
                width *= 2;
            }
            level
        };
        Some(typical as f64 * level(true).min(level(false)).min(1.0))
    }

    /// Days to go to windows that are comparable: of the same kind of day, or whole weeks away where the
    /// window is as long as a day.
    fn comparable(&self, calendar: &Calendar, from: i64, until: i64) -> Vec<i64> {
        let fits = |days: &i64| {
            let kinds = until - from < DAY
                && calendar.kind(from).is_some()
                && calendar.same_kind(from, *days)
                && calendar.same_kind(until - 1, *days);
            (kinds || days % 7 == 0) && self.shifted(calendar, *days, from, until).is_some()
        };
        let before = (1..=FARTHEST).map(|days| -days).filter(fits);
        let after = (1..=FARTHEST).filter(fits);
        before
            .take(MOST_OTHERS)
            .chain(after.take(MOST_OTHERS))
            .collect()
    }

    /// The median of a window's lines on other days.
    fn typical(&self, calendar: &Calendar, days: &[i64], from: i64, until: i64) -> Option<u64> {
        let windows = days
            .iter()
            .filter_map(|days| self.shifted(calendar, *days, from, until));
        let mut lines: Vec<u64> = windows
            .map(|(from, until)| self.lines(from, until))
            .collect();
        lines.sort_unstable();
        (lines.len() >= LEAST_OTHERS).then(|| lines[(lines.len() - 1) / 2])
    }

    /// A window so many days away, if the series covers it.
    fn shifted(&self, calendar: &Calendar, days: i64, from: i64, until: i64) -> Option<(i64, i64)> {
        let (first, last) = self.span()?;
        let start = calendar.shifted(from, days)?;
        let end = start + (until - from);
        (start >= first && end <= last).then_some((start, end))
    }

    /// Neighbouring blocks differ by chance: their squared difference over their sum has variance over mean as
    /// its mean. The highest tenth is left out, so that bursts do not count; of a square of a normal variable the
    /// rest has 0.6 of the mean.
    fn measure_noise(&self) -> Vec<f64> {
        let mut blocks: Vec<(i64, u64)> = Vec::new();
        for (minute, lines) in self.cells() {
            let block = minute.div_euclid(BLOCK);
            match blocks.last_mut() {
                Some((last, sum)) if *last == block => *sum = sum.saturating_add(lines),
                _ => blocks.push((block, lines)),
            }
        }
        let mut ratios: Vec<Vec<f64>> = vec![Vec::new(); 64];
        let mut pair = |a: u64, b: u64| {
            let (a, b) = (a as f64, b as f64);
            if let Some(list) = ratios.get_mut(octave((a + b) / 2.0)) {
                list.push((a - b) * (a - b) / (a + b));
            }
        };
        for two in blocks.windows(2) {
            match two[1].0 - two[0].0 {
                1 => pair(two[0].1, two[1].1),
                // A session between silences: each block of it stands beside an empty one.
                _ => {
                    pair(two[0].1, 0);
                    pair(0, two[1].1);
                }
            }
        }
        let noise = |mut list: Vec<f64>| {
            list.sort_by(f64::total_cmp);
            let most = list.len() - list.len() / 10;
            match list.len() {
                0..LEAST_PAIRS => 2.0,
                _ => (list[..most].iter().sum::<f64>() / most as f64 / 0.6).max(2.0),
            }
        };
        ratios.into_iter().map(noise).collect()
    }
}

fn octave(lines: f64) -> usize {
    lines.max(1.0).log2() as usize
}
