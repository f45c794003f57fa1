//! JSON lines: one object a line, read by a field map or by the names of well-known writers.
//!
//! Only the wanted paths are kept; nothing is built for the rest of the line. `scan.rs` is the
//! scanner, `paths.rs` finds the wanted values, `names.rs` holds the names, `assemble.rs` makes the
//! record.

mod assemble;
mod flat;
mod further;
mod known;
pub(super) mod lean;
mod leaves;
mod names;
mod paths;
pub(super) mod pick;
pub(super) mod scan;

use std::sync::Arc;

use chrono_tz::Tz;

use super::clock::Clock;
use super::names::did_you_mean;
use super::text::{Escapes, unescape};
use super::{FormatProblem, Lately, Lean, LineFormat, Problem, Record, State, Text, account, time};
use crate::case::AccountKey;
use crate::words::Stamp;
pub(super) use assemble::{assemble, names_somebody};
pub(super) use flat::{Flat, flat};
use further::FURTHER;
use known::WELL_KNOWN;
pub(super) use leaves::{keys, leaves};
pub(super) use names::{KEYS, Slot};
pub(super) use paths::{Found, Node};
pub(super) use pick::first_text;
use scan::{Bad, Scanner, Value};

/// The reader of one source.
#[derive(Clone, Debug)]
pub(super) struct Json {
    /// Slots and the paths that may fill them, preferred first.
    wanted: Vec<(Slot, String)>,
    /// The same, compiled.
    tree: Node,
    account: Account,
    clock: Clock,
}

#[derive(Clone, Debug)]
enum Account {
    /// What `account` maps to; else the user.
    Mapped,
    /// The field that the case names, which has the account's slot to itself.
    Field,
    /// A field of that name, or a cookie among the cookies.
    Cookie(String),
    /// A field of that name, or a header among the headers.
    Header(String),
    Query(String),
}

impl Json {
    pub(super) fn new(fields: &[(String, String)], zone: Tz) -> Result<Json, FormatProblem> {
        let (clock, fields) = Clock::of(fields, zone)?;
        let wanted = if fields.is_empty() {
            well_known()
        } else {
            mapped(&fields)?
        };
        Ok(Json::compile(wanted, Account::Mapped, clock))
    }

    fn compile(wanted: Vec<(Slot, String)>, account: Account, clock: Clock) -> Json {
        let mut tree = Node::default();
        let mut ranks = [0u16; Slot::COUNT];
        for (slot, path) in &wanted {
            tree.want(path, *slot, ranks[*slot as usize]);
            ranks[*slot as usize] += 1;
        }
        tree.seal();
        Json {
            wanted,
            tree,
            account,
            clock,
        }
    }

    /// The case may call a field by its key in the map or by its path in the log.
    fn path_of(&self, name: &str) -> String {
        let slot = KEYS
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, slot)| *slot);
        let mut paths = self
            .wanted
            .iter()
            .filter(|(s, _)| Some(*s) == slot)
            .map(|(_, path)| path);
        match (paths.next(), paths.next()) {
            (Some(path), None) => path.clone(),
            _ => name.to_owned(),
        }
    }

    fn wants(&self, slots: &[Slot]) -> bool {
        self.wanted.iter().any(|(slot, _)| slots.contains(slot))
    }

    fn record<'a>(&self, found: &Found<'a>) -> Result<Record<'a>, Problem> {
        if found.is_ambiguous() {
            return Err(Problem::Ambiguous);
        }
        let text = |slot| match slot {
            Slot::Forwarded => listed(found, slot, "X-Forwarded-For"),
            Slot::Agent => listed(found, slot, "User-Agent"),
            slot => found.get(slot).and_then(first_text),
        };
        let mut record = assemble(text, || self.stamp(found))?;
        record.account = self.account_of(found, &record);
        Ok(record)
    }

    fn stamp(&self, found: &Found<'_>) -> Result<Option<Stamp>, Problem> {
        let stamp = match found.get(Slot::Time) {
            None => return Ok(None),
            Some(Value::Number(digits)) if self.clock.is_told() => self.clock.stamp(digits),
            Some(Value::Number(digits)) => time::epoch_of_log(digits),
            Some(Value::Text(raw)) => {
                let day = || Some(found.get(Slot::Date)?.text()?.into_owned());
                self.clock.stamp_of(&unescape(raw, Escapes::Json), day)
            }
            Some(Value::Word | Value::Composite(_)) => None,
        };
        stamp.map(Some).ok_or(Problem::Time)
    }

    fn account_of<'a>(&self, found: &Found<'a>, record: &Record<'a>) -> Option<Text<'a>> {
        let own = found.get(Slot::Account).and_then(first_text);
        let named = match &self.account {
            Account::Mapped => own.or_else(|| record.user.clone()),
            Account::Field => own,
            Account::Cookie(name) => own.or_else(|| cookie(found, name)),
            Account::Header(name) => own.or_else(|| pick::header(found.get(Slot::Headers)?, name)),
            Account::Query(name) => account::query(record, name),
        };
        named.filter(|name| names_somebody(name))
    }
}

