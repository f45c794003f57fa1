//! Names of nginx's variables: those that a slip of the finger is measured against, and those that are none.

/// What nearly every `log_format` has, and of which a slip would lose what the answer rests on. Short
/// names are left out: any other short name is a slip away from them.
pub(super) const COMMON: [&str; 21] = [
    "body_bytes_sent",
    "bytes_sent",
    "http_host",
    "http_referer",
    "http_user_agent",
    "http_x_forwarded_for",
    "query_string",
    "realip_remote_addr",
    "remote_addr",
    "remote_port",
    "remote_user",
    "request",
    "request_id",
    "request_method",
    "request_time",
    "request_uri",
    "server_name",
    "server_protocol",
    "status",
    "time_iso8601",
    "time_local",
];

/// Variables of nginx and its modules that look like one of those and are another.
const OTHERS: [&str; 24] = [
    "binary_remote_addr",
    "connection_requests",
    "connection_time",
    "connections_active",
    "content_length",
    "document_uri",
    "ingress_name",
    "proxy_host",
    "proxy_port",
    "realip_remote_port",
    "remote_ip",
    "req_id",
    "request_body",
    "request_completion",
    "request_filename",
    "request_length",
    "requests",
    "server_addr",
    "server_port",
    "service_name",
    "session_time",
    "states",
    "upstream_status",
    "user_name",
];

/// Names that begin so end in what somebody chose.
const OPEN: [&str; 10] = [
    "arg_",
    "cookie_",
    "geoip",
    "http_",
    "jwt_",
    "proxy_",
    "sent_http_",
    "ssl_",
    "tcpinfo_",
    "upstream_",
];

/// The variable of which this name is a typing slip.
pub(super) fn slip_of(name: &str) -> Option<&'static str> {
    if COMMON.contains(&name) || OTHERS.contains(&name) {
        return None;
    }
    let is_header = name.starts_with("http_");
    if OPEN.iter().any(|start| name.starts_with(start)) && !is_header {
        return None;
    }
    // Any short header is a slip away from another one that somebody may send.
    let comparable = |known: &&&str| !is_header || known.starts_with("http_") && known.len() > 10;
    let slips = |known: &'static str| (strsim::damerau_levenshtein(name, known), known);
    let near = |(slips, known): &(usize, &str)| *slips <= if known.len() < 9 { 1 } else { 2 };
    let all = COMMON.iter().filter(comparable).map(|known| slips(known));
    all.filter(near).min().map(|(_, known)| known)
}
