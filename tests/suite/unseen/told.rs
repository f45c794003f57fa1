//! Lines that are none, and slips in a case, are told; lines that only end otherwise are read.

use super::*;

/// Lines that end in a carriage return alone are lines, and their offsets hold in the file.
#[test]
fn lines_that_end_in_a_carriage_return_alone() {
    let content = lines(Asked::combined).replace('\n', "\r");
    is_whole("returns", "access.log", content.as_bytes());
    let (_, input, out) = proposed("returns", "access.log", content.as_bytes());
    assert_eq!(input["packing"], "cr-line-ends", "{input:#}");
    let log = out
        .parent()
        .expect("the case's folder")
        .join("logs/access.log");
    for (line, one) in succeed(&["records", text(&log)]).lines().zip(asked()) {
        let read: Value = serde_json::from_str(line).expect("JSON");
        let offset = read["offset"].as_u64().expect("an offset") as usize;
        assert!(content[offset..].starts_with(&one.combined()), "{line}");
    }
}

/// A line that holds the beginning of a second one is told as not read: neither request is lent the other's account.
#[test]
fn two_lines_in_one_are_none() {
    let all = asked();
    let whole: Vec<String> = all.iter().map(Asked::combined).collect();
    let mut glued = whole.clone();
    // The writer was stopped within a request line, and within an agent.
    for (at, cut) in [(20, 70), (60, whole[60].len() - 8)] {
        glued[at] = format!("{}{}", &whole[at][..cut], whole[at + 1]);
        glued[at + 1] = String::new();
    }
    // One line end lost its line feed.
    glued[100] = format!("{}\r{}", whole[100], whole[101]);
    glued[101] = String::new();
    let kept: Vec<String> = glued.into_iter().filter(|line| !line.is_empty()).collect();
    let (case, input, out) = proposed("glued", "access.log", (kept.join("\n") + "\n").as_bytes());
    assert_eq!(input["parsed"], REQUESTS - 6, "{input:#}\n{case}");
    assert_eq!(input["rejected_by_reason"]["shape"], 3, "{input:#}");
    let rejected: Vec<String> = table(&out.join("rejects.csv"))
        .into_iter()
        .map(|row| row["line"].clone())
        .collect();
    assert_eq!(rejected, ["21", "60", "99"]);
}

/// The rest of a line whose beginning is in another file is no request of an address that never was.
#[test]
fn the_rest_of_a_line_is_no_client() {
    let content = lines(Asked::combined);
    let cut = content.find("ola.example").expect("a user");
    let (_, input, out) = proposed("rest", "access.log", &content.as_bytes()[cut..]);
    assert_eq!(input["parsed"], REQUESTS - 1, "{input:#}");
    assert_eq!(table(&out.join("rejects.csv"))[0]["line"], "1");
}

/// What cannot be read is told with its beginning and the columns that it has.
#[test]
fn what_is_unknown_is_told_with_its_beginning() {
    let folder = fresh("unseen-unknown");
    fs::create_dir(folder.join("logs")).expect("a folder");
    fs::write(folder.join("logs/a.csv"), "what;ever;is;written\nx;y;z;w\n").expect("a file");
    let init = run(&[
        "init",
        "--yes",
        text(&folder.join("logs/a.csv")),
        "--out",
        text(&folder.join("case.toml")),
    ]);
    assert_eq!(init.status.code(), Some(1));
    let said = String::from_utf8_lossy(&init.stderr).into_owned();
    assert!(
        said.contains("which begin `what;ever;is;written`"),
        "{said}"
    );
    assert!(
        said.contains("the first line has the columns `what`, `ever`, `is`, `written`"),
        "{said}"
    );
    assert!(!folder.join("case.toml").exists());
}

/// A slip in `fields` is told: what it was to name would be missing in silence, and a number that is no stamp is never 1970.
#[test]
fn slips_in_a_field_map_are_told() {
    let content = objects(
        |a| json!({"t": a.epoch(), "ip": a.client, "usr": a.account, "m": "GET", "u": a.target(), "outcome": a.status, "took": 0.4}),
    );
    let (case, _, out) = proposed("slips", "access.log", content.as_bytes());
    let folder = out.parent().expect("the case's folder");
    let scan = |name: &str, from: &str, to: &str| {
        let changed = case.replace(from, to);
        assert_ne!(changed, case, "{case}");
        let file = folder.join(format!("{name}.toml"));
        fs::write(&file, changed).expect("a case");
        let ran = run(&["scan", text(&file), "--out", text(&folder.join(name))]);
        let said = format!(
            "{}{}",
            String::from_utf8_lossy(&ran.stdout),
            String::from_utf8_lossy(&ran.stderr)
        );
        (
            ran.status.code(),
            said.split_whitespace().collect::<Vec<_>>().join(" "),
        )
    };
    let (code, said) = scan("status", "status = \"outcome\"", "status = \"outcomes\"");
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("`status` is to be \"outcomes\", which no line"),
        "{said}"
    );
    assert!(said.contains("did you mean \"outcome\"?"), "{said}");
    let (code, said) = scan("time", "time = \"t\"", "time = \"took\"");
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("none of its 240 lines could be read as json"),
        "{said}"
    );
}
