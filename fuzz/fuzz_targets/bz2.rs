//! Bzip2 streams, whole, cut or broken.
#![no_main]

mod common;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    common::hold(data);
    common::hold(&[&b"BZh91AY&SY"[..], data].concat());
});
