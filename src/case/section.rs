//! Reading of TOML with a complaint that names line and key for everything that is not as it should
//! be.
//!
//! A `Section` is a table whose keys are all known; a `Value` is what stands at one of them. The
//! parsed tree with its spans is used instead of serde, whose errors know neither the section's
//! name nor the nearest key. What the keys mean is left to `file`, `sources` and `routes`.

use std::ops::Range;

use chrono_tz::Tz;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::excerpt::Excerpt;
use super::problem::{CaseProblem, Complaint, Place, quoted, suggest};
use super::times::{TIME_REMEDY, instant};
use crate::words::{Stamp, Validity};

/// Whether a line is a request of an access log, or an object, rather than the beginning of a case.
fn is_of_a_log(line: &str) -> bool {
    line.contains(" HTTP/") || line.starts_with('{')
}

/// The text of a case file, with its name for complaints.
#[derive(Clone, Copy)]
pub(crate) struct Script<'s> {
    /// The file's path as it was given.
    pub(crate) file: &'s str,
    /// All of it.
    pub(crate) text: &'s str,
}

impl<'s> Script<'s> {
    /// The tree of the whole file.
    ///
    /// # Errors
    /// The first place that is no TOML.
    pub(crate) fn parse(self) -> Result<Spanned<DeTable<'s>>, CaseProblem> {
        DeTable::parse(self.text).map_err(|error| {
            let what = format!("this is no TOML: {}", error.message().replace('\n', ", "));
            let said = |word: &str| error.message().contains(word);
            let place = error.span().map_or(0, |span| span.start);
            let line = self.text.lines().nth(self.line(place) - 1).unwrap_or_default();
            let remedy = if said("escape") {
                "between double quotation marks a backslash begins an escape: write / between folders, and text with \
                 backslashes between single ones"
            } else if self.text.lines().next().is_some_and(is_of_a_log) {
                "it looks like a log: `breachscope init` proposes a case for it"
            } else if line.contains(['“', '”', '„', '‘', '’', '«', '»']) {
                "quotation marks must be straight ones: \"...\""
            } else if said("duplicate key") && line.starts_with('[') {
                "headings that stand several times are written [[source]], [[route]], [[claim]]; every other stands once"
            } else {
                "mend the syntax; text stands in quotation marks, lists in brackets, and every key once"
            };
            self.complain(error.span(), None, what, remedy)
        })
    }

    /// The line, from 1, in which a byte stands.
    fn line(self, offset: usize) -> usize {
        let before = self.text.as_bytes().iter().take(offset);
        1 + before.filter(|b| **b == b'\n').count()
    }

    /// A complaint about a part of the file, or about the file as a whole.
    pub(crate) fn complain(
        self,
        at: Option<Range<usize>>,
        key: Option<String>,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> CaseProblem {
        CaseProblem::from(Complaint {
            file: self.file.to_owned(),
            place: (at.as_ref()).map_or(Place::File, |at| Place::Line(self.line(at.start))),
            key,
            what: what.into(),
            remedy: remedy.into(),
            shown: at.map(|at| Excerpt::of(self.text, at)),
        })
    }
}

/// A table of the case file, all of whose keys are known.
pub(crate) struct Section<'s> {
    script: Script<'s>,
    title: String,
    at: Option<Range<usize>>,
    table: &'s DeTable<'s>,
}

impl<'s> Section<'s> {
    /// The whole file as a section.
    ///
    /// # Errors
    /// The first key that is not among the known ones.
    pub(crate) fn top(
        script: Script<'s>,
        root: &'s Spanned<DeTable<'s>>,
        known: &[&'static str],
    ) -> Result<Self, CaseProblem> {
        Section::whole(script, root, "the case file", known)
    }

    /// The whole of a file of another kind, under the title that complaints give it.
    ///
    /// # Errors
    /// The first key that is not among the known ones.
    pub(crate) fn whole(
        script: Script<'s>,
        root: &'s Spanned<DeTable<'s>>,
        title: &str,
        known: &[&'static str],
    ) -> Result<Self, CaseProblem> {
        let section = Section {
            script,
            title: title.to_owned(),
            at: None,
            table: root.get_ref(),
        };
        section.known(known)
    }

    /// The line where the section begins; 1 for the whole file.
    pub(crate) fn line(&self) -> usize {
        self.script.line(self.at.as_ref().map_or(0, |at| at.start))
    }

    /// What stands at a key.
    pub(crate) fn get(&self, key: &str) -> Option<Value<'s>> {
        self.table
            .get(key)
            .map(|value| self.value(key.to_owned(), value))
    }

    /// What stands at a key that must be there.
    ///
    /// # Errors
    /// The key is missing; `purpose` says what it is for.
    pub(crate) fn need(&self, key: &str, purpose: &str) -> Result<Value<'s>, CaseProblem> {
        self.get(key).ok_or_else(|| {
            let what = format!("{} has no {}", self.title, quoted(key));
            self.complain(what, format!("add it: {purpose}"))
        })
    }

