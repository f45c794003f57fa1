//! Tar archives: any bytes as a whole archive, and as what stands in one behind a good header.
#![no_main]

mod common;

use libfuzzer_sys::fuzz_target;

/// A header of a file of 1000 bytes.
fn header() -> Vec<u8> {
    let mut header = vec![0; 512];
    header[0] = b'a';
    header[124..136].copy_from_slice(b"00000001750\0");
    header[148..156].fill(b' ');
    header[156] = b'0';
    let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    header
}

fuzz_target!(|data: &[u8]| {
    common::hold(data);
    common::hold(&[&header(), data].concat());
});
