//! Paths -> templates: a tree of segments in which what differs from request to request becomes a variable.
//!
//! Segments that look like IDs are variables at once; others become one when many different ones stand under the same
//! prefix, when several differ in their digits only, or when the directory knows them. An ID may have letters around it
//! (`within`). Of scripts that do many things (`?action=show`) each is told apart. Memory is bounded: a full node or tree takes what is new as a variable's value.

use std::collections::{BTreeMap, BTreeSet};

use super::figures::Leaf;
use super::known::Known;
use super::shape::{Kind, is_static, kind, singular};
use super::values::Values;
use crate::format::Record;
use crate::format::target::{Target, decode, within};

/// Deeper paths are cut: what lies below is one variable.
const DEPTH: usize = 24;
/// Different words that a node keeps.
const WIDTH: usize = 1_000;
/// Nodes that a tree keeps.
const NODES: usize = 60_000;
/// Different letters around IDs, and different things that a script does, that a node keeps.
const ENDS: usize = 50;
/// Names of parameters that say what a script is to do, in small letters and digits.
const SELECTORS: [&str; 17] = [
    "action",
    "act",
    "method",
    "op",
    "oper",
    "operation",
    "operationname",
    "cmd",
    "command",
    "do",
    "func",
    "function",
    "fn",
    "task",
    "call",
    "service",
    "procedure",
];
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
    within: BTreeMap<Around, Node>,
    variable: Option<Box<Node>>,
    leaf: Option<Box<Leaf>>,
    /// By the parameter that says what a script is to do, and its value.
    selected: BTreeMap<(String, String), Leaf>,
}

/// Letters before and behind an ID.
type Around = (Box<[u8]>, Box<[u8]>);
/// A word, and the ID in it.
type Own = (Box<[u8]>, Box<[u8]>);
/// An ID with them.
type Ended = (Around, Box<[u8]>);

/// A segment of a way.
#[derive(Clone, Debug)]
enum Part {
    Word(Box<[u8]>),
    Within(Around),
    Variable,
}

/// A template that the requests of a source follow.
#[derive(Clone, Debug)]
pub struct Template {
    /// As a case writes it.
    pub path: String,
    /// Parameters that its requests carry, with their values.
    pub query: Vec<(String, String)>,
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
            } else if let Some((around, own)) = ended(&segment).filter(|_| word)
                && (node.within.contains_key(&around) || node.within.len() < ENDS)
            {
                node = node.within.entry(around).or_default();
                ids.push(own.to_vec());
            } else {
                self.nodes += usize::from(node.variable.is_none());
                node = node.variable.get_or_insert_default();
                ids.push(segment.into_owned());
            }
        }
        let ids: Vec<&[u8]> = ids.iter().map(Vec::as_slice).collect();
        let selected = match ids.is_empty() {
            true => selector(target),
            false => None,
        };
        let room =
            selected.filter(|one| node.selected.contains_key(one) || node.selected.len() < ENDS);
        let leaf = match room {
            Some(one) => node.selected.entry(one).or_default(),
            None => node.leaf.get_or_insert_default(),
        };
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
        for (around, node) in other.within {
            self.within.entry(around).or_default().absorb(node);
        }
        for (selected, leaf) in other.selected {
            self.selected.entry(selected).or_default().absorb(leaf);
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
        for (word, (around, own)) in self.ended(known) {
            if let Some(mut node) = self.words.remove(&word) {
                node.now_below(&own, above);
                self.within.entry(around).or_default().absorb(node);
            }
        }
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
        for node in self.within.values_mut() {
            node.settle(above + 1, known);
        }
        if let Some(node) = &mut self.variable {
            node.settle(above + 1, known);
        }
    }

    /// Words that are IDs with the same letters around them, as several have or the directory knows.
    fn ended(&self, known: &Known) -> Vec<(Box<[u8]>, Ended)> {
        let mut groups: BTreeMap<Around, Vec<Own>> = BTreeMap::new();
        for (word, node) in &self.words {
            let parted = ended(word).filter(|_| node.answered() && !known.names(word));
            if let Some((around, own)) = parted {
                let (around, own) = peeled((around, own), known);
                groups
                    .entry(around)
                    .or_default()
                    .push((word.clone(), own.into()));
            }
        }
        let mut found = Vec::new();
        for (around, words) in groups {
            let is_known = words.iter().any(|(_, own)| known.names(own));
            if is_known || words.len() >= ALIKE || self.within.contains_key(&around) {
                let words = words.into_iter();
                found.extend(words.map(|(word, own)| (word, (around.clone(), own))));
            }
        }
        found
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
        let own: u64 = self.leaves().map(|leaf| leaf.figures.requests).sum();
        let below: u64 = self.children().map(Node::requests).sum();
        own + below
    }

    fn answered(&self) -> bool {
        self.leaves().any(|leaf| leaf.figures.answered()) || self.children().any(Node::answered)
    }

    fn children(&self) -> impl Iterator<Item = &Node> {
        let below = self.words.values().chain(self.within.values());
        below.chain(self.variable.as_deref())
    }

    fn leaves(&self) -> impl Iterator<Item = &Leaf> {
        self.leaf
            .as_deref()
            .into_iter()
            .chain(self.selected.values())
    }

    /// The word above this node is now the value of a variable, behind `above` others.
    fn now_below(&mut self, word: &[u8], above: usize) {
        // What stands in a path that names an ID is no script's.
        for (_, leaf) in std::mem::take(&mut self.selected) {
            self.leaf.get_or_insert_default().absorb(leaf);
        }
        if let Some(leaf) = &mut self.leaf {
            let mut values = Values::default();
            values.count(word, leaf.figures.requests);
            leaf.ids.insert(above.min(leaf.ids.len()), values);
            leaf.figures.with_id = leaf.figures.requests;
        }
        let below = self.words.values_mut().chain(self.within.values_mut());
        for node in below.chain(self.variable.as_deref_mut()) {
            node.now_below(word, above);
        }
    }

    fn collect(&self, way: &mut Vec<Part>, found: &mut Vec<Template>) {
        let mut own = self.leaf.as_deref().cloned();
        let several = self.selected.len() > 1;
        for ((name, value), leaf) in &self.selected {
            match several {
                true => {
                    let query = vec![(name.clone(), value.clone())];
                    found.push(template(way, leaf.clone(), query));
                }
                false => own.get_or_insert_default().absorb(leaf.clone()),
            }
        }
        if let Some(leaf) = own {
            found.push(template(way, leaf, Vec::new()));
        }
        let words = self
            .words
            .iter()
            .map(|(word, node)| (Part::Word(word.clone()), node));
        let within = self.within.iter();
        let within = within.map(|(around, node)| (Part::Within(around.clone()), node));
        let variable = self.variable.as_deref().map(|node| (Part::Variable, node));
        for (part, node) in words.chain(within).chain(variable) {
            way.push(part);
            node.collect(way, found);
            way.pop();
        }
    }
}

