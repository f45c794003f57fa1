//! Records written out by small writers of their own, in every format, read back equal.
//!
//! The writers follow the servers' documentation, not the readers: what a server would escape is
//! escaped the way that server does it.

use std::borrow::Cow;

use breachscope::format::{Format, Line, Record, State};
use breachscope::words::Stamp;
use chrono::DateTime;
use proptest::prelude::*;

use super::{named, pattern, shown_record};

/// nginx's own combined, as its documentation spells it.
pub const COMBINED: &str = r#"$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent""#;

/// What a request was, before anything wrote it down.
#[derive(Clone, Debug)]
struct Truth {
    seconds: i64,
    client: String,
    user: Option<Vec<u8>>,
    method: &'static str,
    target: Vec<u8>,
    status: u16,
    bytes: u64,
    referer: Option<Vec<u8>>,
    agent: Option<Vec<u8>>,
}

impl Truth {
    fn record(&self) -> Record<'_> {
        let borrowed = |text: &'_ Option<Vec<u8>>| text.clone().map(Cow::Owned);
        Record {
            time: Some(Stamp(self.seconds * 1_000_000_000)),
            client: Some(Cow::Borrowed(self.client.as_bytes())),
            user: borrowed(&self.user),
            account: borrowed(&self.user),
            method: Some(Cow::Borrowed(self.method.as_bytes())),
            target: Some(Cow::Borrowed(&self.target)),
            protocol: Some(Cow::Borrowed(b"HTTP/1.1")),
            status: Some(self.status),
            bytes: Some(self.bytes),
            referer: borrowed(&self.referer),
            user_agent: borrowed(&self.agent),
            ..Record::default()
        }
    }

    fn utc(&self, form: &str) -> String {
        let time = DateTime::from_timestamp(self.seconds, 0).expect("an instant of this century");
        time.format(form).to_string()
    }
}

/// Any bytes but those that mean "nothing" (`-`), that a trimming would change, or that a raw
/// line cannot hold in any format.
fn text() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 1..40).prop_filter("says something", |bytes| {
        bytes.as_slice() != b"-" && bytes.trim_ascii() == bytes.as_slice() && bytes[0] != b'"'
    })
}

fn target() -> impl Strategy<Value = Vec<u8>> {
    "/[A-Za-z0-9/._~%;=-]{0,40}(\\?[A-Za-z0-9=&+%.-]{0,30})?".prop_map(String::into_bytes)
}

fn client() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<[u8; 4]>().prop_map(|bytes| std::net::Ipv4Addr::from(bytes).to_string()),
        any::<[u16; 8]>().prop_map(|parts| std::net::Ipv6Addr::from(parts).to_string()),
    ]
}

fn truth() -> impl Strategy<Value = Truth> {
    let method = prop::sample::select(vec!["GET", "POST", "HEAD", "PROPFIND", "M-SEARCH"]);
    let times = 0i64..4_000_000_000;
    let some = || prop::option::of(text());
    (
        times,
        client(),
        some(),
        method,
        target(),
        100u16..600,
        any::<u64>(),
        some(),
        some(),
    )
        .prop_map(
            |(seconds, client, user, method, target, status, bytes, referer, agent)| Truth {
                seconds,
                client,
                user,
                method,
                target,
                status,
                bytes,
                referer,
                agent,
            },
        )
}

/// nginx: what is not printable ASCII, a quote or a backslash becomes `\xHH`.
fn nginx_escaped(text: &[u8]) -> Vec<u8> {
    let plain = |b: u8| (0x20..0x7f).contains(&b) && b != b'"' && b != b'\\';
    let escaped = |b: &u8| {
        if plain(*b) {
            vec![*b]
        } else {
            format!("\\x{b:02X}").into_bytes()
        }
    };
    text.iter().flat_map(escaped).collect()
}

/// Apache: quotes and backslashes get a backslash, some controls a letter, the rest `\xhh`.
fn apache_escaped(text: &[u8]) -> Vec<u8> {
    let escaped = |b: &u8| match *b {
        b'"' | b'\\' => vec![b'\\', *b],
        b'\n' => b"\\n".to_vec(),
        b'\t' => b"\\t".to_vec(),
        b'\r' => b"\\r".to_vec(),
        0x20..0x7f => vec![*b],
        other => format!("\\x{other:02x}").into_bytes(),
    };
    text.iter().flat_map(escaped).collect()
}

/// JSON as nginx's `escape=json` writes it: bytes from 0x80 on as they are.
fn json_escaped(text: &[u8]) -> Vec<u8> {
    let escaped = |b: &u8| match *b {
        b'"' | b'\\' => vec![b'\\', *b],
        0..0x20 => format!("\\u00{b:02x}").into_bytes(),
        other => vec![other],
    };
    text.iter().flat_map(escaped).collect()
}

fn combined(truth: &Truth, escape: fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let absent = |text: &Option<Vec<u8>>| text.as_deref().map_or(b"-".to_vec(), escape);
    let mut line = format!("{} - ", truth.client).into_bytes();
    line.extend(absent(&truth.user));
    line.extend(
        format!(
            " [{}] \"{} ",
            truth.utc("%d/%b/%Y:%H:%M:%S +0000"),
            truth.method
        )
        .bytes(),
    );
    line.extend(escape(&truth.target));
    line.extend(format!(" HTTP/1.1\" {} {} \"", truth.status, truth.bytes).bytes());
    line.extend(absent(&truth.referer));
    line.extend(b"\" \"");
    line.extend(absent(&truth.agent));
    line.push(b'"');
    line
}

