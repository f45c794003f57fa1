//! Slips in what a route wants of the query, in the letters around an ID, and in the name of an ID. Each left a walk out of the
//! answer, which excluded hospitals or named nobody.

use super::{Portal, line, number};
use crate::answer::{run, text};

const PATH: &str = "/portal/faelle/{fall}/befund";

/// The portal as it would be if its cards had another address: `$` stands for the case's number.
fn portal_with(name: &str, address: &str) -> Portal {
    let mut portal = Portal::new(name);
    portal.lines(|line| {
        let Some((before, rest)) = line.split_once("/portal/faelle/") else {
            return line.to_owned();
        };
        let (id, rest) = rest.split_once("/befund").unwrap();
        format!("{before}{}{rest}", address.replace('$', id))
    });
    portal
}

/// One address for everything: whoever wrote the method's name with a slip was told that nobody was affected.
#[test]
fn a_slip_in_what_the_query_says_is_refused() {
    let mut portal = portal_with("query", "/portal/rpc?methode=getBefund&fall=$");
    let meant = r#"{ "methode" = "getBefund" }"#;
    portal.rewrite(
        &format!("{PATH}\""),
        &format!("/portal/rpc\"\nquery = {meant}"),
    );
    portal.scanned();
    assert!(portal.controllers().iter().all(|row| row.0 == "confirmed"));
    for slip in [
        r#"{ "methode" = "getBefnd" }"#,
        r#"{ "methode" = "get_befund" }"#,
        r#"{ "methode" = "getBefunde" }"#,
        r#"{ "method" = "getBefund" }"#,
    ] {
        portal.rewrite(meant, slip);
        let said = portal.refused();
        assert!(
            said.contains("[[route]] \"befund\", query: no request matches the route, but at least 1000 requests"),
            "{said}"
        );
        assert!(said.contains(&format!("write query = {meant}")), "{said}");
        portal.rewrite(slip, meant);
    }
    // Another method is another route, of which it is said that the case leaves it out.
    portal.rewrite(meant, r#"{ "methode" = "sperren" }"#);
    let screen = portal.scanned();
    assert!(
        screen.contains("/portal/rpc?fall=, 200 of 200 IDs known"),
        "{screen}"
    );
    portal.gone();
}

/// The ending of the address: a slip is refused, another ending said.
#[test]
fn a_slip_in_the_letters_around_an_id_is_refused() {
    let mut portal = portal_with("letters-around", "/portal/faelle/$.json");
    portal.rewrite(PATH, "/portal/faelle/{fall}.jsn");
    let said = portal.refused();
    assert!(
        said.contains("write path = \"/portal/faelle/{fall}.json\""),
        "{said}"
    );
    portal.rewrite("{fall}.jsn", "{fall}.xml");
    let screen = portal.scanned();
    let what = "no request matches the route \"befund\" (/portal/faelle/{fall}.xml), but at least 1000 requests";
    assert!(screen.contains(what), "{screen}");
    portal.gone();
    let mut portal = portal_with("letters-missing", "/portal/faelle/$");
    portal.rewrite(PATH, "/portal/faelle/{fall}.json");
    let said = portal.refused();
    assert!(
        said.contains("write path = \"/portal/faelle/{fall}\""),
        "{said}"
    );
    portal.gone();
}

/// The variable without the letters around it: every card was nobody's, and nothing said why.
#[test]
fn letters_around_ids_that_the_case_does_not_write_are_pointed_out() {
    let mut portal = portal_with("lettered", "/portal/faelle/$.json");
    portal.rewrite(PATH, "/portal/faelle/{fall}");
    let screen = portal.scanned();
    assert!(
        screen.contains("Note 240 of 240 IDs that requests name with letters around them"),
        "{screen}"
    );
    assert!(
        screen.contains("of the form 0009999.aaaa as 0009999"),
        "{screen}"
    );
    portal.gone();
}

/// A list by filters that the case leaves out: brackets in a parameter's name made it nobody's.
#[test]
fn parameters_with_brackets_that_no_route_names_are_said() {
    let mut portal = Portal::new("brackets");
    let filters = (0..60).map(|at| {
        let target = format!("/portal/suche?filter[fall]={}", number(at));
        line("pflege009", 3, 30_000 + at * 2, &target, 700 + at * 13 % 90)
    });
    let filters: Vec<String> = filters.collect();
    portal.logs[2].1.extend(filters);
    let screen = portal.scanned();
    assert!(
        screen.contains("60 requests /portal/suche?filter[fall]=, 60 of 60 IDs known"),
        "{screen}"
    );
    portal.gone();
}

/// The ID has another name in the path: it was said that the log writes no queries.
#[test]
fn an_object_that_is_no_variable_of_the_path_is_told_which_is() {
    let mut portal = Portal::new("variable");
    portal.rewrite("object = \"fall\"", "object = \"nummer\"");
    let screen = portal.scanned();
    assert!(
        screen.contains("\"nummer\" is no variable of the path")
            && screen.contains("write object = \"fall\""),
        "{screen}"
    );
    portal.gone();
}

/// `evidence` said that the answer cites no line of an account whose lines it cites.
#[test]
fn evidence_says_where_lines_stand_that_are_not_beyond_scope() {
    let mut portal = Portal::new("undecided");
    let directory = portal.case.find("[directory]").unwrap();
    portal.case.truncate(directory);
    portal.scanned();
    let answer = portal.folder.join("answer");
    let said = run(&["evidence", text(&answer), "--account", "pflege009"]);
    assert_eq!(said.status.code(), Some(1));
    let said = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(said.contains("findings.json (requests_undecided"), "{said}");
    portal.gone();
}
