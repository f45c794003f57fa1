//! What was measured, as an aligned table with ratios against the goals, and as raw numbers in JSON.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::child::Cost;
use super::{
    BARE_1, BARE_2, EXTRACT, HASH, KEEPING, KEPT, NEWLINES, PARSE, RESUMED, SCAN_1, SCAN_2, SEARCH,
    UNPACK,
};

/// One thing that was measured, once in each round.
pub struct Row {
    pub what: String,
    /// Empty where the program is not installed.
    pub costs: Vec<Cost>,
}

impl Row {
    pub fn new(what: &str, first: Option<Cost>) -> Row {
        Row {
            what: what.to_owned(),
            costs: first.into_iter().collect(),
        }
    }

    fn seconds(&self) -> impl Iterator<Item = f64> {
        self.costs.iter().map(|cost| cost.seconds)
    }
}

/// Everything that was measured of one log.
pub struct Measured {
    /// Shape, format, packing.
    pub name: [String; 3],
    /// Of the lines.
    pub bytes: u64,
    /// Of the file.
    pub packed: u64,
    pub rows: Vec<Row>,
}

/// What is printed as a ratio: the measured one, its reference, how much of the hashing is taken off the first, the goal.
const RATIOS: [(&str, &str, f64, &str); 14] = [
    (SCAN_2, HASH, 0.0, "at most 1.0"),
    (BARE_2, HASH, 0.0, "at most 1.0"),
    (
        SCAN_2,
        SEARCH,
        0.5,
        "at most 1.3, estimate: half the hashing taken off",
    ),
    (
        BARE_2,
        SEARCH,
        0.5,
        "at most 1.3, estimate: half the hashing taken off",
    ),
    (SCAN_2, UNPACK, 0.0, "at most 1.1"),
    (BARE_2, UNPACK, 0.0, "at most 1.1"),
    (SCAN_1, SCAN_2, 0.0, "at least 1.85"),
    (BARE_1, BARE_2, 0.0, "at least 1.85"),
    (KEEPING, SCAN_2, 0.0, ""),
    (KEPT, SCAN_2, 0.0, ""),
    (RESUMED, KEEPING, 0.0, ""),
    (PARSE, NEWLINES, 0.0, ""),
    (EXTRACT, NEWLINES, 0.0, ""),
    (HASH, NEWLINES, 0.0, ""),
];

impl Measured {
    fn row(&self, what: &str) -> Option<&Row> {
        let row = self.rows.iter().find(|row| row.what == what)?;
        (!row.costs.is_empty()).then_some(row)
    }

    fn print(&self) {
        println!(
            "\n{}: {:.1} MB of lines, {:.1} MB on disk",
            self.name.join(" / "),
            self.bytes as f64 / 1e6,
            self.packed as f64 / 1e6
        );
        for row in &self.rows {
            if row.costs.is_empty() {
                println!("  {:<36} not installed", row.what);
                continue;
            }
            let seconds = median(row.seconds());
            let processor = row.costs.iter().filter_map(|cost| cost.processor);
            let peak = row.costs.iter().filter_map(|cost| cost.peak).max();
            println!(
                "  {:<36} {seconds:>9.3} s {:>9.0} MB/s {:>12} {:>13}",
                row.what,
                self.bytes as f64 / 1e6 / seconds,
                or_dash(median_of(processor), 2, " s cpu"),
                or_dash(peak.map(|peak| peak as f64 / 1e6), 0, " MB peak"),
            );
        }
        for (what, reference, hashing, goal) in RATIOS {
            let Some(ratio) = self.ratio(what, reference, hashing) else {
                continue;
            };
            let goal = match goal {
                "" => String::new(),
                goal => format!("  (goal: {goal})"),
            };
            println!(
                "    {:<76} {ratio:>8.2}{goal}",
                format!("{what} : {reference}")
            );
        }
    }

