//! `report`: a finished answer rendered again from its files, as a page, a workbook, a document, tables, or answers to an
//! authority's questions.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, IsTerminal, Write};
use std::path::Path;

use serde_json::{Value, json};

use super::{Ending, finished, told};
use crate::cli::{ReportArgs, ReportFormat};
use crate::evidence::sha256;
use crate::report::answers::{self, Form};
use crate::report::html::Language;
use crate::report::{Finished, Staging, formats};

/// What was rendered.
enum Rendered {
    File(Vec<u8>),
    Folder(Vec<(String, Vec<u8>)>),
}

/// Runs it.
pub(super) fn run(args: &ReportArgs) -> Result<(), Ending> {
    let format = args.format.unwrap_or(match args.answers {
        Some(_) => ReportFormat::Md,
        None => ReportFormat::Html,
    });
    check_place(args, format)?;
    let language = Language::of(&args.lang).unwrap_or(Language::English);
    let rendered = match &args.answers {
        Some(named) => {
            let template = answers::template(named).map_err(Ending::usage)?;
            let answer = open(args)?;
            answers::answers(&answer, &template, language, form(format)?).map(Rendered::File)
        }
        None => {
            let answer = open(args)?;
            render(&answer, format, language)
        }
    };
    match (rendered.map_err(Ending::Failed)?, &args.out) {
        (Rendered::File(bytes), Some(file)) => {
            write(file, &bytes)?;
            tell(args, file, &[noted(file.display().to_string(), &bytes)])
        }
        (Rendered::File(bytes), None) => Ok(std::io::stdout().lock().write_all(&bytes)?),
        (Rendered::Folder(files), Some(folder)) => {
            let notes = files.iter();
            let notes = notes.map(|(name, bytes)| noted(name.clone(), bytes));
            let notes: Vec<_> = notes.collect();
            write_all(folder, files)?;
            tell(args, folder, &notes)
        }
        (Rendered::Folder(_), None) => Err(needs_folder()),
    }
}

/// The answer, all of which must be what its manifest says, if its logs lie elsewhere than what is written.
fn open(args: &ReportArgs) -> Result<Finished, Ending> {
    let answer = finished(&args.answer)?;
    let out = args.out.as_deref();
    out.map_or(Ok(()), |out| told::away_from_logs("--out", out, &answer))?;
    told::held(&answer)?;
    Ok(answer)
}

fn render(answer: &Finished, format: ReportFormat, language: Language) -> Result<Rendered, String> {
    Ok(match format {
        ReportFormat::Html => Rendered::File(answer.page(language)?),
        ReportFormat::Xlsx => Rendered::File(formats::workbook(answer, language)?),
        ReportFormat::Pdf => Rendered::File(formats::pdf(answer, language)?),
        ReportFormat::Json => Rendered::File(formats::json(answer, language)?),
        ReportFormat::Csv => Rendered::Folder(formats::csv(answer, language)?),
        ReportFormat::Parquet => Rendered::Folder(formats::parquet(answer, language)?),
        ReportFormat::Md => return Err("md is for --answers".to_owned()),
    })
}

/// How answers are written down.
fn form(format: ReportFormat) -> Result<Form, Ending> {
    match format {
        ReportFormat::Md => Ok(Form::Markdown),
        ReportFormat::Html => Ok(Form::Html),
        ReportFormat::Json => Ok(Form::Json),
        _ => Err(Ending::Usage(
            "--answers is written as md, html or json; leave --format out or name one of them"
                .to_owned(),
        )),
    }
}

/// Says before any work what would fail after it.
fn check_place(args: &ReportArgs, format: ReportFormat) -> Result<(), Ending> {
    match (&args.answers, format) {
        (Some(_), format) => drop(form(format)?),
        (None, ReportFormat::Md) => {
            return Err(Ending::Usage(
                "--format md is for --answers; name a form, or another format".to_owned(),
            ));
        }
        (None, ReportFormat::Csv | ReportFormat::Parquet) if args.out.is_none() => {
            return Err(needs_folder());
        }
        (None, _) => {}
    }
    let text = matches!(format, ReportFormat::Md | ReportFormat::Json);
    if args.out.is_none() && !text && std::io::stdout().is_terminal() {
        return Err(Ending::Usage(
            "this is no text for a terminal: write --out FILE, or send the output into a file"
                .to_owned(),
        ));
    }
    let whole = |path: &Path| path.canonicalize().or_else(|_| std::path::absolute(path));
    let outside = args.out.as_ref().is_none_or(|out| {
        let folder = out
            .parent()
            .map(|parent| match parent.as_os_str().is_empty() {
                true => Path::new("."),
                false => parent,
            });
        let near = folder.and_then(|folder| whole(folder).ok());
        let answer = whole(&args.answer).ok();
        !near
            .zip(answer)
            .is_some_and(|(near, answer)| near.starts_with(answer))
    });
    match outside {
        true => Ok(()),
        false => Err(Ending::Usage(
            "--out lies in the answer's folder, whose manifest lists every file; name a place elsewhere".to_owned(),
        )),
    }
}

fn needs_folder() -> Ending {
    Ending::Usage(
        "this format is several files: write --out DIR, a folder that is new or empty".to_owned(),
    )
}

/// Writes a folder whole or not at all.
fn write_all(folder: &Path, files: Vec<(String, Vec<u8>)>) -> Result<(), Ending> {
    let ending = |problem: crate::report::FolderProblem| match problem.wrong_place {
        true => Ending::usage(problem),
        false => Ending::failed(problem),
    };
    let mut staging = Staging::prepare(folder, &[]).map_err(ending)?;
    told::left_behind(&staging);
    for (name, bytes) in files {
        staging.put(&name, bytes).map_err(ending)?;
    }
    staging.publish().map_err(ending)
}

/// With `--json`: what was written.
fn tell(args: &ReportArgs, place: &Path, files: &[(String, u64, String)]) -> Result<(), Ending> {
    if !args.json {
        return Ok(());
    }
    let one = |(name, bytes, digest): &(String, u64, String)| json!({ "file": name, "bytes": bytes, "sha256": digest });
    let mut facts = match files {
        [only] => one(only),
        all => json!({ "files": all.iter().map(one).collect::<Vec<Value>>() }),
    };
    facts["language"] = json!(args.lang);
    facts["out"] = json!(place.display().to_string());
    told::print("breachscope.written/1", facts)
}

/// A file's name, size and digest.
fn noted(name: String, bytes: &[u8]) -> (String, u64, String) {
    (name, bytes.len() as u64, sha256(bytes))
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
