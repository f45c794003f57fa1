//! The values of a line, by what they mean -> its record; the same for objects and for table rows.

use super::super::text::{self, digits_of};
use super::super::{Problem, Record, Text, client, request, target};
use super::names::Slot;
use crate::words::Stamp;

/// Makes the record, without its account. `text` gives what stands in a slot, `stamp` its time.
///
/// # Errors
/// A number that is none, or nothing that tells of a request.
pub(in super::super) fn assemble<'a>(
    text: impl Fn(Slot) -> Option<Text<'a>>,
    stamp: impl FnOnce() -> Result<Option<Stamp>, Problem>,
) -> Result<Record<'a>, Problem> {
    if text(Slot::Category).is_some_and(|category| is_of_another_log(&category)) {
        return Err(Problem::OtherLog);
    }
    let mut record = Record::default();
    if let Some(line) = text(Slot::Request) {
        request::put_text(line, &mut record);
    }
    record.method = text(Slot::Method).or(record.method);
    record.target = target(&text).or(record.target);
    if record.target.is_none()
        && let Some(template) = text(Slot::Template)
    {
        put_template(template, &mut record);
    }
    record.protocol = text(Slot::Protocol).or(record.protocol);
    let status = text(Slot::Status).or_else(|| {
        let code = text(Slot::Code)?;
        (code.len() == 3 && code.iter().all(u8::is_ascii_digit)).then_some(code)
    });
    record.status = text::status(code(&status.unwrap_or_default()))?;
    if let Some(client) = text(Slot::Client) {
        client::put_text(client, &mut record);
    }
    client::put_forwarded(text(Slot::Forwarded), &mut record);
    // What says none of these is about something else than a request; an address alone is of a connection.
    if record.method.is_none() && record.target.is_none() && record.status.is_none() {
        return Err(match record.client {
            Some(_) => Problem::NoRequest,
            None => Problem::Shape,
        });
    }
    record.time = stamp()?;
    record.client_port = text(Slot::ClientPort)
        .and_then(|port| digits_of(&port))
        .or(record.client_port);
    record.user = text(Slot::User).filter(|user| names_somebody(user));
    record.host = text(Slot::Host);
    record.bytes = text::bytes(&ungrouped(&text(Slot::Bytes).unwrap_or_default()))?;
    record.referer = text(Slot::Referer);
    record.user_agent = text(Slot::Agent).map(plain_agent);
    record.request_id = text(Slot::RequestId);
    record.duration_ms = duration(&text);
    record.node = text(Slot::Node);
    record.sequence = text(Slot::Sequence).and_then(|number| digits_of(&number));
    Ok(record)
}

/// Whether a name is more than dashes, which several writers put for nobody, or GlassFish's word for that.
pub(in super::super) fn names_somebody(name: &[u8]) -> bool {
    name.iter().any(|b| *b != b'-') && name != b"NULL-AUTH-USER"
}

/// An agent with the blanks that Akamai, CloudFront and Azure's App Service write as `%20` and `+`. One that has
/// blanks is not written so.
fn plain_agent(text: Text<'_>) -> Text<'_> {
    if is_plain_agent(&text) {
        return text;
    }
    if memchr::memchr(b'%', &text).is_some() {
        return target::decode(&text).into_owned().into();
    }
    let blank = |b: &u8| if *b == b'+' { b' ' } else { *b };
    text.iter().map(blank).collect::<Vec<u8>>().into()
}

/// Whether an agent is written with its own blanks, or has none.
pub(super) fn is_plain_agent(text: &[u8]) -> bool {
    let has = |what: &[u8]| memchr::memmem::find(text, what).is_some();
    memchr::memchr(b' ', text).is_some()
        || !(has(b"%20") || has(b"%2F") || has(b"+(") || has(b";+"))
}

/// The digits of a status: `200` of `200 OK`, and of `200.0`, as tools write that know only one kind of number.
fn code(text: &[u8]) -> &[u8] {
    match text.split_at_checked(3) {
        Some((code, [b' ', ..])) if code.iter().all(u8::is_ascii_digit) => code,
        _ => whole(text),
    }
}

/// A whole number without the fraction of zeros that such tools add.
fn whole(text: &[u8]) -> &[u8] {
    match memchr::memchr(b'.', text) {
        Some(point) if point > 0 && point + 1 < text.len() => {
            let zeros = text[point + 1..].iter().all(|b| *b == b'0');
            if zeros { &text[..point] } else { text }
        }
        _ => text,
    }
}

/// A whole number without the commas that exports for people put between thousands.
fn ungrouped(text: &[u8]) -> Text<'_> {
    let text = whole(text);
    if memchr::memchr(b',', text).is_none() {
        return text.into();
    }
    let mut groups = text.split(|b| *b == b',');
    let first = groups
        .next()
        .is_some_and(|group| (1..=3).contains(&group.len()));
    match first && groups.all(|group| group.len() == 3) {
        true => text
            .iter()
            .copied()
            .filter(|b| *b != b',')
            .collect::<Vec<_>>()
            .into(),
        false => text.into(),
    }
}

