//! The case: what the responder wrote in `case.toml` and the directory tables, checked and typed.
//!
//! `load` reads everything, complains with file, line, key and remedy, and returns a [`Case`] that
//! later rooms can trust. Which log files exist is left to `source`, what a pattern means to `format`,
//! whether an account may see an object to `scope`.

mod account;
mod cells;
mod directory;
mod excerpt;
mod file;
mod leak;
mod objects;
mod parquet;
pub(crate) mod problem;
mod recognise;
mod routes;
mod rows;
pub(crate) mod section;
mod sources;
mod spreadsheet;
mod table;
mod thresholds;
pub(crate) mod times;
mod units;
mod written;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use account::AccountKey;
pub use directory::{AccountRow, Controller, Directory, Grant, Member, SessionRow, Unit};
pub use leak::{Leak, LeakRecord};
pub use objects::{Alike, ObjectRow, Objects};
pub use problem::CaseProblem;
pub use recognise::{TableLikeness, recognise};
pub use routes::variable_in;
pub use thresholds::Thresholds;
pub use written::Written;

use crate::format::Proxies;
use crate::words::{Stamp, Validity};

/// Reads a case file and every table that it names.
///
/// # Errors
/// The first complaint about the case file, or up to twenty about a table: file, line, key and what
/// to do.
pub fn load(path: &Path) -> Result<Case, CaseProblem> {
    file::load(path, &[])
}

/// [`load`], where links in the case's folder may lead into the folders of `outside` too.
///
/// # Errors
/// As [`load`].
pub fn load_with(path: &Path, outside: &[PathBuf]) -> Result<Case, CaseProblem> {
    file::load(path, outside)
}

/// What to do about a link that leads out.
pub const OUTSIDE: &str = "a case reads nothing outside of its folder that its user did not name: say --outside and the \
                           folder in which it lies, or copy it";

/// Where a case's files may lie: in its folder, and in those that its user named.
#[derive(Clone, Copy, Debug)]
pub struct Home<'h> {
    /// The folder of the case file.
    pub folder: &'h Path,
    /// Others, named by the user.
    pub outside: &'h [PathBuf],
}

impl Home<'_> {
    /// Where a path really lies, if that is in none of the folders. What has no place of its own, such as a shell's
    /// pipe, or is not there, leads nowhere.
    pub fn leads_out(&self, path: &Path) -> Option<PathBuf> {
        let place = path.canonicalize().ok()?;
        let inside = |folder: &Path| {
            let folder = folder.canonicalize();
            folder.is_ok_and(|folder| place.starts_with(folder))
        };
        let known = inside(self.folder) || self.outside.iter().any(|folder| inside(folder));
        (!known).then_some(place)
    }
}

/// Checks the text of a case that is not on disk yet and reads the tables that it names, relative to
/// `folder`; `name` stands in complaints.
///
/// # Errors
/// As [`load`].
pub fn load_text(name: &str, text: &str, folder: &Path) -> Result<Case, CaseProblem> {
    file::load_text(name, text, folder)
}

/// A checked case.
#[derive(Clone, Debug)]
pub struct Case {
    /// The case file's own name, for the manifest.
    pub file_name: String,
    /// Its path and text, for complaints about what only the logs show to be wrong.
    pub written: Written,
    /// The folder that every path in the case is relative to.
    pub folder: PathBuf,
    /// Folders outside of it that links in it may lead to.
    pub outside: Vec<PathBuf>,
    /// SHA-256 of the case file, lower-case hex.
    pub sha256: String,
    /// `[case] id`.
    pub id: String,
    /// `[case] title`; empty when left out.
    pub title: String,
    /// Zone of stamps that carry no offset; UTC when left out.
    pub timezone: chrono_tz::Tz,
    /// The time that must be answered for; `None` when left out.
    pub period: Option<Validity>,
    /// Log streams in the order of the file.
    pub sources: Vec<SourceSpec>,
    /// Routes in the order of the file.
    pub routes: Vec<RouteSpec>,
    /// Who may see what; tables that the case does not name are `None` inside.
    pub directory: Directory,
    /// `[exclude] accounts`.
    pub exclude_accounts: Vec<String>,
    /// `[exclude] clients`.
    pub exclude_clients: Vec<String>,
    /// Those of them that are addresses or networks.
    pub exclude_networks: Proxies,
    /// `[scope] unlisted = "beyond"`: accounts that `grants` does not know are beyond every scope.
    pub unlisted_beyond: bool,
    /// `[leak]`.
    pub leak: Option<Leak>,
    /// `[detect]`.
    pub thresholds: Thresholds,
    /// Whether literals of routes match without regard to case.
    pub ignore_case: bool,
    /// Keys that were read and hold, but that this version does not act on: told in the answer.
    pub not_acted_on: Vec<String>,
    /// Table files that were read: path as written in the case, bytes, SHA-256 in hex.
    pub tables: Vec<TableFile>,
}

impl Case {
    /// Whether requests from a client, as a log names it, are set aside.
    pub fn excludes_client(&self, client: &[u8]) -> bool {
        let clients = self.exclude_clients.iter();
        clients.map(String::as_bytes).any(|one| one == client) || self.exclude_networks.hold(client)
    }

