//! Directory tables -> typed rows, with IDs turned into indices.
//!
//! Tables are read in the order in which they refer to each other: controllers and units first. The
//! tree of units is `units`'; what scope follows from the rows is left to `scope`.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono_tz::Tz;

use super::cells::{Cells, Column, Layout, Sheet};
use super::problem::{CaseProblem, quoted};
use super::section::Section;
use super::table::{Spot, Table};
use super::units::Units;
use crate::words::Validity;

use super::objects::{Gathering, Shared};
use super::{
    AccountRow, Controller, Directory, Grant, Home, Member, Objects, SessionRow, TableFile,
};

/// Keys of `[directory]`.
pub(super) const KEYS: [&str; 8] = [
    "controllers",
    "units",
    "grants",
    "objects",
    "members",
    "sessions",
    "accounts",
    "as_of",
];

/// What each table must and may hold.
pub(super) const LAYOUTS: [(&str, &Layout); 7] = [
    ("controllers", &CONTROLLERS),
    ("units", &super::units::LAYOUT),
    ("grants", &GRANTS),
    ("objects", &OBJECTS),
    ("members", &MEMBERS),
    ("sessions", &SESSIONS),
    ("accounts", &ACCOUNTS),
];

const CONTROLLERS: Layout = Layout {
    required: &[
        ("controller", "the controller's ID"),
        ("name", "the controller's name in the report"),
    ],
    optional: &["country", "language", "contact"],
    unused: &["country", "language", "contact"],
};
const GRANTS: Layout = Layout {
    required: &[
        ("account", "the account, as the log or sessions name it"),
        ("role", "the role that the grant comes from"),
        ("unit", "the unit that the account may see, with all below"),
    ],
    optional: &["form", "protected", "from", "until"],
    unused: &[],
};
const OBJECTS: Layout = Layout {
    required: &[
        ("object", "the object's ID, as requests name it"),
        ("kind", "the kind of object"),
        ("unit", "the unit that the object belongs to"),
        ("subject", "the person whom the object tells about"),
    ],
    optional: &["form", "protected", "child", "fields", "from", "until"],
    unused: &[],
};
const MEMBERS: Layout = Layout {
    required: &[
        ("container", "the container's ID, as requests name it"),
        ("object", "the ID of an object in it"),
    ],
    optional: &["from", "until"],
    unused: &[],
};
const SESSIONS: Layout = Layout {
    required: &[
        ("session", "what the log writes"),
        ("account", "the account behind it"),
    ],
    optional: &["from", "until"],
    unused: &[],
};
const ACCOUNTS: Layout = Layout {
    required: &[("account", "the account, as the log or sessions name it")],
    optional: &["subject", "controller", "kind", "created", "closed"],
    unused: &[],
};
/// Kinds of accounts; the first is meant where a cell is empty.
const ACCOUNT_KINDS: [&str; 4] = ["person", "service", "shared", "test"];

/// What was read: the rows, the files they came from, and what this version reads past.
pub(super) struct Tables {
    /// The rows.
    pub(super) directory: Directory,
    /// The files in the order of `KEYS`.
    pub(super) files: Vec<TableFile>,
    /// Plain sentences about columns that have no effect.
    pub(super) not_acted_on: Vec<String>,
}

/// Reads every table that the section names.
///
/// # Errors
/// All complaints about the first table that does not hold.
pub(super) fn read(
    section: Option<&Section<'_>>,
    home: &Home<'_>,
    zone: Tz,
) -> Result<Tables, CaseProblem> {
    let mut reader = Reader {
        section,
        home,
        zone,
        files: Vec::new(),
        not_acted_on: Vec::new(),
    };
    let directory = reader.directory()?;
    Ok(Tables {
        directory,
        files: reader.files,
        not_acted_on: reader.not_acted_on,
    })
}

