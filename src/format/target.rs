//! The one target normaliser: what a request asked for, in the one spelling that routes match.
//!
//! Many spellings reach the same resource; a scan that matched them byte by byte would miss the
//! disguised ones. Normalising a normalised path changes nothing. Matching is left to `route`.
//! A backslash is an ordinary byte here, as it is to the servers that write these logs on Unix.

use std::borrow::Cow;

/// Shortest ID of a list behind semicolons: what is shorter may be a version.
const LISTED: usize = 3;

/// A request target, taken apart.
#[derive(Clone, Debug)]
pub struct Target<'a> {
    host: Option<&'a [u8]>,
    raw_path: &'a [u8],
    path: Cow<'a, [u8]>,
    query: Option<&'a [u8]>,
}

impl<'a> Target<'a> {
    /// Reads a target as the log writes it: a path with or without a query, or the absolute form.
    /// Borrows where the path needs no change.
    pub fn read(raw: &'a [u8]) -> Target<'a> {
        let raw = cut(raw, b'#').0;
        let (host, rest) = split_authority(raw);
        let (path, query) = cut(rest, b'?');
        // `http://host` asks for the root.
        let path = if host.is_some() && path.is_empty() {
            b"/"
        } else {
            path
        };
        let raw_path = path;
        let path = if is_plain(path) {
            Cow::Borrowed(path)
        } else {
            Cow::Owned(normalised(path))
        };
        Target {
            host,
            raw_path,
            path,
            query,
        }
    }

    /// The normalised path: parameters after `;` cut from every segment, percent-encoded
    /// unreserved characters decoded and all other escapes in upper case (a `%` that begins no
    /// escape is written `%25`), then dot segments, duplicate slashes and a trailing slash
    /// removed. An encoded slash stays `%2F` and never separates.
    pub fn path(&self) -> &[u8] {
        &self.path
    }

    /// The path's segments; none for `/`. IDs among them are to be read through [`decode`].
    pub fn segments(&self) -> impl Iterator<Item = &[u8]> {
        let path = self.path.strip_prefix(b"/").unwrap_or(&self.path);
        path.split(|&b| b == b'/')
            .filter(|segment| !segment.is_empty())
    }

    /// The host that the absolute form names, without user and port.
    pub fn host(&self) -> Option<&'a [u8]> {
        self.host
    }

    /// The query as written, without its question mark; `None` when there is no question mark.
    pub fn raw_query(&self) -> Option<&'a [u8]> {
        self.query
    }

    /// The query's parameters in the order written, `+` read as a blank and percent-encoding
    /// undone in names and values. `&amp;` is no separator: the server saw a parameter `amp;x`. Behind them those of the
    /// path, `;jsessionid=…`.
    pub fn parameters(&self) -> impl Iterator<Item = (Cow<'a, [u8]>, Cow<'a, [u8]>)> + use<'a> {
        let query = self.query.unwrap_or_default();
        let own = query
            .split(|&b| b == b'&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, value) = cut(pair, b'=');
                (decode_form(name), decode_form(value.unwrap_or_default()))
            });
        let of_path = self.behind_semicolons().filter_map(|(_, piece)| {
            let (name, value) = cut(piece, b'=');
            Some((decode(name), decode(value?)))
        });
        own.chain(of_path)
    }

    /// What stands behind the semicolon of a segment that a list is written in, `/batch/101;102;103`: pieces that are no
    /// parameters and look as the first one does, which is `first`. `/contacts/12;v2` and `/contacts/1204;1` are one contact
    /// and nothing else.
    pub fn listed_with(&self, first: &[u8]) -> impl Iterator<Item = Cow<'a, [u8]>> {
        self.behind_semicolons()
            .filter(move |(own, piece)| *decode(own) == *first && !piece.contains(&b'='))
            .map(|(_, piece)| decode(piece))
            .filter(move |piece| {
                let long = piece.len().min(first.len()) >= LISTED;
                long && piece.len().abs_diff(first.len()) <= 1 && alike(piece, first)
            })
    }

    /// Each piece behind a semicolon of the path, with what stands before the first one of its segment.
    fn behind_semicolons(&self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> + use<'a> {
        let path = match memchr::memchr(b';', self.raw_path) {
            Some(_) => self.raw_path,
            None => &[],
        };
        path.split(|&b| b == b'/').flat_map(|segment| {
            let mut pieces = segment.split(|&b| b == b';');
            let first = pieces.next().unwrap_or_default();
            pieces
                .filter(|piece| !piece.is_empty())
                .map(move |piece| (first, piece))
        })
    }
}

/// Whether two IDs look as if one hand had written them: with digits, and of the same letters but for these, or equally
/// long and not short.
pub fn alike(a: &[u8], b: &[u8]) -> bool {
    let look = |id: &[u8]| {
        let mut look: Vec<u8> = id
            .iter()
            .map(|b| if b.is_ascii_digit() { b'0' } else { *b })
            .collect();
        look.dedup_by(|a, b| *a == b'0' && *b == b'0');
        look
    };
    let has_digit = |id: &[u8]| id.iter().any(u8::is_ascii_digit);
    let same = || a.len() == b.len() && a.len() >= 4 || look(a) == look(b);
    has_digit(a) && has_digit(b) && same()
}

