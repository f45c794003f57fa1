//! A finished answer in the formats that people and other programs ask for: workbook, PDF, CSV, JSON, Parquet.
//!
//! All say the same `content`; none computes a figure, and none knows the clock, the machine or the locale.

mod json;
mod parquet;
mod workbook;

use super::FolderProblem;
use super::cells::Table;
use super::content::{Content, Sheet};
use super::finished::Finished;
use super::html::Language;
use super::html::words::Words;

/// A workbook of the answer (Office Open XML), its heads, first sheet and glossary in a language.
///
/// # Errors
/// A sentence: the answer is not what its manifest says.
pub fn workbook(answer: &Finished, language: Language) -> Result<Vec<u8>, String> {
    workbook::bytes(&content(answer, language)?)
}

/// The answer in short as a document to print and file.
///
/// # Errors
/// As [`workbook`].
pub fn pdf(answer: &Finished, language: Language) -> Result<Vec<u8>, String> {
    super::pdf::bytes(&content(answer, language)?)
}

/// One JSON document of the same content, schema `breachscope.report/1`.
///
/// # Errors
/// As [`workbook`].
pub fn json(answer: &Finished, language: Language) -> Result<Vec<u8>, String> {
    json::bytes(&content(answer, language)?)
}

/// The tables as CSV files: name and bytes of each.
///
/// # Errors
/// As [`workbook`].
pub fn csv(answer: &Finished, language: Language) -> Result<Vec<(String, Vec<u8>)>, String> {
    let content = content(answer, language)?;
    let file = |sheet: &Sheet| Ok((format!("{}.csv", sheet.name), table(sheet)?));
    let files: Result<_, FolderProblem> = content.sheets.iter().map(file).collect();
    files.map_err(|e| e.to_string())
}

/// The tables as typed Parquet files: name and bytes of each.
///
/// # Errors
/// As [`workbook`].
pub fn parquet(answer: &Finished, language: Language) -> Result<Vec<(String, Vec<u8>)>, String> {
    let content = content(answer, language)?;
    let file = |sheet: &Sheet| Ok((format!("{}.parquet", sheet.name), parquet::bytes(sheet)?));
    content.sheets.iter().map(file).collect()
}

/// The content in a language.
pub(super) fn content(answer: &Finished, language: Language) -> Result<Content, String> {
    let read = |file: &str| answer.bytes(file);
    let open = |file: &str| answer.open_file(file);
    let source = answer.source(&read, &open);
    Content::gather(
        &source,
        answer.digest(super::MANIFEST),
        Words::of(language)?,
    )
}

fn table(sheet: &Sheet) -> Result<Vec<u8>, FolderProblem> {
    let head: Vec<&str> = sheet.columns.iter().map(|one| one.name.as_str()).collect();
    let mut table = Table::new(&head)?;
    for row in &sheet.rows {
        table.row(row)?;
    }
    table.finish()
}
