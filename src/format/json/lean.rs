//! The short way for objects that are laid out as those before them: the same keys in the same order, nothing nested,
//! nothing escaped.
//!
//! A layout is learned from a line and holds for every line that has its very bytes between the values; then only the
//! values are looked at. It takes a line only where the long way would read the same from it: what is written in
//! another way, or says in another place what this one leaves out, is left to that.

use memchr::memchr2;

use super::assemble::is_plain_agent;
use super::names::Slot;
use super::{Account, Json, names_somebody};
use crate::format::lean::{Agent, Lately, Lean, address};
use crate::format::text::{self, present};
use crate::format::time;
use crate::words::Stamp;

/// Layouts that are remembered: several writers may share a log.
const MOST: usize = 4;
/// Lines from which a layout may be learned in one piece; a log without one must not pay for it.
const TRIES: u32 = 32;

/// What is taken from a line, in the order of [`Layout::values`].
const TAKEN: [Slot; 9] = [
    Slot::Time,
    Slot::Account,
    Slot::User,
    Slot::Method,
    Slot::Target,
    Slot::Status,
    Slot::Bytes,
    Slot::Client,
    Slot::Agent,
];

/// What the short way knows nothing of: a line with one of these is left to the long one.
const OTHERS: [Slot; 15] = [
    Slot::Code,
    Slot::Query,
    Slot::Request,
    Slot::Cookie,
    Slot::Headers,
    Slot::Forwarded,
    Slot::Node,
    Slot::Sequence,
    Slot::Template,
    Slot::Category,
    Slot::Inside,
    Slot::Embedded,
    Slot::Date,
    Slot::Raw,
    Slot::Path,
];

/// How the lines of a writer are laid out.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Layout {
    fields: Vec<Field>,
    close: Vec<u8>,
}

#[derive(Clone, Debug)]
struct Field {
    /// All from the value before to this one.
    open: Vec<u8>,
    /// Its place among the taken.
    taken: Option<usize>,
    /// Where it says nothing, another field would be asked.
    followed: bool,
}

/// Layouts of late, and what the last stamp was.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Layouts {
    known: Vec<Layout>,
    tries: u32,
    stamp: (Vec<u8>, Option<Stamp>),
}

#[derive(Clone, Copy, Default)]
struct Value<'a> {
    text: &'a [u8],
    number: bool,
}

impl Json {
    /// Whether the short way can be gone at all.
    pub(super) fn has_lean(&self) -> bool {
        matches!(self.account, Account::Mapped | Account::Field) && !self.clock.is_told()
    }

    /// Reads a line the short way.
    pub(super) fn lean<'a>(&self, line: &'a [u8], lately: &mut Lately) -> Option<Lean<'a>> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.first() != Some(&b'{') {
            return None;
        }
        let layouts = &mut lately.layouts;
        let mut values = None;
        for place in 0..layouts.known.len() {
            values = layouts.known[place].values(line);
            if values.is_some() {
                layouts.known[..=place].rotate_right(1);
                break;
            }
        }
        if values.is_none() && layouts.tries < TRIES {
            layouts.tries += 1;
            if let Some(layout) = Layout::learn(self, line) {
                values = layout.values(line);
                layouts.known.insert(0, layout);
                layouts.known.truncate(MOST);
            }
        }
        self.of_values(&values?, layouts)
    }

    fn of_values<'a>(
        &self,
        values: &[Option<Value<'a>>; TAKEN.len()],
        layouts: &mut Layouts,
    ) -> Option<Lean<'a>> {
        let [
            time,
            account,
            user,
            method,
            target,
            status,
            bytes,
            client,
            agent,
        ] = *values;
        let field = |value: Option<Value<'a>>| value.map_or(&b""[..], |value| value.text);
        let client = client?.text;
        if address(client)? != client.len() {
            return None;
        }
        let account = match self.account {
            Account::Mapped => account.or(user),
            _ => account,
        };
        // Whether a dash more stands for nobody is the long way's to say.
        let names_nobody = |value: Value<'_>| !names_somebody(value.text);
        if account.is_some_and(names_nobody) || !is_plain_agent(field(agent)) {
            return None;
        }
        Some(Lean {
            time: self.lean_stamp(time?, layouts)?,
            client,
            account: account.map(|value| value.text),
            nameless: false,
            method: method?.text,
            target: target?.text,
            status: text::status(status?.text).ok()??,
            bytes: text::bytes(field(bytes)).ok()?,
            head_counted: false,
            node: None,
            agent: Agent::Known(field(agent)),
        })
    }

    fn lean_stamp(&self, value: Value<'_>, layouts: &mut Layouts) -> Option<Stamp> {
        if value.number {
            return time::epoch_of_log(value.text);
        }
        if layouts.stamp.0 != value.text {
            layouts.stamp.0.clear();
            layouts.stamp.0.extend_from_slice(value.text);
            layouts.stamp.1 = self.clock.stamp(value.text);
        }
        layouts.stamp.1
    }
}

