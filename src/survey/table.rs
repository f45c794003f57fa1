//! Tables under unknown names -> values by column, from which a field map is made as from those of JSON.

use std::collections::BTreeMap;

use csv::ReaderBuilder;

/// Columns that a table of requests has at least: when, what, and two more.
const COLUMNS: usize = 4;

/// The names of a table's columns, if the first line that holds something can be a header.
pub fn header(lines: &[&[u8]]) -> Option<(u8, Vec<String>)> {
    let first = lines.iter().find(|line| !line.trim_ascii().is_empty())?;
    let first = first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(first);
    let digits = first.iter().filter(|b| b.is_ascii_digit()).count();
    // A row holds a stamp at least.
    if digits >= 10 || first.starts_with(b"#") || first.starts_with(b"{") {
        return None;
    }
    let delimiter = [b',', b';', b'\t']
        .into_iter()
        .max_by_key(|delimiter| first.iter().filter(|b| *b == delimiter).count())?;
    let names = rows(&[first], delimiter).into_iter().next()?;
    let different: std::collections::BTreeSet<&String> = names.iter().collect();
    let telling = different.len() == names.len() && names.iter().all(|name| !name.is_empty());
    (telling && names.len() >= COLUMNS).then_some((delimiter, names))
}

/// Values by column, of the rows that have a cell for each.
pub fn columns(lines: &[&[u8]]) -> Option<BTreeMap<String, Vec<String>>> {
    let (delimiter, names) = header(lines)?;
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let whole = |row: &Vec<String>| row.len() == names.len() && *row != names;
    for row in rows(lines, delimiter).into_iter().filter(whole) {
        for (name, text) in names.iter().zip(row) {
            if !matches!(text.as_str(), "" | "-" | "NULL" | "null") {
                found.entry(name.clone()).or_default().push(text);
            }
        }
    }
    (!found.is_empty()).then_some(found)
}

/// Values by column of a table that has no header: nine of ten lines have the same number of cells.
pub fn headless(lines: &[&[u8]], delimiter: u8) -> Option<Vec<Vec<String>>> {
    let rows = rows(lines, delimiter);
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for row in &rows {
        *counts.entry(row.len()).or_default() += 1;
    }
    let (columns, alike) = counts.into_iter().max_by_key(|(_, rows)| *rows)?;
    if columns < COLUMNS || alike * 10 < rows.len() * 9 {
        return None;
    }
    let mut values = vec![Vec::new(); columns];
    for row in rows.into_iter().filter(|row| row.len() == columns) {
        for (column, text) in values.iter_mut().zip(row) {
            column.push(match text.as_str() {
                "" | "NULL" | "null" => "-".to_owned(),
                _ => text,
            });
        }
    }
    Some(values)
}

fn rows(lines: &[&[u8]], delimiter: u8) -> Vec<Vec<String>> {
    let text = lines.join(&b'\n');
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text);
    let cells = |row: csv::ByteRecord| {
        let text = |cell: &[u8]| String::from_utf8_lossy(cell).trim().to_owned();
        row.iter().map(text).collect()
    };
    reader.byte_records().flatten().map(cells).collect()
}
