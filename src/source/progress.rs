//! How far a decoder came in an archive, and what stopped it: the same words for every packing.

use std::io;

use super::damage::{Damage, DamageKind};
use super::layer::Peek;

/// What a decoder has done so far.
pub(super) struct Progress {
    packing: &'static str,
    part: &'static str,
    /// Members or frames begun.
    pub parts: u64,
    /// Bytes of content made.
    pub out: u64,
    /// What was wrong so far.
    pub damage: Vec<Damage>,
}

impl Progress {
    /// `packing` is the archive's kind, `part` its word for a member or frame.
    pub(super) fn new(packing: &'static str, part: &'static str) -> Progress {
        Progress {
            packing,
            part,
            parts: 0,
            out: 0,
            damage: Vec::new(),
        }
    }

    /// The part that was just unpacked is not what was packed.
    pub(super) fn checksum(&mut self) {
        let (packing, part, parts, out) = self.place();
        let detail = format!(
            "{packing} {part} {parts} does not match its checksum; its content, up to byte {out}, was read all the same"
        );
        self.note(DamageKind::Checksum, detail);
    }

    /// The file ends inside a part.
    pub(super) fn truncated(&mut self) {
        let (packing, part, parts, out) = self.place();
        let detail = format!("{packing} ends inside {part} {parts}, after {out} bytes of content");
        self.note(DamageKind::Truncated, detail);
    }

    /// Nothing more can be unpacked. What is left is passed over, for the file's own hash.
    pub(super) fn corrupt(&mut self, why: &str, input: &mut Peek) -> io::Result<()> {
        let left = input.drain()?;
        let (packing, part, parts, out) = self.place();
        let detail = format!(
            "{packing} {part} {parts} cannot be unpacked beyond {out} bytes of content ({why}); {left} packed bytes behind that place were not read"
        );
        self.note(DamageKind::Corrupt, detail);
        Ok(())
    }

    /// What follows the last part, and the zeros behind it, is none. It is passed over, for the file's own
    /// hash.
    pub(super) fn trailing(&mut self, zeros: u64, input: &mut Peek) -> io::Result<()> {
        let bytes = input.drain()?.saturating_add(zeros);
        let (packing, part, parts, _) = self.place();
        let detail = format!(
            "{bytes} bytes behind {packing} {part} {parts} are no {packing} and were not read"
        );
        self.note(DamageKind::Trailing, detail);
        Ok(())
    }

    fn place(&self) -> (&'static str, &'static str, u64, u64) {
        (self.packing, self.part, self.parts, self.out)
    }

    fn note(&mut self, kind: DamageKind, detail: String) {
        self.damage.push(Damage {
            kind,
            at: self.out,
            detail,
        });
    }
}
