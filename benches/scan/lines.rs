//! A request as a line of a log: combined, JSON or W3C; and lines that came to harm.
//!
//! Writers only, from the formats' own descriptions: nothing of the program's parsers is used.

use std::io::Write;

use super::world::{Dice, Request};

/// How lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// nginx and Apache `combined`.
    Combined,
    /// A JSON object on each line.
    Json,
    /// W3C extended, as IIS writes it.
    W3c,
}

const AGENTS: [&str; 8] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    "SchoolApp/6.1.0 (Android 16; Pixel 9)",
    "SchoolApp/6.1.0 (iOS 26.1; iPhone17,1)",
    "SchoolApp/6.0.4 (iPadOS 26.0; iPad14,3)",
    "okhttp/5.1.0",
];

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Writes lines behind one another.
pub struct Pen {
    form: Form,
    out: Vec<u8>,
    /// The day that `date` is for.
    day: u64,
    date: (i64, u64, u64),
}

impl Pen {
    pub fn new(form: Form) -> Pen {
        let mut out = Vec::with_capacity(2 << 20);
        if form == Form::W3c {
            out.extend_from_slice(
                b"#Software: Microsoft Internet Information Services 10.0\r\n#Version: 1.0\r\n#Fields: date time \
                  cs-method cs-uri-stem cs-uri-query cs-username c-ip cs(User-Agent) sc-status sc-bytes time-taken\r\n",
            );
        }
        Pen {
            form,
            out,
            day: u64::MAX,
            date: (0, 0, 0),
        }
    }

    pub fn bytes(&mut self) -> &mut Vec<u8> {
        &mut self.out
    }

    pub fn write(&mut self, request: &Request) {
        if self.day != request.at / 86_400 {
            self.day = request.at / 86_400;
            self.date = civil(self.day);
        }
        let written = match self.form {
            Form::Combined => self.combined(request),
            Form::Json => self.json(request),
            Form::W3c => self.w3c(request),
        };
        written.expect("memory takes everything");
    }

    fn combined(&mut self, r: &Request) -> std::io::Result<()> {
        let (out, (year, month, day)) = (&mut self.out, self.date);
        let month = MONTHS[month as usize - 1];
        let (h, m, s) = clock(r.at);
        let [a, b, c, d] = r.client;
        write!(out, "{a}.{b}.{c}.{d} - ")?;
        match r.account {
            Some(account) => write!(out, "u{account:07}")?,
            None => out.push(b'-'),
        }
        write!(
            out,
            " [{day:02}/{month}/{year}:{h:02}:{m:02}:{s:02} +0000] \""
        )?;
        write!(out, "{} {}", r.method, r.path)?;
        if !r.query.is_empty() {
            write!(out, "?{}", r.query)?;
        }
        write!(out, " HTTP/1.1\" {} {} ", r.status, r.bytes)?;
        match r.agent % 8 {
            0..4 => write!(out, "\"https://t{:02}.example.org/start\"", r.tenant)?,
            _ => out.extend_from_slice(b"\"-\""),
        }
        writeln!(out, " \"{}\"", AGENTS[r.agent % 8])
    }

    fn json(&mut self, r: &Request) -> std::io::Result<()> {
        let (out, (year, month, day)) = (&mut self.out, self.date);
        let (h, m, s) = clock(r.at);
        let [a, b, c, d] = r.client;
        write!(
            out,
            "{{\"time\":\"{year}-{month:02}-{day:02}T{h:02}:{m:02}:{s:02}+00:00\",\"remote_addr\":\"{a}.{b}.{c}.{d}\",\
             \"account\":\""
        )?;
        if let Some(account) = r.account {
            write!(out, "u{account:07}")?;
        }
        write!(
            out,
            "\",\"host\":\"t{:02}.example.org\",\"method\":\"{}\",\"uri\":\"{}",
            r.tenant, r.method, r.path
        )?;
        if !r.query.is_empty() {
            write!(out, "?{}", r.query)?;
        }
        writeln!(
            out,
            "\",\"protocol\":\"HTTP/2.0\",\"status\":{},\"bytes_sent\":{},\"request_time\":0.{:03},\
             \"user_agent\":\"{}\",\"request_id\":\"{:024x}\"}}",
            r.status,
            r.bytes,
            r.millis,
            AGENTS[r.agent % 8],
            r.number
        )
    }

    fn w3c(&mut self, r: &Request) -> std::io::Result<()> {
        let (out, (year, month, day)) = (&mut self.out, self.date);
        let (h, m, s) = clock(r.at);
        let [a, b, c, d] = r.client;
        let query = if r.query.is_empty() { "-" } else { &r.query };
        write!(
            out,
            "{year}-{month:02}-{day:02} {h:02}:{m:02}:{s:02} {} {} {query} ",
            r.method, r.path
        )?;
        match r.account {
            Some(account) => write!(out, "u{account:07}")?,
            None => out.push(b'-'),
        }
        write!(out, " {a}.{b}.{c}.{d} ")?;
        let agent = AGENTS[r.agent % 8].bytes();
        out.extend(agent.map(|byte| if byte == b' ' { b'+' } else { byte }));
        write!(out, " {} {} {}\r\n", r.status, r.bytes + 350, r.millis)
    }

    /// Harms the line that begins at `from`: cut, overwritten, torn into the next, or zeros.
    pub fn harm(&mut self, from: usize, dice: &mut Dice) {
        let length = self.out.len() - from;
        match dice.below(4) {
            0 => {
                let keep = 1 + dice.below(length as u64 - 1) as usize;
                self.out.truncate(from + keep);
                self.out.push(b'\n');
            }
            1 => {
                let place = from + dice.below(length as u64 / 2) as usize;
                self.out[place..place + 12].fill(0xC3);
            }
            2 => {
                self.out.pop();
            }
            _ => self.out[from..from + length - 1].fill(0),
        }
    }
}

fn clock(at: u64) -> (u64, u64, u64) {
    (at / 3_600 % 24, at / 60 % 60, at % 60)
}

/// Year, month and day of a day since 1970.
fn civil(day: u64) -> (i64, u64, u64) {
    use chrono::Datelike;
    let date = chrono::DateTime::from_timestamp(day as i64 * 86_400, 0).expect("a day of this age");
    (date.year().into(), date.month().into(), date.day().into())
}
