//! The last screen of a scan: what was read and what was not, who, whom, and what cannot be said. It is made
//! for a terminal of 80 columns and 24 lines, and names no data subject.

use std::fmt::Write as _;
use std::path::Path;

use super::Answer;
use crate::cause::LeakFindings;
use crate::coverage::Allowance;
use crate::detect::Verdict;
use crate::impact::{ControllerRow, Status};
use crate::sequence::text as escaped;
use crate::words::{Reason, Stamp};

/// Rows of each list that are shown.
const SHOWN: usize = 3;
/// Doubts that are shown, on two lines at most.
const DOUBTS: usize = 2;
/// Remarks on how the logs were read that are shown.
const REMARKS: usize = 3;
/// Columns of the screen.
const WIDTH: usize = 80;
/// Columns at which a row with long names is cut; a terminal wraps what lies between.
const CUT: usize = 100;

/// The screen, for an answer that was written to `out`.
pub fn summary(answer: &Answer<'_>, out: &Path) -> String {
    let mut text = String::new();
    read(answer, &mut text);
    remarks(answer, &mut text);
    text.push('\n');
    subjects(answer, &mut text);
    ladder(answer, &mut text);
    controllers(answer, &mut text);
    accounts(answer, &mut text);
    learned(answer, &mut text);
    cause(answer, &mut text);
    compared(answer, &mut text);
    doubts(answer, &mut text);
    let _ = writeln!(
        text,
        "\nAnswer    {}: controllers.csv, accounts.csv, subjects.csv, …",
        escaped(out.as_os_str().as_encoded_bytes())
    );
    text.lines().fold(String::new(), |mut screen, line| {
        screen.push_str(&cut(line));
        screen.push('\n');
        screen
    })
}

fn read(answer: &Answer<'_>, text: &mut String) {
    let sum = |f: fn(&super::FileNote) -> u64| answer.files.iter().map(f).sum::<u64>();
    let lines = sum(|file| file.read.part.tally.lines);
    // A file given twice has its unreadable lines twice; once is enough here.
    let once = |f: fn(&super::FileNote) -> u64| {
        answer
            .files
            .iter()
            .filter(|file| file.read.copy_of.is_none())
            .map(f)
            .sum::<u64>()
    };
    let rejected = once(|file| file.read.part.tally.rejected_lines());
    let hiding = once(|file| file.read.part.tally.hiding);
    let copies = answer
        .files
        .iter()
        .filter(|f| f.read.copy_of.is_some())
        .count();
    let overlaps = answer
        .files
        .iter()
        .filter(|f| f.read.overlap.is_some())
        .count();
    let damaged = answer
        .files
        .iter()
        .filter(|f| !f.read.ending.damage.is_empty())
        .count();
    let bytes = sum(|file| file.read.ending.content_bytes);
    let mut line = format!(
        "Read      {} in {} file(s), {} lines",
        size(bytes),
        answer.files.len(),
        grouped(lines)
    );
    if let Some((from, until)) = answer.assessment.window {
        let _ = write!(line, ", {} to {}", minute(from), minute(until));
    }
    wrapped(&line, text);
    let mut line = format!(
        "Not read  {} lines (rejects.csv), {} of them look like requests for a route",
        grouped(rejected),
        grouped(hiding)
    );
    for (n, what) in [
        (copies, "file(s) given twice"),
        (overlaps, "overlap(s)"),
        (damaged, "damaged file(s)"),
    ] {
        if n > 0 {
            let _ = write!(line, "; {n} {what}");
        }
    }
    wrapped(&line, text);
}

fn remarks(answer: &Answer<'_>, text: &mut String) {
    for (index, remark) in answer.remarks.iter().take(REMARKS).enumerate() {
        let head = if index == 0 { "Note" } else { "" };
        wrapped(&format!("{head:<10}{remark}"), text);
    }
    if answer.remarks.len() > REMARKS {
        let more = answer.remarks.len() - REMARKS;
        let _ = writeln!(text, "          … and {more} more in findings.json");
    }
}

fn subjects(answer: &Answer<'_>, text: &mut String) {
    let totals = &answer.totals;
    let most = totals.max.map_or("an unknown number".to_owned(), grouped);
    let line = format!(
        "Subjects  at least {} disclosed beyond scope, at most {most} (at least {} children, {} protected)",
        grouped(totals.min),
        grouped(totals.children),
        grouped(totals.protected)
    );
    wrapped(&line, text);
    if totals.undecided + totals.ownerless > 0 {
        let _ = writeln!(
            text,
            "          {} subjects undecided, {} disclosures without a known owner",
            grouped(totals.undecided),
            grouped(totals.ownerless)
        );
    }
}

