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

/// The page whose synopsis names the value of each flag, which the renderer leaves out: `--out DIR`, not `--out`.
fn with_values(page: Vec<u8>, command: &Command) -> Vec<u8> {
    let text = match String::from_utf8(page) {
        Ok(text) => text,
        Err(error) => return error.into_bytes(),
    };
    let lines: Vec<&str> = text.split('\n').collect();
    let head = lines.iter().position(|line| *line == ".SH SYNOPSIS");
    let Some(at) = head.map(|head| head + 1).filter(|at| *at < lines.len()) else {
        return text.into_bytes();
    };
    let roff = |text: &str| text.replace('-', "\\-");
    let mut synopsis = lines[at].to_owned();
    for flag in command
        .get_arguments()
        .filter(|flag| flag.get_action().takes_values())
    {
        let (Some(long), Some(values)) = (flag.get_long(), flag.get_value_names()) else {
            continue;
        };
        let bare = format!("{}\\fR", roff(&format!("--{long}")));
        let values: Vec<String> = values.iter().map(|one| roff(one)).collect();
        let valued = format!("{bare} \\fI{}\\fR", values.join(" "));
        synopsis = synopsis.replace(&bare, &valued);
        // A flag that must be there stands by itself.
        let must = format!("<\\fB{valued}>");
        synopsis = synopsis.replace(&must, &must[1..must.len() - 1]);
    }
    let all = lines.iter().enumerate();
    let all = all.map(|(index, line)| {
        if index == at {
            synopsis.as_str()
        } else {
            *line
        }
    });
    all.collect::<Vec<&str>>().join("\n").into_bytes()
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
    pages.push((format!("{name}.1"), with_values(page, command)));
    for below in command.get_subcommands().filter(|one| !one.is_hide_set()) {
        collect(below, pages)?;
    }
    Ok(())
}
