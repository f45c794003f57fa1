//! How many lines a series has in any window, what is usual there, and how uneven it is.

use super::calendar::Calendar;
use super::noise;

/// Expected sessions from which silence is a hole: ln(525600/10⁻³) ≈ 20 (METHODS.md).
pub(super) const SESSIONS: f64 = 20.0;
/// Share of these where one window alone is looked at, an end of the period: ln(1/10⁻³) ≈ 7.
const ONE_WINDOW: f64 = 7.0 / SESSIONS;
/// The least expected lines: that, doubled for overdispersion.
pub(super) const SILENT_FROM: f64 = 40.0;
/// The same for sessions of ten lines; traffic is not held to be more uneven than that.
pub(super) const SILENT_AT_MOST: f64 = 200.0;
/// Minutes of a block of a flank.
pub(super) const BLOCK: i64 = 10;
/// Minutes on either side whose traffic tells what to expect: as many as the silence has, between these.
const FLANK: i64 = 60;
pub(super) const WIDEST_FLANK: i64 = 180;
/// Comparable windows that an expectation needs, and how many on either side are looked at.
const LEAST_OTHERS: usize = 3;
const MOST_OTHERS: usize = 8;
/// Days on either side in which comparable windows are looked for.
pub(super) const FARTHEST: i64 = 70;
/// Days of any kind on which a silent window must have lines to be a hole by the least of them; and days as free as its own,
/// where the series has no more days than that.
const LEAST_DAYS: usize = 6;
const LEAST_ALIKE: usize = 2;
/// How much busier than on other days the flanks of a silence must be to be unusual.
const UNUSUAL: f64 = 2.0;
/// Lines that a flank must usually have to tell how busy a day is.
pub(super) const TELLING: u64 = 40;
/// Days in a run of a silence's days.
const MOST_DAYS: usize = 31;
/// Minutes of a day.
pub(super) const DAY: i64 = 1440;
const WEEK: i64 = 7 * DAY;

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
    /// So many were to be expected by the traffic just before and just after, which is itself unusual: at that
    /// time of other days it is as good as silent.
    Unusual(f64),
    /// So many were to be expected by the traffic just before and just after.
    Flanks(f64),
    /// So many were to be expected by the same hours of other days.
    OtherDays(f64),
}

/// A day's part of a silence, and what it lacks if other days tell.
#[derive(Clone, Copy, Debug)]
pub(super) struct Day {
    pub(super) from: i64,
    pub(super) until: i64,
    pub(super) expected: Option<f64>,
}

