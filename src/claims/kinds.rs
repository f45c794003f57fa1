//! The kinds of statements: which keys each has, and what stands at them.
//!
//! What a kind means on the logs is told where it is judged.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono_tz::Tz;

use super::{Claim, Form, Kind, Only};
use crate::case::problem::{quoted, suggest};
use crate::case::section::{Section, Value};
use crate::case::times::{OFFSET_REMEDY, clock_offset};
use crate::case::{Case, CaseProblem};
use crate::words::Stamp;

/// Different query parameters of one file: each takes a bit of every request.
pub(super) const MOST_PARAMETERS: usize = 32;

/// Every kind with its own keys.
pub(super) const KINDS: [(&str, &[&str]); 18] = [
    (
        "controllers",
        &[
            "at_most", "at_least", "exactly", "set", "route", "from", "until",
        ],
    ),
    (
        "subjects",
        &[
            "at_most",
            "at_least",
            "exactly",
            "set",
            "controller",
            "route",
            "from",
            "until",
        ],
    ),
    (
        "accesses",
        &[
            "at_most",
            "at_least",
            "exactly",
            "controller",
            "route",
            "from",
            "until",
        ],
    ),
    (
        "accounts",
        &[
            "at_most", "at_least", "exactly", "set", "route", "from", "until",
        ],
    ),
    ("within", &["from", "until", "route"]),
    ("fixed_by", &["at", "route", "until"]),
    ("route_not_used", &["route", "accounts", "from", "until"]),
    ("category_not_disclosed", &["category", "from", "until"]),
    ("no_protected", &["route", "from", "until"]),
    ("tenants_isolated", &["route", "from", "until"]),
    ("only_authorised_pooled", &["from", "until"]),
    (
        "could_and_did",
        &["could", "did", "protected", "route", "from", "until"],
    ),
    ("no_automation", &["above", "per", "route", "from", "until"]),
    ("rate_limited", &["above", "per", "route", "from", "until"]),
    ("log_complete", &["route", "from", "until"]),
    ("revoked_not_used", &["account", "at", "until"]),
    ("read_by", &["object", "k", "n", "withdrawn", "route"]),
    ("unless_parameter", &["route", "parameter", "from", "until"]),
];

/// What the case knows of names that a statement may refer to.
pub(super) struct Known<'c> {
    case: &'c Case,
    controllers: HashMap<&'c str, u32>,
    accounts: BTreeSet<&'c str>,
    closed: BTreeMap<String, Stamp>,
}

impl<'c> Known<'c> {
    pub(super) fn of(case: &'c Case) -> Known<'c> {
        let directory = &case.directory;
        let controllers = directory.controllers.iter().flatten().zip(0..);
        let listed = directory.accounts.iter().flatten();
        let granted = directory.grants.iter().flatten().map(|row| &*row.account);
        let sessions = directory.sessions.iter().flatten();
        let accounts = listed
            .clone()
            .map(|row| row.account.as_str())
            .chain(granted);
        Known {
            case,
            controllers: controllers.map(|(one, at)| (one.id.as_str(), at)).collect(),
            accounts: accounts
                .chain(sessions.map(|row| row.account.as_str()))
                .collect(),
            closed: listed
                .filter_map(|row| Some((row.account.clone(), row.open.until?)))
                .collect(),
        }
    }

    fn zone(&self) -> Tz {
        self.case.timezone
    }

    fn route(&self, section: &Section<'_>) -> Result<Option<usize>, CaseProblem> {
        let Some(value) = section.get("route") else {
            return Ok(None);
        };
        let name = value.text()?;
        let names = || self.case.routes.iter().map(|route| route.name.as_str());
        let found = names().position(|known| known == name);
        found
            .map(Some)
            .ok_or_else(|| no_such(&value, "route", name, names()))
    }

    fn controller(&self, value: &Value<'_>) -> Result<u32, CaseProblem> {
        let id = value.text()?;
        let found = self.controllers.get(id).copied();
        found.ok_or_else(|| no_such(value, "controller", id, self.controllers.keys().copied()))
    }

    /// An account that no table names may still stand in the logs.
    fn account(
        &self,
        value: &Value<'_>,
        unknown: &mut Vec<(String, String)>,
    ) -> Result<String, CaseProblem> {
        let name = value.text()?;
        if !self.accounts.contains(name) && !name.starts_with("client:") {
            let complaint = no_such(value, "account", name, self.accounts.iter().copied());
            unknown.push((name.to_owned(), complaint.to_string()));
        }
        Ok(name.to_owned())
    }
}

fn no_such<'n>(
    value: &Value<'_>,
    what: &str,
    name: &str,
    names: impl Iterator<Item = &'n str> + Clone,
) -> CaseProblem {
    let remedy = suggest(name, names.clone(), || {
        let mut some: Vec<&str> = names.clone().collect();
        some.sort_unstable();
        let more = if some.len() > 8 { ", …" } else { "" };
        some.truncate(8);
        match some.is_empty() {
            true => format!("the case knows no {what} at all"),
            false => format!("the case knows {}{more}", some.join(", ")),
        }
    });
    value.complain(
        &format!("the case knows no {what} {}", quoted(name)),
        remedy,
    )
}

