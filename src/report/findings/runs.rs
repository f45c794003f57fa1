//! The part of an account's entry about its ordered runs: what is missing in them, what the directory knows of that, and
//! how far they went. Counts; nobody is named.

use serde_json::{Value, json};

use super::{LISTED, hundredths};
use crate::impact::{Citation, End, Gap, Run, Step, What};
use crate::pipeline::Details;
use crate::report::Answer;

/// Its runs in which something is missing; `None` where there are none.
pub(super) fn runs(answer: &Answer<'_>, details: &Details) -> Option<Value> {
    let runs = details.runs.iter().map(|run| one(answer, run));
    (!details.runs.is_empty()).then(|| runs.collect())
}

fn one(answer: &Answer<'_>, run: &Run) -> Value {
    let sum = |count: fn(&Gap) -> u64| run.gaps.iter().map(count).sum::<u64>();
    let filled = |count: fn(&Gap) -> u64| {
        let gaps = run.gaps.iter().filter(|gap| gap.refused.is_none());
        gaps.map(count).sum::<u64>()
    };
    json!({
        "what": match run.what {
            What::Objects => "objects",
            What::Containers => "containers",
            What::Pages { .. } => "pages",
        },
        "container": match run.what {
            What::Pages { container, .. } => json!(answer.analysis.names.objects.text(container)),
            _ => Value::Null,
        },
        "route": answer.route(run.route),
        "from": id(answer, run, &run.first),
        "until": id(answer, run, &run.last),
        "first_seen": run.first.access.time.to_string(),
        "last_seen": run.last.last.time.to_string(),
        "stride": run.stride,
        "seen": run.seen,
        "sampled": run.share,
        "missing": sum(|gap| gap.missing),
        "filled_in": filled(|gap| gap.missing),
        "known": sum(|gap| gap.known),
        "objects_beyond_scope": sum(|gap| gap.beyond),
        "subjects_possible": sum(|gap| gap.possible),
        "gaps": run.gaps.iter().take(LISTED).map(|gap| self::gap(answer, gap)).collect::<Vec<_>>(),
        "gaps_not_listed": run.gaps.len().saturating_sub(LISTED),
        "end": run.end.as_ref().map(|end| self::end(run, end)),
    })
}

fn gap(answer: &Answer<'_>, gap: &Gap) -> Value {
    let (before, after) = (&gap.before.last, &gap.after.access);
    json!({
        "from": before.time.to_string(),
        "until": after.time.to_string(),
        "missing": gap.missing,
        "known": gap.known,
        "objects_beyond_scope": gap.beyond,
        "subjects_possible": gap.possible,
        "before": answer.reference(Citation::of(before)),
        "after": answer.reference(Citation::of(after)),
        "refused": gap.refused,
    })
}

fn end(run: &Run, end: &End) -> Value {
    match end {
        End::Refused(why) => json!({ "refused": why }),
        End::Estimate {
            seen,
            reached,
            start,
            estimate,
            until_95,
        } => json!({
            "start": format!("{}{start}", crate::sequence::text(&run.prefix)),
            "seen": seen,
            "reached": reached,
            "estimate": hundredths(*estimate),
            "until_95": until_95.ceil(),
            "assumption": "German tank: its IDs, from the start on, were kept by chance alone and each with the same chance; \
                the estimate is m(1 + 1/k) - 1 for k seen up to the m-th; beside the bounds, never in them",
        }),
    }
}

/// The ID of a request; of a page its number, counted from 1.
fn id(answer: &Answer<'_>, run: &Run, step: &Step) -> String {
    let names = &answer.analysis.names.objects;
    match run.what {
        What::Objects => names.text(step.access.object),
        What::Containers => names.text(step.access.container),
        What::Pages { .. } => (step.number + 1).to_string(),
    }
}
