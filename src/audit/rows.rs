//! Every row of `accesses.parquet` against the line that it cites and the directory.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use super::Audit;
use super::directory::Plain;
use super::lines::{Said, Seen};
use super::reread::Raw;
use crate::report::{AccessRow, AccessTable};
use crate::route::content::least_room;

const FILE: &str = "accesses.parquet";

/// Holds every row against its line.
pub(super) fn check(
    audit: &mut Audit,
    (table, seen): (&AccessTable, &Seen),
    (plain, raws): (&Plain<'_>, &[Raw]),
    content: &Value,
) {
    let numbers: HashMap<&str, usize> = raws.iter().map(|raw| &*raw.name).zip(0..).collect();
    let away: BTreeSet<String> = audit.absent.iter().map(|(name, _)| name.clone()).collect();
    for row in table.rows() {
        let Some(number) = numbers.get(row.file) else {
            // A log that is not there is told once, not at every row.
            if !away.contains(row.file) {
                let say = "none of the case's logs has this name";
                audit.finds(FILE, (place(&row), "file"), row.file, say);
            }
            continue;
        };
        let offset = u64::try_from(row.offset).unwrap_or(u64::MAX);
        match seen.get(&(*number, offset)) {
            Some(said) => {
                line(audit, &row, said);
                request(audit, &row, said, plain);
                judged(audit, &row, said, (plain, content));
            }
            None => {
                let say = "no request begins there";
                audit.finds(FILE, (place(&row), "offset"), row.offset, say);
            }
        }
    }
    audit.counted("rows of accesses.parquet", table.len() as u64);
}

fn place(row: &AccessRow<'_>) -> String {
    format!("row {} ({})", row.number, row.reference())
}

/// Where the line stands, and its bytes.
fn line(audit: &mut Audit, row: &AccessRow<'_>, said: &Said) {
    audit.same(FILE, (place(row), "line"), row.line, said.line);
    audit.same(FILE, (place(row), "length"), row.length, said.length);
    // Where no bytes could be read again, that is told of the log.
    if !said.sha256.is_empty() {
        let stands = row.line_sha256.unwrap_or_default();
        audit.same(FILE, (place(row), "line_sha256"), stands, &said.sha256);
    }
}

/// What the line says of the request.
fn request(audit: &mut Audit, row: &AccessRow<'_>, said: &Said, plain: &Plain<'_>) {
    let micros = said.time.0.div_euclid(1000);
    if row.time != micros {
        let stands = crate::words::Stamp(row.time.saturating_mul(1000));
        audit.finds(FILE, (place(row), "time"), stands, said.time);
    }
    audit.same(FILE, (place(row), "account"), row.account, &said.account);
    audit.same(FILE, (place(row), "client"), row.client, &said.client);
    let route = said
        .route
        .map_or("", |route| &plain.case.routes[route].name);
    audit.same(FILE, (place(row), "route"), row.route, route);
    let status = (said.status != 0).then_some(i64::from(said.status));
    audit.same(
        FILE,
        (place(row), "status"),
        or_empty(row.status),
        or_empty(status),
    );
    let bytes = said
        .bytes
        .map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX));
    audit.same(
        FILE,
        (place(row), "bytes"),
        or_empty(row.bytes),
        or_empty(bytes),
    );
    let stands = row.container.unwrap_or_default();
    let mut named = said.containers.iter().map(String::as_str);
    let container = named.clone().find(|one| *one == stands);
    let container = container.or(named.next());
    audit.same(
        FILE,
        (place(row), "container"),
        stands,
        container.unwrap_or_default(),
    );
    let Some(object) = row.object else { return };
    let named = said.objects.iter().any(|one| one == object);
    let listed = container.is_some_and(|container| {
        // A page of which nobody knows what stood on it shows only what is possible.
        row.certainty == "possible"
            || plain.on_page((container, said.page), object, said.time) != Some(false)
    });
    if !named && !listed {
        let say = "the line names another, and no page that it asks for lists this one";
        audit.finds(FILE, (place(row), "object"), object, say);
    }
}

