//! Parquet files as JSON lines.

use super::*;
use breachscope::source::walk;
use polars_core::prelude::*;
use polars_io::prelude::ParquetWriter;

fn written(frame: &mut DataFrame, group: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes)
        .with_row_group_size(Some(group))
        .finish(frame)
        .expect("a file");
    bytes
}

fn every_type() -> DataFrame {
    let when = Column::new("when".into(), [1_614_834_367_123i64, 0, -1]);
    let zoned = DataType::Datetime(TimeUnit::Milliseconds, Some(TimeZone::UTC));
    let local = DataType::Datetime(TimeUnit::Microseconds, None);
    let cast = |column: &Column, name: &str, to: &DataType| {
        column.cast(to).expect("a cast").with_name(name.into())
    };
    let lists: Vec<Series> = vec![
        Series::new("".into(), ["a", "b"]),
        Series::new("".into(), ["\"å\n"]),
        Series::new_empty("".into(), &DataType::String),
    ];
    let inner = [
        Series::new("ip".into(), [Some("10.0.0.1"), None, Some("")]),
        Series::new("port".into(), [443i32, 80, 0]),
    ];
    let object = StructChunked::from_series("client".into(), 3, inner.iter()).expect("fields");
    let columns = vec![
        Column::new("text".into(), [Some("x \\ y"), None, Some("")]),
        Column::new("status".into(), [200u16, 404, 0]),
        Column::new("large".into(), [i64::MAX, i64::MIN, 0]),
        Column::new("ratio".into(), [0.5, f64::NAN, 2.0]),
        Column::new("yes".into(), [Some(true), Some(false), None]),
        cast(&when, "zoned", &zoned),
        cast(&when, "local", &local),
        cast(
            &Column::new("".into(), [18_690i32, 0, -1]),
            "day",
            &DataType::Date,
        ),
        Column::new("list".into(), lists),
        object.into_series().into(),
    ];
    DataFrame::new(3, columns).expect("a frame")
}

const LINES: [&str; 3] = [
    r#"{"text":"x \\ y","status":200,"large":9223372036854775807,"ratio":0.5,"yes":true,"zoned":"2021-03-04T05:06:07.123Z","local":"1970-01-19T16:33:54.367123","day":"2021-03-04","list":["a","b"],"client":{"ip":"10.0.0.1","port":443}}"#,
    r#"{"status":404,"large":-9223372036854775808,"yes":false,"zoned":"1970-01-01T00:00:00Z","local":"1970-01-01T00:00:00","day":"1970-01-01","list":["\"å\n"],"client":{"port":80}}"#,
    r#"{"text":"","status":0,"large":0,"ratio":2,"zoned":"1969-12-31T23:59:59.999Z","local":"1969-12-31T23:59:59.999999","day":"1969-12-31","list":[],"client":{"ip":"","port":0}}"#,
];

#[test]
fn every_row_is_an_object() {
    let folder = Scratch::new();
    let expected: String = LINES.iter().map(|line| format!("{line}\n")).collect();
    for group in [1, 2, 100] {
        let bytes = written(&mut every_type(), group);
        let ending = check(folder.write("log", &bytes), expected.as_bytes());
        assert_eq!((ending.packing, ending.damage), (Packing::Parquet, vec![]));
        let ending = check(folder.write("log", &gz(&bytes)), expected.as_bytes());
        assert_eq!(ending.packing.to_string(), "gzip (1 member) > parquet");
    }
    let none = written(&mut every_type().head(Some(0)), 10);
    check(folder.write("log", &none), b"");
}

#[test]
fn many_row_groups_come_in_order() {
    let folder = Scratch::new();
    let ids: Vec<u32> = (0..20_000).collect();
    let mut frame = DataFrame::new(ids.len(), vec![Column::new("id".into(), &ids)]).expect("frame");
    let path = folder.write("log", &written(&mut frame, 3_000));
    let expected: String = ids.iter().map(|id| format!("{{\"id\":{id}}}\n")).collect();
    check(&path, expected.as_bytes());
    let found = walk(&path).expect("found");
    check(&found.logs[0].log, expected.as_bytes());
}

#[test]
fn a_cut_file_and_a_damaged_footer_are_errors_with_a_name() {
    let folder = Scratch::new();
    let whole = written(&mut every_type(), 2);
    let read_all = |bytes: &[u8]| -> Result<(), String> {
        let path = folder.write("log", bytes);
        let mut reader = Reader::open(&path, &WAYS[2]).map_err(|problem| problem.to_string())?;
        while reader
            .next()
            .map_err(|problem| problem.to_string())?
            .is_some()
        {}
        reader
            .finish()
            .map(drop)
            .map_err(|problem| problem.to_string())
    };
    for cut in (4..whole.len()).step_by(13) {
        let said = read_all(&whole[..cut]).expect_err("cut");
        assert!(
            said.contains("log: this Parquet file cannot be read: "),
            "{cut}: {said}"
        );
        assert!(said.contains("get the file again"), "{cut}: {said}");
    }
    // Whatever is changed in the footer, the file is read or told.
    let length: [u8; 4] = whole[whole.len() - 8..whole.len() - 4].try_into().unwrap();
    let footer = whole.len() - 8 - u32::from_le_bytes(length) as usize;
    for at in (footer..whole.len()).step_by(5) {
        let mut changed = whole.clone();
        changed[at] ^= 0x55;
        if let Err(said) = read_all(&changed) {
            assert!(said.contains("log: "), "{at}: {said}");
        }
    }
}
