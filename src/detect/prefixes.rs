//! Prefix walks: search and type-ahead are address books too, read out by asking for `aa`, `ab`, `ac`, ...
//!
//! Somebody who types asks for a longer prefix each time and then stops; a walk asks for prefixes of one length in
//! alphabetical order. In random order a run of n has the chance 1/n!. Scope plays no part here: whom a search
//! returned is mostly not in the log.

use super::contacts::Contact;
use super::{Facts, Peers, Signal};
use crate::case::Thresholds;

/// Longest words that are taken for prefixes.
const LONGEST: usize = 4;

/// Longest run of short words of one length that follow each other in alphabetical order.
pub(super) fn run(contacts: &[Contact<'_>]) -> u32 {
    let containers = contacts.iter().filter(|contact| contact.container);
    let words = containers.filter_map(|contact| word(contact.id()));
    let words: Vec<String> = words.collect();
    let onwards = |a: &String, b: &String| a.chars().count() == b.chars().count() && a < b;
    let runs = words.chunk_by(onwards).map(<[_]>::len);
    // One ID that is a short word proves nothing; a run begins with two.
    runs.max().filter(|run| *run > 1).unwrap_or(0) as u32
}

fn word(id: &[u8]) -> Option<String> {
    // Most IDs are numbers.
    if id.iter().any(u8::is_ascii_digit) {
        return None;
    }
    let text = std::str::from_utf8(id).ok()?.to_lowercase();
    let short = (1..=LONGEST).contains(&text.chars().count());
    (short && text.chars().all(char::is_alphabetic)).then_some(text)
}

pub(super) fn signal(facts: &Facts, peers: &Peers, limits: &Thresholds) -> Signal {
    Signal::at_least(
        "prefixes",
        f64::from(facts.prefixes),
        limits.prefixes,
        "searched words of one length in alphabetical order; a run of n has the chance 1/n! in random order",
    )
    .unless_common(peers, limits)
}
