//! Names that logs and tables write otherwise: domains, mail addresses, leading zeros, another platform's accounts.

use super::Portal;

/// The log has the domain and the directory has none, or the other way round.
#[test]
fn accounts_with_a_domain_are_pointed_out() {
    for written in ["KLINIK\\$", "klinik/$", "$@klinik.example", "KLINIK\\\\$"] {
        let mut portal = Portal::new("domain");
        portal.lines(|line| {
            let (before, rest) = line.split_once(" - ").unwrap();
            let (who, rest) = rest.split_once(' ').unwrap();
            format!("{before} - {} {rest}", written.replace('$', who))
        });
        let screen = portal.scanned();
        assert!(
            screen.contains("Note 48 accounts that the table of grants does not know would be known otherwise written"),
            "{written}: {screen}"
        );
        assert!(screen.contains("as \"pflege000\""), "{screen}");
        portal.gone();
    }
    let mut portal = Portal::new("domain-in-table");
    portal.table("grants.csv", |rows| {
        rows.replace("\npflege", "\nKLINIK\\pflege").into_bytes()
    });
    let screen = portal.scanned();
    assert!(
        screen.contains("such as \"pflege000\" as \"KLINIK\\pflege000\""),
        "{screen}"
    );
    portal.gone();
}

/// The table of accounts has a domain that neither log nor grants have: that an account was closed stood there in vain.
#[test]
fn accounts_of_the_table_of_accounts_are_pointed_out() {
    let mut portal = Portal::new("domain-of-accounts");
    portal.table("accounts.csv", |rows| {
        rows.replace("\npflege", "\nKLINIK\\pflege").into_bytes()
    });
    let screen = portal.scanned();
    assert!(
        screen.contains("Note 48 accounts that the table of accounts does not know would be known otherwise written"),
        "{screen}"
    );
    portal.gone();
}

/// Two accounts of two domains share a name: nobody says which is meant.
#[test]
fn an_account_that_could_be_two_is_not_pointed_out() {
    let mut portal = Portal::new("two-domains");
    portal.table("grants.csv", |rows| {
        let own = |line: &str| format!("NORD\\{line}\nSUED\\{line}\n");
        let (header, rows) = rows.split_once('\n').unwrap();
        let rows: String = rows.lines().map(own).collect();
        format!("{header}\n{rows}").into_bytes()
    });
    let screen = portal.scanned();
    assert!(!screen.contains("otherwise written"), "{screen}");
    assert!(
        screen.contains("Note none of 48 accounts that made requests stands in the table of grants, such as \"pflege000\""),
        "{screen}"
    );
    portal.gone();
}

/// A spreadsheet took the zeros of the case numbers away: everything was unknown, and nothing said why.
#[test]
fn leading_zeros_that_a_spreadsheet_took_away_are_pointed_out() {
    let bare = |rows: &str| {
        rows.replace(",000", ",")
            .replace("\n000", "\n")
            .into_bytes()
    };
    let mut portal = Portal::new("zeros");
    portal.table("objects.csv", bare);
    portal.table("members.csv", bare);
    let screen = portal.scanned();
    assert!(
        screen.contains(
            "IDs that requests name and that were looked at are not in the table of objects"
        ),
        "{screen}"
    );
    assert!(
        screen.contains(
            "of the form 0009999 as 9999: programs that open a table take leading zeros away"
        ),
        "{screen}"
    );
    portal.gone();
    let mut portal = Portal::new("zeros-of-members");
    portal.table("members.csv", bare);
    let screen = portal.scanned();
    assert!(
        screen.contains("Note 240 of 240 objects that the table of members names and that were looked at are not in"),
        "{screen}"
    );
    assert!(screen.contains("of the form 9999 as 0009999"), "{screen}");
    portal.gone();
}

/// Three hospitals come through a proxy that hides who is signed in: all of them are one address without an account.
#[test]
fn a_proxy_that_hides_accounts_is_said() {
    let mut portal = Portal::new("hidden");
    portal.lines(|line| {
        let (before, rest) = line.split_once(" - ").unwrap();
        let (who, rest) = rest.split_once(' ').unwrap();
        match who < "pflege024" && !rest.contains("/Mar/2021:02:") {
            true => format!("10.0.0.1 - - {rest}"),
            false => format!("{before} - {who} {rest}"),
        }
    });
    let screen = portal.scanned();
    let (hidden, all) = (24 * 5 * 6, 48 * 5 * 6 + super::WALK);
    let said = format!(
        "Note {hidden} of {all} answered accesses in source \"portal\" name no account, {hidden} of them from 10.0.0.1"
    );
    assert!(screen.contains(&said), "{screen}");
    portal.gone();
}

/// A library writes whole numbers with a fraction where some cells of the column are empty.
#[test]
fn whole_numbers_with_a_fraction_are_pointed_out() {
    let mut portal = Portal::new("fraction");
    portal.table("objects.csv", |rows| {
        let line = |line: &str| match line.split_once(',') {
            Some((id, rest)) if id.starts_with("000") => format!("{}.0,{rest}\n", &id[3..]),
            _ => format!("{line}\n"),
        };
        rows.lines().map(line).collect::<String>().into_bytes()
    });
    let screen = portal.scanned();
    assert!(screen.contains("of the form 0009999 as 9999.9"), "{screen}");
    portal.gone();
}
