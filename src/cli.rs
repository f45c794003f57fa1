//! The command line's words: types only. Help, man page and completions are made from them.

mod custody;
mod practice;
mod stage;
mod terminal;

use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand};

use crate::case::AccountKey;
use crate::format::Proxies;
use crate::report::html::Language;

pub use custody::{
    AttestArgs, EvidenceArgs, ExportArgs, ExportFormat, JournalArgs, JournalCommand,
};
pub use practice::SynthArgs;
pub use stage::{
    AnalyseArgs, ConcludeArgs, ContextArgs, ExtractArgs, FoldArgs, PlanArgs, Stage, StageArgs,
    StageCase,
};
pub use terminal::{CompletionsArgs, DemoArgs, ManArgs, ScreenArgs, ViewArgs};

/// Scopes a data breach from raw access logs: which controllers and data subjects were affected, by which
/// raw lines, and what the logs cannot tell. Works offline; never writes near the logs.
///
/// Exit: 0 done; 1 failed, nothing half-written; 2 wrong usage or a case file that does not hold; 3 (verify)
/// something is contradicted; 4 (verify) nothing contradicted, something not determinable.
#[derive(Debug, Parser)]
#[command(name = "breachscope", version = crate::report::BUILD, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Answer a case: which accounts walked beyond their scope, which controllers and data subjects were reached
    Scan(ScanArgs),
    /// Tell the story of one account from a finished answer: scope, visits, signals, what would change the verdict
    Explain(ExplainArgs),
    /// Render a finished answer again: in another language, as workbook, PDF or tables, or as answers to an authority's questions
    Report(ReportArgs),
    /// Hold a vendor's statements, or a finished answer, against the raw logs
    Verify(VerifyArgs),
    /// Bring back the raw lines behind rows of a finished answer, each with its digest, or put them into a bag
    Evidence(EvidenceArgs),
    /// Say what an answer was made of as in-toto statement, signature and request for a time stamp
    Attest(AttestArgs),
    /// Check a journal of runs
    Journal(JournalArgs),
    /// Give a finished answer to another program: Timesketch, OCSF or CASE
    Export(ExportArgs),
    /// Print what was read from logs as JSON lines, to hold against another parser
    Records(RecordsArgs),
    /// Say what logs can and cannot answer: sources, fields, routes, holes, and what to ask the vendor for
    Inspect(InspectArgs),
    /// Propose a case from what logs show; every guess says what it rests on
    Init(InitArgs),
    /// Make a practice case with its truth
    Synth(SynthArgs),
    /// Answer practice cases with known truth and print how often this build is wrong
    Selftest(SelftestArgs),
    /// Make a pack for each controller from a finished answer, which shows nothing of any other; or check packs for leaks
    Pack(PackArgs),
    /// Delete keys of packs, and packs, and keep a record of what was deleted
    Purge(PurgeArgs),
    /// Browse a finished answer on the full screen: controllers, data subjects, accesses, raw lines
    View(ViewArgs),
    /// Answer the case that the program carries with it, and say what to look at
    Demo(DemoArgs),
    /// Print the completions of a shell
    Completions(CompletionsArgs),
    /// Write the manual, a page for each command
    Man(ManArgs),
    /// One step of a scan, for an engine that runs it on many machines (cluster/job.py)
    Stage(StageArgs),
}

/// `pack`.
#[derive(Args, Debug)]
pub struct PackArgs {
    /// Folder of a finished answer; with --check it may be left out
    #[arg(value_name = "ANSWER", required_unless_present = "check")]
    pub answer: Option<PathBuf>,
    /// The case file that the answer was made from; its logs are read again
    #[arg(long, value_name = "CASE.toml")]
    pub case: PathBuf,
    /// Folder for the packs: new or empty, not inside the answer or a folder that holds logs
    #[arg(
        long,
        value_name = "DIR",
        required_unless_present = "check",
        conflicts_with = "check"
    )]
    pub out: Option<PathBuf>,
    /// Make nothing; hold packs that lie in this folder against the case and its logs
    #[arg(long, value_name = "DIR")]
    pub check: Option<PathBuf>,
    /// Only this controller, by ID or name (repeat it for more)
    #[arg(long = "controller", value_name = "C")]
    pub controllers: Vec<String>,
    /// Public key (age1...) that protected persons are sealed to; C=KEY for one controller only (repeat it for more)
    #[arg(long = "recipient", value_name = "[C=]AGE_PUBLIC_KEY")]
    pub recipients: Vec<String>,
    /// Keys of the pseudonyms: read if the file exists, else made and written for its owner alone [default: made and
    /// forgotten]
    #[arg(long, value_name = "FILE")]
    pub keys: Option<PathBuf>,
    /// The processor's own list too, in DIR/master: every account by its name, and what each pseudonym stands for
    #[arg(long)]
    pub master: bool,
    /// The supervisory authority's set too, in DIR/regulator
    #[arg(long)]
    pub regulator: bool,
    /// Say it as JSON (breachscope.pack/1)
    #[arg(long)]
    pub json: bool,
}

