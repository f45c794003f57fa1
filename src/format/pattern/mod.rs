//! Lines that an nginx `log_format` or an Apache `LogFormat` string describes.
//!
//! The string is compiled once into literals and fields; a field ends where the literal after it
//! begins. `nginx.rs` and `apache.rs` read the two languages, `meaning.rs` says what a variable
//! tells of a request. A line that does not match to its end is a problem, not a guess: a server
//! whose format was changed must show in the rejects.

mod apache;
mod known;
mod meaning;
mod nginx;
mod paste;
mod reader;

use std::sync::Arc;

use chrono_tz::Tz;
use memchr::memmem::Finder;

use super::text::Escapes;
use super::time::strftime::Strftime;
use super::{FormatProblem, LineFormat, Problem, Record, State};
use crate::case::AccountKey;
use meaning::{Means, Variable};

/// A compiled pattern.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    parts: Vec<Part>,
    escapes: Escapes,
    zone: Tz,
    account: Account,
    /// What stands before the last field, where it ends fields before it too whose values are the client's to choose: a
    /// last value that holds it was cut at a wrong place.
    mark: Option<Vec<u8>>,
}

#[derive(Clone, Debug)]
enum Part {
    Literal(Vec<u8>),
    Field(Variable, End),
    Clock(Strftime),
}

/// How to find where a field ends.
#[derive(Clone, Debug)]
enum End {
    /// It goes on to the line's end.
    Line,
    /// At the next such text.
    Text(Box<Finder<'static>>),
    /// At this text, which must be the line's last.
    LastText(Vec<u8>),
    /// At a closing quote that is not escaped and begins this text.
    Quote(Vec<u8>),
    /// At a closing quote that is not escaped, begins this text, and ends the line with it.
    LastQuote(Vec<u8>),
    /// At the quote that has a status behind it.
    Request,
    /// At such a text with a stamp behind it, and behind that the second text: what stands here
    /// may be the client's to choose and look like either.
    BeforeTime(Box<Finder<'static>>, Vec<u8>),
    /// Before the byte that the next field begins with.
    Before(u8),
}

#[derive(Clone, Debug)]
enum Account {
    /// The format's own user.
    User,
    /// The part at this place, whole.
    Part(usize),
    /// A cookie in the part at this place.
    Cookie(usize, String),
    /// A parameter of the target's query.
    Query(String),
}

/// What a front end makes of the string, before the ends of fields are known.
#[derive(Clone, Debug)]
enum Token {
    Literal(Vec<u8>),
    Variable(Variable),
    Clock(Strftime),
}

impl Pattern {
    pub(super) fn compile(text: &str, zone: Tz) -> Result<Pattern, FormatProblem> {
        let pasted = paste::unwrap(text);
        let tokens = match nginx::likeness(&pasted.text).cmp(&apache::likeness(&pasted.text)) {
            std::cmp::Ordering::Less => apache::tokens(&pasted.text)?,
            _ => nginx::tokens(&pasted.text)?,
        };
        if !tokens
            .iter()
            .any(|token| !matches!(token, Token::Literal(_)))
        {
            return Err(FormatProblem::new(format!(
                "`pattern` `{text}` has no variable; give the server's own format string, with \
                 names such as $remote_addr (nginx) or %h (Apache)"
            )));
        }
        let parts = parts(trimmed(joined(tokens)), pasted.escapes)?;
        Ok(Pattern {
            mark: mark(&parts),
            parts,
            escapes: pasted.escapes,
            zone,
            account: Account::User,
        })
    }

    /// Whether some variable tells this.
    fn has(&self, means: Means) -> bool {
        let tells = |part: &Part| matches!(part, Part::Field(v, _) if v.means == means);
        self.parts.iter().any(tells)
    }

    fn has_no(&self, key: &AccountKey) -> FormatProblem {
        let wanted = match key {
            AccountKey::Field(name) => format!("field `{name}`"),
            AccountKey::Cookie(name) => format!("cookie `{name}`"),
            AccountKey::Header(name) => format!("header `{name}`"),
            AccountKey::Query(name) => format!("request in which to look for `query:{name}`"),
            AccountKey::Claim(..) => "token".to_owned(),
        };
        let has: Vec<&str> = self
            .parts
            .iter()
            .filter_map(|part| match part {
                Part::Field(variable, _) => Some(variable.written.as_str()),
                _ => None,
            })
            .collect();
        FormatProblem::new(format!(
            "`account`: the pattern has no {wanted}; it has {}",
            has.join(", ")
        ))
    }
}

impl LineFormat for Pattern {
    fn name(&self) -> &'static str {
        "pattern"
    }

    fn bind(&self, key: &AccountKey) -> Result<Arc<dyn LineFormat>, FormatProblem> {
        let place = |wanted: &dyn Fn(&Variable) -> bool| {
            self.parts
                .iter()
                .position(|part| matches!(part, Part::Field(v, _) if wanted(v)))
        };
        let account = match key {
            AccountKey::Field(name) => place(&|v| v.is_called(name)).map(Account::Part),
            AccountKey::Header(name) => place(&|v| v.is_header(name)).map(Account::Part),
            AccountKey::Cookie(name) => match place(&|v| v.is_cookie(name)) {
                Some(place) => Some(Account::Part(place)),
                None => place(&|v| v.means == Means::Cookies)
                    .map(|place| Account::Cookie(place, name.clone())),
            },
            AccountKey::Query(name) => {
                let asks = [Means::Request, Means::Target, Means::Query];
                match place(&|v| v.is_argument(name)) {
                    Some(place) => Some(Account::Part(place)),
                    None => {
                        place(&|v| asks.contains(&v.means)).map(|_| Account::Query(name.clone()))
                    }
                }
            }
            AccountKey::Claim(..) => None,
        };
        let Some(account) = account else {
            return Err(self.has_no(key));
        };
        Ok(Arc::new(Pattern {
            account,
            ..self.clone()
        }))
    }

    fn carries_account(&self) -> bool {
        !matches!(self.account, Account::User) || self.has(Means::User)
    }

    fn read<'a>(&self, _: &State, line: &'a [u8]) -> Result<Record<'a>, Problem> {
        reader::read(self, line)
    }

    fn fields(&self, _: &State, line: &[u8]) -> Vec<(String, Vec<u8>)> {
        reader::fields(self, line)
    }
}

