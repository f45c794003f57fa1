//! Where no table says who is protected, or who is a child, no output says that nobody is.

use std::fs;

use super::{Town, read};
use crate::answer::{json, run, scan, succeed, table, text};

#[test]
fn without_the_columns_nobody_can_tell_who_is_protected_or_a_child() {
    let mut town = Town::new("unmarked");
    (town.columns, town.cells) = ("", "");
    for n in 1..=8 {
        town.ask(40_000 + n * 7, &format!("kari.n /karte/42{n:02}"), 200);
    }
    let out = town.answered();
    for row in table(&out.join("controllers.csv")) {
        assert_eq!(
            (&*row["children_min"], &*row["protected_min"]),
            ("0", "0"),
            "{row:?}"
        );
    }
    for row in table(&out.join("subjects.csv")) {
        let cells = ["protected", "child", "protected_ever"].map(|name| &*row[name]);
        assert_eq!(cells, ["", "", ""], "{row:?}");
    }
    for row in table(&out.join("ladder.csv")) {
        assert_eq!((&*row["children"], &*row["protected"]), ("", ""), "{row:?}");
    }
    let findings = json(&out.join("findings.json"));
    assert!(
        findings["totals"]["protected_min"].is_null()
            && findings["totals"]["children_min"].is_null()
    );
    let unsaid = findings["not_evaluated"].to_string();
    assert!(
        unsaid.contains("who is a protected person") && unsaid.contains("who is a child"),
        "{unsaid}"
    );
    // Persons are still listed: a column that is missing marks nobody.
    assert!(read(&out.join("report.html")).contains("kind-203"));
    for (lang, protected, child) in [
        (
            "en",
            "nobody can tell: no table says who is one",
            "nobody can tell: no table says who is a child",
        ),
        (
            "sv",
            "kan ingen säga: ingen tabell säger vilka som har det",
            "ingen tabell säger vem som är barn",
        ),
        (
            "da",
            "kan ingen sige: ingen tabel siger, hvem der har det",
            "ingen tabel siger, hvem der er barn",
        ),
    ] {
        let form = read(&town.rendered(
            &format!("imy.{lang}.md"),
            &["--answers", "imy-23", "--lang", lang],
        ));
        assert!(form.contains(protected) && form.contains(child), "{form}");
        for none in ["fewer than five", "färre än fem", "færre end fem"] {
            assert!(!form.contains(none), "{none} in {form}");
        }
        let again = town.folder.join(format!("again-{lang}"));
        let said = scan(&town.folder.join("case.toml"), &again, &["--lang", lang]);
        assert!(
            !said.contains("0 protected") && !said.contains("0 beskyttede"),
            "{said}"
        );
    }
    let packs = town.packed();
    let notice = json(&packs.join("ostby-kommune/notification.json"));
    assert!(notice["protected_persons"]["count"].is_null(), "{notice:#}");
    assert!(
        notice["data_subjects"]["children_min"].is_null(),
        "{notice:#}"
    );
    let readme = read(&packs.join("ostby-kommune/README.txt")).replace('\n', " ");
    assert!(
        readme.contains("such persons may be among your data subjects"),
        "{readme}"
    );
    assert!(
        !readme.contains("No person with protected identity"),
        "{readme}"
    );
    succeed(&[
        "verify",
        text(&out),
        "--case",
        text(&town.folder.join("case.toml")),
    ]);
}

#[test]
fn a_statement_on_protected_persons_has_no_bound_where_no_table_marks_any() {
    let mut town = Town::new("unmarked-claim");
    (town.columns, town.cells) = ("", "");
    town.ask(40_000, "kari.n /karte/4203", 200);
    let case = town.case();
    let claims = town.folder.join("claims.toml");
    fs::write(
        &claims,
        "[[claim]]\nid = \"P\"\nsays = \"none\"\nkind = \"no_protected\"\n",
    )
    .unwrap();
    let told = run(&["verify", "--claims", text(&claims), text(&case), "--json"]);
    assert_eq!(told.status.code(), Some(4));
    let told: serde_json::Value = serde_json::from_slice(&told.stdout).unwrap();
    let claim = &told["claims"][0];
    assert_eq!(claim["outcome"], "not_determinable");
    assert!(claim["interval"]["max"].is_null(), "{claim:#}");
    assert!(
        claim["why"]
            .as_str()
            .unwrap()
            .ends_with("leave room for any number."),
        "{claim:#}"
    );
}
