//! What a practice case is on disk: log lines and files, tables, case file, truth.
//!
//! Nothing here decides what happens; it writes down what the simulation did.

mod case_file;
mod json;
mod layout;
mod logs;
mod tables;
mod text;
mod truth;
mod w3c;

pub(super) use case_file::{case_toml, readme};
pub(super) use layout::{Carrier, Layout};
pub(super) use logs::{Counts, LogFiles};
pub(super) use tables::{Sessions, write_tables};
pub(super) use truth::Truth;

use std::net::IpAddr;

/// One request as a web server knows it when it writes its line.
pub(super) struct Entry<'a> {
    /// When it came in, in milliseconds since 1970.
    pub(super) at: i64,
    pub(super) client: IpAddr,
    /// The account's name, where the request named one.
    pub(super) account: Option<&'a str>,
    pub(super) session: Option<u64>,
    pub(super) method: &'static str,
    pub(super) target: String,
    pub(super) status: u16,
    pub(super) bytes: u64,
    pub(super) referer: Option<&'a str>,
    pub(super) agent: &'static str,
    pub(super) took_ms: u64,
}

/// The host that clients ask.
pub(super) const HOST: &str = "portal.example";

/// How a session is written in a cookie and in `sessions.csv`.
pub(super) fn session_token(session: u64) -> String {
    format!("{session:016x}")
}
