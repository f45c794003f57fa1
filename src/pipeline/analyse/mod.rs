//! Accesses -> every account's outcome -> the exposure of all: scope, detection, impact in their order.
//!
//! Accounts are measured alone (`measure`), those with contacts beyond scope once more with what the others did
//! (`crowd`), then all are judged together (`panel`), which is cheap and can be repeated with other thresholds.

mod calm;
mod crowd;
mod fill;
mod learn;
mod measure;
mod panel;
mod watch;

use std::collections::{BTreeMap, HashMap, HashSet};

use rayon::prelude::*;

use crate::case::Case;
use crate::detect::contacts::Reader;
use crate::detect::explain::Told;
use crate::detect::joint::{self, SharedWalk};
use crate::detect::takeover::OtherClient;
use crate::detect::{Facts, Group, Judgement, Verdict, hand};
use crate::impact::{AccountShare, Beyond, Dark, Exposure, Merger, Run};
use crate::route::content::{Content, RouteContent};
use crate::route::extract::Part;
use crate::scope::learned::Learned;
use crate::scope::{
    Arrivals, Atlas, Basis, FileOf, Homes, Opener, People, Person, PersonKind, Scope, Stale, Thing,
    Unnamed, as_of,
};
use crate::sequence::{Access, NONE, Names, Sequences, Spill};
use crate::words::{Certainty, HOUR, Reason, Stamp};

use calm::Calms;
use learn::Class;
use measure::{Measured, Worker};
pub use panel::Panel;
pub use watch::Watched;
use watch::{Watch, Watching};

/// Upper end of the hold-out error up to which learned labels are used for scope: the most that a group's own habit may
/// raise θ0 to. Labels that are wrong more often could only be held against the innocent.
const USABLE: f64 = 0.3;
/// Accounts that are measured at a time, before what nothing speaks against is let go.
const BATCH: usize = 8192;

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
    /// Something is beyond its scope by a learned label only.
    pub by_label: bool,
    /// Something was disclosed to it since the directory is out of date.
    pub by_age: bool,
    /// All its accesses.
    pub accesses: u64,
    /// First and last access.
    pub span: (Stamp, Stamp),
    /// Its peers: accounts of the same roles.
    pub group: Group,
    /// How many objects it may see; counted for large collections only.
    pub reachable: u64,
    /// An account that the table of grants does not know.
    pub unlisted: bool,
    /// What was measured.
    pub facts: Facts,
    /// Which templates explained which of its contacts beyond scope.
    pub told: Told,
    /// Another client behind its contacts beyond scope, as it seems.
    pub other_client: Option<OtherClient>,
    /// Whose connection moved it beyond its scope.
    pub connection: hand::Connection,
    /// IDs that it took of walks which several accounts share.
    pub shared: u32,
    /// What was decided.
    pub judgement: Judgement,
    /// What it reached.
    pub share: AccountShare,
    /// Its ordered runs in which something is missing.
    pub runs: Vec<Run>,
}

/// The analysis of a case.
#[derive(Debug, Default)]
pub struct Analysis {
    /// Accounts with a verdict, by label.
    pub outcomes: Vec<AccountOutcome>,
    /// Accounts without one that asked for something beyond their scope in vain, or for what there is not, by
    /// label: their requests are kept, no list names them.
    pub refused: Vec<AccountOutcome>,
    /// Everything disclosed beyond scope or in doubt.
    pub exposure: Exposure,
    /// Walks that several accounts share; members by account number.
    pub joint: Vec<SharedWalk>,
    /// Accounts that were used after their closing, by label.
    pub after_closing: Vec<AfterClosing>,
    /// What the logs show of the leaked things, and of refusals.
    pub watched: Watched,
    /// Sizes of answered bodies, by route.
    pub content: Vec<RouteContent>,
    /// From when on the directory seems out of date, and why.
    pub stale: Option<Stale>,
    /// Stretches in which a source that has accounts names none.
    pub unnamed: Vec<Unnamed>,
    /// Whose the requested IDs seem to be, where the directory does not say.
    pub learned: Option<Learned>,
    /// Learned labels are sure enough to be used for scope.
    pub labels_used: bool,
    /// What all were judged with.
    pub panel: Panel,
    /// How many accounts and addresses made accesses.
    pub people: u64,
    /// Accesses that were set aside, with why.
    pub set_aside: SetAside,
    /// Names of what accesses carry as numbers.
    pub names: Names,
    /// Labels of the accounts in `outcomes`, in `joint` and in `watched`, by number.
    pub labels: BTreeMap<u32, String>,
}

