//! Without `[leak]`: what the logged disclosures themselves look like, and which stories that leaves.

use std::collections::{BTreeMap, BTreeSet};

use super::outcome::{Hypothesis, Outcome, hand, room};
use super::{Actor, Ground, concert};
use crate::detect::Verdict;
use crate::scope::Thing;
use crate::words::{Certainty, Stamp, counted};

/// Share of the disclosures that others may have; in a half of the time, twice as much.
const OTHERS: f64 = 0.05;
/// The same with what strays goes to: people who once opened the few things that a link named.
const WITH_STRAYS: f64 = 0.15;
/// Things of a stray.
const STRAY: usize = 5;
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
    let collect = ground
        .actors
        .iter()
        .filter(|actor| actor.verdict == Some(Verdict::Harvest))
        .count();
    if collect > 1 {
        outcome.speaks(
            Hypothesis::Pool,
            true,
            format!("{collect} accounts collected nearly all that they may see; whether for a pool, only what was published tells"),
        );
        let said =
            "what was disclosed beyond scope and what was collected in it may have two causes";
        return outcome.speaks(Hypothesis::Other, true, said);
    }
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
    // A page that strays opened holds a class; only single things are told from a system by their number.
    let more = sets
        .iter()
        .filter(|(_, set)| set.len() > STRAY)
        .flat_map(|(_, set)| set.iter());
    let more: BTreeSet<Thing> = more
        .copied()
        .filter(|thing| !taken.contains(thing))
        .collect();
    let more = more.len() as f64 / all.len() as f64;
    match called[..] {
        [] => everybody(outcome, ground, &sets, all.len()),
        _ if more > OTHERS || others > WITH_STRAYS => {
            let said = format!(
                "{:.0} % of what was disclosed went to accounts that are not called enumeration",
                others * 100.0
            );
            outcome.speaks(Hypothesis::Other, true, said);
        }
        [(one, _)] if one.plan.is_none() => match unsteady(&sets, one.number) {
            Some(why) => outcome.speaks(Hypothesis::Other, true, why),
            None => {
                let said = format!(
                    "one account, called enumeration, {} nearly all that was disclosed beyond scope, in each half of the \
                     time",
                    shown(&[one])
                );
                hand(outcome, one, &said);
            }
        },
        _ if called.len() > 1 => together(outcome, ground, &called),
        _ => outcome.speaks(
            Hypothesis::Other,
            true,
            "one account is called enumeration and shares its walk with others that are not",
        ),
    }
}

/// How surely accounts were shown what was disclosed to them beyond scope: a log without byte counts makes it probable.
fn shown(actors: &[&Actor<'_>]) -> &'static str {
    let beyond = actors.iter().flat_map(|actor| &actor.share.beyond);
    let (mut sure, mut unsure) = (false, false);
    for one in beyond.filter(|one| one.certainty > Certainty::Nothing) {
        match one.certainty {
            Certainty::Confirmed => sure = true,
            _ => unsure = true,
        }
    }
    match (sure, unsure, actors.len()) {
        (true, false, 1) => "was shown",
        (true, false, _) => "were shown",
        (true, true, 1) => "was shown, in part only probably,",
        (true, true, _) => "were shown, in part only probably,",
        (false, _, 1) => "was probably shown",
        (false, _, _) => "were probably shown",
    }
}

/// Several are called enumeration: one plan, or each for itself?
fn together(outcome: &mut Outcome, ground: &Ground<'_>, called: &[&(&Actor<'_>, BTreeSet<Thing>)]) {
    let actors: Vec<&Actor<'_>> = called.iter().map(|(actor, _)| *actor).collect();
    match concert::one_plan(ground, &actors) {
        Some(plan) => outcome.only(
            Hypothesis::SeveralAccounts,
            format!(
                "{} accounts together {} nearly all that was disclosed beyond scope, and {plan}",
                actors.len(),
                shown(&actors)
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
    // Each thing once, when it was first disclosed beyond scope; what the account was shown itself is its own.
    let mut first: BTreeMap<Thing, (Stamp, bool)> = BTreeMap::new();
    for (actor, _) in sets {
        let shown = actor
            .share
            .beyond
            .iter()
            .filter(|beyond| beyond.certainty > Certainty::Nothing);
        for (thing, at) in shown.filter_map(|beyond| Some((beyond.thing?, beyond.access.time))) {
            let own = actor.number == number;
            let known = first.entry(thing).or_insert((at, own));
            *known = (known.0.min(at), known.1 || own);
        }
    }
    let mut all: Vec<(Stamp, bool)> = first.into_values().collect();
    all.sort_unstable();
    let halves = all.split_at(all.len() / 2);
    let fails = |half: &&[(Stamp, bool)]| {
        let others = half.iter().filter(|(_, own)| !own).count();
        others as f64 > 2.0 * OTHERS * half.len() as f64
    };
    let failing = [halves.0, halves.1].into_iter().find(fails)?;
    let (from, until) = (failing.first()?.0, failing.last()?.0);
    Some(format!(
        "between {from} and {until} more than {:.0} % of what was disclosed beyond scope went to others",
        200.0 * OTHERS
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
                "{} on {}, none with a system to it, next to nothing refused",
                counted(sets.len() as u64, "account"),
                counted(days.len() as u64, "day")
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
