//! Attacks: which accounts, which IDs or books, in which order, at which pace.
//!
//! Each is planned as a whole before the logs are written; `schedule` cuts it into visits. How
//! many were really disclosed is counted later, from the answers.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::clients;
use super::platform::{Hole, Platform};
use super::request::{Ask, Page};
use super::rng::{Draws, Topic};
use super::settings::{Attack, Hand, Pace, Settings, Split};
use super::vocabulary::Vocabulary;
use super::world::{BookKind, DAY, Role};

/// One account's part in an attack.
pub(super) struct Raid {
    pub(super) account: u32,
    /// Another client than the account's own.
    pub(super) client: Option<IpAddr>,
    pub(super) agent: &'static str,
    /// The session of an ordinary visit of the account, where it was taken over.
    pub(super) taken: Option<u64>,
    /// When (in milliseconds) and what, in order of time.
    pub(super) steps: Vec<(i64, Ask)>,
}

/// The check that an attack needs to be missing.
pub(super) fn hole(seed: u64, attack: Attack) -> Option<Hole> {
    let mut draws = Draws::new(seed, Topic::Raid, 0, 0);
    let items = [
        Some(Hole::Contact),
        Some(Hole::Contact),
        Some(Hole::Profile),
    ];
    match attack {
        Attack::Containers | Attack::Paging => Some(Hole::Book),
        Attack::Batch => Some(Hole::Batch),
        Attack::Probing => None,
        Attack::None | Attack::Pool => draws.one_of([
            None,
            Some(Hole::Contact),
            Some(Hole::Book),
            Some(Hole::Profile),
        ]),
        _ => draws.one_of(items),
    }
}

/// Plans the attack; empty for `Attack::None`.
pub(super) fn plan(
    attack: Attack,
    settings: &Settings,
    platform: &Platform,
    vocabulary: &Vocabulary,
) -> Vec<Raid> {
    let draws = Draws::new(platform.world.seed, Topic::Raid, 1, 0);
    let mut planner = Planner {
        attack,
        settings,
        platform,
        vocabulary,
        draws,
    };
    let mut raids = match attack {
        Attack::None => Vec::new(),
        Attack::Several => planner.several(),
        Attack::Pool => planner.pool(),
        _ => planner.alone(),
    };
    if settings.hand == Some(Hand::OneAddress) {
        for raid in &mut raids {
            raid.client = Some(clients::outside(99));
        }
    }
    raids
}

struct Planner<'p> {
    attack: Attack,
    settings: &'p Settings,
    platform: &'p Platform<'p>,
    vocabulary: &'p Vocabulary,
    draws: Draws,
}

