//! Lines of `key=value` pairs, with whatever words before and between them: `logfmt`; also LTSV, CEF and LEEF.
//!
//! How a line is cut into pairs is `cut.rs`'s to say.
//! Frameworks (lograge, Go's loggers, log4j layouts) and Heroku's router write requests so, under the names that JSON
//! logs use. A line is one only where it names a method and a target; its time is that of a pair, else the first stamp
//! that stands in front of the pairs.

mod cut;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use chrono_tz::Tz;

use super::clock::stamp_of_text;
use super::json::{Slot, assemble, names_somebody, well_known};
use super::{FormatProblem, LineFormat, Problem, Record, State, Text, account, client, time};
use crate::case::AccountKey;
use crate::words::Stamp;
use cut::{Cut, cut};

/// Names that only such lines have.
const OWN: [(&str, Slot); 17] = [
    ("remote", Slot::Client),
    ("fwd", Slot::Forwarded),
    ("service", Slot::Milliseconds),
    ("body_bytes", Slot::Bytes),
    // LTSV.
    ("forwardedfor", Slot::Forwarded),
    ("reqtime", Slot::Seconds),
    // CEF and LEEF.
    ("src", Slot::Client),
    ("spt", Slot::ClientPort),
    ("srcPort", Slot::ClientPort),
    ("suser", Slot::User),
    ("usrName", Slot::User),
    ("dhost", Slot::Host),
    ("requestClientApplication", Slot::Agent),
    ("rt", Slot::Time),
    ("devTime", Slot::Time),
    ("outcome", Slot::Status),
    // Of F5 and other balancers.
    ("http_uri", Slot::Target),
];

/// The reader.
#[derive(Clone, Debug)]
pub(super) struct Pairs {
    /// What a key means, and how far behind the most telling name for that it stands.
    names: Arc<HashMap<String, Vec<(Slot, usize)>>>,
    key: Option<AccountKey>,
    zone: Tz,
}

impl Pairs {
    pub(super) fn new(zone: Tz) -> Pairs {
        let mut names: HashMap<String, Vec<(Slot, usize)>> = HashMap::new();
        let own = OWN.map(|(name, slot)| (slot, name.to_owned()));
        for (rank, (slot, name)) in well_known().into_iter().chain(own).enumerate() {
            names.entry(name).or_default().push((slot, rank));
        }
        Pairs {
            names: Arc::new(names),
            key: None,
            zone,
        }
    }

    /// What stands in each slot: of several names the most telling one that says something.
    fn slots<'a>(&self, pairs: &[(&'a [u8], Text<'a>)]) -> Vec<Option<(usize, Text<'a>)>> {
        let mut slots: Vec<Option<(usize, Text<'a>)>> = vec![None; Slot::COUNT];
        for (key, value) in pairs {
            let known = std::str::from_utf8(key)
                .ok()
                .and_then(|key| self.names.get(key));
            for (slot, rank) in known.into_iter().flatten() {
                let held = &mut slots[*slot as usize];
                if held.as_ref().is_none_or(|(best, _)| rank < best) {
                    *held = Some((*rank, value.clone()));
                }
            }
        }
        slots
    }

    fn account<'a>(&self, pairs: &[(&'a [u8], Text<'a>)], record: &Record<'a>) -> Option<Text<'a>> {
        let named = |name: &str| named(pairs, name);
        let account = match &self.key {
            Some(AccountKey::Field(name)) if named(name).is_some() => named(name),
            Some(AccountKey::Field(name)) if name != "remote_user" => None,
            Some(AccountKey::Query(name)) => account::query(record, name),
            _ => record.user.clone(),
        };
        account.filter(|name| names_somebody(name))
    }
}

