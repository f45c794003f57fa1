//! The workbook: a first sheet to read, then a sheet for each table, with typed cells, frozen heads and filters.
//!
//! No cell is ever a formula or a link, whatever it begins with. Each table has two heads: the language's, and below it
//! the column's name as the answer's files spell it. The date at which it says that it was made is a fixed one, so that
//! the same answer gives the same bytes.

use chrono::DateTime;
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet,
    XlsxError,
};

use crate::report::content::{Column, Content, Kind, Sheet, head};

/// Rows that a sheet can hold.
const MOST_ROWS: usize = 1_048_576;
/// Rows of a table before its data.
const HEADS: usize = 2;
/// Characters (UTF-16) that a cell can hold, less those of the remark that more was there.
const LONGEST_CELL: usize = 32_000;
/// Days from the day 0 of a spreadsheet to 1970.
const DAYS_BEFORE_1970: f64 = 25_569.0;
/// The height of a line of text, in points.
const LINE: f64 = 15.0;
/// Widths of the first sheet's columns, in characters.
const FRONT: [f64; 3] = [46.0, 92.0, 46.0];
/// Beyond this width, in characters, a table that is squeezed onto a page's width could not be read.
const WIDEST: f64 = 190.0;
/// Rows after which a column's width is taken as known.
const MEASURED: usize = 500;

/// The workbook's bytes.
///
/// # Errors
/// It cannot be encoded.
pub(super) fn bytes(content: &Content) -> Result<Vec<u8>, String> {
    book(content, MOST_ROWS)
        .and_then(|mut book| book.save_to_buffer())
        .map_err(|e| format!("the workbook cannot be encoded: {e}"))
}

fn book(content: &Content, most_rows: usize) -> Result<Workbook, XlsxError> {
    let mut book = Workbook::new();
    let properties = DocProperties::new()
        .set_title(content.title())
        .set_subject(content.case())
        .set_author(format!("breachscope {}", content.build()))
        .set_creation_datetime(&ExcelDateTime::from_ymd(1980, 1, 1)?);
    book.set_properties(&properties);
    let looks = Looks::new();
    let shown = || {
        let told = ["answer", "figures"];
        let tables = content.sheets.iter();
        tables.filter(move |sheet| !told.contains(&sheet.name))
    };
    let parts = |sheet: &Sheet| sheet.rows.len().div_ceil(most_rows - HEADS).max(1);
    let titles: Vec<(&Sheet, Vec<String>)> = shown()
        .map(|sheet| (sheet, titles(content, sheet, parts(sheet))))
        .collect();
    front(book.add_worksheet(), content, &titles, &looks)?;
    for (sheet, titles) in &titles {
        let mut rows = sheet.rows.chunks(most_rows - HEADS);
        for title in titles {
            let rows = rows.next().unwrap_or_default();
            let own = book.add_worksheet();
            own.set_name(title.as_str())?;
            table(own, content, (sheet, rows), &looks)?;
        }
    }
    Ok(book)
}

/// Names of a table's sheets: its title, numbered where one sheet cannot hold it.
fn titles(content: &Content, sheet: &Sheet, parts: usize) -> Vec<String> {
    let title = content.words.word(&format!("sheet.{}", sheet.name));
    let one = |part: usize| match part {
        1 => title.clone(),
        part => format!("{title} {part}"),
    };
    (1..=parts).map(one).collect()
}

struct Looks {
    title: Format,
    heading: Format,
    label: Format,
    text: Format,
    note: Format,
    head: Format,
    name: Format,
    count: Format,
    share: Format,
    figure: Format,
    number: Format,
    time: Format,
    time_with_parts: Format,
}

impl Looks {
    fn new() -> Looks {
        let wrapped = || Format::new().set_text_wrap().set_align(FormatAlign::Top);
        let left = || Format::new().set_align(FormatAlign::Left);
        let grey = Color::RGB(0x0059_6273);
        Looks {
            title: Format::new().set_bold().set_font_size(16.0),
            heading: Format::new().set_bold().set_font_size(12.0),
            label: wrapped().set_font_color(grey),
            text: wrapped(),
            note: wrapped().set_italic(),
            head: wrapped()
                .set_bold()
                .set_background_color(Color::RGB(0x00E8_ECF2)),
            name: Format::new()
                .set_font_color(grey)
                .set_font_size(9.0)
                .set_border_bottom(FormatBorder::Thin),
            count: Format::new().set_num_format("#,##0"),
            share: left().set_num_format("0.00%"),
            figure: left().set_num_format("#,##0"),
            number: Format::new().set_num_format("0.00##"),
            time: Format::new().set_num_format("yyyy\\-mm\\-dd hh:mm:ss"),
            time_with_parts: Format::new().set_num_format("yyyy\\-mm\\-dd hh:mm:ss.000"),
        }
    }
}

