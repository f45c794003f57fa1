//! What was read of each source, held against common sense before anything is made of it.

use std::cmp::Reverse;

use super::Ending;
use super::inputs::{file_facts, head};
use crate::case::{Case, SourceSpec};
use crate::coverage::{FileFacts, SourceFacts};
use crate::format::{Format, Recogniser};
use crate::pipeline::{Input, ReadFile};
use crate::source::{DamageKind, Turn};

/// What coverage needs to know of each source, after holding its lines against common sense: a source of
/// which no line can be read, or in which no line carries the account that the case names, would turn into a
/// wrong answer, so it is an error.
pub(super) fn source_facts(
    case: &Case,
    inputs: &[Input],
    files: &mut [ReadFile],
) -> Result<Vec<SourceFacts>, Ending> {
    check_files(case, inputs, files)?;
    let mut sources = vec![SourceFacts::default(); case.sources.len()];
    for (input, file) in inputs.iter().zip(files.iter_mut()) {
        let facts = &mut sources[input.source];
        let damage = file
            .ending
            .damage
            .iter()
            .filter(|d| d.kind != DamageKind::Grew);
        facts
            .damaged
            .extend(damage.map(|d| (input.name.clone(), d.detail.clone())));
        if file.copy_of.is_none() {
            facts.tally.absorb(&file.part.tally);
            facts.has_accounts |= file.part.tally.with_account > 0;
            facts.files.push(file_facts(input, &mut file.part));
        }
    }
    name_copies(inputs, files, &mut sources);
    for (index, (spec, facts)) in case.sources.iter().zip(&sources).enumerate() {
        let mut own = inputs
            .iter()
            .zip(files.iter())
            .filter(|(input, _)| input.source == index);
        // A source whose every file stands in another source as well is counted there.
        if !own.all(|(_, file)| file.copy_of.is_some()) {
            check_lines(case, spec, facts)?;
            check_account(case, spec, facts)?;
        }
    }
    Ok(sources)
}

/// A copy may have the better name: beside `access (1).log`, which is read, `access.log` is no file that is missing. So of
/// all names of one content the one counts that most of the source's files are named alike.
fn name_copies(inputs: &[Input], files: &[ReadFile], sources: &mut [SourceFacts]) {
    for (copy, file) in inputs.iter().zip(files) {
        let Some(original) = file.copy_of.map(|at| &inputs[at]) else {
            continue;
        };
        let own = &mut sources[original.source].files;
        let alike = |log: &str| own.iter().filter(|file| file.log == log).count();
        let Some(at) = own.iter().position(|file| file.name == original.name) else {
            continue;
        };
        let turn = Turn::of(&copy.name);
        let others = alike(&own[at].log).saturating_sub(1);
        if copy.source == original.source && alike(&turn.log) > others {
            let mut facts = own.remove(at);
            (facts.log, facts.number) = (turn.log, turn.number);
            (facts.day, facts.hour) = (turn.day, turn.hour);
            let age = |file: &FileFacts| (file.day, file.hour, Reverse(file.number));
            let newer = |file: &FileFacts| file.log == facts.log && age(file) > age(&facts);
            let last = own.iter().rposition(|file| file.log == facts.log);
            let place = own.iter().position(newer);
            own.insert(place.or(last.map(|at| at + 1)).unwrap_or(at), facts);
        }
    }
}

