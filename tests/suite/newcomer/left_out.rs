//! What a case leaves out of its answer by its own words: a period, exclusions, a limit, a route that is not in it or is
//! written otherwise. Each made an answer that excluded hospitals without a word.

use std::fs;

use super::{CASES, HOUSES, Portal, WALK, WARDS, line, number};
use crate::answer::{run, text};

/// The walk was on the third of March; the period is two days later.
#[test]
fn a_period_beside_the_walk_is_said() {
    let mut portal = Portal::new("period");
    portal.rewrite(
        "timezone = \"Europe/Berlin\"\n",
        "timezone = \"Europe/Berlin\"\nperiod = { from = \"2021-03-04\", until = \"2021-03-06\" }\n",
    );
    let screen = portal.scanned();
    assert!(portal.controllers().iter().all(|row| row.0 == "excluded"));
    // Three days of 48 nurses with a list and five cards each, and the walk.
    let outside = 3 * 48 * 6 + WALK;
    let said = format!(
        "Note {outside} accesses to objects and lists lie outside of the case's period from 2021-03-03T23:00:00Z until \
         2021-03-05T23:00:00Z and are in no figure"
    );
    assert!(screen.contains(&said), "{screen}");
    // Whoever reads an authority's form or the document alone reads it, too.
    let answer = portal.folder.join("answer");
    for form in ["imy-23", "edpb", "art-33-3"] {
        let form = crate::answer::succeed(&["report", text(&answer), "--answers", form]);
        assert!(form.contains("lie outside of the case's period"), "{form}");
    }
    portal.gone();
}

#[test]
fn what_an_exclusion_leaves_out_is_said() {
    let mut portal = Portal::new("exclusion");
    portal.case += "[exclude]\nclients = [\"0.0.0.0/0\"]\n";
    let screen = portal.scanned();
    let all = 5 * 48 * 6 + WALK;
    let said =
        format!("Note {all} accesses to objects and lists by what `[exclude] clients` names");
    assert!(screen.contains(&said), "{screen}");
    portal.rewrite("clients = [\"0.0.0.0/0\"]", "accounts = [\"pflege009\"]");
    let screen = portal.scanned();
    let own = 5 * 6 + WALK;
    let said =
        format!("Note {own} accesses to objects and lists by what `[exclude] accounts` names");
    assert!(screen.contains(&said), "{screen}");
    portal.gone();
}

/// A limit above every body: all six hospitals were `excluded`, and the walker had been "refused throughout".
#[test]
fn a_limit_above_all_content_excludes_nobody() {
    let mut portal = Portal::new("limit");
    portal.rewrite(
        "\"diagnose\"]\nempty_below = 60",
        "\"diagnose\"]\nempty_below = 6000",
    );
    let screen = portal.scanned();
    let cards = 5 * 48 * 5 + WALK;
    let said = format!("Note all {cards} answers of the route \"befund\" with a body");
    assert!(screen.contains(&said), "{screen}");
    assert!(
        screen.contains("are below its `empty_below` = 6000 and count as empty"),
        "{screen}"
    );
    // Nor is it supported that nobody was disclosed.
    let claims = portal.folder.join("claims.toml");
    fs::write(
        &claims,
        "[[claim]]\nid = \"V\"\nkind = \"subjects\"\nat_most = 0\nroute = \"befund\"\n",
    )
    .unwrap();
    let case = portal.folder.join("case.toml");
    let held = run(&["verify", "--claims", text(&claims), text(&case)]);
    assert_eq!(held.status.code(), Some(4));
    let people = (HOUSES * WARDS * CASES / HOUSES).to_string();
    for (status, _, max) in portal.controllers() {
        assert_eq!((&*status, &max), ("cannot_be_excluded", &people));
    }
    portal.gone();
}

/// A limit in the midst of the content: the half of what was shown was counted as nothing, and the bounds met.
#[test]
fn a_limit_in_the_midst_of_content_bounds_nothing() {
    let mut portal = Portal::new("midst");
    portal.rewrite(
        "\"diagnose\"]\nempty_below = 60",
        "\"diagnose\"]\nempty_below = 650",
    );
    let screen = portal.scanned();
    assert!(
        screen.contains("sizes just above and just below it are as frequent"),
        "{screen}"
    );
    for (status, min, max) in portal.controllers() {
        assert_eq!(status, "confirmed");
        assert!(min.parse::<u64>().unwrap() < max.parse().unwrap());
    }
    portal.gone();
}

/// A limit between empty answers and content is what it is for.
#[test]
fn a_limit_below_content_says_nothing() {
    let mut portal = Portal::new("fitting");
    portal.lines(|line| match line.contains("00/befund") {
        true => line.replacen(" 200 4", " 200 2", 1),
        false => line.to_owned(),
    });
    portal.logs[1].1.push(line(
        "pflege001",
        2,
        80_000,
        "/portal/faelle/9999999/befund",
        17,
    ));
    let screen = portal.scanned();
    assert!(!screen.contains("empty_below"), "{screen}");
    portal.gone();
}

