//! The table of objects, held small: IDs and subjects stand in one text, and what many rows have in common is held once.
//!
//! A platform has millions of objects, of few kinds and in few units. Which row says whose an object is at an instant is
//! left to `scope`.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::words::Validity;

/// Stands for "no unit".
const NOWHERE: u32 = u32::MAX;

/// Rows of `objects`, in file order.
#[derive(Clone, Debug, Default)]
pub struct Objects {
    /// Each row's object, and behind it its subject.
    text: String,
    rows: Vec<Packed>,
    common: Vec<Common>,
    validities: Vec<Validity>,
}

/// A row of `objects`, as it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ObjectRow<'t> {
    /// Object's ID, as requests name it after decoding.
    pub object: &'t str,
    /// Kind of object.
    pub kind: &'t str,
    /// Index of its unit; `None` = the cell is empty: nobody's.
    pub unit: Option<u32>,
    /// Data subject; empty where the table says none.
    pub subject: &'t str,
    /// School form, own or else the unit's; empty where neither says one.
    pub form: &'t str,
    /// Protected identity during this row's validity.
    pub protected: bool,
    /// A child.
    pub child: bool,
    /// Optional data categories that the subject has filled in.
    pub fields: &'t [String],
    /// When the row holds.
    pub valid: Validity,
}

/// A row as it is held; its text ends where the next one's begins.
#[derive(Clone, Copy, Debug)]
struct Packed {
    at: u64,
    /// Length of the object's ID.
    object: u32,
    unit: u32,
    /// What it has in common with others, and when it holds: places in their lists.
    common: u32,
    valid: u32,
}

/// What many rows have in common.
#[derive(Clone, Debug)]
struct Common {
    kind: String,
    form: String,
    protected: bool,
    child: bool,
    /// The cell, and what stands in it.
    cell: String,
    fields: Vec<String>,
}

/// Numbers that two rows share if they differ in nothing but object and subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Alike {
    unit: u32,
    common: u32,
    valid: u32,
}

impl Objects {
    /// A table without rows.
    pub const fn none() -> Objects {
        Objects {
            text: String::new(),
            rows: Vec::new(),
            common: Vec::new(),
            validities: Vec::new(),
        }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// A row that there is.
    #[inline]
    pub fn row(&self, row: u32) -> ObjectRow<'_> {
        let packed = &self.rows[row as usize];
        let common = &self.common[packed.common as usize];
        let (object, subject) = self.names(row);
        ObjectRow {
            object,
            kind: &common.kind,
            unit: unit(packed),
            subject,
            form: &common.form,
            protected: common.protected,
            child: common.child,
            fields: &common.fields,
            valid: self.validities[packed.valid as usize],
        }
    }

    /// All rows, in file order.
    pub fn iter(&self) -> impl Iterator<Item = ObjectRow<'_>> {
        (0..self.rows.len() as u32).map(|row| self.row(row))
    }

    /// Object and subject of a row.
    #[inline]
    pub fn names(&self, row: u32) -> (&str, &str) {
        let packed = &self.rows[row as usize];
        let middle = packed.at as usize + packed.object as usize;
        let next = self.rows.get(row as usize + 1);
        let end = next.map_or(self.text.len(), |next| next.at as usize);
        let part = |from: usize, until: usize| self.text.get(from..until).unwrap_or_default();
        (part(packed.at as usize, middle), part(middle, end))
    }

    /// The unit of a row, without a look at the rest.
    #[inline]
    pub fn unit(&self, row: u32) -> Option<u32> {
        unit(&self.rows[row as usize])
    }

    /// What decides who may see a row: its unit, its school form, and whether it is protected.
    #[inline]
    pub fn seen_by(&self, row: u32) -> (Option<u32>, &str, bool) {
        let packed = &self.rows[row as usize];
        let common = &self.common[packed.common as usize];
        (unit(packed), &common.form, common.protected)
    }

    /// When a row holds, without a look at the rest.
    #[inline]
    pub fn valid(&self, row: u32) -> Validity {
        self.validities[self.rows[row as usize].valid as usize]
    }

    /// What a row shares with others.
    #[inline]
    pub fn alike(&self, row: u32) -> Alike {
        let packed = &self.rows[row as usize];
        Alike {
            unit: packed.unit,
            common: packed.common,
            valid: packed.valid,
        }
    }

    /// Every validity that some row has.
    pub fn validities(&self) -> &[Validity] {
        &self.validities
    }

    /// Whether some row names a data category among its fields.
    pub fn name_field(&self, field: &str) -> bool {
        let mut fields = self.common.iter().flat_map(|common| &common.fields);
        fields.any(|one| one == field)
    }

    /// Every school form that some row has; some may stand there twice.
    pub fn forms(&self) -> impl Iterator<Item = &str> {
        self.common.iter().map(|common| common.form.as_str())
    }
}

