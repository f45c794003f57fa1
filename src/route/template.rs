//! Path templates: `/addressbooks/{book}/contacts/{contact}` against a normalised path.
//!
//! A template is read through the same normaliser as requests are, so both sides agree on escapes,
//! slashes and dots. Which route wins among several is left to the router.

use std::borrow::Cow;

use crate::case::variable_in;
use crate::format::target::{Target, decode};

/// A compiled path template.
#[derive(Clone, Debug)]
pub(super) struct Template {
    parts: Vec<Part>,
    ignore_case: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(Vec<u8>),
    /// Between letters: `Contacts({contact})`, `{contact}.json`.
    Within(Vec<u8>, String, Vec<u8>),
    Variable(String),
    Rest(String),
}

impl Template {
    /// Compiles a template that the case has already checked.
    pub(super) fn new(path: &str, ignore_case: bool) -> Template {
        let part = |part: &str| match variable_in(part) {
            Some(("", name, "")) => match name.strip_suffix('*') {
                Some(name) => Part::Rest(name.to_owned()),
                None => Part::Variable(name.to_owned()),
            },
            Some((before, name, behind)) => {
                Part::Within(literal(before), name.to_owned(), literal(behind))
            }
            None => Part::Literal(literal(part)),
        };
        let parts = path.split('/').filter(|part| !part.is_empty());
        let parts = parts.map(part).collect();
        Template { parts, ignore_case }
    }

    /// How specific it is, for sorting: literals before variables, those with more letters around them first, before the
    /// rest, place by place.
    pub(super) fn rank(&self) -> Vec<u8> {
        let place = |part: &Part| match part {
            Part::Literal(_) => 0,
            Part::Within(before, _, behind) => 200 - (before.len() + behind.len()).min(199) as u8,
            Part::Variable(_) => 201,
            Part::Rest(_) => 202,
        };
        self.parts.iter().map(place).chain([201]).collect()
    }

    /// Whether the path has the template's shape.
    pub(super) fn fits(&self, path: &[u8]) -> bool {
        let mut segments = segments(path);
        for part in &self.parts {
            match part {
                Part::Rest(_) => return segments.next().is_some(),
                Part::Variable(_) if segments.next().is_some() => {}
                Part::Within(before, _, behind)
                    if segments.next().is_some_and(|segment| {
                        within(&decode(segment), (before, behind), self.ignore_case).is_some()
                    }) => {}
                Part::Literal(want) if segments.next().is_some_and(|s| self.same(want, s)) => {}
                _ => return false,
            }
        }
        segments.next().is_none()
    }

    /// Whether a path without escapes, whose segments these are, has the template's shape.
    pub(super) fn fits_segments(&self, segments: &Segments<'_>) -> bool {
        let open = matches!(self.parts.last(), Some(Part::Rest(_)));
        let (have, want) = (segments.count, self.parts.len());
        if have < want || (have > want && !open) {
            return false;
        }
        let mut pairs = self.parts.iter().zip(&segments.list);
        pairs.all(|(part, segment)| match part {
            Part::Literal(want) if self.ignore_case => want.eq_ignore_ascii_case(segment),
            Part::Literal(want) => want == segment,
            Part::Within(before, _, behind) => {
                within(segment, (before, behind), self.ignore_case).is_some()
            }
            Part::Variable(_) | Part::Rest(_) => true,
        })
    }

    /// The place of a variable that takes one segment.
    pub(super) fn place(&self, name: &str) -> Option<usize> {
        let here = |part: &Part| matches!(part, Part::Variable(have) if have == name);
        self.parts.iter().position(here)
    }

    /// How many parts it has.
    pub(super) fn len(&self) -> usize {
        self.parts.len()
    }