impl LineFormat for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn bind(&self, key: &AccountKey) -> Result<Arc<dyn LineFormat>, FormatProblem> {
        let (account, paths) = match key {
            AccountKey::Field(name) => (Account::Field, vec![self.path_of(name)]),
            AccountKey::Cookie(name) => (
                Account::Cookie(name.clone()),
                vec![format!("cookie_{name}")],
            ),
            AccountKey::Header(name) => (Account::Header(name.clone()), header_names(name)),
            AccountKey::Query(name) => {
                if !self.wants(&[Slot::Target, Slot::Request, Slot::Query]) {
                    return Err(FormatProblem::new(format!(
                        "`account = \"query:{name}\"`: `fields` maps no target, request or query"
                    )));
                }
                (Account::Query(name.clone()), Vec::new())
            }
            AccountKey::Claim(claim, _) => {
                return Err(FormatProblem::new(format!(
                    "`account = \"jwt:{claim}\"` does not say where the token stands"
                )));
            }
        };
        let others = self
            .wanted
            .iter()
            .filter(|(slot, _)| *slot != Slot::Account)
            .cloned();
        let own = paths.into_iter().map(|path| (Slot::Account, path));
        let mut wanted: Vec<_> = own.chain(others).collect();
        // A map need not name the place where headers or cookies stand to have one picked.
        let places: &[Slot] = match account {
            Account::Cookie(_) => &[Slot::Cookie, Slot::Headers],
            Account::Header(_) => &[Slot::Headers],
            _ => &[],
        };
        for place in places.iter().filter(|place| !self.wants(&[**place])) {
            wanted.extend(well_known().into_iter().filter(|(slot, _)| slot == place));
        }
        Ok(Arc::new(Json::compile(wanted, account, self.clock.clone())))
    }

    fn carries_account(&self) -> bool {
        !matches!(self.account, Account::Mapped) || self.wants(&[Slot::Account, Slot::User])
    }

    fn read<'a>(&self, _: &State, line: &'a [u8]) -> Result<Record<'a>, Problem> {
        if line.first() != Some(&b'{') {
            return Err(Problem::Json);
        }
        match flat(line) {
            None => self.object(line),
            Some(Flat::Object(object)) => self.object(&object).map(Record::into_owned),
            Some(Flat::OtherLog) => Err(Problem::OtherLog),
        }
    }

    fn reads_lean(&self) -> bool {
        self.has_lean() && self.carries_account()
    }

    fn lean<'a>(&self, _: &State, line: &'a [u8], lately: &'a mut Lately) -> Option<Lean<'a>> {
        Json::lean(self, line, lately)
    }

    fn fields(&self, _: &State, line: &[u8]) -> Vec<(String, Vec<u8>)> {
        match flat(line) {
            Some(Flat::Object(object)) => leaves(&object),
            _ => leaves(line),
        }
    }
}

/// Objects in objects that hold the whole of a record.
const INSIDE: usize = 3;

impl Json {
    fn object<'a>(&self, line: &'a [u8]) -> Result<Record<'a>, Problem> {
        let mut scan = Scanner::new(line);
        let mut found = Found::nothing();
        let walked = self
            .tree
            .walk(&mut scan, &mut found)
            .and_then(|()| scan.finish())
            .and_then(|()| self.walk_inside(&mut found));
        walked.map_err(|bad| match bad {
            Bad::End => Problem::Cut,
            Bad::Syntax => Problem::Json,
        })?;
        match found.get(Slot::Embedded) {
            Some(Value::Text(raw)) if !is_telling(&found) => self.embedded(raw, &found),
            _ => self.record(&found),
        }
    }

    /// A store's document in its envelope, a logger's payload: read as if it stood outside.
    fn walk_inside<'a>(&self, found: &mut Found<'a>) -> Result<(), Bad> {
        for _ in 0..INSIDE {
            // What tells of a request by itself may have a `result` that is something else.
            if is_telling(found) {
                break;
            }
            let Some(Value::Composite(raw)) = found.take(Slot::Inside) else {
                break;
            };
            if raw.starts_with(b"{") {
                found.begin_object();
                self.tree.walk(&mut Scanner::new(raw), found)?;
            }
        }
        Ok(())
    }
}

