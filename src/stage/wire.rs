//! Tables of rows as Arrow IPC streams, and back: the only place that knows Arrow.
//!
//! Only types that every engine passes on unchanged: 32 and 64 bit integers and bytes, none of them null. A stream that
//! ends without its end mark was cut. What the rows mean is left to `rows`.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::Arc;

use polars_arrow::array::{Array, BinaryArray, MutableBinaryArray, PrimitiveArray};
use polars_arrow::datatypes::{ArrowDataType, ArrowSchema, Field, Metadata};
use polars_arrow::io::ipc::read::{StreamReader, StreamState, read_stream_metadata};
use polars_arrow::io::ipc::write::{StreamWriter, WriteOptions};
use polars_arrow::record_batch::RecordBatchT;

use super::StageProblem;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 32 bit integers.
    Short,
    /// 64 bit integers.
    Long,
    /// Byte strings.
    Bytes,
}

/// A column's name and kind.
pub type Column = (&'static str, Kind);

/// Rows of a batch, at most.
const ROWS: usize = 1 << 16;
/// Bytes of a batch from which it is written, whatever its rows.
const BYTES: usize = 16 << 20;

/// A cell to write.
#[derive(Clone, Copy, Debug)]
pub enum Cell<'c> {
    /// For a [`Kind::Short`].
    Short(i32),
    /// For a [`Kind::Long`].
    Long(i64),
    /// For a [`Kind::Bytes`].
    Bytes(&'c [u8]),
}

enum Building {
    Short(Vec<i32>),
    Long(Vec<i64>),
    Bytes(MutableBinaryArray<i32>),
}

/// Writes rows.
pub struct Sink<W: Write> {
    writer: StreamWriter<W>,
    columns: &'static [Column],
    schema: Arc<ArrowSchema>,
    building: Vec<Building>,
    rows: usize,
    bytes: usize,
}

impl<W: Write> Sink<W> {
    /// Begins a stream; `facts` stand in its schema.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn begin(
        to: W,
        columns: &'static [Column],
        facts: &[(&'static str, String)],
    ) -> Result<Sink<W>, StageProblem> {
        let fields = columns.iter().map(|(name, kind)| {
            let field = Field::new((*name).into(), arrow(*kind), false);
            (field.name.clone(), field)
        });
        let schema: ArrowSchema = fields.collect();
        let facts: Metadata = facts
            .iter()
            .map(|(name, value)| ((*name).into(), value.as_str().into()))
            .collect();
        let mut writer = StreamWriter::new(to, WriteOptions { compression: None });
        writer.set_custom_schema_metadata(Arc::new(facts));
        writer.start(&schema, None).map_err(writing)?;
        Ok(Sink {
            writer,
            columns,
            schema: Arc::new(schema),
            building: columns.iter().map(|(_, kind)| building(*kind)).collect(),
            rows: 0,
            bytes: 0,
        })
    }

    /// Adds a row: a cell for each column, in their order.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), StageProblem> {
        for (column, cell) in self.building.iter_mut().zip(cells) {
            match (column, cell) {
                (Building::Short(all), Cell::Short(one)) => all.push(*one),
                (Building::Long(all), Cell::Long(one)) => all.push(*one),
                (Building::Bytes(all), Cell::Bytes(one)) => {
                    self.bytes += one.len();
                    all.push(Some(one));
                }
                _ => return Err(StageProblem::new("a cell does not fit its column")),
            }
        }
        self.rows += 1;
        if self.rows >= ROWS || self.bytes >= BYTES {
            self.flush()?;
        }
        Ok(())
    }

    /// Ends the stream with its mark.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn end(mut self) -> Result<(), StageProblem> {
        self.flush()?;
        self.writer.finish().map_err(writing)?;
        self.writer
            .into_inner()
            .flush()
            .map_err(StageProblem::writing)
    }

    fn flush(&mut self) -> Result<(), StageProblem> {
        if self.rows == 0 {
            return Ok(());
        }
        let fresh = self
            .columns
            .iter()
            .map(|(_, kind)| building(*kind))
            .collect();
        let done = std::mem::replace(&mut self.building, fresh);
        let arrays = done.into_iter().map(finished).collect();
        let batch = RecordBatchT::try_new(self.rows, self.schema.clone(), arrays);
        (self.rows, self.bytes) = (0, 0);
        self.writer
            .write(&batch.map_err(StageProblem::stream)?, None)
            .map_err(writing)
    }
}

fn arrow(kind: Kind) -> ArrowDataType {
    match kind {
        Kind::Short => ArrowDataType::Int32,
        Kind::Long => ArrowDataType::Int64,
        Kind::Bytes => ArrowDataType::Binary,
    }
}

fn building(kind: Kind) -> Building {
    match kind {
        Kind::Short => Building::Short(Vec::new()),
        Kind::Long => Building::Long(Vec::new()),
        Kind::Bytes => Building::Bytes(MutableBinaryArray::new()),
    }
}

