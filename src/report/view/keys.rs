//! What a keyboard sends, as keys: letters, and the sequences that arrows and their neighbours make on every terminal.

/// A key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// A letter; Ctrl-C is `\u{3}`.
    Char(char),
    /// Enter.
    Enter,
    /// Escape by itself.
    Escape,
    /// Backspace.
    Backspace,
    /// Arrows.
    Up,
    /// Down.
    Down,
    /// Left.
    Left,
    /// Right.
    Right,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// To the first row.
    Home,
    /// To the last row.
    End,
    /// Something that means nothing here.
    Other,
}

/// Bytes that came and make no key yet.
#[derive(Debug, Default)]
pub struct Keys {
    bytes: Vec<u8>,
}

impl Keys {
    /// The keys that bytes make. An Escape that nothing follows for the time of a read (`idle`) is the key by itself.
    pub fn read(&mut self, bytes: &[u8], idle: bool) -> Vec<Key> {
        self.bytes.extend_from_slice(bytes);
        let mut keys = Vec::new();
        while let Some((key, length)) = next(&self.bytes, idle) {
            self.bytes.drain(..length);
            keys.push(key);
        }
        keys
    }
}

/// The first key and its bytes; `None` while more may come.
fn next(bytes: &[u8], idle: bool) -> Option<(Key, usize)> {
    let first = *bytes.first()?;
    match first {
        b'\r' | b'\n' => Some((Key::Enter, 1)),
        0x7f | 0x08 => Some((Key::Backspace, 1)),
        0x03 => Some((Key::Char('\u{3}'), 1)),
        0x1b => sequence(bytes, idle),
        0..0x20 => Some((Key::Other, 1)),
        _ => letter(bytes, idle),
    }
}

/// A letter of up to four bytes; what is no UTF-8 is one that means nothing.
fn letter(bytes: &[u8], idle: bool) -> Option<(Key, usize)> {
    let head = bytes.get(..bytes.len().min(4))?;
    let (text, bad) = match std::str::from_utf8(head) {
        Ok(text) => (text, false),
        Err(error) => {
            let text = std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default();
            (text, error.error_len().is_some())
        }
    };
    match text.chars().next() {
        Some(c) => Some((Key::Char(c), c.len_utf8())),
        None if bad || idle => Some((Key::Other, 1)),
        None => None,
    }
}

/// `ESC [ … final` and `ESC O final`.
fn sequence(bytes: &[u8], idle: bool) -> Option<(Key, usize)> {
    let Some(kind) = bytes.get(1) else {
        return idle.then_some((Key::Escape, 1));
    };
    if !matches!(kind, b'[' | b'O') {
        return Some((Key::Escape, 1));
    }
    let end = bytes[2..]
        .iter()
        .position(|byte| (0x40..=0x7e).contains(byte));
    let Some(end) = end.map(|at| at + 2) else {
        return idle.then_some((Key::Other, bytes.len()));
    };
    let key = match (&bytes[2..end], bytes[end]) {
        (_, b'A') => Key::Up,
        (_, b'B') => Key::Down,
        (_, b'C') => Key::Right,
        (_, b'D') => Key::Left,
        (_, b'H') | (b"1" | b"7", b'~') => Key::Home,
        (_, b'F') | (b"4" | b"8", b'~') => Key::End,
        (b"5", b'~') => Key::PageUp,
        (b"6", b'~') => Key::PageDown,
        (_, b'M') if *kind == b'O' => Key::Enter,
        _ => Key::Other,
    };
    Some((key, end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_are_keys_however_they_are_cut() {
        let sent = b"j\x1b[A\x1bOB\x1b[6~\xc3\xa5q";
        let wanted = [
            Key::Char('j'),
            Key::Up,
            Key::Down,
            Key::PageDown,
            Key::Char('å'),
            Key::Char('q'),
        ];
        assert_eq!(Keys::default().read(sent, false), wanted);
        let mut keys = Keys::default();
        let bitwise: Vec<Key> = sent.iter().flat_map(|b| keys.read(&[*b], false)).collect();
        assert_eq!(bitwise, wanted);
    }

    #[test]
    fn an_escape_is_one_only_when_nothing_follows() {
        let mut keys = Keys::default();
        assert_eq!(keys.read(b"\x1b", false), []);
        assert_eq!(keys.read(b"", true), [Key::Escape]);
        assert_eq!(keys.read(b"\x1bq", false), [Key::Escape, Key::Char('q')]);
        // Anything at all makes keys and no panic.
        for a in 0..=255u8 {
            for b in [0, 0x1b, b'[', b'O', 0x80, 0xff, b'~'] {
                keys.read(&[a, b, 0x1b, b'[', a, b], false);
                keys.read(b"", true);
            }
        }
    }
}
