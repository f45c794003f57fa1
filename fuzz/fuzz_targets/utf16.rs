//! UTF-16 of any units.
#![no_main]

mod common;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    common::hold(data);
    common::hold(&[&b"\xff\xfe"[..], data].concat());
});
