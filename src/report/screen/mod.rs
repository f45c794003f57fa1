//! What a terminal is shown: how wide, in which colours and language. The only home of colour; what is piped has none and
//! is 80 columns wide, so that the same bytes give the same screen.
//!
//! `columns` counts and cuts, `bars` draws, `paint` colours, `speech` says; which figures stand where is told by `summary`,
//! `story` and `inspection`.

pub(super) mod bars;
pub(crate) mod columns;
mod guide;
pub(super) mod lines;
mod paint;
pub(super) mod speech;

pub use guide::{Guide, guide};
pub use paint::Hue;

use super::html::Language;

/// Columns where there is no terminal.
pub const PLAIN_WIDTH: usize = 80;

/// How a screen looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Columns.
    pub width: usize,
    /// Whether colours are allowed; what they say, words say too.
    pub colour: bool,
    /// Language of the frame; quoted sentences stay English.
    pub language: Language,
}

impl Default for Look {
    fn default() -> Look {
        Look {
            width: PLAIN_WIDTH,
            colour: false,
            language: Language::English,
        }
    }
}

impl Look {
    /// A text in a colour, where there are any.
    pub fn paint(&self, hue: Hue, text: &str) -> String {
        paint::paint(self.colour, hue, text)
    }
}
