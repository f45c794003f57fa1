//! Files -> accesses: windows in order, pieces of a window in parallel, content given twice counted once.

use rayon::prelude::*;

use super::keep::{Keep, Kept, PART};
use super::{Observer, PipelineProblem};
use crate::format::{Format, State};
use crate::route::Router;
use crate::route::extract::{Extractor, Part};
use crate::sequence::{Ceiling, Spill, Stowed};
use crate::source::overlap::{self, Heads, Hits, Overlap};
use crate::source::{Damage, DamageKind, Ending, Log, Reader, Reading, Window, split};

/// Fewest and most bytes of a window that one worker takes at a time: the more there are, the fewer names are met again
/// when pieces are put together; the fewer, the more evenly workers are kept busy.
const PIECE: (usize, usize) = (512 << 10, 2 << 20);

/// A file to read.
#[derive(Clone, Debug)]
pub struct Input {
    /// Index of its source.
    pub source: usize,
    /// Its name in tables.
    pub name: String,
    /// Where it is.
    pub log: Log,
    /// How its lines are written.
    pub format: Format,
    /// The source's clock correction in nanoseconds.
    pub clock_correction: i64,
    /// All that the case says of how it is read, for whoever keeps what was read.
    pub way: String,
}

/// A file that was read.
#[derive(Debug)]
pub struct ReadFile {
    /// What came of its lines; its accesses have moved to the [`Extraction`].
    pub part: Part,
    /// Digests, packing, damage.
    pub ending: Ending,
    /// The file whose content it repeats as a whole.
    pub copy_of: Option<usize>,
    /// The part that stands in another file too.
    pub overlap: Option<Overlap>,
    /// Its names, where they wait on disk for those of the files before it.
    stowed: Option<Stowed>,
}

impl ReadFile {
    /// Puts its accesses and names on disk until their turn comes, where those of so many files would not fit beside each
    /// other.
    fn stow(&mut self, spill: &Spill, files: usize) {
        self.part.accesses.spill(spill, files);
        let all = self.part.names.memory().saturating_mul(files) as u64;
        if files > 1 && spill.room().is_some_and(|room| all > room) {
            self.stowed = self.part.names.stow(spill);
        }
    }

    /// Offset of the last line, where damage took its end.
    fn torn(&self) -> Option<u64> {
        use DamageKind::{Corrupt, Grew, Shrank, Truncated};
        let cuts = |damage: &Damage| matches!(damage.kind, Truncated | Corrupt | Grew | Shrank);
        self.part
            .unended
            .filter(|_| self.ending.damage.iter().any(cuts))
    }
}

/// Everything that was extracted.
#[derive(Debug)]
pub struct Extraction {
    /// Files in the order of the inputs.
    pub files: Vec<ReadFile>,
    /// Accesses of all files, in the order of files and lines, with their names.
    pub all: Part,
}

