//! Whom accounts could see by grants and objects alone, with every check in place or with some of them missing.
//!
//! Never asks the logs. An account could see a row where some grant of it covers the row and the grant, the row and
//! the window have an instant in common. Rows that differ in nothing but object and subject are of one kind (`kinds`).
//! Both questions — who is seen by anybody, and how many accounts see anybody — go through the tree of units: a kind
//! asks the rights at the units above it, a right asks the classes of kinds below its unit. So the cost follows kinds
//! plus different rights, never their product.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::kinds::{Kind, Kinds};
use super::ladder::{Heads, Rung, Sums, Traits, Unchecked};
use crate::case::Grant;
use crate::scope::Atlas;
use crate::words::{Stamp, Validity};

/// Stands for "any unit": the check is missing.
const ANYWHERE: u32 = u32::MAX;

/// From, until; in nanoseconds, never empty.
pub(super) type Span = (i64, i64);

/// What a grant is worth, without its account and role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Right {
    unit: u32,
    /// Number of the form that it is limited to.
    form: Option<u32>,
    protected: bool,
    span: Span,
}

/// What all rows of a kind have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Class {
    controller: Option<u32>,
    form: u32,
    traits: Traits,
}

/// What rights see, by controller.
type Seen = BTreeMap<Option<u32>, Traits>;
/// Classes of rows with the times at which they hold.
type Classes = BTreeMap<Class, Spans>;

/// The ground that the rungs stand on.
#[derive(Debug)]
pub struct Reachable<'c> {
    atlas: &'c Atlas<'c>,
    kinds: Kinds,
    /// Accounts by their rights.
    profiles: BTreeMap<Vec<Right>, u64>,
    /// Accounts that the directory knows and that have no grant in the window, by when they are open.
    bare: BTreeMap<Span, u64>,
}

impl<'c> Reachable<'c> {
    /// Prepares for a window of time, open where `None`.
    pub fn new(atlas: &'c Atlas<'c>, window: Validity) -> Reachable<'c> {
        let directory = atlas.directory;
        let window = (start(window.from), end(window.until));
        let mut forms: HashMap<&str, u32> = HashMap::new();
        for name in atlas.objects().forms() {
            let next = forms.len() as u32;
            forms.entry(name).or_insert(next);
        }
        let granted = Granted::of(atlas, &forms, window);
        let accounts = directory.accounts.as_deref().unwrap_or_default();
        let mut bare = BTreeMap::new();
        for row in accounts
            .iter()
            .filter(|row| !granted.accounts.contains(row.account.as_str()))
        {
            if let Some(span) = common(window, row.open) {
                *bare.entry(span).or_default() += 1;
            }
        }
        Reachable {
            atlas,
            kinds: Kinds::of(atlas, &forms, window),
            profiles: granted.profiles,
            bare,
        }
    }

    /// Whom accounts could see with some checks missing; with none missing, whom they may see.
    pub fn rungs(&self, name: &str, unchecked: Unchecked) -> Vec<Rung> {
        let matters = self.atlas.directory.grants_say_protected && !unchecked.protected;
        let profiles = self.worth(unchecked, matters);
        let mut sums = Sums::of(self.subjects(&profiles, unchecked, matters));
        let mut classes: HashMap<u32, Classes> = HashMap::new();
        let mut seen: HashMap<Right, Seen> = HashMap::new();
        for (rights, accounts) in &profiles {
            let mut all = Seen::new();
            for right in rights {
                let below = classes
                    .entry(right.unit)
                    .or_insert_with(|| self.classes(right.unit));
                let seen = seen
                    .entry(*right)
                    .or_insert_with(|| shown(right, below, matters));
                for (controller, traits) in seen {
                    all.entry(*controller).or_default().join(*traits);
                }
            }
            sums.accounts(*accounts, &all);
        }
        sums.rungs(self.atlas, name, true)
    }

    /// Profiles as they are worth where checks are missing; equal ones fall together.
    fn worth(&self, unchecked: Unchecked, matters: bool) -> BTreeMap<Vec<Right>, u64> {
        let worth = |right: &Right| Right {
            unit: if unchecked.unit { ANYWHERE } else { right.unit },
            form: if unchecked.form { None } else { right.form },
            protected: right.protected || !matters,
            span: right.span,
        };
        // Without the check of units any signed-in account sees; no grant limits it to a form or lets it see the
        // protected.
        let bare = self
            .bare
            .iter()
            .filter(|_| unchecked.unit)
            .map(|(span, accounts)| {
                let right = Right {
                    unit: ANYWHERE,
                    form: None,
                    protected: !matters,
                    span: *span,
                };
                (vec![right], *accounts)
            });
        let granted = self.profiles.iter().map(|(rights, accounts)| {
            let mut rights: Vec<Right> = rights.iter().map(worth).collect();
            rights.sort_unstable();
            rights.dedup();
            (rights, *accounts)
        });
        let mut profiles = BTreeMap::new();
        for (rights, accounts) in granted.chain(bare) {
            *profiles.entry(rights).or_default() += accounts;
        }
        profiles
    }

    /// Everybody whom some right shows.
    fn subjects(
        &self,
        profiles: &BTreeMap<Vec<Right>, u64>,
        unchecked: Unchecked,
        matters: bool,
    ) -> BTreeMap<Option<u32>, Heads> {
        let mut rights: HashMap<(u32, Option<u32>, bool), Vec<Span>> = HashMap::new();
        for right in profiles.keys().flatten() {
            let key = (right.unit, right.form, right.protected);
            rights.entry(key).or_default().push(right.span);
        }
        let rights: HashMap<_, Spans> = rights
            .into_iter()
            .map(|(key, spans)| (key, Spans::new(spans)))
            .collect();
        let sees = |unit: u32, kind: &Kind| {
            [None, Some(kind.form)].iter().any(|form| {
                let levels = [true, false];
                let enough = levels
                    .iter()
                    .filter(|level| **level || !(kind.traits.protected && matters));
                let mut found = enough.filter_map(|level| rights.get(&(unit, *form, *level)));
                found.any(|spans| spans.meet(kind.span))
            })
        };
        let units = self.atlas.directory.units.as_deref().unwrap_or_default();
        let above = |unit: &u32| units.get(*unit as usize).and_then(|unit| unit.parent);
        self.kinds.heads(&|kind| match unchecked.unit {
            true => sees(ANYWHERE, kind),
            false => std::iter::successors(kind.unit, above).any(|unit| sees(unit, kind)),
        })
    }

    /// The classes of the rows under a unit.
    fn classes(&self, unit: u32) -> Classes {
        let kinds = match unit {
            ANYWHERE => self.kinds.all(),
            unit => self.kinds.under(self.atlas.span(unit)),
        };
        let mut classes: BTreeMap<Class, Vec<Span>> = BTreeMap::new();
        for kind in kinds {
            let class = Class {
                controller: kind.controller,
                form: kind.form,
                traits: kind.traits,
            };
            classes.entry(class).or_default().push(kind.span);
        }
        classes
            .into_iter()
            .map(|(class, spans)| (class, Spans::new(spans)))
            .collect()
    }
}

