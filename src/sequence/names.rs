//! Names as text, and the number that an ID ends in.

/// Bytes as text for tables: UTF-8 stays; control characters and bytes that are no UTF-8 become `\xHH`, and so
/// does a backslash that would read like such an escape. Two different byte strings never print alike, and
/// nothing acts on a terminal.
pub fn text(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        let valid = chunk.valid();
        for (at, c) in valid.char_indices() {
            match c {
                '\\' if reads_like_escape(&valid.as_bytes()[at + 1..]) => push_escaped(&mut out, c),
                c if c.is_control() => push_escaped(&mut out, c),
                c => out.push(c),
            }
        }
        for byte in chunk.invalid() {
            out.push_str(&format!("\\x{byte:02X}"));
        }
    }
    out
}

/// An ID's number and what stands before it: `K-0042` is 42 behind `K-`.
pub fn numbered(id: &[u8]) -> Option<(&[u8], u64)> {
    let digits = id.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let (prefix, number) = id.split_at(id.len() - digits);
    // Longer numbers do not fit; hexadecimal tails such as those of UUIDs carry no order.
    if !(1..=18).contains(&digits) || prefix.len() > 16 {
        return None;
    }
    let number = std::str::from_utf8(number).ok()?.parse().ok()?;
    Some((prefix, number))
}

fn reads_like_escape(rest: &[u8]) -> bool {
    matches!(rest, [b'x', high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit())
}

fn push_escaped(out: &mut String, c: char) {
    let mut buffer = [0; 4];
    for byte in c.encode_utf8(&mut buffer).bytes() {
        out.push_str(&format!("\\x{byte:02X}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_keeps_different_bytes_different() {
        assert_eq!(text("Åsa".as_bytes()), "Åsa");
        assert_eq!(text(b"\xff\\xFF\x1b[0m"), "\\xFF\\x5CxFF\\x1B[0m");
        assert_eq!(text(b"DOM\\user"), "DOM\\user");
    }
}
