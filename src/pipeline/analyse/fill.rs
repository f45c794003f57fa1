//! Looks up what is missing in accounts' ordered runs: numbers become IDs, IDs what the directory knows of them, and of
//! that only what lies beyond the account's scope is kept.
//!
//! Where a run has something missing is found by `impact::runs`; what follows for subjects is told by `impact`'s exposure.

use super::super::records::Records;
use super::measure::{Measured, Worker};
use crate::impact::{Dark, Gap, Run, What, rhythm, runs};
use crate::scope::{Bench, FileOf, Thing};
use crate::sequence::{Access, NONE, Sequences};
use crate::words::{Certainty, Stamp};

/// Requests beyond scope that a run has at least.
const STEPS: usize = 10;

/// Finds and fills every account's runs, and reads what its pace tells of the logs.
pub(super) fn fill(
    worker: &Worker<'_>,
    sequences: &Sequences,
    measured: &mut Records<Measured>,
    dark: &Dark,
    files: &[FileOf],
) {
    let atlas = worker.scope.atlas;
    let known_end = |what: What, prefix: &[u8], highest: bool| match what {
        What::Pages { .. } => (!highest).then_some(0),
        _ => atlas.last_number(prefix, what == What::Containers, highest),
    };
    measured.update(|_, one| {
        let names = &worker.opener.names;
        // Who asked for less walked nowhere.
        if one.outcome.share.beyond.len() <= STEPS {
            return false;
        }
        let (_, accesses) = sequences.sequence(one.sequence);
        let told = rhythm(&accesses, &one.outcome.share.beyond, names, (dark, files));
        let seen = (dark, &told.jumps[..]);
        let mut found = runs(&one.outcome.share, names, seen, files, &known_end);
        one.details.rhythm = told;
        if found.is_empty() {
            return true;
        }
        let bench = worker.bench(&one.outcome.person, one.sequence, &accesses);
        for run in &mut found {
            let mut gaps = std::mem::take(&mut run.gaps);
            for gap in &mut gaps {
                look_up(worker, &bench, run, gap);
            }
            run.gaps = gaps;
        }
        one.details.runs = found;
        true
    });
}

fn look_up(worker: &Worker<'_>, bench: &Bench<'_>, run: &Run, gap: &mut Gap) {
    let times = (gap.before.last.time, gap.after.access.time);
    let mut beyond: Vec<(Thing, Stamp)> = Vec::new();
    let mut known = 0;
    for number in run.missing(gap) {
        let things = behind(worker, run, gap, number);
        known += u64::from(things.is_some());
        beyond.extend(things.into_iter().flatten().filter_map(|thing| {
            let mut times = [times.0, times.1].into_iter();
            let at = times.find(|at| bench.standing(thing, *at).is_beyond())?;
            Some((thing, at))
        }));
    }
    beyond.sort_unstable();
    beyond.dedup_by_key(|(thing, _)| *thing);
    gap.known = known;
    gap.beyond = beyond.len() as u64;
    gap.things = beyond;
}

/// What a request for a missing number would have shown; `None` where the directory does not know it.
fn behind(worker: &Worker<'_>, run: &Run, gap: &Gap, number: i64) -> Option<Vec<Thing>> {
    let (atlas, names) = (worker.scope.atlas, worker.opener.names);
    let asked = |skip, take| Access {
        skip,
        take,
        ..gap.before.last
    };
    let thing = |id: &[u8]| atlas.thing(id, NONE);
    match run.what {
        What::Objects => match thing(&run.id(gap, names, number)) {
            thing @ Thing::Known(_) => {
                let route = worker.opener.routes.get(usize::from(run.route));
                let variable = route.and_then(|route| route.object.as_deref());
                Some(vec![atlas.meant(thing, variable)])
            }
            _ => None,
        },
        What::Containers => {
            let id = run.id(gap, names, number);
            let all = || {
                worker
                    .opener
                    .on_page((&id, thing(&id)), &asked(0, NONE), Certainty::Possible)
            };
            atlas
                .knows_container(&id)
                .then(all)
                .map(|(things, _)| things)
        }
        What::Pages { container, take } => {
            let skip = u32::try_from(number).ok()?.checked_mul(take)?;
            let id = names.objects.name(container);
            // Of a page whose members nobody knows there is nothing to say.
            let page =
                worker
                    .opener
                    .on_page((id, thing(id)), &asked(skip, take), Certainty::Possible);
            Some(page)
                .filter(|(_, known)| *known)
                .map(|(things, _)| things)
        }
    }
}
