//! `verify ANSWER`: a finished answer held against the logs that it was made from.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::super::inputs::inputs;
use super::Ending;
use crate::audit::{self, Audit, Folder, Place, Raw};
use crate::case::{self, Case};
use crate::cli::VerifyArgs;
use crate::pipeline::Input;
use crate::source;

/// Runs it.
pub(super) fn run(args: &VerifyArgs) -> Result<(), Ending> {
    let folder = Folder::read(&args.subject).map_err(Ending::Failed)?;
    let mut audit = Audit::default();
    folder.check(&mut audit);
    match find_case(args, &folder.manifest()) {
        Some(path) => against_logs(&mut audit, &folder, &path)?,
        // What is contradicted already is told first.
        None if audit.findings.is_empty() => return Err(no_case(args, &folder.manifest())),
        None => {}
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

/// Case, tables and logs by their digests first; then line by line, as far as they can still be read.
fn against_logs(audit: &mut Audit, folder: &Folder, path: &Path) -> Result<(), Ending> {
    let manifest = folder.manifest();
    let beside = path.parent().unwrap_or(Path::new(""));
    audit::check_case(audit, &manifest, path, beside);
    let case = match case::load(path) {
        Ok(case) => case,
        // The scan could read it: something is not what it was, and was found above unless it is the program.
        Err(_) if !audit.findings.is_empty() || !audit.absent.is_empty() => return Ok(()),
        Err(problem) => return Err(Ending::usage(problem)),
    };
    let globs: Vec<(String, Vec<String>)> = case
        .sources
        .iter()
        .map(|source| (source.name.clone(), source.files.clone()))
        .collect();
    let found = source::find(&case.folder, &globs).unwrap_or_default().logs;
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

/// The case file: the one that was named, else one with the manifest's name and digest where somebody would have left it.
fn find_case(args: &VerifyArgs, manifest: &Value) -> Option<PathBuf> {
    if args.case.is_some() {
        return args.case.clone();
    }
    let name = manifest["case"]["file"].as_str()?;
    // A name and no path: the manifest is somebody's word.
    let name = Path::new(name).file_name()?;
    let answer = std::path::absolute(&args.subject).ok()?;
    let here = std::env::current_dir().ok()?;
    let folders = [here.as_path()]
        .into_iter()
        .chain(answer.ancestors().skip(1));
    let mut files = folders.map(|folder| folder.join(name));
    files.find(|file| {
        let digest = std::fs::read(file).map(|bytes| crate::evidence::sha256(&bytes));
        digest.is_ok_and(|digest| manifest["case"]["sha256"] == *digest)
    })
}

fn no_case(args: &VerifyArgs, manifest: &Value) -> Ending {
    Ending::Usage(format!(
        "{}: its files agree with its manifest, but the logs that it was made from cannot be found from it: name the case \
         file with --case ({} with the SHA-256 {})",
        args.subject.display(),
        manifest["case"]["file"].as_str().unwrap_or("case.toml"),
        manifest["case"]["sha256"].as_str().unwrap_or("(none)"),
    ))
}
