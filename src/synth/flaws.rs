//! What is wrong with the evidence: lines that are not there, clocks that jump, tables that are old or missing. The
//! truth is told of what happened, not of what is left of it.

use super::request::Ask;
use super::rng::{Draws, Topic, scramble};
use super::settings::Flaw;
use super::vocabulary::Vocabulary;
use super::world::{DAY, Span, World};

/// The flaws of one case.
pub(super) struct Flaws {
    all: Vec<Flaw>,
    /// In milliseconds.
    hole: (i64, i64),
    told: (i64, i64),
    day: (i64, i64),
    cut: (i64, i64),
    jump: i64,
    taken: u64,
}

impl Flaws {
    /// Draws where they lie; `raid` is when an attack begins, in milliseconds.
    pub(super) fn new(world: &World, all: &[Flaw], raid: Option<i64>) -> Flaws {
        let mut draws = Draws::new(world.seed, Topic::Flaws, 0, 0);
        let day = draws.between(1, i64::from(world.days) - 3);
        let somewhere = (world.from + day * DAY + draws.between(6, 14) * 3_600) * 1000;
        // Half of the holes swallow the middle of an attack.
        let from = match raid.filter(|_| draws.chance(500)) {
            Some(raid) => raid + draws.between(1, 20) * 10_000,
            None => somewhere,
        };
        let hours = draws.between(3, 9);
        let midnight = (world.from + day * DAY) * 1000;
        let third = i64::from(world.days) * DAY / 3;
        Flaws {
            all: all.to_vec(),
            hole: (from, from + hours * 3_600_000),
            told: Flaws::told(world, raid),
            day: (midnight, midnight + DAY * 1000),
            cut: ((world.from + third) * 1000, (world.until() - third) * 1000),
            jump: (world.from + i64::from(world.days) * DAY / 2) * 1000,
            taken: 0,
        }
    }

    /// A few minutes, half of the time in the middle of an attack.
    fn told(world: &World, raid: Option<i64>) -> (i64, i64) {
        let mut draws = Draws::new(world.seed, Topic::Flaws, 1, 0);
        let day = draws.between(1, i64::from(world.days) - 2);
        let somewhere = (world.from + day * DAY + draws.between(6, 18) * 3_600) * 1000;
        let from = match raid.filter(|_| draws.chance(500)) {
            Some(raid) => raid + draws.between(1, 20) * 5_000,
            None => somewhere,
        };
        (from, from + draws.between(2, 15) * 60_000)
    }

    fn has(&self, flaw: Flaw) -> bool {
        self.all.contains(&flaw)
    }

    /// Whether the line of a request is still there.
    pub(super) fn keep(&mut self, at: i64, ask: &Ask) -> bool {
        self.taken += 1;
        let lost = |flaw: Flaw| match flaw {
            Flaw::Hole => (self.hole.0..self.hole.1).contains(&at),
            Flaw::ToldHole => (self.told.0..self.told.1).contains(&at),
            Flaw::LostDay => (self.day.0..self.day.1).contains(&at),
            Flaw::NeverHost => self.taken.is_multiple_of(3),
            Flaw::MissingHost => at >= self.jump && self.taken.is_multiple_of(3),
            Flaw::Sampled => scramble(self.taken ^ at as u64).is_multiple_of(2),
            Flaw::UnloggedRoute => matches!(ask, Ask::Page(_)),
            Flaw::CutStart => at < self.cut.0,
            Flaw::CutEnd => at >= self.cut.1,
            _ => false,
        };
        !self.all.iter().any(|flaw| lost(*flaw))
    }

    /// What the clock of the log says.
    pub(super) fn clock(&self, at: i64) -> i64 {
        match self.has(Flaw::Clock) && at >= self.jump {
            true => at - 3_600_000,
            false => at,
        }
    }

    /// A table row's time as an old table has it; `None` = the row came later.
    pub(super) fn known(flaws: &[Flaw], world: &World, span: Span) -> Option<Span> {
        if !flaws.contains(&Flaw::StaleDirectory) {
            return Some(span);
        }
        let made = world.from + 2 * DAY;
        (span.from < made).then_some(Span {
            from: span.from,
            until: if span.until > made {
                i64::MAX
            } else {
                span.until
            },
        })
    }

    /// Keys of the source that tell what is known of its flaws.
    pub(super) fn case_keys(
        flaws: &[Flaw],
        world: &World,
        vocabulary: &Vocabulary,
        raid: Option<i64>,
    ) -> String {
        let mut keys = String::new();
        if flaws.contains(&Flaw::ToldHole) {
            let (from, until) = Flaws::told(world, raid);
            let time = |at: i64| {
                let at = chrono::DateTime::from_timestamp(at, 0).unwrap_or_default();
                at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
            };
            let (from, until) = (
                time(from.div_euclid(1000)),
                time(until.div_euclid(1000) + 1),
            );
            keys.push_str(&format!(
                "gaps = [{{ from = \"{from}\", until = \"{until}\", reason = \"rotation lost\" }}]\n"
            ));
        }
        if flaws.contains(&Flaw::Sampled) {
            keys.push_str("sampling = 0.5\n");
        }
        if flaws.contains(&Flaw::UnloggedRoute) {
            let routes = vocabulary.routes_but_pages();
            keys.push_str(&format!("logs_routes = {routes:?}\n"));
        }
        keys
    }
}
