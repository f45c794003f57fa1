//! JSON objects that hold the raw line as a text: docker, journald, and the exports of log stores.

use std::borrow::Cow;

use super::super::json::scan::{Scanner, Value};
use super::super::text::{Escapes, digits_of, unescape};
use super::super::{Text, time};
use super::{Cut, Kind, Kinds, Peeled};
use crate::words::Stamp;

/// Keys under which a store keeps the line as it came, the most telling first.
const LINE: [&[u8]; 13] = [
    b"log",
    b"MESSAGE",
    b"_raw",
    b"event.original",
    b"original",
    b"message",
    b"textPayload",
    b"full_message",
    b"line",
    b"msg",
    b"short_message",
    b"payload",
    // Of a body in OpenTelemetry's words.
    b"stringValue",
];

/// Bytes from which docker may have cut a line.
const CUT_FROM: usize = 8 << 10;

/// Keys of objects that hold the line or an object with it.
const AROUND: [&[u8]; 6] = [
    b"_source",
    b"result",
    b"event",
    b"fields",
    b"attributes",
    b"body",
];

/// Keys of the stamp and of who wrote, as the wrappings write them themselves.
const TIME: [&[u8]; 5] = [
    b"time",
    b"@timestamp",
    b"timestamp",
    b"_time",
    b"timeUnixNano",
];
const NODE: [&[u8]; 3] = [b"_HOSTNAME", b"hostname", b"host"];

#[derive(Default)]
struct Found<'a> {
    line: Option<(usize, Value<'a>)>,
    docker: bool,
    journald: bool,
    stream: Option<Value<'a>>,
    partial: bool,
    time: Option<Value<'a>>,
    microseconds: Option<Value<'a>>,
    node: Option<(usize, Value<'a>)>,
    sequence: Option<Value<'a>>,
}

/// Whether a text is one object and nothing else.
pub(super) fn is_object(text: &[u8]) -> bool {
    let mut scan = Scanner::new(text);
    scan.value().is_ok() && scan.finish().is_ok()
}

pub(super) fn peel(line: &[u8]) -> Option<Peeled<'_>> {
    let mut found = Found::default();
    let mut scan = Scanner::new(line);
    object(&mut scan, &mut found, 0)?;
    scan.finish().ok()?;
    let (_, value) = found.line?;
    let raw = match value {
        Value::Text(raw) => unescape(raw, Escapes::Json),
        Value::Composite(raw) if found.journald => Cow::Owned(bytes(raw)?),
        _ => return None,
    };
    let ends = raw.ends_with(b"\n");
    let docker = found.docker && found.stream.is_some();
    let kind = match (docker, found.journald) {
        (true, _) => Kind::Docker,
        (_, true) => Kind::Journald,
        _ => Kind::Envelope,
    };
    let cut = (docker || found.partial).then(|| Cut {
        error_stream: matches!(found.stream, Some(Value::Text(b"stderr"))),
        more: match docker {
            // Docker cuts at 16 KiB; a shorter line without an end is one whose writer has ended.
            true => !ends && raw.len() >= CUT_FROM,
            false => found.partial,
        },
    });
    Some(Peeled {
        inner: without_end(raw),
        time: found.stamp(),
        node: found.node.and_then(|(_, node)| node.text()),
        sequence: found
            .sequence
            .and_then(Value::text)
            .and_then(|digits| digits_of(&digits)),
        cut,
        kinds: Kinds::of(kind),
        local: None,
    })
}

/// `["1710228602000000000","LINE"]`, as Loki answers.
pub(super) fn pair(line: &[u8]) -> Option<Peeled<'_>> {
    let mut found = Vec::new();
    let mut scan = Scanner::new(line);
    let read = scan.items(|scan| {
        found.push(scan.value()?);
        Ok(())
    });
    read.and_then(|()| scan.finish()).ok()?;
    let [Value::Text(stamp), Value::Text(raw), ..] = found[..] else {
        return None;
    };
    let time = time::epoch(stamp)?;
    let inner = without_end(unescape(raw, Escapes::Json));
    Some(Peeled {
        inner,
        kinds: Kinds::of(Kind::Envelope),
        time: Some(time),
        ..Peeled::default()
    })
}

impl Found<'_> {
    fn stamp(&self) -> Option<Stamp> {
        if let Some(text) = self.microseconds.and_then(Value::text) {
            let microseconds: i64 = digits_of(&text)?;
            return microseconds.checked_mul(1000).map(Stamp);
        }
        let text = self.time.and_then(Value::text)?;
        time::rfc3339(&text).or_else(|| time::epoch(&text))
    }
}

fn object<'a>(scan: &mut Scanner<'a>, found: &mut Found<'a>, depth: usize) -> Option<()> {
    let read = scan.members(|scan, key| {
        let nested = depth < 3 && AROUND.contains(&key) && scan.peek()? == b'{';
        if nested {
            let before = *scan;
            if object(scan, found, depth + 1).is_some() {
                return Ok(());
            }
            *scan = before;
        }
        let value = scan.value()?;
        found.keep(key, value);
        Ok(())
    });
    read.ok()
}

impl<'a> Found<'a> {
    fn keep(&mut self, key: &[u8], value: Value<'a>) {
        if let Some(rank) = LINE.iter().position(|known| *known == key)
            && self.line.is_none_or(|(known, _)| rank < known)
            && match value {
                Value::Text(_) => true,
                Value::Composite(_) => key == b"MESSAGE",
                _ => false,
            }
        {
            self.line = Some((rank, value));
            self.docker = key == b"log";
            self.journald = key == b"MESSAGE";
        }
        match key {
            b"stream" => self.stream = Some(value),
            b"__REALTIME_TIMESTAMP" => self.microseconds = Some(value),
            b"_SOURCE_REALTIME_TIMESTAMP" => _ = self.microseconds.get_or_insert(value),
            b"__SEQNUM" => self.sequence = Some(value),
            b"CONTAINER_PARTIAL_MESSAGE" => {
                self.partial = matches!(value, Value::Text(b"true") | Value::Text(b"1"));
            }
            _ => {}
        }
        if TIME.contains(&key) {
            self.time.get_or_insert(value);
        }
        if let Some(rank) = NODE.iter().position(|known| *known == key)
            && self.node.is_none_or(|(known, _)| rank < known)
            && matches!(value, Value::Text(_))
        {
            self.node = Some((rank, value));
        }
    }
}

/// journald writes what is no UTF-8 as an array of its bytes.
fn bytes(raw: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut scan = Scanner::new(raw);
    let read = scan.items(|scan| {
        if let Value::Number(digits) = scan.value()? {
            bytes.push(digits_of::<u8>(digits));
        }
        Ok(())
    });
    read.ok()?;
    bytes.into_iter().collect()
}

fn without_end(text: Text<'_>) -> Text<'_> {
    let kept = text.len() - usize::from(text.ends_with(b"\n"));
    let kept = kept - usize::from(text[..kept].ends_with(b"\r"));
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[..kept]),
        Cow::Owned(mut text) => {
            text.truncate(kept);
            Cow::Owned(text)
        }
    }
}
