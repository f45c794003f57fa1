//! JSON lines, with and without keys that look into objects and lists.
#![no_main]

use std::sync::LazyLock;

use breachscope::case::AccountKey;
use breachscope::format::{Format, State};
use chrono_tz::Tz;
use libfuzzer_sys::fuzz_target;

/// Compiled once: the names of well-known writers take longer to compile than a line to read.
static FORMATS: LazyLock<Vec<Format>> = LazyLock::new(|| {
    let keys = [
        AccountKey::Field("user.id".into()),
        AccountKey::Cookie("a".into()),
        AccountKey::Header("a".into()),
    ];
    let bound = |key| {
        Format::named("json", &[], Tz::Europe__Stockholm)
            .and_then(|format| format.bind_account(Some(key)))
            .expect("a format that is read")
    };
    keys.iter().map(bound).collect()
});

fuzz_target!(|bytes: &[u8]| {
    for format in FORMATS.iter() {
        for line in bytes.split(|b| *b == b'\n') {
            let _ = format.parse(&mut State::default(), line, 0);
        }
    }
});
