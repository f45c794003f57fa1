//! JSON lines under unknown names -> the field map that reads them, by what stands under each path.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use serde_json::Value;

use super::layout;
use super::shape::{Kind, kind};
use crate::format::{Format, time};

/// Values of a path that are looked at.
const LOOKED_AT: usize = 2_000;

/// Whether a value under a path is of a kind.
type Test = fn(&str, &str) -> bool;

/// Values by dotted path, of the lines that are objects.
pub fn paths(lines: &[&[u8]]) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in lines {
        let line = Format::laid_out(line.trim_ascii());
        if let Ok(Value::Object(object)) = serde_json::from_slice(&line) {
            walk("", &Value::Object(object), &mut found, 0);
        }
    }
    found
}

fn walk(path: &str, value: &Value, found: &mut BTreeMap<String, Vec<String>>, depth: usize) {
    let text = match value {
        Value::Object(members) if depth < 8 => {
            for (key, value) in members {
                let path = match path {
                    "" => key.clone(),
                    path => format!("{path}.{key}"),
                };
                walk(&path, value, found, depth + 1);
            }
            return;
        }
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return,
    };
    let known = found.len() < 400 || found.contains_key(path);
    if known && !matches!(text.as_str(), "" | "-") {
        let values = found.entry(path.to_owned()).or_default();
        if values.len() < LOOKED_AT {
            values.push(text);
        }
    }
}

/// A field map for a case: our name and the log's path. Without a time and a target there is none.
pub fn fields(lines: &[&[u8]]) -> Option<Vec<(String, String)>> {
    fields_of(&paths(lines))
}

/// The same from values by path, or by column.
pub fn fields_of(paths: &BTreeMap<String, Vec<String>>) -> Option<Vec<(String, String)>> {
    let mut map: Vec<(&str, &String)> = Vec::new();
    let tests: [(&str, Test); 11] = [
        ("time", |_, text| is_time(text)),
        ("request", |_, text| is_request(text)),
        ("method", |_, text| is_method(text)),
        ("target", is_target),
        ("query", |name, text| {
            names_query(name) && text.contains('=') && !text.contains(' ')
        }),
        ("status", |name, text| {
            is_status(text) && !name.ends_with("bytes")
        }),
        ("bytes", |name, text| names_bytes(name) && is_number(text)),
        ("client", |name, text| {
            is_address(text) && !names_server(name)
        }),
        ("user_agent", |name, text| {
            names_agent(name) || text.starts_with("Mozilla/")
        }),
        ("referer", |name, _| last(name).starts_with("refer")),
        ("request_id", |name, _| names_request_id(name)),
    ];
    for (ours, test) in tests {
        let fits = |(path, values): &(&String, &Vec<String>)| {
            let pass = values.iter().filter(|text| test(path, text)).count();
            // A count that is always zero is of what was sent with the request.
            let empty = ours == "bytes" && values.iter().all(|text| text == "0");
            pass > 0
                && !empty
                && pass * 10 >= values.len() * 8
                && !map.iter().any(|(_, p)| p == path)
        };
        // The one that is called so, then the fullest one; of equals the first in order.
        let best = paths.iter().filter(fits).max_by_key(|(path, values)| {
            let called = is_called(ours, &path.to_lowercase());
            // What was asked for in full, rather than its path alone.
            let full = ours == "target" && values.iter().any(|text| text.contains('?'));
            (called, full, values.len(), std::cmp::Reverse(path.len()))
        });
        if let Some((path, _)) = best {
            map.push((ours, path));
        }
    }
    // Day and month may change places; then all values together tell, and the case says how they are written.
    let mut written = None;
    if !map.iter().any(|(ours, _)| *ours == "time") {
        let told = paths.iter().find_map(|(path, values)| {
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            Some((path, layout::letters(&values)?))
        });
        if let Some((path, letters)) = told {
            map.insert(0, ("time", path));
            written = Some(("time_format".to_owned(), letters));
        }
    }
    let has = |name: &str| map.iter().any(|(ours, _)| *ours == name);
    if !has("time") || !(has("target") || has("request")) {
        return None;
    }
    let whole_line = has("request");
    let asked_in_target = || {
        let target = map.iter().find(|(ours, _)| *ours == "target");
        let values = target.and_then(|(_, path)| paths.get(*path));
        values.is_some_and(|values| values.iter().any(|text| text.contains('?')))
    };
    let twice = |ours: &str| match ours {
        "method" | "target" => whole_line,
        "query" => whole_line || asked_in_target(),
        _ => false,
    };
    let spelled = map
        .iter()
        .filter(|(ours, _)| !twice(ours))
        .map(|(ours, path)| ((*ours).to_owned(), (*path).clone()));
    Some(spelled.chain(written).collect())
}

