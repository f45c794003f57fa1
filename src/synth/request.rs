//! What somebody asks the platform for, before it is written as a URL.

use std::net::IpAddr;

/// A request as the platform understands it.
#[derive(Clone, Debug)]
pub(super) struct Request {
    /// When, in milliseconds since 1970.
    pub(super) at: i64,
    /// Account; `None` = not signed in.
    pub(super) who: Option<u32>,
    /// The session has run out: the account is only claimed.
    pub(super) stale: bool,
    pub(super) session: u64,
    pub(super) client: IpAddr,
    pub(super) agent: &'static str,
    pub(super) method: Method,
    pub(super) ask: Ask,
    pub(super) twist: Twist,
    /// A book of the account; some vocabularies name it in the path of a contact.
    pub(super) via: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    Get,
    Head,
    Options,
    Post,
}

impl Method {
    pub(super) fn word(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Head => "HEAD",
            Method::Options => "OPTIONS",
            Method::Post => "POST",
        }
    }
}

/// What is asked for; items by number, books by index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    Card(u64),
    Profile(u64),
    File(u64),
    Batch(Vec<u64>),
    Page(Page),
    Export(usize),
    Plain(Plain),
}

/// A stretch of a book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) book: usize,
    /// Members to pass over; a multiple of the page's size.
    pub(super) skip: u64,
    pub(super) take: u64,
    /// The first page, asked for without saying which.
    pub(super) bare: bool,
}

/// Requests that name nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plain {
    Start,
    Login,
    Script,
    Style,
    Poll,
    Health,
    Robots,
}

/// What happens to an answer on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Twist {
    None,
    /// The client has it already.
    Cached,
    /// Only a part was asked for.
    Range,
    /// The client hung up, before or after the first bytes.
    Cut {
        early: bool,
    },
    /// The platform was not well.
    Fails,
}
