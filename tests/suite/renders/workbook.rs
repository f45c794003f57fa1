//! The workbook: its cells are the answer's, typed; IDs stay text; nothing in it is a formula or a link.

use super::xlsx::{Book, Cell, Sheet};
use super::*;
use crate::html::hostile::hostile;

/// Sheets that are tables of the answer, by their English names.
const COPIES: [(&str, &str); 6] = [
    ("Controllers", "controllers.csv"),
    ("Accounts", "accounts.csv"),
    ("Data subjects", "subjects.csv"),
    ("Bounds", "bounds.csv"),
    ("Exposure ladder", "ladder.csv"),
    ("Coverage by hour", "coverage.csv"),
];

/// Columns whose cells are text whatever they look like.
const IDS: [&str; 4] = ["controller", "account", "subject", "account_ids"];
const TIMES: [&str; 3] = ["first_seen", "last_seen", "hour"];

fn number(cell: &str) -> Option<f64> {
    cell.parse().ok()
}

/// Days since the last of 1899 and a half, as spreadsheets count.
fn serial(time: &str) -> f64 {
    let at = chrono::DateTime::parse_from_rfc3339(time).expect("a time");
    let day = chrono::NaiveDate::from_ymd_opt(1899, 12, 30).expect("a day");
    let start = day.and_hms_opt(0, 0, 0).expect("a time").and_utc();
    at.signed_duration_since(start).num_milliseconds() as f64 / 86_400_000.0
}

/// The sheet's rows are those of the table; small counts of protected persons apart.
fn check(sheet: &Sheet, csv: &Path) {
    let mut reader = csv::Reader::from_path(csv).expect("the table");
    let names: Vec<String> = reader
        .headers()
        .expect("a head")
        .iter()
        .map(str::to_owned)
        .collect();
    let text = |cell: &Cell| match cell {
        Cell::Text(text) => text.clone(),
        other => panic!("{other:?} in a head"),
    };
    let second: Vec<String> = sheet.rows[1].iter().map(text).collect();
    assert_eq!(second, names, "{}", sheet.name);
    for (head, name) in sheet.rows[0].iter().zip(&names) {
        let utc = text(head).ends_with("(UTC)");
        assert_eq!(utc, TIMES.contains(&name.as_str()), "{name}");
    }
    let protected = names
        .iter()
        .position(|name| name == "protected")
        .filter(|_| csv.ends_with("subjects.csv"));
    let records = reader.records().map(|record| record.expect("a row"));
    let wanted: Vec<csv::StringRecord> = records
        .filter(|record| protected.is_none_or(|at| &record[at] == "false"))
        .collect();
    assert_eq!(sheet.rows.len() - 2, wanted.len(), "{}", sheet.name);
    for (row, record) in sheet.rows[2..].iter().zip(&wanted) {
        for (at, (name, cell)) in names.iter().zip(record).enumerate() {
            let own = row.get(at).cloned().unwrap_or(Cell::Empty);
            let fine = match &own {
                Cell::Empty => cell.is_empty(),
                Cell::Text(text) if name.contains("protected") => {
                    text == cell || text == "<5" || text == "withheld"
                }
                Cell::Text(text) => {
                    text == cell && (number(cell).is_none() || IDS.contains(&name.as_str()))
                }
                Cell::Flag(flag) => cell == flag.to_string(),
                Cell::Number(n) if TIMES.contains(&name.as_str()) => {
                    (n - serial(cell)).abs() < 1e-8
                }
                Cell::Number(n) => !IDS.contains(&name.as_str()) && number(cell) == Some(*n),
            };
            assert!(fine, "{}: {name}: {own:?} is not {cell:?}", sheet.name);
        }
    }
}

/// Nothing in the workbook would run, load or lead away.
fn harmless(book: &Book) {
    for (name, xml) in &book.parts {
        for never in [
            "<f>",
            "<f ",
            "hyperlink",
            "TargetMode=\"External\"",
            "macro",
            "ddeLink",
            "externalLink",
        ] {
            assert!(!xml.contains(never), "{name}: {never}");
        }
    }
}

