//! Gateways that log their route instead of the path: the ID is not in the log, and nothing else may be made of it.

use breachscope::case::RouteSpec;
use breachscope::format::target::Target;
use breachscope::format::{Format, State};
use breachscope::route::Router;
use breachscope::route::extract::Extractor;
use breachscope::source::overlap::Heads;
use chrono_tz::Tz;

fn route(path: &str, object: Option<&str>, container: Option<&str>) -> RouteSpec {
    RouteSpec {
        name: path.to_owned(),
        line: 1,
        module: String::new(),
        method: Vec::new(),
        path: path.to_owned(),
        query: Vec::new(),
        object: object.map(str::to_owned),
        container: container.map(str::to_owned),
        page: None,
        discloses: Vec::new(),
        empty_below: None,
        unchecked: Vec::new(),
    }
}

/// Of one plain file.
pub fn extractor<'a>(format: &'a Format, router: &'a Router, heads: &'a Heads) -> Extractor<'a> {
    Extractor {
        format,
        router,
        clock_correction: 0,
        heads,
        file: 0,
        copied: None,
        torn: None,
    }
}

#[test]
fn a_variable_is_no_id() {
    let routes = [
        route("/pets/{pet}", Some("pet"), None),
        route("/books/{book}", None, Some("book")),
    ];
    let router = Router::new(&routes, false);
    for (target, objects, container) in [
        ("/pets/7", 1, false),
        ("/pets/{petId}", 0, false),
        ("/pets/%7BpetId%7D", 0, false),
        ("/pets/{pet_id},7", 1, false),
        ("/pets/{3F2504E0-4F89-11D3-9A0C-0305E82C3301}", 1, false),
        ("/pets/{a b}", 1, false),
        ("/books/b1", 0, true),
        ("/books/{book}", 0, false),
    ] {
        let read = Target::read(target.as_bytes());
        let asked = router.find(b"GET", &read).expect("a route");
        assert_eq!(
            (asked.objects.len(), asked.container.is_some()),
            (objects, container),
            "{target}"
        );
    }
}

/// A route that takes whatever comes tells nothing: the request may have been for any route.
#[test]
fn a_catch_all_may_hide_a_request() {
    let routes = [route("/pets/{pet}", Some("pet"), None)];
    let router = Router::new(&routes, false);
    let format = Format::named("json", &[], Tz::UTC).expect("known");
    let heads = Heads::new(&[]);
    let extractor = extractor(&format, &router, &heads);
    for (target, hiding) in [
        ("/{proxy+}", 1),
        ("$default", 1),
        ("/style.css", 0),
        ("/pets/{id}", 0),
    ] {
        let line = format!(
            r#"{{"time":"2021-01-27T10:00:00Z","status":200,"httpMethod":"GET","resourcePath":"{target}"}}"#
        );
        let part = extractor.extract(line.as_bytes(), 0, State::default());
        assert_eq!(
            (part.tally.records, part.tally.hiding),
            (1, hiding),
            "{target}"
        );
    }
}
