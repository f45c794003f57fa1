//! Sets aside what is no part of the incident: accounts and addresses that the case excludes, and what lies outside of
//! its period. Counted, never dropped in silence.

use std::collections::HashSet;

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
    clients: HashSet<u32>,
    pub set_aside: SetAside,
    /// How many accesses are left.
    pub taken: u64,
    /// First and last of them.
    pub logs: Option<(Stamp, Stamp)>,
}

impl<'c> Sift<'c> {
    pub fn of(case: &'c Case, names: &Names, people: &People) -> Sift<'c> {
        let all = match case.exclude_accounts.is_empty() {
            true => 0..0,
            false => 0..people.len() as u32,
        };
        let accounts = all.filter(|number| {
            let person = people.person(*number);
            let excluded = |account: &String| account.as_bytes() == person.name;
            person.kind == PersonKind::Account && case.exclude_accounts.iter().any(excluded)
        });
        let all = match case.exclude_clients.is_empty() {
            true => 0..0,
            false => 0..names.clients.len() as u32,
        };
        let clients = all.filter(|number| case.excludes_client(names.clients.name(*number)));
        Sift {
            case,
            accounts: accounts.collect(),
            clients: clients.collect(),
            set_aside: SetAside::default(),
            taken: 0,
            logs: None,
        }
    }

    /// Whether an access is looked at; counted the first time only.
    pub fn takes(&mut self, who: u32, access: &Access, first: bool) -> bool {
        let aside = &mut self.set_aside;
        let counter = if !self.accounts.is_empty() && self.accounts.contains(&who) {
            &mut aside.excluded_accounts
        } else if !self.clients.is_empty() && self.clients.contains(&access.client) {
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
}
