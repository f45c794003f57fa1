//! Gives families their accounts, and every account its name.

use std::collections::BTreeMap;

use super::{Account, Form, Group, Item, ItemKind, Right, Role, Span, Unit};
use crate::synth::rng::{Draws, Topic};

/// How sign-in names look.
#[derive(Clone, Copy, Debug)]
enum NameStyle {
    Number,
    Letter,
    Person,
    Mail,
}

/// An account for each pupil and guardian; a guardian's cards in two tenants share one.
pub(super) fn family_accounts(items: &[Item], units: &[Unit]) -> Vec<Account> {
    let mut accounts: Vec<Account> = Vec::new();
    let mut known: BTreeMap<u32, usize> = BTreeMap::new();
    for item in items.iter().filter(|item| item.kind == ItemKind::Contact) {
        if !signs_in(item, units) {
            continue;
        }
        let rights = item.stays.iter().map(|stay| Right {
            unit: stay.unit,
            form: None,
            protected: false,
            span: stay.span,
            listed: Some(stay.span),
        });
        let at = *known.entry(item.subject).or_insert(accounts.len());
        match accounts.get_mut(at) {
            Some(account) => account.rights.extend(rights),
            None => accounts.push(Account {
                name: String::new(),
                role: if item.child() {
                    Role::Pupil
                } else {
                    Role::Guardian
                },
                subject: Some(item.subject),
                tenant: units[item.stays[0].unit as usize].tenant,
                rights: rights.collect(),
                open: open(item),
            }),
        }
    }
    accounts
}

/// From the first stay to the end of the last.
fn open(item: &Item) -> Span {
    let from = item.stays.iter().map(|stay| stay.span.from).min();
    let until = item.stays.iter().map(|stay| stay.span.until).max();
    Span {
        from: from.unwrap_or(i64::MIN),
        until: until.unwrap_or(i64::MAX),
    }
}

/// Children in pre-school have cards and no accounts.
fn signs_in(item: &Item, units: &[Unit]) -> bool {
    let form = item
        .stays
        .first()
        .and_then(|stay| units[stay.unit as usize].form);
    item.group != Group::Pupil || form != Some(Form::PreSchool)
}

/// Names every account: numbers are dealt out at random, so a name tells no tenant.
pub(super) fn name(seed: u64, accounts: &mut [Account]) {
    let mut draws = Draws::new(seed, Topic::Accounts, 0, 0);
    let style = draws.one_of([
        NameStyle::Number,
        NameStyle::Letter,
        NameStyle::Person,
        NameStyle::Mail,
    ]);
    let mut numbers: Vec<u64> = (0..accounts.len() as u64).collect();
    draws.shuffle(&mut numbers);
    let first = draws.one_of([1_000, 40_000, 200_000]);
    for (account, number) in accounts.iter_mut().zip(numbers) {
        let number = first + number;
        account.name = match style {
            NameStyle::Number => number.to_string(),
            NameStyle::Letter => format!("u{number}"),
            NameStyle::Person => format!("{}{number}", given(&mut draws)),
            NameStyle::Mail => format!("{}.{number}@skola.example", given(&mut draws)),
        };
    }
}

fn given(draws: &mut Draws) -> &'static str {
    draws.one_of([
        "ada", "alva", "axel", "bo", "elsa", "emil", "frej", "gun", "hugo", "ida", "ivar", "kim",
        "leo", "lo", "maj", "nils", "noor", "olle", "sam", "siv", "tove", "ulf", "vera", "ylva",
    ])
}
