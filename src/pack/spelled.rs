//! Text -> its tokens, and every run of them that could be an identifier.
//!
//! An identifier is looked for as a *whole token*: it must begin and end where a run of letters and digits begins and
//! ends. So `7` is found in `id=7&x`, and not in `17`, `7b` or a digest; `school 7` is found as a run of two tokens with
//! exactly that blank between them. What stands at the ends of an identifier and is neither letter nor digit is left
//! away. Letters are compared without regard to case. Which identifiers there are is `owners`'s.

use std::borrow::Cow;

use crate::format::target::decode;

/// A text, folded, with its tokens.
pub(super) struct Spelled {
    folded: String,
    /// Of each token: where it begins and ends in `folded`, and in the text.
    tokens: Vec<Token>,
}

#[derive(Clone, Copy)]
struct Token {
    folded: (usize, usize),
    text: (usize, usize),
}

/// A run of tokens.
#[derive(Clone, Copy)]
pub(super) struct Run<'s> {
    /// As it is compared.
    pub(super) folded: &'s str,
    /// Where it stands in the text.
    pub(super) from: usize,
    /// Where it ends there.
    pub(super) until: usize,
}

impl Spelled {
    /// Takes a text apart.
    pub(super) fn of(text: &str) -> Spelled {
        let mut folded = String::with_capacity(text.len());
        let mut tokens = Vec::new();
        let mut open: Option<(usize, usize)> = None;
        for (at, c) in text.char_indices() {
            match (c.is_alphanumeric(), open) {
                (true, None) => open = Some((folded.len(), at)),
                (false, Some((start, text_start))) => {
                    tokens.push(Token {
                        folded: (start, folded.len()),
                        text: (text_start, at),
                    });
                    open = None;
                }
                _ => {}
            }
            folded.extend(c.to_lowercase());
        }
        if let Some((start, text_start)) = open {
            tokens.push(Token {
                folded: (start, folded.len()),
                text: (text_start, text.len()),
            });
        }
        Spelled { folded, tokens }
    }

    /// How many tokens there are.
    pub(super) fn tokens(&self) -> usize {
        self.tokens.len()
    }

    /// The run of `count` tokens that begins with the token `first`.
    pub(super) fn run(&self, first: usize, count: usize) -> Option<Run<'_>> {
        let begin = self.tokens.get(first)?;
        let end = self.tokens.get((first + count).checked_sub(1)?)?;
        Some(Run {
            folded: &self.folded[begin.folded.0..end.folded.1],
            from: begin.text.0,
            until: end.text.1,
        })
    }

    /// All of it, from its first token to its last.
    pub(super) fn whole(&self) -> Option<(Run<'_>, usize)> {
        let count = self.tokens.len();
        self.run(0, count).map(|run| (run, count))
    }
}

/// How often percent-encoding is undone: a proxy that encodes what was encoded does so once or twice.
const LAYERS: usize = 3;

/// The text in every reading that a reader may give it: with percent-encoding undone, once, twice, thrice, and with the
/// escapes of JSON, of logs and of our tables (`\u00e4`, `\xC3`, `\u{e4}`) undone. The encoded form itself is no reading, for the `C3` of `%C3`
/// and the `a` of `\u{a}` are nobody's IDs.
pub(super) fn readings(text: &str) -> Vec<Cow<'_, str>> {
    let mut all = Vec::new();
    let mut last: Cow<'_, str> = Cow::Borrowed(text);
    for _ in 0..LAYERS {
        let decoded = decode(last.as_bytes());
        if *decoded == *last.as_bytes() {
            break;
        }
        last = Cow::Owned(String::from_utf8_lossy(&decoded).into_owned());
        all.push(last.clone());
    }
    if all.is_empty() {
        all.push(Cow::Borrowed(text));
    }
    for reading in &mut all {
        let unescaped = unescaped(reading);
        if unescaped != **reading {
            *reading = Cow::Owned(unescaped);
        }
    }
    all
}

/// `\u00e4`, `\xC3\xA4`, `\"` and `\/` as what they stand for.
fn unescaped(text: &str) -> String {
    if !text.contains('\\') {
        return text.to_owned();
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        let after = &rest[at + 1..];
        let (meant, length) = escape(after);
        bytes.extend_from_slice(&meant);
        rest = after.get(length..).unwrap_or_default();
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What the text behind a backslash stands for, and how long the escape is; the backslash itself where it is none.
fn escape(after: &str) -> (Vec<u8>, usize) {
    let code = |digits: usize| u32::from_str_radix(after.get(1..1 + digits)?, 16).ok();
    let meant = match after.as_bytes().first() {
        Some(b'u') if !after.starts_with("u{") => code(4)
            .and_then(char::from_u32)
            .map(|c| (c.to_string().into_bytes(), 5)),
        _ if after.starts_with("u{") => braced(after),
        Some(b'x') => code(2)
            .and_then(|byte| u8::try_from(byte).ok())
            .map(|byte| (vec![byte], 3)),
        _ => None,
    };
    meant.unwrap_or_else(|| (vec![b'\\'], 0))
}

/// `\u{a}`, as our own tables write what would act on a terminal.
fn braced(after: &str) -> Option<(Vec<u8>, usize)> {
    let end = after.find('}').filter(|end| (3..=8).contains(end))?;
    let code = u32::from_str_radix(after.get(2..end)?, 16).ok()?;
    Some((char::from_u32(code)?.to_string().into_bytes(), end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_undone() {
        assert_eq!(readings("a%2562"), ["a%62", "ab"]);
        assert_eq!(readings("x"), ["x"]);
        assert_eq!(readings("\\u0041\\x42"), ["AB"]);
        assert_eq!(readings("a\\\\b\\"), ["a\\\\b\\"]);
    }

    #[test]
    fn runs_are_of_whole_tokens() {
        let spelled = Spelled::of("Id=7;Hällstad KOMMUN.");
        assert_eq!(spelled.tokens(), 4);
        assert_eq!(spelled.run(1, 1).map(|run| run.folded), Some("7"));
        assert_eq!(
            spelled.run(2, 2).map(|run| run.folded),
            Some("hällstad kommun")
        );
        assert!(spelled.run(3, 2).is_none());
    }
}
