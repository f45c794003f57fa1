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
        ],
    ),
    (Slot::User, &["UserName", "req.user.id", "req.user"]),
    (
        Slot::Method,
        &["http.http_method", "requestContext.http.method"],
    ),
    (Slot::Target, &["http.url", "http.request.uri"]),
    (Slot::Path, &["request_path", "requestContext.http.path"]),
    (
        Slot::Status,
        &[
            "response_status",
            "StatusCode",
            "http.status",
            "http.response.code",
            "response_status_code",
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
        ],
    ),
];
