//! The story of one account, from a finished answer: its scope over time, what it did beyond it, each signal, what was
//! explained, and what would change the verdict. Text for a terminal; logged names cannot act on it.

use serde_json::Value;

use super::AccessTable;
use super::cells::visible;
use super::finished::Finished;
use super::screen::bars::{Columns, sparkline};
use super::screen::columns::fold;
use super::screen::lines::{Cell, aligned};
use super::screen::speech::Speech;
use super::screen::{Hue, Look};
use crate::words::{Stamp, nearest};

/// Rows of each list that are shown.
const SHOWN: usize = 8;
/// Lists of requests that carry a verdict, the gravest first.
const CARRYING: [&str; 3] = [
    "requests_beyond_scope",
    "requests_undecided",
    "requests_collected",
];
/// Columns of the timeline.
const COLUMNS: usize = 60;

/// The account's entry in the answer.
///
/// # Errors
/// A sentence: the answer was changed, or lists no such account.
pub fn of(answer: &Finished, account: &str) -> Result<Value, String> {
    let mut found = None;
    let mut all: Vec<String> = Vec::new();
    answer.findings(&mut |row| {
        all.extend(row["account"].as_str().map(str::to_owned));
        if found.is_none() && row["account"] == account {
            found = Some(row);
        }
        None
    })?;
    if let Some(found) = found {
        return Ok(found);
    }
    // A name that is not near tells nothing of what was meant.
    let hint = match nearest(account, all.iter().map(String::as_str)) {
        Some(near) => format!("did you mean {}?", clean(near)),
        None if all.is_empty() => "accounts.csv lists nobody".to_owned(),
        None => format!(
            "accounts.csv lists those of which there is a story ({})",
            all.len()
        ),
    };
    Err(format!(
        "this answer tells nothing of an account \"{}\": either it is in no log, or nothing speaks against it, which does \
         not mean that it did nothing; {hint}",
        clean(account)
    ))
}

/// The instants (nanoseconds) of an account's requests beyond scope, each request once.
///
/// # Errors
/// A sentence: the table of accesses was changed.
pub fn instants(answer: &Finished, account: &str) -> Result<Vec<i64>, String> {
    let table = AccessTable::read(answer.bytes("accesses.parquet")?)
        .map_err(|why| format!("accesses.parquet: {why}"))?;
    let own = table.rows().filter(|row| row.account == account);
    let mut requests: Vec<(String, i64, i64)> = own
        .map(|row| {
            (
                row.file.to_owned(),
                row.offset,
                row.time.saturating_mul(1000),
            )
        })
        .collect();
    requests.sort_unstable();
    requests.dedup();
    Ok(requests.into_iter().map(|(.., at)| at).collect())
}

/// The story as text; `instants` are those of its requests beyond scope.
pub fn tell(row: &Value, instants: &[i64], look: Look) -> String {
    let speech = Speech::of(look.language);
    let mut story = Story {
        row,
        look,
        speech: &speech,
        text: String::new(),
    };
    story.who();
    story.grants();
    story.beyond();
    story.when(instants);
    story.visits();
    story.explained();
    story.signals();
    story.quoted(
        "other_client",
        row["other_client"]["said"].as_str().into_iter(),
    );
    let runs: Vec<String> = items(row, "runs").map(missing).collect();
    story.quoted("runs", runs.iter().map(String::as_str));
    let would = items(row, "would_change").filter_map(Value::as_str);
    story.quoted("would_change", would);
    for carrying in CARRYING {
        let first: Vec<&str> = items(&row[carrying], "first")
            .filter_map(Value::as_str)
            .collect();
        if !first.is_empty() {
            story.quoted("first_lines", first.into_iter());
            break;
        }
    }
    story.text
}

/// A story that is being told.
struct Story<'r> {
    row: &'r Value,
    look: Look,
    speech: &'r Speech,
    text: String,
}

