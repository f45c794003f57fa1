//! `verify`: statements, or a finished answer, held against the raw logs; each of the two has its own file.

mod answer;
mod claims;

use super::Ending;
use crate::cli::VerifyArgs;

/// Runs it.
///
/// What is named tells what is meant: statements go with a case file, an answer is a folder.
pub(super) fn run(args: &VerifyArgs) -> Result<(), Ending> {
    let subject = args.subject.display();
    match &args.claims {
        Some(_) if args.subject.is_dir() => Err(Ending::usage(format_args!(
            "{subject}: statements are held against a case file, and this is a folder; name the case.toml, or leave --claims \
             out to hold this answer against its logs"
        ))),
        None if args.subject.is_file() => Err(Ending::usage(format_args!(
            "{subject}: this is a file; say --claims and a file of statements to hold them against a case, or name the folder of \
             a finished answer"
        ))),
        Some(file) => claims::run(args, file),
        None => answer::run(args),
    }
}
