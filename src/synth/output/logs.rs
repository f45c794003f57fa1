//! Writes the log files: rotation, packing, and the defects that real folders have.
//!
//! Lines are streamed; only the tail of a file is kept, for the overlap that `copytruncate` leaves.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use chrono::DateTime;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::{Entry, Layout};
use crate::synth::problem::SynthProblem;
use crate::synth::rng::{Draws, Topic};
use crate::synth::settings::{Defects, LogFormat};
use crate::synth::world::{DAY, World};

/// Lines that an overlap repeats.
const OVERLAP: usize = 120;

/// What was written, by kind of line; a repeated line is in none of the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::synth) struct Counts {
    pub(in crate::synth) records: u64,
    pub(in crate::synth) rejected: u64,
    pub(in crate::synth) empty: u64,
    pub(in crate::synth) directives: u64,
    pub(in crate::synth) repeated: u64,
}

/// The files of the one source, oldest first.
pub(in crate::synth) struct LogFiles<'l> {
    layout: &'l Layout,
    folder: PathBuf,
    plan: Rotation,
    draws: Draws,
    defects: bool,
    nth: usize,
    open: Option<(PathBuf, Packer)>,
    tail: VecDeque<String>,
    lines_in_file: u64,
    counts: Counts,
}

/// Which file holds which days, under which name.
struct Rotation {
    from: i64,
    files: usize,
    days_each: i64,
    dated: bool,
    packing: Packing,
    /// The last rotated file also lies there packed.
    copy: bool,
    /// The second file begins with the last lines of the first.
    overlap: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Packing {
    Plain,
    Gzip,
    Zstd,
}

impl Packing {
    fn ending(self) -> &'static str {
        match self {
            Packing::Plain => "",
            Packing::Gzip => ".gz",
            Packing::Zstd => ".zst",
        }
    }
}

impl<'l> LogFiles<'l> {
    /// Opens the oldest file in a folder that exists.
    pub(in crate::synth) fn create(
        folder: &Path,
        layout: &'l Layout,
        world: &World,
        defects: Defects,
    ) -> Result<LogFiles<'l>, SynthProblem> {
        let usual = defects == Defects::Usual;
        let mut logs = LogFiles {
            layout,
            folder: folder.to_owned(),
            plan: Rotation::draw(world, usual),
            draws: Draws::new(world.seed, Topic::Defects, 1, 0),
            defects: usual,
            nth: 0,
            open: None,
            tail: VecDeque::new(),
            lines_in_file: 0,
            counts: Counts::default(),
        };
        logs.begin(0)?;
        Ok(logs)
    }

    /// The glob that finds all files, relative to the log folder.
    pub(in crate::synth) fn glob(layout: &Layout) -> String {
        format!("{}*", stem(layout.format))
    }

    /// Writes the line of a request that was finished at `written` (in seconds).
    pub(in crate::synth) fn write(
        &mut self,
        entry: &Entry,
        written: i64,
    ) -> Result<(), SynthProblem> {
        let due = self.plan.file_of(written);
        while self.nth < due {
            self.begin(self.nth + 1)?;
        }
        if self.defects {
            self.disturb(entry.at)?;
        }
        let line = self.layout.line(entry, self.nth);
        self.counts.records += 1;
        self.put(line)
    }

    /// Closes the last file and tells what was written.
    pub(in crate::synth) fn finish(mut self) -> Result<Counts, SynthProblem> {
        self.close()?;
        Ok(self.counts)
    }

    /// Now and then a line that is no request; at least one of each in every case.
    fn disturb(&mut self, at: i64) -> Result<(), SynthProblem> {
        let first = self.counts.records;
        if first == 500 || self.draws.below(4_000) == 0 {
            self.counts.rejected += 1;
            let garbage = self.layout.garbage(&mut self.draws);
            self.put(garbage)?;
        }
        if first == 900 || self.draws.below(5_000) == 0 {
            self.counts.empty += 1;
            let blank = if self.draws.chance(500) { "" } else { "  " };
            self.put(format!("{blank}{}", self.layout.line_end()))?;
        }
        if self.draws.below(6_000) == 0
            && let Some(noise) = self.layout.noise(at)
        {
            self.counts.records += 1;
            self.put(noise)?;
        }
        Ok(())
    }

    fn put(&mut self, line: String) -> Result<(), SynthProblem> {
        if let Some((path, packer)) = &mut self.open {
            packer
                .write_all(line.as_bytes())
                .map_err(SynthProblem::write(path))?;
        }
        self.lines_in_file += 1;
        if self.plan.overlap && self.nth == 0 {
            self.tail.push_back(line);
            if self.tail.len() > OVERLAP {
                self.tail.pop_front();
            }
        }
        Ok(())
    }

    /// Rotates: closes the open file, opens the `nth`.
    fn begin(&mut self, nth: usize) -> Result<(), SynthProblem> {
        self.close()?;
        let path = self.folder.join(self.plan.name(self.layout.format, nth));
        let packer = Packer::create(&path, self.plan.packing(nth));
        self.open = Some((path.clone(), packer.map_err(SynthProblem::write(&path))?));
        self.nth = nth;
        self.lines_in_file = 0;
        let start = self.plan.from + nth as i64 * self.plan.days_each * DAY;
        for directive in self.layout.header(nth, start * 1000) {
            self.counts.directives += 1;
            self.put(format!("{directive}{}", self.layout.line_end()))?;
        }
        // Directives of its own would stand between: W3C files do not overlap.
        if nth == 1 && self.plan.overlap && self.layout.format != LogFormat::W3c {
            for line in std::mem::take(&mut self.tail) {
                self.counts.repeated += 1;
                self.put(line)?;
            }
        }
        Ok(())
    }

    fn close(&mut self) -> Result<(), SynthProblem> {
        let Some((path, packer)) = self.open.take() else {
            return Ok(());
        };
        packer.finish().map_err(SynthProblem::write(&path))?;
        if self.plan.copy && self.nth + 2 == self.plan.files {
            self.counts.repeated += self.lines_in_file;
            copy_packed(&path).map_err(SynthProblem::write(&path))?;
        }
        Ok(())
    }
}

