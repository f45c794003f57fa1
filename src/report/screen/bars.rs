//! Pictures out of letters: an interval against its whole, and how much there was when.

/// Heights of a sparkline's columns.
const HEIGHTS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// `███▒▒···`: what is certain, what is possible, the rest of the whole. Something certain always shows, and less than
/// all never fills the bar. Without an upper bound everything is possible.
pub(crate) fn interval(min: u64, max: Option<u64>, whole: u64, columns: usize) -> String {
    let most = max.unwrap_or(whole).min(whole).max(min.min(whole));
    let cells = |n: u64| -> usize {
        match (n, whole) {
            (0, _) | (_, 0) => 0,
            (n, whole) if n >= whole => columns,
            (n, whole) => {
                let share = n as f64 / whole as f64 * columns as f64;
                (share.round() as usize).clamp(1, columns.saturating_sub(1))
            }
        }
    };
    let certain = cells(min);
    // What is possible beyond it shows, too, however little.
    let possible = match most > min {
        true => cells(most).max((certain + 1).min(columns)) - certain,
        false => 0,
    };
    let rest = columns.saturating_sub(certain + possible);
    format!(
        "{}{}{}",
        "█".repeat(certain),
        "▒".repeat(possible),
        "·".repeat(rest)
    )
}

/// A column for each count, the highest full; nothing is a blank, something never is.
pub(crate) fn sparkline(counts: &[u64]) -> String {
    let most = counts.iter().copied().max().unwrap_or(0);
    let column = |n: &u64| match (*n, most) {
        (0, _) | (_, 0) => ' ',
        (n, most) => {
            let top = HEIGHTS.len() as u64 - 1;
            let height = (u128::from(n) * u128::from(top)).div_ceil(u128::from(most));
            HEIGHTS[usize::try_from(height).unwrap_or(0).min(HEIGHTS.len() - 1)]
        }
    };
    counts.iter().map(column).collect()
}

/// Time in equal columns: what fell into each, and which of them a hole darkens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Columns {
    /// Nanoseconds of a column.
    pub step: i64,
    /// What fell into each.
    pub counts: Vec<u64>,
    /// Whether a hole lies in it, whole or in part.
    pub dark: Vec<bool>,
}

impl Columns {
    /// Instants (nanoseconds), each with how many fall on it, between `from` and `until` (inclusive), and holes in that time, in so many columns.
    pub(crate) fn of(
        (from, until): (i64, i64),
        instants: impl Iterator<Item = (i64, u64)>,
        holes: &[(i64, i64)],
        columns: usize,
    ) -> Columns {
        let whole = i128::from(until) - i128::from(from) + 1;
        let step = (whole.max(1) + columns as i128 - 1) / columns.max(1) as i128;
        let step = i64::try_from(step).unwrap_or(i64::MAX).max(1);
        let mut counts = vec![0u64; columns];
        for (at, many) in instants.filter(|(at, _)| (from..=until).contains(at)) {
            let column = (i128::from(at) - i128::from(from)) / i128::from(step);
            if let Some(count) = usize::try_from(column).ok().and_then(|n| counts.get_mut(n)) {
                *count = count.saturating_add(many);
            }
        }
        let dark = |n: usize| {
            let begin = i128::from(from) + n as i128 * i128::from(step);
            let end = begin + i128::from(step);
            holes
                .iter()
                .any(|(a, b)| i128::from(*a) < end && i128::from(*b) > begin)
        };
        Columns {
            step,
            counts,
            dark: (0..columns).map(dark).collect(),
        }
    }

    /// A mark under each column that a hole darkens; `None` where none does.
    pub(crate) fn holes(&self) -> Option<String> {
        let mark = |dark: &bool| if *dark { '×' } else { ' ' };
        let marks: String = self.dark.iter().map(mark).collect();
        (!marks.trim().is_empty()).then(|| marks.trim_end().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn once<const N: usize>(instants: [i64; N]) -> impl Iterator<Item = (i64, u64)> {
        instants.into_iter().map(|at| (at, 1))
    }

    #[test]
    fn a_bar_never_says_none_for_some_nor_all_for_less() {
        assert_eq!(interval(1, Some(1), 100_000, 8), "█·······");
        assert_eq!(interval(99_999, Some(99_999), 100_000, 8), "███████·");
        assert_eq!(interval(100, Some(100), 100, 4), "████");
        assert_eq!(interval(0, Some(1), 100_000, 4), "▒···");
        assert_eq!(interval(50, None, 100, 4), "██▒▒");
        assert_eq!(interval(0, Some(0), 0, 4), "····");
        // More than the directory knows of cannot be drawn.
        assert_eq!(interval(7, Some(9), 5, 4), "████");
    }

    #[test]
    fn columns_hold_every_instant_and_mark_holes() {
        let columns = Columns::of((0, 99), once([0, 9, 10, 99]), &[(20, 30)], 10);
        assert_eq!(columns.step, 10);
        assert_eq!(columns.counts, [2, 1, 0, 0, 0, 0, 0, 0, 0, 1]);
        assert_eq!(columns.holes().as_deref(), Some("  ×"));
        assert_eq!(sparkline(&columns.counts), "█▅       ▅");
        // All of time, and none of it.
        let all = Columns::of((i64::MIN, i64::MAX), once([i64::MAX, 0]), &[], 3);
        assert_eq!(all.counts.iter().sum::<u64>(), 2);
        assert_eq!(Columns::of((5, 5), once([5]), &[], 4).counts, [1, 0, 0, 0]);
        assert_eq!(sparkline(&[]), "");
    }
}
