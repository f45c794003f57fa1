//! Sessions that no row of the table of sessions resolves at their time: whoever used them may be any account. A name that
//! another table knows is an account's.

use std::collections::HashSet;

use super::reading::Who;
use crate::case::Case;

/// Tells them from accounts.
#[derive(Default)]
pub(super) struct Strangers<'c> {
    /// Every account that some table names; `None` where the case has no table of sessions.
    known: Option<HashSet<&'c [u8]>>,
}

impl<'c> Strangers<'c> {
    pub(super) fn of(case: &'c Case) -> Strangers<'c> {
        let directory = &case.directory;
        let known = directory.sessions.as_ref().map(|sessions| {
            let sessions = sessions.iter().map(|row| row.account.as_bytes());
            let grants = directory.grants.iter().flatten();
            let accounts = directory.accounts.iter().flatten();
            sessions
                .chain(grants.map(|row| row.account.as_bytes()))
                .chain(accounts.map(|row| row.account.as_bytes()))
                .collect()
        });
        Strangers { known }
    }

    /// Whether a request's account is such a session.
    pub(super) fn hold(&self, who: Who<'_>) -> bool {
        let known = self.known.as_ref();
        match (known, who) {
            (Some(known), Who::Account(name)) => !known.contains(name),
            _ => false,
        }
    }

    /// Whether any account may stand behind a request.
    pub(super) fn may_be(&self, who: Who<'_>) -> bool {
        matches!(who, Who::Unattributed(_)) || self.hold(who)
    }
}