/// The last word of a name, without the letter that Azure's tables add for what kind of value it is.
fn last(name: &str) -> String {
    let last = name.rsplit('.').next().unwrap_or(name).to_lowercase();
    let kinds = ["_s", "_d", "_g", "_b", "_t"];
    let bare = kinds.iter().find_map(|kind| last.strip_suffix(kind));
    bare.unwrap_or(&last).to_owned()
}

fn is_time(text: &str) -> bool {
    let whole = text.split('.').next().unwrap_or_default();
    let epoch = matches!(whole.len(), 10 | 13 | 16 | 19)
        && is_number(whole)
        && whole.starts_with(['1', '2'])
        && text.split('.').all(is_number);
    let dated = || kind(text.as_bytes()) == Kind::Date && text.len() > 10;
    // Words between digits: whatever the one time parser reads.
    let written = || {
        text.len() > 10
            && !text.split('.').all(is_number)
            && time::any(text.as_bytes(), Tz::UTC).is_some()
    };
    epoch || dated() || written()
}

/// Whether a name says by itself what is meant, in small letters.
fn is_called(ours: &str, name: &str) -> bool {
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    match ours {
        "client" => has(&["client", "remote", "src", "source", "orig_h", "caller"]),
        "method" => has(&["method", "verb"]),
        "status" => has(&["status", "code"]),
        "target" => has(&["url", "uri", "path", "target", "request"]),
        "bytes" => has(&["body", "resp", "sent", "out"]),
        _ => true,
    }
}

/// A path or a URL that was asked for; files of the server's own are none.
fn is_target(name: &str, text: &str) -> bool {
    let name = name.to_lowercase();
    let other = [
        "file", "referer", "referrer", "log.", "cwd", "location", "exe",
    ];
    let url = || text.starts_with("https://") || text.starts_with("http://");
    !other.iter().any(|word| name.contains(word))
        && !text.starts_with("/var/")
        && (text.starts_with('/') || url() && ["url", "uri"].iter().any(|word| name.contains(word)))
}

fn names_query(name: &str) -> bool {
    let last = last(name).replace(['_', '-'], "");
    matches!(
        last.as_str(),
        "query"
            | "querystring"
            | "args"
            | "qs"
            | "uriquery"
            | "urlquery"
            | "querystr"
            | "csuriquery"
            | "requestquery"
    )
}

fn is_address(text: &str) -> bool {
    text.parse::<std::net::IpAddr>().is_ok() || text.parse::<std::net::SocketAddr>().is_ok()
}

/// Whether a name is of an address that answers rather than asks.
fn names_server(name: &str) -> bool {
    let name = name.to_lowercase();
    let words = [
        "resp", "dest", "dst", "server", "local", "upstream", "backend", "listener", "node", "pod",
    ];
    words.iter().any(|word| name.contains(word))
        || name.starts_with("host.")
        || name.contains(".host.")
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_method(text: &str) -> bool {
    matches!(
        text.to_ascii_uppercase().as_str(),
        "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS" | "PROPFIND" | "REPORT"
    )
}

/// A method, a target, and a protocol or nothing: what goes on behind the target is a line of its own.
fn is_request(text: &str) -> bool {
    let words: Vec<&str> = text.split(' ').collect();
    is_method(words[0])
        && match words[1..] {
            [] => false,
            [_] => true,
            [.., last] => last.starts_with("HTTP/"),
        }
}

fn is_status(text: &str) -> bool {
    let text = text.split(' ').next().unwrap_or_default();
    text.len() == 3 && is_number(text) && matches!(text.as_bytes()[0], b'1'..=b'5')
}

/// A number is a size only where its name says so: nothing else tells it from a time taken.
fn names_bytes(name: &str) -> bool {
    let name = name.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    let asked = has(&["req"]) && !has(&["resp"]);
    has(&["byte", "size", "length", "sent", "len"])
        && !asked
        && !has(&[
            "recv", "receiv", "read", "bytes_in", "in_bytes", "inbound", "header", "cs_bytes",
            "csbytes", "cs-bytes",
        ])
}

fn names_agent(name: &str) -> bool {
    matches!(
        last(name).as_str(),
        "user_agent" | "useragent" | "user-agent" | "agent" | "ua" | "http_user_agent"
    )
}

fn names_request_id(name: &str) -> bool {
    let last = last(name).replace(['_', '-'], "");
    matches!(
        last.as_str(),
        "requestid" | "reqid" | "traceid" | "correlationid" | "transactionid"
    )
}
