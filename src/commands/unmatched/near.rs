//! How far a request is from a route that none matches: its path word by word, the letters around its ID, and what the route
//! wants of the query. What follows from it is left to `unmatched`.

use std::borrow::Cow;

use super::Shape;
use crate::case::{RouteSpec, variable_in};
use crate::commands::unnamed::in_path;
use crate::format::target::{Target, within};
use crate::route::flat;
use crate::words::nearest;

/// Words of a path that may be written a little otherwise.
const WORDS: usize = 2;
/// Segments that a prefix may have.
const PREFIX: usize = 2;

/// How far a path is from a template's shape.
#[derive(PartialEq, Eq)]
enum Apart {
    Not,
    /// It is written so.
    Little(String),
    Far(String),
    Quite,
}

/// A part of a template.
#[derive(Clone, Copy)]
enum Part<'c> {
    Word(&'c str),
    Variable,
    /// A variable with letters before and behind it.
    Around(&'c str, &'c str, &'c str),
}

/// A route's template and what it wants of the query, as far as nearness goes.
pub(super) struct Wanted<'c> {
    pub route: &'c RouteSpec,
    parts: Vec<Part<'c>>,
    /// The place of the ID that it names, in the path.
    place: Option<usize>,
}

impl<'c> Wanted<'c> {
    /// `None` of a template that matches anything.
    pub fn of(route: &'c RouteSpec) -> Option<Wanted<'c>> {
        let segments = route.path.split('/').filter(|part| !part.is_empty());
        let part = |part: &'c str| match variable_in(part) {
            None => Part::Word(part),
            Some(("", _, "")) => Part::Variable,
            Some((before, name, behind)) => Part::Around(before, name, behind),
        };
        let names: Vec<&str> = segments.collect();
        let parts: Vec<Part<'c>> = names.iter().map(|one| part(one)).collect();
        let anything = parts.iter().all(|part| matches!(part, Part::Variable));
        if anything || names.iter().any(|part| part.ends_with("*}")) {
            return None;
        }
        let holder = route.object.as_deref().or(route.container.as_deref());
        let place = holder.and_then(|name| {
            let holds = |part: &&str| variable_in(part).is_some_and(|found| found.1 == name);
            names.iter().position(holds)
        });
        Some(Wanted {
            route,
            parts,
            place,
        })
    }

    /// How a request that no route matches is written, if nearly as the template; and how many segments stand before the
    /// template's, or of the template's are left out.
    pub fn near(
        &self,
        segments: &[String],
        method: &[u8],
        target: &Target<'_>,
    ) -> Option<(Shape, isize)> {
        let apart = self.apart(&self.parts, segments);
        match (self.otherwise_asked(target)?, &apart) {
            (query, Apart::Not) if !query.is_empty() => return Some((Shape::Query(query), 0)),
            (query, _) if !query.is_empty() => return None,
            _ => {}
        }
        match apart {
            Apart::Not if self.route.method.is_empty() => return None,
            Apart::Not => return Some((Shape::Method(word(method)?), 0)),
            Apart::Little(path) => return Some((Shape::Path(path), 0)),
            Apart::Far(path) => return Some((Shape::Other(path), 0)),
            Apart::Quite => {}
        }
        let ahead = (1..=PREFIX).find_map(|more| {
            let cut = self
                .parts
                .get(more..)
                .filter(|rest| rest.iter().any(Part::tells));
            let words = self.parts.iter().take(more).all(Part::is_word);
            if let Some(rest) = cut.filter(|_| words)
                && self.apart(rest, segments) == Apart::Not
            {
                return Some((Shape::Path(self.written(rest, &[])), -(more as isize)));
            }
            let (before, behind) = segments.split_at_checked(more)?;
            let named = before.iter().all(|one| is_word(one));
            (named && self.apart(&self.parts, behind) == Apart::Not).then(|| {
                let path = format!("/{}{}", before.join("/"), self.route.path);
                (Shape::Prefixed(path), more as isize)
            })
        });
        ahead.or_else(|| self.longer(segments))
    }

