//! Keeps count of what really happened, and writes it as `truth.json`.
//!
//! What an answer discloses is judged here once more from CASE.md §3, by what its line shows.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::logs::Counts;
use crate::synth::leak::Taken;
use crate::synth::platform::{Answer, Platform};
use crate::synth::raid::Raid;
use crate::synth::request::{Ask, Method, Request};
use crate::synth::settings::Attack;
use crate::synth::world::{Role, World};

/// How sure a line makes a disclosure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Certainty {
    Probable,
    Confirmed,
}

impl Certainty {
    fn word(self) -> &'static str {
        match self {
            Certainty::Probable => "probable",
            Certainty::Confirmed => "confirmed",
        }
    }
}

/// A person beyond scope.
struct Exposed {
    certainty: Certainty,
    child: bool,
    protected: bool,
}

/// Everything that `truth.json` says.
pub(in crate::synth) struct Truth<'w> {
    world: &'w World,
    attack: Attack,
    /// Lines carry a byte count.
    bytes: bool,
    empty_below: u64,
    /// By person and tenant.
    exposed: BTreeMap<(u32, u32), Exposed>,
    /// Disclosing requests by account.
    disclosing: BTreeMap<u32, u64>,
    /// Those of them whose line proves it.
    proven: u64,
    /// Persons beyond their scope that raiders were shown.
    raided: BTreeSet<u32>,
    raiders: BTreeSet<u32>,
    /// Services and administrators, who are shown much that is theirs to see.
    services: BTreeSet<u32>,
    /// What raiders and those were shown, whatever they may see.
    pub(in crate::synth) taken: Taken,
    /// Pairs of such a request and an item in it.
    disclosures: u64,
}