    /// A case of which nothing is known but one log stream's name and what is asked of it.
    pub fn of_logs(name: &str, timezone: chrono_tz::Tz, period: Option<Validity>) -> Case {
        let source = SourceSpec {
            name: name.to_owned(),
            line: 0,
            files: Vec::new(),
            format: FormatSpec::default(),
            account: None,
            clock_correction: 0,
            gaps: Vec::new(),
            logs_routes: None,
            sampling: None,
            trusted_proxies: None,
        };
        Case {
            file_name: String::new(),
            written: Written::default(),
            folder: PathBuf::new(),
            outside: Vec::new(),
            sha256: String::new(),
            id: String::new(),
            title: String::new(),
            timezone,
            period,
            sources: vec![source],
            routes: Vec::new(),
            directory: Directory::default(),
            exclude_accounts: Vec::new(),
            exclude_clients: Vec::new(),
            exclude_networks: Proxies::default(),
            unlisted_beyond: false,
            leak: None,
            thresholds: Thresholds::default(),
            ignore_case: false,
            not_acted_on: Vec::new(),
            tables: Vec::new(),
        }
    }
}

/// A directory table as an input of the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableFile {
    /// Path as the case writes it.
    pub path: String,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256, lower-case hex.
    pub sha256: String,
}

/// One `[[source]]`.
#[derive(Clone, Debug)]
pub struct SourceSpec {
    /// Its name; unique.
    pub name: String,
    /// Line of the case file where it begins, for complaints.
    pub line: usize,
    /// Globs, relative to the case's folder.
    pub files: Vec<String>,
    /// How its lines are written.
    pub format: FormatSpec,
    /// Where the account stands; `None` = the format's own user field.
    pub account: Option<AccountKey>,
    /// Proxies whose word on a client's address is taken.
    pub trusted_proxies: Option<Arc<Proxies>>,
    /// What to add to each stamp, in nanoseconds, to undo the host's clock error.
    pub clock_correction: i64,
    /// Known holes.
    pub gaps: Vec<DeclaredGap>,
    /// Indices into `Case::routes` of the routes that it records; `None` = all.
    pub logs_routes: Option<Vec<usize>>,
    /// The share of lines that was kept when the log was written; `None` = all.
    pub sampling: Option<f64>,
}

/// How a source's lines are written.
#[derive(Clone, Debug, Default)]
pub struct FormatSpec {
    /// `format = "..."`; `None` when a pattern stands instead. `"auto"` is kept as such and meant
    /// where nothing is said; `"json"` is meant where only fields are.
    pub name: Option<String>,
    /// `pattern = "..."`.
    pub pattern: Option<String>,
    /// `fields = { time = "ts", ... }`: our name to the log's dotted path, in the order written.
    pub fields: Vec<(String, String)>,
}

/// A hole that the case declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredGap {
    /// First instant of the hole.
    pub from: Stamp,
    /// First instant after it.
    pub until: Stamp,
    /// The responder's words.
    pub reason: String,
}

/// One `[[route]]`.
#[derive(Clone, Debug)]
pub struct RouteSpec {
    /// Its name; unique.
    pub name: String,
    /// Line of the case file where it begins, for complaints.
    pub line: usize,
    /// The part of the platform that it belongs to; empty when left out.
    pub module: String,
    /// Upper-case methods; empty = all.
    pub method: Vec<String>,
    /// Path template as written, but without a slash at its end; checked: `{name}` is one segment, or what stands there
    /// between the letters around it (`{name}.json`), `{name*}` the rest and last.
    pub path: String,
    /// Parameters that a request must carry, with their values, by name.
    pub query: Vec<(String, String)>,
    /// Path variable or query parameter that holds object IDs.
    pub object: Option<String>,
    /// Path variable or query parameter that holds the container's ID.
    pub container: Option<String>,
    /// How pages of the container are asked for; `None` = one request returns all.
    pub page: Option<PageSpec>,
    /// Data categories.
    pub discloses: Vec<Category>,
    /// A body of fewer bytes discloses nothing; `None` = any body over 0 does.
    pub empty_below: Option<u64>,
    /// Checks that the route is known to lack (`unchecked`): whom its users could see is computed from them.
    pub unchecked: Vec<Check>,
}

impl RouteSpec {
    /// Whether its answers may tell of data subjects: it names what it returns, or says of what kind that is. A `discloses`
    /// that was left empty is no word that it returns nothing.
    pub fn returns(&self) -> bool {
        self.object.is_some() || self.container.is_some() || !self.discloses.is_empty()
    }

    /// Whether its answers hold a data category, at least of those who have filled it in.
    pub fn tells(&self, category: &str) -> bool {
        self.discloses.iter().any(|one| one.name == category)
    }
}

/// A check of scope that a route may lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Check {
    /// Protected identity.
    Protected,
    /// School form.
    Form,
    /// Unit: whoever is signed in sees everything.
    Unit,
}

impl Check {
    /// All of them.
    pub const ALL: [Check; 3] = [Check::Protected, Check::Form, Check::Unit];

    /// The word in the case file.
    pub fn word(self) -> &'static str {
        match self {
            Check::Protected => "protected",
            Check::Form => "form",
            Check::Unit => "unit",
        }
    }
}

/// How a container is paged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PageSpec {
    /// `page = { query = "page", first = 1, size = 25 }`.
    Number {
        /// Query parameter with the page's number.
        query: String,
        /// Number of the first page.
        first: u64,
        /// Members on a page.
        size: u64,
    },
    /// `page = { offset = "skip", limit = "take", size = 25 }`.
    Offset {
        /// Query parameter with the number of members to pass over.
        offset: String,
        /// Query parameter with the number of members to return; `None` when the route has none.
        limit: Option<String>,
        /// Members on a page when the request does not say.
        size: u64,
    },
}

/// A data category that a route discloses.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Category {
    /// Its name, without the question mark.
    pub name: String,
    /// Written with `?`: only where the subject has filled it in.
    pub optional: bool,
}

/// Whether an instant lies in the period that must be answered for.
pub fn in_period(period: Option<Validity>, at: Stamp) -> bool {
    period.is_none_or(|p| p.holds(at))
}
