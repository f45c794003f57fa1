//! What a piece of a request looks like: an ID, a date, a word. Judges letters, never meaning.

/// What a path segment or a query value looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Digits only.
    Number,
    /// A UUID.
    Uuid,
    /// Hexadecimal, eight digits or more.
    Hex,
    /// Letters and digits mixed, or long: a key, a token.
    Token,
    /// A mail address.
    Mail,
    /// A date.
    Date,
    /// Anything else.
    Word,
}

impl Kind {
    /// Every kind, in order.
    pub const ALL: [Kind; 7] = [
        Kind::Number,
        Kind::Uuid,
        Kind::Hex,
        Kind::Token,
        Kind::Mail,
        Kind::Date,
        Kind::Word,
    ];

    /// The word for tables.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Number => "number",
            Kind::Uuid => "uuid",
            Kind::Hex => "hex",
            Kind::Token => "token",
            Kind::Mail => "mail",
            Kind::Date => "date",
            Kind::Word => "word",
        }
    }
}

/// What the text looks like.
pub fn kind(text: &[u8]) -> Kind {
    let count = |f: fn(&u8) -> bool| text.iter().filter(|b| f(b)).count();
    let digits = count(u8::is_ascii_digit);
    let hex = count(u8::is_ascii_hexdigit);
    if text.is_empty() {
        return Kind::Word;
    }
    if digits == text.len() {
        return Kind::Number;
    }
    if is_date(text) {
        return Kind::Date;
    }
    if text.len() == 36 && hex == 32 && [8, 13, 18, 23].iter().all(|at| text[*at] == b'-') {
        return Kind::Uuid;
    }
    if hex == text.len() && text.len() >= 8 && digits > 0 {
        return Kind::Hex;
    }
    if let Some(at) = memchr::memchr(b'@', text)
        && at > 0
        && text[at..].contains(&b'.')
    {
        return Kind::Mail;
    }
    match is_token(text, digits) {
        true => Kind::Token,
        false => Kind::Word,
    }
}

/// `2021-03-04`, with or without a time behind it.
fn is_date(text: &[u8]) -> bool {
    let shape = |b: &u8| if b.is_ascii_digit() { b'0' } else { *b };
    text.len() >= 10
        && text.len() <= 32
        && text[..10].iter().map(shape).eq(*b"0000-00-00")
        && text[10..]
            .first()
            .is_none_or(|b| matches!(b, b'T' | b' ' | b'+'))
}

/// A key that nobody chose for its sound: at least half of it digits and no version (`v2`), or long
/// with both letters and digits. A name with an extension is a file's.
fn is_token(text: &[u8], digits: usize) -> bool {
    let plain = text
        .iter()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'=' | b'~' | b':'));
    let letters = text.iter().filter(|b| b.is_ascii_alphabetic()).count();
    let mixed = text.iter().any(u8::is_ascii_uppercase) && text.iter().any(u8::is_ascii_lowercase);
    plain
        && digits > 0
        && (text.len() >= 4 && digits * 2 >= letters.max(1) * 2
            || text.len() >= 16 && (digits >= 3 || mixed))
}

/// Ends of names of files that are the same for everybody.
const STATIC: [&[u8]; 16] = [
    b".js",
    b".css",
    b".png",
    b".jpg",
    b".jpeg",
    b".gif",
    b".svg",
    b".ico",
    b".woff",
    b".woff2",
    b".ttf",
    b".map",
    b".webp",
    b".txt",
    b".xml",
    b".webmanifest",
];

/// Whether the name is that of a file which is part of a page and not of anybody's data.
pub fn is_static(name: &[u8]) -> bool {
    let lower = name.to_ascii_lowercase();
    STATIC
        .iter()
        .any(|end| lower.len() > end.len() && lower.ends_with(end))
}

/// A parameter by which pages are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paging {
    /// The number of a page.
    Number,
    /// Members to pass over.
    Offset,
    /// Members to return.
    Limit,
}

/// What part a query parameter has in paging, by its name.
pub fn paging(name: &[u8]) -> Option<Paging> {
    let plain: String = name
        .iter()
        .filter(|b| b.is_ascii_alphanumeric())
        .map(|b| char::from(b.to_ascii_lowercase()))
        .collect();
    Some(match plain.as_str() {
        "page" | "p" | "pg" | "pagenumber" | "pagenum" | "pageno" | "pageindex" | "pagenr"
        | "sida" | "seite" | "side" | "currentpage" => Paging::Number,
        "offset" | "skip" | "start" | "startindex" | "from" | "first" | "startat" => Paging::Offset,
        "limit" | "take" | "size" | "pagesize" | "perpage" | "count" | "top" | "max"
        | "maxresults" | "rows" | "n" => Paging::Limit,
        _ => return None,
    })
}

/// A text of which nobody can read more than how it begins.
pub fn masked(text: &str) -> String {
    let shown: String = text.chars().take(2).collect();
    match text.chars().count() {
        0 => "(empty)".to_owned(),
        1..=3 => "***".to_owned(),
        _ => format!("{shown}***"),
    }
}

/// A name in the singular: `addressbooks` is `addressbook`.
pub fn singular(word: &str) -> String {
    let lower = word.to_lowercase();
    if let Some(stem) = lower.strip_suffix("ies").filter(|stem| stem.len() > 1) {
        return format!("{stem}y");
    }
    for end in ["sses", "xes", "ches", "shes"] {
        if lower.ends_with(end) {
            return lower[..lower.len() - 2].to_owned();
        }
    }
    match lower.strip_suffix('s') {
        Some(stem) if stem.len() > 2 && !stem.ends_with(['s', 'u', 'i']) => stem.to_owned(),
        _ => lower,
    }
}
