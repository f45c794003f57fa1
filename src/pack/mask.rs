//! A raw line -> the same line, with nothing in it but what its reader may see.
//!
//! The line is not searched for what must go: everything goes, but what is known to be harmless. A token stays where
//! changing it changes nothing but the time, the status, the byte count, the method or the protocol that the line is
//! read as, or where it is the key of a field or a word of the log's own. The target is written anew from its route:
//! the route's words, IDs that the reader may see, pseudonyms for all others. How a log names its fields need not be
//! known for that, only how it is read. What the reader may see is `owners`'s, the pseudonyms are `keys`'s.

use super::keys::Pseudonyms;
use super::owners::{Controller, Owners};
use super::reread::RawLine;
use super::target::{Asked, Targets};
use crate::format::Record;
use crate::sequence::text;

/// What must be told of a line besides its text.
pub(super) struct Masked {
    /// The text, on one line; `None` where it could not be taken apart again.
    pub(super) text: Option<String>,
    /// What the request asked for, as far as the reader may see it.
    pub(super) asked: Asked,
}

/// Who asked, as the answer has it.
pub(super) struct Asker<'a> {
    pub(super) account: &'a str,
    pub(super) client: &'a str,
}

/// What masking needs to know.
pub(super) struct Masker<'a, 'o> {
    pub(super) owners: &'o Owners,
    pub(super) targets: &'a Targets<'a>,
    pub(super) reader: Controller,
    /// Whether the text is sealed to the controller, so that it may name the controller's own protected persons.
    pub(super) sealed: bool,
}

/// What a token is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Kept,
    Target,
    Account,
    Client,
    Referer,
    Agent,
    Unknown,
}

/// What a change of a token changes.
#[derive(Clone, Copy, Default)]
struct Influence {
    time: bool,
    answer: bool,
    method: bool,
    protocol: bool,
    target: bool,
    account: bool,
    client: bool,
    referer: bool,
    agent: bool,
    other: bool,
}

/// A run of bytes that are letters, digits or no ASCII.
#[derive(Clone, Copy)]
struct Token {
    from: usize,
    until: usize,
    part: Part,
}

impl Masker<'_, '_> {
    /// Masks a line.
    pub(super) fn mask(
        &self,
        line: &RawLine<'_>,
        asker: &Asker<'_>,
        names: &mut Pseudonyms<'_>,
    ) -> Masked {
        let withheld = |asked| Masked { text: None, asked };
        let Some(record) = line.read(line.bytes) else {
            return withheld(Asked::default());
        };
        let Some(asked) = self.asked(&record, names) else {
            return withheld(Asked::default());
        };
        let tokens = self.tokens(line, &record);
        let mut out = Vec::with_capacity(line.bytes.len());
        let mut at = 0;
        let mut target_written = false;
        let target = record.target.as_deref().unwrap_or_default();
        for span in spans(line.bytes, &tokens, signs_behind(target)) {
            out.extend_from_slice(&line.bytes[at..span.from]);
            match span.part {
                Part::Kept => out.extend_from_slice(&line.bytes[span.from..span.until]),
                Part::Target if !target_written => {
                    out.extend_from_slice(asked.target.as_bytes());
                    target_written = true;
                }
                Part::Target => out.push(b'-'),
                part => out.extend_from_slice(stand_in(part, &record, asker, names).as_bytes()),
            }
            at = span.until;
        }
        out.extend_from_slice(&line.bytes[at..]);
        Masked {
            text: Some(text(out.trim_ascii_end())),
            asked,
        }
    }

    fn asked(&self, record: &Record<'_>, names: &mut Pseudonyms<'_>) -> Option<Asked> {
        let method = record.method.as_deref().unwrap_or_default();
        let target = record.target.as_deref()?;
        let show = |object: &str| self.owners.shows_object(self.reader, object, self.sealed);
        let hold = |container: &str| self.owners.shows_container(self.reader, container);
        self.targets.asked(method, target, (&show, &hold), names)
    }

    fn tokens(&self, line: &RawLine<'_>, record: &Record<'_>) -> Vec<Token> {
        let bytes = line.bytes;
        let mut tokens = plain_tokens(bytes);
        let mut scratch = bytes.to_vec();
        let mut timed = vec![false; tokens.len()];
        for (token, timed) in tokens.iter_mut().zip(&mut timed) {
            let word = &bytes[token.from..token.until];
            if is_key(bytes, token) && !self.owners.knows(&String::from_utf8_lossy(word)) {
                token.part = Part::Kept;
                continue;
            }
            let found = influence(line, record, &mut scratch, token);
            *timed = found.is_some_and(|found| found.time);
            token.part = part(found, word, record);
        }
        // Names of months change nothing that can be read when they are changed to what is no month.
        for at in 0..tokens.len() {
            let beside = |other: Option<usize>| other.and_then(|o| timed.get(o)) == Some(&true);
            let month = is_month(&bytes[tokens[at].from..tokens[at].until]);
            if month && (beside(at.checked_sub(1)) && beside(Some(at + 1))) {
                tokens[at].part = Part::Kept;
            }
        }
        tokens
    }
}

