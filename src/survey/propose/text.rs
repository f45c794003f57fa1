//! The text of a proposed case: what is sure as keys, what is a guess with its evidence beside it.

use std::fmt::Write as _;

use super::{Proposed, Role};
use crate::case::{FormatSpec, PageSpec};
use crate::survey::Sureness;
use crate::survey::account::Candidate;
use crate::words::{Stamp, counted};

/// A source as the case names it.
pub struct SourceText {
    /// Its name.
    pub name: String,
    /// Globs, relative to the case.
    pub files: Vec<String>,
    /// How its lines are written.
    pub spec: FormatSpec,
    /// Whether a name of this program says so, rather than a likeness.
    pub named: bool,
    /// Where it says who asked, the best place first.
    pub accounts: Vec<Candidate>,
    /// Share of the sampled requests, in hundredths, that name a user where their own way of writing has its place.
    pub own_share: u64,
    /// The place that was chosen, if any; an index into `accounts`.
    pub chosen: Option<usize>,
}

/// A directory table.
pub struct Table {
    /// The key of `[directory]`.
    pub key: &'static str,
    /// Its path, relative to the case.
    pub path: String,
}

/// All that a case is made of.
pub struct CaseText {
    /// Its name.
    pub id: String,
    /// Zone of stamps without an offset.
    pub timezone: String,
    /// First and last stamp of the logs.
    pub span: Option<(Stamp, Stamp)>,
    /// Sources.
    pub sources: Vec<SourceText>,
    /// Routes.
    pub routes: Vec<Proposed>,
    /// Directory tables.
    pub tables: Vec<Table>,
    /// Whether a folder with tables was named.
    pub directory: bool,
    /// What is to be said of tables that are close to being one, and of files that are no log.
    pub remarks: Vec<String>,
}

/// The case file.
pub fn case_text(case: &CaseText) -> String {
    let mut text = String::from(
        "# Proposed by `breachscope init` from what the logs show. Every guess says what it rests on:\n\
         # sure (held against the directory or beyond doubt), likely, guess. Read it before you rely on it.\n\n",
    );
    let mut put = |line: String| {
        text.push_str(&line);
        text.push('\n');
    };
    put("[case]".to_owned());
    put(format!("id = {}", quoted(&case.id)));
    put("# title = \"what happened, in a few words\"".to_owned());
    put(format!(
        "timezone = {}          # of the report, and of stamps that carry no offset",
        quoted(&case.timezone)
    ));
    if let Some((first, last)) = case.span {
        put(format!(
            "# The logs reach from {first} to {last}. Say here which time must be answered for:"
        ));
        put(format!(
            "# period = {{ from = \"{first}\", until = \"{last}\" }}"
        ));
    }
    for source in &case.sources {
        put(String::new());
        put(source_text(source));
    }
    for route in &case.routes {
        put(String::new());
        put(route_text(route));
    }
    put(String::new());
    put(directory_text(case));
    text
}

fn source_text(source: &SourceText) -> String {
    let mut text = format!("[[source]]\nname = {}\nfiles = [", quoted(&source.name));
    let files: Vec<String> = source.files.iter().map(|file| quoted(file)).collect();
    text.push_str(&files.join(", "));
    text.push_str("]\n");
    let sure = if source.named {
        "sure: its lines say so"
    } else {
        "likely: by what stands in each column"
    };
    if let Some(pattern) = &source.spec.pattern {
        let _ = writeln!(
            text,
            "# {sure}; $columnN is a column that tells nothing by itself"
        );
        let _ = writeln!(text, "pattern = {}", quoted(pattern));
    } else {
        let name = source.spec.name.as_deref().unwrap_or("auto");
        let _ = writeln!(text, "format = {}          # {sure}", quoted(name));
    }
    if !source.spec.fields.is_empty() {
        let pairs: Vec<String> = source
            .spec
            .fields
            .iter()
            .map(|(ours, path)| format!("{ours} = {}", quoted(path)))
            .collect();
        let _ = writeln!(text, "fields = {{ {} }}", pairs.join(", "));
    }
    match source.chosen.and_then(|at| source.accounts.get(at)) {
        Some(best) => {
            account(best, &mut text);
            let _ = writeln!(text, "account = {}", quoted(&best.text()));
        }
        // Without a key the answer goes by that field.
        None if source.own_share > 0 => {
            let _ = writeln!(
                text,
                "# Without `account` the answer goes by the field that these lines have for the user; {} % of the sampled \
                 requests name one.",
                source.own_share
            );
        }
        None => text.push_str(
            "# No field of these lines clearly names who asked; the answer goes by client address (NO_ACCOUNT).\n",
        ),
    }
    for (at, other) in source.accounts.iter().enumerate().take(4) {
        if Some(at) != source.chosen {
            account(other, &mut text);
            let _ = writeln!(text, "# account = {}", quoted(&other.text()));
        }
    }
    text.trim_end().to_owned()
}

