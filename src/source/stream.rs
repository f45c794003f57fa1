//! Windows of whole lines out of a layer that gives bytes in order.

use std::io;

use memchr::{memchr, memrchr};
use sha2::{Digest, Sha256};

use super::layer::{Notes, Peek};
use super::window::Window;
use super::{LINE_CAP, LINE_HEAD};

/// Bytes in order, cut into windows.
pub(super) struct Stream {
    input: Peek,
    /// Offset of the first byte that no window holds yet.
    offset: u64,
    /// Bytes read but not yet given.
    carry: Vec<u8>,
    ended: bool,
    hash: Option<Sha256>,
}

impl Stream {
    /// `input` stands at `offset` of the content; `hashed` keeps a SHA-256 of what is read from it.
    pub(super) fn new(input: Peek, offset: u64, hashed: bool) -> Stream {
        let hash = hashed.then(Sha256::new);
        Stream {
            input,
            offset,
            carry: Vec::new(),
            ended: false,
            hash,
        }
    }

    /// The next window of about `aim` bytes, which is at least 1 and at most [`LINE_CAP`].
    pub(super) fn next(&mut self, aim: usize) -> io::Result<Option<Window>> {
        let mut buffer = std::mem::take(&mut self.carry);
        let mut goal = aim;
        let mut searched = 0;
        let cut = loop {
            self.fill(&mut buffer, goal)?;
            match memrchr(b'\n', &buffer[searched..]) {
                Some(at) if !self.ended => break searched + at + 1,
                None if buffer.len() > LINE_CAP && buffer[0] == 0 => {
                    buffer = self.behind_zeros(buffer)?;
                    (searched, goal) = (0, aim.max(buffer.len()));
                    continue;
                }
                None if buffer.len() > LINE_CAP => return self.overlong(buffer).map(Some),
                _ if self.ended => break buffer.len(),
                _ => {}
            }
            searched = buffer.len();
            goal = (goal * 2).min(LINE_CAP + 1);
        };
        if cut == 0 {
            return Ok(None);
        }
        self.carry = buffer[cut..].to_vec();
        buffer.truncate(cut);
        let window = Window::owned(self.offset, buffer);
        self.offset += window.span();
        Ok(Some(window))
    }

    /// Passes over content up to `offset`, or to the end where that comes first.
    pub(super) fn pass(&mut self, offset: u64) -> io::Result<()> {
        let mut scratch = vec![0; 256 << 10];
        while self.offset < offset {
            let most = (offset - self.offset).min(scratch.len() as u64) as usize;
            match self.read(&mut scratch[..most])? {
                0 => break,
                got => self.offset += got as u64,
            }
        }
        Ok(())
    }

    /// Offset of the first byte that no window holds yet.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    pub(super) fn consumed(&self) -> u64 {
        self.input.consumed()
    }

    /// What the layers know, and the content's SHA-256 in hex where it was asked for.
    pub(super) fn tell(self) -> (Notes, Option<String>) {
        let mut notes = Notes::default();
        self.input.tell(&mut notes);
        (
            notes,
            self.hash.map(|hash| format!("{:x}", hash.finalize())),
        )
    }

    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let got = self.input.read(into)?;
        self.ended |= got == 0;
        if let Some(hash) = &mut self.hash {
            hash.update(&into[..got]);
        }
        Ok(got)
    }

    fn fill(&mut self, buffer: &mut Vec<u8>, goal: usize) -> io::Result<()> {
        let mut filled = buffer.len();
        if filled < goal {
            // Zeroed memory fresh from the system costs nothing until it is written to.
            let mut wider = vec![0; goal];
            wider[..filled].copy_from_slice(buffer);
            *buffer = wider;
        }
        while filled < goal && !self.ended {
            filled += self.read(&mut buffer[filled..])?;
        }
        buffer.truncate(filled);
        Ok(())
    }

    /// `head` begins a line that would be too long only because of what a crash left before it: passes over
    /// the zeros, up to the last one where nothing but zeros follows.
    fn behind_zeros(&mut self, mut head: Vec<u8>) -> io::Result<Vec<u8>> {
        loop {
            let zeros = head.iter().take_while(|byte| **byte == 0).count();
            self.offset += zeros as u64;
            if zeros < head.len() {
                head.drain(..zeros);
                return Ok(head);
            }
            head.resize(256 << 10, 0);
            let got = self.read(&mut head)?;
            head.truncate(got);
            if got == 0 {
                self.offset -= 1;
                return Ok(vec![0]);
            }
        }
    }

    /// `head` begins a line that is too long to be held: keeps its beginning and finds its end.
    fn overlong(&mut self, mut head: Vec<u8>) -> io::Result<Window> {
        let mut length = head.len() as u64;
        let mut line_end = 0;
        head.truncate(LINE_HEAD);
        head.shrink_to_fit();
        let mut block = vec![0; 256 << 10];
        while !self.ended {
            let got = self.read(&mut block)?;
            if let Some(at) = memchr(b'\n', &block[..got]) {
                length += at as u64;
                line_end = 1;
                self.carry = block[at + 1..got].to_vec();
                break;
            }
            length += got as u64;
        }
        let window = Window::overlong(self.offset, head, length, length + line_end);
        self.offset += window.span();
        Ok(window)
    }
}

#[cfg(test)]
mod tests {
    use super::super::layer::Layer;
    use super::*;

    /// Gives some lines, then fails as a disk does.
    struct Failing(usize);

    impl Layer for Failing {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            if self.0 == 0 {
                return Err(io::Error::other("at byte 40: disk"));
            }
            self.0 -= 1;
            into[..4].copy_from_slice(b"abc\n");
            Ok(4)
        }

        fn tell(&self, _: &mut Notes) {}

        fn consumed(&self) -> u64 {
            0
        }
    }

    #[test]
    fn a_read_error_is_no_end_of_file() {
        let mut stream = Stream::new(Peek::new(Box::new(Failing(10))), 0, true);
        let first = stream.next(8).expect("good lines").expect("a window");
        assert_eq!(first.bytes(), b"abc\nabc\n");
        let mut given = first.span();
        let error = loop {
            match stream.next(8) {
                Ok(Some(window)) => given += window.span(),
                Ok(None) => panic!("a failed read was taken for the end"),
                Err(error) => break error,
            }
        };
        assert_eq!(
            (given, error.to_string().as_str()),
            (40, "at byte 40: disk")
        );
    }
}
