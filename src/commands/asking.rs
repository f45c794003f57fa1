//! Questions on a terminal: which field is the account, whether an ID names one thing or many.

use std::io::{BufRead, IsTerminal, Write};

use super::logs::Group;
use crate::format::target::{Target, decode};
use crate::format::{Line, State};
use crate::survey::Sureness;
use crate::survey::propose::{Proposed, Role};
use crate::survey::shape::{Kind, kind, masked};

/// Choices of one question.
const CHOICES: usize = 5;

/// Whether somebody is there to ask.
pub(super) fn somebody_is_there() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Which place names the account; `None` = none of them.
pub(super) fn account(group: &Group, proposed: Option<usize>) -> Option<usize> {
    let sure = proposed
        .and_then(|at| group.accounts.get(at))
        .is_some_and(|c| c.sure == Sureness::Sure);
    if sure || group.accounts.is_empty() {
        return proposed;
    }
    let mut choices: Vec<String> = group
        .accounts
        .iter()
        .take(CHOICES)
        .map(|c| {
            format!(
                "{} ({}; such as {})",
                c.text(),
                c.evidence,
                c.examples.join(", ")
            )
        })
        .collect();
    choices.push("none of these".to_owned());
    let default = proposed
        .filter(|at| *at < CHOICES)
        .unwrap_or(choices.len() - 1);
    let question = format!("{}: which field names the account?", group.name);
    let (chosen, _) = choose(&question, &samples(group), &choices, default);
    (chosen + 1 < choices.len()).then_some(chosen)
}

/// What the route's ID names.
pub(super) fn role(route: &mut Proposed, groups: &[Group]) {
    if route.sure > Sureness::Guess || !route.active {
        return;
    }
    let question = format!(
        "{}: what does {{{}}} name? ({})",
        route.path, route.key, route.evidence
    );
    let choices = ["one object".to_owned(), "a container of objects".to_owned()];
    let default = usize::from(route.role == Role::Container);
    let lines: Vec<String> = groups.iter().take(1).flat_map(samples).collect();
    let (chosen, said) = choose(&question, &lines, &choices, default);
    if !said {
        return;
    }
    route.role = match chosen {
        0 => Role::Object,
        _ => Role::Container,
    };
    route.sure = Sureness::Sure;
    route.evidence = "said when the case was made".to_owned();
}

/// Three requests of which nobody can tell whose they are.
fn samples(group: &Group) -> Vec<String> {
    let mut state = State::default();
    let mut shown = Vec::new();
    for line in &group.sample.lines {
        let Line::Record(record) = group.how.format.parse(&mut state, line, 0) else {
            continue;
        };
        let (Some(target), Some(time)) = (record.target.as_deref(), record.time) else {
            continue;
        };
        let target = Target::read(target);
        let path: Vec<String> = target.segments().map(segment).collect();
        if target.segments().all(|part| kind(part) == Kind::Word) {
            continue;
        }
        let method = String::from_utf8_lossy(record.method.as_deref().unwrap_or(b"-")).into_owned();
        let status = record
            .status
            .map_or("-".to_owned(), |status| status.to_string());
        shown.push(crate::sequence::text(
            format!("{time} {method} /{} {status}", path.join("/")).as_bytes(),
        ));
        if shown.len() == 3 {
            break;
        }
    }
    shown
}

fn segment(part: &[u8]) -> String {
    let part = decode(part);
    let text = String::from_utf8_lossy(&part).into_owned();
    match kind(&part) {
        Kind::Word => text,
        _ => masked(&text),
    }
}

/// Asks until a number or nothing is typed; nothing, and the end of input, mean the default. Also whether a number
/// was typed: what nobody said is no surer than before.
fn choose(question: &str, lines: &[String], choices: &[String], default: usize) -> (usize, bool) {
    let mut err = std::io::stderr();
    let _ = writeln!(err, "\n{question}");
    for line in lines {
        let _ = writeln!(err, "      {line}");
    }
    for (at, choice) in choices.iter().enumerate() {
        let _ = writeln!(err, "  {}. {choice}", at + 1);
    }
    loop {
        let _ = write!(err, "number [{}]: ", default + 1);
        let mut typed = String::new();
        match std::io::stdin().lock().read_line(&mut typed) {
            Ok(0) | Err(_) => return (default, false),
            Ok(_) if typed.trim().is_empty() => return (default, false),
            Ok(_) => {}
        }
        match typed.trim().parse::<usize>() {
            Ok(n) if (1..=choices.len()).contains(&n) => return (n - 1, true),
            _ => drop(writeln!(err, "write a number from 1 to {}", choices.len())),
        }
    }
}
