//! Tables with a header: exports of log stores, by their columns' names, by a map, and as envelopes.

use breachscope::case::AccountKey;
use breachscope::format::{Format, Line, State};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::{named, shown};

/// What each line of a content turns out to be; lines that were given up are told behind the line
/// that told of it.
fn all(format: &Format, content: &str) -> Vec<String> {
    let (mut state, mut at, mut told) = (State::default(), 0, Vec::new());
    for line in content.split_inclusive('\n') {
        let bare = line.strip_suffix('\n').unwrap_or(line);
        told.push(shown(&format.parse(&mut state, bare.as_bytes(), at)));
        let lost = format.lost(&mut state);
        told.extend(
            lost.iter()
                .map(|lost| format!("(lost {} {})", lost.at, lost.lines_back)),
        );
        at += line.len() as u64;
    }
    let lost = format.lost_at_end(&mut state);
    told.extend(
        lost.iter()
            .map(|lost| format!("(lost {} {})", lost.at, lost.lines_back)),
    );
    told
}

fn detected(content: &str) -> Vec<String> {
    let format = Format::detect(content.as_bytes(), &[], Tz::UTC).expect("a table is recognised");
    all(&format, content)
}

#[test]
fn exports_of_well_known_stores() {
    for (content, wanted) in [
        // Athena over a balancer's logs.
        (
            "\"time\",\"client_ip\",\"client_port\",\"elb_status_code\",\"sent_bytes\",\"request_verb\",\"request_url\",\"request_proto\",\"user_agent\",\"trace_id\"\n\"2021-01-27T10:00:00.5Z\",\"1.2.3.4\",\"99\",\"200\",\"7\",\"GET\",\"https://h:443/a?b=1\",\"HTTP/2.0\",\"ua, \"\"x\"\"\",\"Root=1\"\n",
            r#"time=2021-01-27T10:00:00.500Z client=1.2.3.4 port=99 method=GET target=https://h:443/a?b=1 protocol=HTTP/2.0 status=200 bytes=7 agent=ua, \"x\""#,
        ),
        // BigQuery renames what has dots.
        (
            "timestamp,httpRequest_requestMethod,httpRequest_requestUrl,httpRequest_status,httpRequest_remoteIp,httpRequest_responseSize\n2021-01-27 10:00:00.123 UTC,GET,http://h/a,200,1.2.3.4:99,7\n",
            "time=2021-01-27T10:00:00.123Z client=1.2.3.4 port=99 method=GET target=http://h/a status=200 bytes=7",
        ),
        // Kibana, with its own time and semicolons of a European spreadsheet.
        (
            "\u{feff}\"@timestamp\";\"url.path\";\"url.query\";\"http.request.method\";\"http.response.status_code\";\"user.name\"\r\n\"Jan 27, 2021 @ 10:00:00.123\";\"/a\";\"b=1\";GET;200;ann\r\n",
            "time=2021-01-27T10:00:00.123Z user=ann method=GET target=/a?b=1 status=200",
        ),
        // Splunk, fields taken apart.
        (
            "_time,clientip,user,method,uri_path,uri_query,status,bytes,_raw\n2021-01-27T10:00:00.000+0000,1.2.3.4,-,GET,/a,,200,7,\"x\"\"y\"\n",
            "time=2021-01-27T10:00:00Z client=1.2.3.4 method=GET target=/a status=200 bytes=7",
        ),
        // CloudWatch's result, epochs as people export them, and W3C names.
        (
            "@timestamp\tcs-method\tcs-uri-stem\tcs-username\tsc-status\tc-ip\tcs(User-Agent)\n1611741600123\tGET\t/a\tDOM\\u\t200\t1.2.3.4\tua\n",
            r"time=2021-01-27T10:00:00.123Z client=1.2.3.4 user=DOM\\u method=GET target=/a status=200 agent=ua",
        ),
        (
            "date,time,method,uri,status\n2021-01-27,10:00:00,GET,/a,200\n",
            "time=2021-01-27T10:00:00Z method=GET target=/a status=200",
        ),
        (
            "TimeGenerated [UTC],CsMethod,CsUriStem,ScStatus,CIp,CsUsername\n1/27/2021 10:00:00.123 AM,GET,/a,200,1.2.3.4,ann\n"
                .trim_start_matches("TimeGenerated [UTC]"),
            "",
        ),
        (
            "TimeGenerated,CsMethod,CsUriStem,ScStatus,CIp,CsUsername\n1/27/2021 10:00:00.123 PM,GET,/a,200,1.2.3.4,ann\n",
            "time=2021-01-27T22:00:00.123Z client=1.2.3.4 user=ann method=GET target=/a status=200",
        ),
        (
            "sep=,\ntime,request,status\n\"27/Jan/2021:10:00:00 +0000\",GET /a HTTP/1.1,404\n",
            "time=2021-01-27T10:00:00Z method=GET target=/a protocol=HTTP/1.1 status=404",
        ),
    ] {
        if wanted.is_empty() {
            assert!(Format::detect(content.as_bytes(), &[], Tz::UTC).is_err(), "{content}");
            continue;
        }
        let read = detected(content);
        assert!(read[..read.len() - 1].iter().all(|line| line == "(directive)"), "{read:?}");
        assert_eq!(read.last().map(String::as_str), Some(wanted), "{content}");
    }
}

