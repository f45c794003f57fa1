//! `selftest`: practice cases with their truth, answered by this build, and how often it was wrong.

use std::io::Write;
use std::path::Path;

use super::{Ending, scan};
use crate::cli::{ScanArgs, SelftestArgs};
use crate::selftest::{self, Report};

/// Runs it.
pub(super) fn run(args: &SelftestArgs) -> Result<(), Ending> {
    let place = std::env::temp_dir().join(format!("breachscope-selftest-{}", std::process::id()));
    let report = practise(&place);
    // Made by this run, so nobody else's.
    let _ = std::fs::remove_dir_all(&place);
    let report = report?;
    let mut out = std::io::stdout().lock();
    match args.json {
        true => writeln!(out, "{:#}", report.json())?,
        false => out.write_all(report.text().as_bytes())?,
    }
    match report.fails() {
        true => Err(Ending::failed(
            "the selftest found errors that this build should not make; do not rely on its answers, and report the table above",
        )),
        false => Ok(()),
    }
}

fn practise(place: &Path) -> Result<Report, Ending> {
    std::fs::create_dir_all(place)
        .map_err(|error| Ending::failed(format_args!("{}: {error}", place.display())))?;
    let mut report = Report::default();
    for practice in selftest::practices() {
        let marks = selftest::run(&practice, place, answer).map_err(Ending::Failed)?;
        report.add(&practice, &marks);
        if super::signals::stopped() {
            return Err(Ending::failed("stopped; nothing was left behind"));
        }
    }
    Ok(report)
}

/// The scan of one case, as `breachscope scan --quiet` does it.
fn answer(case: &Path, out: &Path) -> Result<(), String> {
    let args = ScanArgs::quietly(case, out);
    scan::run(&args).map_err(|ending| match ending {
        Ending::Failed(why) | Ending::Usage(why) => why,
        other => format!("the scan ended with {other:?}"),
    })
}
