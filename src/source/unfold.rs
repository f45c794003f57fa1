//! JSON that is not a record a line: arrays of records, `{"records":[…]}` around them, records over several
//! lines, records without a line end between them. Every record is given on a line of its own.
//!
//! Nothing but line ends and the blanks behind them is taken out of a record, and what stands between
//! records and is more than brackets and commas is given as a line too, so that whoever reads the lines
//! counts it. Offsets then count these bytes.

use std::io;

use super::damage::{Damage, DamageKind, Packing};
use super::layer::{Layer, Notes, Peek};

/// Names under which exports keep their records.
const WRAPPERS: [&[u8]; 4] = [b"\"records\"", b"\"Records\"", b"\"value\"", b"\"events\""];

/// Keys that a search's answer begins with, before the list of what was found.
const ANSWERS: [&[u8]; 3] = [b"\"took\"", b"\"hits\"", b"\"_scroll_id\""];

/// The keys that CloudWatch's stream of log events begins with, and the list in it.
const STREAM: (&[u8], &[u8]) = (b"\"messageType\"", b"\"logEvents\"");

/// Keys that objects begin with around lists of records in one another, with those lists: what OpenTelemetry exports and
/// what Loki answers.
const NESTED: [(&[u8], &[&[u8]]); 9] = [
    (b"\"resourceLogs\"", &[b"\"logRecords\""]),
    (b"\"resourceSpans\"", &[b"\"spans\""]),
    (b"\"resource\"", &[b"\"logRecords\"", b"\"spans\""]),
    (b"\"scopeLogs\"", &[b"\"logRecords\""]),
    (b"\"scopeSpans\"", &[b"\"spans\""]),
    (b"\"scope\"", &[b"\"logRecords\"", b"\"spans\""]),
    (b"\"status\"", &[b"\"values\""]),
    (b"\"streams\"", &[b"\"values\""]),
    (b"\"stream\"", &[b"\"values\""]),
];

/// The longest beginning of such a wrapper that is looked for.
const LOOK: usize = 8 << 10;

/// Whether bytes begin what has to be unfolded.
pub(super) fn begins(bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = text.trim_ascii_start();
    let array = text
        .strip_prefix(b"[")
        .is_some_and(|rest| rest.trim_ascii_start().starts_with(b"{"));
    array || wrapper(text).is_some() || spread(text)
}

/// How long `{"records":[` is, where a record or the array's end follows.
fn wrapper(text: &[u8]) -> Option<usize> {
    let text = &text[..text.len().min(LOOK)];
    let rest = text.strip_prefix(b"{")?.trim_ascii_start();
    if ANSWERS.iter().any(|key| rest.starts_with(key)) {
        return list_behind(b"\"hits\"", text);
    }
    if rest.starts_with(STREAM.0) {
        return list_behind(STREAM.1, text);
    }
    if let Some((_, lists)) = NESTED.iter().find(|(key, _)| rest.starts_with(key)) {
        return lists
            .iter()
            .filter_map(|list| list_behind(list, text))
            .min();
    }
    let name = WRAPPERS.iter().find(|name| rest.starts_with(name))?;
    let rest = rest[name.len()..].trim_ascii_start().strip_prefix(b":")?;
    let rest = rest.trim_ascii_start().strip_prefix(b"[")?;
    let next = rest.trim_ascii_start().first()?;
    matches!(next, b'{' | b']').then_some(text.len() - rest.len())
}

/// The same of what has other keys before its list, such as what Elasticsearch answers:
/// `{"took":5,"hits":{"total":{},"hits":[`.
fn list_behind(key: &[u8], text: &[u8]) -> Option<usize> {
    let list = |at: usize| {
        let rest = text[at + key.len()..].trim_ascii_start();
        let rest = rest.strip_prefix(b":")?.trim_ascii_start();
        let rest = rest.strip_prefix(b"[")?;
        let begins = match rest.trim_ascii_start() {
            [b'{', ..] => true,
            // A stamp and a line.
            [b'[', rest @ ..] => rest.trim_ascii_start().first() == Some(&b'"'),
            _ => false,
        };
        begins.then_some(text.len() - rest.len())
    };
    memchr::memmem::find_iter(text, key).find_map(list)
}

