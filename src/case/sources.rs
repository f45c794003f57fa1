//! `[[source]]`: a log stream as the case describes it.
//!
//! Checks what can be checked without the logs. Which files a glob finds is left to `source`, what
//! a format, a pattern or a field means to `format`.

use std::sync::Arc;

use chrono_tz::Tz;

use super::problem::{CaseProblem, quoted, suggest};
use super::section::{Section, Value};
use super::times::{OFFSET_REMEDY, clock_offset};
use super::{AccountKey, DeclaredGap, FormatSpec, RouteSpec, SourceSpec};
use crate::format::Proxies;

/// Keys of `[[source]]`.
pub(super) const KEYS: [&str; 11] = [
    "name",
    "files",
    "format",
    "pattern",
    "fields",
    "account",
    "clock_offset",
    "gaps",
    "logs_routes",
    "sampling",
    "trusted_proxies",
];
/// Formats that take `fields`.
const WITH_FIELDS: [&str; 5] = ["json", "auto", "csv", "tsv", "cloudfront-realtime"];

/// Every `[[source]]` in the order of the file.
///
/// # Errors
/// The first thing in them that does not hold, or that there is none.
pub(super) fn read(
    top: &Section<'_>,
    routes: &[RouteSpec],
    zone: Tz,
) -> Result<Vec<SourceSpec>, CaseProblem> {
    let items = top.get("source").map_or(Ok(Vec::new()), |v| v.items())?;
    if items.is_empty() {
        let remedy = "describe each log stream under a heading [[source]] with name and files";
        return Err(top.complain("there is no [[source]]".to_owned(), remedy));
    }
    let mut sources: Vec<SourceSpec> = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let (section, name) = item.named("[[source]]", index + 1, &KEYS)?;
        if let Some(first) = sources.iter().find(|s| s.name == name) {
            let what = format!(
                "[[source]] {} stands on line {} too",
                quoted(name),
                first.line
            );
            return Err(section.complain(what, "give each source a name of its own"));
        }
        sources.push(source(&section, name, routes, zone)?);
    }
    Ok(sources)
}

fn source(
    section: &Section<'_>,
    name: &str,
    routes: &[RouteSpec],
    zone: Tz,
) -> Result<SourceSpec, CaseProblem> {
    let clock_correction = match section.get("clock_offset") {
        Some(value) => correction(&value)?,
        None => 0,
    };
    Ok(SourceSpec {
        name: name.to_owned(),
        line: section.line(),
        files: files(section)?,
        format: format(section)?,
        account: section.get("account").map(|v| account(&v)).transpose()?,
        trusted_proxies: section
            .get("trusted_proxies")
            .map(|v| trusted_proxies(&v))
            .transpose()?,
        clock_correction,
        gaps: gaps(section, zone)?,
        logs_routes: logs_routes(section, routes)?,
        sampling: section
            .get("sampling")
            .map(|v| v.share("the share of lines that was kept, such as 0.1"))
            .transpose()?,
    })
}

fn files(section: &Section<'_>) -> Result<Vec<String>, CaseProblem> {
    let value = section.need(
        "files",
        "globs of its log files, such as [\"logs/access.log*\"]",
    )?;
    let items = value.items()?;
    if items.is_empty() {
        return Err(value.complain(
            "names no file",
            "give at least one glob, such as \"logs/*.log*\"",
        ));
    }
    items.iter().map(|i| Ok(i.path()?.to_owned())).collect()
}

fn format(section: &Section<'_>) -> Result<FormatSpec, CaseProblem> {
    let mut name = section.text("format")?.map(str::to_owned);
    let pattern = section.get("pattern");
    let fields = section.get("fields");
    if let (Some(pattern), true) = (&pattern, name.is_some() || fields.is_some()) {
        let what = "a pattern says by itself how lines are written, so format or fields \
            cannot stand beside it";
        return Err(pattern.complain(what, "take out either the pattern or the others"));
    }
    if let (Some(fields), Some(name)) = (&fields, &name)
        && !WITH_FIELDS.contains(&name.as_str())
    {
        let what = format!("the format {} has fields of its own", quoted(name));
        let remedy = format!(
            "take fields out, or use one of the formats {}",
            WITH_FIELDS.join(", ")
        );
        return Err(fields.complain(&what, remedy));
    }
    if name.is_none() && pattern.is_none() {
        name = Some(if fields.is_some() { "json" } else { "auto" }.to_owned());
    }
    Ok(FormatSpec {
        name,
        pattern: pattern.map(|p| p.text()).transpose()?.map(str::to_owned),
        fields: fields.map_or(Ok(Vec::new()), |f| field_map(&f))?,
    })
}

