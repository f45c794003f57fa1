//! Runs of one stride that go into a hole and come out of it.
//!
//! Both sides must be clean, because a run that merely stopped is none; and the hole must be long enough for what is
//! missing, because outside of holes the logs show every step.

use super::{End, Found, Gap, STEPS, Spell, Step, WIDEST, collapsed};
use crate::words::{Certainty, MINUTE, SECOND, Stamp};

/// Steps that each side must have.
const SIDE: usize = 3;
/// How much faster than in sight a run may have gone in a hole, and how long before one its last step may lie to be cut
/// off by it.
const FASTER: i64 = 10;

/// Runs with a gap or a lost end. `steps` in the order of time, repeats included.
pub(super) fn runs(steps: &[Step], spells: &[Spell], end: Option<Stamp>) -> Vec<Found> {
    let holes = holes(steps, spells);
    let starts = std::iter::once(0).chain(holes.iter().map(|hole| hole.after));
    let ends = holes.iter().map(|hole| hole.before);
    let regions: Vec<Vec<Step>> = starts
        .zip(ends.chain([steps.len()]))
        .map(|(from, until)| collapsed(&steps[from..until.max(from)]))
        .collect();
    let mut found = Vec::new();
    let mut open: Option<Found> = None;
    for (place, hole) in holes.iter().enumerate() {
        let (left, right) = (&regions[place], &regions[place + 1]);
        let inside = collapsed(&steps[hole.before..hole.after]);
        match crossing(left, &inside, right, hole.dark) {
            Some((tail, head, gap)) => {
                let run = open.take().or_else(|| Found::of(tail.0, &left[tail.1..]));
                let Some(mut run) = run else { continue };
                run.seen += (inside.len() + head) as u64;
                run.gaps.extend(gap);
                run.last = right[head - 1];
                // Where the walk turns elsewhere in sight, its end is known.
                match head == right.len() {
                    true => open = Some(run),
                    false => found.push(run),
                }
            }
            None => found.extend(cut_off(open.take(), left, hole.from, false)),
        }
    }
    let last = regions.last().map_or(&[][..], Vec::as_slice);
    match end {
        Some(end) => found.extend(cut_off(open.take(), last, end.0, true)),
        None => found.extend(open.take()),
    }
    found.retain(|run| !run.gaps.is_empty() || run.end.is_some());
    found
}

/// A hole among the steps: those before `before` come before it, those from `after` on after it.
struct Hole {
    from: i64,
    dark: i64,
    before: usize,
    after: usize,
}

/// Holes, those taken together between which there are too few steps to tell anything.
fn holes(steps: &[Step], spells: &[Spell]) -> Vec<Hole> {
    let mut holes: Vec<Hole> = Vec::new();
    for spell in spells {
        let place = |at: i64| steps.partition_point(|step| step.access.time.0 < at);
        let (before, after) = (place(spell.from), place(spell.until));
        // To the minute on both sides.
        // Its ends are known to the minute.
        let dark = spell.until - spell.from + 2 * MINUTE;
        match holes.last_mut() {
            Some(last) if before - last.after <= SIDE && last.before > 0 => {
                last.dark += dark;
                last.after = after;
            }
            _ => holes.push(Hole {
                from: spell.from,
                dark,
                before,
                after,
            }),
        }
    }
    holes
}

/// A run across a hole: its stride and where it begins on the left, how many steps of it lie on the right, what is missing.
type Crossing = ((i64, usize), usize, Option<Gap>);

