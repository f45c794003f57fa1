//! Counts of people as they may be told: under five, only that they are.

/// A count that is suppressed where it is small: 1 to 4 become `<5`; none stays 0, and what is no count stays as it is.
pub(super) fn suppressed(count: &str) -> String {
    match count.parse::<u64>() {
        Ok(1..=4) => SMALL.to_owned(),
        _ => count.to_owned(),
    }
}

/// What stands for a count of 1 to 4.
pub(super) const SMALL: &str = "<5";
