//! Sets aside what is no part of the incident: accounts and addresses that the case excludes, and what lies outside of
//! its period. Counted, never dropped in silence.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::case::Case;
use crate::scope::{People, PersonKind};
use crate::sequence::{Access, Names};
use crate::words::Stamp;

/// Accesses that are not part of the incident; counted, never dropped in silence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetAside {
    /// By accounts that the case excludes.
    pub excluded_accounts: u64,
    /// From addresses that the case excludes.
    pub excluded_clients: u64,
    /// Outside of the period that must be answered for.
    pub outside_period: u64,
}

/// Sets aside what is no part of the incident.
pub(super) struct Sift<'c> {
    case: &'c Case,
    accounts: HashSet<u32>,
    names: &'c Names,
    /// Which addresses the case excludes, as far as it was asked.
    clients: HashMap<u32, bool>,
    pub set_aside: SetAside,
    /// How many accesses are left.
    pub taken: u64,
    /// First and last of them.
    pub logs: Option<(Stamp, Stamp)>,
}

impl<'c> Sift<'c> {
    pub fn of(case: &'c Case, names: &'c Names, people: &People) -> Sift<'c> {
        let all = match case.exclude_accounts.is_empty() {
            true => 0..0,
            false => 0..people.len() as u32,
        };
        let accounts = all.filter(|number| {
            let person = people.person(*number);
            let excluded = |account: &String| account.as_bytes() == person.name;
            person.kind == PersonKind::Account && case.exclude_accounts.iter().any(excluded)
        });
        Sift {
            case,
            accounts: accounts.collect(),
            names,
            clients: HashMap::new(),
            set_aside: SetAside::default(),
            taken: 0,
            logs: None,
        }
    }

    /// Whether an access is looked at; counted the first time only.
    pub fn takes(&mut self, who: u32, access: &Access, first: bool) -> bool {
        let own_client = self.excludes_client(access.client);
        let aside = &mut self.set_aside;
        let counter = if !self.accounts.is_empty() && self.accounts.contains(&who) {
            &mut aside.excluded_accounts
        } else if own_client {
            &mut aside.excluded_clients
        } else if !crate::case::in_period(self.case.period, access.time) {
            &mut aside.outside_period
        } else {
            let at = access.time;
            let (from, until) = self.logs.unwrap_or((at, at));
            self.logs = Some((from.min(at), until.max(at)));
            self.taken += u64::from(first);
            return true;
        };
        *counter += u64::from(first);
        false
    }

    fn excludes_client(&mut self, client: u32) -> bool {
        let Sift { case, names, .. } = self;
        if case.exclude_clients.is_empty() {
            return false;
        }
        let known = self.clients.entry(client);
        *known.or_insert_with(|| case.excludes_client(&names.clients.name(client)))
    }
}
