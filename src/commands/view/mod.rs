//! `view`: a finished answer on the full screen. Here stand the terminal's own matters: taking and giving back the screen,
//! reading keys; what is shown is `report::view`'s.

mod raw;

use std::io::{self, BufWriter, IsTerminal, Read, Stdin, Stdout, Write};

use ratatui_core::terminal::Terminal;
use rustix::termios::{
    OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcgetwinsize, tcsetattr,
};

use super::{Ending, finished, signals, terminal};
use crate::cli::ViewArgs;
use crate::report::view::{Cells, Key, Keys, Step, View};
use raw::Lines;

/// Runs it.
pub(super) fn run(args: &ViewArgs) -> Result<(), Ending> {
    let dumb = std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb");
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() || dumb {
        return Err(Ending::Usage(
            "view is a full screen and wants a terminal for input and output: run it in one, or use `explain`, `evidence` and \
             the answer's tables, which can be piped"
                .to_owned(),
        ));
    }
    let answer = finished(&args.answer)?;
    let mut view = View::of(&answer, terminal::plain()).map_err(Ending::Failed)?;
    let mut lines = Lines::of(args, &answer);
    let mut screen = Screen::take()?;
    let ended = browse(&mut view, &mut lines, &mut screen);
    screen.give_back();
    ended
}

fn browse(view: &mut View, lines: &mut Lines, screen: &mut Screen) -> Result<(), Ending> {
    let mut drawn = None;
    loop {
        let size = screen.terminal.size()?;
        if drawn != Some(size) {
            screen
                .terminal
                .draw(|frame| view.draw(frame.buffer_mut()))?;
            drawn = Some(size);
        }
        for key in screen.keys()? {
            drawn = None;
            match view.key(key) {
                Step::Stay => {}
                Step::Leave => return Ok(()),
                Step::Fetch(wanted) => {
                    let fetched = lines.fetch(&wanted);
                    view.show(wanted, fetched);
                }
            }
        }
        if signals::stopped() {
            return Ok(());
        }
    }
}

/// The terminal in raw mode, which it leaves again however this ends.
struct Screen {
    terminal: Terminal<Cells<BufWriter<Stdout>>>,
    input: Stdin,
    keys: Keys,
    before: Option<Termios>,
}

impl Screen {
    fn take() -> Result<Screen, Ending> {
        let failed = |e: io::Error| {
            Ending::Failed(format!(
                "the terminal cannot be set up for a full screen: {e}"
            ))
        };
        let input = io::stdin();
        let before = tcgetattr(&input).map_err(|e| failed(e.into()))?;
        let mut raw = before.clone();
        raw.make_raw();
        // A read ends after a tenth of a second without a key: then a new size is looked for.
        raw.special_codes[SpecialCodeIndex::VMIN] = 0;
        raw.special_codes[SpecialCodeIndex::VTIME] = 1;
        tcsetattr(&input, OptionalActions::Flush, &raw).map_err(|e| failed(e.into()))?;
        let size = || -> io::Result<(u16, u16)> {
            let size = tcgetwinsize(io::stdout())?;
            // A terminal that does not tell its size is taken for the usual one.
            Ok((
                if size.ws_col == 0 { 80 } else { size.ws_col },
                if size.ws_row == 0 { 24 } else { size.ws_row },
            ))
        };
        let mut cells = Cells::new(BufWriter::new(io::stdout()), size);
        let entered = cells.enter();
        let terminal = entered.and_then(|()| Terminal::new(cells));
        match terminal {
            Ok(terminal) => Ok(Screen {
                terminal,
                input,
                keys: Keys::default(),
                before: Some(before),
            }),
            Err(error) => {
                let _ = tcsetattr(&input, OptionalActions::Flush, &before);
                Err(failed(error))
            }
        }
    }

    /// The keys that came within a tenth of a second.
    fn keys(&mut self) -> Result<Vec<Key>, Ending> {
        let mut bytes = [0; 256];
        match self.input.lock().read(&mut bytes) {
            Ok(0) => Ok(self.keys.read(&[], true)),
            Ok(n) => Ok(self.keys.read(&bytes[..n], false)),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(Vec::new()),
            Err(error) => Err(Ending::Failed(format!(
                "the keyboard cannot be read: {error}"
            ))),
        }
    }

    fn give_back(&mut self) {
        if let Some(before) = self.before.take() {
            let _ = self.terminal.backend_mut().leave();
            let _ = io::stdout().flush();
            let _ = tcsetattr(&self.input, OptionalActions::Flush, &before);
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.give_back();
    }
}
