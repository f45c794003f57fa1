//! Requests that a writer has cut over several lines, put together again.
//!
//! A part is held until the rest comes. One whose rest does not come soon, or that grows beyond
//! what any request is, is given up and told as lost, line by line: nothing is held for ever, and
//! nothing is dropped in silence.

use std::borrow::Cow;

use super::wrapper::{self, Peeled};
use super::{Began, Text};

/// Lines after which a part is given up.
const PATIENCE: u64 = 1000;
/// Bytes that are put together at most.
const LONGEST: usize = 1 << 20;

/// A line that is a part of a request whose rest never came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lost {
    /// Offset in the content.
    pub at: u64,
    /// Its length.
    pub length: u64,
    /// How many lines before the line that was read last it stands.
    pub lines_back: u64,
}

/// Parts that wait for their rest, of each stream.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts {
    waiting: [Waiting; 2],
    /// Lines that were read so far: only differences matter.
    lines: u64,
    lost: Vec<(u64, Lost)>,
    /// Where the line that was read last begins, when it goes over several.
    began: Option<Began>,
}

#[derive(Clone, Debug, Default)]
struct Waiting {
    text: Vec<u8>,
    places: Vec<Held>,
}

/// Offset, length and number of a line that is held.
type Held = (u64, u64, u64);

/// A line of a table.
pub(super) enum Row<'a> {
    /// A part of a row.
    Part,
    /// A whole one.
    Whole(Text<'a>),
}

impl Parts {
    /// Counts a line.
    #[inline]
    pub(super) fn pass_line(&mut self) {
        self.lines += 1;
        self.began = None;
        if self.waiting.iter().any(|w| !w.places.is_empty()) {
            self.lose_patience();
        }
    }

    /// Whether nothing waits for its rest, and nothing lost is still to be told.
    pub(super) fn is_empty(&self) -> bool {
        self.lost.is_empty() && self.waiting.iter().all(|w| w.places.is_empty())
    }

    fn lose_patience(&mut self) {
        for stream in 0..self.waiting.len() {
            let last = self.waiting[stream].places.last();
            if last.is_some_and(|(_, _, number)| self.lines - number > PATIENCE) {
                self.give_up(stream);
            }
        }
    }

    fn give_up(&mut self, stream: usize) {
        let waiting = std::mem::take(&mut self.waiting[stream]);
        let lost = waiting.places.into_iter().map(|(at, length, number)| {
            let lost = Lost {
                at,
                length,
                lines_back: 0,
            };
            (number, lost)
        });
        self.lost.extend(lost);
    }

    /// Whether a line would be the rest of one that waits.
    pub(super) fn is_awaited(&self, peeled: &Peeled<'_>) -> bool {
        let ends = peeled.cut.filter(|cut| !cut.more);
        ends.is_some_and(|cut| {
            !self.waiting[usize::from(cut.error_stream)]
                .places
                .is_empty()
        })
    }

    /// Gives up what waits for a line that turned out to be whole.
    pub(super) fn abandon(&mut self, peeled: &Peeled<'_>) {
        if let Some(cut) = peeled.cut {
            self.give_up(usize::from(cut.error_stream));
        }
    }

    /// The line if it is whole, the whole if it is the last part, nothing if more is to come.
    pub(super) fn take<'a>(
        &mut self,
        peeled: Peeled<'a>,
        joined: bool,
        at: u64,
        length: u64,
    ) -> Option<Peeled<'a>> {
        let Some(cut) = peeled.cut.filter(|_| joined) else {
            return Some(wrapper::rest(peeled));
        };
        let stream = usize::from(cut.error_stream);
        if self.waiting[stream].text.len() + peeled.inner.len() > LONGEST {
            self.give_up(stream);
        }
        let waiting = &mut self.waiting[stream];
        if cut.more {
            waiting.text.extend_from_slice(&peeled.inner);
            waiting.places.push((at, length, self.lines));
            return None;
        }
        if waiting.places.is_empty() {
            return Some(wrapper::rest(peeled));
        }
        let Waiting { mut text, places } = std::mem::take(waiting);
        self.began = began(&places, self.lines);
        text.extend_from_slice(&peeled.inner);
        Some(wrapper::rest(Peeled {
            inner: Cow::Owned(text),
            ..peeled
        }))
    }

    /// The same for a line of a table; `ends_open` tells whether a line ends within quotes, given
    /// whether it begins within, and `is_row` whether one behind what is held is a row all the same.
    pub(super) fn row<'a>(
        &mut self,
        line: &'a [u8],
        at: u64,
        ends_open: impl Fn(&[u8], bool) -> bool,
        is_row: impl Fn(&[u8], &[u8]) -> bool,
    ) -> Row<'a> {
        let waiting = &self.waiting[0];
        let mut inside = !waiting.places.is_empty();
        // A quote that nothing closes must not take the rest of the table along.
        let endless = waiting.places.len() as u64 >= PATIENCE;
        let too_long = waiting.text.len() + line.len() > LONGEST;
        if inside && (endless || too_long || is_row(&waiting.text, line)) {
            self.give_up(0);
            inside = false;
        }
        let waiting = &mut self.waiting[0];
        if ends_open(line, inside) {
            waiting.text.extend_from_slice(line);
            waiting.text.push(b'\n');
            waiting.places.push((at, line.len() as u64, self.lines));
            return Row::Part;
        }
        if waiting.places.is_empty() {
            return Row::Whole(line.into());
        }
        let Waiting { mut text, places } = std::mem::take(waiting);
        self.began = began(&places, self.lines);
        text.extend_from_slice(line);
        Row::Whole(text.into())
    }

    /// Where the line that was read last begins, when it goes over several.
    pub(super) fn began(&self) -> Option<Began> {
        self.began
    }

    /// What was given up since this was asked last.
    pub(super) fn lost(&mut self) -> Vec<Lost> {
        let now = self.lines;
        let lost = std::mem::take(&mut self.lost).into_iter();
        lost.map(|(number, lost)| Lost {
            lines_back: now - number,
            ..lost
        })
        .collect()
    }

    /// The same, with all that still waits.
    pub(super) fn lost_at_end(&mut self) -> Vec<Lost> {
        (0..self.waiting.len()).for_each(|stream| self.give_up(stream));
        self.lost()
    }
}

fn began(held: &[Held], now: u64) -> Option<Began> {
    let (at, _, number) = held.first()?;
    Some(Began {
        at: *at,
        lines_back: now - number,
        parts: held.len() as u64,
        alone: None,
    })
}
