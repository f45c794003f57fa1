//! The document's structure as screen readers get it: which marked piece of which page is a heading, a paragraph, a cell.

use pdf_writer::types::StructRole;

/// An element's children.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kid {
    /// Another element, by its index.
    Element(usize),
    /// A marked piece: page and number within it.
    Piece(usize, i32),
}

/// An element.
#[derive(Debug)]
pub(super) struct Element {
    pub(super) role: StructRole,
    /// The element that it stands in; the first one stands in none.
    pub(super) parent: usize,
    /// Of a head in a table: whether it is the head of a column, and not of a row.
    pub(super) column: bool,
    pub(super) kids: Vec<Kid>,
}

/// All elements, the document itself first.
#[derive(Debug)]
pub(super) struct Tags {
    pub(super) elements: Vec<Element>,
    /// For each page, the element of each marked piece.
    pub(super) pieces: Vec<Vec<usize>>,
}

/// The document itself.
pub(super) const DOCUMENT: usize = 0;

impl Tags {
    /// Only the document itself.
    pub(super) fn new() -> Tags {
        let whole = Element {
            role: StructRole::Document,
            parent: DOCUMENT,
            column: false,
            kids: Vec::new(),
        };
        Tags {
            elements: vec![whole],
            pieces: Vec::new(),
        }
    }

    /// Another element inside of one.
    pub(super) fn element(&mut self, parent: usize, role: StructRole) -> usize {
        let number = self.elements.len();
        self.elements.push(Element {
            role,
            parent,
            column: false,
            kids: Vec::new(),
        });
        if let Some(parent) = self.elements.get_mut(parent) {
            parent.kids.push(Kid::Element(number));
        }
        number
    }

    /// A marked piece of a page that belongs to an element; its number within the page.
    pub(super) fn piece(&mut self, page: usize, element: usize) -> i32 {
        while self.pieces.len() <= page {
            self.pieces.push(Vec::new());
        }
        let Some(pieces) = self.pieces.get_mut(page) else {
            return 0;
        };
        let number = pieces.len() as i32;
        pieces.push(element);
        if let Some(element) = self.elements.get_mut(element) {
            element.kids.push(Kid::Piece(page, number));
        }
        number
    }
}
