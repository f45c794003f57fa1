//! `purge`: keys and packs deleted, and a record of what was; the only file in which the clock stands.

use std::fs::OpenOptions;
use std::io::{Seek as _, Write as _};
use std::path::Path;

use serde_json::{Value, json};

use super::{Ending, told};
use crate::cli::PurgeArgs;
use crate::pack::{Purged, keys_file, packs_folder, shred};
use crate::report::BUILD;

/// Runs it.
pub(super) fn run(args: &PurgeArgs) -> Result<(), Ending> {
    let keys = keys_file(&args.keys).map_err(Ending::Usage)?;
    let packs = args.packs.as_deref().map(packs_folder).transpose();
    let packs = packs.map_err(Ending::Usage)?.unwrap_or_default();
    check_record(args)?;
    let mut record = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&args.record)
        .map_err(|e| {
            Ending::Usage(format!(
                "--record {}: cannot be made: {e}; name a new file; nothing was deleted",
                args.record.display()
            ))
        })?;
    // Should the machine stop on the way, the record names what may be gone.
    let mut write = |done: bool| -> std::io::Result<()> {
        record.rewind()?;
        record.set_len(0)?;
        record.write_all(format!("{:#}\n", record_of(args, &keys, &packs, done)).as_bytes())?;
        record.sync_all()
    };
    write(false)?;
    for file in packs.iter().chain([&keys]) {
        shred(file).map_err(|e| {
            Ending::Failed(format!(
                "{}: cannot be deleted: {e}; what stands before it in {} is gone, the rest is not: run again with a new \
                 --record",
                file.path.display(),
                args.record.display()
            ))
        })?;
    }
    remove_folders(args.packs.as_deref(), &packs)?;
    write(true)?;
    if args.json {
        let deleted: Vec<_> = packs.iter().chain([&keys]).map(file).collect();
        return told::print(
            "breachscope.purge/1",
            json!({ "record": args.record.display().to_string(), "complete": true, "deleted": deleted }),
        );
    }
    writeln!(
        std::io::stdout().lock(),
        "{} file(s) overwritten and deleted; {} says which",
        packs.len() + 1,
        args.record.display()
    )?;
    Ok(())
}

/// The record must outlive what it tells of.
fn check_record(args: &PurgeArgs) -> Result<(), Ending> {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let inside = |outer: &Path| absolute(&args.record).starts_with(absolute(outer));
    match args.packs.as_deref().is_some_and(inside) {
        true => Err(Ending::Usage(format!(
            "--record {}: lies in the packs that are to be deleted; name a file elsewhere",
            args.record.display()
        ))),
        false => Ok(()),
    }
}

/// Folders that are empty now; one into which something was put meanwhile stays.
fn remove_folders(packs: Option<&Path>, files: &[Purged]) -> Result<(), Ending> {
    let Some(folder) = packs else {
        return Ok(());
    };
    let mut folders: Vec<&Path> = files.iter().filter_map(|file| file.path.parent()).collect();
    folders.dedup();
    for one in folders.into_iter().chain([folder]) {
        std::fs::remove_dir(one).map_err(|e| {
            Ending::Failed(format!(
                "{}: its files are deleted, the folder is not: {e}",
                one.display()
            ))
        })?;
    }
    Ok(())
}

fn file(one: &Purged) -> Value {
    json!({ "file": one.name, "bytes": one.bytes, "sha256": one.sha256 })
}

fn record_of(args: &PurgeArgs, keys: &Purged, packs: &[Purged], done: bool) -> Value {
    let now = chrono::Utc::now().format("%Y-%m-%dT%H:%M:%SZ").to_string();
    json!({
        "schema": "breachscope.purge/1",
        "build": BUILD,
        "at": now,
        "complete": done,
        "packs": args.packs.as_ref().map(|folder| folder.display().to_string()),
        "deleted": packs.iter().chain([keys]).map(file).collect::<Vec<_>>(),
        "said": "each file was overwritten with zeros once and deleted; copies, snapshots and flash memory may still hold it",
    })
}