#[test]
fn its_cells_are_the_answers_typed() {
    for answer in [captured("cells"), register("cells-b")] {
        let book = Book::open(&render(&answer, &["--format", "xlsx"], "book.xlsx"));
        for (sheet, file) in COPIES {
            check(book.sheet(sheet), &answer.join(file));
        }
        harmless(&book);
        for sheet in &book.sheets[1..] {
            assert!(sheet.xml.contains("state=\"frozen\""), "{}", sheet.name);
            assert!(
                sheet.xml.contains("<autoFilter ref=\"A2:"),
                "{}",
                sheet.name
            );
        }
        // The sentences are those of the page, the digests those of the manifest.
        let page = succeed(&["report", text(&answer)]);
        let front = &book.sheet("Answer").rows;
        let sentences: Vec<&String> = front
            .iter()
            .filter(|row| row.len() == 3 && matches!(&row[0], Cell::Text(part) if part == "How many data subjects" || part == "When"))
            .map(|row| match &row[1] {
                Cell::Text(text) => text,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(sentences.len(), 2);
        for sentence in sentences {
            assert!(page.contains(sentence.as_str()), "{sentence}");
        }
        let text = book.text();
        for list in ["inputs", "outputs", "tables"] {
            for file in json(&answer.join("manifest.json"))[list]
                .as_array()
                .expect("files")
            {
                assert!(
                    text.contains(file["sha256"].as_str().expect("a digest")),
                    "{file}"
                );
            }
        }
    }
}

#[test]
fn three_languages_have_the_same_cells_under_their_own_heads() {
    let answer = captured("languages");
    let books = LANGUAGES.map(|language| {
        let flags = ["--format", "xlsx", "--lang", language];
        Book::open(&render(&answer, &flags, &format!("{language}.xlsx")))
    });
    let controllers = ["Controllers", "Personuppgiftsansvariga", "Dataansvarlige"];
    let first = [
        ("Controller", "en"),
        ("Personuppgiftsansvarig", "sv"),
        ("Dataansvarlig", "da"),
    ];
    for ((book, name), (head, language)) in books.iter().zip(controllers).zip(first) {
        let sheet = book.sheet(name);
        assert_eq!(sheet.rows[0][0], Cell::Text(head.to_owned()), "{language}");
        assert_eq!(
            sheet.rows[1..],
            books[0].sheet("Controllers").rows[1..],
            "{language}"
        );
    }
    for term in ["registrerad", "personuppgiftsincident"] {
        assert!(books[1].text().to_lowercase().contains(term), "{term}");
    }
    for term in ["den registrerede", "brud på persondatasikkerheden"] {
        assert!(books[2].text().to_lowercase().contains(term), "{term}");
    }
}

#[test]
fn ids_that_look_like_numbers_or_formulas_stay_text() {
    let folder = fresh("renders-ids");
    let write = |file: &str, text: &str| fs::write(folder.join(file), text).expect("writable");
    fs::create_dir_all(folder.join("logs")).expect("a folder");
    let case = root().join("tests/cases/spreadsheet-formulas/case.toml");
    let case = fs::read_to_string(case)
        .expect("the case")
        .replace("members = \"members.csv\"\n", "");
    write("case.toml", &case);
    write(
        "controllers.csv",
        "controller,name\n007,=1+1\n1E5,@SUM(A1)\n",
    );
    write(
        "units.csv",
        "unit,parent,controller,name,kind\nu1,,007,One,school\nu2,,1E5,Two,school\n",
    );
    write("grants.csv", "account,role,unit\n0815,teacher,u1\n");
    let mut objects = "object,kind,unit,subject,protected,child\n".to_owned();
    let mut log = String::new();
    let subjects = [
        "007",
        "1E5",
        "+4670",
        "-12.5",
        "=HYPERLINK(1)",
        "_x0041_",
        "2021-03-04",
        "TRUE",
        "12345678901234567890",
    ];
    for n in 0..45 {
        let subject = subjects
            .get(n)
            .map_or(format!("s{n}"), |one| (*one).to_owned());
        objects.push_str(&format!("c{n},contact,u2,{subject},false,true\n"));
        log.push_str(&format!(
            "192.0.2.1 - 0815 [04/Mar/2021:05:00:{n:02} +0000] \"GET /books/b/contacts/c{n} HTTP/1.1\" 200 200 \"-\" \"x\"\n"
        ));
    }
    write("objects.csv", &objects);
    write("logs/access.log", &log);
    let answer = folder.join("answer");
    scan(&folder.join("case.toml"), &answer, &["--quiet"]);
    let book = Book::open(&render(&answer, &["--format", "xlsx"], "book.xlsx"));
    harmless(&book);
    for (sheet, file) in COPIES {
        check(book.sheet(sheet), &answer.join(file));
    }
    let first = |name: &str| -> BTreeSet<String> {
        let rows = book.sheet(name).rows[2..].iter();
        let texts = rows.map(|row| match &row[0] {
            Cell::Text(text) => text.trim_start_matches('\'').to_owned(),
            other => panic!("{name}: {other:?} is an ID"),
        });
        texts.collect()
    };
    for subject in subjects {
        assert!(
            first("Data subjects").contains(subject),
            "{subject} in {:?}",
            first("Data subjects")
        );
    }
    assert!(first("Controllers").is_superset(&["007".to_owned(), "1E5".to_owned()].into()));
    assert_eq!(first("Accounts"), ["0815".to_owned()].into());
}

#[test]
fn hostile_names_stay_names_in_every_format() {
    let folder = hostile("renders-hostile");
    let answer = folder.join("answer");
    scan(&folder.join("case.toml"), &answer, &["--quiet"]);
    for file in all(&answer) {
        let said = said(&file);
        for never in ["\u{202e}", "\u{0}", "\u{1b}"] {
            assert!(!said.contains(never), "{}: {never:?}", file.display());
        }
        let markup = matches!(
            file.extension().and_then(|end| end.to_str()),
            Some("html" | "md")
        );
        for never in ["<script>document", "<img", "<svg", "<b>"] {
            assert!(
                !markup || !said.contains(never),
                "{}: {never}",
                file.display()
            );
        }
    }
    let book = Book::open(&answer.with_file_name("all.xlsx"));
    harmless(&book);
    for (sheet, file) in COPIES {
        check(book.sheet(sheet), &answer.join(file));
    }
}
