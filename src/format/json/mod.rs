//! JSON lines: one object a line, read by a field map or by the names of well-known writers.
//!
//! Only the wanted paths are kept; nothing is built for the rest of the line. `scan.rs` is the
//! scanner, `paths.rs` finds the wanted values, `names.rs` holds the names.

mod names;
mod paths;
mod pick;
pub(super) mod scan;

use std::sync::Arc;

use chrono_tz::Tz;

use super::names::did_you_mean;
use super::text::{self, Escapes, digits_of};
use super::{
    FormatProblem, LineFormat, Problem, Record, State, Text, account, client, request, time,
};
use crate::case::AccountKey;
use crate::words::Stamp;
use names::{KEYS, Slot, WELL_KNOWN};
use paths::{Found, Node};
use scan::{Bad, Scanner, Value};

/// The reader of one source.
#[derive(Clone, Debug)]
pub(super) struct Json {
    /// Slots and the paths that may fill them, preferred first.
    wanted: Vec<(Slot, String)>,
    /// The same, compiled.
    tree: Node,
    account: Account,
    zone: Tz,
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
        let wanted = if fields.is_empty() {
            well_known()
        } else {
            mapped(fields)?
        };
        Ok(Json::compile(wanted, Account::Mapped, zone))
    }

    fn compile(wanted: Vec<(Slot, String)>, account: Account, zone: Tz) -> Json {
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
            zone,
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
        let text = |slot| found.get(slot).and_then(Value::text);
        let mut record = Record::default();
        if let Some(line) = text(Slot::Request) {
            request::put_text(line, &mut record);
        }
        record.method = text(Slot::Method).or(record.method);
        record.target = target(found).or(record.target);
        record.protocol = text(Slot::Protocol).or(record.protocol);
        record.status = text::status(&text(Slot::Status).unwrap_or_default())?;
        if let Some(client) = text(Slot::Client) {
            client::put_text(client, &mut record);
        }
        // An object that says none of these is about something else than a request.
        if record.method.is_none()
            && record.target.is_none()
            && record.status.is_none()
            && record.client.is_none()
        {
            return Err(Problem::Shape);
        }
        record.time = self.stamp(found.get(Slot::Time))?;
        record.client_port = text(Slot::ClientPort)
            .and_then(|port| digits_of(&port))
            .or(record.client_port);
        record.user = text(Slot::User);
        record.host = text(Slot::Host);
        record.bytes = text::bytes(&text(Slot::Bytes).unwrap_or_default())?;
        record.referer = text(Slot::Referer);
        record.user_agent = text(Slot::Agent);
        record.request_id = text(Slot::RequestId);
        record.duration_ms = duration(found);
        record.account = self.account_of(found, &record);
        Ok(record)
    }

    fn stamp(&self, value: Option<Value<'_>>) -> Result<Option<Stamp>, Problem> {
        let Some(value) = value else { return Ok(None) };
        let stamp = match value {
            Value::Number(digits) => time::epoch(digits),
            Value::Text(raw) => self.stamp_of_text(&text::unescape(raw, Escapes::Json)),
            Value::Word | Value::Composite(_) => None,
        };
        stamp.map(Some).ok_or(Problem::Time)
    }

    fn stamp_of_text(&self, text: &[u8]) -> Option<Stamp> {
        time::rfc3339(text)
            .or_else(|| time::local(text, self.zone))
            .or_else(|| time::epoch(text))
            .or_else(|| {
                // Apache's %t brings its brackets along.
                let bare = text
                    .strip_prefix(b"[")
                    .and_then(|rest| rest.strip_suffix(b"]"));
                time::clf(bare.unwrap_or(text))
            })
    }

    fn account_of<'a>(&self, found: &Found<'a>, record: &Record<'a>) -> Option<Text<'a>> {
        let own = found.get(Slot::Account).and_then(Value::text);
        match &self.account {
            Account::Mapped => own.or_else(|| record.user.clone()),
            Account::Field => own,
            Account::Cookie(name) => own.or_else(|| pick::cookie(found.get(Slot::Cookie)?, name)),
            Account::Header(name) => own.or_else(|| pick::header(found.get(Slot::Headers)?, name)),
            Account::Query(name) => account::query(record, name),
        }
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
            AccountKey::Header(name) => {
                let plain = name.to_ascii_lowercase().replace('-', "_");
                let names = ["http_", "upstream_http_", "sent_http_"];
                let paths = names.iter().map(|before| format!("{before}{plain}"));
                let traefik = std::iter::once(format!("request_{name}"));
                (
                    Account::Header(name.clone()),
                    paths.chain(traefik).collect(),
                )
            }
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
        let place = match account {
            Account::Cookie(_) => Some(Slot::Cookie),
            Account::Header(_) => Some(Slot::Headers),
            _ => None,
        };
        if let Some(place) = place.filter(|place| !self.wants(&[*place])) {
            wanted.extend(well_known().into_iter().filter(|(slot, _)| *slot == place));
        }
        Ok(Arc::new(Json::compile(wanted, account, self.zone)))
    }

    fn carries_account(&self) -> bool {
        !matches!(self.account, Account::Mapped) || self.wants(&[Slot::Account, Slot::User])
    }

    fn read<'a>(&self, _: &State, line: &'a [u8]) -> Result<Record<'a>, Problem> {
        if line.first() != Some(&b'{') {
            return Err(Problem::Json);
        }
        let mut scan = Scanner::new(line);
        let mut found = Found::nothing();
        let walked = self
            .tree
            .walk(&mut scan, &mut found)
            .and_then(|()| scan.finish());
        walked.map_err(|bad| match bad {
            Bad::End => Problem::Cut,
            Bad::Syntax => Problem::Json,
        })?;
        self.record(&found)
    }
}

fn well_known() -> Vec<(Slot, String)> {
    let paths = |(slot, paths): &(Slot, &'static [&'static str])| {
        let slot = *slot;
        paths.iter().map(move |path| (slot, (*path).to_owned()))
    };
    WELL_KNOWN.iter().flat_map(paths).collect()
}

/// The map's entries, checked.
fn mapped(fields: &[(String, String)]) -> Result<Vec<(Slot, String)>, FormatProblem> {
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

/// The target; put together where path and query stand apart.
fn target<'a>(found: &Found<'a>) -> Option<Text<'a>> {
    let text = |slot| found.get(slot).and_then(Value::text);
    let target = text(Slot::Target).or_else(|| text(Slot::Path))?;
    if memchr::memchr(b'?', &target).is_some() {
        return Some(target);
    }
    match text(Slot::Query) {
        Some(query) => Some(request::with_query(&target, &query)),
        None => Some(target),
    }
}

fn duration(found: &Found<'_>) -> Option<f64> {
    let units = [
        (Slot::Nanoseconds, 1e-6),
        (Slot::Microseconds, 1e-3),
        (Slot::Milliseconds, 1.0),
        (Slot::Seconds, 1e3),
    ];
    units.iter().find_map(|(slot, unit)| {
        text::milliseconds(&found.get(*slot).and_then(Value::text)?, *unit)
    })
}
