//! Lies by somebody who knows the format: a figure is changed, and every digest in the manifest is made to fit.

use std::fs::{self, File};
use std::path::Path;

use polars_core::prelude::*;
use polars_io::prelude::{ParquetReader, ParquetWriter, SerReader};
use serde_json::Value;

use super::{answered, verified};

fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Makes the manifest fit the files, and its digest the manifest.
fn seal(answer: &Path, more: impl FnOnce(&mut Value)) {
    let path = answer.join("manifest.json");
    let mut manifest: Value = serde_json::from_slice(&fs::read(&path).expect("it")).expect("JSON");
    for output in manifest["outputs"].as_array_mut().expect("outputs") {
        let bytes = fs::read(answer.join(output["file"].as_str().expect("a name"))).expect("it");
        output["sha256"] = sha256(&bytes).into();
        output["bytes"] = bytes.len().into();
    }
    more(&mut manifest);
    let bytes = format!("{manifest:#}\n").into_bytes();
    let line = format!("{}  manifest.json\n", sha256(&bytes));
    fs::write(&path, bytes).expect("writable");
    fs::write(answer.join("manifest.sha256"), line).expect("writable");
}

fn findings(told: &Value) -> Vec<(String, String)> {
    let word = |one: &Value, key: &str| one[key].as_str().unwrap_or_default().to_owned();
    let list = told["findings"].as_array().map_or(&[][..], Vec::as_slice);
    list.iter()
        .map(|one| (word(one, "file"), word(one, "column")))
        .collect()
}

/// Another value of the kind that a cell holds.
fn another(cell: &str) -> String {
    match cell {
        "true" => "false".to_owned(),
        "false" => "true".to_owned(),
        "confirmed" => "probable".to_owned(),
        _ => match cell.parse::<u64>() {
            Ok(number) => (number + 1).to_string(),
            Err(_) if cell.ends_with('Z') => "2021-03-04T05:06:07Z".to_owned(),
            Err(_) => format!("{cell};another"),
        },
    }
}

#[test]
fn every_figure_of_the_tables_is_counted_again() {
    let (case, out) = answered("testdata/capture/case", "verify-sealed");
    let columns: [(&str, &[&str]); 4] = [
        (
            "controllers.csv",
            &[
                "name",
                "status",
                "subjects_min",
                "subjects_confirmed",
                "subjects_probable",
                "subjects_possible",
                "children_min",
                "protected_min",
                "accounts",
                "accesses",
                "first_seen",
                "last_seen",
                "data_categories",
                "routes",
                "population",
            ],
        ),
        (
            "accounts.csv",
            &[
                "first_seen",
                "last_seen",
                "accesses",
                "attempts",
                "objects_beyond_scope",
                "subjects_confirmed",
                "subjects_probable",
                "controllers",
                "client_addresses",
                "user_agents",
            ],
        ),
        (
            "subjects.csv",
            &[
                "certainty",
                "protected",
                "child",
                "first_seen",
                "last_seen",
                "accounts",
                "accesses",
                "routes",
                "data_categories",
                "evidence",
                "account_ids",
            ],
        ),
        ("coverage.csv", &["lines", "requests: contact"]),
    ];
    for (file, columns) in columns {
        let path = out.join(file);
        let whole = fs::read(&path).expect("the table");
        let mut reader = csv::Reader::from_reader(&*whole);
        let header = reader.headers().expect("a header").clone();
        let rows: Vec<csv::StringRecord> =
            reader.records().map(|row| row.expect("a row")).collect();
        for column in columns {
            let place = header
                .iter()
                .position(|name| name == *column)
                .expect(column);
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(&header).expect("memory");
            for (number, row) in rows.iter().enumerate() {
                let cells = row
                    .iter()
                    .enumerate()
                    .map(|(at, cell)| match (number, at == place) {
                        (0, true) => another(cell),
                        _ => cell.to_owned(),
                    });
                writer.write_record(cells).expect("memory");
            }
            fs::write(&path, writer.into_inner().expect("memory")).expect("writable");
            seal(&out, |_| {});
            let (code, told) = verified(&out, &case);
            let found = findings(&told);
            let named = found
                .iter()
                .any(|(f, c)| f == file && (c == column || c.contains(column)));
            assert!(code == 3 && named, "{file}, {column}: {code}, {found:?}");
        }
        fs::write(&path, whole).expect("writable");
    }
    seal(&out, |_| {});
    assert_eq!(verified(&out, &case).0, 0, "all is as it was");
}

