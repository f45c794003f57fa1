//! The tables: a row for each cell, and for each goal its worst cell.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use crate::grid::Cell;
use crate::intervals::Intervals;
use crate::judge::Verdicts;

#[derive(Default)]
struct Sum<'v> {
    worlds: Vec<&'v Verdicts>,
}

impl Sum<'_> {
    fn of(&self, figure: impl Fn(&Verdicts) -> u64) -> u64 {
        self.worlds.iter().map(|world| figure(world)).sum()
    }

    fn accused(&self) -> u64 {
        self.of(|world| world.accused.values().sum())
    }

    fn wrong_cause(&self) -> u64 {
        self.of(|world| {
            u64::from(
                world
                    .cause
                    .0
                    .as_ref()
                    .is_some_and(|said| *said != world.cause.1),
            )
        })
    }
}

/// What a goal's figure is in a cell (part, whole; more of the part is worse); `None` where the cell does not count.
type Figure = Box<dyn Fn(&Cell, &Sum<'_>) -> Option<(u64, u64)>>;

/// A goal.
struct Goal {
    name: String,
    /// The largest share that reaches it; `None` for what is only held beside it.
    limit: Option<f64>,
    figure: Figure,
}

/// Prints everything.
pub fn print(cells: &[Cell], done: &[(usize, Verdicts)], failures: bool) {
    let mut out = std::io::stdout().lock();
    let mut sums: BTreeMap<usize, Sum<'_>> = BTreeMap::new();
    for (cell, judged) in done {
        sums.entry(*cell).or_default().worlds.push(judged);
    }
    let _ = writeln!(
        out,
        "{:<44} {:>6} {:>9} {:>8} {:>9} {:>5} {:>6} {:>6} {:>11} {:>9} {:>7} {:>9}",
        "cell",
        "worlds",
        "found",
        "accused",
        "honest",
        "L>x",
        "excl!",
        "exact",
        "above U0/1/2",
        "cause",
        "wrong",
        "remains"
    );
    for (cell, sum) in &sums {
        let said = sum.of(|w| u64::from(w.cause.0.is_some()));
        let above = [0, 1, 2]
            .map(|at| sum.of(|w| w.above[at]).to_string())
            .join("/");
        let _ = writeln!(
            out,
            "{:<44} {:>6} {:>9} {:>8} {:>9} {:>5} {:>6} {:>6} {:>11} {:>9} {:>7} {:>9}",
            cells[*cell].name,
            sum.worlds.len(),
            format!("{}/{}", sum.of(|w| w.called), sum.of(|w| w.attackers)),
            sum.accused(),
            sum.of(|w| w.honest),
            sum.of(|w| w.lower_broken),
            sum.of(|w| w.false_excluded),
            sum.of(|w| u64::from(w.exact)),
            above,
            format!("{said}/{}", sum.worlds.len()),
            sum.wrong_cause(),
            // The true cause is among those that remain; and how many remain in the mean.
            format!(
                "{}:{:.1}",
                sum.of(|w| u64::from(w.remain.0)),
                sum.of(|w| w.remain.1) as f64 / sum.worlds.len() as f64
            )
        );
    }
    intervals(&mut out, cells, &sums);
    print_goals(&mut out, cells, done, &sums);
    labels(&mut out, cells, &sums);
    let accused: BTreeMap<&String, u64> =
        done.iter()
            .flat_map(|(_, w)| &w.accused)
            .fold(BTreeMap::new(), |mut sum, (why, n)| {
                *sum.entry(why).or_default() += n;
                sum
            });
    let _ = writeln!(out, "\naccused by kind: {accused:?}");
    let wrong = done.iter().filter(|(_, w)| {
        w.failed.is_some()
            || w.false_excluded + w.lower_broken + w.above[0] > 0
            || (failures && w.intervals.values().any(|one| one.misses() > 0))
            || w.cause.0.as_ref().is_some_and(|said| *said != w.cause.1)
            || (failures && (w.called < w.attackers || !w.accused.is_empty()))
    });
    for (cell, w) in wrong {
        let _ = writeln!(
            out,
            "! {}: found {}/{}, accused {:?}, L {}, excluded {}, cause {:?}, {:?}\n  {}",
            cells[*cell].name,
            w.called,
            w.attackers,
            w.accused,
            w.lower_broken,
            w.false_excluded,
            w.cause,
            w.failed,
            w.command
        );
    }
}

/// Learned labels: a row for each cell, numbering and kind.
fn labels(out: &mut impl Write, cells: &[Cell], sums: &BTreeMap<usize, Sum<'_>>) {
    let mut head = true;
    for (cell, sum) in sums {
        let mut kinds = crate::labels::ByKind::new();
        for (kind, labels) in sum.worlds.iter().flat_map(|world| &world.labels) {
            kinds.entry(*kind).or_default().add(labels);
        }
        for ((numbering, kind), labels) in kinds {
            if std::mem::take(&mut head) {
                let _ = writeln!(
                    out,
                    "\n{:<44} {:<12} {:<11} {:>8} {:>9} {:>9} {:>14}",
                    "learned labels",
                    "numbers",
                    "kind",
                    "asked",
                    "labelled",
                    "right",
                    "sets that hold"
                );
            }
            let share = |part: u64, whole: u64| match whole {
                0 => "-".to_owned(),
                _ => format!("{:.3} %", 100.0 * part as f64 / whole as f64),
            };
            let _ = writeln!(
                out,
                "{:<44} {:<12} {:<11} {:>8} {:>9} {:>9} {:>14}",
                cells[*cell].name,
                numbering,
                kind,
                labels.asked,
                share(labels.labelled, labels.asked),
                share(labels.right, labels.labelled),
                format!("{} of {}", labels.hold, labels.sets)
            );
        }
    }
}

/// Every kind of interval in every cell that has one: given, covering, refused.
fn intervals(out: &mut impl Write, cells: &[Cell], sums: &BTreeMap<usize, Sum<'_>>) {
    let _ = writeln!(
        out,
        "\n{:<44} {:<28} {:>7} {:>7} {:>8}",
        "cell", "interval", "given", "covers", "refused"
    );
    for (at, sum) in sums {
        let mut all = Intervals::new();
        for (name, one) in sum.worlds.iter().flat_map(|world| &world.intervals) {
            all.entry(name).or_default().join(*one);
        }
        for (name, one) in all {
            let _ = writeln!(
                out,
                "{:<44} {name:<28} {:>7} {:>7} {:>8}",
                cells[*at].name, one.given, one.covers, one.refused
            );
        }
    }
}

/// Each goal with all cells together and with its worst cell.
fn print_goals(
    out: &mut impl Write,
    cells: &[Cell],
    done: &[(usize, Verdicts)],
    sums: &BTreeMap<usize, Sum<'_>>,
) {
    let _ = writeln!(
        out,
        "\n{:<58} {:>9} {:>16} {:>8}   worst cell",
        "goal", "at most", "all cells", "reached"
    );
    for goal in goals(done) {
        let mut all = (0, 0);
        let mut worst: Option<(f64, String)> = None;
        for (at, sum) in sums {
            let Some((part, whole)) = (goal.figure)(&cells[*at], sum) else {
                continue;
            };
            all = (all.0 + part, all.1 + whole);
            let share = part as f64 / whole.max(1) as f64;
            if worst.as_ref().is_none_or(|(known, _)| share > *known) {
                let said = format!("{part} of {whole} in \"{}\"", cells[*at].name);
                worst = Some((share, said));
            }
        }
        let reached = match (goal.limit, &worst) {
            (Some(limit), Some((share, _))) if *share <= limit => "yes",
            (Some(_), Some(_)) => "NO",
            _ => "",
        };
        let limit = goal.limit.map_or(String::new(), |limit| match limit {
            0.0 => "0".to_owned(),
            limit => format!("{:.3} %", limit * 100.0),
        });
        let worst = worst.map_or("no such cell".to_owned(), |(_, said)| said);
        let _ = writeln!(
            out,
            "{:<58} {limit:>9} {:>16} {reached:>8}   {worst}",
            goal.name,
            format!("{} of {}", all.0, all.1)
        );
    }
}

fn goals(done: &[(usize, Verdicts)]) -> Vec<Goal> {
    let mut goals = of_verdicts();
    goals.extend(of_bounds());
    let names: BTreeSet<&'static str> = done
        .iter()
        .flat_map(|(_, world)| world.intervals.keys().copied())
        .collect();
    goals.extend(names.into_iter().map(|name| {
        goal(&format!("{name}: misses"), Some(0.05), move |_, sum| {
            let own = |world: &Verdicts| world.intervals.get(name).copied().unwrap_or_default();
            let given = sum.of(|world| own(world).given);
            (given > 0).then(|| (sum.of(|world| own(world).misses()), given))
        })
    }));
    goals.extend(of_baselines());
    goals
}

fn goal(
    name: &str,
    limit: Option<f64>,
    figure: impl Fn(&Cell, &Sum<'_>) -> Option<(u64, u64)> + 'static,
) -> Goal {
    Goal {
        name: name.to_owned(),
        limit,
        figure: Box::new(figure),
    }
}

fn of_verdicts() -> Vec<Goal> {
    vec![
        goal(
            "honest accounts called enumeration",
            Some(1e-5),
            |_, sum| Some((sum.accused(), sum.of(|w| w.honest))),
        ),
        goal(
            "attackers missed (>= 20 IDs or >= 10 books)",
            Some(0.01),
            |cell, sum| {
                let missed = sum.of(|w| w.attackers) - sum.of(|w| w.called);
                cell.recall.then_some((missed, sum.of(|w| w.attackers)))
            },
        ),
        goal(
            "wrong cause said with confidence (of those said)",
            Some(0.0),
            |_, sum| {
                Some((
                    sum.wrong_cause(),
                    sum.of(|w| u64::from(w.cause.0.is_some())),
                ))
            },
        ),
        goal(
            "true cause left out of those that remain",
            None,
            |_, sum| {
                let lost = sum.of(|w| u64::from(!w.remain.0 && w.remain.1 > 0));
                Some((lost, sum.worlds.len() as u64))
            },
        ),
        goal("no cause said", None, |_, sum| {
            Some((
                sum.of(|w| u64::from(w.cause.0.is_none())),
                sum.worlds.len() as u64,
            ))
        }),
    ]
}

fn of_bounds() -> Vec<Goal> {
    vec![
        goal(
            "lower bound above the truth (controllers)",
            Some(0.0),
            |_, sum| Some((sum.of(|w| w.lower_broken), sum.of(|w| w.controllers))),
        ),
        goal("falsely excluded controllers", Some(0.0), |_, sum| {
            Some((sum.of(|w| w.false_excluded), sum.of(|w| w.controllers)))
        }),
        goal("truth above U0 (controllers)", Some(0.0), |_, sum| {
            Some((sum.of(|w| w.above[0]), sum.of(|w| w.controllers)))
        }),
        goal(
            "worlds with an inexact list, logs complete",
            Some(0.0),
            |cell, sum| {
                cell.complete
                    .then(|| (sum.of(|w| u64::from(!w.exact)), sum.worlds.len() as u64))
            },
        ),
    ]
}

fn of_baselines() -> Vec<Goal> {
    let names = [
        "distinct IDs, 99.9th percentile",
        "30 requests in 30 s",
        "a run of +1 steps",
    ];
    let both = names.into_iter().enumerate().map(|(at, name)| {
        let missed = move |cell: &Cell, sum: &Sum<'_>| {
            let with = sum
                .worlds
                .iter()
                .filter_map(|w| Some((w.baselines?[at].0, w.attackers)));
            let (found, all) = with.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
            (cell.recall && all > 0).then(|| (all.saturating_sub(found), all))
        };
        let accused = move |_: &Cell, sum: &Sum<'_>| {
            let with = sum
                .worlds
                .iter()
                .filter_map(|w| Some((w.baselines?[at].1, w.honest)));
            let (part, whole) = with.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
            (whole > 0).then_some((part, whole))
        };
        [
            goal(&format!("baseline {name}: missed"), None, missed),
            goal(&format!("baseline {name}: honest accused"), None, accused),
        ]
    });
    both.flatten().collect()
}
