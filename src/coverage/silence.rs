//! Silences that are holes: of a whole source, of one writer while the others go on, of one route.

use super::beside::{self, Lacking};
use super::calendar::MINUTE;
use super::ledger::{Ledger, Writer};
use super::pace::{DAY, Day, Judged, Pace, WIDEST_FLANK, sum};
use super::{GapKind, Hole};
use crate::words::Stamp;

/// Fewest silent minutes that are looked at: scheduled jobs follow each other at such distances.
pub(super) const SHORTEST: i64 = 5;
/// Lines that a flank must have to tell a share, and the widest flank in minutes.
const TELLING: u64 = 40;
const WIDEST: i64 = 1440;
/// Other writers that a writer is held against.
const SIBLINGS: usize = 8;

/// What silences of a source showed.
pub(super) struct Silences {
    pub(super) holes: Vec<Hole>,
    /// Silences between unusual traffic, at a time at which other days are as good as silent.
    pub(super) unusual: Vec<(i64, i64)>,
}

/// Looks through a source. `cuts` are the minutes at which one file of the source ends and the next begins:
/// an unusual silence there is never taken for a pause. `peers` are the other sources.
pub(super) fn find(ledger: &Ledger<'_>, cuts: &[(i64, i64)], peers: &[&Ledger<'_>]) -> Silences {
    let mut found = Silences {
        holes: Vec::new(),
        unusual: Vec::new(),
    };
    let beat = super::beat::of(&ledger.all);
    for (from, until) in ledger.all.silences(SHORTEST) {
        let cut = cuts.contains(&(from, until));
        let before = found.holes.len();
        match ledger.all.judge(&ledger.calendar, from, until) {
            Judged::Ordinary => match beat {
                Some(beat) if super::beat::missed(beat, from, until) => {
                    found.holes.push(beatless(ledger, from, until, beat));
                }
                _ => {}
            },
            Judged::Unusual(_) if !cut => match beat {
                Some(beat) if super::beat::missed(beat, from, until) => {
                    found.holes.push(beatless(ledger, from, until, beat));
                }
                _ => found.unusual.push((from, until)),
            },
            Judged::Unusual(expected) | Judged::Flanks(expected) => {
                let why = "the hour before and the hour after";
                found.holes.push(silent(ledger, from, until, expected, why));
            }
            Judged::OtherDays(expected) => {
                let why = "the same hours of other days";
                found.holes.push(silent(ledger, from, until, expected, why));
            }
        }
        if found.holes.len() == before {
            found.holes.extend(alone(ledger, (from, until), peers));
        }
    }
    let dark: Vec<(i64, i64)> = found.holes.iter().map(Hole::minutes).collect();
    for at in 0..ledger.writers.len() {
        found.holes.extend(writer(ledger, at, &dark));
    }
    for at in 0..ledger.routes.len() {
        found.holes.extend(route(ledger, at, &dark));
    }
    found
}

/// A source that is silent while another, which shares the load with it on other days, goes on.
fn alone(ledger: &Ledger<'_>, silence: (i64, i64), peers: &[&Ledger<'_>]) -> Option<Hole> {
    let held = peers.iter().filter_map(|peer| {
        let lacking = beside::lacking(&ledger.all, &peer.all, &ledger.calendar, silence)?;
        Some((peer.spec.name.as_str(), lacking))
    });
    let (peer, lacking) = heaviest(held)?;
    let mut hole = silent(ledger, silence.0, silence.1, lacking.expected, "");
    hole.basis = format!(
        "source \"{}\" is silent from {} until {} while source \"{peer}\" goes on; by how the two share the load in the \
         same hours of {} other days, about {:.0} lines were to be expected",
        ledger.spec.name, hole.from, hole.until, lacking.days, lacking.expected
    );
    Some(hole)
}

/// The strongest of several comparisons; the first of equals.
fn heaviest<'n>(held: impl Iterator<Item = (&'n str, Lacking)>) -> Option<(&'n str, Lacking)> {
    held.reduce(|best, next| match next.1.weight > best.1.weight {
        true => next,
        false => best,
    })
}

fn beatless(ledger: &Ledger<'_>, from: i64, until: i64, beat: i64) -> Hole {
    let mut hole = silent(ledger, from, until, 1.0, "");
    hole.basis = format!(
        "source \"{}\" is silent from {} until {}, though something writes a line every {} minutes there at all hours: \
         at least one is missing",
        ledger.spec.name,
        hole.from,
        hole.until,
        beat + 1
    );
    hole
}