fn unit(packed: &Packed) -> Option<u32> {
    (packed.unit != NOWHERE).then_some(packed.unit)
}

/// Takes in rows one by one.
#[derive(Default)]
pub(super) struct Gathering {
    objects: Objects,
    /// Places of what rows have in common and of validities, by what stands there.
    common: HashTable<u32>,
    validities: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

/// Everything that a row may share with others, with its fields as the cell has them.
#[derive(Clone, Copy, Hash)]
pub(super) struct Shared<'t> {
    pub(super) kind: &'t str,
    pub(super) form: &'t str,
    pub(super) protected: bool,
    pub(super) child: bool,
    pub(super) fields: &'t str,
}

impl Shared<'_> {
    /// Whether two rows share all of it. Most tables leave most of these cells empty, and to compare two empty texts costs
    /// more than to see that they are: there is nothing to read where they point.
    fn is(&self, other: &Shared<'_>) -> bool {
        let same =
            |one: &str, other: &str| one.len() == other.len() && (one.is_empty() || one == other);
        (self.protected, self.child) == (other.protected, other.child)
            && same(self.kind, other.kind)
            && same(self.form, other.form)
            && same(self.fields, other.fields)
    }
}

impl Common {
    fn shared(&self) -> Shared<'_> {
        Shared {
            kind: &self.kind,
            form: &self.form,
            protected: self.protected,
            child: self.child,
            fields: &self.cell,
        }
    }
}

impl Gathering {
    /// With room for so many rows, as far as that is to be had.
    pub(super) fn for_about(rows: usize) -> Gathering {
        let mut gathering = Gathering::default();
        // Only a saving of copies: the list grows as it goes.
        let _ = gathering.objects.rows.try_reserve(rows);
        gathering
    }

    /// Adds a row.
    pub(super) fn add(
        &mut self,
        (object, subject): (&str, &str),
        unit: Option<u32>,
        shared: Shared<'_>,
        valid: Validity,
    ) {
        let row = Packed {
            at: self.objects.text.len() as u64,
            object: u32::try_from(object.len()).unwrap_or(u32::MAX),
            unit: unit.unwrap_or(NOWHERE),
            common: self.common(shared),
            valid: self.validity(valid),
        };
        self.objects.text.push_str(object);
        self.objects.text.push_str(subject);
        self.objects.rows.push(row);
    }

    /// The table.
    pub(super) fn finish(mut self) -> Objects {
        self.objects.text.shrink_to_fit();
        self.objects.rows.shrink_to_fit();
        self.objects
    }

    fn common(&mut self, shared: Shared<'_>) -> u32 {
        // Tables come sorted: a row is mostly like the one before.
        let last = self.objects.rows.last().map(|row| row.common);
        let known = &mut self.objects.common;
        if let Some(last) = last.filter(|last| known[*last as usize].shared().is(&shared)) {
            return last;
        }
        let hash = self.hasher.hash_one(shared);
        let same = |place: &u32| known[*place as usize].shared().is(&shared);
        if let Some(place) = self.common.find(hash, same) {
            return *place;
        }
        let new = known.len() as u32;
        known.push(Common {
            kind: shared.kind.to_owned(),
            form: shared.form.to_owned(),
            protected: shared.protected,
            child: shared.child,
            cell: shared.fields.to_owned(),
            fields: joined(shared.fields),
        });
        let hash_of = |place: &u32| self.hasher.hash_one(known[*place as usize].shared());
        self.common.insert_unique(hash, new, hash_of);
        new
    }

    fn validity(&mut self, valid: Validity) -> u32 {
        let last = self.objects.rows.last().map(|row| row.valid);
        let known = &mut self.objects.validities;
        if let Some(last) = last.filter(|last| known[*last as usize] == valid) {
            return last;
        }
        let hash = self.hasher.hash_one(valid);
        let same = |place: &u32| known[*place as usize] == valid;
        if let Some(place) = self.validities.find(hash, same) {
            return *place;
        }
        let new = known.len() as u32;
        known.push(valid);
        let hash_of = |place: &u32| self.hasher.hash_one(known[*place as usize]);
        self.validities.insert_unique(hash, new, hash_of);
        new
    }
}

fn joined(text: &str) -> Vec<String> {
    let parts = text
        .split([';', ',', '|'])
        .map(str::trim)
        .filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}