#[test]
fn every_column_of_the_cited_rows_is_held_against_line_and_directory() {
    let (case, out) = answered("testdata/capture/case", "verify-rows");
    let path = out.join("accesses.parquet");
    let read = || {
        ParquetReader::new(File::open(&path).expect("it"))
            .finish()
            .expect("Parquet")
    };
    let whole = (fs::read(&path).expect("it"), read());
    let write = |mut frame: DataFrame| {
        let file = File::create(&path).expect("writable");
        ParquetWriter::new(file)
            .finish(&mut frame)
            .expect("written");
        seal(&out, |_| {});
        verified(&out, &case)
    };
    for name in [
        "account",
        "client",
        "route",
        "object",
        "controller",
        "certainty",
        "line_sha256",
        "status",
        "bytes",
        "offset",
        "length",
        "line",
        "time",
    ] {
        let column = whole
            .1
            .column(name)
            .expect(name)
            .as_materialized_series()
            .clone();
        let changed = match column.str() {
            Ok(texts) => {
                let first = if name == "certainty" {
                    "probable"
                } else {
                    "another"
                };
                let texts = texts
                    .iter()
                    .enumerate()
                    .map(|(at, text)| if at == 0 { Some(first) } else { text });
                StringChunked::from_iter_options(name.into(), texts).into_series()
            }
            Err(_) => {
                let numbers = column.cast(&DataType::Int64).expect("numbers");
                let numbers = numbers.i64().expect("numbers").iter().enumerate();
                let numbers: Vec<Option<i64>> = numbers
                    .map(|(at, n)| if at == 0 { n.map(|n| n + 1) } else { n })
                    .collect();
                Series::new(name.into(), numbers)
                    .cast(column.dtype())
                    .expect("the same kind")
            }
        };
        let mut frame = whole.1.clone();
        frame.with_column(changed.into()).expect("as long");
        let (code, told) = write(frame);
        let found = findings(&told);
        let named = found
            .iter()
            .any(|(file, column)| file == "accesses.parquet" && column.contains(name));
        assert!(code == 3 && named, "{name}: {code}, {found:?}");
    }
    // A row left out: nothing in the table tells, the log does.
    let (code, told) = write(whole.1.slice(1, whole.1.height() - 1));
    let missing = ("accesses.parquet".to_owned(), "row".to_owned());
    assert!(code == 3 && findings(&told).contains(&missing), "{told:#}");
    fs::write(&path, whole.0).expect("writable");
    seal(&out, |_| {});
    assert_eq!(verified(&out, &case).0, 0, "all is as it was");
}

/// The log is changed and the manifest made to fit it: the cited line has another digest and says something else.
#[test]
fn a_changed_line_is_found_though_the_log_s_digest_was_made_to_fit() {
    let (case, out) = answered("testdata/capture/case", "verify-line");
    let log = case
        .parent()
        .expect("a folder")
        .join("logs/nginx/access.log.1");
    let bytes = fs::read(&log).expect("the log");
    let subjects = fs::read_to_string(out.join("subjects.csv")).expect("the table");
    let cited = subjects
        .split("logs/nginx/access.log.1:")
        .nth(1)
        .expect("a cited line");
    let offset = cited.split(['@', '+']).nth(1).expect("an offset");
    let offset: usize = offset.parse().expect("a number");
    let status = bytes[offset..]
        .windows(5)
        .position(|five| five == b" 200 ")
        .expect("a status");
    let mut changed = bytes;
    changed[offset + status + 1] = b'4';
    fs::write(&log, &changed).expect("writable");
    seal(&out, |manifest| {
        for input in manifest["inputs"].as_array_mut().expect("inputs") {
            if input["file"] == "logs/nginx/access.log.1" {
                input["sha256"] = sha256(&changed).into();
                input["content_sha256"] = sha256(&changed).into();
            }
        }
    });
    let (code, told) = verified(&out, &case);
    let found: Vec<String> = findings(&told)
        .into_iter()
        .map(|(_, column)| column)
        .collect();
    assert_eq!(code, 3, "{told:#}");
    for column in ["line_sha256", "status", "certainty"] {
        assert!(found.iter().any(|one| one == column), "{column}: {found:?}");
    }
}

#[test]
fn figures_of_the_findings_and_counts_of_the_manifest_are_counted_again() {
    let (case, out) = answered("tests/cases/some-rejects", "verify-json");
    let path = out.join("findings.json");
    let whole = fs::read(&path).expect("it");
    for pointer in [
        "/totals/subjects_min",
        "/totals/controllers_excluded",
        "/accounts/0/accesses",
        "/controllers/0/population",
    ] {
        let mut value: Value = serde_json::from_slice(&whole).expect("JSON");
        let figure = value.pointer_mut(pointer).expect(pointer);
        *figure = (figure.as_u64().expect("a figure") + 1).into();
        fs::write(&path, value.to_string()).expect("writable");
        seal(&out, |_| {});
        let (code, told) = verified(&out, &case);
        let key = pointer.rsplit('/').next().expect("a key");
        let named = findings(&told)
            .iter()
            .any(|(file, column)| file == "findings.json" && column == key);
        assert!(code == 3 && named, "{pointer}: {told:#}");
    }
    fs::write(&path, &whole).expect("writable");
    for key in [
        "lines",
        "parsed",
        "rejected",
        "empty",
        "directives",
        "content_bytes",
    ] {
        seal(&out, |manifest| {
            let input = &mut manifest["inputs"][0];
            input[key] = (input[key].as_u64().expect(key) + 1).into();
        });
        let (code, told) = verified(&out, &case);
        let named = findings(&told)
            .iter()
            .any(|(file, column)| file.contains("access.log") && column == key);
        assert!(code == 3 && named, "{key}: {told:#}");
        seal(&out, |manifest| {
            let input = &mut manifest["inputs"][0];
            input[key] = (input[key].as_u64().expect(key) - 1).into();
        });
    }
    assert_eq!(verified(&out, &case).0, 0, "all is as it was");
}
