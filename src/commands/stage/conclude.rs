//! `stage conclude`: what the other stages wrote -> the answer, as `scan` makes it.

use std::io::{self, Write};

use super::super::inputs::{inputs, paths};
use super::super::progress::Progress;
use super::super::scan::{Run, answer, folder, quarter_of_memory, stopped};
use super::super::terminal;
use super::{Ending, failed, load, reading, stand, tag};
use crate::cli::ConcludeArgs;
use crate::pipeline::{self, Desk, Extraction, Input};
use crate::report::{Staging, check_not_among};
use crate::route::Router;
use crate::sequence::{Access, Ceiling, Spill};
use crate::stage::{Gather, Told};

/// Runs it.
pub(super) fn run(args: &ConcludeArgs) -> Result<(), Ending> {
    let case = load(&args.case)?;
    let (inputs, skipped) = inputs(&case)?;
    check_not_among("--out", &args.out, &case.folder, &paths(&inputs)).map_err(folder)?;
    let staging = Staging::prepare(&args.out, &paths(&inputs)).map_err(folder)?;
    let ceiling = Ceiling {
        bytes: args.memory.or_else(quarter_of_memory),
    };
    let progress = Progress::over(0);
    let router = Router::new(&case.routes, case.ignore_case);
    let how = reading(&args.case);
    let extract = |inputs: &[Input], spill: &Spill| {
        let desk = Desk::open(inputs, &router, &how, (spill, None)).map_err(Ending::failed)?;
        tag(&case, &desk)?.check(&args.tag).map_err(failed)?;
        extraction(&desk, inputs, ceiling, &args.tag, &progress)
    };
    let run = Run {
        case: &case,
        inputs,
        skipped,
        progress: &progress,
        staging,
        other: None,
        out: &args.out,
        rehash: false,
    };
    let threads = args.case.reading.threads.map(usize::from);
    let work = || answer(run, ceiling, extract);
    let summary = pipeline::with_threads(threads, work).map_err(Ending::failed)??;
    progress.done();
    if !args.quiet {
        let screen = summary.screen(terminal::plain());
        io::stdout().lock().write_all(screen.as_bytes())?;
    }
    Ok(())
}

/// What `scan` has after reading the logs, from the stages' rows on stdin.
fn extraction(
    desk: &Desk<'_>,
    inputs: &[Input],
    ceiling: Ceiling,
    tag: &str,
    progress: &Progress,
) -> Result<Extraction, Ending> {
    let mut gather = Gather::begin(io::stdin().lock()).map_err(failed)?;
    let read = gather.pieces(tag).map_err(failed)?;
    for told in &read.told {
        check_stand(told, inputs)?;
    }
    let gathered = pipeline::gather(desk, read.pieces, read.endings, ceiling, progress);
    let mut gathered = gathered.map_err(stopped)?;
    while let Some(packed) = gather.sequence().map_err(failed)? {
        for access in Access::unpack_all(&packed) {
            let split = access.file as usize;
            gathered.add(split, access).map_err(Ending::failed)?;
        }
    }
    gathered.finish().map_err(Ending::failed)
}

/// What was read elsewhere must be what lies here, of which lines will be cited.
fn check_stand(told: &Told, inputs: &[Input]) -> Result<(), Ending> {
    let input = inputs.get(told.file as usize);
    let input = input.filter(|input| input.name == told.name);
    let here = input.map(|input| stand(input.log.path())).transpose()?;
    match here == Some((told.size, told.changed)) {
        true => Ok(()),
        false => Err(Ending::Failed(format!(
            "{}: is not as it was when it was read: it was written to; copy the logs to a quiet place and run the job again",
            told.name
        ))),
    }
}
