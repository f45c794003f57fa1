//! What a practice case is asked to be: seed, size, attack, format, defects.
//!
//! Each choice is an enum with its list of `NAMES`, so that flags and messages need no second list.

use std::fmt;
use std::str::FromStr;

use super::problem::SynthProblem;

/// What to generate. `new` gives the defaults; every field may then be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The same seed and settings give the same bytes.
    pub seed: u64,
    /// Controllers, each with its part of the platform; at least [`Settings::LEAST_TENANTS`].
    pub tenants: u32,
    /// Accounts, about; at least [`Settings::LEAST_PER_TENANT`] for each tenant.
    pub accounts: u32,
    /// Days that the logs cover; at least [`Settings::LEAST_DAYS`].
    pub days: u32,
    /// Log lines, about: ordinary use is scaled to reach them; fixed jobs may exceed a low number.
    pub lines: u64,
    /// `None` = chosen by the seed.
    pub attack: Option<Attack>,
    /// `None` = chosen by the seed.
    pub format: Option<LogFormat>,
    /// What is untidy in the logs.
    pub defects: Defects,
    /// Per mille of the accounts whose honest work lies beyond what the tables say.
    pub hard: u32,
    /// How many foreign IDs or books an attack takes; `None` = by the seed.
    pub extent: Option<u32>,
    /// How fast; `None` = as the attack goes.
    pub pace: Option<Pace>,
    /// Accounts of the attack `several`; `None` = by the seed.
    pub accomplices: Option<u32>,
    /// How they share the work; `None` = by the seed.
    pub split: Option<Split>,
    /// Whose hand moves it; `None` = as the attack goes.
    pub hand: Option<Hand>,
    /// What the evidence lacks.
    pub flaws: Vec<Flaw>,
    /// How many records are published, and where they come from.
    pub leak: Option<(u32, LeakFrom)>,
}

impl Settings {
    /// Fewer tenants could not hold an enumeration that is clearly one.
    pub const LEAST_TENANTS: u32 = 12;
    /// Fewer accounts would leave a tenant without a class.
    pub const LEAST_PER_TENANT: u32 = 40;
    /// Fewer days would leave no room for a slow attack.
    pub const LEAST_DAYS: u32 = 7;

    /// The defaults: 20 tenants, about 3,000 accounts, two weeks, about 50,000 lines.
    pub fn new(seed: u64) -> Settings {
        Settings {
            seed,
            tenants: 20,
            accounts: 3_000,
            days: 14,
            lines: 50_000,
            attack: None,
            format: None,
            defects: Defects::Usual,
            hard: 0,
            extent: None,
            pace: None,
            accomplices: None,
            split: None,
            hand: None,
            flaws: Vec::new(),
            leak: None,
        }
    }

    pub(super) fn check(&self) -> Result<(), SynthProblem> {
        let too_small = |what: &str, have: u64, least: u64| {
            Err(SynthProblem::Settings(format!(
                "{what} is {have}; the least is {least}"
            )))
        };
        let least_accounts = u64::from(self.tenants) * u64::from(Self::LEAST_PER_TENANT);
        if self.tenants < Self::LEAST_TENANTS {
            return too_small("tenants", self.tenants.into(), Self::LEAST_TENANTS.into());
        }
        if u64::from(self.accounts) < least_accounts {
            return too_small("accounts", self.accounts.into(), least_accounts);
        }
        if self.days < Self::LEAST_DAYS {
            return too_small("days", self.days.into(), Self::LEAST_DAYS.into());
        }
        match (self.tenants, self.days) {
            (10_000.., _) => Err(SynthProblem::Settings("tenants is over 9,999".to_owned())),
            (_, 3_661..) => Err(SynthProblem::Settings("days is over 3,660".to_owned())),
            _ => Ok(()),
        }
    }
}

/// Declares a choice: its variants, their names, and both ways between them.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident, $what:literal { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Every choice, in the order of `NAMES`.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];
            /// The names that flags take and `truth.json` writes.
            pub const NAMES: &'static [&'static str] = &[$($word),+];

            /// The name of this choice.
            pub fn name(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }

        impl FromStr for $name {
            type Err = SynthProblem;

            fn from_str(text: &str) -> Result<$name, SynthProblem> {
                match text {
                    $($word => Ok($name::$variant),)+
                    _ => Err(SynthProblem::Settings(format!(
                        concat!("no ", $what, " is called \"{}\"; there are: {}"),
                        text,
                        Self::NAMES.join(", "),
                    ))),
                }
            }
        }
    };
}

