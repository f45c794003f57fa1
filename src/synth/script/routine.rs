//! What runs by itself or by a list: integrations, exports, crawlers, monitoring, and raids.

use std::ops::Range;

use super::Scene;
use crate::synth::clients;
use crate::synth::raid::Raid;
use crate::synth::request::{Ask, Page, Plain, Twist};
use crate::synth::world::BookKind;

/// Reads every book that the integration serves, in the same order every night.
pub(super) fn sync_books(scene: &mut Scene) {
    machine(scene);
    let world = scene.stage.platform.world;
    let take = scene.stage.vocabulary.page_size;
    for book in scene.books() {
        if world.books[book].kind == BookKind::Everyone {
            continue;
        }
        scene.via = book;
        let members = world.listing(&world.books[book], scene.now()).len() as u64;
        for page in 0..members.div_ceil(take).max(1) {
            scene.pause(80, 700);
            scene.ask(Ask::Page(Page {
                book,
                skip: page * take,
                take,
                bare: false,
            }));
        }
    }
}

/// Reads every card that the integration serves.
pub(super) fn sync_cards(scene: &mut Scene) {
    machine(scene);
    let Some(who) = scene.who else { return };
    let (own, _) = scene.stage.platform.sort_contacts(who, scene.now());
    for number in own {
        scene.pause(60, 400);
        scene.ask(Ask::Card(number));
    }
}

fn machine(scene: &mut Scene) {
    scene.client = clients::outside(200 + u64::from(scene.who.unwrap_or(0)) % 40);
    scene.agent = clients::SYNC;
}

/// An administrator prints some of their own lists.
pub(super) fn export(scene: &mut Scene) {
    scene.plain(Plain::Start);
    let mut books = scene.books();
    scene.draws.shuffle(&mut books);
    for book in books.into_iter().take(6) {
        scene.via = book;
        scene.pause(2_000, 40_000);
        scene.ask(Ask::Export(book));
    }
}

/// Follows the few links that stand on public pages, and is sent away.
pub(super) fn crawl(scene: &mut Scene) {
    scene.client = clients::outside(7);
    scene.plain(Plain::Robots);
    let world = scene.stage.platform.world;
    for nth in 0..4usize {
        scene.pause(2_000, 30_000);
        scene.plain(Plain::Login);
        scene.pause(2_000, 30_000);
        let (number, _) = world.numbers()[nth * 37 % world.numbers().len()];
        scene.send(Ask::Card(number), Twist::None);
    }
    let take = scene.stage.vocabulary.page_size;
    scene.pause(2_000, 9_000);
    scene.send(
        Ask::Page(Page {
            book: 0,
            skip: 0,
            take,
            bare: true,
        }),
        Twist::None,
    );
}

/// A look at the platform's health every five minutes: where these stand, the log has no hole.
pub(super) fn heartbeat(scene: &mut Scene) {
    scene.client = clients::outside(249);
    scene.agent = clients::MONITOR;
    let hour = scene.now();
    for beat in 0..12 {
        scene.at = (hour + beat * 300) * 1000;
        scene.send(Ask::Plain(Plain::Health), Twist::None);
    }
}

/// A stretch of a raid, at the times that were planned.
pub(super) fn raid(scene: &mut Scene, raid: &Raid, steps: Range<usize>) {
    if let Some(client) = raid.client {
        scene.client = client;
    }
    scene.agent = raid.agent;
    for (at, ask) in &raid.steps[steps] {
        // A mishap before may have taken longer than the plan.
        scene.at = scene.at.max(*at);
        scene.ask(ask.clone());
        if scene.draws.chance(8) {
            scene.pause(200, 900);
            scene.send(ask.clone(), Twist::Cached);
        }
    }
}
