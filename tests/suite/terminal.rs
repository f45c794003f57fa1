//! What people meet at a terminal: completions, manual, colours, languages, JSON instead, the demo, complaints with their line.

mod carets;
mod demo;
mod hints;
mod json;
mod screens;
mod shells;
mod strings;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::answer::{fresh, root, text};

/// Runs the program with some of the environment set, and with nothing of ours that speaks of colours or languages.
fn run_with(environment: &[(&str, &str)], folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_breachscope"));
    for name in [
        "LC_ALL",
        "LC_MESSAGES",
        "LANG",
        "NO_COLOR",
        "CLICOLOR",
        "CLICOLOR_FORCE",
    ] {
        command.env_remove(name);
    }
    command
        .envs(environment.iter().copied())
        .current_dir(folder)
        .args(args)
        .output()
        .expect("the program starts")
}

/// What it printed, where it succeeded.
fn said(output: &Output) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    String::from_utf8(output.stdout.clone()).expect("UTF-8 on stdout")
}

fn captured() -> PathBuf {
    root().join("testdata/capture/case/case.toml")
}

/// The answer to the captured case, in a folder of its own.
fn answer_in(name: &str) -> PathBuf {
    let folder = fresh(name);
    let case = captured();
    said(&run_with(
        &[],
        &folder,
        &["scan", text(&case), "--out", "answer", "--quiet"],
    ));
    folder
}