impl LineFormat for Pairs {
    fn name(&self) -> &'static str {
        "logfmt"
    }

    fn bind(&self, key: &AccountKey) -> Result<Arc<dyn LineFormat>, FormatProblem> {
        match key {
            AccountKey::Field(_) | AccountKey::Query(_) => Ok(Arc::new(Pairs {
                key: Some(key.clone()),
                ..self.clone()
            })),
            other => Err(FormatProblem::new(format!(
                "`account = {other}`: format `logfmt` has pairs `key=value` only; name a key of its lines, or query:NAME"
            ))),
        }
    }

    fn carries_account(&self) -> bool {
        true
    }

    fn read<'a>(&self, _: &State, line: &'a [u8]) -> Result<Record<'a>, Problem> {
        let Cut {
            before,
            pairs,
            labelled,
        } = cut(line);
        if pairs.len() < 3 {
            return Err(Problem::Shape);
        }
        let slots = self.slots(&pairs);
        // A label `host` is the remote host where nothing else is, and `vhost` the one that was asked.
        let remote_host = labelled
            && slots[Slot::Client as usize].is_none()
            && slots[Slot::Host as usize]
                .as_ref()
                .is_some_and(|(_, host)| {
                    client::is_address(host) || slots[Slot::Forwarded as usize].is_none()
                });
        let text = |slot: Slot| {
            let slot = match slot {
                Slot::Client if remote_host => Slot::Host,
                Slot::Host if remote_host => return named(&pairs, "vhost"),
                other => other,
            };
            let (_, text) = slots[slot as usize].as_ref()?;
            // A duration brings its unit.
            match slot {
                Slot::Milliseconds => Some(without_unit(text.clone())),
                // CEF has a word there as often as a status.
                Slot::Status if text.iter().all(u8::is_ascii_alphabetic) => None,
                _ => Some(text.clone()),
            }
        };
        let stamp = || match text(Slot::Time) {
            Some(text) => stamp_of_text(&text, self.zone)
                .map(Some)
                .ok_or(Problem::Time),
            None => Ok(in_front(before, self.zone)),
        };
        let mut record = assemble(text, stamp)?;
        if record.method.is_none() || record.target.is_none() {
            return Err(Problem::Shape);
        }
        record.account = self.account(&pairs, &record);
        Ok(record)
    }

    fn fields(&self, _: &State, line: &[u8]) -> Vec<(String, Vec<u8>)> {
        let named = |(key, value): (&[u8], Text<'_>)| {
            let key = String::from_utf8_lossy(key).into_owned();
            (key, value.into_owned())
        };
        cut(line).pairs.into_iter().map(named).collect()
    }
}

/// The value of a key.
fn named<'a>(pairs: &[(&'a [u8], Text<'a>)], name: &str) -> Option<Text<'a>> {
    let (_, value) = pairs.iter().find(|(key, _)| *key == name.as_bytes())?;
    Some(value.clone())
}

/// `0.5ms` without its unit.
fn without_unit(text: Text<'_>) -> Text<'_> {
    match text.strip_suffix(b"ms") {
        Some(number) => Cow::Owned(number.to_vec()),
        None => text,
    }
}

/// The first stamp in a text, however it is hedged in.
fn in_front(text: &[u8], zone: Tz) -> Option<Stamp> {
    let begins = |at: &usize| {
        let shape = text[*at..]
            .iter()
            .take(11)
            .map(|b| if b.is_ascii_digit() { b'0' } else { *b });
        let shape: Vec<u8> = shape.collect();
        shape == b"0000-00-00T" || shape == b"0000-00-00 "
    };
    let at = (0..text.len().saturating_sub(18)).find(begins)?;
    let of_stamp = |b: &u8| b.is_ascii_digit() || b"-:.,+Z".contains(b);
    let behind = text[at + 11..].iter().position(|b| !of_stamp(b));
    let stamp = &text[at..behind.map_or(text.len(), |end| at + 11 + end)];
    let stamp = stamp.strip_suffix(b",").unwrap_or(stamp);
    time::rfc3339(stamp).or_else(|| time::local(stamp, zone))
}
