//! Rows of `objects` summed up for the ladder: of what kinds there are, and of which kinds each data subject has rows.
//!
//! Two rows are of one kind where they differ in nothing but object and subject, so a platform has few kinds. Which
//! kinds somebody sees is left to `reachable`.

use std::collections::{BTreeMap, HashMap};

use super::ladder::{Heads, Traits};
use super::reachable::{Span, common};
use crate::case::Alike;
use crate::scope::Atlas;

/// What all rows of a kind have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    /// Place of the unit in the tree; behind all others for none.
    place: u32,
    pub(super) unit: Option<u32>,
    pub(super) controller: Option<u32>,
    /// Number of the form.
    pub(super) form: u32,
    pub(super) traits: Traits,
    /// When the rows hold within the window.
    pub(super) span: Span,
}

/// Rows that name a subject and hold at some time within the window.
#[derive(Debug)]
pub(super) struct Kinds {
    /// By the places of their units.
    kinds: Vec<Kind>,
    /// How many subjects have rows of one kind only, by that kind.
    alone: Vec<u64>,
    /// The kinds of each other subject, one behind the other, and where each subject's end.
    several: Vec<u32>,
    ends: Vec<usize>,
}

impl Kinds {
    /// Sums up a directory within a window of time.
    pub(super) fn of(atlas: &Atlas<'_>, forms: &HashMap<&str, u32>, window: Span) -> Kinds {
        let objects = atlas.objects();
        let mut numbers: HashMap<Alike, Option<u32>> = HashMap::new();
        let mut kinds: Vec<Kind> = Vec::new();
        let mut pairs: Vec<u64> = Vec::with_capacity(objects.len());
        let mut last: Option<(Alike, Option<u32>)> = None;
        for row in 0..objects.len() as u32 {
            if objects.names(row).1.is_empty() {
                continue;
            }
            let alike = objects.alike(row);
            let number = match last {
                Some((before, number)) if before == alike => number,
                _ => *numbers.entry(alike).or_insert_with(|| {
                    let kind = kind(atlas, forms, window, row)?;
                    kinds.push(kind);
                    Some(kinds.len() as u32 - 1)
                }),
            };
            last = Some((alike, number));
            if let Some(number) = number {
                pairs.push(u64::from(atlas.subject(row)) << 32 | u64::from(number));
            }
        }
        pairs.sort_unstable();
        pairs.dedup();
        let mut order: Vec<u32> = (0..kinds.len() as u32).collect();
        order.sort_by_key(|number| kinds[*number as usize].place);
        let mut moved = vec![0; kinds.len()];
        for (at, number) in order.iter().enumerate() {
            moved[*number as usize] = at as u32;
        }
        let mut summed = Kinds {
            kinds: order.iter().map(|at| kinds[*at as usize]).collect(),
            alone: vec![0; kinds.len()],
            several: Vec::new(),
            ends: Vec::new(),
        };
        for subject in pairs.chunk_by(|a, b| a >> 32 == b >> 32) {
            let own = subject.iter().map(|pair| moved[*pair as u32 as usize]);
            match subject.len() {
                1 => own.for_each(|kind| summed.alone[kind as usize] += 1),
                _ => {
                    summed.several.extend(own);
                    summed.ends.push(summed.several.len());
                }
            }
        }
        summed
    }

    /// All of them.
    pub(super) fn all(&self) -> &[Kind] {
        &self.kinds
    }

    /// Those whose units have these places.
    pub(super) fn under(&self, (from, until): (u32, u32)) -> &[Kind] {
        let start = self.kinds.partition_point(|kind| kind.place < from);
        let end = self.kinds.partition_point(|kind| kind.place < until);
        &self.kinds[start..end]
    }

    /// Counts subjects of which some kind is seen, by controller; those of the case under `None`. Under two controllers
    /// a person counts for each of them, and once for the case.
    pub(super) fn heads(&self, sees: &dyn Fn(&Kind) -> bool) -> BTreeMap<Option<u32>, Heads> {
        let seen: Vec<bool> = self.kinds.iter().map(sees).collect();
        let mut heads: BTreeMap<Option<u32>, Heads> = BTreeMap::new();
        let mut count = |controller: Option<u32>, n: u64, traits: Traits| {
            heads.entry(controller).or_default().count(n, traits);
        };
        for (at, kind) in self.kinds.iter().enumerate().filter(|(at, _)| seen[*at]) {
            let n = self.alone[at];
            if kind.controller.is_some() && n > 0 {
                count(kind.controller, n, kind.traits);
            }
            count(None, n, kind.traits);
        }
        let mut from = 0;
        let mut own: Vec<(Option<u32>, Traits)> = Vec::new();
        for until in &self.ends {
            let some = self.several[from..*until].iter();
            let some = some.filter(|kind| seen[**kind as usize]);
            from = *until;
            let mut person: Option<Traits> = None;
            own.clear();
            for kind in some.map(|kind| &self.kinds[*kind as usize]) {
                person.get_or_insert_default().join(kind.traits);
                match own.iter_mut().find(|one| one.0 == kind.controller) {
                    Some(one) => one.1.join(kind.traits),
                    None => own.push((kind.controller, kind.traits)),
                }
            }
            if let Some(person) = person {
                count(None, 1, person);
            }
            for (controller, traits) in own.iter().filter(|one| one.0.is_some()) {
                count(*controller, 1, *traits);
            }
        }
        heads
    }
}

/// The kind of a row; `None` where it does not hold within the window.
fn kind(atlas: &Atlas<'_>, forms: &HashMap<&str, u32>, window: Span, row: u32) -> Option<Kind> {
    let object = atlas.row(row);
    Some(Kind {
        place: object.unit.map_or(u32::MAX, |unit| atlas.span(unit).0),
        unit: object.unit,
        controller: atlas.controller(row),
        form: forms.get(object.form).copied().unwrap_or(u32::MAX),
        traits: Traits {
            child: object.child,
            protected: object.protected,
        },
        span: common(window, object.valid)?,
    })
}
