//! Traefik's common log: `traefik`, a combined line with five more columns.
//!
//! ```text
//! ... "AGENT" COUNT "ROUTER" "SERVER" MILLISECONDSms
//! ```
//! The count numbers requests as they come in, while lines are written as they are answered and may be
//! filtered, so it is no running number of lines. Traefik escapes nothing.

use super::clf::Clf;
use super::listed::{Cells, Cursor, Layout, plain};
use super::text::{self, digits_of, present};
use super::{Problem, Record, request};

pub(super) const TRAEFIK: Layout = Layout {
    name: "traefik",
    columns: &[
        "ClientUsername",
        "RequestRefererHeader",
        "RequestUserAgentHeader",
        "RequestCount",
        "RouterName",
        "ServiceURL",
        "Duration",
    ],
    user: Some("ClientUsername"),
    headers: &[
        ("Referer", "RequestRefererHeader"),
        ("User-Agent", "RequestUserAgentHeader"),
    ],
    cookies: &[],
    decode: plain,
    read,
};

const COUNT: usize = 3;

fn read<'a>(
    line: &'a [u8],
    _: chrono_tz::Tz,
    cells: &mut Cells<'a>,
) -> Result<Record<'a>, Problem> {
    // A raw quote in the URL, the referer or the agent makes another line within the line.
    if line.ends_with(b"ms") && request::ends(line) > 1 {
        return Err(Problem::Ambiguous);
    }
    let (mut record, rest) = Clf::combined().with_rest(line)?;
    let mut cursor = Cursor(rest);
    let count = cursor.word();
    let names: [&[u8]; 2] = std::array::from_fn(|_| cursor.field());
    let duration = cursor.word();
    if duration.is_empty() {
        return Err(Problem::Cut);
    }
    let millis = duration.strip_suffix(b"ms").filter(|_| cursor.is_at_end());
    let is_count = digits_of::<u64>(count).is_some() || count == b"-";
    let millis = millis.filter(|_| is_count).ok_or(Problem::Shape)?;
    record.duration_ms = text::milliseconds(millis, 1.0);
    cells.put(COUNT, count);
    names.into_iter().for_each(|name| cells.push(name));
    cells.push(duration);
    for (place, text) in [&record.user, &record.referer, &record.user_agent]
        .into_iter()
        .enumerate()
    {
        if let Some(text) = borrowed(text).and_then(present) {
            cells.put(place, text);
        }
    }
    Ok(record)
}

/// The text where it stands in the line; one whose escapes were undone is the record's own.
fn borrowed<'a>(text: &Option<super::Text<'a>>) -> Option<&'a [u8]> {
    match text {
        Some(super::Text::Borrowed(text)) => Some(text),
        _ => None,
    }
}
