//! An account's walk: its accesses beyond scope as points, thinned evenly where there are too many to draw.

use std::collections::HashMap;

use serde::Serialize;

use super::accesses::Access;
use super::lines::Lines;

/// Most points of an account.
const POINTS: usize = 20_000;
/// Most points of all accounts together, so that the page stays light.
const ALL_POINTS: usize = 60_000;

/// Strings that points name by number.
#[derive(Default)]
pub(super) struct Names<'a> {
    numbers: HashMap<&'a str, usize>,
    names: Vec<&'a str>,
}

impl<'a> Names<'a> {
    /// The number of a string.
    pub(super) fn number(&mut self, name: &'a str) -> usize {
        let names = &mut self.names;
        *self.numbers.entry(name).or_insert_with(|| {
            names.push(name);
            names.len() - 1
        })
    }

    /// All of them in the order of their numbers.
    pub(super) fn all(&self) -> &[&'a str] {
        &self.names
    }
}

/// How many points each account may have: all have the same share, and what some leave goes to the others.
pub(super) fn shares(wanted: &[usize]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by_key(|index| (wanted[*index], *index));
    let mut shares = vec![0; wanted.len()];
    let mut left = ALL_POINTS;
    for (done, index) in order.iter().enumerate() {
        let fair = left / (wanted.len() - done);
        shares[*index] = wanted[*index].min(POINTS).min(fair);
        left -= shares[*index];
    }
    shares
}

/// The walk for the script in the page, in columns.
#[derive(Serialize)]
pub(super) struct Walk {
    start: i64,
    all: usize,
    hidden: bool,
    t: Vec<i64>,
    o: Vec<i64>,
    b: Vec<i64>,
    c: Vec<i64>,
    k: Vec<i64>,
    l: Vec<i64>,
}

/// The walk for the script in the page; `number` tells a controller's place in the ledger.
pub(super) fn walk<'a>(
    (all, share): (&[&Access<'a>], usize),
    hidden: bool,
    number: impl Fn(&str) -> Option<usize>,
    (names, lines): (&mut Names<'a>, &mut Lines<'a>),
) -> Walk {
    let start = all.iter().map(|one| one.time).min().unwrap_or_default();
    let taken = (0..share).filter_map(|at| all.get(at * all.len() / share.max(1)));
    let [mut t, mut o, mut b, mut c, mut k, mut l] = [const { Vec::<i64>::new() }; 6];
    for one in taken {
        let mut name = |id: Option<&'a str>| id.map_or(-1, |id| names.number(id) as i64);
        t.push(one.time - start);
        o.push(name(one.object));
        b.push(name(one.container));
        c.push(i64::from(one.level));
        k.push(number(one.controller).map_or(-1, |at| at as i64));
        l.push(lines.number(one.place, one.sha256) as i64);
    }
    Walk {
        start,
        all: all.len(),
        hidden,
        t,
        o,
        b,
        c,
        k,
        l,
    }
}
