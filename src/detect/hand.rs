//! Whose connection moved an account beyond its scope: the one of its ordinary life, one that many share, or another.
//!
//! A taken-over session shows as a client that the account's life does not know, or as two clients at once. So the
//! story that the account itself over-reached predicts three things that may each fail: what went beyond scope came
//! from an address of its ordinary life; that address is hardly anybody else's, because from a school's one address
//! everybody looks alike; and nobody used the account from elsewhere meanwhile. What program a request says that it
//! is proves nothing and is not asked. Who sat at the connection no log tells. Changes no verdict.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::sequence::{Access, NONE};
use crate::words::{HOUR, Stamp};

/// Accounts of one household: more of them at one address, and it is no longer one home's.
const HOUSEHOLD: u32 = 5;
/// Ordinary requests from an address from which it is part of the account's life.
const USUAL: u32 = 5;
/// Or days on which it opened lists from there, apart from all that went beyond scope: a walk through IDs opens none.
const DAYS: usize = 3;
/// How long before the first request beyond scope it must have been part of it: the evening of the deed proves nothing.
const BEFORE: i64 = 12 * HOUR;
/// Addresses that room is made for at a time.
const BLOCK: usize = 1 << 14;
/// Share of what went beyond scope that must come from there.
const NEARLY_ALL: f64 = 0.98;
/// Share of it that must come from an address that is hardly anybody else's, if the rest comes from a shared one of its
/// life: a pupil who does it by day at school and by night at home.
const PRIVATE: f64 = 0.25;
/// Share of the account's life at addresses that are hardly anybody else's which must lie there: a stranger who looked
/// around a few days before has an address too, but not the most of the life.
const MOST: f64 = 0.5;
/// Around a request beyond scope, what came from the same address is no ordinary life: a walk passes what is in scope.
const AROUND: i64 = HOUR;
/// Requests from elsewhere within this time are made at once.
const AT_ONCE: i64 = HOUR / 6;

/// Whose connection it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Connection {
    /// Nothing went beyond scope, or the account has no life to compare with.
    #[default]
    Unknown,
    /// The one of its ordinary life, hardly anybody else's, and nobody used the account from elsewhere meanwhile.
    Own,
    /// One of its ordinary life, which many accounts share.
    Shared,
    /// One that its ordinary life does not know.
    Strange,
    /// The account was used from elsewhere at the same time.
    TwoAtOnce,
}

impl Connection {
    /// The word for tables.
    pub fn word(self) -> &'static str {
        match self {
            Connection::Unknown => "unknown",
            Connection::Own => "own",
            Connection::Shared => "shared",
            Connection::Strange => "strange",
            Connection::TwoAtOnce => "two_at_once",
        }
    }
}

/// The addresses of all accounts, each as often as there are accounts that use it. Only few will be asked for, and which
/// is known when all accounts were looked at.
#[derive(Debug, Default)]
pub struct Addresses {
    blocks: Vec<Vec<u32>>,
}

/// How many accounts use each client address that is asked for, by its number.
#[derive(Debug, Default)]
pub struct Clients {
    accounts: HashMap<u32, u32>,
}

impl Addresses {
    /// Takes in one account more, by its distinct addresses.
    pub fn add(&mut self, distinct: &[u32]) {
        match self.blocks.last_mut() {
            Some(block) if block.len() + distinct.len() <= block.capacity() => {
                block.extend_from_slice(distinct);
            }
            _ => {
                // Blocks, because a list that grows holds its content twice for a moment.
                let mut block = Vec::with_capacity(BLOCK.max(distinct.len()));
                block.extend_from_slice(distinct);
                self.blocks.push(block);
            }
        }
    }

    /// Counts the accounts of some addresses.
    pub fn count(&self, of: impl IntoIterator<Item = u32>) -> Clients {
        let mut accounts: HashMap<u32, u32> = of.into_iter().map(|client| (client, 0)).collect();
        if !accounts.is_empty() {
            for client in self.blocks.iter().flatten() {
                if let Some(n) = accounts.get_mut(client) {
                    *n += 1;
                }
            }
        }
        Clients { accounts }
    }
}