/// The first sheet: what people read before any table.
fn front(
    sheet: &mut Worksheet,
    content: &Content,
    titles: &[(&Sheet, Vec<String>)],
    looks: &Looks,
) -> Result<(), XlsxError> {
    let words = &content.words;
    sheet.set_name(words.word("sheet.answer"))?;
    for (width, column) in FRONT.into_iter().zip(0..) {
        sheet.set_column_width(column, width)?;
    }
    let mut at = 0;
    let mut line = |cells: [(&str, &Format); 3]| -> Result<(), XlsxError> {
        for ((text, look), column) in cells.into_iter().zip(0..) {
            if !text.is_empty() {
                sheet.write_string_with_format(at, column, cut(text), look)?;
            }
        }
        // Not every program finds out by itself how high a row must be.
        let taken = cells.iter().zip(FRONT).skip(1);
        let high = taken.map(|((text, _), width)| lines(text, width)).max();
        if let Some(high) = high.filter(|high| *high > 1) {
            sheet.set_row_height(at, f64::from(high) * LINE)?;
        }
        at += 1;
        Ok(())
    };
    let (label, text) = (&looks.label, &looks.text);
    line([(&content.title(), &looks.title), ("", text), ("", text)])?;
    line([
        (&words.word("document.case"), label),
        (&content.case(), text),
        ("", text),
    ])?;
    line([
        (&words.word("document.made"), label),
        (&content.prepared(), text),
        ("", text),
    ])?;
    let digest = &content.manifest_sha256;
    line([
        (&words.word("document.manifest"), label),
        (digest, text),
        ("", text),
    ])?;
    line([
        ("", label),
        (&words.word("document.personal_data"), &looks.note),
        ("", text),
    ])?;
    line([("", label), (&words.word("document.utc"), text), ("", text)])?;
    line([("", text); 3])?;
    line([
        (&words.word("section.answer"), &looks.heading),
        ("", text),
        ("", text),
    ])?;
    for [part, sentence, source] in &content.sentences {
        line([
            (&words.word(&format!("part.{part}")), label),
            (sentence, text),
            (source, label),
        ])?;
    }
    line([("", text); 3])?;
    line([
        (&words.word("document.contents"), &looks.heading),
        ("", text),
        ("", text),
    ])?;
    for (table, titles) in titles {
        let mut told = words.word(&format!("sheet.{}_means", table.name));
        if titles.len() > 1 {
            let rest = titles.get(1..).unwrap_or_default().join(", ");
            told = format!(
                "{told} {}",
                words.say("document.continued", &[("sheets", &rest)])
            );
        }
        let title = titles.first().map_or("", String::as_str);
        line([(title, label), (&told, text), (table.source, label)])?;
    }
    let next = at + 1;
    figures(sheet, content, next, looks)?;
    sheet
        .set_landscape()
        .set_paper_size(9)
        .set_print_fit_to_pages(1, 0);
    Ok(())
}

/// The figures of the case, below the contents.
fn figures(
    sheet: &mut Worksheet,
    content: &Content,
    from: u32,
    looks: &Looks,
) -> Result<(), XlsxError> {
    let words = &content.words;
    sheet.write_string_with_format(from, 0, words.word("answer.tiles"), &looks.heading)?;
    for (figure, at) in content.figures.iter().zip(from + 1..) {
        let label = words.word(&format!("figure.{}", figure.name));
        sheet.write_string_with_format(at, 0, label, &looks.label)?;
        let look = match figure.name {
            "log_coverage" => &looks.share,
            _ => &looks.figure,
        };
        match figure.value.parse::<f64>() {
            Ok(value) => sheet.write_number_with_format(at, 1, value, look)?,
            Err(_) => {
                let value = match figure.value.as_str() {
                    "" => words.word("number.unknown"),
                    value => value.to_owned(),
                };
                sheet.write_string_with_format(at, 1, value, &looks.text)?
            }
        };
        sheet.write_string_with_format(at, 2, &figure.source, &looks.label)?;
    }
    Ok(())
}

fn table(
    sheet: &mut Worksheet,
    content: &Content,
    (table, rows): (&Sheet, &[Vec<String>]),
    looks: &Looks,
) -> Result<(), XlsxError> {
    let (mut wide, mut high) = (0.0, 1);
    for (column, at) in table.columns.iter().zip(0..) {
        let title = head(&content.words, column);
        sheet.write_string_with_format(0, at, &title, &looks.head)?;
        sheet.write_string_with_format(1, at, &column.name, &looks.name)?;
        let cells = rows.iter().filter_map(|row| row.get(usize::from(at)));
        let width = width(column, &title, cells);
        sheet.set_column_width(at, width)?;
        wide += width;
        high = high.max(lines(&title, width * 0.9));
    }
    sheet.set_row_height(0, f64::from(high) * LINE)?;
    for (row, at) in rows.iter().zip(HEADS as u32..) {
        for ((cell, column), to) in row.iter().zip(&table.columns).zip(0..) {
            write(sheet, (at, to), (cell, column.kind), looks)?;
        }
    }
    let last_row = rows.len() as u32 + 1;
    let last_column = table.columns.len().saturating_sub(1) as u16;
    sheet.set_freeze_panes(HEADS as u32, 1)?;
    sheet.autofilter(1, 0, last_row, last_column)?;
    sheet.set_repeat_rows(0, 1)?;
    sheet.set_landscape().set_paper_size(9);
    if wide <= WIDEST {
        sheet.set_print_fit_to_pages(1, 0);
    }
    Ok(())
}

