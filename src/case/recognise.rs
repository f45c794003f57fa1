//! Which directory table a file is, by its columns: for whoever has a folder of tables and no case yet.

use std::path::Path;

use super::cells::{Layout, is_own};
use super::{rows, spreadsheet};

/// What a file's columns say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TableLikeness {
    /// It is the table of this key of `[directory]`.
    Is(&'static str),
    /// It would be, but for these columns.
    Lacks(&'static str, Vec<String>),
    /// It would be, but for a column that no table has.
    Strange(&'static str, String),
    /// It is no directory table.
    None,
}

/// Recognises a table by its header: all columns that it must have, and none that it may not have.
///
/// # Errors
/// The file cannot be read, or is no table.
pub fn recognise(path: &Path) -> Result<TableLikeness, String> {
    let bytes = std::fs::read(path)
        .map_err(|error| format!("{}: cannot be read: {error}", path.display()))?;
    let columns = columns(path, bytes)?;
    Ok(likeness(&columns))
}

fn columns(path: &Path, bytes: Vec<u8>) -> Result<Vec<String>, String> {
    if bytes.starts_with(b"PAR1") {
        let columns = super::parquet::columns(bytes)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        return Ok(columns.into_iter().map(|column| column.name).collect());
    }
    let bytes = spreadsheet::in_utf8(bytes);
    let mut bytes = bytes.ok_or_else(|| format!("{}: is damaged UTF-16", path.display()))?;
    let between = spreadsheet::between(&mut bytes);
    let mut reader = csv::ReaderBuilder::new();
    let mut reader = reader.delimiter(between).from_reader(&*bytes);
    let header = reader
        .headers()
        .map_err(|error| format!("{}: {error}", path.display()))?;
    let names = header.iter().map(|name| name.trim().to_owned());
    Ok(names.filter(|name| !name.is_empty()).collect())
}

fn likeness(columns: &[String]) -> TableLikeness {
    let mut close = TableLikeness::None;
    // Several tables could take the columns of a short one: the one that uses most of them is meant.
    let mut best: Option<(usize, &'static str)> = None;
    for (key, layout) in rows::LAYOUTS {
        let lacks = lacking(layout, columns);
        let strange = columns.iter().find(|name| !takes(layout, name));
        let used = layout.required.len();
        match (lacks.len(), strange) {
            (0, None) if best.is_none_or(|(most, _)| used > most) => best = Some((used, key)),
            (0, Some(name)) if used > 1 => close = TableLikeness::Strange(key, name.clone()),
            (1, _) if used > 2 && close == TableLikeness::None => {
                close = TableLikeness::Lacks(key, lacks);
            }
            _ => {}
        }
    }
    best.map_or(close, |(_, key)| TableLikeness::Is(key))
}

fn lacking(layout: &Layout, columns: &[String]) -> Vec<String> {
    let names = layout.required.iter().map(|(name, _)| *name);
    names
        .filter(|name| !columns.iter().any(|have| have == name))
        .map(str::to_owned)
        .collect()
}

fn takes(layout: &Layout, name: &str) -> bool {
    layout
        .required
        .iter()
        .any(|(required, _)| *required == name)
        || layout.optional.contains(&name)
        || is_own(name)
}
