//! One account with a verdict as a Detection Finding (class 2004) of the Open Cybersecurity Schema Framework.

use serde_json::{Value, json};

use super::{list, uuid, words};
use crate::format::time::rfc3339;
use crate::words::counted;

/// The version of the schema that the fields are of.
const SCHEMA: &str = "1.1.0";

/// The finding; all times come from the logs, in milliseconds.
pub(super) fn finding(account: &Value, manifest: &Value, digest: &str) -> Value {
    let name = words(&account["account"]);
    let verdict = words(&account["verdict"]);
    let first = millis(&account["first_seen"]);
    let last = millis(&account["last_seen"]);
    let count = |key: &str| account[key].as_u64().unwrap_or(0);
    let said = format!(
        "{name}: {verdict}; {} beyond its scope disclosed something, {} nothing; data subjects confirmed: {}, probable: {}",
        counted(count("accesses"), "request"),
        count("attempts"),
        count("subjects_confirmed"),
        count("subjects_probable"),
    );
    let (severity_id, severity) = severity(verdict);
    json!({
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": 2004,
        "class_name": "Detection Finding",
        "activity_id": 1,
        "activity_name": "Create",
        "type_uid": 200_401,
        "type_name": "Detection Finding: Create",
        "severity_id": severity_id,
        "severity": severity,
        "status_id": 1,
        "status": "New",
        "time": last,
        "start_time": first,
        "end_time": last,
        "count": account["requests_beyond_scope"]["count"],
        "message": said,
        "metadata": {
            "version": SCHEMA,
            "uid": uuid(&["ocsf", digest, name]),
            "correlation_uid": manifest["case"]["id"],
            "product": {
                "name": "breachscope",
                "vendor_name": "breachscope",
                "version": manifest["tool"]["version"],
            },
        },
        "finding_info": {
            "uid": uuid(&["finding", digest, name]),
            "title": format!("Access beyond scope: {verdict}"),
            "desc": said,
            "types": [verdict],
            "first_seen_time": first,
            "last_seen_time": last,
            "analytic": { "type_id": 2, "type": "Behavioral", "name": verdict },
        },
        "evidences": evidences(account, name),
        "unmapped": {
            "manifest_sha256": digest,
            "scope": account["scope"],
            "reasons": account["reasons"],
            "controllers": account["controllers"],
            "first_lines": account["requests_beyond_scope"]["first"],
        },
    })
}

/// Who, from where: one for each client address.
fn evidences(account: &Value, name: &str) -> Value {
    let is_account = !name.starts_with("client:");
    let clients = list(&account["client_addresses"]).map(|client| {
        let mut evidence = json!({ "src_endpoint": { "ip": client } });
        if is_account {
            evidence["actor"] = json!({ "user": { "name": name } });
        }
        evidence
    });
    clients.collect()
}

/// A verdict's weight in the schema's words.
fn severity(verdict: &str) -> (u8, &'static str) {
    match verdict {
        "enumeration" => (4, "High"),
        "overreach" => (3, "Medium"),
        "probing" | "harvest" => (2, "Low"),
        _ => (1, "Informational"),
    }
}

fn millis(time: &Value) -> Option<i64> {
    let at = rfc3339(words(time).as_bytes())?;
    Some(at.0.div_euclid(1_000_000))
}
