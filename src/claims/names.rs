//! Names as numbers: an exact set of byte strings, each held once.

use std::collections::HashMap;
use std::sync::Arc;

/// Stands for no name.
pub(super) const NONE: u32 = u32::MAX;

/// Byte strings by number, in the order in which they were met.
#[derive(Debug, Default)]
pub(super) struct Names {
    numbers: HashMap<Arc<[u8]>, u32>,
    names: Vec<Arc<[u8]>>,
}

impl Names {
    /// The number of a name, a new one where it was not met before.
    pub(super) fn number(&mut self, name: &[u8]) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = u32::try_from(self.names.len()).unwrap_or(NONE);
        let held: Arc<[u8]> = name.into();
        self.names.push(held.clone());
        self.numbers.insert(held, number);
        number
    }

    /// The number of a name that was met.
    pub(super) fn known(&self, name: &[u8]) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    /// A name.
    pub(super) fn name(&self, number: u32) -> &[u8] {
        self.names.get(number as usize).map_or(&[], |name| name)
    }
}

/// An account as another spelling may name it: without a domain, in small letters.
pub(super) fn respelled(name: &[u8]) -> Vec<u8> {
    let behind = name.rsplit(|byte| *byte == b'\\').next().unwrap_or(name);
    behind.to_ascii_lowercase()
}