    /// Median of the rounds' ratios.
    fn ratio(&self, what: &str, reference: &str, hashing: f64) -> Option<f64> {
        // Hashing or searching a packed file is no measure for reading what is in it.
        if self.name[2] != "plain" && matches!(reference, HASH | SEARCH) {
            return None;
        }
        let (row, reference) = (self.row(what)?, self.row(reference)?);
        let off: Vec<f64> = match hashing {
            0.0 => vec![0.0; row.costs.len()],
            share => self.row(HASH)?.seconds().map(|hash| hash * share).collect(),
        };
        let pairs = row.seconds().zip(reference.seconds()).zip(off);
        median_of(pairs.map(|((seconds, reference), off)| (seconds - off) / reference))
    }

    fn json(&self) -> Value {
        let rows = self.rows.iter().map(|row| {
            json!({
                "what": row.what,
                "seconds": row.seconds().collect::<Vec<f64>>(),
                "processor_seconds": row.costs.iter().filter_map(|cost| cost.processor).collect::<Vec<f64>>(),
                "peak_bytes": row.costs.iter().filter_map(|cost| cost.peak).collect::<Vec<u64>>(),
            })
        });
        let ratios = RATIOS.iter().filter_map(|(what, reference, hashing, _)| {
            let ratio = self.ratio(what, reference, *hashing)?;
            Some(
                json!({"of": what, "to": reference, "hashing_taken_off": hashing, "median": ratio}),
            )
        });
        json!({
            "shape": self.name[0], "format": self.name[1], "packing": self.name[2],
            "line_bytes": self.bytes, "file_bytes": self.packed,
            "rows": rows.collect::<Vec<Value>>(),
            "ratios": ratios.collect::<Vec<Value>>(),
        })
    }
}

/// All of a run.
pub struct Results {
    head: Value,
    measured: Vec<Measured>,
}

impl Results {
    pub fn new(program: &Path, size: u64, rounds: usize) -> Results {
        let first_line = |program: &Path, word: &str| {
            let said = Command::new(program).arg(word).output().ok()?.stdout;
            String::from_utf8_lossy(&said)
                .lines()
                .next()
                .map(str::to_owned)
        };
        let proc = |file: &str, key: &str| {
            let text = fs::read_to_string(file).ok()?;
            let line = text.lines().find(|line| line.starts_with(key))?;
            Some(line.split_once(':')?.1.trim().to_owned())
        };
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let head = json!({
            "program": first_line(program, "--version"),
            "unix_time": now.map_or(0, |now| now.as_secs()),
            "cores": std::thread::available_parallelism().map_or(0, usize::from),
            "processor": proc("/proc/cpuinfo", "model name"),
            "memory": proc("/proc/meminfo", "MemTotal"),
            "rg": first_line(Path::new("rg"), "--version"),
            "openssl": first_line(Path::new("openssl"), "version"),
            "size": size, "rounds": rounds,
        });
        Results {
            head,
            measured: Vec::new(),
        }
    }

    pub fn heading(&self) {
        let said = |key: &str| self.head[key].as_str().unwrap_or("unknown");
        println!(
            "{}, {} cores ({}), {}; medians of {} rounds",
            said("program"),
            self.head["cores"],
            said("processor"),
            said("memory"),
            self.head["rounds"]
        );
    }

    /// Prints it, and keeps it for [`Results::json`].
    pub fn add(&mut self, measured: Measured) {
        measured.print();
        self.measured.push(measured);
    }

    pub fn json(&self) -> String {
        let measured: Vec<Value> = self.measured.iter().map(Measured::json).collect();
        let all = json!({"machine": self.head, "measured": measured});
        serde_json::to_string_pretty(&all).unwrap_or_default() + "\n"
    }
}

fn or_dash(figure: Option<f64>, places: usize, unit: &str) -> String {
    figure.map_or_else(
        || "-".to_owned(),
        |figure| format!("{figure:.places$}{unit}"),
    )
}

fn median_of(figures: impl Iterator<Item = f64>) -> Option<f64> {
    let mut sorted: Vec<f64> = figures.collect();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied()
}

fn median(figures: impl Iterator<Item = f64>) -> f64 {
    median_of(figures).unwrap_or(f64::NAN)
}
