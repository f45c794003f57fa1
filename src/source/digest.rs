//! The running SHA-256 of a plain file, fed window by window beside the parsing.

use std::collections::VecDeque;
use std::fs::File;
use std::io;

use sha2::{Digest, Sha256};
use sha2_resumable::digest::common::hazmat::{SerializableState, SerializedState};
use sha2_resumable::{Digest as _, Sha256 as Resumable};

use super::layer::read_at;
use super::window::Window;

/// SHA-256 of bytes, in lower-case hex.
pub fn digest_of(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

/// How far a file is hashed, and how to go back when a window proves to be broken.
#[derive(Default)]
pub(super) struct Tally {
    state: Resumable,
    at: u64,
    marks: VecDeque<(u64, Resumable)>,
}

/// States kept for going back: more than the windows that a caller has in hand at a time.
const MARKS: usize = 64;

impl Tally {
    /// Hashes a window; bytes between the last one and this are read from the file.
    pub(super) fn take(&mut self, window: &Window, file: &File) -> io::Result<()> {
        self.back_to(window.offset);
        self.read_up_to(window.offset, file)?;
        if self.at != window.offset {
            return Ok(());
        }
        if self.marks.len() == MARKS {
            self.marks.pop_front();
        }
        self.marks.push_back((self.at, self.state.clone()));
        if window.overlong.is_some() {
            return self.read_up_to(window.offset + window.span(), file);
        }
        self.state.update(window.bytes());
        self.at += window.span();
        if !window.intact() {
            self.back_to(window.offset);
        }
        Ok(())
    }

    /// Goes on where an earlier run stood: hashed up to `at`, as `state` says; not at all where that is no state.
    pub(super) fn resume(&mut self, at: u64, state: &[u8]) {
        let state = SerializedState::<Resumable>::try_from(state).ok();
        if let Some(state) = state.and_then(|state| Resumable::deserialize(&state).ok()) {
            *self = Tally {
                state,
                at,
                marks: VecDeque::new(),
            };
        }
    }

    /// What [`Tally::resume`] needs for going on at the beginning of a window that was hashed lately.
    pub(super) fn state_at(&self, offset: u64) -> Option<Vec<u8>> {
        let mut marks = self.marks.iter().rev();
        let (_, state) = marks.find(|(at, _)| *at == offset)?;
        Some(state.serialize().to_vec())
    }

    /// Forgets what was hashed from `offset` on; all of it when that place was not kept.
    pub(super) fn back_to(&mut self, offset: u64) {
        while self.at > offset {
            let (at, state) = self.marks.pop_back().unwrap_or_default();
            self.at = at;
            self.state = state;
        }
    }

    /// Hashes the file's own bytes up to `end`, or to where the file ends before that.
    pub(super) fn read_up_to(&mut self, end: u64, file: &File) -> io::Result<()> {
        let mut block = Vec::new();
        while self.at < end {
            block.resize(256 << 10, 0);
            let most = (end - self.at).min(block.len() as u64) as usize;
            let got = read_at(file, &mut block[..most], self.at)?;
            if got == 0 {
                break;
            }
            self.state.update(&block[..got]);
            self.at += got as u64;
        }
        Ok(())
    }

    /// SHA-256 in lower-case hex.
    pub(super) fn hex(self) -> String {
        let digest = self.state.finalize();
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// What was hashed before is not looked at again: here it is not even there any more.
    #[test]
    fn a_digest_goes_on_where_it_was_put_down() {
        let folder = std::env::temp_dir();
        let path = folder.join(format!("breachscope-digest-{}", std::process::id()));
        let whole: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
        for at in [64, 1_000, 300_001] {
            let mut before = Tally::default();
            before.state.update(&whole[..at]);
            before.marks.push_back((at as u64, before.state.clone()));
            let state = before.state_at(at as u64).unwrap();
            assert_eq!(before.state_at(at as u64 + 1), None);
            let mut lost = vec![0; at];
            lost.extend_from_slice(&whole[at..]);
            std::fs::File::create(&path)
                .unwrap()
                .write_all(&lost)
                .unwrap();
            let file = std::fs::File::open(&path).unwrap();
            let mut after = Tally::default();
            after.resume(at as u64, &state);
            after.read_up_to(whole.len() as u64, &file).unwrap();
            assert_eq!(after.hex(), digest_of(&whole));
            // What is no state is not taken for one.
            let mut anew = Tally::default();
            anew.resume(at as u64, &state[1..]);
            anew.read_up_to(whole.len() as u64, &file).unwrap();
            assert_eq!(anew.hex(), digest_of(&lost));
        }
        std::fs::remove_file(&path).unwrap();
    }
}