impl Analysis {
    /// Merges what was disclosed, keeps who is listed.
    fn settle(&mut self, merger: &Merger<'_>, mut outcomes: Vec<AccountOutcome>) {
        for outcome in &outcomes {
            let sure = |controller| self.panel.sure(outcome, controller);
            self.exposure
                .add(merger, outcome.number, &outcome.share, &sure);
        }
        self.exposure.settle();
        // Only then is it known whom no line shows.
        for outcome in &mut outcomes {
            let mut runs = std::mem::take(&mut outcome.runs);
            let sure = |controller| self.panel.sure(outcome, controller);
            for run in &mut runs {
                self.exposure.fill(merger, outcome.number, run, &sure);
            }
            outcome.runs = runs;
        }
        for outcome in outcomes {
            if outcome.judgement.verdict.is_some() {
                self.labels.insert(outcome.number, outcome.person.label());
                self.outcomes.push(outcome);
            } else if !outcome.share.beyond.is_empty() || outcome.facts.unexplained() > 0 {
                self.refused.push(outcome);
            }
        }
    }

    /// Everybody with a request beyond scope.
    pub fn beyond(&self) -> impl Iterator<Item = &AccountOutcome> {
        self.outcomes.iter().chain(&self.refused)
    }
}

impl AccountOutcome {
    /// What the judgement of its scope rests on: a learned label makes it inferred even beside grants.
    pub fn scope(&self) -> Basis {
        match (self.basis, self.by_label) {
            (Basis::Directory, true) => Basis::Inferred,
            (basis, _) => basis,
        }
    }

    /// Why figures of this account are not exact.
    pub fn reasons(&self) -> Vec<Reason> {
        let unattributed = self.person.kind == PersonKind::UnattributedClient;
        let unlisted = self.person.kind == PersonKind::Account && self.basis != Basis::Directory;
        let all = [
            unattributed.then_some(Reason::NoAccount),
            unlisted.then_some(Reason::NoGrants),
            (self.by_label || self.by_age).then_some(Reason::NoDirectory),
            (self.kind == "shared").then_some(Reason::SharedAccount),
        ];
        all.into_iter().flatten().collect()
    }
}

/// An account that was used after it had been closed, in its scope or beyond.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AfterClosing {
    /// Which.
    pub account: String,
    /// Closed at.
    pub closed: Stamp,
    /// Its requests from then on that name an object or a container.
    pub accesses: u64,
    /// The first.
    pub first: Access,
    /// When the last was.
    pub last: Stamp,
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