/// `purge`.
#[derive(Args, Debug)]
pub struct PurgeArgs {
    /// The keys file that `pack --keys` wrote
    #[arg(long, value_name = "FILE")]
    pub keys: PathBuf,
    /// The folder that `pack --out` wrote
    #[arg(long, value_name = "DIR")]
    pub packs: Option<PathBuf>,
    /// Where to write what was deleted; never overwritten
    #[arg(long, value_name = "FILE")]
    pub record: PathBuf,
    /// Say it as JSON (breachscope.purge/1)
    #[arg(long)]
    pub json: bool,
}

/// `scan`.
#[derive(Args, Debug)]
pub struct ScanArgs {
    /// The case file (case.toml); every path in it is relative to it
    #[arg(value_name = "CASE.toml")]
    pub case: PathBuf,
    /// Folder for the answer: new or empty, and not inside a folder that holds logs
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// How files are read
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// Most memory for accesses and names, such as 500M or 8G; accesses beyond a third of it go to disk, in the folder
    /// where --out will be [default: a quarter of the machine's]
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub memory: Option<u64>,
    /// Keep what was read from the logs in this folder (personal data): a scan that was stopped goes on where it stood,
    /// and another one with other tables, thresholds or period starts from there. A log counts as the same while its
    /// place, size and times are
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
    /// Another finished answer to compare with, such as one with the grants as they were: comparison.json
    #[arg(long, value_name = "OTHER-ANSWER")]
    pub compare: Option<PathBuf>,
    /// Hash the logs again when all is done, and fail where a digest differs
    #[arg(long)]
    pub rehash: bool,
    /// Add this run to a journal, each of whose lines names the digest of the one before; not in the answer, not near logs
    #[arg(long, value_name = "FILE")]
    pub journal: Option<PathBuf>,
    /// Say nothing at the end
    #[arg(long, short)]
    pub quiet: bool,
    /// Say it as JSON (breachscope.scan/1)
    #[arg(long)]
    pub json: bool,
    /// How the screen speaks
    #[command(flatten)]
    pub screen: ScreenArgs,
}

impl ScanArgs {
    /// A scan as it goes without any flag, that says nothing at the end.
    pub fn quietly(case: &Path, out: &Path) -> ScanArgs {
        ScanArgs {
            case: case.to_owned(),
            out: out.to_owned(),
            reading: ReadingArgs::default(),
            memory: None,
            keep: None,
            compare: None,
            rehash: false,
            journal: None,
            quiet: true,
            json: false,
            screen: ScreenArgs::default(),
        }
    }
}

/// `explain`.
#[derive(Args, Debug)]
pub struct ExplainArgs {
    /// Folder of a finished answer
    #[arg(value_name = "ANSWER")]
    pub answer: PathBuf,
    /// Account as accounts.csv names it, or client:ADDRESS
    #[arg(value_name = "ACCOUNT")]
    pub account: String,
    /// Say it as JSON (breachscope.explain/1)
    #[arg(long)]
    pub json: bool,
    /// How the screen speaks
    #[command(flatten)]
    pub screen: ScreenArgs,
}

