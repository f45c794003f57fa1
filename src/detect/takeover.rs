//! A session that somebody else used: what an account took beyond its scope came from a client and a program that its
//! ordinary life never uses, while its ordinary life goes on.
//!
//! Evidence for the account's owner, so it changes no verdict: the account did it, perhaps another hand.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

use super::contacts::Contact;
use crate::sequence::Access;
use crate::words::Stamp;

/// Contacts beyond scope, and ordinary ones, from which the comparison means something.
const ENOUGH: usize = 10;
/// Share of the contacts beyond scope that must come from elsewhere.
const NEARLY_ALL: f64 = 0.9;
/// Share of the ordinary contacts that may come from there.
const HARDLY: f64 = 0.02;

/// Somebody else's client, as it seems.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherClient {
    /// The clients and agents from which nearly all contacts beyond scope came, by their numbers.
    pub pairs: BTreeSet<(u32, u32)>,
    /// Contacts beyond scope from there, and all.
    pub beyond: (u32, u32),
    /// Ordinary contacts from there, and all.
    pub ordinary: (u32, u32),
    /// First and last contact beyond scope from there.
    pub span: (Stamp, Stamp),
}

/// Looks for another client behind one account's contacts beyond scope.
pub fn other_client(contacts: &[Contact<'_>], accesses: &[Access]) -> Option<OtherClient> {
    let pair = |contact: &Contact<'_>| {
        let access = &accesses[contact.access as usize];
        (access.client, access.agent)
    };
    let mut tally: BTreeMap<(u32, u32), (u32, u32)> = BTreeMap::new();
    for contact in contacts {
        let entry = tally.entry(pair(contact)).or_default();
        match contact.unexplained() {
            true => entry.0 += 1,
            false => entry.1 += 1,
        }
    }
    let all = tally
        .values()
        .fold((0, 0), |sum, n| (sum.0 + n.0, sum.1 + n.1));
    let strange = |n: &(u32, u32)| n.0 > 0 && n.1 * 10 <= n.0;
    let pairs: BTreeMap<_, _> = tally.into_iter().filter(|(_, n)| strange(n)).collect();
    let there = pairs
        .values()
        .fold((0, 0), |sum, n| (sum.0 + n.0, sum.1 + n.1));
    let elsewhere: Vec<Stamp> = contacts
        .iter()
        .filter(|c| !pairs.contains_key(&pair(c)))
        .map(|c| c.at)
        .collect();
    let taken = contacts
        .iter()
        .filter(|c| c.unexplained() && pairs.contains_key(&pair(c)))
        .map(|c| c.at);
    let span = (taken.clone().min()?, taken.max()?);
    // Somebody who changed to a new telephone leaves the old one behind.
    let goes_on = elsewhere.first().is_some_and(|at| *at < span.0)
        && elsewhere.last().is_some_and(|at| *at > span.0);
    let enough = all.0 as usize >= ENOUGH && all.1 as usize >= ENOUGH;
    let apart = f64::from(there.0) >= NEARLY_ALL * f64::from(all.0)
        && f64::from(there.1) <= HARDLY * f64::from(all.1);
    (enough && apart && goes_on).then(|| OtherClient {
        pairs: pairs.into_keys().collect(),
        beyond: (there.0, all.0),
        ordinary: (there.1, all.1),
        span,
    })
}
