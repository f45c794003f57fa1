//! Who stands in what was published, and what that says of the logs: somebody whom no answer showed left by another way.
//! Whose records they are, and who was shown them, is `cause`'s to find.

use crate::case::Case;
use crate::cause::Cause;
use crate::coverage::{self, Assessment};
use crate::impact::Published;
use crate::scope::{Atlas, Thing};
use crate::sequence::{NONE, Names};
use crate::words::Reason;

/// The published persons by controller, with why each may have been disclosed; the doubts that follow are added.
pub(super) fn of(
    case: &Case,
    (atlas, names): (&Atlas<'_>, &Names),
    cause: &Cause,
    assessment: &mut Assessment,
) -> Published {
    let leak = cause.leak.as_ref();
    let published = leak.map_or_else(Published::new, |leak| leak.published.clone());
    let dark = published.values().filter(|why| **why == Reason::NoLog);
    let dark = dark.count() as u64;
    let shown = published.len() as u64 - dark;
    // What was published before the time that must be answered for says nothing of it.
    let at = case.leak.as_ref().and_then(|leak| leak.published);
    let window = assessment.window;
    let within = at.is_none_or(|at| window.is_none_or(|(from, _)| from < at));
    let doubts = coverage::published((dark, within), shown);
    assessment.doubts.extend(doubts);
    let (all, known) = leak.map_or((0, 0), |leak| leak.records);
    // Whether every published object that the directory does not know was asked for here.
    let mut records = case.leak.iter().flat_map(|leak| &leak.records);
    let asked = records.all(|record| {
        let object = record.object.as_bytes();
        let strange = atlas.thing(object, NONE) == Thing::Asked(NONE);
        !strange || names.objects.known(object).is_some()
    });
    let strange = coverage::unknown_records((all - known) as u64, asked);
    assessment.doubts.extend(strange.filter(|_| within));
    published
}