fn account(candidate: &Candidate, text: &mut String) {
    let _ = writeln!(
        text,
        "# {}: {}; such as {}",
        candidate.sure.word(),
        candidate.evidence,
        candidate.examples.join(", ")
    );
}

fn route_text(route: &Proposed) -> String {
    let role = match route.role {
        Role::Object => "object",
        Role::Container => "container",
    };
    let mut text = format!("# {}", counted(route.requests, "request"));
    if !route.active {
        text.push_str("; left out, because the directory knows none of its IDs");
    }
    let _ = write!(
        text,
        "\n[[route]]\nname = {}\n{}path = {}\n{}# {}: {}\n{role} = {}\n",
        quoted(&route.name),
        methods(route),
        quoted(&route.path),
        conditions(route),
        route.sure.word(),
        route.evidence,
        quoted(&route.key)
    );
    if let Some((key, role, evidence)) = &route.other {
        let role = match role {
            Role::Object => "object",
            Role::Container => "container",
        };
        let _ = writeln!(text, "# sure: {evidence}\n{role} = {}", quoted(key));
    }
    if let Some(page) = route.page.as_ref().filter(|_| route.holds(Role::Container)) {
        let (sure, note) = &route.page_note;
        let _ = writeln!(
            text,
            "# {}: {note}\npage = {}",
            sure.word(),
            page_text(page)
        );
    }
    text.push_str("discloses = []          # TODO: data categories, such as [\"name\", \"class\", \"email?\"]\n");
    if let Some((limit, sure, note)) = &route.empty_below {
        let mark = if *sure > Sureness::Guess { "" } else { "# " };
        let _ = writeln!(
            text,
            "# {}: {note}\n{mark}empty_below = {limit}",
            sure.word()
        );
    }
    let text = text.trim_end();
    match route.active {
        true => text.to_owned(),
        false => text.lines().map(commented).collect::<Vec<_>>().join("\n"),
    }
}

fn methods(route: &Proposed) -> String {
    let names: Vec<String> = route.methods.iter().map(|method| quoted(method)).collect();
    match names.is_empty() {
        true => String::new(),
        false => format!("method = [{}]\n", names.join(", ")),
    }
}

fn conditions(route: &Proposed) -> String {
    let pairs = route.query.iter();
    let pairs: Vec<String> = pairs
        .map(|(name, value)| format!("{} = {}", quoted(name), quoted(value)))
        .collect();
    match pairs.is_empty() {
        true => String::new(),
        false => format!("query = {{ {} }}\n", pairs.join(", ")),
    }
}

fn commented(line: &str) -> String {
    match line.starts_with('#') {
        true => line.to_owned(),
        false => format!("# {line}"),
    }
}

fn page_text(page: &PageSpec) -> String {
    match page {
        PageSpec::Number { query, first, size } => {
            format!(
                "{{ query = {}, first = {first}, size = {size} }}",
                quoted(query)
            )
        }
        PageSpec::Offset {
            offset,
            limit,
            size,
        } => {
            let limit = limit.as_ref().map_or(String::new(), |limit| {
                format!(" limit = {},", quoted(limit))
            });
            format!("{{ offset = {},{limit} size = {size} }}", quoted(offset))
        }
    }
}

fn directory_text(case: &CaseText) -> String {
    let mut text = String::new();
    for remark in &case.remarks {
        let _ = writeln!(text, "# {}", remark.replace('\n', " "));
    }
    if case.tables.is_empty() {
        let why = if case.directory {
            "No table was recognised"
        } else {
            "No directory was given"
        };
        let _ = writeln!(
            text,
            "# {why}: nobody can say whose data an ID is, nor what an account may see.\n# [directory]"
        );
        return text.trim_end().to_owned();
    }
    text.push_str("[directory]\n");
    for table in &case.tables {
        let _ = writeln!(text, "{} = {}", table.key, quoted(&table.path));
    }
    text.trim_end().to_owned()
}

/// A TOML string on one line.
fn quoted(text: &str) -> String {
    if !text.contains(['\'', '\n', '\r', '\t'])
        && text.contains(['"', '\\'])
        && !text.contains(char::is_control)
    {
        return format!("'{text}'");
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
