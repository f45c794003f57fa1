//! Weighs the signals: which verdict an account gets, if any (CASE.md §4).
//!
//! `enumeration` and `probing` need evidence of scope *and* of structure: either alone accuses the
//! innocent (METHODS.md, finding 2). The evidence of scope must stand up to all the accounts that are tested at once.

use serde::{Deserialize, Serialize};

use super::odds::{self, Cut};
use super::{
    Facts, Habit, Peers, Signal, batch, breadth, depth, harvest, hidden, joint, lifetime, order,
    paging, prefixes, probing, returned, scope_score, tenants, unknown_volume, unknown_walk,
    unshown, volume,
};
use crate::case::Thresholds;

/// What an account did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Verdict {
    /// A system to it, beyond scope, at least some disclosed.
    Enumeration,
    /// A system to it, beyond scope, all refused.
    Probing,
    /// Disclosed beyond scope without a system to it.
    Overreach,
    /// A system to it, all in scope.
    Harvest,
    /// Nobody can say: the account is unlisted, the source names no account, or nobody knows whose the IDs are.
    /// Told apart.
    Undetermined,
}

impl Verdict {
    /// All of them, the gravest first.
    pub const ALL: [Verdict; 5] = [
        Verdict::Enumeration,
        Verdict::Probing,
        Verdict::Overreach,
        Verdict::Harvest,
        Verdict::Undetermined,
    ];

    /// The word for tables.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Enumeration => "enumeration",
            Verdict::Probing => "probing",
            Verdict::Overreach => "overreach",
            Verdict::Harvest => "harvest",
            Verdict::Undetermined => "undetermined",
        }
    }
}

/// A verdict and what it rests on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// The verdict; `None` for an ordinary account.
    pub verdict: Option<Verdict>,
    /// The scope score.
    pub score: f64,
    /// Every signal with its figure, fired or not.
    pub signals: Vec<Signal>,
}

/// What an account's facts are weighed with.
#[derive(Clone, Copy, Debug)]
pub struct Given<'g> {
    /// Accounts of the same role.
    pub peers: &'g Peers,
    /// What an e-value must reach, over all accounts.
    pub cut: Cut,
    /// Whether lists lead to objects on this platform.
    pub habit: Habit,
    /// The case's thresholds.
    pub limits: &'g Thresholds,
    /// Something beyond its scope was disclosed to it, at least possibly.
    pub disclosed: bool,
    /// A line shows that: it is more than possible.
    pub shown: bool,
    /// How many objects it may see.
    pub reachable: u64,
    /// Lines without an account; being refused while not signed in is how every platform asks for a login, so such
    /// an address is never called probing.
    pub anonymous: bool,
    /// IDs that it took of walks which several accounts share.
    pub shared: u32,
}

/// Whether an account that went nowhere beyond its scope has no verdict for sure, whatever its peers do: nothing speaks
/// for a system, a search, a walk or a harvest. Asked before all accounts are known.
pub fn uneventful(facts: &Facts, limits: &Thresholds) -> bool {
    // Below 1, e-BH asks for more than an account has that nothing speaks against.
    limits.q < 1.0
        && facts.unexplained() == 0
        && f64::from(facts.prefixes) < limits.prefixes
        && f64::from(facts.unknown_walk.steps) < unknown_walk::STEPS
        && f64::from(facts.unknown_objects) < unknown_volume::LEAST
        && facts.collected.at_once < harvest::THRESHOLD
}

/// Judges one account.
pub fn judge(facts: &Facts, given: &Given<'_>) -> Judgement {
    let Given { peers, limits, .. } = *given;
    let scope = [
        scope_score::signal(&facts.steps, peers, limits),
        lifetime::signal(facts, peers),
    ];
    let odds = odds::signal(facts, peers, limits, given.cut);
    let walk = prefixes::signal(facts, peers, limits);
    let unknown = [
        unknown_walk::signal(facts, peers, limits),
        unknown_volume::signal(facts, peers, limits),
    ];
    let structure = [
        breadth::signal(facts, peers, limits),
        order::signal(facts, limits),
        hidden::signal(facts, peers, limits),
        probing::signal(facts, limits),
        depth::signal(facts, peers, limits),
        volume::signal(facts, peers, limits),
        batch::signal(facts, peers, limits),
        paging::signal(facts, peers, limits),
        returned::in_a_day(facts, peers, limits),
        returned::in_a_life(facts, peers, limits),
        tenants::signal(facts, peers, limits),
        unshown::signal(facts, peers, given.habit, limits),
        joint::signal(given.shared, limits),
    ];
    let beyond = scope.iter().any(|signal| signal.fired) && odds.fired;
    let system = beyond && (walk.fired || structure.iter().any(|signal| signal.fired));
    let harvest = harvest::signal(facts, given.reachable);
    // What was let through for another reason is no part of a system that was refused throughout.
    let verdict = match (system, given.disclosed) {
        (true, true) if facts.taken > 0 => Some(Verdict::Enumeration),
        (true, _) if !given.anonymous => Some(Verdict::Probing),
        // What is only possible was disclosed to nobody for sure: who is on a page that no table knows.
        (_, true) if given.shown => Some(Verdict::Overreach),
        (_, true) => Some(Verdict::Undetermined),
        // Whom a search returned, or whose the IDs are, is not in the logs: listed, accused of nothing.
        _ if walk.fired || unknown.iter().any(|signal| signal.fired) => Some(Verdict::Undetermined),
        _ if harvest.fired => Some(Verdict::Harvest),
        _ => None,
    };
    let score = scope[0].figure;
    let mut signals = Vec::from(scope);
    signals.push(odds);
    signals.extend(structure);
    signals.push(walk);
    signals.extend(unknown);
    signals.push(harvest);
    Judgement {
        verdict,
        score,
        signals,
    }
}
