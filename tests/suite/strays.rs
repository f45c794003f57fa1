//! Colleagues who strayed into a school excuse nobody who took far more of it than they, or walked through it.

use std::collections::BTreeMap;

use crate::answer::{scan, verdicts};
use crate::schools::Schools;

/// Verdicts where some pupils of one school asked for contacts of the other.
fn judged(name: &str, abroad: &[(&str, &[u32])]) -> BTreeMap<String, String> {
    let mut schools = Schools::default();
    let mut ask = |account: &str, at: (u32, usize), contact: u32| {
        let bytes = 700 + contact as usize % 89;
        schools.ask(account, at, &format!("c{contact}"), bytes);
    };
    for pupil in 0..300 {
        for k in 0..8 {
            let own = 600 + (pupil * 6 + k) % 300;
            ask(
                &format!("a{pupil}"),
                (4 + k % 3, (pupil * 40 + k * 3) as usize),
                own,
            );
        }
    }
    let mut second = 50_000;
    for (account, contacts) in abroad {
        for contact in *contacts {
            second += 2;
            ask(account, (6, second), *contact);
        }
    }
    let accounts = (0..300).map(|n| format!("a{n}"));
    let folder = schools.write(name, accounts.chain(["zz".to_owned()]));
    let out = folder.join("answer");
    scan(&folder.join("case.toml"), &out, &["--quiet"]);
    verdicts(&out)
}

#[test]
fn a_walk_is_not_excused_by_strays() {
    let strays: [(&str, &[u32]); 3] = [("a7", &[3]), ("a100", &[9]), ("a200", &[33])];
    let walk: Vec<u32> = (400..500).collect();
    // A permutation: 37 and 100 have no common divisor.
    let shuffled: Vec<u32> = (0..100).map(|n| 400 + n * 37 % 100).collect();
    for (name, taken) in [("strays-walk", walk), ("strays-shuffled", shuffled)] {
        let abroad: Vec<(&str, &[u32])> = strays.into_iter().chain([("zz", &taken[..])]).collect();
        let verdicts = judged(name, &abroad);
        assert_eq!(verdicts["zz"], "enumeration", "{name}");
        for (stray, _) in strays {
            assert_eq!(verdicts[stray], "overreach", "{name}");
        }
    }
}

/// Several who help in a class have to do with about as many of it.
#[test]
fn who_helps_as_much_as_others_is_excused() {
    // Powers of 3 go through all numbers below 31 in no order.
    let place = |n: u32| (0..n).fold(1, |power, _| power * 3 % 31);
    let some = |from: u32| -> Vec<u32> { (0..24).map(|n| from + place(n)).collect() };
    let (a, b, c) = (some(40), some(41), some(43));
    let abroad = [("a7", &a[..]), ("a100", &b[..]), ("zz", &c[..])];
    let verdicts = judged("strays-helpers", &abroad);
    assert_eq!(verdicts.len(), 3);
    assert!(
        verdicts.values().all(|verdict| verdict == "overreach"),
        "{verdicts:?}"
    );
}
