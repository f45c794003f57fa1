//! Persons in the published records (`[leak]`) whom no request is shown to have disclosed beyond scope: somebody has their
//! data, so the logs do not show all. Whether records lay within somebody's scope is `pool`'s.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::desk::Frame;
use super::opened::Opener;
use super::reading::{Request, Requests};
use super::rights::{Rights, Thing};
use crate::case::{Case, LeakRecord};
use crate::words::{Certainty, Reason, Stamp, counted};

/// Those persons, and records of nobody that the tables know.
#[derive(Default)]
pub(super) struct Leaked {
    /// By data subject and controller; `AMBIGUOUS` for somebody who was shown within scope, `NO_LOG` for somebody whom no
    /// request shows at all.
    persons: BTreeMap<(u32, Option<u32>), Reason>,
    /// By column of the records, persons whose own was published.
    fields: BTreeMap<String, BTreeSet<u32>>,
    unknown: u64,
    published: Option<Stamp>,
    /// Where the logs begin, and with them the time of a statement that gives none.
    begin: Option<Stamp>,
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
        let mut strange: BTreeSet<&[u8]> = BTreeSet::new();
        let mut ways: HashMap<u32, BTreeSet<usize>> = HashMap::new();
        // What was shown when the records stood published already explains none of them.
        let earlier = |one: &&Request| leak.published.is_none_or(|at| one.time < at);
        let earlier = requests.all.iter().filter(earlier);
        for opened in earlier.filter_map(|one| opener.open(one)) {
            for sight in &opened.sights {
                let persons = sight.rows.iter().map(|row| rights.subject(*row));
                if sight.certainty > Certainty::Nothing {
                    for person in persons.clone() {
                        ways.entry(person).or_default().insert(opened.route);
                    }
                    strange.extend(match sight.thing {
                        Thing::Asked(id) => Some(requests.ids.name(id)),
                        Thing::Listed(_) => Some(rights.id(sight.thing)),
                        _ => None,
                    });
                }
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
        let (mut persons, mut fields) = (BTreeMap::new(), BTreeMap::new());
        let mut unknown = BTreeSet::new();
        for record in &leak.records {
            let rows = rows(record);
            if rows.is_empty() {
                // What was shown of an ID that no table knows counts there.
                if !strange.contains(record.object.as_bytes()) {
                    unknown.insert((&record.object, &record.subject));
                }
            }
            for row in rows {
                let subject = rights.subject(row);
                let filled = leak.columns.iter().zip(&record.values);
                for (column, _) in filled.filter(|(_, value)| !value.is_empty()) {
                    let own: &mut BTreeSet<u32> = fields.entry(column.clone()).or_default();
                    own.insert(subject);
                }
                let way = ways.get(&subject);
                // A category that no answer about them holds left by another way.
                let unseen = leak
                    .columns
                    .iter()
                    .zip(&record.values)
                    .any(|(column, value)| {
                        let known = case.routes.iter().any(|route| route.tells(column));
                        let mut routes = way.into_iter().flatten().map(|at| &case.routes[*at]);
                        !value.is_empty() && known && !routes.any(|route| route.tells(column))
                    });
                if unseen || !beyond.contains(&subject) {
                    let reason = match inside.contains(&subject) && !unseen {
                        true => Reason::Ambiguous,
                        false => Reason::NoLog,
                    };
                    persons.insert((subject, rights.controller(row)), reason);
                }
            }
        }
        Leaked {
            persons,
            fields,
            unknown: unknown.len() as u64,
            published: leak.published,
            begin: requests.span.map(|span| span.0),
            file: leak.path.clone(),
        }
    }

    /// Whether what was published may have been taken in a statement's time.
    fn before(&self, frame: &Frame) -> bool {
        let from = frame.window.0.or(self.begin);
        self.published
            .is_none_or(|at| from.is_none_or(|from| from < at))
    }

    /// How many records are of nobody that the tables know.
    pub(super) fn unknown(&self, frame: &Frame) -> u64 {
        match self.before(frame) {
            true => self.unknown,
            false => 0,
        }
    }

    /// Persons of whom a column of the records was published.
    pub(super) fn of_field(&self, field: &str, frame: &Frame) -> impl Iterator<Item = u32> {
        let own = self.fields.get(field).filter(|_| self.before(frame));
        own.into_iter().flatten().copied()
    }

    /// Those whose data may have been taken in a statement's time, with controller and reason.
    pub(super) fn within(&self, frame: &Frame) -> impl Iterator<Item = (u32, Option<u32>, Reason)> {
        let before = self.before(frame);
        let some = self.persons.iter().filter(move |_| before);
        some.map(|((subject, controller), reason)| (*subject, *controller, *reason))
    }

    /// What darkens every upper bound: some of those whom no request shows, so that there was another way.
    pub(super) fn doubt(&self, frame: &Frame) -> Option<(Reason, String)> {
        let unseen = self.within(frame).filter(|one| one.2 == Reason::NoLog);
        let unseen: BTreeSet<u32> = unseen.map(|one| one.0).collect();
        if unseen.is_empty() && self.unknown(frame) > 0 {
            let what = format!(
                "{} of {} of nobody that the tables know, and no request asks for what is named there: somebody may have been taken another way",
                counted(self.unknown, "published record"),
                self.file,
            );
            return Some((Reason::NoDirectory, what));
        }
        (!unseen.is_empty()).then(|| {
            let what = format!(
                "no request shows {} of the published records in {}, or not all that was published: what was taken is not all in \
                 these logs",
                counted(unseen.len() as u64, "data subject"),
                self.file
            );
            (Reason::NoLog, what)
        })
    }
}
