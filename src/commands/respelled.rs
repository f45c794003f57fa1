//! Names that requests bear and the directory has otherwise written: accounts in another case or with a domain, IDs whose
//! leading zeros a spreadsheet took away. Whether they are the same nobody can tell here, and so they stay apart; it is said,
//! for else nobody would know why all is unknown.

use hashbrown::{HashMap, HashSet};

use crate::case::Case;
use crate::format::target::{decode, within};
use crate::scope::Atlas;
use crate::sequence::{Interner, Names, text};
use crate::words::counted;

/// IDs of requests, and of `members`, that are held against the table of objects.
const LOOKED_AT: usize = 1000;
/// Fewest unknown IDs that are worth a second look.
const FEW: usize = 10;

/// What to say of accounts, of requested IDs and of IDs in `members`.
pub(super) fn remarks(case: &Case, atlas: &Atlas<'_>, names: &Names) -> Vec<String> {
    let of_accounts = accounts(case, atlas, names);
    let asked = some(&names.objects);
    let listed = case.directory.members.iter().flatten();
    let listed = || listed.clone().map(|row| row.object.as_bytes());
    let step = (listed().count() / LOOKED_AT).max(1);
    let listed = listed().step_by(step).collect();
    let of_objects = [
        (asked, "IDs that requests name"),
        (listed, "objects that the table of members names"),
    ];
    let lettered = lettered(case, &of_objects[0].0);
    let of_objects = of_objects
        .into_iter()
        .filter_map(|(ids, what)| objects(case, &ids, what));
    let of_accounts = of_accounts.into_iter().chain(lettered);
    of_accounts.chain(of_objects).collect()
}

fn some(names: &Interner) -> Vec<&[u8]> {
    let step = (names.len() / LOOKED_AT).max(1);
    let numbers = (0..names.len() as u32).step_by(step);
    numbers.map(|number| names.name(number)).collect()
}

/// By the table of grants; where that has no account otherwise written, by the table of accounts.
fn accounts(case: &Case, atlas: &Atlas<'_>, names: &Names) -> Option<String> {
    let directory = &case.directory;
    let granted = directory.grants.iter().flatten().map(|row| &*row.account);
    let listed = directory.accounts.iter().flatten();
    let listed = listed.map(|row| row.account.as_str());
    let sessions = directory.sessions.iter().flatten();
    let sessions: HashSet<&str> = sessions.map(|row| row.session.as_str()).collect();
    let by_grants = Held::of(names, granted, |name| {
        atlas.has_grants(name.as_bytes()) || sessions.contains(name)
    });
    by_grants
        .otherwise("grants", "what they may see")
        .or_else(|| by_grants.none())
        .or_else(|| {
            let known: HashSet<&str> = listed.clone().collect();
            Held::of(names, listed, |name| {
                known.contains(name) || sessions.contains(name)
            })
            .otherwise(
                "accounts",
                "whose they are, of what kind, and when they were closed",
            )
        })
}

/// The accounts of requests, held against a table's.
#[derive(Default)]
struct Held<'t> {
    all: usize,
    /// The table has them otherwise written.
    found: Vec<(String, &'t str)>,
    strange: Vec<String>,
}

impl<'t> Held<'t> {
    /// `known`: whether one stands in the table as it is, or is a session.
    fn of(
        names: &Names,
        table: impl Iterator<Item = &'t str> + Clone,
        known: impl Fn(&str) -> bool,
    ) -> Held<'t> {
        let mut held = Held::default();
        if table.clone().next().is_none() {
            return held;
        }
        let actors = &names.actors;
        let mut unknown = Vec::new();
        for number in 0..actors.len() as u32 {
            let Some(name) = actors.name(number).strip_prefix(b"a") else {
                continue;
            };
            held.all += 1;
            if !std::str::from_utf8(name).is_ok_and(&known) {
                unknown.push(name);
            }
        }
        if unknown.is_empty() {
            return held;
        }
        let mut plain: HashMap<String, Option<&'t str>> = HashMap::new();
        for account in table.collect::<HashSet<_>>() {
            for name in otherwise(account.as_bytes()) {
                // Two that could be meant are none.
                let one = plain.entry(name).or_insert(Some(account));
                *one = one.filter(|other| *other == account);
            }
        }
        for name in unknown {
            match otherwise(name).find_map(|one| *plain.get(&one)?) {
                Some(account) => held.found.push((text(name), account)),
                None => held.strange.push(text(name)),
            }
        }
        held.found.sort();
        held.strange.sort();
        held
    }

    fn otherwise(&self, table: &str, unknown: &str) -> Option<String> {
        let (name, account) = self.found.first()?;
        Some(format!(
            "{} that the table of {table} does not know would be known otherwise written (in another case, without escapes, \
             in UTF-8, with or without a domain or leading zeros), such as \"{name}\" as \"{account}\": if they are the \
             same, give [directory] a table `sessions` (session,account) that says so; until then nobody knows {unknown}",
            counted(self.found.len() as u64, "account")
        ))
    }

    /// None of them is there at all.
    fn none(&self) -> Option<String> {
        let first = self.strange.first()?;
        (self.strange.len() == self.all && self.all >= FEW).then(|| {
            format!(
                "none of {} that made requests stands in the table of grants, such as \"{first}\": the table is of another \
                 platform or names them otherwise, or `account` is not what names them; until then nobody knows what they \
                 may see",
                counted(self.all as u64, "account")
            )
        })
    }
}

