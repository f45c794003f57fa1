//! The cells of a row: RFC 4180, with any delimiter, and forgiving where a quote stands inside of a cell.

use std::borrow::Cow;

use crate::format::Text;
use crate::format::text::{of_server, present};

/// A cell, and whether it stood in quotes: an empty word is then a text and no absence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cell<'a> {
    pub text: Text<'a>,
    quoted: bool,
}

impl<'a> Cell<'a> {
    /// The cell's text, unless it says in one of the ways of exports that there is none.
    pub(super) fn present(&self) -> Option<Text<'a>> {
        let word = present(&self.text)?;
        let null = !self.quoted && matches!(word, b"NULL" | b"null" | b"\\N" | b"(null)");
        (!null).then(|| self.text.clone())
    }
}

impl Cell<'_> {
    /// Undoes a web server's escapes.
    pub(super) fn undo_escapes(&mut self) {
        let plain = match of_server(&self.text) {
            Cow::Owned(plain) => plain,
            Cow::Borrowed(_) => return,
        };
        self.text = Cow::Owned(plain);
    }
}

/// Whether a line ends within quotes, given whether it begins within.
pub(super) fn ends_open(line: &[u8], begins_open: bool, delimiter: u8) -> bool {
    // What follows the quote that is open, if one is.
    let mut open = if begins_open {
        Some(line)
    } else {
        line.strip_prefix(b"\"")
    };
    let mut rest = line;
    loop {
        if let Some(body) = open {
            match closing(body) {
                None => return true,
                Some(end) => rest = &body[end + 1..],
            }
        }
        // Only a quote that begins a cell opens it.
        let mut cells = memchr::memchr_iter(delimiter, rest);
        match cells.find(|at| rest.get(at + 1) == Some(&b'"')) {
            None => return false,
            Some(at) => open = Some(&rest[at + 2..]),
        }
    }
}

/// The quote that closes a cell, given what follows its opening one: a doubled one closes nothing.
fn closing(body: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr::memchr(b'"', &body[at..])?;
        if body.get(at + 1) != Some(&b'"') {
            return Some(at);
        }
        at += 2;
    }
}

/// Whether the quote that closes what is open stands right before the line's first delimiter.
pub(super) fn closes_first(line: &[u8], delimiter: u8) -> bool {
    let first = memchr::memchr(delimiter, line);
    closing(line).is_some_and(|end| end.checked_add(1) == first)
}

/// The cells of a whole row; nothing where quotes are left open.
pub(super) fn split(row: &[u8], delimiter: u8) -> Option<Vec<Cell<'_>>> {
    let mut cells = Vec::with_capacity(16);
    let mut rest = row;
    loop {
        let (cell, next) = first(rest, delimiter)?;
        cells.push(cell);
        match next {
            Some(next) => rest = next,
            None => break,
        }
    }
    unpadded(&mut cells);
    Some(cells)
}

/// IIS puts a blank behind every comma: where all cells but the first begin with one, it is no part of them.
fn unpadded(cells: &mut [Cell<'_>]) {
    let [_, others @ ..] = cells else { return };
    let padded = |cell: &Cell<'_>| !cell.quoted && cell.text.first() == Some(&b' ');
    let empty = |cell: &Cell<'_>| !cell.quoted && cell.text.is_empty();
    if others.iter().any(padded) && others.iter().all(|cell| padded(cell) || empty(cell)) {
        for cell in others {
            if let Cow::Borrowed(text) = cell.text {
                cell.text = Cow::Borrowed(text.strip_prefix(b" ").unwrap_or(text));
            }
        }
    }
}

/// The cells of a row in which quotes are bytes like others.
pub(super) fn plain(row: &[u8], delimiter: u8) -> Vec<Cell<'_>> {
    let cell = |text| Cell {
        text: Cow::Borrowed(text),
        quoted: false,
    };
    let mut cells: Vec<Cell<'_>> = row.split(|b| *b == delimiter).map(cell).collect();
    unpadded(&mut cells);
    cells
}

/// The first cell, and what follows its delimiter.
fn first(row: &[u8], delimiter: u8) -> Option<(Cell<'_>, Option<&[u8]>)> {
    let row = match delimiter {
        b'|' => row.trim_ascii_start(),
        _ => row,
    };
    let Some(body) = row.strip_prefix(b"\"") else {
        let (text, next) = until(row, delimiter);
        // Tables that are drawn with bars have blanks beside them.
        let text = Cow::Borrowed(if delimiter == b'|' {
            text.trim_ascii()
        } else {
            text
        });
        return Some((
            Cell {
                text,
                quoted: false,
            },
            next,
        ));
    };
    let end = closing(body)?;
    let (behind, next) = until(&body[end + 1..], delimiter);
    let mut text = single(&body[..end]);
    // Bytes behind the closing quote belong to the cell all the same.
    let blank = delimiter == b'|' && behind.trim_ascii().is_empty();
    if !behind.is_empty() && !blank {
        text.to_mut().extend_from_slice(behind);
    }
    Some((Cell { text, quoted: true }, next))
}

fn until(row: &[u8], delimiter: u8) -> (&[u8], Option<&[u8]>) {
    match memchr::memchr(delimiter, row) {
        Some(at) => (&row[..at], Some(&row[at + 1..])),
        None => (row, None),
    }
}

/// Doubled quotes made single.
fn single(body: &[u8]) -> Text<'_> {
    if memchr::memchr(b'"', body).is_none() {
        return Cow::Borrowed(body);
    }
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = memchr::memchr(b'"', rest) {
        out.extend_from_slice(&rest[..=at]);
        rest = rest.get(at + 2..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    Cow::Owned(out)
}
