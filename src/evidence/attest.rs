//! What an answer's manifest says, as others' tools read it: an in-toto statement, its DSSE envelope, and the request for a
//! time stamp (RFC 3161) over the manifest.

use base64ct::{Base64, Encoding};
use serde_json::{Value, json};

use super::{Signer, sha256};

/// The type of the statement, as envelopes name it.
const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";
/// The kind of predicate: a name, behind which nothing can be fetched.
const PREDICATE_TYPE: &str = "urn:breachscope:answer:1";

/// An in-toto Statement v1 over the outputs of an answer and its manifest: made of which inputs, by which case and build.
pub fn statement(manifest: &Value, bytes: &[u8]) -> Vec<u8> {
    let subject =
        |name: &Value, digest: &Value| json!({ "name": name, "digest": { "sha256": digest } });
    let outputs = manifest["outputs"].as_array().into_iter().flatten();
    let mut subjects: Vec<Value> = outputs
        .map(|output| subject(&output["file"], &output["sha256"]))
        .collect();
    subjects.push(subject(&json!("manifest.json"), &json!(sha256(bytes))));
    let inputs = manifest["inputs"].as_array().into_iter().flatten();
    let inputs = inputs.map(|input| {
        json!({
            "name": input["file"],
            "digest": { "sha256": input["sha256"] },
            "size": input["bytes"],
            "lines": input["lines"],
        })
    });
    let tables = manifest["tables"].as_array().into_iter().flatten();
    let value = json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": subjects,
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "case": {
                "id": manifest["case"]["id"],
                "name": manifest["case"]["file"],
                "digest": { "sha256": manifest["case"]["sha256"] },
            },
            "tables": tables
                .map(|table| subject(&table["file"], &table["sha256"])).collect::<Vec<_>>(),
            "inputs": inputs.collect::<Vec<_>>(),
            "tool": manifest["tool"],
            "command": manifest["command"],
        },
    });
    let mut out = format!("{value:#}").into_bytes();
    out.push(b'\n');
    out
}

/// A DSSE envelope around a statement; without a signer it has no signature, which is to be added.
///
/// # Errors
/// The key cannot sign.
pub fn envelope(statement: &[u8], signer: Option<&Signer>) -> Result<Vec<u8>, String> {
    let signatures = match signer {
        None => Vec::new(),
        Some(signer) => {
            let signature = signer.raw(&encoding(statement))?;
            vec![json!({
                "keyid": signer.fingerprint(),
                "sig": Base64::encode_string(&signature),
            })]
        }
    };
    let value = json!({
        "payloadType": PAYLOAD_TYPE,
        "payload": Base64::encode_string(statement),
        "signatures": signatures,
    });
    let mut out = format!("{value:#}").into_bytes();
    out.push(b'\n');
    Ok(out)
}

/// DSSE's pre-authentication encoding: what is signed.
fn encoding(payload: &[u8]) -> Vec<u8> {
    let head = format!(
        "DSSEv1 {} {PAYLOAD_TYPE} {} ",
        PAYLOAD_TYPE.len(),
        payload.len()
    );
    [head.as_bytes(), payload].concat()
}

/// A TimeStampReq for the SHA-256 of bytes, in DER: version 1, no policy, no nonce, the authority's certificate wanted.
pub fn time_stamp_request(bytes: &[u8]) -> Vec<u8> {
    /// SEQUENCE { OBJECT IDENTIFIER 2.16.840.1.101.3.4.2.1, NULL }.
    const SHA256: [u8; 15] = [
        0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00,
    ];
    let digest = super::digest(bytes);
    let imprint = tagged(0x30, &[&SHA256[..], &tagged(0x04, &digest)].concat());
    let (version, certificate) = (tagged(0x02, &[1]), tagged(0x01, &[0xff]));
    tagged(0x30, &[version, imprint, certificate].concat())
}

/// A value of DER shorter than 128 bytes, as all of these are.
fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len() as u8;
    [&[tag, length], content].concat()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_encoding_is_the_specification_s_own_example() {
        let example = b"DSSEv1 28 application/vnd.in-toto+json 11 hello world";
        assert_eq!(super::encoding(b"hello world"), example);
    }
}