fn silent(ledger: &Ledger<'_>, from: i64, until: i64, expected: f64, why: &str) -> Hole {
    let (start, end) = (Stamp(from * MINUTE), Stamp(until * MINUTE));
    Hole {
        source: ledger.source,
        kind: GapKind::Silent,
        from: start,
        until: end,
        expected,
        route: None,
        writer: None,
        missing: None,
        basis: format!(
            "source \"{}\" is silent from {start} until {end}, where about {expected:.0} lines were to be expected by \
             {why}",
            ledger.spec.name
        ),
    }
}

/// Windows in which one writer is silent and the others are not.
fn writer(ledger: &Ledger<'_>, at: usize, dark: &[(i64, i64)]) -> Vec<Hole> {
    let own = &ledger.writers[at];
    let silences = own.all.silences(SHORTEST);
    let holes = silences.filter(|silence| !known(dark, *silence));
    let name = |from: i64, until: i64| {
        format!(
            "of source \"{}\", the writer {} is silent from {} until {} while the others go on",
            ledger.spec.name,
            own.name,
            Stamp(from * MINUTE),
            Stamp(until * MINUTE)
        )
    };
    let holes = holes.filter_map(|(from, until)| {
        let (expected, by) = match by_share(ledger, own, from, until) {
            Some(expected) => (
                expected,
                format!("by its share before and after, about {expected:.0} lines of it are missing"),
            ),
            None => {
                let (other, lacking) = by_sibling(ledger, own, (from, until))?;
                let by = format!(
                    "by how it shares the load with {other} in the same hours of {} other days, about {:.0} lines of it \
                     are missing",
                    lacking.days, lacking.expected
                );
                (lacking.expected, by)
            }
        };
        Some(Hole {
            kind: GapKind::Writer,
            writer: Some(own.name.clone()),
            basis: format!("{}; {by}", name(from, until)),
            ..silent(ledger, from, until, expected, "")
        })
    });
    holes.collect()
}

/// What a writer lacks by its share of the rest just before and just after, and by its own other days.
fn by_share(ledger: &Ledger<'_>, own: &Writer, from: i64, until: i64) -> Option<f64> {
    let rest = Rest {
        all: &ledger.all,
        own: &own.all,
    };
    let needed = |expected: f64| own.all.needed_unevenly(expected, until - from);
    // Cheap first: most silences are short of this already.
    let by_all = rest.expected(from, until);
    if by_all < needed(by_all) {
        return None;
    }
    let whole = siblings(ledger, own, from, until)?;
    let days = rest.by_days(ledger, from, until);
    let lacks = whole >= needed(whole) || own.all.lacks(&days);
    lacks.then(|| whole.max(sum(&days)))
}

/// What a writer lacks by how it shares the load with one of the others on other days.
fn by_sibling<'l>(
    ledger: &'l Ledger<'_>,
    own: &Writer,
    silence: (i64, i64),
) -> Option<(&'l str, Lacking)> {
    let held = busiest(ledger, own, silence)
        .into_iter()
        .filter_map(|other| {
            let lacking = beside::lacking(&own.all, &other.all, &ledger.calendar, silence)?;
            Some((other.name.as_str(), lacking))
        });
    heaviest(held)
}

/// The other writers that have most lines in a window.
fn busiest<'l>(ledger: &'l Ledger<'_>, own: &Writer, (from, until): (i64, i64)) -> Vec<&'l Writer> {
    let writers = ledger.writers.iter();
    let mut others: Vec<&Writer> = writers.filter(|other| other.name != own.name).collect();
    others.sort_by_key(|other| std::cmp::Reverse(other.all.lines(from, until)));
    others.truncate(SIBLINGS);
    others
}