/// What one right shows of each controller.
fn shown(right: &Right, below: &Classes, matters: bool) -> Seen {
    let mut seen = Seen::new();
    for (class, spans) in below {
        let allowed = right.form.is_none_or(|form| form == class.form)
            && (right.protected || !class.traits.protected || !matters);
        if allowed && spans.meet(right.span) {
            seen.entry(class.controller).or_default().join(class.traits);
        }
    }
    seen
}

/// What accounts are granted in a window.
struct Granted<'c> {
    /// Those who are granted anything.
    accounts: HashSet<&'c str>,
    /// How many accounts have the same rights.
    profiles: BTreeMap<Vec<Right>, u64>,
}

impl<'c> Granted<'c> {
    fn of(atlas: &'c Atlas<'_>, forms: &HashMap<&str, u32>, window: Span) -> Granted<'c> {
        let rows = atlas.directory.grants.as_deref().unwrap_or_default();
        // Who has none is asked of the table of accounts only.
        let asked = atlas.directory.accounts.is_some();
        let mut granted = Granted {
            accounts: HashSet::new(),
            profiles: BTreeMap::new(),
        };
        let mut profile: Vec<Right> = Vec::new();
        for own in atlas.grants_by_account() {
            let own = own.iter().filter_map(|row| rows.get(*row as usize));
            profile.clear();
            profile.extend(own.clone().filter_map(|grant| right(grant, forms, window)));
            if profile.is_empty() {
                continue;
            }
            profile.sort_unstable();
            profile.dedup();
            match granted.profiles.get_mut(profile.as_slice()) {
                Some(accounts) => *accounts += 1,
                None => _ = granted.profiles.insert(profile.clone(), 1),
            }
            let account = own.map(|grant| &*grant.account).next();
            granted.accounts.extend(account.filter(|_| asked));
        }
        granted
    }
}

/// What a grant is worth; nothing outside of its time.
fn right(grant: &Grant, forms: &HashMap<&str, u32>, window: Span) -> Option<Right> {
    Some(Right {
        unit: grant.unit,
        // A form that no object has shows nothing.
        form: grant
            .form
            .as_deref()
            .map(|form| forms.get(form).copied().unwrap_or(u32::MAX)),
        protected: grant.protected,
        span: common(window, grant.valid)?,
    })
}

fn start(from: Option<Stamp>) -> i64 {
    from.map_or(i64::MIN, |from| from.0)
}

fn end(until: Option<Stamp>) -> i64 {
    until.map_or(i64::MAX, |until| until.0)
}

/// What a validity and the window have in common.
pub(super) fn common(window: Span, valid: Validity) -> Option<Span> {
    let span = (
        window.0.max(start(valid.from)),
        window.1.min(end(valid.until)),
    );
    (span.0 < span.1).then_some(span)
}

/// Spans that answer whether any of them has an instant in common with another one.
#[derive(Debug)]
struct Spans {
    /// By start: the start, and the latest end up to here.
    by_start: Vec<(i64, i64)>,
}

impl Spans {
    fn new(mut spans: Vec<Span>) -> Spans {
        spans.sort_unstable();
        spans.dedup();
        let mut latest = i64::MIN;
        for span in &mut spans {
            latest = latest.max(span.1);
            span.1 = latest;
        }
        Spans { by_start: spans }
    }

    fn meet(&self, (from, until): Span) -> bool {
        let before = self.by_start.partition_point(|span| span.0 < until);
        before > 0 && self.by_start[before - 1].1 > from
    }
}
