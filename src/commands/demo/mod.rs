//! `demo`: the captured case of `testdata/capture`, which the program carries with it, answered in a new folder, and what to
//! look at. Opens nothing.
//!
//! `case.zst` is what `unpack` reads: for each file a line `NAME BYTES` and its bytes. A test holds it against
//! `testdata/capture`, and makes it anew with `UPDATE_DEMO=1`.

use std::io::{Read, Write};

use serde_json::json;

use super::scan::folder;
use super::{Ending, scan, terminal, told};
use crate::cli::{DemoArgs, ScanArgs};
use crate::report::{MANIFEST, Staging, guide};

const CASE: &[u8] = include_bytes!("case.zst");
/// What no member of the case comes near; a damaged program must not fill the memory.
const LONGEST: u64 = 1 << 26;

/// Runs it.
pub(super) fn run(args: &DemoArgs) -> Result<(), Ending> {
    let answer = args.out.join("answer");
    if answer.join(MANIFEST).is_file() {
        return Err(Ending::Usage(format!(
            "--out {}: the demo has been there already: `breachscope view {}` browses its answer, and {} is for a browser; \
             for another one name a new folder with --out, or remove this one yourself",
            args.out.display(),
            answer.display(),
            answer.join("report.html").display()
        )));
    }
    let mut staging = Staging::prepare(&args.out, &[]).map_err(folder)?;
    for (name, bytes) in unpack(CASE)? {
        staging
            .put(&format!("case/{name}"), bytes)
            .map_err(folder)?;
    }
    staging.publish().map_err(folder)?;
    let case = args.out.join("case").join("case.toml");
    scan::run(&ScanArgs {
        quiet: args.json,
        screen: args.screen.clone(),
        ..ScanArgs::quietly(&case, &answer)
    })?;
    let guide = guide(&case, &answer);
    if args.json {
        return told::print(
            "breachscope.demo/1",
            json!({
                "case": case.display().to_string(),
                "answer": answer.display().to_string(),
                "open": guide.open.iter().map(|(file, _)| file).collect::<Vec<_>>(),
                "try": guide.commands.iter().map(|(command, _)| command).collect::<Vec<_>>(),
            }),
        );
    }
    let screen = guide.screen(terminal::look(&args.screen));
    std::io::stdout().lock().write_all(screen.as_bytes())?;
    Ok(())
}

/// The files of the case.
fn unpack(packed: &[u8]) -> Result<Vec<(String, Vec<u8>)>, Ending> {
    let damaged =
        || Ending::failed("the case that this program carries is damaged; install it again");
    let mut all = Vec::new();
    zstd::Decoder::new(packed)
        .and_then(|decoder| decoder.take(LONGEST).read_to_end(&mut all))
        .map_err(|_| damaged())?;
    let mut files = Vec::new();
    let mut rest = &all[..];
    while !rest.is_empty() {
        let end = rest
            .iter()
            .position(|byte| *byte == b'\n')
            .ok_or_else(damaged)?;
        let head = std::str::from_utf8(&rest[..end]).map_err(|_| damaged())?;
        let (name, length) = head.split_once(' ').ok_or_else(damaged)?;
        let length: usize = length.parse().map_err(|_| damaged())?;
        let body = &rest[end + 1..];
        let bytes = body.get(..length).ok_or_else(damaged)?;
        files.push((name.to_owned(), bytes.to_vec()));
        rest = &body[length..];
    }
    Ok(files)
}
