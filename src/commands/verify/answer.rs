//! `verify ANSWER`: a finished answer held against the logs that it was made from.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::super::inputs::inputs;
use super::super::whence::{find_case, logs};
use super::Ending;
use crate::audit::{self, Audit, Folder, Place, Raw};
use crate::case::{self, Case};
use crate::cli::VerifyArgs;
use crate::evidence::sha256;
use crate::pipeline::Input;
use crate::report::html::Language;
use crate::report::{BUILD, Finished, MANIFEST};

const PAGE: &str = "report.html";

/// Runs it.
pub(super) fn run(args: &VerifyArgs) -> Result<(), Ending> {
    let folder = Folder::read(&args.subject);
    let folder = folder.map_err(|why| Ending::of_named(&args.subject.join(MANIFEST), why))?;
    // A case file that is not there contradicts nothing: it was named wrongly.
    if let Some(case) = args.case.as_ref().filter(|case| !case.exists()) {
        let why =
            "cannot be read: it is not there; name the case file that the answer was made from";
        return Err(Ending::Usage(format!("--case {}: {why}", case.display())));
    }
    let mut audit = Audit::default();
    folder.check(&mut audit);
    let manifest = folder.manifest();
    // Another build may word it otherwise, and one that does not know its commit may be any.
    let told = |key: &str| manifest["tool"][key].as_str().unwrap_or_default();
    let build = told("build");
    if build != "unknown" && format!("{} ({build})", told("version")) == BUILD {
        page(&mut audit, &args.subject);
    }
    match find_case(args.case.as_ref(), &args.subject, &manifest) {
        Some(path) => against_logs(&mut audit, &folder, &path, &args.reading.outside)?,
        // Whoever has the answer alone learns whether its files are whole, and that nothing more was looked at.
        None => {
            let word = |key: &str| manifest["case"][key].as_str().unwrap_or("none").to_owned();
            let why = format!(
                "the case file (SHA-256 {}) cannot be found from the answer, so nothing was held against tables and logs: name it \
                 with --case",
                word("sha256")
            );
            audit.absent.push((word("file"), why));
        }
    }
    let told = match args.json {
        true => format!("{:#}\n", audit::json(&audit, &folder.digest())),
        false => audit::text(&audit),
    };
    std::io::stdout().lock().write_all(told.as_bytes())?;
    match (&*audit.findings, &*audit.unreadable, &*audit.absent) {
        ([_, ..], ..) => Err(Ending::Contradicted),
        (_, [(file, why), ..], _) => Err(Ending::Failed(format!("{file}: {why}"))),
        (.., [_, ..]) => Err(Ending::Undetermined),
        _ => Ok(()),
    }
}

/// The page says what the other files say: rendered again from them it is the same bytes. Where one of them is not what the
/// manifest says, that was found already.
fn page(audit: &mut Audit, answer: &Path) {
    let Ok(answer) = Finished::open(answer) else {
        return;
    };
    let Ok(stands) = answer.bytes(PAGE) else {
        return;
    };
    let again = match answer.check_all() {
        Ok(absent) if absent.is_empty() => answer.page(Language::English),
        _ => return,
    };
    if again.as_ref() != Ok(&stands) {
        let say = again.map_or_else(|why| why, |again| sha256(&again));
        audit.finds(PAGE, ("page", "rendered again"), sha256(&stands), say);
    }
}

/// Case, tables and logs by their digests first; then line by line, as far as they can still be read.
fn against_logs(
    audit: &mut Audit,
    folder: &Folder,
    path: &Path,
    outside: &[PathBuf],
) -> Result<(), Ending> {
    let manifest = folder.manifest();
    let beside = path.parent().unwrap_or(Path::new(""));
    audit::check_case(audit, &manifest, path, beside);
    let case = match case::load_with(path, outside) {
        Ok(case) => case,
        // The scan could read it: something is not what it was, and was found above unless it is the program.
        Err(_) if !audit.findings.is_empty() || !audit.absent.is_empty() => return Ok(()),
        Err(problem) => return Err(Ending::usage(problem)),
    };
    let found = logs(&case).unwrap_or_default();
    let places: Vec<Place<'_>> = found
        .iter()
        .map(|one| Place {
            name: on_disk(&one.name, one.log.member()),
            path: one.log.path(),
        })
        .collect();
    audit::check_inputs(audit, &manifest, &case.folder, &places);
    match inputs(&case) {
        Ok((inputs, _)) => line_by_line(audit, folder, &case, inputs),
        // What cannot be found or recognised any more was named above.
        Err(_) if !audit.findings.is_empty() || !audit.absent.is_empty() => {}
        Err(problem) => return Err(problem),
    }
    Ok(())
}

fn line_by_line(audit: &mut Audit, folder: &Folder, case: &Case, inputs: Vec<Input>) {
    // A pipe cannot be read a second time.
    let files = inputs.into_iter().filter(|input| input.log.is_file());
    let raws: Vec<Raw> = files
        .map(|input| Raw {
            source: input.source,
            name: input.name,
            log: input.log,
            format: input.format,
            clock_correction: input.clock_correction,
        })
        .collect();
    audit::check_answer(audit, folder, case, &raws);
}

/// A log's name without the member of the archive that it is.
fn on_disk(name: &str, member: Option<&str>) -> String {
    let own = member.and_then(|member| name.strip_suffix(member)?.strip_suffix("!/"));
    own.unwrap_or(name).to_owned()
}
