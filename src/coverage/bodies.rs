//! Whether the case's `empty_below` is below the size of an empty answer: then every attempt counts as a disclosure. A limit
//! above the size of content is `commands/left_out.rs`'s.

use super::Doubt;
use crate::case::Case;
use crate::route::content::RouteContent;
use crate::words::Reason;

/// The doubts about limits of routes.
pub fn limits<'c>(case: &'c Case, content: &'c [RouteContent]) -> impl Iterator<Item = Doubt> + 'c {
    content.iter().filter_map(move |own| {
        let spec = case.routes.get(usize::from(own.route))?;
        let (limit, (least, calls)) = spec.empty_below.zip(own.low)?;
        let name = &spec.name;
        Some(Doubt::said(
            Reason::NoBody,
            format!(
                "on the route \"{name}\" answers that are shorter than {least} bytes ({calls}), far below its content, count as \
                 content because its `empty_below` is {limit}: if they are empty, lower bounds are too high; look at one and \
                 set `empty_below` above it"
            ),
        ))
    })
}
