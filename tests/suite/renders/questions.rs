//! `report --answers`: figures are the answer's with the file that they are from, blanks are marked, templates of the
//! user's own are checked.

use super::*;

const FORMS: [&str; 3] = ["imy-23", "art-33-3", "edpb"];

fn answers(answer: &Path, form: &str, language: &str) -> Value {
    let args = [
        "report",
        text(answer),
        "--answers",
        form,
        "--format",
        "json",
        "--lang",
        language,
    ];
    serde_json::from_str(&succeed(&args)).expect("JSON")
}

/// What a fact says, wherever it is asked for.
fn fact<'v>(answers: &'v Value, name: &str) -> Vec<&'v Value> {
    let questions = answers["questions"].as_array().expect("questions").iter();
    let facts = questions.flat_map(|question| question["facts"].as_array().expect("facts"));
    let mut own = facts.filter(|fact| fact["fact"] == name);
    let own = own.next().unwrap_or_else(|| panic!("no fact {name}"));
    own["says"].as_array().expect("sayings").iter().collect()
}

#[test]
fn figures_are_those_of_the_answer() {
    let answer = register("questions");
    let findings = json(&answer.join("findings.json"));
    let answers = answers(&answer, "imy-23", "en");
    let totals = &findings["totals"];
    let bounds = &fact(&answers, "subjects.bounds")[0]["values"];
    assert_eq!(
        (&bounds["min"], &bounds["max"]),
        (&totals["subjects_min"], &totals["subjects_max"])
    );
    let ladder = table(&answer.join("ladder.csv"));
    let whole: Vec<&Row> = ladder
        .iter()
        .filter(|row| row["controller"].is_empty())
        .collect();
    // Could see, did ask, was delivered are counters of their own; the last saying is their basis.
    let rungs = fact(&answers, "could_vs_did");
    assert_eq!(rungs.len(), whole.len() + 1);
    for (rung, row) in rungs.iter().zip(&whole) {
        let values = &rung["values"];
        assert_eq!(values["rung"], row["rung"].as_str());
        for key in ["accounts", "subjects"] {
            assert_eq!(values[key].to_string(), row[key], "{values}");
        }
        assert_eq!(
            values["accounts_with_protected"],
            row["accounts_with_protected"].as_str()
        );
    }
    let protected = fact(&answers, "protected");
    assert_eq!(
        protected[0]["values"]["min"],
        totals["protected_min"].to_string()
    );
    let controllers = table(&answer.join("controllers.csv"));
    for (name, status) in [
        ("controllers.confirmed", "confirmed"),
        ("controllers.cannot_be_excluded", "cannot_be_excluded"),
    ] {
        let wanted: Vec<&str> = controllers
            .iter()
            .filter(|row| row["status"] == status)
            .map(|row| row["controller"].as_str())
            .collect();
        assert_eq!(
            fact(&answers, name)[0]["values"]["controllers"],
            serde_json::json!(wanted)
        );
    }
    let logs = fact(&answers, "logs_kept");
    let inputs = json(&answer.join("manifest.json"))["inputs"]
        .as_array()
        .expect("inputs")
        .clone();
    for (log, input) in logs.iter().zip(&inputs) {
        assert_eq!(log["values"]["sha256"], input["sha256"]);
        assert!(
            log["text"]
                .as_str()
                .expect("text")
                .contains(input["file"].as_str().expect("a name"))
        );
    }
    // Whatever is said names a file of the answer.
    let files: BTreeSet<String> = bytes(&answer).into_keys().collect();
    for question in answers["questions"].as_array().expect("questions") {
        for said in question["facts"]
            .as_array()
            .expect("facts")
            .iter()
            .flat_map(|fact| fact["says"].as_array().expect("sayings"))
        {
            let source = said["source"].as_str().expect("a source");
            let file = source.split([':', ';']).next().expect("a file");
            assert!(files.contains(file), "{source}");
        }
    }
}

#[test]
fn records_are_counted_in_the_table_of_accesses() {
    let answer = captured("records");
    let answers = answers(&answer, "art-33-3", "en");
    let values = &fact(&answers, "records")[0]["values"];
    use polars_io::prelude::{ParquetReader, SerReader};
    let file = fs::File::open(answer.join("accesses.parquet")).expect("the table opens");
    let frame = ParquetReader::new(file).finish().expect("a table");
    let column = |name: &str| {
        frame
            .column(name)
            .expect("the column")
            .str()
            .expect("text")
            .clone()
    };
    let (objects, certainties) = (column("object"), column("certainty"));
    let count = |attempts: &[&str]| {
        let rows = objects.iter().zip(certainties.iter());
        let shown =
            rows.filter(|(_, certainty)| certainty.is_some_and(|word| attempts.contains(&word)));
        shown
            .filter_map(|(object, _)| object)
            .collect::<BTreeSet<&str>>()
            .len()
    };
    assert!(count(&["confirmed"]) > 2000);
    assert_eq!(values["confirmed"], count(&["confirmed"]));
    assert_eq!(
        values["seen"],
        count(&["confirmed", "probable", "possible"])
    );
}

