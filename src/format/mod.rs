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
mod clock;
mod csv;
mod detect;
mod envoy;
mod foreign;
mod forwarded;
mod halves;
mod haproxy;
mod json;
mod lean;
mod listed;
mod nameless;
mod names;
mod pairs;
mod parts;
mod pattern;
mod rails;
mod reading;
mod record;
mod request;
mod rows;
mod s3;
mod squid;
mod tail;
pub mod target;
mod text;
pub mod time;
mod traefik;
mod uvicorn;
mod uwsgi;
mod w3c;
mod wrapper;

use std::fmt;
use std::sync::Arc;

use chrono_tz::Tz;

pub use detect::Recogniser;
pub use forwarded::{Proxies, is_private};
pub use lean::{Lately, Lean};
pub use names::known;
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
    /// How one line tells what was asked, and another how it was answered, where that is so.
    halves: Option<halves::Way>,
    /// The claim of a token that is the account, where the account's field holds a token.
    claim: Option<Arc<claim::Claim>>,
    proxies: Option<Arc<Proxies>>,
    /// For stamps of wrappings that carry no offset.
    zone: Tz,
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

    /// Whether lines that are written plainly may go the short way.
    fn reads_lean(&self) -> bool {
        false
    }

    /// Whether the short way is faster for [`Lately::unescaped`].
    fn minds_escapes(&self) -> bool {
        false
    }

    /// Reads a line the short way, or leaves it to [`LineFormat::read`].
    fn lean<'a>(
        &self,
        _state: &State,
        _line: &'a [u8],
        _lately: &'a mut Lately,
    ) -> Option<Lean<'a>> {
        None
    }

    /// Whether lines about the log mean anything to it.
    fn hears(&self) -> bool {
        false
    }

    /// Whether its lines about the log are such only in a content that is written its way.
    fn keeps_to_itself(&self) -> bool {
        false
    }

    /// Takes a line about the log into the state, if it is one.
    fn directive(&self, _state: &mut State, _line: &[u8]) -> bool {
        false
    }

    /// Takes what a line that is no directive says about those behind it into the state. Asked before
    /// it is read, and maybe twice.
    fn pass(&self, _state: &mut State, _line: &[u8]) {}

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
    halves: halves::Halves,
    /// Whether a directive that comes next is passed over.
    deaf: bool,
}

impl State {
    /// Whether a line after this one reads as if none had come before.
    pub fn remembers_nothing(&self) -> bool {
        self.w3c.is_empty()
            && self.csv.is_empty()
            && self.parts.is_empty()
            && self.halves.is_empty()
            && !self.deaf
    }
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
        Ok(Format::of(names::readers(name, fields, zone)?, zone))
    }

    /// The format that an nginx `log_format` or Apache `LogFormat` string describes.
    ///
    /// # Errors
    /// A pattern without variables, with an unknown Apache directive, or with two variables between
    /// which nothing tells where the first one ends.
    pub fn pattern(text: &str, zone: Tz) -> Result<Format, FormatProblem> {
        let pattern = pattern::Pattern::compile(text, zone)?;
        Ok(Format::of(vec![Arc::new(pattern)], zone))
    }

    /// What a [`Recogniser`] finds, for one content.
    ///
    /// # Errors
    /// No known format fits, or the field map does not hold.
    pub fn detect(
        head: &[u8],
        fields: &[(String, String)],
        zone: Tz,
    ) -> Result<Format, FormatProblem> {
        Recogniser::new(fields, zone)?.recognise(head)
    }

    fn of(readers: Vec<Arc<dyn LineFormat>>, zone: Tz) -> Format {
        Format {
            readers: readers.into(),
            joined: false,
            halves: None,
            claim: None,
            proxies: None,
            zone,
        }
    }

    /// The format for a content with these first bytes: whether requests go over several lines is
    /// seen there.
    pub fn for_content(self, head: &[u8]) -> Format {
        let format = Format {
            joined: self.table().is_none() && wrapper::cuts_lines(head),
            halves: None,
            ..self
        };
        Format {
            halves: halves::are_in(&format, head),
            ..format
        }
    }

    /// The same format, that gives what a single line says of a request of which another line tells the rest.
    pub fn line_by_line(&self) -> Format {
        Format {
            halves: None,
            ..self.clone()
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

    /// Whether both read by the very same compiled readers, in the same order.
    pub fn shares_readers(&self, other: &Format) -> bool {
        let same =
            |(own, other): (&Arc<dyn LineFormat>, &Arc<dyn LineFormat>)| Arc::ptr_eq(own, other);
        self.readers.len() == other.readers.len()
            && self.readers.iter().zip(&*other.readers).all(same)
            && (self.joined, self.halves) == (other.joined, other.halves)
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

    /// Whether no request goes over several lines, as far as the format tells; what single lines say of those behind them
    /// is seen in the [`State`].
    pub fn reads_each_line_alone(&self) -> bool {
        self.table().is_none() && !self.joined && self.halves.is_none()
    }

    /// Whether the account is what a token claims, which nobody verified here.
    pub fn account_is_claimed(&self) -> bool {
        self.claim.is_some()
    }
}
