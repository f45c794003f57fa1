//! Files of a rotation that are missing by the days and hours in the names of the others.

use std::collections::{BTreeMap, BTreeSet};

use super::files::Placed;
use crate::words::{HOUR, counted};

/// What is missing in words, with the places of the files before and after it.
type Lost = (String, usize, usize);

/// What names tell of a log.
#[derive(Default)]
pub(super) struct Named {
    /// Files that should be there.
    pub(super) lost: Vec<Lost>,
    /// Files that may be missing, in words.
    pub(super) said: Option<String>,
}

/// Days on which an hour has a file for each on which it has none, from which it is missing and not idle.
const EACH_DAY: i64 = 5;
/// Hours of a week.
const WEEK: i64 = 7 * 24;
/// Hours between names and first stamps, by zone, and by rotation at the end of what a file holds.
const APART: i64 = 26;

/// By hours where names have them and there are several a day, else by days.
pub(super) fn missing(files: &[Placed<'_>]) -> Named {
    match hours(files) {
        Some(hours) => by_hour(files, &hours),
        None => Named {
            lost: by_day(files),
            said: None,
        },
    }
}

/// The hours in the names, if they are what they seem: two digits behind a day may number its files as well.
fn hours(files: &[Placed<'_>]) -> Option<Vec<i64>> {
    let dated = || files.iter().filter(|(file, _)| file.day.is_some());
    let mut apart = BTreeSet::new();
    let mut hours = BTreeSet::new();
    for (file, (first, _)) in dated() {
        let hour = file.hour?;
        hours.insert(hour);
        apart.insert(first.0.div_euclid(HOUR) - hour);
    }
    let days: BTreeSet<i64> = dated().filter_map(|(file, _)| file.day).collect();
    let (least, most) = (*apart.first()?, *apart.last()?);
    // Summer time moves names by an hour, and a file may begin late in its own.
    let same = most - least <= 2 && least.abs() <= APART && most.abs() <= APART;
    (same && hours.len() > days.len()).then(|| hours.into_iter().collect())
}

fn by_hour(files: &[Placed<'_>], hours: &[i64]) -> Named {
    let mut named = Named::default();
    let mut idle = Vec::new();
    let week = Week::of(hours);
    for pair in hours.windows(2).filter(|pair| pair[1] - pair[0] > 1) {
        let absent = (pair[0] + 1..pair[1]).filter(|hour| week.usual(*hour));
        let absent: Vec<i64> = absent.collect();
        let Some(first) = absent.first() else {
            continue;
        };
        if !absent.iter().any(|hour| week.always(*hour)) {
            idle.extend(absent);
            continue;
        }
        let place = |hour: i64| move |(file, _): &Placed<'_>| file.hour == Some(hour);
        let older = files.iter().rposition(place(pair[0]));
        let newer = files.iter().position(place(pair[1]));
        if let (Some(older), Some(newer)) = (older, newer)
            && older < newer
        {
            let what = match absent.len() {
                1 => format!("of the hour {}", name(*first)),
                n => format!("of {n} hours from {} on", name(*first)),
            };
            named.lost.push((what, older, newer));
        }
    }
    named.said = idle.first().map(|first| {
        format!(
            "of {} in which most other days have one, the first {}: nothing was asked then, or files are missing",
            counted(idle.len() as u64, "hour"),
            name(*first)
        )
    });
    named
}

/// Which hours of the week have files.
struct Week {
    first: i64,
    last: i64,
    /// Files by hour of the week.
    there: [i64; WEEK as usize],
}

impl Week {
    fn of(hours: &[i64]) -> Week {
        let (first, last) = (hours[0], hours[hours.len() - 1]);
        let mut there = [0; WEEK as usize];
        for hour in hours {
            there[hour.rem_euclid(WEEK) as usize] += 1;
        }
        Week { first, last, there }
    }

    /// How many of the hours at whole distances of `period` from one have a file, and how many have none.
    fn like(&self, hour: i64, period: i64) -> (i64, i64) {
        let own = (0..WEEK).filter(|at| (at - hour).rem_euclid(period) == 0);
        let there: i64 = own.map(|at| self.there[at as usize]).sum();
        let all = (hour - self.first) / period + (self.last - hour) / period + 1;
        (there, all - there)
    }

    /// Whether most days have a file of that hour, and the same weekday not mostly none.
    fn usual(&self, hour: i64) -> bool {
        let (there, absent) = self.like(hour, 24);
        let (weekday, asleep) = self.like(hour, WEEK);
        there > absent && !(asleep > weekday && asleep > 1)
    }

    /// Whether nearly all days have one.
    fn always(&self, hour: i64) -> bool {
        let (there, absent) = self.like(hour, 24);
        there >= EACH_DAY * absent
    }
}

/// An hour as names tell it.
fn name(hour: i64) -> String {
    let at = chrono::DateTime::from_timestamp(hour.saturating_mul(3600), 0);
    at.map_or(String::new(), |at| at.format("%Y-%m-%d %H").to_string())
}

fn by_day(files: &[Placed<'_>]) -> Vec<Lost> {
    let days: BTreeSet<i64> = files.iter().filter_map(|(file, _)| file.day).collect();
    let days: Vec<i64> = days.into_iter().collect();
    let mut steps: BTreeMap<i64, usize> = BTreeMap::new();
    for pair in days.windows(2) {
        *steps.entry(pair[1] - pair[0]).or_default() += 1;
    }
    let usual = steps.iter().max_by_key(|(step, n)| (**n, -**step));
    let Some((step, often)) = usual.filter(|(_, n)| **n >= 2) else {
        return Vec::new();
    };
    // A rotation without a rhythm says nothing by a day that is not there.
    if *often * 3 < (days.len() - 1) * 2 {
        return Vec::new();
    }
    let wide = days.windows(2).filter(|pair| pair[1] - pair[0] > *step);
    wide.filter(|pair| {
        let absent = (pair[0] + step..pair[1]).step_by((*step).max(1) as usize);
        *step != 1 || absent.into_iter().any(|day| !sleeps(&days, day))
    })
    .filter_map(|pair| {
        let older = files
            .iter()
            .rposition(|(file, _)| file.day == Some(pair[0]))?;
        let newer = files
            .iter()
            .position(|(file, _)| file.day == Some(pair[1]))?;
        let name = |day: i64| {
            let at = chrono::DateTime::from_timestamp(day.saturating_mul(86_400), 0);
            at.map_or(String::new(), |at| at.format("%Y-%m-%d").to_string())
        };
        let what = format!("dated between {} and {}", name(pair[0]), name(pair[1]));
        (older < newer).then_some((what, older, newer))
    })
    .collect()
}

/// Whether a weekday is absent more often than not: no traffic, no file.
fn sleeps(days: &[i64], day: i64) -> bool {
    let (first, last) = (days[0], days[days.len() - 1]);
    let weekday = (first..=last).filter(|d| (d - day).rem_euclid(7) == 0);
    let (there, absent): (Vec<i64>, Vec<i64>) =
        weekday.partition(|d| days.binary_search(d).is_ok());
    absent.len() > there.len() && absent.len() > 1
}
