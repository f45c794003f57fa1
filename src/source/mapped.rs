//! Mapped pieces of a file, and what keeps the process alive when the file shrinks under them.
//!
//! Touching a page of a mapping that the file no longer reaches raises SIGBUS. A handler, installed
//! once, looks the address up in a fixed table of live mappings, puts zero pages in place of the
//! rest of that mapping and marks it. Any other SIGBUS goes to whoever handled it before.
//!
//! This is the one file with unsafe code. It needs it for three things that have no safe form:
//! mapping a file that others may change, installing a signal handler, and what happens inside it.
//! The bytes of a mapping can change while they are read; nothing here or behind relies on reading
//! the same byte twice, and [`Mapping::whole`] together with the file's size tells the caller when to
//! drop what was made of them.
#![allow(unsafe_code)]

use std::fs::File;
use std::io;
use std::sync::OnceLock;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize};

use libc::{c_int, c_void, siginfo_t};
use memmap2::{Advice, Mmap, MmapOptions};

/// A mapped piece of a file, guarded while it lives.
pub(super) struct Mapping {
    map: Mmap,
    slot: &'static Slot,
}

impl Mapping {
    /// Maps `len` bytes (not 0) from `offset`.
    ///
    /// # Errors
    /// When the file cannot be mapped, the handler not installed, or too many mappings live; plain
    /// reads are the way then.
    pub(super) fn of(file: &File, offset: u64, len: usize) -> io::Result<Mapping> {
        let page = install()?;
        // SAFETY: the mapping is read-only; a file that shrinks is caught by the handler below,
        // a file that changes otherwise can only change what is read, as the module page says.
        let map = unsafe { MmapOptions::new().offset(offset).len(len).map(file)? };
        // Only a hint; a kernel that refuses it still reads.
        let _ = map.advise(Advice::Sequential);
        let first = map.as_ptr() as usize;
        let slot = Slot::claim(first & !(page - 1), (first + len).next_multiple_of(page))?;
        Ok(Mapping { map, slot })
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.map
    }

    /// Whether every page that was touched so far was the file's own.
    pub(super) fn whole(&self) -> bool {
        !self.slot.hit.load(SeqCst)
    }
}

impl Drop for Mapping {
    // Runs before the field `map` is unmapped, so the table never names memory of somebody else.
    fn drop(&mut self) {
        self.slot.release();
    }
}

/// A live mapping, as the handler sees it.
struct Slot {
    taken: AtomicBool,
    /// Odd while `start` and `end` are being changed, so that the handler never pairs the start of
    /// one mapping with the end of another.
    version: AtomicU64,
    start: AtomicUsize,
    end: AtomicUsize,
    hit: AtomicBool,
}

/// More than any number of windows that are alive at a time; when it is full, reads are plain.
static SLOTS: [Slot; 128] = [const {
    Slot {
        taken: AtomicBool::new(false),
        version: AtomicU64::new(0),
        start: AtomicUsize::new(0),
        end: AtomicUsize::new(0),
        hit: AtomicBool::new(false),
    }
}; 128];

impl Slot {
    fn claim(start: usize, end: usize) -> io::Result<&'static Slot> {
        let free = SLOTS
            .iter()
            .find(|slot| {
                slot.taken
                    .compare_exchange(false, true, SeqCst, SeqCst)
                    .is_ok()
            })
            .ok_or_else(|| io::Error::other("too many mapped windows at a time"))?;
        free.hit.store(false, SeqCst);
        free.set(start, end);
        Ok(free)
    }

    fn release(&self) {
        self.set(0, 0);
        self.taken.store(false, SeqCst);
    }

    fn set(&self, start: usize, end: usize) {
        self.version.fetch_add(1, SeqCst);
        self.start.store(start, SeqCst);
        self.end.store(end, SeqCst);
        self.version.fetch_add(1, SeqCst);
    }

    /// The end of the mapping, if `address` lies in it. A slot that changes meanwhile cannot be the
    /// one that the faulting thread holds, so it is passed over.
    fn end_if_holds(&self, address: usize) -> Option<usize> {
        let before = self.version.load(SeqCst);
        let (start, end) = (self.start.load(SeqCst), self.end.load(SeqCst));
        let stable = before.is_multiple_of(2) && before == self.version.load(SeqCst);
        (stable && start <= address && address < end).then_some(end)
    }
}