/// How long a name with its value is that stands between lists: how the writer calls its scheme, how long a search took.
fn member(text: &[u8]) -> Option<usize> {
    let mut nesting = Nesting {
        depth: 1,
        ..Nesting::default()
    };
    let mut named = false;
    for (at, byte) in text.iter().enumerate() {
        let outside = nesting.depth == 1 && !nesting.in_string;
        match byte {
            b':' if outside => named = true,
            b',' | b'}' | b']' | b'\n' if outside => return named.then_some(at),
            _ => {}
        }
        if matches!(nesting.take(*byte), Taken::BrokenOff) {
            return None;
        }
    }
    None
}

/// Whether the first record has line ends inside, or a second one on its last line.
fn spread(text: &[u8]) -> bool {
    let named = text
        .strip_prefix(b"{")
        .is_some_and(|rest| rest.trim_ascii_start().starts_with(b"\""));
    if !named {
        return false;
    }
    let mut nesting = Nesting::default();
    for (at, &byte) in text.iter().enumerate() {
        let rest = &text[at + 1..];
        match nesting.take(byte) {
            Taken::Ended => {
                let blank = |byte: &&u8| !matches!(byte, b' ' | b'\t');
                return rest.iter().find(blank) == Some(&b'{');
            }
            Taken::BrokenOff => return false,
            // A line that was cut, with a whole one behind it, has a brace there.
            Taken::LineEnd => {
                let next = rest.trim_ascii_start().first();
                let indented = rest
                    .first()
                    .is_some_and(|byte| matches!(byte, b' ' | b'\t'));
                return next.is_some() && (indented || matches!(next, Some(b'"' | b'}' | b']')));
            }
            Taken::Inside => {}
        }
    }
    false
}

/// How deep a place is in a record.
#[derive(Default)]
struct Nesting {
    depth: u64,
    in_string: bool,
    escaped: bool,
}

enum Taken {
    Inside,
    /// A line end between words.
    LineEnd,
    /// A line end in a string, where JSON has none.
    BrokenOff,
    Ended,
}

impl Nesting {
    fn take(&mut self, byte: u8) -> Taken {
        if self.in_string {
            match byte {
                b'\n' => return Taken::BrokenOff,
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.in_string = false,
                _ => {}
            }
            return Taken::Inside;
        }
        match byte {
            b'"' => self.in_string = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                if self.depth == 0 {
                    return Taken::Ended;
                }
            }
            b'\n' => return Taken::LineEnd,
            _ => {}
        }
        Taken::Inside
    }
}

enum Place {
    /// Where a record may begin.
    Between,
    Record(Nesting),
    /// What is no record, up to its line end.
    Rest,
}

/// The content with a line for each record.
pub(super) struct Unfold {
    input: Peek,
    place: Place,
    made: Vec<u8>,
    given: usize,
    all: u64,
    records: u64,
    /// Arrays around the records that are open.
    open: u64,
    /// Whether the first array stands in a wrapper: then a wrapper that begins a line is the next one, whatever damage
    /// did to the end of the one before.
    wrapped: Option<bool>,
    /// Whether lists stand in objects that stand in lists.
    nested: bool,
    /// Whether the byte before ended a line, between records.
    line_begins: bool,
    /// Whether the last thing between records was one behind which an array goes on.
    goes_on: bool,
    /// Whether blanks follow a line end inside a record.
    indented: bool,
    /// Whether a whole record had a line end inside.
    several_lines: bool,
    line_ends: u64,
    begun: bool,
    ended: bool,
    damage: Vec<Damage>,
}

