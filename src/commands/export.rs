//! `export`: a finished answer in the words of another program.

use std::fs::OpenOptions;
use std::io::Write;

use serde_json::json;

use super::{Ending, finished, told};
use crate::cli::{ExportArgs, ExportFormat};
use crate::evidence::sha256;
use crate::report::export;

/// Runs it.
pub(super) fn run(args: &ExportArgs) -> Result<(), Ending> {
    let answer = finished(&args.answer)?;
    let bytes = match args.format {
        ExportFormat::Timesketch => export::timesketch(&answer),
        ExportFormat::Ocsf => export::ocsf(&answer),
        ExportFormat::Case => export::case(&answer),
    };
    let bytes = bytes.map_err(Ending::Failed)?;
    let place = args.out.display();
    let whole = |path| std::path::absolute(path).unwrap_or_default();
    if whole(&args.out).starts_with(whole(&args.answer)) {
        return Err(Ending::Usage(format!(
            "--out {place}: lies in the answer's folder, whose manifest lists every file; name a file elsewhere"
        )));
    }
    told::away_from_logs("--out", &args.out, &answer)?;
    let opened = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&args.out);
    let mut file = opened.map_err(|e| {
        Ending::Usage(format!(
            "--out {place}: cannot be made: {e}; name a file that is not there yet"
        ))
    })?;
    let written = file.write_all(&bytes).and_then(|()| file.sync_all());
    written.map_err(|e| {
        // Half a file would be taken for a whole one.
        let _ = std::fs::remove_file(&args.out);
        Ending::Failed(format!(
            "--out {place}: cannot be written: {e}; nothing was left behind"
        ))
    })?;
    match args.json {
        true => told::print(
            "breachscope.export/1",
            json!({ "file": place.to_string(), "bytes": bytes.len(), "sha256": sha256(&bytes) }),
        ),
        false => Ok(()),
    }
}