/// Analyses an extraction. `files` tells where each file's lines come from, `dark` what no line can show.
///
/// What does not fit into memory goes to `spill`, which knows in the end whether the disk gave it back.
pub fn analyse(
    case: &Case,
    atlas: &Atlas<'_>,
    all: Part,
    files: &[FileOf],
    dark: &Dark,
    spill: &Spill,
) -> Analysis {
    let names = all.names;
    let (content, people) = rayon::join(
        || Content::measure(&all.accesses, &case.routes),
        || People::resolve(&case.directory, &all.accesses, &names, files),
    );
    let mut sift = Sift::of(case, &names, &people);
    let sequences = {
        let who = people.who(&case.directory, &names, files);
        Sequences::build(all.accesses, people.len(), spill, |at, access, first| {
            let who = who(at, access);
            sift.takes(who, access, first).then_some(who)
        })
    };
    let Sift {
        set_aside, logs, ..
    } = sift;
    let mut homes = Homes::infer(atlas, &sequences, &people, &names);
    let things: Vec<Thing> = (0..names.objects.len() as u32)
        .map(|asked| atlas.thing(names.objects.name(asked), asked))
        .collect();
    let on_lists = on_lists(atlas);
    let accounts = case.directory.accounts.iter().flatten();
    let accounts = accounts.map(|row| (row.account.as_bytes(), row)).collect();
    let class = Class {
        case,
        atlas,
        names: &names,
        things: &things,
        people: &people,
        sequences: &sequences,
        accounts: &accounts,
    };
    let lesson = class.learn(&mut homes);
    let scope = Scope::new(case, atlas, homes);
    let usable = lesson.learned.as_ref();
    // Beside a table of objects an ID that it does not know is unknown, whatever is learned of it (CASE.md §2).
    let alone = case.directory.objects.is_none();
    let usable = usable.filter(|learned| alone && learned.error_at_most <= USABLE);
    let worker = Worker {
        case,
        accounts,
        learned: usable,
        voters: &lesson.voters,
        scope: &scope,
        people: &people,
        opener: Opener {
            atlas,
            routes: &case.routes,
            names: &names,
            things: &things,
            content: &content,
        },
        reader: Reader {
            atlas,
            names: &names,
            on_lists: &on_lists,
            listed_within: (case.thresholds.listed_minutes * HOUR as f64 / 60.0) as i64,
        },
    };
    let First {
        mut measured,
        calm,
        clients,
        watching,
    } = First::of(&worker, &sequences);
    crowd::explain(&worker, &sequences, &mut measured, &calm);
    measured
        .par_iter_mut()
        .for_each(|one| worker.connect(&sequences, one, &clients));
    measured.sort_by_cached_key(|one| (one.outcome.person.label(), one.outcome.person.kind));
    fill::fill(&worker, &sequences, &mut measured, dark, files);
    let takings = measured
        .iter_mut()
        .flat_map(|one| std::mem::take(&mut one.takings));
    let joint = joint::find(takings.collect());
    let shared = shared(&joint);
    let late = measured
        .iter_mut()
        .filter_map(|one| one.after_closing.take());
    let after_closing = late.collect();
    let mut analysis = Analysis {
        people: (measured.len() + calm.len()) as u64,
        set_aside,
        after_closing,
        exposure: calm.exposure,
        ..Analysis::default()
    };
    let mut outcomes: Vec<AccountOutcome> = measured.into_iter().map(|one| one.outcome).collect();
    for outcome in &mut outcomes {
        outcome.shared = shared.get(&outcome.number).copied().unwrap_or(0);
    }
    let error = usable.map_or(0.0, |learned| learned.error_at_most);
    analysis.unnamed.clone_from(&people.unnamed);
    analysis.panel = Panel::of(&outcomes, calm.yardsticks, error);
    let watched = watching.done();
    let sighted = watched.sightings.iter().map(|one| one.account);
    let told = sighted.chain(shared.keys().copied());
    let label = |number| (number, people.person(number).label());
    analysis.labels = told.map(label).collect();
    analysis.panel.judge_all(&mut outcomes, &case.thresholds);
    analysis.stale = logs.and_then(|logs| {
        let later = |from| later(&sequences, from);
        let arrivals = arrivals(&outcomes, calm.arrived);
        as_of(&case.directory, logs, &arrivals, later)
    });
    if let Some(stale) = &analysis.stale {
        let limits = &case.thresholds;
        analysis
            .panel
            .judge_again(&mut outcomes, stale.from, limits);
    }
    let merger = Merger {
        atlas,
        routes: &case.routes,
        stale_from: analysis.stale.as_ref().map(|stale| stale.from),
    };
    analysis.settle(&merger, outcomes);
    analysis.joint = joint;
    analysis.watched = watched;
    analysis.labels_used = usable.is_some();
    analysis.learned = lesson.learned;
    analysis.content = content.routes;
    analysis.names = names;
    analysis
}

/// How many IDs each account took of walks that several share.
fn shared(joint: &[SharedWalk]) -> HashMap<u32, u32> {
    let mut shared: HashMap<u32, u32> = HashMap::new();
    for (member, ids) in joint.iter().flat_map(|walk| &walk.members) {
        *shared.entry(*member).or_default() += ids;
    }
    shared
}

/// What the first look at every account gives.
#[derive(Default)]
struct First {
    /// Accounts that something may speak against, in the order of the sequences.
    measured: Vec<Measured>,
    calm: Calms,
    /// How many accounts use each address; an address without an account is nobody's.
    clients: hand::Clients,
    watching: Watching,
}

