//! Lines of an unknown web server -> the pattern that describes them, by what stands in each column.

mod cut;
mod tells;

use std::collections::BTreeMap;

use super::account::is_account;
use crate::format::{Format, Line, State, time};
use cut::{Wrap, cells, pieces};
use tells::{
    all_different, are_cookies, are_queries, are_sizes, has_port, is_address, is_agent,
    is_clf_time, is_count, is_epoch, is_host, is_iso_time, is_key, is_method, is_request,
    is_seconds, is_status, is_target, is_url, is_whole_epoch, most, way,
};

/// Share of the lines (of ten) that must have the same columns.
const ALIKE: usize = 6;

/// What stands around a column's value: key, wrap and tail.
type Shape<'l> = (&'l str, Wrap, &'l str);

/// The columns that most lines have, with their values.
struct Columns<'l> {
    shape: Vec<Shape<'l>>,
    values: Vec<Vec<&'l str>>,
}

/// The pattern that the lines follow, in nginx's words; columns that tell nothing by themselves are
/// called `$columnN`. `timed` = what lies around the lines has the time. `None` where they are not alike or hold no request.
pub fn pattern(lines: &[&[u8]], timed: bool) -> Option<String> {
    let plain: Vec<std::borrow::Cow<'_, [u8]>> = lines
        .iter()
        .map(|line| Format::without_colours(line))
        .collect();
    let texts: Vec<&str> = plain
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
    let timed = timed || names.iter().any(|name| is_time(name));
    let target = has("$request_uri") || has("$uri");
    let asked = has("$request") || has("$request_method") && target;
    if !asked || !timed {
        return None;
    }
    let spelled: Vec<String> = columns
        .shape
        .iter()
        .zip(&names)
        .map(|((key, wrap, tail), name)| match wrap {
            // A letter right behind a name would be a part of it.
            Wrap::Bare if *tail == "B" => {
                format!("{key}${{{}}}{tail}", name.trim_start_matches('$'))
            }
            Wrap::Bare => format!("{key}{name}{tail}"),
            Wrap::Parens => format!("{key}({name})"),
            Wrap::Braces => format!("{key}{{{name}}}"),
            Wrap::Cell => name.clone(),
            Wrap::Mark => (*key).to_owned(),
            Wrap::Quotes => format!("{key}\"{name}\""),
            Wrap::Brackets => format!("{key}[{name}]"),
            Wrap::Labelled => format!("[{key} {name}]"),
        })
        .collect();
    Some(spelled.join(if tabs { "\t" } else { " " }))
}

/// The field map of a table without a header: its columns' names, told by their values, and how its stamps are written
/// where the case must say so.
pub fn table(lines: &[&[u8]]) -> Option<Vec<(String, String)>> {
    let delimiters = [b'|', b';', b','];
    let (delimiter, columns) = delimiters.into_iter().find_map(|delimiter| {
        let columns = crate::survey::table::headless(lines, delimiter)?;
        Some((delimiter, columns))
    })?;
    if let Some(told) = iis(&columns) {
        return Some(told);
    }
    let columns = Columns {
        shape: vec![("", Wrap::Cell, ""); columns.len()],
        values: columns
            .iter()
            .map(|values| values.iter().map(String::as_str).collect())
            .collect(),
    };
    let names = names(&columns);
    let has = |wanted: &[&str]| names.iter().any(|name| wanted.contains(&&**name));
    if !names.iter().any(|name| is_time(name)) || !has(&["$request", "$request_uri", "$uri"]) {
        return None;
    }
    let mut letters = (b'a'..=b'z').map(char::from).cycle();
    let mut told: Vec<(String, String)> = Vec::new();
    let mut spelled: Vec<String> = Vec::new();
    for (name, values) in names.iter().zip(&columns.values) {
        let known = COLUMNS.iter().find(|(known, _)| known == name);
        if name.starts_with("%{") && !values.iter().all(|text| *text == "-" || reads(text)) {
            let letters = &name[2..name.len() - 2];
            told.push(("time_format".to_owned(), letters.to_owned()));
        }
        spelled.push(match known {
            _ if is_time(name) && !spelled.iter().any(|name| name == "time") => "time".to_owned(),
            Some((_, ours)) => (*ours).to_owned(),
            None => format!("x{}{}", spelled.len() / 26, letters.next().unwrap_or('x')),
        });
    }
    let header = spelled.join(&char::from(delimiter).to_string());
    told.insert(0, ("columns".to_owned(), header));
    Some(told)
}

