//! Scenario A with the address-book log removed: what a profile log, a leak and the directory's history can still say.

use serde_json::Value;

use crate::answer::{fresh, json, root, scan};

#[test]
fn scenario_a_without_the_address_book_log() {
    let folder = root().join("testdata/scenario-a");
    let out = fresh("scenario-a");
    scan(&folder.join("case.toml"), &out, &["--quiet"]);
    let findings = json(&out.join("findings.json"));
    let truth = json(&folder.join("truth.json"));
    let cause = &findings["cause"];
    // The theft is dated within thirty days, and the true instant lies inside.
    let windows = cause["leak"]["taken"]["one_instant_possible_in"]
        .as_array()
        .expect("windows");
    assert_eq!(windows.len(), 1);
    let at = |value: &Value| value.as_str().expect("an instant").to_owned();
    let (from, until) = (at(&windows[0]["from"]), at(&windows[0]["until"]));
    let theft = at(&truth["theft"]);
    assert!(from <= theft && theft < until, "{from} {theft} {until}");
    let days = |stamp: &str| -> i64 {
        let date = chrono::NaiveDate::parse_from_str(&stamp[..10], "%Y-%m-%d").expect("a date");
        date.signed_duration_since(chrono::NaiveDate::default())
            .num_days()
    };
    assert!(days(&until) - days(&from) <= 30);
    // A lower bound of controllers: here all of the leak's.
    let named = cause["leak"]["controllers_at_least"]
        .as_u64()
        .expect("a number") as usize;
    assert_eq!(
        named,
        truth["controllers"].as_array().expect("a list").len()
    );
    // Routes: the logged one is excluded under its condition, the other one is not.
    let route = |name: &str| {
        let routes = cause["routes"].as_array().expect("routes");
        routes
            .iter()
            .find(|route| route["route"] == name)
            .expect("the route")
            .clone()
    };
    assert_eq!(route("address book")["standing"], "not_excluded");
    assert_eq!(route("address book")["reasons"][0], "NO_LOG");
    let said = at(&route("profile page")["if_taken_at_one_instant"]);
    assert!(said.contains("is excluded as the way of"), "{said}");
    // H1 or H2 cannot be told, and the log that would tell is named.
    assert!(cause["determined"].is_null());
    assert!(at(&cause["would_shrink_the_doubt_most"][0]).contains("address book"));
    assert_eq!(findings["totals"]["controllers_excluded"], 0);
}
