//! JSON that is no record a line.
#![no_main]

mod common;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    common::hold(data);
    common::hold(&[&b"[{"[..], data].concat());
    common::hold(&[&b"{\"scopeLogs\":[{\"logRecords\":[{"[..], data].concat());
    common::hold(&[&b"{\"stream\":{},\"values\":[[\""[..], data].concat());
});