/// The template ends before the path does, or is written as a web framework writes it.
#[test]
fn a_template_that_ends_early_is_refused() {
    let mut portal = Portal::new("early");
    portal.rewrite("/portal/faelle/{fall}/befund", "/portal/faelle/{fall}");
    let said = portal.refused();
    assert!(
        said.contains("case.toml:13: [[route]] \"befund\", path: no request matches the route"),
        "{said}"
    );
    assert!(
        said.contains("write path = \"/portal/faelle/{fall}/befund\""),
        "{said}"
    );
    portal.rewrite(
        "/portal/faelle/{fall}",
        "/portal/faelle/{fall}/befund/drucken",
    );
    let said = portal.refused();
    assert!(
        said.contains("write path = \"/portal/faelle/{fall}/befund\""),
        "{said}"
    );
    for written in [":fall", "<fall>", "<int:fall>", "[fall]", "$fall"] {
        let mut portal = Portal::new("early-sign");
        portal.rewrite("{fall}", written);
        let said = portal.refused();
        let what = format!(
            "case.toml:14: [[route]] \"befund\", object: \"fall\" is no variable of the path, where {written:?} stands"
        );
        assert!(
            said.contains(&what) && said.contains("write {fall} in its place"),
            "{said}"
        );
    }
    portal.gone();
}

/// Nurses read letters, too; the case has no route for them. What they showed is counted nowhere.
#[test]
fn requests_that_no_route_matches_and_that_name_known_cases_are_said() {
    let mut portal = Portal::new("letters");
    let letters = (0..60).map(|at| {
        let target = format!("/portal/faelle/{}/arztbrief", number(at));
        line("pflege009", 3, 30_000 + at * 2, &target, 700 + at * 13 % 90)
    });
    let letters: Vec<String> = letters.collect();
    portal.logs[2].1.extend(letters);
    let searches = (0..30).map(|at| {
        let target = format!("/portal/suche?fall={}", number(at));
        line("pflege009", 3, 31_000 + at * 2, &target, 700 + at * 13 % 90)
    });
    let searches: Vec<String> = searches.collect();
    portal.logs[2].1.extend(searches);
    // Pictures of one size, and numbers that are no case's, are nothing to speak of.
    for at in 0..60 {
        let picture = format!("/portal/faelle/{}/symbol", number(at));
        portal.logs[3]
            .1
            .push(line("pflege009", 4, 70_000 + at, &picture, 512));
        let news = format!("/aktuelles/{}", 70_000 + at);
        portal.logs[3]
            .1
            .push(line("pflege009", 4, 71_000 + at, &news, 900 + at));
    }
    let screen = portal.scanned();
    let said = "60 requests /portal/faelle/{…}/arztbrief, 60 of 60 IDs known; 30 requests /portal/suche?fall=, 30 of 30 IDs \
                known: what they returned is counted nowhere";
    assert!(screen.contains(said), "{screen}");
    assert!(
        !screen.contains("symbol") && !screen.contains("aktuelles"),
        "{screen}"
    );
    portal.gone();
}

/// Saved twice from a browser: the copy is read first, and the day of the other name was said to be missing.
#[test]
fn a_copy_beside_its_original_makes_no_hole() {
    for copy in ["portal-2021-03-03 (Kopie).log", "portal-(1)-2021-03-03.log"] {
        let mut portal = Portal::new("copy");
        let day = portal.logs[2].1.clone();
        portal.logs.push((copy.to_owned(), day));
        let screen = portal.scanned();
        assert!(screen.contains("1 file(s) given twice"), "{screen}");
        assert!(!screen.contains("no file dated"), "{screen}");
        assert!(portal.controllers().iter().all(|(_, min, max)| min == max));
        portal.gone();
    }
}

/// A case number without its zeros is no case's: that somebody had read it was contradicted.
#[test]
fn statements_about_an_object_that_nobody_knows_are_not_determinable() {
    let portal = Portal::new("claims");
    portal.write();
    let held = |object: &str| {
        let claims = portal.folder.join("claims.toml");
        let claim =
            format!("[[claim]]\nid = \"V\"\nkind = \"read_by\"\nobject = \"{object}\"\nk = 1\n");
        fs::write(&claims, claim).unwrap();
        let case = portal.folder.join("case.toml");
        let output = run(&["verify", "--claims", text(&claims), text(&case)]);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        (output.status.code().unwrap(), said)
    };
    let (code, said) = held("1201");
    assert_eq!(code, 4, "{said}");
    assert!(
        said.contains("Neither the tables nor any request know this ID"),
        "{said}"
    );
    // Of one that is known it is told how many read it.
    assert_eq!(held(&number(1)).0, 3);
    portal.gone();
}

/// A responder with nothing but logs: the walk stood on the screen with "0 requests".
#[test]
fn a_walk_of_which_nobody_knows_the_scope_shows_its_requests() {
    let mut portal = Portal::new("bare");
    let directory = portal.case.find("[directory]").unwrap();
    portal.case.truncate(directory);
    let screen = portal.scanned();
    let own = 5 * 6 + WALK;
    let said =
        format!("pflege009 undetermined 0 subjects, 0 controllers, {own} requests undecided");
    assert!(screen.contains(&said), "{screen}");
    let answer = portal.folder.join("answer");
    let story = run(&["explain", text(&answer), "pflege009"]);
    let story = String::from_utf8_lossy(&story.stdout).into_owned();
    let story = story.split_whitespace().collect::<Vec<_>>().join(" ");
    let said =
        format!("answered requests of which nobody can say whether they were in its scope: {own}");
    assert!(
        story.contains(&said) && !story.contains("from to"),
        "{story}"
    );
    portal.gone();
}

