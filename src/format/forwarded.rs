//! Whose word on a client's address is taken: trusted proxies and `X-Forwarded-For`.

use super::Record;

/// Networks of proxies that the case trusts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxies {}

impl Proxies {
    /// Puts the address in the record that the trusted proxies vouch for.
    pub(super) fn resolve(&self, _record: &mut Record<'_>) {}
}
