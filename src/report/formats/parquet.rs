//! A table as Parquet: counts are 64-bit integers, times microseconds UTC, and what is empty is null. The types are the
//! same for every answer, so a table's files can be read together.

use chrono::DateTime;
use polars_core::prelude::{
    Column, DataFrame, DataType, IntoColumn, PolarsError, TimeUnit, TimeZone,
};
use polars_io::parquet::write::{ParquetCompression, ParquetWriter};

use crate::report::content::{Kind, Sheet};

/// The table's bytes.
///
/// # Errors
/// A cell does not read as its column's type, or it cannot be encoded.
pub(super) fn bytes(sheet: &Sheet) -> Result<Vec<u8>, String> {
    let bad = |e: PolarsError| format!("{}.parquet cannot be encoded: {e}", sheet.name);
    let mut columns = Vec::new();
    for (at, one) in sheet.columns.iter().enumerate() {
        let cells: Vec<&str> = sheet
            .rows
            .iter()
            .map(|row| row.get(at).map_or("", String::as_str))
            .collect();
        columns.push(
            column(&one.name, one.kind, &cells).map_err(|cell| match cell {
                Wrong::Cell(cell) => format!(
                    "{}: {}: {cell:?} is not what the column holds; make the answer again",
                    sheet.source, one.name
                ),
                Wrong::Polars(e) => bad(e),
            })?,
        );
    }
    let mut frame = DataFrame::new(sheet.rows.len(), columns).map_err(bad)?;
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes)
        .with_compression(ParquetCompression::Zstd(None))
        .finish(&mut frame)
        .map_err(bad)?;
    Ok(bytes)
}

enum Wrong {
    Cell(String),
    Polars(PolarsError),
}

fn column(name: &str, kind: Kind, cells: &[&str]) -> Result<Column, Wrong> {
    let full = |cell: &&str| (!cell.is_empty()).then(|| (*cell).to_owned());
    let name = name.into();
    Ok(match kind {
        Kind::Text | Kind::Hidden => Column::new(
            name,
            cells.iter().map(full).collect::<Vec<Option<String>>>(),
        ),
        Kind::Count => Column::new(name, read(cells, |cell| cell.parse::<i64>().ok())?),
        Kind::Number => Column::new(name, read(cells, |cell| cell.parse::<f64>().ok())?),
        Kind::Flag => Column::new(name, read(cells, |cell| cell.parse::<bool>().ok())?),
        Kind::Time => {
            let micros =
                |cell: &str| Some(DateTime::parse_from_rfc3339(cell).ok()?.timestamp_micros());
            let column = Column::new(name, read(cells, micros)?);
            let utc = DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC));
            column.cast(&utc).map_err(Wrong::Polars)?.into_column()
        }
    })
}

fn read<T>(cells: &[&str], read: impl Fn(&str) -> Option<T>) -> Result<Vec<Option<T>>, Wrong> {
    let one = |cell: &&str| match cell.is_empty() {
        true => Ok(None),
        false => read(cell)
            .map(Some)
            .ok_or_else(|| Wrong::Cell((*cell).to_owned())),
    };
    cells.iter().map(one).collect()
}
