//! Two sources that show the same requests, as a proxy and the application behind it do: no line is a copy of another, and
//! each request is still counted twice.
//!
//! Told by the numbers of each route, minute by minute. Hosts that share a load differ from each other by chance, by about
//! the root of how many they have; two views of the same requests do not.

use super::ledger::Ledger;
use super::pace::Pace;
use super::{Doubt, calendar::MINUTE};
use crate::words::{Reason, Stamp};

/// Requests of each source from which likeness tells something.
const TELLING: u64 = 200;
/// Of the requests, the share that may stand in another minute: clocks differ, and one stamps the beginning and the other
/// the end.
const ASIDE: f64 = 0.05;
/// The square of the differences over the sum of the requests; of hosts that share a load by chance it is 1.
const BY_CHANCE: f64 = 0.2;

/// What minutes of two series have in common.
#[derive(Default)]
struct Likeness {
    /// Requests of the one, and of the other.
    sums: (u64, u64),
    apart: u64,
    squares: f64,
}

impl Likeness {
    fn add(&mut self, own: u64, other: u64) {
        let apart = own.abs_diff(other);
        self.sums = (self.sums.0 + own, self.sums.1 + other);
        self.apart += apart;
        self.squares += apart as f64 * apart as f64;
    }

    fn is_the_same(&self) -> bool {
        let (own, other) = self.sums;
        let all = (own + other) as f64;
        own.min(other) >= TELLING
            && self.apart as f64 <= ASIDE * own.max(other) as f64
            && self.squares <= BY_CHANCE * all
    }
}

/// A doubt for each two sources that seem to show the same requests.
pub(super) fn judge(ledgers: &[Ledger<'_>]) -> Vec<Doubt> {
    let pairs = ledgers
        .iter()
        .enumerate()
        .flat_map(|(at, one)| ledgers[at + 1..].iter().map(move |other| (one, other)));
    pairs.filter_map(|(one, other)| same(one, other)).collect()
}

fn same(one: &Ledger<'_>, other: &Ledger<'_>) -> Option<Doubt> {
    let (a, b) = (one.all.span()?, other.all.span()?);
    let (from, until) = (a.0.max(b.0), a.1.min(b.1));
    let both = one.routes.iter().zip(&other.routes);
    let mut all = Likeness::default();
    for (own, other) in both {
        let lines = [own, other].map(|pace| pace.lines(from, until));
        // Cheap first: what differs as a whole does so by minutes.
        let far = lines[0].abs_diff(lines[1]) as f64 > ASIDE * lines[0].max(lines[1]) as f64;
        if lines.contains(&0) {
            continue;
        }
        if far {
            return None;
        }
        compare(own, other, (from, until), &mut all);
    }
    let name = |ledger: &Ledger<'_>| ledger.spec.name.clone();
    all.is_the_same().then(|| {
        Doubt::said(
            Reason::Ambiguous,
            format!(
                "sources \"{}\" and \"{}\" show the same requests for routes minute by minute ({} and {} from {} until {}): if \
                 the one stands behind the other, each of these requests is counted twice wherever accesses, attempts or \
                 requests are counted; data subjects count once",
                name(one),
                name(other),
                all.sums.0,
                all.sums.1,
                Stamp(from * MINUTE),
                Stamp(until * MINUTE)
            ),
        )
    })
}

/// Adds every minute in which either has a request.
fn compare(own: &Pace, other: &Pace, (from, until): (i64, i64), all: &mut Likeness) {
    let inside = |cell: &(i64, u64)| (from..until).contains(&cell.0);
    let mut own = own.cells().filter(inside).peekable();
    let mut other = other.cells().filter(inside).peekable();
    loop {
        match (own.peek().copied(), other.peek().copied()) {
            (Some((at, n)), Some((there, m))) if at == there => {
                all.add(n, m);
                own.next();
                other.next();
            }
            (Some((at, n)), Some((there, _))) if at < there => {
                all.add(n, 0);
                own.next();
            }
            (Some((_, n)), None) => {
                all.add(n, 0);
                own.next();
            }
            (_, Some((_, m))) => {
                all.add(0, m);
                other.next();
            }
            (None, None) => return,
        }
    }
}
