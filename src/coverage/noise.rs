//! How uneven a series is: variance over mean of short blocks, by how busy the hours around them are.

use std::collections::BTreeMap;

use super::pace::{BLOCK, DAY, Pace, TELLING};

/// Minutes of the pieces that stand for days in a short log.
const PIECE: i64 = 120;
/// Blocks on either side whose pace tells which blocks are alike.
const AROUND: i64 = 8;

/// Neighbouring blocks differ by chance: their squared difference over their sum is variance over mean. By the
/// pace of the hours around, and the median of days, so that bursts and holes do not count.
pub(super) fn measure(pace: &Pace) -> Vec<f64> {
    let mut samples: Vec<Vec<Sample>> = vec![Vec::new(); 64];
    for start in pairs(pace) {
        let block = |n: i64| pace.lines(n * BLOCK, (n + 1) * BLOCK) as f64;
        let (a, b) = (block(start), block(start + 1));
        let around = pace.lines((start - AROUND) * BLOCK, (start + 2 + AROUND) * BLOCK);
        let level = octave(around as f64 / (2 + 2 * AROUND) as f64);
        if let Some(alike) = samples.get_mut(level) {
            alike.push((start, (a - b) * (a - b), a + b));
        }
    }
    let noise: Vec<f64> = samples.iter().map(|alike| noise(alike)).collect();
    // Sessions are as long at any pace, and what tells of it is thin at some.
    (0..noise.len())
        .map(|pace| {
            let near = noise[pace.saturating_sub(3)..=pace].iter();
            near.copied().fold(2.0, f64::max)
        })
        .collect()
}

/// First blocks of pairs of which one has lines, empty or not the other; but for the blocks in which the series
/// begins and ends, because what is outside of it is no traffic.
fn pairs(pace: &Pace) -> Vec<i64> {
    let Some((first, last)) = pace.span() else {
        return Vec::new();
    };
    let inside = first.div_euclid(BLOCK) + 1..(last - 1).div_euclid(BLOCK) - 1;
    let mut starts: Vec<i64> = Vec::new();
    for (minute, _) in pace.cells() {
        let block = minute.div_euclid(BLOCK);
        for block in [block - 1, block] {
            if inside.contains(&block) && starts.last().is_none_or(|last| *last < block) {
                starts.push(block);
            }
        }
    }
    starts
}

/// A pair of blocks: where, its squared difference, its lines.
type Sample = (i64, f64, f64);

/// Variance over mean by the median of days; of pieces of a day where there are few days.
fn noise(samples: &[Sample]) -> f64 {
    let ratios = |minutes: i64| {
        let mut pieces: BTreeMap<i64, (f64, f64)> = BTreeMap::new();
        for (start, squares, lines) in samples {
            let sums = pieces.entry(start.div_euclid(minutes / BLOCK)).or_default();
            *sums = (sums.0 + squares, sums.1 + lines);
        }
        let telling = pieces
            .values()
            .filter(|sums| sums.1 >= TELLING as f64 / 2.0);
        let mut ratios: Vec<f64> = telling.map(|(squares, lines)| squares / lines).collect();
        ratios.sort_by(f64::total_cmp);
        (ratios.len() >= 3).then(|| ratios[ratios.len() / 2])
    };
    let all = || {
        let sums = samples
            .iter()
            .fold((0.0, 0.0), |sum, s| (sum.0 + s.1, sum.1 + s.2));
        (sums.1 > 0.0).then(|| sums.0 / sums.1)
    };
    let known = ratios(DAY).or_else(|| ratios(PIECE)).or_else(all);
    known.unwrap_or(2.0)
}

/// The power of two of so many lines.
pub(super) fn octave(lines: f64) -> usize {
    lines.max(1.0).log2() as usize
}
