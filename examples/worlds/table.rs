//! The tables: a row for each cell, and for each goal its worst cell.

use std::collections::BTreeMap;
use std::io::Write;

use crate::grid::Cell;
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

/// A goal: its name, whether a cell counts, and what its figure is (part, whole; more of the part is worse).
type Goal<'g> = (&'g str, Box<dyn Fn(&Cell, &Sum<'_>) -> Option<(u64, u64)>>);

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
    let _ = writeln!(out, "\n{:<58} {:>16}   worst cell", "goal", "all cells");
    for (name, figure) in goals() {
        let mut all = (0, 0);
        let mut worst: Option<(f64, String)> = None;
        for (at, sum) in &sums {
            let Some((part, whole)) = figure(&cells[*at], sum) else {
                continue;
            };
            all = (all.0 + part, all.1 + whole);
            let share = part as f64 / whole.max(1) as f64;
            if worst.as_ref().is_none_or(|(known, _)| share > *known) {
                worst = Some((
                    share,
                    format!("{part} of {whole} in \"{}\"", cells[*at].name),
                ));
            }
        }
        let worst = worst.map_or("no such cell".to_owned(), |(_, said)| said);
        let _ = writeln!(
            out,
            "{name:<58} {:>16}   {worst}",
            format!("{} of {}", all.0, all.1)
        );
    }
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
            || w.false_excluded + w.lower_broken > 0
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

fn goals() -> Vec<Goal<'static>> {
    fn goal(
        name: &'static str,
        figure: impl Fn(&Cell, &Sum<'_>) -> Option<(u64, u64)> + 'static,
    ) -> Goal<'static> {
        (name, Box::new(figure))
    }
    let mut goals = vec![
        goal("honest accounts called enumeration", |_, sum| {
            Some((sum.accused(), sum.of(|w| w.honest)))
        }),
        goal(
            "attackers missed (>= 20 IDs or >= 10 books)",
            |cell, sum| {
                let missed = sum.of(|w| w.attackers) - sum.of(|w| w.called);
                cell.recall.then_some((missed, sum.of(|w| w.attackers)))
            },
        ),
        goal("lower bound above the truth (controllers)", |_, sum| {
            Some((sum.of(|w| w.lower_broken), sum.of(|w| w.controllers)))
        }),
        goal("falsely excluded controllers", |_, sum| {
            Some((sum.of(|w| w.false_excluded), sum.of(|w| w.controllers)))
        }),
        goal("truth above U0 (controllers)", |_, sum| {
            Some((sum.of(|w| w.above[0]), sum.of(|w| w.controllers)))
        }),
        goal("truth above U1, where it is below U0", |_, sum| {
            Some((sum.of(|w| w.above[1]), sum.of(|w| w.tighter[0])))
        }),
        goal("truth above U2, where it is below U0", |_, sum| {
            Some((sum.of(|w| w.above[2]), sum.of(|w| w.tighter[1])))
        }),
        goal("worlds with an inexact list, logs complete", |cell, sum| {
            cell.complete
                .then(|| (sum.of(|w| u64::from(!w.exact)), sum.worlds.len() as u64))
        }),
        goal(
            "wrong cause said with confidence (of those said)",
            |_, sum| {
                Some((
                    sum.wrong_cause(),
                    sum.of(|w| u64::from(w.cause.0.is_some())),
                ))
            },
        ),
        goal("true cause left out of those that remain", |_, sum| {
            let lost = sum.of(|w| u64::from(!w.remain.0 && w.remain.1 > 0));
            Some((lost, sum.worlds.len() as u64))
        }),
        goal("no cause said", |_, sum| {
            Some((
                sum.of(|w| u64::from(w.cause.0.is_none())),
                sum.worlds.len() as u64,
            ))
        }),
        goal(
            "recapture interval that misses (of those given)",
            |_, sum| {
                let given = sum.of(|w| u64::from(w.recapture.is_some()));
                (given > 0).then(|| (sum.of(|w| u64::from(w.recapture == Some(false))), given))
            },
        ),
    ];
    for (at, name) in [
        "distinct IDs, 99.9th percentile",
        "30 requests in 30 s",
        "a run of +1 steps",
    ]
    .into_iter()
    .enumerate()
    {
        let missed = move |cell: &Cell, sum: &Sum<'_>| {
            let with: Vec<&&Verdicts> = sum
                .worlds
                .iter()
                .filter(|w| w.baselines.is_some())
                .collect();
            let found: u64 = with
                .iter()
                .filter_map(|w| w.baselines)
                .map(|all| all[at].0)
                .sum();
            let all: u64 = with.iter().map(|w| w.attackers).sum();
            (cell.recall && all > 0).then(|| (all.saturating_sub(found), all))
        };
        let accused = move |_: &Cell, sum: &Sum<'_>| {
            let with = sum
                .worlds
                .iter()
                .filter_map(|w| w.baselines.map(|all| (all[at].1, w.honest)));
            let (part, whole) = with.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
            (whole > 0).then_some((part, whole))
        };
        goals.push((
            Box::leak(format!("baseline {name}: missed").into_boxed_str()),
            Box::new(missed),
        ));
        goals.push((
            Box::leak(format!("baseline {name}: honest accused").into_boxed_str()),
            Box::new(accused),
        ));
    }
    goals
}
