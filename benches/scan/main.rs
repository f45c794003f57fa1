//! How fast, and in how much memory: the program by shape, format and packing of the logs, beside what the machine does
//! at best with the same bytes in the same run.
//!
//! `cargo bench --bench scan -- [--size 200M] [--shape S] [--format F] [--packing P] [--rounds 5] [--json FILE]` makes its
//! logs in a folder of its own, measures everything once in each round, and prints medians, and medians of the ratios
//! within a round: a machine that others use is slow for all of them alike. `--make DIR` only makes logs and a case, and
//! `-- PROGRAM …` only measures that program: both are for `growth.sh` and `peers/run.sh`. No figure here fails a test: machines differ.

#![allow(clippy::print_stdout)] // A bench is there to print figures.

mod child;
mod inner;
mod lines;
mod logs;
mod results;
mod world;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use breachscope::case;
use clap::{Parser, ValueEnum};

use child::{Cost, inside, installed, run};
use lines::Form;
use logs::Packing;
use results::{Measured, Results, Row};
use world::Shape;

const PROGRAM: &str = env!("CARGO_BIN_EXE_breachscope");

/// What is measured in a scan, and what it is held against.
const NEWLINES: &str = "newline counting, 1 thread";
const UNPACK: &str = "unpacking alone, same decoder";
const PARSE: &str = "parsing every line, 1 thread";
const EXTRACT: &str = "extraction, 1 thread";
const SCAN_1: &str = "scan, 1 thread";
const SCAN_2: &str = "scan, 2 threads";
const BARE_1: &str = "scan without directory, 1 thread";
const BARE_2: &str = "scan without directory, 2 threads";
const KEEPING: &str = "scan that keeps accesses, 2 threads";
const KEPT: &str = "second scan, accesses kept";
const RESUMED: &str = "keeping, killed halfway and resumed";
const HASH: &str = "openssl dgst -sha256";
const SEARCH: &str = "rg -c of a literal";

#[derive(Parser)]
struct Args {
    /// Bytes of unpacked lines, such as 200M or 1G
    #[arg(long, default_value = "200M", value_parser = size)]
    size: u64,
    /// One shape only
    #[arg(long)]
    shape: Option<Shape>,
    /// One format only
    #[arg(long)]
    format: Option<Form>,
    /// One packing only
    #[arg(long)]
    packing: Option<Packing>,
    /// How often everything is measured
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Another build to measure instead of this one's
    #[arg(long, default_value = PROGRAM)]
    program: PathBuf,
    /// Write raw numbers there
    #[arg(long)]
    json: Option<PathBuf>,
    /// Measure nothing: make logs and a case in this folder; days that are there already stay
    #[arg(long)]
    make: Option<PathBuf>,
    /// How many days to make, a file of `--size` each
    #[arg(long, default_value_t = 1)]
    days: u64,
    /// Run this program and print its seconds, seconds of processor time, peak MB and spilled MB
    #[arg(last = true)]
    command: Vec<String>,
    /// Where the output of that program goes
    #[arg(long, default_value = "/dev/null")]
    output: PathBuf,
    /// cargo passes it to every bench
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> io::Result<()> {
    let args = Args::parse();
    if let Some(folder) = &args.make {
        return make(&args, folder);
    }
    if let Some((program, words)) = args.command.split_first() {
        let output = fs::File::create(&args.output)?;
        let cost = run(Command::new(program).args(words).stdout(output))?;
        let megabytes = |bytes: u64| bytes as f64 / 1e6;
        println!(
            "{:.3}\t{:.2}\t{:.0}\t{:.0}",
            cost.seconds,
            cost.processor.unwrap_or(0.0),
            megabytes(cost.peak.unwrap_or(0)),
            megabytes(cost.spilled)
        );
        return Ok(());
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench/case");
    let _ = fs::remove_dir_all(&folder);
    let tools = Tools {
        openssl: installed("openssl", "version"),
        rg: installed("rg", "--version"),
        keeps: keeps(&args.program),
        program: args.program.clone(),
    };
    let mut results = Results::new(&args.program, args.size, args.rounds);
    results.heading();
    for &shape in wanted(args.shape.as_ref()) {
        for &form in wanted(args.format.as_ref()) {
            fs::create_dir_all(&folder)?;
            let plain = folder.join("access.log");
            logs::write_day(&plain, shape, form, 0, args.size)?;
            for &packing in wanted(args.packing.as_ref()) {
                let log = logs::pack(&plain, packing)?;
                let glob = log.file_name().unwrap_or_default().to_string_lossy();
                logs::write_case(&folder, "case", form, &glob)?;
                let place = Place {
                    folder: &folder,
                    plain: &plain,
                    log: &log,
                    packing,
                };
                let rows = place.measure(&tools, args.rounds)?;
                results.add(Measured {
                    name: [word(&shape), word(&form), word(&packing)],
                    bytes: plain.metadata()?.len(),
                    packed: log.metadata()?.len(),
                    rows,
                });
            }
            fs::remove_dir_all(&folder)?;
        }
    }
    match &args.json {
        Some(path) => fs::write(path, results.json()),
        None => Ok(()),
    }
}

fn make(args: &Args, folder: &Path) -> io::Result<()> {
    let (shape, form) = (
        args.shape.unwrap_or(Shape::Many),
        args.format.unwrap_or(Form::Combined),
    );
    fs::create_dir_all(folder.join("logs"))?;
    for day in 0..args.days {
        let path = folder.join(format!("logs/access-{:04}.log", day + 1));
        if !path.exists() {
            logs::write_day(&path, shape, form, day, args.size)?;
        }
    }
    logs::write_case(folder, "case", form, "logs/*.log")
}

/// All of an argument's values, or the one that was asked for.
fn wanted<T: ValueEnum>(one: Option<&T>) -> &[T] {
    one.map_or_else(|| T::value_variants(), std::slice::from_ref)
}

fn word(value: &impl ValueEnum) -> String {
    let named = value.to_possible_value();
    named.map_or_else(String::new, |named| named.get_name().to_owned())
}

/// What is at hand besides the program.
struct Tools {
    openssl: bool,
    rg: bool,
    keeps: bool,
    program: PathBuf,
}

/// One log and its case.
struct Place<'p> {
    folder: &'p Path,
    plain: &'p Path,
    log: &'p Path,
    packing: Packing,
}

impl Place<'_> {
    /// Every row, once in each round, one after the other.
    fn measure(&self, tools: &Tools, rounds: usize) -> io::Result<Vec<Row>> {
        let case = case::load(&self.folder.join("case-bare.toml")).map_err(io::Error::other)?;
        let format = inner::format(&case);
        let mut rows: Vec<Row> = Vec::new();
        let mut note = |what: &str, cost: io::Result<Option<Cost>>| -> io::Result<()> {
            let cost = cost?;
            match rows.iter_mut().find(|row| row.what == what) {
                Some(row) => row.costs.extend(cost),
                None => rows.push(Row::new(what, cost)),
            }
            Ok(())
        };
        for _ in 0..rounds {
            if self.packing == Packing::Plain {
                note(NEWLINES, self.own(|| inner::newlines(self.plain)))?;
                note(PARSE, self.own(|| inner::parse(self.plain, &format)))?;
                note(
                    EXTRACT,
                    self.own(|| inner::extract(self.plain, &format, &case)),
                )?;
            } else {
                note(UNPACK, self.own(|| inner::unpack(self.log, self.packing)))?;
                let tool = self.packing.tool();
                let there = installed(tool, "--version");
                note(&format!("{tool} -dc"), self.other(there, tool, &["-dc"]))?;
            }
            note(
                HASH,
                self.other(tools.openssl, "openssl", &["dgst", "-sha256"]),
            )?;
            let search: &[&str] = match self.packing {
                Packing::Plain => &["-c", "/contacts/"],
                _ => &["-z", "-c", "/contacts/"],
            };
            note(SEARCH, self.other(tools.rg, "rg", search))?;
            note(SCAN_1, self.scan(tools, "case.toml", "1", None))?;
            note(SCAN_2, self.scan(tools, "case.toml", "2", None))?;
            note(BARE_1, self.scan(tools, "case-bare.toml", "1", None))?;
            note(BARE_2, self.scan(tools, "case-bare.toml", "2", None))?;
            if tools.keeps && self.packing == Packing::Plain {
                let kept = self.folder.with_file_name("kept");
                let _ = fs::remove_dir_all(&kept);
                let first = self.scan(tools, "case.toml", "2", Some(&kept))?;
                let half = first.map_or(0.0, |cost| cost.seconds / 2.0);
                note(KEEPING, Ok(first))?;
                note(KEPT, self.scan(tools, "case.toml", "2", Some(&kept)))?;
                fs::remove_dir_all(&kept)?;
                child::kill_after(
                    &mut self.command(tools, "case.toml", "2", Some(&kept)),
                    half,
                )?;
                let rest = self.scan(tools, "case.toml", "2", Some(&kept))?;
                let both = rest.map(|rest| Cost {
                    seconds: rest.seconds + half,
                    processor: None,
                    ..rest
                });
                note(RESUMED, Ok(both))?;
                fs::remove_dir_all(&kept)?;
            }
        }
        Ok(rows)
    }

