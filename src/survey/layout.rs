//! Lines of an unknown web server -> the pattern that describes them, by what stands in each column.

use std::collections::BTreeMap;

use super::account::is_account;
use super::shape::{Kind, kind};
use crate::format::{Format, Line, State};

/// Share of the lines (of ten) that must have the same columns.
const ALIKE: usize = 6;

/// A piece of a line between blanks.
struct Piece<'l> {
    /// `rt=` in `rt=0.1`.
    key: &'l str,
    wrap: Wrap,
    text: &'l str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Wrap {
    Bare,
    Quotes,
    Brackets,
    /// Brackets around a word that says what follows it: `[Client 10.0.0.1]`.
    Labelled,
}

/// The columns that most lines have, with their values.
struct Columns<'l> {
    shape: Vec<(&'l str, Wrap)>,
    values: Vec<Vec<&'l str>>,
}

/// The pattern that the lines follow, in nginx's words; columns that tell nothing by themselves are
/// called `$columnN`. `None` where they are not alike or hold no request.
pub fn pattern(lines: &[&[u8]]) -> Option<String> {
    let texts: Vec<&str> = lines
        .iter()
        .filter_map(|line| std::str::from_utf8(line.trim_ascii()).ok())
        .filter(|text| !text.is_empty() && !text.starts_with(['#', '{']))
        .collect();
    let tabs = texts
        .iter()
        .filter(|text| text.matches('\t').count() > 3)
        .count()
        * 10
        >= texts.len() * ALIKE;
    let columns = columns(&texts, tabs)?;
    let names = names(&columns);
    let has = |name: &str| names.iter().any(|have| have == name);
    let timed = ["$time_local", "$time_iso8601", "$msec"]
        .iter()
        .any(|t| has(t));
    let target = has("$request_uri") || has("$uri");
    let asked = has("$request") || has("$request_method") && target;
    if !asked || !timed {
        return None;
    }
    let spelled: Vec<String> = columns
        .shape
        .iter()
        .zip(&names)
        .map(|((key, wrap), name)| match wrap {
            Wrap::Bare => format!("{key}{name}"),
            Wrap::Quotes => format!("{key}\"{name}\""),
            Wrap::Brackets => format!("{key}[{name}]"),
            Wrap::Labelled => format!("[{key} {name}]"),
        })
        .collect();
    Some(spelled.join(if tabs { "\t" } else { " " }))
}

/// Whether the pattern is what `combined` or `common` say, so that their names do.
pub fn well_known(pattern: &str) -> Option<&'static str> {
    let common =
        "$remote_addr $column2 $remote_user [$time_local] \"$request\" $status $body_bytes_sent";
    let combined = format!("{common} \"$http_referer\" \"$http_user_agent\"");
    // A column of which the lines tell nothing contradicts nothing.
    let says = |known: &str| {
        let (ours, theirs): (Vec<&str>, Vec<&str>) =
            (pattern.split(' ').collect(), known.split(' ').collect());
        let same = |(mine, known): (&&str, &&str)| {
            let bare = mine.trim_matches('"');
            mine == known
                || bare.starts_with("$column") && mine.starts_with('"') == known.starts_with('"')
        };
        ours.len() == theirs.len() && ours.iter().zip(&theirs).all(same)
    };
    match () {
        () if says(&combined) => Some("combined"),
        () if says(common) => Some("common"),
        () => None,
    }
}

/// How many of the lines are records with a time, of those that hold something.
pub fn read_by(format: &Format, lines: &[&[u8]]) -> (usize, usize) {
    let mut state = State::default();
    let (mut read, mut all) = (0, 0);
    for line in lines {
        match format.parse(&mut state, line, 0) {
            Line::Record(record) => {
                all += 1;
                read += usize::from(record.time.is_some());
            }
            Line::Problem(_) => all += 1,
            Line::Empty | Line::Directive | Line::Part => {}
        }
    }
    (read, all)
}

fn columns<'l>(texts: &[&'l str], tabs: bool) -> Option<Columns<'l>> {
    let mut shapes: BTreeMap<Vec<(&str, Wrap)>, Vec<Vec<&'l str>>> = BTreeMap::new();
    for text in texts {
        let pieces = if tabs { cells(text) } else { pieces(text) };
        let shape = pieces.iter().map(|p| (p.key, p.wrap)).collect();
        let values = pieces.into_iter().map(|piece| piece.text).collect();
        shapes.entry(shape).or_default().push(values);
    }
    let (shape, lines) = shapes.into_iter().max_by_key(|(_, lines)| lines.len())?;
    if lines.len() * 10 < texts.len() * ALIKE || shape.len() < 4 {
        return None;
    }
    let values = (0..shape.len())
        .map(|at| lines.iter().map(|line| line[at]).collect())
        .collect();
    Some(Columns { shape, values })
}

