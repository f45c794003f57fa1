//! Parquet tables as columns of the text that CSV would have.
//!
//! The only place of the case that knows polars. What the text means is left to `cells`, as for
//! CSV.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use chrono::DateTime;
use polars_core::prelude::{AnyValue, Column, DataFrame, TimeUnit};
use polars_io::prelude::{ParallelStrategy, ParquetReader, SerReader};

use crate::words::Stamp;

/// A column's name and its values from the first row on; `None` = null.
pub(super) struct TextColumn {
    /// Name.
    pub(super) name: String,
    /// A value for each row.
    pub(super) values: Vec<Option<String>>,
}

/// Every column of a Parquet file, all of the same length.
///
/// # Errors
/// Why the bytes cannot be read, or which column holds something that is no text.
pub(super) fn columns(bytes: Vec<u8>) -> Result<Vec<TextColumn>, String> {
    // On some damaged files, and on types that it was built without, the reader panics instead of
    // returning its error; nothing of it outlives this call.
    let read = catch_unwind(AssertUnwindSafe(|| {
        let frame = ParquetReader::new(Cursor::new(bytes))
            .read_parallel(ParallelStrategy::None)
            .finish()
            .map_err(|error| error.to_string())?;
        text_columns(&frame)
    }));
    read.unwrap_or_else(|_| {
        Err(
            "it is damaged, or has a column of a type that is no text, number, date or time"
                .to_owned(),
        )
    })
}

fn text_columns(frame: &DataFrame) -> Result<Vec<TextColumn>, String> {
    frame.columns().iter().map(text_column).collect()
}

fn text_column(column: &Column) -> Result<TextColumn, String> {
    let series = column.as_materialized_series();
    let values: Result<Vec<_>, String> = series.iter().map(|value| text(&value)).collect();
    let name = column.name().to_string();
    match values {
        Ok(values) => Ok(TextColumn { name, values }),
        Err(why) => Err(format!("the column {name:?} {why}")),
    }
}

fn text(value: &AnyValue<'_>) -> Result<Option<String>, String> {
    // Covers categories too, where polars was built with them.
    if let Some(text) = value.get_str() {
        return Ok(Some(text.to_owned()));
    }
    let text = match value {
        AnyValue::Null => return Ok(None),
        // Writers without nulls put NaN where a number is missing.
        AnyValue::Float32(number) if number.is_nan() => return Ok(None),
        AnyValue::Float64(number) if number.is_nan() => return Ok(None),
        AnyValue::Boolean(truth) => truth.to_string(),
        AnyValue::Int8(number) => number.to_string(),
        AnyValue::Int16(number) => number.to_string(),
        AnyValue::Int32(number) => number.to_string(),
        AnyValue::Int64(number) => number.to_string(),
        AnyValue::UInt8(number) => number.to_string(),
        AnyValue::UInt16(number) => number.to_string(),
        AnyValue::UInt32(number) => number.to_string(),
        AnyValue::UInt64(number) => number.to_string(),
        AnyValue::Float32(number) => number.to_string(),
        AnyValue::Float64(number) => number.to_string(),
        AnyValue::Date(days) => date(*days)?,
        AnyValue::Datetime(ticks, unit, zone) => datetime(*ticks, *unit, zone.is_some())?,
        AnyValue::Binary(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => return Err("holds bytes that are not UTF-8".to_owned()),
        },
        other => {
            return Err(format!(
                "holds values of the type {}, not text",
                other.dtype()
            ));
        }
    };
    Ok(Some(text))
}

fn date(days: i32) -> Result<String, String> {
    let date = DateTime::from_timestamp(i64::from(days) * 86_400, 0);
    let date = date.ok_or_else(|| "holds a date out of range".to_owned())?;
    Ok(date.format("%Y-%m-%d").to_string())
}

/// An instant in UTC, or without an offset a local time, which is read in the case's timezone.
fn datetime(ticks: i64, unit: TimeUnit, zoned: bool) -> Result<String, String> {
    let nanoseconds = match unit {
        TimeUnit::Nanoseconds => Some(ticks),
        TimeUnit::Microseconds => ticks.checked_mul(1_000),
        TimeUnit::Milliseconds => ticks.checked_mul(1_000_000),
    };
    let stamp = nanoseconds.ok_or_else(|| "holds a time out of range".to_owned())?;
    let mut text = Stamp(stamp).to_string();
    if !zoned {
        text.pop();
    }
    Ok(text)
}