struct Reader<'r> {
    section: Option<&'r Section<'r>>,
    home: &'r Home<'r>,
    zone: Tz,
    files: Vec<TableFile>,
    not_acted_on: Vec<String>,
}

impl Reader<'_> {
    fn directory(&mut self) -> Result<Directory, CaseProblem> {
        let controllers = self.sheet("controllers", &CONTROLLERS)?;
        let mut controllers = controllers.map(|s| read_controllers(&s)).transpose()?;
        let units = self.sheet("units", &super::units::LAYOUT)?;
        let units_told = units.is_some();
        let mut units = match units {
            Some(sheet) => Units::read(&sheet, &mut controllers)?,
            None => Units::default(),
        };
        let grants = self.sheet("grants", &GRANTS)?;
        let grants_say_protected = grants.as_ref().is_some_and(|s| s.has("protected"));
        // What is wrong with this table is told only if nothing is wrong with the one before.
        let objects = self.sheet("objects", &OBJECTS);
        let says = |column: &str| {
            let has = |sheet: &Option<Sheet>| sheet.as_ref().is_some_and(|s| s.has(column));
            objects.as_ref().is_ok_and(has)
        };
        let [objects_say_fields, objects_say_protected, objects_say_child] =
            ["fields", "protected", "child"].map(says);
        let (grants, objects) = read_largest(grants, objects, &mut units)?;
        let members = self.sheet("members", &MEMBERS)?;
        let members = members.map(|s| read_members(&s)).transpose()?;
        let sessions = self.sheet("sessions", &SESSIONS)?;
        let sessions = sessions.map(|s| read_sessions(&s)).transpose()?;
        let accounts = self.sheet("accounts", &ACCOUNTS)?;
        let accounts = accounts
            .map(|s| self.accounts(&s, controllers.as_deref()))
            .transpose()?;
        let as_of = self.section.and_then(|section| section.get("as_of"));
        Ok(Directory {
            as_of: as_of.map(|at| at.instant(self.zone)).transpose()?,
            controllers,
            units: units.into_rows(),
            units_told,
            grants,
            grants_say_protected,
            objects,
            objects_say_fields,
            objects_say_protected,
            objects_say_child,
            members,
            sessions,
            accounts,
        })
    }

    fn sheet(&mut self, key: &str, layout: &Layout) -> Result<Option<Sheet>, CaseProblem> {
        let Some(value) = self.section.and_then(|section| section.get(key)) else {
            return Ok(None);
        };
        let table = Table::open(self.home, &value)?;
        self.files.push(table.file.clone());
        let path = table.file.path.clone();
        let sheet = Sheet::new(table, layout, self.zone)?;
        let unused: Vec<&str> = layout
            .unused
            .iter()
            .copied()
            .filter(|c| sheet.has(c))
            .collect();
        if !unused.is_empty() {
            let columns = unused.join(", ");
            self.not_acted_on
                .push(format!("{path}: this version makes no use of {columns}"));
        }
        Ok(Some(sheet))
    }

    fn accounts(
        &mut self,
        sheet: &Sheet,
        controllers: Option<&[Controller]>,
    ) -> Result<Vec<AccountRow>, CaseProblem> {
        if controllers.is_none() && sheet.has("controller") {
            let path = &sheet.table().file.path;
            self.not_acted_on.push(format!(
                "{path}: the column controller has no effect, because neither controllers \
                nor units name any controller"
            ));
        }
        let known = controllers.map(controller_index);
        let (account, subject) = (sheet.column("account"), sheet.column("subject"));
        let (controller, kind) = (sheet.column("controller"), sheet.column("kind"));
        let open = sheet.span("created", "closed");
        let mut seen = HashMap::new();
        sheet.rows(|cells| {
            let row = AccountRow {
                account: unique(cells, account, &mut seen)?,
                subject: cells.id_or_empty(subject)?.to_owned(),
                controller: match &known {
                    Some(known) => reference(cells, controller, known)?,
                    None => None,
                },
                kind: account_kind(cells, kind)?,
                open: cells.validity(open)?,
            };
            Some(row)
        })
    }
}

