//! `stage fold`: accesses of whole accounts, in order -> each account's sequence.

use std::io;

use super::{Ending, facts, failed, program};
use crate::cli::FoldArgs;
use crate::stage::{Tag, fold};

/// Runs it.
pub(super) fn run(args: &FoldArgs) -> Result<(), Ending> {
    Tag::check_own_program(&args.tag, &program()?).map_err(failed)?;
    fold(io::stdin().lock(), io::stdout(), &facts(&args.tag)).map_err(failed)
}
