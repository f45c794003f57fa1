//! One file per command, each a short story. Owns progress, the terminal, signals and "now".

mod asking;
mod cause;
mod explain;
mod init;
mod inputs;
mod inspect;
mod ladder;
mod logs;
mod pack;
mod progress;
mod purge;
mod records;
mod remarks;
mod sampling;
mod scan;
mod signals;
mod synth;
mod verify;

use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;

use crate::cli::{Cli, Command};

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
        Command::Verify(args) => verify::run(&args),
        Command::Records(args) => records::run(&args),
        Command::Inspect(args) => inspect::run(&args),
        Command::Init(args) => init::run(&args),
        Command::Synth(args) => synth::run(&args),
        Command::Pack(args) => pack::run(&args),
        Command::Purge(args) => purge::run(&args),
    };
    let (code, message) = match ended {
        Ok(()) | Err(Ending::PipeClosed) => return ExitCode::SUCCESS,
        Err(Ending::Contradicted) => return ExitCode::from(3),
        Err(Ending::Undetermined) => return ExitCode::from(4),
        Err(Ending::Failed(message)) => (1, message),
        Err(Ending::Usage(message)) => (2, message),
    };
    // With stderr gone too there is nobody left to tell.
    let _ = writeln!(io::stderr(), "breachscope: {message}");
    ExitCode::from(code)
}