/// Cuts a line at tabs.
fn cells(text: &str) -> Vec<Piece<'_>> {
    // A query looks like a key with its value.
    let cells = text.split('\t').map(|body| {
        let within = |open, close| {
            body.strip_prefix(open)
                .and_then(|rest: &str| rest.strip_suffix(close))
        };
        let (wrap, text) = match (within('"', '"'), within('[', ']')) {
            (Some(inner), _) => (Wrap::Quotes, inner),
            (None, Some(inner)) => (Wrap::Brackets, inner),
            (None, None) => (Wrap::Bare, body),
        };
        Piece {
            key: "",
            wrap,
            text,
        }
    });
    cells.collect()
}

/// Cuts a line at blanks outside of quotes and brackets.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let key = key(rest);
        let body = &rest[key.len()..];
        let (wrap, inner, used) = match body.as_bytes().first() {
            Some(b'"') => wrapped(body, Wrap::Quotes),
            Some(b'[') => wrapped(body, Wrap::Brackets),
            _ => bare(body),
        };
        pieces.push(match labelled(inner).filter(|_| wrap == Wrap::Brackets) {
            Some((key, text)) => Piece {
                key,
                wrap: Wrap::Labelled,
                text,
            },
            None => Piece {
                key,
                wrap,
                text: inner,
            },
        });
        rest = rest[key.len() + used..].trim_start();
    }
    pieces
}

/// The label and the one word behind it, of what stands in brackets.
fn labelled(inner: &str) -> Option<(&str, &str)> {
    let (label, text) = inner.split_once(' ')?;
    let word = |c: char| c.is_ascii_alphabetic() || c == '-';
    let is_label = !label.is_empty() && label.chars().all(word);
    (is_label && !text.is_empty() && !text.contains(' ')).then_some((label, text))
}

/// `rt=` of `rt=0.1`, `""` of anything else.
fn key(text: &str) -> &str {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let end = text.find(|c| !plain(c)).unwrap_or(text.len());
    let first = text.chars().next().is_some_and(|c| c.is_ascii_alphabetic());
    match text[end..].strip_prefix('=') {
        // A cookie is a value, although it looks like a key with one.
        Some(rest) if first && end < 16 && !rest.starts_with('=') => &text[..=end],
        _ => "",
    }
}

fn bare(text: &str) -> (Wrap, &str, usize) {
    let end = text.find(' ').unwrap_or(text.len());
    (Wrap::Bare, &text[..end], end)
}

fn wrapped(text: &str, wrap: Wrap) -> (Wrap, &str, usize) {
    let bytes = text.as_bytes();
    let close = if wrap == Wrap::Quotes { b'"' } else { b']' };
    let mut at = 1;
    while at < bytes.len() {
        if bytes[at] == b'\\' && wrap == Wrap::Quotes {
            at += 2;
            continue;
        }
        let ends = bytes.get(at + 1).is_none_or(|b| *b == b' ');
        if bytes[at] == close && ends {
            return (wrap, &text[1..at], at + 1);
        }
        at += 1;
    }
    bare(text)
}

/// What each column tells, each thing once; the first column that fits has it.
fn names(columns: &Columns<'_>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let requests = columns
        .values
        .iter()
        .find(|values| most(values, is_request));
    let targets = requests
        .or_else(|| columns.values.iter().find(|values| most(values, is_target)))
        .cloned()
        .unwrap_or_default();
    for (at, values) in columns.values.iter().enumerate() {
        let wrap = columns.shape[at].1;
        let next = columns.values.get(at + 1);
        let meant = of_label(columns.shape[at], values)
            .or_else(|| meaning(values, wrap, &targets, &names))
            .filter(|meant| !names.iter().any(|name| name == meant))
            // How much was sent stands behind how it was answered; before it, numbers are accounts.
            .filter(|meant| {
                *meant != "$body_bytes_sent" || names.iter().any(|name| name == "$status")
            })
            .or_else(|| {
                let behind_path = names.last().is_some_and(|name| name == "$uri");
                behind_path.then_some("$args")
            })
            .or_else(|| behind_status(values, wrap, next, &names))
            .or_else(|| before_agent(values, wrap, next, &names))
            .or_else(|| user(columns, at, &names));
        names.push(match meant {
            // Where the query stands in a column of its own, it is a part of what was asked for.
            Some("$request_uri") if next.is_some_and(|next| are_queries(values, next)) => {
                "$uri".to_owned()
            }
            Some(meant) => meant.to_owned(),
            None => format!("$column{}", at + 1),
        });
    }
    names
}

