//! Content that is not lines of UTF-8: recoded, unfolded, or left alone where it only looks so.

use super::*;
use breachscope::source::DamageKind::{self, Missing, Truncated};

fn wide(text: &str, little: bool, mark: bool) -> Vec<u8> {
    let marked = if mark { "\u{feff}" } else { "" };
    let units = marked.encode_utf16().chain(text.encode_utf16());
    units
        .flat_map(|unit| {
            if little {
                unit.to_le_bytes()
            } else {
                unit.to_be_bytes()
            }
        })
        .collect()
}

fn kinds(ending: &Ending) -> Vec<DamageKind> {
    ending.damage.iter().map(|damage| damage.kind).collect()
}

#[test]
fn utf16_is_recoded() {
    let folder = Scratch::new();
    let text: String = (0..20_000)
        .map(|n| format!("10.0.0.1 GET /{n} \"å😀\u{fffd}\"\r\n"))
        .collect();
    for (little, mark) in [(true, true), (false, true), (true, false), (false, false)] {
        let bytes = wide(&text, little, mark);
        for (packed, outer) in [(bytes.clone(), ""), (gz(&bytes), "gzip (1 member) > ")] {
            let ending = check(folder.write("log", &packed), text.as_bytes());
            assert_eq!(ending.packing.to_string(), format!("{outer}utf-16"));
            assert!(ending.packing.is_recoded() && ending.damage.is_empty());
        }
    }
}

#[test]
fn what_is_no_utf16_becomes_signs_and_is_counted() {
    let folder = Scratch::new();
    let mut bytes = wide("a\n", true, true);
    // A low half alone, a high half alone, a high half before another pair, and one at the end.
    for unit in [
        0xdc00u16, 0x61, 0xd800, 0x62, 0xd800, 0xd83d, 0xde00, 0x0a, 0xd800,
    ] {
        bytes.extend(unit.to_le_bytes());
    }
    let expected = "a\n\u{fffd}a\u{fffd}b\u{fffd}😀\n\u{fffd}";
    let ending = check(folder.write("log", &bytes), expected.as_bytes());
    assert_eq!(ending.packing.to_string(), "utf-16 (4 invalid)");
    assert_eq!(kinds(&ending), []);
    bytes.truncate(7);
    let ending = check(folder.write("log", &bytes), "a\n\u{fffd}".as_bytes());
    assert_eq!(kinds(&ending), [Truncated]);
    for text in [&b"\xff\xfe\0\0a\0\0\0"[..], b"\0\0\xfe\xff\0\0\0a"] {
        let said = Reader::open(folder.write("log", text), &WAYS[0])
            .err()
            .expect("refused");
        assert!(said.to_string().contains("this is UTF-32"), "{said}");
    }
}

/// Records with what an unfolder could stumble over.
const RECORDS: [&str; 5] = [
    r#"{"a":1,"b":"x, y }] [{ \" \\"}"#,
    r#"{"a" : {"b": [1, [2, {"c":"\n"}]]} , "d":null}"#,
    r#"{"records":[{"inner":true}]}"#,
    r#"{}"#,
    r#"{"e":"å \u00e5"}"#,
];

fn a_line_each() -> String {
    RECORDS.iter().map(|record| format!("{record}\n")).collect()
}

/// The same records, one of them broken over lines.
fn pretty(record: &str) -> String {
    record
        .replace("{\"a\"", "{\r\n    \"a\"")
        .replace(" , ", "\n\t, ")
}

#[test]
fn arrays_give_a_line_a_record() {
    let folder = Scratch::new();
    let lines = a_line_each();
    let joined = RECORDS.join(",");
    let spread: Vec<String> = RECORDS.iter().map(|record| pretty(record)).collect();
    for whole in [
        format!("[{joined}]"),
        format!("\u{feff} \n[ {}\n]\n", RECORDS.join(" ,\n ")),
        format!("{{\"records\":[{joined}]}}"),
        format!("{{ \"Records\" : [ {joined} ] }}\n"),
        format!("{{\"value\":[{}]}}", RECORDS.join("\n,\n")),
        format!(
            "{{\"records\":[{}]}}\n{{\"records\":[{}]}}\n",
            RECORDS[0],
            RECORDS[1..].join(",")
        ),
        format!("[{}]", RECORDS[0]) + &format!("\n[{}]\n", RECORDS[1..].join(",")),
    ] {
        let ending = check(folder.write("log", whole.as_bytes()), lines.as_bytes());
        assert_eq!(
            (ending.packing, ending.damage),
            (Packing::JsonArray, vec![]),
            "{whole}"
        );
    }
    // Outside an array, a wrapper is one.
    let concatenated = RECORDS.concat();
    let unwrapped = lines.replace(RECORDS[2], "{\"inner\":true}");
    let ending = check(
        folder.write("log", concatenated.as_bytes()),
        unwrapped.as_bytes(),
    );
    assert_eq!(ending.damage, []);
    let expected = lines.replace("} , \"d\"", "}, \"d\"");
    let outside = expected.replace(RECORDS[2], "{\"inner\":true}");
    for (whole, expected) in [
        (format!("[\n{}\n]", spread.join(",\n")), expected),
        (
            spread[1..].join("\n"),
            outside.split_once('\n').expect("lines").1.to_owned(),
        ),
    ] {
        let ending = check(folder.write("log", whole.as_bytes()), expected.as_bytes());
        assert_eq!(
            (ending.packing, ending.damage),
            (Packing::JsonArray, vec![]),
            "{whole}"
        );
    }
    let utf16 = wide(&format!("[{joined}]"), true, true);
    let ending = check(folder.write("log", &xz(&utf16)), lines.as_bytes());
    assert_eq!(
        ending.packing.to_string(),
        "xz (1 stream) > utf-16 > json-array"
    );
}

