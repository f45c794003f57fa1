//! `completions`: what a shell offers behind Tab, from the same table of flags as `--help`.

use std::io::Write;

use clap::CommandFactory;

use super::Ending;
use crate::cli::{Cli, CompletionsArgs};

/// Runs it.
pub(super) fn run(args: &CompletionsArgs) -> Result<(), Ending> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "breachscope", &mut script);
    std::io::stdout().lock().write_all(&script)?;
    Ok(())
}
