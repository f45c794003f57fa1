//! The last screen of a scan: what was read and what was not, who, whom, when, and what cannot be said. It is made for a
//! terminal of 80 columns, breaks what is longer and cuts nothing, names no data subject, and says nothing by colour alone.

mod cause;
mod facts;

use std::path::Path;

use serde_json::Value;

use super::Answer;
use super::screen::columns::{cut, width};
use super::screen::lines::{Cell, Lines, aligned};
use super::screen::speech::Speech;
use super::screen::{Hue, Look, bars};
use facts::{Controller, Facts, facts};

/// Rows of each list that are shown.
const SHOWN: usize = 3;
/// Doubts that are shown.
const DOUBTS: usize = 2;
/// Remarks on how the logs were read that are shown.
const REMARKS: usize = 5;
/// Columns of a name in a list.
const NAME: usize = 24;
/// Columns of an interval's bar, where there is room.
const BAR: usize = 20;
/// Rungs that the screen tells; could see, asked for, answered, published are never one number.
const RUNGS: [&str; 5] = [
    "in_scope",
    "could_see_if_nothing_checked",
    "requested",
    "answered",
    "published",
];

/// What is shown of an answer that was written to `out`: figures that a screen or JSON can be made of.
pub struct Summary {
    facts: Facts,
}

impl Summary {
    /// Of an answer.
    pub fn of(answer: &Answer<'_>, out: &Path) -> Summary {
        Summary {
            facts: facts(answer, out),
        }
    }

    /// The figures as JSON, without a schema; keys are English in every language.
    pub fn json(&self) -> Value {
        serde_json::to_value(&self.facts).unwrap_or_default()
    }

    /// The screen.
    pub fn screen(&self, look: Look) -> String {
        let speech = Speech::of(look.language);
        let mut screen = Screen {
            look,
            lines: Lines::new(look).beside(speech.longest("head.")),
            speech: &speech,
        };
        let facts = &self.facts;
        screen.read(facts);
        screen.lines.blank();
        screen.subjects(facts);
        screen.controllers(facts);
        screen.accounts(facts);
        screen.timeline(facts);
        screen.learned(facts);
        screen.cause(&facts.cause);
        screen.compared(facts);
        screen.doubts(facts);
        screen.lines.blank();
        let said = speech.say("scan.answer", &[("folder", &facts.answer)]);
        screen.say("answer", &said);
        screen.lines.finish()
    }
}

/// A screen that is being written in a language.
struct Screen<'s> {
    look: Look,
    lines: Lines,
    speech: &'s Speech,
}

