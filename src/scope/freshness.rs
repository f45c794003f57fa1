//! How old the directory is: as the case says, else by two signs. A table that changed on many days and then, long
//! before the logs end, never again was probably written out then; and from then on accounts turn up that it does not
//! know, and accounts go beyond scopes that they kept to before. Scope after that day is yesterday's.

use std::collections::BTreeSet;

use crate::case::Directory;
use crate::chance::binomial_at_least;
use crate::words::{DAY, Stamp};

/// Evidence, as −ln of a chance, from which the directory counts as old: e⁻⁵ is below a hundredth.
const ENOUGH: f64 = 5.0;
/// What the tables must say by themselves where the logs say the rest: tables of which nothing is missing came out at
/// 1.1 or less in the worlds.
const BY_TABLES: f64 = 2.0;
/// What the logs must add.
const BY_LOGS: f64 = 1.0;

/// What the logs show of accounts that a directory as of an earlier day does not know or knows wrongly.
#[derive(Clone, Debug, Default)]
pub struct Arrivals {
    /// First request of each account that `grants` knows.
    pub known: Vec<Stamp>,
    /// First request of each account that it does not know and that was shown something.
    pub unknown: Vec<Stamp>,
    /// First disclosure beyond its scope to each account without a system to it.
    pub beyond: Vec<Stamp>,
}

/// The directory seems, or is said, to be as of an instant.
#[derive(Clone, Debug, PartialEq)]
pub struct Stale {
    /// From when on it is out of date.
    pub from: Stamp,
    /// What tells so, in a sentence.
    pub why: String,
}

/// From when on the directory is out of date, if it is. `later`: the share of all requests since it [`changed`].
pub fn as_of(
    directory: &Directory,
    logs: (Stamp, Stamp),
    arrivals: &Arrivals,
    later: f64,
) -> Option<Stale> {
    if let Some(from) = directory.as_of {
        let why = format!("the case says that the directory is as of {from}");
        return (from <= logs.1).then_some(Stale { from, why });
    }
    let changes = Changes::of(directory, logs)?;
    let from = changes.last;
    let tables = changes.evidence(logs);
    let by_logs = arrivals.evidence(from, later);
    // One day with changes is as often the start of a term: then the logs must bear it out.
    let alone = tables >= ENOUGH && changes.days > 1;
    let both = tables >= BY_TABLES && by_logs >= BY_LOGS && tables + by_logs >= ENOUGH;
    let count = |all: &[Stamp]| all.iter().filter(|at| **at >= from).count();
    (alone || both).then(|| Stale {
        from,
        why: format!(
            "the directory changed until {from} and then never again, long before the logs end; from then on {} \
             account(s) turn up that it does not know, and {} of {} account(s) that went beyond scope without a system \
             first did so",
            count(&arrivals.unknown),
            count(&arrivals.beyond),
            arrivals.beyond.len(),
        ),
    })
}

/// Accounts that seem to have moved from which tables without a date show one day of a time in which people moved.
const MOVED: usize = 3;

/// Why tables in which no row has a date seem to show one day only, where they do. `moved`: accounts that asked for what lies in
/// their scope only after all that they asked for beyond it.
pub fn snapshot(directory: &Directory, moved: usize) -> Option<String> {
    let tables = directory.grants.is_some() && directory.objects.is_some();
    (tables && moved >= MOVED && !dates(directory).any(|end| end.is_some())).then(|| {
        format!(
            "no row of the tables has a date, and {moved} accounts asked for what lies in their scope only after all that they \
             asked for beyond it, over days: they moved or changed classes, and the tables show them on one day only"
        )
    })
}

/// From when and until when each row of the tables holds.
fn dates(directory: &Directory) -> impl Iterator<Item = Option<Stamp>> {
    let grants = directory.grants.iter().flatten().map(|row| row.valid);
    let objects = directory.objects.iter();
    let objects = objects.flat_map(|objects| objects.validities().iter().copied());
    let members = directory.members.iter().flatten().map(|row| row.valid);
    let all = grants.chain(objects).chain(members);
    all.flat_map(|valid| [valid.from, valid.until])
}

