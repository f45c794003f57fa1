//! Files -> accesses: windows in order, pieces of a window in parallel, content given twice counted once.

use rayon::prelude::*;

use super::copies::{mark_copies, overlaps};
use super::keep::{Keep, Kept, PART};
use super::{Observer, PipelineProblem};
use crate::format::{Format, State};
use crate::route::Router;
use crate::route::extract::{Extractor, Part, PartEnd};
use crate::sequence::{Ceiling, Spill, Stowed};
use crate::source::overlap::{self, Heads, Overlap};
use crate::source::{Damage, DamageKind, Ending, Log, Reader, Reading, Window, line_from, split};

/// Fewest and most bytes of a window that one worker takes at a time: the more there are, the fewer names are met again
/// when pieces are put together; the fewer, the shorter the others wait for the last one.
const PIECE: (usize, usize) = (256 << 10, 1 << 20);
/// Pieces of a window for each thread.
const PIECES: usize = 4;

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
    /// Its accesses and names did not come with it.
    pub(super) elsewhere: bool,
}

impl ReadFile {
    /// From what came of its lines and how it ended.
    pub(super) fn of(part: Part, ending: Ending) -> ReadFile {
        ReadFile {
            part,
            ending,
            copy_of: None,
            overlap: None,
            stowed: None,
            elsewhere: false,
        }
    }

    /// The same, whose accesses and names come another way.
    pub(super) fn without_accesses(part: Part, ending: Ending) -> ReadFile {
        ReadFile {
            elsewhere: true,
            ..ReadFile::of(part, ending)
        }
    }

    /// Gives its accesses and names to those of the files before it, unless they count there already.
    pub(super) fn hand_over(&mut self, all: &mut Part) {
        let accesses = std::mem::take(&mut self.part.accesses);
        let names = match self.stowed.take() {
            Some(stowed) if self.copy_of.is_none() => stowed.names(),
            _ => std::mem::take(&mut self.part.names),
        };
        if self.copy_of.is_none() {
            all.take_accesses(accesses, names, 0);
        }
    }

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
    pub(super) fn torn(&self) -> Option<u64> {
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

/// What reading any of the inputs needs, but for which of its bytes.
pub struct Desk<'i> {
    pub(super) inputs: &'i [Input],
    router: &'i Router,
    how: &'i Reading,
    heads: Heads,
    beside: String,
    spill: &'i Spill,
    keep: Option<&'i Keep>,
    /// So many files are read at the same time.
    share: usize,
}

impl<'i> Desk<'i> {
    /// Looks at the first lines of all inputs.
    ///
    /// # Errors
    /// One cannot be opened or read.
    pub fn open(
        inputs: &'i [Input],
        router: &'i Router,
        how: &'i Reading,
        (spill, keep): (&'i Spill, Option<&'i Keep>),
    ) -> Result<Desk<'i>, PipelineProblem> {
        let (heads, beside) = heads(inputs)?;
        Ok(Desk {
            inputs,
            router,
            how,
            heads,
            beside,
            spill,
            keep,
            share: inputs.len().min(rayon::current_num_threads()),
        })
    }

    /// The inputs and their first lines in words: what is found of one depends on the others.
    pub fn words(&self) -> &str {
        &self.beside
    }

