//! CSV, JSON and Parquet: the same tables with the same values.

use polars_core::prelude::{DataFrame, DataType};
use polars_io::prelude::{ParquetReader, SerReader};

use super::*;

fn frame(file: &Path) -> DataFrame {
    let file = fs::File::open(file).expect("the table opens");
    ParquetReader::new(file).finish().expect("a table")
}

/// All texts of a Parquet file.
pub fn texts(file: &Path) -> Vec<String> {
    let frame = frame(file);
    let mut texts = Vec::new();
    for name in frame.get_column_names() {
        let column = frame.column(name).expect("a column");
        if let Ok(column) = column.str() {
            texts.extend(column.iter().flatten().map(str::to_owned));
        }
    }
    texts
}

#[test]
fn csv_tables_are_the_answers() {
    let answer = register("csv");
    let folder = render(&answer, &["--format", "csv"], "tables");
    for file in ["accounts.csv", "bounds.csv", "coverage.csv"] {
        assert!(
            fs::read(folder.join(file)).expect(file) == fs::read(answer.join(file)).expect(file),
            "{file}"
        );
    }
    let mut wanted = table(&answer.join("controllers.csv"));
    let mut own = table(&folder.join("controllers.csv"));
    for row in wanted.iter_mut().chain(&mut own) {
        row.remove("protected_min");
    }
    assert_eq!(own, wanted);
    let mut wanted = table(&answer.join("subjects.csv"));
    wanted.retain(|row| row["protected"] == "false");
    assert!(!wanted.is_empty());
    assert_eq!(table(&folder.join("subjects.csv")), wanted);
    // The language changes what is read, and no name of a column.
    let swedish = render(&answer, &["--format", "csv", "--lang", "sv"], "tabeller");
    assert_eq!(
        bytes(&swedish).keys().collect::<Vec<_>>(),
        bytes(&folder).keys().collect::<Vec<_>>()
    );
    let answers = fs::read_to_string(swedish.join("answer.csv")).expect("the answer");
    assert!(
        answers.starts_with("part,text,source\r\n") && answers.contains("registrerade"),
        "{answers}"
    );
}

#[test]
fn one_json_document_holds_all_tables() {
    let answer = register("json");
    let document: Value =
        serde_json::from_str(&succeed(&["report", text(&answer), "--format", "json"]))
            .expect("JSON");
    assert_eq!(document["schema"], "breachscope.report/1");
    let findings = json(&answer.join("findings.json"));
    for (key, value) in document["figures"].as_object().expect("figures") {
        assert_eq!(*value, findings["totals"][key], "{key}");
    }
    let folder = render(&answer, &["--format", "csv"], "tables");
    for name in bytes(&folder).into_keys() {
        let name = name.trim_end_matches(".csv");
        let rows = document["tables"][name]["rows"].as_array().expect(name);
        let wanted = table(&folder.join(format!("{name}.csv")));
        assert!(rows.len() == wanted.len(), "{name}");
        for (row, wanted) in rows.iter().zip(&wanted) {
            for (column, cell) in wanted {
                let own = match &row[column] {
                    Value::Null => String::new(),
                    Value::String(text) => text.clone(),
                    other => other.to_string(),
                };
                let equal = own == *cell
                    || own
                        .parse::<f64>()
                        .ok()
                        .is_some_and(|n| cell.parse() == Ok(n));
                assert!(equal, "{name}: {column}: {own:?} is not {cell:?}");
            }
        }
    }
    let row = &document["tables"]["controllers"]["rows"][0];
    assert!(
        row["subjects_min"].is_u64()
            && row["log_coverage"].is_number()
            && row["controller"].is_string()
    );
    use sha2::{Digest, Sha256};
    let digest = Sha256::digest(fs::read(answer.join("manifest.json")).expect("the manifest"));
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(document["manifest_sha256"], hex);
}

#[test]
fn parquet_tables_are_typed() {
    let answer = captured("parquet");
    let folder = render(&answer, &["--format", "parquet"], "parquet");
    let csv = render(&answer, &["--format", "csv"], "csv");
    let names = |folder: &Path| -> BTreeSet<String> {
        let names = bytes(folder).into_keys();
        names
            .map(|name| name.rsplit_once('.').expect("an end").0.to_owned())
            .collect()
    };
    assert_eq!(names(&folder), names(&csv));
    let controllers = frame(&folder.join("controllers.parquet"));
    let wanted = table(&csv.join("controllers.csv"));
    assert_eq!(controllers.height(), wanted.len());
    let count = |name: &str| {
        controllers
            .column(name)
            .expect(name)
            .i64()
            .expect("whole numbers")
    };
    for (at, row) in wanted.iter().enumerate() {
        for name in ["subjects_min", "subjects_max", "population", "accesses"] {
            assert_eq!(
                count(name).get(at).map_or(String::new(), |n| n.to_string()),
                row[name],
                "{name}"
            );
        }
    }
    let first = controllers.column("first_seen").expect("times");
    assert!(
        matches!(first.dtype(), DataType::Datetime(_, Some(_))),
        "{}",
        first.dtype()
    );
    let micros = first.cast(&DataType::Int64).expect("numbers");
    for (at, row) in wanted.iter().enumerate() {
        let own = micros.i64().expect("numbers").get(at);
        let time = chrono::DateTime::parse_from_rfc3339(&row["first_seen"]).ok();
        assert_eq!(own, time.map(|time| time.timestamp_micros()), "{row:?}");
    }
    let subjects = frame(&folder.join("subjects.parquet"));
    assert!(subjects.column("child").expect("flags").bool().is_ok());
    assert!(subjects.column("subject").expect("IDs").str().is_ok());
}
