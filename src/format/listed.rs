//! Formats whose columns stand in a fixed order: what the reader of each needs besides cutting a line.
//!
//! A format is a [`Layout`]: its columns' names, and a function that cuts a line into [`Cells`] and makes the
//! record. Where the account may stand is settled here, once, by those names.

use std::sync::Arc;

use chrono_tz::Tz;

use super::account::{self, same_header};
use super::names::did_you_mean;
use super::text::{is_escaped, present};
use super::{FormatProblem, LineFormat, Problem, Record, State, Text};
use crate::case::AccountKey;

/// How many columns a layout may have.
const MOST: usize = 56;

/// One way to write a line.
pub(super) struct Layout {
    /// The name in a case.
    pub name: &'static str,
    /// The columns, by their vendor's names, in the order in which `read` puts them.
    pub columns: &'static [&'static str],
    /// The column that names who asked, where there is one.
    pub user: Option<&'static str>,
    /// Columns that hold a request's header, with its name.
    pub headers: &'static [(&'static str, &'static str)],
    /// Columns that hold cookies.
    pub cookies: &'static [&'static str],
    /// Undoes what the writer did to a column's value.
    pub decode: for<'a> fn(&'a [u8]) -> Text<'a>,
    /// Cuts a line and makes its record, all but the account.
    pub read: for<'a> fn(&'a [u8], Tz, &mut Cells<'a>) -> Result<Record<'a>, Problem>,
}

/// A line's columns, in the order of its layout; what the line does not have is empty.
pub(super) struct Cells<'a> {
    cells: [&'a [u8]; MOST],
    len: usize,
}

impl<'a> Cells<'a> {
    fn none() -> Cells<'a> {
        Cells {
            cells: [b""; MOST],
            len: 0,
        }
    }

    /// The next column. One for which there is no room has no name either.
    pub(super) fn push(&mut self, cell: &'a [u8]) {
        if let Some(slot) = self.cells.get_mut(self.len) {
            *slot = cell;
            self.len += 1;
        }
    }

    /// A column out of turn: the next one follows it.
    pub(super) fn put(&mut self, place: usize, cell: &'a [u8]) {
        self.len = place;
        self.push(cell);
    }

    pub(super) fn get(&self, place: usize) -> &'a [u8] {
        self.cells.get(place).copied().unwrap_or_default()
    }
}

/// The reader of a layout.
#[derive(Clone)]
pub(super) struct Listed {
    layout: &'static Layout,
    zone: Tz,
    account: Account,
}

#[derive(Clone)]
enum Account {
    User,
    Column(usize),
    Cookie(usize, String),
    Query(String),
}

impl std::fmt::Debug for Listed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.layout.name)
    }
}

impl Listed {
    pub(super) fn new(layout: &'static Layout, zone: Tz) -> Listed {
        Listed {
            layout,
            zone,
            account: Account::User,
        }
    }

    fn place(&self, column: &str) -> Option<usize> {
        let is = |name: &&str| name.eq_ignore_ascii_case(column);
        self.layout.columns.iter().position(is)
    }

    fn account_at(&self, key: &AccountKey) -> Option<Account> {
        let layout = self.layout;
        match key {
            AccountKey::Field(name) => {
                let is_user = matches!(name.as_str(), "remote_user" | "user");
                let column = layout.user.filter(|_| is_user).unwrap_or(name);
                let place = self.place(column)?;
                let is_user = layout.user == layout.columns.get(place).copied();
                Some(if is_user {
                    Account::User
                } else {
                    Account::Column(place)
                })
            }
            AccountKey::Header(name) => {
                let is = |known: &&(&str, &str)| same_header(known.0.as_bytes(), name.as_bytes());
                let (_, column) = layout.headers.iter().find(is)?;
                self.place(column).map(Account::Column)
            }
            AccountKey::Cookie(name) => {
                let column = layout.cookies.first()?;
                let place = self.place(column)?;
                Some(Account::Cookie(place, name.clone()))
            }
            AccountKey::Query(name) => Some(Account::Query(name.clone())),
            AccountKey::Claim(..) => None,
        }
    }

