//! An engine for the stages in a few lines: reads their streams, sorts rows, runs the job step by step. What must come of it is
//! left to the tests.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use breachscope::stage::rows::{ANALYSED, END, PART, PLAN, ROWS};
use breachscope::stage::wire::{Cell, Column, Feed, Kind, Sink};

use crate::answer::{bytes, fresh, scan, text};

/// A cell that owns its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Own {
    Short(i32),
    Long(i64),
    Bytes(Vec<u8>),
}

pub(super) type Row = Vec<Own>;

pub(super) fn read(stream: &[u8], columns: &'static [Column]) -> Vec<Row> {
    let mut feed = Feed::begin(stream, columns).expect("a stream");
    let mut rows = Vec::new();
    while let Some(batch) = feed.next().expect("a batch") {
        for row in 0..batch.rows() {
            let cell = |(column, (_, kind)): (usize, &Column)| match kind {
                Kind::Short => Own::Short(batch.short(column)[row]),
                Kind::Long => Own::Long(batch.long(column)[row]),
                Kind::Bytes => Own::Bytes(batch.bytes(column, row).to_vec()),
            };
            rows.push(columns.iter().enumerate().map(cell).collect());
        }
    }
    rows
}

pub(super) fn written(rows: &[Row], columns: &'static [Column]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut sink = Sink::begin(&mut out, columns, &[]).expect("a stream");
    for row in rows {
        let cells: Vec<Cell<'_>> = row
            .iter()
            .map(|cell| match cell {
                Own::Short(one) => Cell::Short(*one),
                Own::Long(one) => Cell::Long(*one),
                Own::Bytes(one) => Cell::Bytes(one),
            })
            .collect();
        sink.row(&cells).expect("a row");
    }
    sink.end().expect("an end");
    out
}

pub(super) fn place(columns: &[Column], name: &str) -> usize {
    columns.iter().position(|one| one.0 == name).expect(name)
}

pub(super) fn number(row: &Row, column: usize) -> i64 {
    match &row[column] {
        Own::Short(one) => i64::from(*one),
        Own::Long(one) => *one,
        Own::Bytes(_) => panic!("no number"),
    }
}

pub(super) fn kind(row: &Row, columns: &[Column]) -> i32 {
    number(row, place(columns, "kind")) as i32
}

/// With an end behind them that counts them.
pub(super) fn ended(mut rows: Vec<Row>, columns: &'static [Column]) -> Vec<u8> {
    let count = rows.len() as i64;
    let end = columns.iter().map(|(name, kind)| match (*name, kind) {
        ("kind", _) => Own::Short(END),
        ("start", _) => Own::Long(count),
        (_, Kind::Short) => Own::Short(0),
        (_, Kind::Long) => Own::Long(0),
        (_, Kind::Bytes) => Own::Bytes(Vec::new()),
    });
    rows.push(end.collect());
    written(&rows, columns)
}

/// Rows of a stream that ends as it should, without the end.
pub(super) fn body(stream: &[u8], columns: &'static [Column]) -> Vec<Row> {
    let mut rows = read(stream, columns);
    let end = rows.pop().expect("an end");
    assert_eq!(kind(&end, columns), END);
    assert_eq!(number(&end, place(columns, "start")), rows.len() as i64);
    rows
}

pub(super) fn stage(args: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_breachscope"))
        .arg("stage")
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut pipe = child.stdin.take().expect("a pipe");
    let input = input.to_vec();
    let writer = std::thread::spawn(move || {
        // A stage that refuses does not read on.
        let _ = pipe.write_all(&input);
    });
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("the writer ends");
    output
}

pub(super) fn done(args: &[&str], input: &[u8]) -> Vec<u8> {
    let output = stage(args, input);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{args:?}: {said}");
    assert_eq!(said, "", "{args:?}");
    output.stdout
}

pub(super) fn refused(args: &[&str], input: &[u8], why: &str) {
    let output = stage(args, input);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{args:?}: {said}");
    assert!(said.contains(why), "{args:?}: {said}");
}

/// A job in which splits are read by several processes.
pub(super) struct Job {
    pub(super) case: PathBuf,
    pub(super) tag: String,
    pub(super) plan: Vec<Row>,
}

