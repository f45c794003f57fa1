//! A W3C file: no panic, and a chunk carries the same header as its lines do.
#![no_main]

use breachscope::case::AccountKey;
use breachscope::format::{Format, State};
use chrono_tz::Tz;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let format = Format::named("w3c", &[], Tz::Europe__Stockholm)
        .and_then(|format| format.bind_account(Some(&AccountKey::Cookie("a".into()))))
        .expect("a format that is read");
    let (mut by_line, mut by_chunk) = (State::default(), State::default());
    for line in bytes.split(|b| *b == b'\n') {
        let _ = format.parse(&mut by_line, line, 0);
    }
    format.advance(&mut by_chunk, bytes, 0);
    assert_eq!(format!("{by_line:?}"), format!("{by_chunk:?}"));
});
