//! `stage context`: all sequences -> what judging one account needs of all, as a file.
//!
//! Says on stdout where accounts are judged: `apart` (the file is written), or `together` and why.

use std::io::{self, Write};

use super::super::glance::Glance;
use super::super::inputs::{file_places, inputs};
use super::super::progress::Progress;
use super::super::remarks;
use super::super::scan::{quarter_of_memory, stopped};
use super::super::sources::source_facts;
use super::conclude::{gathered, sequences};
use super::{Ending, failed, load, reading, tag};
use crate::case::Case;
use crate::cli::ContextArgs;
use crate::pipeline::{self, Common, Desk, Extraction, Input, Material, Whence};
use crate::route::Router;
use crate::scope::Atlas;
use crate::sequence::{Ceiling, Spill};
use crate::stage::{Context, Gather};

/// Runs it.
pub(super) fn run(args: &ContextArgs) -> Result<(), Ending> {
    let threads = args.case.reading.threads.map(usize::from);
    pipeline::with_threads(threads, || context(args)).map_err(Ending::failed)?
}

fn context(args: &ContextArgs) -> Result<(), Ending> {
    let case = load(&args.case)?;
    let (inputs, _) = inputs(&case)?;
    if let Some(why) = pipeline::together(&case) {
        return say(&format!("together: {why}"));
    }
    let (router, how) = (
        Router::new(&case.routes, case.ignore_case),
        reading(&args.case),
    );
    let ceiling = Ceiling {
        bytes: args.memory.or_else(quarter_of_memory),
    };
    let beside = args.to.parent().unwrap_or(&args.to);
    let spill = Spill::new(ceiling.room(), beside);
    let desk = Desk::open(&inputs, &router, &how, (&spill, None)).map_err(Ending::failed)?;
    tag(&case, &desk)?.check(&args.tag).map_err(failed)?;
    let progress = Progress::over(0);
    let mut gather = Gather::begin(io::stdin().lock()).map_err(failed)?;
    let (mut all, plan) = gathered(&mut gather, &desk, &inputs, ceiling, (&args.tag, &progress))?;
    if all.has_own() {
        return say(
            "together: some logs do not bear being read in ranges after all, so they are read where the job is concluded",
        );
    }
    sequences(&mut gather, &mut all)?;
    let splits = all.whence();
    let extraction = all.finish().map_err(stopped)?;
    let context = common(&case, &inputs, extraction, (splits, plan))?;
    if let Some(fault) = spill.fault() {
        return Err(Ending::Failed(fault.to_owned()));
    }
    context.write(&args.to, &args.tag).map_err(failed)?;
    say("apart")
}

fn common(
    case: &Case,
    inputs: &[Input],
    extraction: Extraction,
    (splits, plan): (Vec<Whence>, String),
) -> Result<Context, Ending> {
    let Extraction { mut files, all } = extraction;
    let sources = source_facts(case, inputs, &mut files)?;
    let glance = Glance::of(case, inputs, &sources, &all)?;
    let atlas = Atlas::new(&case.directory).of_routes(&case.routes);
    let remarks = remarks::all((case, &atlas), inputs, &sources, (&all.names, &glance))?;
    let files = file_places(inputs, &sources);
    Ok(Context {
        common: Common::survey(case, Material::Accesses(Box::new(all), None), &files)
            .unwrap_or_default(),
        files,
        splits,
        remarks: remarks.said,
        elsewhere: remarks.elsewhere,
        plan,
        stamp: String::new(),
    })
}

fn say(where_to: &str) -> Result<(), Ending> {
    writeln!(io::stdout(), "{where_to}")?;
    Ok(())
}