impl Unfold {
    /// `input` stands at what [`begins`] has seen.
    pub(super) fn new(input: Peek) -> Unfold {
        Unfold {
            input,
            place: Place::Between,
            made: Vec::new(),
            given: 0,
            all: 0,
            records: 0,
            open: 0,
            wrapped: None,
            nested: false,
            line_begins: true,
            goes_on: false,
            indented: false,
            several_lines: false,
            line_ends: 0,
            begun: false,
            ended: false,
            damage: Vec::new(),
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        self.made.clear();
        self.given = 0;
        let held = self.input.peek(LOOK + 1)?.to_vec();
        if held.is_empty() {
            self.end();
            return Ok(());
        }
        let mut at = 0;
        if !std::mem::replace(&mut self.begun, true) && held.starts_with(b"\xef\xbb\xbf") {
            at = 3;
        }
        // The last bytes wait until it is seen what follows them, unless nothing does.
        let until = match held.len() > LOOK {
            true => held.len() - LOOK,
            false => held.len(),
        };
        while at < until {
            at += self.take(&held[at..]);
        }
        self.input.consume(at);
        self.all += self.made.len() as u64;
        Ok(())
    }

    /// Takes some bytes off the front and says how many.
    fn take(&mut self, held: &[u8]) -> usize {
        let byte = held[0];
        let cut_short = byte == b'\n' && self.cut_short(&held[1..]);
        match &mut self.place {
            Place::Between => return self.between(held),
            Place::Rest => {
                self.made.push(byte);
                if byte == b'\n' {
                    self.next_line();
                }
            }
            Place::Record(nesting) => match nesting.take(byte) {
                Taken::Ended => {
                    self.made.extend_from_slice(&[byte, b'\n']);
                    self.several_lines |= self.line_ends > 0;
                    self.records += 1;
                    self.place = Place::Between;
                }
                Taken::BrokenOff => {
                    self.made.push(b'\n');
                    self.next_line();
                }
                Taken::LineEnd if cut_short => {
                    self.made.push(b'\n');
                    self.next_line();
                }
                Taken::LineEnd => {
                    self.line_ends += 1;
                    self.indented = true;
                }
                Taken::Inside if self.indented && matches!(byte, b' ' | b'\t' | b'\r') => {}
                Taken::Inside if !nesting.in_string && held.starts_with(b"\r\n") => {}
                Taken::Inside => {
                    self.indented = false;
                    self.made.push(byte);
                }
            },
        }
        1
    }

    /// Whether a record was cut at this line end and another stands on the next line: where records take one
    /// line each, and wherever a wrapper begins.
    fn cut_short(&self, next: &[u8]) -> bool {
        let one_line = self.records > 0 && !self.several_lines;
        wrapper(next).is_some() || (one_line && next.starts_with(b"{"))
    }

    fn next_line(&mut self) {
        self.place = Place::Between;
        (self.line_begins, self.goes_on) = (true, false);
    }

    fn between(&mut self, held: &[u8]) -> usize {
        let begins = std::mem::replace(&mut self.line_begins, held[0] == b'\n');
        let goes_on = self.goes_on;
        if !held[0].is_ascii_whitespace() {
            self.goes_on = matches!(held[0], b'[' | b',');
        }
        match held[0] {
            b'[' if self.nested && held[1..].trim_ascii_start().first() == Some(&b'"') => {
                self.begin(b'[');
            }
            b'"' if self.nested && self.open == 0 => {
                if let Some(length) = member(held) {
                    return length;
                }
                self.made.push(b'"');
                self.place = Place::Rest;
            }
            b'[' => {
                self.wrapped.get_or_insert(false);
                self.open += 1;
            }
            b']' => self.open = self.open.saturating_sub(1),
            b'}' | b',' => {}
            byte if byte.is_ascii_whitespace() => {}
            b'{' => {
                // In an array it is a record like any other, unless damage took the end of the array before.
                let damaged = begins && !goes_on && self.wrapped == Some(true);
                let next = self.open == 0 || damaged;
                if let Some(length) = wrapper(held).filter(|_| next) {
                    self.wrapped.get_or_insert(true);
                    (self.open, self.goes_on) = (1, true);
                    let key = held[1..].trim_ascii_start();
                    self.nested |= NESTED.iter().any(|(known, _)| key.starts_with(known));
                    return length;
                }
                self.begin(b'{');
            }
            byte => {
                self.made.push(byte);
                self.place = Place::Rest;
            }
        }
        1
    }

    fn begin(&mut self, bracket: u8) {
        let mut nesting = Nesting::default();
        nesting.take(bracket);
        (self.line_ends, self.indented) = (0, false);
        self.made.push(bracket);
        self.place = Place::Record(nesting);
    }

    fn end(&mut self) {
        self.ended = true;
        let (kind, detail) = match self.place {
            Place::Record(_) => (DamageKind::Truncated, "JSON ends inside a record"),
            _ if self.open > 0 => (
                DamageKind::Missing,
                "JSON ends before its array does: records behind this place may be missing",
            ),
            _ => return,
        };
        self.damage.push(Damage {
            kind,
            at: self.all,
            detail: detail.to_owned(),
        });
    }
}

impl Layer for Unfold {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let left = &self.made[self.given..];
            if !left.is_empty() || self.ended {
                let take = left.len().min(into.len());
                into[..take].copy_from_slice(&left[..take]);
                self.given += take;
                return Ok(take);
            }
            self.fill()?;
        }
    }

    fn tell(&self, notes: &mut Notes) {
        self.input.tell(notes);
        notes.packing.push(Packing::JsonArray);
        notes.damage.extend_from_slice(&self.damage);
    }

    fn consumed(&self) -> u64 {
        self.input.consumed()
    }
}
