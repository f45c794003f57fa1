//! With `[leak]`: who was shown what was published, and does any story explain nearly all of it better than chance?
//!
//! A story that explains everything only because its hero was shown nearly everything there is explains nothing: it is
//! said only where a part of the same controllers' things, drawn at random, would hardly have fallen so.

use std::collections::{BTreeMap, BTreeSet};

use super::outcome::{Hypothesis, Outcome, hand, room};
use super::{Actor, Elimination, Ground, Known, LeakFindings, concert, pool};
use crate::detect::Verdict;
use crate::detect::hand::Connection;
use crate::scope::Thing;
use crate::words::{Certainty, Reason};

/// Share of the records that a story must explain.
const NEARLY_ALL: f64 = 0.98;
/// Chance below which records that fall among what somebody took did not fall there by chance.
const CHANCE: f64 = 1e-6;

pub(super) fn ask(
    outcome: &mut Outcome,
    ground: &Ground<'_>,
    leak: &LeakFindings,
    known: &[Known<'_>],
    routes: &[Elimination],
) {
    let n = known.len();
    if leak.pool.judged && !leak.pool.witnesses.is_empty() {
        let said = format!(
            "{} published record(s) lay outside everyone's scope while they may have been taken (first: row {}), as far \
             as `grants` is complete",
            leak.pool.witnesses.len(),
            leak.pool.witnesses[0]
        );
        outcome.refute(Hypothesis::Pool, said);
    }
    if leak.pool.judged && leak.pool.coverable > 0 {
        let pool = &leak.pool;
        let said = format!(
            "a pool needs at least {} accounts ({} suffice); no account may see more than {} of the {n} records",
            pool.packing, pool.greedy, pool.most
        );
        outcome.speaks(Hypothesis::Pool, pool.packing < 2, said);
    }
    unlogged(outcome, ground, routes);
    if n == 0 {
        outcome.speaks(
            Hypothesis::Other,
            true,
            "the directory knows none of the published records",
        );
        return;
    }
    if let Some(blind) = blind(ground, routes) {
        // What the logged routes show may have been shown by this one as well, to anybody.
        return outcome.speaks(Hypothesis::Other, true, blind);
    }
    if leak.seen == 0 {
        let ways: Vec<&Elimination> = routes
            .iter()
            .filter(|route| route.standing != "excluded")
            .collect();
        let said =
            format!("no logged answer showed any of the {n} published records to anybody in time");
        match ways.is_empty() && !routes.is_empty() && !room(ground) {
            true => outcome.only(
                Hypothesis::NotLogged,
                format!("{said}, and every route's log is complete"),
            ),
            false => outcome.speaks(Hypothesis::NotLogged, true, said),
        }
        return;
    }
    if (leak.seen as f64) < NEARLY_ALL * n as f64 {
        let said = format!(
            "{} of {n} published records were shown to nobody by a logged route",
            n - leak.seen
        );
        outcome.speaks(Hypothesis::NotLogged, true, said);
        return;
    }
    if leak.records.1 < leak.records.0 {
        let foreign = leak.records.0 - leak.records.1;
        if foreign as f64 > (1.0 - NEARLY_ALL) * leak.records.0 as f64 {
            outcome.speaks(
                Hypothesis::Other,
                true,
                format!("the directory does not know {foreign} published record(s)"),
            );
            return;
        }
    }
    explained(outcome, ground, known);
}

/// Values that no logged route discloses did not come through one.
fn unlogged(outcome: &mut Outcome, ground: &Ground<'_>, routes: &[Elimination]) {
    let ways = routes.iter().filter(|route| route.alone > 0);
    for way in ways {
        let name = &ground.case.routes[usize::from(way.route)].name;
        let said = format!(
            "{} published record(s) hold a value that no logged route discloses; {name}, of which there is no log, does",
            way.alone
        );
        outcome.speaks(Hypothesis::NotLogged, true, said);
    }
}

/// Why nobody can tell whose way it was: a route that discloses every published column has no log.
fn blind(ground: &Ground<'_>, routes: &[Elimination]) -> Option<String> {
    let way = routes
        .iter()
        .find(|route| route.reasons.contains(&Reason::NoLog) && route.lacks.is_empty())?;
    let name = &ground.case.routes[usize::from(way.route)].name;
    Some(format!(
        "{name} discloses all that was published and has no log: whether one account or several used it, in scope or \
         beyond (H1 or H2), no log tells"
    ))
}

/// Nearly every record was shown to somebody: to whom?
fn explained(outcome: &mut Outcome, ground: &Ground<'_>, known: &[Known<'_>]) {
    let n = known.len();
    let shown = Shown::of(ground, known, Certainty::Probable);
    let other = |outcome: &mut Outcome, said: String| outcome.speaks(Hypothesis::Other, true, said);
    if room(ground) {
        let said = "the logs do not show everything: somebody else may have been shown them too";
        return other(outcome, said.to_owned());
    }
    match shown.whole(n)[..] {
        [only] => one_account(outcome, ground, known, only),
        [] => several(outcome, ground, known, &shown),
        ref many => other(
            outcome,
            format!(
                "{} accounts were each shown nearly all published records",
                many.len()
            ),
        ),
    }
}

