//! A line through all that may lie around it to the reader that knows it.
//!
//! Which readers there are is `names.rs`'s, how they are told apart by a content's first lines
//! `detect.rs`'s; rows of tables, which may be more than a line, go through `rows.rs`.

use std::sync::Arc;

use super::{
    Began, Format, Lately, Lean, Line, LineFormat, Lost, Problem, Record, State, Text, client,
    detect, halves, json, text, time, w3c, wrapper,
};

/// How what is inside of something is read.
type ReadInside = for<'b> fn(&Format, &mut State, &'b [u8]) -> Line<'b>;

impl Format {
    /// Carries the state over a chunk that others parse. `chunk` begins at a line's start, `at` in
    /// the content.
    pub fn advance(&self, state: &mut State, chunk: &[u8], at: u64) {
        if let Some(table) = self.table() {
            return table.advance(state, chunk, at);
        }
        let hears = self.readers.iter().any(|reader| reader.hears());
        if self.halves.is_some() || hears && (state.w3c.runs_a_clock() || w3c::speaks(chunk)) {
            self.advance_by_line(state, chunk, at);
        } else if self.joined {
            wrapper::advance(&mut state.parts, chunk, at);
        }
    }

    /// What a line says of those behind it may lie in any wrapping, so the lines are read.
    fn advance_by_line(&self, state: &mut State, chunk: &[u8], at: u64) {
        let mut start = 0;
        for line in chunk.split_inclusive(|b| *b == b'\n') {
            let bare = line.strip_suffix(b"\n").unwrap_or(line);
            let _ = self.parse(state, bare, at.saturating_add(start));
            start += line.len() as u64;
        }
        // Whoever reads the chunk tells of these.
        let _ = self.lost(state);
    }