fn field_map(value: &Value<'_>) -> Result<Vec<(String, String)>, CaseProblem> {
    let table = value.table(value.name())?;
    let entries = table.entries();
    if entries.is_empty() {
        return Err(value.complain(
            "names no field",
            "name at least time and target, or leave fields out",
        ));
    }
    entries
        .iter()
        .map(|(ours, theirs)| Ok(((*ours).to_owned(), theirs.text()?.to_owned())))
        .collect()
}

fn account(value: &Value<'_>) -> Result<AccountKey, CaseProblem> {
    AccountKey::read(value.text()?).map_err(|(what, remedy)| value.complain(&what, remedy))
}

fn trusted_proxies(value: &Value<'_>) -> Result<Arc<Proxies>, CaseProblem> {
    let items = value.items()?;
    if items.is_empty() {
        let remedy = "name at least one proxy, such as \"10.0.0.0/8\", or leave the key out";
        return Err(value.complain("names no network", remedy));
    }
    let mut proxies = Proxies::default();
    for item in &items {
        proxies.trust(item.text()?).map_err(|what| {
            let remedy = "write an address, such as \"192.0.2.7\", or a network with the length of its prefix, such \
                as \"10.0.0.0/8\" or \"2001:db8::/32\"";
            item.complain(&what, remedy)
        })?;
    }
    Ok(Arc::new(proxies))
}

fn correction(value: &Value<'_>) -> Result<i64, CaseProblem> {
    let text = value.text()?;
    // The case says how far the clock was off; undoing it is the opposite.
    clock_offset(text).map(|off| -off).ok_or_else(|| {
        let what = format!("{} is no clock offset", quoted(text));
        value.complain(&what, OFFSET_REMEDY)
    })
}

fn gaps(section: &Section<'_>, zone: Tz) -> Result<Vec<DeclaredGap>, CaseProblem> {
    let items = section.get("gaps").map_or(Ok(Vec::new()), |v| v.items())?;
    items.iter().map(|item| gap(item, zone)).collect()
}

fn gap(item: &Value<'_>, zone: Tz) -> Result<DeclaredGap, CaseProblem> {
    let section = item.section(item.name(), &["from", "until", "reason"])?;
    let from = section
        .need("from", "when the hole begins")?
        .instant(zone)?;
    let until = section
        .need("until", "when the log goes on")?
        .instant(zone)?;
    section.validity(zone)?;
    let reason = section.text("reason")?.unwrap_or_default().to_owned();
    Ok(DeclaredGap {
        from,
        until,
        reason,
    })
}

fn logs_routes(
    section: &Section<'_>,
    routes: &[RouteSpec],
) -> Result<Option<Vec<usize>>, CaseProblem> {
    let Some(value) = section.get("logs_routes") else {
        return Ok(None);
    };
    let items = value.items()?;
    if items.is_empty() {
        return Err(value.complain(
            "names no route",
            "leave it out where the source records all routes",
        ));
    }
    let index = |item: &Value<'_>| {
        let name = item.text()?;
        routes.iter().position(|r| r.name == name).ok_or_else(|| {
            let what = format!("there is no route {}", quoted(name));
            let names = || routes.iter().map(|r| r.name.as_str());
            let all = || {
                format!(
                    "the routes are {}",
                    names().map(quoted).collect::<Vec<_>>().join(", ")
                )
            };
            item.complain(&what, suggest(name, names(), all))
        })
    };
    items.iter().map(index).collect::<Result<_, _>>().map(Some)
}
