//! Which lines of an answer are asked for: rows by subject, account, controller or reference, and who is protected.

use std::collections::{BTreeMap, BTreeSet};

use super::super::Ending;
use crate::case::Case;
use crate::cli::EvidenceArgs;
use crate::evidence::Reference;
use crate::report::{AccessRow, AccessTable, Finished, Row, cell};
use crate::sequence::text;

/// A wanted line.
#[derive(Default)]
pub(super) struct Cited {
    /// Its SHA-256 as the answer has it.
    pub sha256: Option<String>,
    /// It names a protected person, and nobody asked for such.
    pub withheld: bool,
}

/// What is wanted.
#[derive(Default)]
pub(super) struct Wanted {
    pub lines: BTreeMap<Reference, Cited>,
}

/// Finds the rows.
pub(super) fn find(args: &EvidenceArgs, answer: &Finished, case: &Case) -> Result<Wanted, Ending> {
    let table = answer.bytes("accesses.parquet").map_err(Ending::Failed)?;
    let table = AccessTable::read(table);
    let table = table.map_err(|why| Ending::Failed(format!("accesses.parquet: {why}")))?;
    let subjects = answer.rows("subjects.csv").map_err(Ending::Failed)?;
    let guarded = guarded(case);
    ask_for_protected(args, &subjects, &guarded)?;
    let mut wanted = Wanted::default();
    for row in table.rows().filter(|row| fits(args, row)) {
        let Some(reference) = Reference::read(&row.reference()) else {
            continue;
        };
        let line = wanted.lines.entry(reference).or_default();
        line.sha256 = row.line_sha256.map(str::to_owned);
    }
    unshown(args, &subjects, &mut wanted);
    // A line may name several objects, of which the row that was asked for is one.
    for row in table.rows().filter(|_| !args.protected) {
        let named = row.container.is_none() && row.object.is_some_and(|id| guarded.0.contains(id));
        if named
            && let Some(reference) = Reference::read(&row.reference())
            && let Some(line) = wanted.lines.get_mut(&reference)
        {
            line.withheld = true;
        }
    }
    Ok(wanted)
}

/// Values of one kind widen, kinds narrow.
fn fits(args: &EvidenceArgs, row: &AccessRow<'_>) -> bool {
    let one_of = |wanted: &[String], own: Option<&str>| {
        // As the tables write it, or as it is.
        let is = |one: &String| own.is_some_and(|own| own == one || cell(own) == *one);
        wanted.is_empty() || wanted.iter().any(is)
    };
    one_of(&args.subject, row.subject)
        && one_of(&args.account, Some(row.account))
        && one_of(&args.controller, row.controller)
        && one_of(&args.row, Some(&row.reference()))
}

/// Subjects whom no line shows: the lines on both sides of what an ordered run must have gone through.
fn unshown(args: &EvidenceArgs, subjects: &[Row], wanted: &mut Wanted) {
    if args.subject.is_empty() || !args.account.is_empty() || !args.row.is_empty() {
        return;
    }
    let value = |row: &Row, column: &str| row.get(column).cloned().unwrap_or_default();
    let of = |list: &[String], own: String| list.is_empty() || list.contains(&own);
    let rows = subjects.iter().filter(|row| {
        value(row, "accesses") == "0"
            && of(&args.subject, value(row, "subject"))
            && of(&args.controller, value(row, "controller"))
    });
    for row in rows {
        for reference in value(row, "evidence")
            .split(';')
            .filter_map(Reference::read)
        {
            wanted.lines.entry(reference).or_default();
        }
    }
}

/// Subjects whom some row of the directory says to be protected, at whatever time, and all objects that any row ties to one.
pub(in crate::commands) fn guarded(case: &Case) -> (BTreeSet<&str>, BTreeSet<&str>) {
    let rows = || case.directory.objects.iter().flat_map(|all| all.iter());
    let protected = rows().filter(|row| row.protected && !row.subject.is_empty());
    let subjects: BTreeSet<&str> = protected.map(|row| row.subject).collect();
    let objects = rows().filter(|row| row.protected || subjects.contains(row.subject));
    (objects.map(|row| row.object).collect(), subjects)
}

/// Whoever asks for a protected person must say so.
fn ask_for_protected(
    args: &EvidenceArgs,
    subjects: &[Row],
    guarded: &(BTreeSet<&str>, BTreeSet<&str>),
) -> Result<(), Ending> {
    let said = |subject: &str| {
        subjects.iter().any(|row| {
            row.get("subject").is_some_and(|own| own == subject)
                && row.get("protected").is_some_and(|word| word == "true")
        })
    };
    let asked = |subject: &&String| guarded.1.contains(&***subject) || said(subject);
    match args.subject.iter().filter(asked).count() {
        0 => Ok(()),
        _ if args.protected => Ok(()),
        n => Err(Ending::Usage(format!(
            "--subject: {n} of those that were named have a protected identity, and whoever sees their lines can find them: \
             give --protected if you may, and keep what it prints as such"
        ))),
    }
}

