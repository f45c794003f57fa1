//! Any bytes as a case file and as a table: a case or a complaint, never a panic.

#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

/// One folder for the whole process, its files written anew for every input.
static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = std::env::temp_dir().join(format!("breachscope-fuzz-case-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for the input");
    folder
});

const CASE: &str = r#"
[case]
id = "F"
[[source]]
name = "edge"
files = ["access.log"]
[[route]]
name = "contact"
path = "/contacts/{contact}"
object = "contact"
[directory]
objects = "table.csv"
grants = "table.csv"
sessions = "table.csv"
"#;

fuzz_target!(|data: &[u8]| {
    let file = FOLDER.join("case.toml");
    std::fs::write(&file, data).expect("the case");
    let _ = breachscope::case::load(&file);
    std::fs::write(&file, CASE).expect("the case");
    std::fs::write(FOLDER.join("table.csv"), data).expect("the table");
    let _ = breachscope::case::load(&file);
});
