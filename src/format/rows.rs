//! Rows of a table as lines of a content: a row may be more than a line, and a line of its own.

use super::{Format, Line, Problem, State, Text, csv};

impl Format {
    /// Itself as a table.
    pub(super) fn table(&self) -> Option<&csv::Csv> {
        self.readers.first()?.table()
    }

    /// A line of a table.
    pub(super) fn row<'a>(
        &self,
        table: &csv::Csv,
        state: &mut State,
        line: &'a [u8],
        at: u64,
    ) -> Line<'a> {
        let (layout, row) = match table.take(state, line, at) {
            csv::Taken::Row(layout, row) => (layout, row),
            csv::Taken::Empty => return Line::Empty,
            csv::Taken::Directive => return Line::Directive,
            csv::Taken::Part => return Line::Part,
            csv::Taken::NoHeader => return Line::Problem(Problem::NoHeader),
        };
        let told = match &row {
            Text::Borrowed(row) => table.told(&layout, row),
            Text::Owned(row) => table.told(&layout, row).map(csv::Told::into_owned),
        };
        let read = match told {
            Ok(csv::Told::Record(record)) => Line::Record(self.finish(record, table)),
            Ok(csv::Told::Raw(peeled)) => self.inside(state, peeled, Format::held),
            Err(problem) => Line::Problem(problem),
        };
        match read {
            Line::Empty => Line::Problem(Problem::Shape),
            read => read,
        }
    }

    /// A line that a table held, with the wrappings that it may have of its own. Rows come in any order
    /// and a chunk begins at any of them, so none of them says how another one is read.
    fn held<'a>(&self, _: &mut State, line: &'a [u8]) -> Line<'a> {
        self.line(&mut State::default(), line, 0)
    }
}
