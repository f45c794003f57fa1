//! How the platform spells its routes: four vocabularies, so that nothing can be tuned to one.
//!
//! Turns a request into a plain target and the routes into `[[route]]` tables. Untidy spellings of
//! the same target are left to `target`.

use std::fmt::Write as _;

use super::request::{Ask, Page, Plain};
use super::rng::{Draws, Topic};
use super::target::Target;
use super::world::World;

/// Optional fields of a contact, in the order of the bits of `Item::filled`.
pub(super) const OPTIONAL: [&str; 4] = ["nickname", "email", "phone", "photo"];

/// A spelling of the platform, with what the seed varies in it.
pub(super) struct Vocabulary {
    words: &'static Words,
    /// Members on a page.
    pub(super) page_size: u64,
    /// Bodies under this disclose nothing, on the routes that say so.
    pub(super) empty_below: u64,
    /// IDs of a batch joined by comma, or the parameter repeated.
    joined: bool,
}

struct Words {
    contact: Route,
    page: Route,
    profile: Route,
    batch: Route,
    export: Route,
    file: Route,
    paging: Paging,
    start: &'static str,
    login: &'static str,
    poll: &'static str,
}

struct Route {
    name: &'static str,
    module: &'static str,
    path: &'static str,
    /// The path variable or query parameter with the ID.
    key: &'static str,
}

enum Paging {
    Number {
        query: &'static str,
        first: u64,
    },
    Offset {
        offset: &'static str,
        limit: &'static str,
    },
}

impl Vocabulary {
    pub(super) fn of(seed: u64) -> Vocabulary {
        let mut draws = Draws::new(seed, Topic::Layout, 0, 0);
        Vocabulary {
            words: &VOCABULARIES[draws.index(VOCABULARIES.len())],
            page_size: draws.one_of([10, 20, 25, 30]),
            empty_below: draws.one_of([60, 64, 70]),
            joined: draws.chance(500),
        }
    }

    /// Whether a request may ask for more members than a page usually has.
    pub(super) fn takes(&self) -> bool {
        matches!(self.words.paging, Paging::Offset { .. })
    }

    /// The tidy target of a request; `via` is the book that the client came by.
    pub(super) fn target(&self, world: &World, ask: &Ask, via: usize) -> Target {
        let words = self.words;
        let book = |at: usize| world.books[at].id.clone();
        let on = |route: &Route, id: String| spell(route, &[id], &book(via));
        match ask {
            Ask::Card(number) => on(&words.contact, world.id(*number)),
            Ask::Profile(number) => on(&words.profile, world.id(*number)),
            Ask::File(number) => on(&words.file, world.id(*number)),
            Ask::Export(at) => on(&words.export, book(*at)),
            Ask::Batch(numbers) => {
                let ids: Vec<String> = numbers.iter().map(|number| world.id(*number)).collect();
                match self.joined {
                    true => on(&words.batch, ids.join(",")),
                    false => spell(&words.batch, &ids, &book(via)),
                }
            }
            Ask::Page(page) => {
                let mut target = on(&words.page, book(page.book));
                target.query.extend(self.page_query(page));
                target
            }
            Ask::Plain(plain) => Target::new(self.plain(*plain).to_owned()),
        }
    }

    fn page_query(&self, page: &Page) -> Vec<(String, String)> {
        if page.bare && page.skip == 0 {
            return Vec::new();
        }
        match self.words.paging {
            Paging::Number { query, first } => {
                vec![(
                    query.to_owned(),
                    (first + page.skip / self.page_size).to_string(),
                )]
            }
            Paging::Offset { offset, limit } => vec![
                (offset.to_owned(), page.skip.to_string()),
                (limit.to_owned(), page.take.to_string()),
            ],
        }
    }

    fn plain(&self, plain: Plain) -> &'static str {
        match plain {
            Plain::Start => self.words.start,
            Plain::Login => self.words.login,
            Plain::Poll => self.words.poll,
            Plain::Script => "/static/app.31f0.js",
            Plain::Style => "/static/app.31f0.css",
            Plain::Health => "/health",
            Plain::Robots => "/robots.txt",
        }
    }

    /// Names of all routes but that of book pages.
    pub(super) fn routes_but_pages(&self) -> Vec<String> {
        let text = self.case_routes();
        let names = text.lines().filter_map(|line| line.strip_prefix("name = "));
        let names = names.map(|name| name.trim_matches('"').to_owned());
        names.filter(|name| *name != self.words.page.name).collect()
    }

    /// The `[[route]]` tables of the case file.
    pub(super) fn case_routes(&self) -> String {
        let words = self.words;
        let card = r#"["name", "class", "nickname?", "email?", "phone?"]"#;
        let limit = format!("empty_below = {}\n", self.empty_below);
        let page = match words.paging {
            Paging::Number { query, first } => {
                format!(
                    "page = {{ query = \"{query}\", first = {first}, size = {} }}\n",
                    self.page_size
                )
            }
            Paging::Offset { offset, limit } => format!(
                "page = {{ offset = \"{offset}\", limit = \"{limit}\", size = {} }}\n",
                self.page_size
            ),
        };
        let mut text = String::new();
        route(&mut text, &words.contact, "object", card, &limit);
        route(
            &mut text,
            &words.page,
            "container",
            r#"["name"]"#,
            &(page + &limit),
        );
        route(
            &mut text,
            &words.profile,
            "object",
            r#"["name", "class", "photo?"]"#,
            &limit,
        );
        route(&mut text, &words.batch, "object", card, "");
        route(
            &mut text,
            &words.export,
            "container",
            r#"["name", "class", "email?"]"#,
            "",
        );
        route(&mut text, &words.file, "object", r#"["document"]"#, "");
        text
    }
}