    /// An extractor for a file.
    pub(super) fn extractor(
        &self,
        file: usize,
        copied: Option<(u64, u64)>,
        torn: Option<u64>,
    ) -> Extractor<'_> {
        Extractor {
            format: &self.inputs[file].format,
            router: self.router,
            clock_correction: self.inputs[file].clock_correction,
            heads: &self.heads,
            file: file as u32,
            copied,
            torn,
        }
    }

    fn read(
        &self,
        file: usize,
        copied: Option<(u64, u64)>,
        torn: Option<u64>,
        observer: &dyn Observer,
    ) -> Result<ReadFile, PipelineProblem> {
        let input = &self.inputs[file];
        // What is read another way than usual is not kept.
        let usual = copied.is_none() && torn.is_none();
        let keep = self.keep.filter(|_| usual);
        let kept = keep.and_then(|keep| keep.of(input, self.router, &self.beside));
        let extractor = self.extractor(file, copied, torn);
        read_file(input, &extractor, self.how, self.room(), kept, observer)
    }

    /// Reads a file that may end in a torn line.
    pub(super) fn read_whole(
        &self,
        file: usize,
        observer: &dyn Observer,
    ) -> Result<ReadFile, PipelineProblem> {
        let first = self.read(file, None, None, observer)?;
        match first.torn() {
            // Rare, so the file is simply read again with that line known to be torn.
            Some(torn) => self.read(file, None, Some(torn), &super::Unobserved),
            None => Ok(first),
        }
    }

    /// Reads the lines of a plain file that begin in a range of its bytes; what the format knows behind them.
    pub(super) fn read_range(
        &self,
        file: usize,
        (from, until): (u64, u64),
        observer: &dyn Observer,
    ) -> Result<(Part, State), PipelineProblem> {
        let begin = line_from(&self.inputs[file].log, from)?;
        let mut reader = Reader::open_at(&self.inputs[file].log, self.how, begin)?;
        let mut lines = Lines {
            extractor: &self.extractor(file, None, None),
            room: self.room(),
            kept: None,
            until: Some(until),
            begin,
            parts: 0,
            whole: Part::default(),
            observer,
        };
        if begin >= until {
            return Ok((Part::default(), State::default()));
        }
        let (part, state) = lines.read(&mut reader)?;
        lines.whole.absorb(part);
        Ok((lines.whole, state))
    }

    /// Where accesses go for which there is no room.
    pub fn spill(&self) -> &Spill {
        self.spill
    }

    fn room(&self) -> (&Spill, usize) {
        (self.spill, self.share)
    }

    /// Finds out which content was given twice, and reads again what is partly a copy: its lines count elsewhere.
    pub(super) fn count_once(&self, files: &mut [ReadFile]) -> Result<(), PipelineProblem> {
        mark_copies(files);
        for found in overlaps(self.inputs, files, &self.heads)? {
            let range = (found.copy_from, found.copy_until);
            let torn = files[found.copy].torn();
            let again = self.read(found.copy, Some(range), torn, &super::Unobserved)?;
            files[found.copy].part = again.part;
            files[found.copy].stowed = None;
            files[found.copy].elsewhere = false;
            files[found.copy].overlap = Some(found);
        }
        Ok(())
    }
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
    let desk = Desk::open(inputs, router, how, (spill, keep))?;
    let order = Log::by_place(inputs.iter().map(|input| &input.log));
    let results: Vec<(usize, Result<ReadFile, PipelineProblem>)> = order
        .into_par_iter()
        .map(|file| {
            let mut read = desk.read_whole(file, observer);
            if let Ok(read) = &mut read {
                read.stow(spill, inputs.len());
            }
            (file, read)
        })
        .collect();
    let mut files = in_order(results)?;
    desk.count_once(&mut files)?;
    let mut all = Part::default();
    for file in &mut files {
        file.hand_over(&mut all);
        all.accesses.spill(spill, 1);
        let check = ceiling.check(&all.names);
        check.map_err(PipelineProblem::Ceiling)?;
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
    room: (&Spill, usize),
    kept: Option<Kept>,
    observer: &dyn Observer,
) -> Result<ReadFile, PipelineProblem> {
    let file = extractor.file;
    if let Some((part, ending)) = kept.as_ref().and_then(|kept| kept.whole(file)) {
        observer.read(input.log.bytes());
        return Ok(ReadFile::of(part, ending));
    }
    // What an earlier run has kept, and what has come since.
    let begun = kept.as_ref().map(|kept| kept.begun(file));
    let (whole, parts, begun) = begun.unwrap_or_default();
    let begin = begun.until;
    let mut reader = Reader::open_at(&input.log, how, begin)?;
    reader.resume_digest(&begun.digest);
    let mut lines = Lines {
        extractor,
        room,
        kept: kept.as_ref(),
        until: None,
        begin,
        parts,
        whole,
        observer,
    };
    let (mut part, mut state) = lines.read(&mut reader)?;
    part.absorb(extractor.at_end(&mut state));
    let ending = reader.finish()?;
    let Lines {
        mut whole, parts, ..
    } = lines;
    if let Some(kept) = &kept {
        kept.put_end(&mut part, &ending, parts);
    }
    whole.absorb(part);
    // A part that was given up is told of long after its line.
    whole.rejects.sort_by_key(|reject| reject.offset);
    Ok(ReadFile::of(whole, ending))
}

