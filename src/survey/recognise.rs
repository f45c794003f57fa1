//! A file's sampled lines -> how they are written, by name, field map or pattern.

use chrono_tz::Tz;

use super::{json, layout, table};
use crate::case::FormatSpec;
use crate::format::{Format, Line, State};

/// Lines of a file from its beginning, its middle and its end.
#[derive(Clone, Debug, Default)]
pub struct Sample {
    /// The first bytes of the content.
    pub head: Vec<u8>,
    /// Lines in the order of the file; those about the log are all among them.
    pub lines: Vec<Vec<u8>>,
}

impl Sample {
    /// The lines as slices.
    pub fn lines(&self) -> Vec<&[u8]> {
        self.lines.iter().map(Vec::as_slice).collect()
    }
}

/// How a file is written.
#[derive(Clone, Debug)]
pub struct Recognised {
    /// As a case would say it.
    pub spec: FormatSpec,
    /// The reader.
    pub format: Format,
    /// The wrappings around its lines, outermost first.
    pub wrappings: Vec<&'static str>,
    /// Whether a name of this program says it, rather than a likeness of columns or fields.
    pub named: bool,
}

impl Recognised {
    /// The format's name, for tables.
    pub fn name(&self) -> String {
        match (&self.spec.pattern, &self.spec.name) {
            (Some(_), _) => "pattern".to_owned(),
            (None, Some(name)) if name != "auto" => name.clone(),
            (None, _) => self.format.name().to_owned(),
        }
    }
}

/// How the sampled lines are written; `None` where they are no log that this version reads.
pub fn recognise(sample: &Sample, zone: Tz) -> Option<Recognised> {
    let lines = sample.lines();
    let detected = Format::detect(&sample.head, &[], zone).ok();
    let first = lines.iter().find(|line| !line.trim_ascii().is_empty())?;
    let wrappings = detected
        .as_ref()
        .map_or_else(Vec::new, |format| format.wrappings(first));
    // What a name alone reads less of than all ways together is left to `auto`.
    let name_of = |format: &Format| {
        let named = Format::named(format.name(), &[], zone).ok();
        let told = |format: &Format| telling(&format.clone().for_content(&sample.head), &lines);
        match named.is_some_and(|named| told(&named) >= told(format)) {
            true => format.name().to_owned(),
            false => "auto".to_owned(),
        }
    };
    let by_name = |format: Format| Recognised {
        spec: FormatSpec {
            name: Some(name_of(&format)),
            ..FormatSpec::default()
        },
        wrappings: wrappings.clone(),
        format,
        named: true,
    };
    let plain_json = wrappings.is_empty() && mostly_objects(&lines);
    if plain_json
        && detected
            .as_ref()
            .is_none_or(|format| !tells_all(format, &lines))
    {
        if let Some(mapped) = mapped(sample, zone, detected.as_ref()) {
            return Some(mapped);
        }
        return detected.map(by_name).or_else(|| inside(sample, zone));
    }
    let name = detected.as_ref().map(Format::name);
    if matches!(name, None | Some("csv"))
        && let Some(mapped) = tabled(sample, zone, detected.as_ref())
    {
        return Some(mapped);
    }
    let web = matches!(name, None | Some("combined" | "common"));
    if !web || !wrappings.is_empty() {
        return detected.map(by_name);
    }
    if name.is_none()
        && let Some(told) = headless(sample, zone).or_else(|| inside(sample, zone))
    {
        return Some(told);
    }
    let guessed =
        layout::pattern(&lines, false).and_then(|pattern| patterned(pattern, sample, zone));
    match (detected, guessed) {
        (Some(format), None) => Some(by_name(format)),
        (Some(format), Some(guessed)) => {
            let better = telling(&guessed.format, &lines);
            let same = guessed.spec.name.is_some();
            // Names win where they say the same: a pattern reads its own lines only.
            match same || better * 100 < telling(&format, &lines) * 97 {
                true => Some(by_name(format)),
                false => Some(guessed),
            }
        }
        (None, guessed) => guessed,
    }
}

fn mostly_objects(lines: &[&[u8]]) -> bool {
    let objects = lines
        .iter()
        .filter(|line| line.trim_ascii().starts_with(b"{"))
        .count();
    objects * 2 > lines.len()
}

