//! A file's sampled lines -> how they are written, by name, field map or pattern.

use chrono_tz::Tz;

use super::{json, layout};
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
            (None, Some(name)) => name.clone(),
            (None, None) => self.format.name().to_owned(),
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
    let by_name = |format: Format| Recognised {
        spec: FormatSpec {
            name: Some(format.name().to_owned()),
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
        return detected.map(by_name);
    }
    let name = detected.as_ref().map(Format::name);
    let web = matches!(name, None | Some("combined" | "common"));
    if !web || !wrappings.is_empty() {
        return detected.map(by_name);
    }
    let guessed = layout::pattern(&lines).and_then(|pattern| patterned(pattern, sample, zone));
    match (detected, guessed) {
        (Some(format), None) => Some(by_name(format)),
        (Some(format), Some(guessed)) => {
            let better = layout::read_by(&guessed.format, &lines).0;
            let same = guessed.spec.name.is_some();
            // Names win where they say the same: a pattern reads its own lines only.
            match same || better * 100 < layout::read_by(&format, &lines).0 * 97 {
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
    let before = detected.map_or(0, |format| layout::read_by(format, &lines).0);
    if read * 2 < all || read < before {
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

fn patterned(pattern: String, sample: &Sample, zone: Tz) -> Option<Recognised> {
    let name = layout::well_known(&pattern).map(str::to_owned);
    let format = Format::pattern(&pattern, zone).ok()?;
    let (read, all) = layout::read_by(&format, &sample.lines());
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
