//! Ctrl-C and a closed pipe: both end the program in order instead of killing it in the middle.
#![allow(unsafe_code)] // `libc::signal` has no safe form; the handler only stores an atomic flag.

use std::sync::atomic::{AtomicBool, Ordering};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Sets the handlers. Rust already ignores SIGPIPE, so a closed pipe arrives as an error of the write.
pub(super) fn install() {
    let handler = interrupted as extern "C" fn(libc::c_int) as libc::sighandler_t;
    // SAFETY: the handler is async-signal-safe: it stores to an atomic and restores the default action.
    unsafe {
        libc::signal(libc::SIGINT, handler);
        libc::signal(libc::SIGTERM, handler);
        libc::signal(libc::SIGHUP, handler);
    }
}

/// Whether the user asked to stop.
pub(super) fn stopped() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

extern "C" fn interrupted(signal: libc::c_int) {
    INTERRUPTED.store(true, Ordering::Relaxed);
    // A second Ctrl-C ends the program at once; the staging folder's name then says what it is.
    // SAFETY: `signal` is async-signal-safe and SIG_DFL is a valid action.
    unsafe {
        libc::signal(signal, libc::SIG_DFL);
    }
}