    /// The decoded value of a variable in a path that fits.
    pub(super) fn value<'p>(&self, name: &str, path: &'p [u8]) -> Option<Cow<'p, [u8]>> {
        let at = self.parts.iter().position(|part| match part {
            Part::Variable(have) | Part::Rest(have) | Part::Within(_, have, _) => have == name,
            Part::Literal(_) => false,
        })?;
        let mut rest = segments(path);
        let segment = rest.nth(at)?;
        match &self.parts[at] {
            Part::Rest(_) => Some(decode(tail(path, segment))),
            Part::Within(before, _, behind) => {
                let segment = decode(segment);
                let own = within(&segment, (before, behind), self.ignore_case)?;
                Some(Cow::Owned(own.to_vec()))
            }
            _ => Some(decode(segment)),
        }
    }

    /// Whether the template has a variable of that name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.parts.iter().any(|part| match part {
            Part::Variable(have) | Part::Rest(have) | Part::Within(_, have, _) => have == name,
            Part::Literal(_) => false,
        })
    }

    /// The longest run of literal parts with their slashes, as it would stand in a raw line.
    pub(super) fn longest_literal(&self) -> Vec<u8> {
        let mut longest = Vec::new();
        let mut run = Vec::new();
        for part in &self.parts {
            match part {
                Part::Literal(bytes) => {
                    run.push(b'/');
                    run.extend_from_slice(bytes);
                }
                Part::Within(..) | Part::Variable(_) | Part::Rest(_) => run.clear(),
            }
            if run.len() > longest.len() {
                longest.clone_from(&run);
            }
        }
        longest
    }

    /// What a path must begin with to fit: the literals before the first variable, each behind a slash.
    pub(super) fn beginning(&self) -> Vec<u8> {
        let mut beginning = Vec::new();
        for part in &self.parts {
            let Part::Literal(bytes) = part else { break };
            beginning.push(b'/');
            beginning.extend_from_slice(bytes);
        }
        beginning
    }

    fn same(&self, want: &[u8], segment: &[u8]) -> bool {
        let have = decode(segment);
        match self.ignore_case {
            true => want.eq_ignore_ascii_case(&have),
            false => want == &*have,
        }
    }
}

/// Whether a path, without its query, holds no escape, no parameters and no segment that would be normalised but a last
/// empty one. All bytes are looked at side by side, which is faster than stopping at the first.
#[inline]
pub(super) fn is_its_own_form(path: &[u8]) -> bool {
    let escapes = path.iter().fold(0, |odd, b| {
        odd | u8::from(*b == b'%') | u8::from(*b == b';')
    });
    let behind = path.get(1..).unwrap_or_default();
    let odd = path.iter().zip(behind).fold(escapes, |odd, (b, next)| {
        odd | (u8::from(*b == b'/') & (u8::from(*next == b'/') | u8::from(*next == b'.')))
    });
    odd == 0 && path.first() == Some(&b'/')
}

/// Segments of a path that is held at once; a longer one goes the long way.
pub(super) const MOST_SEGMENTS: usize = 16;

/// A path without escapes, taken apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segments<'p> {
    list: [&'p [u8]; MOST_SEGMENTS],
    count: usize,
}

impl<'p> Segments<'p> {
    /// Of no path.
    #[inline]
    pub(super) fn none() -> Segments<'p> {
        Segments {
            list: [&[]; MOST_SEGMENTS],
            count: 0,
        }
    }

    /// Takes a path apart that [`is_its_own_form`], in place; `None` for one that ends in a slash or is too long.
    #[inline]
    pub(super) fn fill(&mut self, path: &'p [u8]) -> Option<()> {
        let mut rest = path.strip_prefix(b"/")?;
        loop {
            let end = rest.iter().position(|b| *b == b'/');
            let (segment, more) = rest.split_at(end.unwrap_or(rest.len()));
            if segment.is_empty() {
                return None;
            }
            *self.list.get_mut(self.count)? = segment;
            self.count += 1;
            match more.get(1..) {
                Some(more) => rest = more,
                None => return Some(()),
            }
        }
    }

    /// A segment.
    pub(super) fn get(&self, at: usize) -> &'p [u8] {
        self.list[at]
    }
}

/// What stands between the letters before and behind it, if they do; nothing is no ID.
fn within<'s>(
    segment: &'s [u8],
    (before, behind): (&[u8], &[u8]),
    ignore_case: bool,
) -> Option<&'s [u8]> {
    let same = |have: &[u8], want: &[u8]| match ignore_case {
        true => have.eq_ignore_ascii_case(want),
        false => have == want,
    };
    let (start, rest) = segment.split_at_checked(before.len())?;
    let (own, end) = rest.split_at_checked(rest.len().checked_sub(behind.len())?)?;
    (!own.is_empty() && same(start, before) && same(end, behind)).then_some(own)
}

fn literal(part: &str) -> Vec<u8> {
    let rooted = format!("/{part}");
    let target = Target::read(rooted.as_bytes());
    decode(target.path().strip_prefix(b"/").unwrap_or_default()).into_owned()
}

fn segments(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    path.split(|&b| b == b'/').filter(|s| !s.is_empty())
}

/// The end of `path` from the first byte of `segment`, which is a part of it.
fn tail<'p>(path: &'p [u8], segment: &[u8]) -> &'p [u8] {
    let from = segment.as_ptr() as usize - path.as_ptr() as usize;
    &path[from..]
}
