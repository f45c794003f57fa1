//! The one time parser: against chrono on random instants, and odd stamps one by one.

use breachscope::format::time::{clf, date, epoch, local, rfc3339};
use breachscope::words::Stamp;
use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeZone};
use chrono_tz::Tz;
use proptest::prelude::*;

/// From 1678 to the end of 2261.
const SECONDS: std::ops::Range<i64> = -9_214_560_000..9_214_646_400;

fn show(stamp: Option<Stamp>) -> String {
    stamp.map_or("none".into(), |stamp| stamp.to_string())
}

fn check(read: impl Fn(&[u8]) -> Option<Stamp>, table: &[(&str, &str)]) {
    for (text, wanted) in table {
        assert_eq!(show(read(text.as_bytes())), *wanted, "{text}");
    }
}

#[test]
fn offsets_letters_and_fractions() {
    check(
        rfc3339,
        &[
            ("2021-03-04T05:06:07Z", "2021-03-04T05:06:07Z"),
            ("2021-03-04t05:06:07z", "2021-03-04T05:06:07Z"),
            ("2021-03-04 05:06:07+01:00", "2021-03-04T04:06:07Z"),
            ("2021-03-04 05:06:07 -0130", "2021-03-04T06:36:07Z"),
            ("2021-03-04 05:06:07 UTC", "2021-03-04T05:06:07Z"),
            ("2021-03-04T05:06:07+01", "2021-03-04T04:06:07Z"),
            ("2021-03-04T05:06:07.1Z", "2021-03-04T05:06:07.100Z"),
            (
                "2021-03-04T05:06:07,1234567Z",
                "2021-03-04T05:06:07.123456700Z",
            ),
            (
                "2021-03-04T05:06:07.123456789987Z",
                "2021-03-04T05:06:07.123456789Z",
            ),
            ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.999999999Z"),
            ("2016-12-31T23:59:60.5Z", "2016-12-31T23:59:59.999999999Z"),
            ("2021-03-04T05:06:07", "none"),
            ("2021-03-04", "none"),
            ("2021-03-04T05:06:07.Z", "none"),
            ("2021-03-04T05:06:07Z ", "none"),
            ("2021-02-29T05:06:07Z", "none"),
            ("2021-13-01T05:06:07Z", "none"),
            ("2021-03-04T24:00:00Z", "none"),
            ("2021-03-04T05:60:00Z", "none"),
            ("2021-03-04T05:06:61Z", "none"),
            ("2021-03-04T05:06:07+24:00", "none"),
            ("2021-03-04T05:06:07?01:00", "none"),
            ("1677-12-31T23:59:59Z", "none"),
            ("2262-01-01T00:00:00Z", "none"),
            ("2021-03-04X05:06:07Z", "none"),
            ("", "none"),
        ],
    );
}

#[test]
fn the_common_log_format() {
    check(
        clf,
        &[
            ("10/Oct/2000:13:55:36 -0700", "2000-10-10T20:55:36Z"),
            ("10/Oct/2000:13:55:36.250 -0700", "2000-10-10T20:55:36.250Z"),
            ("10/Oct/2000:13:55:36", "none"),
            ("31/Feb/2000:13:55:36 -0700", "none"),
            ("10/Okt/2000:13:55:36 -0700", "none"),
            ("1/Oct/2000:13:55:36 -0700", "none"),
        ],
    );
}

#[test]
fn clocks_that_are_set() {
    let stockholm = |text: &[u8]| local(text, Tz::Europe__Stockholm);
    check(
        stockholm,
        &[
            ("2021-07-01T12:00:00", "2021-07-01T10:00:00Z"),
            ("2021-01-01 12:00:00.5", "2021-01-01T11:00:00.500Z"),
            // Twice on that day: the earlier.
            ("2021-10-31T02:30:00", "2021-10-31T00:30:00Z"),
            // Skipped on that day.
            ("2021-03-28T02:30:00", "none"),
            ("2021-07-01T12:00:00Z", "none"),
        ],
    );
    check(
        |text| date(text, Tz::America__Sao_Paulo),
        &[
            ("2018-07-01", "2018-07-01T03:00:00Z"),
            // Clocks went from 00:00 to 01:00.
            ("2018-11-04", "2018-11-04T03:00:00Z"),
            ("2018-11-31", "none"),
            ("2018-11-04T00:00:00", "none"),
        ],
    );
    check(
        |text| date(text, Tz::Pacific__Apia),
        &[("2011-12-30", "none")],
    );
}

