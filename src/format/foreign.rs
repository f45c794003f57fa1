//! Logs that are known and not read as they are: what to do with each, for whoever has one before them at night.

/// What to do with a content whose first line this is, if it is one of these.
pub(super) fn hint(line: &[u8]) -> Option<String> {
    let has = |text: &str| memchr::memmem::find(line, text.as_bytes()).is_some();
    let begins = |text: &str| line.starts_with(text.as_bytes());
    let keep = "name the new file in the case, and keep this one as evidence";
    let nested = |outer: &str, scopes: &str, records: &str, time: &str| {
        format!(
            "these are OpenTelemetry's nested records: make a line of each, such as by `jq -c '.{outer}[].{scopes}[].{records}[] | \
             {{time: .{time}}} + ([.attributes[] | {{(.key): (.value | to_entries[0].value)}}] | add)'`, {keep}"
        )
    };
    if begins("{") && has("\"resourceLogs\"") {
        return Some(nested(
            "resourceLogs",
            "scopeLogs",
            "logRecords",
            "timeUnixNano",
        ));
    }
    if begins("{") && has("\"resourceSpans\"") {
        return Some(nested(
            "resourceSpans",
            "scopeSpans",
            "spans",
            "startTimeUnixNano",
        ));
    }
    if begins("{") && has("\"resultType\"") && has("\"streams\"") {
        return Some(format!(
            "this is what Loki answered: take the lines out of it, such as by `jq -r '.data.result[].values[][1]'`, {keep}"
        ));
    }
    if begins("{") && has("\"origin\"") && has("\"correlation\"") {
        return Some(
            "these are Logbook's objects, of which one has the request and another its answer: ask for the server's own access \
             log, which has both in a line"
                .to_owned(),
        );
    }
    if has("Started GET \"") || has("Started POST \"") {
        return Some(
            "these are Rails' own lines, of which several make a request, mixed with others: ask for the web server's log, or \
             for one by lograge; who asked for what, but not how it was answered, is read by `pattern` from the lines that \
             `grep Started` finds, such as pattern = '$column1 Started $request_method \"$request_uri\" for $remote_addr at \
             %{%Y-%m-%d %H:%M:%S %z}t'"
                .to_owned(),
        );
    }
    is_untimed(line).then(|| {
        "its lines seem to tell of requests without saying when: take them from what stamps them (the container's log, \
         journald, syslog with the year), or ask for a log that has the time"
            .to_owned()
    })
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