/// `report`.
#[derive(Args, Debug)]
pub struct ReportArgs {
    /// Folder of a finished answer
    #[arg(value_name = "ANSWER")]
    pub answer: PathBuf,
    /// As what: the page, a workbook, a document to print, or tables for other programs [default: html; md with --answers]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub format: Option<ReportFormat>,
    /// Answer an authority's questions instead
    #[arg(long, value_name = "NAME|FILE.toml", help = answers_help())]
    pub answers: Option<PathBuf>,
    /// Language of what people read: English, Swedish or Danish
    #[arg(long, value_name = "LANG", default_value = "en", value_parser = clap::builder::PossibleValuesParser::new(Language::CODES))]
    pub lang: String,
    /// File to write, never over another one; for csv and parquet a folder, new or empty [default: standard output, if that
    /// is no terminal]
    #[arg(long, value_name = "FILE|DIR")]
    pub out: Option<PathBuf>,
    /// With --out: say as JSON what was written (breachscope.written/1)
    #[arg(long, requires = "out")]
    pub json: bool,
}

fn formats_help() -> String {
    format!(
        "How the lines are written, where they do not tell it themselves: {}",
        crate::format::known().join(", ")
    )
}

fn answers_help() -> String {
    let names: Vec<&str> = crate::report::answers::shipped().collect();
    format!(
        "Answer an authority's questions instead, as far as the logs can: a shipped form ({}) or a file with questions of \
         your own; as md, html or json",
        names.join(", ")
    )
}

/// What `report` writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ReportFormat {
    /// The page
    Html,
    /// A workbook: controllers, accounts, data subjects, bounds, cause, methods, glossary
    Xlsx,
    /// The answer in short, to print and file
    Pdf,
    /// A folder of tables
    Csv,
    /// One document with all tables
    Json,
    /// A folder of typed tables
    Parquet,
    /// Markdown, for --answers
    Md,
}

/// `verify`.
#[derive(Args, Debug)]
pub struct VerifyArgs {
    /// With --claims the case file that names the logs and the directory; without it, the folder of a finished answer
    #[arg(value_name = "CASE.toml | ANSWER")]
    pub subject: PathBuf,
    /// Statements to hold against the logs
    #[arg(long, value_name = "CLAIMS.toml")]
    pub claims: Option<PathBuf>,
    /// With --claims: also write an annex for a letter, as HTML or Markdown by the file's name; never overwritten, and not
    /// in a folder that holds logs
    #[arg(
        long,
        value_name = "FILE.html|FILE.md",
        requires = "claims",
        conflicts_with = "case"
    )]
    pub annex: Option<PathBuf>,
    /// Of an answer, the case file that it was made from [default: the file of that name and digest where you stand, or
    /// in a folder above the answer]
    #[arg(long, value_name = "CASE.toml", conflicts_with = "claims")]
    pub case: Option<PathBuf>,
    /// Say it as JSON (breachscope.claims/1 or breachscope.verification/1)
    #[arg(long)]
    pub json: bool,
    /// How files are read
    #[command(flatten)]
    pub reading: ReadingArgs,
}

/// `selftest`.
#[derive(Args, Debug)]
pub struct SelftestArgs {
    /// Say it as JSON (breachscope.selftest/1)
    #[arg(long)]
    pub json: bool,
}

/// How files are read; never changes an answer.
#[derive(Args, Debug, Default)]
pub struct ReadingArgs {
    /// Threads [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Read files plainly instead of mapping them
    #[arg(long)]
    pub no_mmap: bool,
    /// A folder outside of the case's own that links in it may lead to (repeat it for more)
    #[arg(long, value_name = "DIR")]
    pub outside: Vec<PathBuf>,
}

/// `records`.
#[derive(Args, Debug)]
pub struct RecordsArgs {
    /// Log files
    #[arg(value_name = "LOG", required = true)]
    pub logs: Vec<PathBuf>,
    /// How the lines are written
    #[arg(long, value_name = "NAME", default_value = "auto", conflicts_with = "pattern", help = formats_help())]
    pub format: String,
    /// An nginx log_format or Apache LogFormat string
    #[arg(long, value_name = "STRING")]
    pub pattern: Option<String>,
    /// For JSON and tables: our name and the log's dotted path or column, such as time=ts (repeat it for more)
    #[arg(long = "field", value_name = "NAME=PATH", value_parser = field)]
    pub fields: Vec<(String, String)>,
    /// Print the account too, from where it stands: a field, cookie:NAME, header:NAME, query:NAME or jwt:CLAIM@KEY
    #[arg(long, value_name = "KEY", value_parser = account)]
    pub account: Option<AccountKey>,
    /// A proxy, or a network of them, whose word on a client's address is taken (repeat it for more)
    #[arg(long = "trusted-proxy", value_name = "NET", value_parser = proxy)]
    pub trusted_proxies: Vec<String>,
    /// Zone of stamps that carry no offset
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    pub timezone: String,
}

