//! One account's share: what was disclosed to it or asked by it beyond its scope, and what nobody can
//! decide.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

use super::Citation;
use crate::scope::{Atlas, ControllerIndex, Standing, Thing, Touched};
use crate::sequence::Access;
use crate::words::{Certainty, Reason};

/// A thing beyond scope, disclosed or asked for in vain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beyond {
    /// The request.
    pub access: Access,
    /// What it touched; `None` for a refused page, of which nothing was seen.
    pub thing: Option<Thing>,
    /// Beyond, or of no unit.
    pub standing: Standing,
    /// How sure the disclosure is.
    pub certainty: Certainty,
    /// Whose it is by its learned label, where the directory does not know it.
    pub label: Option<ControllerIndex>,
}

/// Something disclosed of which nobody can say whether it was beyond scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubtful {
    /// Why not.
    pub reason: Reason,
    /// First line that shows it.
    pub first: Citation,
    /// How many requests show it.
    pub requests: u64,
}

/// What the doubt is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum About {
    /// A data subject of a controller.
    Subject(Option<ControllerIndex>, u32),
    /// An object that the directory does not know.
    Unknown(Thing),
    /// A container that the directory does not know, by its number among the requested IDs.
    UnknownContainer(u32),
    /// A request that names nothing, by its route.
    Blind(u16),
}

/// One account's share.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct AccountShare {
    /// Beyond scope, in the order of the sequence.
    pub beyond: Vec<Beyond>,
    /// Undecided disclosures, sorted, each doubt once.
    pub doubtful: Vec<((About, Reason), Doubtful)>,
    /// The distinct requests behind them, sorted.
    pub undecided: Vec<Citation>,
    /// What it asked for in vain and no table knows, where nothing beyond its scope was disclosed to it: as long as nobody
    /// called it probing these are slips of the pen.
    pub vain: Vec<Beyond>,
}

impl AccountShare {
    /// Sums up what one account's sequence touched. `unattributed`: its scope is unknown because the source
    /// carries no account, not because the account is unlisted. `anonymous`: lines without an account.
    /// `all_beyond`: nothing is in its scope.
    pub fn of(
        atlas: &Atlas<'_>,
        accesses: &[Access],
        touched: &Touched,
        unattributed: bool,
        anonymous: bool,
        all_beyond: bool,
    ) -> AccountShare {
        let mut share = AccountShare::default();
        let scope_reason = match unattributed {
            true => Reason::NoAccount,
            false => Reason::NoGrants,
        };
        for touch in &touched.touches {
            let access = accesses[touch.access as usize];
            // A label says whose it seems to be, not what it holds: the doubt stays whatever was learned.
            let unknown = matches!(
                touch.standing,
                Standing::UnknownObject | Standing::LearnedInside | Standing::LearnedBeyond
            );
            if unknown && touch.certainty > Certainty::Nothing {
                share.doubt(About::Unknown(touch.thing), Reason::NoDirectory, &access);
            }
            match touch.standing {
                // Without an account only what was disclosed is beyond scope (CASE.md §2).
                Standing::Beyond | Standing::NoUnit | Standing::LearnedBeyond
                    if touch.certainty > Certainty::Nothing || !anonymous =>
                {
                    share.beyond.push(Beyond {
                        access,
                        thing: Some(touch.thing),
                        standing: touch.standing,
                        certainty: touch.certainty,
                        label: touch.label,
                    });
                }
                // Whoever is not signed in, or has no grants by the case's word, is beyond every scope even with what
                // the directory does not know.
                Standing::UnknownObject if all_beyond && touch.certainty > Certainty::Nothing => {
                    share.beyond.push(Beyond {
                        access,
                        thing: Some(touch.thing),
                        standing: touch.standing,
                        certainty: touch.certainty,
                        label: None,
                    });
                }
                Standing::UnknownObject if !anonymous && touch.certainty == Certainty::Nothing => {
                    share.vain.push(Beyond {
                        access,
                        thing: Some(touch.thing),
                        standing: touch.standing,
                        certainty: touch.certainty,
                        label: None,
                    });
                }
                Standing::NotThen if touch.certainty > Certainty::Nothing => {
                    share.subjects_in_doubt(atlas, touch.thing, Reason::Ambiguous, &access);
                }
                Standing::UnknownScope if touch.certainty > Certainty::Nothing => {
                    share.subjects_in_doubt(atlas, touch.thing, scope_reason, &access);
                }
                _ => {}
            }
        }
        share.pages(accesses, touched, anonymous);
        for blind in &touched.blind {
            let access = &accesses[*blind as usize];
            share.doubt(About::Blind(access.route), Reason::NoObject, access);
        }
        share.beyond.sort_by_key(|beyond| beyond.access.order());
        if share.disclosed() {
            share.vain = Vec::new();
        }
        share.settle();
        share
    }

