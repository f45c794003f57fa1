//! Statements about pace: nobody was faster than so many requests in a time, or requests above that were refused.

use std::collections::{HashMap, VecDeque};

use super::desk::{Desk, Frame, Judge};
use super::opened::Opened;
use super::reading::Who;
use super::verdict::Against;
use super::{Finding, Outcome};
use crate::words::Reason;

/// Counts each account's requests in a time that slides along.
pub(super) struct Pace {
    above: u64,
    per: i64,
    /// Requests above the limit count only where they were answered.
    limited: bool,
    times: HashMap<u32, VecDeque<i64>>,
    /// Those of whom no line tells the account: all of them may be one person's.
    nameless: VecDeque<i64>,
    over: Against,
    /// Requests refused at the limit.
    refused: u64,
    most: u64,
    /// The most of an account or address that a line names.
    most_known: u64,
}

impl Pace {
    pub(super) fn new(above: u64, per: i64, limited: bool) -> Pace {
        Pace {
            above,
            per,
            limited,
            times: HashMap::new(),
            nameless: VecDeque::new(),
            over: Against::default(),
            refused: 0,
            most: 0,
            most_known: 0,
        }
    }

    /// How many requests somebody made in the time that ends now, with this one where it counts.
    fn count(&mut self, who: u32, at: i64, counts: bool) -> u64 {
        let times = self.times.entry(who).or_default();
        slide(times, self.per, at, counts)
    }
}

/// How many instants lie in the time that ends now, with this one where it counts.
fn slide(times: &mut VecDeque<i64>, per: i64, at: i64, counts: bool) -> u64 {
    let before = |first: &i64| at.saturating_sub(*first) >= per;
    while times.front().is_some_and(before) {
        times.pop_front();
    }
    if counts {
        times.push_back(at);
    }
    times.len() as u64
}

impl<'c> Judge<'c> for Pace {
    fn see(&mut self, desk: &Desk<'c>, opened: &Opened<'c>) {
        let request = opened.request;
        let refused = matches!(request.status, 400..=498 | 500..=599);
        let counts = !(self.limited && refused);
        let now = self.count(request.who, request.time.0, counts);
        self.most = self.most.max(now);
        if !counts {
            let limited = request.status == 429 || request.status == 503 && now >= self.above;
            self.refused += u64::from(limited);
            return;
        }
        let known = matches!(opened.who, Who::Account(_) | Who::Anonymous(_))
            && !desk.strangers.hold(opened.who);
        let nameless = slide(&mut self.nameless, self.per, request.time.0, !known);
        // Whoever it is may be one of the accounts as well.
        let together = match (known, nameless) {
            (true, 0) => 0,
            (true, more) => now + more,
            (false, all) => all + self.most_known,
        };
        if known {
            self.most_known = self.most_known.max(now);
        }
        // One after the other, two whole allowances of a limit by the clock fit into any time of its length.
        let proven = match self.limited {
            true => now > self.above.saturating_mul(2),
            false => now > self.above,
        };
        let person = match opened.who {
            Who::Account(name) => desk.rights.is_shared(name).then_some(Reason::SharedAccount),
            // Many may stand behind an address.
            _ => Some(Reason::NoAccount),
        };
        let person = person.or((!known).then_some(Reason::NoAccount));
        match (now > self.above, proven, person) {
            (false, ..) if together > self.above => self.over.maybe(Reason::NoAccount),
            (false, ..) => {}
            (true, _, Some(reason)) => self.over.maybe(reason),
            (true, true, None) => self.over.sure(|| desk.opener.example(opened)),
            (true, false, None) => self.over.maybe(Reason::Ambiguous),
        }
    }

    fn end(self: Box<Self>, desk: &Desk<'c>, frame: &Frame) -> Finding {
        let counts = match self.limited {
            true => "requests above the limit that were answered",
            false => "requests above that pace",
        };
        let mut draft = desk.draft(counts, frame);
        draft.assumptions.push(match self.limited {
            true => "A limit may count by the clock, so that up to twice as many requests fit into a time of that length; what \
                     lies between proves nothing."
                .to_owned(),
            false => "Every request for a route counts, refused or not, in any time of that length.".to_owned(),
        });
        let (limited, refused, most, tried) =
            (self.limited, self.refused, self.most, self.refused > 0);
        let mut finding = draft.never(self.over);
        finding.why = format!(
            "{} The most of one account or address in such a time is {most}.",
            finding.why
        );
        if limited {
            finding
                .why
                .push_str(&format!(" {refused} request(s) were refused at the limit."));
            if !tried && finding.outcome == Outcome::Supported {
                finding.outcome = Outcome::NotDeterminable;
                finding.reasons.insert(Reason::NoProbe);
            }
        }
        finding
    }
}
