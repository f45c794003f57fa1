//! Where a source says who asked: every place that could, tried on sampled lines and weighed.

use std::collections::{BTreeMap, BTreeSet};

use super::known::Known;
use super::recognise::{Recognised, Sample};
use super::shape::{masked, paging};
use super::{Sureness, json};
use crate::case::AccountKey;
use crate::format::target::Target;
use crate::format::{Format, Line, State};

/// Names under which accounts and sessions go.
const NAMES: [&str; 34] = [
    "account",
    "acct",
    "accountid",
    "user",
    "userid",
    "username",
    "uid",
    "login",
    "loginid",
    "remoteuser",
    "csusername",
    "actor",
    "sub",
    "subject",
    "principal",
    "session",
    "sessionid",
    "sid",
    "jsessionid",
    "phpsessid",
    "aspnetsessionid",
    "connectsid",
    "token",
    "auth",
    "member",
    "memberid",
    "person",
    "personid",
    "useremail",
    "email",
    "employeeid",
    "customer",
    "xaccount",
    "xuser",
];
/// Places that are tried.
const TRIED: usize = 60;

/// A place that may hold the account.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The place.
    pub key: AccountKey,
    /// How sure it is.
    pub sure: Sureness,
    /// Why.
    pub evidence: String,
    /// Values, masked.
    pub examples: Vec<String>,
    /// Share of the sampled requests that have it, in hundredths.
    pub share: u64,
    /// Whether its values are sessions of the directory.
    pub sessions: bool,
    score: u64,
}

impl Candidate {
    /// As a case writes it, without quotes.
    pub fn text(&self) -> String {
        self.key.to_string().trim_matches('"').to_owned()
    }
}

/// What a place held in the sampled lines.
#[derive(Default)]
struct Held {
    requests: u64,
    present: u64,
    values: BTreeSet<Vec<u8>>,
    by_client: BTreeMap<Vec<u8>, BTreeMap<Vec<u8>, u64>>,
}

/// The places that may hold the account, the best first.
pub fn candidates(how: &Recognised, sample: &Sample, known: &Known) -> Vec<Candidate> {
    let mut found = Vec::new();
    for key in places(how, sample).into_iter().take(TRIED) {
        let Ok(format) = how.format.clone().bind_account(Some(&key)) else {
            continue;
        };
        let held = held(&format, sample);
        found.extend(candidate(key, &held, known));
    }
    // Of equals the one that was thought of first: the format's own user.
    found.sort_by_key(|candidate| std::cmp::Reverse(candidate.score));
    found
}

fn places(how: &Recognised, sample: &Sample) -> Vec<AccountKey> {
    let mut keys = vec![AccountKey::Field("remote_user".to_owned())];
    let field = |name: &str| AccountKey::Field(name.to_owned());
    if let Some(pattern) = &how.spec.pattern {
        let columns = pattern.split('$').skip(1).map(|rest| {
            let plain = |c: char| !(c.is_ascii_alphanumeric() || c == '_');
            &rest[..rest.find(plain).unwrap_or(rest.len())]
        });
        keys.extend(
            columns
                .filter(|name| name.starts_with("column") || *name == "http_cookie")
                .map(field),
        );
    }
    match how.format.name() {
        "w3c" => {
            for line in sample
                .lines
                .iter()
                .filter(|line| line.starts_with(b"#Fields:"))
                .take(1)
            {
                let text = String::from_utf8_lossy(line).into_owned();
                let columns = text.split_ascii_whitespace().skip(1);
                let telling = |name: &&str| {
                    *name == "cs-username"
                        || name.to_lowercase().contains("cookie")
                        || name.starts_with("x-")
                };
                keys.extend(columns.filter(telling).map(field));
            }
        }
        "json" => keys.extend(json::paths(&sample.lines()).keys().map(|path| field(path))),
        _ => {}
    }
    let cookies: Vec<AccountKey> = keys
        .iter()
        .flat_map(|key| cookies(how, sample, key))
        .collect();
    keys.extend(cookies);
    keys.extend(
        parameters(&how.format, sample)
            .into_iter()
            .map(AccountKey::Query),
    );
    keys
}

/// The cookies that stand at a place which holds cookies.
fn cookies(how: &Recognised, sample: &Sample, key: &AccountKey) -> Vec<AccountKey> {
    let Ok(format) = how.format.clone().bind_account(Some(key)) else {
        return Vec::new();
    };
    let held = held(&format, sample);
    let lists = held
        .values
        .iter()
        .filter(|value| value.contains(&b'='))
        .count();
    if lists * 10 < held.values.len() * 9 || lists == 0 {
        return Vec::new();
    }
    let mut names = BTreeSet::new();
    for value in &held.values {
        for pair in value.split(|b| *b == b';') {
            let pair = pair
                .trim_ascii()
                .strip_prefix(b"+")
                .unwrap_or(pair.trim_ascii());
            if let Some(at) = memchr::memchr(b'=', pair) {
                names.insert(String::from_utf8_lossy(&pair[..at]).into_owned());
            }
        }
    }
    names.into_iter().take(10).map(AccountKey::Cookie).collect()
}

