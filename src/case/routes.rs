//! `[[route]]`: a kind of request that discloses data, as the case describes it.
//!
//! Checks that a template can match at all and that what a route names exists in it. Matching is
//! left to `route`.

use super::problem::{CaseProblem, nearest, quoted};
use super::section::{Section, Value};
use super::{Category, Check, PageSpec, RouteSpec};

/// Keys of `[[route]]`.
pub(super) const KEYS: [&str; 11] = [
    "name",
    "module",
    "method",
    "path",
    "query",
    "object",
    "container",
    "page",
    "discloses",
    "empty_below",
    "unchecked",
];

/// Every `[[route]]` in the order of the file.
///
/// # Errors
/// The first thing in them that does not hold, or that there is none.
pub(super) fn read(top: &Section<'_>, ignore_case: bool) -> Result<Vec<RouteSpec>, CaseProblem> {
    let items = top.get("route").map_or(Ok(Vec::new()), |v| v.items())?;
    if items.is_empty() {
        let remedy = "describe each kind of request that discloses data under a heading \
            [[route]] with name and path";
        return Err(top.complain("there is no [[route]]".to_owned(), remedy));
    }
    let mut routes: Vec<RouteSpec> = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let (section, name) = item.named("[[route]]", index + 1, &KEYS)?;
        let route = route(&section, name)?;
        if let Some(first) = routes.iter().find(|r| r.name == name) {
            let what = format!(
                "[[route]] {} stands on line {} too",
                quoted(name),
                first.line
            );
            return Err(section.complain(what, "give each route a name of its own"));
        }
        if let Some(first) = routes
            .iter()
            .find(|r| same_requests(r, &route, ignore_case))
        {
            let what = format!(
                "[[route]] {} matches the same requests as {} on line {}",
                quoted(name),
                quoted(&first.name),
                first.line
            );
            return Err(section.complain(
                what,
                "join the two, or tell them apart by method, path or query",
            ));
        }
        routes.push(route);
    }
    Ok(routes)
}

fn route(section: &Section<'_>, name: &str) -> Result<RouteSpec, CaseProblem> {
    let path = section.need("path", "its template, such as \"/api/contacts/{contact}\"")?;
    let template = path.text()?;
    let variables = variables(&path, template)?;
    let container = holder(section, "container", (template, &variables))?;
    let page = section.get("page");
    if let (Some(page), None) = (&page, &container) {
        return Err(page.complain(
            "only a container has pages",
            "add container, or take page out",
        ));
    }
    Ok(RouteSpec {
        name: name.to_owned(),
        line: section.line(),
        module: section.text("module")?.unwrap_or_default().to_owned(),
        method: methods(section)?,
        path: trimmed(template).to_owned(),
        query: conditions(section)?,
        object: holder(section, "object", (template, &variables))?,
        container,
        page: page.map(|p| paging(&p)).transpose()?,
        discloses: categories(section)?,
        empty_below: section.get("empty_below").map(|v| v.count()).transpose()?,
        unchecked: unchecked(section)?,
    })
}

/// Checks that a route is known to lack.
fn unchecked(section: &Section<'_>) -> Result<Vec<Check>, CaseProblem> {
    let words = section
        .get("unchecked")
        .map_or(Ok(Vec::new()), |v| v.items())?;
    let mut checks = Vec::new();
    for word in words {
        let text = word.text()?;
        let Some(check) = Check::ALL.into_iter().find(|check| check.word() == text) else {
            let words = Check::ALL.map(Check::word);
            let what = format!("{} is no check of a route", quoted(text));
            let remedy = match nearest(text, words) {
                Some(near) => format!("did you mean {}?", quoted(near)),
                None => format!("a route may lack: {}", words.join(", ")),
            };
            return Err(word.complain(&what, remedy));
        };
        checks.push(check);
    }
    Ok(checks)
}