#[test]
fn what_only_a_human_can_say_is_a_marked_blank() {
    let answer = captured("blank");
    let marks = [
        "To be answered by the processor",
        "Besvaras av personuppgiftsbiträdet",
        "Besvares af databehandleren",
    ];
    for form in FORMS {
        for (language, mark) in LANGUAGES.into_iter().zip(marks) {
            let args = [
                "report",
                text(&answer),
                "--answers",
                form,
                "--lang",
                language,
            ];
            let markdown = succeed(&args);
            let asked = answers(&answer, form, language);
            let blanks = asked["questions"]
                .as_array()
                .expect("questions")
                .iter()
                .filter(|q| !q["to_be_answered_by_a_human"].is_null())
                .count();
            assert!(blanks > 2, "{form}");
            assert_eq!(markdown.matches(mark).count(), blanks, "{form} {language}");
            assert_eq!(
                markdown.matches("\n## ").count(),
                asked["questions"].as_array().map_or(0, Vec::len)
            );
            let page = succeed(&[&args[..], &["--format", "html"]].concat());
            assert_eq!(
                page.matches("<p class=\"human\">").count(),
                blanks,
                "{form} {language}"
            );
            assert!(page.contains(&format!("<html lang=\"{language}\">")));
        }
    }
}

#[test]
fn every_shipped_form_is_written_in_every_language() {
    let mut fields = 0;
    for form in FORMS {
        let file = root().join(format!("src/report/answers/templates/{form}.toml"));
        let form: toml::Table = fs::read_to_string(file)
            .expect("the form")
            .parse()
            .expect("TOML");
        let mut tables = vec![form["template"].as_table().expect("a table")];
        tables.extend(
            form["question"]
                .as_array()
                .expect("questions")
                .iter()
                .filter_map(|q| q.as_table()),
        );
        for (key, value) in tables.into_iter().flatten() {
            let Some(texts) = value.as_table() else {
                assert!(
                    ["facts", "legal", "number"].contains(&key.as_str()),
                    "{key} is in one language"
                );
                continue;
            };
            let languages: BTreeSet<&str> = texts.keys().map(String::as_str).collect();
            assert_eq!(languages, LANGUAGES.into(), "{key}: {texts}");
            fields += 1;
        }
    }
    assert!(fields > 40);
    let mut shipped: Vec<String> = bytes(&root().join("src/report/answers/templates"))
        .into_keys()
        .collect();
    shipped.sort();
    assert_eq!(shipped, ["art-33-3.toml", "edpb.toml", "imy-23.toml"]);
}

#[test]
fn a_form_of_ones_own_is_filled_in_or_refused_with_its_line() {
    let answer = captured("own");
    let file = answer.with_file_name("own.toml");
    let ask = |content: &str| {
        fs::write(&file, content).expect("writable");
        run(&["report", text(&answer), "--answers", text(&file)])
    };
    let head = "[template]\ntitle = \"Our board's questions\"\n\n";
    let fine = ask(&format!(
        "{head}[[question]]\nnumber = \"7 b\"\nasks = \"How many?\"\nfacts = [\"subjects.bounds\"]\n"
    ));
    let said = String::from_utf8(fine.stdout).expect("UTF-8");
    assert!(
        said.contains("# Our board's questions") && said.contains("## 7 b. How many?"),
        "{said}"
    );
    assert!(
        said.contains("Data subjects: at least 2,185 and at most 2,185."),
        "{said}"
    );
    let refused = |content: &str, says: &[&str]| {
        let output = ask(content);
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        for one in says {
            assert!(stderr.contains(one), "{one}: {stderr}");
        }
    };
    refused(
        &format!("{head}[[question]]\nasks = \"How many?\"\nfacts = [\"subjects.bound\"]\n"),
        &[
            "own.toml:6",
            "facts[1]",
            "did you mean \"subjects.bounds\"?",
        ],
    );
    refused(
        &format!("{head}[[question]]\naskes = \"How many?\"\n"),
        &["own.toml:5", "did you mean \"asks\"?"],
    );
    refused(
        &format!("{head}[[question]]\nasks = \"How many?\"\n"),
        &["own.toml:4", "neither facts nor human"],
    );
    refused(
        &format!("{head}[[question]]\nasks = {{ se = \"Hur\" }}\n"),
        &["own.toml:5", "\"se\"", "en, sv, da"],
    );
    refused("[template\n", &["own.toml:1", "no TOML"]);
    let output = run(&["report", text(&answer), "--answers", "imy-32"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.code() == Some(2) && stderr.contains("did you mean \"imy-23\"?"),
        "{stderr}"
    );
}
