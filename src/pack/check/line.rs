//! One masked line: what in it is somebody else's.
//!
//! A log line is full of figures, and short IDs are figures too: `200` is a status and may be an object. So what the row
//! of `evidence.csv` and the case tell of the line is struck out first, each thing as often as it must be there and no
//! oftener: a whole time stamp (an epoch only if it is the row's), one status, one byte count, the protocol, the route's
//! words, the page's figures where the container is the reader's. Whatever else is left, and is spelled like an
//! identifier, is a finding. Nothing here asks how the line was masked.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::case::RouteSpec;
use crate::pack::keys::is_pseudonym;
use crate::pack::owners::{Hit, Owners, Reader};
use crate::pack::target::page_parameters;
use crate::words::{SECOND, Stamp};

/// What is known of a line besides its text.
pub(in crate::pack) struct Facts<'c> {
    /// When the answer says that it was, after correction.
    pub(in crate::pack) time: Stamp,
    pub(in crate::pack) status: Option<i64>,
    pub(in crate::pack) bytes: Option<i64>,
    pub(in crate::pack) route: Option<&'c RouteSpec>,
    /// Whether the row names a container of the reader's.
    pub(in crate::pack) paged: bool,
    /// Corrections of clocks that the case knows, in nanoseconds.
    pub(in crate::pack) corrections: Vec<i64>,
}

/// Stands where something was struck out: no token, so that nothing is read across it.
const STRUCK: &str = "\n";
const MONTHS: &str = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)";

fn compiled(pattern: &str) -> Option<Regex> {
    Regex::new(pattern).ok()
}

/// Whole time stamps, as logs write them; protocols; keys of JSON fields; words of logs and of masking.
static FIXED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compiled(&format!(
        concat!(
            r"\b\d{{2}}/{m}/\d{{4}}:\d{{2}}:\d{{2}}:\d{{2}}(?:\.\d+)?(?: [+-]\d{{4}}\b)?",
            r"|\b\d{{4}}-\d{{2}}-\d{{2}}[T \t]\d{{2}}:\d{{2}}:\d{{2}}(?:[.,]\d+)?(?:Z\b|[+-]\d{{2}}:?\d{{2}}\b)?",
            r"|\b{m} {{1,2}}\d{{1,2}} \d{{2}}:\d{{2}}:\d{{2}}\b",
            r"|\bHTTP/\d(?:\.\d)?\b",
            r#"|"[A-Za-z_.@-]{{1,40}}"\s*:"#,
            r"|\b(?:null|true|false|masked|GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|TRACE)\b",
        ),
        m = MONTHS
    ))
});
static EPOCH: LazyLock<Option<Regex>> =
    LazyLock::new(|| compiled(r"\b(\d{10}|\d{13}|\d{16}|\d{19})(\.\d{1,9})?\b"));
static PSEUDONYM: LazyLock<Option<Regex>> = LazyLock::new(|| compiled(r"\b[a-z]+-[a-z2-7]{8}\b"));
static FIGURE: LazyLock<Option<Regex>> = LazyLock::new(|| compiled(r"\b\d+\b"));

/// What in a masked line its reader may not see.
pub(in crate::pack) fn strangers(
    owners: &Owners,
    reader: Reader,
    facts: &Facts<'_>,
    text: &str,
) -> Vec<Hit> {
    let mut left = strike(&PSEUDONYM, text, |found| {
        let body = found.split_once('-').map_or("", |(_, body)| body);
        is_pseudonym(found) && !owners.knows(found) && !owners.knows(body)
    });
    left = route_struck(facts, &left);
    left = strike(&FIXED, &left, |_| true);
    left = strike(&EPOCH, &left, |found| is_the_time(facts, found));
    for figure in [facts.status, facts.bytes].into_iter().flatten() {
        let figure = figure.to_string();
        let mut once = true;
        left = strike(&FIGURE, &left, |found| {
            found == figure && std::mem::take(&mut once)
        });
    }
    owners.strangers(reader, &left)
}

/// Strikes out what a pattern finds and a question holds for.
fn strike(
    pattern: &LazyLock<Option<Regex>>,
    text: &str,
    mut holds: impl FnMut(&str) -> bool,
) -> String {
    // A pattern that does not compile strikes nothing out: findings too many, never too few.
    let Some(pattern) = &**pattern else {
        return text.to_owned();
    };
    let struck = pattern.replace_all(text, |found: &Captures<'_>| match holds(&found[0]) {
        true => STRUCK.to_owned(),
        false => found[0].to_owned(),
    });
    struck.into_owned()
}

/// The route's words, each once, in their order; names of its parameters, and the figures of its pages.
fn route_struck(facts: &Facts<'_>, text: &str) -> String {
    let Some(route) = facts.route else {
        return text.to_owned();
    };
    let mut out = String::new();
    let mut rest = text;
    for word in route.path.split('/').filter(|part| !part.contains('{')) {
        let wanted = format!("/{word}");
        let ends = |at: usize| {
            let next = rest[at + wanted.len()..].chars().next();
            next.is_none_or(|c| !c.is_alphanumeric() && !"-._~%".contains(c))
        };
        let found = rest
            .match_indices(&wanted)
            .map(|(at, _)| at)
            .find(|at| ends(*at));
        if let Some(at) = found.filter(|_| !word.is_empty()) {
            out.push_str(&rest[..at]);
            out.push_str(STRUCK);
            rest = &rest[at + wanted.len()..];
        }
    }
    out.push_str(rest);
    let pages = page_parameters(route);
    let ids = [route.object.as_deref(), route.container.as_deref()];
    for name in pages.iter().copied().chain(ids.into_iter().flatten()) {
        let figures = facts.paged && pages.contains(&name);
        out = without_parameter(&out, name, figures);
    }
    out
}

/// The text without the first `?name=` or `&name=`, and without the figure behind it where that may stand.
fn without_parameter(text: &str, name: &str, figures: bool) -> String {
    let wanted = format!("{name}=");
    let begins = |at: &usize| text[..*at].ends_with(['?', '&']);
    let mut found = text.match_indices(&wanted).map(|(at, _)| at);
    let Some(at) = found.find(begins) else {
        return text.to_owned();
    };
    let rest = &text[at + wanted.len()..];
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let whole = rest[digits..]
        .chars()
        .next()
        .is_none_or(|c| !c.is_alphanumeric());
    let passed = match figures && whole && digits < 10 {
        true => digits,
        false => 0,
    };
    format!("{}{STRUCK}{}", &text[..at], &rest[passed..])
}

/// Whether digits are the row's instant since 1970, in seconds or a thousandth, millionth, billionth of them.
fn is_the_time(facts: &Facts<'_>, found: &str) -> bool {
    let digits = found.split('.').next().unwrap_or_default();
    let scale = match digits.len() {
        10 => SECOND,
        13 => SECOND / 1_000,
        16 => SECOND / 1_000_000,
        _ => 1,
    };
    let at = digits
        .parse::<i64>()
        .ok()
        .and_then(|n| n.checked_mul(scale));
    let near = |correction: i64| {
        at.and_then(|at| at.checked_add(correction))
            .is_some_and(|at| at.abs_diff(facts.time.0) < SECOND as u64)
    };
    facts.corrections.iter().any(|one| near(*one)) || near(0)
}