impl Job {
    pub(super) fn plan(case: &Path, split: &str) -> Job {
        let stream = done(&["plan", text(case), "--split", split], &[]);
        let mut rows = read(&stream, PLAN);
        let end = rows.pop().expect("an end");
        assert_eq!(kind(&end, PLAN), END);
        let Own::Bytes(tag) = &end[place(PLAN, "note")] else {
            panic!("a tag");
        };
        Job {
            case: case.to_owned(),
            tag: String::from_utf8(tag.clone()).unwrap(),
            plan: rows,
        }
    }

    pub(super) fn extract(&self) -> Vec<Row> {
        let args = ["extract", text(&self.case), "--tag", &self.tag];
        // A few tasks of the plan at a time, the last first: who reads what, and when, must not matter.
        let some = self.plan.len().div_ceil(4).max(1);
        let tasks: Vec<_> = self.plan.chunks(some).rev().collect();
        let all = tasks.into_iter().map(|some| {
            let stream = done(&args, &ended(some.to_vec(), PLAN));
            body(&stream, ROWS)
        });
        all.flatten().collect()
    }

    /// Rows by the hash of their key in two partitions, each sorted, each through a process of its own.
    pub(super) fn fold(&self, mut rows: Vec<Row>) -> Vec<Row> {
        rows.sort_by(|a, b| order(a).cmp(&order(b)));
        let half = |row: &Row| match &row[0] {
            Own::Bytes(key) => key.iter().map(|byte| usize::from(*byte)).sum::<usize>() % 2,
            _ => 0,
        };
        let (odd, even): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|row| half(row) == 1);
        let args = ["fold", "--tag", &self.tag];
        let mut all: Vec<Row> = [odd, even]
            .into_iter()
            .flat_map(|rows| body(&done(&args, &ended(rows, ROWS)), ANALYSED))
            .collect();
        all.sort_by_key(|row| kind(row, ANALYSED));
        all
    }

    /// The context of folded rows, written to a file; nothing where accounts cannot be judged apart.
    pub(super) fn context(&self, folded: &[Row], to: &Path) -> Option<PathBuf> {
        let case = text(&self.case);
        let args = ["context", case, "--tag", &self.tag, "--to", text(to)];
        let said = done(&args, &ended(folded.to_vec(), ANALYSED));
        match &said[..] {
            b"apart\n" => Some(to.to_owned()),
            said => {
                assert!(said.starts_with(b"together: "), "{said:?}");
                assert!(!to.exists());
                None
            }
        }
    }

    /// Folded accounts judged in a context, by several processes, the last first; the parts before them.
    pub(super) fn judge(&self, folded: &[Row], context: &Path) -> Vec<Row> {
        let (mut parts, sequences): (Vec<Row>, Vec<Row>) = folded
            .iter()
            .cloned()
            .partition(|row| kind(row, ANALYSED) == PART);
        let (case, context) = (text(&self.case), text(context));
        let args = ["analyse", case, "--tag", &self.tag, "--context", context];
        let accounts: Vec<&[Row]> = sequences
            .chunk_by(|a, b| a[place(ANALYSED, "key")] == b[place(ANALYSED, "key")])
            .collect();
        let some = accounts.len().div_ceil(3).max(1);
        for some in accounts.chunks(some).rev() {
            let stream = done(&args, &ended(some.concat(), ANALYSED));
            parts.extend(body(&stream, ANALYSED));
        }
        parts
    }

    /// Concludes what was judged in a context.
    pub(super) fn conclude_in<'j>(&'j self, context: &'j Path, out: &'j Path) -> Vec<&'j str> {
        [self.conclude(out), vec!["--context", text(context)]].concat()
    }

    pub(super) fn conclude<'j>(&'j self, out: &'j Path) -> Vec<&'j str> {
        let case = text(&self.case);
        vec![
            "conclude",
            case,
            "--tag",
            &self.tag,
            "--out",
            text(out),
            "--quiet",
        ]
    }
}

pub(super) fn order(row: &Row) -> (&[u8], [i64; 4]) {
    let Own::Bytes(key) = &row[0] else {
        panic!("a key");
    };
    (key, [1, 2, 3, 4].map(|column| number(row, column)))
}

