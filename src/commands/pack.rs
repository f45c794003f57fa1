//! `pack`: a finished answer in, a pack for each controller out; or packs held against the leak check.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::inputs::{inputs, paths};
use super::scan::folder;
use super::{Ending, finished, signals, told};
use crate::case::{self, Case};
use crate::cli::PackArgs;
use crate::pack::{self, Checked, Finding, Keys, LogFile, Made, SealTo};
use crate::report::{self, Finished, Staging};
use crate::sequence::text;
use crate::words::counted;

/// Findings that are printed; JSON has all.
const SHOWN: usize = 20;

/// Runs it.
pub(super) fn run(args: &PackArgs) -> Result<(), Ending> {
    let case = case::load(&args.case).map_err(Ending::usage)?;
    let (inputs, _) = inputs(&case)?;
    let places = paths(&inputs);
    let logs: Vec<LogFile> = inputs
        .into_iter()
        .map(|input| LogFile {
            name: input.name,
            log: input.log,
            format: input.format,
            clock_correction: input.clock_correction,
        })
        .collect();
    let answer = args.answer.as_deref().map(finished).transpose()?;
    match (&args.check, &args.out, &answer) {
        (Some(packs), ..) => {
            let checked = pack::check(packs, &case, answer.as_ref(), &logs);
            let checked = checked.map_err(|why| Ending::of_named(packs, why))?;
            tell(args, None, &checked)
        }
        (None, Some(out), Some(answer)) => make(args, &case, (answer, &logs), (out, &places)),
        // The command line asks for both or for --check.
        _ => Err(Ending::Usage(
            "give ANSWER and --out, or --check".to_owned(),
        )),
    }
}

fn make(
    args: &PackArgs,
    case: &Case,
    (answer, logs): (&Finished, &[LogFile]),
    (out, places): (&Path, &[PathBuf]),
) -> Result<(), Ending> {
    let recipients = recipients(args, case)?;
    check_places(args, out, places)?;
    report::check_not_among("--out", out, &case.folder, places).map_err(folder)?;
    let mut staging = Staging::prepare(out, places).map_err(folder)?;
    told::left_behind(&staging);
    let keys = match &args.keys {
        Some(path) => Keys::from_file(path, case),
        None => Keys::fresh(case),
    };
    let request = pack::Request {
        case,
        answer,
        logs,
        keys: &keys.map_err(Ending::Failed)?,
        controllers: &args.controllers,
        recipients: &recipients,
        master: args.master,
        regulator: args.regulator,
    };
    let (made, checked) = pack::build(&request, &mut staging).map_err(Ending::Failed)?;
    if signals::stopped() {
        return Err(Ending::Failed(
            "stopped before the packs were complete; nothing was written".to_owned(),
        ));
    }
    if checked.findings.is_empty() {
        staging.publish().map_err(folder)?;
    }
    tell(args, Some(&made), &checked)
}

/// Packs go to strangers, so nothing else may lie among them; keys undo them, so they lie elsewhere.
fn check_places(args: &PackArgs, out: &Path, logs: &[PathBuf]) -> Result<(), Ending> {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let inside = |inner: &Path, outer: &Path| absolute(inner).starts_with(absolute(outer));
    if args
        .answer
        .as_deref()
        .is_some_and(|answer| inside(out, answer))
    {
        return Err(Ending::Usage(format!(
            "--out {}: lies in the answer, which nothing is written to: name a folder elsewhere",
            out.display()
        )));
    }
    let Some(keys) = &args.keys else {
        return Ok(());
    };
    if inside(keys, out)
        || args
            .answer
            .as_deref()
            .is_some_and(|answer| inside(keys, answer))
    {
        return Err(Ending::Usage(format!(
            "--keys {}: lies in the packs or in the answer; keys undo every pseudonym: name a file elsewhere",
            keys.display()
        )));
    }
    report::check_not_evidence("--keys", keys, logs).map_err(folder)
}