impl<'w> Truth<'w> {
    pub(in crate::synth) fn new(
        world: &'w World,
        attack: Attack,
        raids: &[Raid],
        bytes: bool,
        empty_below: u64,
    ) -> Truth<'w> {
        Truth {
            world,
            attack,
            bytes,
            empty_below,
            exposed: BTreeMap::new(),
            disclosing: BTreeMap::new(),
            proven: 0,
            raided: BTreeSet::new(),
            raiders: raids.iter().map(|raid| raid.account).collect(),
            services: (0..world.accounts.len() as u32)
                .filter(|at| {
                    let role = world.accounts[*at as usize].role;
                    matches!(role, Role::Integration | Role::Administrator)
                })
                .collect(),
            taken: Taken::new(),
            disclosures: 0,
        }
    }

    /// Takes note of an answer.
    pub(in crate::synth) fn see(
        &mut self,
        platform: &Platform,
        request: &Request,
        answer: &Answer,
    ) {
        let (Some(who), Some(certainty)) = (request.who, self.certainty(request, answer)) else {
            return;
        };
        let at = request.at.div_euclid(1000);
        let mut beyond = 0;
        for item in &answer.items {
            if self.raiders.contains(&who) || self.services.contains(&who) {
                self.taken.entry((who, *item)).or_insert(at);
            }
            if platform.listed(who, *item, at) {
                continue;
            }
            beyond += 1;
            self.expose(*item, at, certainty);
            if self.raiders.contains(&who) {
                self.raided.insert(self.world.items[*item as usize].subject);
            }
        }
        if beyond > 0 {
            *self.disclosing.entry(who).or_default() += 1;
            self.proven += u64::from(certainty == Certainty::Confirmed);
            self.disclosures += beyond;
        }
    }

    /// What the line of an answer proves about the items that it names.
    fn certainty(&self, request: &Request, answer: &Answer) -> Option<Certainty> {
        if !matches!(request.method, Method::Get | Method::Post) {
            return None;
        }
        let limited = matches!(request.ask, Ask::Card(_) | Ask::Profile(_) | Ask::Page(_));
        let least = if limited { self.empty_below } else { 1 };
        let enough = answer.bytes >= least;
        match (answer.status, self.bytes) {
            (200 | 203 | 206, true) => enough.then_some(Certainty::Confirmed),
            (200 | 203, false) | (304, _) => Some(Certainty::Probable),
            (499, true) => enough.then_some(Certainty::Probable),
            _ => None,
        }
    }

    fn expose(&mut self, item: u32, at: i64, certainty: Certainty) {
        let item = &self.world.items[item as usize];
        let Some(stay) = item.stay_at(at) else { return };
        let key = (item.subject, self.world.tenant_of(stay.unit));
        let new = Exposed {
            certainty,
            child: item.child(),
            protected: item.protected,
        };
        let exposed = self.exposed.entry(key).or_insert(new);
        exposed.certainty = exposed.certainty.max(certainty);
    }

    /// Distinct pairs of subject and controller beyond scope.
    pub(in crate::synth) fn subjects(&self) -> u64 {
        self.exposed.len() as u64
    }

    /// Accounts that took part in an attack.
    pub(in crate::synth) fn raiders(&self) -> &BTreeSet<u32> {
        &self.raiders
    }

    /// The verdict that an account deserves; `None` = it should be in no list.
    fn verdict(&self, account: u32) -> Option<&'static str> {
        let disclosed = self.disclosing.contains_key(&account);
        match (self.raiders.contains(&account), self.attack) {
            (true, Attack::Pool) => Some("harvest"),
            (true, _) if disclosed => Some("enumeration"),
            (true, _) => Some("probing"),
            (false, _) => disclosed.then_some("overreach"),
        }
    }

    /// The whole truth; `about` is put first.
    pub(in crate::synth) fn write(&self, about: Map<String, Value>, lines: Counts) -> Value {
        let mut truth = about;
        truth.insert("accounts".to_owned(), self.accounts());
        truth.insert("controllers".to_owned(), self.controllers());
        truth.insert("subjects".to_owned(), self.subject_rows());
        let accesses: u64 = self.disclosing.values().sum();
        truth.insert("accesses_beyond_scope".to_owned(), json!(accesses));
        truth.insert("accesses_confirmed".to_owned(), json!(self.proven));
        truth.insert("subjects_raided".to_owned(), json!(self.raided.len()));
        truth.insert(
            "disclosures_beyond_scope".to_owned(),
            json!(self.disclosures),
        );
        let lines = json!({
            "records": lines.records,
            "rejected": lines.rejected,
            "empty": lines.empty,
            "directives": lines.directives,
            "repeated": lines.repeated,
        });
        truth.insert("lines".to_owned(), lines);
        Value::Object(truth)
    }

    fn accounts(&self) -> Value {
        let suspects = self.raiders.iter().chain(self.disclosing.keys());
        let suspects: BTreeSet<u32> = suspects.copied().collect();
        let mut rows = BTreeMap::new();
        for at in suspects {
            let account = &self.world.accounts[at as usize];
            if let Some(verdict) = self.verdict(at) {
                let accesses = self.disclosing.get(&at).copied().unwrap_or(0);
                let row = json!({
                    "role": account.role.word(),
                    "verdict": verdict,
                    "accesses_beyond_scope": accesses,
                    "hard": self.world.hard.get(&at),
                });
                rows.insert(account.name.clone(), row);
            }
        }
        json!(rows)
    }

    fn controllers(&self) -> Value {
        let tally = |tenant: usize| {
            let all = move |key: &&(u32, u32)| key.1 as usize == tenant;
            self.exposed
                .iter()
                .filter(move |(key, _)| all(key))
                .map(|(_, exposed)| exposed)
        };
        let mut rows = BTreeMap::new();
        for (at, tenant) in self.world.tenants.iter().enumerate() {
            let sure = || tally(at).filter(|exposed| exposed.certainty == Certainty::Confirmed);
            let (confirmed, all) = (sure().count(), tally(at).count());
            let status = match (confirmed, all) {
                (0, 0) => "excluded",
                (0, _) => "cannot_be_excluded",
                _ => "confirmed",
            };
            let row = json!({
                "status": status,
                "subjects_confirmed": confirmed,
                "subjects_probable": all - confirmed,
                "children": sure().filter(|exposed| exposed.child).count(),
                "protected": sure().filter(|exposed| exposed.protected).count(),
            });
            rows.insert(tenant.id.clone(), row);
        }
        json!(rows)
    }

    fn subject_rows(&self) -> Value {
        let mut rows: Vec<(String, &str, &str)> = self
            .exposed
            .iter()
            .map(|((person, tenant), exposed)| {
                let controller = self.world.tenants[*tenant as usize].id.as_str();
                (
                    self.world.subject(*person),
                    controller,
                    exposed.certainty.word(),
                )
            })
            .collect();
        rows.sort();
        let row = |(subject, controller, certainty)| json!({ "subject": subject, "controller": controller, "certainty": certainty });
        Value::Array(rows.into_iter().map(row).collect())
    }
}