impl Screen<'_> {
    /// A statement under a head of the resource file; `""` for none.
    fn say(&mut self, head: &str, said: &str) {
        let head = self.head(head);
        self.lines.say(&head, said);
    }

    fn head(&self, head: &str) -> String {
        match head {
            "" => String::new(),
            head => self.speech.word(&format!("head.{head}")),
        }
    }

    fn more(&mut self, all: usize, table: &str) {
        if all > SHOWN {
            let n = self.speech.number((all - SHOWN) as u64);
            let said = self.speech.say("scan.more", &[("n", &n), ("file", table)]);
            self.say("", &said);
        }
    }

    fn read(&mut self, facts: &Facts) {
        let (speech, read) = (self.speech, &facts.read);
        let mut said = speech.say(
            "scan.read",
            &[
                ("size", &speech.size(read.bytes)),
                ("files", &speech.number(read.files as u64)),
                ("lines", &speech.number(read.lines)),
            ],
        );
        if let (Some(from), Some(until)) = (read.from, read.until) {
            let ends = (speech.minute(from), speech.minute(until));
            said.push_str(&speech.say("scan.window", &[("from", &ends.0), ("until", &ends.1)]));
        }
        self.say("read", &said);
        let not = &facts.not_read;
        let mut said = speech.say(
            "scan.not_read",
            &[
                ("lines", &speech.number(not.lines)),
                ("hiding", &speech.number(not.like_requests)),
            ],
        );
        for (n, key) in [
            (not.files_given_twice, "scan.twice"),
            (not.overlaps, "scan.overlaps"),
            (not.damaged_files, "scan.damaged"),
        ] {
            if n > 0 {
                said.push_str(&speech.say(key, &[("n", &speech.number(n as u64))]));
            }
        }
        self.say("not_read", &said);
        for (index, remark) in facts.remarks.iter().take(REMARKS).enumerate() {
            self.say(if index == 0 { "note" } else { "" }, remark);
        }
        if facts.remarks.len() > REMARKS {
            let n = speech.number((facts.remarks.len() - REMARKS) as u64);
            let file = "findings.json";
            self.say("", &speech.say("scan.more", &[("n", &n), ("file", file)]));
        }
    }

    fn subjects(&mut self, facts: &Facts) {
        let (speech, subjects) = (self.speech, &facts.subjects);
        let most = match subjects.max {
            Some(max) => speech.number(max),
            None => speech.word("scan.unbounded"),
        };
        let children = match subjects.children_min {
            Some(n) => speech.count("scan.children", n, &[]),
            None => speech.word("scan.children_unknown"),
        };
        let protected = match subjects.protected_min {
            Some(n) => speech.say("scan.guarded", &[("n", &speech.number(n))]),
            None => speech.word("scan.guarded_unknown"),
        };
        let said = speech.say(
            "scan.subjects",
            &[
                ("min", &speech.number(subjects.min)),
                ("max", &most),
                ("children", &children),
                ("protected", &protected),
            ],
        );
        self.say("subjects", &said);
        if subjects.undecided + subjects.without_known_owner > 0 {
            let undecided = speech.count("scan.undecided", subjects.undecided, &[]);
            let ownerless = speech.count("scan.ownerless", subjects.without_known_owner, &[]);
            self.say("", &format!("{undecided}, {ownerless}"));
        }
        let steps = RUNGS.iter().filter_map(|rung| {
            let n = speech.number(*facts.ladder.get(*rung)?);
            Some(speech.say(&format!("rung.{rung}"), &[("n", &n)]))
        });
        let steps: Vec<String> = steps.collect();
        if !steps.is_empty() {
            self.say("ladder", &steps.join(" · "));
        }
    }

    fn controllers(&mut self, facts: &Facts) {
        let (speech, controllers) = (self.speech, &facts.controllers);
        if controllers.confirmed + controllers.cannot_be_excluded + controllers.excluded == 0 {
            self.say("affected", &speech.word("scan.controllers_none"));
            return;
        }
        let said = speech.say(
            "scan.controllers",
            &[
                ("confirmed", &speech.number(controllers.confirmed)),
                ("open", &speech.number(controllers.cannot_be_excluded)),
                ("excluded", &speech.number(controllers.excluded)),
            ],
        );
        self.say("affected", &said);
        let shown = controllers
            .affected
            .get(..SHOWN)
            .unwrap_or(&controllers.affected);
        for line in self.intervals(shown) {
            self.lines.row("", Hue::Head, &line);
        }
        self.more(controllers.affected.len(), "controllers.csv");
    }

    /// A row for each controller, with a bar of its interval against its population; what does not fit is the time's day.
    fn intervals(&self, shown: &[Controller]) -> Vec<String> {
        let speech = self.speech;
        let rows = |bar: usize, clock: bool| -> Vec<Vec<Cell>> {
            let row = |one: &Controller| {
                let span = one.first_seen.zip(one.last_seen);
                let span = span.map_or(String::new(), |(first, last)| match clock {
                    true => speech.span(first, last),
                    false => speech.day(first),
                });
                let drawn = one
                    .population
                    .filter(|_| bar > 0)
                    .map(|population| bars::interval(one.min, one.max, population, bar));
                vec![
                    Cell::text(cut(&one.controller, NAME)),
                    Cell::number(speech.number(one.min)).hued(Hue::Alarm),
                    Cell::text(speech.word("scan.to")),
                    Cell::number(one.max.map_or("?".to_owned(), |n| speech.number(n))),
                    Cell::text(speech.word("scan.of")),
                    Cell::number(one.population.map_or("?".to_owned(), |n| speech.number(n))),
                    Cell::text(drawn.unwrap_or_default()),
                    Cell::text(span),
                ]
            };
            shown.iter().map(row).collect()
        };
        let room = self.look.width.saturating_sub(self.lines.head());
        let plain = Look {
            colour: false,
            ..self.look
        };
        let widest = |rows: &[Vec<Cell>]| {
            let lines = aligned(&plain, rows);
            lines.iter().map(|line| width(line)).max().unwrap_or(0)
        };
        let tries = (8..=BAR).rev().map(|bar| (bar, true));
        let tries = tries.chain((8..=BAR).rev().map(|bar| (bar, false)));
        let fitting = tries.into_iter().map(|(bar, clock)| rows(bar, clock));
        let fitting = fitting.into_iter().find(|rows| widest(rows) <= room);
        aligned(&self.look, &fitting.unwrap_or_else(|| rows(0, false)))
    }

    fn accounts(&mut self, facts: &Facts) {
        let (speech, accounts) = (self.speech, &facts.accounts);
        let words = accounts.verdicts.iter().map(|(verdict, n)| {
            let word = speech.word(&format!("verdict.{verdict}"));
            format!("{} {word}", speech.number(*n as u64))
        });
        let words: Vec<String> = words.collect();
        let words = match words.is_empty() {
            true => speech.word("scan.no_verdict"),
            false => words.join(", "),
        };
        let seen = speech.number(accounts.seen);
        let values = [("verdicts", &*words), ("seen", &*seen)];
        let said = speech.count("scan.accounts", accounts.seen, &values);
        self.say("accounts", &said);
        let rows = accounts.listed.iter().take(SHOWN).map(|one| {
            let hue = match one.verdict {
                "enumeration" | "overreach" => Hue::Alarm,
                _ => Hue::Doubt,
            };
            let counted = |key: &str, n: u64| speech.count(key, n, &[]);
            let verdict = match one.verdict {
                "" => String::new(),
                verdict => speech.word(&format!("verdict.{verdict}")),
            };
            vec![
                Cell::text(cut(&one.account, NAME)),
                Cell::text(verdict).hued(hue),
                Cell::number(counted("scan.reached", one.subjects)),
                Cell::number(counted("scan.owners", one.controllers as u64)),
                // Of whom nobody knows the scope none is beyond it, and all of them would look like nothing.
                Cell::number(match (one.requests, one.undecided) {
                    (0, undecided @ 1..) => counted("scan.undecided_requests", undecided),
                    (requests, _) => counted("scan.requests", requests),
                }),
            ]
        });
        for line in aligned(&self.look, &rows.collect::<Vec<_>>()) {
            self.lines.row("", Hue::Head, &line);
        }
        self.more(accounts.listed.len(), "accounts.csv");
    }

    /// When: requests beyond scope, and what the logs do not show.
    fn timeline(&mut self, facts: &Facts) {
        let Some(timeline) = &facts.timeline else {
            return;
        };
        let speech = self.speech;
        let head = self.head("timeline");
        let drawn = bars::sparkline(&timeline.requests);
        // What is coloured cannot be trimmed later.
        let drawn = drawn.trim_end();
        self.lines
            .row(&head, Hue::Head, &self.look.paint(Hue::Alarm, drawn));
        let holes = timeline.columns.holes();
        if let Some(marks) = &holes {
            self.lines
                .row("", Hue::Head, &self.look.paint(Hue::Doubt, marks));
        }
        let (Some(from), Some(until)) = (timeline.from, timeline.until) else {
            return;
        };
        let most = timeline.requests.iter().copied().max().unwrap_or(0);
        let mut said = speech.say(
            "scan.timeline",
            &[
                ("span", &speech.span(from, until)),
                ("step", &speech.lasting(timeline.column_nanoseconds)),
                ("most", &speech.number(most)),
            ],
        );
        if holes.is_some() {
            said.push_str(&speech.word("scan.dark"));
        }
        self.say("", &said);
    }

    /// Whose the IDs are where no table says it, and how often that is wrong.
    fn learned(&mut self, facts: &Facts) {
        let speech = self.speech;
        let Some(learned) = &facts.learned else {
            if facts.nothing_places_accounts {
                self.say("learned", &speech.word("scan.nothing_learned"));
            }
            return;
        };
        let said = speech.say(
            "scan.learned",
            &[
                ("labelled", &speech.number(learned.labelled)),
                ("ids", &speech.number(learned.ids)),
                ("wrong", &speech.number(learned.held_out_wrong)),
                ("visits", &speech.number(learned.held_out_visits)),
                ("most", &speech.decimal(learned.error_at_most * 100.0, 2)),
                ("used", &speech.word(&format!("learned.{}", learned.used))),
            ],
        );
        self.say("learned", &said);
    }

    /// What differs from another answer.
    fn compared(&mut self, facts: &Facts) {
        let Some(compared) = &facts.compared else {
            return;
        };
        let number = |n: u64| self.speech.number(n);
        let said = self.speech.say(
            "scan.compared",
            &[
                ("controllers", &number(compared.controllers as u64)),
                ("accounts", &number(compared.accounts as u64)),
                ("here", &number(compared.subjects_only_here)),
                ("there", &number(compared.subjects_only_there)),
            ],
        );
        self.say("compared", &said);
    }

    fn doubts(&mut self, facts: &Facts) {
        let doubts = &facts.doubts;
        if doubts.is_empty() {
            self.say("gaps", &self.speech.word("scan.no_doubt"));
        }
        for (index, doubt) in doubts.iter().take(DOUBTS).enumerate() {
            let head = self.head(if index == 0 { "gaps" } else { "" });
            let said = format!("{}: {}", doubt.reason, doubt.basis);
            self.lines.hued(&head, Hue::Doubt, &said);
        }
        if doubts.len() > DOUBTS {
            let n = self.speech.number((doubts.len() - DOUBTS) as u64);
            let values = [("n", &*n), ("file", "findings.json")];
            let said = self.speech.say("scan.more", &values);
            self.say("", &said);
        }
    }
}