/// Names of the template's variables, in order.
fn variables<'t>(value: &Value<'_>, template: &'t str) -> Result<Vec<&'t str>, CaseProblem> {
    let wrong = |what: String, remedy: &str| Err(value.complain(&what, remedy));
    if template.contains('?') {
        return wrong(
            format!("{} contains a query", quoted(template)),
            "take out the part from \"?\"; a query parameter is named by object or \
            container, whatever its value; where its value tells which route it is, write \
            query = { method = \"getContact\" }",
        );
    }
    if template.contains(['#', ';']) {
        return wrong(
            format!("{} contains \"#\" or \";\"", quoted(template)),
            "take that part out; targets are matched without fragments and path parameters",
        );
    }
    if template.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return wrong(
            format!("{} contains white space", quoted(template)),
            "write a space as %20, as requests do",
        );
    }
    let Some(rest) = trimmed(template).strip_prefix('/') else {
        let remedy = "write the path from its first slash, without scheme and host";
        return wrong(
            format!("{} does not begin with \"/\"", quoted(template)),
            remedy,
        );
    };
    let segments: Vec<&str> = rest.split('/').collect();
    let mut names = Vec::new();
    for (index, segment) in segments.iter().enumerate() {
        if matches!(*segment, "." | "..") || (segment.is_empty() && segments.len() > 1) {
            let what = format!(
                "{} has an empty or dot segment, which no target has after it was normalised",
                quoted(template)
            );
            return wrong(what, "write the path without \"//\", \"/./\" and \"/../\"");
        }
        let Some(name) = variable(segment, index + 1 == segments.len()) else {
            let what = format!("{} is neither a literal nor a variable", quoted(segment));
            return wrong(
                what,
                "write one {name} in a segment, with or without letters around it, or {name*} \
                for the rest of the path as the last one",
            );
        };
        if names.contains(&name) {
            let what = format!(
                "the variable {} stands twice in {}",
                quoted(name),
                quoted(template)
            );
            return wrong(what, "give each variable a name of its own");
        }
        names.extend((!name.is_empty()).then_some(name));
    }
    Ok(names)
}

/// The variable that stands in a segment; empty for a literal, `None` where it is neither.
fn variable(segment: &str, last: bool) -> Option<&str> {
    if !segment.contains(['{', '}']) {
        return Some("");
    }
    let (before, inner, behind) = variable_in(segment)?;
    let whole = before.is_empty() && behind.is_empty();
    let name = match inner.strip_suffix('*') {
        Some(name) if last && whole => name,
        _ => inner,
    };
    let braced = [before, name, behind].concat().contains(['{', '}', '*']);
    (!name.is_empty() && !braced).then_some(name)
}

/// What stands in the braces of a template's segment, between the letters around them: `Contacts({contact})`,
/// `{contact}.json`; `None` for a literal.
pub fn variable_in(segment: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = segment.split_once('{')?;
    let (inner, behind) = rest.split_once('}')?;
    Some((before, inner, behind))
}

/// Parameters that a request must carry, with their values, where they tell which of several routes it asks for.
fn conditions(section: &Section<'_>) -> Result<Vec<(String, String)>, CaseProblem> {
    let Some(value) = section.get("query") else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for (name, value) in value.table(value.name())?.entries() {
        found.push((name.to_owned(), value.text()?.to_owned()));
    }
    if found.is_empty() {
        return Err(value.complain(
            "names no parameter",
            "write query = { method = \"getContact\" }, or leave it out",
        ));
    }
    found.sort();
    Ok(found)
}

/// The template without the slash at its end, which targets lose before they are matched.
fn trimmed(template: &str) -> &str {
    match template.strip_suffix('/') {
        Some("") | None => template,
        Some(rest) => rest,
    }
}

/// The path variable or query parameter that a key names.
fn holder(
    section: &Section<'_>,
    key: &str,
    (template, variables): (&str, &[&str]),
) -> Result<Option<String>, CaseProblem> {
    let Some(value) = section.get(key) else {
        return Ok(None);
    };
    let name = value.text()?;
    if name.contains(['/', '{', '}', '?', '&', '=']) {
        let what = format!("{} is no name of a variable or parameter", quoted(name));
        return Err(value.complain(
            &what,
            "write the bare name, such as \"contact\" for {contact} or for ?contact=",
        ));
    }
    if !variables.contains(&name)
        && let Some(segment) = template.split('/').find(|segment| is_meant(segment, name))
    {
        let what = format!(
            "{} is no variable of the path, where {} stands, which matches nothing but itself",
            quoted(name),
            quoted(segment)
        );
        return Err(value.complain(&what, format!("write {{{name}}} in its place in the path")));
    }
    // A misspelt variable would quietly become a query parameter that no request has.
    if !variables.contains(&name)
        && let Some(near) = nearest(name, variables.iter().copied())
    {
        let what = format!("{} is no variable of the path", quoted(name));
        let remedy = format!(
            "did you mean {}? If {} is a query parameter, give the path's variable another name",
            quoted(near),
            quoted(name)
        );
        return Err(value.complain(&what, remedy));
    }
    Ok(Some(name.to_owned()))
}

