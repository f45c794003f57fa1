//! Words of `stage`: the programs that a job on many machines is made of.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{ReadingArgs, size};

/// `stage`.
#[derive(Args, Debug)]
pub struct StageArgs {
    /// Which.
    #[command(subcommand)]
    pub stage: Stage,
}

/// Which stage.
#[derive(Debug, Subcommand)]
pub enum Stage {
    /// Write the splits of a case's logs, an Arrow IPC stream, to stdout; its last row has the job's tag
    Plan(PlanArgs),
    /// Read splits on stdin, write their accesses to stdout, both Arrow IPC streams
    Extract(ExtractArgs),
    /// Read accesses sorted by key, time, split, line, nth on stdin, write each account's sequence to stdout
    Fold(FoldArgs),
    /// Read on stdin what `fold` wrote, parts before sequences, and write a file with what judging one account needs of all
    Context(ContextArgs),
    /// Read on stdin sequences that `fold` wrote, judge each account alone, write what was found to stdout
    Analyse(AnalyseArgs),
    /// Read on stdin the parts that `fold` wrote, then what `analyse` wrote, and write the answer that `scan` would
    Conclude(ConcludeArgs),
}

/// What all stages that read a case need.
#[derive(Args, Debug)]
pub struct StageCase {
    /// The case file
    #[arg(value_name = "CASE.toml")]
    pub case: PathBuf,
    /// Folder that the case's `files` are relative to, where the case file lies elsewhere
    #[arg(long, value_name = "DIR")]
    pub logs: Option<PathBuf>,
    /// How files are read
    #[command(flatten)]
    pub reading: ReadingArgs,
}

/// `stage plan`.
#[derive(Args, Debug)]
pub struct PlanArgs {
    /// The case.
    #[command(flatten)]
    pub case: StageCase,
    /// Bytes of a split; files that cannot be cut are one split each
    #[arg(long, value_name = "SIZE", value_parser = size, default_value = "256M")]
    pub split: u64,
}

/// `stage extract`.
#[derive(Args, Debug)]
pub struct ExtractArgs {
    /// The case.
    #[command(flatten)]
    pub case: StageCase,
    /// The job's tag, from `stage plan`
    #[arg(long, value_name = "TAG")]
    pub tag: String,
    /// Most memory for accesses; beyond a third of it they go to disk, in --spill
    #[arg(long, value_name = "SIZE", value_parser = size, default_value = "1G")]
    pub memory: u64,
    /// Folder for what does not fit into memory [default: the system's for temporary files]
    #[arg(long, value_name = "DIR")]
    pub spill: Option<PathBuf>,
}

/// `stage fold`.
#[derive(Args, Debug)]
pub struct FoldArgs {
    /// The job's tag, from `stage plan`
    #[arg(long, value_name = "TAG")]
    pub tag: String,
}

/// `stage context`.
#[derive(Args, Debug)]
pub struct ContextArgs {
    /// The case.
    #[command(flatten)]
    pub case: StageCase,
    /// The job's tag, from `stage plan`
    #[arg(long, value_name = "TAG")]
    pub tag: String,
    /// The file to write; stdout then says `apart`, or `together` where accounts cannot be judged one by one
    #[arg(long, value_name = "FILE")]
    pub to: PathBuf,
    /// As of `scan`; what does not fit goes to disk beside the file
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub memory: Option<u64>,
}

/// `stage analyse`.
#[derive(Args, Debug)]
pub struct AnalyseArgs {
    /// The case.
    #[command(flatten)]
    pub case: StageCase,
    /// The job's tag, from `stage plan`
    #[arg(long, value_name = "TAG")]
    pub tag: String,
    /// The job's context, from `stage context`
    #[arg(long, value_name = "FILE")]
    pub context: PathBuf,
}

/// `stage conclude`.
#[derive(Args, Debug)]
pub struct ConcludeArgs {
    /// The case.
    #[command(flatten)]
    pub case: StageCase,
    /// The job's tag, from `stage plan`
    #[arg(long, value_name = "TAG")]
    pub tag: String,
    /// The job's context, from `stage context`; without it stdin has what `fold` wrote, and accounts are judged here
    #[arg(long, value_name = "FILE")]
    pub context: Option<PathBuf>,
    /// Folder for the answer: new or empty, and not inside a folder that holds logs
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// As of `scan`
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub memory: Option<u64>,
    /// Say nothing at the end
    #[arg(long, short)]
    pub quiet: bool,
}
