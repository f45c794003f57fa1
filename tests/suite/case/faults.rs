//! Every complaint is a case: the good folder, one change, the exact message. Changes that can be
//! shown as text stand in the `*.txt` beside this file, bytes that are no text here.

use breachscope::case;

use super::{CASE, Folder, changed, tables, with_table};

/// A block of `case/*.txt`: the lines of each mark, joined.
fn blocks(text: &str) -> Vec<impl Fn(char) -> String> {
    let parts = text.split("\n\n").skip(1);
    parts
        .map(|block| {
            move |mark: char| {
                let lines = block.lines().filter_map(move |l| l.strip_prefix(mark));
                let lines: Vec<&str> = lines.map(|l| l.strip_prefix(' ').unwrap_or(l)).collect();
                lines.join("\n")
            }
        })
        .collect()
}

#[test]
fn every_fault_of_a_case_file_is_told_with_its_line() {
    let blocks = blocks(include_str!("complaints.txt"));
    assert_eq!(blocks.len(), 80);
    for block in &blocks {
        let (from, to) = (block('-'), block('+'));
        let told = changed(&from, &to).err();
        assert_eq!(told, Some(block('=')), "{from:?} -> {to:?}");
    }
}

#[test]
fn every_fault_of_a_table_is_told_with_its_line() {
    let blocks = blocks(include_str!("tables.txt"));
    assert_eq!(blocks.len(), 21);
    for block in &blocks {
        let content = block('+') + "\n";
        let told = with_table(&block('@'), content.as_bytes()).err();
        assert_eq!(told, Some(block('=')), "{content:?}");
    }
}

#[test]
fn a_case_needs_its_sections() {
    let told = |case: &[u8]| Folder::new(case, &[]).load().err().unwrap_or_default();
    assert_eq!(
        told(b""),
        "case.toml: the case file has no \"case\"; add it: a heading [case] with an id below it"
    );
    assert_eq!(
        told(b"[case]\nid = \"a\"\n"),
        "case.toml: there is no [[route]]; describe each kind of request that discloses data under \
         a heading [[route]] with name and path"
    );
    assert_eq!(
        told(b"[case]\nid = \"a\"\n[[route]]\nname = \"r\"\npath = \"/r\"\n"),
        "case.toml: there is no [[source]]; describe each log stream under a heading [[source]] \
         with name and files"
    );
    assert_eq!(
        told(b"[case]\nid = \"a\"\n[route]\nname = \"r\"\npath = \"/r\"\n"),
        "case.toml:3: the case file, route: expected a list, found a table; write the heading as \
         [[route]]"
    );
    assert_eq!(
        told(b"[case]\nid = \"\xff\"\n"),
        "case.toml:2: the case file is not UTF-8; save it again as UTF-8"
    );
    let missing = case::load(std::path::Path::new("no/such/case.toml"));
    assert_eq!(
        missing.err().map(|problem| problem.to_string()).as_deref(),
        Some(
            "no/such/case.toml: cannot read the case file: No such file or directory (os error 2); \
             name the path of a case.toml"
        )
    );
}

#[test]
fn bytes_that_are_no_text_are_told_with_their_column() {
    let told = |bytes: &[u8]| with_table("sessions.csv", bytes).err().unwrap_or_default();
    assert_eq!(
        told(b"session,account\ns1,a\ns2,\xe5\n"),
        "sessions.csv:3: column \"account\": the cell is not UTF-8; save the file again as UTF-8"
    );
    assert_eq!(
        told(b"session,acc\xe5unt\n"),
        "sessions.csv:1: the header is not UTF-8; save the file again as UTF-8"
    );
    assert_eq!(
        told(b"\xff\xfes\0e"),
        "sessions.csv:1: the file is UTF-16 and ends or breaks off within a character; save the file again as UTF-8"
    );
    assert_eq!(
        told(b""),
        "sessions.csv:1: the file has no header; write the names of the columns into the first row"
    );
}

#[test]
fn lines_are_counted_through_blank_lines_crlf_and_quoted_breaks() {
    let told = |text: &str| {
        with_table("grants.csv", text.as_bytes())
            .err()
            .unwrap_or_default()
    };
    let unknown = |line: usize| {
        format!(
            "grants.csv:{line}: column \"unit\": \"nowhere\" is no known unit; add it to the table of units or correct it"
        )
    };
    assert_eq!(told("account,role,unit\n\n\r\n\na,t,nowhere\n"), unknown(5));
    assert_eq!(
        told("account,role,unit\r\na,t,city\r\na,t,nowhere"),
        unknown(3)
    );
    assert_eq!(
        told("account,role,unit\na,\"t\nu\",city\na,t,nowhere\n"),
        unknown(4)
    );
    assert_eq!(told("\u{feff}account,role,unit\na,t,nowhere\n"), unknown(2));
}

#[test]
fn twenty_complaints_are_kept_and_the_rest_is_counted() {
    let rows = "s,\n".repeat(23);
    let folder = with_table(
        "sessions.csv",
        format!("session,account\n{rows}").as_bytes(),
    );
    let told = folder.err().unwrap_or_default();
    assert_eq!(told.lines().count(), 21);
    assert!(
        told.lines()
            .nth(19)
            .is_some_and(|l| l.starts_with("sessions.csv:21: "))
    );
    assert!(told.ends_with("\nand 3 more"));
}

#[test]
fn routes_that_differ_only_in_case_are_the_same_where_case_is_ignored() {
    let path = "path = \"/api/v2/addressbooks/{book}/\"";
    let twin = "path = \"/API/v2/addressbooks/{book}/contacts/{c}\"";
    assert!(changed(path, twin).is_ok());
    let ignoring = CASE.replace(
        "[[source]]\nname = \"edge\"",
        "ignore_case = true\n[[source]]\nname = \"edge\"",
    );
    let told = Folder::new(ignoring.replace(path, twin).as_bytes(), &tables()).load();
    let told = told.err().unwrap_or_default();
    assert!(
        told.contains("matches the same requests as \"contact\""),
        "{told}"
    );
}
