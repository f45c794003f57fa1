//! What is told of one account: what everybody asks for, and what is read of it one account at a time.

use serde::{Deserialize, Serialize};

use crate::detect::explain::Told;
use crate::detect::takeover::OtherClient;
use crate::detect::{Facts, Group, Judgement, Verdict, hand};
use crate::impact::{AccountShare, Citation, Rhythm, Run};
use crate::scope::{Basis, Person, PersonKind};
use crate::words::{Reason, Stamp};

/// One account after everything was weighed. All of these are in memory at the same time, so what only its own entry
/// tells stands in its [`Details`].
#[derive(Debug, Serialize, Deserialize)]
pub struct AccountOutcome {
    /// Its number.
    pub number: u32,
    /// Which details are its own.
    pub(super) place: u32,
    /// Who it is.
    pub person: Person,
    /// Controllers that it belongs to.
    pub home: Vec<u32>,
    /// Kind by the table of accounts; empty where it says none.
    pub kind: String,
    /// What the judgement of scope rests on.
    pub basis: Basis,
    /// Something is beyond its scope by a learned label only.
    pub by_label: bool,
    /// Something was disclosed to it since the directory is out of date.
    pub by_age: bool,
    /// All its accesses.
    pub accesses: u64,
    /// First and last access.
    pub span: (Stamp, Stamp),
    /// An account that the table of grants does not know.
    pub unlisted: bool,
    /// Whose connection moved it beyond its scope.
    pub connection: hand::Connection,
    /// IDs that it took of walks which several accounts share.
    pub shared: u32,
    /// What it is called; `None` for an ordinary account, and while it is only measured.
    pub verdict: Option<Verdict>,
    /// What it reached. Once all accounts are put together, only what is beyond its scope.
    pub share: AccountShare,
}

/// What only an account's own entry tells.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Details {
    /// Roles by its grants, sorted.
    pub roles: Vec<String>,
    /// Its peers: accounts of the same roles.
    pub group: Group,
    /// How many objects it may see; counted for large collections only.
    pub reachable: u64,
    /// All that it asked for in its scope came after all that it asked for beyond, over days.
    pub moved_in: bool,
    /// What was measured.
    pub facts: Facts,
    /// Which templates explained which of its contacts beyond scope.
    pub told: Told,
    /// Another client behind its contacts beyond scope, as it seems.
    pub other_client: Option<OtherClient>,
    /// What was decided, and why; not yet when it is only measured.
    pub judgement: Judgement,
    /// Its ordered runs in which something is missing; not yet when it is only measured.
    pub runs: Vec<Run>,
    /// The requests of what it collected in its scope, if that is a harvest.
    pub collected: Vec<Citation>,
    /// What its own pace tells of the logs; not yet when it is only measured.
    pub rhythm: Rhythm,
    /// The distinct requests that disclosed what nobody can decide, sorted; not yet when it is only measured.
    pub undecided: Vec<Citation>,
}

impl AccountOutcome {
    /// What the judgement of its scope rests on: a learned label makes it inferred even beside grants.
    pub fn scope(&self) -> Basis {
        match (self.basis, self.by_label) {
            (Basis::Directory, true) => Basis::Inferred,
            (basis, _) => basis,
        }
    }

    /// Why figures of this account are not exact.
    pub fn reasons(&self) -> Vec<Reason> {
        let unattributed = self.person.kind == PersonKind::UnattributedClient;
        let unlisted = self.person.kind == PersonKind::Account && self.basis != Basis::Directory;
        let all = [
            unattributed.then_some(Reason::NoAccount),
            unlisted.then_some(Reason::NoGrants),
            (self.by_label || self.by_age).then_some(Reason::NoDirectory),
            (self.kind == "shared").then_some(Reason::SharedAccount),
        ];
        all.into_iter().flatten().collect()
    }
}