#[test]
fn rows_one_by_one() {
    let content = "time,path,method,status,user,agent\n\
        2021-01-27T10:00:00Z,/a,GET,200,ann,\"two\n\
        lines, \"\"quoted\"\"\n\
        \n\
        and a blank one\"\n\
        2021-01-27T10:00:01Z,/b,GET,200,NULL,\n\
        2021-01-27T10:00:02Z,/c,GET,200,\"NULL\",\"\"\r\n\
        \n\
        time,path,method,status,user,agent\n\
        2021-01-27T10:00:03Z,/d,GET,200,ann\n\
        2021-01-27T10:00:03Z,/d,GET,200,ann,x,y\n\
        now,/e,GET,200,ann,x\n\
        2021-01-27T10:00:04Z,/f,GET,abc,ann,x\n\
        status,user,time,path,method\n\
        200,bob,2021-01-27T10:00:05Z,/g,PUT\n\
        200,bob,2021-01-27T10:00:06Z,/h\"q\"u,PUT\n";
    let wanted = [
        "(directive)",
        "(part)",
        "(part)",
        "(part)",
        r#"time=2021-01-27T10:00:00Z user=ann method=GET target=/a status=200 agent=two\nlines, \"quoted\"\n\nand a blank one"#,
        "time=2021-01-27T10:00:01Z method=GET target=/b status=200",
        "time=2021-01-27T10:00:02Z user=NULL method=GET target=/c status=200",
        "(empty)",
        "(directive)",
        "(columns)",
        "(columns)",
        "(time)",
        "(status)",
        "(directive)",
        "time=2021-01-27T10:00:05Z user=bob method=PUT target=/g status=200",
        r#"time=2021-01-27T10:00:06Z user=bob method=PUT target=/h\"q\"u status=200"#,
    ];
    assert_eq!(all(&named("csv"), content), wanted);
}

#[test]
fn rows_that_never_end_are_told() {
    let header = "time,path,status,agent\n";
    let torn = format!("{header}2021-01-27T10:00:00Z,/a,200,\"torn\nmore\n");
    assert_eq!(
        all(&named("csv"), &torn),
        [
            "(directive)",
            "(part)",
            "(part)",
            "(lost 23 1)",
            "(lost 57 0)"
        ]
    );
    // Put together and still no row: one problem, from its first line to its last.
    let wide =
        format!("{header}2021-01-27T10:00:00Z,/a,200,\"x\ny\",z\n2021-01-27T10:00:00Z,/b,200,\n");
    assert_eq!(
        all(&named("csv"), &wide),
        [
            "(directive)",
            "(part)",
            "(columns)",
            "time=2021-01-27T10:00:00Z target=/b status=200"
        ]
    );
    // Nothing is held for ever.
    let endless = format!(
        "{header}2021-01-27T10:00:00Z,/a,200,\"x\n{}",
        "2021-01-27T10:00:00Z,/b,200,\n".repeat(1500)
    );
    let read = all(&named("csv"), &endless);
    let lost = read.iter().filter(|line| line.starts_with("(lost")).count();
    let part = read.iter().filter(|line| *line == "(part)").count();
    assert_eq!(lost, part);
    assert!(read.last().is_some_and(|line| line.contains("target=/b")));
}

