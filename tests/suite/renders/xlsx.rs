//! A workbook read back by hand: the archive, its XML, shared strings and cells. Knows nothing of what wrote it.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Empty,
    Text(String),
    Number(f64),
    Flag(bool),
}

/// A sheet.
#[derive(Debug)]
pub struct Sheet {
    pub name: String,
    pub xml: String,
    pub rows: Vec<Vec<Cell>>,
}

/// A workbook.
#[derive(Debug)]
pub struct Book {
    pub sheets: Vec<Sheet>,
    /// Every part of the archive by name.
    pub parts: BTreeMap<String, String>,
}

impl Book {
    pub fn open(path: &Path) -> Book {
        let parts = parts(&fs::read(path).expect("the workbook"));
        let strings: Vec<String> = parts["xl/sharedStrings.xml"]
            .split("<si>")
            .skip(1)
            .map(|item| {
                between(item, "<t", "</t>").map_or(String::new(), |t| unescaped(after(t, ">")))
            })
            .collect();
        let names = parts["xl/workbook.xml"].split("<sheet ").skip(1);
        let names = names.map(|sheet| unescaped(between(sheet, "name=\"", "\"").expect("a name")));
        let sheet = |(name, number): (String, u32)| {
            let xml = parts[&format!("xl/worksheets/sheet{number}.xml")].clone();
            Sheet {
                name,
                rows: rows(&xml, &strings),
                xml,
            }
        };
        Book {
            sheets: names.zip(1..).map(sheet).collect(),
            parts,
        }
    }

    pub fn sheet(&self, name: &str) -> &Sheet {
        let mut sheets = self.sheets.iter();
        sheets
            .find(|sheet| sheet.name == name)
            .unwrap_or_else(|| panic!("no sheet {name}"))
    }

    /// All texts of all cells.
    pub fn text(&self) -> String {
        let cells = self
            .sheets
            .iter()
            .flat_map(|sheet| sheet.rows.iter().flatten());
        let texts = cells.filter_map(|cell| match cell {
            Cell::Text(text) => Some(text.as_str()),
            _ => None,
        });
        texts.collect::<Vec<_>>().join("\n")
    }
}

fn between<'t>(text: &'t str, from: &str, to: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(from)?;
    Some(rest.split_once(to)?.0)
}

fn after<'t>(text: &'t str, mark: &str) -> &'t str {
    text.split_once(mark).map_or("", |(_, rest)| rest)
}

fn unescaped(text: &str) -> String {
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&apos;", "'"),
        ("&amp;", "&"),
        // How the format writes what would read as one of its own codes.
        ("_x005F_", "_"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (code, sign)| {
        text.replace(code, sign)
    })
}

fn rows(xml: &str, strings: &[String]) -> Vec<Vec<Cell>> {
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for cell in xml.split("<c r=\"").skip(1) {
        let (place, rest) = cell.split_once('"').expect("a place");
        let letters: String = place
            .chars()
            .take_while(char::is_ascii_alphabetic)
            .collect();
        let column = letters
            .bytes()
            .fold(0, |n, c| n * 26 + usize::from(c - b'A') + 1)
            - 1;
        let row: usize = place[letters.len()..].parse().expect("a row");
        let (attributes, content) = rest.split_once('>').expect("an end");
        let value = between(content, "<v>", "</v>");
        let value = value.filter(|_| !attributes.ends_with('/'));
        let read = match (value, attributes) {
            (None, _) => Cell::Empty,
            (Some(v), a) if a.contains("t=\"s\"") => {
                Cell::Text(strings[v.parse::<usize>().expect("an index")].clone())
            }
            (Some(v), a) if a.contains("t=\"b\"") => Cell::Flag(v == "1"),
            (Some(v), _) => Cell::Number(v.parse().expect("a number")),
        };
        while rows.len() < row {
            rows.push(Vec::new());
        }
        let row = &mut rows[row - 1];
        while row.len() <= column {
            row.push(Cell::Empty);
        }
        row[column] = read;
    }
    rows
}

/// The archive's parts, by its directory.
fn parts(bytes: &[u8]) -> BTreeMap<String, String> {
    let n16 = |at: usize| usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]));
    let n32 = |at: usize| n16(at) | n16(at + 2) << 16;
    let end = bytes
        .windows(4)
        .rposition(|four| four == b"PK\x05\x06")
        .expect("a directory");
    let mut at = n32(end + 16);
    let mut parts = BTreeMap::new();
    for _ in 0..n16(end + 10) {
        assert_eq!(&bytes[at..at + 4], b"PK\x01\x02");
        // Where the clock would stand: the first day that the format can say.
        assert_eq!((n16(at + 12), n16(at + 14)), (0, 0x21), "a part is dated");
        let (method, size, name) = (n16(at + 10), n32(at + 20), n16(at + 28));
        let own = String::from_utf8(bytes[at + 46..at + 46 + name].to_vec()).expect("UTF-8");
        let local = n32(at + 42);
        let from = local + 30 + n16(local + 26) + n16(local + 28);
        let packed = &bytes[from..from + size];
        let mut text = String::new();
        match method {
            0 => text = String::from_utf8(packed.to_vec()).expect("UTF-8"),
            _ => drop(
                flate2::read::DeflateDecoder::new(packed)
                    .read_to_string(&mut text)
                    .expect("deflate"),
            ),
        }
        parts.insert(own, text);
        at += 46 + name + n16(at + 30) + n16(at + 32);
    }
    parts
}