/// The columns of IIS's own format, which are always these; only the order of day and month is the server's.
fn iis(columns: &[Vec<String>]) -> Option<Vec<(String, String)>> {
    const NAMES: &str = "client,user,date,time,service,machine,server,duration_ms,received,bytes,status,system,method,path,query,end";
    let service = columns.get(4)?;
    if columns.len() != 16 || !service.iter().all(|name| name.starts_with("W3SVC")) {
        return None;
    }
    let both = columns[2].iter().zip(&columns[3]);
    let stamps: Vec<String> = both.map(|(day, clock)| format!("{day} {clock}")).collect();
    let stamps: Vec<&str> = stamps.iter().map(String::as_str).collect();
    let letters = letters(&stamps)?;
    Some(vec![
        ("columns".to_owned(), NAMES.to_owned()),
        ("time_format".to_owned(), letters),
    ])
}

/// What columns of a table are called that a pattern calls so.
const COLUMNS: [(&str, &str); 15] = [
    ("$remote_addr", "client"),
    ("$remote_addr:$remote_port", "client"),
    ("$remote_user", "user"),
    ("$request", "request"),
    ("$request_method", "method"),
    ("$request_uri", "target"),
    ("$uri", "path"),
    ("$args", "query"),
    ("$status", "status"),
    ("$body_bytes_sent", "bytes"),
    ("$http_user_agent", "user_agent"),
    ("$http_referer", "referer"),
    ("$request_id", "request_id"),
    ("$host", "host"),
    ("$http_cookie", "cookie"),
];

/// Whether a stamp needs no word on how it is written.
fn reads(text: &str) -> bool {
    time::any(text.as_bytes(), chrono_tz::Tz::UTC).is_some()
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
    let mut shapes: BTreeMap<Vec<Shape<'l>>, Vec<Vec<&'l str>>> = BTreeMap::new();
    for text in texts {
        let pieces = if tabs { cells(text) } else { pieces(text) };
        let shape = pieces.iter().map(|p| (p.key, p.wrap, p.tail)).collect();
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
    let whole_epoch = whole_epoch(columns);
    for (at, values) in columns.values.iter().enumerate() {
        let wrap = columns.shape[at].1;
        // Pieces of two clocks would be put together to one.
        let timed = |name: &String| {
            names
                .iter()
                .any(|n| n == name || name.starts_with("%{") && is_time(n))
        };
        if let Some(name) = clock(at, values, whole_epoch).filter(|name| !timed(name)) {
            names.push(name);
            continue;
        }
        let next = columns.values.get(at + 1);
        let meant = of_label(columns.shape[at], values)
            .or_else(|| meaning(values, wrap, &targets, &names))
            .filter(|meant| !names.iter().any(|name| is_same(name, meant)))
            // How much was sent stands behind how it was answered; before it, numbers are accounts.
            .filter(|meant| {
                *meant != "$body_bytes_sent" || names.iter().any(|name| name == "$status")
            })
            .or_else(|| {
                let behind_path = names.last().is_some_and(|name| name == "$uri");
                behind_path.then_some("$args")
            })
            .or_else(|| behind_status(values, wrap, next, &names))
            .or_else(|| behind_request(columns, at, &names))
            .or_else(|| before_agent(values, wrap, next, &names))
            .or_else(|| behind_referer(columns, at, &names))
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
        Wrap::Mark => return None,
        _ if all(is_request) => "$request",
        Wrap::Bare | Wrap::Quotes | Wrap::Cell if all(is_method) => "$request_method",
        Wrap::Bare | Wrap::Quotes | Wrap::Cell if asked && all(is_target) => "$request_uri",
        Wrap::Bare | Wrap::Cell if asked && all(|text| text.starts_with("HTTP/")) => {
            "$server_protocol"
        }
        _ if all(is_key) && all_different(values) => "$request_id",
        // Whoever writes the port does so behind every address.
        _ if all(is_address) && most_of_v4(values, has_port) => "$remote_addr:$remote_port",
        _ if all(is_address) => "$remote_addr",
        Wrap::Bare | Wrap::Cell if !answered && all(is_status) => "$status",
        // A status of somebody else's, such as the server's behind a proxy, is no size.
        Wrap::Bare | Wrap::Cell
            if all(is_count) && !all(is_status) && are_sizes(values, targets) =>
        {
            "$body_bytes_sent"
        }
        Wrap::Bare | Wrap::Cell if all(is_seconds) => "$request_time",
        Wrap::Quotes | Wrap::Cell if all(is_agent) => "$http_user_agent",
        Wrap::Quotes | Wrap::Cell if all(is_url) => "$http_referer",
        Wrap::Quotes if all(are_cookies) => "$http_cookie",
        Wrap::Bare | Wrap::Cell if all(is_host) => "$host",
        _ => return None,
    })
}

