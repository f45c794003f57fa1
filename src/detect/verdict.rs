//! Weighs the signals: which verdict an account gets, if any (CASE.md §4).
//!
//! `enumeration` and `probing` need evidence of scope *and* of structure: either alone accuses the
//! innocent (METHODS.md, finding 2).

use super::{Facts, Peers, Signal, breadth, depth, harvest, hidden, order, probing, scope_score};

/// What an account did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// A system to it, beyond scope, at least some disclosed.
    Enumeration,
    /// A system to it, beyond scope, all refused.
    Probing,
    /// Disclosed beyond scope without a system to it.
    Overreach,
    /// A system to it, all in scope.
    Harvest,
    /// Nobody can say: the account is unlisted, or the source names no account. Told apart.
    Undetermined,
}

impl Verdict {
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
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// The verdict; `None` for an ordinary account.
    pub verdict: Option<Verdict>,
    /// The scope score.
    pub score: f64,
    /// Every signal with its figure, fired or not.
    pub signals: Vec<Signal>,
}

/// Judges one account.
///
/// `disclosed_beyond`: something beyond its scope was disclosed to it. `reachable`: how many objects it may
/// see. `anonymous`: lines without an account; being refused while not signed in is how every platform asks
/// for a login, so such an address is never called probing.
pub fn judge(
    facts: &Facts,
    peers: &Peers,
    disclosed_beyond: bool,
    reachable: u64,
    anonymous: bool,
) -> Judgement {
    let scope = scope_score::signal(&facts.steps, peers);
    let structure = vec![
        breadth::signal(facts),
        order::signal(facts),
        hidden::signal(facts),
        probing::signal(facts),
        depth::signal(facts, peers),
        breadth::batch_signal(facts),
    ];
    let system = scope.fired && structure.iter().any(|signal| signal.fired);
    let harvest = harvest::signal(facts, reachable);
    let verdict = match (system, disclosed_beyond) {
        (true, true) => Some(Verdict::Enumeration),
        (true, false) if !anonymous => Some(Verdict::Probing),
        (false, true) => Some(Verdict::Overreach),
        _ if harvest.fired => Some(Verdict::Harvest),
        _ => None,
    };
    let score = scope.figure;
    let mut signals = vec![scope];
    signals.extend(structure);
    signals.push(harvest);
    Judgement {
        verdict,
        score,
        signals,
    }
}
