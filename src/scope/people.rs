//! Who stood behind an access in the end: sessions resolved, addresses told apart from accounts.

use std::collections::HashMap;

use crate::case::{Directory, SessionRow};
use crate::sequence::{Access, Interner, Names, text};

use super::unnamed::{self, Unnamed};

/// Where a file's lines come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileOf {
    /// Index of its source.
    pub source: usize,
    /// Whether that carries accounts at all.
    pub has_accounts: bool,
}

/// Somebody who made requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// What kind of somebody.
    pub kind: PersonKind,
    /// The account, or the client address, as the log writes it.
    pub name: Vec<u8>,
}

/// What is known of who asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
#[derive(Debug, Default)]
pub struct People {
    keys: Interner,
    /// Stretches in which a source that has accounts names none.
    pub unnamed: Vec<Unnamed>,
}

impl People {
    /// Finds out who made each access.
    pub fn resolve(
        directory: &Directory,
        accesses: &[Access],
        names: &Names,
        files: &[FileOf],
    ) -> (People, Vec<u32>) {
        let sessions = sessions(directory);
        let (unnamed, places) = unnamed::find(accesses, names, files);
        let mut people = People {
            unnamed,
            ..People::default()
        };
        let who = accesses
            .iter()
            .enumerate()
            .map(|(at, access)| {
                let actor = names.actors.name(access.actor);
                let key = match actor.split_first() {
                    Some((b'a', account)) => account_key(account, access, &sessions),
                    Some((b'n', _)) => actor.to_vec(),
                    _ => {
                        let named = files
                            .get(access.file as usize)
                            .is_some_and(|file| file.has_accounts);
                        let lost = places.contains(&at);
                        let kind = if named && !lost { b'c' } else { b'n' };
                        [&[kind], actor.get(1..).unwrap_or_default()].concat()
                    }
                };
                people.keys.number(&key)
            })
            .collect();
        (people, who)
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
