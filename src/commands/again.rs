//! A second look at some of the logs' lines, for what the extraction does not keep: the head of each file, record by
//! record. What is looked for is the caller's.

use super::Ending;
use crate::format::{Line, Record, State};
use crate::pipeline::Input;
use crate::source::{Reader, Reading, SourceProblem, lines};

/// Bytes of all logs that are looked at for their beginnings, and of each at least.
const BEGINNINGS: u64 = 8 << 20;
const EACH: u64 = 256 << 10;

/// Reads the beginnings of the logs until `enough`.
///
/// # Errors
/// A log cannot be read again.
pub(super) fn beginnings(
    inputs: &[Input],
    see: &mut dyn FnMut(&Record<'_>) -> bool,
) -> Result<(), Ending> {
    let each = EACH.max(BEGINNINGS / inputs.len().max(1) as u64);
    read(inputs, (BEGINNINGS, each), see)
}

/// Reads records of every input until `enough`, at most `each` bytes of a log and `all` together.
///
/// # Errors
/// A log cannot be read again.
pub(super) fn read(
    inputs: &[Input],
    (all, each): (u64, u64),
    see: &mut dyn FnMut(&Record<'_>) -> bool,
) -> Result<(), Ending> {
    let mut left = all;
    // A pipe cannot be read twice.
    for input in inputs.iter().filter(|input| input.log.is_file()) {
        let mut own = left.min(each);
        if own == 0 || look_into(input, &mut own, see).map_err(Ending::failed)? {
            break;
        }
        left -= left.min(each) - own;
    }
    Ok(())
}

/// Reads one log; whether it was enough.
fn look_into(
    input: &Input,
    left: &mut u64,
    see: &mut dyn FnMut(&Record<'_>) -> bool,
) -> Result<bool, SourceProblem> {
    let how = Reading {
        mapped: false,
        ..Reading::default()
    };
    let mut reader = Reader::open(&input.log, &how)?;
    let mut state = State::default();
    while *left > 0 {
        let Some(window) = reader.next()? else { break };
        *left = left.saturating_sub(window.span());
        if window.overlong.is_some() {
            continue;
        }
        for (start, line) in lines(window.bytes()) {
            let at = window.offset + start as u64;
            if let Line::Record(record) = input.format.parse(&mut state, line, at)
                && see(&record)
            {
                return Ok(true);
            }
            let _ = input.format.lost(&mut state);
        }
    }
    Ok(false)
}