    /// Every key with its value, in the order of the file.
    pub(crate) fn entries(&self) -> Vec<(&'s str, Value<'s>)> {
        let mut entries: Vec<_> = self.table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        entries
            .into_iter()
            .map(|(key, value)| {
                let name: &str = key.get_ref();
                (name, self.value(name.to_owned(), value))
            })
            .collect()
    }

    /// Text at a key; `None` where the key is left out.
    pub(crate) fn text(&self, key: &str) -> Result<Option<&'s str>, CaseProblem> {
        self.get(key).map(|value| value.text()).transpose()
    }

    /// `true` or `false` at a key; `false` where the key is left out.
    pub(crate) fn truth(&self, key: &str) -> Result<bool, CaseProblem> {
        self.get(key).map_or(Ok(false), |value| value.truth())
    }

    /// A list of text at a key; empty where the key is left out.
    pub(crate) fn texts(&self, key: &str) -> Result<Vec<String>, CaseProblem> {
        let Some(value) = self.get(key) else {
            return Ok(Vec::new());
        };
        let items = value.items()?;
        items.iter().map(|i| Ok(i.text()?.to_owned())).collect()
    }

    /// `from` and `until`, either of which may be left out, the first before the second.
    pub(crate) fn validity(&self, zone: Tz) -> Result<Validity, CaseProblem> {
        let end = |key| self.get(key).map(|v| v.instant(zone)).transpose();
        let (from, until) = (end("from")?, end("until")?);
        if let (Some(from), Some(until)) = (from, until)
            && from >= until
        {
            let what = format!(
                "{}: from ({from}) is not before until ({until})",
                self.title
            );
            return Err(self.complain(what, "exchange or correct them; until is exclusive"));
        }
        Ok(Validity { from, until })
    }

    /// A complaint about the section as a whole.
    pub(crate) fn complain(&self, what: String, remedy: impl Into<String>) -> CaseProblem {
        self.script.complain(self.at.clone(), None, what, remedy)
    }

    fn value(&self, key: String, value: &'s Spanned<DeValue<'s>>) -> Value<'s> {
        Value {
            script: self.script,
            section: self.title.clone(),
            key,
            value,
        }
    }

    fn known(self, known: &[&'static str]) -> Result<Self, CaseProblem> {
        let unknown = self
            .table
            .keys()
            .filter(|key| !known.contains(&key.get_ref().as_ref()))
            .min_by_key(|key| key.span().start);
        let Some(key) = unknown else {
            return Ok(self);
        };
        let what = format!("unknown key {} in {}", quoted(key.get_ref()), self.title);
        let remedy = suggest(key.get_ref(), known.iter().copied(), || {
            let all = format!("the keys known there are {}", known.join(", "));
            match super::file::heading_of(key.get_ref()) {
                Some(heading) => format!("it stands below {heading}; {all}"),
                None => all,
            }
        });
        Err(self.script.complain(Some(key.span()), None, what, remedy))
    }
}

/// What stands at a key of a section.
pub(crate) struct Value<'s> {
    script: Script<'s>,
    section: String,
    key: String,
    value: &'s Spanned<DeValue<'s>>,
}

