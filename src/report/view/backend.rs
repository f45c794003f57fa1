//! Cells as bytes for a terminal: the few codes that every one of them knows. Only here are they written; what stands in a
//! cell is never one.

use std::io::{self, Write};

use ratatui_core::backend::{Backend, ClearType, WindowSize};
use ratatui_core::buffer::Cell;
use ratatui_core::layout::{Position, Size};
use ratatui_core::style::{Color, Modifier};

/// A terminal that is written to.
pub struct Cells<W: Write> {
    out: W,
    size: Box<dyn Fn() -> io::Result<(u16, u16)>>,
}

impl<W: Write> Cells<W> {
    /// Over a writer, and what tells its columns and rows.
    pub fn new(out: W, size: impl Fn() -> io::Result<(u16, u16)> + 'static) -> Cells<W> {
        Cells {
            out,
            size: Box::new(size),
        }
    }

    /// Takes the whole screen; what stood there comes back with [`Cells::leave`].
    ///
    /// # Errors
    /// The terminal cannot be written to.
    pub fn enter(&mut self) -> io::Result<()> {
        self.out.write_all(b"\x1b[?1049h\x1b[?25l\x1b[0m\x1b[2J")?;
        self.out.flush()
    }

    /// Gives the screen back.
    ///
    /// # Errors
    /// The terminal cannot be written to.
    pub fn leave(&mut self) -> io::Result<()> {
        self.out.write_all(b"\x1b[0m\x1b[?25h\x1b[?1049l")?;
        self.out.flush()
    }
}

/// The code of a style; the sixteen colours only.
fn style(cell: &Cell) -> String {
    let mut code = "0".to_owned();
    for (modifier, own) in [
        (Modifier::BOLD, ";1"),
        (Modifier::DIM, ";2"),
        (Modifier::UNDERLINED, ";4"),
        (Modifier::REVERSED, ";7"),
    ] {
        if cell.modifier.contains(modifier) {
            code.push_str(own);
        }
    }
    code.push_str(match cell.fg {
        Color::Red => ";31",
        Color::Green => ";32",
        Color::Yellow => ";33",
        _ => "",
    });
    code
}

impl<W: Write> Backend for Cells<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let (mut place, mut last) = (None, String::new());
        for (x, y, cell) in content {
            if place != Some((x, y)) {
                write!(self.out, "\x1b[{};{}H", y + 1, x + 1)?;
            }
            let code = style(cell);
            if code != last {
                write!(self.out, "\x1b[{code}m")?;
                last = code;
            }
            self.out.write_all(cell.symbol().as_bytes())?;
            // A wide letter moves the cursor by two: the next cell says where it stands.
            let narrow = super::super::screen::columns::width(cell.symbol()) == 1;
            place = narrow.then_some((x + 1, y));
        }
        self.out.write_all(b"\x1b[0m")
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.out.write_all(b"\x1b[?25l")
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.out.write_all(b"\x1b[?25h")
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(Position::ORIGIN)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let Position { x, y } = position.into();
        write!(self.out, "\x1b[{};{}H", y + 1, x + 1)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        self.out.write_all(match region {
            ClearType::All => b"\x1b[2J",
            ClearType::AfterCursor => b"\x1b[0J",
            ClearType::BeforeCursor => b"\x1b[1J",
            ClearType::CurrentLine => b"\x1b[2K",
            ClearType::UntilNewLine => b"\x1b[0K",
        })
    }

    fn size(&self) -> io::Result<Size> {
        let (columns, rows) = (self.size)()?;
        Ok(Size::new(columns, rows))
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        let size = Backend::size(self)?;
        Ok(WindowSize {
            columns_rows: size,
            pixels: Size::ZERO,
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
