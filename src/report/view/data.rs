//! The answer as the view needs it: tables as they were read, and of each list the numbers of its rows.

use csv::StringRecord;

use super::super::cells::{safe, visible};
use super::super::finished::Finished;
use super::super::rows::AccessTable;
use super::super::screen::columns::width;
use super::Wanted;

/// A table by the names of its columns.
pub(super) struct Sheet {
    columns: StringRecord,
    rows: Vec<StringRecord>,
}

impl Sheet {
    fn read(answer: &Finished, file: &str) -> Result<Sheet, String> {
        Sheet::of(&answer.bytes(file)?, file)
    }

    fn of(bytes: &[u8], file: &str) -> Result<Sheet, String> {
        let mut reader = csv::Reader::from_reader(bytes);
        let wrong = |e: csv::Error| format!("{file} is no table: {e}; make the answer again");
        Ok(Sheet {
            columns: reader.headers().map_err(wrong)?.clone(),
            rows: reader.records().collect::<Result<_, _>>().map_err(wrong)?,
        })
    }

    /// A cell as it stands in the table; empty where there is none.
    fn raw(&self, row: usize, column: &str) -> &str {
        let at = self.columns.iter().position(|name| name == column);
        let row = self.rows.get(row);
        at.and_then(|at| row?.get(at)).unwrap_or_default()
    }

    /// A cell that cannot act on a terminal.
    fn cell(&self, row: usize, column: &str) -> String {
        visible(self.raw(row, column))
    }

    fn number(&self, row: usize, column: &str) -> Option<u64> {
        self.raw(row, column).parse().ok()
    }
}

/// An interval against its whole.
pub(super) struct Bounds {
    pub(super) min: u64,
    pub(super) max: Option<u64>,
    pub(super) population: Option<u64>,
}

/// An access, or a line that speaks for a subject whom no line shows.
pub(super) enum Access {
    Row(usize),
    Cited(String),
}

/// An answer.
pub(super) struct Data {
    /// The case's ID.
    pub(super) case: String,
    controllers_table: Sheet,
    subjects_table: Sheet,
    table: AccessTable,
    /// Rows of controllers.csv, most subjects first.
    pub(super) controllers: Vec<usize>,
    /// Rows of subjects.csv, of the controller that is open; nobody protected.
    pub(super) subjects: Vec<usize>,
    /// Protected persons of that controller.
    pub(super) protected: u64,
    /// Columns of the longest name among the subjects.
    pub(super) widest: usize,
    /// Of the subject that is open.
    pub(super) accesses: Vec<Access>,
}

impl Data {
    pub(super) fn read(answer: &Finished) -> Result<Data, String> {
        let table = AccessTable::read(answer.bytes("accesses.parquet")?)
            .map_err(|why| format!("accesses.parquet: {why}; make the answer again"))?;
        let manifest = answer.json(super::super::MANIFEST)?;
        let controllers = Sheet::read(answer, "controllers.csv")?;
        let subjects = Sheet::read(answer, "subjects.csv")?;
        let case = manifest["case"]["id"].as_str().unwrap_or_default();
        Ok(Data::of(case, controllers, subjects, table))
    }

    fn of(case: &str, controllers_table: Sheet, subjects_table: Sheet, table: AccessTable) -> Data {
        let mut controllers: Vec<usize> = (0..controllers_table.rows.len()).collect();
        let order = |row: &usize| {
            let number = |column| controllers_table.number(*row, column).unwrap_or(u64::MAX);
            (number("subjects_min"), number("subjects_max"))
        };
        controllers.sort_by_key(|row| std::cmp::Reverse(order(row)));
        Data {
            case: visible(case),
            controllers_table,
            subjects_table,
            table,
            controllers,
            subjects: Vec::new(),
            protected: 0,
            widest: 0,
            accesses: Vec::new(),
        }
    }

    /// Of tables in memory, without a table of accesses.
    #[cfg(test)]
    pub(super) fn of_tables(case: &str, controllers: &[u8], subjects: &[u8]) -> Data {
        let sheet = |bytes| Sheet::of(bytes, "a table").expect("a table");
        Data::of(
            case,
            sheet(controllers),
            sheet(subjects),
            AccessTable::default(),
        )
    }

