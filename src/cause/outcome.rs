//! Which stories remain. One remaining story is said only if it explains nearly every record or disclosure, nothing
//! else does as well, and nothing that the logs cannot show could overturn it; everything else is *undetermined*, and
//! says which single log would shrink the doubt most.
//!
//! A list of causes that lacks the true one gives a confidently wrong cause (METHODS.md, finding 4), so "none of these"
//! stays on the list until the winner explains what it was not chosen by.

use std::collections::{BTreeMap, BTreeSet};

use super::{Actor, Elimination, Ground, Known, LeakFindings, pool, wanted};
use crate::coverage::Allowance;
use crate::detect::Verdict;
use crate::scope::Thing;
use crate::words::Certainty;

/// Share of the records that a story must explain.
const NEARLY_ALL: f64 = 0.98;
/// Share of the disclosures that others may have, without `[leak]`.
const OTHERS: f64 = 0.05;
/// Accounts from which on "everybody" means something.
const EVERYBODY: usize = 30;
/// Share of things beyond scope that any one account may have where everybody does it.
const EACH: f64 = 0.1;
/// Share of attempts that may be refused where a check is missing.
const REFUSED: f64 = 0.05;

/// A story of how it came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hypothesis {
    /// One account over-reached.
    OneAccount,
    /// One hand through several accounts.
    SeveralAccounts,
    /// Authorised users pooled what each may see.
    Pool,
    /// Somebody else used an account's session.
    TakenOver,
    /// A missing check let everyone through.
    MissingCheck,
    /// Not through any logged route.
    NotLogged,
    /// None of these.
    Other,
}

impl Hypothesis {
    /// All of them.
    pub const ALL: [Hypothesis; 7] = [
        Hypothesis::OneAccount,
        Hypothesis::SeveralAccounts,
        Hypothesis::Pool,
        Hypothesis::TakenOver,
        Hypothesis::MissingCheck,
        Hypothesis::NotLogged,
        Hypothesis::Other,
    ];

    /// Its sign.
    pub fn sign(self) -> &'static str {
        match self {
            Hypothesis::OneAccount => "H1a",
            Hypothesis::SeveralAccounts => "H1b",
            Hypothesis::Pool => "H2",
            Hypothesis::TakenOver => "H3",
            Hypothesis::MissingCheck => "H4",
            Hypothesis::NotLogged => "H5",
            Hypothesis::Other => "none",
        }
    }

    /// Its words.
    pub fn words(self) -> &'static str {
        match self {
            Hypothesis::OneAccount => "one account over-reached",
            Hypothesis::SeveralAccounts => "one hand through several accounts",
            Hypothesis::Pool => "authorised users pooled what each may see",
            Hypothesis::TakenOver => "somebody else used an account's session",
            Hypothesis::MissingCheck => "a missing check let everyone through",
            Hypothesis::NotLogged => "not through any logged route",
            Hypothesis::Other => "none of these",
        }
    }
}

/// What remains, and why.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// The stories that remain; exactly one = determined.
    pub remain: BTreeSet<Hypothesis>,
    /// What speaks for and against, in sentences; the hypothesis that each is about, and whether it speaks for it.
    pub evidence: Vec<(Hypothesis, bool, String)>,
    /// The outcome in a sentence.
    pub said: String,
    /// Logs that would shrink the doubt, the best first.
    pub wanted: Vec<String>,
}

impl Outcome {
    /// The determined story.
    pub fn determined(&self) -> Option<Hypothesis> {
        match self.remain.len() {
            1 => self.remain.first().copied(),
            _ => None,
        }
    }

    fn speaks(&mut self, about: Hypothesis, pro: bool, said: impl Into<String>) {
        self.evidence.push((about, pro, said.into()));
    }

    fn refute(&mut self, about: Hypothesis, said: impl Into<String>) {
        self.speaks(about, false, said);
        self.remain.remove(&about);
    }

    fn only(&mut self, one: Hypothesis, said: impl Into<String>) {
        self.speaks(one, true, said);
        self.remain = BTreeSet::from([one]);
    }
}

