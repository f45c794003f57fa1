//! The case file as it was written, for complaints about keys that only the logs show to be wrong: a format that none of
//! them is written in, an account or an object that no line carries.
//!
//! The key is looked for again in the text, so that a checked [`Case`](super::Case) need not drag lines along.

use super::problem::CaseProblem;
use super::section::{Script, Section};

/// A case file's path, as it was given, and its text.
#[derive(Clone, Debug, Default)]
pub struct Written {
    path: String,
    text: String,
}

impl Written {
    /// What a script holds.
    pub(super) fn of(script: Script<'_>) -> Written {
        Written {
            path: script.file.to_owned(),
            text: script.text.to_owned(),
        }
    }

    /// A complaint about a key of the `[[source]]` or `[[route]]` of a name: with the key's line, or where it is left out
    /// that of the whole section. `remedy` may be empty where `what` says it.
    pub fn complain(
        &self,
        heading: &str,
        name: &str,
        key: &str,
        (what, remedy): (&str, &str),
    ) -> CaseProblem {
        let script = Script {
            file: &self.path,
            text: &self.text,
        };
        let title = format!("[[{heading}]] {name:?}");
        let as_a_whole = || script.complain(None, Some(title.clone()), what, remedy);
        let Ok(root) = script.parse() else {
            return as_a_whole();
        };
        let Ok(top) = Section::top(script, &root, &super::file::SECTIONS) else {
            return as_a_whole();
        };
        let items = top.get(heading).and_then(|value| value.items().ok());
        let sections = items.iter().flatten();
        let mut sections = sections.filter_map(|item| item.table(title.clone()).ok());
        let own = sections.find(|section| section.text("name").ok().flatten() == Some(name));
        match own.map(|section| (section.get(key), section)) {
            Some((Some(value), _)) => value.complain(what, remedy),
            Some((None, section)) => section.complain(format!("{title}: {what}"), remedy),
            None => as_a_whole(),
        }
    }
}