fn plain_tokens(bytes: &[u8]) -> Vec<Token> {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || !byte.is_ascii();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let length = bytes[at..].iter().take_while(|b| is_part(b)).count();
        if length > 0 {
            tokens.push(Token {
                from: at,
                until: at + length,
                part: Part::Unknown,
            });
        }
        at += length.max(1);
    }
    tokens
}

/// Whether a token stands in the key of a field of JSON: between quotes, before a colon, and made of letters.
fn is_key(bytes: &[u8], token: &Token) -> bool {
    const LONGEST: usize = 40;
    let of_key = |byte: &u8| byte.is_ascii_alphabetic() || b"_-.@".contains(byte);
    let before = bytes[..token.from]
        .iter()
        .rev()
        .take_while(|b| of_key(b))
        .count();
    let after = bytes[token.from..].iter().take_while(|b| of_key(b)).count();
    let (from, until) = (token.from - before, token.from + after);
    let quoted = from > 0 && bytes[from - 1] == b'"' && bytes.get(until) == Some(&b'"');
    let mut rest = bytes.get(until + 1..).unwrap_or_default().iter();
    let opens = |byte: Option<&u8>| byte.is_some_and(|byte| b"{,".contains(byte));
    let behind = bytes[..from.saturating_sub(1)]
        .iter()
        .rev()
        .find(|b| **b != b' ');
    quoted
        && until >= token.until
        && before + after <= LONGEST
        && opens(behind)
        && rest.find(|byte| **byte != b' ') == Some(&b':')
}

/// What changes when a token is changed; `None` where no change of it leaves a line that can be read.
fn influence(
    line: &RawLine<'_>,
    record: &Record<'_>,
    scratch: &mut [u8],
    token: &Token,
) -> Option<Influence> {
    let own = &line.bytes[token.from..token.until];
    let mut found = None;
    for other in others(own) {
        scratch[token.from..token.until].copy_from_slice(&other);
        let changed = line.read(scratch);
        let seen = changed.map(|changed| Influence::of(record, &changed));
        scratch[token.from..token.until].copy_from_slice(own);
        if let Some(seen) = seen {
            found = Some(seen);
            if seen.any() {
                break;
            }
        }
    }
    found
}

/// Other tokens of the same length and kind, so that what is bounded (an hour, a month, a part of an address) meets one
/// that its bounds allow.
fn others(token: &[u8]) -> Vec<Vec<u8>> {
    let all = [(b'1', b'a'), (b'0', b'b'), (b'2', b'c'), (b'7', b'd')];
    let all = all.map(|(digit, letter)| token.iter().map(|b| change(*b, digit, letter)).collect());
    let mut others: Vec<Vec<u8>> = all.to_vec();
    if let Some((last, rest)) = token.split_last().filter(|(last, _)| last.is_ascii_digit()) {
        let ends = [b'0', b'1', b'2'].into_iter().filter(|digit| digit != last);
        others.extend(ends.map(|digit| [rest, &[digit]].concat()));
    }
    others.retain(|other| other != token);
    others
}

/// Another byte of the same class.
fn change(byte: u8, digit: u8, letter: u8) -> u8 {
    match byte {
        b'0'..=b'9' => digit,
        b'a'..=b'z' => letter,
        b'A'..=b'Z' => letter.to_ascii_uppercase(),
        // A byte of a longer character would break UTF-8 where it is wanted; a letter in its place does not.
        _ => letter,
    }
}

impl Influence {
    fn of(old: &Record<'_>, new: &Record<'_>) -> Influence {
        Influence {
            time: old.time != new.time,
            answer: old.status != new.status || old.bytes != new.bytes,
            method: old.method != new.method,
            protocol: old.protocol != new.protocol,
            target: old.target != new.target,
            account: old.account != new.account
                || old.user != new.user
                || old.bad_token != new.bad_token,
            client: old.client != new.client
                || old.forwarded != new.forwarded
                || old.client_port != new.client_port,
            referer: old.referer != new.referer,
            agent: old.user_agent != new.user_agent,
            other: old.host != new.host
                || old.request_id != new.request_id
                || old.node != new.node
                || old.sequence != new.sequence
                || old.duration_ms != new.duration_ms,
        }
    }

    fn any(self) -> bool {
        self.time || self.answer || self.method || self.protocol || self.target || self.personal()
    }

    fn personal(self) -> bool {
        self.account || self.client || self.referer || self.agent || self.other
    }
}

