//! Colours as a terminal takes them: the sixteen that every theme sets, so that they can be read on light and dark.

/// What a colour stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hue {
    /// The head of a line or table.
    Head,
    /// Something is established against somebody.
    Alarm,
    /// Something is not excluded.
    Doubt,
    /// Something is excluded or fine.
    Calm,
    /// What may be overread.
    Faint,
}

/// The text between the codes of a colour; nothing else of this program writes an escape.
pub(super) fn paint(allowed: bool, hue: Hue, text: &str) -> String {
    let code = match hue {
        Hue::Head => "1",
        Hue::Alarm => "1;31",
        Hue::Doubt => "33",
        Hue::Calm => "32",
        Hue::Faint => "2",
    };
    match allowed && !text.is_empty() {
        true => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        false => text.to_owned(),
    }
}
