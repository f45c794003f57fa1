//! Files -> what their lines carry: a file at a time, files in parallel, merged in their order.

use rayon::prelude::*;

use super::{Input, Observer, PipelineProblem, ReadFile};
use crate::format::State;
use crate::route::Router;
use crate::source::{Reader, Reading};
use crate::survey::{Facts, Gatherer};

/// Looks at every input that was read; a file that repeats another one as a whole gives no facts.
///
/// # Errors
/// The first file in order that cannot be read; the user's stop.
pub fn survey(
    inputs: &[Input],
    read: &[ReadFile],
    routes: Option<(&Router, usize)>,
    how: &Reading,
    observer: &dyn Observer,
) -> Result<Vec<Facts>, PipelineProblem> {
    let facts: Vec<Result<Facts, PipelineProblem>> = (0..inputs.len())
        .into_par_iter()
        .map(|file| {
            if read[file].copy_of.is_some() {
                return Ok(Facts::default());
            }
            let overlap = read[file].overlap.as_ref();
            let gatherer = Gatherer {
                format: &inputs[file].format,
                routes,
                file,
                copied: overlap.map(|found| (found.copy_from, found.copy_until)),
                clock_correction: inputs[file].clock_correction,
            };
            gather(&inputs[file], &gatherer, how, observer)
        })
        .collect();
    facts.into_iter().collect()
}

fn gather(
    input: &Input,
    gatherer: &Gatherer<'_>,
    how: &Reading,
    observer: &dyn Observer,
) -> Result<Facts, PipelineProblem> {
    // Facts cannot be taken back, so a window that breaks must not have been counted: plain reads.
    let how = Reading {
        mapped: false,
        ..*how
    };
    let mut reader = Reader::open(&input.log, &how)?;
    let (mut state, mut facts, mut told) = (State::default(), Facts::default(), 0);
    while let Some(window) = reader.next()? {
        if observer.stopped() {
            return Err(PipelineProblem::Stopped);
        }
        if window.overlong.is_none() {
            gatherer.lines(window.bytes(), window.offset, &mut state, &mut facts);
        }
        let position = reader.packed_position();
        observer.read(position.saturating_sub(told));
        told = told.max(position);
    }
    Ok(facts)
}
