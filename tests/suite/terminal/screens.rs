//! Screens: plain where they are piped, coloured where that is asked for, in the language of the locale; files never.

use std::fs;
use std::path::Path;

use super::{answer_in, captured, run_with, said};
use crate::answer::{bytes, fresh, root, text};

/// A text without the codes of colours; whatever else begins with an escape stays and is seen.
fn bare(text: &str) -> String {
    let pattern = regex::Regex::new("\u{1b}\\[[0-9;]*m").expect("a pattern");
    pattern.replace_all(text, "").into_owned()
}

#[test]
fn colours_obey_the_environment_and_say_nothing_by_themselves() {
    let folder = answer_in("colours");
    let case = captured();
    let commands: [&[&str]; 2] = [
        &["explain", "answer", "p0532"],
        &["inspect", "--case", text(&case)],
    ];
    for args in commands {
        let plain = said(&run_with(&[], &folder, args));
        assert!(!plain.contains('\u{1b}'), "{args:?}");
        let forced = said(&run_with(&[("CLICOLOR_FORCE", "1")], &folder, args));
        assert!(forced.contains("\u{1b}["), "{args:?}");
        assert_eq!(bare(&forced), plain, "{args:?}");
        let both = [("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")];
        assert_eq!(said(&run_with(&both, &folder, args)), plain);
        assert_eq!(
            said(&run_with(&[("CLICOLOR_FORCE", "0")], &folder, args)),
            plain
        );
        // The width of a terminal that there is none of is nobody's.
        assert_eq!(said(&run_with(&[("COLUMNS", "40")], &folder, args)), plain);
    }
    let scan = |name: &str, environment: &[(&str, &str)]| {
        let args = ["scan", text(&case), "--out", "answer"];
        said(&run_with(environment, &fresh(name), &args))
    };
    let forced = scan("colours-forced", &[("CLICOLOR_FORCE", "1")]);
    assert!(forced.contains("\u{1b}["));
    assert_eq!(bare(&forced), scan("colours-plain", &[]));
}

#[test]
fn the_locale_speaks_on_the_screen_and_nowhere_else() {
    let case = captured();
    let scan = |name: &str, environment: &[(&str, &str)], flags: &[&str]| {
        let folder = fresh(name);
        let mut args = vec!["scan", text(&case), "--out", "answer"];
        args.extend(flags);
        let screen = said(&run_with(environment, &folder, &args));
        (screen, bytes(&folder.join("answer")))
    };
    let (english, files) = scan("locale-none", &[], &[]);
    assert!(english.contains("Subjects  at least 2,185"), "{english}");
    let (swedish, same) = scan("locale-sv", &[("LANG", "sv_SE.UTF-8")], &[]);
    assert!(
        swedish.contains("Registrerade uppgifter om minst 2\u{a0}185")
            || swedish.contains("minst 2 185"),
        "{swedish}"
    );
    assert!(swedish.contains("10 personuppgiftsansvarig"), "{swedish}");
    assert_eq!(files, same, "a file depends on the locale");
    // LC_ALL before LC_MESSAGES before LANG; an empty one says nothing.
    let environment = [("LC_ALL", ""), ("LC_MESSAGES", "da_DK"), ("LANG", "sv_SE")];
    let (danish, same) = scan("locale-da", &environment, &[]);
    assert!(
        danish.contains("mindst 2.185") && danish.contains("dataansvarlig"),
        "{danish}"
    );
    assert!(danish.contains("23.11.2026 01.50Z"), "{danish}");
    assert_eq!(files, same);
    let (other, _) = scan("locale-c", &[("LC_ALL", "C"), ("LANG", "sv_SE")], &[]);
    assert_eq!(other, english);
    let (other, _) = scan("locale-fi", &[("LC_ALL", "fi_FI.UTF-8")], &[]);
    assert_eq!(other, english);
    // The flag before all of them.
    let (flag, _) = scan("locale-flag", &[("LC_ALL", "da_DK")], &["--lang", "sv"]);
    assert_eq!(flag, swedish);
}

#[test]
fn explain_speaks_three_languages_and_adds_up() {
    let folder = answer_in("explain-lang");
    let explain = |lang: &str| {
        let args = ["explain", "answer", "p0532", "--lang", lang];
        said(&run_with(&[], &folder, &args))
    };
    let english = explain("en");
    assert!(
        english.contains("requests: 2,203 = 2,188 answered + 15 in vain"),
        "{english}"
    );
    assert!(
        english.contains("Scope over time") && english.contains('▅'),
        "{english}"
    );
    let swedish = explain("sv");
    assert!(
        swedish.contains("Behörighet över tid") && swedish.contains("p0532: uppräkning"),
        "{swedish}"
    );
    let danish = explain("da");
    assert!(
        danish.contains("Adgang over tid") && danish.contains("registrerede: 2.185"),
        "{danish}"
    );
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from)
        .expect("a folder")
        .map(|one| one.expect("an entry"))
    {
        let target = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(fs::copy(entry.path(), target).expect("a copy")),
        }
    }
}