impl Rotation {
    fn draw(world: &World, defects: bool) -> Rotation {
        let days = i64::from(world.days);
        let mut draws = Draws::new(world.seed, Topic::Defects, 0, 0);
        // Long periods rotate in proportion, so that no case has thousands of files.
        let days_each = draws.between(1, 4) * (days / 60 + 1);
        let files = (days as u64).div_ceil(days_each as u64) as usize;
        let packing = draws.one_of([Packing::Plain, Packing::Gzip, Packing::Zstd]);
        let (copy, overlap) = (draws.chance(300), draws.chance(300));
        Rotation {
            from: world.from,
            files,
            days_each,
            dated: draws.chance(400),
            packing: if defects { packing } else { Packing::Plain },
            copy: copy && defects,
            overlap: overlap && defects && files > 3,
        }
    }

    fn file_of(&self, second: i64) -> usize {
        let file = (second - self.from).div_euclid(self.days_each * DAY).max(0) as usize;
        file.min(self.files - 1)
    }

    fn name(&self, format: LogFormat, nth: usize) -> String {
        let stem = stem(format);
        let ending = self.packing(nth).ending();
        let day = self.from + nth as i64 * self.days_each * DAY;
        let date = DateTime::from_timestamp(day, 0).unwrap_or_default();
        match (format, self.dated, self.files - 1 - nth) {
            (LogFormat::W3c, _, _) => format!("{stem}{}.log{ending}", date.format("%y%m%d")),
            (_, true, _) => format!("{stem}-{}{ending}", date.format("%Y%m%d")),
            (_, false, 0) => format!("{stem}{ending}"),
            (_, false, age) => format!("{stem}.{age}{ending}"),
        }
    }

    /// The two newest lie plain; with zstd the oldest third is zstd and what lies between gzip.
    fn packing(&self, nth: usize) -> Packing {
        match self.packing {
            _ if nth + 2 >= self.files => Packing::Plain,
            Packing::Zstd if nth * 3 > self.files => Packing::Gzip,
            packing => packing,
        }
    }
}

fn stem(format: LogFormat) -> &'static str {
    match format {
        LogFormat::W3c => "u_ex",
        LogFormat::Json => "requests.jsonl",
        _ => "access.log",
    }
}

/// A file that may be packed on its way to disk.
enum Packer {
    Plain(BufWriter<File>),
    Gzip(GzEncoder<BufWriter<File>>),
    Zstd(zstd::Encoder<'static, BufWriter<File>>),
}

impl Packer {
    fn create(path: &Path, packing: Packing) -> io::Result<Packer> {
        let file = BufWriter::new(File::create_new(path)?);
        Ok(match packing {
            Packing::Plain => Packer::Plain(file),
            Packing::Gzip => Packer::Gzip(GzEncoder::new(file, Compression::fast())),
            Packing::Zstd => Packer::Zstd(zstd::Encoder::new(file, 3)?),
        })
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Packer::Plain(file) => file.write_all(bytes),
            Packer::Gzip(file) => file.write_all(bytes),
            Packer::Zstd(file) => file.write_all(bytes),
        }
    }

    fn finish(self) -> io::Result<()> {
        match self {
            Packer::Plain(mut file) => file.flush(),
            Packer::Gzip(file) => file.finish()?.flush(),
            Packer::Zstd(file) => file.finish()?.flush(),
        }
    }
}

/// Packs a plain file beside itself.
fn copy_packed(path: &Path) -> io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(Packing::Gzip.ending());
    let mut from = BufReader::new(File::open(path)?);
    let mut packer = GzEncoder::new(File::create_new(&name)?, Compression::fast());
    io::copy(&mut from, &mut packer)?;
    packer.finish()?.flush()?;
    Ok(())
}
