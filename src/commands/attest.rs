//! `attest`: what an answer's manifest says as others' tools read it, signed where a key is given.

use std::fs;

use serde_json::json;

use super::scan::folder;
use super::{Ending, finished, told};
use crate::audit::{Audit, Folder};
use crate::cli::AttestArgs;
use crate::evidence::{Signer, attest};
use crate::report::{MANIFEST, Staging};

/// Runs it.
pub(super) fn run(args: &AttestArgs) -> Result<(), Ending> {
    let answer = finished(&args.answer)?;
    intact(args)?;
    let bytes = answer.bytes(MANIFEST).map_err(Ending::Failed)?;
    let manifest = answer.json(MANIFEST).map_err(Ending::Failed)?;
    let signer = args.key.as_ref().map(|path| {
        let failed = |why: String| Ending::Usage(format!("--key {}: {why}", path.display()));
        let key = fs::read(path).map_err(|e| failed(format!("cannot be read: {e}")))?;
        Signer::read(&key).map_err(failed)
    });
    let signer = signer.transpose()?;
    let statement = attest::statement(&manifest, &bytes);
    let envelope = attest::envelope(&statement, signer.as_ref()).map_err(Ending::Failed)?;
    // Beside an answer, never in it: its manifest lists every file.
    let inside = [args.answer.join(MANIFEST)];
    told::away_from_logs("--out", &args.out, &answer)?;
    let mut staging = Staging::prepare(&args.out, &inside).map_err(folder)?;
    told::left_behind(&staging);
    let mut put = |name: &str, bytes: Vec<u8>| staging.put(name, bytes).map_err(folder);
    put("statement.json", statement)?;
    put("statement.dsse.json", envelope)?;
    if let Some(signer) = &signer {
        let signature = signer.armored(&bytes).map_err(Ending::Failed)?;
        put("manifest.json.sig", signature.into_bytes())?;
    }
    put("manifest.tsq", attest::time_stamp_request(&bytes))?;
    let written = told::files(staging.outputs());
    staging.publish().map_err(folder)?;
    match args.json {
        true => told::print(
            "breachscope.attest/1",
            json!({ "folder": args.out.display().to_string(), "signed": signer.is_some(), "files": written }),
        ),
        false => Ok(()),
    }
}

/// Nobody should sign what is not what its manifest says.
fn intact(args: &AttestArgs) -> Result<(), Ending> {
    let mut audit = Audit::default();
    let folder = Folder::read(&args.answer).map_err(Ending::Failed)?;
    folder.check(&mut audit);
    match audit.findings.first() {
        None => Ok(()),
        Some(one) => Err(Ending::Failed(format!(
            "{}: {} is not what the manifest says; `breachscope verify` says more, and nothing was signed",
            args.answer.display(),
            one.file
        ))),
    }
}
