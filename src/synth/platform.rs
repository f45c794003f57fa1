//! The simulated platform: who may see what, the check that is missing, and each answer.
//!
//! Its rule works on the people in memory. It is the truth that an answer about the case is held
//! against, and shares nothing with the code that reads a directory.

use super::request::{Ask, Method, Page, Plain, Request, Twist};
use super::rng::scramble;
use super::world::{Book, BookKind, ItemKind, Right, World};

/// The route on which the platform forgets to ask who is asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hole {
    Contact,
    Book,
    Profile,
    Batch,
}

impl Hole {
    pub(super) fn word(self) -> &'static str {
        match self {
            Hole::Contact => "contact",
            Hole::Book => "book pages",
            Hole::Profile => "profile",
            Hole::Batch => "batch",
        }
    }
}

/// How this platform answers.
pub(super) struct Platform<'w> {
    pub(super) world: &'w World,
    pub(super) hole: Option<Hole>,
    /// A missing contact is an empty 200 and not a 404.
    pub(super) soft: bool,
    /// The server writes 499 when a client hangs up, and 206 for parts.
    pub(super) tells_cuts: bool,
    /// Strangers are sent to the login page and not refused.
    pub(super) redirects: bool,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) bytes: u64,
    /// Items that the answer is about; whether they left depends on status, method and bytes.
    pub(super) items: Vec<u32>,
}

impl Answer {
    fn empty(status: u16, bytes: u64) -> Answer {
        Answer {
            status,
            bytes,
            items: Vec::new(),
        }
    }
}