/// `KEY`, or `C=KEY` for a controller by its ID.
fn recipients(args: &PackArgs, case: &Case) -> Result<BTreeMap<String, SealTo>, Ending> {
    let controllers = case.directory.controllers.as_deref().unwrap_or_default();
    let mut recipients = BTreeMap::new();
    for given in &args.recipients {
        let (of, key) = given.rsplit_once('=').unwrap_or(("", given));
        if !of.is_empty() && controllers.iter().all(|one| one.id != of) {
            return Err(Ending::Usage(format!(
                "--recipient {given}: the case has no controller with the ID {of:?}"
            )));
        }
        let key = SealTo::read(key)
            .map_err(|why| Ending::Usage(format!("--recipient {given}: {why}")))?;
        if recipients.insert(of.to_owned(), key).is_some() {
            return Err(Ending::Usage(format!(
                "--recipient {given}: there is a key for the same already; write C=KEY for each controller"
            )));
        }
    }
    Ok(recipients)
}

/// Says what was made and found; a finding is a failure.
fn tell(args: &PackArgs, made: Option<&Made>, checked: &Checked) -> Result<(), Ending> {
    let mut out = std::io::stdout().lock();
    match args.json {
        true => writeln!(out, "{:#}", as_json(made, checked))?,
        false if checked.findings.is_empty() => {
            out.write_all(in_words(args, made, checked).as_bytes())?
        }
        false => {}
    }
    if checked.findings.is_empty() {
        return Ok(());
    }
    let shown = checked.findings.iter().take(SHOWN).map(|one| {
        let Finding { file, line, what } = one;
        let line = match line {
            0 => String::new(),
            line => format!(":{line}"),
        };
        format!(
            "\n  {}{line}: {}",
            text(file.as_bytes()),
            text(what.as_bytes())
        )
    });
    let shown: String = shown.collect();
    let more = match checked.findings.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!("\n  and {more} more; --json has all"),
    };
    let end = match made {
        Some(_) => "nothing was written",
        None => "do not hand these packs out",
    };
    Err(Ending::Failed(format!(
        "the leak check found {} thing(s) that must not be there; {end}:{shown}{more}",
        checked.findings.len()
    )))
}

fn in_words(args: &PackArgs, made: Option<&Made>, checked: &Checked) -> String {
    let mut said = String::new();
    if let (Some(made), Some(out)) = (made, &args.out) {
        said.push_str(&format!(
            "Packs     {} of controllers that are affected or cannot be excluded, {} of such that the logs exclude, in {}\nLines     {} shown, masked",
            made.full,
            made.short,
            out.display(),
            made.lines
        ));
        if made.withheld > 0 {
            said.push_str(&format!(
                "; the text of {} withheld, for it could not be told from something of others",
                made.withheld
            ));
        }
        said.push('\n');
        if made.without_key > 0 {
            said.push_str(&format!(
                "Protected left out of {} pack(s): give --recipient with the controller's age key to seal them in\n",
                made.without_key
            ));
        }
        if args.keys.is_none() {
            said.push_str("Keys      made and forgotten: nobody can undo the pseudonyms (--keys FILE keeps them)\n");
        }
    }
    said.push_str(&format!(
        "Checked   {}, {}, {} bytes: nothing of another controller, no protected person; {} of \
         lines proved against the logs\n",
        counted(checked.packs, "pack"),
        counted(checked.files, "file"),
        checked.bytes,
        counted(checked.places, "place")
    ));
    if checked.unsearchable > 0 {
        said.push_str(&format!(
            "Not told  {} identifier(s) without a letter or digit cannot be looked for\n",
            checked.unsearchable
        ));
    }
    said
}

fn as_json(made: Option<&Made>, checked: &Checked) -> Value {
    let findings = checked
        .findings
        .iter()
        .map(|one| json!({ "file": one.file, "line": one.line, "what": one.what }));
    json!({
        "schema": "breachscope.pack/1",
        "made": made.map(|made| json!({
            "packs": made.full, "short_packs": made.short, "lines": made.lines, "lines_withheld": made.withheld,
            "packs_without_key_for_protected": made.without_key,
            "written": checked.findings.is_empty(),
        })),
        "checked": {
            "packs": checked.packs, "files": checked.files, "bytes": checked.bytes,
            "places_proved": checked.places, "identifiers_not_looked_for": checked.unsearchable,
        },
        "findings": findings.collect::<Vec<_>>(),
    })
}
