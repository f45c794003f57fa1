//! Who stood behind an access in the end: sessions resolved, addresses told apart from accounts.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};

use crate::case::{Directory, SessionRow};
use crate::sequence::{Access, Accesses, Interner, NONE, Names, text};

use super::unnamed::{self, Unnamed};

/// Where a file's lines come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileOf {
    /// Index of its source.
    pub source: usize,
    /// Whether that carries accounts at all.
    pub has_accounts: bool,
}

/// Somebody who made requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// What kind of somebody.
    pub kind: PersonKind,
    /// The account, or the client address, as the log writes it.
    pub name: Vec<u8>,
}

/// What is known of who asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum PersonKind {
    /// An account.
    Account,
    /// An address on lines without an account, in a source that has accounts: beyond every scope.
    AnonymousClient,
    /// An address in a source that carries no account at all: of unknown scope.
    UnattributedClient,
}

impl Person {
    /// The name for tables: the account, or `client:ADDRESS`.
    pub fn label(&self) -> String {
        match self.kind {
            PersonKind::Account => text(&self.name),
            _ => format!("client:{}", text(&self.name)),
        }
    }
}

/// Everybody, by number.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct People {
    keys: Interner,
    /// Stretches in which a source that has accounts names none.
    pub unnamed: Vec<Unnamed>,
    /// File and line of the accesses in these.
    places: BTreeSet<(u32, u64)>,
    /// Numbers of actors who are the same whenever they ask; [`NONE`] for the others.
    steady: Vec<u32>,
}

impl People {
    /// Finds out who made the accesses; then [`People::who`] tells it of each. The accesses may come in any order that
    /// leaves those of a request side by side: everybody is numbered by the line that shows them first.
    pub fn resolve(
        directory: &Directory,
        accesses: &Accesses,
        names: &Names,
        files: &[FileOf],
    ) -> People {
        let (unnamed, places) = unnamed::find(accesses, names, files);
        let mut people = People {
            keys: Interner::default(),
            unnamed,
            places,
            steady: vec![NONE; names.actors.len()],
        };
        let sessions = sessions(directory);
        let mut firsts: Vec<(u32, u64)> = Vec::new();
        accesses.visit(|_, access| {
            let known = people.steady.get(access.actor as usize);
            let number = match known {
                Some(known) if *known != NONE => *known,
                _ => {
                    let (key, steady) = people.key(&sessions, names, files, access);
                    let number = people.keys.number(&key);
                    if steady && let Some(slot) = people.steady.get_mut(access.actor as usize) {
                        *slot = number;
                    }
                    number
                }
            };
            let place = (access.file, access.line);
            match firsts.get_mut(number as usize) {
                Some(first) => *first = (*first).min(place),
                None => firsts.push(place),
            }
        });
        people.renumber(&firsts);
        people
    }

    /// Numbers everybody anew by the places at which they are first seen.
    fn renumber(&mut self, firsts: &[(u32, u64)]) {
        if firsts.is_sorted() {
            return;
        }
        let mut order: Vec<u32> = (0..firsts.len() as u32).collect();
        order.sort_by_key(|number| firsts[*number as usize]);
        let mut keys = Interner::for_about(order.len());
        let mut moved = vec![NONE; order.len()];
        for number in order {
            moved[number as usize] = keys.number(self.keys.name(number));
        }
        for steady in &mut self.steady {
            *steady = moved.get(*steady as usize).copied().unwrap_or(NONE);
        }
        self.keys = keys;
    }

    /// Who made an access.
    pub fn who<'d>(
        &'d self,
        directory: &'d Directory,
        names: &'d Names,
        files: &'d [FileOf],
    ) -> impl Fn(&Access) -> u32 + 'd {
        let sessions = sessions(directory);
        move |access| match self.steady.get(access.actor as usize) {
            Some(number) if *number != NONE => *number,
            _ => {
                let (key, _) = self.key(&sessions, names, files, access);
                self.keys.known(&key).unwrap_or(NONE)
            }
        }
    }

    /// The key of who made an access, and whether it is the same for every access by this actor.
    fn key(
        &self,
        sessions: &Sessions<'_>,
        names: &Names,
        files: &[FileOf],
        access: &Access,
    ) -> (Vec<u8>, bool) {
        let actor = names.actors.name(access.actor);
        match actor.split_first() {
            Some((b'a', account)) => (
                account_key(account, access, sessions),
                !sessions.contains_key(account),
            ),
            Some((b'n', _)) => (actor.to_vec(), true),
            _ => {
                let named = files
                    .get(access.file as usize)
                    .is_some_and(|file| file.has_accounts);
                let lost = self.places.contains(&(access.file, access.line));
                let kind = if named && !lost { b'c' } else { b'n' };
                let key = [&[kind], actor.get(1..).unwrap_or_default()].concat();
                (key, false)
            }
        }
    }

    /// Somebody by number.
    pub fn person(&self, number: u32) -> Person {
        let key = self.keys.name(number);
        let kind = match key.first() {
            Some(b'c') => PersonKind::AnonymousClient,
            Some(b'n') => PersonKind::UnattributedClient,
            _ => PersonKind::Account,
        };
        Person {
            kind,
            name: key.get(1..).unwrap_or_default().to_vec(),
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}

/// Under which name all accesses of one account, or of one address without an account, are found together, before it is
/// known which sources have accounts at all.
pub struct Together<'d> {
    sessions: Sessions<'d>,
}

impl<'d> Together<'d> {
    /// With a directory's sessions.
    pub fn new(directory: &'d Directory) -> Together<'d> {
        Together {
            sessions: sessions(directory),
        }
    }

    /// The name for an access by an actor: `a` + account, or `c` + address.
    pub fn key(&self, actor: &[u8], access: &Access) -> Vec<u8> {
        match actor.split_first() {
            Some((b'a', account)) => account_key(account, access, &self.sessions),
            _ => [b"c", actor.get(1..).unwrap_or_default()].concat(),
        }
    }
}

type Sessions<'d> = HashMap<&'d [u8], Vec<&'d SessionRow>>;

fn sessions(directory: &Directory) -> Sessions<'_> {
    let mut sessions = Sessions::new();
    for row in directory.sessions.as_deref().unwrap_or_default() {
        sessions
            .entry(row.session.as_bytes())
            .or_default()
            .push(row);
    }
    sessions
}

/// A session becomes the account whose it was then; what is no session stays as the log names it.
fn account_key(name: &[u8], access: &Access, sessions: &Sessions<'_>) -> Vec<u8> {
    let row = sessions
        .get(name)
        .and_then(|rows| rows.iter().find(|row| row.valid.holds(access.time)));
    let account = row.map_or(name, |row| row.account.as_bytes());
    [b"a", account].concat()
}
