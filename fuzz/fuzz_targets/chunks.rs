//! A content of any known format: what its second half says does not depend on whether its first half was
//! read or passed over.
#![no_main]

use breachscope::format::{Format, State};
use chrono_tz::Tz;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((at, content)) = bytes.split_first() else {
        return;
    };
    let format = match Format::detect(content, &[], Tz::UTC) {
        Ok(format) => format,
        Err(_) => match Format::named("w3c", &[], Tz::UTC) {
            Ok(format) => format.for_content(content),
            Err(_) => return,
        },
    };
    let lines: Vec<&[u8]> = content.split_inclusive(|b| *b == b'\n').collect();
    let half = usize::from(*at) % (lines.len() + 1);
    let before: Vec<u8> = lines[..half].concat();
    let (mut read, mut passed) = (State::default(), State::default());
    let mut offset = 0;
    for line in &lines[..half] {
        let _ = format.parse(&mut read, line.strip_suffix(b"\n").unwrap_or(line), offset);
        offset += line.len() as u64;
    }
    let _ = format.lost(&mut read);
    format.advance(&mut passed, &before, 0);
    for line in &lines[half..] {
        let bare = line.strip_suffix(b"\n").unwrap_or(line);
        assert_eq!(
            format.parse(&mut read, bare, offset),
            format.parse(&mut passed, bare, offset)
        );
        assert_eq!(format.lost(&mut read), format.lost(&mut passed));
        assert_eq!(format.began(&read), format.began(&passed));
        offset += line.len() as u64;
    }
    assert_eq!(format.lost_at_end(&mut read), format.lost_at_end(&mut passed));
});
