//! What one access disclosed, by CASE.md §3's table: status, method and body size -> certainty.
//!
//! Which members stood on a page, and whether anybody may see them, is left to `scope`.

use crate::sequence::{Access, NO_BYTES};
use crate::words::Certainty;

/// How sure it is that an access had content, for a route whose empty bodies are below `empty_below`.
///
/// The table is silent on 2xx other than 200, 203, 204, 205 and 206 (207 is how address books over WebDAV
/// answer), on lines without a status, and on a 499 of which nobody counted how much went out: these are
/// `probable`, so that nothing is missed and nothing unproven is called confirmed.
pub fn certainty(access: &Access, empty_below: Option<u64>) -> Certainty {
    if !access.with_body {
        return Certainty::Nothing;
    }
    let least = empty_below.unwrap_or(1).max(1);
    let counted = access.bytes != NO_BYTES;
    let content = counted && access.bytes >= least;
    match access.status {
        200 | 203 | 206 if content => Certainty::Confirmed,
        200 | 203 | 206 if !counted => Certainty::Probable,
        304 => Certainty::Probable,
        499 if content || !counted => Certainty::Probable,
        // 0 stands for "no status in the log", and for what CloudFront writes as 000: the client left.
        0 if content || !counted => Certainty::Probable,
        201 | 202 | 207..=299 if content || !counted => Certainty::Probable,
        _ => Certainty::Nothing,
    }
}
