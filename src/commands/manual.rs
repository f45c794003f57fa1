//! `man`: the manual, a page for each command, from the same table of flags as `--help`. Undated, so that the same build
//! writes the same pages.

use std::io::Write;

use clap::{Command, CommandFactory};
use clap_mangen::Man;

use super::Ending;
use super::scan::folder;
use crate::cli::{Cli, ManArgs};
use crate::report::Staging;

/// Runs it.
pub(super) fn run(args: &ManArgs) -> Result<(), Ending> {
    let mut root = Cli::command().disable_help_subcommand(true);
    root.build();
    let mut pages = Vec::new();
    collect(&root, &mut pages)?;
    let mut staging = Staging::prepare(&args.out, &[]).map_err(folder)?;
    let written = pages.len();
    for (name, page) in pages {
        staging.put(&name, page).map_err(folder)?;
    }
    staging.publish().map_err(folder)?;
    writeln!(
        std::io::stdout().lock(),
        "{}: {written} pages; read one with: man {}",
        args.out.display(),
        args.out.join("breachscope-scan.1").display()
    )?;
    Ok(())
}

/// A page for a command and one for each below it, under the name that `man` looks for.
fn collect(command: &Command, pages: &mut Vec<(String, Vec<u8>)>) -> Result<(), Ending> {
    let name = command
        .get_display_name()
        .unwrap_or("breachscope")
        .to_owned();
    let man = Man::new(command.clone()).title(&name).manual("breachscope");
    let mut page = Vec::new();
    man.render(&mut page)?;
    pages.push((format!("{name}.1"), page));
    for below in command.get_subcommands().filter(|one| !one.is_hide_set()) {
        collect(below, pages)?;
    }
    Ok(())
}
