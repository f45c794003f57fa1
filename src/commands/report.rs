//! `report`: the page of a finished answer, rendered again from its files.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, IsTerminal, Write};
use std::path::Path;

use serde_json::json;

use super::{Ending, told};
use crate::cli::ReportArgs;
use crate::evidence::sha256;
use crate::report::Finished;
use crate::report::html::Language;

/// Runs it.
pub(super) fn run(args: &ReportArgs) -> Result<(), Ending> {
    let language = Language::of(&args.lang).unwrap_or(Language::English);
    if args.out.is_none() && std::io::stdout().is_terminal() {
        return Err(Ending::Usage(
            "the page is no text for a terminal: write --out FILE.html, or send the output into a file".to_owned(),
        ));
    }
    let answer = Finished::open(&args.answer).map_err(Ending::Failed)?;
    let page = answer.page(language).map_err(Ending::Failed)?;
    match &args.out {
        Some(file) => {
            write(file, &page)?;
            tell(args, file, &page)
        }
        None => Ok(std::io::stdout().lock().write_all(&page)?),
    }
}

fn tell(args: &ReportArgs, file: &Path, page: &[u8]) -> Result<(), Ending> {
    if !args.json {
        return Ok(());
    }
    told::print(
        "breachscope.report/1",
        json!({
            "file": file.display().to_string(),
            "language": args.lang,
            "bytes": page.len(),
            "sha256": sha256(page),
        }),
    )
}

/// Writes a file that does not exist yet; what cannot be written whole is taken away again.
fn write(file: &Path, page: &[u8]) -> Result<(), Ending> {
    let opened = OpenOptions::new().write(true).create_new(true).open(file);
    let mut opened = opened.map_err(|e| match e.kind() {
        ErrorKind::AlreadyExists => Ending::Usage(format!(
            "--out {}: exists already and is never overwritten; name a new file, or remove this one yourself",
            file.display()
        )),
        _ => Ending::Failed(format!("--out {}: cannot be written: {e}", file.display())),
    })?;
    opened.write_all(page).and_then(|()| opened.sync_all()).map_err(|e| {
        let _ = fs::remove_file(file);
        Ending::Failed(format!(
            "--out {}: cannot be written: {e}; nothing was left behind, make room or choose another place",
            file.display()
        ))
    })
}
