//! Statements of one file that cannot both hold, whatever the logs say.

use std::collections::BTreeSet;

use super::{Claim, Form, Kind, Only};

/// Two statements that cannot both hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Index of the one.
    pub first: usize,
    /// Index of the other.
    pub second: usize,
    /// Why not.
    pub why: String,
}

/// Every such pair, in the order of the file.
pub fn pairs(claims: &[Claim]) -> Vec<Pair> {
    let mut found = Vec::new();
    let positive = claims
        .iter()
        .any(|claim| disclosed(claim).is_some_and(|least| least > 0));
    for (first, one) in claims.iter().enumerate() {
        for (second, other) in claims.iter().enumerate().skip(first + 1) {
            let why = figures(one, other)
                .or_else(|| sets(one, other))
                .or_else(|| never(one, other))
                .or_else(|| never(other, one))
                .or_else(|| times(one, other).filter(|_| positive));
            found.extend(why.map(|why| Pair { first, second, why }));
        }
    }
    found
}

/// What a statement says of one quantity: which, of what, at least, at most.
struct Figure {
    quantity: &'static str,
    only: Only,
    least: u64,
    most: u64,
}

fn figures_of(claim: &Claim) -> Vec<Figure> {
    let figure = |quantity, least, most| Figure {
        quantity,
        only: claim.only,
        least,
        most,
    };
    let of = |quantity, form: &Form| {
        let (least, most) = match form {
            Form::AtMost(n) => (0, *n),
            Form::AtLeast(n) => (*n, u64::MAX),
            Form::Exactly(n) => (*n, *n),
            Form::Set(members) => (members.len() as u64, members.len() as u64),
        };
        vec![figure(quantity, least, most)]
    };
    let exactly = |quantity, n: Option<u64>| n.map(|n| figure(quantity, n, n));
    match &claim.kind {
        Kind::Controllers(form) => of("controllers", form),
        Kind::Subjects(form) => of("data subjects", form),
        Kind::Accesses(form) => of("requests", form),
        Kind::Accounts(form) => of("accounts", form),
        Kind::CouldAndDid {
            could,
            did,
            protected,
        } => {
            let names = match protected {
                true => (
                    "people who could have seen the protected",
                    "people who did see the protected",
                ),
                false => ("people who could", "people who did"),
            };
            exactly(names.0, *could)
                .into_iter()
                .chain(exactly(names.1, *did))
                .collect()
        }
        _ => Vec::new(),
    }
}

fn figures(one: &Claim, other: &Claim) -> Option<String> {
    if let (
        Kind::ReadBy { object, k, n, .. },
        Kind::ReadBy {
            object: same,
            k: other_k,
            n: other_n,
            ..
        },
    ) = (&one.kind, &other.kind)
    {
        let differs = k != other_k || n.zip(*other_n).is_some_and(|(a, b)| a != b);
        return (object == same && differs).then(|| {
            format!("the one says {k} read it and the other {other_k}, or they went to different numbers")
        });
    }
    let others = figures_of(other);
    figures_of(one)
        .iter()
        .find_map(|a| others.iter().find_map(|b| apart(a, b)))
}

/// Why two figures of the same quantity, or of a part and its whole, cannot both hold.
fn apart(a: &Figure, b: &Figure) -> Option<String> {
    if a.quantity != b.quantity {
        return None;
    }
    let below =
        |part: &Figure, whole: &Figure| lies_in(part.only, whole.only) && part.least > whole.most;
    let what = a.quantity;
    if below(a, b) || below(b, a) {
        let range = |one: &Figure| match (one.least, one.most) {
            (least, u64::MAX) => format!("at least {least}"),
            (0, most) => format!("at most {most}"),
            (least, most) if least == most => format!("exactly {least}"),
            (least, most) => format!("{least} to {most}"),
        };
        return Some(format!("{} and {} of the same {what}", range(a), range(b)));
    }
    None
}

/// Whether all that a statement is limited to counts for the other one too.
fn lies_in(part: Only, whole: Only) -> bool {
    let from = match (part.from, whole.from) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(part), Some(whole)) => part >= whole,
    };
    let until = match (part.until, whole.until) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(part), Some(whole)) => part <= whole,
    };
    let route = whole.route.is_none() || part.route == whole.route;
    let controller = whole.controller.is_none() || part.controller == whole.controller;
    from && until && route && controller
}

fn sets(one: &Claim, other: &Claim) -> Option<String> {
    let sets: (&BTreeSet<String>, &BTreeSet<String>) = match (&one.kind, &other.kind) {
        (Kind::Controllers(Form::Set(a)), Kind::Controllers(Form::Set(b)))
        | (Kind::Subjects(Form::Set(a)), Kind::Subjects(Form::Set(b)))
        | (Kind::Accounts(Form::Set(a)), Kind::Accounts(Form::Set(b))) => (a, b),
        _ => return None,
    };
    (one.only == other.only && sets.0 != sets.1)
        .then(|| "two different sets of the same".to_owned())
}

/// The least number of disclosures beyond scope that follows from a statement.
fn disclosed(claim: &Claim) -> Option<u64> {
    let figures = figures_of(claim);
    let counts = |figure: &&Figure| !figure.quantity.starts_with("people who could");
    figures
        .iter()
        .filter(counts)
        .map(|figure| figure.least)
        .max()
}

/// A statement that nothing happened beside one that something did.
fn never(none: &Claim, some: &Claim) -> Option<String> {
    let least = disclosed(some).filter(|least| *least > 0)?;
    match &none.kind {
        Kind::RouteNotUsed(accounts) if accounts.is_empty() => {
            let same = none.only.route == some.only.route && lies_in(some.only, none.only);
            same.then(|| {
                format!("the route was not used, and yet at least {least} came through it")
            })
        }
        Kind::OnlyAuthorisedPooled if lies_in(some.only, none.only) => Some(format!(
            "every access was in scope, and yet at least {least} lie beyond it"
        )),
        Kind::NoProtected => {
            let Kind::CouldAndDid {
                did: Some(did),
                protected: true,
                ..
            } = some.kind
            else {
                return None;
            };
            let same = did > 0 && lies_in(some.only, none.only);
            same.then(|| {
                format!("no protected person was disclosed, and yet {did} people saw some")
            })
        }
        Kind::FixedBy(at) => {
            let after =
                some.only.from.is_some_and(|from| from >= *at) && lies_in(some.only, none.only);
            after.then(|| format!("it was fixed by {at}, and yet at least {least} came later"))
        }
        Kind::Within(from, until) => {
            let before = from.is_some_and(|from| some.only.until.is_some_and(|end| end <= from));
            let behind =
                until.is_some_and(|until| some.only.from.is_some_and(|start| start >= until));
            let route = none.only.route.is_none() || none.only.route == some.only.route;
            ((before || behind) && route).then(|| {
                format!("all fell into one time, and yet at least {least} lie outside of it")
            })
        }
        _ => None,
    }
}

/// Two times without an instant in common, of which each is to hold every disclosure.
fn times(one: &Claim, other: &Claim) -> Option<String> {
    let (Kind::Within(a, b), Kind::Within(c, d)) = (&one.kind, &other.kind) else {
        return None;
    };
    let before = |end: &Option<_>, start: &Option<_>| {
        end.zip(*start).is_some_and(|(end, start)| end <= start)
    };
    let apart = before(b, c) || before(d, a);
    (apart && one.only == other.only)
        .then(|| "the times have no instant in common, and something was disclosed".to_owned())
}
