//! Accounts that are judged apart, in a context that was made of all: what does not belong together is refused.

use std::fs;

use breachscope::stage::rows::{ANALYSED, LOOKED, PART, SEQUENCE};

use crate::answer::{bytes, fresh, root, scan, synth, text};

use super::engine::*;

/// Nothing is concluded from less than all accounts, from one twice, or from what was judged in another context.
#[test]
fn looks_must_be_whole_and_of_one_context() {
    let folder = small("stages-apart");
    let case = folder.join("case.toml");
    let job = Job::plan(&case, "9000");
    let folded = job.fold(job.extract());
    let context = job.context(&folded, &folder.join("context")).unwrap();
    let judged = job.judge(&folded, &context);
    let out = folder.join("out");
    let conclude = job.conclude_in(&context, &out);
    let of = |kind: i32| -> Vec<usize> {
        let own = |at: &usize| super::engine::kind(&judged[*at], ANALYSED) == kind;
        (0..judged.len()).filter(own).collect()
    };
    let (looks, kept) = (of(LOOKED), of(SEQUENCE));
    assert!(!kept.is_empty(), "some sequences come along");
    let without = |at: usize| {
        let mut rows = judged.clone();
        rows.remove(at);
        ended(rows, ANALYSED)
    };
    for look in &looks {
        refused(&conclude, &without(*look), "accounts are missing");
    }
    refused(&conclude, &without(kept[0]), "accounts are missing");
    let mut twice = judged.clone();
    twice.push(judged[looks[0]].clone());
    refused(&conclude, &ended(twice, ANALYSED), "came twice");
    let mut changed = judged.clone();
    let Own::Bytes(payload) = &mut changed[looks[0]][place(ANALYSED, "payload")] else {
        panic!("a payload");
    };
    payload[0] ^= 1;
    refused(&conclude, &ended(changed, ANALYSED), "in another context");
    refused(
        &job.conclude(&out),
        &ended(judged.clone(), ANALYSED),
        "--context",
    );

    // Another plan of the same logs makes another context.
    let other = Job::plan(&case, "1G");
    let rows = other.fold(other.extract());
    let strange = other.context(&rows, &folder.join("strange")).unwrap();
    let strange = job.conclude_in(&strange, &out);
    refused(&strange, &ended(judged.clone(), ANALYSED), "another plan");

    // A context that was changed or cut on its way, or is none.
    let whole = fs::read(&context).unwrap();
    let sequences: Vec<Row> = folded
        .iter()
        .filter(|row| kind(row, ANALYSED) != PART)
        .cloned()
        .collect();
    let analyse = [
        "analyse",
        text(&case),
        "--tag",
        &job.tag,
        "--context",
        text(&context),
    ];
    for (bytes, why) in [
        (&whole[..whole.len() - 1], "digest is another"),
        (
            &[&whole[..200], b"?", &whole[201..]].concat(),
            "digest is another",
        ),
        (&whole[..10], "no context of this version"),
    ] {
        fs::write(&context, bytes).unwrap();
        refused(&analyse, &ended(sequences.clone(), ANALYSED), why);
        refused(&conclude, &ended(judged.clone(), ANALYSED), why);
    }
    fs::remove_file(&context).unwrap();
    refused(
        &analyse,
        &ended(sequences.clone(), ANALYSED),
        "stage context",
    );
    fs::write(&context, &whole).unwrap();
    refused(&analyse, &ended(folded.clone(), ANALYSED), "parts before");
    assert!(!out.exists(), "nothing half-written");
    done(&conclude, &ended(judged, ANALYSED));
    fs::remove_dir_all(&folder).unwrap();
}

/// The captured case and a practice case are judged apart; without a table of objects, labels are learned from all.
#[test]
fn who_is_judged_apart() {
    let folder = fresh("stages-who");
    let practice = folder.join("practice");
    synth(&practice, "--seed 11");
    let case = practice.join("case.toml");
    assert_eq!(agrees(&case, &["1M"], &folder), 1);
    // Of accounts that nothing speaks against, which are most, no access goes to where the job is concluded.
    let job = Job::plan(&case, "1M");
    let folded = job.fold(job.extract());
    let context = job.context(&folded, &folder.join("context")).unwrap();
    let judged = job.judge(&folded, &context);
    let accesses = |rows: &[Row]| -> i64 {
        let own = rows.iter().filter(|row| kind(row, ANALYSED) == SEQUENCE);
        own.map(|row| number(row, place(ANALYSED, "start"))).sum()
    };
    let (kept, all) = (accesses(&judged), accesses(&folded));
    assert!(0 < kept && kept * 2 < all, "{kept} of {all} accesses");
    let captured = root().join("testdata/capture/case/case.toml");
    assert_eq!(agrees(&captured, &["300K"], &folder), 1);
    let text = fs::read_to_string(&case).unwrap();
    let kept = text.lines().filter(|line| !line.starts_with("objects = "));
    fs::write(&case, kept.collect::<Vec<_>>().join("\n")).unwrap();
    assert_eq!(agrees(&case, &["1M"], &folder), 0);
    fs::remove_dir_all(&folder).unwrap();
}

/// What is sifted out, and who has no account, passes as in `scan`.
#[test]
fn excluded_and_without_account() {
    let folder = small("stages-sifted");
    let case = folder.join("case.toml");
    let more = "[exclude]\naccounts = [\"u4\"]\nclients = [\"10.0.0.1\"]\n";
    let text = fs::read_to_string(&case).unwrap();
    let text = text.replace(
        "id = \"S\"",
        "id = \"S\"\nperiod = { from = \"2021-03-04T10:00:30Z\" }",
    );
    fs::write(&case, text + more).unwrap();
    let first = folder.join("first");
    scan(&case, &first, &["--quiet"]);
    let findings: serde_json::Value =
        serde_json::from_slice(&bytes(&first)["findings.json"]).unwrap();
    let aside = findings["set_aside"].as_object().unwrap();
    assert!(
        aside.values().all(|count| count.as_u64() > Some(0)),
        "{aside:?}"
    );
    fs::remove_dir_all(&first).unwrap();
    assert_eq!(agrees(&case, &["1G", "900"], &folder), 2);
    fs::remove_dir_all(&folder).unwrap();
}
