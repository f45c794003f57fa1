//! Draws tenants and their unit trees: city, district, school, class.

use super::{Form, Tenant, Unit, UnitKind};
use crate::synth::rng::{Draws, Topic};
use crate::synth::settings::Settings;

/// Pupils in a class, on average; what the tree is dimensioned by.
const CLASS: u64 = 18;
/// Accounts for each pupil, guardians and staff included, in hundredths.
const ACCOUNTS_PER_PUPIL: u64 = 235;

/// Tenants with their units in pre-order.
pub(super) fn plant(settings: &Settings) -> (Vec<Tenant>, Vec<Unit>) {
    let mut draws = Draws::new(settings.seed, Topic::Units, 0, 0);
    let mut forest = Forest {
        units: Vec::new(),
        dotted: draws.chance(500),
    };
    let code = draws.between(1, 20) * 100;
    let weights: Vec<u64> = (0..settings.tenants)
        .map(|_| 40 + draws.below(120))
        .collect();
    let total: u64 = weights.iter().sum();
    let tenants = weights.iter().enumerate().map(|(at, weight)| {
        let accounts = u64::from(settings.accounts) * weight / total.max(1);
        let classes = (accounts * 100 / ACCOUNTS_PER_PUPIL / CLASS).max(2);
        let root = forest.city(at as u32, classes, &mut draws);
        let name = format!("{} kommun", place(&mut draws));
        Tenant {
            id: format!("C{}", code + at as i64 + 1),
            name,
            root,
        }
    });
    let tenants = tenants.collect();
    (tenants, forest.units)
}

struct Forest {
    units: Vec<Unit>,
    /// Unit IDs that spell the path, or plain numbers.
    dotted: bool,
}

impl Forest {
    fn city(&mut self, tenant: u32, classes: u64, draws: &mut Draws) -> u32 {
        let root = self.open(None, tenant, UnitKind::City, None);
        let schools = (classes / 5).max(1);
        let districts = if schools > 2 { schools.div_ceil(4) } else { 0 };
        let mut classes_left = classes;
        for school in 0..schools {
            let parent = match districts {
                0 => root,
                _ if school % 4 == 0 => self.district(root, tenant),
                _ => self.latest_district(root),
            };
            let share = classes_left.div_ceil(schools - school);
            classes_left -= share;
            self.school(parent, tenant, share, draws);
        }
        self.close_all(root);
        root
    }

    fn district(&mut self, root: u32, tenant: u32) -> u32 {
        self.open(Some(root), tenant, UnitKind::District, None)
    }

    fn latest_district(&self, root: u32) -> u32 {
        let district = self
            .units
            .iter()
            .rposition(|unit| unit.kind == UnitKind::District);
        district.map_or(root, |at| at as u32)
    }

    fn school(&mut self, parent: u32, tenant: u32, classes: u64, draws: &mut Draws) {
        let form = draws.one_of([
            Form::Compulsory,
            Form::Compulsory,
            Form::Compulsory,
            Form::UpperSecondary,
            Form::PreSchool,
        ]);
        let school = self.open(Some(parent), tenant, UnitKind::School, Some(form));
        for _ in 0..classes {
            self.open(Some(school), tenant, UnitKind::Class, Some(form));
        }
    }

    fn open(
        &mut self,
        parent: Option<u32>,
        tenant: u32,
        kind: UnitKind,
        form: Option<Form>,
    ) -> u32 {
        let at = self.units.len() as u32;
        let above = parent.map(|p| self.units[p as usize].id.clone());
        let id = match (self.dotted, above) {
            (true, Some(above)) => format!("{above}.{}", at - parent.unwrap_or(0)),
            (true, None) => format!("T{}", tenant + 1),
            (false, _) => format!("{}", 5_000 + at),
        };
        self.units.push(Unit {
            id,
            parent,
            tenant,
            kind,
            form,
            last: at,
        });
        at
    }

    /// Tells every unit of a finished tree where it ends: each passes its end on to its parent.
    fn close_all(&mut self, root: u32) {
        for at in (root as usize + 1..self.units.len()).rev() {
            let (parent, last) = (self.units[at].parent, self.units[at].last);
            if let Some(parent) = parent {
                let above = &mut self.units[parent as usize].last;
                *above = (*above).max(last);
            }
        }
    }
}

fn place(draws: &mut Draws) -> String {
    let head = draws.one_of([
        "Ek", "Björk", "Sten", "Häll", "Gran", "Lind", "Älv", "Norr", "Kvarn",
    ]);
    let tail = draws.one_of([
        "torp", "vik", "ås", "ö", "köping", "stad", "hamn", "sjö", "by",
    ]);
    format!("{head}{tail}")
}