/// A client chooses what its cell begins with; where nobody quotes, that opens nothing that holds the
/// rows of others.
#[test]
fn a_stray_quote_takes_no_row_along() {
    let row = |user: &str, agent: &str, d: &str| {
        [
            "2021-01-27T10:00:00Z",
            "/a",
            "GET",
            "200",
            user,
            agent,
            "z\n",
        ]
        .join(d)
    };
    let head = |d: &str| ["time", "path", "method", "status", "user", "agent", "x\n"].join(d);
    let told = |user: &str, agent: &str| {
        format!(
            "time=2021-01-27T10:00:00Z user={user} method=GET target=/a status=200 agent={agent}"
        )
    };
    let rows = [
        ("eva", "\"M"),
        ("al", "x"),
        ("eva", "\"M"),
        ("eva", "\"N"),
        ("bo", "\"end\""),
    ];
    let tabs = head("\t") + &rows.map(|(user, agent)| row(user, agent, "\t")).concat();
    let wanted = [
        "(directive)".to_owned(),
        told("eva", "\\\"M"),
        told("al", "x"),
        told("eva", "\\\"M"),
        told("eva", "\\\"N"),
        told("bo", "end"),
    ];
    assert_eq!(detected(&tabs), wanted);

    // With commas the row of the quote is in doubt: it is told, and costs nobody else's.
    let commas = head(",") + &rows.map(|(user, agent)| row(user, agent, ",")).concat();
    let width = |rows: usize| rows_width(&commas, rows);
    let wanted = [
        "(directive)".to_owned(),
        "(part)".to_owned(),
        told("al", "x"),
        format!("(lost {} 1)", width(1)),
        "(part)".to_owned(),
        "(part)".to_owned(),
        format!("(lost {} 1)", width(3)),
        told("bo", "end"),
        format!("(lost {} 1)", width(4)),
    ];
    let format = Format::named("csv", &[], Tz::UTC).expect("known");
    assert_eq!(all(&format, &commas), wanted);
    // Whoever passes over lines without reading them ends at the same place.
    let (mut state, cut) = (State::default(), width(3) as usize);
    format.advance(&mut state, &commas.as_bytes()[..cut], 0);
    let shown_of = |state: &mut State, line: &str| shown(&format.parse(state, line.as_bytes(), 0));
    let rest: Vec<_> = commas[cut..]
        .lines()
        .map(|line| shown_of(&mut state, line))
        .collect();
    assert_eq!(
        rest,
        ["(part)".to_owned(), "(part)".to_owned(), told("bo", "end")]
    );
}

/// How many bytes these first lines have.
fn rows_width(content: &str, lines: usize) -> u64 {
    content
        .split_inclusive('\n')
        .take(lines)
        .map(|line| line.len() as u64)
        .sum()
}

#[test]
fn tables_around_lines() {
    let splunk = "\"_raw\",\"_time\",host,source\n\
        \"1.2.3.4 - ann [27/Jan/2021:10:00:00 +0000] \"\"GET /a HTTP/1.1\"\" 200 5 \"\"-\"\" \"\"ua\"\"\",2021-01-27T10:00:00.000+0000,web1,x\n\
        \"{\"\"time\"\":1611741600,\"\"method\"\":\"\"GET\"\",\"\"uri\"\":\"\"/b\"\",\"\"status\"\":200,\"\"user\"\":\"\"bo\"\"}\",,web1,x\n\
        \"<190>Jan 27 10:00:00 web2 nginx: 1.2.3.4 - cleo [27/Jan/2021:10:00:01 +0000] \"\"GET /c HTTP/1.1\"\" 200 5 \"\"-\"\" \"\"ua\"\"\",2021-01-27T10:00:00.000+0000,web1,x\n\
        no request at all,2021-01-27T10:00:00.000+0000,web1,x\n\
        ,2021-01-27T10:00:00.000+0000,web1,x\n";
    let wanted = [
        "(directive)",
        "time=2021-01-27T10:00:00Z client=1.2.3.4 user=ann method=GET target=/a protocol=HTTP/1.1 status=200 bytes=5 agent=ua",
        "time=2021-01-27T10:00:00Z user=bo method=GET target=/b status=200",
        "time=2021-01-27T10:00:01Z client=1.2.3.4 user=cleo method=GET target=/c protocol=HTTP/1.1 status=200 bytes=5 agent=ua",
        "(shape)",
        "(shape)",
    ];
    assert_eq!(detected(splunk), wanted);
    // Rows come in any order and chunks begin at any: one row's header names no other row's columns.
    let iis = "_time,_raw\n\
        2021-01-27T10:00:00Z,#Fields: date time cs-method cs-uri-stem sc-status\n\
        2021-01-27T10:00:00Z,2021-01-27 10:00:00 GET /a 200\n";
    assert_eq!(
        all(&named("csv"), iis),
        ["(directive)", "(directive)", "(shape)"]
    );
    let cloudwatch = "@timestamp,@message\n2021-01-27 10:00:00.000,\"1.2.3.4 - ann [27/Jan/2021:10:00:00 +0000] \"\"GET /a HTTP/1.1\"\" 200 5 \"\"-\"\" \"\"ua\"\"\"\n";
    assert_eq!(detected(cloudwatch)[1], wanted[1]);
}

