//! A document as a list of nodes, each before its parts.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::{Error, ErrorKind, EventKind, Parser, Scalar, ScalarStyle};

/// How many bytes of a stream there are at least for each node, in most streams.
const BYTES_OF_NODE: usize = 32;

/// The number of nodes for which there is room from the start, at most: a stream may be one long text.
const MOST_FORESEEN: usize = 512;

/// The nodes of one document.
#[derive(Debug)]
pub(crate) struct Tape<'i> {
    nodes: Vec<Node<'i>>,
}

/// One node and what decoding needs of it.
#[derive(Debug)]
pub(crate) struct Node<'i> {
    pub(crate) shape: Shape,
    /// The line it begins on, counted from zero.
    pub(crate) line: usize,
    pub(crate) tag: Option<Cow<'i, str>>,
    /// The text of a scalar, or the name of an alias.
    pub(crate) text: Cow<'i, str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Scalar {
        style: ScalarStyle,
        implicit: bool,
    },
    /// A sequence whose parts end before this node.
    Sequence(usize),
    /// A mapping whose parts end before this node.
    Mapping(usize),
    /// An alias of this node.
    Alias(usize),
}

impl<'i> Tape<'i> {
    /// Reads the next document; `None` at the end of the stream.
    pub(crate) fn read(parser: &mut Parser<'i>) -> Result<Option<Self>, Error> {
        let nodes = Vec::with_capacity(MOST_FORESEEN.min(parser.length() / BYTES_OF_NODE));
        let mut reading = Reading { nodes, open: Vec::new(), anchors: HashMap::new() };
        while let Some(event) = parser.next_event()? {
            match event.kind {
                EventKind::StreamStart | EventKind::DocumentStart => {}
                EventKind::StreamEnd => return Ok(None),
                EventKind::DocumentEnd { .. } => return Ok(Some(Self { nodes: reading.nodes })),
                kind => reading.push(kind, event.start.line)?,
            }
        }
        Ok(None)
    }

    pub(crate) fn node(&self, at: usize) -> Option<&Node<'i>> {
        self.nodes.get(at)
    }

    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// The node behind a node and its parts.
    pub(crate) fn after(&self, at: usize) -> usize {
        match self.nodes.get(at).map(|node| node.shape) {
            Some(Shape::Sequence(end) | Shape::Mapping(end)) => end,
            _ => at + 1,
        }
    }
}

struct Reading<'i> {
    nodes: Vec<Node<'i>>,
    open: Vec<usize>,
    anchors: HashMap<&'i str, usize>,
}

impl<'i> Reading<'i> {
    fn push(&mut self, kind: EventKind<'i>, line: usize) -> Result<(), Error> {
        let at = self.nodes.len();
        let none = Cow::Borrowed("");
        match kind {
            EventKind::Scalar(Scalar { anchor, tag, value, style, implicit }) => {
                self.anchor(anchor);
                self.nodes.push(Node { shape: Shape::Scalar { style, implicit }, line, tag, text: value });
            }
            EventKind::SequenceStart(collection) => {
                self.anchor(collection.anchor);
                self.open.push(at);
                self.nodes.push(Node { shape: Shape::Sequence(at), line, tag: collection.tag, text: none });
            }
            EventKind::MappingStart(collection) => {
                self.anchor(collection.anchor);
                self.open.push(at);
                self.nodes.push(Node { shape: Shape::Mapping(at), line, tag: collection.tag, text: none });
            }
            EventKind::Alias(name) => {
                let target =
                    self.anchors.get(name).ok_or_else(|| ErrorKind::UnknownAnchor(name.to_owned()))?;
                let text = Cow::Borrowed(name);
                self.nodes.push(Node { shape: Shape::Alias(*target), line, tag: None, text });
            }
            _ => self.close(at),
        }
        Ok(())
    }

    fn anchor(&mut self, anchor: Option<&'i str>) {
        if let Some(name) = anchor {
            self.anchors.insert(name, self.nodes.len());
        }
    }

    fn close(&mut self, end: usize) {
        let node = self.open.pop().and_then(|start| self.nodes.get_mut(start));
        if let Some(Shape::Sequence(slot) | Shape::Mapping(slot)) = node.map(|node| &mut node.shape) {
            *slot = end;
        }
    }
}