fn read_controllers(sheet: &Sheet) -> Result<Vec<Controller>, CaseProblem> {
    let (id, name) = (sheet.column("controller"), sheet.column("name"));
    let mut seen = HashMap::new();
    let mut controllers = sheet.rows(|cells| {
        let id = unique(cells, id, &mut seen)?;
        let name = match cells.text(name) {
            "" => id.clone(),
            name => name.to_owned(),
        };
        Some(Controller { id, name })
    })?;
    controllers.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(controllers)
}

/// Reads the two largest tables, side by side where neither can add units that the other refers to.
fn read_largest(
    grants: Option<Sheet>,
    objects: Result<Option<Sheet>, CaseProblem>,
    units: &mut Units,
) -> Result<(Option<Vec<Grant>>, Option<Objects>), CaseProblem> {
    let of_grants = |units: &mut Units| grants.map(|s| read_grants(&s, units)).transpose();
    let of_objects = |units: &mut Units| objects?.map(|s| read_objects(&s, units)).transpose();
    let (grants, objects) = match units.beside() {
        Some(mut beside) => std::thread::scope(|threads| {
            let objects = threads.spawn(move || of_objects(&mut beside));
            let grants = of_grants(units);
            let objects = objects.join();
            let objects = objects.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            (grants, objects)
        }),
        None => {
            let grants = of_grants(units)?;
            (Ok(grants), of_objects(units))
        }
    };
    Ok((grants?, objects?))
}

fn read_grants(sheet: &Sheet, units: &mut Units) -> Result<Vec<Grant>, CaseProblem> {
    let (account, role) = (sheet.column("account"), sheet.column("role"));
    let (unit, form) = (sheet.column("unit"), sheet.column("form"));
    let protected = sheet.column("protected");
    let valid = sheet.span("from", "until");
    let mut words: HashSet<Arc<str>> = HashSet::new();
    sheet.rows(|cells| {
        let account = cells.id(account)?.into();
        let unit_id = cells.id(unit)?;
        let row = Grant {
            account,
            role: shared(&mut words, cells.text(role)),
            unit: units.find(cells, unit, unit_id)?,
            form: match cells.id_or_empty(form)? {
                "" => None,
                form => Some(shared(&mut words, form)),
            },
            protected: cells.truth(protected)?,
            valid: cells.validity(valid)?,
        };
        Some(row)
    })
}

/// A word that many rows have in common, held once.
fn shared(words: &mut HashSet<Arc<str>>, word: &str) -> Arc<str> {
    match words.get(word) {
        Some(known) => known.clone(),
        None => {
            let new: Arc<str> = word.into();
            words.insert(new.clone());
            new
        }
    }
}

fn read_objects(sheet: &Sheet, units: &mut Units) -> Result<Objects, CaseProblem> {
    let (object, kind) = (sheet.column("object"), sheet.column("kind"));
    let (unit, subject) = (sheet.column("unit"), sheet.column("subject"));
    let (form, fields) = (sheet.column("form"), sheet.column("fields"));
    let (protected, child) = (sheet.column("protected"), sheet.column("child"));
    let valid = sheet.span("from", "until");
    let mut objects = Gathering::for_about(sheet.most_rows());
    sheet.rows(|cells| {
        let object = cells.id(object)?;
        let unit_id = cells.id_or_empty(unit)?;
        let unit = match unit_id.is_empty() {
            true => None,
            false => Some(units.find(cells, unit, unit_id)?),
        };
        let own_form = cells.id_or_empty(form)?;
        let kind = cells.text(kind);
        let subject = cells.id_or_empty(subject)?;
        let shared = Shared {
            kind,
            form: match unit {
                Some(unit) if own_form.is_empty() => units.form(unit),
                _ => own_form,
            },
            protected: cells.truth(protected)?,
            child: cells.truth(child)?,
            fields: cells.text(fields),
        };
        objects.add((object, subject), unit, shared, cells.validity(valid)?);
        Some(())
    })?;
    Ok(objects.finish())
}

