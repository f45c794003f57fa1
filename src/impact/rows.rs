//! Final rows of accounts: the figures that tables and reports print.

use std::collections::BTreeSet;

use super::{AccountShare, Beyond, Citation, Merger};
use crate::scope::ControllerIndex;
use crate::words::{Certainty, Stamp};

/// Figures of what one account reached.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AccountFigures {
    /// First and last request beyond scope.
    pub seen: Option<(Stamp, Stamp)>,
    /// Distinct requests beyond scope that disclosed something.
    pub accesses: u64,
    /// Distinct requests beyond scope that disclosed nothing.
    pub attempts: u64,
    /// Distinct objects beyond scope, disclosed or not.
    pub objects: u64,
    /// Distinct subjects confirmed.
    pub confirmed: u64,
    /// Distinct subjects probable, and not confirmed.
    pub probable: u64,
    /// Distinct subjects that are neither, because nobody can say whether they were beyond scope: the scope is only
    /// inferred, or the directory out of date.
    pub doubtful: u64,
    /// Controllers of what was disclosed.
    pub controllers: BTreeSet<ControllerIndex>,
    /// Client addresses of requests beyond scope, by number.
    pub clients: BTreeSet<u32>,
    /// User agents of requests beyond scope, by number.
    pub agents: BTreeSet<u32>,
    /// Distinct requests in doubt.
    pub undecided: u64,
}

impl AccountFigures {
    /// Counts what lies beyond scope in one account's share; `sure` as in [`super::Exposure::add`]: whom a disclosure leaves in doubt it does not
    /// count.
    pub fn of(
        with: &Merger<'_>,
        share: &AccountShare,
        sure: &dyn Fn(Option<ControllerIndex>) -> bool,
    ) -> AccountFigures {
        let atlas = with.atlas;
        let mut figures = AccountFigures::default();
        let mut subjects: [BTreeSet<u32>; 2] = Default::default();
        let mut objects = BTreeSet::new();
        let mut doubtful = BTreeSet::new();
        for beyond in &share.beyond {
            figures.clients.insert(beyond.access.client);
            figures.agents.insert(beyond.access.agent);
            if beyond.certainty > Certainty::Nothing {
                figures.controllers.extend(beyond.label);
            }
            let Some(thing) = beyond.thing else { continue };
            objects.insert(thing);
            if beyond.certainty == Certainty::Nothing {
                continue;
            }
            for row in atlas.rows_at(thing, beyond.access.time) {
                figures.controllers.extend(atlas.controller(row));
                if with.leaves_open(row, beyond.access.time, sure) {
                    doubtful.insert(atlas.subject(row));
                    continue;
                }
                match beyond.certainty {
                    Certainty::Confirmed => subjects[0].insert(atlas.subject(row)),
                    Certainty::Probable => subjects[1].insert(atlas.subject(row)),
                    _ => false,
                };
            }
        }
        for request in share.beyond.chunk_by(same_request) {
            match request
                .iter()
                .any(|beyond| beyond.certainty > Certainty::Nothing)
            {
                true => figures.accesses += 1,
                false => figures.attempts += 1,
            }
        }
        let times = share.beyond.iter().map(|beyond| beyond.access.time);
        figures.seen = times.clone().min().zip(times.max());
        figures.objects = objects.len() as u64;
        figures.confirmed = subjects[0].len() as u64;
        figures.probable = subjects[1].difference(&subjects[0]).count() as u64;
        let counted: BTreeSet<u32> = &subjects[0] | &subjects[1];
        figures.doubtful = doubtful.difference(&counted).count() as u64;
        figures
    }
}

/// Whether two neighbours of a share stand in one request.
pub fn same_request(a: &Beyond, b: &Beyond) -> bool {
    Citation::of(&a.access) == Citation::of(&b.access)
}
