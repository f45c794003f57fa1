//! `stage plan`: a case -> the splits of its logs.

use std::io;

use super::super::inputs::inputs;
use super::{Ending, facts, failed, load, reading, stand, tag};
use crate::cli::PlanArgs;
use crate::pipeline::{self, Desk};
use crate::route::Router;
use crate::sequence::Spill;
use crate::stage::rows::{DIGEST, END, PLAN, SPLIT};
use crate::stage::wire::{Cell, Sink};

/// Runs it.
pub(super) fn run(args: &PlanArgs) -> Result<(), Ending> {
    let case = load(&args.case)?;
    let (inputs, _) = inputs(&case)?;
    let (router, how, spill) = (
        Router::new(&case.routes, case.ignore_case),
        reading(&args.case),
        Spill::never(),
    );
    let splits = pipeline::splits(&inputs, args.split).map_err(Ending::failed)?;
    let desk = Desk::open(&inputs, &router, &how, (&spill, None)).map_err(Ending::failed)?;
    let tag = tag(&case, &desk)?.to_string();
    let out = io::stdout().lock();
    let mut sink = Sink::begin(out, PLAN, &facts(&tag)).map_err(failed)?;
    let mut rows = 0;
    for (number, split) in splits.iter().enumerate() {
        let input = &inputs[split.file];
        let (size, changed) = stand(input.log.path())?;
        if size != split.size {
            return Err(super::super::Ending::Failed(format!(
                "{}: is written to; copy the logs to a quiet place and run again",
                input.name
            )));
        }
        let (start, until) = split.range.unwrap_or((0, u64::MAX));
        let row = |kind, number: usize, start: u64, until: u64| {
            [
                Cell::Short(kind),
                Cell::Short(number as i32),
                Cell::Short(split.file as i32),
                Cell::Long(start as i64),
                Cell::Long(until as i64),
                Cell::Long(size as i64),
                Cell::Long(changed),
                Cell::Bytes(input.name.as_bytes()),
            ]
        };
        sink.row(&row(SPLIT, number, start, until))
            .map_err(failed)?;
        rows += 1;
        // A file that is read in ranges is hashed by a task of its own.
        if split.range.is_some() && start == 0 {
            sink.row(&row(DIGEST, split.file, 0, u64::MAX))
                .map_err(failed)?;
            rows += 1;
        }
    }
    sink.row(&[
        Cell::Short(END),
        Cell::Short(0),
        Cell::Short(0),
        Cell::Long(rows),
        Cell::Long(0),
        Cell::Long(0),
        Cell::Long(0),
        Cell::Bytes(tag.as_bytes()),
    ])
    .map_err(failed)?;
    sink.end().map_err(failed)
}
