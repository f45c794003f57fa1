//! Which stories remain. One remaining story is said only if it explains nearly every record or disclosure, nothing
//! else does as well, and nothing that the logs cannot show could overturn it; everything else is *undetermined*, and
//! says which single log would shrink the doubt most.
//!
//! A list of causes that lacks the true one gives a confidently wrong cause (METHODS.md, finding 4), so "none of these"
//! stays on the list until the winner explains what it was not chosen by.

use std::collections::BTreeSet;

use super::{Actor, Elimination, Ground, Known, LeakFindings, logged, published, unsaid, wanted};
use crate::detect::hand::Connection;

/// A story of how it came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hypothesis {
    /// One account over-reached.
    OneAccount,
    /// One plan carried out through several accounts, by one hand or by several that act together.
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
            Hypothesis::SeveralAccounts => "one plan carried out through several accounts",
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

    pub(super) fn speaks(&mut self, about: Hypothesis, pro: bool, said: impl Into<String>) {
        self.evidence.push((about, pro, said.into()));
    }

    pub(super) fn refute(&mut self, about: Hypothesis, said: impl Into<String>) {
        self.speaks(about, false, said);
        self.remain.remove(&about);
    }

    pub(super) fn only(&mut self, one: Hypothesis, said: impl Into<String>) {
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
        Some(leak) => published::ask(&mut outcome, ground, leak, known, routes),
        None => logged::ask(&mut outcome, ground),
    }
    unsaid::tell(&mut outcome);
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
                (None, 2 | 3) => {
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
pub(super) fn room(ground: &Ground<'_>) -> bool {
    ground
        .assessment
        .doubts
        .iter()
        .any(|doubt| doubt.allowance.is_open())
}

/// One account's hand: its own, or somebody else's.
pub(super) fn hand(outcome: &mut Outcome, actor: &Actor<'_>, said: &str) {
    use Hypothesis::{OneAccount, TakenOver};
    outcome.speaks(OneAccount, true, said);
    outcome.remain = BTreeSet::from([OneAccount, TakenOver]);
    let (about, speaks, said) = match actor.connection {
        Connection::Own => {
            outcome.remain.remove(&TakenOver);
            (
                TakenOver,
                false,
                "it came from the connection of the account's ordinary life, before the day it began and \
                apart from it, which hardly any other account uses, and nobody used the account from elsewhere \
                meanwhile: a stranger's client would be another one. Who sat there no log tells",
            )
        }
        Connection::Shared => (
            TakenOver,
            true,
            "it came from an address of the account's ordinary life that many \
            accounts share: from there a stranger's client looks like the owner's",
        ),
        Connection::Strange => (
            TakenOver,
            true,
            "it came from a client that the account's ordinary life does not know: \
            its owner with another connection, or another hand",
        ),
        Connection::TwoAtOnce => (
            TakenOver,
            true,
            "the account was used from elsewhere at the same time: its owner's \
            script somewhere else, or another hand",
        ),
        Connection::Unknown => (
            TakenOver,
            true,
            "the account has too little ordinary life in the logs to compare its \
            client with",
        ),
    };
    outcome.speaks(about, speaks, said);
}