/// The query parameter that a statement asks for.
pub(super) fn parameter(claim: &Claim) -> Option<&str> {
    match &claim.kind {
        Kind::UnlessParameter(name) => Some(name),
        _ => None,
    }
}

/// Reads what stands at a kind's keys.
pub(super) fn read(
    word: &str,
    section: &Section<'_>,
    known: &Known<'_>,
    unknown: &mut Vec<(String, String)>,
) -> Result<(Kind, Only), CaseProblem> {
    let when = section.validity(known.zone())?;
    let controller = section.get("controller");
    let only = Only {
        from: when.from,
        until: when.until,
        route: known.route(section)?,
        controller: controller
            .map(|value| known.controller(&value))
            .transpose()?,
    };
    let at = |key: &str| {
        section
            .get(key)
            .map(|v| v.instant(known.zone()))
            .transpose()
    };
    let kind = match word {
        "controllers" => Kind::Controllers(form(section, |v| {
            known.controller(v).and_then(|_| Ok(v.text()?.to_owned()))
        })?),
        "subjects" => Kind::Subjects(form(section, |v| Ok(v.text()?.to_owned()))?),
        "accesses" => Kind::Accesses(form(section, |v| Ok(v.text()?.to_owned()))?),
        "accounts" => Kind::Accounts(form(section, |v| known.account(v, unknown))?),
        "within" => return within(section, only),
        "fixed_by" => {
            let value = section.need(
                "at",
                "the instant from which requests beyond scope were refused",
            )?;
            let at = value.instant(known.zone())?;
            if only.until.is_some_and(|until| until <= at) {
                return Err(value.complain("is not before until", "exchange or correct them"));
            }
            let only = Only {
                from: Some(at),
                ..only
            };
            return Ok((Kind::FixedBy(at), only));
        }
        "route_not_used" => {
            section.need(
                "route",
                "the route that was not used, by its name in the case",
            )?;
            Kind::RouteNotUsed(accounts(section, known, unknown)?)
        }
        "category_not_disclosed" => Kind::CategoryNotDisclosed(category(section, known.case)?),
        "no_protected" => Kind::NoProtected,
        "tenants_isolated" => Kind::TenantsIsolated,
        "only_authorised_pooled" => Kind::OnlyAuthorisedPooled,
        "could_and_did" => could_and_did(section)?,
        "no_automation" => {
            let (above, per) = pace(section)?;
            Kind::NoAutomation(above, per)
        }
        "rate_limited" => {
            let (above, per) = pace(section)?;
            Kind::RateLimited(above, per)
        }
        "log_complete" => Kind::LogComplete,
        "revoked_not_used" => Kind::RevokedNotUsed(revoked(section, known, unknown, at("at")?)?),
        "read_by" => Kind::ReadBy {
            object: section
                .need("object", "the ID of what was read, as requests name it")?
                .text()?
                .to_owned(),
            k: count(section, "k")?.unwrap_or(0),
            n: count(section, "n")?,
            withdrawn: at("withdrawn")?,
        },
        _ => {
            section.need("route", "the route whose requests lack the parameter")?;
            let value = section.need(
                "parameter",
                "the query parameter that exposing requests lack",
            )?;
            Kind::UnlessParameter(value.text()?.to_owned())
        }
    };
    Ok((kind, only))
}

fn within(section: &Section<'_>, only: Only) -> Result<(Kind, Only), CaseProblem> {
    if only.from.is_none() && only.until.is_none() {
        let what = "a statement of the kind within needs from or until".to_owned();
        return Err(section.complain(what, "write the time that holds every disclosure"));
    }
    // What matters is what lies outside, so it is no limit of what is looked at.
    let kind = Kind::Within(only.from, only.until);
    Ok((
        kind,
        Only {
            from: None,
            until: None,
            ..only
        },
    ))
}