/// Lines being read, of a whole file or of a range.
struct Lines<'l> {
    extractor: &'l Extractor<'l>,
    room: (&'l Spill, usize),
    kept: Option<&'l Kept>,
    /// The first byte whose line is not read any more.
    until: Option<u64>,
    /// Where what is not kept yet begins.
    begin: u64,
    /// How many parts are kept.
    parts: u64,
    whole: Part,
    observer: &'l dyn Observer,
}

impl Lines<'_> {
    /// Reads on, to the end; what came of the lines behind the last kept part, and what the format knows there.
    fn read(&mut self, reader: &mut Reader) -> Result<(Part, State), PipelineProblem> {
        let (extractor, (spill, share), until) = (self.extractor, self.room, self.until);
        let mut state = State::default();
        let mut part = Part::default();
        let mut told = 0;
        let mut at = self.begin;
        // Parts of windows that were intact, not yet put together: that goes on beside the parsing of the next.
        let mut pending: Vec<Part> = Vec::new();
        let mut window = reader.next()?;
        while let Some(current) = window {
            if self.observer.stopped() {
                return Err(PipelineProblem::Stopped);
            }
            let before = std::mem::take(&mut pending);
            let cut = until.map_or(current.bytes().len(), |until| {
                super::split::cut(&current, until)
            });
            // Hashing this window, fetching the next, and putting the last one's parts together run beside parsing.
            let hash = |reader: &mut Reader| match until {
                Some(_) => Ok(()),
                None => reader.hash(&current),
            };
            let (next, (read, ())) = rayon::join(
                || hash(reader).and_then(|()| reader.next()),
                || {
                    rayon::join(
                        || read_window(extractor, &current, cut, &state),
                        || {
                            before.into_iter().for_each(|next| part.absorb(next));
                            part.accesses.spill(spill, share);
                        },
                    )
                },
            );
            self.put_part(&mut part, &current, &state, reader);
            if !current.intact() {
                window = reader.again(current)?;
                continue;
            }
            let (read, after) = read;
            pending = read;
            state = after;
            at = at.max(current.offset + current.span());
            let position = reader.packed_position();
            self.observer.read(position.saturating_sub(told));
            told = told.max(position);
            window = next?.filter(|_| until.is_none_or(|until| at < until));
        }
        pending.into_iter().for_each(|next| part.absorb(next));
        Ok((part, state))
    }

    /// Keeps what was read so far, where it is enough and the format remembers nothing of it.
    fn put_part(&mut self, part: &mut Part, current: &Window, state: &State, reader: &Reader) {
        if let Some(kept) = self.kept
            && current.offset.saturating_sub(self.begin) >= PART
            && state.remembers_nothing()
        {
            let end = PartEnd {
                until: current.offset,
                digest: reader.digest_at(current.offset).unwrap_or_default(),
            };
            kept.put(self.parts, part, end);
            (self.parts, self.begin) = (self.parts + 1, current.offset);
            self.whole.absorb(std::mem::take(part));
            self.whole.accesses.spill(self.room.0, self.room.1);
        }
    }
}

/// The parts of a window in order, and what the format knows behind it.
fn read_window(
    extractor: &Extractor<'_>,
    window: &Window,
    cut: usize,
    before: &State,
) -> (Vec<Part>, State) {
    let bytes = &window.bytes()[..cut];
    let mut state = before.clone();
    if let Some(length) = window.overlong {
        let part = extractor.overlong(window.bytes(), window.offset, length);
        return (vec![part], state);
    }
    let mut offset = window.offset;
    let pieces = PIECES * rayon::current_num_threads();
    let piece = (bytes.len() / pieces).clamp(PIECE.0, PIECE.1);
    let pieces: Vec<(&[u8], u64, State)> = split(bytes, piece)
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
