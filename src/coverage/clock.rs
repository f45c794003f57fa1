//! Stamps that cannot be right: lines that stand alone far from their neighbours, jumps back, the local hour that
//! comes twice. A silence that such an hour explains is no hole.

use super::calendar::{MINUTE, comes_twice};
use super::ledger::Ledger;
use super::said::{each_may_hide, widest_request};
use super::{Allowance, Doubt, Hole};
use crate::route::Mark;
use crate::words::{HOUR, Reason};

/// Holes that remain, and what is said of the clock.
pub(super) struct Clocked {
    pub(super) holes: Vec<Hole>,
    pub(super) doubts: Vec<Doubt>,
}

/// Judges a source's clock, and its silences by it.
pub(super) fn judge(ledger: &Ledger<'_>, silences: Vec<Hole>) -> Clocked {
    let twice: Vec<(Mark, Mark)> = jumps(ledger)
        .map(|(_, pair)| pair)
        .filter(|pair| back_by_an_hour(ledger, pair))
        .collect();
    let (explained, holes): (Vec<Hole>, Vec<Hole>) = silences
        .into_iter()
        .partition(|hole| twice.iter().any(|pair| explains(pair, hole)));
    let mut doubts: Vec<Doubt> = alone(ledger).into_iter().chain(back(ledger)).collect();
    doubts.extend(explained.iter().map(|hole| {
        Doubt::said(
            Reason::Clock,
            format!(
                "source \"{}\" has no line from {} until {} because its stamps carry no offset and that local hour came \
                 twice: the lines of both stand in the hour before",
                ledger.spec.name, hole.from, hole.until
            ),
        )
    }));
    Clocked { holes, doubts }
}

/// Steps back, but for those that a stamp standing alone makes.
fn jumps<'l>(ledger: &'l Ledger<'_>) -> impl Iterator<Item = (usize, (Mark, Mark))> + 'l {
    let files = ledger.facts.files.iter().enumerate();
    let all = files.flat_map(|(index, file)| {
        let jumps = file.counted.clock.jumps().iter();
        jumps.map(move |pair| (index, *pair))
    });
    all.filter(|(file, (from, until))| {
        let alone = |mark: &Mark| ledger.strays.iter().any(|s| s == &(*file, *mark));
        !alone(from) && !alone(until)
    })
}

fn back_by_an_hour(ledger: &Ledger<'_>, (from, until): &(Mark, Mark)) -> bool {
    let by = from.at.0.saturating_sub(until.at.0);
    (HOUR - 10 * MINUTE..=HOUR + 10 * MINUTE).contains(&by)
        && comes_twice(ledger.case.timezone, until.at)
}

/// The silence begins where the stamps went back, and is no longer than they did.
fn explains((from, until): &(Mark, Mark), hole: &Hole) -> bool {
    let near = hole.from.0.abs_diff(from.at.0) <= 10 * MINUTE as u64;
    let by = from.at.0.saturating_sub(until.at.0);
    near && hole.until.0.saturating_sub(hole.from.0) <= by + 10 * MINUTE
}

/// Lines whose stamps stand alone. Whoever asked in them may have been in scope then or not.
fn alone(ledger: &Ledger<'_>) -> Option<Doubt> {
    let (file, first) = ledger.strays.first()?;
    let routed = ledger.strays.iter().filter(|(_, mark)| mark.routed).count() as u64;
    let each = widest_request(ledger.case);
    let mut basis = format!(
        "{} line(s) of source \"{}\" have stamps far from both neighbours, such as {} in line {} of {}; they do not count \
         for where the source begins and ends",
        ledger.strays.len(),
        ledger.spec.name,
        first.at,
        first.line,
        ledger.facts.files[*file].name
    );
    if routed > 0 {
        basis.push_str(&format!(
            "; {routed} of them ask for a route, at a time that nobody knows: {}",
            each_may_hide(each)
        ));
    }
    Some(Doubt {
        reason: Reason::Clock,
        basis,
        allowance: match (routed, each) {
            (0, _) => Allowance::Said,
            (_, Some(each)) => Allowance::Subjects(each.saturating_mul(routed)),
            (_, None) => Allowance::Population,
        },
    })
}

fn back(ledger: &Ledger<'_>) -> Option<Doubt> {
    let by = |pair: &(Mark, Mark)| pair.0.at.0.saturating_sub(pair.1.at.0);
    let widest = jumps(ledger)
        .max_by_key(|(file, pair)| (by(pair), std::cmp::Reverse((*file, pair.0.line))));
    let (file, (from, until)) = widest?;
    let files = ledger.facts.files.iter();
    let all: u64 = files.map(|file| file.counted.clock.jump_count()).sum();
    let what = format!(
        "stamps of source \"{}\" go back by more than five minutes {all} time(s) within a file, by most from {} to {} \
             in line {} of {}: a clock that was set, or lines of several writers mixed",
        ledger.spec.name, from.at, until.at, until.line, ledger.facts.files[file].name
    );
    // A jump over an end of the period: which lines lie in the period is then as wrong as the clock.
    let inside = |mark: &Mark| crate::case::in_period(ledger.case.period, mark.at);
    match jumps(ledger).find(|(_, (from, until))| inside(from) != inside(until)) {
        None => Some(Doubt::said(Reason::Clock, what)),
        Some((_, (from, until))) => Some(Doubt {
            reason: Reason::Clock,
            basis: format!(
                "{what}; one jump, from {} to {}, leads over an end of the period, so lines that were set aside as outside of \
                 it may belong to it",
                from.at, until.at
            ),
            allowance: Allowance::Population,
        }),
    }
}