/// How much the lines say when they are read so: of each request when, who, from where, what, and with which answer.
fn telling(format: &Format, lines: &[&[u8]]) -> usize {
    let mut state = State::default();
    let mut told = 0;
    for line in lines {
        if let Line::Record(record) = format.parse(&mut state, line, 0)
            && record.time.is_some()
            && record.target.is_some()
        {
            let parts = [
                record.client.is_some(),
                record.user.is_some(),
                record.status.is_some(),
                record.bytes.is_some(),
                record.user_agent.is_some(),
                // A path alone may leave out what was asked for.
                record
                    .target
                    .as_deref()
                    .is_some_and(|target| target.contains(&b'?')),
            ];
            told += 2 + parts.iter().filter(|part| **part).count();
        }
    }
    told
}

/// Whether the well-known names find what a request is made of.
fn tells_all(format: &Format, lines: &[&[u8]]) -> bool {
    let mut state = State::default();
    let (mut records, mut whole) = (0, 0);
    for line in lines {
        if let Line::Record(record) = format.parse(&mut state, line, 0) {
            records += 1;
            let tells = record.time.is_some()
                && record.client.is_some()
                && record.target.is_some()
                && record.status.is_some()
                && record.bytes.is_some();
            whole += usize::from(tells);
        }
    }
    records > 0 && whole * 10 >= records * 8
}

/// A field map, where it finds more than the well-known names do.
fn mapped(sample: &Sample, zone: Tz, detected: Option<&Format>) -> Option<Recognised> {
    let lines = sample.lines();
    let fields = json::fields(&lines)?;
    let format = Format::named("json", &fields, zone).ok()?;
    let (read, all) = layout::read_by(&format, &lines);
    let before = detected.map_or(0, |format| telling(format, &lines));
    // What the names find as well needs no map.
    if read * 2 < all || telling(&format, &lines) <= before {
        return None;
    }
    Some(Recognised {
        spec: FormatSpec {
            name: Some("json".to_owned()),
            pattern: None,
            fields,
        },
        format,
        wrappings: Vec::new(),
        named: false,
    })
}

/// The same for a table.
fn tabled(sample: &Sample, zone: Tz, detected: Option<&Format>) -> Option<Recognised> {
    let lines = sample.lines();
    if detected.is_some_and(|format| tells_all(format, &lines)) {
        return None;
    }
    let fields = json::fields_of(&table::columns(&lines)?)?;
    let format = Format::named("csv", &fields, zone).ok()?;
    let before = detected.map_or(0, |format| telling(format, &lines));
    let (read, all) = layout::read_by(&format, &lines);
    (read * 2 >= all && telling(&format, &lines) > before).then(|| of_table(format, fields))
}

/// A table without a header, of which every column is told by its values.
fn headless(sample: &Sample, zone: Tz) -> Option<Recognised> {
    let lines = sample.lines();
    let fields = layout::table(&lines)?;
    let format = Format::named("csv", &fields, zone).ok()?;
    let (read, all) = layout::read_by(&format, &lines);
    (read * 10 >= all * 8 && read > 0).then(|| of_table(format, fields))
}

fn of_table(format: Format, fields: Vec<(String, String)>) -> Recognised {
    Recognised {
        spec: FormatSpec {
            name: Some("csv".to_owned()),
            pattern: None,
            fields,
        },
        format,
        wrappings: Vec::new(),
        named: false,
    }
}

/// What lies in a wrapping that has the time, where its lines have none themselves.
fn inside(sample: &Sample, zone: Tz) -> Option<Recognised> {
    let lines = sample.lines();
    let unwrapped: Vec<_> = lines
        .iter()
        .filter_map(|line| Format::inside_of(line))
        .collect();
    let timed = unwrapped.iter().filter(|(_, timed)| *timed).count();
    if timed * 10 < lines.len() * 8 {
        return None;
    }
    let bare: Vec<&[u8]> = unwrapped.iter().map(|(line, _)| &**line).collect();
    patterned(layout::pattern(&bare, true)?, sample, zone)
}

fn patterned(pattern: String, sample: &Sample, zone: Tz) -> Option<Recognised> {
    let format = Format::pattern(&pattern, zone).ok()?;
    let (read, all) = layout::read_by(&format, &sample.lines());
    // A name that reads less than the pattern does would propose a case that cannot work.
    let reads = |name: &&str| {
        let named = Format::named(name, &[], zone);
        named.is_ok_and(|named| layout::read_by(&named, &sample.lines()).0 * 100 >= read * 97)
    };
    let name = layout::well_known(&pattern)
        .filter(reads)
        .map(str::to_owned);
    if read * 10 < all * 6 || read == 0 {
        return None;
    }
    Some(Recognised {
        spec: FormatSpec {
            pattern: name.is_none().then_some(pattern),
            name,
            fields: Vec::new(),
        },
        format,
        wrappings: Vec::new(),
        named: false,
    })
}