/// Puts a way through the tree into a case's words.
fn template(way: &[Part], leaf: Leaf, query: Vec<(String, String)>) -> Template {
    let mut path = String::new();
    let mut names: Vec<String> = Vec::new();
    let mut before = String::new();
    for part in way {
        path.push('/');
        match part {
            Part::Word(word) => {
                path.push_str(&spelled(word));
                before = String::from_utf8_lossy(word).into_owned();
            }
            Part::Within((ahead, behind)) => {
                let letters = |b: &&u8| b.is_ascii_alphanumeric() || **b == b'_';
                let word: Vec<u8> = ahead.iter().take_while(letters).copied().collect();
                let called = match word.is_empty() {
                    true => before.clone(),
                    false => String::from_utf8_lossy(&word).into_owned(),
                };
                let name = free(&name_after(&called), &names);
                path.push_str(&format!("{}{{{name}}}{}", spelled(ahead), spelled(behind)));
                names.push(name);
            }
            Part::Variable => {
                let name = free(&name_after(&before), &names);
                path.push_str(&format!("{{{name}}}"));
                names.push(name);
            }
        }
    }
    if path.is_empty() {
        path.push('/');
    }
    Template {
        path,
        query,
        names,
        leaf,
    }
}

/// An ID with the letters around it; of files that are the same for everybody only such as nobody would name by hand.
fn ended(word: &[u8]) -> Option<(Around, &[u8])> {
    let (before, own, behind) = within(word)?;
    let by_hand = is_static(word) && kind(own) == Kind::Word;
    (!by_hand).then(|| ((before.into(), behind.into()), own))
}

/// An ID of which the directory knows what stands behind a word and a sign: `book-700`.
fn peeled<'w>((around, own): (Around, &'w [u8]), known: &Known) -> (Around, &'w [u8]) {
    let sign = |b: &u8| matches!(b, b'-' | b'_');
    let at = own.iter().position(sign).filter(|_| !known.names(own));
    match at.map(|at| own.split_at(at + 1)) {
        Some((word, rest)) if known.names(rest) => {
            let before = [&around.0, word].concat();
            ((before.into(), around.1), rest)
        }
        _ => (around, own),
    }
}

/// The parameter that says what a script is to do, and what that is.
fn selector(target: &Target<'_>) -> Option<(String, String)> {
    target.parameters().find_map(|(name, value)| {
        let plain = name.iter().filter(|b| b.is_ascii_alphanumeric());
        let plain: Vec<u8> = plain.map(u8::to_ascii_lowercase).collect();
        let is_one = SELECTORS.iter().any(|one| one.as_bytes() == plain);
        let word = kind(&value) == Kind::Word && (1..=60).contains(&value.len());
        let named = value
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || b"_-./:".contains(b));
        let both = String::from_utf8(name.into_owned()).ok()?;
        let value = String::from_utf8(value.into_owned()).ok()?;
        (is_one && word && named).then_some((both, value))
    })
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
