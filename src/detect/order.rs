//! Order: does an account walk through numbered IDs step by step?
//!
//! Among first contacts in random order the number of steps of +1 is about Poisson(1), so ten have
//! p = 1.1e-7 (METHODS.md). Other strides are tried too and need more, because the most frequent of
//! several differences is looked at.

use serde::{Deserialize, Serialize};

use super::contacts::Contact;
use super::{Facts, Signal};
use crate::case::Thresholds;
use crate::chance::poisson_at_least;
use crate::sequence::numbered;

/// By how many steps another stride must exceed +1 to be preferred: P(Poisson(1) >= 13) = 6.4e-11, times 200
/// strides tried, is about P(Poisson(1) >= 10).
const DEARER: u32 = 3;
/// Largest stride that is tried.
const WIDEST: i128 = 100;

/// The most frequent step between first contacts that follow each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Walk {
    /// Difference of the IDs' numbers.
    pub stride: i64,
    /// How many steps have it.
    pub steps: u32,
}

impl Walk {
    /// From how many steps on this walk speaks for a system.
    pub fn threshold(&self, limits: &Thresholds) -> f64 {
        match self.stride.abs() {
            0 | 1 => limits.order,
            _ => limits.stride,
        }
    }
}

/// The best walk among steps of which at least one end is unexplained beyond scope: a walk passes over
/// what the account may see as well.
pub(super) fn walk(contacts: &[Contact<'_>]) -> Walk {
    if !contacts.iter().any(Contact::unexplained) {
        return Walk::default();
    }
    // The order of a list that stood on the screen is the list's.
    let counts = |a: &Contact<'_>, b: &Contact<'_>| {
        (a.unexplained() || b.unexplained()) && !(a.shown && b.shown)
    };
    best(contacts.iter(), counts)
}

/// The best walk among contacts, whatever explains them.
pub(super) fn longest<'a, 'n: 'a>(contacts: impl Iterator<Item = &'a Contact<'n>> + Clone) -> Walk {
    best(contacts, |_, _| true)
}

fn best<'a, 'n: 'a>(
    contacts: impl Iterator<Item = &'a Contact<'n>> + Clone,
    counts: impl Fn(&Contact<'n>, &Contact<'n>) -> bool,
) -> Walk {
    // By stride, from the widest downwards to the widest upwards.
    let mut steps = [0_u32; 2 * WIDEST as usize + 1];
    for kind in [false, true] {
        let mut last: Option<(&Contact<'_>, &[u8], u64)> = None;
        for contact in contacts.clone().filter(|contact| contact.container == kind) {
            let Some((prefix, number)) = numbered(contact.id()) else {
                last = None;
                continue;
            };
            if let Some((before, same, from)) = last
                && same == prefix
                && counts(before, contact)
            {
                let stride = i128::from(number) - i128::from(from);
                if stride != 0 && stride.abs() <= WIDEST {
                    steps[(stride + WIDEST) as usize] += 1;
                }
            }
            last = Some((contact, prefix, number));
        }
    }
    // The one that exceeds its own threshold by most wins; ties go to the shorter stride, then upwards.
    let strides = -(WIDEST as i64)..;
    let walks = steps
        .into_iter()
        .zip(strides)
        .filter(|(steps, _)| *steps > 0);
    walks
        .map(|(steps, stride)| Walk { stride, steps })
        .max_by_key(|walk| {
            let dearer = if walk.stride.abs() > 1 { DEARER } else { 0 };
            let over = i64::from(walk.steps) - i64::from(dearer);
            (over, -walk.stride.abs(), walk.stride)
        })
        .unwrap_or_default()
}

pub(super) fn signal(facts: &Facts, limits: &Thresholds) -> Signal {
    let steps = facts.walk.steps;
    let chance = poisson_at_least(steps.into(), 1.0);
    Signal::at_least(
        "order",
        f64::from(steps),
        facts.walk.threshold(limits),
        format!(
            "steps of {:+} between first contacts; about Poisson(1) if the order were random: chance {chance:.1e}{}",
            facts.walk.stride,
            match facts.walk.stride.abs() {
                0 | 1 => "",
                _ => ", times 200 strides tried",
            }
        ),
    )
}
