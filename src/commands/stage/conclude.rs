//! `stage conclude`: what the other stages wrote -> the answer, as `scan` makes it.

use std::io::{self, Write};

use super::super::inputs::{inputs, paths};
use super::super::progress::Progress;
use super::super::remarks::Remarks;
use super::super::scan::{Known, Run, WhatCame, answer, folder, quarter_of_memory, stopped};
use super::super::terminal;
use super::{Ending, failed, load, reading, stand, tag};
use crate::case::Case;
use crate::cli::ConcludeArgs;
use crate::pipeline::{self, Desk, Extraction, Gathered, Input, Keeping, Material, Returned};
use crate::report::{Staging, check_not_among};
use crate::route::Router;
use crate::sequence::{Ceiling, Spill};
use crate::stage::{Context, Gather, StageProblem, Told};

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
        read(&desk, inputs, ceiling, args, (&case, &progress))
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
fn read(
    desk: &Desk<'_>,
    inputs: &[Input],
    ceiling: Ceiling,
    args: &ConcludeArgs,
    (case, progress): (&Case, &Progress),
) -> Result<WhatCame, Ending> {
    let mut gather = Gather::begin(io::stdin().lock()).map_err(failed)?;
    let tag = (&args.tag[..], progress);
    let (mut all, plan) = gathered(&mut gather, desk, inputs, ceiling, tag)?;
    let Some(context) = &args.context else {
        sequences(&mut gather, &mut all)?;
        return Ok(all.finish().map_err(Ending::failed)?.into());
    };
    let context = Context::read(context, &args.tag, false).map_err(failed)?;
    if context.plan != plan {
        return Err(failed(StageProblem::new(
            "the context is of another plan of the same logs: run the whole job again",
        )));
    }
    let looks = gather.looks(&context.stamp, desk.spill());
    let (looks, kept) = looks.map_err(failed)?;
    let Extraction { files, all } = all.without_accesses();
    let common = context.common.named(all.names);
    let returned = Returned::of(case, common, looks, kept).ok_or_else(|| {
        failed(StageProblem::new(
            "accounts are missing, came twice, or not as they were judged; run the whole job again",
        ))
    })?;
    Ok(WhatCame {
        files,
        material: Material::Looked(Box::new(returned)),
        known: Known::Remarks(Remarks {
            said: context.remarks,
            elsewhere: context.elsewhere,
        }),
        keeping: Keeping::default(),
    })
}

/// Parts on stdin, put together.
pub(super) fn gathered(
    gather: &mut Gather<impl io::Read>,
    desk: &Desk<'_>,
    inputs: &[Input],
    ceiling: Ceiling,
    (tag, progress): (&str, &Progress),
) -> Result<(Gathered, String), Ending> {
    let read = gather.pieces(tag).map_err(failed)?;
    let plan = read.plan();
    for told in &read.told {
        check_stand(told, inputs)?;
    }
    let gathered = pipeline::gather(desk, read.pieces, read.endings, ceiling, progress);
    Ok((gathered.map_err(stopped)?, plan))
}

/// All sequences on stdin, to the parts before them.
pub(super) fn sequences(
    gather: &mut Gather<impl io::Read>,
    gathered: &mut Gathered,
) -> Result<(), Ending> {
    while let Some((_, accesses)) = gather.sequence().map_err(failed)? {
        for access in accesses {
            let split = access.file as usize;
            gathered.add(split, access).map_err(Ending::failed)?;
        }
    }
    Ok(())
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