fn finished(column: Building) -> Box<dyn Array> {
    match column {
        Building::Short(all) => Box::new(PrimitiveArray::from_vec(all)),
        Building::Long(all) => Box::new(PrimitiveArray::from_vec(all)),
        Building::Bytes(all) => Box::new(Into::<BinaryArray<i32>>::into(all)),
    }
}

fn writing(error: impl std::fmt::Display) -> StageProblem {
    StageProblem::writing(error)
}

/// Some rows that were read.
pub struct Batch {
    columns: Vec<Box<dyn Array>>,
    rows: usize,
}

impl Batch {
    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// A column of [`Kind::Short`]; empty for another.
    pub fn short(&self, column: usize) -> &[i32] {
        let array = self.columns.get(column).map(|one| one.as_any());
        let array = array.and_then(|one| one.downcast_ref::<PrimitiveArray<i32>>());
        array.map_or(&[], |one| one.values().as_slice())
    }

    /// A column of [`Kind::Long`]; empty for another.
    pub fn long(&self, column: usize) -> &[i64] {
        let array = self.columns.get(column).map(|one| one.as_any());
        let array = array.and_then(|one| one.downcast_ref::<PrimitiveArray<i64>>());
        array.map_or(&[], |one| one.values().as_slice())
    }

    /// A cell of a column of [`Kind::Bytes`]; empty for another.
    pub fn bytes(&self, column: usize, row: usize) -> &[u8] {
        let array = self.columns.get(column).map(|one| one.as_any());
        let array = array.and_then(|one| one.downcast_ref::<BinaryArray<i32>>());
        array.and_then(|one| one.get(row)).unwrap_or_default()
    }
}

/// Reads rows.
pub struct Feed<R: Read> {
    reader: StreamReader<Pipe<R>>,
    columns: &'static [Column],
    /// Where each of the columns stands in the stream.
    places: Vec<usize>,
}

impl<R: Read> Feed<R> {
    /// Reads the beginning of a stream, which must have these columns, in whatever order.
    ///
    /// # Errors
    /// It is no Arrow stream, or lacks a column, or has one of another type.
    pub fn begin(from: R, columns: &'static [Column]) -> Result<Feed<R>, StageProblem> {
        let mut pipe = Pipe { from, at: 0 };
        let told = read_stream_metadata(&mut pipe).map_err(StageProblem::stream)?;
        let mut places = Vec::with_capacity(columns.len());
        for (name, kind) in columns {
            let place = told.schema.index_of(name);
            let place = place.ok_or_else(|| {
                StageProblem::new(format!("the stream on stdin has no column `{name}`"))
            })?;
            let held = told
                .schema
                .get_at_index(place)
                .map(|(_, field)| field.dtype());
            if held != Some(&arrow(*kind)) {
                return Err(StageProblem::new(format!(
                    "column `{name}` of the stream on stdin is {held:?}, not {:?}",
                    arrow(*kind)
                )));
            }
            places.push(place);
        }
        Ok(Feed {
            reader: StreamReader::new(pipe, told, None),
            columns,
            places,
        })
    }

    /// The next rows; `None` behind the stream's end mark.
    ///
    /// # Errors
    /// The stream is broken, or ends without its mark, or a cell is null.
    #[allow(clippy::should_implement_trait)] // An iterator would go on behind an error.
    pub fn next(&mut self) -> Result<Option<Batch>, StageProblem> {
        let batch = match self.reader.next() {
            None => return Ok(None),
            Some(Err(error)) => return Err(StageProblem::stream(error)),
            Some(Ok(StreamState::Waiting)) => return Err(StageProblem::cut()),
            Some(Ok(StreamState::Some(batch))) => batch,
        };
        let rows = batch.len();
        let arrays = batch.into_arrays();
        let mut columns = Vec::with_capacity(self.places.len());
        for (place, (name, _)) in self.places.iter().zip(self.columns) {
            let array = arrays.get(*place).ok_or_else(StageProblem::cut)?;
            if array.null_count() > 0 {
                return Err(StageProblem::new(format!("column `{name}` has a null")));
            }
            columns.push(array.clone());
        }
        Ok(Some(Batch { columns, rows }))
    }
}

/// A pipe that can say where it stands, and go on from there.
struct Pipe<R> {
    from: R,
    at: u64,
}

impl<R: Read> Read for Pipe<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let got = self.from.read(into)?;
        self.at += got as u64;
        Ok(got)
    }
}

impl<R: Read> Seek for Pipe<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let SeekFrom::Current(more) = to else {
            return Err(io::ErrorKind::Unsupported.into());
        };
        let more = u64::try_from(more).map_err(|_| io::Error::from(io::ErrorKind::Unsupported))?;
        let passed = io::copy(&mut self.by_ref().take(more), &mut io::sink())?;
        match passed == more {
            true => Ok(self.at),
            false => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}
