//! Evidence that is taken away: nothing is supported any more that it could speak against, with the right code, and what is
//! proven stays proven.

use super::town::{Town, line};

const NOBODY: &str = "kind = \"subjects\"\nat_most = 0";

#[test]
fn a_hole() {
    let mut town = Town::quiet("absent-hole");
    town.expect(NOBODY, "supported", &[]);
    town.log.retain(|line| !line.contains("2021:14:"));
    let said = town.expect(NOBODY, "not_determinable", &["GAP"]);
    assert_eq!(said.bounds(), (0, Some(120)));
    assert_eq!(said.claim["coverage"]["holes"].as_array().unwrap().len(), 1);
    // A hole outside of the time that is asked about darkens nothing.
    town.expect(
        &format!("{NOBODY}\nuntil = \"2021-03-04T13:00:00Z\""),
        "supported",
        &[],
    );
    town.expect(
        &format!("{NOBODY}\nfrom = \"2021-03-04T15:00:00Z\""),
        "supported",
        &[],
    );
}

#[test]
fn a_hole_does_not_take_back_what_is_proven() {
    let mut town = Town::raided("absent-proven");
    town.log.retain(|line| !line.contains("2021:14:"));
    town.expect(NOBODY, "contradicted", &["GAP"]);
    town.expect("kind = \"subjects\"\nat_least = 10", "supported", &["GAP"]);
    town.expect(
        "kind = \"subjects\"\nat_least = 11",
        "not_determinable",
        &["GAP"],
    );
}

#[test]
fn the_log_of_a_route() {
    let mut town = Town::quiet("absent-route");
    town.source = "logs_routes = [\"contact\", \"search\"]".to_owned();
    town.expect(NOBODY, "not_determinable", &["NO_LOG"]);
    town.expect(&format!("{NOBODY}\nroute = \"contact\""), "supported", &[]);
    town.expect(
        "kind = \"log_complete\"\nroute = \"profile\"",
        "not_determinable",
        &["NO_LOG"],
    );
    town.log.retain(|line| !line.contains("/profiles/"));
    town.expect(
        "kind = \"route_not_used\"\nroute = \"profile\"",
        "not_determinable",
        &["NO_LOG"],
    );
}

/// A second source, then its log is lost and it is taken out of the case.
#[test]
fn a_whole_source() {
    let mut town = Town::quiet("absent-source");
    let own: Vec<String> = town
        .log
        .iter()
        .filter(|line| line.contains("/profiles/"))
        .cloned()
        .collect();
    town.log.retain(|line| !line.contains("/profiles/"));
    town.source = "logs_routes = [\"contact\", \"search\"]".to_owned();
    let more = "[[source]]\nname = \"web\"\nfiles = [\"web/profile.log\"]\nformat = \"combined\"\naccount = \"remote_user\"\n\
                logs_routes = [\"profile\"]\n";
    town.more = more.to_owned();
    std::fs::create_dir_all(town.folder.join("web")).unwrap();
    std::fs::write(town.folder.join("web/profile.log"), own.concat()).unwrap();
    town.expect(NOBODY, "supported", &[]);
    town.expect(
        "kind = \"route_not_used\"\nroute = \"profile\"",
        "contradicted",
        &[],
    );
    town.more.clear();
    town.expect(NOBODY, "not_determinable", &["NO_LOG"]);
    town.expect(
        "kind = \"route_not_used\"\nroute = \"profile\"",
        "not_determinable",
        &["NO_LOG"],
    );
}

#[test]
fn logs_that_begin_later_or_end_earlier() {
    let mut town = Town::quiet("absent-ends");
    town.period =
        "period = { from = \"2021-03-01T00:00:00Z\", until = \"2021-03-04T18:00:00Z\" }".to_owned();
    town.expect(NOBODY, "not_determinable", &["BEFORE_START"]);
    town.period =
        "period = { from = \"2021-03-04T06:00:00Z\", until = \"2021-03-09T00:00:00Z\" }".to_owned();
    town.expect(NOBODY, "not_determinable", &["RETENTION"]);
    // The same by the statement's own time.
    town.period.clear();
    let said = town.expect(NOBODY, "supported", &[]);
    assert!(
        said.claim["coverage"]["basis"]
            .as_str()
            .unwrap()
            .contains("the logs' own time")
    );
    town.expect(
        &format!("{NOBODY}\nfrom = \"2021-03-01\""),
        "not_determinable",
        &["BEFORE_START"],
    );
    town.expect(
        &format!("{NOBODY}\nuntil = \"2021-03-09\""),
        "not_determinable",
        &["RETENTION"],
    );
}

