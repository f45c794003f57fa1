//! `could_and_did`, `no_automation`, `rate_limited`, `read_by`.

use super::town::Town;

#[test]
fn could_and_did() {
    let mut town = Town::quiet("could");
    town.contact = "unchecked = [\"protected\"]".to_owned();
    // One person with two accounts: roles and accounts are not people.
    town.table("grants")
        .push_str("anna2,teacher,n,\nhead,head,t,true\n");
    let accounts = town.table("accounts");
    *accounts = accounts.replace("anna,,n", "anna,p-anna,n") + "anna2,p-anna,n,person,\n";
    let claim = |could: u64, did: u64| {
        format!("kind = \"could_and_did\"\nprotected = true\ncould = {could}\ndid = {did}")
    };
    // anna at n, bo at s, the office at t; the heads may.
    town.expect(&claim(3, 0), "supported", &[]);
    town.expect(&claim(4, 0), "contradicted", &[]);
    town.expect(&claim(3, 1), "contradicted", &[]);
    town.ask("anna", 40_001, "/contacts/n40", 200, "433");
    town.ask("anna2", 40_004, "/contacts/n40", 200, "433");
    town.ask("anna", 40_007, "/contacts/s1", 200, "433");
    let said = town.expect(&claim(3, 1), "supported", &[]);
    assert_eq!(said.bounds(), (1, Some(1)));
    town.ask("bo", 40_010, "/contacts/s40", 200, "-");
    town.expect(&claim(3, 1), "not_determinable", &["NO_BODY"]);
    town.log.retain(|line| !line.contains("s40"));
    town.ask("-", 40_013, "/contacts/s40", 200, "433");
    town.expect(&claim(3, 1), "not_determinable", &["NO_ACCOUNT"]);
    // Nothing says which check was missing.
    let mut town = Town::quiet("could-unsaid");
    town.expect(&claim(3, 0), "not_determinable", &["NO_GRANTS"]);
}

/// Form and unit as missing checks, and grants that end.
#[test]
fn could_by_form_and_unit() {
    let could = |n: u64| format!("kind = \"could_and_did\"\ncould = {n}");
    let mut town = Town::quiet("could-form");
    town.contact = "unchecked = [\"form\"]".to_owned();
    let grants = town.table("grants");
    *grants = grants
        .lines()
        .map(|row| format!("{row},\n"))
        .collect::<String>()
        .replace("protected,", "protected,form");
    *town.table("grants") += "pre,queue,n,,preschool\n";
    let units = town.table("units");
    *units = units
        .lines()
        .map(|row| format!("{row},school\n"))
        .collect::<String>()
        .replace("kind,school", "kind,form");
    town.expect(&could(1), "supported", &[]);
    town.contact = "unchecked = [\"unit\"]".to_owned();
    town.expect(&could(4), "supported", &[]);
    // One whose grant had ended before could not.
    let grants = town.table("grants");
    *grants = grants
        .lines()
        .map(|row| match row.starts_with("desk") {
            true => format!("{row},2021-03-01T00:00:00Z\n"),
            false => format!("{row},\n"),
        })
        .collect::<String>()
        .replace("form,", "form,until");
    town.expect(&could(3), "supported", &[]);
}

#[test]
fn no_automation() {
    let claim = |above: u64| format!("kind = \"no_automation\"\nabove = {above}\nper = \"1m\"");
    let mut town = Town::quiet("automation");
    // A request every ten seconds, of eight one is bo's.
    town.expect(&claim(6), "supported", &[]);
    town.expect(&claim(4), "contradicted", &[]);
    for at in 0..30 {
        town.ask("anna", 40_001 + at, "/contacts/n1", 403, "33");
    }
    let said = town.expect(&claim(36), "supported", &[]);
    assert!(
        said.claim["why"].as_str().unwrap().contains("is 36."),
        "{}",
        said.claim
    );
    town.expect(&claim(35), "contradicted", &[]);
    // Many may stand behind an address.
    for at in 0..60 {
        town.ask("-", 45_001 + at % 50, "/contacts/n1", 403, "33");
    }
    town.expect(&claim(36), "not_determinable", &["NO_ACCOUNT"]);
}

#[test]
fn rate_limited() {
    let claim = "kind = \"rate_limited\"\nabove = 20\nper = \"1m\"";
    let mut town = Town::quiet("limited");
    town.expect(claim, "not_determinable", &["NO_PROBE"]);
    for at in 0..30 {
        let status = if at < 14 { 200 } else { 429 };
        town.ask("anna", 40_001 + at, "/contacts/n1", status, "433");
    }
    let said = town.expect(claim, "supported", &[]);
    assert!(
        said.claim["why"]
            .as_str()
            .unwrap()
            .contains("16 request(s) were refused at the limit")
    );
    // A limit by the clock lets twice as many through in the worst minute.
    for at in 0..25 {
        town.ask("bo", 45_001 + at, "/contacts/s1", 200, "433");
    }
    town.expect(claim, "not_determinable", &["AMBIGUOUS"]);
    for at in 0..45 {
        town.ask("bo", 50_001 + at, "/contacts/s1", 200, "433");
    }
    town.expect(claim, "contradicted", &["AMBIGUOUS"]);
}

#[test]
fn read_by() {
    let claim = |k: u64, n: u64, withdrawn: &str| {
        format!(
            "kind = \"read_by\"\nobject = \"letter\"\nk = {k}\nn = {n}\nwithdrawn = \"2021-03-04T{withdrawn}Z\""
        )
    };
    let mut town = Town::quiet("read");
    town.more = "[[route]]\nname = \"message\"\npath = \"/messages/{message}\"\nobject = \"message\"\ndiscloses = [\"text\"]\n"
        .to_owned();
    town.ask("anna", 40_001, "/messages/letter", 200, "433");
    town.ask("anna", 40_004, "/messages/letter", 200, "433");
    town.ask("bo", 40_007, "/messages/letter", 403, "33");
    town.ask("bo", 40_010, "/messages/other", 200, "433");
    town.expect(&claim(1, 3, "12:00:00"), "supported", &[]);
    town.expect(&claim(2, 3, "12:00:00"), "contradicted", &[]);
    let said = town.expect(&claim(1, 4, "12:00:00"), "contradicted", &[]);
    assert!(
        said.claim["why"]
            .as_str()
            .unwrap()
            .contains("It went to 3 by the table of members")
    );
    let said = town.expect(&claim(1, 3, "11:06:43"), "contradicted", &[]);
    assert_eq!(said.examples().len(), 1, "one of the two came later");
    town.expect(&claim(0, 3, "11:00:00"), "contradicted", &[]);
    town.ask("bo", 40_013, "/messages/letter", 200, "-");
    town.expect(&claim(1, 3, "12:00:00"), "not_determinable", &["NO_BODY"]);
    town.ask("bo", 40_016, "/messages/letter", 200, "433");
    town.expect(&claim(2, 3, "12:00:00"), "supported", &["NO_BODY"]);
    // The route is not logged, and an ID that nobody knows.
    town.expect(
        "kind = \"read_by\"\nobject = \"brief\"",
        "not_determinable",
        &["NO_OBJECT"],
    );
    town.source = "logs_routes = [\"contact\", \"profile\", \"search\"]".to_owned();
    town.expect(
        "kind = \"read_by\"\nobject = \"letter\"\nk = 3",
        "not_determinable",
        &["NO_LOG", "NO_BODY"],
    );
}
