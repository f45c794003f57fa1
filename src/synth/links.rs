//! Shared links: somebody opens one to three things that are not theirs to see, once.

use super::platform::{Hole, Platform};
use super::raid::Raid;
use super::request::{Ask, Page};
use super::rng::{Draws, Topic};
use super::script::{Script, Visit};
use super::vocabulary::Vocabulary;
use super::world::{DAY, Role};

/// The visits in which somebody follows a link that a friend sent.
pub(super) fn plan(platform: &Platform, vocabulary: &Vocabulary, raids: &[Raid]) -> Vec<Visit> {
    let world = platform.world;
    let mut draws = Draws::new(world.seed, Topic::Links, 0, 0);
    let mut visits: Vec<Visit> = Vec::new();
    for _ in 0..draws.between(2, 4) {
        let who = draws.index(world.accounts.len()) as u32;
        let start = world.from + draws.between(1, i64::from(world.days) - 2) * DAY;
        let start = start + draws.between(8 * 3_600, 19 * 3_600);
        let account = &world.accounts[who as usize];
        let ordinary = matches!(account.role, Role::Pupil | Role::Guardian | Role::Teacher);
        let raider = raids.iter().any(|raid| raid.account == who);
        let again = visits.iter().any(|visit| visit.who == Some(who));
        if !ordinary || raider || again || !account.open.holds(start) {
            continue;
        }
        let asks = link(platform, vocabulary, who, start, &mut draws);
        let session = draws.word();
        visits.push(Visit {
            start,
            who: Some(who),
            session,
            script: Script::Link(asks),
        });
    }
    visits
}

fn link(
    platform: &Platform,
    vocabulary: &Vocabulary,
    who: u32,
    at: i64,
    draws: &mut Draws,
) -> Vec<Ask> {
    let (_, foreign) = platform.sort_contacts(who, at);
    let from = draws.index(foreign.len().saturating_sub(3));
    let some: Vec<u64> = foreign
        .into_iter()
        .skip(from)
        .take(1 + draws.index(3))
        .collect();
    match platform.hole {
        Some(Hole::Book) => {
            let take = vocabulary.page_size;
            let book = draws.index(platform.world.books.len());
            vec![Ask::Page(Page {
                book,
                skip: 0,
                take,
                bare: true,
            })]
        }
        Some(Hole::Batch) => vec![Ask::Batch(some)],
        Some(Hole::Profile) => some.into_iter().map(Ask::Profile).collect(),
        _ => some.into_iter().map(Ask::Card).collect(),
    }
}
