//! The view on a terminal in memory: what is drawn, and where the keys lead. Answers are made by hand, cell by cell.

use ratatui_core::backend::TestBackend;
use ratatui_core::buffer::Buffer;
use ratatui_core::terminal::Terminal;

use super::data::{Access, Data};
use super::*;

/// The screen as lines.
fn screen(view: &mut View, columns: u16, rows: u16) -> Vec<String> {
    let Ok(mut terminal) = Terminal::new(TestBackend::new(columns, rows));
    let Ok(_) = terminal.draw(|frame| view.draw(frame.buffer_mut()));
    lines(terminal.backend().buffer())
}

fn lines(buffer: &Buffer) -> Vec<String> {
    let width = usize::from(buffer.area.width);
    let cells = buffer.content().chunks(width);
    cells
        .map(|row| row.iter().map(|cell| cell.symbol()).collect::<String>())
        .map(|line: String| line.trim_end().to_owned())
        .collect()
}

fn view(subjects: usize) -> View {
    let look = Look::default();
    let controllers = "controller,name,status,reasons,subjects_min,subjects_max,population\n\
        b,Norr,excluded,,0,0,9\na,\"S\u{1b}[31m\u{202e}der\",confirmed,GAP,7,9,10\n";
    let mut people =
        "subject,controller,certainty,protected,child,first_seen,accesses,routes,data_categories,evidence\n"
            .to_owned();
    for n in 0..subjects {
        people.push_str(&format!(
            "s{n:06},a,confirmed,false,true,2021-01-01T00:00:00Z,1,contact,name,log:1@0+9\n"
        ));
    }
    people.push_str("hidden,a,confirmed,true,true,2021-01-01T00:00:00Z,1,contact,name,log:2@9+9\n");
    people.push_str("unsaid,a,confirmed,,true,2021-01-01T00:00:00Z,1,contact,name,log:2@9+9\n");
    let data = Data::of_tables("case", controllers.as_bytes(), people.as_bytes());
    View::over(data, look)
}

fn press(view: &mut View, keys: &str) {
    for c in keys.chars() {
        match c {
            '\n' => view.key(Key::Enter),
            '\u{1b}' => view.key(Key::Escape),
            c => view.key(Key::Char(c)),
        };
    }
}

#[test]
fn the_most_affected_controller_stands_first_and_no_name_is_an_escape() {
    let mut view = view(3);
    let shown = screen(&mut view, 100, 10);
    assert!(shown[2].starts_with("> a"), "{shown:#?}");
    assert!(
        shown[2].contains("████████▒▒▒·") && shown[2].contains("GAP"),
        "{shown:#?}"
    );
    assert!(shown[3].starts_with("  b"), "{shown:#?}");
    let all = shown.join("\n");
    assert!(all.contains("S\\u{1b}[31m\\u{202e}der"), "{all}");
    assert!(
        !all.contains('\u{1b}') && !all.contains('\u{202e}'),
        "{all}"
    );
}

#[test]
fn protected_persons_are_counted_and_neither_listed_nor_found() {
    let mut view = view(3);
    press(&mut view, "\n");
    let shown = screen(&mut view, 100, 12).join("\n");
    assert!(
        shown.contains("s000000") && shown.contains("s000002"),
        "{shown}"
    );
    assert!(
        shown.contains("data subject 1 of 3 + fewer than five protected"),
        "{shown}"
    );
    assert!(
        !shown.contains("hidden") && !shown.contains("unsaid"),
        "{shown}"
    );
    press(&mut view, "/hidden\n");
    assert_eq!(view.at(), 0);
    assert!(
        screen(&mut view, 100, 12)
            .join("\n")
            .contains("nothing here holds hidden")
    );
}

#[test]
fn a_word_is_found_on_the_page_of_a_raw_line() {
    let mut view = view(1);
    let wanted = Wanted {
        reference: "log:1@0+9".to_owned(),
        sha256: None,
    };
    let fetched = Fetched::Line {
        text: "GET /contacts/17 HTTP/1.1".to_owned(),
        sha256: "aa".to_owned(),
        file_sha256: "bb".to_owned(),
    };
    view.show(wanted, fetched);
    // On a narrow screen the line breaks within the word.
    press(&mut view, "/CONTACTS\n");
    let Ok(mut terminal) = Terminal::new(TestBackend::new(20, 12));
    let Ok(_) = terminal.draw(|frame| view.draw(frame.buffer_mut()));
    let marked: String = (terminal.backend().buffer().content().iter().skip(40))
        .filter(|cell| {
            cell.modifier
                .contains(ratatui_core::style::Modifier::REVERSED)
        })
        .map(|cell| cell.symbol())
        .collect();
    assert_eq!(marked, "contacts");
    assert!(view.message.is_empty(), "{}", view.message);
    press(&mut view, "/nowhere\n");
    assert_eq!(view.message, "nothing here holds nowhere");
    view.message.clear();
    let shown = screen(&mut view, 100, 12).join("\n");
    assert!(shown.contains("h: keys"), "{shown}");
}

