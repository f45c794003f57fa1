//! Another program, run and watched: how long it took, how much processor time, and its peak of resident memory.

use std::fs;
use std::io;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// What one run cost.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// From start to end, seconds.
    pub seconds: f64,
    /// Processor time, seconds; unknown for work inside the bench itself.
    pub processor: Option<f64>,
    /// Most resident memory, bytes, mapped files included; unknown for work inside the bench and where there is no
    /// `/proc`.
    pub peak: Option<u64>,
}

/// Runs work inside the bench.
pub fn inside(work: impl FnOnce()) -> Cost {
    let start = Instant::now();
    work();
    Cost {
        seconds: start.elapsed().as_secs_f64(),
        processor: None,
        peak: None,
    }
}

/// Runs a program, its output to nowhere.
///
/// # Errors
/// It cannot be started, or it fails.
pub fn run(command: &mut Command) -> io::Result<Cost> {
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let before = children_ticks();
    let start = Instant::now();
    let mut child = command.spawn()?;
    // `wait4` would tell the peak of the bench itself where that was higher before the child became another program, so
    // the kernel's own high-water mark of the child is read until it ends.
    let (id, ended) = (child.id(), AtomicBool::new(false));
    let (status, seconds, peak) = thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let mut peak = None;
            while !ended.load(Ordering::Relaxed) {
                peak = high_water(id).max(peak);
                thread::sleep(Duration::from_millis(3));
            }
            peak
        });
        let status = child.wait();
        let seconds = start.elapsed().as_secs_f64();
        ended.store(true, Ordering::Relaxed);
        (status, seconds, watch.join().unwrap_or(None))
    });
    let status = status?;
    if !status.success() {
        return Err(io::Error::other(format!("{command:?}: {status}")));
    }
    // A tick is a hundredth of a second on every Linux.
    let ticks = children_ticks()
        .zip(before)
        .map(|(after, before)| after - before);
    Ok(Cost {
        seconds,
        processor: ticks.map(|ticks| ticks as f64 / 100.0),
        peak,
    })
}

fn high_water(id: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: u64 = line.split_ascii_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024)
}

/// Processor time of all children that have ended.
fn children_ticks() -> Option<u64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The name, in brackets, may hold anything; behind it stand the state (field 3) and numbers.
    let (_, fields) = stat.rsplit_once(") ")?;
    let field = |number: usize| fields.split(' ').nth(number - 3)?.parse::<u64>().ok();
    Some(field(16)? + field(17)?)
}

/// Whether a program is there, by asking for its version.
pub fn installed(program: &str, version: &str) -> bool {
    let mut asked = Command::new(program);
    asked
        .arg(version)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    asked.status().is_ok_and(|status| status.success())
}
