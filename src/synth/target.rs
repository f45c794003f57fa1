//! A request target, and the untidy ways in which clients write the same one.
//!
//! Everything that `untidy` does is something that the platform, as CASE.md says of targets, takes
//! for the same request.

use super::rng::Draws;

/// A path and its query, unencoded.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
}

impl Target {
    pub(super) fn new(path: String) -> Target {
        Target {
            path,
            query: Vec::new(),
        }
    }

    /// As a well-behaved client writes it.
    pub(super) fn tidy(&self) -> String {
        join(&self.path, &self.query, encode)
    }

    /// As some client writes it; with a host in front only where the log could show one.
    pub(super) fn untidy(&self, draws: &mut Draws, host: Option<&str>) -> String {
        let mut query = self.query.clone();
        match draws.below(10) {
            0 => self.tidy().replacen('/', "//", 1),
            1 => join(&format!("/.{}", self.path), &query, encode),
            2 => join(&format!("/app/..{}", self.path), &query, encode),
            3 => join(&digits_encoded(&self.path), &query, |v| {
                digits_encoded(&encode(v))
            }),
            4 if self.path.len() > 1 => join(&format!("{}/", self.path), &query, encode),
            5 => {
                let mark = draws.word() as u32;
                join(
                    &format!("{};jsessionid={mark:08x}", self.path),
                    &query,
                    encode,
                )
            }
            6 => match host {
                Some(host) => format!("https://{host}{}", self.tidy()),
                None => self.tidy(),
            },
            7 => join(&last_slash_doubled(&self.path), &query, encode),
            8 => {
                query.insert(0, ("_".to_owned(), draws.below(1 << 32).to_string()));
                join(&self.path, &query, encode)
            }
            _ => {
                query.push(("lang".to_owned(), "sv".to_owned()));
                draws.shuffle(&mut query);
                join(&self.path, &query, |v| encode(v).replace("%2C", ","))
            }
        }
    }
}

fn join(path: &str, query: &[(String, String)], value: impl Fn(&str) -> String) -> String {
    let mut text = path.to_owned();
    for (at, (key, raw)) in query.iter().enumerate() {
        text.push(if at == 0 { '?' } else { '&' });
        text.push_str(key);
        text.push('=');
        text.push_str(&value(raw));
    }
    text
}

/// Percent-encodes what may not stand in a query as it is.
fn encode(value: &str) -> String {
    value.replace('@', "%40").replace(',', "%2C")
}

/// Every digit as its escape, outside of escapes.
fn digits_encoded(text: &str) -> String {
    let mut out = String::new();
    let mut escape = 0;
    for c in text.chars() {
        match c {
            '%' => escape = 3,
            '0'..='9' if escape == 0 => {
                out.push_str(&format!("%3{c}"));
                continue;
            }
            _ => {}
        }
        escape -= i32::from(escape > 0);
        out.push(c);
    }
    out
}

fn last_slash_doubled(path: &str) -> String {
    match path.rfind('/') {
        Some(at) => format!("{}/{}", &path[..at], &path[at..]),
        None => path.to_owned(),
    }
}
