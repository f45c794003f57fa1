//! The answer in CASE and UCO: an investigation, the logs and files as observables with their digests, the accounts with a
//! verdict, and the action by which this program made the one from the others.

use serde_json::{Value, json};

use super::{list, uuid, words};
use crate::words::counted;

/// The graph.
pub(super) fn graph(manifest: &Value, findings: &Value, digest: &str) -> Value {
    let id = |kind: &str, name: &str| format!("kb:{kind}-{}", uuid(&[kind, digest, name]));
    let mut nodes = Vec::new();
    let file = |kind: &str, file: &Value| {
        let name = words(&file["file"]);
        observable_file(
            (
                &id(kind, name),
                &id(&format!("{kind}-file"), name),
                &id(&format!("{kind}-content"), name),
            ),
            file,
        )
    };
    let named = |kind: &str, files: &Value| -> Vec<Value> {
        list(files)
            .map(|one| json!({ "@id": id(kind, words(&one["file"])) }))
            .collect()
    };
    nodes.extend(list(&manifest["inputs"]).map(|one| file("log", one)));
    nodes.extend(list(&manifest["tables"]).map(|one| file("table", one)));
    nodes.extend(list(&manifest["outputs"]).map(|one| file("output", one)));
    let accounts = list(&findings["accounts"]);
    let mut results = named("output", &manifest["outputs"]);
    for account in accounts {
        let name = words(&account["account"]);
        results.push(json!({ "@id": id("account", name) }));
        nodes.push(observable_account(
            (&id("account", name), &id("account-facet", name)),
            account,
        ));
    }
    let mut read = named("log", &manifest["inputs"]);
    read.extend(named("table", &manifest["tables"]));
    let tool = id("tool", "breachscope");
    nodes.push(json!({
        "@id": tool,
        "@type": "uco-tool:AnalyticTool",
        "uco-core:name": "breachscope",
        "uco-tool:toolType": "log analysis",
        "uco-tool:version": format!("{} ({})", words(&manifest["tool"]["version"]), words(&manifest["tool"]["build"])),
    }));
    let (record, action) = (id("record", ""), id("action", ""));
    nodes.push(json!({
        "@id": record,
        "@type": "case-investigation:ProvenanceRecord",
        "uco-core:description": format!("The answer whose manifest has the SHA-256 {digest}"),
        "case-investigation:exhibitNumber": manifest["case"]["id"],
        "uco-core:object": results,
    }));
    nodes.push(json!({
        "@id": action,
        "@type": "case-investigation:InvestigativeAction",
        "uco-core:name": "scan",
        "uco-action:instrument": [{ "@id": tool }],
        "uco-action:object": read,
        "uco-action:result": [{ "@id": record }],
    }));
    nodes.push(json!({
        "@id": id("investigation", ""),
        "@type": "case-investigation:Investigation",
        "uco-core:name": manifest["case"]["id"],
        "uco-core:description": findings["case"]["title"],
        "uco-core:object": [{ "@id": action }, { "@id": record }],
    }));
    json!({
        "@context": {
            "kb": "http://example.org/kb/",
            "case-investigation": "https://ontology.caseontology.org/case/investigation/",
            "uco-action": "https://ontology.unifiedcyberontology.org/uco/action/",
            "uco-core": "https://ontology.unifiedcyberontology.org/uco/core/",
            "uco-observable": "https://ontology.unifiedcyberontology.org/uco/observable/",
            "uco-tool": "https://ontology.unifiedcyberontology.org/uco/tool/",
            "uco-types": "https://ontology.unifiedcyberontology.org/uco/types/",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
        },
        "@graph": nodes,
    })
}

/// A file with its size and digest.
fn observable_file((own, facet, content): (&str, &str, &str), file: &Value) -> Value {
    let size = json!({ "@type": "xsd:integer", "@value": file["bytes"].to_string() });
    let hash = format!("{}-hash", content.trim_start_matches("kb:"));
    json!({
        "@id": own,
        "@type": "uco-observable:File",
        "uco-core:hasFacet": [
            {
                "@id": facet,
                "@type": "uco-observable:FileFacet",
                "uco-observable:fileName": file["file"],
                "uco-observable:sizeInBytes": size,
            },
            {
                "@id": content,
                "@type": "uco-observable:ContentDataFacet",
                "uco-observable:sizeInBytes": size,
                "uco-observable:hash": [{
                    "@id": format!("kb:hash-{}", uuid(&[&hash])),
                    "@type": "uco-types:Hash",
                    "uco-types:hashMethod": "SHA256",
                    "uco-types:hashValue": { "@type": "xsd:hexBinary", "@value": file["sha256"] },
                }],
            },
        ],
    })
}

/// An account with a verdict.
fn observable_account((own, facet): (&str, &str), account: &Value) -> Value {
    json!({
        "@id": own,
        "@type": "uco-observable:ObservableObject",
        "uco-core:description": format!(
            "{}: {} beyond its scope, {} of them disclosed something",
            words(&account["verdict"]),
            counted(account["requests_beyond_scope"]["count"].as_u64().unwrap_or(0), "request"),
            account["accesses"],
        ),
        "uco-core:hasFacet": [{
            "@id": facet,
            "@type": "uco-observable:AccountFacet",
            "uco-observable:accountIdentifier": account["account"],
        }],
    })
}