impl Layout {
    /// The layout of a line, if nothing in it needs the long way.
    fn learn(json: &Json, line: &[u8]) -> Option<Layout> {
        let mut layout = Layout::default();
        let mut candidates: Vec<(usize, u16, usize)> = Vec::new();
        let mut keys: Vec<&[u8]> = Vec::new();
        let (mut at, mut from) = (0, 0);
        let mut mark = b'{';
        loop {
            at += blanks(&line[at..]);
            if line.get(at) == Some(&b'}') && mark == b',' {
                break;
            }
            at = expect(line, at, mark)?;
            mark = b',';
            at += blanks(&line[at..]);
            at = expect(line, at, b'"')?;
            let end = at + memchr2(b'"', b'\\', &line[at..])?;
            let key = &line[at..end];
            at = expect(line, end, b'"')?;
            at += blanks(&line[at..]);
            at = expect(line, at, b':')?;
            at += blanks(&line[at..]);
            if keys.contains(&key) {
                return None;
            }
            keys.push(key);
            for (slot, rank) in json.tree.slots(key) {
                if OTHERS.contains(slot) && *slot != Slot::Path {
                    return None;
                }
                let taken = TAKEN.iter().position(|wanted| wanted == slot);
                candidates.extend(taken.map(|taken| (taken, *rank, layout.fields.len())));
            }
            layout.fields.push(Field {
                open: line[from..at].to_vec(),
                taken: None,
                followed: false,
            });
            at = value(line, at)?.1;
            from = at;
        }
        layout.close = line[from..].to_vec();
        if at + 1 != line.len() {
            return None;
        }
        candidates.sort_unstable();
        for of_slot in candidates.chunk_by(|a, b| a.0 == b.0) {
            let (taken, _, field) = of_slot[0];
            let field = &mut layout.fields[field];
            // A field that says two things is the long way's.
            if field.taken.replace(taken).is_some() {
                return None;
            }
            field.followed = of_slot.len() > 1;
        }
        Some(layout)
    }

    /// The taken values of a line that is laid out so; a value that says nothing is none.
    fn values<'a>(&self, line: &'a [u8]) -> Option<[Option<Value<'a>>; TAKEN.len()]> {
        let mut values = [None; TAKEN.len()];
        let mut rest = line;
        for field in &self.fields {
            rest = rest.strip_prefix(&field.open[..])?;
            let (read, end) = value(rest, 0)?;
            rest = &rest[end..];
            let Some(taken) = field.taken else { continue };
            let says_something = read.number || present(read.text).is_some();
            if !says_something && field.followed {
                return None;
            }
            values[taken] = says_something.then_some(read);
        }
        (rest == self.close).then_some(values)
    }
}

/// A text without escapes or a number without a sign, and where it ends.
#[inline]
fn value(line: &[u8], at: usize) -> Option<(Value<'_>, usize)> {
    let rest = line.get(at..)?;
    match rest.first()? {
        b'"' => {
            let end = 1 + memchr2(b'"', b'\\', &rest[1..])?;
            let text = &rest[1..end];
            let value = Value {
                text,
                number: false,
            };
            (rest[end] == b'"').then_some((value, at + end + 1))
        }
        b'0'..=b'9' => {
            let whole = digits(rest);
            let mut end = whole;
            if rest.get(end) == Some(&b'.') {
                let more = digits(&rest[end + 1..]);
                if more == 0 {
                    return None;
                }
                end += 1 + more;
            }
            let plain = matches!(rest.get(end), Some(b',' | b'}' | b' '));
            let zeros = whole > 1 && rest[0] == b'0';
            let value = Value {
                text: &rest[..end],
                number: true,
            };
            (plain && !zeros).then_some((value, at + end))
        }
        _ => None,
    }
}

fn digits(text: &[u8]) -> usize {
    text.iter().take_while(|b| b.is_ascii_digit()).count()
}

fn blanks(text: &[u8]) -> usize {
    text.iter()
        .take_while(|b| matches!(b, b' ' | b'\t'))
        .count()
}

fn expect(line: &[u8], at: usize, byte: u8) -> Option<usize> {
    (line.get(at) == Some(&byte)).then_some(at + 1)
}
