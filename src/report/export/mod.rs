//! A finished answer for other programs. Counts data subjects and never names them, so nothing is to be masked.

mod case;
mod ocsf;

use serde_json::Value;

use super::{Finished, MANIFEST};
use crate::evidence::sha256;

/// Events for Timesketch, which the answer has already.
///
/// # Errors
/// A sentence: the answer is not what its manifest says.
pub fn timesketch(answer: &Finished) -> Result<Vec<u8>, String> {
    answer.bytes("timeline.jsonl")
}

/// A Detection Finding of OCSF for each account with a verdict, one a line.
///
/// # Errors
/// As [`timesketch`].
pub fn ocsf(answer: &Finished) -> Result<Vec<u8>, String> {
    let manifest = answer.json(MANIFEST)?;
    let digest = answer.digest(MANIFEST);
    let mut out = Vec::new();
    answer.findings(&mut |account| {
        let finding = ocsf::finding(&account, &manifest, &digest);
        out.extend_from_slice(finding.to_string().as_bytes());
        out.push(b'\n');
        None
    })?;
    Ok(out)
}

/// The answer, its logs and its making as JSON-LD in the ontologies CASE and UCO.
///
/// # Errors
/// As [`timesketch`].
pub fn case(answer: &Finished) -> Result<Vec<u8>, String> {
    let manifest = answer.json(MANIFEST)?;
    let findings = answer.json("findings.json")?;
    let graph = case::graph(&manifest, &findings, &answer.digest(MANIFEST));
    let mut out = format!("{graph:#}").into_bytes();
    out.push(b'\n');
    Ok(out)
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn words(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A UUID that the same words always get. It calls itself one of version 5, made from a name, though the digest behind it
/// is SHA-256: the checks of CASE know no later version.
fn uuid(of: &[&str]) -> String {
    let hex = sha256(of.join("\n").as_bytes());
    let part = |from: usize, until: usize| hex.get(from..until).unwrap_or_default();
    format!(
        "{}-{}-5{}-a{}-{}",
        part(0, 8),
        part(8, 12),
        part(12, 15),
        part(15, 18),
        part(18, 30)
    )
}