/// Whether two names are of the same thing: the client is one, with its port or without.
fn is_same(name: &str, other: &str) -> bool {
    name == other || name.starts_with("$remote_addr") && other.starts_with("$remote_addr")
}

/// Whether a name is of a column that holds the time.
fn is_time(name: &str) -> bool {
    matches!(name, "$time_local" | "$time_iso8601" | "$msec") || name.starts_with("%{")
}

/// How a pattern calls a column of stamps.
fn clock(at: usize, values: &[&str], whole_epoch: Option<usize>) -> Option<String> {
    let all = |test: fn(&str) -> bool| most(values, test);
    if all(is_clf_time) {
        return Some("$time_local".to_owned());
    }
    if all(is_iso_time) {
        return Some("$time_iso8601".to_owned());
    }
    if all(is_epoch) || whole_epoch == Some(at) {
        return Some("$msec".to_owned());
    }
    letters(values).map(|letters| format!("%{{{letters}}}t"))
}

/// How the stamps of a column are written, in strftime's letters, where no number of them can be taken for another.
pub fn letters(values: &[&str]) -> Option<String> {
    way(values).map(|way| way.replace(" UTC", " %Z").replace(" GMT", " %Z"))
}

/// The column of whole seconds (or smaller units) since 1970, where none has a stamp that says more.
fn whole_epoch(columns: &Columns<'_>) -> Option<usize> {
    let stamped = |(at, values): (usize, &Vec<&str>)| clock(at, values, None).is_some();
    match columns.values.iter().enumerate().any(stamped) {
        true => None,
        false => columns
            .values
            .iter()
            .position(|values| most(values, is_whole_epoch)),
    }
}

/// Whether of the addresses of the older kind, of which some must be there, nine of ten pass.
fn most_of_v4(values: &[&str], test: fn(&str) -> bool) -> bool {
    let v4: Vec<&str> = values
        .iter()
        .copied()
        .filter(|text| text.contains('.') && !text.starts_with('['))
        .collect();
    most(&v4, test)
}

/// What a label says that the values alone do not.
fn of_label((label, wrap, unit): Shape<'_>, values: &[&str]) -> Option<&'static str> {
    if unit == "B" {
        return Some("$body_bytes_sent");
    }
    let sizes = ["Length", "Bytes", "Size", "Content-Length"];
    (wrap == Wrap::Labelled && sizes.contains(&label) && most(values, is_count))
        .then_some("$body_bytes_sent")
}

/// The user stands before the stamp, behind the address, as in every common log; or a key says so.
fn user(columns: &Columns<'_>, at: usize, names: &[String]) -> Option<&'static str> {
    let (key, wrap, _) = *columns.shape.get(at)?;
    let next = columns.values.get(at + 1);
    let stamped = next.is_some_and(|next| most(next, is_clf_time) || way(next).is_some());
    let behind = names.iter().any(|name| name.starts_with("$remote_addr"));
    let free = !names.iter().any(|name| name == "$remote_user");
    let called = is_account(key.trim_end_matches('='));
    (free && !matches!(wrap, Wrap::Brackets | Wrap::Mark) && (stamped && behind || called))
        .then_some("$remote_user")
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
    if right_behind
        && names.len() > 1
        && lone
        && matches!(wrap, Wrap::Bare | Wrap::Cell)
        && most(values, is_count)
    {
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

/// Whole numbers right behind the request are byte counts where no line has a status, as in Apache's log of TLS requests.
fn behind_request(columns: &Columns<'_>, at: usize, names: &[String]) -> Option<&'static str> {
    let status = columns.values.iter().any(|values| most(values, is_status));
    let behind = names.last().is_some_and(|name| name == "$request");
    let counts = most(&columns.values[at], is_count);
    (behind && counts && !status && columns.shape[at].1 == Wrap::Bare).then_some("$body_bytes_sent")
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
    let empty = values
        .iter()
        .all(|value| matches!(*value, "-" | "") || is_url(value));
    (wrap == Wrap::Quotes && agent && free && empty).then_some("$http_referer")
}

/// A quoted column right behind the referer is the user agent, whatever clients call themselves.
fn behind_referer(columns: &Columns<'_>, at: usize, names: &[String]) -> Option<&'static str> {
    let quoted = |at: usize| columns.shape[at].1 == Wrap::Quotes;
    let behind = names.last().is_some_and(|name| name == "$http_referer");
    let free = !names.iter().any(|name| name == "$http_user_agent");
    (behind && free && quoted(at) && quoted(at - 1)).then_some("$http_user_agent")
}
