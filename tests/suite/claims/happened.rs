//! Statements that something never happened: `route_not_used`, `category_not_disclosed`, `no_protected`, `tenants_isolated`,
//! `unless_parameter`, `only_authorised_pooled`.

use super::town::Town;

#[test]
fn route_not_used() {
    let mut town = Town::quiet("not-used");
    let by = |accounts: &str| {
        format!("kind = \"route_not_used\"\nroute = \"profile\"\naccounts = [{accounts}]")
    };
    let said = town.expect(
        "kind = \"route_not_used\"\nroute = \"profile\"",
        "contradicted",
        &[],
    );
    assert_eq!(
        (said.bounds(), said.examples().len()),
        ((540, Some(540)), 20)
    );
    town.expect(&by("\"anna\""), "contradicted", &[]);
    town.expect(&by("\"bo\", \"rut\""), "supported", &[]);
    // Refused is not used; a redirect may be either.
    town.ask("bo", 40_001, "/profiles/n1", 403, "33");
    town.expect(&by("\"bo\""), "supported", &[]);
    town.ask("bo", 40_004, "/profiles/n1", 302, "0");
    town.expect(&by("\"bo\""), "not_determinable", &["AMBIGUOUS"]);
    town.ask("bo", 40_007, "/profiles/n1", 200, "433");
    town.expect(&by("\"bo\""), "contradicted", &["AMBIGUOUS"]);
}

#[test]
fn category_not_disclosed() {
    let mut town = Town::quiet("category");
    let phone = "kind = \"category_not_disclosed\"\ncategory = \"phone\"";
    // Who has an odd number has filled in no phone.
    town.ask("anna", 40_001, "/contacts/s1", 200, "433");
    town.ask("anna", 40_004, "/contacts/s3", 200, "433");
    town.expect(phone, "supported", &[]);
    town.expect(
        "kind = \"category_not_disclosed\"\ncategory = \"nickname\"",
        "supported",
        &[],
    );
    assert_eq!(
        town.expect(
            "kind = \"category_not_disclosed\"\ncategory = \"name\"",
            "contradicted",
            &[]
        )
        .bounds(),
        (2, Some(2))
    );
    town.ask("anna", 40_007, "/contacts/s2", 200, "-");
    town.expect(phone, "not_determinable", &["NO_BODY"]);
    town.ask("anna", 40_010, "/contacts/s2", 200, "433");
    let said = town.expect(phone, "contradicted", &["NO_BODY"]);
    assert_eq!(said.bounds(), (1, Some(1)), "the same pupil");
    let objects = town.table("objects");
    *objects = objects
        .lines()
        .map(|row| row.rsplit_once(',').unwrap().0.to_owned() + "\n")
        .collect();
    town.expect(phone, "not_determinable", &["NO_DIRECTORY"]);
}

#[test]
fn no_protected() {
    let mut town = Town::raided("protected");
    let said = town.expect("kind = \"no_protected\"", "supported", &[]);
    assert!(said.claim["assumptions"].to_string().contains("Caveat"));
    // Whoever may see the protected sees them in scope.
    town.ask("rut", 40_001, "/contacts/n40", 200, "433");
    town.expect("kind = \"no_protected\"", "supported", &[]);
    town.ask("anna", 40_004, "/contacts/n40", 200, "-");
    town.expect("kind = \"no_protected\"", "not_determinable", &["NO_BODY"]);
    town.ask("anna", 40_007, "/contacts/n40", 200, "433");
    let said = town.expect("kind = \"no_protected\"", "contradicted", &["NO_BODY"]);
    assert_eq!(said.bounds(), (1, Some(1)));
    let line = &said.examples()[0];
    assert!(line["text"].is_null(), "whoever is protected is not shown");
    assert!(
        line["sha256"].is_null(),
        "it would prove a guess of whom the line names"
    );
    assert!(
        !said.all.to_string().contains("n40"),
        "not in any sentence either"
    );
    assert!(said.claim["assumptions"].to_string().contains("Caveat"));
    // Without the column nobody says who may see the protected; without a mark nobody is known to be one.
    let mut town = Town::quiet("protected-unsaid");
    town.ask("anna", 40_001, "/contacts/n40", 200, "433");
    let grants = town.table("grants");
    *grants = grants
        .lines()
        .map(|row| row.rsplit_once(',').unwrap().0.to_owned() + "\n")
        .collect();
    town.expect(
        "kind = \"no_protected\"",
        "not_determinable",
        &["NO_GRANTS"],
    );
    let objects = town.table("objects");
    *objects = objects.replace(",true,", ",,");
    town.expect(
        "kind = \"no_protected\"",
        "not_determinable",
        &["NO_DIRECTORY"],
    );
}

