//! What each requested ID is: looked up once for each of them, kept in as little memory as there are IDs.

use hashbrown::HashMap;

use super::atlas::{Atlas, Thing};
use crate::case::RouteSpec;
use crate::sequence::{Access, Interner, NONE};

/// Things by the numbers of the requested IDs.
#[derive(Debug)]
pub struct Things {
    /// Places among the directory's objects, [`NONE`] for IDs that are none of them; empty without a table of objects.
    known: Vec<u32>,
    /// What an ID means on a route, by the numbers of both, where things of several kinds share it.
    on_route: HashMap<(u32, u16), Thing>,
    /// IDs that are none of the directory's objects and stand on a list.
    on_list: HashMap<u32, Thing>,
}

impl Things {
    /// From the things of all requested IDs, in the order of their numbers.
    pub fn of(
        atlas: &Atlas<'_>,
        (places, names): (Vec<u32>, &Interner),
        routes: &[RouteSpec],
    ) -> Things {
        let unknown = |asked: &u32| {
            places
                .get(*asked as usize)
                .is_none_or(|place| *place == NONE)
        };
        let open = (0..names.len() as u32).filter(unknown);
        let on_list = match atlas.strangers.is_empty() {
            true => HashMap::new(),
            false => open
                .filter_map(|asked| Some((asked, atlas.stranger(names.name(asked))?)))
                .collect(),
        };
        let mut on_route = HashMap::new();
        let shared = places.iter().zip(0..);
        let shared = shared.filter(|(place, _)| atlas.is_shared(Thing::Known(**place)));
        for (place, asked) in shared {
            for (route, number) in routes.iter().zip(0..) {
                let meant = atlas.meant(Thing::Known(*place), route.object.as_deref());
                on_route.insert((asked, number), meant);
            }
        }
        Things {
            known: places,
            on_route,
            on_list,
        }
    }

    /// The place of an ID among the directory's objects; [`NONE`] where it is none of them.
    pub fn place(atlas: &Atlas<'_>, id: &[u8]) -> u32 {
        match atlas.thing(id, NONE) {
            Thing::Known(place) => place,
            Thing::Asked(_) | Thing::Listed(_) => NONE,
        }
    }

    /// What the ID with this number is, of whatever kind.
    #[inline]
    pub fn get(&self, asked: u32) -> Thing {
        match self.known.get(asked as usize) {
            Some(place) if *place != NONE => Thing::Known(*place),
            _ if self.on_list.is_empty() => Thing::Asked(asked),
            _ => {
                let listed = self.on_list.get(&asked).copied();
                listed.unwrap_or(Thing::Asked(asked))
            }
        }
    }

    /// What an access names as its object.
    #[inline]
    pub fn named(&self, access: &Access) -> Thing {
        if self.on_route.is_empty() {
            return self.get(access.object);
        }
        let meant = self.on_route.get(&(access.object, access.route));
        meant.copied().unwrap_or_else(|| self.get(access.object))
    }
}