impl<'s> Value<'s> {
    /// Text that is not empty.
    pub(crate) fn text(&self) -> Result<&'s str, CaseProblem> {
        match self.value.get_ref() {
            DeValue::String(text) if text.trim().is_empty() => {
                Err(self.complain("is empty", "fill it in or leave the key out"))
            }
            DeValue::String(text) => Ok(text),
            _ => Err(self.wrong("text", "write one text in quotation marks")),
        }
    }

    /// Text that may be joined with others of its kind in a cell of the answer.
    pub(crate) fn label(&self) -> Result<&'s str, CaseProblem> {
        let text = self.text()?;
        if text.contains(|c: char| c == ';' || c.is_control()) {
            let what = format!(
                "{} contains a semicolon or a control character",
                quoted(text)
            );
            return Err(self.complain(
                &what,
                "take it out; the answer joins such names by semicolons",
            ));
        }
        Ok(text)
    }

    /// A path that stays inside of the case's folder.
    pub(crate) fn path(&self) -> Result<&'s str, CaseProblem> {
        let path = self.text()?;
        let drive = path.as_bytes().get(1) == Some(&b':');
        if path.starts_with(['/', '\\']) || drive || path.split(['/', '\\']).any(|p| p == "..") {
            let what = format!("{} leads out of the case's folder", quoted(path));
            return Err(self.complain(
                &what,
                "copy the file into the folder and write the path from there (or link it, and say --outside where it lies)",
            ));
        }
        Ok(path)
    }

    /// A whole number from 0.
    pub(crate) fn count(&self) -> Result<u64, CaseProblem> {
        const REMEDY: &str = "write a whole number from 0, without quotation marks";
        let DeValue::Integer(number) = self.value.get_ref() else {
            return Err(self.wrong("a whole number", REMEDY));
        };
        u64::from_str_radix(number.as_str(), number.radix()).map_err(|_| {
            let what = format!("{} is out of range", quoted(number.as_str()));
            self.complain(&what, REMEDY)
        })
    }

    /// A number above 0 and below 1; `meaning` says of what.
    pub(crate) fn share(&self, meaning: &str) -> Result<f64, CaseProblem> {
        let remedy = format!("write {meaning}, without quotation marks");
        let number = match self.value.get_ref() {
            DeValue::Float(number) => number.as_str(),
            DeValue::Integer(number) => number.as_str(),
            _ => return Err(self.wrong("a number", &remedy)),
        };
        let share = number.replace('_', "").parse().unwrap_or(f64::NAN);
        if share > 0.0 && share < 1.0 {
            return Ok(share);
        }
        let what = format!("{} is not between 0 and 1", quoted(number));
        Err(self.complain(&what, remedy))
    }

    /// A number from `low` to `high`; `meaning` says of what.
    pub(crate) fn number(&self, low: f64, high: f64, meaning: &str) -> Result<f64, CaseProblem> {
        let remedy = format!("write a number from {low} to {high}: {meaning}");
        let text = match self.value.get_ref() {
            DeValue::Float(number) => number.as_str(),
            DeValue::Integer(number) => number.as_str(),
            _ => return Err(self.wrong("a number", &remedy)),
        };
        let number = text.replace('_', "").parse().unwrap_or(f64::NAN);
        if number >= low && number <= high {
            return Ok(number);
        }
        let what = format!("{} is out of range", quoted(text));
        Err(self.complain(&what, remedy))
    }

    /// `true` or `false`.
    pub(crate) fn truth(&self) -> Result<bool, CaseProblem> {
        match self.value.get_ref() {
            DeValue::Boolean(truth) => Ok(*truth),
            _ => Err(self.wrong("true or false", "write it without quotation marks")),
        }
    }

    /// An instant, as text or as a date-time of TOML.
    pub(crate) fn instant(&self, zone: Tz) -> Result<Stamp, CaseProblem> {
        let text = match self.value.get_ref() {
            DeValue::String(text) => text.as_ref(),
            DeValue::Datetime(_) => self.script.text.get(self.value.span()).unwrap_or_default(),
            _ => return Err(self.wrong("a time", TIME_REMEDY)),
        };
        instant(text, zone).ok_or_else(|| {
            let what = format!("{} is no time", quoted(text));
            self.complain(&what, TIME_REMEDY)
        })
    }

    /// The items of a list.
    pub(crate) fn items(&self) -> Result<Vec<Value<'s>>, CaseProblem> {
        let DeValue::Array(array) = self.value.get_ref() else {
            let remedy = match self.value.get_ref() {
                DeValue::Table(_) => format!("write the heading as [[{}]]", self.key),
                _ => "put it in brackets: [...]".to_owned(),
            };
            return Err(self.wrong("a list", &remedy));
        };
        let item = |(index, value)| Value {
            script: self.script,
            section: self.section.clone(),
            key: format!("{}[{}]", self.key, index + 1),
            value,
        };
        Ok(array.iter().enumerate().map(item).collect())
    }

    /// The table that stands here, under its own title.
    ///
    /// # Errors
    /// It is no table, or it has a key that is not among the known ones.
    pub(crate) fn section(
        &self,
        title: String,
        known: &[&'static str],
    ) -> Result<Section<'s>, CaseProblem> {
        self.table(title)?.known(known)
    }

    /// The table that stands here, whatever its keys.
    pub(crate) fn table(&self, title: String) -> Result<Section<'s>, CaseProblem> {
        let DeValue::Table(table) = self.value.get_ref() else {
            return Err(self.wrong(
                "a table",
                "write its keys below a heading or in braces: { key = value }",
            ));
        };
        Ok(Section {
            script: self.script,
            title,
            at: Some(self.value.span()),
            table,
        })
    }

    /// One of several tables that each have a `name`, under a title with that name.
    ///
    /// # Errors
    /// As `section`; or the name is missing, or no label.
    pub(crate) fn named(
        &self,
        heading: &str,
        number: usize,
        known: &[&'static str],
    ) -> Result<(Section<'s>, &'s str), CaseProblem> {
        let numbered = format!("{heading} number {number}");
        let title = match self.table(numbered.clone())?.text("name") {
            Ok(Some(name)) => format!("{heading} {}", quoted(name)),
            _ => numbered,
        };
        let section = self.section(title, known)?;
        let name = section.need(
            "name",
            "routes, sources and the answer are told apart by it",
        )?;
        Ok((section, name.label()?))
    }

    /// Section and key, as complaints name them.
    pub(crate) fn name(&self) -> String {
        format!("{}, {}", self.section, self.key)
    }

    /// A complaint about this value.
    pub(crate) fn complain(&self, what: &str, remedy: impl Into<String>) -> CaseProblem {
        let at = Some(self.value.span());
        self.script.complain(at, Some(self.name()), what, remedy)
    }

    fn wrong(&self, expected: &str, remedy: &str) -> CaseProblem {
        let found = match self.value.get_ref() {
            DeValue::String(_) => "text",
            DeValue::Integer(_) | DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a time",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.complain(&format!("expected {expected}, found {found}"), remedy)
    }
}
