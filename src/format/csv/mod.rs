//! Tables with a header row: exports of log stores, as CSV (comma, semicolon or tab) and TSV.
//!
//! Columns are known by the names that JSON logs use, or by a field map. A cell may hold line breaks:
//! `parts.rs` holds the lines of such a row, until a line comes that is a row by itself. A table whose rows hold the line as it came (`_raw`,
//! `message`) is an envelope, and the line is read by whatever format it is in.

mod cells;
mod layout;

use std::sync::Arc;

use chrono_tz::Tz;

use super::clock::Clock;
use super::json::{Slot, mapped};
use super::parts::Row;
use super::text::{leading, trim};
use super::wrapper::Peeled;
use super::{FormatProblem, LineFormat, Problem, Record, State, Text};
use crate::case::AccountKey;
use cells::Cell;
use layout::Layout;

/// The reader.
#[derive(Clone, Debug)]
pub(super) struct Csv {
    tabs_only: bool,
    map: Option<Vec<(Slot, String)>>,
    /// The header that its files lack, as a case says it.
    columns: Option<Arc<str>>,
    key: Option<AccountKey>,
    clock: Clock,
}

/// What Zeek's lines about a log begin with.
const ZEEK: [&[u8]; 8] = [
    b"#separator",
    b"#set_separator",
    b"#empty_field",
    b"#unset_field",
    b"#path",
    b"#open",
    b"#close",
    b"#types",
];

/// The key of a field map under which the header of a table without one stands.
const COLUMNS: &str = "columns";

/// The header that is in force.
#[derive(Clone, Debug, Default)]
pub(super) struct Header {
    layout: Option<Arc<Layout>>,
    /// The line that said so.
    line: Arc<[u8]>,
}

impl Header {
    /// Whether no header was read yet.
    pub(super) fn is_empty(&self) -> bool {
        self.layout.is_none() && self.line.is_empty()
    }
}

/// What a line turned out to be in a table.
pub(super) enum Taken<'a> {
    Empty,
    Directive,
    Part,
    NoHeader,
    /// A whole row.
    Row(Arc<Layout>, Text<'a>),
}

/// What a row tells.
#[expect(
    clippy::large_enum_variant,
    reason = "most rows are a record, and a box would be an allocation for each"
)]
pub(super) enum Told<'a> {
    Record(Record<'a>),
    /// The line as it came, with what the table knows of it.
    Raw(Peeled<'a>),
}

impl Told<'_> {
    /// The same, holding its own bytes.
    pub(super) fn into_owned<'b>(self) -> Told<'b> {
        match self {
            Told::Record(record) => Told::Record(record.into_owned()),
            Told::Raw(peeled) => Told::Raw(peeled.into_owned()),
        }
    }
}

impl Csv {
    pub(super) fn new(
        tabs_only: bool,
        fields: &[(String, String)],
        zone: Tz,
    ) -> Result<Csv, FormatProblem> {
        let (clock, fields) = Clock::of(fields, zone)?;
        let (columns, fields): (Vec<_>, Vec<_>) =
            fields.into_iter().partition(|(key, _)| key == COLUMNS);
        let map = if fields.is_empty() {
            None
        } else {
            Some(mapped(&fields)?)
        };
        let csv = Csv {
            tabs_only,
            map,
            columns: columns.last().map(|(_, columns)| columns.as_str().into()),
            key: None,
            clock,
        };
        match csv.columns.is_some() && csv.own_header().is_none() {
            true => Err(FormatProblem::new(
                "`fields`: `columns` is no header of a table of requests: write the names of its columns with the character \
                 between them that the rows have, at least a time and a target, path or request, such as \
                 columns = \"time,client,user,method,target,status,bytes\"",
            )),
            false => Ok(csv),
        }
    }

    /// The header that the case says.
    fn own_header(&self) -> Option<Header> {
        let line = self.columns.as_ref()?.as_bytes();
        let layout = Layout::read(line, self.tabs_only, self.map.as_deref(), self.key.as_ref())?;
        Some(Header {
            layout: Some(Arc::new(layout)),
            line: line.into(),
        })
    }

