//! `accesses.parquet`: every access beyond scope, disclosed or attempted, one row for each object.

use std::collections::BTreeSet;
use std::io::{self, Write};

use polars_core::prelude::*;
use polars_io::parquet::write::{ParquetCompression, ParquetWriter};

use super::Answer;
use crate::detect::Explanation;
use crate::impact::{Beyond, Citation, Merger};
use crate::pipeline::{AccountOutcome, Details};
use crate::sequence::{Access, NO_BYTES, NONE};
use crate::words::Certainty;

/// Rows that are put together before they are written: memory follows these, not how many there are.
const ROWS: usize = 1 << 15;

/// Writes the table. Rows stand by account (those with a verdict first), then in the order of its sequence, then object by object;
/// an object of several subjects or controllers at that instant has a row for each. `time` is in microseconds, UTC. `undecided`:
/// it was disclosed and counts to no data subject, because nobody can say whether it was beyond scope, or whose it is.
/// `protected_ever`: its object tells, or told, of somebody whom some row of the tables calls protected.
pub(super) fn write(answer: &Answer<'_>, out: &mut dyn Write) -> io::Result<()> {
    let schema = Columns::default().frame().map_err(io::Error::other)?;
    let mut writer = ParquetWriter::new(out)
        .with_compression(ParquetCompression::Zstd(None))
        .batched(schema.schema())
        .map_err(io::Error::other)?;
    let merger = Merger {
        atlas: answer.atlas,
        routes: &answer.case.routes,
        stale_from: answer.analysis.stale.as_ref().map(|stale| stale.from),
    };
    let undecided = |both: (&AccountOutcome, &Details), beyond: &Beyond, row: Option<u32>| {
        let at = beyond.access.time;
        let panel = &answer.analysis.panel;
        let open = |row| panel.leaves_open(&merger, both, (row, at));
        beyond.certainty > Certainty::Nothing && row.is_none_or(open)
    };
    let mut columns = Columns::default();
    let mut put = |columns: &mut Columns| {
        let frame = std::mem::take(columns).frame()?;
        writer.write_batch(&frame)
    };
    let mut written = false;
    for outcome in answer.analysis.beyond() {
        let label = outcome.person.label();
        let details = answer.analysis.details(outcome);
        let own = |beyond: &Beyond, row| undecided((outcome, &details), beyond, row);
        for beyond in &outcome.share.beyond {
            if columns.time.len() >= ROWS {
                put(&mut columns).map_err(io::Error::other)?;
                written = true;
            }
            columns.add(answer, (&details, &label), &own, beyond);
        }
    }
    if !written || !columns.time.is_empty() {
        put(&mut columns).map_err(io::Error::other)?;
    }
    writer.finish().map_err(io::Error::other)?;
    Ok(())
}

/// Whether an account's disclosure counts to no data subject: by the access and the row that it tells.
type Undecided<'u> = dyn Fn(&Beyond, Option<u32>) -> bool + 'u;

#[derive(Default)]
struct Columns {
    time: Vec<i64>,
    account: Vec<String>,
    client: Vec<Option<String>>,
    route: Vec<String>,
    object: Vec<Option<String>>,
    subject: Vec<Option<String>>,
    controller: Vec<Option<String>>,
    status: Vec<Option<i32>>,
    bytes: Vec<Option<i64>>,
    certainty: Vec<&'static str>,
    file: Vec<String>,
    offset: Vec<i64>,
    length: Vec<i64>,
    line: Vec<i64>,
    line_sha256: Vec<Option<String>>,
    container: Vec<Option<String>>,
    standing: Vec<&'static str>,
    explanation: Vec<Option<&'static str>>,
    protected: Vec<bool>,
    protected_ever: Vec<bool>,
    undecided: Vec<bool>,
}

