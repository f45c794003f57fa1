//! What small writers of their own wrote down is read back the same, in every format of a fixed order, and a
//! file of such lines is recognised among a little garbage.

use breachscope::format::{Format, Line, State};
use breachscope::words::Stamp;
use chrono::DateTime;
use chrono_tz::Tz;
use proptest::prelude::*;

use super::named;

/// What happened, as far as every format can tell it.
#[derive(Clone, Debug)]
struct Request {
    millis: i64,
    client: std::net::IpAddr,
    port: u16,
    method: &'static str,
    path: String,
    query: Option<String>,
    status: u16,
    bytes: u32,
    agent: String,
    id: u32,
}

impl Request {
    /// A line in which names in braces stand for what it says; no value has a brace.
    fn written(&self, time: &str, url: &str, line: &str) -> String {
        let at = DateTime::from_timestamp_millis(self.millis).expect("an instant of this century");
        line.replace("{time}", &at.format(time).to_string())
            .replace("{url}", url)
            .replace("{client}", &self.client.to_string())
            .replace("{port}", &self.port.to_string())
            .replace("{method}", self.method)
            .replace("{status}", &self.status.to_string())
            .replace("{bytes}", &self.bytes.to_string())
            .replace("{agent}", &self.agent)
            .replace("{id}", &self.id.to_string())
    }

    fn target(&self) -> String {
        match &self.query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.clone(),
        }
    }
}

fn request() -> impl Strategy<Value = Request> {
    let client = prop_oneof![
        any::<[u8; 4]>().prop_map(Into::into),
        any::<[u16; 8]>().prop_map(Into::into),
    ];
    let method = prop::sample::select(vec!["GET", "POST", "HEAD", "PROPFIND", "M-SEARCH"]);
    let rest = (
        "/[A-Za-z0-9/._~%;=-]{0,40}",
        prop::option::of("[a-z]=[A-Za-z0-9=&+.-]{0,20}"),
    );
    let answer = (
        100u16..600,
        any::<u32>(),
        "[A-Za-z(][A-Za-z0-9/.;()+-]{0,8}( [A-Za-z0-9/.;()+]{1,9}){0,3}",
    );
    (
        0i64..4_000_000_000_000,
        client,
        1u16..,
        method,
        rest,
        answer,
        any::<u32>(),
    )
        .prop_map(
            |(millis, client, port, method, (path, query), (status, bytes, agent), id)| Request {
                millis,
                client,
                port,
                method,
                path,
                query,
                status,
                bytes,
                agent,
                id,
            },
        )
}

/// One format: how its writer writes, and what of the request is lost on the way.
struct Writer {
    name: &'static str,
    write: fn(&Request) -> String,
    /// The unit that its times are cut to, in milliseconds.
    tick: i64,
    target: fn(&Request) -> String,
    has_port: bool,
    has_agent: bool,
    has_id: bool,
}

const WRITERS: [Writer; 9] = [
    Writer {
        name: "alb",
        write: alb,
        tick: 1,
        target: absolute,
        has_port: true,
        has_agent: true,
        has_id: true,
    },
    Writer {
        name: "elb",
        write: elb,
        tick: 1,
        target: absolute,
        has_port: true,
        has_agent: true,
        has_id: false,
    },
    Writer {
        name: "s3",
        write: s3,
        tick: 1000,
        target: Request::target,
        has_port: false,
        has_agent: true,
        has_id: true,
    },
    Writer {
        name: "cloudfront",
        write: cloudfront,
        tick: 1000,
        target: Request::target,
        has_port: true,
        has_agent: true,
        has_id: true,
    },
    Writer {
        name: "haproxy",
        write: haproxy,
        tick: 1,
        target: Request::target,
        has_port: true,
        has_agent: false,
        has_id: false,
    },
    Writer {
        name: "envoy",
        write: envoy,
        tick: 1,
        target: Request::target,
        has_port: false,
        has_agent: true,
        has_id: true,
    },
    Writer {
        name: "envoy",
        write: istio,
        tick: 1,
        target: Request::target,
        has_port: true,
        has_agent: true,
        has_id: true,
    },
    Writer {
        name: "traefik",
        write: traefik,
        tick: 1000,
        target: Request::target,
        has_port: false,
        has_agent: true,
        has_id: false,
    },
    Writer {
        name: "squid",
        write: squid,
        tick: 1,
        target: absolute,
        has_port: false,
        has_agent: false,
        has_id: false,
    },
];

