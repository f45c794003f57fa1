//! `init`.
use super::Ending;
use crate::cli::InitArgs;
pub(super) fn run(_: &InitArgs) -> Result<(), Ending> { Ok(()) }