/// What the directory and CASE.md §3 make of it.
fn judged(
    audit: &mut Audit,
    row: &AccessRow<'_>,
    said: &Said,
    (plain, content): (&Plain<'_>, &Value),
) {
    let route = said.route.map(|route| &plain.case.routes[route]);
    let sure = said.certainty(route.and_then(|route| route.empty_below));
    let lowered = match (sure, row.certainty) {
        ("confirmed", "probable") => {
            proves_nothing(content, row, said.bytes) || has_no_room(content, row, said, plain)
        }
        ("confirmed" | "probable", "possible") => !said.containers.is_empty(),
        _ => false,
    };
    if sure != row.certainty && !lowered {
        audit.finds(FILE, (place(row), "certainty"), row.certainty, sure);
    }
    let Some(object) = row.object else { return };
    let by = plain.by(row);
    let rows = plain.rows_at((object, by), said.time);
    if rows.is_empty() {
        return;
    }
    let whose = |subject: &str, controller: Option<&str>| {
        rows.iter().any(|one| {
            let own = match one.subject {
                "" => subject.strip_prefix("object:") == Some(object),
                own => own == subject,
            };
            own && plain.controller(one) == controller
        })
    };
    if !whose(row.subject.unwrap_or_default(), row.controller) {
        // Who it is stands in the table itself; a finding travels further.
        let stands = row.controller.unwrap_or("(none)");
        let say = "the directory names another subject or controller for this object then";
        audit.finds(FILE, (place(row), "subject, controller"), stands, say);
    }
    if said.named
        && plain.has_grants(&said.account)
        && let Ok(Some(grant)) = plain.granted(&said.account, (object, by), said.time)
    {
        let say = format!("in scope by its grant of the role \"{}\"", grant.role);
        audit.finds(FILE, (place(row), "standing"), row.standing, say);
    }
}

/// Whether the answer gives the body's size as one that proves no content.
fn proves_nothing(content: &Value, row: &AccessRow<'_>, bytes: Option<u64>) -> bool {
    let Some(bytes) = bytes else { return false };
    let routes = content.as_array().into_iter().flatten();
    let mut own = routes.filter(|route| route["route"] == row.route);
    own.any(|route| {
        let below = route["far_below_the_mode"]["bytes_below"].as_u64();
        let mut constant = route["constant_bodies"].as_array().into_iter().flatten();
        below.is_some_and(|least| bytes < least) || constant.any(|one| one["bytes"] == bytes)
    })
}

/// Whether the body had no room for what lay beyond scope among the several IDs that the request named, by the usual size
/// that the answer gives.
fn has_no_room(content: &Value, row: &AccessRow<'_>, said: &Said, plain: &Plain<'_>) -> bool {
    let Some(bytes) = said.bytes.filter(|_| said.objects.len() > 1) else {
        return false;
    };
    let by = plain.by(row);
    let may_see = |object: &String| {
        // Without grants its scope is inferred: nobody can tell here.
        !plain.has_grants(&said.account)
            || matches!(
                plain.granted(&said.account, (object, by), said.time),
                Ok(Some(_))
            )
    };
    let known = said.objects.iter();
    let known = known.filter(|object| !plain.rows_at((object, by), said.time).is_empty());
    let (inside, beyond): (Vec<_>, Vec<_>) =
        known.partition(|object| said.named && may_see(object));
    let named = (inside.len() as u64, beyond.len() as u64);
    let routes = content.as_array().into_iter().flatten();
    let mut own = routes.filter(|route| route["route"] == row.route);
    own.any(|route| {
        let usual = route["bytes_each"]["usual"].as_u64();
        usual.is_some_and(|usual| bytes < least_room(usual, named))
    })
}

fn or_empty(value: Option<i64>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}
