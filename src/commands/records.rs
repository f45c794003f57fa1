//! `records`: what was read, as JSON lines, to hold against another parser (FORMATS.md, last paragraph).

use std::io::{BufWriter, Write};
use std::sync::Arc;

use chrono_tz::Tz;
use serde_json::{Map, Value, json};

use super::inputs::{Way, format_of};
use super::{Ending, signals};
use crate::case::FormatSpec;
use crate::cli::RecordsArgs;
use crate::format::target::Target;
use crate::format::{Format, Line, Lost, Proxies, Record, State};
use crate::sequence::text;
use crate::source::{self, Found, Log, Reader, Reading, lines};

/// Counts of one run.
#[derive(Default)]
struct Counts {
    records: u64,
    problems: u64,
}

/// Runs it.
pub(super) fn run(args: &RecordsArgs) -> Result<(), Ending> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut all = Counts::default();
    let mut stderr = std::io::stderr();
    let mut ways = Ways::of(args)?;
    for path in &args.logs {
        let found = source::walk(path).map_err(|why| Ending::of_named(path, why))?;
        for skipped in &found.skipped {
            let _ = writeln!(
                stderr,
                "breachscope: {}: not read: {}",
                skipped.name, skipped.why
            );
        }
        // All of them first: going back and forth in a packed archive would unpack it for every member.
        let mut formats = vec![None; found.logs.len()];
        for number in Log::by_place(found.logs.iter().map(|found| &found.log)) {
            formats[number] = Some(ways.format(args, &found.logs[number])?);
        }
        for (log, format) in found.logs.iter().zip(formats.iter().flatten()) {
            let counts = file(log, format, args.account.is_some(), &mut out)?;
            all.records += counts.records;
            all.problems += counts.problems;
        }
    }
    out.flush()?;
    if all.problems > 0 {
        let _ = writeln!(
            stderr,
            "breachscope: lines that could not be read: {}, that could: {}; each is printed with its `problem`",
            all.problems, all.records
        );
    }
    match all.records {
        0 => Err(Ending::Failed(
            "no line could be read as a request; name the format with --format or --pattern"
                .to_owned(),
        )),
        _ => Ok(()),
    }
}

fn file(
    found: &Found,
    format: &Format,
    with_account: bool,
    out: &mut impl Write,
) -> Result<Counts, Ending> {
    let Found { name, log, .. } = found;
    let mut reader = Reader::open(log, &Reading::default()).map_err(Ending::failed)?;
    let mut state = State::default();
    let mut counts = Counts::default();
    let mut number = 0u64;
    while let Some(window) = reader.next().map_err(Ending::failed)? {
        let mut printed = Vec::new();
        for (start, line) in lines(window.bytes()) {
            number += 1;
            let at = window.offset + start as u64;
            let read = format.parse(&mut state, line, at);
            // What goes over several lines stands where it begins.
            let (first, at) = match format.began(&state) {
                Some(began) => (number.saturating_sub(began.lines_back), began.at),
                None => (number, at),
            };
            let place = json!({ "file": name, "line": first, "offset": at });
            match read {
                _ if window.overlong.is_some() => {
                    problem("too_long", place, &mut counts, &mut printed)
                }
                Line::Record(record) => {
                    counts.records += 1;
                    let mut shown = fields(place, &record);
                    if with_account && let Some(account) = &record.account {
                        shown["account"] = json!(text(account));
                    }
                    print(&mut printed, &shown);
                }
                Line::Problem(why) => problem(why.word(), place, &mut counts, &mut printed),
                Line::Empty | Line::Directive | Line::Part => {}
            }
            let lost = format.lost(&mut state);
            tell_lost(name, number, lost, &mut counts, &mut printed);
        }
        if !window.intact() {
            return Err(Ending::Failed(format!(
                "{name}: was cut while it was read; copy it somewhere quiet and run again"
            )));
        }
        out.write_all(&printed)?;
        if signals::stopped() {
            return Err(Ending::Failed("stopped".to_owned()));
        }
    }
    let mut printed = Vec::new();
    let lost = format.lost_at_end(&mut state);
    tell_lost(name, number, lost, &mut counts, &mut printed);
    out.write_all(&printed)?;
    for damage in reader.finish().map_err(Ending::failed)?.damage {
        let _ = writeln!(std::io::stderr(), "breachscope: {name}: damaged: {damage}");
    }
    Ok(counts)
}

