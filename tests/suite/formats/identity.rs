//! Who asked, where it takes more than a field: claims of tokens, and addresses behind proxies.

use std::sync::Arc;

use breachscope::case::AccountKey;
use breachscope::format::{Format, Line, Proxies, Record, State, Text};
use proptest::prelude::*;

use super::{named, pattern};

/// Base 64 for URLs, without padding, bit by bit.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let bits: String = bytes.iter().map(|byte| format!("{byte:08b}")).collect();
    let letter = |group: &[u8]| {
        let group = format!("{:0<6}", String::from_utf8_lossy(group));
        LETTERS[usize::from_str_radix(&group, 2).expect("six bits")] as char
    };
    bits.as_bytes().chunks(6).map(letter).collect()
}

fn token(payload: &str) -> String {
    format!(
        "{}.{}.c2ln",
        base64(br#"{"alg":"RS256"}"#),
        base64(payload.as_bytes())
    )
}

fn record(format: &Format, line: &str) -> Record<'static> {
    match format.parse(&mut State::default(), line.as_bytes(), 0) {
        Line::Record(record) => Record {
            account: record.account.map(own),
            client: record.client.map(own),
            client_port: record.client_port,
            bad_token: record.bad_token,
            ..Record::default()
        },
        other => panic!("{line}: {other:?}"),
    }
}

