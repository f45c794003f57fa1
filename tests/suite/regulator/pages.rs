//! What stood on a page: rows that double, lists on lists, containers that a request names twice; and
//! answers of which the log does not tell whether anything went out.

use super::{CONTACT, World};
use crate::answer::table;

const PAGED: &str = "[[route]]\nname = \"book\"\npath = \"/books/{book}\"\ncontainer = \"book\"\npage = { query = \"page\", \
                     first = 1, size = 2 }\ndiscloses = [\"name\"]\n";
const BY_QUERY: &str =
    "[[route]]\nname = \"book\"\npath = \"/books\"\ncontainer = \"book\"\ndiscloses = [\"name\"]\n";
const BOOKS: &str = "bs,book,s,,,,,,,\nbt,book,t,,,,,,,\n";

#[test]
fn whoever_stands_on_a_list_twice_is_shown_once() {
    let mut world = World::new("doubled");
    world.routes = format!("{CONTACT}{PAGED}");
    world.objects = BOOKS.to_owned();
    world.members =
        "bs,s1,,\nbs,s1,,\nbs,s2,2021-01-01,2021-06-01\nbs,s2,2021-03-01,\nbs,s3,,\n".to_owned();
    world.ask(300, "/books/bs?page=2", "200", "500");
    let answer = world.answered();
    answer.are(&[("ps3", "confirmed")]);
    answer.is("s", "confirmed", "", ["1", "1", "20"]);
}

#[test]
fn lists_on_a_list_may_have_been_read_out() {
    let mut world = World::new("lists-on-lists");
    world.objects = "all,book,s,,,,,,,\nb1,book,s,,,,,,,\nb2,book,s,,,,,,,\n".to_owned();
    // A list that holds itself, further down.
    world.members = "all,s1,,\nall,b1,,\nb1,s2,,\nb1,b2,,\nb2,t3,,\nb2,all,,\n".to_owned();
    world.ask(300, "/books/all", "200", "500");
    let answer = world.answered();
    answer.are(&[
        ("ps1", "confirmed"),
        ("ps2", "possible"),
        ("pt3", "possible"),
    ]);
    let (status, reasons, [least, ..]) = answer.controller("t");
    assert_eq!(
        (status.as_str(), reasons.as_str(), least.as_str()),
        ("cannot_be_excluded", "AMBIGUOUS", "0")
    );
    assert_eq!(answer.controller("s").2[0], "1");
    // Lists that name nobody are nobody that an account was shown for sure.
    let account = &table(&answer.out.join("accounts.csv"))[0];
    assert_eq!(account["subjects_confirmed"], "1");
}

#[test]
fn a_list_without_members_does_not_hold_itself() {
    let mut world = World::new("itself");
    world.objects = BOOKS.to_owned();
    world.ask(300, "/books/bs", "200", "500");
    let answer = world.answered();
    answer.is("s", "cannot_be_excluded", "AMBIGUOUS", ["0", "20", "20"]);
    answer.is("t", "excluded", "", ["0", "0", "20"]);
}

#[test]
fn of_two_containers_in_a_request_nobody_knows_which_was_read_out() {
    let mut world = World::new("two-containers");
    world.routes = format!("{CONTACT}{BY_QUERY}");
    world.objects = BOOKS.to_owned();
    world.members = "bs,s1,,\nbs,s2,,\nbt,t1,,\n".to_owned();
    world.ask(300, "/books?book=bs&book=bt", "200", "500");
    let answer = world.answered();
    answer.are(&[
        ("ps1", "possible"),
        ("ps2", "possible"),
        ("pt1", "possible"),
    ]);
    answer.is("s", "cannot_be_excluded", "AMBIGUOUS", ["0", "2", "20"]);
    answer.is("t", "cannot_be_excluded", "AMBIGUOUS", ["0", "1", "20"]);
    // The same one twice is one.
    world.log = world.log.replace("book=bs&book=bt", "book=bs&book=bs");
    world.answered().is("s", "confirmed", "", ["2", "2", "20"]);
}

#[test]
fn what_went_out_before_a_client_left_may_not_have_been_counted() {
    let mut world = World::new("uncounted-499");
    world.ask(300, "/contacts/s1", "499", "-");
    let answer = world.answered();
    answer.are(&[("ps1", "probable")]);
    answer.is("s", "cannot_be_excluded", "NO_BODY", ["0", "1", "20"]);
}

#[test]
fn no_controller_is_left_open_without_a_reason() {
    for (status, bytes) in [("304", "0"), ("499", "500"), ("201", "500"), ("207", "500")] {
        let mut world = World::new("reasons");
        world.ask(300, "/contacts/s1", status, bytes);
        let answer = world.answered();
        answer.is("s", "cannot_be_excluded", "AMBIGUOUS", ["0", "1", "20"]);
    }
}
