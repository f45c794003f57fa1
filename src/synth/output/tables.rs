//! The directory tables, as CASE.md names their columns.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use chrono::DateTime;

use super::{Carrier, session_token};
use crate::synth::flaws::Flaws;
use crate::synth::problem::SynthProblem;
use crate::synth::settings::Flaw;
use crate::synth::vocabulary::OPTIONAL;
use crate::synth::world::{ItemKind, Span, World};

/// How long a session lasts, in seconds.
const SESSION: i64 = 12 * 3_600;

/// Writes every table but `sessions`.
pub(in crate::synth) fn write_tables(
    world: &World,
    flaws: &[Flaw],
    folder: &Path,
) -> Result<(), SynthProblem> {
    controllers(world, folder)?;
    units(world, folder)?;
    grants(world, flaws, folder)?;
    objects(world, flaws, folder)?;
    members(world, flaws, folder)?;
    accounts(world, folder)
}

fn controllers(world: &World, folder: &Path) -> Result<(), SynthProblem> {
    let mut table = Table::create(folder, "controllers", &["controller", "name", "country"])?;
    for tenant in &world.tenants {
        table.row(&[&tenant.id, &tenant.name, "SE"])?;
    }
    table.finish()
}

fn units(world: &World, folder: &Path) -> Result<(), SynthProblem> {
    let columns = ["unit", "parent", "controller", "name", "kind", "form"];
    let mut table = Table::create(folder, "units", &columns)?;
    for (at, unit) in world.units.iter().enumerate() {
        let parent = unit
            .parent
            .map_or("", |parent| &world.units[parent as usize].id);
        // Only the topmost unit says its controller; those below inherit it.
        let tenant = &world.tenants[unit.tenant as usize];
        let controller = if unit.parent.is_none() {
            tenant.id.as_str()
        } else {
            ""
        };
        let kind = unit.kind.word();
        let form = unit.form.map(|form| form.to_string()).unwrap_or_default();
        let name = format!("{kind} {}", at as u32 - tenant.root);
        table.row(&[&unit.id, parent, controller, &name, kind, &form])?;
    }
    table.finish()
}

fn grants(world: &World, flaws: &[Flaw], folder: &Path) -> Result<(), SynthProblem> {
    let mut columns = vec!["account", "role", "unit", "form", "from", "until"];
    if world.traits.protection {
        columns.push("protected");
    }
    let mut table = Table::create(folder, "grants", &columns)?;
    for account in &world.accounts {
        for (right, listed) in account
            .rights
            .iter()
            .filter_map(|right| Some((right, right.listed?)))
        {
            let Some(listed) = Flaws::known(flaws, world, listed) else {
                continue;
            };
            let unit = &world.units[right.unit as usize].id;
            let form = right.form.map(|form| form.to_string()).unwrap_or_default();
            let (from, until) = times(listed);
            let mut row = vec![
                &account.name,
                account.role.word(),
                unit,
                &form,
                &from,
                &until,
            ];
            if world.traits.protection {
                row.push(boolean(right.protected));
            }
            table.row(&row)?;
        }
    }
    table.finish()
}

fn objects(world: &World, flaws: &[Flaw], folder: &Path) -> Result<(), SynthProblem> {
    let columns = [
        "object",
        "kind",
        "unit",
        "subject",
        "protected",
        "child",
        "fields",
        "from",
        "until",
    ];
    let mut table = Table::create(folder, "objects", &columns)?;
    for (number, at) in world.numbers() {
        let item = &world.items[*at as usize];
        let (object, subject) = (world.id(*number), world.subject(item.subject));
        let kind = match item.kind {
            ItemKind::Contact => "contact",
            ItemKind::File => "file",
        };
        let filled = |bit: &usize| item.filled & (1 << bit) != 0;
        let fields: Vec<&str> = (0..OPTIONAL.len())
            .filter(filled)
            .map(|bit| OPTIONAL[bit])
            .collect();
        let fields = fields.join(";");
        for stay in &item.stays {
            let unit = &world.units[stay.unit as usize].id;
            let Some(span) = Flaws::known(flaws, world, stay.span) else {
                continue;
            };
            let (from, until) = times(span);
            let (protected, child) = (boolean(item.protected), boolean(item.child()));
            let row = [
                &object, kind, unit, &subject, protected, child, &fields, &from, &until,
            ];
            table.row(&row)?;
        }
    }
    table.finish()
}

