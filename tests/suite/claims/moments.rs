//! `within`, `fixed_by`, `revoked_not_used`, `log_complete`.

use super::town::Town;

#[test]
fn within() {
    let mut town = Town::raided("within");
    let at = |from: &str, until: &str| {
        format!("kind = \"within\"\nfrom = \"2021-03-04T{from}Z\"\nuntil = \"2021-03-04T{until}Z\"")
    };
    let said = town.expect(&at("10:00:00", "10:01:00"), "supported", &[]);
    assert_eq!(said.bounds(), (0, Some(0)));
    let said = town.expect(&at("10:00:00", "10:00:10"), "contradicted", &[]);
    assert_eq!(said.bounds(), (7, Some(7)), "until is exclusive");
    town.ask("anna", 50_001, "/contacts/t1", 200, "-");
    town.expect(
        &at("10:00:00", "10:01:00"),
        "not_determinable",
        &["NO_BODY"],
    );
    // Without a period the time before the logs is open.
    let mut town = Town::raided("within-before");
    town.period.clear();
    town.expect(
        &at("05:00:00", "17:00:00"),
        "not_determinable",
        &["BEFORE_START"],
    );
    town.expect(
        &at("10:00:00", "19:00:00"),
        "not_determinable",
        &["RETENTION"],
    );
    town.expect(&at("10:00:00", "17:00:00"), "supported", &[]);
}

#[test]
fn fixed_by() {
    let mut town = Town::raided("fixed");
    let fixed = "kind = \"fixed_by\"\nat = \"2021-03-04T11:00:00Z\"";
    town.expect(fixed, "not_determinable", &["NO_PROBE"]);
    // Not a probe: an error, a limit, a name that is only claimed, something in scope.
    town.ask("anna", 40_001, "/contacts/s1", 500, "33");
    town.ask("anna", 40_004, "/contacts/s1", 429, "33");
    town.ask("anna", 40_007, "/contacts/s1", 401, "33");
    town.ask("anna", 40_010, "/contacts/n1", 403, "33");
    town.expect(fixed, "not_determinable", &["NO_PROBE"]);
    town.ask("anna", 40_013, "/contacts/s1", 403, "33");
    let said = town.expect(fixed, "supported", &[]);
    assert!(
        said.claim["why"]
            .as_str()
            .unwrap()
            .contains("1 request(s) beyond scope were refused")
    );
    town.expect(
        &format!("{fixed}\nroute = \"profile\""),
        "not_determinable",
        &["NO_PROBE"],
    );
    town.ask("anna", 50_001, "/contacts/s2", 200, "433");
    town.expect(fixed, "contradicted", &[]);
    town.expect(
        "kind = \"fixed_by\"\nat = \"2021-03-04T10:00:10Z\"",
        "contradicted",
        &[],
    );
    town.expect(
        &format!("{fixed}\nuntil = \"2021-03-04T13:00:00Z\""),
        "supported",
        &[],
    );
}

#[test]
fn revoked_not_used() {
    let mut town = Town::quiet("revoked");
    let revoked = "kind = \"revoked_not_used\"\naccount = \"old\"\nat = \"2021-03-04T08:00:00Z\"";
    town.expect(revoked, "supported", &[]);
    town.ask("old", 28_000, "/contacts/n1", 200, "433");
    town.ask("old", 30_001, "/contacts/n1", 401, "33");
    town.ask("old", 30_004, "/contacts/n1", 403, "33");
    town.expect(revoked, "supported", &[]);
    town.ask("old", 28_801, "/contacts/n1", 200, "433");
    town.expect(revoked, "not_determinable", &["CLOCK"]);
    // Any page shows that it was used, not only routes of the case.
    town.ask("old", 31_001, "/home", 200, "9");
    let said = town.expect(revoked, "contradicted", &["CLOCK"]);
    assert_eq!(said.examples().len(), 1);
    assert!(
        said.examples()[0]["text"]
            .as_str()
            .unwrap()
            .contains("GET /home")
    );
    // Without a name: whom the table of accounts closes, which is an hour later here.
    town.expect("kind = \"revoked_not_used\"", "supported", &[]);
    town.ask("old", 33_001, "/home", 200, "9");
    town.expect("kind = \"revoked_not_used\"", "contradicted", &[]);
    town.expect(
        "kind = \"revoked_not_used\"\naccount = \"old\"",
        "contradicted",
        &[],
    );
}

#[test]
fn log_complete() {
    let complete = "kind = \"log_complete\"\nroute = \"contact\"";
    let mut town = Town::quiet("complete");
    town.expect(complete, "supported", &[]);
    let night = "from = \"2021-03-03T00:00:00Z\"\nuntil = \"2021-03-04T18:00:00Z\"";
    town.expect(
        &format!("{complete}\n{night}"),
        "not_determinable",
        &["BEFORE_START"],
    );
    town.log.retain(|line| !line.contains("2021:14:"));
    town.expect(complete, "not_determinable", &["GAP"]);
    let morning = "until = \"2021-03-04T13:30:00Z\"";
    town.expect(&format!("{complete}\n{morning}"), "supported", &[]);
    town.source =
        "gaps = [{ from = \"2021-03-04T14:00:00Z\", until = \"2021-03-04T15:00:00Z\", reason = \"rotation\" }]".to_owned();
    let said = town.expect(complete, "contradicted", &["GAP"]);
    let sides: Vec<&str> = said
        .examples()
        .iter()
        .map(|one| one["text"].as_str().unwrap())
        .collect();
    assert!(sides[0].contains("2021:13:59:50"), "{sides:?}");
    assert!(sides[1].contains("2021:15:00:00"), "{sides:?}");
}

/// A file of the rotation that is gone is a proven hole; a damaged one is not.
#[test]
fn log_complete_by_files() {
    use std::io::Write;
    let complete = "kind = \"log_complete\"";
    let mut town = Town::quiet("complete-files");
    town.expect(complete, "supported", &[]);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed
        .write_all(
            super::town::line("anna", 21_599, "/home", 200, "9")
                .repeat(50)
                .as_bytes(),
        )
        .unwrap();
    let packed = packed.finish().unwrap();
    std::fs::write(
        town.folder.join("logs/access.log.1.gz"),
        &packed[..packed.len() - 9],
    )
    .unwrap();
    town.expect(complete, "not_determinable", &["INTEGRITY"]);
}
