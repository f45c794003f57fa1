//! The parts of `findings.json` about detection: thresholds, walks that several accounts share, other clients behind
//! an account, accounts used after their closing.

use serde_json::{Value, json};

use super::{LISTED, sorted};
use crate::impact::Citation;
use crate::pipeline::Details;
use crate::report::Answer;
use crate::sequence::text;

/// Every threshold that the answer rests on.
pub(super) fn thresholds(answer: &Answer<'_>) -> Value {
    let list = answer.case.thresholds.list();
    let rows = list
        .into_iter()
        .map(|(key, value, meaning)| json!({ "key": key, "value": value, "meaning": meaning }));
    rows.collect()
}

/// Walks that several accounts share.
pub(super) fn joint(answer: &Answer<'_>) -> Value {
    let label = |number: &u32| {
        answer
            .analysis
            .labels
            .get(number)
            .cloned()
            .unwrap_or_default()
    };
    let called = |number: &u32| {
        let mut outcomes = answer.analysis.outcomes.iter();
        outcomes.any(|one| {
            one.number == *number && one.verdict == Some(crate::detect::Verdict::Enumeration)
        })
    };
    let walks = answer.analysis.joint.iter().map(|walk| {
        let prefix = text(&walk.prefix);
        let mut members: Vec<_> = walk
            .members
            .iter()
            .map(|(number, ids)| (label(number), *ids, called(number)))
            .collect();
        members.sort();
        json!({
            "what": if walk.container { "containers" } else { "objects" },
            "from": format!("{prefix}{}", walk.range.0),
            "until": format!("{prefix}{}", walk.range.1),
            "ids": walk.ids,
            "taken_twice": walk.doubles,
            "taken_twice_expected": (walk.expected * 10.0).round() / 10.0,
            "chance": format!("{:.1e}", walk.chance),
            "first_seen": walk.span.0.to_string(),
            "last_seen": walk.span.1.to_string(),
            "accounts": members.iter().map(|(account, ids, called)| json!({
                "account": account,
                "ids": ids,
                "attributed": if *called {
                    "enumeration on evidence of its own"
                } else {
                    "distributed; not attributable to one account"
                },
            })).collect::<Vec<_>>(),
        })
    });
    walks.collect()
}

/// Another client behind an account's contacts beyond scope.
pub(super) fn other_client(answer: &Answer<'_>, details: &Details) -> Value {
    let names = &answer.analysis.names;
    details.other_client.as_ref().map_or(Value::Null, |other| {
        json!({
            "said": "nearly all that it took beyond its scope came from clients that its ordinary use, which went on \
                meanwhile, hardly knows: perhaps another hand",
            "clients": sorted(other.pairs.iter().map(|(client, agent)| {
                (names.clients.text(*client), names.agents.text(*agent))
            })).iter().take(LISTED).map(|(client, agent)| json!({
                "client": client,
                "user_agent": agent,
            })).collect::<Vec<_>>(),
            "beyond_from_there": other.beyond.0,
            "beyond": other.beyond.1,
            "ordinary_from_there": other.ordinary.0,
            "ordinary": other.ordinary.1,
            "first_seen": other.span.0.to_string(),
            "last_seen": other.span.1.to_string(),
        })
    })
}

/// Accounts that were used after they had been closed.
pub(super) fn used_after_closing(answer: &Answer<'_>) -> Value {
    let rows = answer.analysis.after_closing.iter().map(|late| {
        json!({
            "account": late.account,
            "closed": late.closed.to_string(),
            "accesses": late.accesses,
            "first": answer.reference(Citation::of(&late.first)),
            "last_seen": late.last.to_string(),
        })
    });
    rows.collect()
}
