//! Where a source says who asked: every place that could, tried on sampled lines and weighed.

use std::collections::{BTreeMap, BTreeSet};

use super::known::Known;
use super::recognise::{Recognised, Sample};
use super::shape::{Kind, kind, masked, paging};
use super::{Sureness, json, table};
use crate::case::AccountKey;
use crate::format::target::Target;
use crate::format::{Format, Line, State};

/// Names under which accounts and sessions go.
const NAMES: [&str; 48] = [
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
    "usr",
    "upn",
    "userprincipalname",
    "principalid",
    "enduserid",
    "actorid",
    "loginname",
    "benutzer",
    "benutzername",
    "bruger",
    "brugernavn",
    "anvndare",
    "anvandare",
    "konto",
];
/// Words before a name that say where it was taken from.
const WHENCE: [&str; 13] = [
    "http", "x", "jwt", "auth", "claims", "claim", "req", "request", "client", "current", "remote",
    "source", "ctx",
];
/// Claims of a token that name the account, the most telling first.
const CLAIMS: [&str; 6] = [
    "sub",
    "preferred_username",
    "upn",
    "email",
    "uid",
    "user_id",
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
    /// Requests at which the answer's status stands there.
    statuses: u64,
    values: BTreeSet<Vec<u8>>,
    by_client: BTreeMap<Vec<u8>, BTreeMap<Vec<u8>, u64>>,
}

/// The places that may hold the account, the best first.
pub fn candidates(how: &Recognised, sample: &Sample, known: &Known) -> Vec<Candidate> {
    let mut found = Vec::new();
    let own = held(&how.format, sample);
    let bound = |key: &AccountKey| {
        let format = how.format.clone().bind_account(Some(key)).ok()?;
        Some(held(&format, sample))
    };
    let mut places = places(how, sample);
    // Those that are called so first: there may be more than are tried.
    places.sort_by_key(|key| !is_account(key.to_string().trim_matches('"')));
    for key in places.into_iter().take(TRIED) {
        let Some(held) = bound(&key) else { continue };
        if let Some(claim) = claim_of(&key, &held, bound) {
            found.extend(candidate(claim.0, &claim.1, &own, known));
            continue;
        }
        found.extend(candidate(key, &held, &own, known));
    }
    // Of equals the one that was thought of first: the format's own user.
    found.sort_by_key(|candidate| std::cmp::Reverse(candidate.score));
    found
}

/// The claim that names the account, where most values of a place are tokens that have one.
fn claim_of(
    key: &AccountKey,
    at_place: &Held,
    bound: impl Fn(&AccountKey) -> Option<Held>,
) -> Option<(AccountKey, Held)> {
    // Header and payload of a token are objects, and every such object begins so.
    let token = |value: &&Vec<u8>| memchr::memmem::find(value, b"eyJ").is_some_and(|at| at < 10);
    let tokens = at_place.values.iter().filter(token).count();
    if tokens == 0 || tokens * 10 < at_place.values.len() * 8 {
        return None;
    }
    CLAIMS.iter().find_map(|claim| {
        let key = AccountKey::Claim((*claim).to_owned(), Box::new(key.clone()));
        let held = bound(&key)?;
        (held.present * 2 > at_place.present).then_some((key, held))
    })
}