/// How lines are written.
#[derive(Args, Debug)]
pub struct WritingArgs {
    /// How the lines are written
    #[arg(long, value_name = "NAME", default_value = "auto", conflicts_with = "pattern", help = formats_help())]
    pub format: String,
    /// An nginx log_format or Apache LogFormat string
    #[arg(long, value_name = "STRING")]
    pub pattern: Option<String>,
    /// For JSON and tables: our name and the log's dotted path or column, such as time=ts (repeat it for more)
    #[arg(long = "field", value_name = "NAME=PATH", value_parser = field)]
    pub fields: Vec<(String, String)>,
    /// Zone of stamps that carry no offset
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    pub timezone: String,
}

/// `inspect`.
#[derive(Args, Debug)]
pub struct InspectArgs {
    /// Log files, or folders that hold some; with a case, its own logs where none are named
    #[arg(value_name = "LOG", required_unless_present = "case")]
    pub logs: Vec<PathBuf>,
    /// A case: its routes, period and directory are what the logs are held against
    #[arg(long, value_name = "CASE.toml")]
    pub case: Option<PathBuf>,
    /// A folder outside of the case's own that links in it may lead to (repeat it for more)
    #[arg(long, value_name = "DIR", requires = "case")]
    pub outside: Vec<PathBuf>,
    /// Say it as JSON (breachscope.inspect/1)
    #[arg(long)]
    pub json: bool,
    /// How the lines are written
    #[command(flatten)]
    pub writing: WritingArgs,
    /// Threads [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
}

/// `init`.
#[derive(Args, Debug)]
pub struct InitArgs {
    /// Log files, or folders that hold some, in or below the folder of the case file
    #[arg(value_name = "LOG", required = true)]
    pub logs: Vec<PathBuf>,
    /// Folder with directory tables: who exists, who may see what (CSV or Parquet, told by their columns)
    #[arg(long, value_name = "DIR")]
    pub directory: Option<PathBuf>,
    /// The case file to write; never overwritten
    #[arg(long, value_name = "CASE.toml", default_value = "case.toml")]
    pub out: PathBuf,
    /// The case's name [default: the folder's]
    #[arg(long, value_name = "ID")]
    pub id: Option<String>,
    /// Ask nothing, also on a terminal
    #[arg(long, short)]
    pub yes: bool,
    /// How the lines are written
    #[command(flatten)]
    pub writing: WritingArgs,
    /// Say it as JSON (breachscope.init/1)
    #[arg(long)]
    pub json: bool,
}

fn size(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit: u64 = match text[digits.len()..].to_ascii_uppercase().as_str() {
        "" | "B" => 1,
        "K" | "KB" | "KIB" => 1 << 10,
        "M" | "MB" | "MIB" => 1 << 20,
        "G" | "GB" | "GIB" => 1 << 30,
        "T" | "TB" | "TIB" => 1 << 40,
        _ => return Err("write a number and a unit, such as 500M or 8G".to_owned()),
    };
    let number: u64 = digits
        .parse()
        .map_err(|_| "write a whole number and a unit, such as 500M or 8G".to_owned())?;
    if number == 0 {
        return Err("nothing can be done in no memory; write a size such as 500M or 8G".to_owned());
    }
    number
        .checked_mul(unit)
        .ok_or_else(|| "that is more than any machine has".to_owned())
}

fn account(text: &str) -> Result<AccountKey, String> {
    AccountKey::read(text).map_err(|(what, remedy)| format!("{what}; {remedy}"))
}

fn proxy(text: &str) -> Result<String, String> {
    Proxies::default().trust(text).map(|()| text.to_owned())
}

fn field(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((ours, path)) if !ours.is_empty() && !path.is_empty() => {
            Ok((ours.to_owned(), path.to_owned()))
        }
        _ => Err("write NAME=PATH, such as time=ts".to_owned()),
    }
}