fn read_members(sheet: &Sheet) -> Result<Vec<Member>, CaseProblem> {
    let (container, object) = (sheet.column("container"), sheet.column("object"));
    let valid = sheet.span("from", "until");
    sheet.rows(|cells| {
        Some(Member {
            container: cells.id(container)?.to_owned(),
            object: cells.id(object)?.to_owned(),
            valid: cells.validity(valid)?,
        })
    })
}

fn read_sessions(sheet: &Sheet) -> Result<Vec<SessionRow>, CaseProblem> {
    let (session, account) = (sheet.column("session"), sheet.column("account"));
    let valid = sheet.span("from", "until");
    let mut seen: HashMap<String, Vec<(String, Validity)>> = HashMap::new();
    sheet.rows(|cells| {
        let row = SessionRow {
            session: cells.id(session)?.to_owned(),
            account: cells.id(account)?.to_owned(),
            valid: cells.validity(valid)?,
        };
        let known = seen.entry(row.session.clone()).or_default();
        let clash = known
            .iter()
            .find(|(other, span)| *other != row.account && meet(*span, row.valid));
        if let Some((other, _)) = clash {
            let what = format!(
                "{} belongs to {} and to {} at the same time",
                quoted(&row.session),
                quoted(other),
                quoted(&row.account)
            );
            cells.complain(session, &what, |_| {
                "give each row its `from` and `until`".to_owned()
            });
            return None;
        }
        known.push((row.account.clone(), row.valid));
        Some(row)
    })
}

/// Whether two validities have an instant in common.
fn meet(a: Validity, b: Validity) -> bool {
    let before =
        |a: Validity, b: Validity| a.until.zip(b.from).is_some_and(|(end, start)| end <= start);
    !before(a, b) && !before(b, a)
}

/// An ID that stands in no earlier row.
pub(super) fn unique(
    cells: &mut Cells<'_>,
    column: Column,
    seen: &mut HashMap<String, Spot>,
) -> Option<String> {
    let id = cells.id(column)?.to_owned();
    let spot = cells.spot();
    match seen.insert(id.clone(), spot) {
        None => Some(id),
        Some(first) => {
            seen.insert(id.clone(), first);
            let what = format!("{} stands in the table twice", quoted(&id));
            cells.complain(column, &what, |table| {
                format!("keep this row or the one on {}", table.place(first).words())
            });
            None
        }
    }
}

/// The index of the controller that a cell names; `Some(None)` where it is empty.
fn reference(
    cells: &mut Cells<'_>,
    column: Column,
    known: &HashMap<String, u32>,
) -> Option<Option<u32>> {
    let id = cells.id_or_empty(column)?;
    if id.is_empty() {
        return Some(None);
    }
    let found = known.get(id).copied();
    if found.is_none() {
        cells.unknown(column, id, known);
    }
    found.map(Some)
}

/// Controllers' indices by ID.
pub(super) fn controller_index(controllers: &[Controller]) -> HashMap<String, u32> {
    (0u32..)
        .zip(controllers)
        .map(|(index, controller)| (controller.id.clone(), index))
        .collect()
}

fn account_kind(cells: &mut Cells<'_>, column: Column) -> Option<String> {
    let text = cells.text(column).to_owned();
    if text.is_empty() {
        return Some(ACCOUNT_KINDS[0].to_owned());
    }
    if ACCOUNT_KINDS.contains(&text.as_str()) {
        return Some(text);
    }
    let what = format!("{} is no kind of account", quoted(&text));
    cells.complain(column, &what, |_| {
        format!("write one of {}", ACCOUNT_KINDS.join(", "))
    });
    None
}
