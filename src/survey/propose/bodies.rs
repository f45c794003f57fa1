//! Accesses of the proposed routes -> how many stand on a page, and which bodies are empty.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Proposed, Role};
use crate::case::{Directory, PageSpec};
use crate::sequence::{Access, NO_BYTES, NONE, Names};
use crate::survey::Sureness;
use crate::words::Validity;

/// Page sizes that platforms have, the most usual first.
const SIZES: [u64; 30] = [
    25, 20, 50, 10, 100, 30, 15, 40, 12, 24, 60, 200, 250, 500, 1000, 16, 32, 64, 5, 8, 18, 35, 36,
    45, 48, 75, 80, 90, 120, 150,
];
/// Pages that a fit needs.
const LEAST_PAGES: usize = 12;
/// A body that so many IDs share, and a hundredth of the calls, says nothing of any of them.
const CONSTANT: usize = 20;
/// Answers of one size to requests that name nothing, from which on that is an empty answer's.
const NAMELESS: usize = 5;
/// An empty body is at most so long.
const SMALL: u64 = 128;

/// Fills in page sizes and limits of empty bodies. `accesses` name the proposed routes by their order.
pub fn refine(routes: &mut [Proposed], accesses: &[Access], names: &Names, directory: &Directory) {
    let members = members(directory);
    for (index, route) in routes.iter_mut().enumerate() {
        let own: Vec<&Access> = accesses
            .iter()
            .filter(|access| usize::from(access.route) == index && access.with_body)
            .filter(|access| matches!(access.status, 200 | 203) && access.bytes != NO_BYTES)
            .collect();
        if route.holds(Role::Container) {
            size_of_page(route, &own, names, &members);
        }
        route.empty_below = empty(&own, names, directory);
    }
}

fn members(directory: &Directory) -> HashMap<&[u8], Vec<Validity>> {
    let mut members: HashMap<&[u8], Vec<Validity>> = HashMap::new();
    for row in directory.members.iter().flatten() {
        members
            .entry(row.container.as_bytes())
            .or_default()
            .push(row.valid);
    }
    members
}

/// Bodies grow with what stands on a page: the size for which they do so most evenly is the page's.
fn size_of_page(
    route: &mut Proposed,
    accesses: &[&Access],
    names: &Names,
    members: &HashMap<&[u8], Vec<Validity>>,
) {
    let Some(PageSpec::Number { size, .. }) = &mut route.page else {
        return;
    };
    let proposed = *size;
    let pages: Vec<(u64, u64, u64)> = accesses
        .iter()
        .filter(|access| access.skip != NONE)
        .filter_map(|access| {
            let container = members.get(names.objects.name(access.container))?;
            let there = container
                .iter()
                .filter(|valid| valid.holds(access.time))
                .count() as u64;
            // What was passed over was counted with the size that was proposed.
            Some((
                there,
                u64::from(access.skip) / proposed.max(1),
                access.bytes,
            ))
        })
        .collect();
    if pages.len() < LEAST_PAGES {
        return;
    }
    let fits: Vec<(u64, f64)> = SIZES
        .iter()
        .filter_map(|size| Some((*size, fit(&pages, *size)?)))
        .collect();
    let most = fits.iter().max_by(|a, b| a.1.total_cmp(&b.1)).copied();
    let best = most.and_then(|(most, top)| {
        // One member that is not shown makes 25 look like 24: of neighbours the more usual one is meant, which
        // stands first.
        let near = |(size, share): &&(u64, f64)| {
            size.abs_diff(most) <= 1 && 1.0 - share <= (1.0 - top) * 3.0
        };
        fits.iter().find(near).copied()
    });
    if let Some((best, share)) = best.filter(|(_, share)| *share > 0.8) {
        *size = best;
        route.page_note = (
            Sureness::Likely,
            format!(
                "with {best} on a page, the members that stood there explain {:.0} % of how the sizes of {} bodies differ",
                share * 100.0,
                pages.len()
            ),
        );
    }
}

/// How much of the bodies' sizes is explained by the number of members on the page.
fn fit(pages: &[(u64, u64, u64)], size: u64) -> Option<f64> {
    let points: Vec<(f64, f64)> = pages
        .iter()
        .map(|(there, page, bytes)| {
            let shown = there.saturating_sub(page.saturating_mul(size)).min(size);
            (shown as f64, *bytes as f64)
        })
        .collect();
    let n = points.len() as f64;
    let (sx, sy) = points
        .iter()
        .fold((0.0, 0.0), |(x, y), p| (x + p.0, y + p.1));
    let (mx, my) = (sx / n, sy / n);
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in &points {
        xx += (x - mx) * (x - mx);
        xy += (x - mx) * (y - my);
        yy += (y - my) * (y - my);
    }
    (xx > 0.0 && yy > 0.0 && xy > 0.0).then(|| xy * xy / (xx * yy))
}

/// The limit under which bodies are empty: the smallest size, where the next one is three times as long.
fn empty(
    accesses: &[&Access],
    names: &Names,
    directory: &Directory,
) -> Option<(u64, Sureness, String)> {
    let mut sizes: BTreeMap<u64, (usize, BTreeSet<u32>)> = BTreeMap::new();
    for access in accesses.iter().filter(|access| access.bytes > 0) {
        let entry = sizes.entry(access.bytes).or_default();
        entry.0 += 1;
        // A request that names nothing has no number here.
        let named = [access.object, access.container]
            .into_iter()
            .find(|id| *id != NONE);
        entry.1.extend(named);
    }
    let mut ascending = sizes.iter();
    let (smallest, (times, ids)) = ascending.next()?;
    let (next, _) = ascending.next()?;
    if *smallest > SMALL || *next < smallest.saturating_mul(3) {
        return None;
    }
    let limit = (smallest + next) / 2;
    let unknown = unknown(ids, names, directory).filter(|_| !ids.is_empty());
    let count =
        |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
    let text = format!(
        "{} of {smallest} bytes for {}, the next longer one has {next}",
        count(*times, "body", "bodies"),
        count(ids.len(), "ID", "IDs")
    );
    let nameless = |access: &&&Access| access.object == NONE && access.container == NONE;
    let nameless = accesses.iter().filter(nameless);
    let mut nameless = nameless.filter(|access| access.bytes > 0);
    let all_so = nameless.all(|access| access.bytes == *smallest);
    let (sure, text) = match unknown {
        Some(true) => (
            Sureness::Sure,
            format!("{text}; the directory knows none of them"),
        ),
        _ if ids.len() >= CONSTANT && times * 100 >= accesses.len() => (Sureness::Likely, text),
        _ if ids.len() >= 2 && *smallest <= 32 => (Sureness::Likely, text),
        // Whoever names nothing gets nothing, always the same.
        _ if ids.is_empty() && *times >= NAMELESS && all_so => (Sureness::Likely, text),
        _ => (Sureness::Guess, text),
    };
    Some((limit, sure, text))
}

/// Whether the directory, where it knows objects, knows none of these IDs.
fn unknown(ids: &BTreeSet<u32>, names: &Names, directory: &Directory) -> Option<bool> {
    let objects = directory.objects.as_ref()?;
    let wanted: BTreeSet<&[u8]> = ids.iter().map(|id| names.objects.name(*id)).collect();
    let known = objects
        .iter()
        .any(|row| wanted.contains(row.object.as_bytes()))
        || directory
            .members
            .iter()
            .flatten()
            .any(|row| wanted.contains(row.container.as_bytes()));
    Some(!known)
}
