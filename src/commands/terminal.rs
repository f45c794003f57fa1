//! What is known of the terminal: how wide it is, whether it takes colours, which language it wants. Screens only; no file
//! and no JSON depends on any of it.

use std::env;
use std::io::IsTerminal;

use crate::cli::ScreenArgs;
use crate::report::html::Language;
use crate::report::screen::{Look, PLAIN_WIDTH};

/// Columns between which a screen is laid out.
const NARROWEST: usize = 60;
const WIDEST: usize = 160;

/// How standard output looks.
pub(super) fn look(args: &ScreenArgs) -> Look {
    Look {
        language: language(args),
        ..plain()
    }
}

/// The same in English, for screens that know no other language.
pub(super) fn plain() -> Look {
    let terminal = std::io::stdout().is_terminal();
    Look {
        width: if terminal { width() } else { PLAIN_WIDTH },
        colour: colour(terminal),
        language: Language::English,
    }
}

/// The flag, else the first of the locale's variables that says something, else English.
fn language(args: &ScreenArgs) -> Language {
    let asked = args.lang.as_deref().and_then(Language::of);
    asked.unwrap_or_else(|| {
        let set = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .iter()
            .filter_map(|name| env::var(name).ok())
            .find(|value| !value.is_empty());
        let locale = set.unwrap_or_default();
        let code = locale.split(['_', '.', '@']).next().unwrap_or_default();
        Language::of(&code.to_lowercase()).unwrap_or(Language::English)
    })
}

/// NO_COLOR forbids, CLICOLOR_FORCE commands, else a terminal that is not dumb takes them.
fn colour(terminal: bool) -> bool {
    let set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    let zero = |name: &str| env::var_os(name).is_some_and(|value| value == "0");
    let dumb = env::var_os("TERM").is_none_or(|term| term == "dumb");
    match (
        set("NO_COLOR"),
        set("CLICOLOR_FORCE") && !zero("CLICOLOR_FORCE"),
    ) {
        (true, _) => false,
        (_, true) => true,
        _ => terminal && !dumb && !zero("CLICOLOR"),
    }
}

fn width() -> usize {
    let size = rustix::termios::tcgetwinsize(std::io::stdout());
    let columns = size.map_or(0, |size| usize::from(size.ws_col));
    match columns {
        0 => PLAIN_WIDTH,
        columns => columns.clamp(NARROWEST, WIDEST),
    }
}
