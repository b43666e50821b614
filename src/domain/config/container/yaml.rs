//! A file in YAML as a tree in which every value knows its line. Anchors are followed, merge keys (`<<`) are left to who reads
//! the tree. Size, depth and the number of values are bounded.

use std::collections::HashMap;
use std::rc::Rc;

use saphyr_parser::{Event, Parser, ScalarStyle};
use zeroize::Zeroizing;

/// Longer files are none that a person wrote, in bytes.
const LONGEST: usize = 1 << 20;
/// How deep values may lie in each other.
const DEEPEST: usize = 64;
/// How many values there may be.
const MOST: usize = 50_000;

/// A value, and where it stands.
pub(super) struct Node {
    /// The line that it begins in, counted from 1.
    pub line: u64,
    /// The application's own tag on it, without the `!`: `reset`, `override`.
    pub tag: Option<String>,
    /// What it is.
    pub value: NodeValue,
    /// How many values lie in each other below it. With aliases that may be more than the text shows.
    depth: usize,
}

/// What a value is.
pub(super) enum NodeValue {
    /// Nothing, or `null` without quotes.
    Nothing,
    /// Text, a number, a truth value: as it is written.
    Text(Zeroizing<String>),
    /// Values in order.
    List(Vec<Rc<Node>>),
    /// Names with their values, in order.
    Map(Vec<(Zeroizing<String>, Rc<Node>)>),
}

impl Node {
    fn new(line: u64, tag: Option<String>, value: NodeValue) -> Rc<Self> {
        let below = match &value {
            NodeValue::Nothing | NodeValue::Text(_) => None,
            NodeValue::List(items) => items.iter().map(|node| node.depth).max(),
            NodeValue::Map(pairs) => pairs.iter().map(|(_, node)| node.depth).max(),
        };
        Rc::new(Self {
            line,
            tag,
            value,
            depth: below.map_or(0, |below| below + 1),
        })
    }

    /// The text that it is.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            NodeValue::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The values of a list; of what is none, itself: a list of one may be written so.
    pub(super) fn each(self: &Rc<Self>) -> &[Rc<Self>] {
        match self.value {
            NodeValue::List(_) => self.items(),
            _ => std::slice::from_ref(self),
        }
    }

    /// The values of a list; none of what is no list.
    pub(super) fn items(&self) -> &[Rc<Node>] {
        match &self.value {
            NodeValue::List(items) => items,
            _ => &[],
        }
    }
}

/// Why a file cannot be read, and the line where that shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken {
    /// The line, counted from 1.
    pub line: u64,
    /// Whether it is valid, and only too long, too deep or too much for us.
    pub too_much: bool,
}

/// What is open while a file is read.
enum Unclosed {
    List(u64, usize, Option<String>, Vec<Rc<Node>>),
    Map(
        u64,
        usize,
        Option<String>,
        Vec<(Zeroizing<String>, Rc<Node>)>,
        Option<Zeroizing<String>>,
    ),
}

