//! The stages as an engine runs them: splits read apart, rows sorted, accounts folded, and the answer that `scan` gives, byte
//! for byte. The engine here is a sort; the truth is the answer of `scan`.

mod apart;
mod engine;

use std::fs;
use std::path::PathBuf;

use breachscope::stage::rows::{ANALYSED, DIGEST, PART, PLAN, ROWS};

use crate::answer::{bytes, fresh, root, scan, synth, text};

use engine::*;

#[test]
fn every_cut_gives_the_bytes_of_scan() {
    let folder = small("stages-small");
    // At every line's end, within lines, within the last line that has no end, more splits than lines.
    agrees(
        &folder.join("case.toml"),
        &["1G", "19000", "2000", "997", "100"],
        &folder,
    );
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_boundary_around_both_ends_of_a_line() {
    let folder = small("stages-bytes");
    fs::remove_file(folder.join("logs/b.log")).unwrap();
    fs::remove_file(folder.join("logs/c.log")).unwrap();
    let log = folder.join("logs/a.log");
    let text = fs::read_to_string(&log).unwrap();
    let three: usize = text.split_inclusive('\n').take(6).map(str::len).sum();
    fs::write(&log, text[..three].trim_end()).unwrap();
    // Two splits, whose boundary goes over the beginning and the end of the first line, and into the last one.
    let case = folder.join("case.toml");
    let truth = folder.join("scanned");
    scan(&case, &truth, &["--quiet"]);
    let truth = bytes(&truth);
    let mut job = Job::plan(&case, &format!("{}", three / 2 + 1));
    let two: Vec<usize> = (0..job.plan.len())
        .filter(|row| kind(&job.plan[*row], PLAN) != DIGEST)
        .collect();
    assert_eq!(two.len(), 2, "two splits");
    let out = folder.join("staged");
    let end = text.find('\n').unwrap() as i64;
    let within = [end / 2, three as i64 - 2, three as i64 - 1];
    for boundary in (0..3).chain(end - 2..end + 5).chain(within) {
        job.plan[two[0]][place(PLAN, "until")] = Own::Long(boundary);
        job.plan[two[1]][place(PLAN, "start")] = Own::Long(boundary);
        let rows = job.fold(job.extract());
        done(&job.conclude(&out), &ended(rows, ANALYSED));
        assert!(bytes(&out) == truth, "boundary at {boundary}");
        fs::remove_dir_all(&out).unwrap();
    }
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn the_captured_case() {
    let folder = fresh("stages-captured");
    let case = root().join("testdata/capture/case/case.toml");
    agrees(&case, &["1G", "200000", "9973"], &folder);
    let case = root().join("testdata/capture/case/case-json.toml");
    agrees(&case, &["50000"], &folder);
}

#[test]
fn practice_cases() {
    let folder = fresh("stages-practice");
    for (seed, flags) in [
        ("7", "--seed 7"),
        ("8", "--seed 8 --format json"),
        ("9", "--seed 9 --format w3c"),
    ] {
        let practice = folder.join(seed);
        synth(&practice, flags);
        agrees(&practice.join("case.toml"), &["1G", "300000"], &folder);
    }
    fs::remove_dir_all(&folder).unwrap();
}

/// Every small case of `tests/cases` that can be answered at all. It takes longest of all tests, so two hands share it.
#[test]
fn the_cases_of_the_contract() {
    let mut cases: Vec<PathBuf> = fs::read_dir(root().join("tests/cases"))
        .unwrap()
        .map(|entry| entry.unwrap().path().join("case.toml"))
        .filter(|case| case.exists())
        .collect();
    cases.sort();
    let share = |hand: usize| {
        let folder = fresh(&format!("stages-cases-{hand}"));
        let (mut answered, mut apart) = (0, 0);
        for case in cases.iter().skip(hand).step_by(2) {
            let out = folder.join("tried");
            let tried = crate::answer::run(&["scan", text(case), "--quiet", "--out", text(&out)]);
            if tried.status.success() {
                fs::remove_dir_all(&out).unwrap();
                apart += agrees(case, &["1G", "97"], &folder);
                answered += 1;
            }
        }
        (answered, apart)
    };
    let (one, other) = std::thread::scope(|threads| {
        let one = threads.spawn(|| share(0));
        let other = share(1);
        (one.join().expect("its cases hold"), other)
    });
    let (answered, apart) = (one.0 + other.0, one.1 + other.1);
    assert!(answered > 15, "only {answered} cases were answered");
    assert!(
        apart > 20,
        "only {apart} of {answered} cases in two cuts were judged apart"
    );
}

#[test]
fn broken_streams_are_refused() {
    let folder = small("stages-broken");
    let case = folder.join("case.toml");
    let job = Job::plan(&case, "9000");
    let rows = job.extract();
    let (fold, out) = (["fold", "--tag", &job.tag], folder.join("out"));
    let mut sorted = rows.clone();
    sorted.sort_by(|a, b| order(a).cmp(&order(b)));

    // Cut: between two messages, within one, without the end's row, and an end that counts otherwise.
    let whole = ended(sorted.clone(), ROWS);
    let unended = written(&sorted, ROWS);
    refused(&fold, &unended, "is cut");
    refused(&fold, &whole[..whole.len() - 8], "is cut");
    refused(&fold, &whole[..whole.len() / 2], "stream on stdin");
    refused(&fold, &[], "stream on stdin");
    let mut short = read(&whole, ROWS);
    short.remove(3);
    refused(&fold, &written(&short, ROWS), "rows were lost");

    // Out of order, ungrouped, a row twice: the row is named.
    let mut swapped = sorted.clone();
    let same = (1..sorted.len())
        .find(|at| sorted[*at][0] == sorted[at - 1][0])
        .unwrap();
    swapped.swap(same, same - 1);
    refused(&fold, &ended(swapped, ROWS), &format!("row {} ", same + 1));
    let mut moved = sorted.clone();
    let first = moved.remove(0);
    moved.push(first);
    refused(&fold, &ended(moved, ROWS), "not side by side");
    let mut twice = sorted.clone();
    twice.insert(1, sorted[0].clone());
    refused(&fold, &ended(twice, ROWS), "row 2 ");

    // An access, a part, an account's sequence missing or twice.
    let conclude = job.conclude(&out);
    let lost: Vec<Row> = sorted[1..].to_vec();
    refused(
        &conclude,
        &ended(job.fold(lost), ANALYSED),
        "did not come back",
    );
    let good = job.fold(rows);
    let mut one_less = good.clone();
    one_less.remove(0);
    refused(
        &conclude,
        &ended(one_less, ANALYSED),
        "run the whole job again",
    );
    let mut sequence_less = good.clone();
    sequence_less.pop();
    refused(
        &conclude,
        &ended(sequence_less, ANALYSED),
        "did not come back",
    );
    let mut part_twice = good.clone();
    part_twice.insert(0, good[0].clone());
    refused(&conclude, &ended(part_twice, ANALYSED), "came twice");
    let mut sequence_twice = good.clone();
    sequence_twice.push(good[good.len() - 1].clone());
    refused(&conclude, &ended(sequence_twice, ANALYSED), "or twice");
    let mut late = good.clone();
    let part = late.remove(0);
    assert_eq!(kind(&part, ANALYSED), PART);
    late.push(part);
    refused(&conclude, &ended(late, ANALYSED), "a split is missing");
    let mut changed = good.clone();
    let Own::Bytes(payload) = &mut changed[0][6] else {
        panic!("a payload");
    };
    let middle = payload.len() - 100;
    payload[middle] ^= 1;
    refused(
        &conclude,
        &ended(changed, ANALYSED),
        "not as it was written",
    );
    refused(&conclude, &written(&good, ANALYSED), "is cut");
    assert!(!out.exists(), "nothing half-written");
    done(&conclude, &ended(good, ANALYSED));
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn another_program_case_or_log_is_refused() {
    let folder = small("stages-others");
    let case = folder.join("case.toml");
    let job = Job::plan(&case, "9000");
    let plan = ended(job.plan.clone(), PLAN);
    let parts: Vec<&str> = job.tag.split(':').collect();
    let other = format!("{}:{}:{}:{}", parts[0], "0".repeat(16), parts[2], parts[3]);
    refused(
        &["extract", text(&case), "--tag", &other],
        &plan,
        "one binary",
    );
    refused(&["fold", "--tag", &other], &[], "one binary");
    refused(&["fold", "--tag", "7:x"], &[], "version");
    let extract = ["extract", text(&case), "--tag", &job.tag];
    done(&extract, &plan);

    // One more blank line in the case; another grant; another log beside the others; a log that was written to.
    let put = |name: &str, more: &str| {
        let path = folder.join(name);
        let before = fs::read(&path).unwrap();
        fs::write(&path, [&before, more.as_bytes()].concat()).unwrap();
        before
    };
    let before = put("case.toml", "\n");
    refused(&extract, &plan, "case or one of its tables");
    fs::write(&case, before).unwrap();
    let before = put("grants.csv", "u9,pupil,s1\n");
    refused(&extract, &plan, "case or one of its tables");
    fs::write(folder.join("grants.csv"), before).unwrap();
    fs::write(folder.join("logs/0.log"), "x\n").unwrap();
    refused(&extract, &plan, "not the same here");
    fs::remove_file(folder.join("logs/0.log")).unwrap();
    put("logs/b.log", "\nmore\n");
    refused(&extract, &plan, "not as it was when the job was planned");
    let rows = job.fold(Vec::new());
    assert!(rows.is_empty());
    refused(
        &job.conclude(&folder.join("out")),
        &ended(rows, ANALYSED),
        "was not read",
    );
    fs::remove_dir_all(&folder).unwrap();
}

/// Case and tables shipped to a machine on which the logs lie where they lay.
#[test]
fn a_case_that_lies_elsewhere() {
    let folder = small("stages-shipped");
    let elsewhere = fresh("stages-shipped-to");
    for name in [
        "case.toml",
        "controllers.csv",
        "units.csv",
        "grants.csv",
        "sessions.csv",
        "objects.csv",
    ] {
        fs::copy(folder.join(name), elsewhere.join(name)).unwrap();
    }
    let job = Job::plan(&folder.join("case.toml"), "9000");
    let shipped = elsewhere.join("case.toml");
    let plan = ended(job.plan.clone(), PLAN);
    let here = done(&["extract", text(&job.case), "--tag", &job.tag], &plan);
    let logs = ["--logs", text(&folder)];
    let there = done(
        &[&["extract", text(&shipped), "--tag", &job.tag][..], &logs].concat(),
        &plan,
    );
    assert!(here == there);
    fs::remove_dir_all(&folder).unwrap();
    fs::remove_dir_all(&elsewhere).unwrap();
}

/// An account with nearly all accesses passes in pieces, whose seams must not show.
#[test]
fn an_account_of_several_pieces() {
    let folder = small("stages-large");
    let lines: String = (0..70_000_u32)
        .map(|at| {
            format!(
                "10.0.0.9 - {} [05/Mar/2021:{:02}:{:02}:{:02} +0000] \"GET /contacts/c{} HTTP/1.1\" 200 {} \"-\" \"A\"\n",
                if at % 9 == 0 { "u3" } else { "u6" },
                at / 3600 % 24,
                at / 60 % 60,
                at % 60,
                at * 7 % 61,
                400 + at % 31
            )
        })
        .collect();
    fs::write(folder.join("logs/d.log"), lines).unwrap();
    let case = folder.join("case.toml");
    let job = Job::plan(&case, "1M");
    let pieces = job.fold(job.extract());
    let most = pieces.iter().map(|row| number(row, place(ANALYSED, "nth")));
    assert!(most.max() >= Some(1), "a sequence in pieces");
    agrees(&case, &["1M"], &folder);
    fs::remove_dir_all(&folder).unwrap();
}