/// What all days of a silence lack.
pub(super) fn sum(days: &[Day]) -> f64 {
    days.iter().filter_map(|day| day.expected).sum()
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
        pace.noise = noise::measure(&pace);
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
            .filter(move |pair| pair[1] - pair[0] > longer)
            .map(|pair| (pair[0] + 1, pair[1]))
    }

    /// Lines that a window lacks, by the slower of its flanks.
    pub(super) fn by_flanks(&self, from: i64, until: i64) -> f64 {
        let flank = (until - from).clamp(FLANK, WIDEST_FLANK);
        let pace = self.rate(from - flank, from);
        pace.min(self.rate(until, until + flank)) * (until - from) as f64
    }

    /// Lines a minute by the median of ten-minute blocks, over as much of the window as the series has: an
    /// integration's burst next to a quiet night is no pace of the night.
    pub(super) fn rate(&self, from: i64, until: i64) -> f64 {
        let Some((first, last)) = self.span() else {
            return 0.0;
        };
        let wanted = until - from;
        let (from, until) = (from.max(first), until.min(last));
        // The log's first job alone is no pace of what was before it.
        if (until - from) * 2 < wanted {
            return 0.0;
        }
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
        let noise = self.noise_of(block);
        // Sessions of geometric length m have 2m - 1 as variance over mean, and are silent by exp(-lines/m).
        (SESSIONS * (noise + 1.0) / 2.0).clamp(SILENT_FROM, SILENT_AT_MOST)
    }

    /// The same where they were not expected evenly: half of a night's lines stand in its first hour.
    pub(super) fn needed_unevenly(&self, expected: f64, minutes: i64) -> f64 {
        let paces = [1, 2, 4, 8].into_iter();
        let needed = paces.map(|times| self.needed(expected * f64::from(times), minutes));
        needed.fold(SILENT_FROM, f64::max)
    }

    /// Variance over mean of blocks of so many lines.
    fn noise_of(&self, block: f64) -> f64 {
        self.noise.get(noise::octave(block)).copied().unwrap_or(2.0)
    }

    /// What a silent window lacks.
    pub(super) fn judge(&self, calendar: &Calendar, from: i64, until: i64) -> Judged {
        let minutes = until - from;
        let flanks = self.by_flanks(from, until);
        let others = self.by_other_days(calendar, from, until);
        let days = self.by_days(calendar, from, until);
        let expected = others.unwrap_or(0.0);
        let lacks = expected >= self.needed_unevenly(expected, minutes) || self.lacks(&days);
        let least = self.by_every_day(calendar, from, until);
        let lacks = lacks || least >= self.needed_unevenly(least, minutes);
        let other_days = Judged::OtherDays(expected.max(sum(&days)).max(least));
        // An evening and a morning are no pace of the days between.
        if lacks && minutes > WIDEST_FLANK {
            return other_days;
        }
        if flanks >= self.needed(flanks, minutes) {
            let usual = others.or_else(|| self.by_any_days(calendar, from, until));
            // Nor of the night between, where other days tell of it.
            let part = match minutes > WIDEST_FLANK {
                true => flanks,
                false => flanks / 2.0,
            };
            let quiet = usual.is_some_and(|usual| {
                usual < flanks / 4.0 || usual < part && usual < self.needed(usual, minutes)
            });
            match quiet {
                false => return Judged::Flanks(flanks),
                true if self.unusual(calendar, from, until) => {
                    return Judged::Unusual(flanks);
                }
                true => {}
            }
        }
        match lacks {
            true => other_days,
            false => Judged::Ordinary,
        }
    }

    /// Lines that a silence lacks by the same hours of other days, at the level of the traffic around it: a holiday
    /// is quieter than the days that it is held against. `None` without enough such days.
    pub(super) fn by_other_days(&self, calendar: &Calendar, from: i64, until: i64) -> Option<f64> {
        // A silence begins and ends at bursts of its own day; those of other days spill over its edges.
        let edge = match until - from {
            0..FLANK => 0,
            minutes => (minutes / 20).clamp(BLOCK, FLANK),
        };
        let inside = (from + edge, until - edge);
        let whole = self.comparable(calendar, from, until, (from, until));
        if let Some(typical) = self.typical(calendar, &whole, inside.0, inside.1) {
            return Some(typical as f64 * self.around(calendar, (from, &whole), (until, &whole)));
        }
        // From a Friday to a Saturday there are few others: then each day of it is held against its own kind.
        let days = self.by_days(calendar, inside.0, inside.1);
        let known: Vec<f64> = days.iter().filter_map(|day| day.expected).collect();
        (!known.is_empty()).then(|| known.iter().sum())
    }

    /// The same, day by day: each against days of its own kind that are no part of the silence.
    pub(super) fn by_days(&self, calendar: &Calendar, from: i64, until: i64) -> Vec<Day> {
        let days = calendar.days(from, until);
        let others: Vec<Vec<i64>> = days
            .iter()
            .map(|day| self.comparable(calendar, day.0, day.1, (from, until)))
            .collect();
        let (Some(first), Some(last)) = (others.first(), others.last()) else {
            return Vec::new();
        };
        let level = self.around(calendar, (from, first), (until, last));
        let each = days.iter().zip(&others).map(|((from, until), others)| Day {
            from: *from,
            until: *until,
            expected: self
                .typical(calendar, others, *from, *until)
                .map(|lines| lines as f64 * level),
        });
        each.collect()
    }

    /// Whether a silence, or a run of its days, lacks so much that it is a hole: a longer silence is never less
    /// suspicious than a shorter one inside it.
    pub(super) fn lacks(&self, days: &[Day]) -> bool {
        (0..days.len()).any(|first| {
            let mut sum = 0.0;
            days[first..].iter().take(MOST_DAYS).any(|day| {
                sum += day.expected.unwrap_or(0.0);
                sum >= self.needed_unevenly(sum, day.until - days[first].from)
            })
        })
    }

    /// How busy it is around a window against other days: the lower of before and after, and never more than those;
    /// a side that has too few others tells nothing.
    fn around(&self, calendar: &Calendar, from: (i64, &[i64]), until: (i64, &[i64])) -> f64 {
        let side = |(at, others): (i64, &[i64]), before| {
            let enough = others.len() >= LEAST_OTHERS;
            enough.then(|| self.level(calendar, others, at, before))
        };
        let sides = [side(from, true), side(until, false)];
        let known = sides.into_iter().flatten().reduce(f64::min);
        known.unwrap_or(0.0).min(1.0)
    }

    /// The median of all days, where there are too few of the same kind: a weekend's job is told by that.
    fn by_any_days(&self, calendar: &Calendar, from: i64, until: i64) -> Option<f64> {
        let days: Vec<i64> = (-FARTHEST..=FARTHEST).filter(|days| *days != 0).collect();
        let typical = self.typical(calendar, &days, from, until)? as f64;
        Some(typical * self.around(calendar, (from, &days), (until, &days)))
    }

    /// Whether both flanks of a silence are far busier than the same hours of other days, by so many lines as it
    /// takes to miss them: every evening is busier than the night.
    fn unusual(&self, calendar: &Calendar, from: i64, until: i64) -> bool {
        let others = match self.comparable(calendar, from, until, (from, until)) {
            others if others.len() >= LEAST_OTHERS => others,
            _ => (-FARTHEST..=FARTHEST).filter(|days| *days != 0).collect(),
        };
        let flank = (until - from).clamp(FLANK, WIDEST_FLANK);
        let busier = |from: i64, until: i64| {
            let usual = self.typical(calendar, &others, from, until);
            let above = self.lines(from, until) as f64 - UNUSUAL * usual.unwrap_or(0) as f64;
            above >= self.needed(above.max(0.0), flank)
        };
        busier(from - flank, from) && busier(until, until + flank)
    }

    /// The least that any other day has in a long window, whatever kind of day: where all of them have many lines,
    /// that there are few days of the same kind is no excuse. One of them at least must be a school day as it is, or
    /// a day off. A log of a few days has only these to tell by: there, two that are as free are enough.
    fn by_every_day(&self, calendar: &Calendar, from: i64, until: i64) -> f64 {
        if until - from <= WIDEST_FLANK {
            return 0.0;
        }
        let Some((first, last)) = self.span() else {
            return 0.0;
        };
        let middle = from + (until - from) / 2;
        let (mut least, mut count) = (u64::MAX, 0);
        let (mut least_alike, mut alike) = (u64::MAX, 0);
        for days in (-FARTHEST..=FARTHEST).filter(|days| *days != 0) {
            let Some(start) = calendar.shifted(from, days) else {
                continue;
            };
            // A window that an end of the series cuts tells by what is left of it.
            let end = (start + (until - from)).min(last);
            let start = start.max(first);
            let touches = start < until && from < end;
            if touches || (end - start) * 2 < until - from {
                continue;
            }
            count += 1;
            let lines = self.lines(start, end);
            least = least.min(lines);
            if calendar.as_free(middle, days) {
                alike += 1;
                least_alike = least_alike.min(lines);
            }
        }
        match (count, alike) {
            (LEAST_DAYS.., 1..) => least as f64,
            (..LEAST_DAYS, LEAST_ALIKE..) => least_alike as f64,
            _ => 0.0,
        }
    }

    /// Lines that are missing between an end of the period and the end of the series next to it, by the same hours
    /// of other days at the level of the series' end.
    pub(super) fn missing_at_end(&self, calendar: &Calendar, from: i64, until: i64) -> f64 {
        let mut others = self.comparable(calendar, from, until, (from, until));
        let mut typical = self.typical(calendar, &others, from, until);
        if typical.is_none() {
            // Of a log of a fortnight there are two Sundays: then whatever day is as free.
            let free = |days: &i64| *days != 0 && calendar.as_free(from, *days);
            others = (-FARTHEST..=FARTHEST).filter(free).collect();
            typical = self.typical(calendar, &others, from, until);
        }
        let Some(typical) = typical else {
            return 0.0;
        };
        let before = self.level(calendar, &others, from, true);
        let after = self.level(calendar, &others, until, false);
        let expected = typical as f64 * before.max(after).min(1.0);
        match expected >= ONE_WINDOW * self.needed_unevenly(expected, until - from) {
            true => expected,
            false => 0.0,
        }
    }

    /// How busy it is before or after an instant, against other days: the lower of just there, over as much time as
    /// has lines to tell, and of the rest of a day, which a job that runs every day does not lift.
    fn level(&self, calendar: &Calendar, others: &[i64], at: i64, before: bool) -> f64 {
        let level = |near: i64, far: i64| {
            let (from, until) = if before {
                (at - far, at - near)
            } else {
                (at + near, at + far)
            };
            let usual = self.typical(calendar, others, from, until)?;
            let lines = self.lines(from, until) as f64;
            // Where there are few: so many at least, as far as chance goes. Three sessions are no level of a day.
            let noise = self.noise_of(lines / (far - near) as f64 * BLOCK as f64);
            let surely = match usual >= TELLING {
                true => lines,
                false => (lines - 1.5 * (noise * lines).sqrt()).max(0.0),
            };
            Some((usual, surely / usual.max(1) as f64))
        };
        let widths = [1, 2, 4, 8, 16, 24].into_iter();
        let known = widths.map_while(|hours| level(0, hours * FLANK));
        let known: Vec<(u64, f64)> = known.collect();
        let telling = known.iter().find(|(usual, _)| *usual >= TELLING);
        let near = telling.or(known.last()).map_or(0.0, |(_, level)| *level);
        let day = level(2 * FLANK, DAY).filter(|(usual, _)| *usual > 0);
        near.min(day.map_or(near, |(_, level)| level))
    }

    /// Days to go to windows that are comparable: made of the same kinds of day, or whole weeks away.
    /// A silence is no witness about itself: windows that lie in it do not count. One that begins or ends in it tells of
    /// too few lines and never of too many; without such, the days next to a silent one would be no witnesses.
    fn comparable(
        &self,
        calendar: &Calendar,
        from: i64,
        until: i64,
        silence: (i64, i64),
    ) -> Vec<i64> {
        let alike = |days: i64| {
            let mut noons = (from..until).step_by(DAY as usize).chain([until - 1]);
            noons.all(|minute| calendar.same_kind(minute, days))
        };
        let fits = |days: &i64| {
            let kinds = until - from <= WEEK && alike(*days);
            let there = self.shifted(calendar, *days, from, until);
            let apart = |w: (i64, i64)| {
                let inside = w.1.min(silence.1) - w.0.max(silence.0);
                inside * 2 <= w.1 - w.0
            };
            (kinds || days % 7 == 0) && there.is_some_and(apart)
        };
        let before = (1..=FARTHEST).map(|days| -days).filter(fits);
        let after = (1..=FARTHEST).filter(fits);
        before
            .take(MOST_OTHERS)
            .chain(after.take(MOST_OTHERS))
            .collect()
    }

    /// The median of a window's lines on other days.
    pub(super) fn typical(
        &self,
        calendar: &Calendar,
        days: &[i64],
        from: i64,
        until: i64,
    ) -> Option<u64> {
        // Where the clock was changed in between: people keep to the local hour, jobs often to UTC.
        let least = |days: &i64| {
            let (start, end) = self.shifted(calendar, *days, from, until)?;
            let lines = self.lines(start, end);
            Some(lines.min(self.lines(from + days * DAY, until + days * DAY)))
        };
        let windows = days.iter().filter_map(least);
        let mut lines: Vec<u64> = windows.collect();
        lines.sort_unstable();
        (lines.len() >= LEAST_OTHERS).then(|| lines[(lines.len() - 1) / 2])
    }

    /// A window so many days away, if the series covers it.
    pub(super) fn shifted(
        &self,
        calendar: &Calendar,
        days: i64,
        from: i64,
        until: i64,
    ) -> Option<(i64, i64)> {
        let (first, last) = self.span()?;
        let start = calendar.shifted(from, days)?;
        let end = start + (until - from);
        (start >= first && end <= last).then_some((start, end))
    }
}
