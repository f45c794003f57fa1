//! Logs that are known and not read as they are: what to do with each, for whoever has one before them at night.

/// What to do with a content whose first line this is, if it is one of these.
pub(super) fn hint(line: &[u8]) -> Option<String> {
    if is_tornado(line) {
        return Some(
            "these are Tornado's lines: read them by pattern = '[$column1 %{%y%m%d %H:%M:%S}t $column3] $status $request_method \
             $request_uri ($remote_addr) $column8'"
                .to_owned(),
        );
    }
    is_untimed(line).then(|| {
        "its lines seem to tell of requests without saying when: take them from what stamps them (the container's log, \
         journald, syslog with the year), or ask for a log that has the time"
            .to_owned()
    })
}

/// `[I 240312 07:30:02 web:2271] 200 GET /`
fn is_tornado(line: &[u8]) -> bool {
    let digits = |text: Option<&[u8]>| text.is_some_and(|text| text.iter().all(u8::is_ascii_digit));
    line.len() > 20
        && line[0] == b'['
        && b"DIWEC".contains(&line[1])
        && line[2] == b' '
        && digits(line.get(3..9))
        && line[9] == b' '
}

/// Whether a line asks for something, and has no year and no count of seconds.
fn is_untimed(line: &[u8]) -> bool {
    let methods: [&[u8]; 5] = [b"GET /", b"POST /", b"PUT /", b"HEAD /", b"DELETE /"];
    let asks = methods
        .iter()
        .any(|method| memchr::memmem::find(line, method).is_some());
    let digits =
        |text: &[u8], count: usize| text.len() == count && text.iter().all(u8::is_ascii_digit);
    let year = |text: &[u8]| text.starts_with(b"20") && digits(text, 4);
    let timed = line.windows(4).any(year) || line.windows(10).any(|text| digits(text, 10));
    asks && !timed
}