fn map(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(ours, theirs)| ((*ours).to_owned(), (*theirs).to_owned()))
        .collect()
}

#[test]
fn by_a_field_map() {
    let fields = map(&[("time", "Wann"), ("target", "Wohin"), ("account", "Wer?")]);
    let format = Format::named("csv", &fields, Tz::Europe__Stockholm).expect("a map that holds");
    let content = "Wer?;Was;Wann;Wohin\nann;x;2021-01-27 11:00:00;/a\n";
    assert_eq!(
        all(&format, content),
        [
            "(directive)",
            "time=2021-01-27T10:00:00Z account=ann target=/a"
        ]
    );
    // A column that the map names and the header lacks: nothing is read, so nothing is read wrongly.
    assert_eq!(
        all(&format, "Was;Wann;Wohin\nx;2021-01-27 11:00:00;/a\n"),
        ["(no_header)"; 2]
    );
    let detected = Format::detect(content.as_bytes(), &fields, Tz::UTC).expect("a map that holds");
    assert_eq!(detected.name(), "csv");
    let told = Format::detect(content.as_bytes(), &[], Tz::UTC).expect_err("no name is known");
    assert!(
        told.message.contains("`Wer?`, `Was`, `Wann`, `Wohin`"),
        "{told}"
    );
}

#[test]
fn accounts_in_tables() {
    let content = "time,path,status,http_x_user,cookie,Session Id,user,headers\n\
        2021-01-27T10:00:00Z,/a?k=v,200,hdr,\"a=b; sid=s1\",17,ann,\"[{\"\"name\"\":\"\"X-Acc\"\",\"\"value\"\":\"\"h\"\"}]\"\n";
    for (key, wanted, nameless) in [
        ("user", Some("ann"), false),
        ("remote_user", Some("ann"), false),
        ("session_id", Some("17"), false),
        ("Session Id", Some("17"), false),
        ("header:X-User", Some("hdr"), false),
        ("header:x-acc", Some("h"), false),
        ("cookie:sid", Some("s1"), false),
        ("cookie:none", None, false),
        ("query:k", Some("v"), false),
        ("nobody", None, true),
    ] {
        let key_of = AccountKey::read(key).expect("a key that holds");
        let format = named("csv")
            .bind_account(Some(&key_of))
            .expect("a table may have it");
        let mut state = State::default();
        for line in content.lines() {
            if let Line::Record(record) = format.parse(&mut state, line.as_bytes(), 0) {
                let account = record
                    .account
                    .as_deref()
                    .map(|a| String::from_utf8_lossy(a).into_owned());
                assert_eq!(
                    (account.as_deref(), record.nameless),
                    (wanted, nameless),
                    "{key}"
                );
            }
        }
    }
    let mut state = State::default();
    let csv = named("csv");
    csv.parse(&mut state, b"time,path,status,client_ip", 0);
    let Line::Record(record) = csv.parse(&mut state, b"2021-01-27T10:00:00Z,/a,200,1.2.3.4", 0)
    else {
        panic!("a record")
    };
    assert!(record.nameless);
    let columns = csv.fields(&state, b"2021-01-27T10:00:00Z,/a,200,1.2.3.4");
    assert_eq!(columns[3], ("client_ip".to_owned(), b"1.2.3.4".to_vec()));
}

#[test]
fn tabs_keep_empty_columns() {
    let content = "user\ttime\tpath\tstatus\tagent\n\t2021-01-27T10:00:00Z\t/a\t200\t\nann\t2021-01-27T10:00:00Z\t/a\t200\tx,y\n";
    assert_eq!(
        all(&named("tsv"), content),
        [
            "(directive)",
            "time=2021-01-27T10:00:00Z target=/a status=200",
            "time=2021-01-27T10:00:00Z user=ann target=/a status=200 agent=x,y"
        ]
    );
}

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-z]{1,4}",
        2 => prop::collection::vec(prop::sample::select(vec!["\"", "\n", ",", "\r\n", ";", "x", " ", "\"\"", "é", "\n\n"]), 1..6)
            .prop_map(|parts| parts.concat()),
    ]
}

