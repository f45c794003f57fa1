//! Common, combined, and either with the virtual host in front, in any mix, by one reader.
//!
//! nginx and Apache servers change between these within a file, and other writers add columns at
//! the end, so what is optional is judged line by line. The request is found by its shape, not by
//! counting quotes: `request.rs` says why.

use std::sync::Arc;

use memchr::{memchr, memchr_iter};

use super::account;
use super::text::{Escapes, bytes, field, is_escaped, present, status, unquoted};
use super::time;
use super::{FormatProblem, Lately, Lean, LineFormat, Problem, Record, State, client, request};
use crate::case::AccountKey;
use crate::words::Stamp;

/// The reader; what differs is what it is called and where the account stands.
#[derive(Clone, Debug)]
pub(super) struct Clf {
    name: &'static str,
    account: Account,
}

#[derive(Clone, Debug)]
enum Account {
    User,
    Ident,
    Query(String),
}

impl Clf {
    pub(super) fn combined() -> Clf {
        Clf {
            name: "combined",
            account: Account::User,
        }
    }

    pub(super) fn common() -> Clf {
        Clf {
            name: "common",
            account: Account::User,
        }
    }

    fn has_no(&self, what: &str) -> FormatProblem {
        FormatProblem::new(format!(
            "`account`: format `{}` has no {what}; it has remote_user, remote_logname and query:NAME. \
             If the server logs more than that, describe its lines with `pattern`",
            self.name
        ))
    }
}

impl LineFormat for Clf {
    fn name(&self) -> &'static str {
        self.name
    }

    fn carries_account(&self) -> bool {
        true
    }

    fn bind(&self, key: &AccountKey) -> Result<Arc<dyn LineFormat>, FormatProblem> {
        let account = match key {
            AccountKey::Field(name) => match name.as_str() {
                "remote_user" | "user" | "%u" | "$remote_user" => Account::User,
                "remote_logname" | "ident" | "%l" => Account::Ident,
                other => return Err(self.has_no(&format!("field `{other}`"))),
            },
            AccountKey::Query(name) => Account::Query(name.clone()),
            AccountKey::Cookie(name) => return Err(self.has_no(&format!("cookie `{name}`"))),
            AccountKey::Header(name) => return Err(self.has_no(&format!("header `{name}`"))),
            AccountKey::Claim(..) => return Err(self.has_no("token")),
        };
        Ok(Arc::new(Clf {
            name: self.name,
            account,
        }))
    }

    fn read<'a>(&self, _: &State, line: &'a [u8]) -> Result<Record<'a>, Problem> {
        self.with_rest(line).map(|(record, _)| record)
    }

    fn reads_lean(&self) -> bool {
        matches!(self.account, Account::User)
    }

    fn minds_escapes(&self) -> bool {
        true
    }

    fn lean<'a>(&self, _: &State, line: &'a [u8], lately: &'a mut Lately) -> Option<Lean<'a>> {
        Lean::read(line, lately)
    }
}

impl Clf {
    /// The record, and the columns that stand behind those of every combined line.
    pub(super) fn with_rest<'a>(&self, line: &'a [u8]) -> Result<(Record<'a>, &'a [u8]), Problem> {
        let mut record = Record::default();
        // Hardly any line has an escape; one look spares one for each field.
        let escapes = match memchr(b'\\', line) {
            Some(_) => Escapes::Log,
            None => Escapes::None,
        };
        let Some((head, stamp, rest)) = split_time(line)? else {
            return Ok((record, b""));
        };
        record.time = stamp;
        let head = Head::split(head);
        if head.is_in_front_of_another() || head.is_rest_of_one() || head.is_in_a_cell() {
            return Err(Problem::Shape);
        }
        record.host = head.host.and_then(|host| field(host, escapes));
        client::put(head.client, &mut record);
        record.user = field(unquoted(head.user), escapes);

        let (line, rest) = take_request(rest)?;
        request::put(line, escapes, &mut record);
        let rest = take_numbers(rest, &mut record)?;
        let rest = take_tail(rest, escapes, &mut record);
        client::put_forwarded(named(rest, b"XFF=\"").map(Into::into), &mut record);

        record.account = match &self.account {
            Account::User => record.user.clone(),
            Account::Ident => head.ident.and_then(|ident| field(ident, escapes)),
            Account::Query(name) => account::query(&record, name),
        };
        Ok((record, rest))
    }
}

/// What stands before the bracket, the time in it, and what follows; `None` for a line of which
/// every field is a dash.
type Split<'a> = Option<(&'a [u8], Option<Stamp>, &'a [u8])>;