/// The documents of a file.
///
/// # Errors
/// It is no YAML, or more than we take.
pub(super) fn read(text: &str) -> Result<Vec<Rc<Node>>, Broken> {
    let too_much = |line| Broken {
        line,
        too_much: true,
    };
    if text.len() > LONGEST {
        return Err(too_much(1));
    }
    let mut documents = Vec::new();
    let mut anchors: HashMap<usize, Rc<Node>> = HashMap::new();
    let mut open: Vec<Unclosed> = Vec::new();
    let mut count = 0;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|e| Broken {
            line: line(e.marker().line()),
            too_much: false,
        })?;
        let line = line(span.start.line());
        count += 1;
        if count > MOST || open.len() > DEEPEST {
            return Err(too_much(line));
        }
        let tag_of = |tag: Option<std::borrow::Cow<'_, saphyr_parser::Tag>>| {
            tag.filter(|tag| tag.handle == "!")
                .map(|tag| tag.suffix.clone())
        };
        let (node, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let nothing = style == ScalarStyle::Plain
                    && ["", "~", "null", "Null", "NULL"].contains(&&*text);
                let value = match nothing {
                    true => NodeValue::Nothing,
                    false => NodeValue::Text(text.into_owned().into()),
                };
                let tag = tag_of(tag);
                (Node::new(line, tag, value), anchor)
            }
            Event::SequenceStart(anchor, tag) => {
                open.push(Unclosed::List(line, anchor, tag_of(tag), Vec::new()));
                continue;
            }
            Event::MappingStart(anchor, tag) => {
                open.push(Unclosed::Map(line, anchor, tag_of(tag), Vec::new(), None));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                Some(Unclosed::List(line, anchor, tag, items)) => {
                    (Node::new(line, tag, NodeValue::List(items)), anchor)
                }
                Some(Unclosed::Map(line, anchor, tag, pairs, _)) => {
                    (Node::new(line, tag, NodeValue::Map(pairs)), anchor)
                }
                None => continue,
            },
            // One that names a value which is not complete is in itself: there is none yet.
            Event::Alias(anchor) => match anchors.get(&anchor) {
                Some(node) => (Rc::clone(node), 0),
                None => {
                    return Err(Broken {
                        line,
                        too_much: false,
                    });
                }
            },
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => continue,
        };
        if node.depth > DEEPEST {
            return Err(too_much(line));
        }
        if anchor > 0 {
            anchors.insert(anchor, Rc::clone(&node));
        }
        match open.last_mut() {
            None => documents.push(node),
            Some(Unclosed::List(.., items)) => items.push(node),
            Some(Unclosed::Map(.., pairs, name)) => match name.take() {
                None => {
                    // Names that are no text mean nothing to anybody who reads these files.
                    *name = Some(node.text().unwrap_or_default().to_owned().into());
                }
                Some(name) => pairs.push((name, node)),
            },
        }
    }
    Ok(documents)
}

fn line(number: usize) -> u64 {
    number as u64
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn told(node: &Node) -> String {
        let tag = node
            .tag
            .as_deref()
            .map_or(String::new(), |tag| format!("!{tag} "));
        let value = match &node.value {
            NodeValue::Nothing => "-".to_owned(),
            NodeValue::Text(text) => format!("{:?}", text.as_str()),
            NodeValue::List(items) => {
                let items: Vec<String> = items.iter().map(|item| told(item)).collect();
                format!("[{}]", items.join(", "))
            }
            NodeValue::Map(pairs) => {
                let pairs = pairs.iter();
                let pairs: Vec<String> = pairs
                    .map(|(name, node)| format!("{}: {}", name.as_str(), told(node)))
                    .collect();
                format!("{{{}}}", pairs.join(", "))
            }
        };
        format!("{tag}{value}@{}", node.line)
    }

    fn all(text: &str) -> Vec<String> {
        read(text).unwrap().iter().map(|node| told(node)).collect()
    }

    #[test]
    fn values_know_their_lines_however_they_are_written() {
        let text = "\
a: &one
  k: >-
    two
    words
  n:
  q: \"null\"
b: *one
c: {x: [1, 'y'], z: !reset null}
---
- d
";
        assert_eq!(
            all(text),
            [
                "{a: {k: \"two words\"@3, n: -@5, q: \"null\"@6}@1, b: {k: \"two words\"@3, n: -@5, q: \"null\"@6}@1, \
                 c: {x: [\"1\"@8, \"y\"@8]@8, z: !reset -@8}@8}@1",
                "[\"d\"@10]@10"
            ]
        );
    }

    #[test]
    fn what_is_none_or_too_much_is_told_with_its_line() {
        let broken = |line, too_much| Some(Broken { line, too_much });
        assert_eq!(
            read("a: 1\nb: [1\nc: 2\n").err().map(|e| e.too_much),
            Some(false)
        );
        assert_eq!(read("a: *none\n").err(), broken(1, false));
        assert_eq!(read("a: &a [*a]\n").err(), broken(1, false));
        assert_eq!(read(&"[".repeat(DEEPEST + 2)).err(), broken(1, true));
        assert_eq!(
            read(&"- a\n".repeat(MOST)).err().map(|e| e.too_much),
            Some(true)
        );
        let chain: String = (1..=DEEPEST + 2)
            .map(|n| format!("n{n}: &n{n} [*n{}]\n", n - 1))
            .collect();
        let chain = read(&format!("n0: &n0 x\n{chain}"));
        assert_eq!(chain.err().map(|e| e.too_much), Some(true));
        assert_eq!(read(&"#".repeat(LONGEST + 1)).err(), broken(1, true));
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(text in "[-a: \n\t{}\\[\\],&*!|>'\"#%?@`\u{85}\u{feff}é0~<]{0,80}") {
            let _ = read(&text);
        }
    }
}
