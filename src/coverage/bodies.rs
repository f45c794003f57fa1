//! Whether the case's `empty_below` fits the sizes that its routes are answered with: a limit above the size of content turns
//! every disclosure into an attempt, one below the size of an empty answer every attempt into a disclosure.

use super::{Allowance, Doubt};
use crate::case::Case;
use crate::route::content::RouteContent;
use crate::words::Reason;

/// The doubts about limits of routes.
pub fn limits<'c>(case: &'c Case, content: &'c [RouteContent]) -> impl Iterator<Item = Doubt> + 'c {
    content.iter().flat_map(move |own| {
        let spec = case.routes.get(usize::from(own.route));
        let spec = spec.and_then(|spec| Some((&spec.name, spec.empty_below?)));
        let high = spec.zip(own.limit.high);
        let high = high.map(|((name, limit), (calls, sizes))| Doubt {
            reason: Reason::NoBody,
            basis: format!(
                "{calls} of {} answers on the route \"{name}\" are shorter than its `empty_below` of {limit} bytes and count as \
                 empty, but have {sizes} different sizes, as content has and an empty answer has not: set `empty_below` just \
                 above the size of an empty answer",
                own.calls
            ),
            allowance: Allowance::Population,
        });
        let low = spec.zip(own.limit.low);
        let low = low.map(|((name, limit), (least, calls))| {
            Doubt::said(
                Reason::NoBody,
                format!(
                    "{calls} answers on the route \"{name}\" are shorter than {least} bytes, far below its content, and count \
                     as content because its `empty_below` is {limit}: if they are empty, lower bounds are too high; look at one \
                     and set `empty_below` above it"
                ),
            )
        });
        high.into_iter().chain(low)
    })
}