#[test]
fn keys_move_as_in_less_and_only_the_window_is_drawn() {
    let mut view = view(100_000);
    press(&mut view, "\n");
    // 21 rows of the list on a screen of 24 lines.
    screen(&mut view, 80, 24);
    press(&mut view, "jj k");
    assert_eq!(view.at(), 22);
    press(&mut view, "b");
    assert_eq!(view.at(), 1);
    press(&mut view, "G");
    assert_eq!(view.at(), 99_999);
    let shown = screen(&mut view, 80, 24);
    assert!(
        shown[22].starts_with("> s099999") && shown[2].starts_with("  s099979"),
        "{shown:#?}"
    );
    press(&mut view, "k");
    // The window stays while the chosen row is in it.
    assert!(screen(&mut view, 80, 24)[21].starts_with("> s099998"));
    press(&mut view, "gd");
    assert_eq!(view.at(), 11);
    press(&mut view, "/S0777\n");
    assert_eq!(view.at(), 77_700);
    press(&mut view, "nn");
    assert_eq!(view.at(), 77_702);
    press(&mut view, "N");
    assert_eq!(view.at(), 77_701);
    press(&mut view, "G/s000003\n");
    assert_eq!(view.at(), 3);
    assert!(screen(&mut view, 80, 24)[23].contains("behind the end"));
    // A smaller window still holds the chosen row.
    let small = screen(&mut view, 40, 5);
    assert!(
        small.iter().any(|line| line.starts_with("> s000003")),
        "{small:#?}"
    );
    assert_eq!(screen(&mut view, 10, 2)[0], "too small");
}

#[test]
fn one_goes_in_to_the_line_and_back_out() {
    let mut view = view(2);
    press(&mut view, "\n");
    // Without a row in the table of accesses the lines that the subject names are shown.
    press(&mut view, "\n");
    assert!(matches!(view.data.accesses[..], [Access::Cited(_)]));
    let step = view.key(Key::Enter);
    let Step::Fetch(wanted) = step else {
        panic!("{step:?}");
    };
    assert_eq!(
        (wanted.reference.as_str(), &wanted.sha256),
        ("log:1@0+9", &None)
    );
    let line = Fetched::Line {
        text: format!("GET /{}\u{1b}]0;x", "a".repeat(100)),
        sha256: "00ff".to_owned(),
        file_sha256: "11ee".to_owned(),
    };
    view.show(wanted, line);
    let shown = screen(&mut view, 60, 20).join("\n");
    assert!(shown.contains("\\u{1b}]0;x") && shown.contains("00ff") && shown.contains("11ee"));
    press(&mut view, "h");
    assert!(
        screen(&mut view, 80, 24)
            .join("\n")
            .contains("Keys, as in less")
    );
    press(&mut view, "\u{1b}\u{1b}\u{1b}\u{1b}\u{1b}\u{1b}");
    assert!(screen(&mut view, 80, 24).join("\n").contains("outermost"));
    assert_eq!(view.key(Key::Char('q')), Step::Leave);
}

#[test]
fn a_terminal_gets_only_our_codes() {
    use ratatui_core::backend::Backend as _;
    let mut view = view(3);
    view.look.colour = true;
    let mut out = Vec::new();
    {
        let cells = Cells::new(&mut out, || Ok((100, 10)));
        let mut terminal = Terminal::new(cells).expect("a terminal in memory");
        let drawn = terminal.draw(|frame| view.draw(frame.buffer_mut()));
        drawn.expect("a screen");
        terminal.backend_mut().flush().expect("a flush");
    }
    let text = String::from_utf8(out).expect("UTF-8");
    for code in text.split('\u{1b}').skip(1) {
        let code = code.strip_prefix('[').expect("a sequence");
        let end = code
            .find(|c: char| c.is_ascii_alphabetic())
            .expect("its end");
        assert!(
            matches!(code.as_bytes()[end], b'H' | b'm' | b'J' | b'h' | b'l'),
            "{code:?}"
        );
    }
    assert!(text.contains("\u{1b}[0;7;31m") && !text.contains('\u{7}'));
}
