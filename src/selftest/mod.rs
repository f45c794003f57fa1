//! How often this build is wrong: practice cases with their truth, answered by the program itself and judged from the
//! answer's files.
//!
//! The cases come from `synth`, which shares no code with what it tests; the scan is handed in, so that this room knows
//! nothing of how an answer comes about. What it printed when the tests last held is in `result.json` beside this file,
//! goes into every manifest ([`RECORDED`]), and is held against a fresh run by the tests.

mod judge;

use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::chance::clopper_pearson;
use crate::synth::{Attack, Flaw, LogFormat, Settings, generate};

pub use judge::{Marks, VERDICTS};

/// What `selftest --json` printed for this code when its tests last held.
pub const RECORDED: &str = include_str!("result.json");

/// A practice case: where it counts, and how it is made.
#[derive(Clone, Debug)]
pub struct Practice {
    /// The format of its logs.
    pub format: LogFormat,
    /// What its evidence lacks; with nothing lacking, figures must be exact.
    pub flaw: Option<Flaw>,
    /// How it is made.
    pub settings: Settings,
}

/// The cases: every format with every attack, evidence whole; then every flaw twice, in formats by turns.
pub fn practices() -> Vec<Practice> {
    let base = |seed: usize, format: LogFormat, attack: Attack| Settings {
        tenants: 12,
        accounts: 700,
        days: 8,
        lines: 6_000,
        attack: Some(attack),
        format: Some(format),
        ..Settings::new(910_000 + seed as u64)
    };
    let mut all = Vec::new();
    for format in LogFormat::ALL {
        for attack in Attack::ALL {
            let settings = base(all.len(), *format, *attack);
            all.push(Practice {
                format: *format,
                flaw: None,
                settings,
            });
        }
    }
    for (turn, flaw) in Flaw::ALL.iter().chain(Flaw::ALL).enumerate() {
        let format = LogFormat::ALL[turn % LogFormat::ALL.len()];
        let attack = Attack::ALL[1 + turn % (Attack::ALL.len() - 1)];
        let settings = Settings {
            flaws: vec![*flaw],
            ..base(all.len(), format, attack)
        };
        all.push(Practice {
            format,
            flaw: Some(*flaw),
            settings,
        });
    }
    all
}

/// Makes a case below `place`, has it answered by `scan` (case file, folder for the answer), judges it, and takes both
/// away again.
///
/// # Errors
/// A sentence: the case cannot be made, the scan failed, the answer cannot be read.
pub fn run(
    practice: &Practice,
    place: &Path,
    scan: impl FnOnce(&Path, &Path) -> Result<(), String>,
) -> Result<Marks, String> {
    let (case, answer) = (place.join("case"), place.join("answer"));
    let marks = generate(&practice.settings, &case)
        .map_err(|problem| problem.to_string())
        .and_then(|_| scan(&case.join("case.toml"), &answer))
        .and_then(|()| judge::marks(&case, &answer, practice.flaw.is_none()));
    for folder in [&case, &answer] {
        // What was never made cannot be taken away.
        let _ = fs::remove_dir_all(folder);
    }
    marks.map_err(|why| format!("practice case with seed {}: {why}", practice.settings.seed))
}

/// The marks of all cases, by format and by flaw.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// With whole evidence, by format.
    pub formats: Vec<(&'static str, Marks)>,
    /// With something lacking, by what.
    pub flaws: Vec<(&'static str, Marks)>,
    /// All of them.
    pub all: Marks,
}

impl Report {
    /// Takes in the marks of a case.
    pub fn add(&mut self, practice: &Practice, marks: &Marks) {
        let (rows, name) = match practice.flaw {
            None => (&mut self.formats, practice.format.name()),
            Some(flaw) => (&mut self.flaws, flaw.name()),
        };
        match rows.iter_mut().find(|(have, _)| *have == name) {
            Some((_, have)) => have.add(marks),
            None => rows.push((name, marks.clone())),
        }
        self.all.add(marks);
    }

    /// Whether something was answered that harms: an exact figure that is not, a false exclusion, an honest person
    /// accused.
    pub fn fails(&self) -> bool {
        let whole = |(_, marks): &(&str, Marks)| marks.wrong_when_whole() > 0;
        self.formats.iter().any(whole) || self.all.falsely_excluded > 0
    }

    /// As JSON; the same for the same code.
    pub fn json(&self) -> Value {
        let rows = |rows: &[(&'static str, Marks)]| -> Map<String, Value> {
            rows.iter()
                .map(|(name, marks)| ((*name).to_owned(), marks.json()))
                .collect()
        };
        json!({
            "schema": "breachscope.selftest/1",
            "cases": self.all.cases,
            "formats": rows(&self.formats),
            "flaws": rows(&self.flaws),
            "all": self.all.json(),
            "error_rates": rates(&self.all),
        })
    }

    /// As text for a terminal.
    pub fn text(&self) -> String {
        let mut text = format!(
            "{} practice cases, answered and held against their truth\n\n",
            self.all.cases
        );
        text.push_str(&judge::table("Evidence whole, by format", &self.formats));
        text.push_str(&judge::table("Evidence lacking, by what", &self.flaws));
        text.push_str(&judge::verdicts(&self.all));
        text.push_str("\nError rates (upper end of a 95 % interval, Clopper-Pearson)\n");
        for (what, wrong, of) in figures(&self.all) {
            let (_, most) = clopper_pearson(wrong, of, 0.05);
            let rate = format!("{wrong} of {of}");
            text.push_str(&format!(
                "  {what:<58} {rate:>14}   at most {:.3} %\n",
                100.0 * most
            ));
        }
        text
    }
}

/// What can go wrong, how often it did, of how many.
fn figures(all: &Marks) -> [(&'static str, u64, u64); 6] {
    let honest = all.seen.saturating_sub(all.guilty());
    [
        (
            "affected controllers that were excluded",
            all.falsely_excluded,
            all.affected,
        ),
        (
            "controllers whose lower bound lies above the truth",
            all.above_truth,
            all.controllers,
        ),
        (
            "honest accounts and addresses called enumeration",
            all.accused,
            honest,
        ),
        (
            "enumerating accounts not called so, evidence whole",
            all.missed,
            all.enumerating,
        ),
        (
            "disclosed subjects not listed, evidence whole",
            all.subjects_missed,
            all.subjects,
        ),
        (
            "subjects listed that were not disclosed, evidence whole",
            all.subjects_added,
            all.subjects,
        ),
    ]
}

fn rates(all: &Marks) -> Vec<Value> {
    figures(all)
        .into_iter()
        .map(|(what, wrong, of)| {
            let (_, most) = clopper_pearson(wrong, of, 0.05);
            json!({ "what": what, "wrong": wrong, "of": of, "at_most_95": (most * 1e6).round() / 1e6 })
        })
        .collect()
}