choice! {
    /// What the attacker does.
    Attack, "attack" {
        /// Nobody attacks; a shared link may still show a contact to the wrong person.
        None = "none",
        /// Consecutive IDs.
        Sequential = "sequential",
        /// Every second, seventh, ... ID, or downwards.
        Stride = "stride",
        /// Known IDs in random order.
        Shuffled = "shuffled",
        /// Foreign address books, a page or two of each.
        Containers = "containers",
        /// Whole tenants' directories, page by page to the end.
        Paging = "paging",
        /// Many IDs in one request.
        Batch = "batch",
        /// A few IDs a day over the whole time.
        Slow = "slow",
        /// Several accounts share the IDs between them.
        Several = "several",
        /// One foreign tenant, as deep as it goes.
        OneTenant = "one-tenant",
        /// Somebody else uses an ordinary account's session.
        TakenOver = "taken-over",
        /// Several accounts each fetch all that they may see: `harvest`.
        Pool = "pool",
        /// Foreign IDs, all refused because the check is in place.
        Probing = "probing",
    }
}

choice! {
    /// How fast an attack goes.
    Pace, "pace" {
        /// Several in a second or every few seconds.
        Burst = "burst",
        /// A few a day over the whole time.
        Slow = "slow",
    }
}

choice! {
    /// How several accounts share an attack.
    Split, "split" {
        /// In turns.
        Round = "round",
        /// In stretches.
        Chunks = "chunks",
        /// At random.
        Shuffled = "shuffled",
    }
}

choice! {
    /// Whose hand moves the attack, where it is not as the attack goes.
    Hand, "hand" {
        /// The account's owner, from a connection that they use for nothing else.
        Elsewhere = "elsewhere",
        /// A stranger with the owner's session, at the one address of the owner's schools and with the owner's browser.
        School = "school",
        /// One stranger with every account's session, from one address.
        OneAddress = "one-address",
        /// Two who know nothing of each other.
        Two = "two",
    }
}

choice! {
    /// What the evidence lacks.
    Flaw, "flaw" {
        /// Some hours are lost, and nobody says so.
        Hole = "hole",
        /// One of three hosts is missing in the second half.
        MissingHost = "missing-host",
        /// Every second line at random; the case says so.
        Sampled = "sampled",
        /// Book pages are not logged; the case says so.
        UnloggedRoute = "unlogged-route",
        /// The first third of the period is lost.
        CutStart = "cut-start",
        /// The last third of the period is lost.
        CutEnd = "cut-end",
        /// The clock falls back by an hour in the middle.
        Clock = "clock",
        /// No byte counts.
        NoBytes = "no-bytes",
        /// The tables are as of the third day.
        StaleDirectory = "stale-directory",
        /// No table of grants.
        NoGrants = "no-grants",
        /// Of grants, objects and members none.
        OnlyAccounts = "only-accounts",
        /// Some minutes are lost, and the case says so.
        ToldHole = "told-hole",
        /// One of three hosts is missing from the start.
        NeverHost = "never-host",
        /// The log of one day is missing.
        LostDay = "lost-day",
    }
}

choice! {
    /// Where published records come from.
    LeakFrom, "source of a leak" {
        /// A random part of what the attack took.
        Attack = "attack",
        /// The first part, by ID, of what the attack took.
        Biased = "biased",
        /// A copy of the database: no request took it.
        Dump = "dump",
        /// Half of each.
        Mixed = "mixed",
        /// What an integration reads anyway.
        Service = "service",
        /// What one administrator exported, all of it theirs to see.
        Insider = "insider",
        /// What the attack took, with every third record put into another unit.
        Altered = "altered",
        /// Half what the attack took, half made up.
        Invented = "invented",
        /// One class, as everybody in it may see it.
        Class = "class",
    }
}

choice! {
    /// How the log lines are written.
    LogFormat, "log format" {
        /// nginx and Apache `combined`.
        Combined = "combined",
        /// Common log format: no referer, no user agent.
        Common = "common",
        /// W3C extended, as IIS writes it.
        W3c = "w3c",
        /// JSON lines that need a field map.
        Json = "json",
        /// An nginx `log_format` of its own.
        Nginx = "nginx",
        /// An Apache `LogFormat` of its own.
        Apache = "apache",
    }
}

choice! {
    /// What is wrong with the logs.
    Defects, "set of defects" {
        /// Plain files, plain targets, every line a request.
        None = "none",
        /// What real folders hold: packed files, copies, overlaps, garbage, blanks, messy targets.
        Usual = "usual",
    }
}