    /// Reads one line, given without its `\n`; `at` is where it begins in the content.
    ///
    /// A trailing `\r`, a byte order mark, and NULs and blanks at either end are no part of it. A
    /// record may lack its time where the line says `-` or has no place for it: whether it still
    /// counts is the caller's to say.
    pub fn parse<'a>(&self, state: &mut State, line: &'a [u8], at: u64) -> Line<'a> {
        let read = match self.table() {
            Some(table) => self.row(table, state, line, at),
            None => {
                if self.joined || self.halves.is_some() {
                    state.parts.pass_line();
                }
                match self.halves {
                    Some(way) => self.half(way, state, line, at),
                    None => self.line(state, line, at),
                }
            }
        };
        match read {
            Line::Record(record) if record.is_overwritten(line) => Line::Problem(Problem::Shape),
            Line::Record(_) if self.table().is_none() && text::is_two(line) => {
                Line::Problem(Problem::Shape)
            }
            Line::Record(mut record) => {
                // One with fewer digits was cut, and tells nothing.
                record.status = record.status.filter(|status| is_whole_status(*status));
                Line::Record(record)
            }
            read => read,
        }
    }

    /// A line of a content in which one line tells what was asked, and another how it was answered.
    fn half<'a>(&self, way: halves::Way, state: &mut State, line: &'a [u8], at: u64) -> Line<'a> {
        state.halves.pass_line();
        match self.line(state, line, at) {
            Line::Record(record) if !record.is_overwritten(line) && !text::is_two(line) => {
                let length = line.len() as u64;
                let place = match state.parts.began() {
                    Some(began) => (began.at, began.span(at, length)),
                    None => (at, length),
                };
                state.halves.take(way, record, place)
            }
            Line::Record(_) => Line::Problem(Problem::Shape),
            other => other,
        }
    }

    /// Whether plainly written lines may go the short way.
    pub fn goes_lean(&self) -> bool {
        let first = self.readers.first();
        let plain =
            !self.joined && self.halves.is_none() && self.claim.is_none() && self.proxies.is_none();
        plain && first.is_some_and(|reader| reader.reads_lean())
    }

    /// Whether the short way is faster for [`Lately::unescaped`].
    pub fn minds_escapes(&self) -> bool {
        let first = self.readers.first();
        self.goes_lean() && first.is_some_and(|reader| reader.minds_escapes())
    }

    /// A line that is written as nearly all of its log are, read the short way where [`Format::goes_lean`]; `None`
    /// leaves it to [`Format::parse`], which would read the same. A line with zeros inside is not to be given: it is none.
    #[inline]
    pub fn lean<'a>(
        &self,
        state: &State,
        line: &'a [u8],
        lately: &'a mut Lately,
    ) -> Option<Lean<'a>> {
        match state.w3c.runs_a_clock() {
            true => None,
            false => {
                let lean = self.readers.first()?.lean(state, line, lately)?;
                let named = lean.account.is_some() || !client::is_damaged(lean.client);
                (named && is_whole_status(lean.status)).then_some(lean)
            }
        }
    }

    /// A line that is no row of a table.
    pub(super) fn line<'a>(&self, state: &mut State, line: &'a [u8], at: u64) -> Line<'a> {
        let length = line.len();
        let untrimmed = wrapper::line_of(line);
        let line = text::trim(line);
        if line.is_empty() {
            return Line::Empty;
        }
        let mut direct = None;
        // An object that tells of a request is no envelope.
        let plain_first = line[0] == b'{' && self.name() == "json";
        if plain_first {
            match self.plain(state, line) {
                Line::Record(record) if record.is_telling() => return Line::Record(record),
                other => direct = Some(other),
            }
        }
        let unwrapped = match wrapper::peel(untrimmed) {
            None => None,
            Some(peeled) if self.is_whole_behind_a_part(state, &peeled) => {
                state.parts.abandon(&peeled);
                let whole = wrapper::rest(peeled);
                Some(self.wrapped(state, whole, line))
            }
            Some(peeled) => match state.parts.take(peeled, self.joined, at, length as u64) {
                Some(whole) => Some(self.wrapped(state, whole, line)),
                None => return Line::Part,
            },
        };
        if let Some(Line::Record(record)) = unwrapped {
            return Line::Record(record);
        }
        let direct = direct.unwrap_or_else(|| self.plain(state, line));
        if !matches!(direct, Line::Problem(_)) {
            return direct;
        }
        let mut weak =
            wrapper::peel_weak(untrimmed).map(|peeled| self.wrapped(state, peeled, line));
        // Where objects are what is written: elsewhere a client may choose how a line ends.
        if !matches!(weak, Some(Line::Record(_))) && self.name() == "json" {
            weak = wrapper::peel_object(untrimmed).map(|peeled| self.wrapped(state, peeled, line));
        }
        match weak {
            Some(Line::Record(record)) => Line::Record(record),
            _ if plain_first => direct,
            _ => unwrapped.unwrap_or(direct),
        }
    }

    /// Where the line that was read last begins, when it is the last of several that make a request.
    pub fn began(&self, state: &State) -> Option<Began> {
        match (state.halves.began(), state.parts.began()) {
            (Some(halves), Some(parts)) => Some(Began {
                parts: halves.parts + parts.parts,
                ..halves
            }),
            (halves, parts) => halves.or(parts),
        }
    }

    /// Lines that were taken for parts of a request of which the rest never came, since this was
    /// asked last.
    pub fn lost(&self, state: &mut State) -> Vec<Lost> {
        let mut lost = state.parts.lost();
        lost.extend(state.halves.lost());
        lost
    }

    /// The same at the end of the content, behind which no rest can come.
    pub fn lost_at_end(&self, state: &mut State) -> Vec<Lost> {
        let mut lost = state.parts.lost_at_end();
        lost.extend(state.halves.lost_at_end());
        lost
    }

    /// Every field of the line that a case may name as `account`, by that name, with its value.
    /// Slow: to look at some lines. `state` is what [`Format::parse`] left before this line.
    pub fn fields(&self, state: &State, line: &[u8]) -> Vec<(String, Vec<u8>)> {
        if let Some(table) = self.table() {
            return table.columns(state, line);
        }
        let line = text::trim(line);
        if self
            .readers
            .iter()
            .any(|reader| reader.read(state, line).is_ok_and(|r| r.is_telling()))
        {
            return self.plain_fields(state, line);
        }
        let peeled = wrapper::peel(line).or_else(|| wrapper::peel_weak(line));
        let inner = peeled.as_ref().map_or(line, |peeled| &peeled.inner);
        self.plain_fields(state, text::trim(inner))
    }

    /// Whether bytes hold nothing but blank lines, byte order marks and the zeros of a crash.
    pub fn is_blank(bytes: &[u8]) -> bool {
        bytes.split(|&b| b == b'\n').all(text::is_blank)
    }

    /// What the first lines of a content offer to a field map, as the end of a sentence, where they
    /// name their fields.
    pub fn hint(head: &[u8]) -> Option<String> {
        let lines = head.split(|&b| b == b'\n');
        let lines: Vec<&[u8]> = lines
            .filter(|line| !text::is_blank(line))
            .take(detect::LOOKED_AT)
            .collect();
        detect::hint_of(&lines)
    }

    /// What lies in the wrappings around a line, and whether they have the time.
    pub fn inside_of(line: &[u8]) -> Option<(Text<'_>, bool)> {
        let peeled = wrapper::peel(wrapper::line_of(line))?;
        Some((peeled.inner, peeled.time.is_some()))
    }

    /// An object whose lists of keys with values stand as its members, as it is read.
    pub fn laid_out(line: &[u8]) -> Text<'_> {
        match json::flat(line) {
            Some(json::Flat::Object(object)) => object.into(),
            _ => line.into(),
        }
    }

    /// A line without a terminal's colours.
    pub fn without_colours(line: &[u8]) -> Text<'_> {
        match memchr::memchr(0x1b, line) {
            Some(_) => wrapper::plain_of_colours(line),
            None => line.into(),
        }
    }

    /// The wrappings around a line, outermost first: `syslog`, `CRI`, `docker`, ...
    pub fn wrappings(&self, line: &[u8]) -> Vec<&'static str> {
        let line = text::trim(line);
        wrapper::peel(line).map_or_else(Vec::new, |peeled| peeled.kinds.words())
    }

    fn plain_fields(&self, state: &State, line: &[u8]) -> Vec<(String, Vec<u8>)> {
        let reads = |reader: &&Arc<dyn LineFormat>| reader.read(state, line).is_ok();
        let reader = self.readers.iter().find(reads);
        reader.map_or_else(Vec::new, |reader| reader.fields(state, line))
    }

    /// A line in a wrapping, or several of them: what the wrapping knows stands in where the line
    /// itself says nothing.
    fn wrapped<'a>(&self, state: &mut State, peeled: wrapper::Peeled<'a>, line: &[u8]) -> Line<'a> {
        // A directive is heard where the line says it in plain bytes, so that whoever passes over lines
        // without reading them sees that there is one.
        let is_one = text::trim(&peeled.inner).first() == Some(&b'#');
        state.deaf = is_one && (state.parts.began().is_some() || !w3c::speaks(line));
        let object = text::trim(&peeled.inner).first() == Some(&b'{');
        let again = object.then(|| peeled.clone());
        let read = self.inside(state, peeled, Format::unwrapped);
        state.deaf = false;
        if matches!(read, Line::Record(_)) {
            return read;
        }
        let opened = again.as_ref().and_then(wrapper::opened);
        match opened.map(|opened| self.wrapped(state, opened, line)) {
            Some(Line::Record(record)) => Line::Record(record),
            _ => read,
        }
    }

    /// Whether a line that would be the rest of a request is one by itself: its writer was started anew, and
    /// the rest of what waits never came.
    fn is_whole_behind_a_part(&self, state: &State, peeled: &wrapper::Peeled<'_>) -> bool {
        if !self.joined || !state.parts.is_awaited(peeled) {
            return false;
        }
        let whole = wrapper::rest(peeled.clone());
        let line = text::trim(&whole.inner);
        let tells = |reader: &Arc<dyn LineFormat>| {
            let read = reader.read(state, line);
            let named =
                |record: &Record<'_>| record.client.as_deref().is_some_and(client::is_address);
            read.is_ok_and(|record| record.is_telling() && named(&record))
        };
        !line.is_empty() && self.readers.iter().any(tells)
    }

    pub(super) fn inside<'a>(
        &self,
        state: &mut State,
        peeled: wrapper::Peeled<'a>,
        read: ReadInside,
    ) -> Line<'a> {
        let read = match &peeled.inner {
            Text::Borrowed(inner) => read(self, state, inner),
            Text::Owned(inner) => read(self, state, inner).into_owned(),
        };
        let Line::Record(mut record) = read else {
            return read;
        };
        record.time = record.time.or(peeled.time).or_else(|| {
            let text = peeled.local.as_deref()?;
            time::any(text, self.zone)
        });
        record.node = record.node.or(peeled.node);
        record.sequence = record.sequence.or(peeled.sequence);
        Line::Record(record)
    }

    fn unwrapped<'a>(&self, state: &mut State, line: &'a [u8]) -> Line<'a> {
        match text::trim(line) {
            [] => Line::Empty,
            line => self.plain(state, line),
        }
    }

    /// A line without wrappings, trimmed and not empty.
    fn plain<'a>(&self, state: &mut State, line: &'a [u8]) -> Line<'a> {
        let mut first = None;
        if state.w3c.runs_a_clock() {
            self.readers
                .iter()
                .for_each(|reader| reader.pass(state, line));
        }
        for (place, reader) in self.readers.iter().enumerate() {
            if (place == 0 || !reader.keeps_to_itself()) && reader.directive(state, line) {
                return Line::Directive;
            }
            match reader.read(state, line) {
                Ok(record) if record.is_telling() => {
                    return Line::Record(self.finish(record, &**reader));
                }
                // Another would read one of the two ways.
                Err(Problem::Ambiguous) if place == 0 => {
                    return Line::Problem(Problem::Ambiguous);
                }
                // The lines' own way may leave something out; another must be told beyond doubt.
                read if place == 0 => first = Some((read, reader)),
                _ => {}
            }
        }
        match first {
            Some((Ok(record), reader)) => Line::Record(self.finish(record, &**reader)),
            Some((Err(problem), _)) => Line::Problem(problem),
            None => Line::Problem(Problem::Shape),
        }
    }

    pub(super) fn finish<'a>(&self, mut record: Record<'a>, reader: &dyn LineFormat) -> Record<'a> {
        record.nameless |= !reader.carries_account();
        if let Some(claim) = &self.claim {
            let read = record.account.take().map(|token| claim.of(&token));
            record.bad_token = matches!(read, Some(Err(_)));
            record.account = read.and_then(Result::ok).flatten();
        }
        if let Some(proxies) = &self.proxies {
            proxies.resolve(&mut record);
        }
        record
    }
}

/// Whether a status has all its digits; 0 is how some write that there was none.
fn is_whole_status(status: u16) -> bool {
    status == 0 || status >= 100
}
