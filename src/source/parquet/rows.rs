//! Rows of a Parquet file as JSON objects, a row group at a time.
//!
//! The only place of `source` that knows polars.

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};

use chrono::DateTime;
use polars_core::prelude::{AnyValue, DataFrame, TimeUnit};
use polars_io::mmap::MmapBytesReader;
use polars_io::prelude::{ParallelStrategy, ParquetReader, SerReader};

use super::super::log::label;
use super::Bytes;
use crate::words::Stamp;

impl MmapBytesReader for Bytes {
    fn to_bytes(&self) -> Option<&[u8]> {
        Some(self.all())
    }
}

/// The rows that are still to be written.
pub(super) struct Rows {
    bytes: Bytes,
    /// Rows of each row group.
    groups: Vec<usize>,
    group: usize,
    /// Rows of the groups before.
    before: usize,
    frame: Option<DataFrame>,
    row: usize,
}

/// Bytes of lines that are made at a time.
const AIM: usize = 256 << 10;

impl Rows {
    /// # Errors
    /// Why the footer cannot be read.
    pub(super) fn new(bytes: Bytes) -> Result<Rows, String> {
        let groups = guarded(|| {
            let mut reader = ParquetReader::new(bytes.clone());
            let metadata = reader.get_metadata().map_err(|e| e.to_string())?;
            Ok(metadata.row_groups.iter().map(|g| g.num_rows()).collect())
        })?;
        Ok(Rows {
            bytes,
            groups,
            group: 0,
            before: 0,
            frame: None,
            row: 0,
        })
    }

    /// Writes some rows, each with its line end; `false` when there are no more.
    ///
    /// # Errors
    /// Why a row group cannot be read.
    pub(super) fn write(&mut self, out: &mut Vec<u8>) -> Result<bool, String> {
        while out.is_empty() {
            let Some(frame) = &self.frame else {
                if !self.next_group()? {
                    return Ok(false);
                }
                continue;
            };
            let row = self.row;
            self.row = guarded(|| write_rows(frame, row, out))?;
            if self.row >= frame.height() {
                self.frame = None;
            }
            if !self.bytes.whole() {
                return Err("the file shrank while it was read".to_owned());
            }
        }
        Ok(true)
    }

    fn next_group(&mut self) -> Result<bool, String> {
        let Some(&rows) = self.groups.get(self.group) else {
            return Ok(false);
        };
        let slice = Some((self.before, rows));
        let frame = guarded(|| {
            ParquetReader::new(self.bytes.clone())
                .with_slice(slice)
                .read_parallel(ParallelStrategy::None)
                .finish()
                .map_err(|error| error.to_string())
        });
        let place = format!("row group {} of {}", self.group + 1, self.groups.len());
        let frame = frame.map_err(|why| format!("{place}: {why}"))?;
        if frame.height() != rows {
            return Err(format!(
                "{place} has {} rows and says {rows}",
                frame.height()
            ));
        }
        self.group += 1;
        self.before = self.before.saturating_add(rows);
        (self.frame, self.row) = ((rows > 0).then_some(frame), 0);
        Ok(true)
    }
}

/// On some damaged files, and on types that it was built without, the library panics instead of returning
/// its error.
fn guarded<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err("it is damaged, or has a column of a type that is not read".to_owned())
    })
}

/// Writes rows from `row` on and says which is the next.
fn write_rows(frame: &DataFrame, mut row: usize, out: &mut Vec<u8>) -> Result<usize, String> {
    let columns = frame.columns().iter();
    let columns: Vec<_> = columns
        .map(|column| (column.name().as_str(), column))
        .collect();
    while row < frame.height() && out.len() < AIM {
        let values = columns.iter().map(|(name, column)| {
            let value = column.get(row).map_err(|error| error.to_string())?;
            Ok((*name, value))
        });
        object(values.collect::<Result<Vec<_>, String>>()?, out)?;
        out.push(b'\n');
        row += 1;
    }
    Ok(row)
}