/// The page is called otherwise than the requests do: everybody seemed to stay on the first page.
#[test]
fn a_page_of_another_name_is_refused() {
    let mut portal = Portal::new("pages");
    for (_, lines) in &mut portal.logs {
        let turned = lines
            .iter()
            .flat_map(|line| match line.contains("/stationen/") {
                true => (1..=3)
                    .map(|page| {
                        line.replace(
                            "/faelle HTTP",
                            &format!("/faelle?seite={page}&sicht=4 HTTP"),
                        )
                    })
                    .collect(),
                false => vec![line.clone()],
            });
        *lines = turned.collect();
    }
    let list = "container = \"station\"\n";
    portal.rewrite(
        list,
        &format!("{list}page = {{ query = \"page\", first = 1, size = 8 }}\n"),
    );
    let said = portal.refused();
    assert!(
        said.contains("case.toml:22: [[route]] \"liste\", page: none of 720 requests for the route carries the parameter \"page\", but 720 carry \"seite\""),
        "{said}"
    );
    assert!(said.contains("write query = \"seite\""), "{said}");
    let claims = portal.folder.join("claims.toml");
    fs::write(
        &claims,
        "[[claim]]\nid = \"V\"\nkind = \"subjects\"\nat_most = 1\n",
    )
    .unwrap();
    let held = run(&[
        "verify",
        "--claims",
        text(&claims),
        text(&portal.folder.join("case.toml")),
    ]);
    assert_eq!(held.status.code(), Some(2));
    portal.rewrite("\"page\"", "\"seite\"");
    portal.scanned();
    // Nobody turned a page, and the other parameter is a view.
    portal.rewrite("\"seite\"", "\"page\"");
    portal.lines(|line| {
        line.replace("seite=1&", "")
            .replace("seite=2&", "")
            .replace("seite=3&", "")
    });
    portal.scanned();
    portal.gone();
}

/// Somebody has put all days into one file and sorted it by account, or taken some lines out with a search: no copy and no
/// overlap, and counted twice. Two hosts that share a load are none.
#[test]
fn lines_that_stand_in_two_files_are_said() {
    let mut portal = Portal::new("merged");
    let all: Vec<String> = portal
        .logs
        .iter()
        .flat_map(|(_, lines)| lines.clone())
        .collect();
    let mut sorted = all.clone();
    sorted.sort_by_key(|line| line.split(' ').nth(2).unwrap().to_owned());
    portal.logs.push(("portal-alles.log".to_owned(), sorted));
    let screen = portal.scanned();
    let n = all.len();
    let said = format!(
        "Note of {} accesses in source \"portal\" that were looked at, {n} stand in two files",
        2 * n
    );
    assert!(screen.contains(&said), "{screen}");
    let walked = all.iter().filter(|line| line.contains("pflege009"));
    portal.logs[5] = ("portal-treffer.log".to_owned(), walked.cloned().collect());
    let screen = portal.scanned();
    assert!(
        screen.contains(
            "most of them in protokolle/portal-2021-03-03.log and protokolle/portal-treffer.log"
        ),
        "{screen}"
    );
    let host = |odd: usize| {
        let own = all.iter().enumerate().filter(|(at, _)| at % 2 == odd);
        own.map(|(_, line)| line.clone()).collect::<Vec<String>>()
    };
    portal.logs = vec![
        ("portal-links.log".to_owned(), host(0)),
        ("portal-rechts.log".to_owned(), host(1)),
    ];
    let screen = portal.scanned();
    assert!(!screen.contains("stand in two files"), "{screen}");
    portal.gone();
}

/// An authority has the answer and neither case nor logs: what can be held is held, and it is said what was not.
#[test]
fn an_answer_alone_is_held_against_its_own_digests() {
    let portal = Portal::new("alone");
    portal.scanned();
    let alone = crate::answer::fresh("newcomer-alone-answer");
    for (name, bytes) in crate::answer::bytes(&portal.folder.join("answer")) {
        fs::write(alone.join(name), bytes).unwrap();
    }
    portal.gone();
    let held = run(&["verify", text(&alone)]);
    let said = String::from_utf8_lossy(&held.stdout).into_owned();
    assert_eq!(held.status.code(), Some(4), "{said}");
    assert!(
        said.contains("Checked      13 files of the answer"),
        "{said}"
    );
    assert!(
        said.contains("Not available  case.toml: the case file (SHA-256 "),
        "{said}"
    );
    fs::write(alone.join("subjects.csv"), "subject\n").unwrap();
    let held = run(&["verify", text(&alone)]);
    assert_eq!(held.status.code(), Some(3));
    fs::remove_dir_all(&alone).unwrap();
}
