//! `verify ANSWER`: a finished answer held against the logs that it was made from.

use super::Ending;
use crate::cli::VerifyArgs;

/// Runs it.
pub(super) fn run(args: &VerifyArgs) -> Result<(), Ending> {
    Err(Ending::failed(format_args!(
        "{}: an answer cannot be held against its logs yet",
        args.subject.display()
    )))
}