/// Whether a segment of a template is a variable of that name as others write it: `:name`, `<int:name>`, `$name`, `[name]`.
fn is_meant(segment: &str, name: &str) -> bool {
    let open = |c: char| ":<[($%*@".contains(c);
    let inner = segment.trim_start_matches(open);
    let inner = inner.trim_end_matches([']', '>', ')', '%', '*']);
    let inner = inner.rsplit(':').next().unwrap_or(inner);
    segment.starts_with(open) && inner == name
}

fn methods(section: &Section<'_>) -> Result<Vec<String>, CaseProblem> {
    let Some(value) = section.get("method") else {
        return Ok(Vec::new());
    };
    let items = value.items()?;
    if items.is_empty() {
        return Err(value.complain("names no method", "leave it out where all methods count"));
    }
    let method = |item: &Value<'_>| {
        let text = item.text()?;
        if !text
            .bytes()
            .all(|b| b.is_ascii_alphabetic() || b == b'-' || b == b'_')
        {
            let what = format!("{} is no method", quoted(text));
            return Err(item.complain(&what, "write for example \"GET\""));
        }
        Ok(text.to_ascii_uppercase())
    };
    items.iter().map(method).collect()
}

fn paging(value: &Value<'_>) -> Result<PageSpec, CaseProblem> {
    let section = value.section(value.name(), &["query", "first", "offset", "limit", "size"])?;
    let pages = section.get("query").is_some() || section.get("first").is_some();
    let offsets = section.get("offset").is_some() || section.get("limit").is_some();
    if pages == offsets {
        let what = "pages are asked for either by number or by offset";
        let remedy = "write { query = \"page\", first = 1, size = 25 } or { offset = \
            \"skip\", limit = \"take\", size = 25 }";
        return Err(value.complain(what, remedy));
    }
    let size = section.need("size", "how many members stand on a page")?;
    if size.count()? == 0 {
        return Err(size.complain(
            "a page of 0 members shows nothing",
            "write how many members stand on a page",
        ));
    }
    let size = size.count()?;
    if pages {
        return Ok(PageSpec::Number {
            query: parameter(&section.need("query", "the parameter with the page's number")?)?,
            first: section
                .need("first", "the number of the first page, mostly 0 or 1")?
                .count()?,
            size,
        });
    }
    Ok(PageSpec::Offset {
        offset: parameter(&section.need(
            "offset",
            "the parameter with the number of members to pass over",
        )?)?,
        limit: section.get("limit").map(|v| parameter(&v)).transpose()?,
        size,
    })
}

fn parameter(value: &Value<'_>) -> Result<String, CaseProblem> {
    let name = value.text()?;
    if name.contains(['/', '{', '}', '?', '&', '=']) {
        let what = format!("{} is no name of a query parameter", quoted(name));
        return Err(value.complain(&what, "write the bare name, such as \"page\" for ?page="));
    }
    Ok(name.to_owned())
}

fn categories(section: &Section<'_>) -> Result<Vec<Category>, CaseProblem> {
    let items = section
        .get("discloses")
        .map_or(Ok(Vec::new()), |v| v.items())?;
    let mut categories: Vec<Category> = Vec::with_capacity(items.len());
    for item in &items {
        let text = item.label()?;
        let name = text.strip_suffix('?').unwrap_or(text);
        if name.is_empty() || name.contains('?') {
            let what = format!("{} is no data category", quoted(text));
            return Err(item.complain(
                &what,
                "write a name, with one \"?\" at its end where \
                only some subjects have it filled in",
            ));
        }
        if categories.iter().any(|c| c.name == name) {
            let what = format!("the data category {} stands twice", quoted(name));
            return Err(item.complain(&what, "keep one of the two"));
        }
        categories.push(Category {
            name: name.to_owned(),
            optional: text.ends_with('?'),
        });
    }
    Ok(categories)
}

/// Whether some request would match both routes, their templates being alike but for names.
fn same_requests(a: &RouteSpec, b: &RouteSpec, ignore_case: bool) -> bool {
    let methods =
        a.method.is_empty() || b.method.is_empty() || a.method.iter().any(|m| b.method.contains(m));
    let alike = |(x, y): (&str, &str)| match (variable_in(x), variable_in(y)) {
        (Some((a, x, b)), Some((c, y, d))) => {
            (a, b) == (c, d) && x.ends_with('*') == y.ends_with('*')
        }
        (None, None) => x == y || (ignore_case && x.eq_ignore_ascii_case(y)),
        _ => false,
    };
    methods
        && a.query == b.query
        && a.path.split('/').count() == b.path.split('/').count()
        && a.path.split('/').zip(b.path.split('/')).all(alike)
}
