//! Where the numbers of names have gone when names were put together, as accesses on disk need it: they were written with
//! the numbers of their own file. When that is asked for is `store`'s.

use std::sync::{Arc, Mutex, Weak};

use super::sorted::locked;
use super::spill::{Kept, Spill};
use super::{Access, Clients, Moved, NONE};

/// Where the names of accesses on disk have gone. It lies on disk too: the accesses of every file have one of their own,
/// and each takes as much as the names of a file.
#[derive(Debug)]
pub(super) struct Move {
    spill: Spill,
    kept: Kept,
    /// While somebody reads accesses with it.
    used: Mutex<Weak<Moved>>,
}

/// The last one that was used, so that it stays while the accesses of its file are read.
pub(super) type Last = Option<Arc<Moved>>;

impl Move {
    pub fn of(spill: &Spill, moved: &Moved) -> Option<Arc<Move>> {
        let bytes = postcard::to_stdvec(moved).unwrap_or_default();
        let kept = spill.keep(&bytes, None)?;
        Some(Arc::new(Move {
            spill: spill.clone(),
            kept,
            used: Mutex::default(),
        }))
    }

    /// Names that went nowhere, where the disk fails, which the spill then knows.
    pub fn get(&self) -> Arc<Moved> {
        let mut used = locked(&self.used);
        if let Some(moved) = used.upgrade() {
            return moved;
        }
        let read = |bytes: &[u8]| postcard::from_bytes::<Moved>(bytes).ok();
        let moved = Arc::new(self.spill.kept(self.kept, read).unwrap_or_default());
        *used = Arc::downgrade(&moved);
        moved
    }
}

impl Moved {
    /// An access with the numbers that its names have now.
    pub fn applied(&self, access: Access) -> Access {
        let new = |map: &[u32], old: u32| map.get(old as usize).copied().unwrap_or(NONE);
        Access {
            actor: new(&self.actors, access.actor),
            client: Clients::moved(&self.clients, access.client),
            agent: new(&self.agents, access.agent),
            object: new(&self.objects, access.object),
            container: new(&self.objects, access.container),
            ..access
        }
    }
}
