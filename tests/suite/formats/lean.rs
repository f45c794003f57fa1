//! The short way for plainly written lines reads what the long way reads, or nothing.

use breachscope::case::{AccountKey, RouteSpec};
use breachscope::format::target::Target;
use breachscope::format::{Format, Lately, Line, State};
use breachscope::route::Router;
use breachscope::source::overlap::Heads;
use chrono_tz::Tz;
use proptest::prelude::*;

use crate::templates::extractor;

const LINES: [&str; 5] = [
    r#"14.16.32.12 - u0020867 [22/Nov/2026:00:00:00 +0000] "GET /a/1?page=2 HTTP/2.0" 304 0 "https://x/" "Mozilla/5.0 (X11)" 0.000"#,
    r#"10.0.0.1 - - [04/Mar/2021:05:06:07 +0100] "POST /a/b HTTP/1.1" 200 812"#,
    r#"10.0.0.1 - anna@x.org [04/Mar/2021:05:06:59 -0330] "GET /a/1 HTTP/1.1" 403 0 "-" "-""#,
    r#"10.0.0.1 - b [04/Mar/2021:05:06:07 +0000] "GET /a/1 HTTP/1.1" 200 7 "-" "curl" "10.1.1.1" XFF="10.2.2.2""#,
    r#"10.0.0.1 - b [04/Mar/2021:23:59:60 +0000] "GET /a/1 HTTP/1.1" 200 7 "r "q" s" "a "b" c""#,
];

const OBJECTS: [&str; 6] = [
    r#"{"time":"2026-11-22T00:00:00+00:00","msec":1795305600.033,"remote_addr":"14.16.32.12","account":"u1","method":"GET","uri":"/a/1","status":304,"bytes_sent":0,"referer":"","user_agent":"M (X)"}"#,
    r#"{"time":"2026-11-22T00:00:07+00:00","msec":1795305607.5,"remote_addr":"14.16.32.13","account":"-","method":"PUT","uri":"/a/2?x=\"","status":"200","bytes_sent":12,"referer":"-","user_agent":"-"}"#,
    r#"{"time":"2026-11-22T00:00:09+00:00","msec":1795305609.5,"remote_addr":"14.16.32.13","account":"","method":"PUT","uri":"/a/2","status":"200","bytes_sent":12,"referer":"-","user_agent":"-"}"#,
    r#"{"ts": 1795305600, "client_ip": "10.0.0.1", "user": "anna", "method": "GET", "url": "/a/3", "status": 200, "size": 7}"#,
    r#"{"ts": 1795305600, "client_ip": "10.0.0.1", "user": 17, "user_id": "b", "method": "GET", "url": "/a/3", "status": 200, "size": 7}"#,
    r#"{"ts": 1795305600, "client_ip": "10.0.0.1", "user": "-", "user_id": "b", "method": "GET", "url": "/a/3", "path": "/b", "status": 200}"#,
];

/// Headers of IIS: its usual columns; all of them; none for a user.
const HEADERS: [&str; 3] = [
    "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) sc-status sc-bytes time-taken",
    "#Fields: date time s-sitename s-computername s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs-version cs(User-Agent) cs(Cookie) cs(Referer) cs-host sc-status sc-substatus sc-win32-status sc-bytes cs-bytes time-taken",
    "#Fields: date time c-ip cs-method cs-uri-stem cs-uri-query sc-status",
];

const ROWS: [&str; 6] = [
    "2021-11-20 23:50:00 10.0.0.1 GET /contact/show.aspx contactId=7&x=1 443 CORP\\anna 203.0.113.7 Mozilla/5.0+(X11;+rv:1) 200 812 31",
    "2021-11-20 23:50:07 10.0.0.1 POST /a/1 - 443 - 203.0.113.8 - 401 0 2",
    "2021-11-20 23:51:07 W3SVC1 WEB03 10.0.0.1 GET /contact/show.aspx ?contactId=7 443 b 203.0.113.7 HTTP/1.1 curl - - host 200 0 0 812 300 31",
    "2021-11-20 23:50:07 203.0.113.8 GET /a/1 page=2 200",
    "2021-11-20 23:50:60 10.0.0.1 GET /a/1 - 443 - 203.0.113.8 - 200 0 2",
    "2021-11-20 23:50:07 10.0.0.1 GET /a?1 - 443 - 203.0.113.8 - 200 0 2",
];

/// How many of the lines went the short way; each must read the same the long way.
fn held(format: &Format, lines: &[&[u8]]) -> usize {
    held_behind(format, b"", lines)
}

