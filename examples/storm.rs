//! Random and mutated lines through every parser: no panic, and memory that does not grow.
//!
//!     cargo run --release --example storm -- 10000000
//!
//! Prints a row a parser: what became of the lines, the most memory that the process had before and
//! after, and the rate. The same number gives the same lines on every machine.
#![allow(clippy::print_stdout)]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use breachscope::format::{Format, Lately, Line, State};
use chrono_tz::Tz;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

#[path = "storm/seeds.rs"]
mod seeds;

/// Lines that share a state, as those of a file do.
const FILE: u64 = 5_000;

fn main() {
    let wanted = std::env::args().nth(1);
    let lines: u64 = match wanted.as_deref().map(str::parse) {
        None => 100_000,
        Some(Ok(lines)) => lines,
        Some(Err(_)) => {
            println!("usage: storm [LINES]");
            return;
        }
    };
    println!(
        "{:<14} {:>11} {:>11} {:>11} {:>9} {:>9} {:>9} {:>8}",
        "parser", "lines", "records", "rejected", "other", "MiB then", "MiB now", "lines/s"
    );
    let next = AtomicUsize::new(0);
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some((name, seeds)) = seeds::ALL.get(next.fetch_add(1, Ordering::Relaxed))
                {
                    println!("{}", storm(name, seeds, lines));
                }
            });
        }
    });
}

/// What goes the short way must be what the long way reads.
fn lean_reads_the_same(
    format: &Format,
    state: &State,
    lately: &mut Lately,
    (line, at): (&[u8], u64),
) {
    // Whoever goes the short way looks for zeros first: a line that holds one is none.
    if line.trim_ascii().contains(&0) {
        return;
    }
    let Some(lean) = format.lean(state, line, lately) else {
        return;
    };
    let Some(agent) = lean.agent() else { return };
    let shown = || String::from_utf8_lossy(line).escape_debug().to_string();
    let Line::Record(record) = format.parse(&mut state.clone(), line, at) else {
        panic!(
            "the short way reads what the long way does not: {}",
            shown()
        );
    };
    let same = record.time == Some(lean.time)
        && record.client.as_deref() == Some(lean.client)
        && record.account.as_deref() == lean.account
        && record.method.as_deref() == Some(lean.method)
        && record.target.as_deref() == Some(lean.target)
        && record.status == Some(lean.status)
        && record.bytes == lean.bytes
        && record.user_agent.as_deref().unwrap_or_default() == agent
        && record.forwarded.is_none()
        && record.nameless == lean.nameless
        && record.head_counted == lean.head_counted
        && record.node.as_deref() == lean.node;
    assert!(same, "the short way reads otherwise: {}", shown());
}

/// One parser's row.
fn storm(name: &str, seeds: &[&str], lines: u64) -> String {
    let format = match name {
        "pattern" => Format::pattern(seeds::PATTERN, Tz::UTC),
        "auto" => Format::detect(seeds.join("\n").as_bytes(), &[], Tz::UTC),
        name => Format::named(name, &[], Tz::UTC),
    };
    let head = seeds.join("\n");
    let format = format
        .expect("a format that is read")
        .for_content(head.as_bytes());
    let mut random = ChaCha8Rng::seed_from_u64(lines ^ name.len() as u64);
    let mut line = Vec::new();
    let (mut records, mut rejected, mut other, mut lost) = (0u64, 0u64, 0u64, 0u64);
    let mut state = State::default();
    let mut lately = Lately::default();
    let started = Instant::now();
    let mut before = None;
    for at in 0..lines {
        if at % FILE == 0 {
            lost += format.lost_at_end(&mut state).len() as u64;
            state = State::default();
            lately = Lately::default();
            // A file begins as it should, with the header that its lines may need.
            for seed in seeds.iter().filter(|seed| seeds::is_header(name, seed)) {
                let _ = format.parse(&mut state, seed.as_bytes(), 0);
            }
        }
        make(&mut random, seeds, &mut line);
        if format.goes_lean() {
            lean_reads_the_same(&format, &state, &mut lately, (&line, at));
        }
        match format.parse(&mut state, &line, at) {
            Line::Record(_) => records += 1,
            Line::Problem(_) => rejected += 1,
            Line::Empty | Line::Directive | Line::Part => other += 1,
        }
        lost += format.lost(&mut state).len() as u64;
        if at == lines / 10 {
            before = peak();
        }
    }
    let rate = lines as f64 / started.elapsed().as_secs_f64();
    let mib = |bytes: Option<u64>| bytes.map_or("?".to_owned(), |kib| (kib / 1024).to_string());
    format!(
        "{name:<14} {lines:>11} {records:>11} {rejected:>11} {:>9} {:>9} {:>9} {rate:>8.0}",
        other + lost,
        mib(before),
        mib(peak()),
    )
}

/// A line of the format with some damage, or mere bytes.
fn make(random: &mut ChaCha8Rng, seeds: &[&str], line: &mut Vec<u8>) {
    line.clear();
    let dice = random.next_u32();
    if dice.is_multiple_of(16) {
        let length = random.next_u32() as usize % 400;
        line.resize(length, 0);
        random.fill_bytes(line);
        line.retain(|byte| *byte != b'\n');
        return;
    }
    let pick = |random: &mut ChaCha8Rng, below: usize| random.next_u32() as usize % below.max(1);
    let seed = seeds[pick(random, seeds.len())].as_bytes();
    line.extend_from_slice(seed);
    for _ in 0..dice % 4 {
        damage(random, seeds, line, &pick);
    }
}

fn damage(
    random: &mut ChaCha8Rng,
    seeds: &[&str],
    line: &mut Vec<u8>,
    pick: &dyn Fn(&mut ChaCha8Rng, usize) -> usize,
) {
    const SIGNS: &[u8] = b"\"\\[]{}|:,;-+ \t\r\0<>#%&=?/.'\xff\x1b0129";
    let at = pick(random, line.len());
    match random.next_u32() % 8 {
        0 => line.truncate(at),
        1 if !line.is_empty() => line[at] = random.next_u32() as u8,
        2 if !line.is_empty() => {
            line.remove(at);
        }
        3 => line.insert(at.min(line.len()), SIGNS[pick(random, SIGNS.len())]),
        4 => {
            // Another line's piece.
            let other = seeds[pick(random, seeds.len())].as_bytes();
            let from = pick(random, other.len());
            let until = from + pick(random, other.len() - from);
            let piece = other[from..until].to_vec();
            line.splice(at..at, piece);
        }
        5 if !line.is_empty() => {
            let until = at + pick(random, line.len() - at);
            line.drain(at..until);
        }
        6 => {
            let sign = SIGNS[pick(random, SIGNS.len())];
            let many = pick(random, 300);
            line.splice(at..at, std::iter::repeat_n(sign, many));
        }
        _ => {
            let digits = line.iter_mut().filter(|byte| byte.is_ascii_digit());
            digits.for_each(|digit| *digit = b'9');
        }
    }
    line.retain(|byte| *byte != b'\n');
}

/// The most memory that the process had, in KiB.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}
