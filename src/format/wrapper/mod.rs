//! What log shippers put around a line: syslog, CRI, docker, compose, journald, and other envelopes.
//!
//! They peel off in any order, a level at a time. What a wrapping knows (its stamp, the host that
//! wrote, its running number) is kept for lines that do not say it themselves; what is inside is
//! left to the formats, and requests that are cut over several lines to `parts.rs`.

mod container;
mod envelope;
mod syslog;

use std::borrow::Cow;

use super::Text;
use super::parts::Parts;
use super::text::present;
use crate::words::Stamp;

/// How many wrappings may lie in one another.
const DEPTH: usize = 5;

/// Lines at the start of a content that tell whether it is written by a container's log.
const LOOKED_AT: usize = 200;

/// A line without its wrappings.
#[derive(Clone, Debug, Default)]
pub(super) struct Peeled<'a> {
    /// What was inside.
    pub inner: Text<'a>,
    /// The wrapping's own stamp, where it says which zone that is in.
    pub time: Option<Stamp>,
    /// The same as a text, where it does not.
    pub local: Option<Text<'a>>,
    /// Who wrote.
    pub node: Option<Text<'a>>,
    /// The wrapping's running number.
    pub sequence: Option<u64>,
    /// Whether and how long lines are cut into several here.
    pub cut: Option<Cut>,
    /// The wrappings, outermost first.
    pub kinds: Kinds,
}

/// A line of a writer that cuts long ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cut {
    /// The streams are cut each for itself.
    pub error_stream: bool,
    /// Whether the rest follows on a later line.
    pub more: bool,
}

/// Which wrappings lie around a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Kinds([Option<Kind>; DEPTH]);

/// One wrapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Syslog,
    Cri,
    Docker,
    Compose,
    Journald,
    Envelope,
    Stamp,
    Colours,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Kind::Syslog => "syslog",
            Kind::Cri => "CRI",
            Kind::Docker => "docker",
            Kind::Compose => "compose",
            Kind::Journald => "journald",
            Kind::Envelope => "JSON envelope",
            Kind::Stamp => "time stamp",
            Kind::Colours => "colours",
        }
    }
}

impl Kinds {
    fn of(kind: Kind) -> Kinds {
        let mut kinds = Kinds::default();
        kinds.0[0] = Some(kind);
        kinds
    }

    fn then(mut self, inner: Kinds) -> Kinds {
        let mut inner = inner.0.into_iter().flatten();
        for slot in self.0.iter_mut().filter(|slot| slot.is_none()) {
            *slot = inner.next();
        }
        self
    }

    fn is_envelope(self) -> bool {
        self.0[0] == Some(Kind::Envelope)
    }

    /// The words, outermost first.
    pub(super) fn words(self) -> Vec<&'static str> {
        self.0.into_iter().flatten().map(Kind::word).collect()
    }
}

/// Takes the wrappings off that nothing else looks like, down to the first that may have cut its line.
pub(super) fn peel(line: &[u8]) -> Option<Peeled<'_>> {
    deeper(one(line)?, DEPTH - 1)
}

/// The same for what is left when nothing could be read: a mere stamp in front may be one.
pub(super) fn peel_weak(line: &[u8]) -> Option<Peeled<'_>> {
    deeper(container::stamped(line)?, DEPTH - 1)
}

/// A line without a terminal's colours.
pub(super) fn plain_of_colours(line: &[u8]) -> Text<'_> {
    container::plain_of_colours(line).inner
}

/// An object that ends a line, with whatever a logger puts before it.
pub(super) fn peel_object(line: &[u8]) -> Option<Peeled<'_>> {
    let line = line.trim_ascii_end();
    if line.first() == Some(&b'{') || line.last() != Some(&b'}') {
        return None;
    }
    // What stands before it may have braces of its own.
    let mut opens = memchr::memmem::find_iter(line, b"{\"").take(4);
    let at = opens.find(|at| envelope::is_object(&line[*at..]))?;
    let (stamp, local) = container::stamp_in(&line[..at]);
    Some(Peeled {
        local,
        ..Peeled::new(Kind::Stamp, &line[at..]).at(stamp)
    })
}

