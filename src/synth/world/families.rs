//! Draws pupils and their guardians, and who joins, leaves or moves while the logs run.
//!
//! The truth of a case must not be open to argument, so every person belongs to one tenant at any
//! instant; a guardian of two tenants has a card in each, both about the same person.

use super::{DAY, Group, Item, ItemKind, Span, Stay, Unit, UnitKind};
use crate::synth::rng::{Draws, Topic};

/// The children of a household and the adults who answer for them.
pub(super) struct Household {
    pub(super) children: Vec<Child>,
    pub(super) guardians: u64,
    pub(super) protected: bool,
    pub(super) tenant: u32,
    /// Its first guardian is the first guardian of this other household, in another tenant.
    pub(super) same_as: Option<usize>,
    joined: bool,
}

/// A pupil before there are cards.
pub(super) struct Child {
    pub(super) class: u32,
    pub(super) stays: Vec<Stay>,
}

/// When things happen that change where people belong.
pub(super) struct Calendar {
    pub(super) from: i64,
    pub(super) days: u32,
    pub(super) rollover: Option<i64>,
}

/// All households, every child's stays settled.
pub(super) fn households(seed: u64, units: &[Unit], calendar: &Calendar) -> Vec<Household> {
    let mut homes = births(seed, units);
    let mut draws = Draws::new(seed, Topic::Moves, 0, 0);
    protect(&mut homes, &mut draws);
    let classes: Vec<u32> = classes(units).collect();
    for home in &mut homes {
        settle(home, units, &classes, calendar, &mut draws);
    }
    join_tenants(&mut homes, units, &mut draws);
    homes
}

fn classes(units: &[Unit]) -> impl Iterator<Item = u32> {
    let is_class = |at: &usize| units[*at].kind == UnitKind::Class;
    (0..units.len()).filter(is_class).map(|at| at as u32)
}

fn births(seed: u64, units: &[Unit]) -> Vec<Household> {
    let mut draws = Draws::new(seed, Topic::People, 0, 0);
    let mut homes: Vec<Household> = Vec::new();
    for class in classes(units) {
        let tenant = units[class as usize].tenant;
        for _ in 0..draws.between(14, 22) {
            let child = Child {
                class,
                stays: Vec::new(),
            };
            // Siblings are born into one of the latest households, so schools share families.
            let back = 1 + draws.index(40);
            let sibling = draws.chance(220);
            let known = homes.len().checked_sub(back).filter(|_| sibling);
            match known {
                Some(at) if homes[at].tenant == tenant && homes[at].children.len() < 3 => {
                    homes[at].children.push(child);
                }
                _ => homes.push(Household {
                    children: vec![child],
                    guardians: if draws.chance(350) { 1 } else { 2 },
                    protected: false,
                    tenant,
                    same_as: None,
                    joined: false,
                }),
            }
        }
    }
    homes
}

/// About one family in a hundred is protected, and some are in every world.
fn protect(homes: &mut [Household], draws: &mut Draws) {
    for _ in 0..(homes.len() / 100).max(6) {
        let at = draws.index(homes.len());
        if let Some(home) = homes.get_mut(at) {
            home.protected = true;
        }
    }
}

fn settle(
    home: &mut Household,
    units: &[Unit],
    classes: &[u32],
    calendar: &Calendar,
    draws: &mut Draws,
) {
    // Only families with one child come and go: a sibling who stays would leave its guardians in
    // two tenants, or twice on one list.
    let fate = draws.below(1000);
    let day = draws.between(2, i64::from(calendar.days) - 3);
    let when = calendar.from + day * DAY;
    let free = home.children.len() == 1 && !home.protected;
    for child in &mut home.children {
        let class = child.class;
        child.stays = match fate {
            0..15 if free => match elsewhere(home.tenant, units, classes, draws) {
                Some(other) => vec![
                    Stay {
                        unit: class,
                        span: Span::before(when),
                    },
                    Stay {
                        unit: other,
                        span: Span::since(when),
                    },
                ],
                None => year(class, units, calendar.rollover),
            },
            15..23 if free => vec![Stay {
                unit: class,
                span: Span::before(when),
            }],
            23..30 if free => vec![Stay {
                unit: class,
                span: Span::since(when),
            }],
            _ => year(class, units, calendar.rollover),
        };
    }
}

