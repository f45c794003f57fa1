//! The writers' own numbers: each that is missing is a line that is not there.

use super::ledger::Ledger;
use super::said::{each_may_hide, widest_request};
use super::{Allowance, Doubt, GapKind, Hole};
use crate::route::{Numbers, Run};
use crate::words::{Reason, Stamp};

/// A number that falls by more than this is a counter that began anew; lines overtake each other by less.
const RESTART: u64 = 1000;
/// Steps that tell a rhythm.
const LEAST_STEPS: u64 = 100;
/// One number of so many must be missing, and one of so many lines stand behind a hole, for numbers to be missing
/// all over: then an export has left lines out.
const FILTERED: u64 = 10;
const ALL_OVER: u64 = 20;

/// What the numbers of all writers of a source say.
pub(super) fn judge(ledger: &Ledger<'_>) -> (Vec<Hole>, Vec<Doubt>) {
    let mut holes = Vec::new();
    let mut doubts = Vec::new();
    let mut filtered = Vec::new();
    for (writer, numbers) in &ledger.numbers {
        if let Some(every) = rhythm(numbers) {
            doubts.push(thinned(ledger, writer, every));
        } else if numbers.unordered() {
            doubts.push(Doubt::said(
                Reason::Gap,
                format!(
                    "the line numbers of {writer} in source \"{}\" follow no order: they cannot tell whether lines are \
                     missing",
                    ledger.spec.name
                ),
            ));
        } else {
            let read = Read::of(numbers.runs());
            if read.filtered() {
                filtered.push((writer.as_str(), read));
                continue;
            }
            doubts.extend(told(ledger, writer, &read));
            if !read.counts_others() {
                holes.extend(read.lost.iter().map(|lost| hole(ledger, writer, lost)));
            }
        }
    }
    doubts.extend(left_out(ledger, &filtered));
    (holes, doubts)
}

/// Numbers that are missing all over: once for all writers of a source.
fn left_out(ledger: &Ledger<'_>, filtered: &[(&str, Read)]) -> Option<Doubt> {
    let (first, _) = filtered.first()?;
    let sum = |of: fn(&Read) -> u64| {
        filtered
            .iter()
            .fold(0_u64, |n, (_, r)| n.saturating_add(of(r)))
    };
    let (missing, seen) = (sum(Read::missing), sum(|read| read.seen));
    let writers = match filtered.len() {
        1 => (*first).to_owned(),
        n => format!("{first} and {} more writer(s)", n - 1),
    };
    Some(Doubt::said(
        Reason::Gap,
        format!(
            "of the numbers that {writers} in source \"{}\" give their lines, {missing} are missing all over beside \
             {seen} that are there: the export left lines out, which is no loss by itself, and lines that were lost \
             cannot be told by number; ask what was left out, or for an export without a filter",
            ledger.spec.name
        ),
    ))
}

/// Every how manieth line was kept, where nearly all steps are that wide.
fn rhythm(numbers: &Numbers) -> Option<usize> {
    let all: u64 = numbers.steps().iter().sum();
    let (width, often) = numbers
        .steps()
        .iter()
        .enumerate()
        .max_by_key(|(_, n)| **n)?;
    (width > 1 && all >= LEAST_STEPS && *often >= all / 10 * 9).then_some(width)
}

fn thinned(ledger: &Ledger<'_>, writer: &str, every: usize) -> Doubt {
    Doubt {
        reason: Reason::Sampled,
        basis: format!(
            "the line numbers of {writer} in source \"{}\" go up by {every} from line to line: of {every} lines one was \
             kept, or the others were left out because they are of another kind",
            ledger.spec.name
        ),
        allowance: Allowance::Population,
    }
}

/// Numbers that are missing between two lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Lost {
    count: u64,
    after: Run,
    before: Run,
}

#[derive(Default)]
struct Read {
    lost: Vec<Lost>,
    seen: u64,
    twice: u64,
    restarts: u64,
}

impl Read {
    /// Cuts the runs where the counter began anew, and looks for what is missing between.
    fn of(runs: &[Run]) -> Read {
        let mut read = Read::default();
        let mut life: Vec<Run> = Vec::new();
        for run in runs {
            if anew(&life, run) {
                read.restarts += 1;
                read.life(std::mem::take(&mut life));
            }
            life.push(*run);
        }
        read.life(life);
        read
    }

