//! What people and machines do in one visit, played into requests.
//!
//! A file per kind of behaviour. When visits happen is left to `schedule`; what is answered, to the
//! platform.

mod browse;
mod routine;

use std::net::IpAddr;

use super::clients;
use super::platform::Platform;
use super::raid::Raid;
use super::request::{Ask, Method, Plain, Request, Twist};
use super::rng::{Draws, Topic};
use super::vocabulary::Vocabulary;

/// One sitting of somebody.
#[derive(Clone, Debug)]
pub(super) struct Visit {
    /// Its first second.
    pub(super) start: i64,
    pub(super) who: Option<u32>,
    pub(super) session: u64,
    pub(super) script: Script,
}

impl Visit {
    /// Whether it uses the session of an earlier visit.
    pub(super) fn goes_on(&self, raids: &[Raid]) -> bool {
        match self.script {
            Script::Raid { raid, .. } => raids[raid].taken.is_some(),
            _ => false,
        }
    }
}

/// What happens in a visit.
#[derive(Clone, Debug)]
pub(super) enum Script {
    /// A person looks around in what is theirs.
    Browse,
    /// An integration reads its tenants' books, or one tenant's cards.
    SyncBooks,
    SyncCards,
    /// An administrator exports their own books.
    Export,
    /// Somebody opens a link that they were sent.
    Link(Vec<Ask>),
    /// A crawler without an account.
    Crawl,
    /// The monitoring service, for an hour.
    Heartbeat,
    /// A stretch of a raid.
    Raid {
        raid: usize,
        from: usize,
        until: usize,
    },
}

/// What every script may look at.
pub(super) struct Stage<'w> {
    pub(super) platform: &'w Platform<'w>,
    pub(super) vocabulary: &'w Vocabulary,
    pub(super) raids: &'w [Raid],
    /// The app asks for contacts as soon as a list is shown.
    pub(super) prefetches: bool,
    /// The app asks for the cards of a page in one request.
    pub(super) batches: bool,
}

impl Stage<'_> {
    /// Lines of an ordinary visit, about; measured.
    pub(super) fn lines_per_visit(&self) -> u64 {
        16 + 9 * u64::from(self.prefetches) + 2 * u64::from(self.batches)
    }

    /// The requests of a visit, in time order.
    pub(super) fn play(&self, visit: &Visit) -> Vec<Request> {
        let mut scene = Scene::open(self, visit);
        match &visit.script {
            Script::Browse => browse::browse(&mut scene),
            Script::SyncBooks => routine::sync_books(&mut scene),
            Script::SyncCards => routine::sync_cards(&mut scene),
            Script::Export => routine::export(&mut scene),
            Script::Link(asks) => browse::open_link(&mut scene, asks),
            Script::Crawl => routine::crawl(&mut scene),
            Script::Heartbeat => routine::heartbeat(&mut scene),
            Script::Raid { raid, from, until } => {
                routine::raid(&mut scene, &self.raids[*raid], *from..*until);
            }
        }
        scene.requests
    }
}

/// A visit while it is played.
struct Scene<'s> {
    stage: &'s Stage<'s>,
    draws: Draws,
    /// Now, in milliseconds.
    at: i64,
    who: Option<u32>,
    session: u64,
    client: IpAddr,
    agent: &'static str,
    /// The book that was opened last.
    via: usize,
    requests: Vec<Request>,
}

impl<'s> Scene<'s> {
    fn open(stage: &'s Stage<'s>, visit: &Visit) -> Scene<'s> {
        let who = visit.who.map_or(u64::MAX, u64::from);
        let mut draws = Draws::new(stage.platform.world.seed, Topic::Visit, visit.session, who);
        let hour = visit.start.rem_euclid(86_400) / 3_600;
        let (client, agent) = match visit.who {
            Some(account) => {
                let at_school = (7..14).contains(&hour) && draws.chance(600);
                let tenant = stage.platform.world.accounts[account as usize].tenant;
                let client = if at_school {
                    clients::school(tenant)
                } else {
                    clients::home(account)
                };
                (client, clients::browser(account, &mut draws))
            }
            None => (clients::outside(visit.session), clients::CRAWLER),
        };
        let at = visit.start * 1000 + draws.between(0, 999);
        let mut scene = Scene {
            stage,
            draws,
            at,
            who: visit.who,
            session: visit.session,
            client,
            agent,
            via: 0,
            requests: Vec::new(),
        };
        scene.via = scene.books().first().copied().unwrap_or(0);
        scene
    }

    fn now(&self) -> i64 {
        self.at.div_euclid(1000)
    }

    /// The books that the account may open now.
    fn books(&self) -> Vec<usize> {
        let open = |who| self.stage.platform.open_books(who, self.now());
        self.who.map(open).unwrap_or_default()
    }

    fn pause(&mut self, low_ms: i64, high_ms: i64) {
        self.at += self.draws.between(low_ms, high_ms);
    }

    /// Asks, with the mishaps that every client has now and then.
    fn ask(&mut self, ask: Ask) {
        match self.draws.below(1000) {
            0..6 => {
                self.send(ask.clone(), Twist::Fails);
                self.pause(400, 2_500);
            }
            6..11 => {
                let early = self.draws.chance(500);
                self.send(ask.clone(), Twist::Cut { early });
                self.pause(300, 4_000);
            }
            11..16 => self.send_as(Method::Head, ask.clone()),
            16..24 => self.send_as(Method::Options, ask.clone()),
            24..28 => {
                self.send(ask.clone(), Twist::None);
                self.pause(100, 1_500);
            }
            28..32 => {
                self.send(ask.clone(), Twist::Range);
                self.pause(50, 500);
            }
            _ => {}
        }
        self.send(ask, Twist::None);
    }

    fn send(&mut self, ask: Ask, twist: Twist) {
        self.push(Method::Get, ask, twist);
    }

    fn send_as(&mut self, method: Method, ask: Ask) {
        self.push(method, ask, Twist::None);
        self.pause(20, 200);
    }

    fn plain(&mut self, plain: Plain) {
        let twist = if self.draws.chance(150) {
            Twist::Cached
        } else {
            Twist::None
        };
        self.push(Method::Get, Ask::Plain(plain), twist);
    }

    fn push(&mut self, method: Method, ask: Ask, twist: Twist) {
        self.requests.push(Request {
            at: self.at,
            // A preflight carries no credentials.
            who: self.who.filter(|_| method != Method::Options),
            stale: false,
            session: self.session,
            client: self.client,
            agent: self.agent,
            method,
            ask,
            twist,
            via: self.via,
        });
    }
}
