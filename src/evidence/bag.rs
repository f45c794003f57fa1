//! A bag of evidence (BagIt 1.0, RFC 8493): files as a payload with their digests, and what a reader must know of them.
//!
//! Makes bytes only; where they are written is the command's. Nothing in it comes from the clock.

use std::fmt::Write as _;

use super::sha256;

/// A bag being filled.
#[derive(Debug, Default)]
pub struct Bag {
    payload: Vec<(String, Vec<u8>)>,
}

impl Bag {
    /// Puts a file into the payload; `path` is relative to `data/`, with `/` between its parts.
    pub fn put(&mut self, path: &str, bytes: Vec<u8>) {
        self.payload.push((format!("data/{path}"), bytes));
    }

    /// All files of the bag by their paths; `info` are the lines of `bag-info.txt`, label and value.
    pub fn files(mut self, info: &[(&str, String)]) -> Vec<(String, Vec<u8>)> {
        self.payload.sort();
        let octets: usize = self.payload.iter().map(|(_, bytes)| bytes.len()).sum();
        let mut told = String::new();
        for (label, value) in info {
            let _ = writeln!(told, "{label}: {}", one_line(value));
        }
        let _ = writeln!(told, "Payload-Oxum: {octets}.{}", self.payload.len());
        let tags = vec![
            ("bag-info.txt".to_owned(), told.into_bytes()),
            (
                "bagit.txt".to_owned(),
                b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n".to_vec(),
            ),
            ("manifest-sha256.txt".to_owned(), manifest(&self.payload)),
        ];
        let of_tags = ("tagmanifest-sha256.txt".to_owned(), manifest(&tags));
        let mut files = self.payload;
        files.extend(tags);
        files.push(of_tags);
        files
    }
}

/// Digests and paths, a line each; what would end the line is percent-encoded, as the RFC says.
fn manifest(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut out = String::new();
    for (path, bytes) in files {
        let path = path
            .replace('%', "%25")
            .replace('\n', "%0A")
            .replace('\r', "%0D");
        let _ = writeln!(out, "{}  {path}", sha256(bytes));
    }
    out.into_bytes()
}

/// A value on one line.
fn one_line(value: &str) -> String {
    value
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}
