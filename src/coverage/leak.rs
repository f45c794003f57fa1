//! What published records say of what the logs cannot show: somebody whom no answer showed left by another way.

use super::{Allowance, Doubt};
use crate::words::{Reason, counted};

/// The doubts about published data subjects: `dark` of them no logged answer showed to anybody in time, `shown` to somebody;
/// `within`: they may have left in the time that must be answered for.
pub fn published((dark, within): (u64, bool), shown: u64) -> Vec<Doubt> {
    let dark = (dark > 0).then(|| {
        let basis = format!(
            "{} in `[leak]` whom no logged answer showed to anybody: they left by a way or at a time that these logs do not \
             show, and by that way anybody may have",
            counted(dark, "published data subject")
        );
        Doubt {
            reason: Reason::NoLog,
            basis,
            allowance: match within {
                true => Allowance::Population,
                false => Allowance::Said,
            },
        }
    });
    let shown = (shown > 0).then(|| {
        let basis = format!(
            "{} in `[leak]` whom logged answers showed to somebody: whether what was published came from these answers no log \
             tells; as far as they were in scope, their controllers are not excluded, and they count to the upper bounds of these",
            counted(shown, "published data subject")
        );
        Doubt::said(Reason::Ambiguous, basis)
    });
    dark.into_iter().chain(shown).collect()
}

/// The doubt about published records that name neither an object nor a data subject that the directory knows; `asked`: some
/// request asks for each of their objects, else they left by a way that these logs do not show.
pub fn unknown_records(records: u64, asked: bool) -> Option<Doubt> {
    let names = if records == 1 { "names" } else { "name" };
    let (how, allowance) = match asked {
        true => ("each may be of anybody's", Allowance::Subjects(records)),
        false => (
            "they may be of anybody's, and left by a way that these logs do not show, by which anybody may have; correct them, \
             or take them out, if they are of another platform",
            Allowance::Population,
        ),
    };
    let basis = format!(
        "{} in `[leak]` {names} neither an object nor a data subject that the directory knows: {how}",
        counted(records, "published record")
    );
    (records > 0).then_some(Doubt {
        reason: Reason::NoDirectory,
        basis,
        allowance,
    })
}
