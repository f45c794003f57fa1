//! The directory: who exists, what belongs to whom, who may see what, over time.
//!
//! Plain tables with IDs turned into indices; no judgement. Scope is judged in `scope`.

use std::sync::Arc;

use super::Objects;
use crate::words::{Stamp, Validity};

/// All tables. `None` = the case does not name that table (for `controllers` and `units`: nor does
/// another table name any); what is lost without it is said later.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    /// `as_of`: when the tables were written out; `None` = the case does not say.
    pub as_of: Option<Stamp>,
    /// Sorted by ID. Without `controllers` but with `units`, the controllers that units name.
    pub controllers: Option<Vec<Controller>>,
    /// In file order. A parent that is not in the table is a complaint, so is a circle. Without the table, but with `grants`
    /// or `objects`: the units that they name, each on its own, without parent and controller.
    pub units: Option<Vec<Unit>>,
    /// Whether the case names the table of units at all; without it nobody knows which lie below which.
    pub units_told: bool,
    /// In file order.
    pub grants: Option<Vec<Grant>>,
    /// Whether `grants` has the column `protected` at all (CASE.md §2).
    pub grants_say_protected: bool,
    /// In file order.
    pub objects: Option<Objects>,
    /// Whether `objects` has the column `fields` at all.
    pub objects_say_fields: bool,
    /// Whether `objects` has the column `protected` at all; without it nobody knows who is.
    pub objects_say_protected: bool,
    /// Whether `objects` has the column `child` at all.
    pub objects_say_child: bool,
    /// In file order, which is the order in which pages list them.
    pub members: Option<Vec<Member>>,
    /// In file order.
    pub sessions: Option<Vec<SessionRow>>,
    /// In file order.
    pub accounts: Option<Vec<AccountRow>>,
}

/// A row of `controllers`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Controller {
    /// ID; unique.
    pub id: String,
    /// Name; the ID where the table has none.
    pub name: String,
}

/// A row of `units`, with its parent's controller inherited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// ID; unique.
    pub id: String,
    /// Index of the unit above.
    pub parent: Option<u32>,
    /// Index into `Directory::controllers`, own or inherited.
    pub controller: Option<u32>,
    /// Kind of unit: city, district, school, class, ...
    pub kind: String,
    /// School form; empty where none is said.
    pub form: String,
}

/// A row of `grants`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Account.
    pub account: Box<str>,
    /// Role; rows of the same role share it.
    pub role: Arc<str>,
    /// Index of the unit that it covers, with all below.
    pub unit: u32,
    /// School form that it is limited to; `None` = any.
    pub form: Option<Arc<str>>,
    /// May see protected persons.
    pub protected: bool,
    /// When it holds.
    pub valid: Validity,
}

/// A row of `members`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Container's ID.
    pub container: String,
    /// Object's ID.
    pub object: String,
    /// When it stood there.
    pub valid: Validity,
}

/// A row of `sessions`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// What the log writes.
    pub session: String,
    /// Whose it was.
    pub account: String,
    /// When.
    pub valid: Validity,
}

/// A row of `accounts`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRow {
    /// Account; unique.
    pub account: String,
    /// The data subject that the account's holder is; empty where not said.
    pub subject: String,
    /// Index into `Directory::controllers`.
    pub controller: Option<u32>,
    /// `person`, `service`, `shared`, `test`; `person` where the cell is empty.
    pub kind: String,
    /// From creation to closing.
    pub open: Validity,
}