/// The same behind a line that says something about the others.
fn held_behind(format: &Format, header: &[u8], lines: &[&[u8]]) -> usize {
    assert!(format.goes_lean());
    let mut lately = Lately::default();
    let mut short = 0;
    for line in lines {
        let mut state = State::default();
        format.parse(&mut state, header, 0);
        let mut unsure = lately.clone();
        lately.unescaped = !line.iter().any(|b| matches!(b, b'\\' | b'\r' | 0x1b));
        let lean = format.lean(&state, line, &mut lately);
        // What is known of escapes spares a look and changes nothing.
        unsure.unescaped = false;
        assert_eq!(lean, format.lean(&state, line, &mut unsure));
        let Some(lean) = lean else {
            continue;
        };
        short += 1;
        let Some(agent) = lean.agent() else { continue };
        let Line::Record(record) = format.parse(&mut state, line, 0) else {
            panic!("no record: {}", String::from_utf8_lossy(line));
        };
        assert_eq!(record.time, Some(lean.time));
        assert_eq!(record.client.as_deref(), Some(lean.client));
        assert_eq!(record.account.as_deref(), lean.account);
        assert_eq!(record.method.as_deref(), Some(lean.method));
        assert_eq!(record.target.as_deref(), Some(lean.target));
        assert_eq!(record.status, Some(lean.status));
        assert_eq!(record.bytes, lean.bytes);
        assert_eq!(record.user_agent.as_deref().unwrap_or_default(), agent);
        assert_eq!(record.forwarded, None);
        assert_eq!((record.node.as_deref(), record.sequence), (lean.node, None));
        assert_eq!((record.nameless, record.bad_token), (lean.nameless, false));
        assert_eq!(record.head_counted, lean.head_counted);
    }
    short
}

fn combined() -> Format {
    Format::named("combined", &[], Tz::UTC).unwrap()
}

fn json() -> Format {
    Format::named("json", &[], Tz::UTC).unwrap()
}

fn w3c(account: Option<&str>) -> Format {
    let format = Format::named("w3c", &[], Tz::UTC).unwrap();
    let key = account.map(|name| AccountKey::Field(name.to_owned()));
    format.bind_account(key.as_ref()).unwrap()
}

/// Which header a row of [`ROWS`] stands under.
fn header_of(row: usize) -> &'static [u8] {
    let header = match row {
        2 => HEADERS[1],
        3 => HEADERS[2],
        _ => HEADERS[0],
    };
    header.as_bytes()
}

fn bytes<'l>(lines: &[&'l str]) -> Vec<&'l [u8]> {
    lines.iter().map(|line| line.as_bytes()).collect()
}

#[test]
fn objects_of_one_layout_go_the_short_way() {
    let lines = bytes(&OBJECTS);
    // The second holds an escape; the last says its user elsewhere.
    assert_eq!(held(&json(), &lines[..3]), 2);
    assert_eq!(held(&json(), &lines[3..]), 2);
    let fields = [
        ("time", "time"),
        ("account", "account"),
        ("method", "method"),
        ("target", "uri"),
        ("status", "status"),
        ("bytes", "bytes_sent"),
        ("client", "remote_addr"),
    ];
    let fields = fields.map(|(ours, theirs)| (ours.to_owned(), theirs.to_owned()));
    let mapped = Format::named("json", &fields, Tz::UTC).unwrap();
    assert_eq!(held(&mapped, &lines[..3]), 2);
}

#[test]
fn plain_lines_go_the_short_way() {
    let lines = bytes(&LINES);
    assert_eq!(held(&combined(), &lines[..4]), 4);
    // A leap second is left to the long way.
    assert_eq!(held(&combined(), &lines[4..]), 0);
}

#[test]
fn rows_of_iis_go_the_short_way() {
    let rows = bytes(&ROWS);
    for (row, line) in rows.iter().enumerate() {
        // A leap second, and a `?` that separates nothing, are left to the long way.
        let short = usize::from(row < 4);
        assert_eq!(
            held_behind(&w3c(None), header_of(row), &[line]),
            short,
            "{row}"
        );
    }
    // Another column names the account; a header whose blanks are written otherwise is the long way's.
    let column = |name, row: usize| held_behind(&w3c(Some(name)), header_of(row), &[rows[row]]);
    assert_eq!((column("cs-host", 2), column("cs(Cookie)", 2)), (1, 0));
    // Under another header, and under none, the line means nothing.
    assert_eq!(held_behind(&w3c(None), header_of(2), &[rows[0]]), 0);
    assert_eq!(held(&w3c(None), &[rows[0]]), 0);
}

#[test]
fn whoever_names_the_account_otherwise_goes_the_long_way() {
    let format = |key: AccountKey| {
        let format = Format::named("combined", &[], Tz::UTC).unwrap();
        format.bind_account(Some(&key)).unwrap().goes_lean()
    };
    assert!(format(AccountKey::Field("remote_user".to_owned())));
    assert!(!format(AccountKey::Query("sid".to_owned())));
    assert!(!format(AccountKey::Field("remote_logname".to_owned())));
}

