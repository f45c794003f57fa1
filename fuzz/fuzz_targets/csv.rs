//! Tables: any bytes as a content, read line by line, and carried over as a chunk to the same state.
#![no_main]

use std::sync::LazyLock;

use breachscope::case::AccountKey;
use breachscope::format::{Format, State};
use chrono_tz::Tz;
use libfuzzer_sys::fuzz_target;

/// Behind these headers a fuzzer need not guess the names of columns.
const HEADERS: [&[u8]; 3] = [b"time,path,status,user,cookie\n", b"_time;_raw\n", b""];

static FORMATS: LazyLock<Vec<Format>> = LazyLock::new(|| {
    let key = AccountKey::Cookie("a".into());
    let bound = |name| {
        Format::named(name, &[], Tz::Europe__Stockholm)
            .and_then(|format| format.bind_account(Some(&key)))
            .expect("a format that is read")
    };
    ["csv", "tsv"].map(bound).to_vec()
});

fuzz_target!(|bytes: &[u8]| {
    for format in FORMATS.iter() {
        for header in HEADERS {
            let content = [header, bytes].concat();
            let (mut by_line, mut by_chunk, mut at) = (State::default(), State::default(), 0u64);
            for line in content.split_inclusive(|b| *b == b'\n') {
                let bare = line.strip_suffix(b"\n").unwrap_or(line);
                let _ = format.parse(&mut by_line, bare, at);
                let _ = format.lost(&mut by_line);
                at += line.len() as u64;
            }
            format.advance(&mut by_chunk, &content, 0);
            assert_eq!(
                format!("{:?}", format.lost_at_end(&mut by_line)),
                format!("{:?}", format.lost_at_end(&mut by_chunk))
            );
        }
    }
});