impl Planner<'_> {
    fn alone(&mut self) -> Vec<Raid> {
        let count = if self.settings.hand == Some(Hand::Two) {
            2
        } else {
            1
        };
        let accounts = self.raiders(count, false);
        accounts
            .into_iter()
            .map(|account| self.by(account))
            .collect()
    }

    fn by(&mut self, account: u32) -> Raid {
        let start = self.start();
        let asks = self.asks(account, start);
        let mut raid = self.raid(account);
        if self.attack == Attack::TakenOver {
            raid.client = Some(clients::outside(100 + self.draws.below(50)));
            raid.taken = Some(self.draws.word());
        }
        if self.settings.hand == Some(Hand::Elsewhere) {
            raid.client = Some(clients::outside(100 + self.draws.below(50)));
        }
        if self.settings.hand == Some(Hand::School) {
            raid.client = Some(clients::school(
                self.platform.world.accounts[account as usize].tenant,
            ));
            raid.agent = clients::browser(account, &mut self.draws);
            raid.taken = Some(self.draws.word());
        }
        raid.steps = self.paced(asks, start);
        raid
    }

    /// One list of IDs, dealt out round or in stretches.
    fn several(&mut self) -> Vec<Raid> {
        let drawn = 3 + self.draws.index(4);
        let count = self
            .settings
            .accomplices
            .map_or(drawn, |count| count as usize);
        let accounts = self.raiders(count, false);
        let Some(first) = accounts.first().copied() else {
            return Vec::new();
        };
        let start = self.start();
        let asks = self.asks(first, start);
        let round = self.draws.chance(500);
        let stretch = asks.len().div_ceil(accounts.len());
        let split = self
            .settings
            .split
            .unwrap_or(if round { Split::Round } else { Split::Chunks });
        let timed = self.paced(asks, start);
        let mut raids: Vec<Raid> = accounts.iter().map(|account| self.raid(*account)).collect();
        for (at, step) in timed.into_iter().enumerate() {
            let turn = match split {
                Split::Round => at % raids.len(),
                Split::Chunks => at / stretch,
                Split::Shuffled => self.draws.index(raids.len()),
            };
            raids[turn].steps.push(step);
        }
        raids
    }

    /// Several members of staff, each with a script that fetches all that is theirs to see.
    fn pool(&mut self) -> Vec<Raid> {
        let count = 5 + self.draws.index(4);
        let mut raids = Vec::new();
        for account in self.raiders(count, true) {
            let start = self.start();
            let at = start.div_euclid(1000);
            let books = self.platform.open_books(account, at);
            let mut asks: Vec<Ask> = Vec::new();
            for book in &books {
                asks.extend(self.pages(*book, at));
            }
            asks.extend(
                self.own_cards(account, &books, at)
                    .into_iter()
                    .map(Ask::Card),
            );
            let mut raid = self.raid(account);
            raid.steps = self.briskly(asks, start);
            raids.push(raid);
        }
        raids
    }

    /// All contacts that an account may see: upwards, or as the books list them where numbers have
    /// no order to follow.
    fn own_cards(&self, account: u32, books: &[usize], at: i64) -> Vec<u64> {
        let world = self.platform.world;
        let (own, _) = self.platform.sort_contacts(account, at);
        if world.traits.ids.has_order() {
            return own;
        }
        let listed = books
            .iter()
            .flat_map(|book| world.listing(&world.books[*book], at));
        let listed = listed.map(|item| world.items[item as usize].number);
        let mut numbers = Vec::with_capacity(own.len());
        let mut left: BTreeSet<u64> = own.into_iter().collect();
        for number in listed {
            if left.remove(&number) {
                numbers.push(number);
            }
        }
        numbers.extend(left);
        numbers
    }

    fn raid(&mut self, account: u32) -> Raid {
        let agent = clients::script_agent(&mut self.draws);
        Raid {
            account,
            client: None,
            agent,
            taken: None,
            steps: Vec::new(),
        }
    }

    /// Accounts that stay in one tenant all the time; `staff` for those with much to see.
    fn raiders(&mut self, count: usize, staff: bool) -> Vec<u32> {
        let world = self.platform.world;
        let fits = |at: &u32| {
            let account = &world.accounts[*at as usize];
            let role = match account.role {
                Role::Teacher | Role::Principal => true,
                Role::Pupil | Role::Guardian => !staff,
                _ => false,
            };
            let units = account.rights.iter().map(|right| right.unit);
            let stays = account.open.from == i64::MIN && account.open.until == i64::MAX;
            role && stays && world.tenants_of(units).len() == 1
        };
        let mut able: Vec<u32> = (0..world.accounts.len() as u32).filter(fits).collect();
        self.draws.shuffle(&mut able);
        able.truncate(count);
        able
    }

    /// A moment inside the logs, in milliseconds, with a day and a half left on each side.
    fn start(&mut self) -> i64 {
        let world = self.platform.world;
        let day = self.draws.between(2, i64::from(world.days) - 3);
        let hour = self.draws.one_of([4, 11, 16, 19, 20]);
        (world.from + day * DAY + hour * 3_600 + self.draws.between(0, 3_000)) * 1000
    }

    fn asks(&mut self, account: u32, start: i64) -> Vec<Ask> {
        let at = start.div_euclid(1000);
        match self.attack {
            Attack::Containers => self.containers(account, at),
            Attack::Paging => self.directories(account, at),
            _ => {
                let mut numbers = self.numbers(account, at);
                if self.attack == Attack::Probing {
                    let world = self.platform.world;
                    numbers.extend((0..12).map(|_| world.unused_number(&mut self.draws)));
                }
                self.on_route(numbers)
            }
        }
    }

    fn on_route(&mut self, numbers: Vec<u64>) -> Vec<Ask> {
        match self.platform.hole {
            Some(Hole::Profile) => numbers.into_iter().map(Ask::Profile).collect(),
            Some(Hole::Batch) => {
                let size = 8 + self.draws.index(25);
                numbers
                    .chunks(size)
                    .map(|ids| Ask::Batch(ids.to_vec()))
                    .collect()
            }
            _ => numbers.into_iter().map(Ask::Card).collect(),
        }
    }

    /// The numbers to ask for, in order.
    fn numbers(&mut self, account: u32, at: i64) -> Vec<u64> {
        let (_, foreign) = self.platform.sort_contacts(account, at);
        let ordered = self.platform.world.traits.ids.has_order();
        let want = 60 + self.draws.index((foreign.len() / 8).min(540));
        if let Some(extent) = self.settings.extent {
            return self.exactly(&foreign, account, extent as usize, at);
        }
        match self.attack {
            Attack::Sequential => self.walk(&foreign, 1, want),
            Attack::Stride => {
                let step = self.draws.one_of([2, 3, 5, 7, -1, -2]);
                self.walk(&foreign, step, want)
            }
            Attack::OneTenant => self.one_tenant(&foreign, account, want, at),
            Attack::Slow if ordered => self.walk(&foreign, 1, want.min(120)),
            Attack::Slow => self.known(&foreign, want.min(120)),
            Attack::Shuffled | Attack::Batch => self.known(&foreign, want.max(160)),
            _ if ordered && self.draws.chance(600) => self.walk(&foreign, 1, want.max(160)),
            _ => self.known(&foreign, want.max(160)),
        }
    }

    /// So many foreign numbers and no more.
    fn exactly(&mut self, foreign: &[u64], account: u32, want: usize, at: i64) -> Vec<u64> {
        let ordered = self.platform.world.traits.ids.has_order();
        match self.attack {
            Attack::Sequential => self.walk(foreign, 1, want),
            Attack::Stride => {
                let step = self.draws.one_of([2, 3, 5, 7, -1, -2]);
                self.walk(foreign, step, want)
            }
            Attack::OneTenant => {
                let mut numbers = self.one_tenant(foreign, account, want, at);
                numbers.truncate(want);
                numbers
            }
            Attack::Several if ordered => self.walk(foreign, 1, want),
            _ => self.known(foreign, want),
        }
    }

    /// From some number on by steps, through whatever lies there, until enough foreign ones.
    fn walk(&mut self, foreign: &[u64], step: i64, want: usize) -> Vec<u64> {
        let sixth = foreign.len() / 6;
        let from = if step > 0 {
            self.draws.index(sixth)
        } else {
            foreign.len() - 1 - self.draws.index(sixth)
        };
        let ends = foreign.first().zip(foreign.last());
        let (Some(start), Some((low, high))) = (foreign.get(from), ends) else {
            return Vec::new();
        };
        let (mut number, mut found, mut numbers) = (*start as i64, 0, Vec::new());
        while found < want && (*low as i64..=*high as i64).contains(&number) {
            numbers.push(number as u64);
            found += usize::from(foreign.binary_search(&(number as u64)).is_ok());
            number += step;
        }
        numbers
    }

    /// Numbers that somebody already knew, in random order.
    fn known(&mut self, foreign: &[u64], want: usize) -> Vec<u64> {
        let mut numbers = foreign.to_vec();
        self.draws.shuffle(&mut numbers);
        numbers.truncate(want);
        numbers
    }

    fn one_tenant(&mut self, foreign: &[u64], account: u32, want: usize, at: i64) -> Vec<u64> {
        let world = self.platform.world;
        let mut by_tenant: Vec<Vec<u64>> = world.tenants.iter().map(|_| Vec::new()).collect();
        for number in foreign {
            let item = world
                .item_of(*number)
                .map(|item| &world.items[item as usize]);
            if let Some(stay) = item.and_then(|item| item.stay_at(at)) {
                by_tenant[world.tenant_of(stay.unit) as usize].push(*number);
            }
        }
        by_tenant[world.accounts[account as usize].tenant as usize].clear();
        let largest = by_tenant
            .into_iter()
            .max_by_key(Vec::len)
            .unwrap_or_default();
        if self.draws.chance(500) {
            return largest.into_iter().take(want.max(100)).collect();
        }
        self.known(&largest, want.max(100))
    }

    /// A page or two of each of many foreign books.
    fn containers(&mut self, account: u32, at: i64) -> Vec<Ask> {
        let mut books = self.foreign_books(account, at);
        books.retain(|book| self.platform.world.books[*book].kind != BookKind::Register);
        if self.draws.chance(400) {
            self.draws.shuffle(&mut books);
        }
        let drawn = 30 + self.draws.index(60);
        books.truncate(self.settings.extent.map_or(drawn, |extent| extent as usize));
        let mut asks = Vec::new();
        for book in books {
            let pages = 1 + self.draws.index(2);
            asks.extend(self.pages(book, at).into_iter().take(pages));
        }
        asks
    }

    /// Foreign tenants' books of everyone, each to its end and one page beyond.
    fn directories(&mut self, account: u32, at: i64) -> Vec<Ask> {
        let world = self.platform.world;
        let foreign = self.foreign_books(account, at);
        let tenants = world.tenants.iter().map(|tenant| world.everyone(tenant));
        let mut books: Vec<usize> = tenants.filter(|book| foreign.contains(book)).collect();
        self.draws.shuffle(&mut books);
        let mut asks = Vec::new();
        for book in books
            .into_iter()
            .take(self.settings.extent.map_or(12, |extent| extent as usize))
        {
            let pages = self.pages(book, at);
            let end = pages.len() as u64 * self.vocabulary.page_size;
            asks.extend(pages);
            asks.push(self.page(book, end, self.vocabulary.page_size));
        }
        asks
    }

    fn foreign_books(&self, account: u32, at: i64) -> Vec<usize> {
        let books = &self.platform.world.books;
        // A list that the account may not open, though it may see most of those on it, is no foreign one.
        let foreign = |book: &usize| {
            let listing = self.platform.world.listing(&books[*book], at);
            let own = listing
                .iter()
                .filter(|item| self.platform.may_see(account, **item, at))
                .count();
            !self.platform.may_open(account, &books[*book], at) && 2 * own < listing.len()
        };
        (0..books.len()).filter(foreign).collect()
    }

    /// All pages of a book; a larger stretch at once where the platform lets clients choose.
    fn pages(&mut self, book: usize, at: i64) -> Vec<Ask> {
        let world = self.platform.world;
        let members = world.listing(&world.books[book], at).len() as u64;
        let factor = if self.vocabulary.takes() && self.draws.chance(300) {
            4
        } else {
            1
        };
        let take = self.vocabulary.page_size * factor;
        (0..members.div_ceil(take).max(1))
            .map(|page| self.page(book, page * take, take))
            .collect()
    }

    fn page(&self, book: usize, skip: u64, take: u64) -> Ask {
        let bare = skip == 0 && take == self.vocabulary.page_size;
        Ask::Page(Page {
            book,
            skip,
            take,
            bare,
        })
    }

    fn paced(&mut self, asks: Vec<Ask>, start: i64) -> Vec<(i64, Ask)> {
        match (self.settings.pace, self.attack) {
            (Some(Pace::Slow), _) | (None, Attack::Slow) => self.slowly(asks),
            _ => self.briskly(asks, start),
        }
    }

    /// One after the other, several in a second or every few seconds.
    fn briskly(&mut self, asks: Vec<Ask>, start: i64) -> Vec<(i64, Ask)> {
        let pace = self.draws.one_of([300, 1_500, 6_000]);
        let mut at = start;
        let mut steps = Vec::with_capacity(asks.len());
        for ask in asks {
            steps.push((at, ask));
            at += self.draws.between(pace / 5, pace);
        }
        steps
    }

    /// A few a day over the whole time, by daylight.
    fn slowly(&mut self, asks: Vec<Ask>) -> Vec<(i64, Ask)> {
        let world = self.platform.world;
        let days = i64::from(world.days) - 1;
        let count = asks.len().max(1) as i64;
        let mut steps = Vec::with_capacity(asks.len());
        for (nth, ask) in asks.into_iter().enumerate() {
            let day = nth as i64 * days / count;
            let of_day = nth as i64 - (day * count + days - 1) / days;
            let slot = 12 * 3_600 / (count / days + 2);
            let second = 6 * 3_600 + of_day.max(0) * slot + self.draws.between(0, slot / 2);
            steps.push(((world.from + day * DAY + second) * 1000, ask));
        }
        steps
    }
}
