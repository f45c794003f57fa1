//! Stamps: no panic, and a stamp that was read is read again from its own writing.
#![no_main]

use breachscope::format::time::{any, clf, date, epoch, local, rfc3339, written};
use chrono_tz::Tz;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let zone = Tz::Europe__Stockholm;
    for stamp in [
        rfc3339(bytes),
        clf(bytes),
        local(bytes, zone),
        date(bytes, zone),
        epoch(bytes),
        any(bytes, zone),
    ] {
        let Some(stamp) = stamp else { continue };
        // An offset may carry a stamp of the first or last year over the edge of what is read.
        let written = stamp.to_string();
        if !written.starts_with("1677") && !written.starts_with("2262") {
            assert_eq!(rfc3339(written.as_bytes()), Some(stamp));
        }
    }
    if let Some((way, length)) = std::str::from_utf8(bytes).ok().and_then(written::begins) {
        assert!(written::is_written(&way, std::str::from_utf8(&bytes[..length]).expect("whole letters")));
    }
});
