//! A table's header: which column is what, and the record that a row's cells make.

use std::borrow::Cow;

use super::super::clock::Clock;
use super::super::json::scan::Value;
use super::super::json::{Slot, assemble, header_names, names_somebody, pick, well_known};
use super::super::{Problem, Record, Text, account};
use super::cells::{Cell, split};
use crate::case::AccountKey;
use crate::words::Stamp;

/// What may stand between columns.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// A row of a table holds a stamp, which has more digits than all the names of any header.
const DIGITS_OF_A_ROW: usize = 10;

/// Names of columns that hold the line as it came.
const RAW: [&str; 8] = [
    "_raw",
    "raw",
    "@message",
    "event.original",
    "message",
    "log",
    "textPayload",
    "line",
];
/// Those among them that nothing else is called.
const SURELY_RAW: usize = 2;

/// A header that was read.
#[derive(Debug)]
pub(in super::super) struct Layout {
    pub delimiter: u8,
    pub names: Vec<String>,
    /// The columns of each slot, preferred first.
    columns: Vec<Vec<usize>>,
    account: Account,
    /// The column with the line as it came, where no columns tell of a request.
    pub raw: Option<usize>,
}

#[derive(Debug)]
enum Account {
    /// The account's column, else the user's.
    Mapped,
    Columns(Vec<usize>),
    Cookie(Vec<usize>, String),
    Header(Vec<usize>, String),
    Query(String),
}

impl Layout {
    /// Reads a header, if the line can be one.
    pub(super) fn read(
        line: &[u8],
        tabs_only: bool,
        map: Option<&[(Slot, String)]>,
        key: Option<&AccountKey>,
    ) -> Option<Layout> {
        if is_row(line) {
            return None;
        }
        let delimiters = if tabs_only {
            &b"\t"[..]
        } else {
            &DELIMITERS[..]
        };
        let read = |delimiter: &u8| Layout::of(words(line, *delimiter)?, *delimiter, map, key);
        delimiters.iter().find_map(read)
    }

    fn of(
        names: Vec<String>,
        delimiter: u8,
        map: Option<&[(Slot, String)]>,
        key: Option<&AccountKey>,
    ) -> Option<Layout> {
        let plain: Vec<String> = names.iter().map(|name| flat(name)).collect();
        let called = |name: &str| {
            let exact = names.iter().position(|known| known == name);
            exact.or_else(|| {
                plain
                    .iter()
                    .position(|known| !known.is_empty() && *known == flat(name))
            })
        };
        let mut columns = vec![Vec::new(); Slot::COUNT];
        let mut put = |slot: Slot, column: usize| {
            let own: &mut Vec<usize> = &mut columns[slot as usize];
            if !own.contains(&column) {
                own.push(column);
            }
        };
        match map {
            // A column that the map names and the header lacks would be missing in silence.
            Some(map) => {
                for (slot, name) in map {
                    put(*slot, called(name)?);
                }
            }
            None => {
                for (slot, name) in well_known() {
                    if let Some(column) = called(&name) {
                        put(slot, column);
                    }
                }
            }
        }
        let has = |slot: Slot| !columns[slot as usize].is_empty();
        let tells = [Slot::Target, Slot::Path, Slot::Request, Slot::Template];
        let structured = has(Slot::Time) && tells.into_iter().any(has);
        let raw_names = if has(Slot::Time) {
            &RAW[..]
        } else {
            &RAW[..SURELY_RAW]
        };
        let raw = raw_names.iter().find_map(|name| called(name));
        let raw = raw.filter(|_| !structured && map.is_none());
        if !structured && raw.is_none() {
            return None;
        }
        let account = Account::find(key, &columns, &called, map);
        Some(Layout {
            delimiter,
            names,
            columns,
            account,
            raw,
        })
    }

