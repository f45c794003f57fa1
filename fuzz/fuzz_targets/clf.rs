//! Common and combined lines: no bytes make the reader panic, and detection neither.
#![no_main]

use breachscope::format::{Format, State};
use chrono_tz::Tz;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let format = Format::named("combined", &[], Tz::UTC).expect("a format that is read");
    for line in bytes.split(|b| *b == b'\n') {
        let _ = format.parse(&mut State::default(), line, 0);
    }
    let _ = Format::detect(bytes, &[], Tz::UTC);
});