/// Share of the sampled requests, in hundredths, that have a user where their own way of writing has its place.
pub fn own_share(how: &Recognised, sample: &Sample) -> u64 {
    let own = held(&how.format, sample);
    (own.present * 100).checked_div(own.requests).unwrap_or(0)
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
        "logfmt" => {
            let lines = sample.lines.iter().take(200);
            let pairs = lines.flat_map(|line| how.format.fields(&State::default(), line));
            let names: BTreeSet<String> = pairs.map(|(name, _)| name).collect();
            keys.extend(names.iter().map(|name| field(name)));
        }
        // Headers that a balancer was told to write down, and tags, have no names.
        "haproxy" | "rails" => {
            let lines = sample.lines.iter().take(200);
            let cells = lines.flat_map(|line| how.format.fields(&State::default(), line));
            let names: BTreeSet<String> = cells.map(|(name, _)| name).collect();
            let chosen = |name: &&String| name.starts_with("capture.") || name.starts_with("tag.");
            keys.extend(names.iter().filter(chosen).map(|name| field(name)));
        }
        "csv" => {
            let told = how.spec.fields.iter().find(|(key, _)| key == "columns");
            let told = told.map(|(_, names)| {
                let split = names.split([',', ';', '|', '\t']);
                split.map(str::to_owned).collect::<Vec<_>>()
            });
            let columns = told.or_else(|| table::header(&sample.lines()).map(|(_, names)| names));
            keys.extend(columns.iter().flatten().map(|name| field(name)));
        }
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
            let status = record.status.map(|status| status.to_string());
            held.statuses += u64::from(status.is_some_and(|s| s.as_bytes() == &**account));
            held.values.insert(account.to_vec());
            let client = record.client.as_deref().unwrap_or_default().to_vec();
            let accounts = held.by_client.entry(client).or_default();
            *accounts.entry(account.to_vec()).or_default() += 1;
        }
    });
    held
}

fn candidate(key: AccountKey, held: &Held, own: &Held, known: &Known) -> Option<Candidate> {
    let different = held.values.len() as u64;
    if different < 2 || held.requests == 0 || held.statuses == held.present {
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
        let claimed = matches!(key, AccountKey::Claim(..));
        let named = claimed || is_account(name) || is_account(place);
        let own = matches!(name, "remote_user" | "cs-username")
            || held.values == own.values && held.present == own.present;
        let mails = are_mails(held);
        let query = matches!(key, AccountKey::Query(_));
        // Where the directory has accounts at all.
        let strange = match known.accounts.is_empty() {
            true => String::new(),
            false => format!(
                "; but only {accounts} % of them stand in its accounts and grants: they may be written otherwise there, or be \
                 sessions of which a table is missing"
            ),
        };
        let evidence = format!(
            "in {share} % of the sampled requests, {different} different values; {steady} % of a client's requests \
             carry the same one{}{strange}",
            match (claimed, named, mails) {
                (true, ..) => "; claimed by the token that stands there",
                (_, true, _) => "; named as accounts are",
                (_, _, true) => "; mail addresses",
                _ => "",
            }
        );
        let score = share / 2 + steady / 2 + if own { 80 } else { u64::from(named) * 60 };
        let likely = share >= 5 && (own || (named || mails) && steady >= 30);
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

/// Whether nine of ten values are mail addresses: of whom, if not of whoever asked, a server seldom writes down.
fn are_mails(held: &Held) -> bool {
    let mails = held.values.iter().filter(|value| kind(value) == Kind::Mail);
    held.values.len() > 2 && mails.count() * 10 >= held.values.len() * 9
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

/// Whether accounts and sessions go under this name, or under its last words: `_source.user.name`, `jwt_sub`.
pub(super) fn is_account(name: &str) -> bool {
    let mut words = words(name);
    loop {
        if NAMES.contains(&words.concat().as_str()) {
            return true;
        }
        match words.first() {
            Some(first) if WHENCE.contains(&first.as_str()) && words.len() > 1 => words.remove(0),
            _ => break,
        };
    }
    let parts: Vec<&str> = name.rsplitn(3, '.').take(2).collect();
    match parts[..] {
        [last, before] => NAMES.contains(&plain(&format!("{before}{last}")).as_str()),
        _ => false,
    }
}

/// A name's letters and digits, small.
fn plain(name: &str) -> String {
    let plain = name.chars().filter(char::is_ascii_alphanumeric);
    plain.map(|c| c.to_ascii_lowercase()).collect()
}

/// The words of a name, small, told by what stands between them or by capitals.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    let mut small = false;
    for c in name.chars() {
        let begins = !c.is_ascii_alphanumeric() || c.is_ascii_uppercase() && small;
        if begins && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        small = c.is_ascii_lowercase();
        if let (true, Some(word)) = (c.is_ascii_alphanumeric(), words.last_mut()) {
            word.push(c.to_ascii_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}
