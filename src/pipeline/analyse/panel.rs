//! All accounts judged together: held against their peers, and against their own number. Cheap, so that it can be
//! repeated with other thresholds.

use std::collections::BTreeMap;

use super::AccountOutcome;
use crate::case::Thresholds;
use crate::detect::odds::{Cut, evidence};
use crate::detect::{Given, Group, Habit, Judgement, Peers, Verdict, judge};
use crate::scope::{Basis, PersonKind};

/// Foreign controllers from which an account is called enumeration although its scope is only inferred.
const INFERRED: u32 = 8;

/// Every group's figures.
#[derive(Debug, Default)]
pub struct Panel {
    groups: BTreeMap<Group, Peers>,
    none: Peers,
    habit: Habit,
    tested: usize,
}

impl Panel {
    /// The panel of all accounts, also those that nothing speaks against.
    pub(super) fn of(outcomes: &[AccountOutcome]) -> Panel {
        let mut panel = Panel {
            tested: outcomes.len(),
            ..Panel::default()
        };
        for outcome in outcomes {
            panel.habit.add(&outcome.facts);
            panel
                .groups
                .entry(outcome.group.clone())
                .or_default()
                .add(&outcome.facts);
        }
        panel.groups.values_mut().for_each(Peers::settle);
        panel
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
        let logs: Vec<f64> = values
            .map(|outcome| evidence(&outcome.facts, self.peers(outcome), limits))
            .collect();
        Cut::of(&logs, self.tested, limits.q)
    }

    /// Judges one account.
    pub fn judge(&self, outcome: &AccountOutcome, cut: Cut, limits: &Thresholds) -> Judgement {
        let given = Given {
            peers: self.peers(outcome),
            cut,
            habit: self.habit,
            limits,
            disclosed: outcome.share.disclosed(),
            reachable: outcome.reachable,
            anonymous: outcome.person.kind == PersonKind::AnonymousClient,
            shared: outcome.shared,
        };
        let mut judgement = judge(&outcome.facts, &given);
        // Without grants a second school is no proof: a guardian has up to five tenants, a substitute a few.
        if outcome.basis == Basis::Inferred
            && judgement.verdict == Some(Verdict::Enumeration)
            && outcome.facts.controllers < INFERRED
        {
            judgement.verdict = Some(Verdict::Overreach);
        }
        // An account that `grants` does not know is listed, whatever it did (CASE.md §2).
        if outcome.unlisted {
            judgement.verdict = Some(Verdict::Undetermined);
        }
        judgement
    }

    fn peers(&self, outcome: &AccountOutcome) -> &Peers {
        self.groups.get(&outcome.group).unwrap_or(&self.none)
    }
}
