//! What the requests of one route say: methods, answers, who asked, how much was sent.

use std::collections::BTreeMap;

use super::values::{Distinct, Sizes, Values};
use crate::format::Record;
use crate::format::target::Target;
use crate::route::flat;

/// Different query parameters of a route that are looked at.
const PARAMETERS: usize = 30;
/// Different methods of a route that are told apart.
const METHODS: usize = 12;

/// Counts of a route's requests.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// All of them.
    pub requests: u64,
    /// By method.
    pub methods: BTreeMap<String, u64>,
    /// By class of status: none, 1xx, 2xx, 3xx, 4xx, 5xx.
    pub classes: [u64; 6],
    /// Refused for who asks: 401 and 403.
    pub refused: u64,
    /// Refused for how much is asked: 429.
    pub limited: u64,
    /// With an account.
    pub with_account: u64,
    /// With a status.
    pub with_status: u64,
    /// With a byte count.
    pub with_bytes: u64,
    /// With an ID of an object or container.
    pub with_id: u64,
    /// Accounts.
    pub accounts: Distinct,
    /// Client addresses.
    pub clients: Distinct,
    /// Bodies of answers that were given (2xx).
    pub sizes: Sizes,
}

impl Figures {
    /// Counts a request.
    pub fn count(&mut self, record: &Record<'_>) {
        self.requests += 1;
        let method = record.method.as_deref().unwrap_or(b"?");
        let method = String::from_utf8_lossy(method).to_uppercase();
        let known = self.methods.len() < METHODS || self.methods.contains_key(&method);
        let name = if known { method } else { "other".to_owned() };
        *self.methods.entry(name).or_default() += 1;
        let class = record.status.map_or(0, |status| usize::from(status / 100));
        self.classes[if class > 5 { 0 } else { class }] += 1;
        self.refused += u64::from(matches!(record.status, Some(401 | 403)));
        self.limited += u64::from(record.status == Some(429));
        self.with_status += u64::from(record.status.is_some());
        self.with_bytes += u64::from(record.bytes.is_some());
        if let Some(account) = &record.account {
            self.with_account += 1;
            self.accounts.insert(account);
        }
        if let Some(client) = &record.client {
            self.clients.insert(client);
        }
        if let (2, Some(bytes)) = (class, record.bytes) {
            self.sizes.count(bytes, 1);
        }
    }

    /// Takes other figures in.
    pub fn absorb(&mut self, other: Figures) {
        self.requests += other.requests;
        for (method, n) in other.methods {
            *self.methods.entry(method).or_default() += n;
        }
        for (mine, theirs) in self.classes.iter_mut().zip(other.classes) {
            *mine += theirs;
        }
        self.refused += other.refused;
        self.limited += other.limited;
        self.with_account += other.with_account;
        self.with_status += other.with_status;
        self.with_bytes += other.with_bytes;
        self.with_id += other.with_id;
        self.accounts.absorb(other.accounts);
        self.clients.absorb(other.clients);
        self.sizes.absorb(other.sizes);
    }

    /// Whether any was answered with content or a redirect.
    pub fn answered(&self) -> bool {
        self.classes[2] + self.classes[3] > 0 || self.with_status == 0
    }

    /// Requests with another method than those that fetch.
    pub fn sent(&self) -> u64 {
        let fetch = ["GET", "HEAD", "OPTIONS"];
        self.methods
            .iter()
            .filter(|(method, _)| !fetch.contains(&method.as_str()))
            .map(|(_, n)| n)
            .sum()
    }
}

/// One path, or the paths of one template.
#[derive(Clone, Debug, Default)]
pub struct Leaf {
    /// Its requests.
    pub figures: Figures,
    /// Values of the template's variables, in order.
    pub ids: Vec<Values>,
    /// Values of query parameters by name.
    pub parameters: BTreeMap<Vec<u8>, Values>,
}

impl Leaf {
    /// Counts a request with the values of its variables.
    pub fn count(&mut self, record: &Record<'_>, target: &Target<'_>, ids: &[&[u8]]) {
        self.figures.count(record);
        self.ids
            .resize_with(ids.len().max(self.ids.len()), Values::default);
        for (values, id) in self.ids.iter_mut().zip(ids) {
            values.count(id, 1);
        }
        let mut seen: Vec<Vec<u8>> = Vec::new();
        let flat = target.parameters().flat_map(|(name, value)| {
            let inner = flat(&String::from_utf8_lossy(&name), &value).into_iter();
            let mut inner: Vec<_> = inner.map(|(way, one)| (way.into_bytes(), one)).collect();
            if inner.is_empty() {
                inner.push((bare(&name).to_vec(), value.into_owned()));
            }
            inner
        });
        for (name, value) in flat {
            let known = self.parameters.len() < PARAMETERS || self.parameters.contains_key(&name);
            if !known || name.is_empty() || name.len() > 64 {
                continue;
            }
            let values = self.parameters.entry(name.clone()).or_default();
            let several = value.contains(&b',') || seen.contains(&name);
            values.lists += u64::from(several);
            for one in value.split(|b| *b == b',').filter(|one| !one.is_empty()) {
                values.count(one.trim_ascii(), 1);
            }
            seen.push(name);
        }
    }

    /// Takes another leaf in.
    pub fn absorb(&mut self, other: Leaf) {
        self.figures.absorb(other.figures);
        self.ids
            .resize_with(self.ids.len().max(other.ids.len()), Values::default);
        for (mine, theirs) in self.ids.iter_mut().zip(other.ids) {
            mine.absorb(theirs);
        }
        for (name, values) in other.parameters {
            self.parameters.entry(name).or_default().absorb(values);
        }
    }
}

/// `ids` for `ids[]` and `ids[3]`; `filter[id]` has that name.
fn bare(name: &[u8]) -> &[u8] {
    let own = memchr::memchr(b'[', name).and_then(|at| {
        let index = name[at + 1..].strip_suffix(b"]")?;
        index.iter().all(u8::is_ascii_digit).then_some(at)
    });
    own.map_or(name, |at| &name[..at])
}