    /// The record of a row's cells; there are as many as columns.
    pub(super) fn record<'a>(
        &self,
        cells: &[Cell<'a>],
        clock: &Clock,
    ) -> Result<Record<'a>, Problem> {
        let text = |slot| self.text(cells, slot);
        let mut record = assemble(text, || self.stamp(cells, clock))?;
        record.account = self
            .account(cells, &record)
            .filter(|name| names_somebody(name));
        record.nameless = self.is_nameless();
        Ok(record)
    }

    /// Whether its writers quote a cell only now and then.
    pub(super) fn is_loose(&self) -> bool {
        self.delimiter == b'\t'
    }

    /// The stamp of a row and who wrote it, for a line as it came that does not say so itself.
    pub(super) fn stamp(
        &self,
        cells: &[Cell<'_>],
        clock: &Clock,
    ) -> Result<Option<Stamp>, Problem> {
        let Some(text) = self.text(cells, Slot::Time) else {
            return Ok(None);
        };
        let day = || Some(self.text(cells, Slot::Date)?.into_owned());
        let stamp = clock.stamp_of(&text, day);
        stamp.map(Some).ok_or(Problem::Time)
    }

    /// The name of the column that has the stamp of a row, and what stands there.
    pub(super) fn stamp_as_written(&self, cells: &[Cell<'_>]) -> Option<(String, String)> {
        let columns = self.columns[Slot::Time as usize].iter();
        let mut told = columns.filter_map(|column| {
            let text = cells.get(*column)?.present()?;
            let name = self.names.get(*column)?.clone();
            Some((name, String::from_utf8_lossy(&text).into_owned()))
        });
        told.next()
    }

    /// The writer of a line as it came: stores call it their host.
    pub(super) fn node<'a>(&self, cells: &[Cell<'a>]) -> Option<Text<'a>> {
        self.text(cells, Slot::Node)
            .or_else(|| self.text(cells, Slot::Host))
    }

    fn text<'a>(&self, cells: &[Cell<'a>], slot: Slot) -> Option<Text<'a>> {
        first(cells, &self.columns[slot as usize])
    }

    fn account<'a>(&self, cells: &[Cell<'a>], record: &Record<'a>) -> Option<Text<'a>> {
        match &self.account {
            Account::Mapped => self
                .text(cells, Slot::Account)
                .or_else(|| record.user.clone()),
            Account::Columns(columns) => first(cells, columns),
            Account::Cookie(columns, name) => first(cells, columns).or_else(|| {
                let all = self.text(cells, Slot::Cookie)?;
                let picked = pick::cookie(value(&all), name)?;
                Some(Cow::Owned(picked.into_owned()))
            }),
            Account::Header(columns, name) => first(cells, columns).or_else(|| {
                let all = self.text(cells, Slot::Headers)?;
                let picked = pick::header(value(&all), name)?;
                Some(Cow::Owned(picked.into_owned()))
            }),
            Account::Query(name) => account::query(record, name),
        }
    }

    /// Whether no row of this header can name an account.
    fn is_nameless(&self) -> bool {
        let lacks = |slot: Slot| self.columns[slot as usize].is_empty();
        match &self.account {
            Account::Mapped => lacks(Slot::Account) && lacks(Slot::User),
            Account::Columns(columns) => columns.is_empty(),
            Account::Cookie(columns, _) => columns.is_empty() && lacks(Slot::Cookie),
            Account::Header(columns, _) => columns.is_empty() && lacks(Slot::Headers),
            Account::Query(_) => false,
        }
    }
}

fn is_row(line: &[u8]) -> bool {
    let digits = line.iter().filter(|b| b.is_ascii_digit());
    digits.take(DIGITS_OF_A_ROW).count() == DIGITS_OF_A_ROW
}

fn words(line: &[u8], delimiter: u8) -> Option<Vec<String>> {
    let word = |cell: &Cell<'_>| String::from_utf8_lossy(&cell.text).trim().to_owned();
    Some(split(line, delimiter)?.iter().map(word).collect())
}

/// The names of a line that may be a header, by the delimiter that makes most of them.
pub(super) fn names(line: &[u8]) -> Option<Vec<String>> {
    if is_row(line) {
        return None;
    }
    let split = DELIMITERS
        .iter()
        .filter_map(|delimiter| words(line, *delimiter));
    split.max_by_key(Vec::len)
}

impl Account {
    fn find(
        key: Option<&AccountKey>,
        columns: &[Vec<usize>],
        called: &dyn Fn(&str) -> Option<usize>,
        map: Option<&[(Slot, String)]>,
    ) -> Account {
        match key {
            None | Some(AccountKey::Claim(..)) => Account::Mapped,
            Some(AccountKey::Field(name)) => {
                // The case may call a column by its key in the map, and the user as other formats do.
                let by_key = super::super::json::KEYS.iter().find(|(key, _)| key == name);
                let by_key = by_key.filter(|_| map.is_some());
                match (called(name), by_key) {
                    (Some(column), _) => Account::Columns(vec![column]),
                    (None, Some((_, slot))) => Account::Columns(columns[*slot as usize].clone()),
                    (None, None) if name == "remote_user" => {
                        Account::Columns(columns[Slot::User as usize].clone())
                    }
                    (None, None) => Account::Columns(Vec::new()),
                }
            }
            Some(AccountKey::Cookie(name)) => {
                let own = called(&format!("cookie_{name}"));
                Account::Cookie(own.into_iter().collect(), name.clone())
            }
            Some(AccountKey::Header(name)) => {
                let names = header_names(name)
                    .into_iter()
                    .chain([format!("cs({name})"), name.clone()]);
                let own = names.filter_map(|name| called(&name)).collect();
                Account::Header(own, name.clone())
            }
            Some(AccountKey::Query(name)) => Account::Query(name.clone()),
        }
    }
}

/// The first of these columns that says something.
fn first<'a>(cells: &[Cell<'a>], columns: &[usize]) -> Option<Text<'a>> {
    columns
        .iter()
        .find_map(|column| cells.get(*column)?.present())
}

/// A cell that may hold an object or a list of its own.
fn value<'a>(text: &'a Text<'_>) -> Value<'a> {
    match text.first() {
        Some(b'{' | b'[') => Value::Composite(text),
        _ => Value::Text(text),
    }
}

/// A name as exports rename it: small letters, and one `_` for whatever stands between words.
fn flat(name: &str) -> String {
    let words = name
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("_")
}