/// Could see, asked for, answered, published: one line, never one number.
fn ladder(answer: &Answer<'_>, text: &mut String) {
    let subjects = |name: &str| {
        let whole = answer
            .ladder
            .iter()
            .find(|rung| rung.controller.is_none() && rung.name == name);
        whole.map(|rung| grouped(rung.subjects.all))
    };
    let steps = [
        ("could be seen by grants", "in_scope"),
        ("unchecked", "could_see_if_nothing_checked"),
        ("asked for", "requested"),
        ("answered", "answered"),
        ("published", "published"),
    ];
    let steps = steps
        .iter()
        .filter_map(|(said, rung)| Some(format!("{said} {}", subjects(rung)?)));
    let steps: Vec<String> = steps.collect();
    if !steps.is_empty() {
        wrapped(&format!("Ladder    {}", steps.join(" · ")), text);
    }
}

fn controllers(answer: &Answer<'_>, text: &mut String) {
    let count = |status| answer.totals.controllers.get(&status).copied().unwrap_or(0);
    let _ = writeln!(
        text,
        "Affected  {} controller(s) confirmed, {} cannot be excluded, {} excluded",
        count(Status::Confirmed),
        count(Status::CannotBeExcluded),
        count(Status::Excluded)
    );
    let known = answer
        .controllers
        .iter()
        .filter(|row| row.controller.is_some());
    let mut worst: Vec<&ControllerRow> = known.filter(|row| row.min > 0).collect();
    worst.sort_by_key(|row| (std::cmp::Reverse(row.min), row.controller));
    for row in worst.iter().take(SHOWN) {
        let span = |(first, last)| format!("{} … {}", minute(first), until_minute(first, last));
        let seen = row.seen.map_or(String::new(), span);
        let most = row.max.map_or("?".to_owned(), grouped);
        let _ = writeln!(
            text,
            "          {:<13} {:>7} to {:<7} of {:<7} {seen}",
            answer.atlas.controller_id(row.controller),
            grouped(row.min),
            most,
            row.population.map_or("?".to_owned(), grouped)
        );
    }
    more(worst.len(), "controllers.csv", text);
}

fn accounts(answer: &Answer<'_>, text: &mut String) {
    let outcomes = &answer.analysis.outcomes;
    let count = |verdict| {
        outcomes
            .iter()
            .filter(|o| o.judgement.verdict == Some(verdict))
            .count()
    };
    let verdicts = [
        Verdict::Enumeration,
        Verdict::Probing,
        Verdict::Overreach,
        Verdict::Harvest,
        Verdict::Undetermined,
    ];
    let words: Vec<String> = verdicts
        .iter()
        .filter(|verdict| count(**verdict) > 0)
        .map(|verdict| format!("{} {}", count(*verdict), verdict.word()))
        .collect();
    let words = match words.is_empty() {
        true => "none with a verdict".to_owned(),
        false => words.join(", "),
    };
    let _ = writeln!(
        text,
        "Accounts  {words}; {} accounts and addresses seen",
        grouped(answer.analysis.people)
    );
    let mut shown: Vec<_> = outcomes.iter().zip(&answer.figures).collect();
    shown.sort_by_key(|(outcome, figures)| {
        (
            outcome.judgement.verdict,
            std::cmp::Reverse(figures.confirmed),
            outcome.person.label(),
        )
    });
    for (outcome, figures) in shown.iter().take(SHOWN) {
        let verdict = outcome.judgement.verdict.map_or("", Verdict::word);
        let _ = writeln!(
            text,
            "          {:<10} {:<11} {:>6} subjects, {} controllers, {} requests",
            outcome.person.label(),
            verdict,
            grouped(figures.confirmed + figures.probable),
            figures.controllers.len(),
            grouped(figures.accesses + figures.attempts)
        );
    }
    more(shown.len(), "accounts.csv", text);
}

/// Whose the IDs are where no table says it, and how often that is wrong.
fn learned(answer: &Answer<'_>, text: &mut String) {
    let Some(learned) = &answer.analysis.learned else {
        if answer.atlas.directory.objects.is_none() {
            let line = "Learned   nothing: no table places any account; ask for the table of accounts first, with \
                each account's controller";
            wrapped(line, text);
        }
        return;
    };
    let used = match answer.analysis.labels_used {
        true => "scope is inferred",
        false if answer.atlas.directory.objects.is_some() => "said, not used",
        false => "too often: not used",
    };
    let line = format!(
        "Learned   whose {} of {} IDs are; hold-out error {} of {} visits, at most {:.2} %: {used} (learned.csv)",
        grouped(learned.labelled() as u64),
        grouped(learned.owners().len() as u64),
        grouped(learned.held_out.at_home.1),
        grouped(learned.held_out.at_home.0),
        learned.error_at_most * 100.0
    );
    wrapped(&line, text);
}