/// Decides.
pub(super) fn decide(
    ground: &Ground<'_>,
    leak: Option<&LeakFindings>,
    known: &[Known<'_>],
    routes: &[Elimination],
) -> Outcome {
    let mut outcome = Outcome {
        remain: Hypothesis::ALL.into_iter().collect(),
        ..Outcome::default()
    };
    match leak {
        Some(leak) => published(&mut outcome, ground, leak, known, routes),
        None => logged(&mut outcome, ground),
    }
    outcome.said = match outcome.determined() {
        Some(one) => format!("{}: {}", one.sign(), one.words()),
        None if outcome.remain.is_empty() => {
            "nothing beyond scope is in the logs, so there is nothing to explain".to_owned()
        }
        None => {
            let why = outcome
                .evidence
                .iter()
                .rev()
                .find(|(about, pro, _)| *about == Hypothesis::Other && *pro);
            let remain: Vec<&str> = outcome.remain.iter().map(|one| one.sign()).collect();
            match (why, outcome.remain.len()) {
                (Some((_, _, why)), _) => format!("undetermined: {why}"),
                (None, 2) => {
                    let words: Vec<&str> = outcome.remain.iter().map(|one| one.words()).collect();
                    format!("undetermined: {}", words.join(", or "))
                }
                (None, _) => format!("undetermined: {} remain", remain.join(", ")),
            }
        }
    };
    outcome.wanted = wanted::wanted(ground, leak, routes, &outcome);
    outcome
}

/// Whether the logs leave room for more than they show.
fn room(ground: &Ground<'_>) -> bool {
    ground
        .assessment
        .doubts
        .iter()
        .any(|doubt| doubt.allowance != Allowance::Said)
}

/// One account's hand: its own, or somebody else's.
fn hand(outcome: &mut Outcome, actor: &Actor<'_>, said: &str) {
    outcome.speaks(Hypothesis::OneAccount, true, said);
    outcome.remain = BTreeSet::from([Hypothesis::OneAccount]);
    if actor.other_client {
        outcome.speaks(
            Hypothesis::TakenOver,
            true,
            "nearly all of it came from a client that the account's ordinary use hardly knows, or the account has no \
             ordinary use to compare: its owner with another device, or another hand",
        );
        outcome.remain.insert(Hypothesis::TakenOver);
    } else {
        outcome.speaks(
            Hypothesis::TakenOver,
            false,
            "it came from the client of the account's ordinary use",
        );
    }
}

fn published(
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
    if n == 0 {
        outcome.speaks(
            Hypothesis::Other,
            true,
            "the directory knows none of the published records",
        );
        return;
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

/// Nearly every record was shown to somebody: to whom?
fn explained(outcome: &mut Outcome, ground: &Ground<'_>, known: &[Known<'_>]) {
    let n = known.len();
    let mut by_account: BTreeMap<u32, BTreeSet<usize>> = BTreeMap::new();
    for (at, record) in known.iter().enumerate() {
        for ((account, _), certainty) in pool::seen_by(ground, record) {
            if certainty >= Certainty::Probable {
                by_account.entry(account).or_default().insert(at);
            }
        }
    }
    let nearly = |records: usize| records as f64 >= NEARLY_ALL * n as f64;
    let whole: Vec<u32> = by_account
        .iter()
        .filter(|(_, own)| nearly(own.len()))
        .map(|(account, _)| *account)
        .collect();
    let actor = |number: u32| ground.actors.iter().find(|actor| actor.number == number);
    if room(ground) {
        outcome.speaks(
            Hypothesis::Other,
            true,
            "the logs do not show everything: somebody else may have been shown them too",
        );
        return;
    }
    if let [only] = whole[..] {
        match actor(only) {
            Some(one) if one.verdict == Some(Verdict::Enumeration) && !one.service && !one.shares_walk => {
                hand(outcome, one, &format!("one account, called enumeration, was shown all but {} of the {n} published records, and no other account nearly as many", n - by_account[&only].len()));
            }
            _ => outcome.speaks(Hypothesis::Other, true, "one account was shown nearly all published records, and nothing calls it an enumeration"),
        }
        return;
    }
    if whole.len() > 1 {
        outcome.speaks(
            Hypothesis::Other,
            true,
            format!(
                "{} accounts were each shown nearly all published records",
                whole.len()
            ),
        );
        return;
    }
    let group = |which: &dyn Fn(&Actor<'_>) -> bool| -> (usize, usize) {
        let members = ground.actors.iter().filter(|actor| which(actor));
        let sets: Vec<&BTreeSet<usize>> = members
            .filter_map(|actor| by_account.get(&actor.number))
            .collect();
        let union: BTreeSet<usize> = sets.iter().copied().flatten().copied().collect();
        (sets.len(), union.len())
    };
    let (walkers, covered) =
        group(&|actor| actor.shares_walk && actor.verdict == Some(Verdict::Enumeration));
    if walkers > 1 && nearly(covered) {
        outcome.only(Hypothesis::SeveralAccounts, format!("{walkers} accounts that share one walk were together shown {covered} of the {n} published records"));
        return;
    }
    let (harvesters, covered) = group(&|actor| actor.verdict == Some(Verdict::Harvest));
    if harvesters > 1 && nearly(covered) && outcome.remain.contains(&Hypothesis::Pool) {
        outcome.only(Hypothesis::Pool, format!("{harvesters} accounts that each collected nearly all they may see were together shown {covered} of the {n} published records"));
        return;
    }
    outcome.speaks(Hypothesis::Other, true, "no account, no shared walk and no group of collectors was shown nearly all published records");
}

/// Without `[leak]`: what do the logged disclosures themselves look like?
fn logged(outcome: &mut Outcome, ground: &Ground<'_>) {
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
        [(one, _)] if !one.shares_walk => hand(
            outcome,
            one,
            "one account, called enumeration, was shown nearly all that was disclosed beyond scope",
        ),
        _ if called.len() > 1 && called.iter().all(|(actor, _)| actor.shares_walk) => {
            let said = format!(
                "{} accounts that share one walk were shown nearly all that was disclosed beyond scope",
                called.len()
            );
            outcome.only(Hypothesis::SeveralAccounts, said);
        }
        _ => outcome.speaks(
            Hypothesis::Other,
            true,
            "several accounts are called enumeration, and nothing shows that one hand moved them",
        ),
    }
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
