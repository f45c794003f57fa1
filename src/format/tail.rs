//! Whether the last line of a log, which has no end, was cut: it may read well all the same, as something shorter.

/// Whether a line without an end lacks what the line before it ends with: a closing mark, or the name of the last value.
/// A last line that was cut within its last value nobody can tell from a whole one.
pub(crate) fn ends_short(before: &[u8], last: &[u8]) -> bool {
    let (before, last) = (before.trim_ascii_end(), last.trim_ascii_end());
    let closed = |line: &[u8]| line.last().copied().filter(|end| b"\"}])".contains(end));
    let named = |line: &[u8]| {
        let word = line.rsplit(|byte| *byte == b' ').next()?;
        let at = memchr::memchr(b'=', word)?;
        Some(word[..at].to_vec())
    };
    match (closed(before), closed(last)) {
        (Some(_), None) => true,
        (None, None) => {
            let names = named(before).zip(named(last));
            names.is_some_and(|(before, last)| before != last)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lacks_an_end_is_short() {
        let combined = b"1.2.3.4 - a [t] \"GET /a HTTP/1.1\" 200 155 \"-\" \"M\"";
        assert!(ends_short(
            combined,
            b"1.2.3.4 - a [t] \"GET /a HTTP/1.1\" 200 15"
        ));
        assert!(!ends_short(combined, combined));
        let common = b"1.2.3.4 - a [t] \"GET /a HTTP/1.1\" 200 155";
        assert!(!ends_short(
            common,
            b"1.2.3.4 - a [t] \"GET /a HTTP/1.1\" 200 15"
        ));
        assert!(ends_short(
            b"path=/a status=200 bytes=155",
            b"path=/a status=2"
        ));
        assert!(!ends_short(
            b"path=/a status=200 bytes=155",
            b"path=/a status=200 bytes=7"
        ));
        assert!(!ends_short(b"", b"GET /a?b=1"));
    }
}
