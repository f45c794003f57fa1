//! The documentation is tried out: every `console` block of a page under `docs` is run, page by page, in an empty folder
//! that holds the captured case where a checkout has it, and must print what the page shows.
//!
//! A line `$ COMMAND` is run by a shell that finds this build as `breachscope`; the lines behind it, up to the next one,
//! are what it prints, errors included. A line that is only `…` stands for any lines. A block ` ```console wrong ` must
//! fail, any other must not; `verify` may also end with 3 or 4. `UPDATE_CASES=1` writes anew what blocks without `…` print.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::answer::{case_of, fresh, root, run as run_program, text};
use crate::verify::copy;

fn pages() -> Vec<PathBuf> {
    let folders = [root().join("docs"), root().join("docs/commands")];
    let mut pages: Vec<PathBuf> = folders
        .iter()
        .flat_map(|folder| fs::read_dir(folder).expect("docs"))
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|end| end == "md"))
        .collect();
    pages.sort();
    pages
}

#[test]
fn every_page_prints_what_it_shows() {
    let pages = pages();
    assert!(pages.len() > 15, "the pages are there");
    let failed: Vec<String> = pages.iter().filter_map(|page| check(page).err()).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}

/// Every command that `--help` lists has a page, and every page a command.
#[test]
fn every_command_has_its_page() {
    let help = Command::new(env!("CARGO_BIN_EXE_breachscope"))
        .arg("--help")
        .output()
        .expect("--help");
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let listed = listed.take_while(|line| !line.is_empty());
    // Names stand behind two blanks; what goes on from the line before, behind more.
    let names = listed.filter_map(|line| line.strip_prefix("  "));
    let names = names.filter_map(|line| line.split_once(' ').filter(|(name, _)| !name.is_empty()));
    let commands: Vec<&str> = names
        .map(|(name, _)| name)
        .filter(|name| *name != "help")
        .collect();
    assert!(commands.len() > 10, "{help}");
    let page = |name: &str| root().join(format!("docs/commands/{name}.md"));
    let missing: Vec<&&str> = commands
        .iter()
        .filter(|name| !page(name).is_file())
        .collect();
    assert!(
        missing.is_empty(),
        "no page under docs/commands for {missing:?}"
    );
    for page in fs::read_dir(root().join("docs/commands")).expect("pages") {
        let path = page.expect("an entry").path();
        let stem = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        assert!(commands.contains(&stem.as_str()), "{stem}: no such command");
        let text = fs::read_to_string(&path).expect("a page");
        assert!(
            text.contains(&format!("$ breachscope {stem}")),
            "{stem}: its page shows no call of it"
        );
    }
}

/// Every key that a complaint about an unknown one lists stands on the page of the case file.
#[test]
fn every_key_of_a_case_has_its_place() {
    let page = fs::read_to_string(root().join("docs/case.md")).expect("the page");
    let folder = fresh("docs-keys");
    let route = "[[route]]\nname = \"r\"\npath = \"/r/{r}\"\nobject = \"r\"\n";
    let case =
        case_of("", route, &[]) + "[scope]\n[leak]\nrecords = \"l.csv\"\n[exclude]\n[directory]\n";
    fs::create_dir_all(folder.join("logs")).expect("a folder");
    for (file, text) in [("logs/access.log", ""), ("l.csv", "object\n")] {
        fs::write(folder.join(file), text).expect("writable");
    }
    let path = folder.join("case.toml");
    let headings = "case [case] [[source]] [[route]] [scope] [leak] [exclude] [directory]";
    for heading in headings.split(' ') {
        let spoilt = match heading {
            "case" => format!("zzqqzz = 1\n{case}"),
            _ => case.replacen(heading, &format!("{heading}\nzzqqzz = 1"), 1),
        };
        fs::write(&path, spoilt).expect("writable");
        let refused = run_program(&["scan", text(&path), "--out", "nowhere"]);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        let (_, keys) = said
            .split_once("the keys known there are ")
            .unwrap_or_else(|| panic!("{heading}: {said}"));
        for key in keys.lines().next().unwrap_or_default().split(", ") {
            let (key, title) = (format!("`{key}`"), format!("[{key}]"));
            assert!(
                page.contains(&key) || page.contains(&title),
                "{heading}: {key}"
            );
        }
    }
}

/// Links between pages lead somewhere.
#[test]
fn links_lead_to_files() {
    let readme = root().join("README.md");
    for page in pages().into_iter().chain([readme]) {
        let text = fs::read_to_string(&page).expect("a page");
        for link in text.split("](").skip(1) {
            let link = link.split([')', '#']).next().unwrap_or_default();
            if link.is_empty() || link.contains("://") {
                continue;
            }
            let target = page.parent().expect("a folder").join(link);
            assert!(target.exists(), "{}: {link} is not there", page.display());
        }
    }
}