fn meaning(
    values: &[&str],
    wrap: Wrap,
    targets: &[&str],
    names: &[String],
) -> Option<&'static str> {
    let all = |test: fn(&str) -> bool| most(values, test);
    // A byte count of three digits looks like a status.
    let answered = names.iter().any(|name| name == "$status");
    let asked = names.iter().any(|name| name == "$request_method");
    Some(match wrap {
        Wrap::Brackets if all(is_clf_time) => "$time_local",
        Wrap::Bare | Wrap::Quotes | Wrap::Brackets if all(is_iso_time) => "$time_iso8601",
        Wrap::Bare if all(is_epoch) => "$msec",
        _ if all(is_request) => "$request",
        Wrap::Bare | Wrap::Quotes if all(is_method) => "$request_method",
        Wrap::Bare | Wrap::Quotes if asked && all(is_target) => "$request_uri",
        Wrap::Bare if asked && all(|text| text.starts_with("HTTP/")) => "$server_protocol",
        _ if all(is_key) && all_different(values) => "$request_id",
        _ if all(is_address) => "$remote_addr",
        Wrap::Bare if !answered && all(is_status) => "$status",
        // A status of somebody else's, such as the server's behind a proxy, is no size.
        Wrap::Bare if all(is_count) && !all(is_status) && are_sizes(values, targets) => {
            "$body_bytes_sent"
        }
        Wrap::Bare if all(is_seconds) => "$request_time",
        Wrap::Quotes if all(is_agent) => "$http_user_agent",
        Wrap::Quotes if all(is_url) => "$http_referer",
        Wrap::Quotes if all(are_cookies) => "$http_cookie",
        Wrap::Bare if all(is_host) => "$host",
        _ => return None,
    })
}

/// What a label says that the values alone do not.
fn of_label((label, wrap): (&str, Wrap), values: &[&str]) -> Option<&'static str> {
    let sizes = ["Length", "Bytes", "Size", "Content-Length"];
    (wrap == Wrap::Labelled && sizes.contains(&label) && most(values, is_count))
        .then_some("$body_bytes_sent")
}

/// The user stands before the stamp, behind the address, as in every common log; or a key says so.
fn user(columns: &Columns<'_>, at: usize, names: &[String]) -> Option<&'static str> {
    let (key, wrap) = *columns.shape.get(at)?;
    let next = columns.values.get(at + 1);
    let stamped = next.is_some_and(|next| most(next, is_clf_time));
    let behind = names.iter().any(|name| name == "$remote_addr");
    let free = !names.iter().any(|name| name == "$remote_user");
    let called = is_account(key.trim_end_matches('='));
    (free && wrap != Wrap::Brackets && (stamped && behind || called)).then_some("$remote_user")
}

/// Whole numbers right behind the status of a line that begins as `combined` does are byte counts, even where one
/// path has many sizes; and those behind a status that stands right behind the request, if nothing else could be.
fn behind_status(
    values: &[&str],
    wrap: Wrap,
    next: Option<&Vec<&str>>,
    names: &[String],
) -> Option<&'static str> {
    let asked = ["$request", "$request_uri", "$args", "$server_protocol"];
    let right_behind =
        names
            .iter()
            .rev()
            .map(String::as_str)
            .zip(0..)
            .all(|(name, back)| match back {
                0 => name == "$status",
                1 => asked.contains(&name),
                _ => true,
            });
    let lone = next.is_none_or(|next| !most(next, is_count));
    if right_behind && names.len() > 1 && lone && wrap == Wrap::Bare && most(values, is_count) {
        return Some("$body_bytes_sent");
    }
    let begins = ["$remote_addr", "", "", "$time_local", "$request", "$status"];
    let alike = names.len() == begins.len()
        && names
            .iter()
            .zip(begins)
            .all(|(name, wanted)| wanted.is_empty() || name == wanted);
    (alike && wrap == Wrap::Bare && most(values, is_count)).then_some("$body_bytes_sent")
}