#[test]
fn lines_of_records_are_left_alone() {
    let folder = Scratch::new();
    let long = format!("{{\"a\":\"{}\"}}\n{{\"b\":1}}\n", "x".repeat(70_000));
    for content in [
        &*a_line_each(),
        "{\"a\":1}",
        "{\"a\":1} \r\n{\"b\":2}\n",
        // The first line was cut.
        "{\"a\":1,\"b\n{\"b\":2}\n",
        "{\"a\":1,\n{\"b\":2}\n",
        "{\"resourceLogs\":[{\"a\":1}]}\n{\"resourceLogs\":[]}\n",
        "[04/Mar/2021] {\n",
        "[]\n",
        "{no json\n",
        &long,
    ] {
        let ending = check(folder.write("log", content.as_bytes()), content.as_bytes());
        assert_eq!(ending.packing, Packing::Plain, "{content:.60}");
    }
}

#[test]
fn nothing_between_records_is_lost() {
    let folder = Scratch::new();
    for (whole, lines) in [
        (
            "[{\"a\":1}]\nnoise }{\n[{\"b\":2}]",
            "{\"a\":1}\nnoise }{\n{\"b\":2}\n",
        ),
        (
            "{\"records\":[{\"a\":1}],\"count\":1}\n",
            "{\"a\":1}\n\"count\":1}\n",
        ),
        // A wrapper that was cut, with a whole one on the next line.
        (
            "{\"records\":[{\"a\":{\n{\"records\":[{\"b\":2}]}\n",
            "{\"a\":{\n{\"b\":2}\n",
        ),
        (
            "[{\"a\":\"x\n{\"b\":2},{\"c\":3}]",
            "{\"a\":\"x\n{\"b\":2}\n{\"c\":3}\n",
        ),
        (
            "[{\"a\":1},\n{\"b\":\n{\"c\":3}]",
            "{\"a\":1}\n{\"b\":\n{\"c\":3}\n",
        ),
    ] {
        let ending = check(folder.write("log", whole.as_bytes()), lines.as_bytes());
        assert_eq!(ending.packing, Packing::JsonArray);
    }
}

#[test]
fn every_truncation_of_an_array_gives_a_prefix_and_says_so() {
    let folder = Scratch::new();
    let lines = a_line_each();
    let whole = format!("[{}]", RECORDS.join(",\n"));
    for cut in 3..whole.len() {
        let path = folder.write("log", &whole.as_bytes()[..cut]);
        let (read, ending) = read(&path, &WAYS[cut % WAYS.len()]);
        assert!(lines.as_bytes().starts_with(&read), "{cut}");
        let inside = read.last() != Some(&b'\n');
        assert_eq!(
            kinds(&ending),
            [if inside { Truncated } else { Missing }],
            "{cut}"
        );
    }
}

#[test]
fn an_array_of_any_length_is_read_in_bounded_memory() {
    let folder = Scratch::new();
    let records = 300_000;
    let mut whole = b"[".to_vec();
    let mut lines = Vec::new();
    for n in 0..records {
        let record = format!("{{\"id\":{n},\"path\":\"/contacts/{n}\"}}");
        whole.extend_from_slice(if n > 0 { b"," } else { b"" });
        whole.extend_from_slice(record.as_bytes());
        lines.extend_from_slice(record.as_bytes());
        lines.push(b'\n');
    }
    whole.push(b']');
    let (content, _) = read(folder.write("log", &whole), &WAYS[2]);
    assert!(content == lines);
    let (content, _) = read(folder.write("log", &zst(&whole)), &WAYS[4]);
    assert!(content == lines);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_json_like_bytes(pieces in prop::collection::vec(prop::sample::select(vec!["{", "}", "[", "]", "\"", "\\", ",", ":", "\n", "\r", " ", "a", "{\"records\":[", "[{", "\u{feff}"]), 0..200), packed: bool) {
        let folder = Scratch::new();
        let text = pieces.concat();
        let bytes = if packed { zst(text.as_bytes()) } else { text.clone().into_bytes() };
        let path = folder.write("log", &bytes);
        let (content, _) = read(&path, &WAYS[0]);
        let (again, _) = read(&path, &WAYS[4]);
        prop_assert_eq!(&content, &again);
        // Letters stand for what must not be lost.
        let letters = |bytes: &[u8]| bytes.iter().filter(|byte| **byte == b'a').count();
        prop_assert_eq!(letters(&content), letters(text.as_bytes()));
    }
}
