//! What to open of an answer, in which order, and which commands to try: the last words of `demo`.

use std::path::Path;

use super::columns::width;
use super::lines::{Cell, Lines, aligned};
use super::speech::Speech;
use super::{Hue, Look};
use crate::sequence::text as escaped;

/// The captured case's pupil who walked through the IDs.
const WALKER: &str = "p0532";
/// The one who opened a shared link: one line is behind it.
const STRAYED: &str = "p1237";

/// Files and commands with the key of what is said of them.
pub struct Guide {
    /// Files, in the order in which to open them.
    pub open: Vec<(String, &'static str)>,
    /// Commands.
    pub commands: Vec<(String, &'static str)>,
}

/// The guide to the answer of the captured case.
pub fn guide(case: &Path, answer: &Path) -> Guide {
    let file = |name: &str, key| (shown(&answer.join(name)), key);
    let (case, answer) = (shown(case), shown(answer));
    let command = |command: String, key| (format!("breachscope {command}"), key);
    Guide {
        open: vec![
            file("report.html", "demo.page"),
            file("controllers.csv", "demo.controllers"),
            file("accounts.csv", "demo.accounts"),
            file("subjects.csv", "demo.subjects"),
        ],
        commands: vec![
            command(format!("view {answer} --case {case}"), "demo.view"),
            command(format!("explain {answer} {WALKER}"), "demo.explain"),
            command(
                format!("evidence {answer} --case {case} --account {STRAYED}"),
                "demo.evidence",
            ),
            command(format!("verify {answer} --case {case}"), "demo.verify"),
            command(format!("inspect --case {case}"), "demo.inspect"),
        ],
    }
}

impl Guide {
    /// As lines of a screen.
    pub fn screen(&self, look: Look) -> String {
        let speech = Speech::of(look.language);
        let mut lines = Lines::new(look).beside(speech.longest("head."));
        for (head, rows) in [("open", &self.open), ("try", &self.commands)] {
            lines.blank();
            let head = speech.word(&format!("head.{head}"));
            let widest = |of: &dyn Fn(&(String, &str)) -> usize| rows.iter().map(of).max();
            let wide = widest(&|(row, _)| width(row)).unwrap_or(0)
                + widest(&|(_, key)| width(&speech.word(key))).unwrap_or(0)
                >= look.width.saturating_sub(lines.head());
            // Long commands stand on lines of their own, to be copied whole.
            let shown: Vec<Vec<Cell>> = rows
                .iter()
                .flat_map(|(row, key)| {
                    let said = Cell::text(speech.word(key)).hued(Hue::Faint);
                    match wide {
                        true => vec![vec![Cell::text(row)], vec![Cell::text("  "), said]],
                        false => vec![vec![Cell::text(row), said]],
                    }
                })
                .collect();
            let shown: Vec<String> = match wide {
                true => shown
                    .iter()
                    .flat_map(|row| aligned(&look, std::slice::from_ref(row)))
                    .collect(),
                false => aligned(&look, &shown),
            };
            for (index, line) in shown.iter().enumerate() {
                lines.row(if index == 0 { &head } else { "" }, Hue::Head, line);
            }
        }
        lines.finish()
    }
}

/// A path as a shell takes it.
fn shown(path: &Path) -> String {
    let path = escaped(path.as_os_str().as_encoded_bytes());
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '-' | '_');
    match path.chars().all(plain) {
        true => path,
        false => format!("'{}'", path.replace('\'', "'\\''")),
    }
}
