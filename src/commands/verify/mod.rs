//! `verify`: statements, or a finished answer, held against the raw logs; each of the two has its own file.

mod answer;
mod claims;

use super::Ending;
use crate::cli::VerifyArgs;

/// Runs it.
pub(super) fn run(args: &VerifyArgs) -> Result<(), Ending> {
    match &args.claims {
        Some(file) => claims::run(args, file),
        None => answer::run(args),
    }
}
