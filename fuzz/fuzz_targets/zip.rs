//! Zip archives: any bytes behind a member's mark, with and without the mark of a table.
#![no_main]

mod common;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let member = [&b"PK\x03\x04"[..], data].concat();
    common::hold(&member);
    let size = (data.len() as u32).to_le_bytes();
    let end = [
        &b"PK\x05\x06\0\0\0\0\x01\0\x01\0"[..],
        &size,
        &4u32.to_le_bytes(),
        b"\0\0",
    ]
    .concat();
    common::hold(&[member, end].concat());
});
