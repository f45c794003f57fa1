//! Why a hypothesis does not remain where no evidence was told for or against it: another one explains what was disclosed,
//! and says so. A reader must never have to guess why something is ruled out.

use std::collections::BTreeSet;

use super::outcome::{Hypothesis, Outcome};

/// Gives every hypothesis that does not remain, and of which nothing was told against it, its reason.
pub(super) fn tell(outcome: &mut Outcome) {
    let told: BTreeSet<Hypothesis> = outcome
        .evidence
        .iter()
        .filter(|(_, pro, _)| !pro)
        .map(|(about, ..)| *about)
        .collect();
    let gone = Hypothesis::ALL
        .into_iter()
        .filter(|one| !outcome.remain.contains(one) && !told.contains(one));
    let reasons: Vec<(Hypothesis, &str)> = gone
        .map(|one| (one, reason(one, &outcome.remain)))
        .collect();
    for (one, said) in reasons {
        outcome.speaks(one, false, said);
    }
}

fn reason(gone: Hypothesis, remain: &BTreeSet<Hypothesis>) -> &'static str {
    use Hypothesis::{MissingCheck, NotLogged, OneAccount, Pool, SeveralAccounts, TakenOver};
    // Whatever remains beside it, the first of these is what explains.
    let explains = [OneAccount, SeveralAccounts, Pool, MissingCheck, NotLogged];
    match explains.into_iter().find(|one| remain.contains(one)) {
        None => "nothing beyond scope is in the logs, so there is nothing for it to explain",
        Some(OneAccount) => beside_one_account(gone),
        Some(SeveralAccounts) => beside_one_plan(gone),
        Some(Pool) => beside_a_pool(gone),
        Some(MissingCheck) => match gone {
            TakenOver => {
                "many accounts reached a little beyond their scope, on several days: no stranger needs the sessions of all \
                 of them for that"
            }
            NotLogged => "the logs show the disclosures themselves",
            _ => "no account was answered for much of it, and none with a system to it",
        },
        Some(_) => {
            "no logged answer showed anybody any of what was published, and every route's log is complete: through a logged \
             route it did not come"
        }
    }
}

fn beside_one_account(gone: Hypothesis) -> &'static str {
    use Hypothesis::{MissingCheck, NotLogged, Pool, SeveralAccounts};
    match gone {
        SeveralAccounts => {
            "nearly all of it went to one account; a plan through several would have dealt it out"
        }
        Pool => {
            "nearly all of it went to one account, beyond what it may see: nobody needed to pool anything"
        }
        MissingCheck => {
            "nearly all of it went to one account, where a check that lets everyone through would have let many through; \
             that a check was missing all the same, and one account alone made use of it, is not denied by this: it is part \
             of H1a and H3"
        }
        NotLogged => "the logs show nearly all of it going to one account",
        _ => "one account, called enumeration, explains nearly all of it",
    }
}

fn beside_one_plan(gone: Hypothesis) -> &'static str {
    use Hypothesis::{MissingCheck, NotLogged, OneAccount, Pool, TakenOver};
    match gone {
        OneAccount => "no account alone was answered for nearly all of it",
        Pool => {
            "what the accounts took lay beyond what they may see: nobody pooled what he may see"
        }
        TakenOver => {
            "one plan, carried out through several accounts, explains it; whether one hand held the sessions of them all is \
             part of H1b, and no log tells whose it was"
        }
        MissingCheck => {
            "nearly all of it went to the accounts of one plan, where a check that lets everyone through would have let \
             others through too"
        }
        NotLogged => "the logs show nearly all of it going to the accounts of one plan",
        _ => "one plan explains nearly all of it",
    }
}

fn beside_a_pool(gone: Hypothesis) -> &'static str {
    use Hypothesis::{MissingCheck, NotLogged, OneAccount, SeveralAccounts, TakenOver};
    match gone {
        OneAccount => "no account alone was answered for nearly all published records",
        SeveralAccounts => {
            "those who together were answered for them each stayed within what they may see"
        }
        MissingCheck => {
            "what was collected lay within the scope of whom it was disclosed to: no check had to be missing"
        }
        NotLogged => "the logs show nearly all published records being collected",
        TakenOver => "the accounts were used from the connections of their ordinary lives",
        _ => "accounts that each collected what they may see explain nearly all published records",
    }
}
