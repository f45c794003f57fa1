//! All accounts judged together: held against their peers, and against their own number. Cheap, so that it can be
//! repeated with other thresholds.

use std::collections::{BTreeMap, BTreeSet};

use super::super::records::Records;
use super::calm::Yardsticks;
use super::measure::Measured;
use super::{AccountOutcome, Details};
use crate::case::Thresholds;
use crate::detect::odds::{Cut, evidence};
use crate::detect::{Given, Group, Habit, Judgement, Peers, Verdict, judge, uneventful};
use crate::impact::{AccountFigures, Merger};
use crate::scope::{Basis, PersonKind, Standing};
use crate::words::{Certainty, Stamp};

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
/// Foreign tenants that a substitute or a mover may have been given since.
const FEW: u32 = 4;

/// An account that is judged.
type Both<'o> = (&'o AccountOutcome, &'o Details);

/// Every group's figures.
#[derive(Debug, Default)]
pub struct Panel {
    groups: BTreeMap<Group, Peers>,
    none: Peers,
    habit: Habit,
    tested: usize,
    /// Accounts that turned pages of lists, the second pages, and those of which the log shows no first.
    pub turned: [u64; 3],
    /// How often an honest account's own ID is labelled another tenant's, at most; 0 where nothing was learned.
    error: f64,
    /// Lists are what leads to objects on this platform.
    lists_lead: bool,
    /// From when on the directory is out of date.
    stale_from: Option<Stamp>,
    /// Accounts have grants, and no table says which units lie below those that are granted: whatever an account asked for
    /// may have been in its scope.
    treeless: bool,
}

impl Panel {
    /// The panel of all accounts: some, and those that nothing speaks against.
    pub(super) fn of(
        measured: &Records<Measured>,
        calm: Yardsticks,
        (error, treeless): (f64, bool),
    ) -> Panel {
        let mut all = calm;
        measured.iter().for_each(|one| all.add(&one.details));
        all.groups.values_mut().for_each(Peers::settle);
        Panel {
            lists_lead: lists_lead(all.led),
            groups: all.groups,
            none: Peers::default(),
            habit: all.habit,
            tested: all.tested,
            turned: all.turned,
            error,
            stale_from: None,
            treeless,
        }
    }

    /// What e-BH weighs of an account; `None` of one without unexplained contacts, which may be left out.
    pub(super) fn weigh(&self, one: Both<'_>, limits: &Thresholds) -> Option<f64> {
        let facts = &one.1.facts;
        (facts.unexplained() > 0).then(|| {
            let limits = self.limits(one.0, limits);
            evidence(facts, self.peers(one.1), &limits)
        })
    }

    /// What e-BH asks for, by all that it weighs.
    pub(super) fn cut(&self, weighed: &[f64], limits: &Thresholds) -> Cut {
        Cut::of(weighed, self.tested, limits.q)
    }

    /// Judges everybody.
    pub(super) fn judge_all(&self, measured: &mut Records<Measured>, limits: &Thresholds) {
        let weighed = measured.map(|_, one| self.weigh(one.both(), limits));
        let cut = self.cut(&weighed.into_iter().flatten().collect::<Vec<_>>(), limits);
        measured.update(|_, one| {
            let outcome = &one.outcome;
            // What nobody will read of is not put into words: hardly anybody has anything against them.
            let quiet = outcome.share.beyond.is_empty() && outcome.shared == 0 && !outcome.unlisted;
            if quiet && uneventful(&one.details.facts, limits) {
                return false;
            }
            let mut judgement = self.judge(one.both(), cut, limits);
            if judgement.verdict.is_none() {
                // No list names it, and all signals of thousands would take more memory than all else.
                judgement.signals.retain(|signal| signal.fired);
                judgement.signals.shrink_to_fit();
            }
            one.outcome.verdict = judgement.verdict;
            one.details.judgement = judgement;
            true
        });
    }

    /// Judges everybody again, now that the directory is known to be out of date from an instant on.
    pub(super) fn judge_again(
        &mut self,
        measured: &mut Records<Measured>,
        from: Stamp,
        limits: &Thresholds,
    ) {
        self.stale_from = Some(from);
        measured.update(|_, one| {
            let outcome = &mut one.outcome;
            let mut shown = outcome.share.beyond.iter();
            outcome.by_age = outcome.basis == Basis::Directory
                && shown.any(|one| one.certainty > Certainty::Nothing && one.access.time >= from);
            true
        });
        self.judge_all(measured, limits);
    }

