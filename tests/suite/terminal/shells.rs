//! Completions and manual pages: from the same table as `--help`, the same every time, and taken by those who read them.

use std::process::Command;

use clap::CommandFactory;

use super::{run_with, said};
use crate::answer::{bytes, fresh, text};

/// Whether a program is there; which are is up to the machine.
fn there(program: &str) -> bool {
    Command::new("sh")
        .args(["-c", &format!("command -v {program}")])
        .output()
        .is_ok_and(|output| output.status.success())
}

#[test]
fn completions_are_the_same_every_time_and_shells_take_them() {
    let folder = fresh("completions");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = said(&run_with(&[], &folder, &["completions", shell]));
        assert_eq!(
            script,
            said(&run_with(
                &[("LC_ALL", "sv_SE")],
                &folder,
                &["completions", shell]
            ))
        );
        for name in ["scan", "explain", "--outside", "--claims", "view"] {
            assert!(
                script.contains(name.trim_start_matches('-')),
                "{shell} lacks {name}"
            );
        }
        let file = folder.join(shell);
        std::fs::write(&file, &script).expect("the script can be written");
        if ["bash", "zsh", "fish"].contains(&shell) && there(shell) {
            let checked = Command::new(shell).arg("-n").arg(&file).output();
            let checked = checked.expect("the shell starts");
            let stderr = String::from_utf8_lossy(&checked.stderr);
            assert!(
                checked.status.success() && stderr.is_empty(),
                "{shell}: {stderr}"
            );
        }
    }
    let unknown = run_with(&[], &folder, &["completions", "cmd.exe"]);
    assert_eq!(unknown.status.code(), Some(2));
}

/// What bash offers behind Tab.
fn offered(script: &str, words: &[&str]) -> Vec<String> {
    let line = words.join(" ");
    let program = format!(
        "source '{script}'\nCOMP_WORDS=({line})\n[ \"${{COMP_WORDS[-1]}}\" = '\"\"' ] && COMP_WORDS[-1]=\n\
         COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))\n_breachscope breachscope \"${{COMP_WORDS[-1]}}\" \
         \"${{COMP_WORDS[-2]}}\"\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"\n"
    );
    let output = Command::new("bash")
        .args(["--norc", "-c", &program])
        .output()
        .expect("bash starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(stderr, "", "{words:?}");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    printed.lines().map(str::to_owned).collect()
}

#[test]
fn bash_offers_commands_flags_and_values() {
    let folder = fresh("completions-bash");
    let script = said(&run_with(&[], &folder, &["completions", "bash"]));
    let file = folder.join("breachscope.bash");
    std::fs::write(&file, script).expect("the script can be written");
    let file = text(&file);
    assert_eq!(
        offered(file, &["breachscope", "exp"]),
        ["explain", "export"]
    );
    let flags = offered(file, &["breachscope", "scan", "--"]);
    assert!(
        flags.contains(&"--out".to_owned()) && flags.contains(&"--lang".to_owned()),
        "{flags:?}"
    );
    assert_eq!(
        offered(file, &["breachscope", "scan", "--lang", "s"]),
        ["sv"]
    );
    assert!(
        offered(file, &["breachscope", "nonsense", "--cl"])
            .iter()
            .all(String::is_empty)
    );
}

#[test]
fn the_manual_has_an_undated_page_for_each_command() {
    let folder = fresh("manual");
    said(&run_with(&[], &folder, &["man", "--out", "one"]));
    said(&run_with(
        &[("LC_ALL", "da_DK"), ("COLUMNS", "40")],
        &folder,
        &["man", "--out", "two"],
    ));
    let pages = bytes(&folder.join("one"));
    assert_eq!(pages, bytes(&folder.join("two")));
    let root = breachscope::cli::Cli::command();
    let commands: Vec<&str> = root
        .get_subcommands()
        .map(clap::Command::get_name)
        .collect();
    for name in &commands {
        let page = pages.get(&format!("breachscope-{name}.1"));
        let page = String::from_utf8_lossy(page.unwrap_or_else(|| panic!("no page for {name}")));
        assert!(
            page.contains(".SH NAME") && page.contains(".SH SYNOPSIS"),
            "{name}"
        );
    }
    assert!(
        pages.contains_key("breachscope.1") && pages.contains_key("breachscope-journal-verify.1")
    );
    let below = root
        .get_subcommands()
        .flat_map(clap::Command::get_subcommands);
    assert_eq!(pages.len(), 1 + commands.len() + below.count());
    let scan = String::from_utf8_lossy(&pages["breachscope-scan.1"]).into_owned();
    assert!(
        scan.contains("\\-\\-journal") && scan.contains("breachscope\\-scan"),
        "{scan}"
    );
    // The reader of manuals finds no error in them.
    if there("mandoc") {
        for file in pages.keys() {
            let checked = Command::new("mandoc")
                .args(["-T", "lint", "-W", "error"])
                .arg(folder.join("one").join(file))
                .output()
                .expect("mandoc starts");
            assert!(
                checked.status.success(),
                "{file}: {}",
                String::from_utf8_lossy(&checked.stdout)
            );
        }
    }
    // Never over something.
    let again = run_with(&[], &folder, &["man", "--out", "one"]);
    assert_eq!(again.status.code(), Some(2));
}