/// What a writer lacks by each of the others, by the lower median, because one of them may have a burst of its own;
/// and no more than by its own pace, because a burst of its own is no share.
fn siblings(ledger: &Ledger<'_>, own: &Writer, from: i64, until: i64) -> Option<f64> {
    let others = busiest(ledger, own, (from, until));
    let mut expected: Vec<f64> = others
        .iter()
        .map(|other| {
            let share = |flank: (i64, i64)| {
                let theirs = other.all.lines(flank.0, flank.1);
                own.all.lines(flank.0, flank.1) as f64 / theirs.max(1) as f64
            };
            let (before, after) = flanks(&own.all, from, until);
            other.all.lines(from, until) as f64 * share(before).min(share(after))
        })
        .collect();
    expected.sort_by(f64::total_cmp);
    let by_siblings = expected.get(expected.len().saturating_sub(1) / 2)?;
    Some(by_siblings.min(own_pace(&own.all, ledger, from, until)))
}

fn own_pace(own: &Pace, ledger: &Ledger<'_>, from: i64, until: i64) -> f64 {
    let flanks = own.by_flanks(from, until);
    match own.by_other_days(&ledger.calendar, from, until) {
        // An evening and a morning are no pace of the night between.
        Some(others) if until - from > WIDEST_FLANK => others,
        others => flanks.max(others.unwrap_or(0.0)),
    }
}

/// Windows in which nothing asks for a route while the source goes on. Only where other days tell what is
/// usual: the requests of a raid are no pace of their route.
fn route(ledger: &Ledger<'_>, at: usize, dark: &[(i64, i64)]) -> Vec<Hole> {
    let own = &ledger.routes[at];
    if !ledger.logs(at) {
        return Vec::new();
    }
    let silences = own.silences(SHORTEST);
    let holes = silences.filter(|silence| !known(dark, *silence));
    let holes = holes.filter_map(|(from, until)| {
        let rest = Rest {
            all: &ledger.all,
            own,
        };
        let by_share = rest.expected(from, until);
        if by_share < own.needed(by_share, until - from) {
            return None;
        }
        let usual = own.by_other_days(&ledger.calendar, from, until);
        let whole = usual.unwrap_or(0.0).min(by_share);
        let days = rest.by_days(ledger, from, until);
        let expected = whole.max(sum(&days));
        let hole = whole >= own.needed_unevenly(whole, until - from) || own.lacks(&days);
        hole.then(|| Hole {
            kind: GapKind::Route,
            route: Some(at),
            basis: format!(
                "in source \"{}\" nothing asks for the route \"{}\" from {} until {} while other requests go on; about \
                 {expected:.0} were to be expected by the same hours of other days and its share before and after",
                ledger.spec.name,
                ledger.case.routes[at].name,
                Stamp(from * MINUTE),
                Stamp(until * MINUTE)
            ),
            ..silent(ledger, from, until, expected, "")
        })
    });
    holes.collect()
}

/// A part of a source's lines against the rest of them.
struct Rest<'p> {
    all: &'p Pace,
    own: &'p Pace,
}

impl Rest<'_> {
    /// Lines that the part lacks by its share of the rest, the lower of before and after.
    fn expected(&self, from: i64, until: i64) -> f64 {
        let (before, after) = flanks(self.own, from, until);
        self.lines(from, until) as f64 * self.share(before).min(self.share(after))
    }

    /// The same day by day, and no more than other days have.
    fn by_days(&self, ledger: &Ledger<'_>, from: i64, until: i64) -> Vec<Day> {
        let (before, after) = flanks(self.own, from, until);
        let share = self.share(before).min(self.share(after));
        let mut days = self.own.by_days(&ledger.calendar, from, until);
        for day in &mut days {
            let by_share = self.lines(day.from, day.until) as f64 * share;
            day.expected = day.expected.map(|usual| usual.min(by_share));
        }
        days
    }

    fn share(&self, flank: (i64, i64)) -> f64 {
        self.own.lines(flank.0, flank.1) as f64 / self.lines(flank.0, flank.1).max(1) as f64
    }

    fn lines(&self, from: i64, until: i64) -> u64 {
        let all = self.all.lines(from, until);
        all.saturating_sub(self.own.lines(from, until))
    }
}

/// The nearest windows before and after in which a series has enough lines to tell its share.
fn flanks(own: &Pace, from: i64, until: i64) -> ((i64, i64), (i64, i64)) {
    let widths = || [60, 120, 240, 480, WIDEST].into_iter();
    let enough = |flank: &(i64, i64)| own.lines(flank.0, flank.1) >= TELLING;
    let before = widths().map(|width| (from - width, from)).find(enough);
    let after = widths().map(|width| (until, until + width)).find(enough);
    (
        before.unwrap_or((from - WIDEST, from)),
        after.unwrap_or((until, until + WIDEST)),
    )
}