    pub(super) fn open_controller(&mut self, at: usize) {
        let controller = self.controllers.get(at).copied().unwrap_or(usize::MAX);
        let id = self.controllers_table.raw(controller, "controller");
        let table = &self.subjects_table;
        let own = (0..table.rows.len()).filter(|row| table.raw(*row, "controller") == id);
        // Whoever is not plainly unprotected is not named; where no table says who is protected, all cells are empty.
        let unsaid = (0..table.rows.len()).all(|row| table.raw(row, "protected").is_empty());
        let says = |row: &usize| {
            !unsaid && table.raw(*row, "protected") != "false"
                || table.raw(*row, "protected_ever") == "true"
        };
        let (hidden, named): (Vec<usize>, Vec<usize>) = own.partition(says);
        let names = named.iter().map(|row| width(&table.cell(*row, "subject")));
        self.widest = names.max().unwrap_or(0);
        self.protected = hidden.len() as u64;
        self.subjects = named;
    }

    pub(super) fn open_subject(&mut self, at: usize) {
        let row = self.subjects.get(at).copied().unwrap_or(usize::MAX);
        let table = &self.subjects_table;
        let (subject, controller) = (table.raw(row, "subject"), table.raw(row, "controller"));
        // Tables escape what a spreadsheet would run; the Parquet file has it as it is.
        let is = |own: Option<&str>, said: &str| match own {
            Some(own) => own == said || safe(own) == said,
            None => said.is_empty(),
        };
        let rows = (0..self.table.len()).filter(|at| {
            let access = self.table.row(*at);
            is(access.subject, subject) && is(access.controller, controller)
        });
        self.accesses = rows.map(Access::Row).collect();
        if self.accesses.is_empty() {
            let cited = table
                .raw(row, "evidence")
                .split(';')
                .filter(|one| !one.is_empty());
            self.accesses = cited.map(|one| Access::Cited(one.to_owned())).collect();
        }
    }

    pub(super) fn wanted(&self, at: usize) -> Option<Wanted> {
        Some(match self.accesses.get(at)? {
            Access::Row(row) => {
                let row = self.table.row(*row);
                Wanted {
                    reference: row.reference(),
                    sha256: row.line_sha256.map(str::to_owned),
                }
            }
            Access::Cited(reference) => Wanted {
                reference: reference.clone(),
                sha256: None,
            },
        })
    }

    pub(super) fn controller_name(&self, at: usize) -> String {
        let row = self.controllers.get(at).copied().unwrap_or(usize::MAX);
        let id = self.controllers_table.cell(row, "controller");
        match self.controllers_table.cell(row, "name") {
            name if name.is_empty() => id,
            name => format!("{id} {name}"),
        }
    }

    pub(super) fn subject_name(&self, at: usize) -> String {
        let row = self.subjects.get(at).copied().unwrap_or(usize::MAX);
        self.subjects_table.cell(row, "subject")
    }

    /// ID, status, bounds, population, reasons, name.
    pub(super) fn controller_cells(&self, at: usize) -> Vec<String> {
        let row = self.controllers.get(at).copied().unwrap_or(usize::MAX);
        let columns = [
            "controller",
            "status",
            "subjects_min",
            "subjects_max",
            "population",
            "name",
            "reasons",
        ];
        columns
            .map(|column| self.controllers_table.cell(row, column))
            .to_vec()
    }

    pub(super) fn bounds(&self, at: usize) -> Bounds {
        let row = self.controllers.get(at).copied().unwrap_or(usize::MAX);
        let number = |column| self.controllers_table.number(row, column);
        Bounds {
            min: number("subjects_min").unwrap_or(0),
            max: number("subjects_max"),
            population: number("population"),
        }
    }

    /// ID, certainty, child, first seen, accesses, categories, routes.
    pub(super) fn subject_cells(&self, at: usize) -> Vec<String> {
        let row = self.subjects.get(at).copied().unwrap_or(usize::MAX);
        let cell = |column| self.subjects_table.cell(row, column);
        vec![
            cell("subject"),
            cell("certainty"),
            if cell("child") == "true" {
                "child".to_owned()
            } else {
                String::new()
            },
            cell("first_seen"),
            cell("accesses"),
            cell("data_categories").replace(';', " "),
            cell("routes").replace(';', ", "),
        ]
    }

    /// Time, account, client, status, bytes, certainty, route, object, reference.
    pub(super) fn access_cells(&self, at: usize) -> Vec<String> {
        let shown = |text: &str| visible(text);
        let number = |n: Option<i64>| n.map_or(String::new(), |n| n.to_string());
        match self.accesses.get(at) {
            Some(Access::Row(row)) => {
                let row = self.table.row(*row);
                vec![
                    crate::words::Stamp(row.time.saturating_mul(1000)).to_string(),
                    shown(row.account),
                    shown(row.client),
                    number(row.status),
                    number(row.bytes),
                    shown(row.certainty),
                    shown(row.route),
                    shown(row.object.unwrap_or_default()),
                ]
            }
            Some(Access::Cited(reference)) => vec![shown(reference)],
            None => Vec::new(),
        }
    }
}