    fn has_no(&self, key: &AccountKey) -> FormatProblem {
        let Layout { name, columns, .. } = self.layout;
        let meant = match key {
            AccountKey::Field(field) => did_you_mean(field, columns.iter().copied()),
            _ => String::new(),
        };
        let user = match self.layout.user {
            Some(_) => "",
            None => "No column of it names an account. ",
        };
        let cookies = if self.layout.cookies.is_empty() {
            ""
        } else {
            ", cookie:NAME"
        };
        FormatProblem::new(format!(
            "`account`: format `{name}` has no {key}{meant}. {user}It has query:NAME{cookies} and the \
             columns {}; leave `account` out to tell requests apart by the client's address only",
            columns.join(", ")
        ))
    }

    fn account<'a>(&self, cells: &Cells<'a>, record: &Record<'a>) -> Option<Text<'a>> {
        let value = |place: usize| present(cells.get(place)).map(self.layout.decode);
        match &self.account {
            Account::User => record.user.clone(),
            Account::Column(place) => value(*place).filter(|value| !value.is_empty()),
            Account::Cookie(first, name) => {
                let others = self.layout.cookies.iter().skip(1);
                let places = others.filter_map(|column| self.place(column));
                let mut places = std::iter::once(*first).chain(places);
                places.find_map(|place| account::cookie(&value(place)?, name))
            }
            Account::Query(name) => account::query(record, name),
        }
    }
}

impl LineFormat for Listed {
    fn name(&self) -> &'static str {
        self.layout.name
    }

    fn bind(&self, key: &AccountKey) -> Result<Arc<dyn LineFormat>, FormatProblem> {
        let account = self.account_at(key).ok_or_else(|| self.has_no(key))?;
        Ok(Arc::new(Listed {
            account,
            ..self.clone()
        }))
    }

    fn carries_account(&self) -> bool {
        self.layout.user.is_some() || !matches!(self.account, Account::User)
    }

    fn read<'a>(&self, _: &State, line: &'a [u8]) -> Result<Record<'a>, Problem> {
        let mut cells = Cells::none();
        let mut record = (self.layout.read)(line, self.zone, &mut cells)?;
        record.account = self.account(&cells, &record);
        Ok(record)
    }

    fn fields(&self, _: &State, line: &[u8]) -> Vec<(String, Vec<u8>)> {
        let mut cells = Cells::none();
        if (self.layout.read)(line, self.zone, &mut cells).is_err() {
            return Vec::new();
        }
        let named = self.layout.columns.iter().zip(cells.cells);
        let present = named.filter_map(|(name, cell)| Some((name, present(cell)?)));
        present
            .map(|(name, cell)| ((*name).to_owned(), (self.layout.decode)(cell).into_owned()))
            .collect()
    }
}

/// Takes a line apart from its start: words between blanks, and quoted ones.
pub(super) struct Cursor<'a>(pub &'a [u8]);

impl<'a> Cursor<'a> {
    /// The next word; empty at the line's end.
    pub(super) fn word(&mut self) -> &'a [u8] {
        let line = self.0.trim_ascii_start();
        let end = memchr::memchr(b' ', line).unwrap_or(line.len());
        let (word, rest) = line.split_at(end);
        self.0 = rest;
        word
    }

    /// The next word, without the quotes that it may stand in. They end at the first quote that is not
    /// escaped and has a blank or the line's end behind it, and with a line that is cut short.
    pub(super) fn field(&mut self) -> &'a [u8] {
        let line = self.0.trim_ascii_start();
        let Some(body) = line.strip_prefix(b"\"") else {
            return self.word();
        };
        let ends = |at: &usize| {
            !is_escaped(body, *at) && body.get(at + 1).is_none_or(|next| *next == b' ')
        };
        let end = memchr::memchr_iter(b'"', body).find(ends);
        let (field, rest) = body.split_at(end.unwrap_or(body.len()));
        self.0 = rest.strip_prefix(b"\"").unwrap_or(rest);
        field
    }

    /// What stands in the brackets that open here.
    pub(super) fn bracketed(&mut self) -> Option<&'a [u8]> {
        let body = self.0.trim_ascii_start().strip_prefix(b"[")?;
        let close = memchr::memchr(b']', body)?;
        self.0 = &body[close + 1..];
        Some(&body[..close])
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.0.trim_ascii_start().is_empty()
    }
}

/// A column's value as it stands in the line.
pub(super) fn plain(value: &[u8]) -> Text<'_> {
    value.into()
}
