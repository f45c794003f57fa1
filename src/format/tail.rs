//! Whether the last line of a log, which has no end, was cut: it may read well all the same, as something shorter.

use super::{Format, Record};

impl Format {
    /// Whether a line without an end lacks what lines of this format end with, so that its last value may be a part of one. A
    /// last line that was cut within its last value nobody can tell from a whole one.
    pub fn ends_short(&self, line: &[u8], record: &Record<'_>) -> bool {
        let last = line.trim_ascii_end().last();
        // Within what stands in quotation marks; JSON and tables know by themselves.
        let quoted = !matches!(self.name(), "json" | "csv" | "w3c") && is_open(line);
        quoted
            || match self.name() {
                // It reads as `common`, and its size may have had more digits.
                "combined" | "traefik" => {
                    let open = last.is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-');
                    open && record.user_agent.is_none() && record.referer.is_none()
                }
                "logfmt" => record.status.is_none(),
                _ => false,
            }
    }
}

/// Whether a line ends between quotation marks; those behind a backslash are none.
fn is_open(line: &[u8]) -> bool {
    let mut open = false;
    let mut bytes = line.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => _ = bytes.next(),
            b'"' => open = !open,
            _ => {}
        }
    }
    open
}

#[cfg(test)]
mod tests {
    use crate::format::{Format, Line, State};

    fn short(format: &str, line: &str) -> bool {
        let format = Format::named(format, &[], chrono_tz::UTC).unwrap();
        let Line::Record(record) = format.parse(&mut State::default(), line.as_bytes(), 0) else {
            panic!("no record: {line}");
        };
        format.ends_short(line.as_bytes(), &record)
    }

    #[test]
    fn what_lacks_an_end_is_short() {
        let common = "1.2.3.4 - a [04/Mar/2021:05:00:00 +0000] \"GET /a HTTP/1.1\" 200 15";
        assert!(short("combined", common));
        assert!(!short("combined", &format!("{common}5 \"-\" \"-\"")));
        assert!(!short("common", common));
        let pairs = "time=2021-03-04T05:00:00Z method=GET path=/a";
        let inside =
            "1.2.3.4 - a [04/Mar/2021:05:00:00 +0000] \"GET /a HTTP/1.1\" 200 15 \"-\" \"M";
        assert!(short("combined", inside));
        assert!(!short("combined", &format!("{common} \"-\" \"M \\\" N\"")));
        assert!(short("logfmt", pairs));
        assert!(!short("logfmt", &format!("{pairs} status=200")));
    }
}
