//! The leak as a second capture: how many were taken, if leak and logs caught them independently.
//!
//! A statement about one number: N, the data subjects that the enumerating accounts were shown beyond their scope, in
//! the logs or not. N lies in [n₁/c_U, n₁/c_L], with n₁ those of them that the logs confirm and c the share of the
//! published ones that the logs confirm too (Clopper–Pearson). A record that such an account may see in its scope is no
//! part of it. One of the two captures must be a random one: refused where the published ones among those that the
//! logs confirm, or the confirmed ones among those that are published, differ by ID, tenant or time (p < .01), because
//! a biased list drops coverage from .95 to .00 (METHODS.md); and where the leak can be no independent capture. Never a
//! bound.

use std::collections::{BTreeMap, BTreeSet};

use super::{Ground, Known, pool};
use crate::chance::{clopper_pearson, gamma};
use crate::detect::Verdict;
use crate::words::{Certainty, Stamp};

/// Strata differ below this.
const DIFFER: f64 = 0.01;
/// Fewest records that both caught.
const BOTH: u64 = 5;
/// Strata by ID and by time.
const STRATA: usize = 4;

/// The estimate, or why there is none.
#[derive(Clone, Debug, PartialEq)]
pub enum Recapture {
    /// Data subjects taken: low and high at 95 %.
    Interval {
        /// Subjects that the logs confirm to have been shown to enumerating accounts beyond their scope.
        logged: u64,
        /// Subjects of the leak outside those accounts' scope, and those of them that the logs confirm.
        leaked: (u64, u64),
        /// The interval.
        taken: (u64, u64),
    },
    /// Refused, with the reason in a sentence.
    Refused(String),
}

/// What the logs confirm of a subject: to whom it belongs, and when it was taken first.
type Taken = BTreeMap<u32, (Option<u32>, Stamp)>;

pub(super) fn of(ground: &Ground<'_>, known: &[Known<'_>]) -> Recapture {
    let logged = taken(ground);
    let leaked = published(ground, known, &logged);
    let both = leaked.keys().filter(|one| logged.contains_key(one)).count() as u64;
    let n = leaked.len() as u64;
    if let Some(why) = no_capture(ground, &logged, (both, n)) {
        return Recapture::Refused(why);
    }
    if let Some((whose, what, p)) = differ(&logged, &leaked) {
        return Recapture::Refused(format!(
            "{whose} differs by {what} (p = {p:.1e}): the list, or the logs, are no random capture"
        ));
    }
    let (low, high) = clopper_pearson(both, n, 0.05);
    let all = logged.len() as f64;
    Recapture::Interval {
        logged: logged.len() as u64,
        leaked: (n, both),
        taken: (
            (all / high).floor() as u64,
            (all / low.max(1e-9)).ceil() as u64,
        ),
    }
}

/// What enumerating accounts were surely shown beyond their scope.
fn taken(ground: &Ground<'_>) -> Taken {
    let mut taken = Taken::new();
    let suspects = suspects(ground);
    for beyond in suspects.flat_map(|actor| &actor.share.beyond) {
        let sure = beyond.certainty == Certainty::Confirmed;
        let Some(thing) = beyond.thing.filter(|_| sure) else {
            continue;
        };
        let at = beyond.access.time;
        for row in ground.atlas.rows_at(thing, at) {
            let one = taken
                .entry(ground.atlas.subject(row))
                .or_insert((ground.atlas.controller(row), at));
            one.1 = one.1.min(at);
        }
    }
    taken
}

fn suspects<'g>(ground: &'g Ground<'_>) -> impl Iterator<Item = &'g super::Actor<'g>> {
    ground
        .actors
        .iter()
        .filter(|actor| actor.verdict == Some(Verdict::Enumeration))
}

