//! What is shown of a route: requests, answers, who asked, which IDs, how long the bodies are.

use super::lines::{Table, grouped, share, wrapped};
use crate::survey::{Route, Survey};
use crate::words::ending;

/// A route.
pub(super) fn one_route(route: &Route, survey: &Survey, text: &mut String) {
    let figures = &route.figures;
    let source = match survey.sources.len() {
        1 => String::new(),
        _ => survey
            .sources
            .get(route.source)
            .map_or(String::new(), |s| format!("  [{}]", s.input.name)),
    };
    let name = if route.given {
        format!("{}: ", route.name)
    } else {
        String::new()
    };
    wrapped(&format!("  {name}{}{source}", route.written()), 6, text);
    let methods: Vec<String> = figures
        .methods
        .iter()
        .map(|(m, n)| format!("{m} {}", grouped(*n)))
        .collect();
    let mut table = Table::new(6);
    table.row(
        "requests",
        format!("{} ({})", grouped(figures.requests), methods.join(", ")),
    );
    let classes = ["none", "1xx", "2xx", "3xx", "4xx", "5xx"];
    let statuses: Vec<String> = classes
        .iter()
        .zip(figures.classes)
        .filter(|(_, n)| *n > 0)
        .map(|(class, n)| format!("{class} {}", grouped(n)))
        .collect();
    table.row("answers", statuses.join(", "));
    let part = |n| share(n, figures.requests);
    table.row(
        "lines with",
        format!(
            "account {}, ID {}, status {}, bytes {}",
            part(figures.with_account),
            part(figures.with_id),
            part(figures.with_status),
            part(figures.with_bytes)
        ),
    );
    let count = |set: &crate::survey::Distinct| {
        format!(
            "{}{}",
            if set.full() { "more than " } else { "" },
            grouped(set.len())
        )
    };
    table.row(
        "asked by",
        format!(
            "{} account{}, {} client address{}",
            count(&figures.accounts),
            ending(figures.accounts.len()),
            count(&figures.clients),
            if figures.clients.len() == 1 { "" } else { "es" }
        ),
    );
    for variable in route
        .variables
        .iter()
        .filter(|v| route.given || v.is_id() || v.paging.is_some())
    {
        let dense = match variable
            .values
            .density()
            .filter(|_| variable.paging.is_none())
        {
            Some(share) if share >= 0.5 => ", dense integers: easily guessed",
            Some(_) => ", integers",
            None => "",
        };
        let place = if variable.in_query { "?" } else { "" };
        let paging = if variable.paging.is_some() {
            " (paging)"
        } else {
            ""
        };
        table.row(
            &format!("{place}{}", variable.name),
            format!(
                "{} different {}{}{dense}{paging}",
                count(&variable.values.distinct),
                variable.values.kind().word(),
                ending(variable.values.distinct.len())
            ),
        );
    }
    if figures.sizes.total() > 0 {
        let at = |percent| {
            figures
                .sizes
                .quantile(percent)
                .map_or("?".to_owned(), grouped)
        };
        let constant: Vec<String> = figures
            .sizes
            .constant(20)
            .iter()
            .take(3)
            .map(|(bytes, times)| format!("{} ({} times)", grouped(*bytes), grouped(*times)))
            .collect();
        let common = if constant.is_empty() {
            String::new()
        } else {
            format!("; common sizes {}", constant.join(", "))
        };
        table.row(
            "body bytes",
            format!("5 % {}, half {}, 95 % {}{common}", at(5), at(50), at(95)),
        );
    }
    table.write(text);
}