/// The widest first: those that lift upper bounds to the whole population.
fn doubts(answer: &Answer<'_>, text: &mut String) {
    let mut doubts: Vec<(u8, Reason, &str)> = answer
        .assessment
        .doubts
        .iter()
        .map(|doubt| {
            let rank = match doubt.allowance {
                Allowance::Population => 0,
                Allowance::Subjects(_) => 1,
                // That holes could not be looked for is the least of what can be said.
                Allowance::Said if doubt.reason == Reason::Gap => 3,
                Allowance::Said => 2,
            };
            (rank, doubt.reason, doubt.basis.as_str())
        })
        .collect();
    doubts.sort();
    if doubts.is_empty() {
        text.push_str("Gaps      none found in what these logs can say\n");
    }
    for (index, (_, reason, basis)) in doubts.iter().take(DOUBTS).enumerate() {
        let head = if index == 0 { "Gaps" } else { "" };
        wrapped(&format!("{head:<10}{}: {basis}", reason.code()), text);
    }
    if doubts.len() > DOUBTS {
        let _ = writeln!(
            text,
            "          … and {} more in findings.json",
            doubts.len() - DOUBTS
        );
    }
}

/// What differs from another answer.
fn compared(answer: &Answer<'_>, text: &mut String) {
    let other = answer.other.as_ref();
    if let Some(Ok(bytes)) = other.map(|other| super::difference::json(answer, other)) {
        wrapped(&super::difference::screen(&bytes), text);
    }
}

/// What remains of the stories of how it came about.
fn cause(answer: &Answer<'_>, text: &mut String) {
    let outcome = &answer.cause.outcome;
    let mut line = format!("Cause     {}", outcome.said);
    if let Some(wanted) = outcome.wanted.first() {
        let _ = write!(line, "; would help most: {wanted}");
    }
    wrapped(&line, text);
    if let Some(leak) = &answer.cause.leak {
        published(answer, leak, text);
    }
    let late = &answer.analysis.after_closing;
    if !late.is_empty() {
        wrapped(
            &format!(
                "Closed    {} account(s) were used after they had been closed",
                late.len()
            ),
            text,
        );
    }
}

/// What the published records themselves say: how many, of whom, when, and by which routes they cannot have come.
fn published(answer: &Answer<'_>, leak: &LeakFindings, text: &mut String) {
    let taken = match (&leak.theft.windows[..], leak.theft.lasted) {
        ([(from, until)], _) if from.is_some() => format!(
            "; taken {} to {} if at once",
            from.map_or(String::new(), minute),
            until.map_or(String::new(), minute)
        ),
        (_, Some((from, until))) => format!(
            "; taken over {} to {} at least",
            minute(from),
            minute(until)
        ),
        _ => String::new(),
    };
    let line = format!(
        "Published {} record(s) of at least {} controller(s), {} shown by the logs to somebody{taken}",
        leak.records.0,
        leak.controllers.len(),
        leak.seen
    );
    wrapped(&line, text);
    if leak.pool.judged {
        let line = match leak.pool.witnesses.len() {
            0 => format!(
                "Pool      needs at least {} account(s), {} suffice; no record lay outside everyone's scope",
                leak.pool.packing, leak.pool.greedy
            ),
            some => {
                format!("Pool      refuted by {some} record(s) that lay outside everyone's scope")
            }
        };
        wrapped(&line, text);
    }
    for (index, route) in answer.cause.routes.iter().take(SHOWN).enumerate() {
        let head = if index == 0 { "Routes" } else { "" };
        wrapped(&format!("{head:<10}{}", route.said), text);
    }
    more(answer.cause.routes.len(), "findings.json", text);
}

/// Two lines at most; what does not fit ends in `…` and stands in findings.json.
fn wrapped(line: &str, text: &mut String) {
    if line.chars().count() <= WIDTH {
        let _ = writeln!(text, "{line}");
        return;
    }
    let fits = line
        .char_indices()
        .nth(WIDTH)
        .map_or(line.len(), |(at, _)| at);
    let cut = line[..fits].rfind(' ').unwrap_or(fits);
    let rest = line[cut..].trim_start();
    let left = WIDTH - 10;
    let rest = match rest.chars().count() > left {
        true => rest.chars().take(left - 1).chain(['…']).collect(),
        false => rest.to_owned(),
    };
    let _ = writeln!(text, "{}\n          {rest}", &line[..cut]);
}

/// The end of a span to the minute; its day only where it is another one.
fn until_minute(first: Stamp, last: Stamp) -> String {
    let (first, last) = (minute(first), minute(last));
    match first.get(..10) == last.get(..10) {
        true => last.get(11..).unwrap_or_default().to_owned(),
        false => last,
    }
}

/// An instant to the minute.
fn minute(at: Stamp) -> String {
    at.to_string().chars().take(16).chain(['Z']).collect()
}

fn more(all: usize, table: &str, text: &mut String) {
    if all > SHOWN {
        let _ = writeln!(text, "          … and {} more in {table}", all - SHOWN);
    }
}

/// Digits in groups of three.
fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

fn size(bytes: u64) -> String {
    match bytes {
        0..10_000 => format!("{bytes} bytes"),
        10_000..10_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        10_000_000..10_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

fn cut(line: &str) -> String {
    match line.chars().count() > CUT {
        false => line.to_owned(),
        true => line.chars().take(CUT - 1).chain(['…']).collect(),
    }
}
