//! The words of `synth`, whose choices are lists of their own.

use std::path::PathBuf;

use clap::Args;
use clap::builder::TypedValueParser as _;

use crate::synth::{Attack, Flaw, Hand, LeakFrom, LogFormat, Pace, Split};

/// `synth`.
#[derive(Args, Debug)]
pub struct SynthArgs {
    /// Seed: the same seed makes the same case, byte for byte
    #[arg(long, value_name = "N")]
    pub seed: u64,
    /// Folder for the case: new or empty
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// What the attacker does [default: by the seed]
    #[arg(long, value_parser = clap::builder::PossibleValuesParser::new(Attack::NAMES).try_map(|name| name.parse::<Attack>()))]
    pub attack: Option<Attack>,
    /// How the logs are written [default: by the seed]
    #[arg(long, value_parser = clap::builder::PossibleValuesParser::new(LogFormat::NAMES).try_map(|name| name.parse::<LogFormat>()))]
    pub format: Option<LogFormat>,
    /// Controllers [default: 20]
    #[arg(long, value_name = "N")]
    pub tenants: Option<u32>,
    /// Accounts, about [default: 3000]
    #[arg(long, value_name = "N")]
    pub accounts: Option<u32>,
    /// Days that the logs cover [default: 14]
    #[arg(long, value_name = "N")]
    pub days: Option<u32>,
    /// Log lines, about [default: 50000]
    #[arg(long, value_name = "N")]
    pub lines: Option<u64>,
    /// Per mille of the accounts whose honest work lies beyond what the tables say
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub hard: u32,
    /// Foreign IDs or books that the attack takes [default: by the seed]
    #[arg(long, value_name = "N")]
    pub extent: Option<u32>,
    /// How fast the attack goes [default: as the attack goes]
    #[arg(long, value_parser = clap::builder::PossibleValuesParser::new(Pace::NAMES).try_map(|name| name.parse::<Pace>()))]
    pub pace: Option<Pace>,
    /// Accounts of the attack "several" [default: by the seed]
    #[arg(long, value_name = "N")]
    pub accomplices: Option<u32>,
    /// How they share the work [default: by the seed]
    #[arg(long, value_parser = clap::builder::PossibleValuesParser::new(Split::NAMES).try_map(|name| name.parse::<Split>()))]
    pub split: Option<Split>,
    /// Whose hand moves the attack [default: as the attack goes]
    #[arg(long, value_parser = clap::builder::PossibleValuesParser::new(Hand::NAMES).try_map(|name| name.parse::<Hand>()))]
    pub hand: Option<Hand>,
    /// What the evidence lacks (repeat it for more)
    #[arg(long = "flaw", value_parser = clap::builder::PossibleValuesParser::new(Flaw::NAMES).try_map(|name| name.parse::<Flaw>()))]
    pub flaws: Vec<Flaw>,
    /// Publish so many records (leak.csv and [leak])
    #[arg(long, value_name = "N")]
    pub leak: Option<u32>,
    /// Where the published records come from
    #[arg(long, default_value = "attack", value_parser = clap::builder::PossibleValuesParser::new(LeakFrom::NAMES).try_map(|name| name.parse::<LeakFrom>()))]
    pub leak_from: LeakFrom,
    /// Say it as JSON (breachscope.synth/1)
    #[arg(long)]
    pub json: bool,
}