impl Clients {
    fn is_private(&self, client: u32) -> bool {
        let accounts = self.accounts.get(&client);
        accounts.is_some_and(|n| (1..=HOUSEHOLD).contains(n))
    }
}

/// The distinct addresses of one account's requests.
pub fn clients(accesses: &[Access]) -> Vec<u32> {
    let all: BTreeSet<u32> = accesses.iter().map(|access| access.client).collect();
    all.into_iter().filter(|client| *client != NONE).collect()
}

/// An address in an account's life.
#[derive(Default)]
struct Life {
    ordinary: u32,
    before: u32,
    lists: u32,
    days: BTreeSet<i64>,
}

/// Tells the connection of one account: `beyond` holds its requests beyond scope, repeats included, in time order.
pub fn connection(accesses: &[Access], beyond: &[Access], clients: &Clients) -> Connection {
    let Some(first) = beyond.iter().map(|access| access.time).min() else {
        return Connection::Unknown;
    };
    let mut times: BTreeMap<u32, Vec<i64>> = BTreeMap::new();
    for access in beyond {
        times.entry(access.client).or_default().push(access.time.0);
    }
    times.values_mut().for_each(|own| own.sort_unstable());
    // A walk through lists passes some in scope; one through IDs opens none.
    let walks_lists = beyond.iter().any(|access| access.object == NONE);
    let apart = if walks_lists { AROUND } else { AT_ONCE };
    let (mut life, mut at_once) = (BTreeMap::<u32, Life>::new(), false);
    for access in accesses {
        let here = times.get(&access.client);
        at_once |= here.is_none() && times.values().any(|own| near(own, access.time, AT_ONCE));
        if here.is_none_or(|own| !near(own, access.time, AROUND)) {
            let life = life.entry(access.client).or_default();
            life.ordinary += 1;
            life.before += u32::from(access.time.0 < first.0 - BEFORE);
        }
        let list = access.container != NONE && access.object == NONE;
        if list && times.values().all(|own| !near(own, access.time, apart)) {
            let life = life.entry(access.client).or_default();
            life.lists += 1;
            life.days.insert(access.time.0.div_euclid(24 * HOUR));
        }
    }
    let usual =
        |life: &Life| life.before >= USUAL || (life.lists >= USUAL && life.days.len() >= DAYS);
    let knows = |client: &u32| life.get(client).is_some_and(usual);
    let share = |which: &dyn Fn(&u32) -> bool| {
        let there = beyond.iter().filter(|access| which(&access.client)).count();
        there as f64 / beyond.len() as f64
    };
    let private = |client: &u32| clients.is_private(*client);
    let ordinary = |which: &dyn Fn(&u32) -> bool| -> u32 {
        life.iter()
            .filter(|(client, _)| which(client))
            .map(|(_, life)| life.ordinary)
            .sum()
    };
    let there = ordinary(&|client| private(client) && times.contains_key(client));
    let mostly = f64::from(there) >= MOST * f64::from(ordinary(&private));
    match () {
        () if at_once => Connection::TwoAtOnce,
        () if share(&knows) >= NEARLY_ALL => match mostly && share(&private) >= PRIVATE {
            true => Connection::Own,
            false => Connection::Shared,
        },
        // Known too little is not unknown.
        () if there == 0 && ordinary(&|client| !times.contains_key(client)) >= USUAL => {
            Connection::Strange
        }
        () => Connection::Unknown,
    }
}

/// Whether a sorted list of instants has one so near.
fn near(times: &[i64], at: Stamp, within: i64) -> bool {
    let from = times.partition_point(|time| *time < at.0.saturating_sub(within));
    times
        .get(from)
        .is_some_and(|time| *time <= at.0.saturating_add(within))
}
