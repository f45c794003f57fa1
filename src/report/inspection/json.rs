//! A survey as JSON, with a schema version. Figures as they are, unrounded; no account, ID or query value.

use serde_json::{Map, Value, json};

use super::instant;
use crate::format::Problem;
use crate::survey::{Answer, Distinct, Field, Route, Source, Survey, Variable, answers, wishes};

/// The JSON text.
pub fn inspection_json(survey: &Survey) -> String {
    let asked = |route: &&Route| route.bears_ids() || route.given || route.hides_ids();
    let per_route = survey.routes.iter().filter(asked).map(|route| {
        let mut value = answer(&route.answer(survey));
        value["route"] = json!(route.name);
        value["source"] = json!(source_name(survey, route));
        value
    });
    let value = json!({
        "schema": "breachscope.inspect/1",
        "sources": survey.sources.iter().map(source).collect::<Vec<_>>(),
        "not_read": survey.unread.iter().map(|(file, why)| json!({ "file": file, "why": why })).collect::<Vec<_>>(),
        "routes": survey.routes.iter().map(|r| route(survey, r)).collect::<Vec<_>>(),
        "questions": answers(survey).iter().map(answer).collect::<Vec<_>>(),
        "questions_per_route": per_route.collect::<Vec<_>>(),
        "ask_the_vendor": wishes(survey).iter()
            .map(|wish| json!({ "reason": wish.reason.code(), "what": wish.what, "why": wish.why })).collect::<Vec<_>>(),
    });
    format!("{value:#}\n")
}

fn source_name(survey: &Survey, route: &Route) -> Option<String> {
    survey
        .sources
        .get(route.source)
        .map(|source| source.input.name.clone())
}

fn source(source: &Source) -> Value {
    let input = &source.input;
    let tally = &input.tally;
    let facts = &input.facts;
    let mut rejected = Map::new();
    for (problem, count) in Problem::ALL.iter().zip(tally.rejected) {
        if count > 0 {
            rejected.insert(problem.word().to_owned(), json!(count));
        }
    }
    let present: Map<String, Value> = Field::ALL
        .iter()
        .map(|field| (field.word().to_owned(), json!(facts.with(*field))))
        .collect();
    json!({
        "name": input.name,
        "format": input.format,
        "pattern": input.spec.pattern,
        "fields": input.spec.fields.iter().map(|(ours, path)| (ours.clone(), json!(path))).collect::<Map<_, _>>(),
        "wrappings": input.wrappings,
        "account": input.account.as_ref().map(|(place, sure, evidence)| {
            json!({ "place": place, "sure": sure.word(), "evidence": evidence })
        }),
        "files": input.files.iter().map(|file| json!({
            "file": file.name,
            "bytes": file.bytes,
            "content_bytes": file.content_bytes,
            "packing": file.packing,
            "lines": file.tally.lines,
            "first": instant(file.tally.first),
            "last": instant(file.tally.last),
            "damage": file.damage,
            "same_content_as": file.copy_of,
            "overlaps": file.overlaps,
            "last_line_unended": file.unended,
            "first_rejects": file.first_rejects.iter()
                .map(|(problem, line)| json!({ "reason": problem.word(), "line": line })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "missing_rotated_files": input.missing_files,
        "lines": tally.lines,
        "records": tally.records,
        "rejected": tally.rejected_lines(),
        "rejected_by_reason": rejected,
        "empty": tally.empty,
        "directives": tally.directives,
        "first": instant(tally.first),
        "last": instant(tally.last),
        "records_counted_once": facts.records,
        "records_with": present,
        "hosts": names(&facts.hosts),
        "nodes": names(&facts.nodes),
        "holes": source.holes.iter().map(|hole| json!({
            "kind": hole.kind.word(), "from": hole.from.to_string(), "until": hole.until.to_string(),
            "expected_lines": hole.expected, "writer": hole.writer, "basis": hole.basis,
        })).collect::<Vec<_>>(),
        "also": source.said.iter()
            .map(|doubt| json!({ "reason": doubt.reason.code(), "basis": doubt.basis })).collect::<Vec<_>>(),
        "hole_noticed_from_minutes": source.unnoticed.map(|unnoticed| {
            json!({ "busiest": unnoticed.busiest, "quietest": unnoticed.quietest, "expected_lines": unnoticed.needed })
        }),
        "begins_amid_traffic": source.amid.map(|(opening, usual)| {
            json!({ "lines_of_first_ten_minutes": opening, "usual_lines_of_ten_minutes": usual })
        }),
        "clock_jumps": facts.jumps,
        "first_clock_jump": facts.first_jump.map(|(_, jump)| json!({
            "file": input.first_jump, "offset": jump.offset, "from": jump.from.to_string(), "to": jump.to.to_string(),
        })),
        "repeated_request_ids": facts.repeated_ids,
        "sampling": source.sampling,
    })
}

fn names(set: &Distinct) -> Value {
    let listed: Vec<String> = set
        .sorted()
        .iter()
        .take(50)
        .map(|name| crate::sequence::text(name))
        .collect();
    json!({ "count": set.len(), "more": set.full(), "names": listed })
}

fn route(survey: &Survey, route: &Route) -> Value {
    let figures = &route.figures;
    let count = |set: &Distinct| json!({ "count": set.len(), "more": set.full() });
    let classes = ["none", "1xx", "2xx", "3xx", "4xx", "5xx"];
    let statuses: Map<String, Value> = classes
        .iter()
        .zip(figures.classes)
        .map(|(class, n)| ((*class).to_owned(), json!(n)))
        .collect();
    let quantile =
        |percent: u64| json!({ "percent": percent, "bytes": figures.sizes.quantile(percent) });
    let quantiles = [5, 25, 50, 75, 95].map(quantile);
    json!({
        "name": route.name,
        "path": route.path,
        "source": source_name(survey, route),
        "given": route.given,
        "bears_ids": route.bears_ids(),
        "requests": figures.requests,
        "methods": figures.methods,
        "statuses": statuses,
        "refused": figures.refused,
        "limited": figures.limited,
        "with_account": figures.with_account,
        "with_id": figures.with_id,
        "with_status": figures.with_status,
        "with_bytes": figures.with_bytes,
        "accounts": count(&figures.accounts),
        "clients": count(&figures.clients),
        "variables": route.variables.iter().map(variable).collect::<Vec<_>>(),
        "body_bytes": quantiles,
        "constant_bodies": figures.sizes.constant(20).iter()
            .map(|(bytes, times)| json!({ "bytes": bytes, "times": times })).collect::<Vec<_>>(),
    })
}

fn variable(variable: &Variable) -> Value {
    json!({
        "name": variable.name,
        "in": if variable.in_query { "query" } else { "path" },
        "is_id": variable.is_id(),
        "is_paging": variable.paging.is_some(),
        "kind": variable.values.kind().word(),
        "different": variable.values.distinct.len(),
        "more": variable.values.distinct.full(),
        "values": variable.values.total,
        "density": variable.values.density(),
    })
}

fn answer(answer: &Answer) -> Value {
    json!({
        "question": answer.question,
        "verdict": answer.verdict.words(),
        "findings": answer.findings.iter().map(|finding| json!({
            "reason": finding.reason.code(),
            "verdict": finding.verdict.words(),
            "text": finding.text,
        })).collect::<Vec<_>>(),
    })
}
