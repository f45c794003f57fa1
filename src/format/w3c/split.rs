//! A line's cells, by the number that its header promises.
//!
//! Writers disagree on separators: IIS leaves two blanks where a column is empty (some versions of
//! it, an extra one), others pad with several, CloudFront writes tabs, Advanced Logging quotes. So
//! each reading is tried in turn, strictest first, and the first that gives the promised number
//! is taken. None of them: the line is a problem, never a shifted record.

use super::super::text::is_filler;

/// How to cut a line.
#[derive(Clone, Copy)]
enum Reading {
    /// At every tab.
    Tabs,
    /// At every blank.
    Blanks,
    /// At every blank outside quotes.
    Quotes,
    /// At every run of blanks and tabs outside quotes.
    Runs,
}

/// The line's cells; `None` when no reading gives `wanted` of them. Where tabs separate them, cells
/// cannot shift, so there `least` will do: CloudFront leaves out columns at the end.
pub(super) fn cells(line: &[u8], wanted: usize, least: usize) -> Option<Cells<'_>> {
    let exact = [
        Reading::Tabs,
        Reading::Blanks,
        Reading::Quotes,
        Reading::Runs,
    ]
    .into_iter()
    .map(|reading| Cells {
        rest: Some(line),
        reading,
    })
    .find(|cells| cells.number() == wanted);
    exact.or_else(|| {
        let short = tabs(line);
        (least..wanted).contains(&short.number()).then_some(short)
    })
}

/// The cells between tabs.
pub(super) fn tabs(line: &[u8]) -> Cells<'_> {
    Cells {
        rest: Some(line),
        reading: Reading::Tabs,
    }
}

/// Cells in the order of the line, without the quotes around them.
#[derive(Clone)]
pub(super) struct Cells<'a> {
    rest: Option<&'a [u8]>,
    reading: Reading,
}

impl Cells<'_> {
    fn number(&self) -> usize {
        let line = self.rest.unwrap_or_default();
        match self.reading {
            Reading::Tabs => memchr::memchr_iter(b'\t', line).count() + 1,
            Reading::Blanks => memchr::memchr_iter(b' ', line).count() + 1,
            Reading::Quotes | Reading::Runs => self.clone().count(),
        }
    }
}

impl<'a> Iterator for Cells<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = self.rest?;
        let (cell, after) = match self.reading {
            Reading::Tabs => cut(rest, memchr::memchr(b'\t', rest)),
            Reading::Blanks => cut(rest, memchr::memchr(b' ', rest)),
            Reading::Quotes => cut(
                rest,
                end_of_quoted(rest).or_else(|| memchr::memchr(b' ', rest)),
            ),
            Reading::Runs => {
                let end = end_of_quoted(rest).or_else(|| memchr::memchr2(b' ', b'\t', rest));
                let (cell, after) = cut(rest, end);
                (
                    cell,
                    after
                        .map(|after| &after[after.iter().take_while(|b| is_filler(**b)).count()..]),
                )
            }
        };
        self.rest = after;
        Some(super::super::text::unquoted(cell))
    }
}

fn cut(rest: &[u8], end: Option<usize>) -> (&[u8], Option<&[u8]>) {
    match end {
        Some(end) if end < rest.len() => (&rest[..end], Some(&rest[end + 1..])),
        _ => (rest, None),
    }
}

/// Where a cell in quotes ends: behind the first quote that a separator or the line's end follows;
/// at the line's end when there is none. `None` for a cell that is not in quotes. Doubled quotes
/// inside are undone later, by the few columns that can hold them.
fn end_of_quoted(rest: &[u8]) -> Option<usize> {
    let body = rest.strip_prefix(b"\"")?;
    let mut at = 0;
    while let Some(next) = memchr::memchr(b'"', &body[at..]) {
        let quote = at + next;
        match body.get(quote + 1) {
            None => break,
            Some(b' ' | b'\t') => return Some(quote + 2),
            Some(b'"') => at = quote + 2,
            Some(_) => at = quote + 1,
        }
    }
    Some(rest.len())
}
