//! What `init` makes of such systems: the case that it proposes holds, and its answer is that of one written by hand.

use std::fs;

use super::town::{Town, is_the_walk};
use super::{key, number};

/// How a system writes a class's list, and a pupil's card.
type Lists<'f> = &'f dyn Fn(usize) -> String;
type Cards<'f> = &'f dyn Fn(&str) -> String;

/// Requests of a walk and of ordinary days; what the proposed case must say of them, and answer.
fn proposes(
    name: &str,
    id: fn(usize) -> String,
    (list, card): (Lists<'_>, Cards<'_>),
    says: &[&str],
) {
    let mut town = Town::new(&format!("proposes-{name}"), id, "");
    town.ordinary(list, card);
    town.walk(card);
    let proposed = town.proposed();
    for part in says {
        assert!(proposed.contains(part), "{part}\n{proposed}");
    }
    is_the_walk(&town.scanned("proposed.toml"));
    fs::remove_dir_all(&town.folder).unwrap();
}

#[test]
fn ids_with_letters_around_them() {
    proposes(
        "odata",
        key,
        (
            &|class| format!("/odata/Classes('k{class}')/Contacts"),
            &|id| format!("/odata/Contacts('{id}')"),
        ),
        &[
            "path = \"/odata/Contacts('{contact}')\"",
            "path = \"/odata/Classes('{class}')/Contacts\"",
        ],
    );
    proposes(
        "endings",
        |pupil| format!("p{}", 1000 + pupil),
        (&|class| format!("/books/book-k{class}.json"), &|id| {
            format!("/contacts/{id}.vcf")
        }),
        &[
            "path = \"/contacts/{contact}.vcf\"",
            "path = \"/books/book-{book}.json\"",
        ],
    );
}

#[test]
fn pictures_of_people() {
    proposes(
        "pictures",
        number,
        (&|class| format!("/books/k{class}"), &|id| {
            format!("/avatars/{id}.jpg")
        }),
        &["path = \"/avatars/{avatar}.jpg\""],
    );
}

#[test]
fn scripts_that_do_many_things() {
    proposes(
        "rpc",
        number,
        (
            &|class| format!("/rpc?method=listClass&id=k{class}"),
            &|id| format!("/rpc?method=getContact&id={id}"),
        ),
        &[
            "query = { \"method\" = \"listClass\" }",
            "query = { \"method\" = \"getContact\" }",
        ],
    );
    proposes(
        "graphql",
        number,
        (
            &|class| {
                format!(
                    "/graphql?operationName=List&variables=%7B%22classId%22%3A%22k{class}%22%7D"
                )
            },
            &|id| format!("/graphql?operationName=Card&variables=%7B%22id%22%3A%22{id}%22%7D"),
        ),
        &[
            "object = \"variables.id\"",
            "container = \"variables.classId\"",
        ],
    );
}

#[test]
fn a_letter_that_is_no_page_and_ids_that_are_of_both_kinds() {
    proposes(
        "letter",
        number,
        (
            &|class| format!("/cgi-bin/book.pl?action=list&class=k{class}"),
            &|id| format!("/cgi-bin/book.pl?action=show&n={id}"),
        ),
        &["object = \"n\"", "container = \"class\""],
    );
    // Contacts k0 to k179, classes k0 to k8.
    proposes(
        "both",
        |pupil| format!("k{pupil}"),
        (&|class| format!("/rpc?method=classOf&id=k{class}"), &|id| {
            format!("/rpc?method=contact&id={id}")
        }),
        &["container = \"id\"", "object = \"id\""],
    );
}

#[test]
fn one_path_for_objects_and_lists() {
    proposes(
        "filters",
        number,
        (
            &|class| format!("/v1/contacts?filter[class]=k{class}"),
            &|id| format!("/v1/contacts?filter%5Bid%5D={id}"),
        ),
        &["object = \"filter[id]\"", "container = \"filter[class]\""],
    );
}
