//! One line -> [`Record`] or [`Problem`]: a file per format, one time parser, one target normaliser.
//!
//! Pure: no I/O, no threads, no clock, and no bytes that make it panic. Where lines come from is
//! left to `source`, what a request means to `route`. To add a format, write its file with a
//! [`LineFormat`], or with a `listed::Layout` where columns stand in a fixed order, and give it a
//! line in `names.rs`, and one among the recognised there when its bytes tell it.

mod account;
mod balancer;
mod claim;
mod clf;
mod client;
mod csv;
mod detect;
mod envoy;
mod forwarded;
mod haproxy;
mod json;
mod listed;
mod nameless;
mod names;
mod parts;
mod pattern;
mod record;
mod request;
mod rows;
mod s3;
mod squid;
pub mod target;
mod text;
pub mod time;
mod traefik;
mod uvicorn;
mod w3c;
mod wrapper;

use std::fmt;
use std::sync::Arc;

use chrono_tz::Tz;

pub use forwarded::{Proxies, is_private};
pub use parts::Lost;
pub use record::{Began, Line, Problem, Record, Text};

use crate::case::{AccountKey, FormatSpec};
use nameless::Nameless;
use parts::Parts;

/// A compiled way to read lines. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Format {
    /// How most lines are written, and, where the format was recognised and not named, every other
    /// way that a line may turn out to be written.
    readers: Arc<[Arc<dyn LineFormat>]>,
    /// Whether parts of a request are looked for on several lines.
    joined: bool,
    /// The claim of a token that is the account, where the account's field holds a token.
    claim: Option<Arc<claim::Claim>>,
    proxies: Option<Arc<Proxies>>,
}

/// One way to write a line.
trait LineFormat: fmt::Debug + Send + Sync {
    /// Its name in a case, or `pattern`.
    fn name(&self) -> &'static str;

    /// The same, with the account where `key` says. A `jwt:` key comes as the key of its token.
    ///
    /// # Errors
    /// The format has no such place; the message lists those that it has.
    fn bind(&self, key: &AccountKey) -> Result<Arc<dyn LineFormat>, FormatProblem>;

    /// Whether its lines have a place for an account. A header or an object that happens to lack
    /// it is known only when it is read, so formats whose lines name their own fields say `true`.
    fn carries_account(&self) -> bool;

    /// Reads a line, trimmed and not empty.
    fn read<'a>(&self, state: &State, line: &'a [u8]) -> Result<Record<'a>, Problem>;

    /// Takes a line about the log into the state, if it is one.
    fn directive(&self, _state: &mut State, _line: &[u8]) -> bool {
        false
    }

    /// Takes what a line that is no directive says about those behind it into the state. Asked before
    /// it is read, and maybe twice.
    fn pass(&self, _state: &mut State, _line: &[u8]) {}

    /// Takes the directives of a whole chunk into the state, and what [`LineFormat::pass`] would take.
    fn advance(&self, _state: &mut State, _chunk: &[u8]) {}

    /// Itself as a table, whose rows may be more than a line.
    fn table(&self) -> Option<&csv::Csv> {
        None
    }

    /// Every field of a line that a case may name as `account`, by that name, with its value:
    /// slow, to look at some lines only.
    fn fields(&self, state: &State, line: &[u8]) -> Vec<(String, Vec<u8>)> {
        let Ok(record) = self.read(state, line) else {
            return Vec::new();
        };
        let user = record
            .user
            .map(|user| ("remote_user".to_owned(), user.into_owned()));
        user.into_iter().collect()
    }
}

/// What a line needs to know from the lines before it: the header of a W3C file or a table, the parts
/// of a request that a container's log has cut or whose cells hold line breaks.
///
/// A file starts with the default. A chunk in the middle starts with the state that
/// [`Format::advance`] carried over everything before it.
#[derive(Clone, Debug, Default)]
pub struct State {
    w3c: w3c::Header,
    csv: csv::Header,
    parts: Parts,
}

/// Why a format cannot be used: what is wrong and what to do. The caller adds file and line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormatProblem {
    /// What happened and what to do.
    pub message: String,
}

impl FormatProblem {
    fn new(message: impl Into<String>) -> FormatProblem {
        FormatProblem {
            message: message.into(),
        }
    }
}