/// A file of which no line can be read is no log, or not in this format: never "no findings".
fn check_files(case: &Case, inputs: &[Input], files: &[ReadFile]) -> Result<(), Ending> {
    for (input, file) in inputs.iter().zip(files) {
        let tally = &file.part.tally;
        if tally.records > 0 || tally.rejected_lines() == 0 {
            continue;
        }
        let names_fields = matches!(input.format.name(), "json" | "csv" | "tsv");
        let hint = match names_fields && input.log.is_file() {
            true => head(&input.log).ok().and_then(|head| Format::hint(&head)),
            false => None,
        };
        // One bad line alone in a file is a bad line; several, and nothing else, are no log, and one with names of
        // fields is a log whose names are not known.
        if tally.rejected_lines() > 1 || hint.is_some() {
            return Err(Ending::Failed(format!(
                "{}: none of its {} lines could be read as {}; `breachscope records{} {}` shows what is wrong: correct \
                 `format`, `pattern` or `fields` of its source, or `files` if it is no log{}",
                input.name,
                tally.lines,
                input.format.name(),
                how_to_read(&case.sources[input.source]),
                input.name,
                known_as(case, input)
                    .or(hint)
                    .map_or(String::new(), |hint| format!("; {hint}"))
            )));
        }
    }
    Ok(())
}

/// As what `auto` would read a file that the case says is written otherwise, as the end of a sentence.
fn known_as(case: &Case, input: &Input) -> Option<String> {
    let spec = &case.sources[input.source].format;
    spec.name.as_ref().filter(|_| input.log.is_file())?;
    let recogniser = Recogniser::new(&spec.fields, case.timezone).ok()?;
    let format = recogniser.recognise(&head(&input.log).ok()?).ok()?;
    Some(format!(
        "`format = \"auto\"` reads its first lines, as {}",
        format.name()
    ))
}

/// The flags with which `records` reads as a source does.
fn how_to_read(spec: &SourceSpec) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
    let mut flags = match (&spec.format.pattern, &spec.format.name) {
        (Some(pattern), _) => format!(" --pattern {}", quoted(pattern)),
        (None, Some(name)) => format!(" --format {name}"),
        (None, None) => String::new(),
    };
    for (ours, path) in &spec.format.fields {
        flags.push_str(&format!(" --field {}", quoted(&format!("{ours}={path}"))));
    }
    flags
}

/// Routes of which no request was ever seen would make an answer that excludes everybody.
pub(super) fn check_routes(case: &Case, sources: &[SourceFacts]) -> Result<(), Ending> {
    let records: u64 = sources.iter().map(|facts| facts.tally.records).sum();
    let targets: u64 = sources.iter().map(|facts| facts.tally.with_target).sum();
    let routed: u64 = sources.iter().map(|facts| facts.tally.routed).sum();
    if targets == 0 {
        return Err(Ending::Failed(format!(
            "none of {records} records says what was asked for; look whether `pattern` or `fields` names the request \
             ($request, $request_uri, %r, or `target`)"
        )));
    }
    if routed == 0 {
        return Err(Ending::Usage(format!(
            "none of {targets} requests matches any of the {} routes of {}; an answer from it would exclude everybody \
             without having looked: hold each `path` against the log (`breachscope records FILE` shows the paths; write \
             {{name}} for a segment)",
            case.routes.len(),
            case.file_name
        )));
    }
    Ok(())
}

fn check_lines(case: &Case, spec: &SourceSpec, facts: &SourceFacts) -> Result<(), Ending> {
    let tally = &facts.tally;
    if tally.records > 0 {
        return Ok(());
    }
    let what = format!(
        "its files hold no request at all ({} lines, none of them a record)",
        tally.lines
    );
    let remedy = "an empty log proves nothing: find out where the requests were logged, or remove the source";
    Err(Ending::failed(case.written.complain(
        "source",
        &spec.name,
        "files",
        (&what, remedy),
    )))
}

fn check_account(case: &Case, spec: &SourceSpec, facts: &SourceFacts) -> Result<(), Ending> {
    let Some(key) = &spec.account else {
        return Ok(());
    };
    if facts.has_accounts || facts.tally.routed == 0 {
        return Ok(());
    }
    let what = format!(
        "names {key}, but none of {} lines carries it",
        facts.tally.records
    );
    let remedy = "taken as it stands, every request would count as one without an account and be beyond every scope: \
                  correct the key, or remove it if this log names no account (the answer then goes by client address, \
                  NO_ACCOUNT)";
    Err(Ending::usage(case.written.complain(
        "source",
        &spec.name,
        "account",
        (&what, remedy),
    )))
}
