//! CloudFront's logs that come without a `#Fields` line: standard ones whose head was cut off, and real-time ones.
//!
//! Standard logs have had the same columns in the same order since 2008, with new ones at the end; a
//! line is taken for one only where those that every version has look as they must. Real-time logs have the
//! columns that somebody chose, which nothing in them tells, so the case must.

use super::super::names::did_you_mean;
use super::super::{FormatProblem, client, text};
use super::split;

/// The columns of a standard log.
pub(super) const STANDARD: &str = "date time x-edge-location sc-bytes c-ip cs-method cs(Host) \
    cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type \
    x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol \
    ssl-cipher x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port \
    time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start \
    sc-range-end";

/// What a real-time log can have.
const REALTIME: &str = "timestamp c-ip s-ip time-to-first-byte sc-status sc-bytes cs-method cs-protocol \
    cs-host cs-uri-stem cs-bytes x-edge-location x-edge-request-id x-host-header time-taken \
    cs-protocol-version c-ip-version cs-user-agent cs-referer cs-cookie cs-uri-query \
    x-edge-response-result-type x-forwarded-for ssl-protocol ssl-cipher x-edge-result-type \
    fle-encrypted-fields fle-status sc-content-type sc-content-len sc-range-start sc-range-end c-port \
    x-edge-detailed-result-type c-country cs-accept-encoding cs-accept cache-behavior-path-pattern \
    cs-headers cs-header-names cs-headers-count origin-fbl origin-lbl asn primary-distribution-id \
    primary-distribution-dns-name";

/// Whether a line has what all versions of the standard log have.
pub(super) fn is_standard(line: &[u8]) -> bool {
    let mut cells = split::tabs(line);
    let first: [&[u8]; 12] = std::array::from_fn(|_| cells.next().unwrap_or_default());
    let [
        date,
        clock,
        edge,
        bytes,
        who,
        method,
        _,
        stem,
        status,
        _,
        agent,
        query,
    ] = first;
    let is_method = |b: &u8| b.is_ascii_uppercase() || b"-_".contains(b);
    date.len() == 10
        && clock.len() == 8
        && !edge.is_empty()
        && text::bytes(bytes).is_ok()
        && client::is_address(who)
        && !method.is_empty()
        && method.iter().all(is_method)
        && stem.starts_with(b"/")
        && text::status(status).is_ok()
        && !agent.is_empty()
        && !query.is_empty()
}

/// The columns that the case lists: `fields = { columns = "timestamp c-ip ..." }`.
pub(super) fn columns(fields: &[(String, String)]) -> Result<String, FormatProblem> {
    let [(key, list)] = fields else {
        return Err(no_list());
    };
    if key != "columns" {
        return Err(no_list());
    }
    let listed = || {
        list.split([' ', ',', '\t', '\n'])
            .filter(|name| !name.is_empty())
    };
    let known =
        |name: &str| name.starts_with("cmcd-") || REALTIME.split(' ').any(|known| known == name);
    if let Some(unknown) = listed().find(|name| !known(name)) {
        return Err(FormatProblem::new(format!(
            "`fields`: `columns` names `{unknown}`, which CloudFront's real-time logs do not have{}; write \
             the names as the log's configuration has them",
            did_you_mean(unknown, REALTIME.split(' '))
        )));
    }
    if !listed().any(|name| name == "timestamp") {
        return Err(no_list());
    }
    Ok(listed().collect::<Vec<_>>().join(" "))
}

fn no_list() -> FormatProblem {
    FormatProblem::new(
        "`format = \"cloudfront-realtime\"`: such logs have the columns that their configuration chose, and no \
         line names them; list them in their order, at least timestamp: \
         `fields = { columns = \"timestamp c-ip sc-status cs-method cs-uri-stem cs-cookie\" }`",
    )
}
