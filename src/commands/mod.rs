//! One file per command, each a short story. Owns progress, the terminal, signals and "now".

mod again;
mod asking;
mod attest;
mod cause;
mod completions;
mod demo;
mod doubled;
mod evidence;
mod explain;
mod export;
mod glance;
mod init;
mod inputs;
mod inspect;
mod journal;
mod ladder;
mod left_out;
mod logs;
mod manual;
mod nobody;
mod pack;
mod progress;
mod published;
mod purge;
mod records;
mod remarks;
mod report;
mod respelled;
mod sampling;
mod scan;
mod selftest;
mod shared_ids;
mod signals;
mod sources;
mod stage;
mod synth;
mod terminal;
mod told;
mod unlisted;
mod unmatched;
mod unnamed;
mod unpaged;
mod verify;
mod view;
mod whence;

use std::fmt;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use crate::cli::{Cli, Command};
use crate::report::{Finished, MANIFEST};

/// Why a command ended early; the exit code of CASE.md §6 follows from it.
#[derive(Debug)]
pub enum Ending {
    /// It failed; nothing is half-written. Exit 1.
    Failed(String),
    /// Wrong usage, or a case file that does not hold. Exit 2.
    Usage(String),
    /// `verify`: what was held against the logs is contradicted, as the output says. Exit 3.
    Contradicted,
    /// `verify`: nothing is contradicted, something is not determinable, as the output says. Exit 4.
    Undetermined,
    /// Whoever read the output has closed the pipe: no error. Exit 0.
    PipeClosed,
}

impl Ending {
    fn failed(problem: impl fmt::Display) -> Ending {
        Ending::Failed(problem.to_string())
    }

    fn usage(problem: impl fmt::Display) -> Ending {
        Ending::Usage(problem.to_string())
    }

    /// What came of a path that somebody named: where nothing is there, it was named wrongly.
    fn of_named(path: &Path, problem: impl fmt::Display) -> Ending {
        let there = path.try_exists();
        let nothing = match &there {
            Ok(there) => !there,
            Err(error) => error.kind() == io::ErrorKind::NotADirectory,
        };
        match nothing {
            true => Ending::usage(problem),
            false => Ending::failed(problem),
        }
    }

    /// The exit code.
    fn code(&self) -> u8 {
        match self {
            Ending::PipeClosed => 0,
            Ending::Failed(_) => 1,
            Ending::Usage(_) => 2,
            Ending::Contradicted => 3,
            Ending::Undetermined => 4,
        }
    }
}

/// A finished answer that somebody named.
fn finished(folder: &Path) -> Result<Finished, Ending> {
    let opened = Finished::open(folder);
    opened.map_err(|why| Ending::of_named(&folder.join(MANIFEST), why))
}

impl From<io::Error> for Ending {
    fn from(error: io::Error) -> Ending {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Ending::PipeClosed,
            _ => Ending::Failed(format!("cannot write to the output: {error}")),
        }
    }
}

/// Runs a command.
pub fn run(cli: Cli) -> ExitCode {
    signals::install();
    let ended = match cli.command {
        Command::Scan(args) => scan::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Report(args) => report::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Evidence(args) => evidence::run(&args),
        Command::Attest(args) => attest::run(&args),
        Command::Journal(args) => journal::run(&args),
        Command::Export(args) => export::run(&args),
        Command::Records(args) => records::run(&args),
        Command::Inspect(args) => inspect::run(&args),
        Command::Init(args) => init::run(&args),
        Command::Synth(args) => synth::run(&args),
        Command::Selftest(args) => selftest::run(&args),
        Command::Pack(args) => pack::run(&args),
        Command::Purge(args) => purge::run(&args),
        Command::Completions(args) => completions::run(&args),
        Command::View(args) => view::run(&args),
        Command::Demo(args) => demo::run(&args),
        Command::Man(args) => manual::run(&args),
        Command::Stage(args) => stage::run(&args),
    };
    let Err(ending) = ended else {
        return ExitCode::SUCCESS;
    };
    if let Ending::Failed(message) | Ending::Usage(message) = &ending {
        // With stderr gone too there is nobody left to tell.
        let _ = writeln!(io::stderr(), "breachscope: {message}");
    }
    ExitCode::from(ending.code())
}
