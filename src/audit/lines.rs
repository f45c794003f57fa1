//! What a cited line says, read again: who asked for what, when, and how it was answered.

use std::collections::HashMap;

use super::directory::Plain;
use super::reread::Request;
use crate::format::Record;
use crate::route::{Page, Router};
use crate::sequence::text;
use crate::words::Stamp;

/// Cited lines by the number of their log and their offset.
pub(super) type Seen = HashMap<(usize, u64), Said>;

/// What a line says.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub time: Stamp,
    pub line: u64,
    pub length: u64,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Account after sessions, or `client:ADDRESS`.
    pub account: String,
    /// Whether it is an account.
    pub named: bool,
    pub client: String,
    pub agent: Vec<u8>,
    pub route: Option<usize>,
    pub objects: Vec<String>,
    /// The containers that it names; of several one was read out.
    pub containers: Vec<String>,
    pub page: Page,
    pub with_body: bool,
    pub status: u16,
    pub bytes: Option<u64>,
}

impl Said {
    /// What a request says, with what the case says of sessions and routes.
    pub(super) fn of(request: &Request<'_>, plain: &Plain<'_>, router: &Router) -> Said {
        let record = request.record;
        let method = record.method.as_deref().unwrap_or(b"GET");
        let target = record.target.as_deref();
        // Of a target that was cut nobody knows what it asked for.
        let whole = target.filter(|_| !record.cut);
        let asked = whole.and_then(|target| router.find_raw(method, target));
        let client = text(record.client.as_deref().unwrap_or_default());
        let account = account(record, plain, request.time);
        let bodiless = [&b"HEAD"[..], b"OPTIONS"];
        Said {
            time: request.time,
            line: request.line,
            length: request.length,
            sha256: String::new(),
            named: account.is_some(),
            account: account.unwrap_or_else(|| format!("client:{client}")),
            client,
            agent: record.user_agent.as_deref().unwrap_or_default().to_vec(),
            route: asked.as_ref().map(|asked| usize::from(asked.route)),
            objects: asked
                .iter()
                .flat_map(|asked| &asked.objects)
                .map(|id| text(id))
                .collect(),
            containers: asked
                .iter()
                .filter(|asked| asked.objects.is_empty())
                .flat_map(|asked| asked.container.iter().chain(&asked.others))
                .map(|id| text(id))
                .collect(),
            page: asked.as_ref().map_or(Page::All, |asked| asked.page),
            with_body: !bodiless
                .iter()
                .any(|name| name.eq_ignore_ascii_case(method)),
            status: record.status.unwrap_or(0),
            bytes: record.bytes,
        }
    }

    /// How sure it is by CASE.md §3 that the line disclosed something, by its own status, method and size.
    pub(super) fn certainty(&self, empty_below: Option<u64>) -> &'static str {
        let least = empty_below.unwrap_or(1).max(1);
        let content = self.bytes.map(|bytes| bytes >= least);
        match (self.with_body, self.status, content) {
            (false, ..) => "attempt",
            (_, 200 | 203 | 206, Some(true)) => "confirmed",
            (_, 200 | 203 | 206, None) | (_, 304, _) => "probable",
            (_, 0 | 201 | 202 | 207..=299 | 499, Some(true) | None) => "probable",
            _ => "attempt",
        }
    }
}

/// Who asked, by account; `None` for an address. A name on a 401 or a 400 is only claimed.
fn account(record: &Record<'_>, plain: &Plain<'_>, at: Stamp) -> Option<String> {
    let named = record.account.as_deref()?;
    if matches!(record.status, Some(400 | 401)) {
        return None;
    }
    let owner = plain.account(named, at).map(str::to_owned);
    Some(owner.unwrap_or_else(|| text(named)))
}
