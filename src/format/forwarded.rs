//! Whose word on a client's address is taken: trusted proxies, `X-Forwarded-For` and `Forwarded`.
//!
//! The rule: the peer that the log names counts, unless it is a proxy that the case trusts. Then the
//! list is walked from its right end, where the nearest proxy wrote what it saw, past every trusted
//! one; the first that is not trusted is the client, for what stands before it is its own word. Are
//! all trusted, the leftmost counts. What is no address ends the walk at the last one that was.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv6Addr};

use super::Record;
use super::client;

/// Networks that the case names: of proxies that it trusts, of clients that it excludes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxies {
    /// Address and mask; IPv4 as mapped into IPv6, so that both spellings of an address are one.
    networks: Vec<(u128, u128)>,
}

impl Proxies {
    /// Trusts one network more: an address, or one with the length of its prefix.
    ///
    /// # Errors
    /// What is wrong with it, as the end of a sentence.
    pub fn trust(&mut self, network: &str) -> Result<(), String> {
        let (address, length) = match network.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (network, None),
        };
        let Ok(parsed) = address.parse::<IpAddr>() else {
            return Err(format!("`{address}` is no IP address"));
        };
        let (bits, longest) = (number(parsed), if parsed.is_ipv4() { 32 } else { 128 });
        let length = match length {
            None => longest,
            Some(digits) => match digits.parse::<u32>() {
                Ok(length) if length <= longest => length,
                _ => {
                    return Err(format!(
                        "`/{digits}` is no length of a prefix from 0 to {longest}"
                    ));
                }
            },
        };
        // All of IPv6 is a shift by the whole width, which is no shift to the processor.
        let mask = u128::MAX.checked_shl(longest - length).unwrap_or(0);
        if bits & !mask != 0 {
            return Err(format!(
                "`{address}` lies within a network of prefix /{length} and is not its first address"
            ));
        }
        self.networks.push((bits, mask));
        Ok(())
    }

    /// Puts the address in the record that the trusted proxies vouch for.
    pub(super) fn resolve(&self, record: &mut Record<'_>) {
        let peer = match &record.client {
            // The column of the client holds the list, and the peer that sent it is not logged.
            _ if record.client_is_list => None,
            Some(peer) if !address(peer).is_some_and(|peer| self.trusts(peer)) => return,
            peer => peer.clone().map(|peer| (peer, record.client_port)),
        };
        let Some(list) = &record.forwarded else {
            return;
        };
        let mut client = peer;
        for entry in list.rsplit(|&b| b == b',') {
            let Some((name, port)) = hop(entry) else {
                break;
            };
            let trusted = address(name).is_some_and(|hop| self.trusts(hop));
            client = Some((Cow::Owned(client::canonical(name).into_owned()), port));
            if !trusted {
                break;
            }
        }
        if let Some((client, port)) = client {
            record.client = Some(client);
            record.client_port = port;
        }
    }

    /// Whether an address as a log writes it is one of these, in whatever spelling.
    pub fn hold(&self, client: &[u8]) -> bool {
        address(client).is_some_and(|address| self.trusts(address))
    }

    fn trusts(&self, address: u128) -> bool {
        let within = |(network, mask): &(u128, u128)| address & mask == *network;
        self.networks.iter().any(within)
    }
}

/// Whether nobody outside of a site has this address: it can only be a hop.
pub fn is_private(text: &[u8]) -> bool {
    let Some(address) = parse(text) else {
        return false;
    };
    match address.to_ipv4_mapped() {
        Some(v4) => {
            let [a, b, ..] = v4.octets();
            v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || (a == 100 && (64..128).contains(&b))
        }
        None => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
    }
}

/// An entry of a list: an address, or an element of `Forwarded` with `for=` in it. Nothing for what
/// names no address (`unknown`, `_hidden`, `-`).
fn hop(entry: &[u8]) -> Option<(&[u8], Option<u16>)> {
    let named = entry.split(|&b| b == b';').map(<[u8]>::trim_ascii);
    let mut by_name = named.filter_map(|pair| {
        let (name, value) = pair.split_at_checked(4)?;
        name.eq_ignore_ascii_case(b"for=").then_some(value)
    });
    let mut text = by_name.next().unwrap_or(entry);
    // The quotes of one entry, or what is left of those around the whole list.
    while let [b'"' | b'\\' | b' ' | b'\t', inner @ ..]
    | [inner @ .., b'"' | b'\\' | b' ' | b'\t'] = text
    {
        text = inner;
    }
    let (host, port) = client::split_port(text);
    parse(host).map(|_| (host, port))
}

fn address(text: &[u8]) -> Option<u128> {
    parse(text).map(|address| u128::from_be_bytes(address.octets()))
}

/// The address in IPv6, without its zone.
fn parse(text: &[u8]) -> Option<Ipv6Addr> {
    let plain = memchr::memchr(b'%', text).map_or(text, |zone| &text[..zone]);
    let address: IpAddr = std::str::from_utf8(plain).ok()?.parse().ok()?;
    Some(Ipv6Addr::from(number(address)))
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u128::from(v4.to_ipv6_mapped()),
        IpAddr::V6(v6) => u128::from(v6),
    }
}
