//! `stage extract`: splits -> their accesses, and what else came of their lines.

use std::io;

use super::super::inputs::inputs;
use super::super::progress::Progress;
use super::{Ending, facts, failed, load, reading, stand, tag};
use crate::cli::ExtractArgs;
use crate::pipeline::{self, Desk, Input, Piece};
use crate::route::Router;
use crate::route::extract::Part;
use crate::scope::Together;
use crate::sequence::{Ceiling, Spill};
use crate::stage::rows::{DIGEST, PLAN, ROWS, Rows, SPLIT, end_rows, write_part};
use crate::stage::wire::{Batch, Sink};
use crate::stage::{StageProblem, Told};

/// A row of the plan.
struct Task {
    kind: i32,
    split: u32,
    file: usize,
    range: Option<(u64, u64)>,
    stand: (u64, i64),
    name: String,
}

/// Runs it.
pub(super) fn run(args: &ExtractArgs) -> Result<(), Ending> {
    let threads = args.case.reading.threads.map(usize::from);
    pipeline::with_threads(threads, || extract(args)).map_err(Ending::failed)?
}

fn extract(args: &ExtractArgs) -> Result<(), Ending> {
    let tasks = tasks()?;
    let case = load(&args.case)?;
    let (inputs, _) = inputs(&case)?;
    let (router, how) = (
        Router::new(&case.routes, case.ignore_case),
        reading(&args.case),
    );
    let ceiling = Ceiling {
        bytes: Some(args.memory),
    };
    let folder = args.spill.clone().unwrap_or_else(std::env::temp_dir);
    let spill = Spill::new(ceiling.room(), &folder);
    let desk = Desk::open(&inputs, &router, &how, (&spill, None)).map_err(Ending::failed)?;
    tag(&case, &desk)?.check(&args.tag).map_err(failed)?;
    let together = Together::new(&case.directory);
    let mut sink = Sink::begin(io::stdout(), ROWS, &facts(&args.tag)).map_err(failed)?;
    let mut rows = 0;
    for task in &tasks {
        let (told, part) = read(task, &inputs, &desk, &args.tag)?;
        rows += write_part(&mut sink, &together, &told, part).map_err(failed)?;
        if let Some(fault) = spill.fault() {
            return Err(Ending::Failed(fault.to_owned()));
        }
    }
    end_rows(sink, rows).map_err(failed)
}

/// The splits on stdin, all of them before the first is read.
fn tasks() -> Result<Vec<Task>, Ending> {
    let mut rows = Rows::begin(io::stdin().lock(), PLAN).map_err(failed)?;
    let mut tasks = Vec::new();
    while let Some((kind, batch, row)) = rows.next().map_err(failed)? {
        if matches!(kind, SPLIT | DIGEST) {
            tasks.push(task(kind, batch, row));
        }
    }
    Ok(tasks)
}

fn task(kind: i32, batch: &Batch, row: usize) -> Task {
    let short = |column: usize| batch.short(column).get(row).copied().unwrap_or(-1) as u32;
    let long = |column: usize| batch.long(column).get(row).copied().unwrap_or(-1);
    let (start, until) = (long(3) as u64, long(4) as u64);
    Task {
        kind,
        split: short(1),
        file: short(2) as usize,
        range: (until != u64::MAX).then_some((start, until)),
        stand: (long(5) as u64, long(6)),
        name: String::from_utf8_lossy(batch.bytes(7, row)).into_owned(),
    }
}

/// Reads a split, of a file that must be the one that was planned for, before and after.
fn read(task: &Task, inputs: &[Input], desk: &Desk<'_>, tag: &str) -> Result<(Told, Part), Ending> {
    let input = inputs
        .get(task.file)
        .filter(|input| input.name == task.name);
    let input = input.ok_or_else(|| {
        failed(StageProblem::new(format!(
            "{}: is no input of the case here, or not at its place: mount the same folder everywhere and name it with --logs",
            task.name
        )))
    })?;
    let same = || match stand(input.log.path())? == task.stand {
        true => Ok(()),
        false => Err(Ending::Failed(format!(
            "{}: is not as it was when the job was planned: it was written to, or is another file here; copy the logs to a \
             quiet place and run the job again",
            task.name
        ))),
    };
    same()?;
    let observer = Progress::over(0);
    let piece = match task.kind {
        DIGEST => Piece {
            file: task.file,
            range: None,
            part: Part::default(),
            accesses: 0,
            ending: Some(desk.digest(task.file).map_err(Ending::failed)?),
            remembers: false,
        },
        _ => desk
            .read_split(task.file, task.range, &observer)
            .map_err(Ending::failed)?,
    };
    same()?;
    let told = Told {
        tag: tag.to_owned(),
        split: task.split,
        digest: task.kind == DIGEST,
        file: task.file as u32,
        name: task.name.clone(),
        range: task.range,
        size: task.stand.0,
        changed: task.stand.1,
        accesses: piece.accesses,
        remembers: piece.remembers,
        ending: piece.ending,
    };
    Ok((told, piece.part))
}