impl Json {
    /// Azure hands on the properties of some logs as a text that holds an object.
    fn embedded<'a>(&self, raw: &[u8], outer: &Found<'a>) -> Result<Record<'a>, Problem> {
        let text = unescape(raw, Escapes::Json);
        let whole = [b"{\"properties\":", &*text, b"}"].concat();
        let Some(inner) = Found::of(&self.tree, &whole).filter(is_telling) else {
            return self.record(outer);
        };
        if let Err(problem @ (Problem::OtherLog | Problem::Ambiguous)) = self.record(outer) {
            return Err(problem);
        }
        let mut record = self.record(&inner)?.into_owned();
        if record.time.is_none() {
            record.time = self.stamp(outer)?;
        }
        Ok(record)
    }
}

fn is_telling(found: &Found<'_>) -> bool {
    let telling = [Slot::Target, Slot::Path, Slot::Request, Slot::Status];
    telling.into_iter().any(|slot| found.get(slot).is_some())
}

fn cookie<'a>(found: &Found<'a>, name: &str) -> Option<Text<'a>> {
    let alone = found.get(Slot::Cookie);
    alone
        .and_then(|cookies| pick::cookie(cookies, name))
        .or_else(|| {
            let header = pick::header(found.get(Slot::Headers)?, "Cookie")?;
            account::cookie(&header, name)
        })
}

/// What stands in a slot; also out of a list of headers, which no path can name.
fn listed<'a>(found: &Found<'a>, slot: Slot, header: &str) -> Option<Text<'a>> {
    let own = found.get(slot).and_then(first_text);
    own.or_else(|| match found.get(Slot::Headers)? {
        headers @ Value::Composite([b'[', ..]) => pick::header(headers, header),
        _ => None,
    })
}

/// How writers call the field of one header.
pub(super) fn header_names(name: &str) -> Vec<String> {
    let plain = name.to_ascii_lowercase().replace('-', "_");
    let names = ["http_", "upstream_http_", "sent_http_"];
    let paths = names.iter().map(|before| format!("{before}{plain}"));
    paths
        .chain(std::iter::once(format!("request_{name}")))
        .collect()
}

pub(super) fn well_known() -> Vec<(Slot, String)> {
    let paths = |(slot, paths): &(Slot, &'static [&'static str])| {
        let slot = *slot;
        paths.iter().map(move |path| (slot, (*path).to_owned()))
    };
    WELL_KNOWN.iter().chain(FURTHER).flat_map(paths).collect()
}

/// The map's entries, checked.
pub(super) fn mapped(fields: &[(String, String)]) -> Result<Vec<(Slot, String)>, FormatProblem> {
    let mut wanted = Vec::with_capacity(fields.len());
    for (key, path) in fields {
        let slot = KEYS
            .iter()
            .find(|(known, _)| known == key)
            .map(|(_, slot)| *slot);
        let slot = slot.ok_or_else(|| unknown_key(key))?;
        if path.is_empty() {
            return Err(FormatProblem::new(format!(
                "`fields`: `{key}` names no path; write the log's own field, such as \
                 `{key} = \"request.{key}\"`, or leave it out"
            )));
        }
        wanted.push((slot, path.clone()));
    }
    let has = |slots: &[Slot]| wanted.iter().any(|(slot, _)| slots.contains(slot));
    if !has(&[Slot::Time]) || !has(&[Slot::Target, Slot::Path, Slot::Request]) {
        return Err(FormatProblem::new(
            "`fields` must map at least `time`, and one of `target`, `path` and `request`",
        ));
    }
    Ok(wanted)
}

fn unknown_key(key: &str) -> FormatProblem {
    let known: Vec<&str> = KEYS.iter().map(|(key, _)| *key).collect();
    FormatProblem::new(format!(
        "`fields` has the unknown key `{key}`{}; known are {}",
        did_you_mean(key, known.iter().copied()),
        known.join(", ")
    ))
}