impl First {
    fn of(worker: &Worker<'_>, sequences: &Sequences) -> First {
        let watch = Watch::of(worker);
        let mut first = First::default();
        for from in (0..sequences.len()).step_by(BATCH) {
            let batch = from..sequences.len().min(from + BATCH);
            let batch: Vec<(Measured, Vec<u32>, Watching)> = batch
                .into_par_iter()
                .map(|index| {
                    let (number, accesses) = sequences.sequence(index);
                    let one = worker.measure((index, number, &accesses));
                    let account = one.outcome.person.kind == PersonKind::Account;
                    let clients = account.then(|| hand::clients(&accesses));
                    let watched = watch.look(worker, (number, &accesses));
                    (one, clients.unwrap_or_default(), watched)
                })
                .collect();
            for (one, clients, watched) in batch {
                first.clients.add(&clients);
                first.watching.absorb(watched);
                let kept = first.calm.take(one, &worker.case.thresholds);
                first.measured.extend(kept);
            }
        }
        first
    }
}

/// Who turns up when, for the age of the directory; `calm`: accounts that it knows and nothing speaks against.
fn arrivals(outcomes: &[AccountOutcome], calm: Vec<Stamp>) -> Arrivals {
    let mut arrivals = Arrivals {
        known: calm,
        ..Arrivals::default()
    };
    let accounts = outcomes
        .iter()
        .filter(|outcome| outcome.person.kind == PersonKind::Account);
    for outcome in accounts {
        match (outcome.unlisted, outcome.share.undecided.is_empty()) {
            (false, _) => arrivals.known.push(outcome.span.0),
            (true, false) => arrivals.unknown.push(outcome.span.0),
            (true, true) => {}
        }
        let shown = |beyond: &&Beyond| beyond.certainty > Certainty::Nothing;
        let first = outcome.share.beyond.iter().find(shown);
        let overreach = outcome.judgement.verdict == Some(Verdict::Overreach);
        arrivals
            .beyond
            .extend(first.filter(|_| overreach).map(|beyond| beyond.access.time));
    }
    arrivals
}

/// The share of all accesses from an instant on.
fn later(sequences: &Sequences, from: Stamp) -> f64 {
    let one = |index| {
        let (_, accesses) = sequences.sequence(index);
        let before = accesses.partition_point(|access| access.time < from);
        (accesses.len() - before, accesses.len())
    };
    let (after, all) = (0..sequences.len())
        .into_par_iter()
        .map(one)
        .reduce(|| (0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
    after as f64 / all.max(1) as f64
}

fn on_lists(atlas: &Atlas<'_>) -> HashSet<Thing> {
    let members = atlas.directory.members.as_deref().map_or(0, <[_]>::len);
    (0..members as u32)
        .map(|member| atlas.listed(member))
        .collect()
}

/// Sets aside what is no part of the incident.
struct Sift<'c> {
    case: &'c Case,
    accounts: HashSet<u32>,
    clients: HashSet<u32>,
    set_aside: SetAside,
    /// First and last of what is left.
    logs: Option<(Stamp, Stamp)>,
}

impl<'c> Sift<'c> {
    fn of(case: &'c Case, names: &Names, people: &People) -> Sift<'c> {
        let all = match case.exclude_accounts.is_empty() {
            true => 0..0,
            false => 0..people.len() as u32,
        };
        let accounts = all.filter(|number| {
            let person = people.person(*number);
            let excluded = |account: &String| account.as_bytes() == person.name;
            person.kind == PersonKind::Account && case.exclude_accounts.iter().any(excluded)
        });
        let clients = case
            .exclude_clients
            .iter()
            .filter_map(|client| names.clients.known(client.as_bytes()))
            .filter(|number| *number != NONE);
        Sift {
            case,
            accounts: accounts.collect(),
            clients: clients.collect(),
            set_aside: SetAside::default(),
            logs: None,
        }
    }

    /// Whether an access is looked at; counted the first time only.
    fn takes(&mut self, who: u32, access: &Access, first: bool) -> bool {
        let aside = &mut self.set_aside;
        let counter = if !self.accounts.is_empty() && self.accounts.contains(&who) {
            &mut aside.excluded_accounts
        } else if !self.clients.is_empty() && self.clients.contains(&access.client) {
            &mut aside.excluded_clients
        } else if !crate::case::in_period(self.case.period, access.time) {
            &mut aside.outside_period
        } else {
            let at = access.time;
            let (from, until) = self.logs.unwrap_or((at, at));
            self.logs = Some((from.min(at), until.max(at)));
            return true;
        };
        *counter += u64::from(first);
        false
    }
}
