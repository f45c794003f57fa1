//! Cases as files: a folder under `tests/cases` is a command with its input and what must come of it.
//!
//! `cmd` holds the arguments, one a line, run in a copy of the folder; `code` the exit code (0 where there is
//! none), `stdout` and `stderr` what is printed (silence where there is none), `absent` parts of names that must
//! not be left behind, `expect/` files that the answer must hold byte for byte. `UPDATE_CASES=1` writes what is
//! expected anew; look at the difference before keeping it.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::answer::{fresh, root};

#[test]
fn every_case_holds() {
    let cases = root().join("tests/cases");
    let mut names: Vec<_> = fs::read_dir(&cases)
        .expect("tests/cases")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir())
        .collect();
    names.sort();
    assert!(names.len() > 10, "the cases are there");
    let failed: Vec<String> = names.iter().filter_map(|case| check(case).err()).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}

fn check(case: &Path) -> Result<(), String> {
    let name = case
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let folder = fresh(&format!("case-{name}"));
    copy(case, &folder);
    let said = |file: &str| fs::read_to_string(case.join(file)).unwrap_or_default();
    let args: Vec<String> = said("cmd").lines().map(str::to_owned).collect();
    let output = Command::new(env!("CARGO_BIN_EXE_breachscope"))
        .args(&args)
        .current_dir(&folder)
        .env("LC_ALL", "C")
        .env_remove("CLICOLOR_FORCE")
        .output()
        .map_err(|e| format!("{name}: {e}"))?;
    let code: i32 = said("code").trim().parse().unwrap_or(0);
    if output.status.code() != Some(code) {
        let stderr = String::from_utf8_lossy(&output.stderr);
        return Err(format!(
            "{name}: exit {:?} instead of {code}: {stderr}",
            output.status.code()
        ));
    }
    for (file, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
        let printed = String::from_utf8_lossy(bytes).into_owned();
        if std::env::var_os("UPDATE_CASES").is_some() {
            update(&case.join(file), &printed);
        } else if printed != said(file) {
            return Err(format!(
                "{name}: {file} is\n{printed}\ninstead of\n{}",
                said(file)
            ));
        }
    }
    for entry in fs::read_dir(case.join("expect"))
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
    {
        let file = entry.file_name();
        let found = fs::read_to_string(folder.join("answer").join(&file)).unwrap_or_default();
        if std::env::var_os("UPDATE_CASES").is_some() {
            update(&entry.path(), &found);
        } else if found != fs::read_to_string(entry.path()).unwrap_or_default() {
            return Err(format!("{name}: {} is\n{found}", file.to_string_lossy()));
        }
    }
    for absent in said("absent").lines() {
        let left = fs::read_dir(&folder)
            .expect("the folder")
            .filter_map(Result::ok);
        let hit = left
            .map(|e| e.file_name().to_string_lossy().into_owned())
            .find(|n| n.contains(absent));
        if let Some(hit) = hit {
            return Err(format!("{name}: {hit} was left behind"));
        }
    }
    Ok(())
}

fn update(file: &Path, printed: &str) {
    match printed.is_empty() {
        true => drop(fs::remove_file(file)),
        false => fs::write(file, printed).expect("the case can be written"),
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from)
        .expect("the case")
        .map(|entry| entry.expect("an entry"))
    {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir_all(&target).expect("a folder");
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}
