//! How applications lay out their address books: IDs inside of a segment, scripts that do many things, IDs in JSON or behind
//! semicolons, sessions in the path, versions that change, tenants that count for themselves.

mod proposals;
mod town;

use std::fs;

use crate::answer::{scan, table};
use town::{Town, account, combined, is_the_walk};

/// Numbers that no other part of a line has.
fn number(pupil: usize) -> String {
    (41_000 + pupil).to_string()
}

fn key(pupil: usize) -> String {
    format!("K{}", 2000 + pupil)
}

#[test]
fn an_id_may_have_letters_around_it() {
    let routes = "[[route]]\nname = \"card\"\npath = \"/odata/Contacts('{contact}')\"\nobject = \"contact\"\n\
                  [[route]]\nname = \"list\"\npath = \"/books/book-{book}.json\"\ncontainer = \"book\"\n";
    let mut town = Town::new("around", key, routes);
    let card = |id: &str| format!("/odata/Contacts('{id}')");
    town.ordinary(|class| format!("/books/book-k{class}.json"), card);
    // Brackets and marks may be escaped.
    town.walk(|id| format!("/odata/Contacts%28%27{id}%27%29"));
    // Of another ending, or of none inside, it is another route.
    for (at, target) in [
        "/books/book-k7.xml",
        "/books/book-.json",
        "/odata/Contacts('')",
    ]
    .iter()
    .enumerate()
    {
        town.ask(50_000 + at as u64, &account(0), target, 900);
    }
    is_the_walk(&town.scanned("case.toml"));
    fs::remove_dir_all(&town.folder).unwrap();
}

#[test]
fn a_parameter_tells_which_route_is_asked_for() {
    // One parameter is a contact's and a class's ID, and one script does all.
    let route = |name: &str, method: &str, holder: &str| {
        format!(
            "[[route]]\nname = \"{name}\"\npath = \"/rpc\"\nquery = {{ method = \"{method}\" }}\n{holder} = \"id\"\n"
        )
    };
    let routes = route("card", "getContact", "object") + &route("list", "listClass", "container");
    let mut town = Town::new("rpc", number, &routes);
    let card = |id: &str| format!("/rpc?method=getContact&id={id}");
    town.ordinary(|class| format!("/rpc?id=k{class}&method=listClass"), card);
    town.walk(card);
    // What does something else is none of them.
    town.ask(50_000, &account(0), "/rpc?method=ping&id=41150", 900);
    is_the_walk(&town.scanned("case.toml"));
    let twice = town.routes.replace("listClass", "getContact");
    let case = fs::read_to_string(town.folder.join("case.toml")).unwrap();
    fs::write(
        town.folder.join("twice.toml"),
        case.replace(&town.routes, &twice),
    )
    .unwrap();
    let (code, stderr) = town.ends("twice.toml", "none");
    assert_eq!(code, Some(2), "{stderr}");
    assert!(
        stderr.contains("tell them apart by method, path or query"),
        "{stderr}"
    );
    fs::remove_dir_all(&town.folder).unwrap();
}

#[test]
fn an_id_may_stand_in_json() {
    let routes = "[[route]]\nname = \"card\"\npath = \"/graphql\"\nobject = \"variables.id\"\ncontainer = \
                  \"variables.classId\"\n";
    let mut town = Town::new("graphql", number, routes);
    let card =
        |id: &str| format!("/graphql?operationName=Card&variables=%7B%22id%22%3A%22{id}%22%7D");
    let list = |class: usize| {
        format!("/graphql?operationName=List&variables={{%22classId%22:%22k{class}%22}}")
    };
    town.ordinary(list, card);
    // A number is an ID as well.
    town.walk(|id| format!("/graphql?operationName=Card&variables=%7B%22id%22%3A{id}%7D"));
    is_the_walk(&town.scanned("case.toml"));
    fs::remove_dir_all(&town.folder).unwrap();
}