    /// The account is called probing: what it asked for in vain carries that, whether a table knows it or not.
    pub fn count_the_vain(&mut self) {
        self.beyond.append(&mut self.vain);
        self.beyond.sort_by_key(|beyond| beyond.access.order());
    }

    /// Whether anything beyond scope was disclosed.
    pub fn disclosed(&self) -> bool {
        self.beyond
            .iter()
            .any(|beyond| beyond.certainty > Certainty::Nothing)
    }

    /// Whether a line shows that something beyond scope was disclosed, so that it is more than possible.
    pub fn shown(&self) -> bool {
        let mut beyond = self.beyond.iter();
        beyond.any(|beyond| beyond.certainty > Certainty::Possible)
    }

    fn pages(&mut self, accesses: &[Access], touched: &Touched, anonymous: bool) {
        for page in &touched.pages {
            let access = accesses[page.access as usize];
            if !page.known && page.certainty > Certainty::Nothing {
                let about = About::UnknownContainer(page.container);
                self.doubt(about, Reason::NoDirectory, &access);
            }
            let nowhere = !page.known && page.learned.0 == Standing::UnknownObject;
            if nowhere && page.certainty == Certainty::Nothing && !anonymous {
                self.vain.push(Beyond {
                    access,
                    thing: None,
                    standing: Standing::UnknownObject,
                    certainty: page.certainty,
                    label: None,
                });
            }
            let refused = page.certainty == Certainty::Nothing && page.beyond > 0;
            if refused && page.inside == 0 && !anonymous {
                self.beyond.push(Beyond {
                    access,
                    thing: None,
                    standing: Standing::Beyond,
                    certainty: Certainty::Nothing,
                    label: None,
                });
            }
            // Of a page without members nothing is known but whose it seems to be.
            if !page.known && page.learned.0 == Standing::LearnedBeyond {
                self.beyond.push(Beyond {
                    access,
                    thing: None,
                    standing: Standing::LearnedBeyond,
                    certainty: page.certainty,
                    label: page.learned.1,
                });
            }
        }
    }

    fn subjects_in_doubt(
        &mut self,
        atlas: &Atlas<'_>,
        thing: Thing,
        reason: Reason,
        access: &Access,
    ) {
        let rows = atlas.rows_at(thing, access.time);
        if rows.is_empty() {
            self.doubt(About::Unknown(thing), Reason::NoDirectory, access);
        }
        let about = |row: u32| About::Subject(atlas.controller(row), atlas.subject(row));
        for about in rows.into_iter().map(about).collect::<BTreeSet<_>>() {
            self.doubt(about, reason, access);
        }
    }

    fn doubt(&mut self, about: About, reason: Reason, access: &Access) {
        let first = Citation::of(access);
        self.undecided.push(first);
        let doubt = Doubtful {
            reason,
            first,
            requests: 1,
        };
        self.doubtful.push(((about, reason), doubt));
    }

    /// Sums up doubts and requests that were noted one by one: most accounts have few, many have none.
    fn settle(&mut self) {
        self.undecided.sort_unstable();
        self.undecided.dedup();
        self.undecided.shrink_to_fit();
        // Stable: of several lines the first one shows the doubt.
        self.doubtful.sort_by_key(|one| one.0);
        self.doubtful.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            kept.1.requests += if same { next.1.requests } else { 0 };
            same
        });
        self.doubtful.shrink_to_fit();
        self.beyond.shrink_to_fit();
        self.vain.shrink_to_fit();
    }
}