impl Story<'_> {
    fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    fn head(&mut self, key: &str) {
        let said = self.speech.word(&format!("explain.{key}"));
        let said = self.look.paint(Hue::Head, &said);
        self.line("");
        self.line(&said);
    }

    /// A sentence, set in, broken at blanks.
    fn sentence(&mut self, said: &str, indent: usize) {
        let room = self.look.width.saturating_sub(indent + 2).max(20);
        for (index, line) in fold(&visible(said), room).iter().enumerate() {
            // What follows is set in further, so that one sees where the next begins.
            let blanks = if index == 0 { indent } else { indent + 2 };
            self.line(&format!("{}{line}", " ".repeat(blanks)));
        }
    }

    fn say(&self, key: &str, values: &[(&str, String)]) -> String {
        let values: Vec<(&str, &str)> = values.iter().map(|(k, v)| (*k, v.as_str())).collect();
        self.speech.say(&format!("explain.{key}"), &values)
    }

    fn number(&self, value: &Value) -> String {
        self.speech.number_or_unknown(value.as_u64())
    }

    fn who(&mut self) {
        let row = self.row;
        let or = |said: String, key: &str| match said.is_empty() {
            true => self.speech.word(&format!("explain.{key}")),
            false => said,
        };
        let verdict = row["verdict"].as_str().unwrap_or("none");
        let hue = match verdict {
            "enumeration" | "overreach" => Hue::Alarm,
            _ => Hue::Doubt,
        };
        let verdict = self.speech.word(&format!("verdict.{verdict}"));
        let first = format!(
            "{}: {}",
            word(row, "account"),
            self.look.paint(hue, &verdict)
        );
        let said = self.say(
            "who",
            &[
                ("role", or(list(row, "roles"), "no_role")),
                ("owner", or(list(row, "belongs_to"), "no_owner")),
                ("kind", or(word(row, "kind"), "no_kind")),
                ("scope", self.scope()),
            ],
        );
        self.line(&first);
        self.sentence(&said, 2);
        if let Some(said) = row["scope_rests_on"].as_str() {
            self.head("inferred");
            self.sentence(&clean(said), 2);
        }
    }

    /// What its scope rests on.
    fn scope(&self) -> String {
        let key = match self.row["scope"].as_str() {
            Some("directory") => "explain.scope_directory",
            Some("inferred") => "explain.scope_inferred",
            Some("unknown") => "explain.scope_unknown",
            _ => return word(self.row, "scope"),
        };
        self.speech.word(key)
    }

    fn grants(&mut self) {
        let (row, speech) = (self.row, self.speech);
        let end = |grant: &Value, key: &str, open: &str| match grant[key].as_str() {
            Some(at) => clean(at),
            None => speech.word(&format!("explain.{open}")),
        };
        let grant = |grant: &Value| {
            let form = grant["form"].as_str().map_or(String::new(), |form| {
                self.say("form", &[("form", clean(form))])
            });
            let protected = match grant["protected"] == true {
                true => speech.word("explain.protected"),
                false => String::new(),
            };
            self.say(
                "grant",
                &[
                    ("from", end(grant, "from", "always")),
                    ("until", end(grant, "until", "open")),
                    ("role", word(grant, "role")),
                    ("unit", word(grant, "unit")),
                    ("form", form),
                    ("protected", protected),
                ],
            )
        };
        let lines: Vec<String> = items(row, "grants").map(grant).collect();
        self.quoted("grants", lines.iter().map(String::as_str));
    }

    /// Answered or in vain: the sum is what the screen of `scan` tells.
    fn beyond(&mut self) {
        let row = self.row;
        let both = row["accesses"].as_u64().unwrap_or(0) + row["attempts"].as_u64().unwrap_or(0);
        let counts = self.say(
            "counts",
            &[
                ("requests", self.speech.number(both)),
                ("accesses", self.number(&row["accesses"])),
                ("attempts", self.number(&row["attempts"])),
                ("objects", self.number(&row["objects_beyond_scope"])),
                ("confirmed", self.number(&row["subjects_confirmed"])),
                ("probable", self.number(&row["subjects_probable"])),
            ],
        );
        let contacts = self.say(
            match row["requests_beyond_scope"]["count"].as_u64() != Some(0) {
                true => "contacts",
                false => "contacts_none",
            },
            &[
                (
                    "unexplained",
                    self.number(&row["first_contacts_unexplained"]),
                ),
                ("all", self.number(&row["first_contacts"])),
                ("first", word(row, "first_seen")),
                ("last", word(row, "last_seen")),
            ],
        );
        self.head("beyond");
        self.sentence(&counts, 2);
        self.sentence(&contacts, 2);
        if row["undecided_accesses"].as_u64().unwrap_or(0) > 0 {
            let said = self.say(
                "undecided",
                &[("n", self.number(&row["undecided_accesses"]))],
            );
            self.sentence(&said, 2);
        }
    }

    /// Its own requests over its own time, between its first and its last.
    fn when(&mut self, instants: &[i64]) {
        let ends = instants.iter().min().zip(instants.iter().max());
        let Some((first, last)) = ends.filter(|(first, last)| first < last) else {
            return;
        };
        let columns = Columns::of(
            (*first, *last),
            instants.iter().map(|at| (*at, 1)),
            &[],
            COLUMNS,
        );
        let most = columns.counts.iter().copied().max().unwrap_or(0);
        let said = self.say(
            "when",
            &[
                ("step", self.speech.lasting(columns.step)),
                ("most", self.speech.number(most)),
            ],
        );
        let span = self.speech.span(Stamp(*first), Stamp(*last));
        let drawn = self
            .look
            .paint(Hue::Alarm, sparkline(&columns.counts).trim_end());
        self.line(&format!("  {drawn}"));
        self.sentence(&format!("{span}, {said}"), 2);
    }

    fn visits(&mut self) {
        let visit = |visit: &Value| {
            self.say(
                "visit",
                &[
                    ("first", word(visit, "first")),
                    ("last", word(visit, "last")),
                    ("requests", self.number(&visit["requests"])),
                    ("objects", self.number(&visit["objects"])),
                    ("controllers", self.number(&visit["controllers"])),
                    ("client", word(visit, "client")),
                ],
            )
        };
        let lines: Vec<String> = items(self.row, "visits").map(visit).collect();
        self.quoted("visits", lines.iter().map(String::as_str));
    }

    fn explained(&mut self) {
        let one = |one: &Value| {
            self.say(
                "explained_by",
                &[
                    ("contacts", self.number(&one["contacts"])),
                    ("template", word(one, "template")),
                ],
            )
        };
        let lines: Vec<String> = items(self.row, "explained").map(one).collect();
        self.quoted("explained", lines.iter().map(String::as_str));
    }

    /// All of them in one table, and under those that speak what they were held against.
    fn signals(&mut self) {
        let speech = self.speech;
        let signals: Vec<&Value> = items(self.row, "signals").collect();
        let of = speech.word("scan.of");
        let rows: Vec<Vec<Cell>> = signals
            .iter()
            .map(|signal| {
                let fired = signal["fired"] == true;
                let number = |key: &str| speech.decimal(signal[key].as_f64().unwrap_or(0.0), 2);
                let name = Cell::text(word(signal, "signal"));
                vec![
                    Cell::text(if fired { "*" } else { " " }),
                    if fired { name.hued(Hue::Alarm) } else { name },
                    Cell::number(number("figure")),
                    Cell::text(of.clone()),
                    Cell::number(number("threshold")),
                ]
            })
            .collect();
        self.head("signals");
        for (line, signal) in aligned(&self.look, &rows).iter().zip(&signals) {
            self.line(&format!("  {line}"));
            if signal["fired"] == true {
                let said = clean(signal["null_model"].as_str().unwrap_or(""));
                self.sentence(&said, 6);
            }
        }
    }

    /// A head and its lines, of which the first are shown; nothing where there are none.
    fn quoted<'v>(&mut self, key: &str, lines: impl Iterator<Item = &'v str>) {
        let lines: Vec<&str> = lines.collect();
        if lines.is_empty() {
            return;
        }
        self.head(key);
        for line in lines.iter().take(SHOWN) {
            self.sentence(line, 2);
        }
        if lines.len() > SHOWN {
            let n = self.speech.number((lines.len() - SHOWN) as u64);
            let values = [("n", &*n), ("file", "findings.json")];
            let said = self.speech.say("scan.more", &values);
            self.line(&format!("  {said}"));
        }
    }
}