/// A class of another tenant.
fn elsewhere(tenant: u32, units: &[Unit], classes: &[u32], draws: &mut Draws) -> Option<u32> {
    let class = draws.pick(classes)?;
    (units[class as usize].tenant != tenant).then_some(class)
}

/// One class all along, or the school's next class from the rollover on.
fn year(class: u32, units: &[Unit], rollover: Option<i64>) -> Vec<Stay> {
    let (Some(when), Some(school)) = (rollover, units[class as usize].parent) else {
        return vec![Stay {
            unit: class,
            span: Span::ALWAYS,
        }];
    };
    let next = if class == units[school as usize].last {
        school + 1
    } else {
        class + 1
    };
    if next == class {
        return vec![Stay {
            unit: class,
            span: Span::ALWAYS,
        }];
    }
    vec![
        Stay {
            unit: class,
            span: Span::before(when),
        },
        Stay {
            unit: next,
            span: Span::since(when),
        },
    ]
}

/// Some guardians have another child, in another tenant: two households share an adult.
fn join_tenants(homes: &mut [Household], units: &[Unit], draws: &mut Draws) {
    for _ in 0..(homes.len() / 150).max(3) {
        let (one, two) = (draws.index(homes.len()), draws.index(homes.len()));
        let (first, second) = (one.min(two), one.max(two));
        let fits = |home: &Household| !home.joined && !home.protected && steady(home, units);
        let apart = homes[first].tenant != homes[second].tenant;
        if apart && fits(&homes[first]) && fits(&homes[second]) {
            homes[first].joined = true;
            homes[second].joined = true;
            homes[second].same_as = Some(first);
        }
    }
}

/// Whether its children stay in its tenant all the time.
fn steady(home: &Household, units: &[Unit]) -> bool {
    let inside = |stay: &Stay| units[stay.unit as usize].tenant == home.tenant;
    home.children.iter().all(|child| {
        let first = child
            .stays
            .first()
            .is_some_and(|stay| stay.span.from == i64::MIN);
        let last = child
            .stays
            .last()
            .is_some_and(|stay| stay.span.until == i64::MAX);
        first && last && child.stays.iter().all(inside)
    })
}

/// The cards and files of all households, and the number of persons in them.
pub(super) fn items(homes: &[Household], draws: &mut Draws) -> (Vec<Item>, u32) {
    let mut items = Vec::new();
    let mut first_adults: Vec<u32> = Vec::with_capacity(homes.len());
    let mut person = 0;
    for home in homes {
        let mut stays: Vec<Stay> = Vec::new();
        for child in &home.children {
            children_items(child, person, home.protected, draws, &mut items);
            for stay in &child.stays {
                if !stays.contains(stay) {
                    stays.push(*stay);
                }
            }
            person += 1;
        }
        let known = home.same_as.map(|other| first_adults[other]);
        first_adults.push(known.unwrap_or(person));
        for adult in 0..home.guardians {
            let known = known.filter(|_| adult == 0);
            let subject = known.unwrap_or(person);
            let filled = draws.below(16) as u8;
            items.push(card(
                Group::Guardian,
                subject,
                stays.clone(),
                home.protected,
                filled,
            ));
            person += u32::from(known.is_none());
        }
    }
    (items, person)
}

fn children_items(
    child: &Child,
    person: u32,
    protected: bool,
    draws: &mut Draws,
    items: &mut Vec<Item>,
) {
    let filled = draws.below(4) as u8;
    items.push(card(
        Group::Pupil,
        person,
        child.stays.clone(),
        protected,
        filled,
    ));
    if draws.chance(200) {
        let mut file = card(Group::Pupil, person, child.stays.clone(), protected, 0);
        file.kind = ItemKind::File;
        items.push(file);
    }
}

/// A contact card without its number.
pub(super) fn card(
    group: Group,
    subject: u32,
    stays: Vec<Stay>,
    protected: bool,
    filled: u8,
) -> Item {
    Item {
        number: 0,
        kind: ItemKind::Contact,
        group,
        subject,
        stays,
        protected,
        filled,
    }
}