fn own(text: Text<'_>) -> Text<'static> {
    Text::Owned(text.into_owned())
}

fn shown(text: &Option<Text<'_>>) -> String {
    text.as_deref()
        .map_or("-".to_owned(), |text| text.escape_ascii().to_string())
}

fn key(text: &str) -> AccountKey {
    AccountKey::read(text).expect("a key that holds")
}

fn claims(claim: &str) -> Format {
    pattern(r#"$status "$http_authorization""#)
        .bind_account(Some(&key(&format!("jwt:{claim}"))))
        .expect("the header is in the pattern")
}

#[test]
fn claims_of_any_name() {
    let payload = r#"{"sub":"anna","n":17,"cognito:username":"bo","https://x.example/y":"url","o":{"id":"deep"},
        "dotted.name":"dot","e":"","b":true,"list":["first","second"],"esc":"\u00e5\"","realm":{"roles":["r"]}}"#;
    let line = format!(r#"200 "Bearer {}""#, token(payload));
    for (claim, wanted) in [
        ("sub", "anna"),
        ("n", "17"),
        ("cognito:username", "bo"),
        ("https://x.example/y", "url"),
        ("o.id", "deep"),
        ("dotted.name", "dot"),
        ("list", "first"),
        ("esc", r#"\xc3\xa5\""#),
        ("e", "-"),
        ("b", "-"),
        ("o", "-"),
        ("nobody", "-"),
    ] {
        let read = record(&claims(claim), &line);
        assert_eq!(shown(&read.account), wanted, "{claim}");
        assert!(!read.bad_token, "{claim}");
    }
}

#[test]
fn tokens_as_logs_write_them() {
    let token = token(r#"{"sub":"anna"}"#);
    let parts: Vec<&str> = token.split('.').collect();
    let (head, payload) = (parts[0], parts[1]);
    let format = claims("sub");
    for (field, wanted, bad) in [
        (token.clone(), "anna", false),
        (format!("bearer {token}"), "anna", false),
        (format!("BEARER   {token}"), "anna", false),
        (format!("Bearer+{token}"), "anna", false),
        (format!("Bearer%20{token}"), "anna", false),
        (format!(r"\x22{token}\x22"), "anna", false),
        (format!("{head}.{payload}=.x"), "anna", false),
        (format!("{head}.{payload}%3D%3D.x"), "anna", false),
        (format!("{head}.{payload}.***"), "anna", false),
        (format!("{head}.{payload}."), "anna", false),
        ("-".to_owned(), "-", false),
        (format!("{head}.{payload}"), "-", true),
        (format!("{head}.{payload}.x.y"), "-", true),
        (
            format!("{head}.{}.x", &payload[..payload.len() - 3]),
            "-",
            true,
        ),
        (format!("{head}.{payload}!.x"), "-", true),
        (format!(".{payload}.x"), "-", true),
        ("Bearer".to_owned(), "-", true),
        ("Basic YW5uYTpz".to_owned(), "-", true),
        ("www.example.org".to_owned(), "-", true),
        (format!("{head}.{}.x", base64(b"[1]")), "-", true),
        (
            format!("{head}.{}.x", base64(br#"{"sub":"a"} x"#)),
            "-",
            true,
        ),
    ] {
        let read = record(&format, &format!(r#"200 "{field}""#));
        assert_eq!(
            (shown(&read.account).as_str(), read.bad_token),
            (wanted, bad),
            "{field}"
        );
    }
}

#[test]
fn tokens_in_every_place() {
    let token = token(r#"{"sub":"anna"}"#);
    let json = format!(
        r#"{{"status":200,"request":{{"headers":{{"Authorization":["Bearer {token}"],"Cookie":["a=b; jwt={token}"]}},"uri":"/a?t={token}"}},"tok":"{token}"}}"#
    );
    for at in ["header:authorization", "cookie:jwt", "query:t", "tok"] {
        let format = named("json").bind_account(Some(&key(&format!("jwt:sub@{at}"))));
        let format = format.expect("JSON may have it");
        assert!(format.account_is_claimed());
        assert_eq!(shown(&record(&format, &json).account), "anna", "{at}");
    }
    let list = format!(
        r#"{{"status":200,"headers":[{{"name":"Cookie","value":"jwt={token}"}},{{"name":"authorization","value":"Bearer {token}"}}]}}"#
    );
    for at in ["header:Authorization", "cookie:jwt"] {
        let format = named("json").bind_account(Some(&key(&format!("jwt:sub@{at}"))));
        let read = record(&format.expect("JSON may have it"), &list);
        assert_eq!(shown(&read.account), "anna", "{at}");
    }
    assert!(!named("json").account_is_claimed());
    assert!(
        named("combined")
            .bind_account(Some(&key("jwt:sub")))
            .is_err()
    );
    for wrong in ["jwt:", "jwt:@x", "jwt:a@", "jwt:a@jwt:b@c", "heder:x"] {
        assert!(AccountKey::read(wrong).is_err(), "{wrong}");
    }
}

fn proxies(networks: &[&str]) -> Arc<Proxies> {
    let mut proxies = Proxies::default();
    for network in networks {
        proxies.trust(network).expect("a network");
    }
    Arc::new(proxies)
}

#[test]
fn the_first_that_is_not_trusted_counts() {
    let format = pattern(r#"$remote_addr:$remote_port "$http_x_forwarded_for" $status"#)
        .trust(Some(proxies(&["10.0.0.0/8", "2001:db8::/32", "192.0.2.7"])));
    for (peer, list, wanted, port) in [
        // The peer is nobody's proxy: its list is its own word.
        ("203.0.113.9:5", "1.1.1.1", "203.0.113.9", Some(5)),
        ("192.0.2.8:5", "1.1.1.1", "192.0.2.8", Some(5)),
        ("10.0.0.5:5", "-", "10.0.0.5", Some(5)),
        ("10.0.0.5:5", "203.0.113.9", "203.0.113.9", None),
        ("192.0.2.7:5", "203.0.113.9", "203.0.113.9", None),
        ("::ffff:10.0.0.5:5", "203.0.113.9", "203.0.113.9", None),
        // What the client wrote itself stands left of what the proxy saw.
        ("10.0.0.5:5", "6.6.6.6, 203.0.113.9", "203.0.113.9", None),
        (
            "10.0.0.5:5",
            "6.6.6.6,203.0.113.9,10.2.0.1",
            "203.0.113.9",
            None,
        ),
        ("10.0.0.5:5", "10.9.9.9, 10.2.0.1", "10.9.9.9", None),
        (
            "10.0.0.5:5",
            "::ffff:10.9.9.9, ::FFFF:10.2.0.1",
            "::ffff:10.9.9.9",
            None,
        ),
        (
            "10.0.0.5:5",
            "203.0.113.9:4711, 10.2.0.1:80",
            "203.0.113.9",
            Some(4711),
        ),
        (
            "10.0.0.5:5",
            "[2001:DB9::1]:4711, [2001:db8::9]",
            "2001:db9::1",
            Some(4711),
        ),
        ("10.0.0.5:5", "fe80::1%eth0", "fe80::1", None),
        // No address ends the walk at the last one that was.
        ("10.0.0.5:5", "203.0.113.9, unknown", "10.0.0.5", Some(5)),
        (
            "10.0.0.5:5",
            "203.0.113.9, unknown, 10.2.0.1",
            "10.2.0.1",
            None,
        ),
        ("10.0.0.5:5", "203.0.113.9, , 10.2.0.1", "10.2.0.1", None),
        ("10.0.0.5:5", "203.0.113.9,", "10.0.0.5", Some(5)),
        // RFC 7239, and quotes.
        (
            "10.0.0.5:5",
            r"for=203.0.113.9;proto=https;by=10.0.0.1, For=\x22[2001:db8::17]:4711\x22",
            "203.0.113.9",
            None,
        ),
        (
            "10.0.0.5:5",
            "proto=https;for=203.0.113.9:81",
            "203.0.113.9",
            Some(81),
        ),
        ("10.0.0.5:5", "for=_hidden", "10.0.0.5", Some(5)),
        (
            "10.0.0.5:5",
            r"\x22203.0.113.9\x22, \x2210.2.0.1\x22",
            "203.0.113.9",
            None,
        ),
    ] {
        let read = record(&format, &format!(r#"{peer} "{list}" 200"#));
        assert_eq!(
            (shown(&read.client).as_str(), read.client_port),
            (wanted, port),
            "{peer} {list}"
        );
    }
}

#[test]
fn lists_where_the_client_should_stand() {
    let trust = || Some(proxies(&["10.0.0.0/8"]));
    let line = r#"6.6.6.6, 203.0.113.9, 10.2.0.1 - bob [08/Jan/2021:10:00:00 +0000] "GET / HTTP/1.1" 200 5"#;
    let read = record(&named("combined").trust(trust()), line);
    assert_eq!(shown(&read.client), "203.0.113.9");
    let read = record(&named("combined"), line);
    assert_eq!(shown(&read.client), "6.6.6.6");

    let only = pattern(r#""$http_x_forwarded_for" $status"#);
    let read = record(
        &only.clone().trust(trust()),
        r#""6.6.6.6, 203.0.113.9" 200"#,
    );
    assert_eq!(shown(&read.client), "203.0.113.9");
    assert_eq!(
        shown(&record(&only, r#""6.6.6.6, 203.0.113.9" 200"#).client),
        "6.6.6.6"
    );

    let json = r#"{"status":200,"remote_addr":"10.0.0.1","http_x_forwarded_for":"203.0.113.9"}"#;
    assert_eq!(shown(&record(&named("json"), json).client), "10.0.0.1");
    let read = record(&named("json").trust(trust()), json);
    assert_eq!(shown(&read.client), "203.0.113.9");
    let json = r#"{"status":200,"client_ip":"10.0.0.1","headers":[{"name":"x-forwarded-for","value":"203.0.113.9"}]}"#;
    let read = record(&named("json").trust(trust()), json);
    assert_eq!(shown(&read.client), "203.0.113.9");

    let mut state = State::default();
    let w3c = named("w3c").trust(trust());
    w3c.parse(
        &mut state,
        b"#Fields: date time c-ip sc-status X-Forwarded-For",
        0,
    );
    let line = b"2021-01-08 10:00:00 10.0.0.1 200 6.6.6.6,+203.0.113.9";
    let Line::Record(read) = w3c.parse(&mut state, line, 0) else {
        panic!("a record")
    };
    assert_eq!(shown(&read.client), "203.0.113.9");
}

#[test]
fn networks_that_are_none() {
    for wrong in [
        "",
        "ten",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/",
        "10.0.0/8",
        "10.0.0.5/8",
        "::1/129",
        "2001:db8::1/32",
        "10.0.0.0/8/8",
        " 10.0.0.1",
    ] {
        assert!(Proxies::default().trust(wrong).is_err(), "{wrong:?}");
    }
    let all = pattern("$remote_addr $http_x_forwarded_for").trust(Some(proxies(&["0.0.0.0/0"])));
    assert_eq!(
        shown(&record(&all, "8.8.8.8 2001:db8::1").client),
        "2001:db8::1"
    );
    let all = pattern("$remote_addr $http_x_forwarded_for").trust(Some(proxies(&["::/0"])));
    assert_eq!(
        shown(&record(&all, "8.8.8.8 9.9.9.9,7.7.7.7").client),
        "9.9.9.9"
    );
}

proptest! {
    /// A token by a writer that knows nothing of the reader gives its claim back, and its neighbours none.
    #[test]
    fn any_claim_comes_back(name in "[a-z:_]{1,12}", value in "\\PC{1,20}", other in "[A-Z]{1,5}") {
        let payload = serde_json::json!({ other.clone(): "no", name.clone(): value.clone() });
        let line = format!(r#"200 "Bearer {}""#, token(&payload.to_string()));
        let read = record(&claims(&name), &line);
        let wanted = Some(value.as_bytes()).filter(|value| *value != b"-");
        prop_assert_eq!(read.account.as_deref(), wanted);
    }

    /// Whatever the client writes left of what the trusted hops saw changes nothing.
    #[test]
    fn a_forged_list_changes_nothing(forged in "[0-9a-f.:, ;=\\[\\]a-z]{0,40}", hops in 0usize..4, last in any::<[u8; 2]>()) {
        let format = pattern(r#"$remote_addr "$http_x_forwarded_for""#).trust(Some(proxies(&["10.0.0.0/8"])));
        let client = format!("203.0.{}.{}", last[0], last[1]);
        let tail = (0..hops).map(|hop| format!(", 10.1.1.{hop}")).collect::<String>();
        let read = record(&format, &format!(r#"10.0.0.1 "{forged}, {client}{tail}""#));
        prop_assert_eq!(shown(&read.client), client);
    }
}
