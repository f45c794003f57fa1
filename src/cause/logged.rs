//! Without `[leak]`: what the logged disclosures themselves look like, and which stories that leaves.

use std::collections::BTreeSet;

use super::outcome::{Hypothesis, Outcome, hand, room};
use super::{Actor, Ground, concert};
use crate::detect::Verdict;
use crate::scope::Thing;
use crate::words::{Certainty, Stamp};

/// Share of the disclosures that others may have.
const OTHERS: f64 = 0.05;
/// Accounts from which on "everybody" means something.
const EVERYBODY: usize = 30;
/// Share of things beyond scope that any one account may have where everybody does it.
const EACH: f64 = 0.1;
/// Share of attempts that may be refused where a check is missing.
const REFUSED: f64 = 0.05;

/// Asks.
pub(super) fn ask(outcome: &mut Outcome, ground: &Ground<'_>) {
    let things = |actor: &Actor<'_>| -> BTreeSet<Thing> {
        let shown = actor
            .share
            .beyond
            .iter()
            .filter(|beyond| beyond.certainty > Certainty::Nothing);
        shown.filter_map(|beyond| beyond.thing).collect()
    };
    let sets: Vec<(&Actor<'_>, BTreeSet<Thing>)> = ground
        .actors
        .iter()
        .map(|actor| (actor, things(actor)))
        .filter(|(_, set)| !set.is_empty())
        .collect();
    let all: BTreeSet<Thing> = sets
        .iter()
        .flat_map(|(_, set)| set.iter().copied())
        .collect();
    if all.is_empty() {
        match room(ground) || ground.undecided {
            true => outcome.speaks(
                Hypothesis::Other,
                true,
                "nothing is known to have been disclosed beyond scope; what the logs leave open may have any cause",
            ),
            false => outcome.remain.clear(),
        }
        return;
    }
    if room(ground) {
        outcome.speaks(
            Hypothesis::Other,
            true,
            "the logs do not show everything: what they do not show may have another cause",
        );
        return;
    }
    outcome.refute(
        Hypothesis::NotLogged,
        "the logs show the disclosures themselves",
    );
    outcome.refute(
        Hypothesis::Pool,
        "what was disclosed lay beyond the scope of whom it was shown to",
    );
    let called: Vec<&(&Actor<'_>, BTreeSet<Thing>)> = sets
        .iter()
        .filter(|(actor, _)| actor.verdict == Some(Verdict::Enumeration))
        .collect();
    let taken: BTreeSet<Thing> = called
        .iter()
        .flat_map(|(_, set)| set.iter().copied())
        .collect();
    let others = (all.len() - taken.len()) as f64 / all.len() as f64;
    match called[..] {
        [] => everybody(outcome, ground, &sets, all.len()),
        _ if others > OTHERS => {
            let said = format!(
                "{:.0} % of what was disclosed went to accounts that are not called enumeration",
                others * 100.0
            );
            outcome.speaks(Hypothesis::Other, true, said);
        }
        [(one, _)] if one.plan.is_none() => match unsteady(&sets, one.number) {
            Some(why) => outcome.speaks(Hypothesis::Other, true, why),
            None => hand(
                outcome,
                one,
                "one account, called enumeration, was shown nearly all that was disclosed beyond scope, in each half of \
                 the time",
            ),
        },
        _ if called.len() > 1 => together(outcome, ground, &called),
        _ => outcome.speaks(
            Hypothesis::Other,
            true,
            "one account is called enumeration and shares its walk with others that are not",
        ),
    }
}

/// Several are called enumeration: one plan, or each for itself?
fn together(outcome: &mut Outcome, ground: &Ground<'_>, called: &[&(&Actor<'_>, BTreeSet<Thing>)]) {
    let actors: Vec<&Actor<'_>> = called.iter().map(|(actor, _)| *actor).collect();
    match concert::one_plan(ground, &actors) {
        Some(plan) => outcome.only(
            Hypothesis::SeveralAccounts,
            format!(
                "{} accounts were shown nearly all that was disclosed beyond scope, and {plan}",
                actors.len()
            ),
        ),
        None => outcome.speaks(
            Hypothesis::Other,
            true,
            "several accounts are called enumeration, and nothing shows that they followed one plan",
        ),
    }
}

/// Why one account's story fails in a half of the time, if it does.
fn unsteady(sets: &[(&Actor<'_>, BTreeSet<Thing>)], number: u32) -> Option<String> {
    let mut all: Vec<(Stamp, bool)> = Vec::new();
    for (actor, _) in sets {
        let shown = actor
            .share
            .beyond
            .iter()
            .filter(|beyond| beyond.certainty > Certainty::Nothing);
        all.extend(shown.map(|beyond| (beyond.access.time, actor.number == number)));
    }
    all.sort_unstable();
    let halves = all.split_at(all.len() / 2);
    let fails = |half: &&[(Stamp, bool)]| {
        let others = half.iter().filter(|(_, own)| !own).count();
        others as f64 > OTHERS * half.len() as f64
    };
    let failing = [halves.0, halves.1].into_iter().find(fails)?;
    let (first, last) = (failing.first()?.0, failing.last()?.0);
    Some(format!(
        "between {first} and {last} more than {:.0} % of what was disclosed beyond scope went to others",
        OTHERS * 100.0
    ))
}

/// Nobody is called enumeration: is it everybody?
fn everybody(
    outcome: &mut Outcome,
    ground: &Ground<'_>,
    sets: &[(&Actor<'_>, BTreeSet<Thing>)],
    all: usize,
) {
    let most = sets.iter().map(|(_, set)| set.len()).max().unwrap_or(0);
    let (mut shown, mut refused) = (0_u64, 0_u64);
    let mut days: BTreeSet<i64> = BTreeSet::new();
    for beyond in ground.actors.iter().flat_map(|actor| &actor.share.beyond) {
        match beyond.certainty {
            Certainty::Nothing => refused += 1,
            _ => {
                shown += 1;
                days.insert(beyond.access.time.0.div_euclid(24 * crate::words::HOUR));
            }
        }
    }
    let let_through = refused as f64 <= REFUSED * (shown + refused) as f64;
    let widely = sets.len() >= EVERYBODY && most as f64 <= EACH * all as f64 && days.len() >= 3;
    if widely && let_through {
        // That the grants are out of date looks the same from here.
        outcome.speaks(
            Hypothesis::MissingCheck,
            true,
            format!(
                "{} accounts on {} days, none with a system to it, next to nothing refused",
                sets.len(),
                days.len()
            ),
        );
        outcome.remain = BTreeSet::from([Hypothesis::MissingCheck, Hypothesis::Other]);
        outcome.speaks(
            Hypothesis::Other,
            true,
            "grants that are out of date look the same: scan with corrected ones (--compare)",
        );
    } else {
        outcome.speaks(
            Hypothesis::Other,
            true,
            "few accounts reached beyond their scope, and none with a system to it",
        );
    }
}