/// At least one of the four ways to name lines, and references that are such.
pub(super) fn check(args: &EvidenceArgs) -> Result<(), Ending> {
    let named = [&args.subject, &args.account, &args.controller, &args.row];
    if named.iter().all(|list| list.is_empty()) {
        return Err(Ending::Usage(
            "which lines? Name them with --subject ID, --account ACCOUNT, --controller ID or --row REF, as the answer's tables \
             have them; any one of the four will do"
                .to_owned(),
        ));
    }
    match args.row.iter().find(|row| Reference::read(row).is_none()) {
        None => Ok(()),
        Some(row) => Err(Ending::Usage(format!(
            "--row {}: is no reference; one is written FILE:LINE@OFFSET+LENGTH, such as access.log:12@3456+178, as the column \
             evidence of subjects.csv has it",
            text(row.as_bytes())
        ))),
    }
}

/// Why one kind alone finds nothing though the answer knows it.
fn alone(args: &EvidenceArgs, answer: &Finished) -> Option<String> {
    let kinds = [&args.subject, &args.account, &args.controller];
    if kinds.iter().filter(|list| !list.is_empty()).count() != 1 {
        return None;
    }
    let names = |list: &[String]| {
        let names: Vec<String> = list.iter().map(|one| text(one.as_bytes())).collect();
        names.join(", ")
    };
    if args.controller.is_empty() {
        let named = names(kinds.into_iter().find(|list| !list.is_empty())?);
        let beyond = "no row of accesses.parquet, which has what was beyond scope, is about";
        return Some(match args.subject.is_empty() {
            false => format!("{beyond} {named}: the answer knows it, but cites no line for it"),
            true => format!(
                "{beyond} {named}; the first lines of what else is told of an account stand in `explain` and findings.json \
                 (requests_undecided, requests_collected), and `tail -c +N FILE | head -c LENGTH` shows one, N being its \
                 offset and one"
            ),
        });
    }
    let rows = answer.rows("controllers.csv").unwrap_or_default();
    let own = rows.iter().filter(|row| {
        row.get("controller")
            .is_some_and(|id| args.controller.contains(id))
    });
    let said = own.map(|row| {
        let cell = |column: &str| row.get(column).map_or("", String::as_str);
        let why = match cell("reasons") {
            "" => String::new(),
            reasons => format!(" ({reasons})"),
        };
        format!(
            "{} is {}{why}",
            text(cell("controller").as_bytes()),
            cell("status")
        )
    });
    let said: Vec<String> = said.collect();
    Some(format!(
        "controllers.csv says that {}: no line asks beyond scope for anything that is known to be its own, so there is none to \
         bring back",
        said.join(", ")
    ))
}

/// Says that nothing was found, and of what the answer knows nothing at all.
pub(super) fn nothing(args: &EvidenceArgs, answer: &Finished) -> String {
    let place = args.answer.display();
    let listed = |file: &str, column: &str, wanted: &[String]| -> Vec<String> {
        let rows = answer.rows(file).unwrap_or_default();
        let known = |one: &&String| rows.iter().any(|row| row.get(column) == Some(*one));
        let strange = wanted.iter().filter(|one| !known(one));
        strange.map(|one| text(one.as_bytes())).collect()
    };
    let kinds = [
        (
            "--subject",
            "subjects.csv",
            listed("subjects.csv", "subject", &args.subject),
        ),
        (
            "--account",
            "accounts.csv",
            listed("accounts.csv", "account", &args.account),
        ),
        (
            "--controller",
            "controllers.csv",
            listed("controllers.csv", "controller", &args.controller),
        ),
    ];
    let strange = kinds.iter().find(|(.., strange)| !strange.is_empty());
    match strange {
        Some((flag, file, strange)) => format!(
            "{place}: {flag} {}: no line of the answer fits, and {file} has no such ID; look there for how it \
             is written",
            strange.join(", ")
        ),
        None if !args.row.is_empty() => format!(
            "{place}: no line of the answer fits: no row of accesses.parquet cites {}; it is \
             a well-formed reference to a line that this answer does not rest on",
            text(args.row.join(", ").as_bytes())
        ),
        None => match alone(args, answer) {
            Some(why) => format!("{place}: {why}"),
            None => format!(
                "{place}: no line of the answer fits all of it at once, though it knows everything that was named; name \
                 fewer kinds"
            ),
        },
    }
}