fn crossing(left: &[Step], inside: &[Step], right: &[Step], dark: i64) -> Option<Crossing> {
    let (stride, from) = tail(left)?;
    let until = head(right).filter(|(other, _)| *other == stride)?.1;
    let (left, right) = (&left[from..], &right[..until]);
    let (a, b) = (left.last()?, right.first()?);
    let sides = (left.len() - 1, right.len() - 1);
    let clean = sides.0 >= SIDE && sides.1 >= SIDE && sides.0 + sides.1 >= STEPS;
    if !clean || !disclosed(left) || !disclosed(right) {
        return None;
    }
    let on = |number: i64| (number - a.number) % stride == 0;
    let onwards = |from: i64, to: i64| (to - from).signum() == stride.signum() || from == to;
    let mut at = a.number;
    let mut seen = Vec::new();
    for step in inside {
        if !on(step.number) || !onwards(at, step.number) || !onwards(step.number, b.number) {
            return None;
        }
        at = step.number;
        if at != a.number && at != b.number {
            seen.push(at);
        }
    }
    if !on(b.number) || b.number == a.number || !onwards(a.number, b.number) {
        return None;
    }
    seen.sort_unstable();
    seen.dedup();
    let between = (b.number - a.number) / stride - 1;
    let missing = between as u64 - seen.len() as u64;
    if missing == 0 {
        return Some(((stride, from), until, None));
    }
    let mut gap = Gap::of(*a, *b, missing, seen);
    let each = pace(left, right);
    let time = dark.min(b.access.time.0 - a.last.time.0);
    if i128::from(missing) * i128::from(each) > i128::from(time) * i128::from(FASTER) {
        gap.refused = Some(format!(
            "it jumped: {missing} IDs within {} s that the logs do not show would be more than ten times its pace of one \
             in {:.1} s before and after",
            time / SECOND,
            each as f64 / SECOND as f64
        ));
    }
    Some(((stride, from), until, Some(gap)))
}

/// A run that goes on until right before a hole, or the end of everything.
fn cut_off(open: Option<Found>, left: &[Step], at: i64, all: bool) -> Option<Found> {
    let Some((stride, from)) = tail(left) else {
        return open;
    };
    let own = &left[from..];
    let long = own.len() > STEPS && disclosed(own);
    let mut run = open.or_else(|| Found::of(stride, own).filter(|_| long))?;
    if at - run.last.last.time.0 < FASTER.saturating_mul(pace(own, &[])) {
        run.end = Some(End::Refused(
            match all {
                true => {
                    "the logs, or the period, end right after its last request: every step until then is seen, so its order \
                     tells nothing of how far it went on, and what came later stands in no bound"
                }
                false => {
                    "a hole begins right after its last request: every step until then is seen, so its order tells nothing \
                     of how far it went on; U1 bounds what the hole hides (bounds.csv)"
                }
            }
            .to_owned(),
        ));
    }
    Some(run)
}

/// Something was disclosed in it.
fn disclosed(steps: &[Step]) -> bool {
    steps.iter().any(|step| step.certainty > Certainty::Nothing)
}

fn stride(a: &Step, b: &Step) -> Option<i64> {
    let stride = b.number - a.number;
    (stride != 0 && stride.abs() <= WIDEST).then_some(stride)
}

/// The stride of the last steps, and the index of the first of them.
fn tail(steps: &[Step]) -> Option<(i64, usize)> {
    let mut pairs = steps.windows(2).rev();
    let last = pairs.next()?;
    let own = stride(&last[0], &last[1])?;
    let same = pairs.take_while(|pair| pair[1].number - pair[0].number == own);
    Some((own, steps.len() - 2 - same.count()))
}

/// The stride of the first steps, and the index after the last of them.
fn head(steps: &[Step]) -> Option<(i64, usize)> {
    let mut pairs = steps.windows(2);
    let first = pairs.next()?;
    let own = stride(&first[0], &first[1])?;
    let same = pairs.take_while(|pair| pair[1].number - pair[0].number == own);
    Some((own, 2 + same.count()))
}

/// The median time from one step to the next, in nanoseconds, at least 1. Where stamps are too coarse for that, the mean;
/// all within one stamp are taken to have lasted a second.
fn pace(left: &[Step], right: &[Step]) -> i64 {
    let times = |steps: &[Step]| -> Vec<i64> {
        let pairs = steps.windows(2);
        pairs
            .map(|pair| pair[1].access.time.0 - pair[0].access.time.0)
            .collect()
    };
    let mut all = [times(left), times(right)].concat();
    all.sort_unstable();
    let median = all.get(all.len() / 2).copied().unwrap_or(0);
    let sum: i64 = all.iter().sum();
    match median {
        0 => (sum.max(SECOND) / (all.len() as i64).max(1)).max(1),
        median => median,
    }
}
