//! The names of formats: which reader each one means, and complaints about names that are not known.

use std::sync::Arc;

use chrono_tz::Tz;

use super::{FormatProblem, LineFormat, clf, csv, json, w3c};
use crate::words::nearest;

/// Names that `format` takes.
const READ: [&str; 8] = [
    "auto",
    "combined",
    "common",
    "csv",
    "json",
    "tsv",
    "vhost-combined",
    "w3c",
];

/// Formats that are told by their lines, in the order of preference. A line of a recognised content
/// that its own format cannot read is read as any of these.
pub(super) const RECOGNISED: [&str; 4] = ["csv", "w3c", "json", "combined"];

/// Formats that exist and that this version cannot read yet.
const NOT_YET: [&str; 32] = [
    "akamai",
    "alb",
    "apigateway",
    "atlassian",
    "aws-waf",
    "azure",
    "caddy",
    "citrix",
    "cloudflare",
    "cloudfront",
    "cri",
    "docker",
    "ecs",
    "elb",
    "envoy",
    "fastly",
    "gcp",
    "gunicorn",
    "haproxy",
    "iis",
    "istio",
    "journald",
    "kong",
    "lograge",
    "ocsf",
    "otlp",
    "parquet",
    "rails",
    "s3",
    "syslog",
    "tomcat",
    "traefik",
];

/// The readers that a format of that name takes: a table may hold lines as they came, so it takes along
/// what they may be.
///
/// # Errors
/// As [`reader`].
pub(super) fn readers(
    name: &str,
    fields: &[(String, String)],
    zone: Tz,
) -> Result<Vec<Arc<dyn LineFormat>>, FormatProblem> {
    let mut readers = vec![reader(name, fields, zone)?];
    if readers[0].table().is_some() {
        for other in RECOGNISED.iter().filter(|other| **other != "csv") {
            readers.push(reader(other, &[], zone)?);
        }
    }
    Ok(readers)
}

/// The reader of the format of that name. `fields` maps our names to dotted paths or columns, for JSON
/// and tables only.
///
/// # Errors
/// An unknown name, one that is not read yet, or a field map that does not hold.
pub(super) fn reader(
    name: &str,
    fields: &[(String, String)],
    zone: Tz,
) -> Result<Arc<dyn LineFormat>, FormatProblem> {
    if !matches!(name, "json" | "csv" | "tsv") && !fields.is_empty() {
        return Err(FormatProblem::new(format!(
            "`fields` is for JSON lines and tables; `format = \"{name}\"` has its own fields: remove one of the two"
        )));
    }
    Ok(match name {
        "combined" | "vhost-combined" => Arc::new(clf::Clf::combined()),
        "common" => Arc::new(clf::Clf::common()),
        "w3c" => Arc::new(w3c::W3c::new(zone)),
        "json" => Arc::new(json::Json::new(fields, zone)?),
        "csv" => Arc::new(csv::Csv::new(false, fields, zone)?),
        "tsv" => Arc::new(csv::Csv::new(true, fields, zone)?),
        other => return Err(unknown_format(other)),
    })
}

/// Why `format = "NAME"` cannot be used.
fn unknown_format(name: &str) -> FormatProblem {
    let read = READ.join(", ");
    if NOT_YET.contains(&name) {
        return FormatProblem::new(format!(
            "format `{name}` is known, but this version does not read it yet; it reads {read}, \
             a `pattern`, or JSON lines with `fields`"
        ));
    }
    let all = READ.iter().chain(&NOT_YET).copied();
    FormatProblem::new(format!(
        "unknown format `{name}`{}; known are {read}; other layouts: give `pattern` instead",
        did_you_mean(name, all)
    ))
}

/// `; did you mean ...?` for the nearest name, where one is near enough to be meant.
pub(super) fn did_you_mean<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> String {
    match nearest(name, known) {
        Some(known) => format!("; did you mean `{known}`?"),
        None => String::new(),
    }
}
