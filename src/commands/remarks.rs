//! What a reader of an answer must know of how its logs were read, in sentences: whose word an account is,
//! which files name none, which entries of the case match nothing.

use std::collections::BTreeSet;

use super::glance::Glance;
use super::inputs::head;
use super::{Ending, doubled, nobody, respelled, shared_ids, unmatched, unnamed, unpaged};
use crate::case::Case;
use crate::coverage::{Allowance, Doubt, SourceFacts};
use crate::format::State;
use crate::pipeline::Input;
use crate::scope::Atlas;
use crate::sequence::{Names, text};
use crate::words::Reason;

/// What is to be said before anything is analysed.
#[derive(Clone, Debug, Default)]
pub(super) struct Remarks {
    /// Sentences; the gravest come first.
    pub said: Vec<String>,
    /// Requests that no route matches, where they leave room for everybody.
    pub elsewhere: Option<String>,
}

impl Remarks {
    /// The doubt that follows from it.
    pub fn doubt(&self) -> Option<Doubt> {
        self.elsewhere.clone().map(|basis| Doubt {
            reason: Reason::NoLog,
            basis,
            allowance: Allowance::Population,
        })
    }
}

/// Every remark that needs no analysis.
///
/// # Errors
/// What is to be remarked is a slip, or a log cannot be read again.
pub(super) fn all(
    (case, atlas): (&Case, &Atlas<'_>),
    inputs: &[Input],
    sources: &[SourceFacts],
    (names, glance): (&Names, &Glance),
) -> Result<Remarks, Ending> {
    let objects = case.directory.objects.as_ref();
    shared_ids::check(atlas)?;
    unpaged::check(case, &glance.unpaged)?;
    let elsewhere = glance.unlisted.elsewhere(objects);
    let (widens, says) = match elsewhere {
        Some(found) if found.widens => (Some(found.sentence), None),
        found => (None, found.map(|found| found.sentence)),
    };
    let said = [
        unnamed::check(case, inputs, sources, glance)?,
        unmatched::check(case, inputs, sources)?,
        respelled::remarks(case, atlas, names),
        says.into_iter().collect(),
        nobody::remarks(case, &glance.nobody),
        doubled::remarks(case, inputs, &glance.doubled),
        of(case, inputs, sources, (names, glance)),
    ]
    .concat();
    Ok(Remarks {
        said,
        elsewhere: widens,
    })
}

/// In the order of the sources and then of the case's lists.
fn of(
    case: &Case,
    inputs: &[Input],
    sources: &[SourceFacts],
    (names, glance): (&Names, &Glance),
) -> Vec<String> {
    let mut remarks = Vec::new();
    for (index, (spec, facts)) in case.sources.iter().zip(sources).enumerate() {
        let own = || inputs.iter().filter(|input| input.source == index);
        if own().any(|input| input.format.account_is_claimed()) {
            remarks.extend(claimed(&spec.name, facts));
        }
        remarks.extend(own().filter_map(|input| {
            let key = spec.account.as_ref()?;
            (!input.format.carries_account()).then(|| {
                format!(
                    "{} is written as {}, which has no place for the account {key}: its requests are known by client \
                     address only",
                    input.name,
                    input.format.name()
                )
            })
        }));
        if spec.trusted_proxies.is_none()
            && let Some((client, share)) = glance.busiest.get(&index)
            && facts.tally.forwarded * 2 > facts.tally.routed
        {
            let client = text(client);
            remarks.push(format!(
                "{share} of {} requests for routes in source \"{}\" come from {client}, a private address, and name \
                 whom they were forwarded for: if that is your proxy, write trusted_proxies = [\"{client}\"]",
                facts.tally.routed, spec.name
            ));
        }
    }
    remarks.extend(slips(case, inputs));
    remarks.extend(categories(case));
    remarks.extend(unborne(case, names, &glance.excluded));
    remarks
}

/// Files of a source whose beginnings are looked at.
const LOOKED_INTO: usize = 20;

/// Paths of `fields` that no line has: what they were to tell is then missing from the whole answer.
fn slips(case: &Case, inputs: &[Input]) -> Vec<String> {
    let mut told = Vec::new();
    for (index, spec) in case.sources.iter().enumerate() {
        let json = matches!(spec.format.name.as_deref(), None | Some("json" | "auto"));
        if spec.format.fields.is_empty() || !json {
            continue;
        }
        let own = inputs
            .iter()
            .filter(|input| input.source == index && input.log.is_file());
        let names: BTreeSet<String> = own.take(LOOKED_INTO).flat_map(names_of).collect();
        let has = |path: &str| {
            let within = |name: &String| {
                name.strip_prefix(path)
                    .is_some_and(|rest| rest.starts_with('.'))
            };
            names.contains(path) || names.iter().any(within)
        };
        let slips = spec.format.fields.iter().filter(|(ours, path)| {
            // Who asked is named in some lines only.
            !matches!(
                &**ours,
                "account" | "user" | "query" | "referer" | "forwarded" | "time_format"
            ) && !has(path)
        });
        told.extend(slips.filter(|_| !names.is_empty()).map(|(ours, path)| {
            let near = crate::words::nearest(path, names.iter().map(String::as_str));
            let near = near.map_or(String::new(), |near| format!("; did you mean \"{near}\"?"));
            format!(
                "source \"{}\", fields: `{ours}` is to be \"{path}\", which no line at the beginning of its files \
                 has{near}. What is not named is missing from the answer",
                spec.name
            )
        }));
    }
    told
}

/// The names of what the first lines of a file hold.
fn names_of(input: &Input) -> Vec<String> {
    let head = head(&input.log).unwrap_or_default();
    let lines = crate::source::lines(&head).take(200);
    let fields = lines.flat_map(|(_, line)| input.format.fields(&State::default(), line));
    fields.map(|(name, _)| name).collect()
}

/// Routes that say nothing of what they disclose: their disclosures count, and nobody can tell of what.
fn categories(case: &Case) -> Option<String> {
    let silent = case
        .routes
        .iter()
        .filter(|route| route.discloses.is_empty());
    let silent: Vec<String> = silent.map(|route| format!("\"{}\"", route.name)).collect();
    let (routes, say) = match silent.len() {
        0 => return None,
        1 => ("route", "says"),
        _ => ("routes", "say"),
    };
    Some(format!(
        "the {routes} {} {say} no data category (`discloses`): what was disclosed there counts, but `data_categories` stays \
         empty; fill it in before anybody is told what was disclosed",
        silent.join(", ")
    ))
}

fn claimed(name: &str, facts: &SourceFacts) -> Vec<String> {
    let mut told = vec![format!(
        "accounts of source \"{name}\" are what tokens claim; nobody verified their signatures"
    )];
    if facts.tally.bad_tokens > 0 {
        told.push(format!(
            "{} of {} lines of source \"{name}\" had a token that could not be decoded: they count as without an account",
            facts.tally.bad_tokens, facts.tally.records
        ));
    }
    told
}

/// Entries of `[exclude]` that no request bears: a slip, or not in these logs.
fn unborne(case: &Case, names: &Names, borne: &BTreeSet<String>) -> Vec<String> {
    let sessions = case.directory.sessions.as_deref().unwrap_or_default();
    let known = |name: &str| {
        let actor = [b"a", name.as_bytes()].concat();
        names.actors.known(&actor).is_some()
    };
    let seen = |account: &String| {
        let of_account = |row: &&crate::case::SessionRow| row.account == *account;
        known(account)
            || sessions
                .iter()
                .filter(of_account)
                .any(|row| known(&row.session))
    };
    let clients = case
        .exclude_clients
        .iter()
        .filter(|client| !borne.contains(*client))
        .map(|client| ("clients", client));
    let accounts = case
        .exclude_accounts
        .iter()
        .filter(|account| !seen(account))
        .map(|account| ("accounts", account));
    accounts
        .chain(clients)
        .map(|(key, entry)| {
            format!("`[exclude] {key}` names \"{entry}\", which no request for a route bears")
        })
        .collect()
}