fn items<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    value[key].as_array().into_iter().flatten()
}

fn word(value: &Value, key: &str) -> String {
    clean(value[key].as_str().unwrap_or(""))
}

fn list(value: &Value, key: &str) -> String {
    let names = items(value, key).filter_map(Value::as_str);
    names.map(clean).collect::<Vec<_>>().join(", ")
}

/// What is missing in a run, in a sentence.
fn missing(run: &Value) -> String {
    let word = |value: &Value| value.as_str().unwrap_or("").to_owned();
    let refused: Vec<String> = run["gaps"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|gap| gap["refused"].as_str().map(str::to_owned))
        .collect();
    let gaps = match (run["missing"].as_u64(), refused.first()) {
        (Some(0) | None, _) => String::new(),
        (Some(missing), why) => format!(
            "; {missing} missing inside, {} of them known to the directory; subjects that count as possible: {}{}",
            run["known"],
            run["subjects_possible"],
            why.map_or(String::new(), |why| format!(
                ", {} gap(s) not filled in: {why}",
                refused.len()
            ))
        ),
    };
    let end = &run["end"];
    let end = match (end["refused"].as_str(), end["estimate"].as_f64()) {
        (Some(why), _) => format!("; end unknown: {why}"),
        (None, Some(estimate)) => format!(
            "; about {estimate:.0} in all, at most {} at 95 % (German tank)",
            end["until_95"]
        ),
        (None, None) => String::new(),
    };
    format!(
        "{} of {} {} to {} in steps of {}, {} seen{gaps}{end}",
        word(&run["what"]),
        match run["container"].as_str() {
            Some(container) => format!("container {container},"),
            None => format!("route {},", word(&run["route"])),
        },
        word(&run["from"]),
        word(&run["until"]),
        run["stride"],
        run["seen"],
    )
}

/// What cannot act on a terminal.
fn clean(text: &str) -> String {
    visible(text)
}
