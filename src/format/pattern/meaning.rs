//! What the variables of both servers tell of a request, and what an account key may call them.

use super::super::account::same_header;

/// What a variable tells. Each is also the slot that its value is put into while a line is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Means {
    Client,
    /// `X-Forwarded-For` or `Forwarded`.
    Forwarded,
    ClientPort,
    /// `address:port`, split at the last colon.
    ClientAndPort,
    User,
    Request,
    Method,
    Target,
    Path,
    Query,
    Protocol,
    Host,
    Status,
    Bytes,
    /// Bytes of the answer with its head.
    AllBytes,
    Referer,
    Agent,
    RequestId,
    /// The host that wrote the line.
    Node,
    Seconds,
    Milliseconds,
    Microseconds,
    /// `10/Oct/2000:13:55:36 -0700`
    ClfTime,
    IsoTime,
    EpochTime,
    /// A whole `Cookie` header.
    Cookies,
    /// Nothing that a record holds; kept because the account may stand there.
    Other,
}

/// How many kinds of [`Means`] there are.
pub(super) const KINDS: usize = Means::Other as usize + 1;

/// Where a variable's value came from, for `cookie:`, `header:` and `query:` keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Server,
    Header(String),
    Cookie(String),
    Argument(String),
}

/// A variable of a pattern.
#[derive(Clone, Debug)]
pub(super) struct Variable {
    /// As the pattern writes it.
    pub written: String,
    /// Its bare name: `remote_user` also for `%u`.
    pub name: String,
    pub means: Means,
    /// Among variables that mean the same, the lowest rank that has a value counts.
    pub rank: u8,
    pub origin: Origin,
    /// The byte that its value always begins with.
    pub begins: Option<u8>,
}

impl Variable {
    pub(super) fn new(written: String, name: &str, origin: Origin, kind: (Means, u8)) -> Variable {
        let begins = matches!(kind.0, Means::Target | Means::Path).then_some(b'/');
        Variable {
            written,
            name: name.to_owned(),
            means: kind.0,
            rank: kind.1,
            origin,
            begins,
        }
    }

    /// Whether a case may call it so: as written, by its bare name, with or without the `$`.
    pub(super) fn is_called(&self, key: &str) -> bool {
        key == self.written
            || key.strip_prefix('$').unwrap_or(key) == self.name
            || matches!(&self.origin, Origin::Header(name) if name.eq_ignore_ascii_case(key))
            || (self.means == Means::User && key == "remote_user")
    }

    pub(super) fn is_header(&self, key: &str) -> bool {
        matches!(&self.origin, Origin::Header(name) if same_header(name.as_bytes(), key.as_bytes()))
    }

    pub(super) fn is_cookie(&self, key: &str) -> bool {
        matches!(&self.origin, Origin::Cookie(name) if name == key)
    }

    pub(super) fn is_argument(&self, key: &str) -> bool {
        matches!(&self.origin, Origin::Argument(name) if name == key)
    }

    /// Whether a client chooses what it holds.
    pub(super) fn is_chosen(&self) -> bool {
        use Means::{Agent, Host, Path, Query, Referer, Request, Target};
        self.origin != Origin::Server
            || matches!(
                self.means,
                Request | Target | Path | Query | Referer | Agent | Host
            )
    }

    /// Whether it may hold several values with a comma and a blank between them: the addresses that a request was
    /// forwarded for, the servers that were asked one behind the other and what each took. What else a client sends may
    /// end in a comma.
    pub(super) fn may_be_list(&self) -> bool {
        matches!(self.means, Means::Client | Means::Forwarded | Means::Other)
    }

    pub(super) fn may_take_query(&self) -> bool {
        matches!(self.means, Means::Path | Means::Target)
    }

    /// A query that brings its own question mark, the mark alone, or what follows the mark.
    pub(super) fn is_query_part(&self) -> bool {
        self.means == Means::Query || self.name == "is_args"
    }

    /// Becomes one field with the variable behind it.
    pub(super) fn take(&mut self, means: Means, between: &str, next: &Variable) {
        self.means = means;
        self.written = format!("{}{between}{}", self.written, next.written);
    }
}

/// What a request or response header tells, by its name with dashes or underscores.
pub(super) fn of_header(name: &str) -> (Means, u8) {
    let is = |known: &str| same_header(name.as_bytes(), known.as_bytes());
    if is("Referer") {
        (Means::Referer, 0)
    } else if is("User-Agent") {
        (Means::Agent, 0)
    } else if is("Host") {
        (Means::Host, 0)
    } else if is("Cookie") {
        (Means::Cookies, 0)
    } else if is("X-Request-Id") {
        (Means::RequestId, 1)
    } else if is("X-Real-IP") {
        (Means::Client, 3)
    } else if is("X-Forwarded-For") {
        (Means::Forwarded, 0)
    } else if is("Forwarded") {
        (Means::Forwarded, 1)
    } else {
        (Means::Other, 0)
    }
}
