//! What a screen says in a language: strings from the resource files beside this one, numbers, instants.

use super::super::html::Language;
use super::super::html::words::Words;
use crate::words::Stamp;

/// A language that speaks.
pub(crate) struct Speech {
    words: Words,
}

impl Speech {
    /// Reads a resource file. One that cannot be read, which a test rules out, leaves the keys themselves.
    pub(crate) fn of(language: Language) -> Speech {
        let file = match language {
            Language::English => include_str!("strings/en.toml"),
            Language::Swedish => include_str!("strings/sv.toml"),
            Language::Danish => include_str!("strings/da.toml"),
        };
        let words = Words::read(language, file, "src/report/screen/strings");
        Speech {
            words: words.unwrap_or_else(|_| Words::silent(language)),
        }
    }

    /// Columns of the longest string whose key begins so.
    pub(crate) fn longest(&self, section: &str) -> usize {
        self.words.longest(section)
    }

    /// A string.
    pub(crate) fn word(&self, key: &str) -> String {
        self.words.word(key)
    }

    /// A string with its placeholders filled in.
    pub(crate) fn say(&self, key: &str, values: &[(&str, &str)]) -> String {
        self.words.say(key, values)
    }

    /// The number form of a key, `_one` or `_other`.
    pub(crate) fn count(&self, key: &str, n: u64, values: &[(&str, &str)]) -> String {
        self.words.count(key, n, values)
    }

    /// Digits in groups of three.
    pub(crate) fn number(&self, n: u64) -> String {
        self.words.number(n)
    }

    /// A number that may be unknown.
    pub(crate) fn number_or_unknown(&self, n: Option<u64>) -> String {
        self.words.number_or_unknown(n)
    }

    /// A figure with so many decimals.
    pub(crate) fn decimal(&self, figure: f64, decimals: usize) -> String {
        format!("{figure:.decimals$}").replace('.', &self.word("number.decimal"))
    }

    /// An instant to the minute, in UTC.
    pub(crate) fn minute(&self, at: Stamp) -> String {
        self.instant("date.minute", at)
    }

    /// The minute of an instant without its day, in UTC.
    pub(crate) fn clock(&self, at: Stamp) -> String {
        self.instant("date.clock", at)
    }

    /// The day of an instant, in UTC.
    pub(crate) fn day(&self, at: Stamp) -> String {
        self.instant("date.day", at)
    }

    /// First and last instant; the day of the last only where it is another one.
    pub(crate) fn span(&self, first: Stamp, last: Stamp) -> String {
        let day = |at: Stamp| at.to_string().get(..10).map(str::to_owned);
        let until = match day(first) == day(last) {
            true => self.clock(last),
            false => self.minute(last),
        };
        format!("{} … {until}", self.minute(first))
    }

    fn instant(&self, key: &str, at: Stamp) -> String {
        let utc = at.to_string();
        let part = |from: usize, to: usize| utc.get(from..to).unwrap_or_default().to_owned();
        let (y, m, dd, hour, minute) = (
            part(0, 4),
            part(5, 7),
            part(8, 10),
            part(11, 13),
            part(14, 16),
        );
        let parts = [
            ("y", &*y),
            ("m", &*m),
            ("dd", &*dd),
            ("H", &*hour),
            ("M", &*minute),
        ];
        self.say(key, &parts)
    }

    /// How long nanoseconds are, in the largest unit that tells them without a fraction worth telling.
    pub(crate) fn lasting(&self, nanoseconds: i64) -> String {
        let seconds = nanoseconds as f64 / 1e9;
        let (figure, unit) = match seconds {
            s if s < 90.0 => (s, "second"),
            s if s < 5400.0 => (s / 60.0, "minute"),
            s if s < 172_800.0 => (s / 3600.0, "hour"),
            s => (s / 86_400.0, "day"),
        };
        let decimals = usize::from(figure < 10.0 && figure.fract() >= 0.05);
        let figure = self.decimal(figure, decimals);
        self.say(&format!("unit.{unit}"), &[("n", &figure)])
    }

    /// A size in bytes, for reading.
    pub(crate) fn size(&self, bytes: u64) -> String {
        let scaled = |by: f64, unit: &str| format!("{} {unit}", self.decimal(bytes as f64 / by, 1));
        match bytes {
            0..10_000 => self.say("unit.bytes", &[("n", &bytes.to_string())]),
            10_000..10_000_000 => scaled(1e3, "kB"),
            10_000_000..10_000_000_000 => scaled(1e6, "MB"),
            _ => scaled(1e9, "GB"),
        }
    }
}