impl fmt::Display for FormatProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for FormatProblem {}

/// How what is inside of something is read.
type ReadInside = for<'b> fn(&Format, &mut State, &'b [u8]) -> Line<'b>;

impl Format {
    /// The format that a source asks for; `None` = it must be detected from bytes.
    ///
    /// `zone` is for stamps that carry no offset.
    ///
    /// # Errors
    /// A name that is not known, a pattern or field map that does not hold, or several of them at once.
    pub fn from_spec(spec: &FormatSpec, zone: Tz) -> Result<Option<Format>, FormatProblem> {
        match (&spec.name, &spec.pattern) {
            (Some(name), Some(_)) => Err(FormatProblem::new(format!(
                "`format = \"{name}\"` and `pattern` exclude each other; keep the one that describes the lines"
            ))),
            (None, Some(_)) if !spec.fields.is_empty() => Err(FormatProblem::new(
                "`pattern` and `fields` exclude each other; `fields` is for JSON lines and tables",
            )),
            (None, Some(pattern)) => Format::pattern(pattern, zone).map(Some),
            (Some(name), None) if names::meant(name) == "auto" => Ok(None),
            (Some(name), None) => Format::named(name, &spec.fields, zone).map(Some),
            (None, None) if spec.fields.is_empty() => Ok(None),
            (None, None) => Format::named("json", &spec.fields, zone).map(Some),
        }
    }

    /// The format of that name. `fields` maps our names to dotted paths or columns and is for JSON and tables.
    ///
    /// # Errors
    /// An unknown name (with the nearest known one), a known one that this version does not read
    /// yet, or a field map that does not hold.
    pub fn named(
        name: &str,
        fields: &[(String, String)],
        zone: Tz,
    ) -> Result<Format, FormatProblem> {
        Ok(Format::of(names::readers(name, fields, zone)?))
    }

    /// The format that an nginx `log_format` or Apache `LogFormat` string describes.
    ///
    /// # Errors
    /// A pattern without variables, with an unknown Apache directive, or with two variables between
    /// which nothing tells where the first one ends.
    pub fn pattern(text: &str, zone: Tz) -> Result<Format, FormatProblem> {
        Ok(Format::of(vec![Arc::new(pattern::Pattern::compile(
            text, zone,
        )?)]))
    }

    /// The format of a content whose first bytes (64 KiB do) are `head`. Lines that are written in
    /// another of the known ways are read too.
    ///
    /// # Errors
    /// No known format fits, or the field map does not hold.
    pub fn detect(
        head: &[u8],
        fields: &[(String, String)],
        zone: Tz,
    ) -> Result<Format, FormatProblem> {
        Ok(Format::of(detect::detect(head, fields, zone)?).for_content(head))
    }

    fn of(readers: Vec<Arc<dyn LineFormat>>) -> Format {
        Format {
            readers: readers.into(),
            joined: false,
            claim: None,
            proxies: None,
        }
    }

    /// The format for a content with these first bytes: whether requests go over several lines is
    /// seen there.
    pub fn for_content(self, head: &[u8]) -> Format {
        Format {
            joined: self.table().is_none() && wrapper::cuts_lines(head),
            ..self
        }
    }

    /// Says where the account stands; `None` = the format's own user field.
    ///
    /// # Errors
    /// A key that this format cannot have; the message lists the fields that it has.
    pub fn bind_account(self, key: Option<&AccountKey>) -> Result<Format, FormatProblem> {
        let (key, claim) = match key {
            None => return Ok(self),
            Some(AccountKey::Claim(claim, token)) => {
                (&**token, Some(Arc::new(claim::Claim::new(claim))))
            }
            Some(key) => (key, None),
        };
        let mut readers = Vec::with_capacity(self.readers.len());
        for (place, reader) in self.readers.iter().enumerate() {
            match reader.bind(key) {
                Ok(bound) => readers.push(bound),
                Err(problem) if place == 0 => return Err(problem),
                // Lines that happen to be written otherwise have no such field: they name nobody.
                Err(_) => readers.push(Arc::new(Nameless(reader.clone()))),
            }
        }
        Ok(Format {
            readers: readers.into(),
            claim,
            ..self
        })
    }

