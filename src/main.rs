//! Flags -> one command -> exit code; nothing else.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    breachscope::commands::run(breachscope::cli::Cli::parse())
}
