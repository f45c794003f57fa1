//! `controllers`, `subjects`, `accesses`, `accounts`: bounds and forms.

use super::town::Town;

#[test]
fn controllers() {
    let mut town = Town::raided("controllers");
    town.ask("anna", 40_001, "/contacts/t1", 200, "433");
    let said = town.expect("kind = \"controllers\"\nexactly = 2", "supported", &[]);
    assert_eq!(said.bounds(), (2, Some(2)));
    assert_eq!(said.code, 0);
    town.expect("kind = \"controllers\"\nat_least = 2", "supported", &[]);
    town.expect("kind = \"controllers\"\nat_least = 3", "contradicted", &[]);
    town.expect(
        "kind = \"controllers\"\nset = [\"s\", \"t\"]",
        "supported",
        &[],
    );
    let said = town.expect("kind = \"controllers\"\nset = [\"s\"]", "contradicted", &[]);
    assert!(said.claim["why"].as_str().unwrap().contains("(t)"));
    assert_eq!(said.examples().len(), 1);
    town.expect(
        "kind = \"controllers\"\nset = [\"n\", \"s\", \"t\"]",
        "contradicted",
        &[],
    );
    let said = town.expect("kind = \"controllers\"\nat_most = 1", "contradicted", &[]);
    assert_eq!(said.code, 3);
    let lines = said.examples();
    assert_eq!(lines.len(), 2, "one line for each controller");
    assert!(lines[0]["text"].as_str().unwrap().contains("/contacts/s1 "));
    // Without the table nobody knows whose the objects are.
    town.without("objects");
    let said = town.expect(
        "kind = \"controllers\"\nat_most = 1",
        "not_determinable",
        &["NO_DIRECTORY"],
    );
    assert_eq!((said.bounds(), said.code), ((0, Some(3)), 4));
}

#[test]
fn subjects() {
    let mut town = Town::raided("subjects");
    assert_eq!(
        town.expect("kind = \"subjects\"\nexactly = 10", "supported", &[])
            .bounds(),
        (10, Some(10))
    );
    town.expect("kind = \"subjects\"\nexactly = 9", "contradicted", &[]);
    town.expect("kind = \"subjects\"\nat_most = 9", "contradicted", &[]);
    town.expect("kind = \"subjects\"\nat_most = 10", "supported", &[]);
    town.expect(
        "kind = \"subjects\"\ncontroller = \"s\"\nexactly = 10",
        "supported",
        &[],
    );
    town.expect(
        "kind = \"subjects\"\ncontroller = \"t\"\nat_most = 0",
        "supported",
        &[],
    );
    town.expect(
        "kind = \"subjects\"\ncontroller = \"t\"\nat_least = 1",
        "contradicted",
        &[],
    );
    let ten: Vec<String> = (1..=10).map(|at| format!("\"p-s{at}\"")).collect();
    town.expect(
        &format!("kind = \"subjects\"\nset = [{}]", ten.join(", ")),
        "supported",
        &[],
    );
    // The same pupil again is no other one, and one without a byte count is only possible.
    town.ask("anna", 41_001, "/contacts/s1", 200, "433");
    town.ask("anna", 41_004, "/contacts/s11", 200, "-");
    let said = town.expect(
        "kind = \"subjects\"\nexactly = 10",
        "not_determinable",
        &["NO_BODY"],
    );
    assert_eq!(said.bounds(), (10, Some(11)));
    town.expect(
        "kind = \"subjects\"\nat_least = 10",
        "supported",
        &["NO_BODY"],
    );
    town.expect(
        "kind = \"subjects\"\nat_most = 11",
        "supported",
        &["NO_BODY"],
    );
    town.expect(
        "kind = \"subjects\"\nexactly = 12",
        "contradicted",
        &["NO_BODY"],
    );
}

#[test]
fn subjects_in_a_time_and_by_a_route() {
    let mut town = Town::raided("subjects-limited");
    town.ask("anna", 50_001, "/profiles/t7", 200, "433");
    let limits = [
        ("until = \"2021-03-04T10:00:00Z\"", 0),
        (
            "from = \"2021-03-04T10:00:00Z\"\nuntil = \"2021-03-04T10:00:16Z\"",
            5,
        ),
        ("route = \"profile\"", 1),
        ("route = \"contact\"", 10),
    ];
    for (limit, n) in limits {
        town.expect(
            &format!("kind = \"subjects\"\nexactly = {n}\n{limit}"),
            "supported",
            &[],
        );
    }
}