/// Joins what is one field although the string writes it as several: neighbouring literals,
/// `%U%q` and `$uri$is_args$args` (a target), `%a:%{remote}p` (an IPv6 address has colons too).
fn joined(tokens: Vec<Token>) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::new();
    for token in tokens {
        match (out.as_mut_slice(), &token) {
            ([.., Token::Literal(before)], Token::Literal(more)) => before.extend_from_slice(more),
            ([.., Token::Variable(path)], Token::Variable(next))
                if path.may_take_query() && next.is_query_part() =>
            {
                path.take(Means::Target, "", next);
            }
            ([.., Token::Variable(client), Token::Literal(colon)], Token::Variable(port))
                if client.means == Means::Client
                    && port.means == Means::ClientPort
                    && colon == b":" =>
            {
                client.take(Means::ClientAndPort, ":", port);
                out.pop();
            }
            _ => out.push(token),
        }
    }
    out
}

/// Without blanks at either end: lines come trimmed too.
fn trimmed(mut tokens: Vec<Token>) -> Vec<Token> {
    if let Some(Token::Literal(first)) = tokens.first_mut() {
        *first = first.trim_ascii_start().to_vec();
    }
    if let Some(Token::Literal(last)) = tokens.last_mut() {
        *last = last.trim_ascii_end().to_vec();
    }
    tokens.retain(|token| !matches!(token, Token::Literal(text) if text.is_empty()));
    tokens
}

/// Settles where each field ends.
fn parts(tokens: Vec<Token>, escapes: Escapes) -> Result<Vec<Part>, FormatProblem> {
    let mut parts = Vec::with_capacity(tokens.len());
    for (place, token) in tokens.iter().enumerate() {
        parts.push(match token {
            Token::Literal(text) => Part::Literal(text.clone()),
            Token::Clock(clock) => Part::Clock(clock.clone()),
            Token::Variable(variable) => {
                let quoted = place > 0
                    && matches!(&tokens[place - 1], Token::Literal(t) if t.ends_with(b"\""));
                let end = end_of(variable, quoted, &tokens[place + 1..], escapes)?;
                Part::Field(variable.clone(), end)
            }
        });
    }
    Ok(parts)
}

/// The mark between columns of which a client can put one more into its line.
fn mark(parts: &[Part]) -> Option<Vec<u8>> {
    let fields = match parts {
        [fields @ .., Part::Literal(_)] => fields,
        fields => fields,
    };
    let [
        before @ ..,
        Part::Literal(mark),
        Part::Field(_, End::Line | End::LastText(_)),
    ] = fields
    else {
        return None;
    };
    let ends = |part: &Part| {
        matches!(part, Part::Field(variable, End::Text(text))
            if text.needle() == mark.as_slice() && variable.is_chosen())
    };
    let blank = mark.iter().all(|b| *b == b' ');
    (!blank && before.iter().any(ends)).then(|| mark.clone())
}

fn end_of(
    variable: &Variable,
    quoted: bool,
    after: &[Token],
    escapes: Escapes,
) -> Result<End, FormatProblem> {
    let end = match after {
        [] => End::Line,
        [Token::Literal(text)] if quoted && text.starts_with(b"\"") => End::LastQuote(text.clone()),
        [Token::Literal(text)] => End::LastText(text.clone()),
        [Token::Literal(text), Token::Variable(status), ..]
            if variable.means == Means::Request
                && status.means == Means::Status
                && escapes != Escapes::None
                && quoted
                && text == b"\" " =>
        {
            End::Request
        }
        [Token::Literal(text), ..] if quoted && text.starts_with(b"\"") => End::Quote(text.clone()),
        [
            Token::Literal(text),
            Token::Variable(time),
            Token::Literal(behind),
            ..,
        ] if time.means == Means::ClfTime && behind.starts_with(b"]") => {
            End::BeforeTime(Box::new(Finder::new(text).into_owned()), behind.clone())
        }
        [Token::Literal(text), ..] => End::Text(Box::new(Finder::new(text).into_owned())),
        [
            Token::Variable(Variable {
                begins: Some(byte), ..
            }),
            ..,
        ] => End::Before(*byte),
        [Token::Variable(next), ..] => return Err(no_end(variable, &next.written)),
        [Token::Clock(_), ..] => return Err(no_end(variable, "a time")),
    };
    Ok(end)
}

fn no_end(variable: &Variable, next: &str) -> FormatProblem {
    FormatProblem::new(format!(
        "`pattern`: {} is followed directly by {next}, so nothing tells where it ends; if the lines \
         have a character between them, write it there",
        variable.written
    ))
}
