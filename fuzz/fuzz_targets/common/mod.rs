//! What every file target holds: never a panic, and the same content in whatever windows a log is read.

use std::path::PathBuf;
use std::sync::LazyLock;

use breachscope::source::{Ending, Log, Reader, Reading, walk};

/// One file for the whole process, written anew for every input.
static FILE: LazyLock<PathBuf> =
    LazyLock::new(|| std::env::temp_dir().join(format!("breachscope-fuzz-{}", std::process::id())));

/// The content and the ending; `None` where the file is refused.
fn read(log: &Log, how: Reading) -> Option<(Vec<u8>, Ending)> {
    let mut reader = Reader::open(log, &how).ok()?;
    let mut content = Vec::new();
    while let Some(window) = reader.next().expect("nothing but the system fails a read") {
        assert!(window.overlong.is_some() || window.span() == window.len() as u64);
        reader.hash(&window).expect("the file is there");
        content.extend_from_slice(&window);
        assert!(window.intact());
    }
    Some((content, reader.finish().expect("the file is there")))
}

/// Holds a file of these bytes, as one log or as an archive of several.
pub fn hold(bytes: &[u8]) {
    std::fs::write(&*FILE, bytes).expect("a file for the input");
    let Ok(found) = walk(&FILE) else {
        return;
    };
    for found in found.logs {
        let read = |mapped, window| read(&found.log, Reading { mapped, window });
        assert_eq!(read(true, 4096), read(false, 1 << 20));
    }
}
