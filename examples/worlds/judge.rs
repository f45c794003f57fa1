//! Makes one world, has it scanned, and judges the answer's files by the truth's. Knows nothing of how either came
//! about.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use breachscope::cli::Cli;
use breachscope::synth::{Settings, generate};
use clap::Parser;
use serde_json::Value;

use crate::baselines;
use crate::grid::{Cell, command};
use crate::intervals::Intervals;
use crate::labels;

/// What came of one world.
#[derive(Default)]
pub struct Verdicts {
    pub seed: u64,
    pub command: String,
    /// The scan failed.
    pub failed: Option<String>,
    /// Active honest accounts, and those called enumeration, by why they are hard.
    pub honest: u64,
    pub accused: BTreeMap<String, u64>,
    /// Attackers that took something beyond scope, and those called enumeration.
    pub attackers: u64,
    pub called: u64,
    /// The same for each baseline: found, honest accused.
    pub baselines: Option<[(u64, u64); 3]>,
    /// Controllers, those whose lower bound lies above the truth, those falsely excluded, those above U0, U1, U2.
    pub controllers: u64,
    pub lower_broken: u64,
    pub false_excluded: u64,
    pub above: [u64; 3],
    /// The list of affected controllers is exact.
    pub exact: bool,
    /// The cause that was said with confidence, and the true one.
    pub cause: (Option<String>, String),
    /// The causes that remain hold the true one, and how many they are.
    pub remain: (bool, u64),
    /// Learned labels.
    pub labels: labels::ByKind,
    /// Every interval of the answer.
    pub intervals: Intervals,
}

/// Judges one world.
pub fn world(cell: &Cell, seed: u64, place: &Path) -> Verdicts {
    let settings = Settings {
        seed,
        ..cell.settings.clone()
    };
    let mut judged = Verdicts {
        seed,
        command: command(&settings),
        ..Verdicts::default()
    };
    let _ = fs::remove_dir_all(place);
    let (case, out) = (place.join("case"), place.join("answer"));
    let made = fs::create_dir_all(place).map_err(|e| e.to_string());
    let made = made.and_then(|()| generate(&settings, &case).map_err(|e| e.to_string()));
    if let Err(problem) = made {
        judged.failed = Some(problem);
        return judged;
    }
    let toml = case.join("case.toml");
    let words = ["breachscope", "scan", "--quiet", "--threads", "1", "--out"].map(Into::into);
    let words = words
        .into_iter()
        .chain([out.clone().into_os_string(), toml.into_os_string()]);
    match Cli::try_parse_from(words) {
        Ok(cli) => {
            breachscope::commands::run(cli);
        }
        Err(problem) => judged.failed = Some(problem.to_string()),
    }
    match (
        json(&case.join("truth.json")),
        json(&out.join("findings.json")),
    ) {
        (Some(truth), Some(findings)) => {
            accounts(&mut judged, &truth, &findings);
            controllers(&mut judged, &truth, &out);
            cause(&mut judged, &truth, &findings);
            judged.labels = labels::judge(&case, &out);
            judged.baselines = baselines::judge(&case.join("logs"), &truth);
        }
        _ => judged.failed = Some("no answer".to_owned()),
    }
    judged
}

fn json(path: &Path) -> Option<Value> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

/// The rows of a table, by column.
pub fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    let Ok(mut reader) = csv::Reader::from_path(path) else {
        return Vec::new();
    };
    reader.deserialize().flatten().collect()
}

/// Whether the truth calls an account an attacker that took something.
pub fn attacker(row: &Value) -> bool {
    row["verdict"] == "enumeration"
}

fn accounts(judged: &mut Verdicts, truth: &Value, findings: &Value) {
    let empty = serde_json::Map::new();
    let known = truth["accounts"].as_object().unwrap_or(&empty);
    let called: BTreeSet<&str> = findings["accounts"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|row| row["verdict"] == "enumeration")
        .filter_map(|row| row["account"].as_str())
        .collect();
    judged.attackers = known.values().filter(|row| attacker(row)).count() as u64;
    judged.called = known
        .iter()
        .filter(|(name, row)| attacker(row) && called.contains(name.as_str()))
        .count() as u64;
    let seen = findings["totals"]["accounts_and_addresses_seen"]
        .as_u64()
        .unwrap_or(0);
    judged.honest = seen.saturating_sub(judged.attackers);
    for name in called {
        let row = known.get(name);
        let raider = row.is_some_and(|row| {
            matches!(
                row["verdict"].as_str(),
                Some("enumeration" | "harvest" | "probing")
            )
        });
        if !raider {
            let why = row
                .and_then(|row| row["hard"].as_str())
                .unwrap_or("ordinary");
            *judged.accused.entry(why.to_owned()).or_default() += 1;
        }
    }
}

fn controllers(judged: &mut Verdicts, truth: &Value, out: &Path) {
    let number = |row: &BTreeMap<String, String>, key: &str| {
        row.get(key).and_then(|cell| cell.parse::<u64>().ok())
    };
    let mut bounds: BTreeMap<(String, String), Option<u64>> = BTreeMap::new();
    for row in rows(&out.join("bounds.csv")) {
        bounds.insert(
            (row["controller"].clone(), row["bound"].clone()),
            number(&row, "subjects"),
        );
    }
    let mut exact = true;
    for row in rows(&out.join("controllers.csv")) {
        let id = &row["controller"];
        let told = &truth["controllers"][id.as_str()];
        let part = |key: &str| told[key].as_u64().unwrap_or(0);
        let all = part("subjects_confirmed") + part("subjects_probable");
        judged.controllers += 1;
        judged.lower_broken += u64::from(number(&row, "subjects_min").unwrap_or(0) > all);
        judged.false_excluded += u64::from(row["status"] == "excluded" && all > 0);
        let upper = |name: &str| {
            bounds
                .get(&(id.clone(), name.to_owned()))
                .copied()
                .flatten()
        };
        let uppers = ["U0", "U1", "U2"].map(upper);
        for (above, upper) in judged.above.iter_mut().zip(uppers) {
            *above += u64::from(upper.is_some_and(|upper| upper < all));
        }
        if row["reasons"].split(';').any(|reason| reason == "GAP") {
            for (name, upper) in ["U1 below U0", "U2 below U0"].into_iter().zip(&uppers[1..]) {
                let tighter = upper.filter(|_| *upper != uppers[0]);
                let own = judged.intervals.entry(name).or_default();
                own.judge(tighter.map(|upper| (0, upper)), all);
            }
        }
        exact &= row["status"] == told["status"].as_str().unwrap_or("");
        exact &= number(&row, "subjects_min") == Some(part("subjects_confirmed"));
    }
    judged.exact = exact;
}

fn cause(judged: &mut Verdicts, truth: &Value, findings: &Value) {
    let said = findings["cause"]["determined"].as_str().map(str::to_owned);
    judged.cause = (said, truth["cause"].as_str().unwrap_or("").to_owned());
    let all = findings["cause"]["hypotheses"].as_array();
    let remain: Vec<&str> = all
        .into_iter()
        .flatten()
        .filter(|one| one["remains"] == true)
        .filter_map(|one| one["hypothesis"].as_str())
        .collect();
    let true_one = match judged.cause.1.as_str() {
        "other" => "none",
        sign => sign,
    };
    judged.remain = (remain.contains(&true_one), remain.len() as u64);
    judged
        .intervals
        .extend(crate::intervals::judge(truth, findings));
}
