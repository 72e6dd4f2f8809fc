//! The tree that go-yaml v3 makes of a document, with places and comments, from our events.

use std::collections::HashSet;
use std::fmt::Write;

use goyaml::{Comments, Dialect, Event, EventKind, Input, Parser, ScalarStyle};

use crate::dump::quote;

/// A node, by the names and numbers of go-yaml.
#[derive(Default)]
struct Node {
    kind: u8,
    line: usize,
    column: usize,
    style: u8,
    tag: String,
    anchor: String,
    value: String,
    comments: Comments,
    content: Vec<Self>,
}

const TAGGED: u8 = 1;
const FLOW: u8 = 32;

/// The tree of the first document, on one line.
pub(crate) fn tree(bytes: &[u8]) -> Result<String, String> {
    let input = Input::new(bytes);
    let mut reader = Reader { parser: Parser::new(&input, Dialect::V3), anchors: HashSet::new() };
    reader.event()?;
    let start = reader.event()?;
    if start.kind == EventKind::StreamEnd {
        return Ok("(0 0:0 0)".to_owned());
    }
    let mut document = node(1, &start);
    let root = reader.event()?;
    document.content.push(reader.node(root)?);
    document.comments.foot = reader.event()?.comments.map(|comments| comments.foot).unwrap_or_default();
    let mut text = String::new();
    show(&document, &mut text);
    Ok(text)
}

struct Reader<'i> {
    parser: Parser<'i>,
    anchors: HashSet<&'i str>,
}

impl<'i> Reader<'i> {
    fn event(&mut self) -> Result<Event<'i>, String> {
        let event = self.parser.next_event().map_err(|error| error.to_string())?;
        event.ok_or_else(|| "the stream has ended".to_owned())
    }

    fn node(&mut self, event: Event<'i>) -> Result<Node, String> {
        match &event.kind {
            EventKind::Alias(name) if !self.anchors.contains(name) => {
                Err(format!("yaml: unknown anchor '{name}' referenced"))
            }
            EventKind::Alias(name) => Ok(Node { value: (*name).to_owned(), ..node(16, &event) }),
            EventKind::Scalar(scalar) => {
                let mut node = self.with_properties(node(8, &event), scalar.anchor, scalar.tag.as_deref());
                node.value = scalar.value.clone().into_owned();
                node.style |= match scalar.style {
                    ScalarStyle::Plain => 0,
                    ScalarStyle::DoubleQuoted => 2,
                    ScalarStyle::SingleQuoted => 4,
                    ScalarStyle::Literal => 8,
                    ScalarStyle::Folded => 16,
                };
                Ok(node)
            }
            EventKind::SequenceStart(collection) => {
                let mut node =
                    self.with_properties(node(2, &event), collection.anchor, collection.tag.as_deref());
                node.style |= if collection.flow { FLOW } else { 0 };
                self.items(node)
            }
            EventKind::MappingStart(collection) => {
                let mut node =
                    self.with_properties(node(4, &event), collection.anchor, collection.tag.as_deref());
                node.style |= if collection.flow { FLOW } else { 0 };
                self.entries(node)
            }
            _ => Err("an event that isn't a node".to_owned()),
        }
    }

    fn with_properties(&mut self, mut node: Node, anchor: Option<&'i str>, tag: Option<&str>) -> Node {
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor);
            anchor.clone_into(&mut node.anchor);
        }
        if let Some(tag) = tag.filter(|tag| *tag != "!") {
            node.style |= TAGGED;
            node.tag = match tag.strip_prefix("tag:yaml.org,2002:") {
                Some(name) => format!("!!{name}"),
                None => tag.to_owned(),
            };
        }
        node
    }

    fn items(&mut self, mut node: Node) -> Result<Node, String> {
        loop {
            let event = self.event()?;
            if event.kind == EventKind::SequenceEnd {
                end(&mut node, &event);
                return Ok(node);
            }
            node.content.push(self.node(event)?);
        }
    }

    /// The entries of a mapping. A comment below a value or above the end is about the key.
    fn entries(&mut self, mut node: Node) -> Result<Node, String> {
        let block = node.style & FLOW == 0;
        loop {
            let event = self.event()?;
            if event.kind == EventKind::MappingEnd {
                end(&mut node, &event);
                if let [.., key, _] = node.content.as_mut_slice()
                    && block
                    && !node.comments.foot.is_empty()
                {
                    key.comments.foot = std::mem::take(&mut node.comments.foot);
                }
                return Ok(node);
            }
            let mut key = self.node(event)?;
            if let [.., before, _] = node.content.as_mut_slice()
                && block
                && !key.comments.foot.is_empty()
            {
                before.comments.foot = std::mem::take(&mut key.comments.foot);
            }
            let event = self.event()?;
            let mut value = self.node(event)?;
            if key.comments.foot.is_empty() {
                key.comments.foot = std::mem::take(&mut value.comments.foot);
            }
            node.content.extend([key, value]);
        }
    }
}

fn node(kind: u8, event: &Event<'_>) -> Node {
    let comments = event.comments.as_deref().cloned().unwrap_or_default();
    Node { kind, line: event.start.line + 1, column: event.start.column + 1, comments, ..Node::default() }
}

fn end(node: &mut Node, event: &Event<'_>) {
    let comments = event.comments.as_deref().cloned().unwrap_or_default();
    node.comments.line = comments.line;
    node.comments.foot = comments.foot;
}

fn show(node: &Node, text: &mut String) {
    let _ = write!(text, "({} {}:{} {}", node.kind, node.line, node.column, node.style);
    let comments = &node.comments;
    let parts = [
        ("tag", &node.tag),
        ("anchor", &node.anchor),
        ("value", &node.value),
        ("head", &comments.head),
        ("line", &comments.line),
        ("foot", &comments.foot),
    ];
    for (name, part) in parts {
        if !part.is_empty() {
            let _ = write!(text, " {name}={}", quote(part.as_bytes()));
        }
    }
    for child in &node.content {
        text.push(' ');
        show(child, text);
    }
    text.push(')');
}
