//! Names that are asked for where none of the well-known ones stands: of frameworks, of captures of the network, and of
//! tables that applications keep by themselves.

use super::names::Slot;

/// By slot, the most telling first.
pub(in super::super) const FURTHER: &[(Slot, &[&str])] = &[
    (
        Slot::Time,
        &[
            "created_at",
            "@t",
            "TimeGenerated [UTC]",
            "startedDateTime",
            "frame.time_epoch",
            "reqTimeSec",
        ],
    ),
    // A day whose hour stands in the time.
    (Slot::Date, &["date"]),
    (Slot::User, &["UserName", "req.user.id", "req.user"]),
    (
        Slot::Method,
        &[
            "http.http_method",
            "requestContext.http.method",
            "span.method",
            "reqMethod",
        ],
    ),
    (Slot::Target, &["http.url", "http.request.uri", "raw_path"]),
    (
        Slot::Path,
        &["request_path", "requestContext.http.path", "reqPath"],
    ),
    (Slot::Query, &["queryStr"]),
    (Slot::Host, &["reqHost", "hostHeader", "req.headers.host"]),
    (
        Slot::Status,
        &[
            "response_status",
            "StatusCode",
            "http.status",
            "http.response.code",
            "response_status_code",
            "fields.status",
        ],
    ),
    (
        Slot::Bytes,
        &[
            "response_body_len",
            "http.response.body.size",
            "response_bytes",
            "http.length",
            "response.content.size",
            "bytes_out",
            "res.headers.content-length",
            "res.headers.Content-Length",
            "res.contentLength",
            "rspContentLen",
        ],
    ),
    (
        Slot::Client,
        &[
            "req.remoteAddress",
            "req.ip",
            "id.orig_h",
            "ip_address",
            "ip.src",
            "ClientIp",
            "cliIP",
            "remote",
        ],
    ),
    (Slot::Code, &["code"]),
    (
        Slot::Agent,
        &[
            "request.headers.user-agent",
            "req.headers.user-agent",
            "meta.req.headers.user-agent",
            "http.http_user_agent",
            "http.useragent",
            "http.user_agent",
            "request_user_agent",
            "user-agent",
            "UA",
            "ua",
        ],
    ),
    (Slot::Milliseconds, &["responseTime"]),
    (
        Slot::RequestId,
        &["req.id", "reqId", "RequestId", "correlation"],
    ),
    (Slot::Headers, &["req.headers"]),
];
