//! Another program, run and watched: how long it took, how much processor time, and its peak of resident memory.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
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
    /// Most disk, bytes, held in files that have no name any more: what the program spills.
    pub spilled: u64,
}

/// How often a child is looked at, and how many looks go by between two at its files.
const LOOK: Duration = Duration::from_millis(5);
const LOOKS: u32 = 20;

/// Runs work inside the bench.
pub fn inside(work: impl FnOnce()) -> Cost {
    let start = Instant::now();
    work();
    Cost {
        seconds: start.elapsed().as_secs_f64(),
        processor: None,
        peak: None,
        spilled: 0,
    }
}

/// Runs a program, its output to nowhere unless the command says otherwise.
///
/// # Errors
/// It cannot be started, or it fails.
pub fn run(command: &mut Command) -> io::Result<Cost> {
    command.stdin(Stdio::null());
    let before = children_ticks();
    let start = Instant::now();
    let mut child = command.spawn()?;
    // `wait4` would tell the peak of the bench itself where that was higher before the child became another program, so
    // the kernel's own high-water mark of the child is read until it ends.
    let (id, ended) = (child.id(), AtomicBool::new(false));
    let (status, seconds, (peak, spilled)) = thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let (mut peak, mut spilled, mut looks) = (None, 0, 0);
            while !ended.load(Ordering::Relaxed) {
                peak = high_water(id).max(peak);
                looks += 1;
                if looks % LOOKS == 0 {
                    spilled = nameless_bytes(id).max(spilled);
                }
                thread::sleep(LOOK);
            }
            (peak, spilled)
        });
        let status = child.wait();
        let seconds = start.elapsed().as_secs_f64();
        ended.store(true, Ordering::Relaxed);
        (status, seconds, watch.join().unwrap_or((None, 0)))
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
        spilled,
    })
}

/// Runs a program for so many seconds, and then kills it.
///
/// # Errors
/// It cannot be started.
pub fn kill_after(command: &mut Command, seconds: f64) -> io::Result<()> {
    let mut child = command.stdin(Stdio::null()).spawn()?;
    thread::sleep(Duration::from_secs_f64(seconds));
    // One that has ended already needs no killing.
    let _ = child.kill();
    child.wait().map(|_| ())
}

/// Bytes on disk of open files that have no name any more.
fn nameless_bytes(id: u32) -> u64 {
    let Ok(open) = fs::read_dir(format!("/proc/{id}/fd")) else {
        return 0;
    };
    let paths = open.filter_map(|entry| Some(entry.ok()?.path()));
    let nameless = paths.filter(|path| {
        let link = fs::read_link(path).unwrap_or_default();
        link.to_string_lossy().ends_with(" (deleted)")
    });
    let facts = nameless.filter_map(|path| path.metadata().ok());
    facts
        .filter(fs::Metadata::is_file)
        .map(|facts| facts.blocks() * 512)
        .sum()
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
