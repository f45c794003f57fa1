//! The loop's onlooker: keeps what cited lines say, and notices a request beyond every grant that no row cites.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::Audit;
use super::directory::{By, Plain};
use super::lines::{Said, Seen};
use super::reread::{Onlooker, Raw, Request};
use crate::case::{Case, in_period};
use crate::evidence::{Place, read_places, sha256};
use crate::report::AccessTable;
use crate::route::Router;
use crate::words::Stamp;

/// Requests by source and hour: all of them, and of each route.
pub(super) type Hours = BTreeMap<(usize, Stamp), (u64, Vec<u64>)>;

const FILE: &str = "accesses.parquet";

/// What is looked for.
pub(super) struct Watch<'w> {
    plain: &'w Plain<'w>,
    router: Router,
    raws: &'w [Raw],
    /// Offsets that rows cite, with the objects that they name, by log.
    cited: Vec<HashMap<u64, HashSet<&'w str>>>,
    seen: Seen,
    hours: Hours,
    /// Offset, hour and route of the request that was counted last.
    latest: Option<(u64, Stamp, Option<usize>)>,
    missing: BTreeMap<(usize, u64), (u64, String)>,
    file: usize,
    copied: Option<(u64, u64)>,
    wanted: bool,
}

impl<'w> Watch<'w> {
    pub(super) fn of(
        case: &Case,
        plain: &'w Plain<'w>,
        table: Option<&'w AccessTable>,
        raws: &'w [Raw],
    ) -> Watch<'w> {
        let numbers: HashMap<&str, usize> = raws.iter().map(|raw| &*raw.name).zip(0..).collect();
        let mut cited: Vec<HashMap<u64, HashSet<&str>>> = vec![HashMap::new(); raws.len()];
        for row in table.iter().flat_map(|table| table.rows()) {
            let place = numbers.get(row.file).zip(u64::try_from(row.offset).ok());
            if let Some((file, offset)) = place {
                let objects = cited[*file].entry(offset).or_default();
                objects.extend(row.object);
            }
        }
        Watch {
            plain,
            router: Router::new(&case.routes, case.ignore_case),
            raws,
            cited,
            seen: Seen::new(),
            hours: Hours::new(),
            latest: None,
            missing: BTreeMap::new(),
            file: 0,
            copied: None,
            wanted: table.is_some() && case.directory.grants.is_some(),
        }
    }

    /// Lines of which it is to be kept what they say too.
    pub(super) fn also(&mut self, places: impl Iterator<Item = (String, u64)>) {
        let raws = self.raws.iter();
        let numbers: HashMap<&str, usize> = raws.map(|raw| &*raw.name).zip(0..).collect();
        for (file, offset) in places {
            if let Some(number) = numbers.get(&*file) {
                self.cited[*number].entry(offset).or_default();
            }
        }
    }

    /// Says which log comes next, and where in it lines begin and end that count elsewhere.
    pub(super) fn enters(&mut self, file: usize, copied: &Option<(u64, u64)>) {
        (self.file, self.copied) = (file, *copied);
    }

    /// Tells what is missing; gives what the cited lines say, with their digests, and the hours.
    pub(super) fn done(mut self, audit: &mut Audit) -> (Seen, Hours) {
        for ((file, offset), (line, account)) in &self.missing {
            let place = format!("{}:{line}@{offset}", self.raws[*file].name);
            let say =
                format!("{account} asked there for an object that none of its grants covers then");
            audit.finds(
                FILE,
                (place, "row"),
                "no row cites this line for that object",
                say,
            );
        }
        for (number, raw) in self.raws.iter().enumerate() {
            let own = self
                .seen
                .iter_mut()
                .filter(|((file, _), _)| *file == number);
            let mut own: Vec<(u64, &mut Said)> = own.map(|((_, at), said)| (*at, said)).collect();
            own.sort_by_key(|(offset, _)| *offset);
            let places: Vec<Place> = own
                .iter()
                .map(|(offset, said)| Place {
                    offset: *offset,
                    length: said.length,
                })
                .collect();
            let read = read_places(&raw.log, &places, |index, bytes| {
                own[index].1.sha256 = sha256(bytes);
            });
            if let Err(problem) = read {
                audit
                    .unreadable
                    .push((raw.name.clone(), problem.to_string()));
            }
        }
        audit.counted("cited lines", self.seen.len() as u64);
        (self.seen, self.hours)
    }

    fn count(&mut self, said: &Said) {
        let source = self.raws[self.file].source;
        let routes = self.plain.case.routes.len();
        let hour = self.hours.entry((source, said.time.hour()));
        let (all, by_route) = hour.or_insert_with(|| (0, vec![0; routes]));
        *all += 1;
        if let Some(route) = said.route {
            by_route[route] += 1;
        }
    }

    /// A request that the grants place beyond scope for sure, and which no row cites.
    fn look_for(&mut self, said: &Said, request: &Request<'_>) {
        let case = self.plain.case;
        let listed = self.plain.has_grants(&said.account) || case.unlisted_beyond;
        let client = request.record.client.as_deref().unwrap_or_default();
        let aside = case.exclude_accounts.contains(&said.account)
            || case.excludes_client(client)
            || !in_period(case.period, said.time);
        if !said.named || !listed || aside {
            return;
        }
        let route = said.route.and_then(|route| case.routes.get(route));
        let variable = route.and_then(|route| route.object.as_deref());
        let by = By::Variable(variable.unwrap_or_default());
        let cited = self.cited[self.file].get(&request.offset);
        for object in &said.objects {
            let known = cited.is_some_and(|objects| objects.contains(&**object));
            if !known && self.plain.granted(&said.account, (object, by), said.time) == Ok(None) {
                let note = (said.line, said.account.clone());
                self.missing.insert((self.file, request.offset), note);
            }
        }
    }
}

impl Onlooker for Watch<'_> {
    fn sees(&mut self, request: &Request<'_>) {
        let copy = |(from, until): (u64, u64)| (from..until).contains(&request.offset);
        self.latest = None;
        if self.copied.is_some_and(copy) {
            return;
        }
        let said = Said::of(request, self.plain, &self.router);
        self.count(&said);
        self.latest = Some((request.offset, said.time.hour(), said.route));
        if self.wanted {
            self.look_for(&said, request);
        }
        if self.cited[self.file].contains_key(&request.offset) {
            self.seen.insert((self.file, request.offset), said);
        }
    }

    fn forgets_last(&mut self) {
        let Some((offset, hour, route)) = self.latest.take() else {
            return;
        };
        self.missing.remove(&(self.file, offset));
        self.seen.remove(&(self.file, offset));
        let source = self.raws[self.file].source;
        if let Some((all, by_route)) = self.hours.get_mut(&(source, hour)) {
            *all -= 1;
            if let Some(route) = route {
                by_route[route] -= 1;
            }
            if *all == 0 {
                self.hours.remove(&(source, hour));
            }
        }
    }
}
