//! A format whose lines are taken to name nobody, because the case's account has no place in them.

use std::sync::Arc;

use super::{FormatProblem, LineFormat, Problem, Record, State, csv};
use crate::case::AccountKey;

/// The format.
#[derive(Debug)]
pub(super) struct Nameless(pub(super) Arc<dyn LineFormat>);

impl LineFormat for Nameless {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn bind(&self, _: &AccountKey) -> Result<Arc<dyn LineFormat>, FormatProblem> {
        Ok(Arc::new(Nameless(self.0.clone())))
    }

    fn carries_account(&self) -> bool {
        false
    }

    fn read<'a>(&self, state: &State, line: &'a [u8]) -> Result<Record<'a>, Problem> {
        let record = self.0.read(state, line)?;
        Ok(Record {
            account: None,
            ..record
        })
    }

    fn hears(&self) -> bool {
        self.0.hears()
    }

    fn keeps_to_itself(&self) -> bool {
        self.0.keeps_to_itself()
    }

    fn directive(&self, state: &mut State, line: &[u8]) -> bool {
        self.0.directive(state, line)
    }

    fn pass(&self, state: &mut State, line: &[u8]) {
        self.0.pass(state, line);
    }

    fn table(&self) -> Option<&csv::Csv> {
        self.0.table()
    }

    fn fields(&self, state: &State, line: &[u8]) -> Vec<(String, Vec<u8>)> {
        self.0.fields(state, line)
    }
}