/// Escapes are looked for in all lines at once: each line must still be read as it is alone, wherever they stand.
#[test]
fn an_escape_is_that_of_its_line() {
    let agents = [
        "a",
        r#"b \" c"#,
        "d",
        "e",
        r#"f\x41"#,
        "g\x1b[0m",
        "h",
        "i\r",
    ];
    let line = |agent: &str| {
        format!(
            r#"10.0.0.1 - u [04/Mar/2021:05:06:07 +0000] "GET /a/1 HTTP/1.1" 200 7 "-" "{agent}""#
        )
    };
    let lines = agents.map(line);
    let (router, heads, format) = (
        Router::new(&routes("lean-escapes"), false),
        Heads::new(&[]),
        combined(),
    );
    let extractor = extractor(&format, &router, &heads);
    let read = |lines: &[String]| -> Vec<String> {
        let part = extractor.extract(lines.join("\n").as_bytes(), 0, State::default());
        let agents = part.accesses.iter().map(|access| access.agent);
        agents.map(|agent| part.names.agents.text(agent)).collect()
    };
    let alone: Vec<String> = lines
        .iter()
        .flat_map(|line| read(std::slice::from_ref(line)))
        .collect();
    assert_eq!((&*alone[1], &*alone[4]), (r#"b " c"#, "fA"));
    assert_eq!(read(&lines), alone);
}

fn routes(folder: &str) -> Vec<RouteSpec> {
    let text = "[case]\nid = \"R\"\n[[source]]\nname = \"s\"\nfiles = [\"*.log\"]\n\
        [[route]]\nname = \"contact\"\npath = \"/a/{book}/c/{id}\"\nobject = \"id\"\n\
        [[route]]\nname = \"book\"\npath = \"/a/{book}\"\ncontainer = \"book\"\npage = { query = \"page\", first = 1, size = 25 }\n\
        [[route]]\nname = \"batch\"\npath = \"/a/batch\"\nmethod = [\"GET\"]\nobject = \"ids\"\n\
        [[route]]\nname = \"rest\"\npath = \"/r/{rest*}\"\nobject = \"rest\"\n";
    let folder = crate::answer::fresh(folder);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("case.toml"), text).unwrap();
    breachscope::case::load(&folder.join("case.toml"))
        .unwrap()
        .routes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    /// Bytes put into, taken out of and exchanged in plain lines.
    #[test]
    fn damaged_lines_read_the_same(
        which in 0..LINES.len() + OBJECTS.len() + ROWS.len(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..3u8, prop_oneof![
            prop::sample::select(b" +\t\r\"\\[]{}-:/.,|%?#\x1b\x000Az\xc3".to_vec()), any::<u8>(),
        ]), 0..6),
    ) {
        let all = bytes(&[&LINES[..], &OBJECTS[..], &ROWS[..]].concat());
        let mut line = all[which].to_vec();
        for (at, how, byte) in edits {
            let at = at.index(line.len().max(1));
            match how {
                0 => line.insert(at.min(line.len()), byte),
                1 if !line.is_empty() => _ = line.remove(at),
                _ if !line.is_empty() => line[at] = byte,
                _ => {}
            }
        }
        // Nor is a line with zeros inside given to be read the short way.
        line.retain(|b| !matches!(b, b'\n' | 0));
        match which.checked_sub(LINES.len()) {
            None => held(&combined(), &[all[0], &line, all[1]]),
            Some(which) if which < OBJECTS.len() => {
                held(&json(), &[OBJECTS[which].as_bytes(), &line, all[LINES.len()]])
            }
            Some(which) => {
                let row = which - OBJECTS.len();
                held_behind(&w3c(None), header_of(row), &[ROWS[row].as_bytes(), &line, ROWS[0].as_bytes()])
            }
        };
    }

    /// The router's short way through raw targets finds what the long one finds.
    #[test]
    fn raw_targets_are_routed_alike(
        target in "(/(a|A|r|c|batch|b,1|\\{x\\}|%61|\\.\\.|7|x;y)?){0,6}/?(\\?(page|ids)=(1|2,3|%31|x)(&ids=4)?)?(#z)?",
        method in "(GET|HEAD|OPTIONS|POST)",
    ) {
        static ROUTERS: std::sync::LazyLock<[Router; 2]> =
            std::sync::LazyLock::new(|| {
                let routes = routes("lean-routes");
                [false, true].map(|ignore| Router::new(&routes, ignore))
            });
        let read = Target::read(target.as_bytes());
        for router in &*ROUTERS {
            let long = router.find(method.as_bytes(), &read);
            prop_assert_eq!(router.find_raw(method.as_bytes(), target.as_bytes()), long);
        }
    }
}