#[test]
fn accesses() {
    let mut town = Town::raided("accesses");
    town.ask("anna", 41_001, "/contacts/s1", 200, "433");
    // Refused, without a body, and in scope: none of them counts.
    town.ask("anna", 41_004, "/contacts/s2", 403, "433");
    town.ask("anna", 41_007, "/contacts/s2", 200, "0");
    town.ask("bo", 41_010, "/contacts/s2", 200, "433");
    assert_eq!(
        town.expect("kind = \"accesses\"\nexactly = 11", "supported", &[])
            .bounds(),
        (11, Some(11))
    );
    town.expect(
        "kind = \"accesses\"\ncontroller = \"t\"\nat_most = 0",
        "supported",
        &[],
    );
    let said = town.expect("kind = \"accesses\"\nat_most = 3", "contradicted", &[]);
    assert_eq!(
        (said.examples().len(), &said.claim["against"]),
        (11, &serde_json::json!(11))
    );
    town.ask("anna", 41_013, "/contacts/s2", 304, "0");
    town.expect(
        "kind = \"accesses\"\nexactly = 11",
        "not_determinable",
        &["AMBIGUOUS"],
    );
    town.ask("anna", 41_016, "/contacts/s2", 200, "-");
    town.expect(
        "kind = \"accesses\"\nexactly = 11",
        "not_determinable",
        &["NO_BODY", "AMBIGUOUS"],
    );
}

#[test]
fn accounts() {
    let mut town = Town::raided("accounts");
    town.expect("kind = \"accounts\"\nexactly = 1", "supported", &[]);
    town.expect("kind = \"accounts\"\nset = [\"anna\"]", "supported", &[]);
    town.expect("kind = \"accounts\"\nset = [\"bo\"]", "contradicted", &[]);
    town.ask("bo", 41_001, "/contacts/n1", 200, "433");
    town.expect("kind = \"accounts\"\nat_most = 1", "contradicted", &[]);
    town.ask("desk", 41_004, "/contacts/n1", 200, "433");
    let said = town.expect(
        "kind = \"accounts\"\nexactly = 3",
        "not_determinable",
        &["SHARED_ACCOUNT"],
    );
    assert_eq!(said.bounds(), (3, None));
}

#[test]
fn an_account_without_grants_is_told_apart() {
    let mut town = Town::raided("unlisted");
    town.ask("ghost", 41_001, "/contacts/t1", 200, "433");
    let said = town.expect(
        "kind = \"subjects\"\nexactly = 10",
        "not_determinable",
        &["NO_GRANTS"],
    );
    assert_eq!(said.bounds(), (10, Some(11)));
    town.more = "[scope]\nunlisted = \"beyond\"\n".to_owned();
    town.expect("kind = \"subjects\"\nexactly = 11", "supported", &[]);
    // Whoever is excluded is no part of it.
    town.more = "[scope]\nunlisted = \"beyond\"\n[exclude]\naccounts = [\"ghost\"]\n".to_owned();
    let said = town.expect("kind = \"subjects\"\nexactly = 10", "supported", &[]);
    assert!(
        said.claim["assumptions"]
            .to_string()
            .contains("1 request(s) for routes are set aside")
    );
    town.more = "[exclude]\nclients = [\"10.0.0.1\"]\n".to_owned();
    town.expect("kind = \"subjects\"\nexactly = 0", "supported", &[]);
}

#[test]
fn a_line_without_an_account_is_beyond_every_scope() {
    let mut town = Town::quiet("anonymous");
    town.ask("-", 41_001, "/contacts/n1", 200, "433");
    town.expect("kind = \"subjects\"\nexactly = 1", "supported", &[]);
    town.expect(
        "kind = \"accounts\"\nset = [\"client:10.0.0.1\"]",
        "not_determinable",
        &["NO_ACCOUNT"],
    );
    // An account on a 401 is a claim.
    town.ask("anna", 41_004, "/contacts/s1", 401, "433");
    town.expect("kind = \"subjects\"\nexactly = 1", "supported", &[]);
}

#[test]
fn pages_show_who_stood_on_them() {
    let mut town = Town::quiet("pages");
    town.more = "[[route]]\nname = \"list\"\npath = \"/lists/{list}\"\ncontainer = \"list\"\npage = { query = \"page\", first = 1, \
                 size = 2 }\ndiscloses = [\"name\"]\n"
        .to_owned();
    let rows = "book,s1\nbook,s2\nbook,s3\nbook,n4\nbook,s5\n";
    town.table("members").push_str(rows);
    town.ask("anna", 41_001, "/lists/book?page=2", 200, "900");
    let said = town.expect("kind = \"subjects\"\nexactly = 1", "supported", &[]);
    assert_eq!(
        said.bounds(),
        (1, Some(1)),
        "s3 and n4 stand on it, and n4 is in scope"
    );
    town.ask("anna", 41_004, "/lists/book", 200, "900");
    town.expect(
        "kind = \"subjects\"\nset = [\"p-s1\", \"p-s2\", \"p-s3\"]",
        "supported",
        &[],
    );
    town.ask("anna", 41_007, "/lists/s", 200, "900");
    let said = town.expect(
        "kind = \"subjects\"\nexactly = 3",
        "not_determinable",
        &["NO_DIRECTORY"],
    );
    assert_eq!(
        said.bounds(),
        (3, Some(40)),
        "nobody knows which of the school's stood on it"
    );
    town.ask("anna", 41_010, "/lists/nobody-knows", 200, "900");
    let said = town.expect(
        "kind = \"subjects\"\nexactly = 3",
        "not_determinable",
        &["NO_DIRECTORY"],
    );
    assert_eq!(said.bounds(), (3, Some(120)));
}
