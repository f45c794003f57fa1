//! Whose an ID is, learned from who asks for it: for a case that knows the accounts' tenants and not the objects'.
//!
//! METHODS.md, "Scope without a directory": the widest 0.1 % of accounts are dropped, an account's vote weighs
//! 1/√(IDs that it asked for), an ID is labelled when at least two accounts vote and one tenant has 0.8 of the weight,
//! and gaps of up to ten numbers between equal labels are filled. Every fifth account is held out and its own IDs are
//! held against the labels that the others make: that is the error that is printed. Labels are a help to find the
//! missing table, not a bound: no controller is confirmed or excluded by them.

use std::collections::BTreeMap;

use super::ControllerIndex;
use crate::chance::clopper_pearson;
use crate::sequence::{Access, NONE, Names};

/// Votes and share of the weight from which an ID is labelled.
const VOTES: u32 = 2;
const SHARE: f64 = 0.8;
/// Accounts of which one, the widest, is dropped.
const WIDEST: usize = 1000;
/// One account of so many is held out.
const HELD_OUT: usize = 5;
/// Widest gap that is filled.
const GAP: u64 = 10;

/// An account's tenant and the IDs that it was answered about, sorted, each once.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// Its tenant.
    pub controller: ControllerIndex,
    /// Numbers of the requested IDs; containers' too.
    pub ids: Vec<u32>,
}

impl Visitor {
    /// From a sequence.
    pub fn of(controller: ControllerIndex, accesses: &[Access]) -> Visitor {
        let answered = accesses
            .iter()
            .filter(|access| (200..300).contains(&access.status));
        let ids = answered.flat_map(|access| [access.object, access.container]);
        let mut ids: Vec<u32> = ids.filter(|id| *id != NONE).collect();
        ids.sort_unstable();
        ids.dedup();
        Visitor { controller, ids }
    }
}

/// What was learned.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Learned {
    /// By number of the requested ID: its tenant, how many voted, and whether it was filled in between others.
    pub labels: BTreeMap<u32, (ControllerIndex, u32, bool)>,
    /// Distinct IDs that were asked for.
    pub asked: usize,
    /// Visits of held-out accounts to labelled IDs, and those to another tenant's.
    pub held_out: (u64, u64),
    /// Upper end of the error at 95 % (Clopper–Pearson).
    pub error_at_most: f64,
}

/// Learns labels; nothing without visitors.
pub fn learn(visitors: &[Visitor], names: &Names) -> Option<Learned> {
    let mut order: Vec<usize> = (0..visitors.len()).collect();
    order.sort_by_key(|at| (std::cmp::Reverse(visitors[*at].ids.len()), *at));
    let dropped = if order.len() >= WIDEST {
        order.len() / WIDEST
    } else {
        0
    };
    let kept: Vec<usize> = order.split_off(dropped.min(order.len()));
    if kept.is_empty() {
        return None;
    }
    let votes = |from: &dyn Fn(usize) -> bool| {
        labels(visitors, kept.iter().copied().filter(|at| from(*at)), names)
    };
    let without = votes(&|at| at % HELD_OUT != 0);
    let mut held_out = (0, 0);
    for at in kept.iter().copied().filter(|at| at % HELD_OUT == 0) {
        for id in &visitors[at].ids {
            if let Some((label, ..)) = without.get(id) {
                held_out.0 += 1;
                held_out.1 += u64::from(*label != visitors[at].controller);
            }
        }
    }
    let asked: std::collections::BTreeSet<u32> = visitors
        .iter()
        .flat_map(|visitor| visitor.ids.iter().copied())
        .collect();
    let labels = votes(&|_| true);
    Some(Learned {
        labels,
        asked: asked.len(),
        held_out,
        error_at_most: if held_out.0 == 0 {
            1.0
        } else {
            clopper_pearson(held_out.1, held_out.0, 0.05).1
        },
    })
}

type Labels = BTreeMap<u32, (ControllerIndex, u32, bool)>;

fn labels(visitors: &[Visitor], from: impl Iterator<Item = usize>, names: &Names) -> Labels {
    let mut votes: BTreeMap<u32, BTreeMap<ControllerIndex, (f64, u32)>> = BTreeMap::new();
    for at in from {
        let visitor = &visitors[at];
        let weight = 1.0 / (visitor.ids.len().max(1) as f64).sqrt();
        for id in &visitor.ids {
            let entry = votes
                .entry(*id)
                .or_default()
                .entry(visitor.controller)
                .or_default();
            entry.0 += weight;
            entry.1 += 1;
        }
    }
    let decided = votes.iter().filter_map(|(id, votes)| {
        let all: f64 = votes.values().map(|(weight, _)| weight).sum();
        let count: u32 = votes.values().map(|(_, count)| count).sum();
        let (controller, (weight, _)) = votes
            .iter()
            .max_by(|a, b| a.1.0.total_cmp(&b.1.0).then(b.0.cmp(a.0)))?;
        (count >= VOTES && *weight >= SHARE * all).then_some((*id, (*controller, count, false)))
    });
    let mut labels: Labels = decided.collect();
    fill(&mut labels, votes.keys().copied(), names);
    labels
}

/// Fills what lies between two equal labels that stand close by each other in the order of numbers.
fn fill(labels: &mut Labels, asked: impl Iterator<Item = u32>, names: &Names) {
    let mut numbered: Vec<(&[u8], u64, u32)> = asked
        .filter_map(|id| {
            let name = names.objects.name(id);
            let digits = name.iter().rev().take_while(|b| b.is_ascii_digit()).count();
            let (prefix, number) = name.split_at(name.len() - digits);
            let number = (1..=18)
                .contains(&digits)
                .then(|| std::str::from_utf8(number).ok()?.parse().ok())
                .flatten()?;
            Some((prefix, number, id))
        })
        .collect();
    numbered.sort_unstable();
    let firm: Vec<usize> = (0..numbered.len())
        .filter(|at| labels.contains_key(&numbered[*at].2))
        .collect();
    let mut filled = Vec::new();
    for pair in firm.windows(2) {
        let (a, b) = (numbered[pair[0]], numbered[pair[1]]);
        let (before, after) = (labels[&a.2].0, labels[&b.2].0);
        if a.0 == b.0 && before == after && b.1 - a.1 <= GAP {
            filled.extend(
                numbered[pair[0] + 1..pair[1]]
                    .iter()
                    .map(|between| (between.2, (before, 0, true))),
            );
        }
    }
    labels.extend(filled);
}
