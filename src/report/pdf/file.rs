//! Pages, structure and fonts as the objects of a PDF file.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::types::{
    CidFontType, FontFlags, StructRole, SystemInfo, TableHeaderScope, UnicodeCmap,
};
use pdf_writer::{Filter, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

use super::font::{Font, Weight};
use super::layout::{Layout, MARGIN, PAGE, name};
use super::tags::{DOCUMENT, Element, Kid};
use crate::report::content::Content;

/// Numbers of objects, in the order of the file.
struct Numbers {
    next: i32,
}

impl Numbers {
    fn one(&mut self) -> Ref {
        self.next += 1;
        Ref::new(self.next)
    }

    fn many(&mut self, count: usize) -> Vec<Ref> {
        (0..count).map(|_| self.one()).collect()
    }
}

/// The objects that others point to.
struct Places {
    tree: Ref,
    root: Ref,
    bookmarks: Ref,
    fonts: [Ref; 2],
    pages: Vec<Ref>,
    elements: Vec<Ref>,
    pieces: Vec<Ref>,
    items: Vec<Ref>,
}

/// The file's bytes.
///
/// # Errors
/// A font cannot be cut to what is used.
pub(super) fn bytes(content: &Content, layout: Layout) -> Result<Vec<u8>, String> {
    let mut layout = layout;
    while layout.tags.pieces.len() < layout.pages.len() {
        layout.tags.pieces.push(Vec::new());
    }
    let mut numbers = Numbers { next: 0 };
    let catalog = numbers.one();
    let places = Places {
        tree: numbers.one(),
        root: numbers.one(),
        bookmarks: numbers.one(),
        fonts: [numbers.one(), numbers.one()],
        pages: numbers.many(layout.pages.len()),
        elements: numbers.many(layout.tags.elements.len()),
        pieces: numbers.many(layout.tags.pieces.len()),
        items: numbers.many(layout.bookmarks.len()),
    };
    let mut pdf = Pdf::new();
    self::catalog(&mut pdf, catalog, content, &places);
    let info = numbers.one();
    let program = format!("breachscope {}", content.build());
    pdf.document_info(info)
        .title(TextStr(&content.title()))
        .subject(TextStr(&content.case()))
        .creator(TextStr(&program))
        .producer(TextStr(&program));
    structure(&mut pdf, &layout, &places);
    bookmarks(&mut pdf, &layout, &places);
    for (weight, place) in [Weight::Regular, Weight::Bold]
        .into_iter()
        .zip(places.fonts)
    {
        font(
            &mut pdf,
            (weight, layout.fonts.of(weight)),
            place,
            &mut numbers,
        )?;
    }
    pages(&mut pdf, layout, &places, &mut numbers)?;
    Ok(pdf.finish())
}

fn catalog(pdf: &mut Pdf, place: Ref, content: &Content, places: &Places) {
    let mut catalog = pdf.catalog(place);
    catalog.pages(places.tree);
    catalog.lang(TextStr(content.words.language.code()));
    catalog.mark_info().marked(true);
    catalog.viewer_preferences().display_doc_title(true);
    catalog.outlines(places.bookmarks);
    let mut root = catalog.struct_tree_root();
    if let Some(document) = places.elements.get(DOCUMENT) {
        root.child(*document);
    }
    let mut tree = root.parent_tree();
    let mut entries = tree.nums();
    for (pieces, page) in places.pieces.iter().zip(0..) {
        entries.insert(page, *pieces);
    }
    entries.finish();
    tree.finish();
    root.parent_tree_next_key(places.pieces.len() as i32);
}

/// The elements, and for each page the element of each of its pieces.
fn structure(pdf: &mut Pdf, layout: &Layout, places: &Places) {
    for (element, at) in layout.tags.elements.iter().zip(0..) {
        if let Some(place) = places.elements.get(at) {
            self::element(pdf, (element, at), *place, places);
        }
    }
    for (pieces, place) in layout.tags.pieces.iter().zip(&places.pieces) {
        let mut array = pdf.indirect(*place).array();
        for piece in pieces {
            if let Some(element) = places.elements.get(*piece) {
                array.item(*element);
            }
        }
    }
}

fn element(pdf: &mut Pdf, (element, at): (&Element, usize), place: Ref, places: &Places) {
    let mut own = pdf.struct_element(place);
    own.kind(element.role);
    // The document stands in the root, which is written as a part of the catalogue.
    let parent = match at {
        DOCUMENT => None,
        _ => places.elements.get(element.parent),
    };
    own.parent(*parent.unwrap_or(&places.root));
    if matches!(element.role, StructRole::TH) {
        let scope = match element.column {
            true => TableHeaderScope::Column,
            false => TableHeaderScope::Row,
        };
        own.attributes().push().table().scope(scope);
    }
    let mut kids = own.children();
    for kid in &element.kids {
        match kid {
            Kid::Element(index) => {
                if let Some(kid) = places.elements.get(*index) {
                    kids.struct_element(*kid);
                }
            }
            Kid::Piece(page, number) => {
                if let Some(page) = places.pages.get(*page) {
                    kids.marked_content_ref()
                        .page(*page)
                        .marked_content_id(*number);
                }
            }
        }
    }
}

fn bookmarks(pdf: &mut Pdf, layout: &Layout, places: &Places) {
    let (first, last) = (places.items.first(), places.items.last());
    let mut outline = pdf.outline(places.bookmarks);
    if let (Some(first), Some(last)) = (first, last) {
        outline
            .first(*first)
            .last(*last)
            .count(places.items.len() as i32);
    }
    outline.finish();
    for (mark, at) in layout.bookmarks.iter().zip(0usize..) {
        let (Some(place), Some(page)) = (places.items.get(at), places.pages.get(mark.page)) else {
            continue;
        };
        let mut item = pdf.outline_item(*place);
        item.title(TextStr(&mark.title)).parent(places.bookmarks);
        if let Some(before) = at.checked_sub(1).and_then(|at| places.items.get(at)) {
            item.prev(*before);
        }
        if let Some(next) = places.items.get(at + 1) {
            item.next(*next);
        }
        item.dest().page(*page).xyz(MARGIN, mark.top + 8.0, None);
    }
}

fn pages(
    pdf: &mut Pdf,
    layout: Layout,
    places: &Places,
    numbers: &mut Numbers,
) -> Result<(), String> {
    pdf.pages(places.tree)
        .kids(places.pages.iter().copied())
        .count(places.pages.len() as i32);
    for ((stream, place), at) in layout.pages.into_iter().zip(&places.pages).zip(0..) {
        let text = numbers.one();
        let packed = packed(&stream.finish())?;
        pdf.stream(text, &packed).filter(Filter::FlateDecode);
        let mut page = pdf.page(*place);
        page.parent(places.tree)
            .media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1))
            .contents(text)
            .struct_parents(at);
        let mut resources = page.resources();
        let mut fonts = resources.fonts();
        for (weight, font) in [Weight::Regular, Weight::Bold]
            .into_iter()
            .zip(places.fonts)
        {
            fonts.pair(name(weight), font);
        }
    }
    Ok(())
}

