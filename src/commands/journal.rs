//! `scan --journal` and `journal verify`: the one place where the clock is looked at, because when a run was made is a
//! fact about the run and not about the logs.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde_json::{Map, Value, json};

use super::scan::folder;
use super::{Ending, told};
use crate::cli::{JournalArgs, JournalCommand};
use crate::evidence::{digest_of, journal};
use crate::report::{BUILD, MANIFEST, check_not_evidence};
use crate::words::Stamp;

/// A journal that the run at hand will be written into.
pub(super) struct Journal {
    path: PathBuf,
    file: File,
}

/// Runs `journal verify`.
pub(super) fn run(args: &JournalArgs) -> Result<(), Ending> {
    let JournalCommand::Verify { file, json } = &args.command;
    let failed = |e| {
        let why = format!("{}: cannot be read: {e}", file.display());
        Ending::of_named(file, why)
    };
    let bytes = std::fs::read(file).map_err(failed)?;
    let checked = journal::check(&bytes);
    if *json {
        told::print("breachscope.journal-check/1", as_json(file, &checked))?;
        return checked.map(drop).map_err(|_| Ending::Contradicted);
    }
    let mut out = std::io::stdout().lock();
    match checked {
        Ok(chain) => {
            writeln!(
                out,
                "{} entries, each follows from the one before it",
                chain.entries
            )?;
            writeln!(out, "head {}", chain.head)?;
            Ok(())
        }
        Err(faults) => {
            for (number, what) in faults {
                writeln!(out, "{}: line {number}: {what}", file.display())?;
            }
            Err(Ending::Contradicted)
        }
    }
}

fn as_json(file: &Path, checked: &Result<journal::Chain, Vec<(u64, String)>>) -> Value {
    let faults = checked.as_ref().err().into_iter().flatten();
    json!({
        "file": file.display().to_string(),
        "holds": checked.is_ok(),
        "entries": checked.as_ref().ok().map(|chain| chain.entries),
        "head": checked.as_ref().ok().map(|chain| &chain.head),
        "faults": faults.map(|(line, what)| json!({ "line": line, "what": what })).collect::<Vec<_>>(),
    })
}

impl Journal {
    /// Opens a journal, or begins one: not near the logs, not in the answer, and only where its chain holds.
    pub(super) fn open(path: &Path, logs: &[PathBuf], answer: &Path) -> Result<Journal, Ending> {
        check_not_evidence("--journal", path, logs).map_err(folder)?;
        let wrong = |what: String| Ending::Usage(format!("--journal {}: {what}", path.display()));
        let whole = |path: &Path| std::path::absolute(path).unwrap_or_default();
        if whole(path).starts_with(whole(answer)) {
            return Err(wrong(
                "lies in the folder of the answer, whose manifest lists every file; name a file elsewhere".to_owned(),
            ));
        }
        let opened = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(path);
        let file = opened.map_err(|e| wrong(format!("cannot be opened: {e}")))?;
        let mut journal = Journal {
            path: path.to_owned(),
            file,
        };
        journal.chain()?;
        Ok(journal)
    }

    /// What stands in it, whose chain must hold.
    fn chain(&mut self) -> Result<journal::Chain, Ending> {
        use std::io::{Seek, SeekFrom};
        let place = self.path.display();
        let failed = |e| Ending::Failed(format!("--journal {place}: cannot be read: {e}"));
        let mut bytes = Vec::new();
        self.file.seek(SeekFrom::Start(0)).map_err(failed)?;
        self.file.read_to_end(&mut bytes).map_err(failed)?;
        journal::check(&bytes).map_err(|faults| {
            let (number, what) = faults.into_iter().next().unwrap_or_default();
            Ending::Failed(format!(
                "--journal {place}: line {number}: {what}; nothing is added to a journal that does not hold: keep it as it \
                 is, and begin another"
            ))
        })
    }

    /// Adds the run: what was run on which case, what came of it, and when.
    pub(super) fn add(mut self, case: &str, answer: &Path, exit: u8) -> Result<(), Ending> {
        let place = self.path.display().to_string();
        let failed = |e| Ending::Failed(format!("--journal {place}: cannot be written: {e}"));
        // Another run may have added its own meanwhile.
        self.file.lock().map_err(failed)?;
        let chain = self.chain()?;
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let now = now.map_or(0, |since| {
            i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
        });
        let manifest = File::open(answer.join(MANIFEST)).and_then(digest_of).ok();
        let facts = [
            ("at", json!(Stamp(now).to_string())),
            (
                "command",
                std::env::args_os()
                    .skip(1)
                    .map(|one| json!(one.to_string_lossy()))
                    .collect(),
            ),
            ("build", json!(BUILD)),
            ("case_sha256", json!(case)),
            ("manifest_sha256", json!(manifest.filter(|_| exit == 0))),
            ("exit", json!(exit)),
        ];
        let facts: Map<_, _> = facts
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect();
        self.file
            .write_all(&journal::next(&chain, facts))
            .map_err(failed)?;
        self.file.sync_all().map_err(failed)
    }
}