/// An account that would change the terminal's title and colour, and the direction of letters.
const EVIL: &str = "an\u{1b}]0;owned\u{7}\u{1b}[31mna\u{202e}";

/// A file of a case with every `from` made `to`.
fn rewrite(file: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(file).expect("the file");
    assert!(text.contains(from), "{text}");
    fs::write(file, text.replace(from, to)).expect("the file");
}

fn tame(printed: Vec<u8>) -> String {
    let bare = bare(&String::from_utf8(printed).expect("UTF-8"));
    let hidden = |c: &char| (c.is_control() && *c != '\n') || *c == '\u{202e}';
    assert_eq!(bare.chars().find(hidden), None, "{bare:?}");
    bare
}

#[test]
fn names_from_logs_and_tables_send_no_escape() {
    let folder = fresh("hostile-screen");
    copy(&root().join("tests/cases/scan-two-schools"), &folder);
    rewrite(
        &folder.join("logs/access.log"),
        " anna ",
        &format!(" {EVIL} "),
    );
    // Whoever is in no table is then beyond every scope, and has a verdict.
    rewrite(
        &folder.join("case.toml"),
        "[directory]",
        "[scope]\nunlisted = \"beyond\"\n\n[directory]",
    );
    let forced = [("CLICOLOR_FORCE", "1")];
    let run = |args: &[&str]| {
        let output = run_with(&forced, &folder, args);
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        tame(output.stdout)
    };
    let screen = run(&["scan", "case.toml", "--out", "answer"]);
    assert!(screen.contains("owned"), "{screen}");
    let findings = crate::answer::json(&folder.join("answer/findings.json"));
    let accounts = findings["accounts"].as_array().expect("accounts");
    let mut names = accounts.iter().filter_map(|row| row["account"].as_str());
    let evil = names.find(|name| name.contains("owned"));
    let evil = evil.expect("the account");
    assert!(run(&["explain", "answer", evil]).contains("owned"));
    assert!(run(&["evidence", "answer", "--account", evil]).contains("owned"));
    run(&["inspect", "logs/access.log"]);
    // A table may not hold such a name; the complaint does not send it either.
    rewrite(&folder.join("grants.csv"), "anna,", &format!("{EVIL},"));
    let refused = run_with(&forced, &folder, &["scan", "case.toml", "--out", "second"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(tame(refused.stderr).contains("owned"));
}

#[test]
fn inspect_says_each_thing_once() {
    let folder = fresh("inspect-once");
    let case = root().join("tests/cases/period-before-logs/case.toml");
    let printed = said(&run_with(&[], &folder, &["inspect", "--case", text(&case)]));
    let (_, second) = printed.split_once(" 2. ").expect("the second question");
    let (second, _) = second.split_once(" 3. ").expect("the third question");
    assert_eq!(
        second.matches("2021-01-01T00:00:00Z").count(),
        1,
        "{second}"
    );
    // The first question does not suffer from what was before, but from a hole.
    let (_, first) = printed.split_once(" 1. ").expect("the first question");
    assert!(
        first
            .split(" 2. ")
            .next()
            .is_some_and(|one| one.contains("2021-01-01T00:00:00Z"))
    );
    let logs = root().join("testdata/capture/case/logs");
    let captured = captured();
    let args = ["inspect", "--case", text(&captured), text(&logs)];
    let printed = said(&run_with(&[], &folder, &args));
    let (_, seventh) = printed.split_once(" 7. ").expect("the seventh question");
    assert_eq!(seventh.matches("    profile:").count(), 1, "{seventh}");
}

#[test]
fn the_readme_shows_what_is_printed() {
    let readme = fs::read_to_string(root().join("README.md")).expect("the README");
    let command = "$ cargo run --release -- scan testdata/capture/case/case.toml --out answer\n";
    let (_, block) = readme.split_once(command).expect("the command");
    let (shown, _) = block.split_once("```").expect("the end of the block");
    let case = captured();
    let args = ["scan", text(&case), "--out", "answer"];
    assert_eq!(shown, said(&run_with(&[], &fresh("readme"), &args)));
}

#[test]
fn view_wants_a_terminal() {
    let folder = answer_in("view-piped");
    let refused = run_with(&[("TERM", "xterm")], &folder, &["view", "answer"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(refused.stdout.is_empty());
    let stderr = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        stderr.contains("wants a terminal") && stderr.contains("explain"),
        "{stderr}"
    );
}