/// Reads every input.
///
/// # Errors
/// The first file in order that cannot be read; names that do not fit under the ceiling; the user's stop. A disk
/// that does not take the spilled accesses is known to `spill`.
pub fn extract(
    inputs: &[Input],
    router: &Router,
    how: &Reading,
    ceiling: Ceiling,
    (spill, keep): (&Spill, Option<&Keep>),
    observer: &dyn Observer,
) -> Result<Extraction, PipelineProblem> {
    let (heads, beside) = heads(inputs)?;
    // So many files are read at the same time.
    let share = inputs.len().min(rayon::current_num_threads());
    let kept = |file: usize| keep?.of(&inputs[file], router, &beside);
    let read =
        |file: usize, copied: Option<(u64, u64)>, torn: Option<u64>, observer: &dyn Observer| {
            // What is read another way than usual is not kept.
            let kept = (copied.is_none() && torn.is_none()).then(|| kept(file));
            let input = &inputs[file];
            let extractor = Extractor {
                format: &input.format,
                router,
                clock_correction: input.clock_correction,
                heads: &heads,
                file: file as u32,
                copied,
                torn,
            };
            let kept = kept.flatten();
            read_file(input, &extractor, how, (spill, share), kept, observer)
        };
    let read_whole = |file| {
        let first = read(file, None, None, observer)?;
        match first.torn() {
            // Rare, so the file is simply read again with that line known to be torn.
            Some(torn) => read(file, None, Some(torn), &super::Unobserved),
            None => Ok(first),
        }
    };
    let order = Log::by_place(inputs.iter().map(|input| &input.log));
    let results: Vec<(usize, Result<ReadFile, PipelineProblem>)> = order
        .into_par_iter()
        .map(|file| {
            let mut read = read_whole(file);
            if let Ok(read) = &mut read {
                read.stow(spill, inputs.len());
            }
            (file, read)
        })
        .collect();
    let mut files = in_order(results)?;
    mark_copies(&mut files);
    for found in overlaps(inputs, &files, &heads)? {
        let range = (found.copy_from, found.copy_until);
        files[found.copy].part = read(
            found.copy,
            Some(range),
            files[found.copy].torn(),
            &super::Unobserved,
        )?
        .part;
        files[found.copy].stowed = None;
        files[found.copy].overlap = Some(found);
    }
    let mut all = Part::default();
    for file in &mut files {
        let accesses = std::mem::take(&mut file.part.accesses);
        let names = match file.stowed.take() {
            Some(stowed) if file.copy_of.is_none() => stowed.names(),
            _ => std::mem::take(&mut file.part.names),
        };
        if file.copy_of.is_none() {
            all.take_accesses(accesses, names, 0);
            all.accesses.spill(spill, 1);
            let check = ceiling.check(&all.names);
            check.map_err(PipelineProblem::Ceiling)?;
        }
    }
    Ok(Extraction { files, all })
}

/// Files in the order of the inputs; of several problems, that of the first file.
fn in_order(
    mut results: Vec<(usize, Result<ReadFile, PipelineProblem>)>,
) -> Result<Vec<ReadFile>, PipelineProblem> {
    results.sort_by_key(|(file, _)| *file);
    results.into_iter().map(|(_, result)| result).collect()
}

/// The first lines of all inputs, and the inputs in words: what is found of one depends on the others.
fn heads(inputs: &[Input]) -> Result<(Heads, String), PipelineProblem> {
    let mut heads = Vec::new();
    for file in Log::by_place(inputs.iter().map(|input| &input.log)) {
        let input = &inputs[file];
        if let Some(head) = overlap::head_line(&input.log)? {
            heads.push((file, input.source, head));
        }
    }
    heads.sort_by_key(|(file, ..)| *file);
    let names: Vec<_> = inputs
        .iter()
        .map(|input| (&input.name, input.log.member()))
        .collect();
    let words = format!("{heads:?} {names:?}");
    Ok((Heads::new(&heads), words))
}

