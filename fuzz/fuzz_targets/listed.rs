//! Lines of balancers, proxies, storage and delivery: no bytes make a reader panic, nor the look at its fields.
#![no_main]

use breachscope::format::{Format, State};
use chrono_tz::Tz;
use libfuzzer_sys::fuzz_target;

const NAMES: [&str; 13] = [
    "alb",
    "cloudfront",
    "elb",
    "envoy",
    "haproxy",
    "istio",
    "logfmt",
    "rails",
    "s3",
    "squid",
    "traefik",
    "uvicorn",
    "uwsgi",
];

fuzz_target!(|bytes: &[u8]| {
    for name in NAMES {
        let format = Format::named(name, &[], Tz::UTC).expect("a format that is read");
        let mut state = State::default();
        for line in bytes.split(|b| *b == b'\n') {
            let _ = format.fields(&state, line);
            let _ = format.parse(&mut state, line, 0);
        }
    }
});
