//! Lines and pages: text is broken where it does not fit, tables go on over pages and repeat their heads. Sizes are in
//! points, the origin of a page is its lower left corner.

use pdf_writer::types::StructRole;
use pdf_writer::{Content as Stream, Name, Str};

use super::font::{Fonts, Weight};
use super::tags::{DOCUMENT, Tags};

/// A4.
pub(super) const PAGE: (f32, f32) = (595.28, 841.89);
/// From the edges to the text.
pub(super) const MARGIN: f32 = 48.0;
const BOTTOM: f32 = 54.0;
/// The width of the text.
pub(super) const WIDTH: f32 = PAGE.0 - 2.0 * MARGIN;
const BODY: f32 = 9.5;
const SMALL: f32 = 7.8;
/// From line to line, as a share of the size.
const LEADING: f32 = 1.32;
/// Around a cell's text.
const PADDING: f32 = 3.0;

/// A heading for the list of bookmarks.
pub(super) struct Bookmark {
    pub(super) title: String,
    pub(super) page: usize,
    pub(super) top: f32,
}

/// Pages being filled.
pub(super) struct Layout {
    pub(super) fonts: Fonts,
    pub(super) pages: Vec<Stream>,
    pub(super) tags: Tags,
    pub(super) bookmarks: Vec<Bookmark>,
    /// Where the next line's top is.
    y: f32,
}

/// A column of a table.
#[derive(Clone, Copy)]
pub(super) struct Track {
    /// Its share of the width.
    pub(super) share: f32,
    /// Whether it stands to the right.
    pub(super) right: bool,
}

/// A row broken into lines: those of each cell.
type Broken = Vec<Vec<String>>;

struct Grid<'t> {
    tracks: &'t [Track],
    /// The columns' left edges and widths.
    places: Vec<(f32, f32)>,
    head: Broken,
    element: usize,
}

impl Layout {
    /// One empty page.
    pub(super) fn new(fonts: Fonts) -> Layout {
        let mut layout = Layout {
            fonts,
            pages: Vec::new(),
            tags: Tags::new(),
            bookmarks: Vec::new(),
            y: 0.0,
        };
        layout.turn();
        layout
    }

    fn turn(&mut self) {
        self.pages.push(Stream::new());
        self.y = PAGE.1 - MARGIN;
    }

    fn page(&self) -> usize {
        self.pages.len() - 1
    }

    /// Goes to a new page unless so much fits on this one.
    fn room(&mut self, height: f32) {
        if self.y - height < BOTTOM {
            self.turn();
        }
    }

    /// The document's title.
    pub(super) fn title(&mut self, text: &str) {
        self.block((text, Weight::Bold, 17.0), StructRole::H1, 4.0);
    }

    /// A heading, which stays with what follows it.
    pub(super) fn heading(&mut self, text: &str) {
        self.y -= 12.0;
        self.room(64.0);
        self.bookmarks.push(Bookmark {
            title: text.to_owned(),
            page: self.page(),
            top: self.y,
        });
        self.block((text, Weight::Bold, 12.5), StructRole::H2, 3.0);
    }

    /// A heading below another one.
    pub(super) fn subheading(&mut self, text: &str) {
        self.y -= 5.0;
        self.room(44.0);
        self.block((text, Weight::Bold, 10.0), StructRole::H3, 2.0);
    }

    /// A paragraph.
    pub(super) fn paragraph(&mut self, text: &str) {
        self.block((text, Weight::Regular, BODY), StructRole::P, 4.0);
    }

    /// A paragraph in small letters.
    pub(super) fn note(&mut self, text: &str) {
        self.block((text, Weight::Regular, SMALL), StructRole::P, 3.0);
    }

    fn block(&mut self, (text, weight, size): (&str, Weight, f32), role: StructRole, after: f32) {
        let lines = self.broken(text, weight, size, WIDTH);
        let element = self.tags.element(DOCUMENT, role);
        let mut rest = lines.as_slice();
        while !rest.is_empty() {
            self.room(size * LEADING);
            let fit = ((self.y - BOTTOM) / (size * LEADING)).max(1.0) as usize;
            let (now, later) = rest.split_at(fit.min(rest.len()));
            self.begin(element);
            for line in now {
                self.y -= size * LEADING;
                self.line((line, weight, size), MARGIN, self.y + size * 0.28);
            }
            self.end();
            rest = later;
        }
        self.y -= after;
    }