/// How many lines a text takes at a width in characters, with some room to spare.
fn lines(text: &str, width: f64) -> u32 {
    let mut lines = 1;
    let mut used = 0.0;
    for word in text.split(' ') {
        let long = word.chars().count() as f64 * 1.08 + 1.0;
        if used > 0.0 && used + long > width {
            lines += 1;
            used = 0.0;
        }
        lines += (long / width) as u32;
        used = (used + long) % width;
    }
    lines
}

/// In characters: what most cells need, within what a screen bears.
fn width<'c>(column: &Column, title: &str, cells: impl Iterator<Item = &'c String>) -> f64 {
    let longest = cells.take(MEASURED).map(|cell| cell.chars().count()).max();
    let least = title.split(' ').map(|word| word.chars().count()).max();
    let wanted = longest
        .unwrap_or(0)
        .max(column.name.chars().count())
        .max(least.unwrap_or(0));
    let most = match column.kind {
        Kind::Text => 60,
        _ => 22,
    };
    (wanted + 3).clamp(9, most) as f64
}

/// A cell as its column's type; one that does not read so is text.
fn write(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    (cell, kind): (&str, Kind),
    looks: &Looks,
) -> Result<(), XlsxError> {
    if cell.is_empty() {
        return Ok(());
    }
    let number = match kind {
        // Beyond this a spreadsheet rounds.
        Kind::Count | Kind::Hidden => {
            let count = cell.parse::<u64>().ok().filter(|n| *n < 1 << 53);
            count.map(|count| (count as f64, &looks.count))
        }
        Kind::Number => {
            let number = cell.parse::<f64>().ok().filter(|n| n.is_finite());
            number.map(|number| (number, &looks.number))
        }
        Kind::Time => serial(cell).map(|(serial, whole)| match whole {
            true => (serial, &looks.time),
            false => (serial, &looks.time_with_parts),
        }),
        Kind::Text | Kind::Flag => None,
    };
    match (number, kind) {
        (Some((number, look)), _) => {
            sheet.write_number_with_format(row, column, number, look)?;
        }
        (None, Kind::Flag) if cell == "true" || cell == "false" => {
            sheet.write_boolean(row, column, cell == "true")?;
        }
        _ => {
            sheet.write_string(row, column, cut(cell))?;
        }
    }
    Ok(())
}

/// A time as the number of days that a spreadsheet keeps, and whether it is a whole second. Finer than a millisecond, or
/// of a year that spreadsheets get wrong, it stays text.
fn serial(cell: &str) -> Option<(f64, bool)> {
    let at = DateTime::parse_from_rfc3339(cell).ok()?;
    let nanos = at.timestamp_subsec_nanos();
    let serial = DAYS_BEFORE_1970 + at.timestamp_millis() as f64 / 86_400_000.0;
    let fine = nanos % 1_000_000 == 0 && (367.0..2_958_465.0).contains(&serial);
    fine.then_some((serial, nanos == 0))
}

/// What a cell can hold; more is cut, and says so.
fn cut(text: &str) -> String {
    if text.len() <= LONGEST_CELL || text.encode_utf16().count() <= LONGEST_CELL {
        return text.to_owned();
    }
    let mut room = LONGEST_CELL;
    let fits = |c: &char| {
        let left = room.checked_sub(c.len_utf16());
        room = left.unwrap_or(0);
        left.is_some()
    };
    let kept: String = text.chars().take_while(fits).collect();
    format!("{kept} [...]")
}

#[cfg(test)]
mod tests {
    use super::{HEADS, book};
    use crate::report::content::Content;
    use crate::report::html::words::Words;
    use crate::report::html::{Language, Source};

    /// What a sheet cannot hold stands on a second one, and the first sheet says so.
    #[test]
    fn a_long_table_goes_on_in_another_sheet() {
        let coverage: String = (0..7).map(|n| format!("web,{n}\n")).collect();
        let read = |file: &str| -> Result<Vec<u8>, String> {
            Ok(match file {
                "coverage.csv" => format!("source,lines\n{coverage}").into_bytes(),
                _ => b"controller,protected\n".to_vec(),
            })
        };
        let source = Source {
            manifest: serde_json::json!({}),
            read: &read,
            open: &|_| Ok(Box::new(&b"{}"[..])),
        };
        let words = Words::of(Language::English).expect("the strings");
        let content = Content::gather(&source, String::new(), words).expect("the content");
        let sheets = |most_rows: usize| -> Vec<String> {
            let mut book = book(&content, most_rows).expect("a workbook");
            let all = book.worksheets().iter();
            let names = all
                .map(|sheet| sheet.name())
                .filter(|name| name.starts_with("Coverage"));
            let names = names.collect();
            book.save_to_buffer().expect("it can be written");
            names
        };
        assert_eq!(sheets(1000), ["Coverage by hour"]);
        assert_eq!(
            sheets(3 + HEADS),
            [
                "Coverage by hour",
                "Coverage by hour 2",
                "Coverage by hour 3"
            ]
        );
    }
}