impl Columns {
    fn add(
        &mut self,
        answer: &Answer<'_>,
        (details, account): (&Details, &str),
        undecided: &Undecided<'_>,
        beyond: &Beyond,
    ) {
        let atlas = answer.atlas;
        let mut rows = match beyond.thing {
            Some(thing) => atlas.rows_at(thing, beyond.access.time),
            None => Vec::new(),
        };
        // Rows that tell the same subject of the same controller are one disclosure, of somebody protected if one says so.
        let owner = |row: &u32| (atlas.subject(*row), atlas.controller(*row));
        let guarded = rows.iter().filter(|row| atlas.row(**row).protected);
        let guarded: BTreeSet<_> = guarded.map(owner).collect();
        let mut seen = BTreeSet::new();
        rows.retain(|row| seen.insert(owner(row)));
        let rows = match rows.is_empty() {
            true => vec![None],
            false => rows.into_iter().map(Some).collect(),
        };
        for row in rows {
            let known = |id: &str| (!id.is_empty()).then(|| id.to_owned());
            self.object.push(match row {
                Some(row) => Some(atlas.row(row).object.to_owned()),
                None => beyond.thing.map(|thing| answer.thing(thing)),
            });
            self.subject
                .push(row.map(|row| atlas.subject_name(atlas.subject(row)).into_owned()));
            self.undecided.push(undecided(beyond, row));
            self.protected
                .push(row.is_some_and(|row| guarded.contains(&owner(&row))));
            // What ever told of a protected person leads to one, whomever it tells of now.
            self.protected_ever
                .push(beyond.thing.is_some_and(|thing| atlas.guards(thing)));
            self.controller.push(match row {
                Some(row) => known(atlas.controller_id(atlas.controller(row))),
                None => known(atlas.controller_id(beyond.label)),
            });
            self.request(answer, account, beyond);
            self.explanation
                .push(explanation(details, &beyond.access).map(Explanation::word));
        }
    }

    fn request(&mut self, answer: &Answer<'_>, account: &str, beyond: &Beyond) {
        let access = &beyond.access;
        let names = &answer.analysis.names;
        let citation = Citation::of(access);
        self.time.push(access.time.0.div_euclid(1000));
        self.account.push(account.to_owned());
        let client = names.clients.text(access.client);
        self.client.push((!client.is_empty()).then_some(client));
        self.route.push(answer.route(access.route).to_owned());
        self.status
            .push((access.status != 0).then_some(i32::from(access.status)));
        self.bytes.push(
            (access.bytes != NO_BYTES).then_some(i64::try_from(access.bytes).unwrap_or(i64::MAX)),
        );
        self.certainty.push(beyond.certainty.word());
        self.file.push(answer.file(access.file).to_owned());
        self.offset.push(access.offset as i64);
        self.length.push(i64::from(access.length));
        self.line.push(access.line as i64);
        self.line_sha256.push(answer.line_digests.get(&citation));
        self.container
            .push((access.container != NONE).then(|| names.objects.text(access.container)));
        self.standing.push(beyond.standing.word());
    }

    fn frame(self) -> PolarsResult<DataFrame> {
        let height = self.time.len();
        let time = Column::new("time".into(), self.time).cast(&DataType::Datetime(
            TimeUnit::Microseconds,
            Some(TimeZone::UTC),
        ))?;
        DataFrame::new(
            height,
            vec![
                time,
                Column::new("account".into(), self.account),
                Column::new("client".into(), self.client),
                Column::new("route".into(), self.route),
                Column::new("object".into(), self.object),
                Column::new("subject".into(), self.subject),
                Column::new("controller".into(), self.controller),
                Column::new("status".into(), self.status),
                Column::new("bytes".into(), self.bytes),
                Column::new("certainty".into(), self.certainty),
                Column::new("file".into(), self.file),
                Column::new("offset".into(), self.offset),
                Column::new("length".into(), self.length),
                Column::new("line".into(), self.line),
                Column::new("line_sha256".into(), self.line_sha256),
                Column::new("container".into(), self.container),
                Column::new("standing".into(), self.standing),
                Column::new("explanation".into(), self.explanation),
                Column::new("protected".into(), self.protected),
                Column::new("undecided".into(), self.undecided),
                Column::new("protected_ever".into(), self.protected_ever),
            ],
        )
    }
}

/// The template that explained the account's first request for the same thing, if one did.
fn explanation(details: &Details, access: &Access) -> Option<Explanation> {
    let object = details.told.get(&(false, access.object));
    object
        .or_else(|| details.told.get(&(true, access.container)))
        .copied()
}
