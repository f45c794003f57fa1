//! What is looked up again and again while accounts are looked at, made once.

use std::collections::HashMap;

use hashbrown::HashSet;
use rayon::prelude::*;

use super::common::Common;
use super::learn::{Class, Voters};
use super::measure::Worker;
use crate::case::{AccountRow, Case};
use crate::detect::contacts::Reader;
use crate::scope::learned::Learned;
use crate::scope::{Atlas, Homes, Opener, Scope, Thing, Things};
use crate::sequence::Sequences;
use crate::words::HOUR;

pub(super) struct Tools<'c> {
    /// The table of accounts, by account.
    accounts: HashMap<&'c [u8], &'c AccountRow>,
    /// What each requested ID is, by its number.
    things: Things,
    on_lists: HashSet<Thing>,
}

impl<'c> Tools<'c> {
    pub fn of(case: &'c Case, atlas: &Atlas<'_>, common: &Common) -> Tools<'c> {
        let objects = &common.names.objects;
        let known = match atlas.objects().is_empty() {
            true => 0,
            false => objects.len() as u32,
        };
        let places = (0..known).into_par_iter();
        let places = places.map(|asked| Things::place(atlas, objects.name(asked)));
        let members = atlas.directory.members.as_deref().map_or(0, <[_]>::len);
        let rows = case.directory.accounts.iter().flatten();
        Tools {
            accounts: rows.map(|row| (row.account.as_bytes(), row)).collect(),
            things: Things::of(atlas, (places.collect(), objects), &case.routes),
            on_lists: (0..members as u32)
                .map(|member| atlas.listed(member))
                .collect(),
        }
    }

    /// What each requested ID is, by its number.
    pub fn things(&self) -> &Things {
        &self.things
    }

    /// Homes of accounts: as the table says, else inferred from what each asked for.
    pub fn homes(&self, atlas: &Atlas<'_>, common: &Common, sequences: &Sequences) -> Homes {
        let mut homes = Homes::told(atlas);
        if atlas.directory.grants.is_some() {
            return homes;
        }
        let home = |index| {
            let (number, accesses) = sequences.sequence(index);
            let person = common.people.person(number);
            let home = homes.inferred(atlas, &person, &accesses, &self.things)?;
            Some((person.name, home))
        };
        let found: Vec<_> = (0..sequences.len())
            .into_par_iter()
            .filter_map(home)
            .collect();
        for (account, home) in found {
            homes.add(account, home);
        }
        homes
    }

    /// For looks under a scope; `learned`: labels to be used, and who voted on them.
    pub fn worker<'w>(
        &'w self,
        case: &'w Case,
        common: &'w Common,
        (scope, learned, voters): (&'w Scope<'w>, Option<&'w Learned>, &'w Voters),
    ) -> Worker<'w> {
        let (atlas, names) = (scope.atlas, &common.names);
        Worker {
            case,
            accounts: &self.accounts,
            learned,
            voters,
            scope,
            people: &common.people,
            opener: Opener {
                atlas,
                routes: &case.routes,
                names,
                things: &self.things,
                content: &common.content,
            },
            reader: Reader {
                atlas,
                names,
                things: &self.things,
                on_lists: &self.on_lists,
                listed_within: (case.thresholds.listed_minutes * HOUR as f64 / 60.0) as i64,
            },
        }
    }

    /// For learning whose the IDs are.
    pub fn class<'l>(
        &'l self,
        case: &'l Case,
        atlas: &'l Atlas<'l>,
        common: &'l Common,
    ) -> Class<'l> {
        Class {
            case,
            atlas,
            names: &common.names,
            things: &self.things,
            people: &common.people,
            accounts: &self.accounts,
        }
    }
}