fn absolute(r: &Request) -> String {
    format!("https://h.example:443{}", r.target())
}

fn squid(r: &Request) -> String {
    r.written(
        "%s%.3f",
        &absolute(r),
        "{time}    921 {client} TCP_MISS/{status} {bytes} {method} {url} - HIER_DIRECT/10.0.0.1 text/html",
    )
}

fn alb(r: &Request) -> String {
    r.written(
        "%Y-%m-%dT%H:%M:%S%.6fZ",
        &absolute(r),
        r#"h2 {time} app/lb/1 {client}:{port} 10.0.0.1:80 0.001 0.002 0.000 {status} {status} 12 {bytes} "{method} {url} HTTP/2.0" "{agent}" - - arn "{id}" "-" "-" 0 {time} "forward" "-" "-" "-" "-" "-" "-" TID_1"#,
    )
}

fn elb(r: &Request) -> String {
    r.written(
        "%Y-%m-%dT%H:%M:%S%.6fZ",
        &absolute(r),
        r#"{time} lb {client}:{port} - -1 -1 -1 {status} - 12 {bytes} "{method} {url} HTTP/1.1" "{agent}" - -"#,
    )
}

fn s3(r: &Request) -> String {
    r.written(
        "%d/%b/%Y:%H:%M:%S +0000",
        &r.target(),
        r#"79a5 bucket [{time}] {client} - {id} REST.GET.OBJECT key "{method} {url} HTTP/1.1" {status} - {bytes} - 3 - "-" "{agent}" - host= SigV4 - - h TLSv1.2"#,
    )
}

fn cloudfront(r: &Request) -> String {
    let query = r.query.as_deref().unwrap_or("-");
    let encoded = Request {
        agent: r.agent.replace(' ', "%20"),
        ..r.clone()
    };
    encoded.written(
        "%Y-%m-%d\t%H:%M:%S",
        &format!("{}\t{{status}}\t-\t{{agent}}\t{query}", r.path),
        "{time}\tARN1\t{bytes}\t{client}\t{method}\td.example\t{url}\t-\tHit\t{id}\th.example\thttps\t9\t0.1\t-\t-\t-\tHit\tHTTP/1.1\t-\t-\t{port}\t0.1\tHit\t-\t-\t-\t-",
    )
}

fn haproxy(r: &Request) -> String {
    r.written(
        "%d/%b/%Y:%H:%M:%S%.3f",
        &r.target(),
        r#"{client}:{port} [{time}] fe be/s1 0/0/1/2/3 {status} {bytes} - - ---- 1/1/0/0/0 0/0 {h|} "{method} {url} HTTP/1.1""#,
    )
}

fn envoy(r: &Request) -> String {
    r.written(
        "%Y-%m-%dT%H:%M:%S%.3fZ",
        &r.target(),
        r#"[{time}] "{method} {url} HTTP/1.1" {status} - 0 {bytes} 3 2 "{client}" "{agent}" "{id}" "h" "10.0.0.1:80""#,
    )
}

fn istio(r: &Request) -> String {
    let line = r#"[{time}] "{method} {url} HTTP/1.1" {status} - via_upstream - "-" 0 {bytes} 3 2 "-" "{agent}" "{id}" "h" "10.0.0.1:80" inbound|80|| 127.0.0.6:1 10.0.0.2:80 {client}:{port} - default"#;
    let line = match r.client.is_ipv6() {
        true => line.replace("{client}", "[{client}]"),
        false => line.to_owned(),
    };
    r.written("%Y-%m-%dT%H:%M:%S%.3fZ", &r.target(), &line)
}