/// A user's name may hold blanks and brackets and is the client's to choose, so the time is the
/// first bracket that both reads as one and has the request's quote behind it.
fn split_time(line: &[u8]) -> Result<Split<'_>, Problem> {
    let (mut unquoted_request, mut problem) = (None, Problem::Shape);
    for open in memchr_iter(b'[', line) {
        let Some((text, rest)) = bracketed(line, open) else {
            continue;
        };
        let quoted = rest.starts_with(b" \"");
        if !quoted && !rest.starts_with(b" - ") {
            continue;
        }
        let stamp = time::clf(text).or_else(|| time::rfc3339(text));
        if stamp.is_none() && text != b"-" {
            problem = Problem::Time;
        } else if quoted {
            return Ok(Some((&line[..open - 1], stamp, rest)));
        } else if unquoted_request.is_none() {
            unquoted_request = Some((&line[..open - 1], stamp, rest));
        }
        // The request begins here, so the time may only be inside this bracket still.
        if quoted && memchr(b'[', text).is_none() {
            break;
        }
    }
    if unquoted_request.is_some() {
        return Ok(unquoted_request);
    }
    let words = || line.split(|&b| b == b' ').filter(|word| !word.is_empty());
    if words().count() >= 7 && words().all(|word| word == b"-") {
        Ok(None)
    } else {
        Err(problem)
    }
}

/// The text in the bracket that opens here after a blank, and what follows its end.
fn bracketed(line: &[u8], open: usize) -> Option<(&[u8], &[u8])> {
    if open == 0 || line[open - 1] != b' ' {
        return None;
    }
    let inner = &line[open + 1..];
    let close = memchr(b']', &inner[..inner.len().min(time::LONGEST)])?;
    Some((&inner[..close], &inner[close + 1..]))
}

/// The columns before the time.
struct Head<'a> {
    host: Option<&'a [u8]>,
    client: &'a [u8],
    ident: Option<&'a [u8]>,
    user: &'a [u8],
}

