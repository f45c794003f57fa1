//! IDs that every tenant counts for itself: number 12 is another pupil in each school. A request then does not say whose data
//! it asked for, whoever reads the own would be taken for reading all others', and all of them for disclosed. Refused, with
//! the ways out. One thing that several share, a file or a message, has one ID and many owners too, but not most of them.

use super::Ending;
use crate::scope::Atlas;

/// Such IDs, and their share of all, from which it is a way of counting.
const IDS: usize = 20;
const OF: usize = 2;

/// Holds the table of objects against it.
///
/// # Errors
/// Most of its IDs are several tenants'.
pub(super) fn check(atlas: &Atlas<'_>) -> Result<(), Ending> {
    let (all, apart, one) = atlas.owned_apart();
    let Some(one) = one.filter(|_| apart >= IDS && apart * OF >= all) else {
        return Ok(());
    };
    Err(Ending::Usage(format!(
        "[directory] objects: {apart} of {all} IDs stand for different data subjects of different controllers at the same \
         time, such as \"{one}\", so that each tenant seems to count its own: a request then does not say whose data it \
         asked for. Where the path names the tenant, make it part of the ID, with path = \"/api/{{contact*}}\" and rows such \
         as \"TENANT/contacts/{one}\"; where only the host does, make a case for each tenant, of the lines for its host, its \
         rows of objects and members, and all grants"
    )))
}
