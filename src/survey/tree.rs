//! Paths -> templates: a tree of segments in which what differs from request to request becomes a variable.
//!
//! Segments that look like IDs are variables at once; others become one when many different ones stand under the same
//! prefix, when several differ in their digits only, or when the directory knows them. Memory is bounded: a full node or tree takes what is new as a variable's value.

use std::collections::{BTreeMap, BTreeSet};

use super::figures::Leaf;
use super::known::Known;
use super::shape::{Kind, kind, singular};
use super::values::Values;
use crate::format::Record;
use crate::format::target::{Target, decode};

/// Deeper paths are cut: what lies below is one variable.
const DEPTH: usize = 24;
/// Different words that a node keeps.
const WIDTH: usize = 1_000;
/// Nodes that a tree keeps.
const NODES: usize = 60_000;
/// Different words under one prefix from which they may be values.
const MANY: usize = 20;
/// The same, of words that differ in their digits only. A few of these may be versions of a program.
const ALIKE: usize = 4;

/// The paths of a source.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    root: Node,
    nodes: usize,
}

#[derive(Clone, Debug, Default)]
struct Node {
    words: BTreeMap<Box<[u8]>, Node>,
    variable: Option<Box<Node>>,
    leaf: Option<Box<Leaf>>,
}

/// A template that the requests of a source follow.
#[derive(Clone, Debug)]
pub struct Template {
    /// As a case writes it.
    pub path: String,
    /// Names of its variables, in order.
    pub names: Vec<String>,
    /// Its requests.
    pub leaf: Leaf,
}

impl Tree {
    /// Counts a request.
    pub fn count(&mut self, record: &Record<'_>, target: &Target<'_>) {
        let mut ids: Vec<Vec<u8>> = Vec::new();
        let mut node = &mut self.root;
        for segment in target.segments().take(DEPTH) {
            let segment = decode(segment);
            let word = kind(&segment) == Kind::Word && segment.len() <= 200;
            let known = word && node.words.contains_key(&*segment);
            let room = node.words.len() < WIDTH && self.nodes < NODES;
            if word && (known || room) {
                self.nodes += usize::from(!known);
                node = node.words.entry(segment.as_ref().into()).or_default();
            } else {
                self.nodes += usize::from(node.variable.is_none());
                node = node.variable.get_or_insert_default();
                ids.push(segment.into_owned());
            }
        }
        let ids: Vec<&[u8]> = ids.iter().map(Vec::as_slice).collect();
        let leaf = node.leaf.get_or_insert_default();
        leaf.count(record, target, &ids);
        leaf.figures.with_id += u64::from(!ids.is_empty());
    }

    /// Takes another tree in.
    pub fn absorb(&mut self, other: Tree) {
        self.nodes += other.nodes;
        self.root.absorb(other.root);
    }

    /// The templates, by path; `known`: what the directory knows by name.
    pub fn templates(mut self, known: &Known) -> Vec<Template> {
        self.root.settle(0, known);
        let mut found = Vec::new();
        self.root.collect(&mut Vec::new(), &mut found);
        found.sort_by(|a, b| a.path.cmp(&b.path));
        found
    }
}

impl Node {
    fn absorb(&mut self, other: Node) {
        for (word, node) in other.words {
            self.words.entry(word).or_default().absorb(node);
        }
        if let Some(node) = other.variable {
            self.variable.get_or_insert_default().absorb(*node);
        }
        if let Some(leaf) = other.leaf {
            self.leaf.get_or_insert_default().absorb(*leaf);
        }
    }

    /// Turns words that are values into a variable, from here down; `above` = variables above.
    fn settle(&mut self, above: usize, known: &Known) {
        for word in self.values(known) {
            let Some(mut node) = self.words.remove(&word) else {
                continue;
            };
            node.now_below(&word, above);
            self.variable.get_or_insert_default().absorb(node);
        }
        for node in self.words.values_mut() {
            node.settle(above, known);
        }
        if let Some(node) = &mut self.variable {
            node.settle(above + 1, known);
        }
    }

    /// Words that are values.
    fn values(&self, known: &Known) -> BTreeSet<Box<[u8]>> {
        let mut values: BTreeSet<Box<[u8]>> = self.many().into_iter().collect();
        let named: Vec<&Box<[u8]>> = self.words.keys().filter(|w| known.names(w)).collect();
        // One alone may be a word of the platform that somebody's ID happens to be.
        let sure = named.len() > 1 || named.iter().any(|w| w.iter().any(u8::is_ascii_digit));
        values.extend(named.into_iter().filter(|_| sure).cloned());
        let mut looks: BTreeMap<Vec<u8>, Vec<&Box<[u8]>>> = BTreeMap::new();
        for (word, node) in &self.words {
            if let Some(look) = look(word).filter(|_| node.answered()) {
                looks.entry(look).or_default().push(word);
            }
        }
        let alike = looks.into_values().filter(|words| words.len() >= ALIKE);
        values.extend(alike.flatten().cloned());
        values
    }

