//! Worlds that were made to break the answer: attacks, honest people, flaws of the evidence, published records. Each
//! world is made by `synth`, scanned by the same code as `breachscope scan`, and judged from the answer's files against
//! `truth.json` alone. Prints a table for each goal with its worst cell.
//!
//!     cargo run --release --example worlds -- --small          a few of each cell; what CI runs
//!     cargo run --release --example worlds -- --seeds 0..200   so many worlds in each cell
//!     cargo run --release --example worlds -- --cell NAME      one cell only
//!
//! Exit 1 on any false `excluded` or broken lower bound.

mod baselines;
mod grid;
mod intervals;
mod judge;
mod labels;
mod table;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use clap::Parser;

use judge::Verdicts;

/// Frozen worlds, judged.
#[derive(Parser)]
struct Args {
    /// A few of each cell
    #[arg(long)]
    small: bool,
    /// Seeds of each cell, such as 0..100
    #[arg(long, default_value = "0..25")]
    seeds: String,
    /// Only cells whose name contains this
    #[arg(long)]
    cell: Option<String>,
    /// Print the command of every world in which something went wrong
    #[arg(long)]
    failures: bool,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let seeds = match args.small {
        true => 0..2,
        false => range(&args.seeds),
    };
    let cells = grid::cells();
    let wanted = |name: &str| {
        args.cell
            .as_ref()
            .is_none_or(|part| name.contains(part.as_str()))
    };
    let mut jobs = Vec::new();
    for (at, cell) in cells
        .iter()
        .enumerate()
        .filter(|(_, cell)| wanted(&cell.name))
    {
        jobs.extend(seeds.clone().map(|seed| (at, 1_000 * at as u64 + seed)));
        let _ = cell;
    }
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Verdicts)>> = Mutex::new(Vec::new());
    let folder = std::env::temp_dir().join(format!("breachscope-worlds-{}", std::process::id()));
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for worker in 0..workers {
            let (next, done, jobs, cells) = (&next, &done, &jobs, &cells);
            let place: PathBuf = folder.join(worker.to_string());
            scope.spawn(move || {
                loop {
                    let turn = next.fetch_add(1, Ordering::Relaxed);
                    let Some((cell, seed)) = jobs.get(turn) else {
                        return;
                    };
                    let judged = judge::world(&cells[*cell], *seed, &place);
                    let mut done = done
                        .lock()
                        .unwrap_or_else(std::sync::PoisonError::into_inner);
                    done.push((*cell, judged));
                }
            });
        }
    });
    let _ = std::fs::remove_dir_all(&folder);
    let mut done = done
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    done.sort_by_key(|(cell, judged)| (*cell, judged.seed));
    table::print(&cells, &done, args.failures);
    let broken = done.iter().any(|(_, judged)| {
        judged.failed.is_some() || judged.false_excluded > 0 || judged.lower_broken > 0
    });
    if broken {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

fn range(text: &str) -> std::ops::Range<u64> {
    let ends = text
        .split_once("..")
        .and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
    ends.map_or(0..25, |(from, until)| from..until)
}
