//! The two shipped fonts: how wide a text is, which glyphs it takes, and the part of the font that is embedded.
//!
//! A character that the fonts do not have, or that must be shaped or read from right to left to be right, is shown as its
//! code, `U+XXXX`: never dropped and never misread.

use std::collections::BTreeMap;
use std::io::Read;

use flate2::read::GzDecoder;
use subsetter::GlyphRemapper;
use ttf_parser::Face;

const REGULAR: &[u8] = include_bytes!("fonts/LiberationSans-Regular.ttf.gz");
const BOLD: &[u8] = include_bytes!("fonts/LiberationSans-Bold.ttf.gz");

/// A weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    Regular,
    Bold,
}

/// A font, and what of it was used.
pub(super) struct Font {
    bytes: Vec<u8>,
    /// Glyph and advance of each character, in thousandths of the size.
    glyphs: BTreeMap<char, (u16, f32)>,
    remapper: GlyphRemapper,
    used: BTreeMap<u16, (char, f32)>,
    /// Bounding box, ascent, descent and height of capitals, in thousandths of the size.
    pub(super) bounds: [f32; 4],
    pub(super) ascent: f32,
    pub(super) descent: f32,
    pub(super) capital: f32,
}

/// Both of them.
pub(super) struct Fonts {
    regular: Font,
    bold: Font,
}

impl Fonts {
    /// Unpacks them.
    ///
    /// # Errors
    /// They cannot be read.
    pub(super) fn shipped() -> Result<Fonts, String> {
        Ok(Fonts {
            regular: Font::read(REGULAR)?,
            bold: Font::read(BOLD)?,
        })
    }

    /// The font of a weight.
    pub(super) fn of(&self, weight: Weight) -> &Font {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        }
    }

    /// Glyphs of a text that [`Fonts::shown`] gave, as two bytes each.
    pub(super) fn encode(&mut self, weight: Weight, text: &str) -> Vec<u8> {
        match weight {
            Weight::Regular => self.regular.encode(text),
            Weight::Bold => self.bold.encode(text),
        }
    }

    /// A text as it is shown.
    pub(super) fn shown(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for c in text.chars() {
            match self.can(c) {
                true => out.push(c),
                false if c.is_whitespace() => out.push(' '),
                false => out.push_str(&format!("U+{:04X}", u32::from(c))),
            }
        }
        out
    }

    fn can(&self, c: char) -> bool {
        let both = self.regular.glyphs.contains_key(&c) && self.bold.glyphs.contains_key(&c);
        // Hebrew, Arabic and their forms.
        let turned = matches!(c, '\u{0590}'..='\u{08FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFF}');
        both && !turned && !c.is_control()
    }
}

impl Font {
    fn read(packed: &[u8]) -> Result<Font, String> {
        let bad = |e: &dyn std::fmt::Display| format!("a shipped font cannot be read: {e}");
        let mut bytes = Vec::new();
        GzDecoder::new(packed)
            .read_to_end(&mut bytes)
            .map_err(|e| bad(&e))?;
        let face = Face::parse(&bytes, 0).map_err(|e| bad(&e))?;
        let scale = 1000.0 / f32::from(face.units_per_em());
        let mut glyphs = BTreeMap::new();
        let tables = face.tables().cmap.into_iter();
        for table in tables.flat_map(|cmap| cmap.subtables) {
            if !table.is_unicode() {
                continue;
            }
            table.codepoints(|code| {
                let found = char::from_u32(code).zip(table.glyph_index(code));
                if let Some((c, glyph)) = found.filter(|(_, glyph)| glyph.0 != 0) {
                    let advance = face.glyph_hor_advance(glyph).unwrap_or_default();
                    glyphs.insert(c, (glyph.0, f32::from(advance) * scale));
                }
            });
        }
        let scaled = |value: i16| f32::from(value) * scale;
        let whole = face.global_bounding_box();
        Ok(Font {
            glyphs,
            remapper: GlyphRemapper::new(),
            used: BTreeMap::new(),
            bounds: [whole.x_min, whole.y_min, whole.x_max, whole.y_max].map(scaled),
            ascent: scaled(face.ascender()),
            descent: scaled(face.descender()),
            capital: face.capital_height().map_or(700.0, scaled),
            bytes,
        })
    }

    /// The width of a text in points at a size.
    pub(super) fn width(&self, text: &str, size: f32) -> f32 {
        let advances = text.chars().filter_map(|c| self.glyphs.get(&c));
        advances.map(|(_, advance)| advance).sum::<f32>() * size / 1000.0
    }

    fn encode(&mut self, text: &str) -> Vec<u8> {
        let mut encoded = Vec::with_capacity(text.len() * 2);
        for c in text.chars() {
            let Some((glyph, advance)) = self.glyphs.get(&c) else {
                continue;
            };
            let new = self.remapper.remap(*glyph);
            self.used.entry(new).or_insert((c, *advance));
            encoded.extend(new.to_be_bytes());
        }
        encoded
    }

    /// The used glyphs by their new numbers: a character of each, and its advance.
    pub(super) fn used(&self) -> &BTreeMap<u16, (char, f32)> {
        &self.used
    }

    /// The font with the used glyphs only.
    ///
    /// # Errors
    /// It cannot be cut.
    pub(super) fn subset(&self) -> Result<Vec<u8>, String> {
        subsetter::subset(&self.bytes, 0, &self.remapper)
            .map_err(|e| format!("a shipped font cannot be cut to what is used: {e}"))
    }
}