fn count(section: &Section<'_>, key: &str) -> Result<Option<u64>, CaseProblem> {
    section.get(key).map(|value| value.count()).transpose()
}

/// One of `at_most`, `at_least`, `exactly`, `set`.
fn form(
    section: &Section<'_>,
    mut member: impl FnMut(&Value<'_>) -> Result<String, CaseProblem>,
) -> Result<Form, CaseProblem> {
    let forms = ["at_most", "at_least", "exactly", "set"];
    let given: Vec<&str> = forms
        .into_iter()
        .filter(|key| section.get(key).is_some())
        .collect();
    let [key] = given[..] else {
        let what = match given.is_empty() {
            true => "the statement gives no figure".to_owned(),
            false => format!("the statement gives {} at once", given.join(" and ")),
        };
        return Err(section.complain(
            what,
            "write one of at_most, at_least, exactly or set (where the kind has it)",
        ));
    };
    let value = section.need(key, "the figure")?;
    Ok(match key {
        "at_most" => Form::AtMost(value.count()?),
        "at_least" => Form::AtLeast(value.count()?),
        "exactly" => Form::Exactly(value.count()?),
        _ => {
            let items = value.items()?;
            let members: Result<BTreeSet<String>, _> = items.iter().map(&mut member).collect();
            Form::Set(members?)
        }
    })
}

fn accounts(
    section: &Section<'_>,
    known: &Known<'_>,
    unknown: &mut Vec<(String, String)>,
) -> Result<Vec<String>, CaseProblem> {
    let Some(value) = section.get("accounts") else {
        return Ok(Vec::new());
    };
    let items = value.items()?;
    if items.is_empty() {
        return Err(value.complain(
            "names nobody",
            "name accounts, or leave the key out for everybody",
        ));
    }
    items
        .iter()
        .map(|item| known.account(item, unknown))
        .collect()
}

fn category(section: &Section<'_>, case: &Case) -> Result<String, CaseProblem> {
    let value = section.need(
        "category",
        "a data category that some route of the case discloses",
    )?;
    let name = value.text()?;
    let all: BTreeSet<&str> = case
        .routes
        .iter()
        .flat_map(|route| route.discloses.iter().map(|one| one.name.as_str()))
        .collect();
    match all.contains(name) {
        true => Ok(name.to_owned()),
        false => Err(no_such(&value, "data category", name, all.iter().copied())),
    }
}

fn could_and_did(section: &Section<'_>) -> Result<Kind, CaseProblem> {
    let (could, did) = (count(section, "could")?, count(section, "did")?);
    if could.is_none() && did.is_none() {
        let what = "the statement gives neither could nor did".to_owned();
        return Err(section.complain(
            what,
            "write how many could have seen something, how many did, or both",
        ));
    }
    Ok(Kind::CouldAndDid {
        could,
        did,
        protected: section.truth("protected")?,
    })
}

/// `above` and `per`.
fn pace(section: &Section<'_>) -> Result<(u64, i64), CaseProblem> {
    let above = section
        .need("above", "the number of requests that is allowed")?
        .count()?;
    let value = section.need(
        "per",
        "the time in which so many are allowed, such as \"1m\"",
    )?;
    let per = clock_offset(value.text()?).filter(|per| *per > 0);
    let per = per.ok_or_else(|| {
        value.complain(
            &format!(
                "{} is no length of time",
                quoted(value.text().unwrap_or_default())
            ),
            OFFSET_REMEDY.replace("how far the clock was off", "the length"),
        )
    })?;
    Ok((above, per))
}

fn revoked(
    section: &Section<'_>,
    known: &Known<'_>,
    unknown: &mut Vec<(String, String)>,
    at: Option<Stamp>,
) -> Result<BTreeMap<String, Stamp>, CaseProblem> {
    let Some(value) = section.get("account") else {
        if at.is_some() || known.closed.is_empty() {
            let what = "the statement names no account".to_owned();
            return Err(section.complain(
                what,
                "name one with `account`; without it every account that the table of accounts closes is meant",
            ));
        }
        return Ok(known.closed.clone());
    };
    let account = known.account(&value, unknown)?;
    let closed = known.closed.get(&account).copied();
    let Some(at) = at.or(closed) else {
        let what = format!("nothing says when {} was revoked", quoted(&account));
        return Err(value.complain(&what, "write `at`; the table of accounts does not close it"));
    };
    Ok(BTreeMap::from([(account, at)]))
}
