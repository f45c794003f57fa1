//! Tables as spreadsheets and databases write them: read right, or refused with what to do.

use std::fs;

use super::Portal;
use crate::answer::{bytes, run, text};

const TABLES: [&str; 6] = [
    "controllers.csv",
    "units.csv",
    "grants.csv",
    "accounts.csv",
    "objects.csv",
    "members.csv",
];

/// The answer's files but for those that hold digests of the tables.
fn answer(portal: &Portal) -> Vec<Vec<u8>> {
    let mut files = bytes(&portal.folder.join("answer"));
    files.retain(|name, _| !name.starts_with("manifest") && name != "report.html");
    files.into_values().collect()
}

fn wide(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
    format!("\u{feff}{text}")
        .encode_utf16()
        .flat_map(order)
        .collect()
}

/// How a table is written again.
type Way<'w> = &'w dyn Fn(&str) -> Vec<u8>;

/// Semicolons, tabs, marks, UTF-16, carriage returns, `sep=`, empty rows and columns behind the table.
#[test]
fn tables_out_of_a_spreadsheet_are_read() {
    let portal = Portal::new("plain-tables");
    portal.scanned();
    let plain = answer(&portal);
    portal.gone();
    let semicolons = |rows: &str| rows.replace(',', ";").replace('\n', "\r\n");
    let ways: [(&str, Way<'_>); 7] = [
        ("mark", &|rows| {
            format!("\u{feff}{}", semicolons(rows)).into_bytes()
        }),
        ("sep", &|rows| {
            format!("sep=;\r\n{}", semicolons(rows)).into_bytes()
        }),
        ("mark-sep", &|rows| {
            format!("\u{feff}sep=;\r\n{}", semicolons(rows)).into_bytes()
        }),
        ("tabs", &|rows| rows.replace(',', "\t").into_bytes()),
        ("unicode-text", &|rows| {
            wide(&rows.replace(',', "\t"), u16::to_le_bytes)
        }),
        ("wide", &|rows| wide(&semicolons(rows), u16::to_be_bytes)),
        ("empties", &|rows| {
            let columns = rows.lines().next().unwrap().split(',').count();
            let rows: String = rows.lines().map(|line| format!("{line},,\n")).collect();
            (rows + &format!("{}\n", ",".repeat(columns + 1)).repeat(30)).into_bytes()
        }),
    ];
    for (name, way) in ways {
        let mut portal = Portal::new(&format!("tables-{name}"));
        TABLES.iter().for_each(|table| portal.table(table, way));
        portal.scanned();
        assert!(answer(&portal) == plain, "{name}");
        // And `init` takes them for tables.
        let proposed = portal.folder.join("proposed.toml");
        let logs = portal.folder.join("protokolle");
        let output = run(&[
            "init",
            text(&logs),
            "--directory",
            text(&portal.folder),
            "--out",
            text(&proposed),
        ]);
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let said = fs::read_to_string(&proposed).unwrap();
        for table in TABLES {
            assert!(
                said.contains(&format!("= \"{table}\"")),
                "{name}: {table}\n{said}"
            );
        }
        portal.gone();
    }
}

/// Words for true and false, and ends in the far future.
#[test]
fn words_for_true_and_days_without_end_are_read() {
    let portal = Portal::new("plain-words");
    portal.scanned();
    let plain = answer(&portal);
    portal.gone();
    for (yes, no) in [
        ("WAHR", "FALSCH"),
        ("ja", "nein"),
        ("SANT", "FALSKT"),
        ("t", "f"),
        ("Y", "N"),
    ] {
        let mut portal = Portal::new("words");
        portal.table("objects.csv", |rows| {
            rows.replace("true", yes).replace("false", no).into_bytes()
        });
        portal.scanned();
        assert!(answer(&portal) == plain, "{yes}");
        portal.gone();
    }
    for until in ["9999-12-31 23:59:59", "9999-12-31", "2999-12-31T00:00:00Z"] {
        let mut portal = Portal::new("ends");
        portal.table("grants.csv", |rows| {
            let (header, rows) = rows.split_once('\n').unwrap();
            let rows: String = rows
                .lines()
                .map(|line| format!("{line},1900-01-01,{until}\n"))
                .collect();
            format!("{header},from,until\n{rows}").into_bytes()
        });
        let screen = portal.scanned();
        assert!(screen.contains("pflege009 enumeration 1"), "{screen}");
        portal.gone();
    }
}

/// What cannot be read is refused once, with what to do.
#[test]
fn tables_that_a_spreadsheet_spoilt_are_refused() {
    let refused = |table: &str, change: &dyn Fn(&str) -> Vec<u8>| {
        let mut portal = Portal::new("spoilt");
        portal.table(table, change);
        let said = portal.refused();
        portal.gone();
        said
    };
    let said = refused("objects.csv", &|rows| {
        format!("Export Fälle 01.03.2021;;;;;\n\n{}", rows.replace(',', ";")).into_bytes()
    });
    assert!(
        said.ends_with(
            "objects.csv:1: the first row is no header; the columns' names stand on line 3; take out what stands above them"
        ),
        "{said}"
    );
    let cells = [
        (
            "1,23457E+11",
            "is a number that a spreadsheet has shortened; its digits are lost",
        ),
        (
            "1.23457E+11",
            "is a number that a spreadsheet has shortened; its digits are lost",
        ),
        ("=\"\"0001200\"\"", "is a formula; write the bare ID"),
    ];
    for (cell, why) in cells {
        let said = refused("objects.csv", &|rows| {
            rows.replace("\n0001200,", &format!("\n\"{cell}\","))
                .into_bytes()
        });
        assert!(
            said.contains("objects.csv:2: column \"object\": ") && said.contains(why),
            "{said}"
        );
    }
    // One subject for all whom a look-up did not find would count as one person.
    for cell in ["#N/A", "#NV", "#REF!", "NULL", "\\N"] {
        let said = refused("objects.csv", &|rows| {
            rows.replace(",P12,", &format!(",{cell},")).into_bytes()
        });
        assert!(
            said.contains("objects.csv:14: column \"subject\": "),
            "{said}"
        );
    }
    let said = refused("grants.csv", &|rows| {
        rows.replace("role,unit\n", "role,unit,\n")
            .replace(",pflege,H1-CHIR\n", ",pflege,H1-CHIR,x\n")
            .replace("INN\n", "INN,\n")
            .replace("CHIR\n", "CHIR,\n")
            .into_bytes()
    });
    assert!(
        said.contains("grants.csv:2: a cell of a column without a name is not empty"),
        "{said}"
    );
}

/// Paths as Windows writes them, a folder for its files, a case in UTF-16, a log for a case.
#[test]
fn slips_in_the_case_file_say_what_to_write() {
    let told = |from: &str, to: &str| {
        let mut portal = Portal::new("paths");
        portal.rewrite(from, to);
        let (code, said, _) = portal.tried();
        assert_ne!(code, 0);
        portal.gone();
        said
    };
    let files = "\"protokolle/portal-*.log\"";
    for (written, wanted) in [
        (
            "\"protokolle\\portal-*.log\"",
            "a backslash begins an escape: write / between folders",
        ),
        ("'protokolle\\portal-*.log'", "write / between folders"),
        ("\"protokolle\\new-*.log\"", "write / between folders"),
        ("\"protokolle\"", "it is a folder: write /* behind it"),
        ("\"Protokolle/portal-*.log\"", "capitals count"),
    ] {
        let said = told(files, written);
        assert!(
            said.contains(wanted) && said.contains("case.toml:7"),
            "{said}"
        );
    }
    let said = told(
        "path = \"/portal/faelle/{fall}/befund\"",
        "path = “/portal/faelle/{fall}/befund”",
    );
    assert!(
        said.contains("quotation marks must be straight ones"),
        "{said}"
    );
    let said = told("[[route]]", "[route]");
    assert!(
        said.contains("headings that stand several times are written [[source]], [[route]]"),
        "{said}"
    );
    let portal = Portal::new("wide-case");
    portal.write();
    let case = portal.folder.join("case.toml");
    fs::write(&case, wide(&portal.case, u16::to_le_bytes)).unwrap();
    let out = portal.folder.join("answer");
    let said = |case: &std::path::Path| {
        let output = run(&["scan", text(case), "--out", text(&out)]);
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    assert!(said(&case).contains("the case file is UTF-16"));
    let log = portal.folder.join("protokolle/portal-2021-03-01.log");
    assert!(said(&log).contains("it looks like a log: `breachscope init` proposes a case for it"));
    portal.gone();
}