/// When the directory changed last within the logs: the instant from which requests are counted for [`as_of`].
pub fn changed(directory: &Directory, logs: (Stamp, Stamp)) -> Option<Stamp> {
    Changes::of(directory, logs).map(|changes| changes.last)
}

/// When the tables changed within the logs. Days are counted, not rows: a school year begins on one day for everybody.
struct Changes {
    last: Stamp,
    days: usize,
}

impl Changes {
    fn of(directory: &Directory, logs: (Stamp, Stamp)) -> Option<Changes> {
        let inside: Vec<Stamp> = dates(directory)
            .flatten()
            .filter(|at| (logs.0..=logs.1).contains(at))
            .collect();
        let days: BTreeSet<i64> = inside.iter().map(|at| at.0.div_euclid(DAY)).collect();
        Some(Changes {
            last: inside.into_iter().max()?,
            days: days.len(),
        })
    }

    /// Days with changes that were to be expected since the last one, at the rate until then: −ln of the chance that
    /// there is none.
    fn evidence(&self, logs: (Stamp, Stamp)) -> f64 {
        let shown = (self.last.0.div_euclid(DAY) - logs.0.0.div_euclid(DAY) + 1) as f64;
        let since = (logs.1.0 - self.last.0) as f64 / DAY as f64;
        self.days as f64 * since / shown
    }
}

impl Arrivals {
    /// −ln of the chance that so many unknown accounts turn up so late as known ones do, and that so many go beyond
    /// scope so late for the first time if they did so at any request.
    fn evidence(&self, from: Stamp, later: f64) -> f64 {
        let late = |all: &[Stamp]| all.iter().filter(|at| **at >= from).count() as u64;
        let usual = late(&self.known) as f64 / self.known.len().max(1) as f64;
        let chance = |all: &[Stamp], usual: f64| {
            -binomial_at_least(late(all), all.len() as u64, usual)
                .max(f64::MIN_POSITIVE)
                .ln()
        };
        chance(&self.unknown, usual) + chance(&self.beyond, later)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::Member;
    use crate::words::Validity;

    fn day(day: i64) -> Stamp {
        Stamp(day * DAY)
    }

    /// Tables that changed on these days, and logs of days 0 to 10 of which requests come evenly.
    fn judged(changes: &[i64], arrivals: &Arrivals) -> Option<Stamp> {
        let rows = changes.iter().map(|at| Member {
            container: "c".to_owned(),
            object: "o".to_owned(),
            valid: Validity {
                from: Some(day(*at)),
                until: None,
            },
        });
        let directory = Directory {
            members: Some(rows.collect()),
            ..Directory::default()
        };
        let logs = (day(0), day(10));
        let from = changed(&directory, logs).map_or(0, |from| from.0);
        let later = 1.0 - from as f64 / (10 * DAY) as f64;
        as_of(&directory, logs, arrivals, later).map(|stale| stale.from)
    }

    /// As many accounts beyond scope for the first time before and from day 2 on; unknown ones from day 3 on.
    fn arrivals(before: usize, after: usize, unknown: usize) -> Arrivals {
        Arrivals {
            known: (0..100).map(|n| day(n / 10)).collect(),
            unknown: vec![day(3); unknown],
            beyond: [vec![day(1); before], vec![day(4); after]].concat(),
        }
    }

    #[test]
    fn many_days_of_changes_tell_alone() {
        assert_eq!(judged(&[0, 1], &Arrivals::default()), Some(day(1)));
        assert_eq!(judged(&[0, 2, 5, 9], &Arrivals::default()), None);
    }

    #[test]
    fn one_day_of_changes_needs_the_logs() {
        assert_eq!(judged(&[0], &Arrivals::default()), None);
        assert_eq!(judged(&[2], &arrivals(1, 12, 5)), Some(day(2)));
        // Accounts beyond scope at all times are no sign of age, nor are a few.
        assert_eq!(judged(&[2], &arrivals(6, 12, 0)), None);
        assert_eq!(judged(&[2], &arrivals(0, 3, 0)), None);
        assert_eq!(judged(&[], &arrivals(0, 30, 9)), None);
    }
}
