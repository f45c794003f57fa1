//! Lines that are missing at regular times: a minute that no hour has, a beat of which every third is absent. One host
//! of several, a rotation that runs too often, a sample that nobody speaks of: they leave no long silence, and are
//! missing everywhere.

use super::ledger::Ledger;
use super::pace::{Pace, SILENT_FROM};
use super::{Allowance, Doubt, beat, phase};
use crate::words::Reason;

/// Minutes after which a rotation or a job comes again.
const PERIODS: [i64; 8] = [5, 6, 10, 12, 15, 20, 30, 60];
/// How often a period must come for a minute of it that is empty to say anything.
const PERIODS_SEEN: i64 = 20;
/// Missing beats from which they are no single holes, and the share of all beats that they must be.
pub(super) const MISSED: usize = 20;
pub(super) const OFTEN: usize = 20;

/// What is missing regularly. It widens by the population: such lines may have shown anybody's data at any time.
///
/// `peers` are the other sources: where a job's lines fall to several nodes in turn, each of them lacks what another has.
pub(super) fn judge(ledger: &Ledger<'_>, peers: &[&Ledger<'_>]) -> Vec<Doubt> {
    // A sample that the case tells of is missing everywhere too.
    if ledger.spec.sampling.is_some() {
        return Vec::new();
    }
    let name = &ledger.spec.name;
    let doubt = |basis: String| Doubt {
        reason: Reason::Sampled,
        basis,
        allowance: Allowance::Population,
    };
    let empty = never(&ledger.all).map(|(period, minute, expected)| {
        doubt(format!(
            "source \"{name}\" has no line in minute {minute} of every {period}, where about {expected} were to be expected: \
             lines of that minute are lost each time"
        ))
    });
    let beats = beats(&ledger.all).map(|(beat, missing, all)| (beat + 1, missing, all));
    let beats = beats.or_else(|| phase::missed(&ledger.all));
    let others: Vec<&Pace> = peers.iter().map(|peer| &peer.all).collect();
    let beats = beats.filter(|(beat, ..)| {
        let with = |others: &[&Pace]| phase::is_shared(&[&[&ledger.all], others].concat(), *beat);
        let single = || others.iter().any(|other| with(&[*other]));
        !(others.len() > 1 && with(&others) || single())
    });
    let beats = beats.map(|(beat, missing, all)| {
        doubt(format!(
            "something writes a line every {beat} minutes into source \"{name}\" at all hours; of {all} such lines {missing} are \
             missing all over: a host of several is not in these logs, or they are a sample"
        ))
    });
    empty.into_iter().chain(beats).collect()
}

/// The shortest period of which some minute has no line at all: period, minute, lines that the others have there.
fn never(pace: &Pace) -> Option<(i64, i64, u64)> {
    let (first, last) = pace.span()?;
    let seen = |period: &i64| last - first >= PERIODS_SEEN * period;
    PERIODS.into_iter().filter(seen).find_map(|period| {
        let mut lines = vec![0_u64; period as usize];
        for (minute, n) in pace.cells() {
            lines[minute.rem_euclid(period) as usize] += n;
        }
        let empty = lines.iter().position(|n| *n == 0)?;
        lines.sort_unstable();
        // Not fewer than the less busy half of the minutes have: jobs that run at their minute are no usual one.
        let usual = lines[lines.len() / 4];
        (usual as f64 >= 2.0 * SILENT_FROM).then_some((period, empty as i64, usual))
    })
}

/// A beat with its missing ones, where these are too many and too regular for holes: beat, missing, all.
fn beats(pace: &Pace) -> Option<(i64, usize, usize)> {
    let beat = beat::of(pace)?;
    let (mut there, mut missing) = (0, 0);
    for (from, until) in pace.silences(1) {
        let beats = ((until - from + 1) as f64 / (beat + 1) as f64).round() as usize;
        // A hole of hours takes many beats at once and is told as a hole.
        match beats {
            1 if until - from >= beat - 1 => there += 1,
            2..=4 if beat::missed(beat, from, until) => {
                there += 1;
                missing += beats - 1;
            }
            _ => {}
        }
    }
    let all = there + missing;
    (missing >= MISSED && missing * OFTEN >= all).then_some((beat, missing, all))
}
