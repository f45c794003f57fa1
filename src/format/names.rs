//! Complaints about names that are not known, with the nearest one that is.

use super::FormatProblem;
use crate::words::nearest;

/// Names that `format` takes.
const READ: [&str; 6] = [
    "auto",
    "combined",
    "common",
    "json",
    "vhost-combined",
    "w3c",
];

/// Formats that exist and that this version cannot read yet.
const NOT_YET: [&str; 34] = [
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
    "csv",
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
    "tsv",
];

/// Why `format = "NAME"` cannot be used.
pub(super) fn unknown_format(name: &str) -> FormatProblem {
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
