//! Flags -> one command -> exit code; nothing else.

use std::process::ExitCode;

use clap::Parser;

#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    breachscope::commands::run(breachscope::cli::Cli::parse())
}
