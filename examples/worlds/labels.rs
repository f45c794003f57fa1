//! Learned labels against the tables that the case was not given: how many of the requested IDs that exist have one, how
//! many of these are right, how many sets of candidates hold the owner. By how the world numbers its objects.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::judge::rows;

/// Labels of one world, for objects or containers.
#[derive(Clone, Copy, Default)]
pub struct Labels {
    /// Requested IDs that exist.
    pub asked: u64,
    pub labelled: u64,
    pub right: u64,
    /// Sets of candidates, and those that hold the owner.
    pub sets: u64,
    pub hold: u64,
}

impl Labels {
    pub fn add(&mut self, other: &Labels) {
        self.asked += other.asked;
        self.labelled += other.labelled;
        self.right += other.right;
        self.sets += other.sets;
        self.hold += other.hold;
    }
}

/// By numbering and kind.
pub type ByKind = BTreeMap<(&'static str, &'static str), Labels>;

/// Judges `learned.csv` of an answer; empty where nothing was learned.
pub fn judge(case: &Path, out: &Path) -> ByKind {
    let learned = rows(&out.join("learned.csv"));
    let mut kinds = ByKind::new();
    if learned.is_empty() {
        return kinds;
    }
    let owners = owners(case);
    let numbering = numbering(&owners[0]);
    for row in learned {
        let container = row["kind"] == "container";
        let Some(truth) = owners[usize::from(container)].get(&row["object"]) else {
            continue;
        };
        let kind = if container { "containers" } else { "objects" };
        let labels = kinds.entry((numbering, kind)).or_default();
        labels.asked += 1;
        if !row["controller"].is_empty() {
            labels.labelled += 1;
            labels.right += u64::from(truth.contains(&row["controller"]));
        } else if !row["candidates"].is_empty() {
            labels.sets += 1;
            let mut candidates = row["candidates"].split(';');
            labels.hold += u64::from(candidates.any(|one| truth.contains(one)));
        }
    }
    kinds
}

type Owners = BTreeMap<String, BTreeSet<String>>;

/// Controllers of each object, and of each container: those that most of its members have.
fn owners(case: &Path) -> [Owners; 2] {
    let directory = case.join("directory");
    let mut units: BTreeMap<String, (String, String)> = BTreeMap::new();
    for row in rows(&directory.join("units.csv")) {
        let about = (row["parent"].clone(), row["controller"].clone());
        units.insert(row["unit"].clone(), about);
    }
    let controller = |unit: &str| {
        let mut at = unit;
        while let Some((parent, controller)) = units.get(at) {
            if !controller.is_empty() {
                return controller.clone();
            }
            at = parent;
        }
        String::new()
    };
    let mut objects = Owners::new();
    for row in rows(&directory.join("objects.csv")) {
        let owners = objects.entry(row["object"].clone()).or_default();
        owners.insert(controller(&row["unit"]));
    }
    let mut members: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    for row in rows(&directory.join("members.csv")) {
        for owner in objects.get(&row["object"]).into_iter().flatten() {
            let counts = members.entry(row["container"].clone()).or_default();
            *counts.entry(owner.clone()).or_default() += 1;
        }
    }
    let most = |counts: BTreeMap<String, u64>| {
        let most = counts.values().max().copied();
        let own = counts.into_iter().filter(|(_, n)| Some(*n) == most);
        own.map(|(owner, _)| owner).collect()
    };
    let containers = members.into_iter().map(|(id, counts)| (id, most(counts)));
    [objects, containers.collect()]
}

/// How objects are numbered: neighbours of one tenant, of any tenant, or no numbers.
fn numbering(objects: &Owners) -> &'static str {
    let numbered = objects
        .iter()
        .filter_map(|(id, owners)| Some((id.parse::<u64>().ok()?, owners)));
    let numbered: BTreeMap<u64, &BTreeSet<String>> = numbered.collect();
    let list: Vec<_> = numbered.values().collect();
    let same = list.windows(2).filter(|pair| pair[0] == pair[1]).count();
    match (numbered.len() * 2 > objects.len(), same * 2 > list.len()) {
        (false, _) => "UUIDs",
        (true, true) => "blocks",
        (true, false) => "interleaved",
    }
}
