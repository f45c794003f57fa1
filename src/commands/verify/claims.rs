//! `verify --claims`: a vendor's statements held against the raw logs.

use std::path::Path;

use super::Ending;
use crate::cli::VerifyArgs;

/// Runs it.
pub(super) fn run(_args: &VerifyArgs, file: &Path) -> Result<(), Ending> {
    Err(Ending::failed(format_args!(
        "{}: claims cannot be checked yet",
        file.display()
    )))
}