/// An ID with letters around it that are the same for its whole kind: `p1237.json`, `Contacts(12)`, `Contacts('K7')`.
pub fn within(segment: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let parted = |start: usize, end: usize| {
        let own = segment
            .get(start..end)
            .filter(|own| own.iter().any(u8::is_ascii_digit))?;
        Some((&segment[..start], own, &segment[end..]))
    };
    if let Some(end) = segment
        .len()
        .checked_sub(1)
        .filter(|at| segment[*at] == b')')
    {
        let open = memchr::memchr(b'(', segment).filter(|at| *at > 0)? + 1;
        let inner = segment.get(open..end)?;
        let named = memchr::memchr(b'=', inner).map_or(0, |at| at + 1);
        let quoted = usize::from(matches!(
            &inner[named..],
            [b'\'', .., b'\''] | [b'"', .., b'"']
        ));
        let (start, end) = (open + named + quoted, end - quoted);
        let plain = |b: &u8| !b"(),='\"".contains(b);
        return parted(start, end).filter(|(_, own, _)| own.iter().all(plain));
    }
    let dot = memchr::memrchr(b'.', segment)?;
    let end = &segment[dot + 1..];
    let is_ending = (1..=5).contains(&end.len())
        && end.iter().all(u8::is_ascii_alphanumeric)
        && end.iter().any(u8::is_ascii_alphabetic);
    parted(0, dot).filter(|_| is_ending)
}

/// Undoes percent-encoding once and fully, as for an ID. A `%` that begins no escape stays.
pub fn decode(bytes: &[u8]) -> Cow<'_, [u8]> {
    let Some(first) = memchr::memchr(b'%', bytes) else {
        return Cow::Borrowed(bytes);
    };
    let mut out = Vec::with_capacity(bytes.len());
    out.extend_from_slice(&bytes[..first]);
    let mut at = first;
    while let Some(&byte) = bytes.get(at) {
        match escaped(bytes, at) {
            Some(meant) => {
                out.push(meant);
                at += 3;
            }
            None => {
                out.push(byte);
                at += 1;
            }
        }
    }
    Cow::Owned(out)
}

/// The two sides of the first `mark`; the right one is `None` where there is none.
fn cut(text: &[u8], mark: u8) -> (&[u8], Option<&[u8]>) {
    match memchr::memchr(mark, text) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    }
}

/// Host and rest of `scheme://user@host:port/rest`; no host where the target is not absolute.
fn split_authority(raw: &[u8]) -> (Option<&[u8]>, &[u8]) {
    if raw.first().is_none_or(|b| !b.is_ascii_alphabetic()) {
        return (None, raw);
    }
    let scheme = raw
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric() || b"+-.".contains(b))
        .count();
    let Some(rest) = raw[scheme..].strip_prefix(b"://") else {
        return (None, raw);
    };
    let end = memchr::memchr2(b'/', b'?', rest).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at(end);
    let host = memchr::memrchr(b'@', authority).map_or(authority, |at| &authority[at + 1..]);
    (Some(without_port(host)), rest)
}

fn without_port(host: &[u8]) -> &[u8] {
    match memchr::memrchr(b':', host) {
        Some(at) if host[at + 1..].iter().all(u8::is_ascii_digit) => &host[..at],
        _ => host,
    }
}

/// Whether the path is its own normal form; may say no where it is.
fn is_plain(path: &[u8]) -> bool {
    let odd_after = |slash: usize| matches!(path.get(slash + 1), Some(b'/' | b'.'));
    path == b"/"
        || !path.ends_with(b"/")
            && !path.starts_with(b".")
            && memchr::memchr2(b'%', b';', path).is_none()
            && !memchr::memchr_iter(b'/', path).any(odd_after)
}

fn normalised(path: &[u8]) -> Vec<u8> {
    let root: &[u8] = if path.starts_with(b"/") { b"/" } else { b"" };
    let mut out = Vec::with_capacity(path.len() + 2);
    out.extend_from_slice(root);
    for segment in path.split(|&b| b == b'/') {
        let end_before = out.len();
        if end_before > root.len() {
            out.push(b'/');
        }
        let start = out.len();
        push_unreserved(cut(segment, b';').0, &mut out);
        match &out[start..] {
            b"" | b"." => out.truncate(end_before),
            b".." => {
                let parent = memchr::memrchr(b'/', &out[..end_before]).unwrap_or(0);
                out.truncate(parent.max(root.len()));
            }
            _ => {}
        }
    }
    out
}

/// Decodes what RFC 3986 §6.2.2 calls equivalent and nothing else.
fn push_unreserved(segment: &[u8], out: &mut Vec<u8>) {
    let mut at = 0;
    while let Some(&byte) = segment.get(at) {
        if byte != b'%' {
            out.push(byte);
            at += 1;
            continue;
        }
        match escaped(segment, at) {
            Some(meant) if meant.is_ascii_alphanumeric() || b"-._~".contains(&meant) => {
                out.push(meant);
                at += 3;
            }
            Some(_) => {
                out.extend(segment[at..at + 3].iter().map(u8::to_ascii_uppercase));
                at += 3;
            }
            // Left bare it could form an escape with what follows it once that is decoded.
            None => {
                out.extend_from_slice(b"%25");
                at += 1;
            }
        }
    }
}

/// The byte that `%HH` at this place stands for.
fn escaped(bytes: &[u8], at: usize) -> Option<u8> {
    match *bytes.get(at..at + 3)? {
        [b'%', high, low] => super::text::hex(high, low),
        _ => None,
    }
}

fn decode_form(text: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'+', text).is_none() {
        return decode(text);
    }
    let blanks: Vec<u8> = text
        .iter()
        .map(|&b| if b == b'+' { b' ' } else { b })
        .collect();
    Cow::Owned(decode(&blanks).into_owned())
}
