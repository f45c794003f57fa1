//! A made-up platform and the requests that reach it, always the same for the same seed and day.
//!
//! Tenants hold accounts and contacts by plain arithmetic, so that a peer's query can tell a foreign
//! contact without a table. How a request is written is left to `lines`, files and tables to `logs`.

use std::f64::consts::TAU;

/// Controllers of the platform.
pub const TENANTS: u64 = 80;
/// Account `n` is of tenant `n / 5,000`.
pub const ACCOUNTS: u64 = 5_000;
/// Contact `n` is of tenant `n / 100,000`.
pub const BLOCK: u64 = 100_000;
/// So many contacts of each block exist.
pub const CONTACTS: u64 = 5_000;
/// Contacts of a class, that is of an address book.
const CLASS: u64 = 25;
/// The account that walks through other tenants' contacts, and how far it comes.
const WALKER: u64 = 123_457;
const WALK: u64 = 20_000;
const GIANT: u64 = 200_017;
const VISITS: usize = 2_000;

/// How requests are shared out among accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Shape {
    /// 40 accounts make everything.
    Few,
    /// 400,000 accounts, the busiest far ahead.
    Many,
    /// One account makes half of everything, 400,000 the rest.
    Giant,
    /// As `many`, and one line in a hundred is damaged.
    Damaged,
}

/// Draws that are the same everywhere: a congruential generator whose high bits are mixed.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        let mut dice = Dice(seed.wrapping_mul(0xD134_2543_DE82_EF95) | 1);
        dice.draw();
        dice
    }

    pub fn draw(&mut self) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 ^ (self.0 >> 29)).wrapping_mul(0x9FB2_1C65_1E98_DF25) >> 16
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        // 48 bits are drawn; no bound here comes near.
        ((self.draw() & ((1 << 32) - 1)) * bound) >> 32
    }

    pub fn one_in(&mut self, bound: u64) -> bool {
        self.below(bound) == 0
    }
}

/// What a line says.
pub struct Request {
    /// Seconds since the epoch.
    pub at: u64,
    pub client: [u8; 4],
    pub account: Option<u64>,
    pub tenant: u64,
    pub method: &'static str,
    pub path: String,
    pub query: String,
    pub status: u16,
    pub bytes: u64,
    pub agent: usize,
    pub millis: u64,
    pub number: u64,
}

/// Somebody who is there at the moment.
struct Visit {
    account: u64,
    client: [u8; 4],
    agent: usize,
    class: u64,
    left: u64,
    page: u64,
}

/// A day of the platform.
pub struct Day {
    shape: Shape,
    dice: Dice,
    begins: u64,
    visits: Vec<Visit>,
    walked: u64,
}

impl Day {
    /// Day `number`, from 0; the walk is on the first.
    pub fn new(shape: Shape, number: u64) -> Day {
        let mut day = Day {
            shape,
            dice: Dice::new(number + 1),
            // 2026-11-02, a Monday.
            begins: 1_793_577_600 + number * 86_400,
            visits: Vec::with_capacity(VISITS),
            walked: if number == 0 { 0 } else { WALK },
        };
        for _ in 0..VISITS {
            let mut visit = day.visit();
            // They are in the middle of it when the day begins.
            visit.left = 1 + day.dice.below(visit.left);
            day.visits.push(visit);
        }
        day
    }

    fn visit(&mut self) -> Visit {
        let dice = &mut self.dice;
        let all = TENANTS * ACCOUNTS;
        let account = match self.shape {
            Shape::Few => dice.below(40) * 2 * ACCOUNTS + 11,
            Shape::Giant if dice.one_in(2) => GIANT,
            _ => {
                // Squares crowd near 0; the multiplication spreads those ranks over all tenants.
                let rank = dice.below(all) * dice.below(all) / all;
                rank * 100_003 % all
            }
        };
        let tenant = account / ACCOUNTS;
        let fixed = Dice::new(account).draw();
        let at_home = dice.below(4) > 0;
        let host = if at_home { fixed } else { dice.draw() };
        Visit {
            account,
            client: [10 + tenant as u8, 20, (host >> 8) as u8, host as u8],
            agent: (fixed >> 20) as usize,
            class: (fixed >> 24) % (CONTACTS / CLASS),
            left: 5 + dice.below(25),
            page: 1,
        }
    }