#[test]
fn tenants_isolated() {
    let isolated = "kind = \"tenants_isolated\"";
    let mut town = Town::quiet("tenants");
    town.expect(isolated, "supported", &[]);
    town.ask("anna", 40_001, "/contacts/s1", 403, "33");
    // Beyond scope, but of her own tenant.
    town.ask("anna", 40_004, "/contacts/n40", 200, "433");
    town.expect(isolated, "supported", &[]);
    town.ask("ghost", 40_007, "/contacts/s1", 200, "433");
    town.expect(isolated, "not_determinable", &["NO_GRANTS"]);
    town.ask("anna", 40_010, "/contacts/s1", 200, "433");
    town.expect(isolated, "contradicted", &["NO_GRANTS"]);
    // The table of accounts names the tenant too.
    town.without("grants");
    town.expect(isolated, "contradicted", &["NO_GRANTS"]);
    town.without("accounts");
    town.expect(isolated, "not_determinable", &["NO_GRANTS"]);
}

#[test]
fn unless_parameter() {
    let claim = "kind = \"unless_parameter\"\nroute = \"search\"\nparameter = \"area\"";
    let mut town = Town::quiet("unless");
    town.expect(claim, "not_determinable", &["NO_PROBE"]);
    town.ask("anna", 40_001, "/search?ids=s1,s2", 200, "433");
    town.ask("anna", 40_004, "/search?area=&ids=s3", 200, "433");
    town.expect(claim, "supported", &[]);
    town.ask("anna", 40_007, "/search?ids=s4&area=n", 200, "-");
    town.expect(claim, "not_determinable", &["NO_BODY"]);
    town.ask("anna", 40_010, "/search?area=n&q=x", 200, "433");
    town.expect(claim, "not_determinable", &["NO_OBJECT", "NO_BODY"]);
    town.ask("anna", 40_013, "/search?ids=s4&area=n", 200, "433");
    let said = town.expect(claim, "contradicted", &["NO_OBJECT", "NO_BODY"]);
    assert_eq!(said.bounds(), (1, Some(3)));
}

#[test]
fn only_authorised_pooled() {
    let claim = "kind = \"only_authorised_pooled\"";
    let mut town = Town::quiet("pooled");
    town.expect(claim, "not_determinable", &["NO_OBJECT"]);
    let leak = |town: &mut Town, rows: &str| {
        town.more =
            "[leak]\nrecords = \"leak.csv\"\npublished = \"2021-03-04T17:00:00Z\"\n".to_owned();
        std::fs::write(town.folder.join("leak.csv"), format!("object,name\n{rows}")).unwrap();
    };
    leak(&mut town, "n1,A\nn2,B\ns1,C\n");
    town.expect(claim, "supported", &[]);
    // In the office's scope, but nobody asked for it.
    leak(&mut town, "n1,A\nt1,B\n");
    town.expect(claim, "not_determinable", &["NO_LOG", "NO_OBJECT"]);
    leak(&mut town, "n1,A\nnobody-knows,B\n");
    town.expect(claim, "not_determinable", &["NO_DIRECTORY"]);
    // The protected pupil of s is in nobody's scope: a witness.
    leak(&mut town, "n1,A\ns40,B\n");
    let said = town.expect(claim, "contradicted", &["NO_LOG"]);
    assert!(
        said.claim["why"]
            .as_str()
            .unwrap()
            .contains("rows of leak.csv that nobody was allowed to see: 2.")
    );
    leak(&mut town, "n1,A\n");
    town.ask("anna", 40_001, "/contacts/s1", 200, "433");
    town.expect(claim, "contradicted", &[]);
}
