//! The one progress line: bytes, rate, time left; on stderr, and only where that is a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::signals;
use crate::pipeline::Observer;

/// A progress line over so many bytes of files as they lie on disk.
pub(super) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    pub(super) fn over(bytes: u64) -> Progress {
        // indicatif draws nothing where stderr is no terminal.
        let bar = ProgressBar::with_draw_target(Some(bytes), ProgressDrawTarget::stderr_with_hz(5));
        if let Ok(style) = ProgressStyle::with_template(
            "{msg} {bar:24} {bytes}/{total_bytes}  {bytes_per_sec}  {eta} left",
        ) {
            bar.set_style(style);
        }
        bar.set_message("reading");
        bar.enable_steady_tick(Duration::from_millis(250));
        Progress { bar }
    }

    pub(super) fn stage(&self, what: &'static str) {
        self.bar.set_message(what);
    }

    pub(super) fn done(&self) {
        self.bar.finish_and_clear();
    }
}

impl Observer for Progress {
    fn read(&self, bytes: u64) {
        self.bar.inc(bytes);
    }

    fn stopped(&self) -> bool {
        signals::stopped()
    }
}
