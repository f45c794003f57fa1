//! The first line is the pattern, the others are read by it.
#![no_main]

use breachscope::case::AccountKey;
use breachscope::format::{Format, State};
use chrono_tz::Tz;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut lines = bytes.split(|b| *b == b'\n');
    let Some(Ok(pattern)) = lines.next().map(std::str::from_utf8) else {
        return;
    };
    let Ok(format) = Format::pattern(pattern, Tz::Europe__Stockholm) else {
        return;
    };
    let bound = format
        .clone()
        .bind_account(Some(&AccountKey::Cookie("a".into())));
    for line in lines {
        let _ = format.parse(&mut State::default(), line, 0);
        if let Ok(bound) = &bound {
            let _ = bound.parse(&mut State::default(), line, 0);
        }
    }
});
