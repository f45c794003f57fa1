//! The words of the page in a language: strings from the resource files, numbers, times, and counts of protected
//! persons, which are never told below five.

use std::collections::BTreeMap;

use super::clock::Zone;

/// A language of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// Swedish.
    Swedish,
    /// Danish.
    Danish,
}

impl Language {
    /// Codes that `--lang` takes.
    pub const CODES: [&'static str; 3] = ["en", "sv", "da"];

    /// The language of a code.
    pub fn of(code: &str) -> Option<Language> {
        match code {
            "en" => Some(Language::English),
            "sv" => Some(Language::Swedish),
            "da" => Some(Language::Danish),
            _ => None,
        }
    }

    /// Its code (BCP 47).
    pub fn code(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Swedish => "sv",
            Language::Danish => "da",
        }
    }

    fn file(self) -> &'static str {
        match self {
            Language::English => include_str!("strings/en.toml"),
            Language::Swedish => include_str!("strings/sv.toml"),
            Language::Danish => include_str!("strings/da.toml"),
        }
    }
}

/// Sections of the strings that other formats say, and the page does not.
const NOT_IN_PAGE: [&str; 8] = [
    "document", "fact", "figure", "glossary", "head", "part", "said", "sheet",
];

/// Counts of protected persons below this are not told.
pub(in crate::report) const FEW: u64 = 5;

/// The strings of a language, by `section.key`.
pub(in crate::report) struct Words {
    /// Which language.
    pub(in crate::report) language: Language,
    /// All of them, for the script in the page.
    pub(in crate::report) strings: BTreeMap<String, String>,
}

impl Words {
    /// Reads a resource file.
    ///
    /// # Errors
    /// It is no table of tables of strings, which a test rules out.
    pub(in crate::report) fn of(language: Language) -> Result<Words, String> {
        Words::read(language, language.file(), "src/report/html/strings")
    }

    /// Reads the text of another resource file, which lies in a folder of the sources.
    ///
    /// # Errors
    /// As [`Words::of`].
    pub(in crate::report) fn read(
        language: Language,
        file: &str,
        folder: &str,
    ) -> Result<Words, String> {
        let sections: BTreeMap<String, BTreeMap<String, String>> = toml::from_str(file)
            .map_err(|e| format!("{folder}/{}.toml cannot be read: {e}", language.code()))?;
        let strings = sections.into_iter().flat_map(|(section, keys)| {
            keys.into_iter()
                .map(move |(key, text)| (format!("{section}.{key}"), text))
        });
        Ok(Words {
            language,
            strings: strings.collect(),
        })
    }

    /// The strings that the page's script needs.
    pub(in crate::report) fn of_page(&self) -> BTreeMap<&str, &str> {
        let own = self.strings.iter().filter(|(key, _)| {
            let section = key.split_once('.').map_or("", |(section, _)| section);
            !NOT_IN_PAGE.contains(&section)
        });
        own.map(|(key, text)| (key.as_str(), text.as_str()))
            .collect()
    }

    /// Without a string.
    pub(in crate::report) fn silent(language: Language) -> Words {
        Words {
            language,
            strings: BTreeMap::new(),
        }
    }

    /// Columns of the longest string whose key begins so.
    pub(in crate::report) fn longest(&self, section: &str) -> usize {
        let own = self
            .strings
            .iter()
            .filter(|(key, _)| key.starts_with(section));
        own.map(|(_, text)| text.chars().count()).max().unwrap_or(0)
    }

    /// A string with its placeholders filled in; a key that is missing shows as itself.
    pub(in crate::report) fn say(&self, key: &str, values: &[(&str, &str)]) -> String {
        let text = self.strings.get(key).map_or(key, String::as_str);
        let mut said = String::with_capacity(text.len());
        let mut rest = text;
        // In one pass: what is filled in may itself look like a placeholder.
        while let Some((before, after)) = rest.split_once('{') {
            said.push_str(before);
            let (name, behind) = after.split_once('}').unwrap_or((after, ""));
            match values.iter().find(|(key, _)| *key == name) {
                Some((_, value)) => said.push_str(value),
                None => {
                    said.push('{');
                    said.push_str(name);
                    said.push('}');
                }
            }
            rest = behind;
        }
        said.push_str(rest);
        said
    }

    /// A string without placeholders.
    pub(in crate::report) fn word(&self, key: &str) -> String {
        self.say(key, &[])
    }

    /// The number form of a key: `_one` or `_other`.
    pub(in crate::report) fn count(&self, key: &str, n: u64, values: &[(&str, &str)]) -> String {
        let form = if n == 1 { "one" } else { "other" };
        let mut all = vec![("n", self.number(n))];
        all.extend(
            values
                .iter()
                .map(|(key, value)| (*key, (*value).to_owned())),
        );
        let all: Vec<(&str, &str)> = all
            .iter()
            .map(|(key, value)| (*key, value.as_str()))
            .collect();
        self.say(&format!("{key}_{form}"), &all)
    }

    /// Digits in groups of three.
    pub(in crate::report) fn number(&self, n: u64) -> String {
        let digits = n.to_string();
        let group = self.word("number.group");
        let mut grouped = String::new();
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                grouped.push_str(&group);
            }
            grouped.push(digit);
        }
        grouped
    }

    /// A number that may be unknown.
    pub(in crate::report) fn number_or_unknown(&self, n: Option<u64>) -> String {
        n.map_or_else(|| self.word("number.unknown"), |n| self.number(n))
    }

    /// A count of protected persons.
    pub(in crate::report) fn few(&self, n: u64) -> String {
        match n {
            0..FEW => self.word("number.fewer"),
            n => self.number(n),
        }
    }

    /// A share of 1 in percent with two decimals at most, never rounded up to all.
    pub(in crate::report) fn percent(&self, share: f64) -> String {
        let hundredths = (share * 10_000.0).floor().max(0.0) as u64;
        let (whole, part) = (hundredths / 100, hundredths % 100);
        let mut text = self.number(whole);
        if part > 0 {
            text.push_str(&self.word("number.decimal"));
            text.push_str(format!("{part:02}").trim_end_matches('0'));
        }
        self.say("number.percent", &[("n", &text)])
    }

    /// An instant (seconds since 1970, UTC) in a zone, in a form of the language: `long` or `short`.
    pub(in crate::report) fn when(&self, zone: &Zone, at: i64, form: &str) -> String {
        let Some(local) = zone.local(at) else {
            return String::new();
        };
        let field = |pattern: &str| local.format(pattern).to_string();
        let months = self.word("date.months");
        let index = field("%m").parse::<usize>().unwrap_or(1);
        let month = months.split(',').nth(index - 1).unwrap_or_default();
        self.say(
            &format!("date.{form}"),
            &[
                ("y", &field("%Y")),
                ("m", &field("%m")),
                ("dd", &field("%d")),
                ("d", field("%d").trim_start_matches('0')),
                ("month", month),
                ("H", &field("%H")),
                ("M", &field("%M")),
                ("S", &field("%S")),
            ],
        )
    }
}