fn check(page: &Path) -> Result<(), String> {
    let name = page
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let folder = fresh(&format!("docs-{name}"));
    let case = folder.join("testdata/capture/case");
    fs::create_dir_all(&case).expect("a folder");
    copy(&root().join("testdata/capture/case"), &case);
    let text = fs::read_to_string(page).expect("a page");
    let mut out = String::new();
    let mut failed = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        out.push_str(line);
        out.push('\n');
        let Some(kind) = line.strip_prefix("```console") else {
            continue;
        };
        let mut block: Vec<&str> = Vec::new();
        while let Some(next) = lines.next_if(|next| *next != "```") {
            block.push(next);
        }
        for (command, shown) in calls(&block) {
            let (code, printed) = run(&command, &folder);
            let fine = match kind.trim() {
                "wrong" => code != 0,
                _ => {
                    // `head` goes once it has its lines; what still writes to it then ends by SIGPIPE, now and then.
                    let cut = code == 128 + 13 && command.contains("| head -");
                    let differs = command.contains(" verify ") && (code == 3 || code == 4);
                    code == 0 || cut || differs
                }
            };
            if !fine {
                failed.push(format!("{name}: `{command}` ends with {code}:\n{printed}"));
            }
            let fits = fits(&shown, &printed.lines().collect::<Vec<_>>());
            let update = std::env::var_os("UPDATE_CASES").is_some() && !shown.contains(&"…");
            if !fits && !update {
                let shown = shown.join("\n");
                failed.push(format!(
                    "{name}: `{command}` prints\n{printed}\ninstead of\n{shown}"
                ));
            }
            let printed: Vec<&str> = match update {
                true => printed.lines().collect(),
                false => shown,
            };
            for line in format!("$ {command}").lines().chain(printed) {
                out.push_str(line);
                out.push('\n');
            }
        }
    }
    if std::env::var_os("UPDATE_CASES").is_some() && out != text {
        fs::write(page, out).expect("the page can be written");
    }
    match failed.is_empty() {
        true => Ok(()),
        false => Err(failed.join("\n")),
    }
}

/// Commands of a block with what they print.
fn calls<'b>(block: &[&'b str]) -> Vec<(String, Vec<&'b str>)> {
    let mut calls: Vec<(String, Vec<&str>)> = Vec::new();
    for line in block {
        // Behind a backslash, and in a text that ends with END.
        let open = |command: &str| {
            command.ends_with('\\') || (command.contains("<<'END'") && !command.ends_with("\nEND"))
        };
        let goes_on = calls
            .last()
            .is_some_and(|(command, shown)| shown.is_empty() && open(command));
        match (line.strip_prefix("$ "), calls.last_mut()) {
            (Some(command), _) if !goes_on => calls.push((command.to_owned(), Vec::new())),
            (_, Some((command, _))) if goes_on => {
                command.push('\n');
                command.push_str(line);
            }
            (_, Some((_, shown))) => shown.push(line),
            (_, None) => panic!("{line}: a block begins with `$ `"),
        }
    }
    calls
}

fn run(command: &str, folder: &Path) -> (i32, String) {
    let program = Path::new(env!("CARGO_BIN_EXE_breachscope"));
    let path = std::env::var("PATH").unwrap_or_default();
    let own = program.parent().expect("a folder").display().to_string();
    let output = Command::new("bash")
        .args(["-o", "pipefail", "-c", &format!("exec 2>&1; {command}")])
        .current_dir(folder)
        .env("PATH", format!("{own}:{path}"))
        .env("LC_ALL", "C")
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE")
        .output()
        .expect("bash");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.code().unwrap_or(-1), printed)
}

/// Whether lines are as they are shown; `…` alone stands for any.
fn fits(shown: &[&str], printed: &[&str]) -> bool {
    match shown.split_first() {
        None => printed.is_empty(),
        Some((&"…", rest)) => (0..=printed.len()).any(|skip| fits(rest, &printed[skip..])),
        Some((first, rest)) => printed
            .split_first()
            .is_some_and(|(line, more)| line == first && fits(rest, more)),
    }
}

#[test]
fn dots_stand_for_any_lines() {
    assert!(fits(&["a", "…", "c"], &["a", "b", "b", "c"]));
    assert!(fits(&["a", "…"], &["a"]));
    assert!(!fits(&["a", "…", "c"], &["a", "c", "d"]));
    assert!(!fits(&[], &["a"]) && !fits(&["a"], &[]));
}
