//! All accounts judged together: held against their peers, and against their own number. Cheap, so that it can be
//! repeated with other thresholds.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::AccountOutcome;
use super::calm::Yardsticks;
use crate::case::Thresholds;
use crate::detect::odds::{Cut, evidence};
use crate::detect::{
    Explanation, Given, Group, Habit, Judgement, Peers, Verdict, judge, uneventful,
};
use crate::scope::{Basis, PersonKind, Standing};

/// Foreign controllers from which an account is called enumeration although its scope is only inferred: a guardian has up
/// to five tenants, a substitute a few.
const TENANTS: u32 = 8;
/// Steps of a walk that no list of one or two classes makes, though an app may read out a list in the order of its IDs.
const WALK: u32 = 70;
/// Of the accounts that ask for objects at home, so many must open lists there before objects without a list of their
/// tenant mean anything; and how many accounts must show it.
const LED: f64 = 0.9;
const SHOW_IT: usize = 20;
/// Foreign contacts within five minutes that nobody makes by hand.
const BURST: u32 = 20;
/// Foreign tenants up to which lists that led there may be a second school's or child's.
const FEW: u32 = 4;

/// Every group's figures.
#[derive(Debug, Default)]
pub struct Panel {
    groups: BTreeMap<Group, Peers>,
    none: Peers,
    habit: Habit,
    tested: usize,
    /// How often an honest account's own ID is labelled another tenant's, at most; 0 where nothing was learned.
    error: f64,
    /// Lists are what leads to objects on this platform.
    lists_lead: bool,
}

impl Panel {
    /// The panel of all accounts: some, and those that nothing speaks against.
    pub(super) fn of(outcomes: &[AccountOutcome], calm: Yardsticks, error: f64) -> Panel {
        let mut all = calm;
        outcomes.iter().for_each(|outcome| all.add(outcome));
        all.groups.values_mut().for_each(Peers::settle);
        Panel {
            lists_lead: lists_lead(all.led),
            groups: all.groups,
            none: Peers::default(),
            habit: all.habit,
            tested: all.tested,
            error,
        }
    }

    /// What e-BH asks for; accounts without unexplained contacts may be left out.
    pub fn cut<'o>(
        &self,
        outcomes: impl IntoIterator<Item = &'o AccountOutcome>,
        limits: &Thresholds,
    ) -> Cut {
        let values = outcomes
            .into_iter()
            .filter(|outcome| outcome.facts.unexplained() > 0);
        let values: Vec<&AccountOutcome> = values.collect();
        let logs: Vec<f64> = values
            .into_par_iter()
            .map(|outcome| {
                let limits = self.limits(outcome, limits);
                evidence(&outcome.facts, self.peers(outcome), &limits)
            })
            .collect();
        Cut::of(&logs, self.tested, limits.q)
    }

    /// Judges everybody.
    pub(super) fn judge_all(&self, outcomes: &mut [AccountOutcome], limits: &Thresholds) {
        let cut = self.cut(outcomes.iter(), limits);
        outcomes.par_iter_mut().for_each(|outcome| {
            // What nobody will read of is not put into words: hardly anybody has anything against them.
            let quiet = outcome.share.beyond.is_empty() && outcome.shared == 0 && !outcome.unlisted;
            if !(quiet && uneventful(&outcome.facts, limits)) {
                outcome.judgement = self.judge(outcome, cut, limits);
            }
        });
    }

    /// Judges some accounts again, with other thresholds: their verdicts, in their order.
    pub fn verdicts(
        &self,
        outcomes: &[&AccountOutcome],
        limits: &Thresholds,
    ) -> Vec<Option<Verdict>> {
        let cut = self.cut(outcomes.iter().copied(), limits);
        let verdicts = outcomes.par_iter();
        verdicts
            .map(|outcome| self.judge(outcome, cut, limits).verdict)
            .collect()
    }

    /// Judges one account.
    pub fn judge(&self, outcome: &AccountOutcome, cut: Cut, limits: &Thresholds) -> Judgement {
        let given = Given {
            peers: self.peers(outcome),
            cut,
            habit: self.habit,
            limits: &self.limits(outcome, limits),
            disclosed: outcome.share.disclosed(),
            reachable: outcome.reachable,
            anonymous: outcome.person.kind == PersonKind::AnonymousClient,
            shared: outcome.shared,
        };
        let mut judgement = judge(&outcome.facts, &given);
        if outcome.scope() == Basis::Inferred {
            judgement.verdict = self.inferred(outcome, judgement.verdict, limits);
        }
        // An account that `grants` does not know is listed, whatever it did (CASE.md §2).
        if outcome.unlisted {
            judgement.verdict = Some(Verdict::Undetermined);
        }
        judgement
    }

    /// Without grants a second school is no proof: what is beyond an inferred scope is a system only where it is too wide
    /// for a second school, too long a walk, or where no list led there.
    fn inferred(
        &self,
        outcome: &AccountOutcome,
        verdict: Option<Verdict>,
        limits: &Thresholds,
    ) -> Option<Verdict> {
        let facts = &outcome.facts;
        // Who works for many schools without a word in any table goes by hand; a walk and a burst do not.
        let walked = f64::from(facts.walk.steps) >= facts.walk.threshold(limits);
        let machine = walked || facts.burst >= BURST;
        let system = machine
            && (facts.controllers >= TENANTS
                || facts.walk.steps >= WALK
                || (self.lists_lead && f64::from(facts.unled) >= limits.volume));
        // What is of no unit is in nobody's scope, and a link is no list: that stays beyond.
        let mut beyond = outcome.share.beyond.iter();
        let led = facts.unled == 0
            && facts.controllers <= FEW
            && !facts.explained.contains_key(&Explanation::SharedLink)
            && !beyond.any(|one| one.standing == Standing::NoUnit);
        match verdict {
            Some(Verdict::Enumeration | Verdict::Overreach) if led && !system => {
                Some(Verdict::Undetermined)
            }
            Some(Verdict::Enumeration) if !system => Some(Verdict::Overreach),
            verdict => verdict,
        }
    }

    /// Whether what was disclosed to an account of a controller's counts as beyond its scope for sure. Under an inferred
    /// scope only a machine's pace or a walk longer than any class makes it so, and then not where lists led, unless there
    /// are more tenants than anybody has.
    pub(super) fn sure(&self, outcome: &AccountOutcome, controller: Option<u32>) -> bool {
        let enumerated = outcome.judgement.verdict == Some(Verdict::Enumeration);
        let facts = &outcome.facts;
        let led = || controller.is_some_and(|controller| facts.listed.contains(&controller));
        let machine = facts.burst >= BURST || facts.walk.steps >= WALK;
        outcome.basis != Basis::Inferred
            || (enumerated && machine && (facts.controllers >= TENANTS || !led()))
    }

    /// Where labels were learned, contacts beyond scope are allowed to anybody as often as labels may be wrong.
    fn limits(&self, outcome: &AccountOutcome, limits: &Thresholds) -> Thresholds {
        let mut limits = *limits;
        if outcome.by_label {
            limits.theta_0 = limits.theta_0.max(self.error);
        }
        limits
    }

    fn peers(&self, outcome: &AccountOutcome) -> &Peers {
        self.groups.get(&outcome.group).unwrap_or(&self.none)
    }
}

/// Whether lists are what leads to objects on this platform: of all accounts that ask for objects at home, nearly all open
/// lists there.
pub(super) fn lists_lead((all, led): (usize, usize)) -> bool {
    all >= SHOW_IT && led as f64 >= LED * all as f64
}
