//! Which log would shrink the doubt about the cause most, in sentences.

use std::collections::BTreeSet;

use super::{Elimination, Ground, Hypothesis, LeakFindings, Outcome};
use crate::words::Reason;

/// The logs that would help, the best first.
pub(super) fn wanted(
    ground: &Ground<'_>,
    leak: Option<&LeakFindings>,
    routes: &[Elimination],
    outcome: &Outcome,
) -> Vec<String> {
    let mut wanted: Vec<(u64, String)> = Vec::new();
    let records = leak.map_or(0, |leak| leak.unexplained.len() as u64);
    for route in routes
        .iter()
        .filter(|route| route.reasons.contains(&Reason::NoLog))
    {
        let name = ground
            .case
            .routes
            .get(usize::from(route.route))
            .map_or("", |route| route.name.as_str());
        let decides = records.max(route.alone);
        let said = format!(
            "the log of the route {name:?}: it would decide {decides} record(s), and between every hypothesis but H5"
        );
        wanted.push((decides.max(1) * 10, said));
    }
    for route in routes
        .iter()
        .filter(|route| route.standing == "excluded_unless")
    {
        let name = ground
            .case
            .routes
            .get(usize::from(route.route))
            .map_or("", |route| route.name.as_str());
        wanted.push((
            records.max(1) * 5,
            format!("the missing lines of the route {name:?}: {}", route.said),
        ));
    }
    if leak.is_none() {
        for hole in ground.assessment.holes.iter().take(3) {
            let source = ground
                .case
                .sources
                .get(hole.source)
                .map_or("", |source| source.name.as_str());
            wanted.push((
                3,
                format!(
                    "the lines of source {source:?} from {} to {}",
                    hole.from, hole.until
                ),
            ));
        }
    }
    let reasons: BTreeSet<Reason> = ground
        .assessment
        .doubts
        .iter()
        .map(|doubt| doubt.reason)
        .collect();
    let directory = &ground.case.directory;
    if directory.grants.is_none() && directory.objects.is_none() && directory.accounts.is_none() {
        wanted.push((
            9,
            "the table accounts with each account's controller: from it alone whose the IDs are can be learned".to_owned(),
        ));
    }
    if ground.case.directory.grants.is_none() {
        wanted.push((
            8,
            "the table grants: without it nobody's scope is certain".to_owned(),
        ));
    }
    if reasons.contains(&Reason::NoAccount) {
        wanted.push((
            7,
            "a log that carries the account, or a table of sessions".to_owned(),
        ));
    }
    if reasons.contains(&Reason::NoBody) {
        wanted.push((
            4,
            "a log with byte counts: it would tell answers with content from empty ones".to_owned(),
        ));
    }
    if outcome.remain.contains(&Hypothesis::TakenOver) && outcome.remain.len() <= 3 {
        wanted.push((
            6,
            "the log of signings-in of the account(s): from where, by what means, with which device".to_owned(),
        ));
    }
    if outcome.determined().is_some() {
        wanted.clear();
    }
    wanted.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    wanted.dedup();
    wanted.into_iter().map(|(_, said)| said).collect()
}
