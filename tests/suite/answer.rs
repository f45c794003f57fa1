//! Runs the built program and reads what it wrote: the only way in which tests here look at an answer.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;
use std::thread::{self, ThreadId};

use serde_json::Value;

/// A row of a table by column.
pub type Row = BTreeMap<String, String>;

/// The repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A fresh folder that this test owns: two that take the same name at the same time work in each other's.
pub fn fresh(name: &str) -> PathBuf {
    static TAKEN: Mutex<BTreeMap<String, ThreadId>> = Mutex::new(BTreeMap::new());
    let own = thread::current().id();
    let first = *TAKEN
        .lock()
        .unwrap_or_else(|other| other.into_inner())
        .entry(name.to_owned())
        .or_insert(own);
    assert_eq!(first, own, "`{name}` is another test's folder");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder for the test");
    folder
}

/// Runs the program.
pub fn run(args: &[&str]) -> Output {
    // Screens speak the language of the locale.
    Command::new(env!("CARGO_BIN_EXE_breachscope"))
        .env("LC_ALL", "C")
        .env_remove("CLICOLOR_FORCE")
        .args(args)
        .output()
        .expect("the program starts")
}

/// Runs the program and expects it to succeed.
pub fn succeed(args: &[&str]) -> String {
    let output = run(args);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{args:?} failed: {stderr}");
    assert_eq!(stderr, "", "{args:?} said something on stderr");
    String::from_utf8(output.stdout).expect("UTF-8 on stdout")
}

/// Scans a case into `out`, with further flags.
pub fn scan(case: &Path, out: &Path, flags: &[&str]) -> String {
    let mut args = vec!["scan", text(case), "--out", text(out)];
    args.extend(flags);
    succeed(&args)
}

/// Makes a practice case with these flags.
pub fn synth(case: &Path, flags: &str) {
    let flags = flags.split(' ');
    let args = ["synth", "--out", text(case)].into_iter().chain(flags);
    succeed(&args.collect::<Vec<_>>());
}

/// A case of one source, lines of nginx's usual format in `logs/access.log*`: further keys of `[case]`, routes behind further
/// keys of the source, and tables in files of their names.
pub fn case_of(case: &str, routes: &str, tables: &[&str]) -> String {
    let tables = tables
        .iter()
        .map(|table| format!("{table} = \"{table}.csv\"\n"));
    let mut directory: String = tables.collect();
    if !directory.is_empty() {
        directory.insert_str(0, "[directory]\n");
    }
    format!(
        "[case]\nid = \"case\"\n{case}\n[[source]]\nname = \"edge\"\nfiles = [\"logs/access.log*\"]\nformat = \"combined\"\n\
         account = \"remote_user\"\n{routes}\n{directory}"
    )
}

/// The verdict on each account of an answer that has one.
pub fn verdicts(out: &Path) -> BTreeMap<String, String> {
    let rows = table(&out.join("accounts.csv")).into_iter();
    rows.map(|row| (row["account"].clone(), row["verdict"].clone()))
        .collect()
}

/// A path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().expect("a UTF-8 path")
}

/// A CSV table.
pub fn table(path: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(path).expect("the table opens");
    let header = reader.headers().expect("a header").clone();
    let row = |record: csv::StringRecord| {
        header
            .iter()
            .map(str::to_owned)
            .zip(record.iter().map(str::to_owned))
            .collect()
    };
    reader
        .records()
        .map(|record| row(record.expect("a row")))
        .collect()
}

/// A JSON file.
pub fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).expect("the file opens")).expect("JSON")
}

/// Every file of a folder with its bytes.
pub fn bytes(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).expect("the folder opens");
    entries
        .map(|entry| {
            let entry = entry.expect("an entry");
            let name = entry.file_name().to_string_lossy().into_owned();
            (name, fs::read(entry.path()).expect("the file opens"))
        })
        .collect()
}

/// Every input of a manifest conserves its lines, and every output is what the manifest says.
pub fn check_manifest(out: &Path) {
    use sha2::{Digest, Sha256};
    let manifest = json(&out.join("manifest.json"));
    for input in manifest["inputs"].as_array().expect("inputs") {
        let n = |key: &str| {
            input[key]
                .as_u64()
                .unwrap_or_else(|| panic!("{key} in {input}"))
        };
        let reasons = input["rejected_by_reason"].as_object().expect("reasons");
        let by_reason: u64 = reasons.values().filter_map(Value::as_u64).sum();
        assert_eq!(by_reason, n("rejected"), "{input}");
        assert_eq!(
            n("lines"),
            n("parsed") + n("rejected") + n("empty") + n("directives"),
            "{input}"
        );
    }
    let outputs = manifest["outputs"].as_array().expect("outputs");
    assert_eq!(
        outputs.len() + 2,
        bytes(out).len(),
        "every file but the manifest and its digest is listed"
    );
    for output in outputs {
        let file = output["file"].as_str().expect("a name");
        let digest = Sha256::digest(fs::read(out.join(file)).expect("the output"));
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(output["sha256"], hex, "{file}");
    }
}
