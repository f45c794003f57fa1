//! Tokens and lists of forwarders: any bytes where they stand.
#![no_main]

use std::sync::{Arc, LazyLock};

use breachscope::case::AccountKey;
use breachscope::format::{Format, Proxies, State};
use chrono_tz::Tz;
use libfuzzer_sys::fuzz_target;

static FORMAT: LazyLock<Format> = LazyLock::new(|| {
    let mut proxies = Proxies::default();
    for network in ["10.0.0.0/8", "2001:db8::/32"] {
        proxies.trust(network).expect("a network");
    }
    let key = AccountKey::read("jwt:o.sub@token").expect("a key that holds");
    Format::pattern("$remote_addr \t$http_x_forwarded_for \t$token", Tz::UTC)
        .and_then(|format| format.bind_account(Some(&key)))
        .expect("a pattern that holds")
        .trust(Some(Arc::new(proxies)))
});

fuzz_target!(|bytes: &[u8]| {
    let token = bytes.iter().map(|b| if *b == b'\n' { b' ' } else { *b });
    let line: Vec<u8> = b"10.0.0.1 \t".iter().copied().chain(token).collect();
    let _ = FORMAT.parse(&mut State::default(), &line, 0);
    let as_token = [&b"10.0.0.1 \t- \ta."[..], bytes, b".b"].concat();
    let _ = FORMAT.parse(&mut State::default(), &as_token, 0);
    let _ = std::str::from_utf8(bytes).map(|network| Proxies::default().trust(network));
});
