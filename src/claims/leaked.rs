//! Persons in the published records (`[leak]`) whom no request is shown to have disclosed beyond scope: somebody has their
//! data, so the logs do not show all. Whether records lay within somebody's scope is `pool`'s.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::desk::Frame;
use super::opened::Opener;
use super::reading::{Request, Requests};
use super::rights::Rights;
use crate::case::{Case, LeakRecord};
use crate::words::{Certainty, Reason, Stamp, counted};

/// Those persons.
#[derive(Default)]
pub(super) struct Leaked {
    /// By data subject and controller; `AMBIGUOUS` for somebody who was shown within scope, `NO_LOG` for somebody whom no
    /// request shows at all.
    persons: BTreeMap<(u32, Option<u32>), Reason>,
    published: Option<Stamp>,
    file: String,
}

impl Leaked {
    pub(super) fn of(
        case: &Case,
        rights: &Rights<'_>,
        requests: &Requests,
        opener: &Opener<'_>,
    ) -> Leaked {
        let Some(leak) = &case.leak else {
            return Leaked::default();
        };
        let (mut beyond, mut inside) = (BTreeSet::new(), BTreeSet::new());
        // What was shown when the records stood published already explains none of them.
        let earlier = |one: &&Request| leak.published.is_none_or(|at| one.time < at);
        let earlier = requests.all.iter().filter(earlier);
        for opened in earlier.filter_map(|one| opener.open(one)) {
            for sight in &opened.sights {
                let persons = sight.rows.iter().map(|row| rights.subject(*row));
                match opener.beyond(&opened, sight) {
                    Some(_) => beyond.extend(persons),
                    None if sight.certainty > Certainty::Nothing => inside.extend(persons),
                    None => {}
                }
            }
        }
        let mut of_subject: HashMap<u32, Vec<u32>> = HashMap::new();
        for row in 0..rights.objects.len() as u32 {
            let own = of_subject.entry(rights.subject(row));
            own.or_default().push(row);
        }
        // A record may name a person beside the object of another: who is right nobody knows.
        let rows = |record: &LeakRecord| {
            let subject = Some(record.subject.as_bytes()).filter(|id| !id.is_empty());
            let subject = subject.and_then(|id| rights.subjects_named(id));
            let named = subject.and_then(|subject| of_subject.get(&subject));
            let object = Some(record.object.as_bytes()).filter(|id| !id.is_empty());
            let mut rows = object.map_or(Vec::new(), |id| rights.rows(id).to_vec());
            rows.extend(named.into_iter().flatten());
            rows
        };
        let mut persons = BTreeMap::new();
        for row in leak.records.iter().flat_map(rows) {
            let subject = rights.subject(row);
            if !beyond.contains(&subject) {
                let reason = match inside.contains(&subject) {
                    true => Reason::Ambiguous,
                    false => Reason::NoLog,
                };
                persons.insert((subject, rights.controller(row)), reason);
            }
        }
        Leaked {
            persons,
            published: leak.published,
            file: leak.path.clone(),
        }
    }

    /// Those whose data may have been taken in a statement's time, with controller and reason.
    pub(super) fn within(&self, frame: &Frame) -> impl Iterator<Item = (u32, Option<u32>, Reason)> {
        let from = frame.window.0;
        let before = self
            .published
            .is_none_or(|at| from.is_none_or(|from| from < at));
        let some = self.persons.iter().filter(move |_| before);
        some.map(|((subject, controller), reason)| (*subject, *controller, *reason))
    }

    /// What darkens every upper bound on requests: some of those whom no request shows.
    pub(super) fn doubt(&self, frame: &Frame) -> Option<(Reason, String)> {
        let unseen = self.within(frame).filter(|one| one.2 == Reason::NoLog);
        let unseen: BTreeSet<u32> = unseen.map(|one| one.0).collect();
        (!unseen.is_empty()).then(|| {
            let what = format!(
                "no request shows {} of the published records in {}: what was taken is not all in these logs",
                counted(unseen.len() as u64, "data subject"),
                self.file
            );
            (Reason::NoLog, what)
        })
    }
}
