//! What the values of a column tell: a stamp, an address, a request. Judges letters, never meaning.

use std::collections::BTreeMap;

use crate::format::time;
use crate::survey::shape::{Kind, kind};

/// Whether nine of ten values that are there pass; one at least must be there.
pub(super) fn most(values: &[&str], test: fn(&str) -> bool) -> bool {
    let there: Vec<&&str> = values.iter().filter(|value| **value != "-").collect();
    let pass = there.iter().filter(|value| test(value)).count();
    pass > 0 && pass * 10 >= there.len() * 9
}

/// Whether whole numbers are sizes and not times taken: what is asked for again has the same size.
pub(super) fn are_sizes(values: &[&str], targets: &[&str]) -> bool {
    let mut by_target: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for (value, target) in values.iter().zip(targets) {
        let sizes = by_target.entry(target).or_default();
        *sizes.entry(value).or_default() += 1;
    }
    // What hardly differs is a setting, or the memory that was taken.
    let different: std::collections::BTreeSet<&&str> = values.iter().collect();
    if different.len() < 3 && values.len() > 20 {
        return false;
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

pub(super) fn is_clf_time(text: &str) -> bool {
    time::clf(text.as_bytes()).is_some()
}

/// A stamp of one word, with its offset.
pub(super) fn is_iso_time(text: &str) -> bool {
    !text.contains(' ') && time::rfc3339(text.as_bytes()).is_some()
}

pub(super) fn is_epoch(text: &str) -> bool {
    matches!(text.split_once('.'), Some((s, ms)) if s.len() == 10 && ms.len() == 3 && is_count(s) && is_count(ms))
}

/// A whole number of seconds, or of smaller units, since 1970: of this century, and no later than 2033.
pub(super) fn is_whole_epoch(text: &str) -> bool {
    matches!(text.len(), 10 | 13 | 16 | 19) && text.starts_with('1') && is_count(text)
}

/// How the stamps of a column are written, where they are and no number of them can be taken for another.
pub(super) fn way(values: &[&str]) -> Option<String> {
    let there: Vec<&&str> = values.iter().filter(|value| **value != "-").collect();
    let mut ways: Vec<String> = Vec::new();
    for value in there.iter().take(5) {
        let (way, length) = time::written::begins(value)?;
        if length == value.len() && !ways.contains(&way) {
            ways.push(way);
        }
    }
    // Where day and month could change places, both ways are held against all lines.
    let turned = |way: &String| {
        let of_pair = |[day, month]: &[&str; 2]| {
            let turn = |from: &str, to: &str| Some(format!("{to}{}", way.strip_prefix(from)?));
            turn(day, month).or_else(|| turn(month, day))
        };
        time::written::EITHER.iter().find_map(of_pair)
    };
    let others: Vec<String> = ways.iter().filter_map(turned).collect();
    ways.extend(others);
    ways.sort();
    ways.dedup();
    ways.retain(|way| {
        let read = there
            .iter()
            .filter(|text| time::written::is_written(way, text));
        read.count() * 10 >= there.len() * 9
    });
    match ways.as_slice() {
        [one] => Some(one.clone()),
        _ => None,
    }
}

pub(super) fn is_request(text: &str) -> bool {
    let words: Vec<&str> = text.split(' ').collect();
    let method = words[0];
    let upper = (3..=20).contains(&method.len()) && method.bytes().all(|b| b.is_ascii_uppercase());
    let bare = || is_method(method) && words.len() == 2 && is_target(words[1]);
    // Hypercorn writes the protocol's number alone.
    let numbered = || {
        let version = words
            .last()
            .is_some_and(|last| matches!(*last, "1.0" | "1.1" | "2" | "3"));
        is_method(method) && words.len() == 3 && is_target(words[1]) && version
    };
    upper && (text.contains(" HTTP/") || bare() || numbered())
}

pub(super) fn is_method(text: &str) -> bool {
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    known.contains(&text)
}

pub(super) fn is_target(text: &str) -> bool {
    (text.starts_with('/') || text.starts_with("http://") || text.starts_with("https://"))
        && !text.contains(' ')
}

/// Whether the second column holds the queries of the paths in the first.
pub(super) fn are_queries(paths: &[&str], queries: &[&str]) -> bool {
    most(queries, |text| text.contains('=')) && !paths.iter().any(|path| path.contains('?'))
}

pub(super) fn is_key(text: &str) -> bool {
    text.len() >= 16 && matches!(kind(text.as_bytes()), Kind::Hex | Kind::Uuid)
}

/// Whether hardly any value comes twice.
pub(super) fn all_different(values: &[&str]) -> bool {
    let different: std::collections::BTreeSet<&&str> = values.iter().collect();
    values.len() > 10 && different.len() * 100 >= values.len() * 98
}

pub(super) fn is_address(text: &str) -> bool {
    // Several programs put the port behind an address of the newer kind without brackets around it.
    let bare = || {
        let (host, port) = text.rsplit_once(':')?;
        Some(host.parse::<std::net::Ipv6Addr>().is_ok() && port.parse::<u16>().is_ok())
    };
    text.parse::<std::net::IpAddr>().is_ok()
        || text.parse::<std::net::SocketAddr>().is_ok()
        || bare().unwrap_or(false)
}

/// An address of the older kind with a port.
pub(super) fn has_port(text: &str) -> bool {
    text.parse::<std::net::SocketAddrV4>().is_ok()
}

pub(super) fn is_status(text: &str) -> bool {
    text.len() == 3 && matches!(text.as_bytes()[0], b'1'..=b'5') && is_count(text)
}

pub(super) fn is_count(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

pub(super) fn is_seconds(text: &str) -> bool {
    // A protocol's version has a digit behind the point.
    matches!(text.split_once('.'), Some((whole, part)) if is_count(whole) && is_count(part) && part.len() > 1)
}

pub(super) fn is_agent(text: &str) -> bool {
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

pub(super) fn is_url(text: &str) -> bool {
    text.contains("://") || text.starts_with("android-app:")
}

pub(super) fn are_cookies(text: &str) -> bool {
    text.split("; ").all(|pair| pair.contains('='))
}

pub(super) fn is_host(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':');
    let cipher = text.starts_with("TLSv") || text.starts_with("SSLv");
    text.contains('.')
        && !cipher
        && text.bytes().all(plain)
        && text.bytes().any(|b| b.is_ascii_alphabetic())
        // `0.5ms` is a time taken.
        && !(text.ends_with("ms") && text.starts_with(|c: char| c.is_ascii_digit()))
}
