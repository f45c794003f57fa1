//! When things happen: the visits of each day, in order.
//!
//! Only one day's visits are in memory at a time, each a few words long.

use super::links;
use super::raid::Raid;
use super::rng::{Draws, Topic};
use super::script::{Script, Stage, Visit};
use super::settings::Settings;
use super::world::{DAY, Role, World};

/// How busy each hour (UTC) of a day is.
const HOURS: [u64; 24] = [
    0, 0, 0, 0, 0, 2, 6, 9, 9, 8, 8, 7, 7, 8, 7, 6, 6, 7, 8, 6, 2, 0, 0, 0,
];
/// How busy each day of a week is, from Monday.
const WEEKDAYS: [u64; 7] = [12, 11, 11, 10, 9, 3, 5];

/// Everything that will happen.
pub(super) struct Schedule<'w> {
    world: &'w World,
    /// Ordinary visits in seven days; single days differ.
    visits_a_week: u64,
    /// Visits that are planned as a whole: raids and shared links, in order of time.
    planned: Vec<Visit>,
    integrations: Vec<u32>,
    substitutes: Vec<u32>,
    exporters: Vec<(i64, u32)>,
}

impl<'w> Schedule<'w> {
    pub(super) fn new(settings: &Settings, stage: &Stage<'w>) -> Schedule<'w> {
        let world = stage.platform.world;
        let mut planned = links::plan(stage.platform, stage.vocabulary, stage.raids);
        let raids = stage.raids.iter().enumerate();
        planned.extend(raids.flat_map(|(at, raid)| raid_visits(world.seed, at, raid)));
        planned.sort_by_key(|visit| visit.start);
        let with_role = |role: Role| {
            let fits = move |at: &u32| world.accounts[*at as usize].role == role;
            (0..world.accounts.len() as u32)
                .filter(fits)
                .collect::<Vec<u32>>()
        };
        let administrators = with_role(Role::Administrator);
        let exports = (administrators.len() / 12).max(2);
        let mut draws = Draws::new(world.seed, Topic::Day, u64::MAX, 0);
        let exporters = (0..exports).filter_map(|_| {
            let day = draws.between(0, i64::from(world.days) - 1);
            Some((day, draws.pick(&administrators)?))
        });
        let exporters = exporters.collect();
        let integrations = with_role(Role::Integration);
        let left = settings
            .lines
            .saturating_sub(fixed_lines(world, &integrations));
        let visits = left / stage.lines_per_visit();
        Schedule {
            world,
            visits_a_week: visits * 7 / u64::from(world.days),
            planned,
            integrations,
            substitutes: with_role(Role::Substitute),
            exporters,
        }
    }

    /// The visits that begin on a day, in order.
    pub(super) fn day(&self, day: i64) -> Vec<Visit> {
        let midnight = self.world.from + day * DAY;
        let draws = Draws::new(self.world.seed, Topic::Day, day as u64, 0);
        let mut agenda = Agenda {
            midnight,
            draws,
            visits: Vec::new(),
        };
        self.machines(&mut agenda);
        self.people(&mut agenda, day);
        let mut visits = agenda.visits;
        let today = |visit: &&Visit| (midnight..midnight + DAY).contains(&visit.start);
        visits.extend(self.planned.iter().filter(today).cloned());
        visits.sort_by_key(|visit| visit.start);
        visits
    }

    fn machines(&self, agenda: &mut Agenda) {
        for hour in 0..24 {
            agenda.add(hour * 3_600, None, Script::Heartbeat);
        }
        for (nth, who) in self.integrations.iter().enumerate() {
            let script = if nth == 0 {
                Script::SyncCards
            } else {
                Script::SyncBooks
            };
            agenda.add(3_600 + nth as i64 * 1_020, Some(*who), script);
        }
        let second = agenda.draws.between(0, 80_000);
        agenda.add(second, None, Script::Crawl);
    }

    fn people(&self, agenda: &mut Agenda, day: i64) {
        for _ in 0..self.ordinary(day) {
            let who = agenda.draws.index(self.world.accounts.len()) as u32;
            let second = moment(&mut agenda.draws);
            if self.browses(who, agenda.midnight + second) {
                agenda.add(second, Some(who), Script::Browse);
            }
        }
        for who in &self.substitutes {
            let second = agenda.draws.between(7 * 3_600, 14 * 3_600);
            let rights = &self.world.accounts[*who as usize].rights;
            if rights
                .iter()
                .any(|right| right.span.holds(agenda.midnight + second))
            {
                agenda.add(second, Some(*who), Script::Browse);
            }
        }
        for (_, who) in self.exporters.iter().filter(|(when, _)| *when == day) {
            let second = agenda.draws.between(8 * 3_600, 15 * 3_600);
            agenda.add(second, Some(*who), Script::Export);
        }
    }

    /// Ordinary visits of a day; at the rollover everybody looks at the new class.
    fn ordinary(&self, day: i64) -> u64 {
        let weight = WEEKDAYS[(day % 7) as usize];
        let total: u64 = WEEKDAYS.iter().sum();
        let visits = (self.visits_a_week * weight / total).max(5);
        let rollover = self.world.traits.rollover == Some(self.world.from + day * DAY);
        if rollover { visits * 3 / 2 } else { visits }
    }

    /// Machines and substitutes have hours of their own.
    fn browses(&self, who: u32, at: i64) -> bool {
        let account = &self.world.accounts[who as usize];
        account.open.holds(at) && !matches!(account.role, Role::Integration | Role::Substitute)
    }
}

/// A day while its visits are drawn.
struct Agenda {
    midnight: i64,
    draws: Draws,
    visits: Vec<Visit>,
}

impl Agenda {
    fn add(&mut self, second: i64, who: Option<u32>, script: Script) {
        let (start, session) = (self.midnight + second, self.draws.word());
        self.visits.push(Visit {
            start,
            who,
            session,
            script,
        });
    }
}

/// What happens however few lines are asked for.
fn fixed_lines(world: &World, integrations: &[u32]) -> u64 {
    let served = |who: &u32| world.accounts[*who as usize].rights.len() as u64;
    let tenants: u64 = integrations.iter().map(served).sum();
    let items = world.items.len() as u64 / world.tenants.len().max(1) as u64;
    (288 + 12 + items + tenants * items / 14) * u64::from(world.days)
}

/// A second of the day, as people spread over it.
fn moment(draws: &mut Draws) -> i64 {
    let mut at = draws.below(HOURS.iter().sum());
    for (hour, weight) in HOURS.iter().enumerate() {
        if at < *weight {
            return hour as i64 * 3_600 + draws.between(0, 3_599);
        }
        at -= weight;
    }
    12 * 3_600
}

/// A raid as visits: a new one each hour, and before a taken-over session its owner's own visit.
fn raid_visits(seed: u64, at: usize, raid: &Raid) -> Vec<Visit> {
    let mut draws = Draws::new(seed, Topic::Session, at as u64, 0);
    let who = Some(raid.account);
    let mut visits = Vec::new();
    let mut from = 0;
    let hour = |step: usize| raid.steps[step].0.div_euclid(3_600_000);
    if let (Some(session), Some((first, _))) = (raid.taken, raid.steps.first()) {
        let start = first.div_euclid(1000) - 900;
        visits.push(Visit {
            start,
            who,
            session,
            script: Script::Browse,
        });
    }
    for until in 1..=raid.steps.len() {
        if until < raid.steps.len() && hour(until) == hour(from) {
            continue;
        }
        let session = raid.taken.unwrap_or_else(|| draws.word());
        let start = raid.steps[from].0.div_euclid(1000);
        visits.push(Visit {
            start,
            who,
            session,
            script: Script::Raid {
                raid: at,
                from,
                until,
            },
        });
        from = until;
    }
    visits
}
