//! A file -> some of its lines, from which to see how it is written.

use crate::source::{Log, Reader, Reading, SourceProblem};
use crate::survey::Sample;

/// Lines that a sample keeps of a file.
pub(super) const SAMPLED: usize = 3_000;
/// Bytes at the beginning of a content that a sample is taken from; longer plain files are looked at in
/// further places too.
const LOOKED_AT: u64 = 16 << 20;
/// Further places.
const PLACES: u64 = 8;

/// Lines from a file's beginning and, where it is long and plain, from other places.
pub(super) fn sample(log: &Log) -> Result<Sample, SourceProblem> {
    let how = Reading {
        mapped: false,
        window: 64 << 10,
    };
    let mut reader = Reader::open(log, &how)?;
    let mut sample = Sample::default();
    let (mut every, mut number) = (1, 0usize);
    while let Some(window) = reader.next()? {
        if sample.head.is_empty() {
            sample.head = window.bytes().to_vec();
        }
        for (_, line) in crate::source::lines(window.bytes()) {
            if line.starts_with(b"#") || number % every == 0 {
                sample.lines.push(line.to_vec());
            }
            number += 1;
            if sample.lines.len() > 2 * SAMPLED {
                every *= 2;
                let mut at = 0;
                sample.lines.retain(|line| {
                    at += 1;
                    line.starts_with(b"#") || at % 2 == 1
                });
            }
        }
        if window.offset > LOOKED_AT {
            break;
        }
    }
    elsewhere(log, &how, &mut sample)?;
    Ok(sample)
}

fn elsewhere(log: &Log, how: &Reading, sample: &mut Sample) -> Result<(), SourceProblem> {
    if log.member().is_some() {
        return Ok(());
    }
    let path = log.path();
    let length = path.metadata().map_or(0, |facts| facts.len());
    let plain = std::fs::File::open(path).is_ok_and(|mut file| {
        let mut first = [0; 4];
        std::io::Read::read_exact(&mut file, &mut first).is_ok() && sample.head.starts_with(&first)
    });
    if !plain || length <= LOOKED_AT {
        return Ok(());
    }
    for place in 1..=PLACES {
        let at = LOOKED_AT + (length - LOOKED_AT) / PLACES * (place - 1);
        let Some(window) = Reader::open_at(log, how, at)?.next()? else {
            continue;
        };
        // The first line is cut, the rest is whole.
        let lines = crate::source::lines(window.bytes())
            .skip(1)
            .take(SAMPLED / 8);
        sample.lines.extend(lines.map(|(_, line)| line.to_vec()));
    }
    Ok(())
}