/// One account was shown nearly all of them.
fn one_account(outcome: &mut Outcome, ground: &Ground<'_>, known: &[Known<'_>], only: u32) {
    let actor = ground.actors.iter().find(|actor| actor.number == only);
    let called = |actor: &&Actor<'_>| {
        actor.verdict == Some(Verdict::Enumeration) && !actor.service && actor.plan.is_none()
    };
    let Some(actor) = actor.filter(called) else {
        let said = "one account was shown nearly all published records, and nothing calls it an enumeration: it may \
                    see them, or the list came another way";
        return outcome.speaks(Hypothesis::Other, true, said);
    };
    if let Some(why) = fails(ground, known, &[actor]) {
        return outcome.speaks(Hypothesis::Other, true, why);
    }
    let said = format!(
        "one account, called enumeration, was shown at least {:.0} % of the {} published records, also of every half of \
         them and by confirmed answers alone, and no other account nearly as many",
        NEARLY_ALL * 100.0,
        known.len()
    );
    hand(outcome, actor, &said);
}

/// No account was, so several together, or none.
fn several(outcome: &mut Outcome, ground: &Ground<'_>, known: &[Known<'_>], shown: &Shown) {
    let n = known.len();
    let group = |verdict: Verdict| -> Vec<&Actor<'_>> {
        let of = |actor: &&Actor<'_>| actor.verdict == Some(verdict) && !actor.service;
        let members = ground.actors.iter().filter(of);
        members
            .filter(|actor| shown.by_account.contains_key(&actor.number))
            .collect()
    };
    let covers =
        |members: &[&Actor<'_>]| members.len() > 1 && nearly(shown.union(members).len(), n);
    let walkers = group(Verdict::Enumeration);
    if covers(&walkers) {
        return match (fails(ground, known, &walkers), concert::one_plan(ground, &walkers)) {
            (None, Some(plan)) => outcome.only(
                Hypothesis::SeveralAccounts,
                format!(
                    "{} accounts were together shown {} of the {n} published records, and {plan}",
                    walkers.len(),
                    shown.union(&walkers).len()
                ),
            ),
            (Some(why), _) => outcome.speaks(Hypothesis::Other, true, why),
            (None, None) => outcome.speaks(
                Hypothesis::Other,
                true,
                "several accounts called enumeration were together shown nearly all published records, and nothing shows \
                 that they followed one plan",
            ),
        };
    }
    let collectors = group(Verdict::Harvest);
    if covers(&collectors) && outcome.remain.contains(&Hypothesis::Pool) {
        return match fails(ground, known, &collectors) {
            Some(why) => outcome.speaks(Hypothesis::Other, true, why),
            None => pool_of(outcome, &collectors, (shown.union(&collectors).len(), n)),
        };
    }
    outcome.speaks(Hypothesis::Other, true, "no account, no shared walk and no group of collectors was shown nearly all published records");
}