proptest! {
    /// What an independent writer writes is read back, and line breaks are counted where they stand.
    #[test]
    fn what_a_writer_writes_is_read(rows in prop::collection::vec((cell(), cell()), 1..8), semicolons in any::<bool>()) {
        let delimiter = if semicolons { b';' } else { b',' };
        let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
        writer.write_record(["user", "time", "path", "agent"]).expect("a header");
        for (user, agent) in &rows {
            writer.write_record([user, "2021-01-27T10:00:00Z", "/a", agent]).expect("a row");
        }
        let content = writer.into_inner().expect("bytes");
        let (format, mut state, mut at) = (named("csv"), State::default(), 0u64);
        let mut read = Vec::new();
        for line in content.split_inclusive(|b| *b == b'\n') {
            let bare = line.strip_suffix(b"\n").unwrap_or(line);
            match format.parse(&mut state, bare, at) {
                Line::Record(record) => {
                    let parts = format.began(&state).map_or(0, |began| began.parts);
                    let cell = |text: &Option<breachscope::format::Text<'_>>| text.as_deref().map(<[u8]>::to_vec);
                    read.push((cell(&record.user), cell(&record.user_agent), parts));
                }
                Line::Directive | Line::Part => {}
                other => return Err(TestCaseError::fail(format!("{other:?}"))),
            }
            at += line.len() as u64;
        }
        let bytes = |text: &String| Some(text.as_bytes().to_vec());
        let wanted: Vec<_> = rows.iter().map(|(user, agent)| {
            let breaks = user.matches('\n').count() + agent.matches('\n').count();
            (bytes(user), bytes(agent), breaks as u64)
        }).collect();
        prop_assert_eq!(read, wanted);
        prop_assert!(format.lost_at_end(&mut state).is_empty());
    }

    /// Wherever a chunk begins, its lines read as they do in one go.
    #[test]
    fn chunks_carry_quotes(rows in prop::collection::vec("[a\",\n\r]{0,12}", 0..12), cut in any::<prop::sample::Index>()) {
        let mut content = "user,time,path\n".to_owned();
        for row in &rows {
            content.push_str(&format!("{row},2021-01-27T10:00:00Z,/a\n"));
        }
        let bytes = content.as_bytes();
        let lines: Vec<(usize, &[u8])> = breachscope::source::lines(bytes).collect();
        let cut = cut.index(lines.len());
        let format = named("csv");
        let (mut whole, mut carried) = (State::default(), State::default());
        format.advance(&mut carried, &bytes[..lines[cut].0], 0);
        for (index, (at, line)) in lines.iter().enumerate() {
            let by_line = format.parse(&mut whole, line, *at as u64);
            let lost = format.lost(&mut whole);
            if index >= cut {
                prop_assert_eq!(by_line, format.parse(&mut carried, line, *at as u64));
                prop_assert_eq!(lost, format.lost(&mut carried));
            }
        }
        prop_assert_eq!(format!("{whole:?}"), format!("{carried:?}"));
    }

    /// Every line is counted once, whatever quotes are left open and whatever a container has cut.
    #[test]
    fn every_line_is_counted_once(rows in prop::collection::vec("[a\",\n\r]{0,12}", 0..12), docker in prop::collection::vec(any::<[bool; 3]>(), 0..12)) {
        let mut table = "user,time,path\n".to_owned();
        for row in &rows {
            table.push_str(&format!("{row},2021-01-27T10:00:00Z,/a\n"));
        }
        let mut cut = String::new();
        let piece = r#"1.2.3.4 - - [27/Jan/2021:10:00:00 +0000] \"GET /a HTTP/1.1\" 200 5"#;
        for [good, ends, error] in &docker {
            let text = if *good { piece } else { "x" };
            let end = if *ends { r"\n" } else { "" };
            let stream = if *error { "stderr" } else { "stdout" };
            cut.push_str(&format!("{{\"log\":\"{text}{end}\",\"stream\":\"{stream}\",\"time\":\"2021-01-27T10:00:00Z\"}}\n"));
        }
        let router = breachscope::route::Router::new(&[], false);
        let heads = breachscope::source::overlap::Heads::new(&[]);
        for (format, content) in [
            (named("csv"), &table),
            (named("combined").for_content(cut.as_bytes()), &cut),
        ] {
            let extractor = crate::templates::extractor(&format, &router, &heads);
            let mut state = State::default();
            let mut part = extractor.extract(content.as_bytes(), 0, State::default());
            format.advance(&mut state, content.as_bytes(), 0);
            part.absorb(extractor.at_end(&mut state));
            let tally = &part.tally;
            let counted = tally.records + tally.rejected_lines() + tally.empty + tally.directives;
            prop_assert_eq!(tally.lines, counted, "{}", content);
        }
    }
}