    /// A table; the first cell of a row is its head.
    pub(super) fn table(&mut self, tracks: &[Track], head: &[String], rows: &[Vec<String>]) {
        let all: f32 = tracks.iter().map(|track| track.share).sum();
        let mut left = MARGIN;
        let places = tracks.iter().map(|track| {
            let width = WIDTH * track.share / all;
            left += width;
            (left - width, width)
        });
        let places: Vec<(f32, f32)> = places.collect();
        let grid = Grid {
            tracks,
            head: self.cells(head, Weight::Bold, &places),
            places,
            element: self.tags.element(DOCUMENT, StructRole::Table),
        };
        self.room(height(&grid.head) + 2.0 * SMALL * LEADING);
        self.head(&grid, true);
        for row in rows {
            let cells = self.cells(row, Weight::Regular, &grid.places);
            self.row(&grid, cells);
        }
        self.y -= 6.0;
    }

    fn cells(&self, cells: &[String], weight: Weight, places: &[(f32, f32)]) -> Broken {
        let broken = |(cell, (_, width)): (&String, &(f32, f32))| {
            self.broken(cell, weight, SMALL, width - 2.0 * PADDING)
        };
        cells.iter().zip(places).map(broken).collect()
    }

    fn head(&mut self, grid: &Grid<'_>, first: bool) {
        if grid.head.iter().all(|cell| cell.concat().is_empty()) {
            return;
        }
        let page = self.page();
        let tall = height(&grid.head);
        if let Some(page) = self.pages.get_mut(page) {
            page.begin_marked_content(Name(b"Artifact"));
            page.set_fill_rgb(0.91, 0.925, 0.95);
            page.rect(MARGIN, self.y - tall, WIDTH, tall).fill_nonzero();
            page.end_marked_content();
        }
        // A head that is repeated on a later page is no part of the text.
        let element = first.then(|| self.tags.element(grid.element, StructRole::TR));
        let roles = [StructRole::TH, StructRole::TH];
        self.slice(grid, (&grid.head, Weight::Bold), element, roles);
    }

    fn row(&mut self, grid: &Grid<'_>, cells: Broken) {
        let step = SMALL * LEADING;
        let element = self.tags.element(grid.element, StructRole::TR);
        let whole = PAGE.1 - MARGIN - BOTTOM - height(&grid.head);
        if height(&cells) > self.y - BOTTOM && height(&cells) <= whole {
            self.turn();
            self.head(grid, false);
        }
        let mut rest = cells;
        loop {
            let fit = ((self.y - BOTTOM - 2.0 * PADDING) / step).max(0.0) as usize;
            if fit == 0 {
                self.turn();
                self.head(grid, false);
                continue;
            }
            let lines = rest.iter().map(Vec::len).max().unwrap_or(0);
            let later: Broken = rest
                .iter_mut()
                .map(|cell| cell.split_off(fit.min(cell.len())))
                .collect();
            let roles = [StructRole::TH, StructRole::TD];
            self.slice(grid, (&rest, Weight::Regular), Some(element), roles);
            if lines <= fit {
                return;
            }
            rest = later;
            self.turn();
            self.head(grid, false);
        }
    }

    /// Draws lines of a row, the first cell in one role and the others in another; without an element as an ornament.
    fn slice(
        &mut self,
        grid: &Grid<'_>,
        (cells, weight): (&Broken, Weight),
        element: Option<usize>,
        roles: [StructRole; 2],
    ) {
        let (top, tall) = (self.y, height(cells));
        let places = grid.places.iter().zip(grid.tracks);
        for ((at, cell), ((left, width), track)) in cells.iter().enumerate().zip(places) {
            match element {
                Some(row) => {
                    let role = roles[usize::from(at > 0)];
                    let own = self.tags.element(row, role);
                    if let Some(own) = self.tags.elements.get_mut(own) {
                        own.column = matches!(weight, Weight::Bold);
                    }
                    self.begin(own);
                }
                None => self.ornament(),
            }
            for (line, number) in cell.iter().zip(1u16..) {
                let wide = self.fonts.of(weight).width(line, SMALL);
                let x = match track.right {
                    true => left + width - PADDING - wide,
                    false => left + PADDING,
                };
                let y = top - PADDING - f32::from(number) * SMALL * LEADING + SMALL * 0.3;
                self.line((line, weight, SMALL), x, y);
            }
            self.end();
        }
        self.y -= tall;
        self.rule(self.y);
    }

