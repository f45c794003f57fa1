//! nginx's `log_format`: `$name`, `${name}`, and literal text.

use super::meaning::{Means, Origin, Variable, of_header};
use super::{Token, known};
use crate::format::FormatProblem;
use crate::format::time::strftime::Strftime;

/// How many variables of nginx the text has; those that are known weigh more.
pub(super) fn likeness(text: &str) -> usize {
    let known = |name: &str| match of(name) {
        (_, (Means::Other, _)) => 1,
        _ => 10,
    };
    split(text)
        .into_iter()
        .map(|piece| piece.name.map_or(0, known))
        .sum()
}

/// The text's literals and variables, in order.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, FormatProblem> {
    let pieces = split(text);
    for piece in &pieces {
        if let Some(meant) = piece.slip_of() {
            return Err(FormatProblem::new(format!(
                "`pattern`: nginx has no variable `{0}`; did you mean `${meant}`? If the configuration sets a \
                 variable of that name, write it `${{{1}}}`",
                piece.written,
                piece.name.unwrap_or_default()
            )));
        }
    }
    Ok(pieces.into_iter().flat_map(Piece::tokens).collect())
}

/// A literal, and the times in it: nginx has no way to spell one out, and a log of another program may, so Apache's
/// `%{...}t` is read here too.
fn with_clocks(mut text: &str) -> Vec<Token> {
    let literal = |text: &str| Token::Literal(text.as_bytes().to_vec());
    let mut tokens = Vec::new();
    while let Some((before, letters, behind)) = clock_in(text) {
        if !before.is_empty() {
            tokens.push(literal(before));
        }
        tokens.push(Token::Clock(letters));
        text = behind;
    }
    if !text.is_empty() {
        tokens.push(literal(text));
    }
    tokens
}

/// The first time that a text spells out, and what stands around it.
fn clock_in(text: &str) -> Option<(&str, Strftime, &str)> {
    text.match_indices("%{").find_map(|(at, open)| {
        let (letters, behind) = text[at + open.len()..].split_once("}t")?;
        let spelled = letters
            .contains('%')
            .then(|| Strftime::compile(letters).ok());
        Some((&text[..at], spelled.flatten()?, behind))
    })
}

/// A piece of the text: a literal, or a variable with its name.
struct Piece<'t> {
    written: &'t str,
    name: Option<&'t str>,
}

impl Piece<'_> {
    /// The variable of nginx of which this one is a typing slip. A name in braces is meant so.
    fn slip_of(&self) -> Option<&'static str> {
        let name = self.name.filter(|_| !self.written.starts_with("${"))?;
        known::slip_of(name)
    }

    fn tokens(self) -> Vec<Token> {
        let Some(name) = self.name else {
            return with_clocks(self.written);
        };
        let (origin, kind) = of(name);
        vec![Token::Variable(Variable::new(
            self.written.to_owned(),
            name,
            origin,
            kind,
        ))]
    }
}

fn split(text: &str) -> Vec<Piece<'_>> {
    let (mut pieces, mut rest) = (Vec::new(), text);
    while !rest.is_empty() {
        let dollar = rest.find('$').unwrap_or(rest.len());
        let (literal, tail) = rest.split_at(dollar);
        if !literal.is_empty() {
            pieces.push(Piece {
                written: literal,
                name: None,
            });
        }
        let Some(after) = tail.strip_prefix('$') else {
            break;
        };
        let name = match after
            .strip_prefix('{')
            .and_then(|inner| inner.split_once('}'))
        {
            Some((name, _)) => name,
            None => {
                let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
                &after[..after.find(|c| !plain(c)).unwrap_or(after.len())]
            }
        };
        let braces = if after.starts_with('{') && !name.is_empty() {
            2
        } else {
            0
        };
        let (written, tail) = tail.split_at(1 + name.len() + braces);
        pieces.push(Piece {
            written,
            name: (!name.is_empty()).then_some(name),
        });
        rest = tail;
    }
    pieces
}

/// What a variable tells, and where its value comes from.
fn of(name: &str) -> (Origin, (Means, u8)) {
    if let Some(cookie) = name.strip_prefix("cookie_") {
        return (Origin::Cookie(cookie.to_owned()), (Means::Other, 0));
    }
    if let Some(argument) = name.strip_prefix("arg_") {
        return (Origin::Argument(argument.to_owned()), (Means::Other, 0));
    }
    if let Some(header) = name.strip_prefix("http_") {
        return (Origin::Header(header.to_owned()), of_header(header));
    }
    // What the application answered is no statement of the client's, whatever the name.
    for answer in ["sent_http_", "upstream_http_"] {
        if let Some(header) = name.strip_prefix(answer) {
            return (Origin::Header(header.to_owned()), of_answer(header));
        }
    }
    (Origin::Server, of_server(name))
}

fn of_answer(header: &str) -> (Means, u8) {
    match of_header(header) {
        (Means::RequestId, _) => (Means::RequestId, 2),
        _ => (Means::Other, 0),
    }
}

fn of_server(name: &str) -> (Means, u8) {
    match name {
        "remote_addr" => (Means::Client, 0),
        "realip_remote_addr" => (Means::Client, 1),
        "proxy_protocol_addr" => (Means::Client, 2),
        "proxy_add_x_forwarded_for" => (Means::Forwarded, 2),
        "remote_port" => (Means::ClientPort, 0),
        "remote_user" => (Means::User, 0),
        // Not nginx's own, but there is one thing that a setup sets such a variable to.
        "account" | "user" | "user_id" | "userid" | "username" => (Means::User, 1),
        "time_local" => (Means::ClfTime, 0),
        "time_iso8601" => (Means::IsoTime, 0),
        "msec" => (Means::EpochTime, 0),
        "request" => (Means::Request, 0),
        "request_method" => (Means::Method, 0),
        "request_uri" => (Means::Target, 0),
        "uri" => (Means::Path, 1),
        "document_uri" => (Means::Path, 2),
        "args" | "query_string" => (Means::Query, 0),
        "server_protocol" => (Means::Protocol, 0),
        "host" => (Means::Host, 1),
        "server_name" => (Means::Host, 2),
        "status" => (Means::Status, 0),
        "body_bytes_sent" => (Means::Bytes, 0),
        "bytes_sent" => (Means::AllBytes, 0),
        "hostname" => (Means::Node, 0),
        "request_id" | "req_id" => (Means::RequestId, 0),
        "request_time" => (Means::Seconds, 0),
        _ => (Means::Other, 0),
    }
}