#[test]
fn numbers_since_the_epoch() {
    check(
        epoch,
        &[
            ("0", "1970-01-01T00:00:00Z"),
            ("1611741600", "2021-01-27T10:00:00Z"),
            ("1611741600.123", "2021-01-27T10:00:00.123Z"),
            ("1611741600123", "2021-01-27T10:00:00.123Z"),
            ("1611741600123.5", "2021-01-27T10:00:00.123500Z"),
            ("1611741600123456", "2021-01-27T10:00:00.123456Z"),
            ("1611741600123456789", "2021-01-27T10:00:00.123456789Z"),
            ("1.611741600123E9", "2021-01-27T10:00:00.123Z"),
            (
                "1611741600.123456789999999999999999999999999",
                "2021-01-27T10:00:00.123456789Z",
            ),
            ("-5", "none"),
            ("", "none"),
            (".5", "none"),
            ("1611741600.", "none"),
            ("1e99", "none"),
            ("1e-99", "1970-01-01T00:00:00Z"),
            ("99999999999", "none"),
            ("99999999999999999999", "none"),
            ("0x10", "none"),
        ],
    );
}

fn instant() -> impl Strategy<Value = (i64, i64)> {
    (SECONDS, 0i64..1_000_000_000)
}

proptest! {
    #[test]
    fn rfc3339_agrees_with_chrono((seconds, nanos) in instant(), minutes in -1439i32..1440) {
        let offset = FixedOffset::east_opt(minutes * 60).expect("less than a day");
        let there = DateTime::from_timestamp(seconds, nanos as u32).expect("in range").with_timezone(&offset);
        let written = there.to_rfc3339();
        // The day before 1678 is out of range on the clock that wrote it, if not in UTC.
        prop_assume!(!written.starts_with("1677") && !written.starts_with("2262"));
        prop_assert_eq!(rfc3339(written.as_bytes()), Some(Stamp(seconds * 1_000_000_000 + nanos)));
        let clf_text = there.format("%d/%b/%Y:%H:%M:%S %z").to_string();
        prop_assert_eq!(clf(clf_text.as_bytes()), Some(Stamp(seconds * 1_000_000_000)));
    }

    #[test]
    fn local_agrees_with_chrono((seconds, nanos) in instant(), zone in 0..chrono_tz::TZ_VARIANTS.len()) {
        let zone = chrono_tz::TZ_VARIANTS[zone];
        let there: NaiveDateTime = DateTime::from_timestamp(seconds, nanos as u32).expect("in range").naive_utc();
        let wanted = zone.from_local_datetime(&there).earliest();
        let wanted = wanted.and_then(|there| there.timestamp_nanos_opt()).map(Stamp);
        let text = there.format("%Y-%m-%dT%H:%M:%S%.f").to_string();
        prop_assert_eq!(local(text.as_bytes(), zone), wanted);
    }

    #[test]
    fn epochs_of_all_sizes_agree(nanos in 1_000_000_000_000_000_000i64..i64::MAX) {
        prop_assert_eq!(epoch(nanos.to_string().as_bytes()), Some(Stamp(nanos)));
        for unit in [1_000, 1_000_000, 1_000_000_000] {
            let whole = (nanos / unit).to_string();
            prop_assert_eq!(epoch(whole.as_bytes()), Some(Stamp(nanos / unit * unit)));
            let digits = unit.to_string().len() - 1;
            let text = format!("{whole}.{:0digits$}", nanos % unit);
            prop_assert_eq!(epoch(text.as_bytes()), Some(Stamp(nanos)));
        }
    }

    #[test]
    fn any_bytes_are_a_time_or_none(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        let _ = (rfc3339(&bytes), clf(&bytes), epoch(&bytes));
        let _ = (local(&bytes, Tz::Europe__Stockholm), date(&bytes, Tz::Pacific__Apia));
    }
}
