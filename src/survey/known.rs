//! What a directory knows by name: accounts, sessions, objects, containers. To hold guesses against.

use std::collections::{HashMap, HashSet};

use super::values::Values;
use crate::case::{Directory, Objects};

/// IDs of a directory.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Accounts of `accounts` and `grants`.
    pub accounts: HashSet<Vec<u8>>,
    /// Sessions.
    pub sessions: HashSet<Vec<u8>>,
    /// Objects.
    pub objects: HashSet<Vec<u8>>,
    /// Containers, with how many members each has had.
    pub containers: HashMap<Vec<u8>, u64>,
}

impl Known {
    /// The IDs of a directory.
    pub fn of(directory: &Directory) -> Known {
        let mut known = Known::default();
        for row in directory.accounts.iter().flatten() {
            known.accounts.insert(row.account.clone().into_bytes());
        }
        for row in directory.grants.iter().flatten() {
            known.accounts.insert(row.account.as_bytes().to_vec());
        }
        for row in directory.sessions.iter().flatten() {
            known.sessions.insert(row.session.clone().into_bytes());
        }
        for row in directory.objects.iter().flat_map(Objects::iter) {
            known.objects.insert(row.object.as_bytes().to_vec());
        }
        for row in directory.members.iter().flatten() {
            *known
                .containers
                .entry(row.container.clone().into_bytes())
                .or_default() += 1;
        }
        known
    }

    /// Share of different values that are known as objects and as containers, in hundredths.
    pub fn shares(&self, values: &Values) -> (u64, u64) {
        let of = |hits: u64| {
            (hits.saturating_mul(100))
                .checked_div(values.distinct.len())
                .unwrap_or(0)
        };
        let (objects, containers) = self.hits(values);
        (of(objects), of(containers))
    }

    /// How many different values are known as objects and as containers.
    pub fn hits(&self, values: &Values) -> (u64, u64) {
        let all = values.distinct.sorted();
        let of = |known: &dyn Fn(&[u8]) -> bool| all.iter().filter(|v| known(v)).count() as u64;
        (
            of(&|value| self.objects.contains(value)),
            of(&|value| self.containers.contains_key(value)),
        )
    }

    /// Whether a word is the ID of an object or a container.
    pub fn names(&self, word: &[u8]) -> bool {
        self.objects.contains(word) || self.containers.contains_key(word)
    }

    /// Whether it can tell objects from containers.
    pub fn tells(&self) -> bool {
        !self.objects.is_empty() || !self.containers.is_empty()
    }
}