fn traefik(r: &Request) -> String {
    r.written(
        "%d/%b/%Y:%H:%M:%S +0000",
        &r.target(),
        r#"{client} - - [{time}] "{method} {url} HTTP/1.1" {status} {bytes} "-" "{agent}" 7 "r@file" "http://10.0.0.1:80" 3ms"#,
    )
}

/// Expects the line to say what happened.
fn same(format: &Format, writer: &Writer, request: &Request) -> Result<(), TestCaseError> {
    let line = (writer.write)(request);
    let Line::Record(read) = format.parse(&mut State::default(), line.as_bytes(), 0) else {
        return Err(TestCaseError::fail(format!(
            "{} does not read {line}",
            writer.name
        )));
    };
    let text = |text: &Option<breachscope::format::Text<'_>>| {
        text.as_deref()
            .map(|text| String::from_utf8_lossy(text).into_owned())
    };
    let time = request.millis - request.millis % writer.tick;
    prop_assert_eq!(read.time, Some(Stamp(time * 1_000_000)), "{}", line);
    prop_assert_eq!(
        text(&read.client),
        Some(request.client.to_string()),
        "{}",
        line
    );
    prop_assert_eq!(
        read.client_port,
        writer.has_port.then_some(request.port),
        "{}",
        line
    );
    prop_assert_eq!(
        text(&read.method),
        Some(request.method.to_owned()),
        "{}",
        line
    );
    prop_assert_eq!(
        text(&read.target),
        Some((writer.target)(request)),
        "{}",
        line
    );
    prop_assert_eq!(read.status, Some(request.status), "{}", line);
    prop_assert_eq!(read.bytes, Some(u64::from(request.bytes)), "{}", line);
    let agent = writer.has_agent.then(|| request.agent.clone());
    prop_assert_eq!(text(&read.user_agent), agent, "{}", line);
    let id = writer.has_id.then(|| request.id.to_string());
    prop_assert_eq!(text(&read.request_id), id, "{}", line);
    Ok(())
}

proptest! {
    #[test]
    fn what_is_written_is_read(request in request()) {
        for writer in &WRITERS {
            same(&named(writer.name), writer, &request)?;
        }
    }
}

proptest! {
    // Each case is four hundred lines, held against every format.
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Of fifty lines some are another program's words, a torn line, and bytes.
    #[test]
    fn lines_among_garbage_are_recognised(requests in prop::collection::vec(request(), 50), place in 0usize..50) {
        for writer in &WRITERS {
            let mut lines: Vec<String> = requests.iter().map(writer.write).collect();
            lines.insert(place, "2021/01/03 16:41:26 [error] 31#31: *3 open() failed".into());
            lines.insert(place, "\u{1}\u{2}garbage".into());
            let torn = lines[50][..lines[50].len() / 3].to_owned();
            lines.insert(0, torn);
            let format = Format::detect(lines.join("\n").as_bytes(), &[], Tz::UTC);
            let format = format.map_err(|e| TestCaseError::fail(e.to_string()))?;
            prop_assert_eq!(format.name(), writer.name, "{}", lines[1]);
            for request in &requests {
                same(&format, writer, request)?;
            }
        }
    }
}

/// One cut row of an export does not make it a log of the lines that its cells hold.
#[test]
fn a_cut_row_leaves_the_table_one() {
    let row = |second: u8, end: &str| {
        format!(
            "\"2021-03-08T05:00:00.000+00:00\",\"10.0.0.1 - bo [08/Mar/2021:05:00:0{second} +0000] \"\"GET /c/101 HTTP/1.1\"\" 200 512 \"\"-\"\" \"\"x{end}\n"
        )
    };
    let whole = "\"\"\",web,idx";
    let content = [
        "_time,_raw,host,index\n".to_owned(),
        row(1, whole),
        row(2, whole),
        row(3, ""),
        row(4, whole),
    ];
    let format =
        breachscope::format::Format::detect(content.concat().as_bytes(), &[], chrono_tz::Tz::UTC);
    assert_eq!(format.expect("recognised").name(), "csv");
}
