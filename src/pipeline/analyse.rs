//! Accesses -> every account's outcome -> the exposure of all: scope, detection, impact in their order.

use std::collections::{BTreeMap, HashMap, HashSet};

use rayon::prelude::*;

use crate::case::Case;
use crate::detect::contacts::Reader;
use crate::detect::{Facts, Group, Judgement, Peers, Verdict, judge};
use crate::impact::{AccountShare, Exposure, Merger};
use crate::route::extract::Part;
use crate::scope::{Atlas, Basis, Homes, Opener, People, Person, PersonKind, Scope, Thing};
use crate::sequence::{Access, NONE, Names, Sequences};
use crate::words::{Reason, Stamp};

/// One account after everything was weighed.
#[derive(Debug)]
pub struct AccountOutcome {
    /// Its number.
    pub number: u32,
    /// Who it is.
    pub person: Person,
    /// Roles by its grants, sorted.
    pub roles: Vec<String>,
    /// Controllers that it belongs to.
    pub home: Vec<u32>,
    /// Kind by the table of accounts; empty where it says none.
    pub kind: String,
    /// What the judgement of scope rests on.
    pub basis: Basis,
    /// All its accesses.
    pub accesses: u64,
    /// First and last access.
    pub span: (Stamp, Stamp),
    /// What was measured.
    pub facts: Facts,
    /// What was decided.
    pub judgement: Judgement,
    /// What it reached.
    pub share: AccountShare,
}

/// The analysis of a case.
#[derive(Debug, Default)]
pub struct Analysis {
    /// Accounts with a verdict, by label.
    pub outcomes: Vec<AccountOutcome>,
    /// Accounts without one that asked for something beyond their scope in vain, by label: their requests are
    /// kept, no list names them.
    pub refused: Vec<AccountOutcome>,
    /// Everything disclosed beyond scope or in doubt.
    pub exposure: Exposure,
    /// How many accounts and addresses made accesses.
    pub people: u64,
    /// Accesses that were set aside, with why.
    pub set_aside: SetAside,
    /// Names of what accesses carry as numbers.
    pub names: Names,
    /// Labels of the accounts in `outcomes`, by number.
    pub labels: BTreeMap<u32, String>,
}

impl Analysis {
    /// Everybody with a request beyond scope.
    pub fn beyond(&self) -> impl Iterator<Item = &AccountOutcome> {
        self.outcomes.iter().chain(&self.refused)
    }
}

impl AccountOutcome {
    /// Why figures of this account are not exact.
    pub fn reasons(&self) -> Vec<Reason> {
        let unattributed = self.person.kind == PersonKind::UnattributedClient;
        let unlisted = self.person.kind == PersonKind::Account && self.basis != Basis::Directory;
        let all = [
            unattributed.then_some(Reason::NoAccount),
            unlisted.then_some(Reason::NoGrants),
            (self.kind == "shared").then_some(Reason::SharedAccount),
        ];
        all.into_iter().flatten().collect()
    }
}

/// Accesses that are not part of the incident; counted, never dropped in silence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SetAside {
    /// By accounts that the case excludes.
    pub excluded_accounts: u64,
    /// From addresses that the case excludes.
    pub excluded_clients: u64,
    /// Outside of the period that must be answered for.
    pub outside_period: u64,
}

/// Analyses an extraction. `has_accounts[file]` tells whether the file's source carries accounts.
pub fn analyse(case: &Case, atlas: &Atlas<'_>, all: Part, has_accounts: &[bool]) -> Analysis {
    let names = all.names;
    let (people, who) = People::resolve(&case.directory, &all.accesses, &names, has_accounts);
    let (accesses, who, set_aside) = keep(case, &names, &people, all.accesses, who);
    let sequences = Sequences::build(accesses, &who);
    let homes = Homes::infer(atlas, &sequences, &people, &names);
    let scope = Scope::new(case, atlas, homes);
    let things: Vec<Thing> = (0..names.objects.len() as u32)
        .map(|asked| atlas.thing(names.objects.name(asked), asked))
        .collect();
    let on_lists = on_lists(atlas);
    let accounts = case.directory.accounts.as_deref().unwrap_or_default();
    let kinds = accounts
        .iter()
        .map(|row| (row.account.as_bytes(), row.kind.as_str()));
    let worker = Worker {
        case,
        kinds: kinds.collect(),
        scope: &scope,
        people: &people,
        opener: Opener {
            atlas,
            routes: &case.routes,
            names: &names,
            things: &things,
        },
        reader: Reader {
            atlas,
            names: &names,
            on_lists: &on_lists,
        },
    };
    let mut measured: Vec<Measured> = (0..sequences.len())
        .into_par_iter()
        .map(|index| {
            let (number, accesses) = sequences.sequence(index);
            worker.measure(number, accesses)
        })
        .collect();
    measured.sort_by(|a, b| {
        let key = |m: &Measured| (m.outcome.person.label(), m.outcome.person.kind);
        key(a).cmp(&key(b))
    });
    let peers = peers(&measured);
    let mut analysis = Analysis {
        people: measured.len() as u64,
        set_aside,
        ..Analysis::default()
    };
    let merger = Merger {
        atlas,
        routes: &case.routes,
    };
    for mut one in measured {
        one.decide(&peers);
        let outcome = one.outcome;
        let enumerated = outcome.judgement.verdict == Some(Verdict::Enumeration);
        let sure = outcome.basis != Basis::Inferred || enumerated;
        analysis
            .exposure
            .add(&merger, outcome.number, &outcome.share, sure);
        if outcome.judgement.verdict.is_some() {
            analysis.outcomes.push(outcome);
        } else if !outcome.share.beyond.is_empty() {
            analysis.refused.push(outcome);
        }
    }
    let labels = analysis
        .outcomes
        .iter()
        .map(|one| (one.number, one.person.label()));
    analysis.labels = labels.collect();
    analysis.names = names;
    analysis
}

