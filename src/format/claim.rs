//! A claim out of a JSON Web Token that a log holds: decoded, never verified.

use super::Text;

/// The claim of that (dotted) name in the token's payload, if the text is a token that has it.
pub(super) fn of<'a>(_token: &Text<'a>, _claim: &str) -> Option<Text<'a>> {
    None
}
