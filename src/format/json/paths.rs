//! The wanted paths of a log's objects, as a tree that is walked along with the text.

use super::names::Slot;
use super::pick::first_text;
use super::scan::{Bad, Scanner, Value};
use crate::format::text::{Escapes, present, unescape};

/// What is wanted below one place. Most keys of a line are not, and a look at the table says so.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Node {
    /// By bucket.
    edges: Vec<Edge>,
    /// Where the edges of each bucket begin, and at last where they end; empty without edges.
    starts: Vec<usize>,
}

#[derive(Clone, Debug)]
struct Edge {
    key: Vec<u8>,
    /// What the value here is, and how far back in the order of preference that name stands.
    slots: Vec<(Slot, u16)>,
    below: Node,
}

/// The values of a line.
pub(in super::super) struct Found<'a> {
    values: [Option<Value<'a>>; Slot::COUNT],
    ranks: [u16; Slot::COUNT],
    /// The object of each value, and the name and object that said nothing last.
    walk_of: [u8; Slot::COUNT],
    blanks: [(u16, u8); Slot::COUNT],
    /// The name that came twice with different values.
    twice: [u16; Slot::COUNT],
    /// Objects that were walked: one in another may say the same otherwise.
    walk: u8,
}

impl Node {
    /// Wants a dotted path. Keys may themselves hold dots, so every way of cutting the path is
    /// wanted; the fully nested one is preferred.
    pub(in super::super) fn want(&mut self, path: &str, slot: Slot, rank: u16) {
        self.want_parts(path, slot, rank * 2, rank * 2 + 1);
    }

    fn want_parts(&mut self, path: &str, slot: Slot, nested: u16, dotted: u16) {
        let whole = if path.contains('.') { dotted } else { nested };
        self.edge(path.as_bytes()).slots.push((slot, whole));
        let dots = path.match_indices('.').take(MOST_DOTS);
        for (count, (dot, _)) in dots.enumerate() {
            let nested = if count == 0 { nested } else { dotted };
            let edge = self.edge(&path.as_bytes()[..dot]);
            edge.below
                .want_parts(&path[dot + 1..], slot, nested, dotted);
        }
    }

    fn edge(&mut self, key: &[u8]) -> &mut Edge {
        let from = self.begin(bucket(key));
        let to = self.begin(bucket(key) + 1);
        let place = (from..to).find(|place| self.edges[*place].key == key);
        let place = place.unwrap_or_else(|| {
            let edge = Edge {
                key: key.to_vec(),
                slots: Vec::new(),
                below: Node::default(),
            };
            self.edges.insert(to, edge);
            to
        });
        &mut self.edges[place]
    }

    /// Where the edges of a bucket begin.
    fn begin(&self, wanted: usize) -> usize {
        self.edges
            .partition_point(|edge| bucket(&edge.key) < wanted)
    }

    /// Makes the tables, once everything is wanted that will be.
    pub(in super::super) fn seal(&mut self) {
        if !self.edges.is_empty() {
            self.starts = (0..=BUCKETS).map(|wanted| self.begin(wanted)).collect();
        }
        self.edges.iter_mut().for_each(|edge| edge.below.seal());
    }

    fn find(&self, key: &[u8]) -> Option<&Edge> {
        let bucket = bucket(key);
        let (from, to) = (*self.starts.get(bucket)?, *self.starts.get(bucket + 1)?);
        self.edges[from..to].iter().find(|edge| edge.key == key)
    }

    /// What the value of a key of the outermost object may be, and how far back each stands in the order of preference.
    pub(super) fn slots(&self, key: &[u8]) -> &[(Slot, u16)] {
        self.find(key).map_or(&[], |edge| &edge.slots)
    }

    /// Reads an object or array and keeps what is wanted.
    pub(in super::super) fn walk<'a>(
        &self,
        scan: &mut Scanner<'a>,
        found: &mut Found<'a>,
    ) -> Result<(), Bad> {
        if scan.peek()? == b'[' {
            let mut index = 0usize;
            return scan.items(|scan| {
                let edge = self.find(index.to_string().as_bytes());
                index += 1;
                read_value(edge, scan, found)
            });
        }
        scan.members(|scan, key| {
            let edge = match memchr::memchr(b'\\', key) {
                None => self.find(key),
                Some(_) => self.find(&unescape(key, Escapes::Json)),
            };
            read_value(edge, scan, found)
        })
    }
}

const BUCKETS: usize = 256;