/// What the handler needs, fixed before it is installed.
struct Before {
    page: usize,
    action: libc::sigaction,
}

static BEFORE: OnceLock<Before> = OnceLock::new();

/// Installs the handler on the first call; gives the page size.
fn install() -> io::Result<usize> {
    static DONE: OnceLock<Result<(), i32>> = OnceLock::new();
    let done = DONE.get_or_init(|| try_install().map_err(|e| e.raw_os_error().unwrap_or(0)));
    match (done, BEFORE.get()) {
        (Ok(()), Some(before)) => Ok(before.page),
        (Err(code), _) => Err(io::Error::from_raw_os_error(*code)),
        (Ok(()), None) => Err(io::Error::other("no page size")),
    }
}

fn try_install() -> io::Result<()> {
    // SAFETY: plain system calls on zeroed structs of ours; the previous action is stored before
    // ours can run, and ours only makes calls that are allowed in a signal handler.
    unsafe {
        let page = usize::try_from(libc::sysconf(libc::_SC_PAGESIZE))
            .map_err(|_| io::Error::last_os_error())?;
        let mut action: libc::sigaction = std::mem::zeroed();
        if libc::sigaction(libc::SIGBUS, std::ptr::null(), &mut action) != 0 {
            return Err(io::Error::last_os_error());
        }
        BEFORE.get_or_init(|| Before { page, action });
        let mut ours: libc::sigaction = std::mem::zeroed();
        let handler: extern "C" fn(c_int, *mut siginfo_t, *mut c_void) = on_bus_error;
        ours.sa_sigaction = handler as usize;
        ours.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_RESTART;
        libc::sigemptyset(&mut ours.sa_mask);
        match libc::sigaction(libc::SIGBUS, &ours, std::ptr::null_mut()) {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    }
}

extern "C" fn on_bus_error(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    // SAFETY: the kernel hands a valid `info`; its address is only set when the kernel itself, not
    // another process, raised the signal (code above 0).
    unsafe {
        let raised_by_kernel = (*info).si_code > 0;
        if !(raised_by_kernel && cover((*info).si_addr() as usize)) {
            pass_on(signal, info, context, raised_by_kernel);
        }
    }
}

/// Puts zero pages over the mapping from the faulting page to its end; `false` if none is ours.
fn cover(address: usize) -> bool {
    let Some(before) = BEFORE.get() else {
        return false;
    };
    let from = address & !(before.page - 1);
    for slot in &SLOTS {
        let Some(end) = slot.end_if_holds(address) else {
            continue;
        };
        slot.hit.store(true, SeqCst);
        // SAFETY: the range lies inside a mapping that the faulting thread is reading through a
        // `Mapping`, so it stays until that thread goes on; only its pages are replaced.
        let zeros = unsafe {
            libc::mmap(
                from as *mut c_void,
                end - from,
                libc::PROT_READ,
                libc::MAP_FIXED | libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
                -1,
                0,
            )
        };
        return zeros != libc::MAP_FAILED;
    }
    false
}

/// Hands a signal that is not ours to the action that stood there before.
///
/// # Safety
/// Only from a handler of `signal`, with that handler's own arguments.
unsafe fn pass_on(signal: c_int, info: *mut siginfo_t, context: *mut c_void, by_kernel: bool) {
    let (previous, flags) = BEFORE.get().map_or((libc::SIG_DFL, 0), |before| {
        (before.action.sa_sigaction, before.action.sa_flags)
    });
    // SAFETY: a value that is neither default nor ignore is the address of a handler of the form
    // that its flags name.
    unsafe {
        match previous {
            libc::SIG_IGN if !by_kernel => {}
            libc::SIG_DFL | libc::SIG_IGN => {
                // A fault comes again when this returns, and then ends the process as it should;
                // a signal from outside does not, so it is sent again.
                libc::signal(signal, libc::SIG_DFL);
                if !by_kernel {
                    libc::raise(signal);
                }
            }
            handler if flags & libc::SA_SIGINFO != 0 => {
                let handler: extern "C" fn(c_int, *mut siginfo_t, *mut c_void) =
                    std::mem::transmute(handler);
                handler(signal, info, context);
            }
            handler => {
                let handler: extern "C" fn(c_int) = std::mem::transmute(handler);
                handler(signal);
            }
        }
    }
}