/// Whether a silence is about one that is known already.
fn known(dark: &[(i64, i64)], (from, until): (i64, i64)) -> bool {
    dark.iter().any(|hole| {
        let both = hole.1.min(until) - hole.0.max(from);
        both * 10 >= (until - from) * 9
    })
}

/// The longest silence in minutes that is no hole.
pub(super) fn longest_ordinary(all: &Pace, holes: &[&Hole]) -> i64 {
    let silences = all.silences(1);
    silences
        .filter(|(from, _)| !holes.iter().any(|hole| hole.minutes().0 == *from))
        .map(|(from, until)| until - from + 1)
        .max()
        .unwrap_or(0)
}

/// From how many minutes on a hole of a source would be noticed, tried by the same judgement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Unnoticed {
    /// Minutes where it is noticed soonest; `None` where it is nowhere.
    pub busiest: Option<i64>,
    /// Minutes where it is noticed last; `None` where some hole of a day is not.
    pub quietest: Option<i64>,
    /// Expected lines that it takes at the busiest.
    pub needed: f64,
}

/// What a source does, as the middle of a sentence.
impl std::fmt::Display for Unnoticed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Some(busiest) = self.busiest else {
            return f
                .write_str("is too short or too thin for a hole of less than a day to be noticed");
        };
        write!(f, "shows a hole from about {busiest} minutes ")?;
        match self.quietest {
            Some(minutes) if minutes == busiest => f.write_str("at any hour"),
            Some(minutes) => write!(
                f,
                "when it is busiest, from {minutes} minutes when it is quietest"
            ),
            None => f.write_str("when it is busiest, and not within a day when it is quietest"),
        }?;
        write!(
            f,
            " (from {:.0} expected lines, by how uneven its traffic is)",
            self.needed
        )
    }
}

/// Days in the middle of a source, hours apart, and lengths in minutes at which holes are tried.
const TRIED_DAYS: i64 = 7;
const TRIED_EVERY: i64 = 4 * 60;
const TRIED: [i64; 9] = [SHORTEST, 10, 20, 40, 80, 160, 320, 640, DAY];

/// Minutes beside a hole that are no ordinary surroundings of another.
const NEAR: i64 = 180;

/// Tries holes all over a week of a source; none without a record. A hole is judged by what is around it and by
/// other days, never by its own lines, so it can be tried where there are lines.
pub(super) fn unnoticed(ledger: &Ledger<'_>, holes: &[Hole]) -> Option<Unnoticed> {
    let all = &ledger.all;
    let (first, last) = all.span()?;
    let week = (last - first).min(TRIED_DAYS * DAY);
    let start = first + (last - first - week) / 2;
    // What is silent already, and traffic next to it, tells nothing of the rest.
    let whole = |hole: &&Hole| hole.route.is_none() && hole.writer.is_none();
    let dark: Vec<(i64, i64)> = holes.iter().filter(whole).map(Hole::minutes).collect();
    let near = |from: i64, until: i64| {
        let touches = |hole: &(i64, i64)| hole.0 < until + NEAR && from - NEAR < hole.1;
        dark.iter().any(touches)
    };
    let noticed = |from: i64| {
        let fits = TRIED
            .into_iter()
            .filter(|m| from > first && from + m < last);
        let mut longer = fits;
        longer.find(|minutes| {
            let judged = all.judge(&ledger.calendar, from, from + minutes);
            matches!(judged, Judged::Flanks(_) | Judged::OtherDays(_))
        })
    };
    let starts = (start + TRIED_EVERY / 2..start + week).step_by(TRIED_EVERY as usize);
    let starts = starts.filter(|from| !near(*from, *from + SHORTEST));
    let tried: Vec<Option<i64>> = starts.map(noticed).collect();
    let busiest = tried.iter().flatten().min().copied();
    let quietest = tried.iter().copied().collect::<Option<Vec<i64>>>();
    let pace = (start..start + week)
        .step_by(60)
        .map(|hour| all.lines(hour, hour + 60))
        .max()?;
    Some(Unnoticed {
        busiest,
        quietest: quietest.and_then(|all| all.into_iter().max()),
        needed: all.needed(pace as f64, 60),
    })
}
