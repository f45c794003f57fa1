//! Tells the program which commit it was built from, for its manifests (`unknown` outside of a checkout), and which
//! templates of questions lie in their folder, so that no code names one.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// Where the templates lie.
const TEMPLATES: &str = "src/report/answers/templates";

fn main() {
    // Where a worktree has them: of a file that is not there cargo takes it that it has changed, and builds all anew.
    for place in ["HEAD", "logs/HEAD"] {
        if let Some(path) = git(&["rev-parse", "--git-path", place]) {
            println!("cargo:rerun-if-changed={path}");
        }
    }
    let commit = git(&["rev-parse", "--short=12", "HEAD"]);
    let commit = commit.as_deref().unwrap_or("unknown");
    println!("cargo:rustc-env=BREACHSCOPE_COMMIT={commit}");
    println!("cargo:rerun-if-changed={TEMPLATES}");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("templates.rs");
    fs::write(out, templates()).expect("the folder that cargo made can be written");
}

/// What git says, if it says anything.
fn git(args: &[&str]) -> Option<String> {
    let output = Command::new("git").args(args).output().ok()?;
    let said = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !said.is_empty()).then_some(said)
}

/// A list of the templates' names and texts, as Rust.
fn templates() -> String {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let folder = fs::read_dir(root.join(TEMPLATES)).expect("the templates");
    let mut files: Vec<PathBuf> = folder
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        .collect();
    files.sort();
    let one = |path: &PathBuf| {
        let name = path.file_stem().map(Path::new).expect("a name").display();
        format!("    ({:?}, include_str!({path:?})),\n", name.to_string())
    };
    format!("&[\n{}]\n", files.iter().map(one).collect::<String>())
}
