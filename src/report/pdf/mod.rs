//! The answer in short as a PDF to print and file: A4, selectable text, tagged for screen readers, page n of N.
//!
//! `document` says what stands in it and in which order, `layout` breaks it into lines and pages, `font` measures and
//! embeds, `file` writes the objects. Nothing comes from the clock or from chance: there is no date and no file identifier.

mod document;
mod file;
mod font;
mod layout;
mod tags;

use super::content::Content;

/// The document's bytes.
///
/// # Errors
/// A sentence: the shipped fonts cannot be read, which a test rules out.
pub(super) fn bytes(content: &Content) -> Result<Vec<u8>, String> {
    let mut layout = layout::Layout::new(font::Fonts::shipped()?);
    document::lay_out(content, &mut layout);
    file::bytes(content, layout)
}