/// What is NULL is absent.
fn object(fields: Vec<(&str, AnyValue<'_>)>, out: &mut Vec<u8>) -> Result<(), String> {
    out.push(b'{');
    let mut first = true;
    for (name, value) in fields.into_iter().filter(|(_, value)| !absent(value)) {
        if !std::mem::take(&mut first) {
            out.push(b',');
        }
        string(name, out);
        out.push(b':');
        json(&value, out).map_err(|why| format!("the column {name:?} {why}"))?;
    }
    out.push(b'}');
    Ok(())
}

/// NULL, and what JSON has no number for.
fn absent(value: &AnyValue<'_>) -> bool {
    match value {
        AnyValue::Null => true,
        AnyValue::Float32(number) => !number.is_finite(),
        AnyValue::Float64(number) => !number.is_finite(),
        _ => false,
    }
}

fn json(value: &AnyValue<'_>, out: &mut Vec<u8>) -> Result<(), String> {
    if absent(value) {
        out.extend_from_slice(b"null");
        return Ok(());
    }
    // Covers categories too.
    if let Some(text) = value.get_str() {
        string(text, out);
        return Ok(());
    }
    match value {
        AnyValue::Boolean(truth) => put(out, truth),
        AnyValue::Int8(number) => put(out, number),
        AnyValue::Int16(number) => put(out, number),
        AnyValue::Int32(number) => put(out, number),
        AnyValue::Int64(number) => put(out, number),
        AnyValue::UInt8(number) => put(out, number),
        AnyValue::UInt16(number) => put(out, number),
        AnyValue::UInt32(number) => put(out, number),
        AnyValue::UInt64(number) => put(out, number),
        AnyValue::Float32(number) => put(out, number),
        AnyValue::Float64(number) => put(out, number),
        AnyValue::Decimal(number, _, scale) => put(out, decimal(*number, *scale)),
        AnyValue::Binary(bytes) => string(&bytes_as_text(bytes), out),
        AnyValue::BinaryOwned(bytes) => string(&bytes_as_text(bytes), out),
        AnyValue::Date(days) => string(&date(*days), out),
        AnyValue::Time(nanoseconds) => string(&time_of_day(*nanoseconds), out),
        AnyValue::Datetime(ticks, unit, zone) => {
            string(&datetime(*ticks, *unit, zone.is_some()), out);
        }
        AnyValue::DatetimeOwned(ticks, unit, zone) => {
            string(&datetime(*ticks, *unit, zone.is_some()), out);
        }
        AnyValue::List(values) => list(values.iter(), out)?,
        AnyValue::Struct(_, _, fields) => {
            let names = fields.iter().map(|field| field.name().as_str());
            object(names.zip(value._iter_struct_av()).collect(), out)?;
        }
        AnyValue::StructOwned(both) => {
            let names = both.1.iter().map(|field| field.name().as_str());
            object(names.zip(both.0.iter().cloned()).collect(), out)?;
        }
        other => return Err(format!("holds values of the type {}", other.dtype())),
    }
    Ok(())
}

fn list<'a>(values: impl Iterator<Item = AnyValue<'a>>, out: &mut Vec<u8>) -> Result<(), String> {
    out.push(b'[');
    for (index, value) in values.enumerate() {
        if index > 0 {
            out.push(b',');
        }
        json(&value, out)?;
    }
    out.push(b']');
    Ok(())
}

fn put(out: &mut Vec<u8>, value: impl std::fmt::Display) {
    // Memory takes everything.
    let _ = write!(out, "{value}");
}

fn string(text: &str, out: &mut Vec<u8>) {
    put(out, serde_json::Value::from(text));
}

fn bytes_as_text(bytes: &[u8]) -> String {
    match str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => label(bytes),
    }
}

fn decimal(number: i128, scale: usize) -> String {
    let sign = if number < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", number.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    match fraction {
        "" => format!("{sign}{whole}"),
        fraction => format!("{sign}{whole}.{fraction}"),
    }
}

/// What stands for a time that no calendar here reaches, so that it is read as none.
const BEYOND: &str = "out of range";

fn date(days: i32) -> String {
    DateTime::from_timestamp(i64::from(days) * 86_400, 0).map_or_else(
        || BEYOND.to_owned(),
        |date| date.format("%Y-%m-%d").to_string(),
    )
}

fn time_of_day(nanoseconds: i64) -> String {
    let time = DateTime::from_timestamp_nanos(nanoseconds);
    time.format("%H:%M:%S%.f").to_string()
}

/// An instant in UTC, or without a zone a local time.
fn datetime(ticks: i64, unit: TimeUnit, zoned: bool) -> String {
    let nanoseconds = match unit {
        TimeUnit::Nanoseconds => Some(ticks),
        TimeUnit::Microseconds => ticks.checked_mul(1_000),
        TimeUnit::Milliseconds => ticks.checked_mul(1_000_000),
    };
    let Some(nanoseconds) = nanoseconds else {
        return BEYOND.to_owned();
    };
    let mut text = Stamp(nanoseconds).to_string();
    if !zoned {
        text.pop();
    }
    text
}