    /// Judges one account.
    pub(super) fn judge(&self, one: Both<'_>, cut: Cut, limits: &Thresholds) -> Judgement {
        let (outcome, details) = one;
        let given = Given {
            peers: self.peers(details),
            cut,
            habit: self.habit,
            limits: &self.limits(outcome, limits),
            disclosed: outcome.share.disclosed(),
            shown: outcome.share.shown(),
            reachable: details.reachable,
            anonymous: outcome.person.kind == PersonKind::AnonymousClient,
            shared: outcome.shared,
        };
        let mut judgement = judge(&details.facts, &given);
        if outcome.scope() == Basis::Inferred {
            judgement.verdict = self.inferred(one, judgement.verdict, limits);
        } else if let Some(from) = self.stale_from {
            judgement.verdict = self.aged(one, &judgement, from, limits);
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
        (outcome, details): Both<'_>,
        verdict: Option<Verdict>,
        limits: &Thresholds,
    ) -> Option<Verdict> {
        let facts = &details.facts;
        // Who works for many schools without a word in any table goes by hand; a walk and a burst do not.
        let walked = f64::from(facts.walk.steps) >= facts.walk.threshold(limits);
        let machine = walked || facts.burst >= BURST;
        let system = machine
            && (facts.controllers >= TENANTS
                || facts.walk.steps >= WALK
                || (self.lists_lead && f64::from(facts.unled) >= limits.volume));
        // What is of no unit is in nobody's scope: that stays beyond. All else may be a second school's or child's.
        let mut beyond = outcome.share.beyond.iter();
        let nobodys = beyond
            .any(|one| one.standing == Standing::NoUnit && one.certainty > Certainty::Nothing);
        match verdict {
            Some(Verdict::Enumeration) if system && !self.treeless => verdict,
            Some(Verdict::Enumeration | Verdict::Overreach) => Some(match nobodys {
                true => Verdict::Overreach,
                false => Verdict::Undetermined,
            }),
            verdict => verdict,
        }
    }

    /// What was disclosed since the directory is out of date may have been granted since, to whoever moved, changed classes or
    /// was called in as a substitute: that accuses nobody. A system does which no new grant makes: many tenants at once, a
    /// walk longer than any class, objects that no list led to. What the platform refused was granted by nobody.
    fn aged(
        &self,
        (outcome, details): Both<'_>,
        judgement: &Judgement,
        from: Stamp,
        limits: &Thresholds,
    ) -> Option<Verdict> {
        let facts = &details.facts;
        let shown = outcome.share.beyond.iter();
        let shown = shown.filter(|beyond| beyond.certainty > Certainty::Nothing);
        let before: BTreeSet<_> = shown
            .take_while(|beyond| beyond.access.time < from)
            .filter_map(|beyond| beyond.thing)
            .collect();
        let fired = |name: &str| judgement.signals.iter().any(|s| s.name == name && s.fired);
        let system = before.len() as f64 >= limits.volume
            || (facts.controllers > FEW && fired("breadth"))
            || facts.walk.steps >= WALK
            || facts.burst >= WALK
            || fired("unshown")
            || (self.lists_lead && f64::from(facts.unled) >= limits.volume);
        match judgement.verdict {
            Some(Verdict::Enumeration) if system => Some(Verdict::Enumeration),
            Some(Verdict::Enumeration | Verdict::Overreach) if before.is_empty() => {
                Some(Verdict::Undetermined)
            }
            Some(Verdict::Enumeration) => Some(Verdict::Overreach),
            verdict => verdict,
        }
    }

    /// Whether what was disclosed to an account of a controller's counts as beyond its scope for sure. Under an inferred
    /// scope only a machine's pace or a walk longer than any class makes it so, and then not where lists led, unless there
    /// are more tenants than anybody has.
    pub(super) fn sure(&self, (outcome, details): Both<'_>, controller: Option<u32>) -> bool {
        let enumerated = outcome.verdict == Some(Verdict::Enumeration);
        let facts = &details.facts;
        let led = || controller.is_some_and(|controller| facts.listed.contains(&controller));
        let machine = facts.burst >= BURST || facts.walk.steps >= WALK;
        outcome.basis != Basis::Inferred
            || (enumerated && machine && (facts.controllers >= TENANTS || !led()))
    }

    /// What an account reached, as far as it counts.
    pub(super) fn figures(&self, merger: &Merger<'_>, one: Both<'_>) -> AccountFigures {
        let sure = |controller| self.sure(one, controller);
        AccountFigures {
            undecided: one.1.undecided.len() as u64,
            ..AccountFigures::of(merger, &one.0.share, &sure)
        }
    }

    /// Whether a row's subject, disclosed to an account at an instant, does not count: nobody can say whether it was beyond
    /// its scope, or whose data it is.
    pub fn leaves_open(&self, merger: &Merger<'_>, one: Both<'_>, (row, at): (u32, Stamp)) -> bool {
        merger.leaves_open(row, at, &|controller| self.sure(one, controller))
    }

    /// Where labels were learned, contacts beyond scope are allowed to anybody as often as labels may be wrong.
    fn limits(&self, outcome: &AccountOutcome, limits: &Thresholds) -> Thresholds {
        let mut limits = *limits;
        if outcome.by_label {
            limits.theta_0 = limits.theta_0.max(self.error);
        }
        limits
    }

    fn peers(&self, details: &Details) -> &Peers {
        self.groups.get(&details.group).unwrap_or(&self.none)
    }
}

/// Whether lists are what leads to objects on this platform: of all accounts that ask for objects at home, nearly all open
/// lists there.
pub(super) fn lists_lead((all, led): (usize, usize)) -> bool {
    all >= SHOW_IT && led as f64 >= LED * all as f64
}