/// Lines that were taken for parts of a request that never came to its end.
fn tell_lost(name: &str, number: u64, lost: Vec<Lost>, counts: &mut Counts, out: &mut Vec<u8>) {
    for lost in lost {
        let line = number.saturating_sub(lost.lines_back);
        let place = json!({ "file": name, "line": line, "offset": lost.at });
        problem("cut", place, counts, out);
    }
}

/// How the logs are written, made once for all of them.
struct Ways {
    way: Way,
    proxies: Option<Arc<Proxies>>,
    /// What was recognised, with its account bound.
    bound: Vec<(Format, Format)>,
}

impl Ways {
    fn of(args: &RecordsArgs) -> Result<Ways, Ending> {
        let zone: Tz = args.timezone.parse().map_err(|_| {
            Ending::Usage(format!(
                "--timezone {}: no such zone; write an IANA name such as Europe/Stockholm",
                args.timezone
            ))
        })?;
        let spec = FormatSpec {
            name: args.pattern.is_none().then(|| args.format.clone()),
            pattern: args.pattern.clone(),
            fields: args.fields.clone(),
        };
        let mut proxies = Proxies::default();
        for network in &args.trusted_proxies {
            proxies.trust(network).map_err(Ending::Usage)?;
        }
        Ok(Ways {
            way: Way::of(&spec, zone).map_err(Ending::usage)?,
            proxies: (!args.trusted_proxies.is_empty()).then(|| Arc::new(proxies)),
            bound: Vec::new(),
        })
    }

    fn format(&mut self, args: &RecordsArgs, file: &Found) -> Result<Format, Ending> {
        let format = format_of(&self.way, file)?.trust(self.proxies.clone());
        let mut known = self.bound.iter();
        if let Some((_, bound)) = known.find(|(own, _)| own.shares_readers(&format)) {
            return Ok(bound.clone());
        }
        let bound = format.clone().bind_account(args.account.as_ref());
        let bound = bound.map_err(Ending::usage)?;
        self.bound.push((format, bound.clone()));
        Ok(bound)
    }
}

fn problem(word: &str, place: Value, counts: &mut Counts, out: &mut Vec<u8>) {
    counts.problems += 1;
    let mut place = place;
    place["problem"] = json!(word);
    print(out, &place);
}

/// A record with the names of FORMATS.md; a field is absent where the log says `-`.
fn fields(place: Value, record: &Record<'_>) -> Value {
    let mut all = match place {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            all.insert(name.to_owned(), value);
        }
    };
    let words =
        |value: &Option<crate::format::Text<'_>>| value.as_deref().map(|bytes| json!(text(bytes)));
    let target = record.target.as_deref().map(Target::read);
    put("ts", record.time.map(|time| json!(time.to_string())));
    put("client_ip", words(&record.client));
    put("client_port", record.client_port.map(|port| json!(port)));
    put("user", words(&record.user));
    put("method", words(&record.method));
    put("url", words(&record.target));
    put(
        "path",
        record
            .target
            .as_deref()
            .map(|target| json!(text(undecoded_path(target)))),
    );
    put(
        "query",
        target
            .as_ref()
            .and_then(|target| target.raw_query())
            .map(|query| json!(text(query))),
    );
    let absolute = target.as_ref().and_then(|target| target.host());
    put(
        "host",
        words(&record.host).or_else(|| absolute.map(|host| json!(text(host)))),
    );
    put("status", record.status.map(|status| json!(status)));
    put("bytes", record.bytes.map(|bytes| json!(bytes)));
    put("referer", words(&record.referer));
    put("user_agent", words(&record.user_agent));
    put("request_id", words(&record.request_id));
    put(
        "duration_ms",
        record.duration_ms.map(|duration| json!(duration)),
    );
    Value::Object(all)
}

/// The path as the log writes it, without the absolute form's host.
fn undecoded_path(target: &[u8]) -> &[u8] {
    let end = target.iter().position(|b| matches!(b, b'?' | b'#'));
    let path = &target[..end.unwrap_or(target.len())];
    match path.windows(3).position(|w| w == b"://") {
        Some(scheme) if !path.starts_with(b"/") => {
            let authority = &path[scheme + 3..];
            let slash = authority.iter().position(|b| *b == b'/');
            &authority[slash.unwrap_or(authority.len())..]
        }
        _ => path,
    }
}

fn print(out: &mut Vec<u8>, value: &Value) {
    out.extend_from_slice(value.to_string().as_bytes());
    out.push(b'\n');
}
