//! The names of formats: which reader each one means, and complaints about names that are not known.

use std::sync::Arc;

use chrono_tz::Tz;

use super::{
    FormatProblem, LineFormat, balancer, clf, csv, envoy, haproxy, json, listed, pairs, rails, s3,
    squid, traefik, uvicorn, uwsgi, w3c,
};
use crate::words::nearest;

/// Names that `format` takes.
const READ: [&str; 24] = [
    "alb",
    "auto",
    "cloudfront",
    "cloudfront-realtime",
    "combined",
    "common",
    "csv",
    "elb",
    "envoy",
    "gunicorn",
    "haproxy",
    "istio",
    "json",
    "logfmt",
    "rails",
    "s3",
    "squid",
    "tomcat",
    "traefik",
    "tsv",
    "uvicorn",
    "uwsgi",
    "vhost-combined",
    "w3c",
];

/// Formats that are told by their lines, in the order of preference. A line of a recognised content
/// that its own format cannot read is read as any of these. A combined line may have more columns, so what
/// asks for those stands before it.
pub(super) const RECOGNISED: [&str; 16] = [
    "csv",
    "w3c",
    "cloudfront",
    "json",
    "alb",
    "elb",
    "s3",
    "envoy",
    "haproxy",
    "traefik",
    "combined",
    "squid",
    "uvicorn",
    "uwsgi",
    "rails",
    "logfmt",
];

/// Names of writers and wrappings, and the format that is meant by each: what peels off by itself needs
/// no name, so what is inside is told by its lines.
const MEANT: [(&str, &str); 28] = [
    ("akamai", "json"),
    ("apache", "combined"),
    ("apigateway", "json"),
    ("aws-waf", "json"),
    ("azure", "json"),
    ("caddy", "json"),
    ("cef", "logfmt"),
    ("cloudflare", "json"),
    ("compose", "auto"),
    ("cri", "auto"),
    ("docker", "auto"),
    ("ecs", "json"),
    ("elastic", "json"),
    ("gcp", "json"),
    ("heroku", "logfmt"),
    ("iis", "w3c"),
    ("journald", "auto"),
    ("kestrel", "w3c"),
    ("kong", "json"),
    ("leef", "logfmt"),
    ("lograge", "logfmt"),
    ("loki", "auto"),
    ("ltsv", "logfmt"),
    ("nginx", "combined"),
    ("otlp", "json"),
    ("parquet", "json"),
    ("splunk", "csv"),
    ("syslog", "auto"),
];

/// Formats that exist and that this version cannot read yet.
const NOT_YET: [&str; 4] = ["atlassian", "citrix", "fastly", "ocsf"];

/// Every name that `format` takes: of formats, then of writers.
pub fn known() -> Vec<&'static str> {
    let writers = MEANT.iter().map(|(writer, _)| *writer);
    READ.iter().copied().chain(writers).collect()
}

/// The format that a name means.
pub(super) fn meant(name: &str) -> &str {
    let known = MEANT.iter().find(|(writer, _)| *writer == name);
    known.map_or(name, |(_, format)| format)
}

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
    let name = meant(name);
    if !matches!(name, "json" | "csv" | "tsv" | "cloudfront-realtime") && !fields.is_empty() {
        return Err(FormatProblem::new(format!(
            "`fields` is for JSON lines and tables; `format = \"{name}\"` has its own fields: remove one of the two"
        )));
    }
    Ok(match name {
        // What these two write by default is one of the common ones.
        "combined" | "vhost-combined" | "gunicorn" | "tomcat" => Arc::new(clf::Clf::combined()),
        "common" => Arc::new(clf::Clf::common()),
        "w3c" => Arc::new(w3c::W3c::new(zone)),
        "cloudfront" => Arc::new(w3c::W3c::cloudfront(zone)),
        "cloudfront-realtime" => Arc::new(w3c::W3c::cloudfront_realtime(fields, zone)?),
        "rails" => Arc::new(rails::Rails::new(zone)),
        "logfmt" => Arc::new(pairs::Pairs::new(zone)),
        "json" => Arc::new(json::Json::new(fields, zone)?),
        "csv" => Arc::new(csv::Csv::new(false, fields, zone)?),
        "tsv" => Arc::new(csv::Csv::new(true, fields, zone)?),
        other => match layout(other) {
            Some(layout) => Arc::new(listed::Listed::new(layout, zone)),
            None => return Err(unknown_format(other)),
        },
    })
}

/// The formats whose columns stand in a fixed order.
fn layout(name: &str) -> Option<&'static listed::Layout> {
    Some(match name {
        "alb" => &balancer::ALB,
        "elb" => &balancer::ELB,
        "envoy" => &envoy::ENVOY,
        "haproxy" => &haproxy::HAPROXY,
        "istio" => &envoy::ISTIO,
        "s3" => &s3::S3,
        "squid" => &squid::SQUID,
        "traefik" => &traefik::TRAEFIK,
        "uvicorn" => &uvicorn::UVICORN,
        "uwsgi" => &uwsgi::UWSGI,
        _ => return None,
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
    let writers: Vec<&str> = MEANT.iter().map(|(writer, _)| *writer).collect();
    let all = READ.iter().chain(&NOT_YET).chain(&writers).copied();
    FormatProblem::new(format!(
        "unknown format `{name}`{}; known are {read}; and by their writers {}; other layouts: give `pattern` instead",
        did_you_mean(name, all),
        writers.join(", ")
    ))
}

/// `; did you mean ...?` for the nearest name, where one is near enough to be meant.
pub(super) fn did_you_mean<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> String {
    match nearest(name, known) {
        Some(known) => format!("; did you mean `{known}`?"),
        None => String::new(),
    }
}