/// A quoted column before the user agent is the referer even where every line says `-`.
fn before_agent(
    values: &[&str],
    wrap: Wrap,
    next: Option<&Vec<&str>>,
    names: &[String],
) -> Option<&'static str> {
    let agent = next.is_some_and(|next| most(next, is_agent));
    let free = !names.iter().any(|name| name == "$http_referer");
    let empty = values.iter().all(|value| *value == "-" || is_url(value));
    (wrap == Wrap::Quotes && agent && free && empty).then_some("$http_referer")
}

/// Whether nine of ten values that are there pass; one at least must be there.
fn most(values: &[&str], test: fn(&str) -> bool) -> bool {
    let there: Vec<&&str> = values.iter().filter(|value| **value != "-").collect();
    let pass = there.iter().filter(|value| test(value)).count();
    pass > 0 && pass * 10 >= there.len() * 9
}

/// Whether whole numbers are sizes and not times taken: what is asked for again has the same size.
fn are_sizes(values: &[&str], targets: &[&str]) -> bool {
    let mut by_target: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for (value, target) in values.iter().zip(targets) {
        let sizes = by_target.entry(target).or_default();
        *sizes.entry(value).or_default() += 1;
    }
    let (mut same, mut other) = (0, 0);
    for sizes in by_target.values() {
        let asked: usize = sizes.values().sum();
        let most = sizes.values().max().copied().unwrap_or(0);
        if asked >= 3 {
            same += usize::from(most * 2 >= asked);
            other += usize::from(most * 2 < asked);
        }
    }
    same >= other
}

fn is_clf_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 20 && bytes[2] == b'/' && bytes[6] == b'/' && bytes[11] == b':'
}

fn is_iso_time(text: &str) -> bool {
    let shape: Vec<u8> = text
        .bytes()
        .take(19)
        .map(|b| if b.is_ascii_digit() { b'0' } else { b })
        .collect();
    shape == b"0000-00-00T00:00:00"
}

fn is_epoch(text: &str) -> bool {
    matches!(text.split_once('.'), Some((s, ms)) if s.len() == 10 && ms.len() == 3 && is_count(s) && is_count(ms))
}

fn is_request(text: &str) -> bool {
    let mut words = text.split(' ');
    let method = words.next().unwrap_or_default();
    let upper = (3..=20).contains(&method.len()) && method.bytes().all(|b| b.is_ascii_uppercase());
    upper && text.contains(" HTTP/")
}

fn is_method(text: &str) -> bool {
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    known.contains(&text)
}

fn is_target(text: &str) -> bool {
    (text.starts_with('/') || text.starts_with("http://") || text.starts_with("https://"))
        && !text.contains(' ')
}

/// Whether the second column holds the queries of the paths in the first.
fn are_queries(paths: &[&str], queries: &[&str]) -> bool {
    most(queries, |text| text.contains('=')) && !paths.iter().any(|path| path.contains('?'))
}

fn is_key(text: &str) -> bool {
    text.len() >= 16 && matches!(kind(text.as_bytes()), Kind::Hex | Kind::Uuid)
}

/// Whether hardly any value comes twice.
fn all_different(values: &[&str]) -> bool {
    let different: std::collections::BTreeSet<&&str> = values.iter().collect();
    values.len() > 10 && different.len() * 100 >= values.len() * 98
}

fn is_address(text: &str) -> bool {
    text.parse::<std::net::IpAddr>().is_ok()
}

fn is_status(text: &str) -> bool {
    text.len() == 3 && matches!(text.as_bytes()[0], b'1'..=b'5') && is_count(text)
}

fn is_count(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_seconds(text: &str) -> bool {
    matches!(text.split_once('.'), Some((whole, part)) if is_count(whole) && is_count(part))
}

fn is_agent(text: &str) -> bool {
    let product = text.split(' ').next().unwrap_or_default();
    match product.split_once('/') {
        Some((name, version)) => {
            !name.is_empty()
                && !name.contains(':')
                && version.starts_with(|c: char| c.is_ascii_digit() || c == 'v')
        }
        None => text.contains("Mozilla") || text.contains(" v") && !text.contains('='),
    }
}

fn is_url(text: &str) -> bool {
    text.contains("://") || text.starts_with("android-app:")
}

fn are_cookies(text: &str) -> bool {
    text.split("; ").all(|pair| pair.contains('='))
}

fn is_host(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':');
    let cipher = text.starts_with("TLSv") || text.starts_with("SSLv");
    text.contains('.')
        && !cipher
        && text.bytes().all(plain)
        && text.bytes().any(|b| b.is_ascii_alphabetic())
        // `0.5ms` is a time taken.
        && !(text.ends_with("ms") && text.starts_with(|c: char| c.is_ascii_digit()))
}