    /// A path that goes on with a few words behind the template, or ends so many of its words before it.
    fn longer(&self, segments: &[String]) -> Option<(Shape, isize)> {
        let (own, given) = (self.parts.len(), segments.len());
        let ends = self.parts.get(given..).unwrap_or_default();
        let more = segments.get(own..).unwrap_or_default();
        let both = own.min(given);
        let (parts, front) = (&self.parts[..both], &segments[..both]);
        let told = parts.iter().any(Part::tells) && self.place.is_none_or(|at| at < both);
        let words = ends.iter().all(Part::is_word) && more.iter().all(|one| is_word(one));
        let near = (1..=PREFIX).contains(&own.abs_diff(given)) && told && words;
        (near && self.apart(parts, front) == Apart::Not).then(|| {
            let template = self.route.path.split('/').filter(|part| !part.is_empty());
            let all = template.take(both).chain(more.iter().map(String::as_str));
            let path = all.fold(String::new(), |path, word| path + "/" + word);
            (Shape::Longer(path), 0)
        })
    }

    /// The conditions on the query as a request has them, if it has them nearly; empty where it has them as they are.
    fn otherwise_asked(&self, target: &Target<'_>) -> Option<String> {
        let wanted = &self.route.query;
        if wanted.is_empty() {
            return Some(String::new());
        }
        let given = parameters(target);
        let mut written = Vec::new();
        let mut otherwise = false;
        for (name, value) in wanted {
            let is = |(own, text): &&(String, Vec<u8>)| own == name && *text == value.as_bytes();
            let nearly = |(own, text): &&(String, Vec<u8>)| {
                let text = std::str::from_utf8(text).unwrap_or_default();
                own == name && meant(value, text) || text == value && meant(name, own)
            };
            let as_is = given.iter().find(is);
            otherwise |= as_is.is_none();
            let (own, text) = as_is.or_else(|| given.iter().find(nearly))?;
            written.push(format!("{own:?} = {:?}", String::from_utf8_lossy(text)));
        }
        Some(match otherwise {
            true => format!("{{ {} }}", written.join(", ")),
            false => String::new(),
        })
    }

    /// How far a path is from the template's shape: words may differ in case and signs, two of them in a letter or two.
    fn apart(&self, parts: &[Part<'_>], segments: &[String]) -> Apart {
        if parts.len() != segments.len() {
            return Apart::Quite;
        }
        let mut others: Vec<(usize, Cow<'_, str>)> = Vec::new();
        let (mut spelled, mut far, mut words) = (0, 0, true);
        for (at, (part, segment)) in parts.iter().zip(segments).enumerate() {
            let (wanted, given, written) = match *part {
                Part::Variable => continue,
                Part::Word(literal) => ([literal, ""], [&**segment, ""], Cow::from(&**segment)),
                Part::Around(before, name, behind) => {
                    let ends = segment
                        .strip_prefix(before)
                        .and_then(|rest| rest.strip_suffix(behind));
                    if ends.is_some_and(|own| !own.is_empty()) {
                        continue;
                    }
                    let Some((own_before, own_behind)) = letters(segment) else {
                        return Apart::Quite;
                    };
                    let written = format!("{own_before}{{{name}}}{own_behind}");
                    (
                        [before, behind],
                        [own_before, own_behind],
                        Cow::from(written),
                    )
                }
            };
            let pairs = || wanted.into_iter().zip(given);
            if pairs().all(|(wanted, given)| wanted == given) {
                continue;
            }
            // An ID without the letters, or with them where the template has none on that side.
            let bare_id = |a: &str, b: &str| !part.is_word() && (a.is_empty() || b.is_empty());
            spelled += usize::from(pairs().any(|(a, b)| bare(a) != bare(b)));
            far += usize::from(pairs().any(|(a, b)| a != b && !bare_id(a, b) && !akin(a, b)));
            words &= given.iter().all(|word| word.is_empty() || is_word(word));
            others.push((at, written));
        }
        let kept = parts.iter().filter(|part| part.tells()).count() > others.len();
        match (spelled, far) {
            (0, 0) if others.is_empty() => Apart::Not,
            (..=WORDS, 0) => Apart::Little(self.written(parts, &others)),
            (1, 1) if kept && words => Apart::Far(self.written(parts, &others)),
            _ => Apart::Quite,
        }
    }

    /// The template with some of its parts written otherwise.
    fn written(&self, parts: &[Part<'_>], others: &[(usize, Cow<'_, str>)]) -> String {
        let own = self.route.path.split('/').filter(|part| !part.is_empty());
        let own = own.skip(self.parts.len() - parts.len());
        let words = own.enumerate().map(|(at, part)| {
            let other = others.iter().find(|(place, _)| *place == at);
            other.map_or(part, |(_, word)| &**word)
        });
        words.fold(String::new(), |path, word| path + "/" + word)
    }

    /// The ID that a request would name.
    pub fn id(&self, segments: &[String], skip: isize, target: &Target<'_>) -> Option<Vec<u8>> {
        if let Some(place) = self.place {
            let segment = segments.get(usize::try_from(place as isize + skip).ok()?)?;
            let own = match self.parts[place] {
                Part::Around(before, _, behind) => {
                    let ends = segment.strip_prefix(before);
                    let exact = ends.and_then(|rest| rest.strip_suffix(behind));
                    let exact = exact.map(str::as_bytes);
                    exact.or_else(|| Some(within(segment.as_bytes())?.1))
                }
                _ => None,
            };
            return Some(own.unwrap_or(segment.as_bytes()).to_vec());
        }
        let holder = self.route.object.as_ref().or(self.route.container.as_ref());
        let name = holder.filter(|name| !in_path(self.route, name))?;
        let mut filled = parameters(target).into_iter();
        let own = filled.find(|(key, value)| key == name && !value.is_empty());
        own.map(|(_, value)| value)
    }
}

impl Part<'_> {
    fn is_word(&self) -> bool {
        matches!(self, Part::Word(_))
    }