/// IDs of which more than half are unknown to the table of objects, where it has them otherwise written.
fn objects(case: &Case, ids: &[&[u8]], what: &str) -> Option<String> {
    let directory = &case.directory;
    let rows = directory.objects.as_ref()?;
    let members = directory.members.iter().flatten();
    let containers = members.map(|row| row.container.as_bytes());
    let mut open: HashSet<&[u8]> = ids.iter().copied().collect();
    let all = open.len();
    for known in containers.chain(rows.iter().map(|row| row.object.as_bytes())) {
        open.remove(known);
    }
    if open.len() < FEW || open.len() * 2 <= all {
        return None;
    }
    let mut plain: HashMap<String, &[u8]> = HashMap::new();
    for id in &open {
        plain.extend(otherwise(id).map(|one| (one, *id)));
    }
    let mut found: HashMap<&[u8], &str> = HashMap::new();
    for row in rows.iter() {
        for one in otherwise(row.object.as_bytes()) {
            if let Some(id) = plain.get(&one) {
                let object = found.entry(*id).or_insert(row.object);
                *object = (*object).min(row.object);
            }
        }
    }
    let (id, object) = found.iter().min()?;
    (found.len() * 2 > open.len()).then(|| {
        format!(
            "{} of {all} {what} and that were looked at are not in the table of objects, and {} of these are there otherwise \
             written, of the form {} as {}: programs that open a table take leading zeros \
             away and append \".0\"; write the IDs in both as \
             requests do (export them as text), else whose they are nobody knows",
            open.len(),
            found.len(),
            form(&text(id)),
            form(object),
        )
    })
}

/// IDs that requests name with letters around them, of which most are known without.
fn lettered(case: &Case, ids: &[&[u8]]) -> Option<String> {
    let rows = case.directory.objects.as_ref()?;
    let mut open: HashMap<&[u8], &[u8]> = HashMap::new();
    open.extend(ids.iter().filter_map(|id| Some((within(id)?.1, *id))));
    let all = open.len();
    if all < FEW {
        return None;
    }
    let mut found = HashSet::new();
    for row in rows.iter() {
        if open.contains_key(row.object.as_bytes()) {
            found.insert(row.object);
        }
    }
    let object = *found.iter().min()?;
    let id = text(open.get(object.as_bytes())?);
    (found.len() * 2 > all).then(|| {
        format!(
            "{} of {all} IDs that requests name with letters around them, and that were looked at, are in the table of objects \
             without, of the form {} as {}: write these letters around the variable in the path of the route, such as \
             {{contact}}.json, else whose they are nobody knows",
            found.len(),
            form(&id),
            form(object),
        )
    })
}

/// How an ID is written, without saying which it is: it may be a protected person's.
fn form(id: &str) -> String {
    let mut leading = true;
    let sign = |c: char| {
        leading &= c == '0';
        match c {
            '0' if leading => '0',
            c if c.is_numeric() => '9',
            c if c.is_uppercase() => 'A',
            c if c.is_alphabetic() => 'a',
            c => c,
        }
    };
    id.chars().map(sign).collect()
}

/// A name without escapes and in lower case; then without domain, braces, and leading zeros or `.0` where it is a number. Bytes that
/// are no UTF-8 are taken as Latin-1.
fn otherwise(name: &[u8]) -> impl Iterator<Item = String> {
    let decoded = decode(name);
    let folded = match std::str::from_utf8(&decoded) {
        Ok(name) => name.trim().to_lowercase(),
        Err(_) => decoded
            .iter()
            .map(|byte| char::from(*byte))
            .collect::<String>()
            .to_lowercase(),
    };
    let bare = folded.rsplit(['\\', '/']).next().unwrap_or(&folded);
    let bare = bare.split('@').next().unwrap_or(bare);
    let bare = bare.trim_matches(['{', '}', '\'', '"']);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // Whole numbers of a column with empty cells are written so.
    let bare = bare
        .strip_suffix(".0")
        .filter(|bare| digits(bare))
        .unwrap_or(bare);
    let bare = match digits(bare) {
        true => bare.trim_start_matches('0'),
        false => bare,
    };
    let bare = Some(bare.to_owned()).filter(|bare| !bare.is_empty() && *bare != folded);
    std::iter::once(folded).chain(bare)
}