#[test]
fn every_id_of_a_list_counts_whatever_joins_them() {
    let routes = "[[route]]\nname = \"card\"\npath = \"/batch/{contact}\"\nobject = \"contact\"\n\
                  [[route]]\nname = \"list\"\npath = \"/books/{book}\"\ncontainer = \"book\"\n\
                  [[route]]\nname = \"many\"\npath = \"/many\"\nobject = \"ids\"\n";
    let mut town = Town::new("joined", number, routes);
    // A version or a parameter of the path is no ID.
    let card = |id: &str| format!("/batch/{id};1");
    town.ordinary(|class| format!("/books/k{class};v2;jsessionid=7"), card);
    let ids = |from: usize, mark: &str| {
        let ids: Vec<String> = (from..from + 10).map(|at| number(60 + at)).collect();
        ids.join(mark)
    };
    let marks = [
        ("/batch/", ";"),
        ("/many?ids=", ";"),
        ("/many?ids=", "+"),
        ("/many?ids=[", ","),
    ];
    for (at, (before, mark)) in marks.into_iter().enumerate() {
        let end = if before.ends_with('[') { "]" } else { "" };
        let target = format!("{before}{}{end}", ids(at * 10, mark));
        town.ask(158_400 + at as u64, &account(0), &target, 4200);
    }
    is_the_walk(&town.scanned("case.toml"));
    fs::remove_dir_all(&town.folder).unwrap();
}

/// The session stands in the path, behind a semicolon; the line names nobody.
fn with_session(second: u64, who: &str, target: &str, bytes: usize) -> String {
    let pupil = (0..180).find(|pupil| account(*pupil) == who).unwrap();
    let (path, query) = target.split_once('?').unwrap();
    let target = format!("{path};jsessionid=s{:024x}?{query}", pupil * 77_777);
    combined(second, "-", &target, bytes)
}

#[test]
fn a_session_in_the_path_names_the_account() {
    let routes = "[[route]]\nname = \"card\"\npath = \"/irj/view.do\"\nobject = \"contactId\"\n\
                  [[route]]\nname = \"list\"\npath = \"/irj/list.do\"\ncontainer = \"class\"\n";
    let mut town = Town::new("session", number, routes).written(with_session);
    town.keys.1 = "account = \"query:jsessionid\"".to_owned();
    let card = |id: &str| format!("/irj/view.do?contactId={id}");
    town.ordinary(|class| format!("/irj/list.do?class=k{class}"), card);
    town.walk(card);
    is_the_walk(&town.scanned("case.toml"));
    let proposed = town.proposed();
    assert!(
        proposed.contains("account = \"query:jsessionid\""),
        "{proposed}"
    );
    is_the_walk(&town.scanned("proposed.toml"));
    fs::remove_dir_all(&town.folder).unwrap();
}

#[test]
fn names_of_parameters_follow_ignore_case() {
    let routes = "[[route]]\nname = \"card\"\npath = \"/contact.aspx\"\nobject = \"id\"\n\
                  [[route]]\nname = \"list\"\npath = \"/book.asmx/List\"\ncontainer = \"classId\"\n";
    let mut town = Town::new("cases", number, routes);
    town.keys.0 = "ignore_case = true".to_owned();
    town.ordinary(
        |class| format!("/Book.asmx/list?classID=k{class}"),
        |id| format!("/contact.aspx?id={id}"),
    );
    town.walk(|id| format!("/Contact.aspx?ID={id}"));
    is_the_walk(&town.scanned("case.toml"));
    fs::remove_dir_all(&town.folder).unwrap();
}

const CARDS: &str = "[[route]]\nname = \"card\"\npath = \"/v1/contacts/{contact}\"\nobject = \"contact\"\n\
                     [[route]]\nname = \"list\"\npath = \"/books/{book}\"\ncontainer = \"book\"\n";

#[test]
fn a_job_every_twenty_minutes_is_no_sample_of_one_every_ten() {
    for every in [1200, 1800, 3600] {
        let mut town = Town::new(&format!("job-{every}"), number, CARDS);
        (town.days, town.every) = (10, every);
        let card = |id: &str| format!("/v1/contacts/{id}");
        town.ordinary(|class| format!("/books/k{class}"), card);
        town.walk(card);
        is_the_walk(&town.scanned("case.toml"));
        fs::remove_dir_all(&town.folder).unwrap();
    }
}

