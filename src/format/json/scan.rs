//! A scanner over the bytes of one JSON value that hands out slices and allocates nothing.
//!
//! Not serde_json, for three reasons: logs hold bytes that are no UTF-8 (nginx's `escape=json`
//! passes them on) and `\xHH` (its default), and a request must not get lost over them; a time
//! such as `1611741600.123` is needed digit by digit, not as a float; and most of a line is
//! passed over. The tests hold it against serde_json. Raw control characters in strings are
//! tolerated too, and values that are not there (`"a":,` and `"a":-,`); all else that is no JSON is refused.

use std::borrow::Cow;

use crate::format::Text;
use crate::format::text::{Escapes, hex, unescape};

/// What was found where a value had to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::format) enum Bad {
    /// The text ends too early.
    End,
    /// It is no JSON.
    Syntax,
}

/// A value as it stands in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::format) enum Value<'a> {
    /// What stands between the quotes.
    Text(&'a [u8]),
    Number(&'a [u8]),
    /// `true`, `false` or `null`.
    Word,
    /// An object or array, brackets included.
    Composite(&'a [u8]),
}

impl<'a> Value<'a> {
    /// A string with its escapes undone, or a number's digits.
    pub(in crate::format) fn text(self) -> Option<Text<'a>> {
        match self {
            Value::Text(raw) => Some(unescape(raw, Escapes::Json)),
            Value::Number(raw) => Some(Cow::Borrowed(raw)),
            Value::Word | Value::Composite(_) => None,
        }
    }
}

/// Deeper nesting than this is refused, as everywhere; the brackets that are open fit into a word.
const DEEPEST: u32 = 127;

/// A place in a text.
#[derive(Clone, Copy)]
pub(in crate::format) struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Scanner<'a> {
    pub(in crate::format) fn new(text: &'a [u8]) -> Scanner<'a> {
        Scanner { text, at: 0 }
    }

    /// The next byte that is no blank.
    pub(in crate::format) fn peek(&mut self) -> Result<u8, Bad> {
        while let Some(&byte) = self.text.get(self.at) {
            if !matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
                return Ok(byte);
            }
            self.at += 1;
        }
        Err(Bad::End)
    }

    /// Nothing but blanks may follow.
    pub(in crate::format) fn finish(&mut self) -> Result<(), Bad> {
        if self.peek() == Err(Bad::End) {
            Ok(())
        } else {
            Err(Bad::Syntax)
        }
    }

    /// Reads an object; `each` gets its keys as written and must read the value. The two brackets
    /// are the only difference to [`Scanner::items`].
    pub(in crate::format) fn members(
        &mut self,
        mut each: impl FnMut(&mut Self, &'a [u8]) -> Result<(), Bad>,
    ) -> Result<(), Bad> {
        self.list(b'{', b'}', |scan| {
            let key = scan.key()?;
            each(scan, key)
        })
    }

    /// Reads an array; `each` must read the item.
    pub(in crate::format) fn items(
        &mut self,
        each: impl FnMut(&mut Self) -> Result<(), Bad>,
    ) -> Result<(), Bad> {
        self.list(b'[', b']', each)
    }

    fn list(
        &mut self,
        open: u8,
        close: u8,
        mut each: impl FnMut(&mut Self) -> Result<(), Bad>,
    ) -> Result<(), Bad> {
        self.expect(open)?;
        if self.peek()? == close {
            self.at += 1;
            return Ok(());
        }
        loop {
            each(self)?;
            let next = self.peek()?;
            self.at += 1;
            if next == close {
                return Ok(());
            }
            if next != b',' {
                return Err(Bad::Syntax);
            }
        }
    }

    /// Reads any value; what is inside an object or array is checked and passed over.
    pub(in crate::format) fn value(&mut self) -> Result<Value<'a>, Bad> {
        match self.peek()? {
            b'{' | b'[' => {
                let start = self.at;
                self.skip_composite()?;
                Ok(Value::Composite(&self.text[start..self.at]))
            }
            _ => self.scalar(),
        }
    }

    /// The text from an earlier place up to here.
    pub(in crate::format) fn since(&self, earlier: &Scanner<'a>) -> &'a [u8] {
        &self.text[earlier.at..self.at]
    }

    /// A loop, not a recursion: the nesting is the writer's to choose.
    fn skip_composite(&mut self) -> Result<(), Bad> {
        let (mut objects, mut depth) = (0u128, 0u32);
        loop {
            let open = self.peek()?;
            let mut closed = false;
            if open == b'{' || open == b'[' {
                self.at += 1;
                depth += 1;
                if depth > DEEPEST {
                    return Err(Bad::Syntax);
                }
                objects = objects << 1 | u128::from(open == b'{');
                closed = matches!((open, self.peek()?), (b'{', b'}') | (b'[', b']'));
                if !closed {
                    self.begin_item(objects)?;
                    continue;
                }
            } else {
                self.scalar()?;
            }
            // A value has ended: so may any number of what it stands in.
            loop {
                if closed {
                    self.at += 1;
                    objects >>= 1;
                    depth -= 1;
                }
                if depth == 0 {
                    return Ok(());
                }
                let is_object = objects & 1 == 1;
                match self.peek()? {
                    b',' => break,
                    b'}' if is_object => closed = true,
                    b']' if !is_object => closed = true,
                    _ => return Err(Bad::Syntax),
                }
            }
            self.at += 1;
            self.begin_item(objects)?;
        }
    }

    /// In an object, a key stands before the value.
    fn begin_item(&mut self, objects: u128) -> Result<(), Bad> {
        if objects & 1 == 1 {
            self.key().map(|_| ())
        } else {
            Ok(())
        }
    }

    fn key(&mut self) -> Result<&'a [u8], Bad> {
        if self.peek()? != b'"' {
            return Err(Bad::Syntax);
        }
        let key = self.string()?;
        self.expect(b':')?;
        Ok(key)
    }

    fn expect(&mut self, wanted: u8) -> Result<(), Bad> {
        if self.peek()? != wanted {
            return Err(Bad::Syntax);
        }
        self.at += 1;
        Ok(())
    }

    fn scalar(&mut self) -> Result<Value<'a>, Bad> {
        match self.peek()? {
            b',' | b'}' | b'-' if self.is_missing() => {
                self.at += usize::from(self.text[self.at] == b'-');
                Ok(Value::Word)
            }
            b'"' => self.string().map(Value::Text),
            b'-' | b'0'..=b'9' => self.number().map(Value::Number),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            _ => Err(Bad::Syntax),
        }
    }

    /// Whether a key has nothing behind it, or a lone dash: nginx puts such for what is not there, also where a number
    /// would stand without quotes.
    fn is_missing(&self) -> bool {
        let before = self.text[..self.at].trim_ascii_end();
        let rest = &self.text[self.at..];
        let rest = rest.strip_prefix(b"-").unwrap_or(rest);
        before.ends_with(b":") && matches!(rest.trim_ascii_start().first(), Some(b',' | b'}'))
    }

    fn word(&mut self, word: &[u8]) -> Result<Value<'a>, Bad> {
        let rest = &self.text[self.at..];
        if rest.starts_with(word) {
            self.at += word.len();
            return Ok(Value::Word);
        }
        Err(if word.starts_with(rest) {
            Bad::End
        } else {
            Bad::Syntax
        })
    }

    /// What stands between the quotes that begin here.
    fn string(&mut self) -> Result<&'a [u8], Bad> {
        let start = self.at + 1;
        let mut at = start;
        loop {
            let rest = self.text.get(at..).unwrap_or_default();
            at += memchr::memchr2(b'"', b'\\', rest).ok_or(Bad::End)?;
            if self.text[at] == b'"' {
                self.at = at + 1;
                return Ok(&self.text[start..at]);
            }
            at += escape_length(&self.text[at..])?;
        }
    }

    fn number(&mut self) -> Result<&'a [u8], Bad> {
        let start = self.at;
        self.at += usize::from(self.text[start] == b'-');
        let whole = self.digits();
        if whole == 0 || (whole > 1 && self.text[self.at - whole] == b'0') {
            return Err(self.bad_number());
        }
        if self.text.get(self.at) == Some(&b'.') {
            self.at += 1;
            if self.digits() == 0 {
                return Err(self.bad_number());
            }
        }
        if matches!(self.text.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.text.get(self.at), Some(b'+' | b'-')));
            if self.digits() == 0 {
                return Err(self.bad_number());
            }
        }
        Ok(&self.text[start..self.at])
    }

    fn bad_number(&self) -> Bad {
        if self.at == self.text.len() {
            Bad::End
        } else {
            Bad::Syntax
        }
    }

    fn digits(&mut self) -> usize {
        let rest = &self.text[self.at..];
        let len = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        self.at += len;
        len
    }
}

/// The length of the escape that begins here.
fn escape_length(text: &[u8]) -> Result<usize, Bad> {
    let digits = match *text.get(1).ok_or(Bad::End)? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => return Ok(2),
        b'u' => 4,
        b'x' | b'X' => 2,
        _ => return Err(Bad::Syntax),
    };
    let digits = text.get(2..2 + digits).ok_or(Bad::End)?;
    if digits
        .chunks(2)
        .all(|pair| matches!(pair, [a, b] if hex(*a, *b).is_some()))
    {
        Ok(2 + digits.len())
    } else {
        Err(Bad::Syntax)
    }
}
