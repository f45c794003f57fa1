//! The PDF: its text is the answer's, its pages are numbered, every character of a name is seen.

use super::*;

#[test]
fn its_text_is_the_answers() {
    let answer = register("pdf");
    let file = render(&answer, &["--format", "pdf"], "report.pdf");
    let raw = fs::read(&file).expect("the file");
    let has = |what: &[u8]| raw.windows(what.len()).any(|part| part == what);
    assert!(raw.starts_with(b"%PDF-1.7") && has(b"/StructTreeRoot") && has(b"/Lang (en)"));
    for never in [
        &b"/CreationDate"[..],
        b"/ModDate",
        b"/ID [",
        b"/JavaScript",
        b"/URI",
        b"/Launch",
    ] {
        assert!(!has(never), "{}", String::from_utf8_lossy(never));
    }
    let Some(text) = pdf_text(&file) else {
        return;
    };
    let pages = text.matches('\u{c}').count();
    assert!(pages > 2);
    for page in 1..=pages {
        assert!(
            text.contains(&format!("Page {page} of {pages}")),
            "page {page} of {pages}"
        );
    }
    // One line of each controller holds its bounds.
    for row in table(&answer.join("controllers.csv")) {
        let line = text.lines().find(|line| {
            line.trim_start()
                .starts_with(&format!("{} ", row["controller"]))
        });
        let line = line.unwrap_or_else(|| panic!("no line of {}", row["controller"]));
        let words: Vec<&str> = line.split_whitespace().collect();
        for figure in ["subjects_min", "subjects_max"] {
            assert!(words.contains(&row[figure].as_str()), "{figure}: {line}");
        }
    }
    for row in table(&answer.join("accounts.csv"))
        .iter()
        .filter(|row| !row["verdict"].is_empty())
    {
        assert!(
            tokens(&text).contains(&row["account"]),
            "{}",
            row["account"]
        );
    }
    let bare: String = text.split_whitespace().collect();
    for list in ["inputs", "outputs"] {
        for file in json(&answer.join("manifest.json"))[list]
            .as_array()
            .expect("files")
        {
            let digest = file["sha256"].as_str().expect("a digest");
            assert!(
                bare.contains(digest) || text.contains(&digest[..40]),
                "{file}"
            );
        }
    }
    let total = json(&answer.join("findings.json"))["totals"]["subjects_min"].to_string();
    assert!(
        text.contains(&format!("at least {total} and at most")),
        "{total}"
    );
}

#[test]
fn every_language_and_every_character_is_seen() {
    let folder = fresh("renders-letters");
    let write = |file: &str, text: &str| fs::write(folder.join(file), text).expect("writable");
    fs::create_dir_all(folder.join("logs")).expect("a folder");
    let case = root().join("tests/cases/spreadsheet-formulas/case.toml");
    let case = fs::read_to_string(case)
        .expect("the case")
        .replace("members = \"members.csv\"\n", "");
    write(
        "case.toml",
        &case.replace("Two schools", "Åäö ÆØæø Łódź Ελλάς Київ 漢字 שלום"),
    );
    write(
        "controllers.csv",
        "controller,name\nk1,Hässleholm\nk2,Ærø 漢\n",
    );
    write(
        "units.csv",
        "unit,parent,controller,name,kind\nu1,,k1,One,school\nu2,,k2,Two,school\n",
    );
    write("grants.csv", "account,role,unit\nå,teacher,u1\n");
    write(
        "objects.csv",
        "object,kind,unit,subject,protected,child\nc1,contact,u2,s1,false,true\n",
    );
    write(
        "logs/access.log",
        "192.0.2.1 - å [04/Mar/2021:05:00:00 +0000] \"GET /books/b/contacts/c1 HTTP/1.1\" 200 200 \"-\" \"x\"\n",
    );
    let answer = folder.join("answer");
    scan(&folder.join("case.toml"), &answer, &["--quiet"]);
    let said = ["Page 1 of", "Sida 1 av", "Side 1 af"];
    let terms = ["Controller", "personuppgiftsansvarig", "dataansvarlig"];
    for ((language, number), term) in LANGUAGES.into_iter().zip(said).zip(terms) {
        let file = render(
            &answer,
            &["--format", "pdf", "--lang", language],
            &format!("{language}.pdf"),
        );
        let Some(text) = pdf_text(&file) else {
            return;
        };
        for letters in [
            "Åäö ÆØæø Łódź Ελλάς Київ",
            "Hässleholm",
            "Ærø",
            number,
            term,
        ] {
            assert!(text.contains(letters), "{language}: {letters}: {text}");
        }
        // What the font lacks, or would turn round, stands as its code.
        for code in ["U+6F22", "U+5B57", "U+05E9"] {
            assert!(text.contains(code), "{language}: {code}");
        }
    }
}

#[test]
fn long_tables_break_over_pages_with_their_heads() {
    let out = fresh("renders-long").join("answer");
    scan(
        &root().join("testdata/scenario-a-full/case.toml"),
        &out,
        &["--quiet"],
    );
    let file = render(&out, &["--format", "pdf"], "report.pdf");
    let Some(text) = pdf_text(&file) else {
        return;
    };
    let rows = table(&out.join("controllers.csv"));
    assert_eq!(rows.len(), 77);
    let pages: Vec<&str> = text.split('\u{c}').collect();
    let holding = |page: &&&str| {
        rows.iter().any(|row| {
            page.contains(&format!("{} ", row["controller"])) && page.contains("At least")
        })
    };
    assert!(
        pages.iter().filter(holding).count() > 1,
        "one page holds all 77"
    );
    for row in &rows {
        assert!(
            tokens(&text).contains(&row["controller"]),
            "{}",
            row["controller"]
        );
    }
}
