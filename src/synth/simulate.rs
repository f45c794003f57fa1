//! Runs the days: visits become requests, requests answers, answers lines and truth.
//!
//! Requests wait in a queue only until nothing earlier can come any more, so memory does not grow
//! with the number of lines.

use std::collections::BTreeMap;

use super::flaws::Flaws;
use super::output::{Carrier, Entry, HOST, Layout, LogFiles, Sessions, Truth};
use super::problem::SynthProblem;
use super::request::{Ask, Plain, Request};
use super::rng::{Draws, Topic, scramble};
use super::schedule::Schedule;
use super::script::{Stage, Visit};

/// What the simulation reads and writes.
pub(super) struct Run<'r, 'w> {
    pub(super) stage: &'r Stage<'w>,
    pub(super) layout: &'r Layout,
    pub(super) logs: LogFiles<'r>,
    pub(super) sessions: Sessions,
    pub(super) truth: Truth<'w>,
    /// Some targets are written untidily, some lines late.
    pub(super) untidy: bool,
    pub(super) flaws: Flaws,
    pub(super) targets: Draws,
    /// Where links come from.
    pub(super) home_page: String,
    queue: BTreeMap<(i64, u64), Request>,
    taken: u64,
}

impl<'r, 'w> Run<'r, 'w> {
    pub(super) fn new(
        stage: &'r Stage<'w>,
        layout: &'r Layout,
        logs: LogFiles<'r>,
        sessions: Sessions,
        truth: Truth<'w>,
        (untidy, flaws): (bool, Flaws),
    ) -> Run<'r, 'w> {
        let world = stage.platform.world;
        let start = stage.vocabulary.target(world, &Ask::Plain(Plain::Start), 0);
        Run {
            stage,
            layout,
            logs,
            sessions,
            truth,
            untidy,
            flaws,
            targets: Draws::new(world.seed, Topic::Target, 0, 0),
            home_page: format!("https://{HOST}{}", start.path),
            queue: BTreeMap::new(),
            taken: 0,
        }
    }

    /// Plays all days; gives back what was written and what is true.
    pub(super) fn play(
        mut self,
        schedule: &Schedule,
    ) -> Result<(LogFiles<'r>, Truth<'w>), SynthProblem> {
        for day in 0..i64::from(self.stage.platform.world.days) {
            for visit in schedule.day(day) {
                self.write_until(visit.start * 1000)?;
                self.enter(&visit)?;
            }
        }
        self.write_until(i64::MAX)?;
        self.sessions.finish()?;
        Ok((self.logs, self.truth))
    }

    fn enter(&mut self, visit: &Visit) -> Result<(), SynthProblem> {
        let world = self.stage.platform.world;
        if let Some(who) = visit.who.filter(|_| !visit.goes_on(self.stage.raids)) {
            let name = &world.accounts[who as usize].name;
            self.sessions.row(visit.session, name, visit.start)?;
        }
        for request in self.stage.play(visit) {
            if request.at >= world.until() * 1000 {
                break;
            }
            self.taken += 1;
            let written = request.at + self.delay(&request);
            self.queue.insert((written, self.taken), request);
        }
        Ok(())
    }

    /// Servers write a line when the answer is out: a slow answer stands below later requests.
    fn delay(&self, request: &Request) -> i64 {
        let chance = scramble(request.at as u64 ^ request.session);
        match chance % 200 {
            0 if self.untidy => 1_000 + (chance >> 32) as i64 % 2_500,
            _ => 0,
        }
    }

    fn write_until(&mut self, limit: i64) -> Result<(), SynthProblem> {
        while let Some(first) = self.queue.first_entry() {
            let written = first.key().0;
            if written >= limit {
                break;
            }
            let request = first.remove();
            self.answer(&request, written)?;
        }
        Ok(())
    }

    fn answer(&mut self, request: &Request, written: i64) -> Result<(), SynthProblem> {
        let platform = self.stage.platform;
        let answer = platform.answer(request);
        self.truth.see(platform, request, &answer);
        if !self.flaws.keep(request.at, &request.ask) {
            return Ok(());
        }
        let account = request
            .who
            .map(|who| platform.world.accounts[who as usize].name.as_str());
        let link = !matches!(request.ask, Ask::Plain(_)) && !request.session.is_multiple_of(3);
        let entry = Entry {
            at: self.flaws.clock(request.at),
            client: request.client,
            account,
            session: request.who.map(|_| match request.stale {
                // A session that has run out is in no table.
                true => scramble(request.session),
                false => request.session,
            }),
            method: request.method.word(),
            target: self.target(request, account),
            status: answer.status,
            bytes: answer.bytes,
            referer: link.then_some(self.home_page.as_str()),
            agent: request.agent,
            took_ms: 3 + scramble(request.at as u64) % 180 + (written - request.at) as u64,
        };
        self.logs.write(&entry, written.div_euclid(1000))
    }

    fn target(&mut self, request: &Request, account: Option<&str>) -> String {
        let world = self.stage.platform.world;
        let mut target = self
            .stage
            .vocabulary
            .target(world, &request.ask, request.via);
        if let (Carrier::Query, Some(name)) = (self.layout.carrier, account) {
            target
                .query
                .push((Carrier::QUERY.to_owned(), name.to_owned()));
        }
        let names_somebody = !matches!(request.ask, Ask::Plain(_));
        if self.untidy && names_somebody && self.targets.chance(40) {
            let host = self.layout.shows_host().then_some(HOST);
            return target.untidy(&mut self.targets, host);
        }
        target.tidy()
    }
}