fn route(text: &mut String, route: &Route, role: &str, discloses: &str, more: &str) {
    let Route {
        name,
        module,
        path,
        key,
    } = route;
    // Writing to a String cannot fail.
    let _ = write!(
        text,
        "\n[[route]]\nname = \"{name}\"\nmodule = \"{module}\"\nmethod = [\"GET\"]\n\
         path = \"{path}\"\n{role} = \"{key}\"\ndiscloses = {discloses}\n{more}"
    );
}

/// Puts IDs where the route wants them: into the path, or as parameters.
fn spell(route: &Route, ids: &[String], book: &str) -> Target {
    let slots = [format!("{{{}}}", route.key), format!("{{{}*}}", route.key)];
    match slots.iter().find(|slot| route.path.contains(slot.as_str())) {
        Some(slot) => {
            let path = route.path.replace(slot, &ids.concat());
            Target::new(path.replace("{book}", book))
        }
        None => {
            let mut target = Target::new(route.path.to_owned());
            target.query = ids
                .iter()
                .map(|id| (route.key.to_owned(), id.clone()))
                .collect();
            target
        }
    }
}

const fn at(
    name: &'static str,
    module: &'static str,
    path: &'static str,
    key: &'static str,
) -> Route {
    Route {
        name,
        module,
        path,
        key,
    }
}

const VOCABULARIES: [Words; 4] = [
    Words {
        contact: at(
            "contact",
            "address books",
            "/api/v2/addressbooks/{book}/contacts/{contact}",
            "contact",
        ),
        page: at(
            "address book",
            "address books",
            "/api/v2/addressbooks/{list}",
            "list",
        ),
        profile: at("profile", "people", "/api/v2/profiles/{person}", "person"),
        batch: at("contacts by ID", "address books", "/api/v2/contacts", "ids"),
        export: at(
            "export",
            "address books",
            "/api/v2/addressbooks/{list}/export",
            "list",
        ),
        file: at("file", "documents", "/api/v2/files/{file}/content", "file"),
        paging: Paging::Number {
            query: "page",
            first: 1,
        },
        start: "/app/home",
        login: "/auth/login",
        poll: "/api/v2/messages/unread",
    },
    Words {
        contact: at(
            "show contact",
            "contacts",
            "/contact/show.aspx",
            "contactId",
        ),
        page: at("list contacts", "contacts", "/contact/list.aspx", "listId"),
        profile: at("user page", "users", "/user/{user}/page.aspx", "user"),
        batch: at("contact cards", "contacts", "/contact/cards.aspx", "id"),
        export: at("print list", "contacts", "/contact/print.aspx", "listId"),
        file: at("attachment", "files", "/attachments/{file*}", "file"),
        paging: Paging::Offset {
            offset: "skip",
            limit: "take",
        },
        start: "/start.aspx",
        login: "/login.aspx",
        poll: "/ajax/news.ashx",
    },
    Words {
        contact: at("kontakt", "adressböcker", "/kontakter/{kontakt}", "kontakt"),
        page: at(
            "klasslista",
            "adressböcker",
            "/klasser/{klass}/kontakter",
            "klass",
        ),
        profile: at(
            "personsida",
            "personer",
            "/personer/{person}/profil",
            "person",
        ),
        batch: at("urval", "adressböcker", "/kontaktkort/urval", "nr"),
        export: at(
            "utskrift",
            "adressböcker",
            "/klasser/{klass}/utskrift",
            "klass",
        ),
        file: at("dokument", "dokument", "/dokument/{dokument}", "dokument"),
        paging: Paging::Number {
            query: "sida",
            first: 0,
        },
        start: "/hem",
        login: "/logga-in",
        poll: "/nyheter/antal",
    },
    Words {
        contact: at("getEntry", "directory", "/rpc/directory/getEntry", "entry"),
        page: at(
            "listGroup",
            "directory",
            "/rpc/directory/listGroup",
            "group",
        ),
        profile: at(
            "viewMember",
            "people",
            "/rpc/people/view/{member}",
            "member",
        ),
        batch: at(
            "getEntries",
            "directory",
            "/rpc/directory/getEntries",
            "entry",
        ),
        export: at(
            "dumpGroup",
            "directory",
            "/rpc/directory/dump/{group}",
            "group",
        ),
        file: at("getFile", "files", "/rpc/files/get/{ref}", "ref"),
        paging: Paging::Offset {
            offset: "offset",
            limit: "limit",
        },
        start: "/",
        login: "/session/new",
        poll: "/rpc/notify/poll",
    },
];
