//! A claim out of a JSON Web Token that a log holds: decoded, never verified.
//!
//! What a claim is worth is for the answer to say; whether a token had expired is not looked at.

use std::borrow::Cow;

use super::Text;
use super::json::{Found, Node, Slot, first_text};
use super::target::decode;
use super::text::unquoted;

/// The claim that names the account, ready to be looked up.
#[derive(Debug)]
pub(super) struct Claim {
    paths: Node,
}

/// The text is no token, or a damaged one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Undecodable;

impl Claim {
    /// The claim of that name; a dot in it may also lead into an object.
    pub(super) fn new(name: &str) -> Claim {
        let mut paths = Node::default();
        paths.want(name, Slot::Account, 0);
        paths.seal();
        Claim { paths }
    }

    /// The claim's text or number in the token's payload, if the payload has it.
    pub(super) fn of(&self, field: &[u8]) -> Result<Option<Text<'static>>, Undecodable> {
        let plain = match memchr::memchr(b'%', field) {
            Some(_) => decode(field),
            None => Cow::Borrowed(field),
        };
        let payload = payload(token(&plain)).ok_or(Undecodable)?;
        let found = Found::of(&self.paths, &payload).ok_or(Undecodable)?;
        let value = found.get(Slot::Account).and_then(first_text);
        Ok(value.map(|text| Cow::Owned(text.into_owned())))
    }
}

/// The token without the quotes around it and the scheme before it.
fn token(field: &[u8]) -> &[u8] {
    let field = unquoted(field.trim_ascii()).trim_ascii();
    match field.split_at_checked(6) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case(b"bearer") => {
            // A form writes the blank as a plus sign.
            let blanks = rest.iter().take_while(|b| matches!(b, b' ' | b'\t' | b'+'));
            let token = &rest[blanks.count()..];
            if token.len() < rest.len() {
                unquoted(token)
            } else {
                field
            }
        }
        _ => field,
    }
}

/// The middle of three parts. The others say nothing about who it was; the last one may be missing
/// its letters, as tokens are logged on purpose.
fn payload(token: &[u8]) -> Option<Vec<u8>> {
    let mut parts = token.split(|&b| b == b'.');
    let (head, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || head.is_empty() {
        return None;
    }
    base64(payload)
}

/// Base 64 in its alphabet for URLs or in the older one, with or without padding.
fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let padding = text.iter().rev().take_while(|b| **b == b'=').count();
    let text = &text[..text.len() - padding];
    if padding > 2 || text.len() % 4 == 1 {
        return None;
    }
    let mut out = Vec::with_capacity(text.len() / 4 * 3 + 2);
    for group in text.chunks(4) {
        let mut bits = 0u32;
        for letter in group {
            bits = bits << 6 | u32::from(sextet(*letter)?);
        }
        bits <<= 6 * (4 - group.len());
        let bytes = bits.to_be_bytes();
        out.extend_from_slice(&bytes[1..group.len()]);
    }
    Some(out)
}

fn sextet(letter: u8) -> Option<u8> {
    Some(match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'-' | b'+' => 62,
        b'_' | b'/' => 63,
        _ => return None,
    })
}