#[test]
fn a_job_whose_lines_fall_to_two_nodes_is_no_sample() {
    let mut town = Town::new("nodes", number, CARDS);
    let card = |id: &str| format!("/v1/contacts/{id}");
    town.ordinary(|class| format!("/books/k{class}"), card);
    town.walk(card);
    town.write();
    let log = fs::read_to_string(town.folder.join("logs/access.log")).unwrap();
    let mut nodes = [String::new(), String::new()];
    for (at, line) in log.split_inclusive('\n').enumerate() {
        nodes[((at * 2_654_435_761) >> 7) % 2].push_str(line);
    }
    let case = fs::read_to_string(town.folder.join("case.toml")).unwrap();
    let (before, source) = case.split_at(case.find("[[source]]").unwrap());
    let (source, rest) = source.split_at(source.find("[[route]]").unwrap());
    let sources = ["a", "b"].map(|name| {
        let named = source.replace("\"edge\"", &format!("\"{name}\""));
        named.replace("logs/access.log", &format!("logs/{name}.log"))
    });
    fs::write(town.folder.join("logs/a.log"), &nodes[0]).unwrap();
    fs::write(town.folder.join("logs/b.log"), &nodes[1]).unwrap();
    let both = format!("{before}{}{rest}", sources.concat());
    fs::write(town.folder.join("both.toml"), both).unwrap();
    let out = town.folder.join("both");
    scan(&town.folder.join("both.toml"), &out, &[]);
    is_the_walk(&out);
    // One of them alone lacks half of the lines.
    let one = format!("{before}{}{rest}", sources[0]);
    fs::write(town.folder.join("one.toml"), one).unwrap();
    let out = town.folder.join("one");
    scan(&town.folder.join("one.toml"), &out, &[]);
    let rows = table(&out.join("controllers.csv"));
    assert!(
        rows.iter().all(|row| row["reasons"].contains("SAMPLED")),
        "{rows:?}"
    );
    fs::remove_dir_all(&town.folder).unwrap();
}

/// Reasons for which school t is left open after two weeks in which everybody reads, from the eighth day on by another
/// route, or no longer; and whether the answer says that another route took over.
fn moved(name: &str, after: Option<&str>) -> (String, bool) {
    let routes = format!(
        "{CARDS}[[route]]\nname = \"new\"\npath = \"/v2/contacts/{{contact}}\"\nobject = \"contact\"\n"
    );
    let mut town = Town::new(name, number, &routes);
    town.days = 14;
    for day in 0..14 {
        let route = if day < 7 { Some("v1") } else { after };
        let card = |id: &str| match route {
            Some(route) => format!("/{route}/contacts/{id}"),
            None => "/style.css".to_owned(),
        };
        town.day(day, &|class| format!("/books/k{class}"), &card);
    }
    let out = town.scanned("case.toml");
    let rows = table(&out.join("controllers.csv"));
    let findings = fs::read_to_string(out.join("findings.json")).unwrap();
    fs::remove_dir_all(&town.folder).unwrap();
    let said = findings.matches("taken for a version that took it over");
    let said = said.count();
    assert!(said <= 2, "once for each route");
    (rows[2]["reasons"].clone(), said > 0)
}

#[test]
fn requests_that_go_by_a_new_version_are_not_missing() {
    assert_eq!(moved("moved", Some("v2")), (String::new(), true));
    // Where no route of the case takes them over, they are.
    assert_eq!(moved("vanished", None), ("GAP".to_owned(), false));
}

#[test]
fn ids_that_every_tenant_counts_are_refused() {
    let mut town = Town::new("tenants", |pupil| (pupil % 60).to_string(), CARDS);
    let card = |id: &str| format!("/v1/contacts/{id}");
    town.ordinary(|class| format!("/books/k{class}"), card);
    town.write();
    let (code, stderr) = town.ends("case.toml", "none");
    assert_eq!(code, Some(2), "{stderr}");
    assert!(
        stderr.contains("60 of 60 IDs stand for different data subjects of different controllers"),
        "{stderr}"
    );
    // A file that two schools share is no way of counting.
    let objects = fs::read_to_string(town.folder.join("objects.csv")).unwrap();
    let own: Vec<String> = objects
        .lines()
        .enumerate()
        .map(|(at, line)| match at {
            0 | 61..=64 => line.to_owned(),
            at => format!("x{at}{}", &line[line.find(',').unwrap()..]),
        })
        .collect();
    fs::write(
        town.folder.join("objects.csv"),
        own.join("\n").replace("x1,", "0,"),
    )
    .unwrap();
    let (code, stderr) = town.ends("case.toml", "none");
    assert_eq!(code, Some(0), "{stderr}");
    // Files of which each shows several persons of several schools are none either.
    let files: Vec<String> = objects
        .lines()
        .enumerate()
        .map(|(at, line)| match at {
            0 => line.to_owned(),
            at => format!("{}{}", at % 30, &line[line.find(',').unwrap()..]),
        })
        .collect();
    fs::write(town.folder.join("objects.csv"), files.join("\n")).unwrap();
    let (code, stderr) = town.ends("case.toml", "files");
    assert_eq!(code, Some(0), "{stderr}");
    fs::remove_dir_all(&town.folder).unwrap();
}
