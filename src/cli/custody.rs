//! The words of the commands that keep what an answer rests on: `evidence`, `attest`, `journal`, `export`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `evidence`.
#[derive(Args, Debug)]
pub struct EvidenceArgs {
    /// Folder of a finished answer
    #[arg(value_name = "ANSWER")]
    pub answer: PathBuf,
    /// The case file that it was made from [default: the file of that name and digest where you stand, or in a folder above
    /// the answer]
    #[arg(long, value_name = "CASE.toml")]
    pub case: Option<PathBuf>,
    /// Lines that asked for something of a data subject beyond scope, answered or refused, as subjects.csv names it (repeat
    /// it for more; of several kinds all must fit)
    #[arg(long, value_name = "ID")]
    pub subject: Vec<String>,
    /// Lines of an account, as accounts.csv names it, or client:ADDRESS
    #[arg(long, value_name = "ACCOUNT")]
    pub account: Vec<String>,
    /// Lines about a controller's data subjects
    #[arg(long, value_name = "ID")]
    pub controller: Vec<String>,
    /// A line by its reference, FILE:LINE@OFFSET+LENGTH
    #[arg(long, value_name = "REF")]
    pub row: Vec<String>,
    /// Also lines that name persons with a protected identity
    #[arg(long)]
    pub protected: bool,
    /// As JSON lines (breachscope.evidence/1)
    #[arg(long, conflicts_with_all = ["raw", "bag"])]
    pub json: bool,
    /// The exact bytes, a line end behind each line
    #[arg(long, conflicts_with = "bag")]
    pub raw: bool,
    /// Put the lines into a folder (BagIt 1.0): new or empty, and not inside a folder that holds logs
    #[arg(long, value_name = "DIR")]
    pub bag: Option<PathBuf>,
    /// A folder outside of the case's own that links in it may lead to (repeat it for more)
    #[arg(long, value_name = "DIR")]
    pub outside: Vec<PathBuf>,
    /// Date for the bag, which has none otherwise
    #[arg(long, value_name = "YYYY-MM-DD", requires = "bag", value_parser = date)]
    pub bagging_date: Option<String>,
}

/// `attest`.
#[derive(Args, Debug)]
pub struct AttestArgs {
    /// Folder of a finished answer
    #[arg(value_name = "ANSWER")]
    pub answer: PathBuf,
    /// Folder for statement.json, statement.dsse.json, manifest.json.sig and manifest.tsq: new or empty, not in the answer
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// OpenSSH private key (Ed25519, without a passphrase) to sign with
    #[arg(long, value_name = "SSH_PRIVATE_KEY")]
    pub key: Option<PathBuf>,
    /// Say it as JSON (breachscope.attest/1)
    #[arg(long)]
    pub json: bool,
}

/// `journal`.
#[derive(Args, Debug)]
pub struct JournalArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: JournalCommand,
}

/// What to do with a journal.
#[derive(Debug, Subcommand)]
pub enum JournalCommand {
    /// Check that every line follows from the one before it
    Verify {
        /// The journal
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Say it as JSON (breachscope.journal-check/1)
        #[arg(long)]
        json: bool,
    },
}

/// `export`.
#[derive(Args, Debug)]
pub struct ExportArgs {
    /// Folder of a finished answer
    #[arg(value_name = "ANSWER")]
    pub answer: PathBuf,
    /// For whom
    #[arg(long, value_enum)]
    pub format: ExportFormat,
    /// The file to write; never overwritten
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Say it as JSON (breachscope.export/1)
    #[arg(long)]
    pub json: bool,
}

/// How an answer is given to another program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ExportFormat {
    /// JSON lines for Timesketch: an event for each request
    Timesketch,
    /// JSON lines in the Open Cybersecurity Schema Framework: a Detection Finding for each account with a verdict
    Ocsf,
    /// JSON-LD in the ontologies CASE and UCO: logs, answer, and how one was made from the other
    Case,
}

fn date(text: &str) -> Result<String, String> {
    let date = chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d");
    let date = date.map_err(|_| "write a date such as 2022-03-31".to_owned())?;
    Ok(date.to_string())
}
