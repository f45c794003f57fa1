//! How a person uses the platform: sign in, open a list, look at some of those who stand on it.

use super::Scene;
use crate::synth::request::{Ask, Method, Page, Plain, Twist};
use crate::synth::world::{ItemKind, Role};

/// Most members that the app asks for in one batch.
const BATCH: usize = 25;

/// An ordinary visit.
pub(super) fn browse(scene: &mut Scene) {
    sign_in(scene);
    let books = scene.books();
    let wide = books.len() > 4;
    let opened = scene.draws.between(1, if wide { 3 } else { 2 });
    for _ in 0..opened {
        let Some(book) = scene.draws.pick(&books) else {
            break;
        };
        scene.via = book;
        scene.pause(800, 20_000);
        read_book(scene, book);
        scene.plain(Plain::Poll);
    }
    if scene.draws.chance(12) {
        mistype(scene);
    }
    for _ in 0..scene.draws.below(4) {
        scene.pause(20_000, 90_000);
        scene.plain(Plain::Poll);
    }
}

/// Opens what a link names, reloads it perhaps, and goes on with something else.
pub(super) fn open_link(scene: &mut Scene, asks: &[Ask]) {
    for ask in asks {
        scene.pause(500, 9_000);
        scene.send(ask.clone(), Twist::None);
    }
    if scene.draws.chance(400) {
        scene.pause(2_000, 20_000);
        if let Some(first) = asks.first() {
            scene.send(first.clone(), Twist::None);
        }
    }
    scene.pause(3_000, 30_000);
    scene.plain(Plain::Start);
}

fn sign_in(scene: &mut Scene) {
    let who = scene.who.take();
    scene.plain(Plain::Login);
    scene.pause(3_000, 15_000);
    scene.push(Method::Post, Ask::Plain(Plain::Login), Twist::None);
    scene.who = who;
    scene.pause(50, 400);
    scene.plain(Plain::Start);
    for part in [Plain::Script, Plain::Style] {
        scene.pause(5, 120);
        scene.plain(part);
    }
}

/// Reads pages of a book, and looks at members of each.
fn read_book(scene: &mut Scene, book: usize) {
    let world = scene.stage.platform.world;
    let listing = world.listing(&world.books[book], scene.now());
    let take = scene.stage.vocabulary.page_size;
    let mut skip = 0;
    loop {
        let bare = scene.draws.chance(500);
        let page = Ask::Page(Page {
            book,
            skip,
            take,
            bare,
        });
        let seen_before = scene.draws.chance(25);
        if seen_before {
            scene.send(page, Twist::Cached);
        } else {
            scene.ask(page);
        }
        let shown: Vec<u32> = listing
            .iter()
            .copied()
            .skip(skip as usize)
            .take(take as usize)
            .collect();
        look_at(scene, &shown);
        skip += take;
        let past_end = skip >= listing.len() as u64;
        if !scene.draws.chance(if past_end { 20 } else { 350 }) || shown.is_empty() {
            break;
        }
        scene.pause(1_500, 25_000);
    }
}

fn look_at(scene: &mut Scene, shown: &[u32]) {
    let world = scene.stage.platform.world;
    let number = |item: u32| world.items[item as usize].number;
    if scene.stage.prefetches {
        for item in shown.iter().take(4) {
            scene.pause(5, 250);
            scene.ask(Ask::Card(number(*item)));
        }
    }
    if scene.stage.batches && !shown.is_empty() {
        scene.pause(5, 300);
        scene.ask(Ask::Batch(
            shown.iter().take(BATCH).map(|item| number(*item)).collect(),
        ));
    }
    for _ in 0..scene.draws.below(4) {
        let Some(item) = scene.draws.pick(shown) else {
            return;
        };
        scene.pause(1_500, 30_000);
        look_closely(scene, item);
    }
}

fn look_closely(scene: &mut Scene, item: u32) {
    let world = scene.stage.platform.world;
    let number = world.items[item as usize].number;
    if scene.draws.chance(20) {
        run_out(scene, number);
    }
    scene.ask(Ask::Card(number));
    if scene.draws.chance(300) {
        scene.pause(500, 5_000);
        scene.ask(Ask::Profile(number));
    }
    // A pupil's file stands right behind the pupil's card.
    let next = world
        .items
        .get(item as usize + 1)
        .filter(|next| next.kind == ItemKind::File);
    let staff = scene.who.is_some_and(|who| {
        matches!(
            world.accounts[who as usize].role,
            Role::Teacher | Role::Principal
        )
    });
    if let Some(file) = next.filter(|_| staff) {
        scene.pause(500, 5_000);
        scene.ask(Ask::File(file.number));
    }
}

/// The session runs out: refused, signed in again.
fn run_out(scene: &mut Scene, number: u64) {
    scene.send(Ask::Card(number), Twist::None);
    if let Some(request) = scene.requests.last_mut() {
        request.stale = true;
    }
    scene.pause(200, 900);
    sign_in(scene);
    scene.pause(300, 2_000);
}

/// A number that nobody has.
fn mistype(scene: &mut Scene) {
    let world = scene.stage.platform.world;
    let number = world.unused_number(&mut scene.draws);
    scene.pause(2_000, 9_000);
    scene.send(Ask::Card(number), Twist::None);
}