impl<'a> Head<'a> {
    fn split(head: &'a [u8]) -> Head<'a> {
        let (first, rest) = word(head);
        let odd = memchr(b':', first).is_some() || first.ends_with(b",");
        match rest.strip_prefix(b"- ") {
            Some(user) if !odd => Head {
                host: None,
                client: first,
                ident: None,
                user: user.trim_ascii(),
            },
            _ => Head::split_odd(head),
        }
    }

    /// Whether something stands in front of the line that is no part of it, so that what looks like a user is
    /// a client and a user: a shipper's stamp, host or tag.
    fn is_in_front_of_another(&self) -> bool {
        let words = || self.user.split(|b| *b == b' ');
        let foreign = |word: &[u8]| word == b"-" || client::is_address(word);
        if self.ident.is_none()
            && memchr(b' ', self.user).is_none()
            && memchr(b':', self.client).is_none()
        {
            return memchr(b'\t', self.client).is_some();
        }
        !client::is_address(self.client)
            && ((memchr(b' ', self.user).is_some() && words().any(foreign))
                || memchr(b'\t', self.client).is_some()
                || time::rfc3339(self.client).is_some())
    }

    /// Whether all that stands before the time is one word and no address: the end of a user's name, of a line whose
    /// beginning is in another file. It would be an address that never was.
    fn is_rest_of_one(&self) -> bool {
        let lone = self.ident.is_none() && self.user.is_empty();
        lone && self.client != b"-"
            && !self.client.starts_with(b"unix:")
            && !client::is_address(self.client)
    }

    /// Whether the line stands in a cell of a table's row, behind other cells: their text is no client's address.
    fn is_in_a_cell(&self) -> bool {
        let first = self.client.split(|b| *b == b',').next().unwrap_or_default();
        memchr(b'"', unquoted(self.client)).is_some()
            || first.len() < self.client.len() && time::rfc3339(first).is_some()
    }

    /// With a virtual host in front, a list of clients, an ident, or a dash too few.
    fn split_odd(head: &'a [u8]) -> Head<'a> {
        let (first, rest) = word(head);
        let host = is_host(first, rest).then_some(first);
        let from = if host.is_some() { rest } else { head };
        let (client, rest) = clients(from);
        let (ident, user) = match word(rest) {
            (b"-", b"") => (None, &b"-"[..]),
            (lone, b"") => (None, lone),
            // An ident is hardly ever logged, and a fourth word is: the first one is then a host that looks like a
            // client, the second a client that is no address.
            (client, user)
                if client != b"-"
                    && host.is_none()
                    && client::is_address(first)
                    && user.starts_with(b"- ") =>
            {
                return Head {
                    host: Some(first),
                    client,
                    ident: None,
                    user: user[2..].trim_ascii(),
                };
            }
            (ident, user) => (Some(ident), user.trim_ascii()),
        };
        let host = host.map(|host| memchr::memrchr(b':', host).map_or(host, |port| &host[..port]));
        Head {
            host,
            client,
            ident,
            user,
        }
    }
}

/// Whether the first word is a virtual host: an address follows it, or it has a port, is no
/// address itself, and leaves three words for client, ident and user.
fn is_host(first: &[u8], rest: &[u8]) -> bool {
    let (second, more) = word(rest);
    if first.ends_with(b",") || more.is_empty() {
        return false;
    }
    let others = word(more).1;
    let has_port =
        memchr(b':', first).is_some_and(|at| first[at + 1..].iter().all(u8::is_ascii_digit));
    client::is_address(second) || (has_port && !others.is_empty() && !client::is_address(first))
}

/// The client column, which may be a list `a, b, c`; and what follows.
fn clients(head: &[u8]) -> (&[u8], &[u8]) {
    let mut end = 0;
    loop {
        let (one, rest) = word(&head[end..]);
        let consumed = head.len() - rest.len();
        if !one.ends_with(b",") || rest.is_empty() {
            return (head[..consumed].trim_ascii(), rest);
        }
        end = consumed;
    }
}

/// The first word and what follows it, without the blanks between. Words are short, so a plain
/// loop beats the call of a fast search.
fn word(text: &[u8]) -> (&[u8], &[u8]) {
    match text.iter().position(|b| *b == b' ') {
        Some(end) => (&text[..end], text[end..].trim_ascii_start()),
        None => (text, b""),
    }
}

/// The request line without its quotes, and what follows them.
fn take_request(rest: &[u8]) -> Result<(&[u8], &[u8]), Problem> {
    match rest.trim_ascii_start().split_first() {
        Some((b'"', body)) => {
            let end = request::end(body).ok_or(Problem::Cut)?;
            Ok((&body[..end], body[end + 1..].trim_ascii_start()))
        }
        Some((b'-', rest)) => Ok((b"-", rest.trim_ascii_start())),
        _ => Err(Problem::Shape),
    }
}

/// Status and byte count; returns what follows.
fn take_numbers<'a>(rest: &'a [u8], record: &mut Record<'a>) -> Result<&'a [u8], Problem> {
    let (code, rest) = word(rest);
    let (size, rest) = word(rest);
    record.status = status(code)?;
    if size.is_empty() {
        return Err(Problem::Cut);
    }
    record.bytes = bytes(size)?;
    Ok(rest)
}

/// Referer and user agent, each optional; returns what some setups add behind them.
fn take_tail<'a>(rest: &'a [u8], escapes: Escapes, record: &mut Record<'a>) -> &'a [u8] {
    let Some((referer, rest)) = quoted(rest) else {
        return rest;
    };
    record.referer = field(referer, escapes);
    let Some((agent, rest)) = quoted(rest) else {
        return rest;
    };
    record.user_agent = field(agent, escapes);
    // ingress-nginx ends its lines with $request_id, and nothing else is 32 hexadecimal digits.
    let last = memchr::memrchr(b' ', rest).map_or(rest, |blank| &rest[blank + 1..]);
    if last.len() == 32 && last.iter().all(u8::is_ascii_hexdigit) {
        record.request_id = present(last).map(Into::into);
    }
    rest
}

/// The user agent in what stands behind the byte count of a line without escapes, empty where there is none; `None`
/// where a list of proxies follows.
pub(super) fn agent(tail: &[u8]) -> Option<&[u8]> {
    let Some((_, rest)) = quoted(tail) else {
        return named(tail, b"XFF=\"").is_none().then_some(b"");
    };
    let Some((agent, rest)) = quoted(rest) else {
        return named(rest, b"XFF=\"").is_none().then_some(b"");
    };
    let alone = named(rest, b"XFF=\"").is_none();
    alone.then(|| present(agent).unwrap_or_default())
}

/// The value of `NAME="..."` among the columns at the end, as Tomcat setups write the list of proxies.
fn named<'a>(rest: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    if rest.is_empty() {
        return None;
    }
    let from = memchr::memmem::find(rest, name)? + name.len();
    let until = memchr(b'"', &rest[from..])?;
    present(&rest[from..from + until])
}

/// A quoted field or a lone dash; `None` when the next column is neither. A field that the line's
/// end cuts short is kept as far as it goes.
fn quoted(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let Some(body) = rest.strip_prefix(b"\"") else {
        let (dash, rest) = word(rest);
        return (dash == b"-").then_some((dash, rest));
    };
    let ends =
        |quote: &usize| !is_escaped(body, *quote) && body.get(quote + 1).is_none_or(|b| *b == b' ');
    match memchr_iter(b'"', body).find(ends) {
        Some(end) => Some((&body[..end], body[end + 1..].trim_ascii_start())),
        None => Some((body, b"")),
    }
}