    /// Takes a line, as it stands in the content, into the state.
    pub(super) fn take<'a>(&self, state: &mut State, line: &'a [u8], at: u64) -> Taken<'a> {
        state.parts.pass_line();
        if state.csv.layout.is_none()
            && let Some(header) = self.own_header()
        {
            state.csv = header;
        }
        let row = match &state.csv.layout {
            None => Row::Whole(line.into()),
            Some(layout) => {
                let open = |line: &[u8], inside| self.ends_open(layout, line, inside);
                let is_row = |held: &[u8], line: &[u8]| {
                    self.is_row(layout, line) && !ends_first_cell(layout, held, line)
                };
                state.parts.row(line, at, open, is_row)
            }
        };
        let Row::Whole(row) = row else {
            return Taken::Part;
        };
        if trim(&row).is_empty() {
            return Taken::Empty;
        }
        if state.parts.began().is_none() && self.is_header(state, bare(&row)) {
            return Taken::Directive;
        }
        match &state.csv.layout {
            Some(layout) => Taken::Row(layout.clone(), row),
            None => Taken::NoHeader,
        }
    }

    fn ends_open(&self, layout: &Layout, line: &[u8], inside: bool) -> bool {
        let skipped = if inside { 0 } else { leading_of_row(line) };
        // Writers of tabs seldom quote: one that stands open in a row that is whole is a plain byte.
        let is_plain = || !inside && layout.is_loose() && self.is_row(layout, line);
        cells::ends_open(&line[skipped..], inside, layout.delimiter) && !is_plain()
    }

    /// Whether a line is a row without those around it: as many cells as columns, and a time that
    /// reads. A client may choose what a cell begins with, and a quote there must not take the rows
    /// of others along.
    fn is_row(&self, layout: &Layout, line: &[u8]) -> bool {
        let line = bare(line);
        let is_row = |cells: Vec<Cell<'_>>| {
            let dated = || matches!(layout.stamp(&cells, &self.clock), Ok(Some(_)));
            cells.len() == layout.names.len() && dated()
        };
        cells::split(line, layout.delimiter).is_some_and(is_row)
            || is_row(cells::plain(line, layout.delimiter))
    }

    /// Takes a header into the state, if the line is one; the same again in the middle is one too.
    fn is_header(&self, state: &mut State, line: &[u8]) -> bool {
        // A spreadsheet's word for its delimiter.
        if line.len() <= 6 && line.starts_with(b"sep=") && state.csv.layout.is_none() {
            return true;
        }
        // Files that were put together repeat it.
        if state.csv.layout.is_some() && *state.csv.line == *line {
            return true;
        }
        if self.columns.is_some() {
            return false;
        }
        // Zeek names its columns in one of several lines about the log.
        let named = line.strip_prefix(b"#fields\t");
        if named.is_none() && ZEEK.iter().any(|word| line.starts_with(word)) {
            return true;
        }
        let line = named.unwrap_or(line);
        let layout = Layout::read(line, self.tabs_only, self.map.as_deref(), self.key.as_ref());
        let found = layout.is_some();
        if let Some(layout) = layout {
            state.csv.layout = Some(Arc::new(layout));
            state.csv.line = line.into();
        }
        found
    }

    /// Reads a whole row.
    pub(super) fn told<'a>(&self, layout: &Layout, row: &'a [u8]) -> Result<Told<'a>, Problem> {
        let cells = self.meant(cells_of(layout, row)?);
        let Some(raw) = layout.raw else {
            return layout.record(&cells, &self.clock).map(Told::Record);
        };
        let line = cells.get(raw).and_then(Cell::present);
        Ok(Told::Raw(Peeled {
            inner: line.ok_or(Problem::Shape)?,
            // A stamp that cannot be read matters only where the line has none itself.
            time: layout.stamp(&cells, &self.clock).ok().flatten(),
            node: layout.node(&cells),
            ..Peeled::default()
        }))
    }

    /// What cells mean. A table without a header is one that a web server's format string makes.
    fn meant<'a>(&self, mut cells: Vec<Cell<'a>>) -> Vec<Cell<'a>> {
        if self.columns.is_some() {
            cells.iter_mut().for_each(Cell::undo_escapes);
        }
        cells
    }

    /// Carries header and open quotes over a chunk, `at` in the content.
    pub(super) fn advance(&self, state: &mut State, chunk: &[u8], at: u64) {
        let mut start = 0;
        while start < chunk.len() {
            let end = memchr::memchr(b'\n', &chunk[start..]).map_or(chunk.len(), |end| start + end);
            let _ = self.take(state, &chunk[start..end], at + start as u64);
            start = end + 1;
        }
        // Whoever reads the chunk tells of these.
        let _ = state.parts.lost();
    }

    /// The columns of the line with their names.
    pub(super) fn columns(&self, state: &State, line: &[u8]) -> Vec<(String, Vec<u8>)> {
        let Some(layout) = &state.csv.layout else {
            return Vec::new();
        };
        let Ok(cells) = cells_of(layout, line) else {
            return Vec::new();
        };
        let named = layout.names.iter().zip(self.meant(cells));
        named
            .filter_map(|(name, cell)| Some((name.clone(), cell.present()?.into_owned())))
            .collect()
    }
}