/// Published subjects with their tenants, but for those that a suspect may see or was shown in its scope.
fn published(
    ground: &Ground<'_>,
    known: &[Known<'_>],
    logged: &Taken,
) -> BTreeMap<u32, Option<u32>> {
    let names: BTreeSet<&str> = suspects(ground).map(|actor| actor.name).collect();
    let numbers: BTreeSet<u32> = suspects(ground).map(|actor| actor.number).collect();
    let own = pool::visible_to(ground, known, &names);
    let mut leaked = BTreeMap::new();
    for (record, own) in known.iter().zip(own) {
        let Some(row) = record.rows.first() else {
            continue;
        };
        let subject = ground.atlas.subject(*row);
        let shown = || {
            let seen = pool::seen_by(ground, record);
            seen.keys().any(|(account, _)| numbers.contains(account))
        };
        if logged.contains_key(&subject) || !own && !shown() {
            leaked.insert(subject, ground.atlas.controller(*row));
        }
    }
    leaked
}

/// Why logs and list are no two captures of one thing.
fn no_capture(ground: &Ground<'_>, logged: &Taken, (both, n): (u64, u64)) -> Option<String> {
    let room = ground
        .assessment
        .doubts
        .iter()
        .any(|doubt| doubt.allowance.is_open());
    let why = if logged.is_empty() {
        "no account is called enumeration, so there is nobody whose takings could be estimated"
    } else if both < BOTH {
        "fewer than five published subjects are confirmed by the logs"
    } else if !room {
        "the logs are complete: published subjects that they do not confirm were taken elsewhere, so logs and list are \
         no two captures of one thing"
    } else if both == n {
        "every published subject is confirmed by the logs: the list may come from what the logs show, so it is no \
         second capture"
    } else {
        return None;
    };
    Some(why.to_owned())
}

/// Whose share differs by what, with its chance.
fn differ(
    logged: &Taken,
    leaked: &BTreeMap<u32, Option<u32>>,
) -> Option<(&'static str, &'static str, f64)> {
    let listed = |subject: &u32| leaked.contains_key(subject);
    let confirmed = |subject: &u32| logged.contains_key(subject);
    let mut by_time: Vec<(Stamp, u32)> = logged.iter().map(|(one, (_, at))| (*at, *one)).collect();
    by_time.sort_unstable();
    let list = "the share of published subjects among those that the logs confirm";
    let logs = "the share of published subjects that the logs confirm";
    let tests = [
        (list, "ID", quarters(logged.keys().map(listed))),
        (
            list,
            "time",
            quarters(by_time.iter().map(|(_, one)| listed(one))),
        ),
        (
            list,
            "tenant",
            tenants(logged.iter().map(|(one, (of, _))| (*of, listed(one)))),
        ),
        (logs, "ID", quarters(leaked.keys().map(confirmed))),
        (
            logs,
            "tenant",
            tenants(leaked.iter().map(|(one, of)| (*of, confirmed(one)))),
        ),
    ];
    let judged = tests
        .into_iter()
        .map(|(whose, what, strata)| (whose, what, same(&strata)));
    judged.into_iter().find(|(.., p)| *p < DIFFER)
}

fn quarters(hits: impl Iterator<Item = bool>) -> Vec<(u64, u64)> {
    let hits: Vec<bool> = hits.collect();
    hits.chunks(hits.len().div_ceil(STRATA).max(1))
        .map(count)
        .collect()
}

fn tenants(hits: impl Iterator<Item = (Option<u32>, bool)>) -> Vec<(u64, u64)> {
    let mut strata: BTreeMap<Option<u32>, Vec<bool>> = BTreeMap::new();
    for (tenant, hit) in hits {
        strata.entry(tenant).or_default().push(hit);
    }
    strata.values().map(|hits| count(hits)).collect()
}

fn count(hits: &[bool]) -> (u64, u64) {
    (
        hits.iter().filter(|hit| **hit).count() as u64,
        hits.len() as u64,
    )
}

/// Chi-square of equal shares over strata of hits and sizes; small strata are put together.
fn same(strata: &[(u64, u64)]) -> f64 {
    let (hits, all) = strata
        .iter()
        .fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    let share = hits as f64 / all.max(1) as f64;
    let mut cells: Vec<(f64, f64)> = Vec::new();
    for (hits, all) in strata.iter().map(|one| (one.0 as f64, one.1 as f64)) {
        match cells.last_mut() {
            Some(last) if last.1 * share.min(1.0 - share) < 5.0 => {
                *last = (last.0 + hits, last.1 + all)
            }
            _ => cells.push((hits, all)),
        }
    }
    let square: f64 = cells
        .iter()
        .map(|(hits, all)| (hits - all * share).powi(2) / (all * share * (1.0 - share)).max(1e-9))
        .sum();
    match cells.len() {
        0 | 1 => 1.0,
        n => 1.0 - gamma((n - 1) as f64 / 2.0, square / 2.0),
    }
}