fn members(world: &World, flaws: &[Flaw], folder: &Path) -> Result<(), SynthProblem> {
    let mut table = Table::create(folder, "members", &["container", "object", "from", "until"])?;
    for book in &world.books {
        for seat in world.seats(book) {
            let object = world.id(world.items[seat.item as usize].number);
            let Some(span) = Flaws::known(flaws, world, seat.span) else {
                continue;
            };
            let (from, until) = times(span);
            table.row(&[&book.id, &object, &from, &until])?;
        }
    }
    table.finish()
}

fn accounts(world: &World, folder: &Path) -> Result<(), SynthProblem> {
    let columns = [
        "account",
        "subject",
        "controller",
        "kind",
        "created",
        "closed",
    ];
    let mut table = Table::create(folder, "accounts", &columns)?;
    for account in &world.accounts {
        let subject = account
            .subject
            .map(|person| world.subject(person))
            .unwrap_or_default();
        let controller = &world.tenants[account.tenant as usize].id;
        let kind = account.role.account_kind();
        let (created, closed) = times(account.open);
        table.row(&[&account.name, &subject, controller, kind, &created, &closed])?;
    }
    table.finish()
}

/// `sessions.csv`, written while the logs are; nothing where the logs carry no session.
pub(in crate::synth) struct Sessions(Option<Table>);

impl Sessions {
    pub(in crate::synth) fn create(
        folder: &Path,
        carrier: Carrier,
    ) -> Result<Sessions, SynthProblem> {
        let columns = ["session", "account", "from", "until"];
        let table =
            (carrier == Carrier::Cookie).then(|| Table::create(folder, "sessions", &columns));
        Ok(Sessions(table.transpose()?))
    }

    /// A session that begins at `start`.
    pub(in crate::synth) fn row(
        &mut self,
        session: u64,
        account: &str,
        start: i64,
    ) -> Result<(), SynthProblem> {
        let Some(table) = &mut self.0 else {
            return Ok(());
        };
        let (from, until) = times(Span {
            from: start,
            until: start + SESSION,
        });
        table.row(&[&session_token(session), account, &from, &until])
    }

    pub(in crate::synth) fn finish(self) -> Result<(), SynthProblem> {
        self.0.map_or(Ok(()), Table::finish)
    }
}

struct Table {
    path: PathBuf,
    rows: csv::Writer<BufWriter<File>>,
}

impl Table {
    fn create(folder: &Path, name: &str, columns: &[&str]) -> Result<Table, SynthProblem> {
        let path = folder.join(format!("{name}.csv"));
        let file = File::create_new(&path).map_err(SynthProblem::write(&path))?;
        let mut table = Table {
            path,
            rows: csv::Writer::from_writer(BufWriter::new(file)),
        };
        table.row(columns)?;
        Ok(table)
    }

    fn row(&mut self, cells: &[&str]) -> Result<(), SynthProblem> {
        let written = self.rows.write_record(cells);
        written.map_err(|error| SynthProblem::write(&self.path)(error.into()))
    }

    fn finish(mut self) -> Result<(), SynthProblem> {
        self.rows.flush().map_err(SynthProblem::write(&self.path))
    }
}

fn boolean(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

/// Both ends as RFC 3339; open ends are empty.
fn times(span: Span) -> (String, String) {
    let cell = |at: i64, open: i64| match DateTime::from_timestamp(at, 0) {
        Some(time) if at != open => time.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        _ => String::new(),
    };
    (cell(span.from, i64::MIN), cell(span.until, i64::MAX))
}
