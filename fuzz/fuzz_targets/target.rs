//! Targets: no panic, and normalising twice changes nothing.
#![no_main]

use breachscope::format::target::{Target, decode};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let target = Target::read(bytes);
    let once = target.path().to_vec();
    assert_eq!(Target::read(&once).path(), once.as_slice());
    assert!(target.segments().all(|segment| !segment.is_empty()));
    let _ = (target.parameters().count(), target.host());
    assert!(decode(bytes).len() <= bytes.len());
});