impl Platform<'_> {
    /// Whether an account may see an item at an instant (in seconds).
    pub(super) fn may_see(&self, account: u32, item: u32, at: i64) -> bool {
        let item = &self.world.items[item as usize];
        let hidden = self.world.traits.protection && item.protected;
        self.world.accounts[account as usize]
            .rights
            .iter()
            .any(|right| {
                right.span.holds(at)
                    && (right.protected || !hidden)
                    && item
                        .stays
                        .iter()
                        .any(|s| s.span.holds(at) && self.reaches(right, s.unit))
            })
    }

    /// Whether the tables say that an account may see an item at an instant (in seconds).
    pub(super) fn listed(&self, account: u32, item: u32, at: i64) -> bool {
        let item = &self.world.items[item as usize];
        let hidden = self.world.traits.protection && item.protected;
        let rights = self.world.accounts[account as usize].rights.iter();
        rights
            .filter(|right| right.listed.is_some_and(|span| span.holds(at)))
            .any(|right| {
                (right.protected || !hidden)
                    && item
                        .stays
                        .iter()
                        .any(|s| s.span.holds(at) && self.reaches(right, s.unit))
            })
    }

    /// Whether an account may open a book at an instant.
    pub(super) fn may_open(&self, account: u32, book: &Book, at: i64) -> bool {
        self.world.accounts[account as usize]
            .rights
            .iter()
            .any(|right| {
                right.span.holds(at)
                    && (right.protected || book.kind != BookKind::Register)
                    && self.reaches(right, book.unit)
            })
    }

    /// The books that an account may open at an instant, in the order of the world.
    pub(super) fn open_books(&self, account: u32, at: i64) -> Vec<usize> {
        let rights = &self.world.accounts[account as usize].rights;
        let mut books: Vec<usize> = rights
            .iter()
            .flat_map(|right| self.world.books_under(right.unit))
            .filter(|book| self.may_open(account, &self.world.books[*book], at))
            .collect();
        books.sort_unstable();
        books.dedup();
        books
    }

    /// The contacts that an account may see at an instant and those that it may not, by number.
    pub(super) fn sort_contacts(&self, account: u32, at: i64) -> (Vec<u64>, Vec<u64>) {
        let world = self.world;
        let exists = |item: u32| world.items[item as usize].stay_at(at).is_some();
        let contact = |item: u32| world.items[item as usize].kind == ItemKind::Contact;
        let there = world
            .numbers()
            .iter()
            .filter(|(_, item)| contact(*item) && exists(*item));
        let (mut own, mut foreign) = (Vec::new(), Vec::new());
        for (number, item) in there {
            match self.may_see(account, *item, at) {
                true => own.push(*number),
                false => foreign.push(*number),
            }
        }
        (own, foreign)
    }

    fn reaches(&self, right: &Right, unit: u32) -> bool {
        let top = &self.world.units[right.unit as usize];
        let below = right.unit <= unit && unit <= top.last;
        below && (right.form.is_none() || right.form == self.world.units[unit as usize].form)
    }

    /// Answers a request.
    pub(super) fn answer(&self, request: &Request) -> Answer {
        if request.method == Method::Options {
            return Answer::empty(204, 0);
        }
        if request.twist == Twist::Fails {
            return Answer::empty(if request.at % 2 == 0 { 502 } else { 503 }, 166);
        }
        if let Ask::Plain(_) = request.ask {
            return self.plain(request);
        }
        let Some(account) = request.who.filter(|_| !request.stale) else {
            let redirected = self.redirects && !request.stale;
            return Answer::empty(if redirected { 302 } else { 401 }, 0);
        };
        let at = request.at.div_euclid(1000);
        let answer = match &request.ask {
            Ask::Card(number) => self.items(account, &[*number], Some(Hole::Contact), request),
            Ask::Profile(number) => self.items(account, &[*number], Some(Hole::Profile), request),
            Ask::Batch(numbers) => self.items(account, numbers, Some(Hole::Batch), request),
            Ask::File(number) => self.items(account, &[*number], None, request),
            Ask::Page(page) => self.page(account, page, at),
            Ask::Export(book) => self.export(account, *book, at),
            Ask::Plain(_) => self.plain(request),
        };
        // An empty 200 stays one: as a 304 the log would say that something was there.
        if answer.status == 200 && answer.bytes > 2 {
            self.twisted(answer, request)
        } else {
            answer
        }
    }

    fn plain(&self, request: &Request) -> Answer {
        match (request.method, request.twist) {
            _ if request.ask == Ask::Plain(Plain::Health) => Answer::empty(200, 15),
            (Method::Post, _) => Answer::empty(302, 0),
            (_, Twist::Cached) => Answer::empty(304, 0),
            (Method::Head, _) => Answer::empty(200, 0),
            _ => Answer::empty(200, 2 + scramble(request.session) % 9_000),
        }
    }

    /// Items by number: all of them or none.
    fn items(
        &self,
        account: u32,
        numbers: &[u64],
        hole: Option<Hole>,
        request: &Request,
    ) -> Answer {
        let at = request.at.div_euclid(1000);
        let file = matches!(request.ask, Ask::File(_));
        let kind = if file {
            ItemKind::File
        } else {
            ItemKind::Contact
        };
        let single = matches!(request.ask, Ask::Card(_) | Ask::Profile(_));
        let mut items = Vec::new();
        for number in numbers {
            let known = self.world.item_of(*number).filter(|item| {
                let item = &self.world.items[*item as usize];
                item.kind == kind && item.stay_at(at).is_some()
            });
            match known {
                Some(item) => items.push(item),
                None if self.soft && single => return Answer::empty(200, 2),
                None => return Answer::empty(404, 61),
            }
        }
        let open = hole.is_some() && hole == self.hole;
        if !open && !items.iter().all(|item| self.may_see(account, *item, at)) {
            return Answer::empty(403, 87);
        }
        let bytes = numbers
            .iter()
            .map(|number| body(&request.ask, *number))
            .sum();
        Answer {
            status: 200,
            bytes,
            items,
        }
    }

    fn page(&self, account: u32, page: &Page, at: i64) -> Answer {
        let book = &self.world.books[page.book];
        if self.hole != Some(Hole::Book) && !self.may_open(account, book, at) {
            return Answer::empty(403, 87);
        }
        let listing = self.world.listing(book, at).into_iter();
        let items: Vec<u32> = listing
            .skip(page.skip as usize)
            .take(page.take as usize)
            .collect();
        let bytes = match items.len() {
            0 => 24,
            some => {
                90 + items
                    .iter()
                    .map(|item| 60 + scramble(u64::from(*item)) % 40)
                    .sum::<u64>()
                    + some as u64
            }
        };
        Answer {
            status: 200,
            bytes,
            items,
        }
    }

    /// The export asks even where everything else forgets to.
    fn export(&self, account: u32, book: usize, at: i64) -> Answer {
        let book = &self.world.books[book];
        if !self.may_open(account, book, at) {
            return Answer::empty(403, 87);
        }
        let items = self.world.listing(book, at);
        Answer {
            status: 200,
            bytes: 900 + 190 * items.len() as u64,
            items,
        }
    }

    /// What method and mishaps make of a good answer.
    fn twisted(&self, mut answer: Answer, request: &Request) -> Answer {
        match request.twist {
            _ if request.method == Method::Head => answer.bytes = 0,
            Twist::Cached => (answer.status, answer.bytes) = (304, 0),
            Twist::Range if self.tells_cuts && answer.bytes > 2 => {
                (answer.status, answer.bytes) = (206, answer.bytes - answer.bytes / 3);
            }
            Twist::Cut { early } if self.tells_cuts => {
                answer.status = 499;
                answer.bytes = if early { 0 } else { answer.bytes / 2 };
            }
            _ => {}
        }
        answer
    }
}

/// The size of an item's body, the same every time.
fn body(ask: &Ask, number: u64) -> u64 {
    let chance = scramble(number);
    match ask {
        Ask::Profile(_) => 700 + chance % 2_400,
        Ask::File(_) => 9_000 + chance % 400_000,
        _ => 170 + chance % 640,
    }
}