fn json(truth: &Truth, escape: fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let value = |text: &Option<Vec<u8>>| escape(text.as_deref().unwrap_or_default());
    let mut line = format!(
        "{{\"time_iso8601\":\"{}\", \"remote_addr\":\"{}\",\"remote_user\":\"",
        truth.utc("%Y-%m-%dT%H:%M:%S+00:00"),
        truth.client
    )
    .into_bytes();
    line.extend(value(&truth.user));
    line.extend(format!("\",\"request\":\"{} ", truth.method).bytes());
    line.extend(escape(&truth.target));
    line.extend(format!(" HTTP/1.1\",\"status\":\"{}\",", truth.status).bytes());
    line.extend(format!("\"body_bytes_sent\": {} ,\"http_referer\":\"", truth.bytes).bytes());
    line.extend(value(&truth.referer));
    line.extend(b"\",\"other\":{\"a\":[1,{\"status\":5}]},\"http_user_agent\":\"");
    line.extend(value(&truth.agent));
    line.extend(b"\"}");
    line
}

/// IIS, which writes no blanks: `+` in headers, and what else it cannot hold is not tried here.
fn w3c(truth: &Truth) -> Vec<u8> {
    let (stem, query) = match truth.target.iter().position(|b| *b == b'?') {
        Some(at) if at + 1 < truth.target.len() => (&truth.target[..at], &truth.target[at + 1..]),
        Some(at) => (&truth.target[..at], &b"-"[..]),
        None => (&truth.target[..], &b"-"[..]),
    };
    let mut line = truth.utc("%Y-%m-%d %H:%M:%S").into_bytes();
    line.extend(format!(" {} {} ", truth.client, truth.method).bytes());
    line.extend([stem, b" ", query].concat());
    line.extend(format!(" HTTP/1.1 {} {}", truth.status, truth.bytes).bytes());
    line
}

/// Expects the line to say what happened, and nothing else.
fn same(format: &Format, line: &[u8], truth: &Record<'_>) {
    let read = format.parse(&mut State::default(), line, 0);
    let Line::Record(read) = read else {
        panic!("{read:?} from {}", line.escape_ascii());
    };
    assert_eq!(
        shown_record(&read),
        shown_record(truth),
        "{}",
        line.escape_ascii()
    );
}

/// Agents without a blank, with one of these in them, are read as Akamai, CloudFront and Azure write them.
fn has_blanks_of_its_own(agent: &Option<Vec<u8>>) -> bool {
    let agent = agent.as_deref().unwrap_or_default();
    let has = |what: &[u8]| agent.windows(what.len()).any(|some| some == what);
    has(b" ") || ![&b"%20"[..], b"%2F", b"+(", b";+"].into_iter().any(has)
}

proptest! {
    #[test]
    fn combined_by_nginx(truth in truth()) {
        let line = combined(&truth, nginx_escaped);
        same(&named("combined"), &line, &truth.record());
        same(&pattern(COMBINED), &line, &truth.record());
    }

    #[test]
    fn combined_by_apache(truth in truth()) {
        let line = combined(&truth, apache_escaped);
        same(&named("common"), &line, &truth.record());
        let format = r#"%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i""#;
        same(&pattern(format), &line, &truth.record());
    }

    #[test]
    fn json_lines(truth in truth()) {
        prop_assume!(has_blanks_of_its_own(&truth.agent));
        same(&named("json"), &json(&truth, json_escaped), &truth.record());
    }

    #[test]
    fn json_lines_with_the_escapes_of_nginx(truth in truth()) {
        prop_assume!(has_blanks_of_its_own(&truth.agent));
        same(&named("json"), &json(&truth, nginx_escaped), &truth.record());
    }

    #[test]
    fn json_as_a_pattern(truth in truth()) {
        let format = "escape=json '{\"time_iso8601\":\"$time_iso8601\", \"remote_addr\":\"$remote_addr\",\
                      \"remote_user\":\"$remote_user\",\"request\":\"$request\",\"status\":\"$status\",\
                      \"body_bytes_sent\": $body_bytes_sent ,\"http_referer\":\"$http_referer\",'\n  \
                      '\"other\":{\"a\":[1,{\"status\":5}]},\"http_user_agent\":\"$http_user_agent\"}'";
        same(&pattern(format), &json(&truth, json_escaped), &truth.record());
    }

    #[test]
    fn w3c_lines(truth in truth()) {
        let format = named("w3c");
        let mut state = State::default();
        let fields = b"#Fields: date time c-ip cs-method cs-uri-stem cs-uri-query cs-version sc-status sc-bytes";
        format.parse(&mut state, fields, 0);
        let line = w3c(&truth);
        let read = format.parse(&mut state, &line, 0);
        let Line::Record(read) = read else { panic!("{read:?} from {}", line.escape_ascii()) };
        // IIS writes a dash for no query, so an empty one and a dash are lost.
        let bare = [&b"?"[..], b"?-"].iter().find_map(|end| truth.target.strip_suffix(*end));
        let target = bare.unwrap_or(&truth.target).to_vec();
        let mut wanted = truth.record();
        (wanted.user, wanted.account, wanted.referer, wanted.user_agent) = (None, None, None, None);
        wanted.target = Some(Cow::Owned(target));
        prop_assert_eq!(shown_record(&read), shown_record(&wanted));
    }
}
