//! Lines of 80 columns: wrapping, small tables, shares and sizes in words.

use super::super::cells::visible;

/// Columns of the screen.
const WIDTH: usize = 80;

/// Writes a line, broken at blanks, with what follows set in by `indent`.
pub(super) fn wrapped(line: &str, indent: usize, text: &mut String) {
    let line = &visible(line);
    let mut current = String::new();
    let lead: String = line.chars().take_while(|c| *c == ' ').collect();
    current.push_str(&lead);
    let mut empty = true;
    for word in line.trim_start_matches(' ').split(' ') {
        let room = WIDTH.saturating_sub(current.chars().count() + usize::from(!empty));
        if !empty && word.chars().count() > room {
            text.push_str(current.trim_end());
            text.push('\n');
            current = " ".repeat(indent);
            empty = true;
        }
        if !empty {
            current.push(' ');
        }
        current.push_str(word);
        empty = false;
    }
    text.push_str(current.trim_end());
    text.push('\n');
}

/// Rows of a word and what it says, set in and aligned.
pub(super) struct Table {
    indent: usize,
    rows: Vec<(String, String)>,
}

impl Table {
    pub(super) fn new(indent: usize) -> Table {
        Table {
            indent,
            rows: Vec::new(),
        }
    }

    pub(super) fn row(&mut self, head: &str, body: String) {
        self.rows.push((head.to_owned(), body));
    }

    pub(super) fn write(&self, text: &mut String) {
        let widest = self.rows.iter().map(|(head, _)| head.chars().count()).max();
        let width = widest.unwrap_or(0).min(24) + 2;
        for (head, body) in &self.rows {
            let pad = width.saturating_sub(head.chars().count()).max(1);
            let line = format!("{}{head}{}{body}", " ".repeat(self.indent), " ".repeat(pad));
            wrapped(&line, self.indent + width, text);
        }
    }
}

/// Digits in groups of three.
pub(super) fn grouped(n: u64) -> String {
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

/// Hundredths; never 0 % for something, never 100 % for less than all.
pub(super) fn share(part: u64, whole: u64) -> String {
    match (part.saturating_mul(100)).checked_div(whole) {
        None => "?".to_owned(),
        Some(0) if part > 0 => "<1 %".to_owned(),
        Some(share) => format!("{share} %"),
    }
}

/// A size in bytes, for reading.
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        0..10_000 => format!("{bytes} bytes"),
        10_000..10_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        10_000_000..10_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}
