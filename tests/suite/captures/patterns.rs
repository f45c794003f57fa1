//! What servers' manuals allow in a format string, held against lines of that kind.

use super::*;

fn records(name: &str, pattern: &str, lines: &[&str]) -> Vec<Value> {
    let path = fresh(&format!("captures-patterns-{name}")).join("some.log");
    fs::write(&path, lines.join("\n") + "\n").expect("a log");
    let printed = run(&["records", text(&path), "--pattern", pattern]);
    let printed = String::from_utf8(printed.stdout).expect("UTF-8");
    printed
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

/// A mark between columns that a client puts into its name moves nobody's account.
#[test]
fn a_mark_in_an_agent_moves_no_column() {
    let pattern = "$time_iso8601|$remote_addr|$request_method|$request_uri|$status|$body_bytes_sent|$http_user_agent|$http_x_account|$request_id";
    let read = records(
        "a-mark-in-an-agent-moves-no-column",
        pattern,
        &[
            "2024-03-12T07:30:02+00:00|10.0.0.1|GET|/cards/1|200|512|Mozilla/5.0|anna|a1",
            "2024-03-12T07:30:03+00:00|10.0.0.1|GET|/cards/2|200|512|Mozilla/5.0|bo|x|anna|a2",
        ],
    );
    assert_eq!(read[0]["request_id"], "a1", "{read:#?}");
    assert_eq!(read[1]["problem"], "ambiguous", "{read:#?}");
    // Where only the last column is the client's, whatever it holds is its own.
    let read = records(
        "a-mark-in-an-agent-moves-no-column",
        "$time_iso8601|$remote_addr|$status|$request",
        &["2024-03-12T07:30:02+00:00|10.0.0.1|200|GET /cards/1?a=x|y HTTP/1.1"],
    );
    assert_eq!(read[0]["url"], "/cards/1?a=x|y", "{read:#?}");
}

/// What servers asked one behind the other, and proxies, stand in one column; a lone value may end in a comma.
#[test]
fn lists_of_servers_and_proxies() {
    let pattern = "$http_x_forwarded_for $remote_addr [$time_local] $request_method $request_uri $status $upstream_addr $upstream_response_time $body_bytes_sent";
    let read = records(
        "lists-of-servers-and-proxies",
        pattern,
        &[
            "203.0.113.7, 10.0.0.9, 10.0.0.8 10.0.0.1 [12/Mar/2024:07:30:02 +0000] GET /cards/1 200 10.1.0.1:80, 10.1.0.2:80 0.001, 0.020 512",
            "- 10.0.0.1 [12/Mar/2024:07:30:02 +0000] GET /cards/2, 200 10.1.0.1:80 0.001 512",
            "203.0.113.7, 10.0.0.1 [12/Mar/2024:07:30:02 +0000] GET /cards/3 200 10.1.0.1:80 0.001 512",
        ],
    );
    for (record, target) in read.iter().zip(["/cards/1", "/cards/2,", "/cards/3"]) {
        assert_eq!(record["client_ip"], "10.0.0.1", "{record}");
        assert_eq!(record["url"], target, "{record}");
        assert_eq!(record["bytes"], 512, "{record}");
    }
}

/// Tomcat's words: times as Java spells them, attributes of requests and sessions, cookies.
#[test]
fn words_of_tomcat() {
    let line = |stamp: &str| format!("10.0.0.1 - anna {stamp} \"GET /cards/1 HTTP/1.1\" 200 512");
    for (spelled, stamp, wanted) in [
        (
            "yyyy-MM-dd HH:mm:ss.SSS",
            "2024-03-12 07:30:02.123",
            "2024-03-12T07:30:02.123Z",
        ),
        (
            "yyyy-MM-dd'T'HH:mm:ssZ",
            "2024-03-12T08:30:02+0100",
            "2024-03-12T07:30:02Z",
        ),
        (
            "dd/MMM/yyyy:HH:mm:ss Z",
            "12/Mar/2024:07:30:02 +0000",
            "2024-03-12T07:30:02Z",
        ),
    ] {
        let pattern = format!("%h %l %u %{{{spelled}}}t \"%r\" %s %b");
        let read = records("words-of-tomcat", &pattern, &[&line(stamp)]);
        assert_eq!(read[0]["ts"], wanted, "{spelled}: {read:#?}");
        assert_eq!(read[0]["url"], "/cards/1", "{spelled}: {read:#?}");
    }
    let pattern =
        r#"%{org.apache.catalina.AccessLog.RemoteAddr}r %{school}s %u %t "%r" %s %b %{theme}c"#;
    let line =
        r#"10.0.0.1 north anna [12/Mar/2024:07:30:02 +0000] "GET /cards/1 HTTP/1.1" 200 512 dark"#;
    let read = records("words-of-tomcat", pattern, &[line]);
    assert_eq!(read[0]["client_ip"], "10.0.0.1", "{read:#?}");
    assert_eq!(read[0]["status"], 200, "{read:#?}");
    assert_eq!(read[0]["url"], "/cards/1", "{read:#?}");
}
