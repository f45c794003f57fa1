//! Archives made byte by byte, by nothing that the program reads them with.

use super::*;

/// Names and contents.
pub type Files<'a> = Vec<(&'a str, &'a [u8])>;

fn field(header: &mut [u8], at: usize, text: &str) {
    header[at..at + text.len()].copy_from_slice(text.as_bytes());
}

/// A tar entry as POSIX has it.
pub fn entry(kind: u8, name: &str, content: &[u8]) -> Vec<u8> {
    let mut header = vec![0; 512];
    field(&mut header, 0, name);
    field(&mut header, 100, "0000644\0");
    field(&mut header, 124, &format!("{:011o}\0", content.len()));
    field(&mut header, 148, "        ");
    header[156] = kind;
    field(&mut header, 257, "ustar\x0000");
    let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
    field(&mut header, 148, &format!("{sum:06o}\0 "));
    header.extend_from_slice(content);
    header.resize(header.len().next_multiple_of(512), 0);
    header
}

pub fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut all: Vec<u8> = files
        .iter()
        .flat_map(|(name, content)| entry(b'0', name, content))
        .collect();
    all.resize(all.len() + 1024, 0);
    all
}

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).expect("packing in memory");
    packer.finish().expect("packing in memory")
}

/// How a zip is written.
#[derive(Clone, Copy)]
pub struct Zip {
    pub method: u16,
    /// Lengths stand behind each member, as a writer to a pipe leaves them.
    pub behind: bool,
    pub flags: u16,
    pub table: bool,
}

pub const ZIP: Zip = Zip {
    method: 8,
    behind: false,
    flags: 0,
    table: true,
};

pub fn zip(how: Zip, files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut out, mut table) = (Vec::new(), Vec::new());
    for (name, content) in files {
        let packed = match how.method {
            8 => deflate(content),
            12 => bz2(content),
            93 => zst(content),
            95 => xz(content),
            _ => content.to_vec(),
        };
        let sizes = [crc(content), packed.len() as u32, content.len() as u32];
        let told = if how.behind { [0; 3] } else { sizes };
        let flags = how.flags | if how.behind { 8 } else { 0 };
        let fixed = |told: [u32; 3]| {
            let mut head: Vec<u8> = [20, flags, how.method, 0, 0]
                .iter()
                .flat_map(|n: &u16| n.to_le_bytes())
                .collect();
            head.extend(told.iter().flat_map(|n| n.to_le_bytes()));
            head.extend((name.len() as u16).to_le_bytes());
            head.extend([0, 0]);
            head
        };
        let at = out.len() as u32;
        out.extend(b"PK\x03\x04");
        out.extend(fixed(told));
        out.extend(name.as_bytes());
        out.extend(&packed);
        if how.behind {
            out.extend(b"PK\x07\x08");
            out.extend(sizes.iter().flat_map(|n| n.to_le_bytes()));
        }
        table.extend(b"PK\x01\x02\x14\x00");
        table.extend(fixed(sizes));
        table.extend([0; 10]);
        table.extend(at.to_le_bytes());
        table.extend(name.as_bytes());
    }
    if how.table {
        let (at, size, count) = (out.len() as u32, table.len() as u32, files.len() as u16);
        out.extend(table);
        out.extend(b"PK\x05\x06\0\0\0\0");
        out.extend([count.to_le_bytes(), count.to_le_bytes()].concat());
        out.extend([size.to_le_bytes(), at.to_le_bytes()].concat());
        out.extend([0, 0]);
    }
    out
}