    /// Many different words, none of them asked for often.
    fn many(&self) -> Vec<Box<[u8]>> {
        let sums: Vec<(&Box<[u8]>, u64, bool)> = self
            .words
            .iter()
            .map(|(word, node)| (word, node.requests(), node.answered()))
            .collect();
        let total: u64 = sums.iter().map(|(_, n, _)| n).sum();
        let heavy = |n: u64| n > 50 && n * 10 > total;
        let light: Vec<_> = sums.iter().filter(|(_, n, _)| !heavy(*n)).collect();
        let answered: Vec<_> = light.iter().filter(|(_, _, yes)| *yes).collect();
        let asked: u64 = answered.iter().map(|(_, n, _)| n).sum();
        let many = answered.len() >= MANY && answered.len() as u64 * 20 >= asked;
        // What stands beside many values of one look, and is as seldom, is a value that looks otherwise.
        match many {
            true => light.iter().map(|(word, ..)| (*word).clone()).collect(),
            false => Vec::new(),
        }
    }

    fn requests(&self) -> u64 {
        let own = self.leaf.as_ref().map_or(0, |leaf| leaf.figures.requests);
        let below: u64 = self.children().map(Node::requests).sum();
        own + below
    }

    fn answered(&self) -> bool {
        self.leaf
            .as_ref()
            .is_some_and(|leaf| leaf.figures.answered())
            || self.children().any(Node::answered)
    }

    fn children(&self) -> impl Iterator<Item = &Node> {
        self.words.values().chain(self.variable.as_deref())
    }

    /// The word above this node is now the value of a variable, behind `above` others.
    fn now_below(&mut self, word: &[u8], above: usize) {
        if let Some(leaf) = &mut self.leaf {
            let mut values = Values::default();
            values.count(word, leaf.figures.requests);
            leaf.ids.insert(above.min(leaf.ids.len()), values);
            leaf.figures.with_id = leaf.figures.requests;
        }
        for node in self.words.values_mut().chain(self.variable.as_deref_mut()) {
            node.now_below(word, above);
        }
    }

    fn collect(&self, way: &mut Vec<Option<Box<[u8]>>>, found: &mut Vec<Template>) {
        if let Some(leaf) = &self.leaf {
            found.push(template(way, (**leaf).clone()));
        }
        for (word, node) in &self.words {
            way.push(Some(word.clone()));
            node.collect(way, found);
            way.pop();
        }
        if let Some(node) = &self.variable {
            way.push(None);
            node.collect(way, found);
            way.pop();
        }
    }
}

/// Puts a way through the tree into a case's words; `None` = a variable.
fn template(way: &[Option<Box<[u8]>>], leaf: Leaf) -> Template {
    let mut path = String::new();
    let mut names: Vec<String> = Vec::new();
    let mut before = String::new();
    for part in way {
        path.push('/');
        match part {
            Some(word) => {
                path.push_str(&spelled(word));
                before = String::from_utf8_lossy(word).into_owned();
            }
            None => {
                let name = free(&name_after(&before), &names);
                path.push_str(&format!("{{{name}}}"));
                names.push(name);
            }
        }
    }
    if path.is_empty() {
        path.push('/');
    }
    Template { path, names, leaf }
}

/// What a word with digits looks like where they are taken for the same; nothing for a version and a file's name.
fn look(word: &[u8]) -> Option<Vec<u8>> {
    let mut look: Vec<u8> = word
        .iter()
        .map(|b| if b.is_ascii_digit() { b'0' } else { *b })
        .collect();
    look.dedup_by(|a, b| *a == b'0' && *b == b'0');
    let version = look.eq_ignore_ascii_case(b"v0");
    (look.contains(&b'0') && !look.contains(&b'.') && !version).then_some(look)
}

/// A variable is called after the word before it, in the singular.
fn name_after(word: &str) -> String {
    let plain: String = singular(word)
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { '_' })
        .collect();
    match plain.trim_matches('_') {
        "" => "id".to_owned(),
        name => name.to_owned(),
    }
}

fn free(name: &str, taken: &[String]) -> String {
    let is_free = |name: &String| !taken.contains(name);
    let numbered = (2..).map(|n| format!("{name}_{n}"));
    std::iter::once(name.to_owned())
        .chain(numbered)
        .find(is_free)
        .unwrap_or_default()
}

/// A literal segment as a template may hold it: escaped where a template gives a byte another meaning.
fn spelled(word: &[u8]) -> String {
    let mut out = String::new();
    for chunk in word.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '{' | '}' | '?' | '#' | ';' | '%' | '/' => {
                    out.push_str(&format!("%{:02X}", c as u32))
                }
                c if c.is_whitespace() || c.is_control() => {
                    let mut buffer = [0; 4];
                    for byte in c.encode_utf8(&mut buffer).bytes() {
                        out.push_str(&format!("%{byte:02X}"));
                    }
                }
                c => out.push(c),
            }
        }
        for byte in chunk.invalid() {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
