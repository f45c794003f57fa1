//! Honest people of whom the directory learns late or never: what they do is their work, and by the tables it lies
//! beyond their scope. A detector that looks at scope alone accuses them.

use std::collections::BTreeMap;

use super::rng::{Draws, Topic};
use super::world::{DAY, Right, Role, Span, UnitKind, World};

/// Unsettles about so many per mille of the accounts; gives back who they are and why.
pub(super) fn unsettle(world: &mut World, permille: u32) -> BTreeMap<u32, &'static str> {
    let mut hard = BTreeMap::new();
    if permille == 0 {
        return hard;
    }
    let mut draws = Draws::new(world.seed, Topic::Hard, 0, 0);
    let wanted = world.accounts.len() * permille as usize / 1000;
    substitutes(world, &mut hard, &mut draws);
    movers(world, &mut hard, &mut draws);
    colleagues(world, wanted / 5, &mut hard, &mut draws);
    rollover(world, wanted, &mut hard, &mut draws);
    hard
}

/// Days at other schools that nobody entered.
fn substitutes(world: &mut World, hard: &mut BTreeMap<u32, &'static str>, draws: &mut Draws) {
    for (at, account) in world
        .accounts
        .iter_mut()
        .enumerate()
        .filter(|(_, a)| a.role == Role::Substitute)
    {
        // One entry stays: an account of which the tables know nothing is another matter.
        for right in account.rights.iter_mut().skip(1) {
            if draws.chance(700) {
                right.listed = None;
                hard.insert(at as u32, "substitute");
            }
        }
    }
}

/// A new place that is entered days after the move.
fn movers(world: &mut World, hard: &mut BTreeMap<u32, &'static str>, draws: &mut Draws) {
    let rollover = world.traits.rollover;
    for (at, account) in world.accounts.iter_mut().enumerate() {
        for right in &mut account.rights {
            let moved = right.span.from != i64::MIN && Some(right.span.from) != rollover;
            if moved && account.role != Role::Substitute && draws.chance(600) {
                late(right, draws.between(4, 8));
                hard.insert(at as u32, "mover");
            }
        }
    }
}

/// Three teachers of a school help out in a class of another one; nobody entered it.
fn colleagues(
    world: &mut World,
    wanted: usize,
    hard: &mut BTreeMap<u32, &'static str>,
    draws: &mut Draws,
) {
    let classes: Vec<u32> = (0..world.units.len() as u32)
        .filter(|unit| world.units[*unit as usize].kind == UnitKind::Class)
        .collect();
    let mut by_school: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (at, account) in world
        .accounts
        .iter()
        .enumerate()
        .filter(|(_, a)| a.role == Role::Teacher)
    {
        if let Some(right) = account.rights.first() {
            by_school.entry(right.unit).or_default().push(at as u32);
        }
    }
    let mut staffs: Vec<Vec<u32>> = by_school
        .into_values()
        .filter(|staff| staff.len() >= 3)
        .collect();
    draws.shuffle(&mut staffs);
    for staff in staffs.into_iter().take(wanted.div_ceil(3)) {
        let Some(class) = draws.pick(&classes) else {
            return;
        };
        for teacher in staff.into_iter().take(3) {
            world.accounts[teacher as usize].rights.push(Right {
                unit: class,
                form: None,
                protected: false,
                span: Span::ALWAYS,
                listed: None,
            });
            hard.insert(teacher, "colleague");
        }
    }
}

/// Whole tenants whose new classes are entered days after the school year has begun.
fn rollover(
    world: &mut World,
    wanted: usize,
    hard: &mut BTreeMap<u32, &'static str>,
    draws: &mut Draws,
) {
    let Some(when) = world.traits.rollover else {
        return;
    };
    let mut tenants: Vec<u32> = (0..world.tenants.len() as u32).collect();
    draws.shuffle(&mut tenants);
    for tenant in tenants {
        if hard.len() >= wanted {
            return;
        }
        for (at, account) in world
            .accounts
            .iter_mut()
            .enumerate()
            .filter(|(_, a)| a.tenant == tenant)
        {
            for right in account
                .rights
                .iter_mut()
                .filter(|right| right.span.from == when)
            {
                late(right, 3);
                hard.insert(at as u32, "rollover");
            }
        }
    }
}

fn late(right: &mut Right, days: i64) {
    let from = right.span.from + days * DAY;
    let listed = Span {
        from,
        until: right.span.until,
    };
    right.listed = (listed.from < listed.until).then_some(listed);
}
