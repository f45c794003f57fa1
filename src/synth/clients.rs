//! Where requests come from: homes, schools, machines, and what programs call themselves.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::rng::{Draws, scramble};

/// Browsers and the school's own app.
const BROWSERS: [&str; 6] = [
    "Mozilla/5.0 (X11; Linux x86_64; rv:91.0) Gecko/20100101 Firefox/91.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/93.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 14_7 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
    "Mozilla/5.0 (iPad; CPU OS 14_7 like Mac OS X) AppleWebKit/605.1.15 Version/14.1",
    "SkolApp/4.2 (Android 11)",
    "SkolApp/4.1 (iOS 14.7)",
];
/// What a script is run with.
const SCRIPTS: [&str; 4] = [
    "python-requests/2.26.0",
    "curl/7.68.0",
    "Go-http-client/1.1",
    "okhttp/4.9.1",
];

pub(super) const MONITOR: &str = "uptime-check/1.0";
pub(super) const CRAWLER: &str = "examplebot/2.1 (+https://bot.example/about)";
pub(super) const SYNC: &str = "RosterSync/3.0";

/// A person's own line.
pub(super) fn home(account: u32) -> IpAddr {
    let mark = scramble(u64::from(account));
    if mark.is_multiple_of(8) {
        let parts = [
            0x2001,
            0xdb8,
            (mark >> 16) as u16,
            (mark >> 32) as u16,
            0,
            0,
            0,
            0x17,
        ];
        return IpAddr::V6(Ipv6Addr::from(parts));
    }
    IpAddr::V4(Ipv4Addr::new(
        10,
        (mark >> 16) as u8,
        (mark >> 24) as u8,
        (mark >> 32) as u8,
    ))
}

/// The one address that all of a tenant's schools share.
pub(super) fn school(tenant: u32) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(172, 16, (tenant >> 8) as u8, tenant as u8))
}

/// A machine somewhere else.
pub(super) fn outside(number: u64) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(203, 0, 113, (number % 250) as u8 + 1))
}

/// What a person browses with; two devices each.
pub(super) fn browser(account: u32, draws: &mut Draws) -> &'static str {
    let device = u64::from(account) * 2 + u64::from(draws.chance(250));
    BROWSERS[(scramble(device) % BROWSERS.len() as u64) as usize]
}

/// What an attacker's script says that it is: itself, or a browser.
pub(super) fn script_agent(draws: &mut Draws) -> &'static str {
    if draws.chance(500) {
        draws.one_of(SCRIPTS)
    } else {
        draws.one_of(BROWSERS)
    }
}