    fn own(&self, work: impl FnOnce() -> io::Result<()>) -> io::Result<Option<Cost>> {
        let mut done = Ok(());
        let cost = inside(|| done = work());
        done.map(|()| Some(cost))
    }

    fn other(&self, there: bool, program: &str, words: &[&str]) -> io::Result<Option<Cost>> {
        match there {
            true => run(quiet(program).args(words).arg(self.log)).map(Some),
            false => Ok(None),
        }
    }

    fn scan(
        &self,
        tools: &Tools,
        case: &str,
        threads: &str,
        keep: Option<&Path>,
    ) -> io::Result<Option<Cost>> {
        run(&mut self.command(tools, case, threads, keep)).map(Some)
    }

    fn command(&self, tools: &Tools, case: &str, threads: &str, keep: Option<&Path>) -> Command {
        // Never among the logs.
        let out = self.folder.with_file_name("answer");
        let _ = fs::remove_dir_all(&out);
        let mut command = quiet(&tools.program);
        command.args(["scan", "--quiet", "--threads", threads, "--out"]);
        command.arg(&out).arg(self.folder.join(case));
        if let Some(keep) = keep {
            command.arg("--keep").arg(keep);
        }
        command
    }
}

/// A program whose output nobody wants.
fn quiet(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.stdout(Stdio::null());
    command
}

/// Whether the program can keep accesses for a second scan.
fn keeps(program: &Path) -> bool {
    let help = Command::new(program).args(["scan", "--help"]).output();
    help.is_ok_and(|help| String::from_utf8_lossy(&help.stdout).contains("--keep"))
}

fn size(text: &str) -> Result<u64, String> {
    let number = text.trim_end_matches(['K', 'M', 'G']);
    let unit = match &text[number.len()..] {
        "" => 1.0,
        "K" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        _ => return Err("write a number and K, M or G, such as 200M".to_owned()),
    };
    let number: f64 = number.parse().map_err(|_| "that is no number")?;
    Ok((number * unit) as u64)
}