/// Query parameters that are called as accounts are.
fn parameters(format: &Format, sample: &Sample) -> Vec<String> {
    let mut names = BTreeSet::new();
    each(format, sample, |record| {
        if let Some(target) = record.target.as_deref() {
            for (name, _) in Target::read(target).parameters() {
                let name = String::from_utf8_lossy(&name).into_owned();
                if is_account(&name) && paging(name.as_bytes()).is_none() {
                    names.insert(name);
                }
            }
        }
    });
    names.into_iter().take(20).collect()
}

fn each(format: &Format, sample: &Sample, mut see: impl FnMut(&crate::format::Record<'_>)) {
    let mut state = State::default();
    for line in &sample.lines {
        if let Line::Record(record) = format.parse(&mut state, line, 0) {
            see(&record);
        }
    }
}

fn held(format: &Format, sample: &Sample) -> Held {
    let mut held = Held::default();
    each(format, sample, |record| {
        let claimed = matches!(record.status, Some(400 | 401));
        if record.target.is_none() || claimed {
            return;
        }
        held.requests += 1;
        if let Some(account) = &record.account {
            held.present += 1;
            held.values.insert(account.to_vec());
            let client = record.client.as_deref().unwrap_or_default().to_vec();
            let accounts = held.by_client.entry(client).or_default();
            *accounts.entry(account.to_vec()).or_default() += 1;
        }
    });
    held
}

fn candidate(key: AccountKey, held: &Held, known: &Known) -> Option<Candidate> {
    let different = held.values.len() as u64;
    if different < 2 || held.requests == 0 {
        return None;
    }
    let text = key.to_string();
    let share = held.present * 100 / held.requests;
    let of = |set: &std::collections::HashSet<Vec<u8>>| {
        let hits = held
            .values
            .iter()
            .filter(|value| set.contains(*value))
            .count() as u64;
        hits * 100 / different
    };
    let (accounts, sessions) = (of(&known.accounts), of(&known.sessions));
    let examples = held
        .values
        .iter()
        .take(3)
        .map(|value| masked(&String::from_utf8_lossy(value)))
        .collect();
    let place = text.trim_matches('"');
    let name = place.rsplit(['.', ':']).next().unwrap_or(place);
    let steady = steadiness(held);
    let (score, sure, evidence) = if accounts.max(sessions) >= 30 {
        let table = if sessions > accounts {
            "sessions"
        } else {
            "accounts and grants"
        };
        let evidence = format!(
            "{} % of its {different} values stand in the directory's {table}",
            accounts.max(sessions)
        );
        (
            1000 + accounts.max(sessions) * 2 + share / 10,
            Sureness::Sure,
            evidence,
        )
    } else if !plausible(held) {
        return None;
    } else {
        let named = is_account(name) || is_account(place);
        let own = matches!(name, "remote_user" | "cs-username");
        let query = matches!(key, AccountKey::Query(_));
        let evidence = format!(
            "in {share} % of the sampled requests, {different} different values; {steady} % of a client's requests \
             carry the same one{}",
            if named { "; named as accounts are" } else { "" }
        );
        let score = share / 2 + steady / 2 + if own { 80 } else { u64::from(named) * 60 };
        let likely = share >= 5 && (own || named && steady >= 30);
        // An ID that was asked for comes as steadily as an account does; only its name tells.
        if !likely && (query || steady < 60 || share < 20 || different < 10) {
            return None;
        }
        (
            score,
            if likely {
                Sureness::Likely
            } else {
                Sureness::Guess
            },
            evidence,
        )
    };
    Some(Candidate {
        key,
        sure,
        evidence,
        examples,
        share,
        sessions: sessions > accounts,
        score,
    })
}

/// Values that come again, that are neither addresses nor sentences.
fn plausible(held: &Held) -> bool {
    let different = held.values.len() as u64;
    let odd = |value: &&Vec<u8>| {
        let text = String::from_utf8_lossy(value);
        text.parse::<std::net::IpAddr>().is_ok()
            || text.contains(['/', ' ', '='])
            || text.len() > 128
            || text.parse::<f64>().is_ok() && text.contains('.')
    };
    let odd = held.values.iter().filter(odd).count() as u64;
    held.present * 2 >= different * 3 && odd * 5 < different && different > 2
}

/// Of the clients with several requests: how much of them carries the client's commonest value, in
/// hundredths.
fn steadiness(held: &Held) -> u64 {
    let (mut same, mut all) = (0, 0);
    for accounts in held.by_client.values() {
        let sum: u64 = accounts.values().sum();
        if sum > 2 {
            all += sum;
            same += accounts.values().max().copied().unwrap_or(0);
        }
    }
    (same * 100u64).checked_div(all).unwrap_or(0)
}

/// Whether accounts and sessions go under this name.
pub(super) fn is_account(name: &str) -> bool {
    let plain: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    NAMES.contains(&plain.as_str())
}
