//! What a case leaves out of an answer by its own words, which a slip in them would do as well: accesses outside of the
//! period or of whom `[exclude]` names, answers below `empty_below`. It is said, with figures; a limit that takes content for
//! empty excludes nobody.

use crate::case::{Case, RouteSpec};
use crate::coverage::{Allowance, Doubt};
use crate::pipeline::SetAside;
use crate::route::content::{Limit, RouteContent};
use crate::words::{Reason, counted};

/// Different sizes from which answers are content and no form letter.
const VARIETY: usize = 20;
/// Answers of which it is remarkable that all are empty.
const ALL: u64 = 10;

/// An `empty_below` that seems to be wrong.
pub(super) struct Suspect {
    remark: String,
    /// Whether it is sure enough to widen what the answer says.
    sure: bool,
}

/// The remarks of an answer: those on what the case leaves out, then the others.
pub(super) fn before(
    others: Vec<String>,
    (case, aside, limits): (&Case, SetAside, &[Suspect]),
) -> Vec<String> {
    let mut remarks: Vec<String> = limits.iter().map(|one| one.remark.clone()).collect();
    if let Some(period) = case.period.filter(|_| aside.outside_period > 0) {
        let from = period.from.map(|at| format!(" from {at}"));
        let until = period.until.map(|at| format!(" until {at}"));
        remarks.push(format!(
            "{} to objects and lists lie outside of the case's period{}{} and are in no figure: if that is not the time \
             that must be answered for, correct `period`, or leave it out",
            accesses(aside.outside_period),
            from.unwrap_or_default(),
            until.unwrap_or_default(),
        ));
    }
    let excluded = [
        (aside.excluded_accounts, "accounts"),
        (aside.excluded_clients, "clients"),
    ];
    remarks.extend(excluded.iter().filter(|(n, _)| *n > 0).map(|(n, key)| {
        format!(
            "{} to objects and lists by what `[exclude] {key}` names are in no figure, whatever they disclosed: hold them \
             against what the finder, tester or authority says of their own requests",
            accesses(*n)
        )
    }));
    remarks.extend(others);
    remarks
}

fn accesses(n: u64) -> String {
    format!("{n} access{}", if n == 1 { "" } else { "es" })
}

/// Limits that take for empty what seems to be content.
pub(super) fn limits(routes: &[RouteSpec], contents: &[RouteContent]) -> Vec<Suspect> {
    let suspects = contents.iter().filter_map(|content| {
        let route = routes.get(usize::from(content.route))?;
        suspect(route, content, content.limit?)
    });
    suspects.collect()
}

fn suspect(route: &RouteSpec, content: &RouteContent, limit: Limit) -> Option<Suspect> {
    let all = limit.calls == content.calls;
    let sure = all && limit.sizes >= VARIETY || limit.cuts;
    let how = match (all, limit.cuts) {
        (true, _) if limit.calls >= ALL => "all",
        (_, true) => "some",
        _ => return None,
    };
    let (name, below) = (&route.name, route.empty_below.unwrap_or_default());
    let what = match how {
        "all" => format!(
            "all {} of the route \"{name}\" with a body, of {} and at most {} bytes, are below its `empty_below` = {below} \
             and count as empty",
            counted(limit.calls, "answer"),
            counted(limit.sizes as u64, "size"),
            content.mode.2,
        ),
        _ => format!(
            "{} of {} of the route \"{name}\" are below its `empty_below` = {below} and count as empty, and sizes just above \
             and just below it are as frequent: it parts no empty answers from others",
            counted(limit.calls, "answer"),
            content.calls,
        ),
    };
    Some(Suspect {
        remark: format!(
            "{what}: nothing that they showed is counted; set it just above the size of an answer that is known to be empty"
        ),
        sure,
    })
}

impl Suspect {
    /// As a doubt: whoever such answers were about may have been disclosed.
    pub(super) fn doubt(self) -> Doubt {
        Doubt {
            reason: Reason::Ambiguous,
            basis: self.remark,
            allowance: match self.sure {
                true => Allowance::Population,
                false => Allowance::Said,
            },
        }
    }
}