    fn rule(&mut self, y: f32) {
        let page = self.page();
        if let Some(page) = self.pages.get_mut(page) {
            page.begin_marked_content(Name(b"Artifact"));
            page.set_stroke_gray(0.78).set_line_width(0.4);
            page.move_to(MARGIN, y).line_to(MARGIN + WIDTH, y).stroke();
            page.end_marked_content();
        }
    }

    fn begin(&mut self, element: usize) {
        let page = self.page();
        let number = self.tags.piece(page, element);
        let role = self.tags.elements.get(element).map(|one| one.role);
        if let (Some(page), Some(role)) = (self.pages.get_mut(page), role) {
            page.begin_marked_content_with_properties(role.to_name())
                .properties()
                .identify(number);
        }
    }

    fn ornament(&mut self) {
        let page = self.page();
        if let Some(page) = self.pages.get_mut(page) {
            page.begin_marked_content(Name(b"Artifact"));
        }
    }

    fn end(&mut self) {
        let page = self.page();
        if let Some(page) = self.pages.get_mut(page) {
            page.end_marked_content();
        }
    }

    fn line(&mut self, text: (&str, Weight, f32), x: f32, y: f32) {
        let page = self.page();
        self.line_on(page, text, x, y);
    }

    /// A line of text on a page.
    fn line_on(&mut self, page: usize, (text, weight, size): (&str, Weight, f32), x: f32, y: f32) {
        let encoded = self.fonts.encode(weight, text);
        let Some(page) = self.pages.get_mut(page) else {
            return;
        };
        page.begin_text().set_fill_gray(0.08);
        page.set_font(name(weight), size);
        page.set_text_matrix([1.0, 0.0, 0.0, 1.0, x, y]);
        page.show(Str(&encoded)).end_text();
    }

    /// Writes the same kind of line at the foot of every page: a text to the left, and what `number` says of page n of N.
    pub(super) fn feet(&mut self, text: &str, number: impl Fn(usize, usize) -> String) {
        let all = self.pages.len();
        let (text, size) = (self.fonts.shown(text), SMALL);
        let room = WIDTH - 90.0;
        let text = self.broken(&text, Weight::Regular, size, room);
        let text = text.first().cloned().unwrap_or_default();
        for page in 0..all {
            let right = self.fonts.shown(&number(page + 1, all));
            let wide = self.fonts.of(Weight::Regular).width(&right, size);
            if let Some(page) = self.pages.get_mut(page) {
                page.begin_marked_content(Name(b"Artifact"));
            }
            self.line_on(page, (&text, Weight::Regular, size), MARGIN, 32.0);
            let x = MARGIN + WIDTH - wide;
            self.line_on(page, (&right, Weight::Regular, size), x, 32.0);
            if let Some(page) = self.pages.get_mut(page) {
                page.end_marked_content();
            }
        }
    }

    /// A text in lines that fit: broken at spaces; a word that does not fit alone after a hyphen or the like, or where it
    /// must.
    fn broken(&self, text: &str, weight: Weight, size: f32, width: f32) -> Vec<String> {
        let font = self.fonts.of(weight);
        let mut lines = Vec::new();
        let mut line = String::new();
        for word in self.fonts.shown(text).split(' ') {
            let joined = match line.is_empty() {
                true => word.to_owned(),
                false => format!("{line} {word}"),
            };
            if font.width(&joined, size) <= width {
                line = joined;
                continue;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            for part in word.split_inclusive(['-', '/', '_', ';', ':', ',', '@', '.']) {
                let longer = format!("{line}{part}");
                if font.width(&longer, size) <= width {
                    line = longer;
                    continue;
                }
                if !line.is_empty() {
                    lines.push(std::mem::take(&mut line));
                }
                for c in part.chars() {
                    line.push(c);
                    if font.width(&line, size) > width && line.chars().count() > 1 {
                        line.pop();
                        lines.push(std::mem::take(&mut line));
                        line.push(c);
                    }
                }
            }
        }
        if !line.is_empty() || lines.is_empty() {
            lines.push(line);
        }
        lines
    }
}

/// The name under which a page knows a font.
pub(super) fn name(weight: Weight) -> Name<'static> {
    match weight {
        Weight::Regular => Name(b"F1"),
        Weight::Bold => Name(b"F2"),
    }
}

fn height(cells: &Broken) -> f32 {
    let lines = cells.iter().map(Vec::len).max().unwrap_or(0) as f32;
    lines * SMALL * LEADING + 2.0 * PADDING
}
