//! Where a source says who asked: the `account` key, read and written.

use std::fmt;

use super::problem::{nearest, quoted};

/// Places of an account that are written before a colon.
const PLACES: [&str; 4] = ["cookie", "header", "query", "jwt"];

/// Where a source says who asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountKey {
    /// A field of the format, by the format's own name for it.
    Field(String),
    /// `cookie:NAME`.
    Cookie(String),
    /// `header:NAME`.
    Header(String),
    /// `query:NAME`.
    Query(String),
    /// `jwt:CLAIM` or `jwt:CLAIM@KEY`: a claim in the payload of the JSON Web Token that stands at the
    /// inner key, which is the header `Authorization` where none is given. The token is decoded, not
    /// verified.
    Claim(String, Box<AccountKey>),
}

impl AccountKey {
    /// Reads the key as a case writes it.
    ///
    /// # Errors
    /// What is wrong, and what to do.
    pub fn read(text: &str) -> Result<AccountKey, (String, String)> {
        let Some((place, name)) = text.split_once(':') else {
            return Ok(AccountKey::Field(text.to_owned()));
        };
        if name.is_empty() {
            let what = format!("{} names nothing after the colon", quoted(text));
            return Err((what, "write for example \"cookie:session\"".to_owned()));
        }
        match place {
            "cookie" => Ok(AccountKey::Cookie(name.to_owned())),
            "header" => Ok(AccountKey::Header(name.to_owned())),
            "query" => Ok(AccountKey::Query(name.to_owned())),
            "jwt" => AccountKey::claim(name),
            // Fields of tokens have colons in their names (`cognito:username`), so only what looks
            // like a slip of these places is refused.
            _ => match nearest(place, PLACES) {
                Some(near) => Err((
                    format!("{} is no place of an account", quoted(place)),
                    format!("did you mean \"{near}:{name}\"?"),
                )),
                None => Ok(AccountKey::Field(text.to_owned())),
            },
        }
    }

    fn claim(name: &str) -> Result<AccountKey, (String, String)> {
        // Claims may be URLs, which hold a colon but hardly ever this sign.
        let (claim, token) = name
            .split_once('@')
            .unwrap_or((name, "header:Authorization"));
        match AccountKey::read(token)? {
            AccountKey::Claim(..) => Err((
                format!("{} looks for a token in a token", quoted(token)),
                "write the key of the field, header or cookie that holds the token after the @"
                    .to_owned(),
            )),
            _ if claim.is_empty() || token.is_empty() => Err((
                format!("\"jwt:{name}\" names no claim or no place of the token"),
                "write for example \"jwt:sub@header:Authorization\"".to_owned(),
            )),
            token => Ok(AccountKey::Claim(claim.to_owned(), Box::new(token))),
        }
    }
}

/// As the case file writes it.
impl fmt::Display for AccountKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AccountKey::Field(name) => write!(f, "\"{name}\""),
            AccountKey::Cookie(name) => write!(f, "\"cookie:{name}\""),
            AccountKey::Header(name) => write!(f, "\"header:{name}\""),
            AccountKey::Query(name) => write!(f, "\"query:{name}\""),
            AccountKey::Claim(claim, token) => {
                let token = token.to_string();
                write!(f, "\"jwt:{claim}@{}\"", token.trim_matches('"'))
            }
        }
    }
}
