//! Names by number, each in a cell of sixteen bytes: short ones themselves, long ones by where they stand.
//!
//! Which number a name has is left to the interner.

use super::keys::short;

/// Longest name that a cell holds itself.
const INLINE: usize = 15;
/// Stands where a short name's length would stand.
const LONG: u8 = 0xFF;
/// Cells that are made room for at a time, once there are as many: room for twice as many would be empty for half.
const BLOCK: usize = 4096;

/// A short name with its length in the last byte, or the place of a long one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(align(16))]
pub(super) struct Cell([u8; INLINE + 1]);

/// Cells by number.
#[derive(Clone, Debug, Default)]
pub(super) struct Cells {
    blocks: Vec<Vec<Cell>>,
    len: usize,
    long: Vec<u8>,
}

impl Cell {
    /// A short name's cell.
    #[inline]
    pub fn short(name: &[u8]) -> Option<Cell> {
        short(name).map(|bits| Cell(bits.to_le_bytes()))
    }

    /// The cell as a number, which is another for every name.
    #[inline]
    pub fn bits(self) -> u128 {
        u128::from_le_bytes(self.0)
    }
}

impl Cells {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Bytes of memory that they hold.
    pub fn memory(&self) -> usize {
        let cells = self.blocks.iter().map(Vec::capacity).sum::<usize>();
        cells * size_of::<Cell>() + self.long.capacity()
    }

    /// The cell of a number.
    #[inline]
    pub fn cell(&self, number: u32) -> Option<Cell> {
        let at = number as usize;
        self.blocks.get(at / BLOCK)?.get(at % BLOCK).copied()
    }

    /// The name of a number; empty where there is none.
    #[inline]
    pub fn name(&self, number: u32) -> &[u8] {
        let at = number as usize;
        let cell = self.blocks.get(at / BLOCK);
        let Some(Cell(bytes)) = cell.and_then(|block| block.get(at % BLOCK)) else {
            return &[];
        };
        let name = match bytes[INLINE] {
            LONG => {
                let (at, length) = place(bytes);
                self.long.get(at..).and_then(|rest| rest.get(..length))
            }
            length => bytes.get(..usize::from(length)),
        };
        name.unwrap_or_default()
    }

    /// Adds the next one.
    pub fn push(&mut self, cell: Cell) {
        match self.blocks.last_mut() {
            Some(block) if block.len() < BLOCK => block.push(cell),
            Some(_) => {
                let mut block = Vec::with_capacity(BLOCK);
                block.push(cell);
                self.blocks.push(block);
            }
            None => self.blocks.push(vec![cell]),
        }
        self.len += 1;
    }

    /// Adds the next one, a name that no cell holds itself.
    pub fn push_long(&mut self, name: &[u8]) {
        let mut bytes = [0; INLINE + 1];
        bytes[..8].copy_from_slice(&(self.long.len() as u64).to_le_bytes());
        bytes[8..12].copy_from_slice(&(name.len() as u32).to_le_bytes());
        bytes[INLINE] = LONG;
        self.long.extend_from_slice(name);
        self.push(Cell(bytes));
    }
}

/// Where a long name stands, and how long it is.
fn place(bytes: &[u8; INLINE + 1]) -> (usize, usize) {
    let at = bytes
        .first_chunk::<8>()
        .map_or(0, |at| u64::from_le_bytes(*at));
    let length = bytes[8..].first_chunk::<4>();
    let length = length.map_or(0, |length| u32::from_le_bytes(*length));
    (at as usize, length as usize)
}