fn read_file(
    input: &Input,
    extractor: &Extractor<'_>,
    how: &Reading,
    (spill, share): (&Spill, usize),
    kept: Option<Kept>,
    observer: &dyn Observer,
) -> Result<ReadFile, PipelineProblem> {
    let done = |part, ending| ReadFile {
        part,
        ending,
        copy_of: None,
        overlap: None,
        stowed: None,
    };
    let file = extractor.file;
    if let Some((part, ending)) = kept.as_ref().and_then(|kept| kept.whole(file)) {
        observer.read(input.log.bytes());
        return Ok(done(part, ending));
    }
    // What an earlier run has kept, and what has come since.
    let begun = kept.as_ref().map(|kept| kept.begun(file));
    let (mut whole, mut parts, mut begin) = begun.unwrap_or_default();
    let mut reader = Reader::open_at(&input.log, how, begin)?;
    let mut state = State::default();
    let mut part = Part::default();
    let mut told = 0;
    // Parts of windows that were intact, not yet put together: that goes on beside the parsing of the next.
    let mut pending: Vec<Part> = Vec::new();
    let mut window = reader.next()?;
    while let Some(current) = window {
        if observer.stopped() {
            return Err(PipelineProblem::Stopped);
        }
        let before = std::mem::take(&mut pending);
        // Hashing this window, fetching the next, and putting the last one's parts together run beside parsing.
        let (next, (read, ())) = rayon::join(
            || reader.hash(&current).and_then(|()| reader.next()),
            || {
                rayon::join(
                    || read_window(extractor, &current, &state),
                    || {
                        before.into_iter().for_each(|next| part.absorb(next));
                        part.accesses.spill(spill, share);
                    },
                )
            },
        );
        if let Some(kept) = &kept
            && current.offset.saturating_sub(begin) >= PART
            && state.remembers_nothing()
        {
            kept.put(parts, &mut part, current.offset);
            (parts, begin) = (parts + 1, current.offset);
            whole.absorb(std::mem::take(&mut part));
            whole.accesses.spill(spill, share);
        }
        if !current.intact() {
            window = reader.again(current)?;
            continue;
        }
        let (read, after) = read;
        pending = read;
        state = after;
        let position = reader.packed_position();
        observer.read(position.saturating_sub(told));
        told = told.max(position);
        window = next?;
    }
    pending.into_iter().for_each(|next| part.absorb(next));
    part.absorb(extractor.at_end(&mut state));
    let ending = reader.finish()?;
    if let Some(kept) = &kept {
        kept.put_end(&mut part, &ending, parts);
    }
    whole.absorb(part);
    // A part that was given up is told of long after its line.
    whole.rejects.sort_by_key(|reject| reject.offset);
    Ok(done(whole, ending))
}

/// The parts of a window in order, and what the format knows behind it.
fn read_window(extractor: &Extractor<'_>, window: &Window, before: &State) -> (Vec<Part>, State) {
    let mut state = before.clone();
    if let Some(length) = window.overlong {
        let part = extractor.overlong(window.bytes(), window.offset, length);
        return (vec![part], state);
    }
    let mut offset = window.offset;
    let workers = 2 * rayon::current_num_threads();
    let piece = (window.bytes().len() / workers).clamp(PIECE.0, PIECE.1);
    let pieces: Vec<(&[u8], u64, State)> = split(window.bytes(), piece)
        .into_iter()
        .map(|piece| {
            let start = (piece, offset, state.clone());
            extractor.format.advance(&mut state, piece, offset);
            offset += piece.len() as u64;
            start
        })
        .collect();
    let parts = pieces
        .into_par_iter()
        .map(|(piece, offset, state)| extractor.extract(piece, offset, state))
        .collect();
    (parts, state)
}

/// A file whose whole content an earlier one has already is a copy of that one.
fn mark_copies(files: &mut [ReadFile]) {
    for later in 1..files.len() {
        let (before, rest) = files.split_at_mut(later);
        let copy = &mut rest[0];
        let same = |file: &ReadFile| {
            file.copy_of.is_none()
                && file.ending.content_bytes > 0
                && file.ending.content_sha256 == copy.ending.content_sha256
        };
        copy.copy_of = before.iter().position(same);
    }
}

/// Overlaps among files that are no copies as a whole.
fn overlaps(
    inputs: &[Input],
    files: &[ReadFile],
    heads: &Heads,
) -> Result<Vec<Overlap>, PipelineProblem> {
    let mut hits = Hits::default();
    for file in files.iter().filter(|file| file.copy_of.is_none()) {
        hits.merge(file.part.hits.clone());
    }
    let logs: Vec<Log> = inputs.iter().map(|input| input.log.clone()).collect();
    let mut found = overlap::confirm(&hits, heads, &logs)?;
    found.retain(|overlap| files[overlap.copy].copy_of.is_none());
    Ok(found)
}
