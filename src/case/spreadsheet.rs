//! What spreadsheets and databases do to a table on its way out: UTF-16, a first line `sep=;`, semicolons or tabs between the
//! columns, a title above the header, words for true and false in their user's language.
//!
//! Only the form of the text; what columns and cells mean is left to `cells` and `rows`.

/// What may stand between columns.
const BETWEEN: [u8; 4] = *b",;\t|";
/// Lines in which a header is looked for.
const LOOKED_INTO: usize = 20;
/// Words for true and false as spreadsheets and databases write them.
const TRUE: [&str; 9] = ["true", "1", "yes", "t", "y", "ja", "wahr", "sant", "sand"];
const FALSE: [&str; 10] = [
    "false", "0", "no", "f", "n", "nej", "nein", "falsch", "falskt", "falsk",
];

/// The bytes in UTF-8, without a mark at their beginning; `None` where they are UTF-16 and damaged.
pub(super) fn in_utf8(bytes: Vec<u8>) -> Option<Vec<u8>> {
    let order: fn([u8; 2]) -> u16 = match bytes.as_slice() {
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        _ => return Some(bytes),
    };
    let units = bytes[2..].chunks_exact(2);
    if !units.remainder().is_empty() {
        return None;
    }
    let units = units.map(|unit| order([unit[0], unit[1]]));
    let text: String = char::decode_utf16(units).collect::<Result<_, _>>().ok()?;
    Some(text.into_bytes())
}

/// What stands between the columns: what the header has first outside of quotation marks, or what a first line `sep=;` says,
/// which is blanked then.
pub(super) fn between(bytes: &mut [u8]) -> u8 {
    let start = match bytes.starts_with(b"\xef\xbb\xbf") {
        true => 3,
        false => 0,
    };
    let said = match bytes.get(start..start + 5) {
        Some([s, e, p, b'=', said]) if [*s, *e, *p].eq_ignore_ascii_case(b"sep") => Some(*said),
        _ => None,
    };
    if let Some(said) = said.filter(|said| BETWEEN.contains(said))
        && matches!(bytes.get(start + 5), Some(b'\r' | b'\n'))
    {
        // Blank lines are passed over, and the lines behind keep their numbers.
        bytes[start..start + 5].fill(b'\r');
        return said;
    }
    let blank = |byte: &u8| matches!(byte, b'\r' | b'\n');
    let header = bytes[start..].split(blank).find(|line| !line.is_empty());
    first_between(header.unwrap_or_default())
}

fn first_between(line: &[u8]) -> u8 {
    let mut quoted = false;
    for byte in line {
        quoted ^= *byte == b'"';
        if !quoted && BETWEEN.contains(byte) {
            return *byte;
        }
    }
    b','
}

/// The line, from 1, on which all of some names stand, below the first one.
pub(super) fn header_below(bytes: &[u8], names: &[&str]) -> Option<usize> {
    let lines = bytes.split(|byte| *byte == b'\n').take(LOOKED_INTO);
    let mut lines = lines.enumerate().skip(1);
    let found = lines.find(|(_, line)| {
        let between = first_between(line);
        let cells = line.split(|byte| *byte == between);
        let cells: Vec<String> = cells
            .map(|cell| {
                String::from_utf8_lossy(cell)
                    .trim()
                    .trim_matches('"')
                    .to_owned()
            })
            .collect();
        names
            .iter()
            .all(|name| cells.iter().any(|cell| cell == name))
    });
    found.map(|(at, _)| at + 1)
}

/// A word for true or false, in any case.
pub(super) fn truth(word: &str) -> Option<bool> {
    let is = |words: &[&str]| words.iter().any(|one| word.eq_ignore_ascii_case(one));
    match (is(&TRUE), is(&FALSE)) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}

/// What a spreadsheet or a database has made of an ID, and what to do: many rows would share what is left of it.
pub(super) fn spoilt(id: &str) -> Option<(&'static str, &'static str)> {
    const TEXT: &str = "its digits are lost: export the column again as text";
    let first = id.bytes().next()?;
    match first {
        b'=' if id.starts_with("=\"") => Some(("is a formula", "write the bare ID")),
        b'#' if is_error(&id[1..]) => {
            Some(("is a spreadsheet's error", "fill in what it should be"))
        }
        // Letters that somebody types ahead may be "nan".
        b'N' | b'(' | b'\\' if matches!(id, "NULL" | "(null)" | "\\N") => Some((
            "is what databases write for nothing",
            "leave the cell empty",
        )),
        b'0'..=b'9' if id.contains('+') && is_shortened(id) => {
            Some(("is a number that a spreadsheet has shortened", TEXT))
        }
        _ => None,
    }
}

/// `#N/A`, `#REF!`, `#NAME?` and what they are called elsewhere.
fn is_error(rest: &str) -> bool {
    let rest = rest.trim_end_matches(['!', '?']);
    rest.len() > 1 && rest.chars().all(|c| c.is_uppercase() || c == '/')
}

/// `1.23457E+11`, `1,23457E+11`.
fn is_shortened(id: &str) -> bool {
    let Some((number, power)) = id.split_once("E+") else {
        return false;
    };
    let digit = |byte: u8| byte.is_ascii_digit();
    let mut parts = number.splitn(2, ['.', ',']);
    let whole = parts.next().unwrap_or_default();
    let all = |part: &str| !part.is_empty() && part.bytes().all(digit);
    whole.len() == 1 && all(whole) && parts.all(all) && all(power)
}

/// A day so far off that it stands for "without end", as databases write it, and that no stamp reaches: as a day that can be
/// read, to see whether the rest of it can.
pub(super) fn without_end(text: &str) -> Option<String> {
    let (year, rest) = text.split_at_checked(4)?;
    let far = year.parse::<u32>().is_ok_and(|year| year > 2261);
    (far && rest.starts_with('-')).then(|| format!("2200{rest}"))
}