    /// The runs between two restarts.
    fn life(&mut self, mut runs: Vec<Run>) {
        runs.sort_by_key(|run| (run.from, run.until, run.first));
        let mut reached: Option<Run> = None;
        for run in runs {
            let size = run.until - run.from;
            self.seen = self.seen.saturating_add(size).saturating_add(1);
            if let Some(before) = reached {
                let next = before.until.saturating_add(1);
                if run.from > next {
                    self.lost.push(Lost {
                        count: run.from - next,
                        after: before,
                        before: run,
                    });
                }
                let both = next.saturating_sub(run.from).min(size.saturating_add(1));
                self.twice = self.twice.saturating_add(both);
            }
            if reached.is_none_or(|before| run.until > before.until) {
                reached = Some(run);
            }
        }
    }

    fn missing(&self) -> u64 {
        self.lost
            .iter()
            .fold(0, |sum, lost| sum.saturating_add(lost.count))
    }

    /// Missing all over, as a filter leaves lines out; a loss takes many at a place.
    fn filtered(&self) -> bool {
        let all = self.seen.saturating_add(self.missing());
        let places = self.lost.len() as u64;
        all >= LEAST_STEPS
            && self.missing() > all / FILTERED
            && places.saturating_mul(ALL_OVER) >= self.seen
    }

    /// More missing than there: the counter counts lines that were never in this log.
    fn counts_others(&self) -> bool {
        self.missing() > self.seen
    }
}

/// Whether a run begins the counting anew: it falls far, or it goes again, later, over numbers that were there.
fn anew(life: &[Run], run: &Run) -> bool {
    let Some(highest) = life.iter().map(|run| run.until).max() else {
        return false;
    };
    if highest.saturating_sub(run.from) > RESTART {
        return true;
    }
    let latest = life.iter().map(|run| run.last).max();
    let later = latest.is_some_and(|latest| run.first > latest);
    let over = |old: &Run| {
        run.until
            .min(old.until)
            .saturating_sub(run.from.max(old.from))
            >= 2
    };
    later && life.iter().any(over)
}

fn hole(ledger: &Ledger<'_>, writer: &str, lost: &Lost) -> Hole {
    let (from, until) = ends(lost);
    Hole {
        source: ledger.source,
        kind: GapKind::Sequence,
        from,
        until,
        expected: lost.count as f64,
        route: None,
        writer: Some(writer.to_owned()),
        missing: Some(lost.count),
        basis: format!(
            "{} line(s) of {writer} in source \"{}\" are lost or were filtered out between its numbers {} ({from}) and {} \
             ({until})",
            lost.count, ledger.spec.name, lost.after.until, lost.before.from
        ),
    }
}

fn ends(lost: &Lost) -> (Stamp, Stamp) {
    let (from, until) = (lost.after.last, lost.before.first);
    (from.min(until), until.max(from))
}

fn told(ledger: &Ledger<'_>, writer: &str, read: &Read) -> Vec<Doubt> {
    let name = &ledger.spec.name;
    let mut doubts = Vec::new();
    if let Some(widest) = read.lost.iter().max_by_key(|lost| lost.count) {
        let each = widest_request(ledger.case);
        let missing = read.missing();
        let (from, until) = ends(widest);
        let place = format!("most of them ({}) between {from} and {until}", widest.count);
        let others = read.counts_others();
        doubts.push(Doubt {
            reason: Reason::Gap,
            basis: match others {
                true => format!(
                    "of the numbers that {writer} in source \"{name}\" gives its lines, {missing} are missing and only {} \
                     there: either most of the log is missing, or the numbers count lines of other logs too",
                    read.seen
                ),
                false => format!(
                    "{missing} line(s) of {writer} in source \"{name}\" are lost or were filtered out by its own numbers, in \
                     {} place(s), {place}; {}",
                    read.lost.len(),
                    each_may_hide(each)
                ),
            },
            allowance: match each {
                Some(each) if !others => Allowance::Subjects(each.saturating_mul(missing)),
                _ => Allowance::Population,
            },
        });
    }
    if read.twice > 0 {
        doubts.push(Doubt::said(
            Reason::Ambiguous,
            format!(
                "{} numbers of {writer} in source \"{name}\" stand on several lines: lines were written or collected twice",
                read.twice
            ),
        ));
    }
    if read.restarts > 0 {
        doubts.push(Doubt::said(
            Reason::Gap,
            format!(
                "the line numbers of {writer} in source \"{name}\" begin anew {} time(s); what was lost at a restart they \
                 cannot tell",
                read.restarts
            ),
        ));
    }
    doubts
}
