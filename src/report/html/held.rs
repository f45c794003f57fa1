//! Which lines are behind a figure: all are counted once, the first ones that name no protected person are listed.

use serde::Serialize;
use serde_json::{Value, json};

use super::accesses::Access;
use super::lines::Lines;

/// How many lines a figure lists.
pub(super) const LISTED: usize = 50;
/// How many lines a cell of accounts against controllers lists.
pub(super) const LISTED_IN_CELL: usize = 10;

/// Lines behind a figure. Rows of one line stand behind each other in the table of accesses, so the last one is all that
/// must be known to count each once.
pub(super) struct Held<'a> {
    last: Option<(&'a str, i64)>,
    last_is_listed: bool,
    count: usize,
    lines: Vec<usize>,
    most: usize,
}

impl<'a> Held<'a> {
    /// None yet, to list so many at most.
    pub(super) fn up_to(most: usize) -> Held<'a> {
        Held {
            last: None,
            last_is_listed: false,
            count: 0,
            lines: Vec::new(),
            most,
        }
    }

    /// Takes in the line of an access.
    pub(super) fn add(&mut self, access: &Access<'a>, lines: &mut Lines<'a>) {
        let key = (access.place.file, access.place.offset);
        if self.last.replace(key) != Some(key) {
            self.count += 1;
            self.last_is_listed = false;
        }
        if !access.hidden && self.lines.len() < self.most && !self.last_is_listed {
            self.lines.push(lines.number(access.place, access.sha256));
            self.last_is_listed = true;
        }
    }

    /// How many lines there are.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// The listed ones.
    pub(super) fn listed(&self) -> &[usize] {
        &self.lines
    }

    /// For the script in the page.
    pub(super) fn json(&self) -> Value {
        json!({ "l": self.lines, "n": self.count })
    }

    /// The same where there are many of them: JSON's own values take ten times the room.
    pub(super) fn figure(&self) -> Figure {
        Figure {
            l: self.lines.clone(),
            n: self.count,
        }
    }
}

/// The lines behind a figure as the script reads them: the listed ones, and how many there are.
#[derive(Default, Serialize)]
pub(super) struct Figure {
    l: Vec<usize>,
    n: usize,
}

/// Lines behind the figures of a controller or of the case, by certainty.
pub(super) struct ByCertainty<'a> {
    /// By level, 0 the attempts.
    pub(super) levels: [Held<'a>; 4],
    /// Those that disclosed.
    pub(super) any: Held<'a>,
    /// Disclosed or attempted.
    pub(super) all: Held<'a>,
}

impl<'a> ByCertainty<'a> {
    /// None yet.
    pub(super) fn new() -> ByCertainty<'a> {
        ByCertainty {
            levels: std::array::from_fn(|_| Held::up_to(LISTED)),
            any: Held::up_to(LISTED),
            all: Held::up_to(LISTED),
        }
    }

    /// Takes in the line of an access.
    pub(super) fn add(&mut self, access: &Access<'a>, lines: &mut Lines<'a>) {
        if let Some(held) = self.levels.get_mut(usize::from(access.level)) {
            held.add(access, lines);
        }
        if access.level > 0 {
            self.any.add(access, lines);
        }
        self.all.add(access, lines);
    }

    /// For the script in the page.
    pub(super) fn json(&self) -> Value {
        let [attempt, possible, probable, confirmed] = &self.levels;
        json!({
            "attempt": attempt.json(), "possible": possible.json(), "probable": probable.json(),
            "confirmed": confirmed.json(), "any": self.any.json(), "all": self.all.json(),
        })
    }
}
