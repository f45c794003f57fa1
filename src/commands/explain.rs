//! `explain`: the story of one account, from a finished answer.

use std::io::Write;

use super::{Ending, finished, terminal, told};
use crate::cli::ExplainArgs;
use crate::report::story;

/// Runs it.
pub(super) fn run(args: &ExplainArgs) -> Result<(), Ending> {
    let answer = finished(&args.answer)?;
    told::held(&answer)?;
    let row = story::of(&answer, &args.account).map_err(Ending::Failed)?;
    let text = match args.json {
        true => format!("{:#}\n", told::object("breachscope.explain/1", row)),
        false => {
            let instants = story::instants(&answer, &args.account).map_err(Ending::Failed)?;
            story::tell(&row, &instants, terminal::look(&args.screen))
        }
    };
    std::io::stdout().lock().write_all(text.as_bytes())?;
    Ok(())
}