/// Accounts that each collected what they may see: their owners', or one stranger's hand?
fn pool_of(outcome: &mut Outcome, members: &[&Actor<'_>], (covered, n): (usize, usize)) {
    let own = members
        .iter()
        .filter(|actor| actor.connection == Connection::Own)
        .count();
    let count = |which: Connection| {
        members
            .iter()
            .filter(|actor| actor.connection == which)
            .count()
    };
    let (strange, twice) = (count(Connection::Strange), count(Connection::TwoAtOnce));
    let said = format!(
        "{} accounts that each collected nearly all they may see were together shown {covered} of the {n} published \
         records",
        members.len()
    );
    outcome.speaks(Hypothesis::Pool, true, said);
    // One stranger with the sessions of several is on no list of causes.
    outcome.remain = BTreeSet::from([Hypothesis::Pool, Hypothesis::TakenOver, Hypothesis::Other]);
    let whose = format!(
        "{own} of {} of them collected from the connection of their ordinary life, which hardly anybody else uses, \
         {strange} from one that it does not know, {twice} while they were used from elsewhere",
        members.len()
    );
    // One stranger with the sessions of several would need the home of each; some of a pool use another device.
    let theirs = twice == 0 && own >= 2 && 2 * own >= members.len();
    outcome.speaks(Hypothesis::TakenOver, !theirs, whose);
    if theirs {
        outcome.remain = BTreeSet::from([Hypothesis::Pool]);
    }
}

fn nearly(records: usize, n: usize) -> bool {
    records as f64 >= NEARLY_ALL * n as f64
}

/// Which records each account was shown.
struct Shown {
    by_account: BTreeMap<u32, BTreeSet<usize>>,
}

impl Shown {
    fn of(ground: &Ground<'_>, known: &[Known<'_>], at_least: Certainty) -> Shown {
        let mut by_account: BTreeMap<u32, BTreeSet<usize>> = BTreeMap::new();
        for (at, record) in known.iter().enumerate() {
            for ((account, _), certainty) in pool::seen_by(ground, record) {
                if certainty >= at_least {
                    by_account.entry(account).or_default().insert(at);
                }
            }
        }
        Shown { by_account }
    }

    /// Accounts that were shown nearly all.
    fn whole(&self, n: usize) -> Vec<u32> {
        let whole = self
            .by_account
            .iter()
            .filter(|(_, own)| nearly(own.len(), n));
        whole.map(|(account, _)| *account).collect()
    }

    fn union(&self, members: &[&Actor<'_>]) -> BTreeSet<usize> {
        let own = members
            .iter()
            .filter_map(|actor| self.by_account.get(&actor.number));
        own.flatten().copied().collect()
    }
}

/// Why the story of these accounts fails its predictions, if it does: that it explains each half of the records by what
/// is confirmed alone, and that chance does not explain them as well.
fn fails(ground: &Ground<'_>, known: &[Known<'_>], members: &[&Actor<'_>]) -> Option<String> {
    let sure = Shown::of(ground, known, Certainty::Confirmed).union(members);
    for odd in [0, 1] {
        let half = (0..known.len()).filter(|at| at % 2 == odd);
        let all = half.clone().count();
        let explained = half.filter(|at| sure.contains(at)).count();
        if !nearly(explained, all) {
            return Some(format!(
                "confirmed answers explain {explained} of {all} of a half of the records only"
            ));
        }
    }
    let chance = by_chance(ground, known, members);
    (chance > CHANCE.ln()).then(|| {
        "who was shown nearly everything there is of these controllers was shown these records too, wherever they came \
         from: the list is too short, or too much was taken, to tell"
            .to_owned()
    })
}

/// Natural logarithm of the chance that as many records, drawn from the same controllers' things, all fall among what
/// the accounts took. Of a controller that one of them belongs to it may see anything, so its records say nothing.
fn by_chance(ground: &Ground<'_>, known: &[Known<'_>], members: &[&Actor<'_>]) -> f64 {
    let atlas = ground.atlas;
    let owner = |thing: Thing| {
        atlas
            .rows(thing)
            .first()
            .and_then(|row| atlas.controller(*row))
    };
    let mut sizes: BTreeMap<Option<u32>, f64> = BTreeMap::new();
    for place in 0..atlas.count_things(|_| true) as u32 {
        *sizes.entry(owner(Thing::Known(place))).or_default() += 1.0;
    }
    let beyond = members.iter().flat_map(|actor| &actor.share.beyond);
    let shown = beyond.filter(|beyond| beyond.certainty > Certainty::Nothing);
    let things: BTreeSet<Thing> = shown.filter_map(|beyond| beyond.thing).collect();
    let mut taken: BTreeMap<Option<u32>, f64> = BTreeMap::new();
    for thing in things {
        *taken.entry(owner(thing)).or_default() += 1.0;
    }
    let all: f64 = sizes.values().sum();
    let collected: f64 = members.iter().map(|actor| f64::from(actor.collected)).sum();
    let home: BTreeSet<u32> = members
        .iter()
        .flat_map(|actor| actor.home.iter().copied())
        .collect();
    let one = |record: &Known<'_>| {
        let tenant = record.things.first().and_then(|thing| owner(*thing));
        let part = match tenant.is_some_and(|tenant| home.contains(&tenant)) {
            // Collectors took of their own: of all there is, so much.
            true if members.len() > 1 => collected / all.max(1.0),
            true => 1.0,
            false => taken.get(&tenant).copied().unwrap_or(0.0) / sizes[&tenant].max(1.0),
        };
        // What the logs show and the tables do not count is no impossibility.
        part.clamp(1.0 / all.max(2.0), 1.0).ln()
    };
    known.iter().map(one).sum()
}
