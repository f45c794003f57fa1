//! Runs in a sample: a chain of requests of which each line was kept by chance alone, what must stand between them, and
//! how far the run went (German tank).

use super::{End, Found, Gap, STEPS, Step, WIDEST};
use crate::words::Certainty;

/// Chance below which so wide a step is no chance of the sample but another run.
const CHANCE: f64 = 1e-6;
/// Error of the upper end.
const ERROR: f64 = 0.05;

/// Runs of a sample that keeps `share` of its lines. `steps` in the order of time, without repeats. `known_end`: the
/// lowest number that the directory knows, or the highest.
pub(super) fn runs(
    steps: &[Step],
    share: f64,
    known_end: &dyn Fn(bool) -> Option<i64>,
) -> Vec<Found> {
    // So many missing in a row are still no surprise.
    let widest = (CHANCE.ln() / (1.0 - share).ln()).floor();
    let widest = if share > 0.0 { widest as i64 } else { 0 };
    let mut found = Vec::new();
    for chain in monotone(steps) {
        let whole = gcd(chain);
        let near = |a: &Step, b: &Step| (b.number - a.number).abs() / whole - 1 <= widest;
        for own in chain.chunk_by(near).filter(|own| own.len() > STEPS) {
            found.extend(run(own, widest, known_end));
        }
    }
    found
}

fn run(own: &[Step], widest: i64, known_end: &dyn Fn(bool) -> Option<i64>) -> Option<Found> {
    let stride = gcd(own);
    let falls = own[1].number < own[0].number;
    let shown = |step: &Step| step.certainty > Certainty::Nothing;
    let from = own.iter().position(shown)?;
    let until = own.iter().rposition(shown)?;
    if stride > WIDEST {
        return None;
    }
    let mut run = Found::of(if falls { -stride } else { stride }, own)?;
    // Only between requests that were answered: before the first and after the last all may have been refused.
    for pair in own[from..=until].windows(2) {
        let missing = (pair[1].number - pair[0].number).abs() / stride - 1;
        if missing > 0 {
            let gap = Gap::of(pair[0], pair[1], missing.unsigned_abs(), Vec::new());
            run.gaps.push(gap);
        }
    }
    let sign = if falls { -1 } else { 1 };
    let before = known_end(falls).map(|end| (run.first.number - end) * sign / stride);
    run.end = Some(match before {
        Some(before) if (0..=widest).contains(&before) => {
            let start = run.first.number - before * run.stride;
            let reached = (run.last.number - start) / run.stride + 1;
            tank(run.seen, reached.unsigned_abs(), start)
        }
        Some(_) => End::Refused(format!(
            "its start is not known: the first ID that is seen does not lie within {widest} steps of the {} that the \
             directory knows, so it need not have begun there",
            if falls { "highest" } else { "lowest" }
        )),
        None => {
            End::Refused("its start is not known: the directory knows no ID of its kind".to_owned())
        }
    });
    Some(run)
}

/// How many IDs a run had of which `seen`, drawn by chance alone, reach up to the one at `reached`: m(1 + 1/k) − 1, and
/// the number N at which (m/N)^k is 5 %.
fn tank(seen: u64, reached: u64, start: i64) -> End {
    let (k, m) = (seen as f64, reached as f64);
    End::Estimate {
        seen,
        reached,
        start,
        estimate: m * (1.0 + 1.0 / k) - 1.0,
        until_95: m * ERROR.powf(-1.0 / k),
    }
}

/// The longest stretches in which numbers only rise or only fall; neighbours may share a step.
fn monotone(steps: &[Step]) -> Vec<&[Step]> {
    let mut chains = Vec::new();
    let mut from = 0;
    for at in 2..=steps.len() {
        let turns = steps.get(at).is_none_or(|next| {
            let up = steps[from + 1].number > steps[from].number;
            (next.number > steps[at - 1].number) != up
        });
        if turns && at > from + 1 {
            chains.push(&steps[from..at]);
            from = at - 1;
        }
    }
    chains
}

/// The widest stride of which every step is a multiple; at least 1.
fn gcd(steps: &[Step]) -> i64 {
    let both = |mut a: i64, mut b: i64| {
        while b != 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    let pairs = steps.windows(2);
    let all = pairs.map(|pair| (pair[1].number - pair[0].number).abs());
    all.fold(0, both).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sequence::{Access, NONE};
    use crate::words::Stamp;

    /// Numbers for a simulation; not for secrets.
    struct Draws(u64);

    impl Draws {
        fn share(&mut self) -> f64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            (self.0 >> 11) as f64 / (1_u64 << 53) as f64
        }
    }

    fn steps(numbers: impl IntoIterator<Item = i64>) -> Vec<Step> {
        let step = |(line, number): (u64, i64)| {
            let access = Access {
                time: Stamp(line as i64),
                offset: 0,
                line,
                bytes: 1,
                file: 0,
                length: 0,
                actor: 0,
                client: 0,
                agent: 0,
                object: 0,
                container: NONE,
                skip: NONE,
                take: NONE,
                route: 0,
                status: 200,
                with_body: true,
            };
            Step {
                number,
                access,
                last: access,
                certainty: Certainty::Confirmed,
            }
        };
        (1..).zip(numbers).map(step).collect()
    }

    /// Walks of 60 to 460 IDs from 1000 on, up or down, of which each request is kept with a chance: the upper end covers how
    /// many there were in at least 95 of 100, and the estimate is right on average.
    #[test]
    fn the_upper_end_covers() {
        let mut draws = Draws(88_172_645_463_325_252);
        let (mut all, mut covered, mut ratio) = (0, 0, 0.0);
        for world in 0..400_i64 {
            let share = [0.2, 0.3, 0.5][world as usize % 3];
            let whole = 60 + (draws.share() * 400.0) as i64;
            let stride = [1, -1, 3][world as usize / 3 % 3];
            let walk = (0..whole).map(|at| 1000 + at * stride);
            let kept: Vec<i64> = walk.filter(|_| draws.share() < share).collect();
            let found = runs(&steps(kept), share, &|highest| {
                assert_eq!(highest, stride < 0);
                Some(1000)
            });
            let [run] = &found[..] else { continue };
            let Some(End::Estimate {
                estimate, until_95, ..
            }) = run.end
            else {
                continue;
            };
            all += 1;
            covered += i32::from(until_95 >= whole as f64);
            ratio += estimate / whole as f64;
        }
        assert!(all >= 200, "{all}");
        assert!(
            f64::from(covered) >= 0.95 * f64::from(all),
            "{covered} of {all}"
        );
        let ratio = ratio / f64::from(all);
        assert!((0.98..1.02).contains(&ratio), "{ratio}");
    }

    #[test]
    fn too_wide_a_step_parts_two_runs() {
        // At a half twenty in a row are missed by one walk in a million: 19 stay together, 20 do not.
        for (wide, chains) in [(20, 1), (21, 2)] {
            let first = (0..12).map(|at| 100 + at);
            let second = (0..12).map(|at| 111 + wide + at);
            let found = runs(&steps(first.chain(second)), 0.5, &|_| None);
            assert_eq!(found.len(), chains, "{wide}");
        }
    }
}
