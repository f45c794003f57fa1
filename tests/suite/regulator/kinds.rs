//! IDs that things of several kinds share, and objects of which no row holds at the time of the request.

use super::World;

const FILE: &str = "[[route]]\nname = \"file\"\npath = \"/files/{file}\"\nobject = \"file\"\ndiscloses = [\"name\"]\n";

#[test]
fn a_contact_is_not_in_scope_by_the_book_of_its_number() {
    let mut world = World::new("contact-and-book");
    world.objects = "17,contact,s,p17,,,,,,\n17,book,n,,,,,,,\n".to_owned();
    world.members = "17,n1,,\n".to_owned();
    world.ask(300, "/contacts/17", "200", "500");
    let answer = world.answered();
    answer.are(&[("p17", "confirmed")]);
    answer.is("s", "confirmed", "", ["1", "1", "21"]);
    answer.is("n", "excluded", "", ["0", "0", "20"]);
}

#[test]
fn a_contact_does_not_reach_the_controller_of_the_book_of_its_number() {
    let mut world = World::new("book-elsewhere");
    world.objects = "17,contact,s,p17,,,,,,\n17,book,t,,,,,,,\n".to_owned();
    world.members = "17,t5,,\n".to_owned();
    world.ask(300, "/contacts/17", "200", "500");
    let answer = world.answered();
    answer.are(&[("p17", "confirmed")]);
    answer.is("t", "excluded", "", ["0", "0", "20"]);
}

#[test]
fn two_objects_of_one_number_are_told_apart_by_the_routes_variable() {
    for (target, own) in [("/files/17", "pf"), ("/contacts/18", "p18")] {
        let mut world = World::new("file-and-contact");
        world.routes += FILE;
        world.objects = "17,contact,n,p17,,,,,,\n17,file,s,pf,,,,,,\n18,contact,s,p18,,,,,,\n18,file,n,pg,,,,,,\n"
            .to_owned();
        world.ask(300, target, "200", "500");
        let answer = world.answered();
        answer.are(&[(own, "confirmed")]);
        answer.is("s", "confirmed", "", ["1", "1", "22"]);
        // What one may see stays so, and the other thing of the number is nobody's business.
        answer.is("n", "excluded", "", ["0", "0", "22"]);
    }
}

#[test]
fn a_list_names_the_contact_of_a_number_not_the_book() {
    let mut world = World::new("listed-number");
    world.objects = "17,contact,s,p17,,,,,,\n17,book,n,,,,,,,\n5,book,s,,,,,,,\n".to_owned();
    world.members = "17,n1,,\n5,17,,\n".to_owned();
    world.ask(300, "/books/5", "200", "500");
    let answer = world.answered();
    answer.are(&[("p17", "confirmed")]);
    answer.is("s", "confirmed", "", ["1", "1", "21"]);
}

#[test]
fn between_two_owners_neither_is_excluded() {
    let mut world = World::new("between");
    world.objects =
        "x,contact,s,px,,,,,,2021-03-04T09:00:00Z\nx,contact,t,px,,,,,2021-03-04T11:00:00Z,\n"
            .to_owned();
    world.ask(300, "/contacts/x", "200", "500");
    let answer = world.answered();
    answer.are(&[]);
    answer.is("s", "cannot_be_excluded", "AMBIGUOUS", ["0", "1", "21"]);
    answer.is("t", "cannot_be_excluded", "AMBIGUOUS", ["0", "1", "21"]);
    answer.is("n", "excluded", "", ["0", "0", "20"]);
    assert_eq!(answer.findings["totals"]["subjects_max"], 1);
}
