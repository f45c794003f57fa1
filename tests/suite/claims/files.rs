//! What a file of statements must hold: every complaint names file, line, key and what to do; and statements that cannot both
//! hold are pointed out.

use std::fs;

use serde_json::Value;

use super::town::Town;
use crate::answer::{run, text};

/// What is said on stderr, with exit code 2.
fn complaint(town: &mut Town, claims: &str) -> String {
    town.write();
    let file = town.folder.join("claims.toml");
    fs::write(&file, claims).unwrap();
    let output = run(&[
        "verify",
        "--claims",
        text(&file),
        text(&town.folder.join("case.toml")),
    ]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(output.stdout.is_empty());
    said
}

#[test]
fn slips_are_told_with_line_key_and_remedy() {
    let mut town = Town::quiet("slips");
    town.log.truncate(200);
    let cases = [
        (
            "kind = \"contrllers\"\nat_most = 1",
            "claims.toml:3: [[claim]] \"V\", kind: \"contrllers\" is no kind of statement; did you mean \"controllers\"?",
        ),
        (
            "kind = \"subjects\"\nat_mots = 1",
            "claims.toml:4: unknown key \"at_mots\" in [[claim]] \"V\"; did you mean \"at_most\"?",
        ),
        ("kind = \"accesses\"\nset = [\"x\"]", "unknown key \"set\""),
        (
            "kind = \"subjects\"",
            "the statement gives no figure; write one of at_most",
        ),
        (
            "kind = \"subjects\"\nat_most = 1\nat_least = 1",
            "gives at_most and at_least at once",
        ),
        (
            "kind = \"subjects\"\nat_most = -1",
            "claims.toml:4: [[claim]] \"V\", at_most: \"-1\" is out of range",
        ),
        (
            "kind = \"subjects\"\nat_most = 1\ncontroller = \"nn\"",
            "the case knows no controller \"nn\"; the case knows n, s, t",
        ),
        (
            "kind = \"controllers\"\nset = [\"n\", \"x\"]",
            "[[claim]] \"V\", set[2]: the case knows no controller \"x\"",
        ),
        (
            "kind = \"route_not_used\"\nroute = \"profil\"",
            "claims.toml:4: [[claim]] \"V\", route: the case knows no route \"profil\"; did you mean \"profile\"?",
        ),
        (
            "kind = \"route_not_used\"\nroute = \"profile\"\naccounts = [\"annna\"]",
            "the case knows no account \"annna\"; did you mean \"anna\"?",
        ),
        (
            "kind = \"route_not_used\"",
            "has no \"route\"; add it: the route that was not used",
        ),
        (
            "kind = \"category_not_disclosed\"\ncategory = \"phones\"",
            "the case knows no data category \"phones\"; did you mean \"phone\"?",
        ),
        (
            "kind = \"fixed_by\"\nat = \"yesterday\"",
            "[[claim]] \"V\", at: \"yesterday\" is no time; write RFC 3339",
        ),
        (
            "kind = \"within\"\nfrom = \"2021-03-05\"\nuntil = \"2021-03-04\"",
            "is not before until",
        ),
        ("kind = \"within\"", "needs from or until"),
        (
            "kind = \"no_automation\"\nabove = 5\nper = \"minute\"",
            "\"minute\" is no length of time; write the length as numbers with h",
        ),
        (
            "kind = \"revoked_not_used\"\naccount = \"anna\"",
            "nothing says when \"anna\" was revoked; write `at`",
        ),
        ("kind = \"could_and_did\"", "gives neither could nor did"),
        (
            "kind = \"no_protected\"\n[[claim]]\nid = \"V\"\nkind = \"no_protected\"",
            "claims.toml:4: ",
        ),
        (
            "kind = \"no_protected\"\n[[claim]]\nkind = \"no_protected\"",
            "[[claim]] number 2 has no \"id\"",
        ),
        (
            "kind = \"no_protected\"\n[other]",
            "unknown key \"other\" in the file of statements",
        ),
        ("kind = no", "this is no TOML"),
    ];
    for (claim, expected) in cases {
        let said = complaint(&mut town, &format!("[[claim]]\nid = \"V\"\n{claim}\n"));
        assert!(
            said.contains(expected),
            "{claim}\n{said}\nlacks\n{expected}"
        );
        assert!(said.starts_with("breachscope: claims.toml"), "{said}");
    }
    assert!(complaint(&mut town, "").contains("has no \"claim\"; add it"));
}

#[test]
fn an_account_that_only_the_logs_know_is_known() {
    let mut town = Town::quiet("ghosts");
    town.ask("ghost", 40_001, "/profiles/n1", 403, "33");
    town.expect(
        "kind = \"route_not_used\"\nroute = \"profile\"\naccounts = [\"ghost\"]",
        "supported",
        &[],
    );
}

#[test]
fn no_file_and_no_claims() {
    let mut town = Town::quiet("no-file");
    town.write();
    let case = town.folder.join("case.toml");
    let output = run(&["verify", "--claims", "nowhere.toml", text(&case)]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8_lossy(&output.stderr)
            .contains("nowhere.toml: cannot read the file of statements")
    );
    let output = run(&["verify", "--annex", "x.html", text(&case)]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn pairs_that_cannot_both_hold() {
    let mut town = Town::quiet("pairs");
    let claims = [
        ("A1", "kind = \"could_and_did\"\ncould = 1295"),
        ("A2", "kind = \"could_and_did\"\ncould = 133"),
        ("B1", "kind = \"subjects\"\nat_least = 5"),
        ("B2", "kind = \"subjects\"\nat_most = 3"),
        ("C1", "kind = \"controllers\"\nexactly = 2"),
        ("C2", "kind = \"controllers\"\nset = [\"n\"]"),
        ("C3", "kind = \"controllers\"\nset = [\"s\"]"),
        ("D1", "kind = \"route_not_used\"\nroute = \"profile\""),
        (
            "D2",
            "kind = \"accesses\"\nat_least = 1\nroute = \"profile\"",
        ),
        (
            "D3",
            "kind = \"accesses\"\nat_least = 1\nroute = \"contact\"",
        ),
        (
            "E1",
            "kind = \"within\"\nfrom = \"2021-03-04T07:00:00Z\"\nuntil = \"2021-03-04T08:00:00Z\"",
        ),
        (
            "E2",
            "kind = \"within\"\nfrom = \"2021-03-04T08:00:00Z\"\nuntil = \"2021-03-04T09:00:00Z\"",
        ),
        ("F", "kind = \"subjects\"\nat_most = 9\ncontroller = \"n\""),
        ("G", "kind = \"subjects\"\nat_least = 4\ncontroller = \"n\""),
        ("H1", "kind = \"read_by\"\nobject = \"x\"\nk = 15\nn = 40"),
        ("H2", "kind = \"read_by\"\nobject = \"x\"\nk = 12\nn = 40"),
    ];
    let file: String = claims
        .iter()
        .map(|(id, claim)| format!("[[claim]]\nid = \"{id}\"\n{claim}\n"))
        .collect();
    let said = town.all_say(&file);
    let pairs: Vec<(String, String)> = said.all["contradictory_pairs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| {
            (
                pair["first"].as_str().unwrap().to_owned(),
                pair["second"].as_str().unwrap().to_owned(),
            )
        })
        .collect();
    let expected = [
        ("A1", "A2"),
        ("B1", "B2"),
        // Four of one controller are more than three of all.
        ("B2", "G"),
        ("C1", "C2"),
        ("C1", "C3"),
        ("C2", "C3"),
        ("D1", "D2"),
        ("E1", "E2"),
        ("H1", "H2"),
    ];
    let expected: Vec<(String, String)> = expected
        .iter()
        .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
        .collect();
    assert_eq!(pairs, expected);
    // Times alone contradict each other only where something was disclosed.
    let only: String = claims
        .iter()
        .filter(|(id, _)| id.starts_with('E'))
        .map(|(id, claim)| format!("[[claim]]\nid = \"{id}\"\n{claim}\n"))
        .collect();
    assert_eq!(
        town.all_say(&only).all["contradictory_pairs"],
        Value::Array(Vec::new())
    );
}
