//! One log in every wrapping gives the same lines.

use super::building::{ZIP, Zip, tar, zip};
use super::*;

/// Ten thousand lines of a real site, where the shared corpus is at hand.
fn real() -> Option<Vec<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/corpus/real/elastic-examples-apache.log");
    let read = fs::read(path).ok();
    if read.is_none() {
        println!("skipped: the corpus file real/elastic-examples-apache.log is not here");
    }
    read
}

/// A generated log with what real files hold: other line ends, blank lines, bytes that are no UTF-8.
fn odd() -> Vec<u8> {
    let mut bytes = log(5_000);
    for (at, insert) in [
        (4_000, &b"\r\n"[..]),
        (70_000, b"\n\n"),
        (90_000, b"\xff\xfe\0\0"),
    ] {
        let line = at
            + bytes[at..]
                .iter()
                .position(|b| *b == b'\n')
                .expect("a line end")
            + 1;
        bytes.splice(line..line, insert.iter().copied());
    }
    bytes.extend_from_slice(b"no line end");
    bytes
}

fn wide(bytes: &[u8]) -> Option<Vec<u8>> {
    let text = str::from_utf8(bytes).ok()?;
    let units = "\u{feff}".encode_utf16().chain(text.encode_utf16());
    Some(units.flat_map(u16::to_le_bytes).collect())
}

#[test]
fn every_wrapping_gives_the_same_lines() {
    let folder = Scratch::new();
    let text: Vec<u8> = log(3_000);
    for content in [Some(odd()), Some(text), real()].into_iter().flatten() {
        let mut wrapped: Vec<Vec<u8>> = vec![content.clone()];
        wrapped.extend(wide(&content));
        let inner = wrapped.clone();
        for (pack, _) in PACKS {
            wrapped.extend(inner.iter().map(|bytes| pack(bytes)));
        }
        for bytes in wrapped.clone() {
            let files = [("a/access.log", &bytes[..])];
            wrapped.push(tar(&files));
            wrapped.push(xz(&tar(&files)));
            wrapped.push(zip(ZIP, &files));
            wrapped.push(bz2(&zip(Zip { method: 0, ..ZIP }, &files)));
        }
        for bytes in wrapped {
            folder.write("log", &bytes);
            let found = find(&folder.0, &[("edge".into(), vec!["log".into()])]).expect("found");
            let [one] = &found.logs[..] else {
                panic!("{} logs", found.logs.len());
            };
            let (read, ending) = read(&one.log, &Reading::default());
            assert!(read == content, "{}", ending.packing);
            assert_eq!(
                (ending.damage, ending.file_sha256),
                (vec![], sha256(&bytes))
            );
        }
    }
}

#[test]
fn records_in_every_wrapping_give_the_same_lines() {
    let folder = Scratch::new();
    let records: Vec<String> = (0..2_000)
        .map(|n| format!("{{\"n\":{n},\"url\":\"/a?b={{[{n}\",\"in\":{{\"l\":[1,{{}}]}}}}"))
        .collect();
    let lines: String = records.iter().map(|record| format!("{record}\n")).collect();
    for whole in [
        lines.clone(),
        format!("[{}]", records.join(",")),
        format!("[\n  {}\n]\n", records.join(",\n  ")),
        format!("{{\"records\":[{}]}}", records.join(",")),
        records
            .chunks(7)
            .map(|some| format!("{{\"records\": [{}]}}\n", some.join(", ")))
            .collect(),
        records.concat(),
    ] {
        let plain = whole.into_bytes();
        let recoded = wide(&plain).expect("UTF-8");
        for bytes in [zst(&plain), gz(&recoded), plain, recoded] {
            let (read, ending) = read(folder.write("log", &bytes), &Reading::default());
            assert!(read == lines.as_bytes(), "{}", ending.packing);
            assert_eq!(ending.damage, []);
        }
    }
}