/// The whole job gives the answer of `scan`, whether accounts are judged apart or together. How many times they were apart.
pub(super) fn agrees(case: &Path, splits: &[&str], folder: &Path) -> usize {
    let (one, other) = (folder.join("scanned"), folder.join("staged"));
    scan(case, &one, &["--quiet"]);
    let truth = bytes(&one);
    let mut apart = 0;
    for split in splits {
        let job = Job::plan(case, split);
        let folded = job.fold(job.extract());
        let same = |how: &str| {
            let found = bytes(&other);
            let (names, wanted): (Vec<_>, Vec<_>) =
                (found.keys().collect(), truth.keys().collect());
            assert_eq!(names, wanted);
            for (name, bytes) in &truth {
                let (found, case) = (&found[name], case.display());
                assert!(
                    found == bytes,
                    "{name} of {case} in splits of {split}, {how}"
                );
            }
            fs::remove_dir_all(&other).unwrap();
        };
        if let Some(context) = job.context(&folded, &folder.join("context")) {
            let judged = job.judge(&folded, &context);
            done(&job.conclude_in(&context, &other), &ended(judged, ANALYSED));
            same("apart");
            fs::remove_file(context).unwrap();
            apart += 1;
        }
        done(&job.conclude(&other), &ended(folded, ANALYSED));
        same("together");
    }
    fs::remove_dir_all(&one).unwrap();
    apart
}

/// Lines of two files, one of which begins with what the other ends with, with rejects, an account behind a session, lines
/// without an account, and a last line without an end.
pub(super) fn small(name: &str) -> PathBuf {
    let folder = fresh(name);
    fs::create_dir_all(folder.join("logs")).unwrap();
    let line = |at: u32| {
        let user = match at % 7 {
            0 => "-".to_owned(),
            1 => "s1".to_owned(),
            n => format!("u{n}"),
        };
        let bytes = 400 + at % 31;
        format!(
            "10.0.0.{} - {user} [04/Mar/2021:10:{:02}:{:02} +0000] \"GET /contacts/c{} HTTP/1.1\" 200 {bytes} \"-\" \"A{}\"\n",
            at % 5,
            at / 60 % 60,
            at % 60,
            at * 3 % 40,
            at % 3
        )
    };
    let mut first: String = (0..200).map(line).collect();
    first.insert_str(first.find('\n').unwrap() + 1, "no line at all\n\n");
    let mut second: String = (190..400).map(line).collect();
    second.push_str(line(400).trim_end());
    fs::write(folder.join("logs/a.log"), &first).unwrap();
    fs::write(folder.join("logs/b.log"), second).unwrap();
    // A whole copy counts once.
    fs::write(folder.join("logs/c.log"), first).unwrap();
    let put = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
    put("controllers.csv", "controller,name\nk1,K1\nk2,K2\n");
    put(
        "units.csv",
        "unit,parent,controller,name,kind\ns1,,k1,S1,school\ns2,,k2,S2,school\n",
    );
    put(
        "grants.csv",
        "account,role,unit\nu2,pupil,s1\nu3,pupil,s2\nu4,teacher,s1\nu5,teacher,s2\nu6,pupil,s1\n",
    );
    put(
        "sessions.csv",
        "session,account,from,until\ns1,u2,2021-03-04T10:00:00Z,2021-03-04T10:02:00Z\ns1,u3,2021-03-04T10:02:00Z,2021-03-04T11:00:00Z\n",
    );
    let objects: String = (0..40)
        .map(|c| format!("c{c},contact,s{},p{c}\n", 1 + c / 20))
        .collect();
    put(
        "objects.csv",
        &format!("object,kind,unit,subject\n{objects}"),
    );
    put(
        "case.toml",
        "[case]\nid = \"S\"\n[[source]]\nname = \"edge\"\nfiles = [\"logs/*\"]\nformat = \"combined\"\naccount = \
         \"remote_user\"\n[[route]]\nname = \"contact\"\npath = \"/contacts/{contact}\"\nobject = \"contact\"\ndiscloses = \
         [\"name\"]\n[directory]\ncontrollers = \"controllers.csv\"\nunits = \"units.csv\"\ngrants = \
         \"grants.csv\"\nobjects = \"objects.csv\"\nsessions = \"sessions.csv\"\n",
    );
    folder
}
