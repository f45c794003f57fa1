//! The words of the commands for people at a terminal: `view`, `demo`, `completions`, `man`, and the screen's language.

use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;
use clap_complete::Shell;

use crate::report::html::Language;

/// How a screen speaks; never changes a file or JSON.
#[derive(Args, Clone, Debug, Default)]
pub struct ScreenArgs {
    /// Language of the screen; what is quoted from findings.json stays English [default: by LC_ALL, LC_MESSAGES, LANG]
    #[arg(long, value_name = "LANG", value_parser = PossibleValuesParser::new(Language::CODES))]
    pub lang: Option<String>,
}

/// `view`.
#[derive(Args, Debug)]
pub struct ViewArgs {
    /// Folder of a finished answer
    #[arg(value_name = "ANSWER")]
    pub answer: PathBuf,
    /// The case file that it was made from, for the raw lines [default: the file of that name and digest where you stand,
    /// or in a folder above the answer]
    #[arg(long, value_name = "CASE.toml")]
    pub case: Option<PathBuf>,
    /// A folder outside of the case's own that links in it may lead to (repeat it for more)
    #[arg(long, value_name = "DIR")]
    pub outside: Vec<PathBuf>,
}

/// `demo`.
#[derive(Args, Debug)]
pub struct DemoArgs {
    /// Folder for the case and its answer: new or empty
    #[arg(long, value_name = "DIR", default_value = "breachscope-demo")]
    pub out: PathBuf,
    /// Say it as JSON (breachscope.demo/1)
    #[arg(long)]
    pub json: bool,
    /// How the screen speaks
    #[command(flatten)]
    pub screen: ScreenArgs,
}

/// `completions`.
#[derive(Args, Debug)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL", value_enum)]
    pub shell: Shell,
}

/// `man`.
#[derive(Args, Debug)]
pub struct ManArgs {
    /// Folder for the pages: new or empty
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}