/// Takes off what is wrapped inside of a line that was put together.
pub(super) fn rest(peeled: Peeled<'_>) -> Peeled<'_> {
    let whole = Peeled {
        cut: None,
        ..peeled
    };
    deeper(whole.clone(), DEPTH - 1).unwrap_or(whole)
}

fn deeper(mut outer: Peeled<'_>, depth: usize) -> Option<Peeled<'_>> {
    for _ in 0..depth {
        if outer.cut.is_some() {
            break;
        }
        match inside(&outer) {
            // A record's own message looks like an envelope's: whoever knows records says which it is.
            Some(next) if !next.kinds.is_envelope() => outer = outer.around(next),
            _ => break,
        }
    }
    Some(outer)
}

/// What lies in a line as in a mere envelope, if it does: for lines that are no record themselves.
pub(super) fn opened<'a>(outer: &Peeled<'a>) -> Option<Peeled<'a>> {
    let next = inside(outer).filter(|next| next.kinds.is_envelope())?;
    deeper(outer.clone().around(next), DEPTH - 1)
}

fn inside<'a>(outer: &Peeled<'a>) -> Option<Peeled<'a>> {
    match &outer.inner {
        Cow::Borrowed(inner) => one(line_of(inner)),
        Cow::Owned(inner) => one(line_of(inner)).map(Peeled::into_owned),
    }
}

/// The line without what can be no part of it, whatever lies around it. Blanks at its end may be: long lines
/// are cut anywhere.
pub(super) fn line_of(line: &[u8]) -> &[u8] {
    let line = &line[super::text::leading(line)..];
    let end = line.iter().rposition(|b| !matches!(b, b'\r' | 0));
    &line[..end.map_or(0, |end| end + 1)]
}

fn one(line: &[u8]) -> Option<Peeled<'_>> {
    match line.first()? {
        b'{' => envelope::peel(line),
        0x1b => Some(container::plain_of_colours(line)),
        b'<' => syslog::peel(line),
        b'[' if line.get(1) == Some(&b'"') => envelope::pair(line),
        _ => container::cri(line)
            .or_else(|| syslog::peel(line))
            .or_else(|| container::compose(line))
            // A console's writer colours what stands in quotes, too.
            .or_else(|| {
                let coloured = memchr::memmem::find(line, b"\"\x1b").is_some();
                coloured.then(|| container::plain_of_colours(line))
            }),
    }
}

/// Whether a content with these first bytes comes from a writer that cuts long lines: one of its
/// lines says that it is whole. A shipper that takes the line ends off leaves none that does.
pub(super) fn cuts_lines(head: &[u8]) -> bool {
    let lines = head.split(|&b| b == b'\n').take(LOOKED_AT);
    let whole = |cut: Cut| !cut.more;
    lines.filter_map(|line| peel(line_of(line))?.cut).any(whole)
}

/// Carries cut lines over a chunk.
pub(super) fn advance(parts: &mut Parts, chunk: &[u8], at: u64) {
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', chunk).chain(std::iter::once(chunk.len())) {
        if start == chunk.len() {
            break;
        }
        let line = &chunk[start..end];
        parts.pass_line();
        if let Some(peeled) = peel(line_of(line)) {
            let _ = parts.take(peeled, true, at + start as u64, line.len() as u64);
        }
        start = (end + 1).min(chunk.len());
    }
    // Whoever reads the chunk tells of these.
    let _ = parts.lost();
}

impl<'a> Peeled<'a> {
    fn new(kind: Kind, inner: &'a [u8]) -> Peeled<'a> {
        Peeled {
            inner: Cow::Borrowed(inner),
            kinds: Kinds::of(kind),
            ..Peeled::default()
        }
    }

    fn written_by(self, node: &'a [u8]) -> Peeled<'a> {
        Peeled {
            node: present(node).map(Cow::Borrowed),
            ..self
        }
    }

    /// What lies in this one, with what this one knows where the other says nothing.
    fn around(self, next: Peeled<'a>) -> Peeled<'a> {
        Peeled {
            time: next.time.or(self.time),
            local: next.local.or(self.local),
            node: next.node.or(self.node),
            sequence: next.sequence.or(self.sequence),
            kinds: self.kinds.then(next.kinds),
            cut: next.cut,
            inner: next.inner,
        }
    }

    fn at(self, time: Option<Stamp>) -> Peeled<'a> {
        Peeled { time, ..self }
    }

    pub(super) fn into_owned<'b>(self) -> Peeled<'b> {
        let own = |text: Text<'a>| Cow::Owned(text.into_owned());
        Peeled {
            inner: own(self.inner),
            node: self.node.map(own),
            time: self.time,
            local: self.local.map(own),
            sequence: self.sequence,
            cut: self.cut,
            kinds: self.kinds,
        }
    }
}