/// The objects of a font, and its name: six letters in front say that it is a part; which ones is free.
struct Embedded<'f> {
    weight: Weight,
    font: &'f Font,
    name: Name<'static>,
    descendant: Ref,
    descriptor: Ref,
    characters: Ref,
    data: Ref,
}

const SYSTEM: SystemInfo<'static> = SystemInfo {
    registry: Str(b"Adobe"),
    ordering: Str(b"Identity"),
    supplement: 0,
};

/// A font with the glyphs that are used, their widths and their characters.
fn font(
    pdf: &mut Pdf,
    (weight, font): (Weight, &Font),
    place: Ref,
    numbers: &mut Numbers,
) -> Result<(), String> {
    let own = Embedded {
        weight,
        font,
        name: match weight {
            Weight::Regular => Name(b"BREACH+LiberationSans"),
            Weight::Bold => Name(b"BREACH+LiberationSans-Bold"),
        },
        descendant: numbers.one(),
        descriptor: numbers.one(),
        characters: numbers.one(),
        data: numbers.one(),
    };
    pdf.type0_font(place)
        .base_font(own.name)
        .encoding_predefined(Name(b"Identity-H"))
        .descendant_font(own.descendant)
        .to_unicode(own.characters);
    measures(pdf, &own);
    let mut map = UnicodeCmap::new(Name(b"Characters"), SYSTEM);
    for (glyph, (c, _)) in font.used() {
        map.pair(*glyph, *c);
    }
    let map = packed(&map.finish())?;
    pdf.stream(own.characters, &map).filter(Filter::FlateDecode);
    let part = font.subset()?;
    let packed = packed(&part)?;
    let mut stream = pdf.stream(own.data, &packed);
    stream.filter(Filter::FlateDecode);
    stream.pair(Name(b"Length1"), part.len() as i32);
    Ok(())
}

/// How wide and high its glyphs are.
fn measures(pdf: &mut Pdf, own: &Embedded<'_>) {
    let mut cid = pdf.cid_font(own.descendant);
    cid.subtype(CidFontType::Type2)
        .base_font(own.name)
        .system_info(SYSTEM)
        .font_descriptor(own.descriptor)
        .default_width(0.0)
        .cid_to_gid_map_predefined(Name(b"Identity"));
    let mut widths = cid.widths();
    for (glyph, (_, advance)) in own.font.used() {
        widths.consecutive(*glyph, [*advance]);
    }
    widths.finish();
    cid.finish();
    let [left, low, right, high] = own.font.bounds;
    pdf.font_descriptor(own.descriptor)
        .name(own.name)
        .flags(FontFlags::NON_SYMBOLIC)
        .bbox(Rect::new(left, low, right, high))
        .italic_angle(0.0)
        .ascent(own.font.ascent)
        .descent(own.font.descent)
        .cap_height(own.font.capital)
        .stem_v(match own.weight {
            Weight::Regular => 80.0,
            Weight::Bold => 140.0,
        })
        .font_file2(own.data);
}

fn packed(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::best());
    let packed = packer.write_all(bytes).and_then(|()| packer.finish());
    packed.map_err(|e| format!("the PDF cannot be encoded: {e}"))
}