/// Names that are in use differ in length, first or last letter nearly always.
fn bucket(key: &[u8]) -> usize {
    let end = |byte: Option<&u8>| byte.map_or(0, |b| usize::from(*b));
    (key.len() * 5 + end(key.first()) * 31 + end(key.last()) * 7) % BUCKETS
}

/// Enough for every real name; a path with more dots is cut at its first ones only.
const MOST_DOTS: usize = 4;

fn read_value<'a>(
    edge: Option<&Edge>,
    scan: &mut Scanner<'a>,
    found: &mut Found<'a>,
) -> Result<(), Bad> {
    let Some(edge) = edge else {
        return scan.value().map(|_| ());
    };
    let composite = matches!(scan.peek()?, b'{' | b'[');
    let value = if composite && !edge.below.edges.is_empty() {
        let start = *scan;
        edge.below.walk(scan, found)?;
        Value::Composite(scan.since(&start))
    } else {
        scan.value()?
    };
    edge.slots
        .iter()
        .for_each(|(slot, rank)| found.put(*slot, *rank, value));
    Ok(())
}

impl<'a> Found<'a> {
    pub(super) fn nothing() -> Found<'a> {
        Found {
            values: [None; Slot::COUNT],
            ranks: [u16::MAX; Slot::COUNT],
            walk_of: [0; Slot::COUNT],
            blanks: [(u16::MAX, 0); Slot::COUNT],
            twice: [u16::MAX; Slot::COUNT],
            walk: 0,
        }
    }

    /// Says that another object's values come now.
    pub(super) fn begin_object(&mut self) {
        self.walk = self.walk.saturating_add(1);
    }

    /// Whether something that decides is said twice by one name, and differently: readers take the
    /// first or the last of these, and a writer that does not escape lets a client add its own.
    pub(super) fn is_ambiguous(&self) -> bool {
        self.twice.iter().any(|rank| *rank != u16::MAX)
    }

    /// Holds a value against what the same name has said, before it is kept.
    fn compare(&mut self, place: usize, rank: u16, value: Value<'a>, says_something: bool) {
        if says_something && rank < self.twice[place] {
            self.twice[place] = u16::MAX;
        }
        let here = (rank, self.walk);
        let known = self.values[place].filter(|_| (self.ranks[place], self.walk_of[place]) == here);
        let differs = known.is_some_and(|known| !is_same(known, value));
        if differs || (says_something && self.blanks[place] == here) {
            self.twice[place] = self.twice[place].min(rank);
        }
        if !says_something {
            self.blanks[place] = here;
        }
    }

    /// The values of an object, by a tree of their names.
    pub(in super::super) fn of(tree: &Node, object: &'a [u8]) -> Option<Found<'a>> {
        let mut scan = Scanner::new(object);
        let mut found = Found::nothing();
        if scan.peek() != Ok(b'{') {
            return None;
        }
        tree.walk(&mut scan, &mut found).ok()?;
        scan.finish().ok()?;
        Some(found)
    }

    pub(super) fn take(&mut self, slot: Slot) -> Option<Value<'a>> {
        self.ranks[slot as usize] = u16::MAX;
        self.values[slot as usize].take()
    }

    pub(in super::super) fn get(&self, slot: Slot) -> Option<Value<'a>> {
        self.values[slot as usize]
    }

    /// Keeps the value of the preferred name; of one name that comes twice, the last.
    fn put(&mut self, slot: Slot, rank: u16, value: Value<'a>) {
        let place = slot as usize;
        let says_something = match value {
            Value::Text(raw) => present(raw).is_some(),
            Value::Number(_) => true,
            Value::Word => false,
            Value::Composite(_) => {
                slot.takes_composite() || (slot.takes_list() && first_text(value).is_some())
            }
        };
        // A name that another is preferred to does not matter.
        if slot.decides() && rank <= self.ranks[place] {
            self.compare(place, rank, value, says_something);
        }
        if says_something && rank <= self.ranks[place] {
            self.walk_of[place] = self.walk;
            self.values[place] = Some(value);
            self.ranks[place] = rank;
        } else if !says_something && rank == self.ranks[place] {
            self.values[place] = None;
            self.ranks[place] = u16::MAX;
        }
    }
}

/// Whether two values say the same, however they are spelled.
fn is_same(one: Value<'_>, other: Value<'_>) -> bool {
    one == other || one.text().is_some_and(|text| other.text() == Some(text))
}