#[test]
fn lines_that_cannot_be_read() {
    let mut town = Town::quiet("absent-unread");
    town.log
        .push(line("anna", 50_000, "/contacts/t1", 200, "444").replace("+0000]", "+0000"));
    town.expect(NOBODY, "not_determinable", &["UNPARSED"]);
    town.expect(
        &format!("{NOBODY}\nuntil = \"2021-03-04T13:00:00Z\""),
        "supported",
        &[],
    );
    town.expect(
        &format!("{NOBODY}\nfrom = \"2021-03-04T15:00:00Z\""),
        "supported",
        &[],
    );
}

#[test]
fn a_sample() {
    let mut town = Town::quiet("absent-sample");
    town.source = "sampling = 0.9".to_owned();
    town.expect(NOBODY, "not_determinable", &["SAMPLED"]);
    town.expect(
        "kind = \"no_automation\"\nabove = 100\nper = \"1m\"",
        "not_determinable",
        &["SAMPLED"],
    );
}

#[test]
fn accounts_of_a_whole_log() {
    let mut town = Town::raided("absent-accounts");
    town.log = town
        .log
        .iter()
        .map(|line| line.replace("- anna [", "- - [").replace("- bo [", "- - ["))
        .collect();
    town.write();
    let path = town.folder.join("case.toml");
    let case = std::fs::read_to_string(&path).unwrap();
    // The helper writes the case anew, so the key is outweighed by another source's file.
    assert!(case.contains("account = \"remote_user\""));
    let claims = town.folder.join("claims.toml");
    std::fs::write(&path, case.replace("account = \"remote_user\"\n", "")).unwrap();
    std::fs::write(&claims, format!("[[claim]]\nid = \"V\"\n{NOBODY}\n")).unwrap();
    let output = crate::answer::run(&[
        "verify",
        "--json",
        "--claims",
        crate::answer::text(&claims),
        crate::answer::text(&path),
    ]);
    let all: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(all["claims"][0]["outcome"], "not_determinable");
    assert_eq!(
        all["claims"][0]["reasons"],
        serde_json::json!(["NO_ACCOUNT"])
    );
    assert_eq!(output.status.code(), Some(4));
}

#[test]
fn tables() {
    let mut town = Town::raided("absent-grants");
    town.without("grants");
    town.expect(NOBODY, "not_determinable", &["NO_GRANTS"]);
    let mut town = Town::raided("absent-as-of");
    town.more = String::new();
    town.tables.push(("as_of", String::new()));
    town.write();
    // `as_of` is a time and no table: write it so.
    let path = town.folder.join("case.toml");
    let case = std::fs::read_to_string(&path).unwrap();
    std::fs::write(
        &path,
        case.replace("as_of = \"as_of.csv\"", "as_of = \"2021-03-04T10:00:16Z\""),
    )
    .unwrap();
    let claims = town.folder.join("claims.toml");
    std::fs::write(
        &claims,
        "[[claim]]\nid = \"V\"\nkind = \"subjects\"\nexactly = 10\n",
    )
    .unwrap();
    let output = crate::answer::run(&[
        "verify",
        "--json",
        "--claims",
        crate::answer::text(&claims),
        crate::answer::text(&path),
    ]);
    let all: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        all["claims"][0]["interval"],
        serde_json::json!({ "min": 5, "max": 120 })
    );
    assert_eq!(
        all["claims"][0]["reasons"],
        serde_json::json!(["NO_DIRECTORY"])
    );
}

#[test]
fn no_route_that_any_request_matches() {
    let mut town = Town::quiet("absent-routes");
    for line in &mut town.log {
        *line = line
            .replace("/contacts/", "/x/")
            .replace("/profiles/", "/y/")
            .replace("/search", "/z");
    }
    town.expect(NOBODY, "not_determinable", &["NO_LOG"]);
    town.expect(
        "kind = \"route_not_used\"\nroute = \"contact\"",
        "not_determinable",
        &["NO_LOG"],
    );
}

/// An hour in which a log that names accounts names none of twelve addresses that have one at other times: it is the log that
/// lacks them. One address without an account is beyond every scope.
#[test]
fn accounts_of_an_hour() {
    for (addresses, outcome, reasons) in [
        (12, "not_determinable", &["NO_ACCOUNT"][..]),
        (9, "contradicted", &[]),
    ] {
        let mut town = Town::quiet(&format!("absent-hour-{addresses}"));
        for (at, line) in town.log.iter_mut().enumerate() {
            *line = line.replace("10.0.0.1 ", &format!("10.0.0.{} ", at % addresses));
            if line.contains("2021:14:") {
                *line = line.replace("- anna [", "- - [").replace("- bo [", "- - [");
            }
        }
        town.expect(NOBODY, outcome, reasons);
    }
}