/// The target; put together where path and query stand apart.
fn target<'a>(text: &impl Fn(Slot) -> Option<Text<'a>>) -> Option<Text<'a>> {
    let target = text(Slot::Target).or_else(|| text(Slot::Path).map(rooted))?;
    if memchr::memchr(b'?', &target).is_some() {
        return Some(target);
    }
    match text(Slot::Query) {
        Some(query) => Some(request::with_query(&target, &query)),
        None => Some(target),
    }
}

/// A path with the slash in front that Akamai leaves out.
fn rooted(path: Text<'_>) -> Text<'_> {
    let bare = path.first().is_some_and(u8::is_ascii_alphanumeric);
    match bare && memchr::memchr2(b':', b' ', &path).is_none() {
        true => [b"/", &*path].concat().into(),
        false => path,
    }
}

/// A gateway's own name for the route, with or without the method before it: `GET /pets/{petId}`.
/// What was asked for is then not in the log, and the router says so.
fn put_template<'a>(template: Text<'a>, record: &mut Record<'a>) {
    let method = record.method.take();
    request::put_text(template, record);
    record.method = method.or_else(|| record.method.take());
    let target = record.target.as_deref().unwrap_or_default();
    if let Some(braced) = braced(target) {
        record.target = Some(braced.into());
    }
}

/// `:id` and `<id>`, as other frameworks write them, with braces.
fn braced(template: &[u8]) -> Option<Vec<u8>> {
    let mut changed = false;
    let segments = template.split(|&b| b == b'/').map(|segment| {
        let name = match segment {
            [b':', name @ ..] | [b'<', name @ .., b'>'] if !name.is_empty() => name,
            _ => return segment.to_vec(),
        };
        changed = true;
        [b"{", name, b"}"].concat()
    });
    let joined = segments.collect::<Vec<_>>().join(&b'/');
    changed.then_some(joined)
}

fn duration<'a>(text: &impl Fn(Slot) -> Option<Text<'a>>) -> Option<f64> {
    let units = [
        (Slot::Nanoseconds, 1e-6),
        (Slot::Microseconds, 1e-3),
        (Slot::Milliseconds, 1.0),
        (Slot::Seconds, 1e3),
    ];
    units.iter().find_map(|(slot, unit)| {
        let number = text(*slot)?;
        // Google writes the unit behind its seconds.
        let bare = number.strip_suffix(b"s").unwrap_or(&number);
        text::milliseconds(bare, *unit)
    })
}

/// Azure writes the logs of a service to one place. Those of a firewall, a probe or a console name
/// addresses and targets too, but tell of no answer, and most of their requests stand in the access
/// log as well.
fn is_of_another_log(category: &[u8]) -> bool {
    const SERVICES: [&str; 3] = ["applicationgateway", "frontdoor", "appservice"];
    const ACCESS: [&str; 3] = [
        "applicationgatewayaccesslog",
        "frontdooraccesslog",
        "appservicehttplogs",
    ];
    let category = category.to_ascii_lowercase();
    let is = |name: &&str| category == name.as_bytes();
    let of = |name: &&str| category.starts_with(name.as_bytes());
    SERVICES.iter().any(of) && !ACCESS.iter().any(is)
}