    /// Whether it says anything of what stands there.
    fn tells(&self) -> bool {
        !matches!(self, Part::Variable)
    }
}

/// What stands before and behind the ID of a segment that names one.
fn letters(segment: &str) -> Option<(&str, &str)> {
    let Some((before, own, behind)) = within(segment.as_bytes()) else {
        let names = segment.bytes().any(|byte| byte.is_ascii_digit());
        return names.then_some(("", ""));
    };
    let (start, end) = (before.len(), before.len() + own.len());
    debug_assert_eq!(end + behind.len(), segment.len());
    Some((segment.get(..start)?, segment.get(end..)?))
}

/// Parameters with what they hold; of JSON what stands in it, under the names that a case gives.
pub(in crate::commands) fn parameters(target: &Target<'_>) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for (key, value) in target.parameters() {
        let key = String::from_utf8_lossy(&key);
        let inner = flat(&key, &value);
        match inner.is_empty() {
            true => found.push((key.into_owned(), value.into_owned())),
            false => found.extend(inner),
        }
    }
    found
}

/// Letters and digits, in lower case.
pub(in crate::commands) fn bare(word: &str) -> String {
    let kept = word.chars().filter(|c| c.is_alphanumeric());
    kept.flat_map(char::to_lowercase).collect()
}

/// Whether two words of a path may be the same one; so may two versions.
fn akin(a: &str, b: &str) -> bool {
    let version = |word: &str| {
        let word = bare(word);
        let digits = word.strip_prefix('v').unwrap_or(&word);
        !digits.is_empty() && digits.len() <= 3 && digits.bytes().all(|b| b.is_ascii_digit())
    };
    let (bare_a, bare_b) = (bare(a), bare(b));
    bare_a == bare_b || plural(&bare_a, &bare_b) || version(a) && version(b) || slip(a, b)
}

/// Whether a name or a value of the query was meant by a word of the case.
fn meant(word: &str, own: &str) -> bool {
    let (a, b) = (bare(word), bare(own));
    is_word(own) && (a == b || plural(&a, &b)) || slip(word, own)
}

/// Singular and plural.
fn plural(a: &str, b: &str) -> bool {
    let longer = |a: &str, b: &str| {
        a.strip_prefix(b)
            .is_some_and(|end| matches!(end, "s" | "es"))
    };
    b.len() > 1 && (longer(a, b) || longer(b, a))
}

/// A typing slip.
fn slip(a: &str, b: &str) -> bool {
    is_word(b) && nearest(a, [b]).is_some()
}

/// What a platform calls a part of its paths; anything else may be somebody's name or number.
pub(in crate::commands) fn is_word(segment: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    let letters = segment.chars().filter(char::is_ascii_alphabetic).count();
    segment.len() <= 30 && segment.chars().all(plain) && letters * 2 > segment.len()
        || segment.len() == 2
            && segment.starts_with(['v', 'V'])
            && segment.ends_with(|c: char| c.is_ascii_digit())
}

fn word(method: &[u8]) -> Option<String> {
    let word = std::str::from_utf8(method).ok()?;
    (word.len() <= 10 && word.bytes().all(|b| b.is_ascii_alphabetic())).then(|| word.to_owned())
}