    /// The next request, when `done` (0 to 1) of the day's lines are written.
    pub fn next(&mut self, done: f64) -> Request {
        // Sparse at midnight, dense at noon.
        let of_day = (done + 0.1 * (TAU * done).sin()).clamp(0.0, 0.99999);
        let at = self.begins + (of_day * 86_400.0) as u64;
        if self.walked < WALK && done > 0.3 && self.dice.one_in(50) {
            return self.step(at);
        }
        let place = self.dice.below(VISITS as u64) as usize;
        if self.visits[place].left == 0 {
            self.visits[place] = self.visit();
        }
        let (visit, dice) = (&mut self.visits[place], &mut self.dice);
        visit.left -= 1;
        let tenant = visit.account / ACCOUNTS;
        let mut request = Request {
            at,
            client: visit.client,
            account: Some(visit.account),
            tenant,
            method: "GET",
            path: String::new(),
            query: String::new(),
            status: 200,
            bytes: 500 + dice.below(1_500),
            agent: visit.agent,
            millis: 3 + dice.below(60),
            number: dice.draw(),
        };
        request.fill(visit, dice);
        request
    }

    /// The walker asks for the next contact of another tenant.
    fn step(&mut self, at: u64) -> Request {
        let step = self.walked;
        self.walked += 1;
        // Tenants 5, 6, … one behind the other: its own is 24, and that comes last, if at all.
        let id = (5 + step / CONTACTS) * BLOCK + step % CONTACTS;
        let there = !self.dice.one_in(20);
        Request {
            at,
            client: [192, 0, 2, 17],
            account: Some(WALKER),
            tenant: WALKER / ACCOUNTS,
            method: "GET",
            path: card(WALKER / ACCOUNTS * 1_000 + 3, id),
            query: String::new(),
            status: if there { 200 } else { 404 },
            bytes: if there {
                700 + self.dice.below(300)
            } else {
                60
            },
            agent: 7,
            millis: 9,
            number: self.dice.draw(),
        }
    }
}

fn card(book: u64, contact: u64) -> String {
    format!("/api/v1/addressbooks/{book}/contacts/{contact}")
}

impl Request {
    fn fill(&mut self, visit: &mut Visit, dice: &mut Dice) {
        let book = self.tenant * 1_000 + visit.class;
        match dice.below(100) {
            0..4 => {
                self.method = "POST";
                self.path = "/api/v1/auth/login".to_owned();
                self.account = None;
                self.status = if dice.one_in(20) { 401 } else { 200 };
            }
            4..24 => {
                const PARTS: [&str; 5] =
                    ["app.js", "base.css", "logo.svg", "text.woff2", "de.json"];
                let part = PARTS[dice.below(5) as usize];
                self.path = format!("/assets/{part}");
                self.account = self.account.filter(|_| dice.one_in(2));
                self.status = if dice.one_in(3) { 304 } else { 200 };
                self.bytes = if self.status == 304 {
                    0
                } else {
                    self.bytes * 20
                };
            }
            24..35 => {
                self.path = format!("/api/v1/addressbooks/{book}/contacts");
                self.query = format!("page={}&per_page=50", visit.page);
                self.bytes *= 5;
                visit.page = if dice.one_in(3) { 1 } else { visit.page + 1 };
            }
            35..66 => {
                let (own, any) = (
                    visit.class * CLASS + dice.below(CLASS),
                    dice.below(CONTACTS),
                );
                let within = if dice.one_in(4) { any } else { own };
                let mut id = self.tenant * BLOCK + within;
                if dice.one_in(2_000) {
                    id = dice.below(TENANTS) * BLOCK + any;
                    self.status = if dice.one_in(3) { 200 } else { 403 };
                } else if dice.one_in(60) {
                    self.status = 404;
                }
                self.path = card(book, id);
                self.bytes = if self.status == 200 { self.bytes } else { 60 };
            }
            66..90 => {
                self.path = "/api/v1/mail/folders/inbox/messages".to_owned();
                self.query = format!("offset={}&limit=25", 25 * dice.below(20));
            }
            _ => {
                self.path = format!("/api/v1/calendar/{}/events", visit.account);
                self.query = "from=2026-11-01&to=2026-11-30".to_owned();
                self.status = if dice.one_in(200) { 500 } else { 200 };
            }
        }
    }
}
