//! `stage analyse`: each account's sequence -> the look at it, in the job's context.

use std::io;

use super::{Ending, digests, facts, failed, load, program};
use crate::cli::AnalyseArgs;
use crate::pipeline;
use crate::scope::Atlas;
use crate::stage::{Context, Groups, Tag, Verdicts};

/// Runs it.
pub(super) fn run(args: &AnalyseArgs) -> Result<(), Ending> {
    let threads = args.case.reading.threads.map(usize::from);
    pipeline::with_threads(threads, || analyse(args)).map_err(Ending::failed)?
}

fn analyse(args: &AnalyseArgs) -> Result<(), Ending> {
    let case = load(&args.case)?;
    Tag::check_but_logs(&args.tag, &program()?, &digests(&case)).map_err(failed)?;
    let context = Context::read(&args.context, &args.tag, true).map_err(failed)?;
    let mut groups = Groups::begin(io::stdin(), &context.splits).map_err(failed)?;
    let facts = facts(&args.tag);
    let mut to = Verdicts::begin(io::stdout(), &context.stamp, &facts).map_err(failed)?;
    let atlas = Atlas::new(&case.directory).of_routes(&case.routes);
    let looked = pipeline::look_apart(
        &case,
        &atlas,
        &context.common,
        &context.files,
        &mut || groups.next(),
        &mut |seen| to.add(&seen),
    );
    looked.map_err(failed)?;
    to.end().map_err(failed)
}