    /// The same format, whose lines name no account.
    pub fn without_account(self) -> Format {
        let nameless = |reader: &Arc<dyn LineFormat>| {
            Arc::new(Nameless(reader.clone())) as Arc<dyn LineFormat>
        };
        Format {
            readers: self.readers.iter().map(nameless).collect(),
            ..self
        }
    }

    /// Says whose word on the client's address is taken.
    pub fn trust(self, proxies: Option<Arc<Proxies>>) -> Format {
        Format { proxies, ..self }
    }

    /// `combined`, `w3c`, `json`, ... or `pattern`: how most lines are written.
    pub fn name(&self) -> &'static str {
        self.readers.first().map_or("", |reader| reader.name())
    }

    /// Whether lines of this format have a place for an account at all. A W3C header or a JSON
    /// object that happens to lack it is known only when it is read, so these say `true`.
    pub fn carries_account(&self) -> bool {
        self.readers
            .first()
            .is_some_and(|reader| reader.carries_account())
    }

    /// Whether the account is what a token claims, which nobody verified here.
    pub fn account_is_claimed(&self) -> bool {
        self.claim.is_some()
    }

    /// Carries the state over a chunk that others parse. `chunk` begins at a line's start, `at` in
    /// the content.
    pub fn advance(&self, state: &mut State, chunk: &[u8], at: u64) {
        if let Some(table) = self.table() {
            return table.advance(state, chunk, at);
        }
        self.readers
            .iter()
            .for_each(|reader| reader.advance(state, chunk));
        if self.joined {
            wrapper::advance(&mut state.parts, chunk, at);
        }
    }

    /// Reads one line, given without its `\n`; `at` is where it begins in the content.
    ///
    /// A trailing `\r`, a byte order mark, and NULs and blanks at either end are no part of it. A
    /// record may lack its time where the line says `-` or has no place for it: whether it still
    /// counts is the caller's to say.
    pub fn parse<'a>(&self, state: &mut State, line: &'a [u8], at: u64) -> Line<'a> {
        if let Some(table) = self.table() {
            return self.row(table, state, line, at);
        }
        if self.joined {
            state.parts.pass_line();
        }
        self.line(state, line, at)
    }

    /// A line that is no row of a table.
    fn line<'a>(&self, state: &mut State, line: &'a [u8], at: u64) -> Line<'a> {
        let length = line.len();
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
        let unwrapped = match wrapper::peel(line) {
            None => None,
            Some(peeled) => match state.parts.take(peeled, self.joined, at, length as u64) {
                Some(whole) => Some(self.wrapped(state, whole)),
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
        match wrapper::peel_weak(line).map(|peeled| self.wrapped(state, peeled)) {
            Some(Line::Record(record)) => Line::Record(record),
            _ if plain_first => direct,
            _ => unwrapped.unwrap_or(direct),
        }
    }

    /// Where the line that was read last begins, when it is the last of several that make a request.
    pub fn began(&self, state: &State) -> Option<Began> {
        state.parts.began()
    }

    /// Lines that were taken for parts of a request of which the rest never came, since this was
    /// asked last.
    pub fn lost(&self, state: &mut State) -> Vec<Lost> {
        state.parts.lost()
    }

    /// The same at the end of the content, behind which no rest can come.
    pub fn lost_at_end(&self, state: &mut State) -> Vec<Lost> {
        state.parts.lost_at_end()
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

    /// What the first lines of a content offer to a field map, as the end of a sentence, where they
    /// name their fields.
    pub fn hint(head: &[u8]) -> Option<String> {
        let mut lines = head.split(|&b| b == b'\n');
        detect::hint(lines.find(|line| !text::trim(line).is_empty())?)
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
    fn wrapped<'a>(&self, state: &mut State, peeled: wrapper::Peeled<'a>) -> Line<'a> {
        self.inside(state, peeled, Format::unwrapped)
    }

    fn inside<'a>(
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
        record.time = record.time.or(peeled.time);
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
            if reader.directive(state, line) {
                return Line::Directive;
            }
            match reader.read(state, line) {
                Ok(record) if record.is_telling() => {
                    return Line::Record(self.finish(record, &**reader));
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

    fn finish<'a>(&self, mut record: Record<'a>, reader: &dyn LineFormat) -> Record<'a> {
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