/// The columns that a line would name if it were a header: several, and nothing like a row.
pub(super) fn names(line: &[u8]) -> Option<Vec<String>> {
    layout::names(bare(line)).filter(|names| names.len() > 2)
}

/// The column of a table's stamps and one of them, where the first line is a header and the stamp in the second cannot be
/// read.
pub(super) fn unread_stamp(lines: &[&[u8]]) -> Option<(String, String)> {
    let [header, row, ..] = lines else {
        return None;
    };
    let layout = Layout::read(bare(header), false, None, None)?;
    let cells = cells_of(&layout, row).ok()?;
    let clock = Clock::of(&[], chrono_tz::Tz::UTC).ok()?.0;
    match layout.stamp(&cells, &clock) {
        Err(_) => layout.stamp_as_written(&cells),
        Ok(_) => None,
    }
}

fn cells_of<'a>(layout: &Layout, row: &'a [u8]) -> Result<Vec<Cell<'a>>, Problem> {
    let fits = |cells: &Vec<Cell<'_>>| cells.len() == layout.names.len();
    let quoted = cells::split(bare(row), layout.delimiter);
    if !quoted.as_ref().is_some_and(fits) && layout.is_loose() {
        let plain = cells::plain(bare(row), layout.delimiter);
        if fits(&plain) {
            return Ok(plain);
        }
    }
    let cells = quoted.ok_or(Problem::Cut)?;
    match fits(&cells) {
        true => Ok(cells),
        false => Err(Problem::Columns),
    }
}

/// Whether a line is the rest of a row whose first cell holds line breaks: it too has a cell for each
/// column, or the last of them goes on.
fn ends_first_cell(layout: &Layout, held: &[u8], line: &[u8]) -> bool {
    let cells = |row: &[u8]| cells::split(row, layout.delimiter).map(|cells| cells.len());
    let fits = || {
        let joined = [bare(held), b"\n", bare(line)].concat();
        match cells(&joined) {
            Some(count) => count == layout.names.len(),
            None => cells(&[&joined[..], b"\""].concat())
                .is_some_and(|count| count <= layout.names.len()),
        }
    };
    cells::closes_first(line, layout.delimiter) && fits()
}

/// The row without byte order mark, NULs of a crash and line end. Blanks and tabs are its own.
fn bare(row: &[u8]) -> &[u8] {
    let row = &row[leading_of_row(row)..];
    let end = row.iter().rposition(|b| !matches!(b, 0 | b'\r'));
    &row[..end.map_or(0, |last| last + 1)]
}

fn leading_of_row(row: &[u8]) -> usize {
    let blanks = row.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    if blanks > 0 { 0 } else { without_blanks(row) }
}

/// How many bytes of mark and NULs stand at the start.
fn without_blanks(row: &[u8]) -> usize {
    let all = leading(row);
    let blank = row[..all].iter().position(|b| matches!(b, b' ' | b'\t'));
    blank.unwrap_or(all)
}

impl LineFormat for Csv {
    fn name(&self) -> &'static str {
        if self.tabs_only { "tsv" } else { "csv" }
    }

    /// Any key holds: which columns there are is known only from each file's header.
    fn bind(&self, key: &AccountKey) -> Result<Arc<dyn LineFormat>, FormatProblem> {
        Ok(Arc::new(Csv {
            key: Some(key.clone()),
            ..self.clone()
        }))
    }

    fn carries_account(&self) -> bool {
        true
    }

    /// A row is more than a line, so tables are read by `Format` itself.
    fn read<'a>(&self, _: &State, _: &'a [u8]) -> Result<Record<'a>, Problem> {
        Err(Problem::Shape)
    }

    fn table(&self) -> Option<&Csv> {
        Some(self)
    }
}