/// An account that was measured and not yet judged.
struct Measured {
    outcome: AccountOutcome,
    group: Group,
    reachable: u64,
    /// An account that the table of grants does not know.
    unlisted: bool,
}

struct Worker<'w> {
    case: &'w Case,
    /// Kinds of accounts, by account.
    kinds: HashMap<&'w [u8], &'w str>,
    scope: &'w Scope<'w>,
    people: &'w People,
    opener: Opener<'w>,
    reader: Reader<'w, 'w>,
}

impl Worker<'_> {
    fn measure(&self, number: u32, accesses: &[Access]) -> Measured {
        let person = self.people.person(number);
        let bench = self.scope.bench(&person);
        let touched = self.opener.open(&bench, accesses);
        let kind = self.kind(&person);
        let service = matches!(kind.as_str(), "service" | "test");
        let contacts = self.reader.read(accesses, &touched, service);
        let home = bench.controllers();
        let lists_known = self.case.directory.members.is_some();
        let facts = Facts::measure(&contacts, &home, lists_known);
        let unattributed = person.kind == PersonKind::UnattributedClient;
        let anonymous = person.kind == PersonKind::AnonymousClient;
        let share = AccountShare::of(
            self.scope.atlas,
            accesses,
            &touched,
            unattributed,
            anonymous,
            bench.sees_nothing(),
        );
        let roles: Vec<String> = bench.roles().into_iter().map(str::to_owned).collect();
        let span = match accesses {
            [first, .., last] => (first.time, last.time),
            [only] => (only.time, only.time),
            [] => (Stamp(0), Stamp(0)),
        };
        Measured {
            unlisted: person.kind == PersonKind::Account
                && bench.basis() == Basis::Unknown
                && self.case.directory.grants.is_some(),
            group: roles.join("+"),
            // Only a large collection is held against what is reachable, so only that is counted.
            reachable: match facts.collected.at_once >= crate::detect::HARVEST_FROM {
                true => bench.reachable(span.1),
                false => 0,
            },
            outcome: AccountOutcome {
                number,
                roles,
                home,
                kind,
                basis: bench.basis(),
                accesses: accesses.len() as u64,
                span,
                facts,
                judgement: Judgement {
                    verdict: None,
                    score: 0.0,
                    signals: Vec::new(),
                },
                share,
                person,
            },
        }
    }

    fn kind(&self, person: &Person) -> String {
        let known = match person.kind {
            PersonKind::Account => self.kinds.get(person.name.as_slice()).copied(),
            _ => None,
        };
        known.unwrap_or_default().to_owned()
    }
}

impl Measured {
    fn decide(&mut self, peers: &BTreeMap<Group, Peers>) {
        let outcome = &mut self.outcome;
        let none = Peers::default();
        let anonymous = outcome.person.kind == PersonKind::AnonymousClient;
        outcome.judgement = judge(
            &outcome.facts,
            peers.get(&self.group).unwrap_or(&none),
            outcome.share.disclosed(),
            self.reachable,
            anonymous,
        );
        // An account that `grants` does not know is listed, whatever it did (CASE.md §2).
        if self.unlisted {
            outcome.judgement.verdict = Some(Verdict::Undetermined);
        }
    }
}

fn peers(measured: &[Measured]) -> BTreeMap<Group, Peers> {
    let mut peers: BTreeMap<Group, Peers> = BTreeMap::new();
    for one in measured {
        peers
            .entry(one.group.clone())
            .or_default()
            .add(&one.outcome.facts);
    }
    peers.values_mut().for_each(Peers::settle);
    peers
}

fn on_lists(atlas: &Atlas<'_>) -> HashSet<Thing> {
    let members = atlas.directory.members.as_deref().map_or(0, <[_]>::len);
    (0..members as u32)
        .map(|member| atlas.listed(member))
        .collect()
}

/// Sets aside what is no part of the incident.
fn keep(
    case: &Case,
    names: &Names,
    people: &People,
    accesses: Vec<Access>,
    who: Vec<u32>,
) -> (Vec<Access>, Vec<u32>, SetAside) {
    let mut set_aside = SetAside::default();
    let accounts: HashSet<u32> = (0..people.len() as u32)
        .filter(|number| {
            let person = people.person(*number);
            let excluded = |account: &String| account.as_bytes() == person.name;
            person.kind == PersonKind::Account && case.exclude_accounts.iter().any(excluded)
        })
        .collect();
    let clients: HashSet<u32> = case
        .exclude_clients
        .iter()
        .filter_map(|client| names.clients.known(client.as_bytes()))
        .filter(|number| *number != NONE)
        .collect();
    let (accesses, who) = accesses
        .into_iter()
        .zip(who)
        .filter(|(access, who)| {
            let counter = if accounts.contains(who) {
                &mut set_aside.excluded_accounts
            } else if clients.contains(&access.client) {
                &mut set_aside.excluded_clients
            } else if !crate::case::in_period(case.period, access.time) {
                &mut set_aside.outside_period
            } else {
                return true;
            };
            *counter += 1;
            false
        })
        .unzip();
    (accesses, who, set_aside)
}
