//! Any bytes as a file: never a panic, and the same content in whatever windows it is read.

#![no_main]

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use breachscope::source::{Ending, Reader, Reading};
use libfuzzer_sys::fuzz_target;

/// One file for the whole process, written anew for every input.
static FILE: LazyLock<PathBuf> =
    LazyLock::new(|| std::env::temp_dir().join(format!("breachscope-fuzz-{}", std::process::id())));

/// The content and the ending; `None` where the file is refused.
fn read(path: &Path, how: Reading) -> Option<(Vec<u8>, Ending)> {
    let mut reader = Reader::open(path, &how).ok()?;
    let mut content = Vec::new();
    while let Some(window) = reader.next().expect("nothing but the system fails a read") {
        assert!(window.overlong.is_some() || window.span() == window.len() as u64);
        reader.hash(&window).expect("the file is there");
        content.extend_from_slice(&window);
        assert!(window.intact());
    }
    Some((content, reader.finish().expect("the file is there")))
}

fuzz_target!(|data: &[u8]| {
    std::fs::write(&*FILE, data).expect("a file for the input");
    let mapped = read(
        &FILE,
        Reading {
            mapped: true,
            window: 4096,
        },
    );
    let plain = read(
        &FILE,
        Reading {
            mapped: false,
            window: 1 << 20,
        },
    );
    assert_eq!(mapped, plain);
});