fn part(found: Option<Influence>, word: &[u8], record: &Record<'_>) -> Part {
    let word_of_logs = matches!(word, b"null" | b"true" | b"false");
    let Some(found) = found else {
        return match word_of_logs {
            true => Part::Kept,
            false => Part::Unknown,
        };
    };
    match found {
        // Without `HTTP` before it, its version would be read as a part of the target, and of an account in there.
        _ if found.protocol && is_protocol(record) && is_of_protocol(word) => Part::Kept,
        _ if found.account => Part::Account,
        _ if found.client => Part::Client,
        _ if found.target => Part::Target,
        _ if found.referer => Part::Referer,
        _ if found.agent => Part::Agent,
        _ if found.other => Part::Unknown,
        _ if found.method && is_method(record) => Part::Kept,
        _ if found.method || found.protocol => Part::Unknown,
        _ if found.answer && word.iter().all(u8::is_ascii_digit) => Part::Kept,
        _ if found.time && is_of_time(word) => Part::Kept,
        _ if word_of_logs => Part::Kept,
        _ => Part::Unknown,
    }
}

fn is_method(record: &Record<'_>) -> bool {
    const KNOWN: [&[u8]; 8] = [
        b"GET", b"HEAD", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS", b"TRACE",
    ];
    let method = record.method.as_deref().unwrap_or_default();
    KNOWN.iter().any(|known| known.eq_ignore_ascii_case(method))
}

fn is_protocol(record: &Record<'_>) -> bool {
    let protocol = record.protocol.as_deref().unwrap_or_default();
    let version = protocol.strip_prefix(b"HTTP/").unwrap_or_default();
    !version.is_empty() && version.len() <= 3 && version.iter().all(|b| b"0123.".contains(b))
}

fn is_of_protocol(word: &[u8]) -> bool {
    word == b"HTTP" || (word.len() == 1 && word[0].is_ascii_digit())
}

/// Digits, the letters of ISO 8601 between and behind them, and names of months.
fn is_of_time(word: &[u8]) -> bool {
    let plain = |byte: &u8| byte.is_ascii_digit() || b"TZ".contains(byte);
    word.iter().all(plain) || is_month(word)
}

fn is_month(word: &[u8]) -> bool {
    const MONTHS: [&[u8]; 12] = [
        b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov",
        b"Dec",
    ];
    MONTHS.contains(&word)
}

/// What a target ends with behind its last letter: `')`.
fn signs_behind(target: &[u8]) -> &[u8] {
    let last = target.iter().rposition(u8::is_ascii_alphanumeric);
    target
        .get(last.map_or(0, |at| at + 1)..)
        .unwrap_or_default()
}

/// Tokens with what lies between those that belong together; `signs` are those that a target ends with.
fn spans(bytes: &[u8], tokens: &[Token], signs: &[u8]) -> Vec<Token> {
    let mut spans: Vec<Token> = Vec::new();
    for token in tokens {
        let mut token = *token;
        if token.part == Part::Target {
            token.from -= ends(bytes[..token.from].iter().rev());
            let behind = &bytes[token.until..];
            token.until += match behind.starts_with(signs) {
                true => signs.len().max(ends(behind.iter())),
                false => ends(behind.iter()),
            };
        }
        match spans.last_mut() {
            Some(last) if joins(bytes, last, &token) => last.until = token.until,
            _ => spans.push(token),
        }
    }
    spans
}

/// How many bytes belong to a target before its first letter and behind its last.
fn ends<'b>(bytes: impl Iterator<Item = &'b u8>) -> usize {
    bytes
        .take_while(|byte| b"/?&=%#~._-;".contains(byte))
        .count()
}

fn joins(bytes: &[u8], last: &Token, token: &Token) -> bool {
    if last.part != token.part || token.part == Part::Kept {
        return false;
    }
    let between = bytes.get(last.until..token.from).unwrap_or_default();
    let breaks: &[u8] = match token.part {
        Part::Agent | Part::Referer => b"\"\t\n",
        Part::Unknown => b"\"\t\n ,{}[]()",
        _ => b"\"\t\n ",
    };
    !between.iter().any(|byte| breaks.contains(byte))
}

fn stand_in(
    part: Part,
    record: &Record<'_>,
    asker: &Asker<'_>,
    names: &mut Pseudonyms<'_>,
) -> String {
    let logged =
        |value: &Option<crate::format::Text<'_>>| text(value.as_deref().unwrap_or_default());
    match part {
        Part::Account => names.of("acct", asker.account),
        Part::Client => names.of("addr", asker.client),
        Part::Referer => names.of("ref", &logged(&record.referer)),
        Part::Agent => names.of("agent", &logged(&record.user_agent)),
        Part::Unknown | Part::Kept | Part::Target => MASKED.to_owned(),
    }
}

/// What stands in place of what nobody needs.
pub(super) const MASKED: &str = "masked";
