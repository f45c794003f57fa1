//! What is measured inside the bench, on one thread and straight from the file: counting newlines, unpacking, parsing,
//! extracting. Whole scans and other programs are left to `child`.

use std::fs::File;
use std::hint::black_box;
use std::io::{self, BufReader, Read};
use std::path::Path;

use breachscope::case::Case;
use breachscope::format::{Format, Line, State};
use breachscope::route::Router;
use breachscope::route::extract::{Extractor, Part};
use breachscope::source::lines;
use breachscope::source::overlap::Heads;

use super::logs::Packing;

/// Bytes taken at a time: small enough to stay in the processor's cache.
const BLOCK: usize = 512 << 10;

/// Counts newlines as the file is read.
pub fn newlines(path: &Path) -> io::Result<()> {
    let mut count = 0;
    drain(&mut File::open(path)?, |bytes| {
        count += memchr::memchr_iter(b'\n', bytes).count();
    })?;
    black_box(count);
    Ok(())
}

/// Unpacks with the decoder that the program uses, and throws the content away.
pub fn unpack(path: &Path, packing: Packing) -> io::Result<()> {
    let file = BufReader::with_capacity(BLOCK, File::open(path)?);
    let away = |bytes: &[u8]| {
        black_box(bytes);
    };
    match packing {
        Packing::Plain => drain(&mut { file }, away),
        Packing::Gz => drain(&mut flate2::bufread::MultiGzDecoder::new(file), away),
        Packing::Zst => drain(&mut zstd::stream::read::Decoder::with_buffer(file)?, away),
    }
}

fn drain(from: &mut impl Read, mut with: impl FnMut(&[u8])) -> io::Result<()> {
    let mut block = vec![0; BLOCK];
    loop {
        match from.read(&mut block)? {
            0 => return Ok(()),
            length => with(&block[..length]),
        }
    }
}

/// The way in which a case's only source is written.
pub fn format(case: &Case) -> Format {
    let source = &case.sources[0];
    let format = Format::from_spec(&source.format, case.timezone).expect("a format that holds");
    let format = format.expect("a format that is named");
    format
        .bind_account(source.account.as_ref())
        .expect("a place for the account")
}

/// Reads every line and lets go of the record.
pub fn parse(path: &Path, format: &Format) -> io::Result<()> {
    let (mut state, mut records) = (State::default(), 0u64);
    blocks(path, |bytes, offset| {
        for (start, line) in lines(bytes) {
            let read = format.parse(&mut state, line, offset + start as u64);
            records += u64::from(matches!(black_box(read), Line::Record(_)));
        }
    })?;
    black_box(records);
    Ok(())
}

/// Lines to accesses and names, as the scan holds them in memory.
pub fn extract(path: &Path, format: &Format, case: &Case) -> io::Result<()> {
    let router = Router::new(&case.routes, case.ignore_case);
    let heads = Heads::new(&[]);
    let extractor = Extractor {
        format,
        router: &router,
        clock_correction: 0,
        heads: &heads,
        file: 0,
        copied: None,
        torn: None,
    };
    let (mut state, mut all) = (State::default(), Part::default());
    blocks(path, |bytes, offset| {
        let before = state.clone();
        format.advance(&mut state, bytes, offset);
        all.absorb(extractor.extract(bytes, offset, before));
    })?;
    black_box(&all);
    Ok(())
}

/// Whole lines of a plain file, about a block at a time, each with its offset.
fn blocks(path: &Path, mut with: impl FnMut(&[u8], u64)) -> io::Result<()> {
    let mut file = File::open(path)?;
    let (mut held, mut offset) = (Vec::with_capacity(2 * BLOCK), 0);
    loop {
        let got = file.by_ref().take(BLOCK as u64).read_to_end(&mut held)?;
        let end = match memchr::memrchr(b'\n', &held) {
            Some(place) if got > 0 => place + 1,
            _ if got > 0 => continue,
            _ => held.len(),
        };
        with(&held[..end], offset);
        offset += end as u64;
        held.drain(..end);
        if got == 0 {
            return Ok(());
        }
    }
}
