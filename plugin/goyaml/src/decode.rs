//! Turns a document's nodes into values as go-yaml v2 does for an `interface{}`.
//!
//! Nothing here recurses: collections that are open are on a stack of frames.

use crate::aliases::Aliases;
use crate::gosyntax::go_syntax;
use crate::resolve::{Atom, resolve, resolve_tagged};
use crate::scanner::past_the_end;
use crate::tape::{Node, Shape, Tape};
use crate::{Dialect, Error, ErrorKind, Value};

/// Makes values from a document's parts.
pub(crate) trait Assemble<'t> {
    type Value;

    fn scalar(&mut self, atom: Atom<'t>) -> Self::Value;
    /// `depth` is the number of collections around it, itself included.
    fn sequence(&mut self, items: Vec<Self::Value>, depth: usize) -> Self::Value;
    /// The entries are in the order in which Go sets them, so the last of a key counts.
    fn mapping(&mut self, entries: Vec<(Atom<'t>, Self::Value)>, depth: usize) -> Self::Value;
}

/// Decodes the root of a document.
pub(crate) fn decode<'t, A: Assemble<'t>>(tape: &'t Tape<'_>, assemble: &mut A) -> Result<A::Value, Error> {
    let mut run = Run::new(tape, assemble, Aliases::default());
    match run.run(0) {
        Ok(value) => Ok(value),
        Err(Stop::Error(error)) => Err(error),
        Err(Stop::Key(at)) => Err(key_error(tape, at, run.aliases)),
    }
}

/// The error about a key that is a collection: decoding the key may fail before that.
fn key_error(tape: &Tape<'_>, mut at: usize, mut aliases: Aliases) -> Error {
    loop {
        let mut assemble = AnyValues { order: KeyOrder::Sorted };
        let mut run = Run::new(tape, &mut assemble, aliases);
        match run.run(at) {
            Ok(value) => return ErrorKind::Key(go_syntax(Dialect::V2, &value)).into(),
            Err(Stop::Error(error)) => return error,
            Err(Stop::Key(inner)) => (at, aliases) = (inner, run.aliases),
        }
    }
}

/// Why decoding stops.
enum Stop {
    Error(Error),
    /// A key is the collection at this node.
    Key(usize),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

struct Run<'r, 't, 'i, A: Assemble<'t>> {
    tape: &'t Tape<'i>,
    assemble: &'r mut A,
    frames: Vec<Frame<'t, A::Value>>,
    depth: usize,
    aliases: Aliases,
}

struct Frame<'t, V> {
    kind: FrameKind<'t, V>,
    /// The next part, and where the parts end.
    next: usize,
    end: usize,
}

enum FrameKind<'t, V> {
    Sequence(Vec<V>),
    Mapping {
        entries: Vec<(Atom<'t>, V)>,
        key: Option<Atom<'t>>,
    },
    /// A mapping whose entries go to the mapping in the frame `owner`.
    Merge {
        owner: usize,
        key: Option<Atom<'t>>,
        alias: Option<usize>,
    },
    /// Mappings that are merged, the last one first.
    MergeList {
        owner: usize,
        left: Vec<usize>,
    },
    /// What an alias stands for.
    Alias(usize),
}

impl<'r, 't, 'i, A: Assemble<'t>> Run<'r, 't, 'i, A> {
    fn new(tape: &'t Tape<'i>, assemble: &'r mut A, aliases: Aliases) -> Self {
        Self { tape, assemble, frames: Vec::new(), depth: 0, aliases }
    }

    fn run(&mut self, root: usize) -> Result<A::Value, Stop> {
        let mut made = self.open(root)?;
        loop {
            made = match made {
                Some(value) => match self.give(value) {
                    Some(root) => return Ok(root),
                    None => self.advance()?,
                },
                None => self.advance()?,
            };
        }
    }

    fn node(&self, at: usize) -> Result<&'t Node<'i>, Stop> {
        self.tape.node(at).ok_or_else(|| past_the_end().into())
    }

    /// Begins a node: makes its value if it's a scalar, or else pushes a frame.
    fn open(&mut self, at: usize) -> Result<Option<A::Value>, Stop> {
        self.aliases.count()?;
        let node = self.node(at)?;
        match node.shape {
            Shape::Scalar { .. } => Ok(Some(self.assemble.scalar(atom(node)?))),
            Shape::Sequence(end) => {
                self.push(FrameKind::Sequence(Vec::new()), at + 1, end);
                Ok(None)
            }
            Shape::Mapping(end) => {
                self.push(FrameKind::Mapping { entries: Vec::new(), key: None }, at + 1, end);
                Ok(None)
            }
            Shape::Alias(target) => {
                self.aliases.enter(at, self.tape)?;
                self.frames.push(Frame { kind: FrameKind::Alias(at), next: 0, end: 0 });
                self.open_target(target)
            }
        }
    }

    /// As [`Self::open`], for what an alias stands for, which can't be an alias.
    fn open_target(&mut self, target: usize) -> Result<Option<A::Value>, Stop> {
        match self.node(target)?.shape {
            Shape::Alias(_) => Err(past_the_end().into()),
            _ => self.open(target),
        }
    }

    fn push(&mut self, kind: FrameKind<'t, A::Value>, next: usize, end: usize) {
        self.depth += 1;
        self.frames.push(Frame { kind, next, end });
    }

    /// Hands a value to the frame that waits for it; gives it back at the root.
    fn give(&mut self, value: A::Value) -> Option<A::Value> {
        while let Some(FrameKind::Alias(at)) = self.frames.last().map(|frame| &frame.kind) {
            let at = *at;
            self.frames.pop();
            self.aliases.leave(at);
        }
        let Some(frame) = self.frames.last_mut() else { return Some(value) };
        let (key, owner) = match &mut frame.kind {
            FrameKind::Sequence(items) => {
                items.push(value);
                return None;
            }
            FrameKind::Mapping { entries, key } => {
                entries.extend(key.take().map(|key| (key, value)));
                return None;
            }
            FrameKind::Merge { owner, key, .. } => (key.take(), *owner),
            FrameKind::MergeList { .. } | FrameKind::Alias(_) => return None,
        };
        if let Some(FrameKind::Mapping { entries, .. }) =
            self.frames.get_mut(owner).map(|frame| &mut frame.kind)
        {
            entries.extend(key.map(|key| (key, value)));
        }
        None
    }

    /// Goes on with the innermost frame; gives its value if that is complete.
    fn advance(&mut self) -> Result<Option<A::Value>, Stop> {
        let top = self.frames.len().saturating_sub(1);
        let Some(frame) = self.frames.last_mut() else { return Err(past_the_end().into()) };
        if let FrameKind::MergeList { owner, left } = &mut frame.kind {
            let owner = *owner;
            match left.pop() {
                Some(at) => self.merge_item(at, owner)?,
                None => drop(self.frames.pop()),
            }
            return Ok(None);
        }
        if frame.next >= frame.end {
            return Ok(self.close());
        }
        let at = frame.next;
        if matches!(frame.kind, FrameKind::Sequence(_)) {
            frame.next = self.tape.after(at);
            return self.open(at);
        }
        let owner = match frame.kind {
            FrameKind::Merge { owner, .. } => owner,
            _ => top,
        };
        let value = self.tape.after(at);
        frame.next = self.tape.after(value);
        if is_merge(self.node(at)?) {
            self.merge(value, owner)?;
            return Ok(None);
        }
        let decoded = self.key(at)?;
        let innermost = self.frames.last_mut().map(|frame| &mut frame.kind);
        if let Some(FrameKind::Mapping { key, .. } | FrameKind::Merge { key, .. }) = innermost {
            *key = Some(decoded);
        }
        self.open(value)
    }

    /// Ends the innermost frame, all of whose parts are made.
    fn close(&mut self) -> Option<A::Value> {
        let frame = self.frames.pop()?;
        let depth = self.depth;
        match frame.kind {
            FrameKind::Sequence(items) => {
                self.depth -= 1;
                Some(self.assemble.sequence(items, depth))
            }
            FrameKind::Mapping { entries, .. } => {
                self.depth -= 1;
                Some(self.assemble.mapping(entries, depth))
            }
            FrameKind::Merge { alias, .. } => {
                if let Some(at) = alias {
                    self.aliases.leave(at);
                }
                None
            }
            FrameKind::MergeList { .. } | FrameKind::Alias(_) => None,
        }
    }

    fn key(&mut self, at: usize) -> Result<Atom<'t>, Stop> {
        self.aliases.count()?;
        let node = self.node(at)?;
        match node.shape {
            Shape::Scalar { .. } => Ok(atom(node)?),
            Shape::Sequence(_) | Shape::Mapping(_) => Err(Stop::Key(at)),
            Shape::Alias(target) => {
                self.aliases.enter(at, self.tape)?;
                let node = self.node(target)?;
                if !matches!(node.shape, Shape::Scalar { .. }) {
                    // It's entered once more when the key is decoded for the error.
                    self.aliases.leave(at);
                    return Err(Stop::Key(at));
                }
                self.aliases.count()?;
                self.aliases.leave(at);
                Ok(atom(node)?)
            }
        }
    }

    /// Begins to merge what `<<` names into the mapping of the frame `owner`.
    fn merge(&mut self, at: usize, owner: usize) -> Result<(), Stop> {
        let node = self.node(at)?;
        match node.shape {
            Shape::Mapping(_) | Shape::Alias(_) => self.merge_item(at, owner),
            Shape::Sequence(end) => {
                let mut left = Vec::new();
                let mut item = at + 1;
                while item < end {
                    left.push(item);
                    item = self.tape.after(item);
                }
                self.frames.push(Frame { kind: FrameKind::MergeList { owner, left }, next: 0, end: 0 });
                Ok(())
            }
            Shape::Scalar { .. } => Err(Error::from(ErrorKind::Merge).into()),
        }
    }

    fn merge_item(&mut self, at: usize, owner: usize) -> Result<(), Stop> {
        let node = self.node(at)?;
        let (target, alias) = match node.shape {
            Shape::Mapping(_) => (at, None),
            Shape::Alias(target) => (target, Some(at)),
            _ => return Err(Error::from(ErrorKind::Merge).into()),
        };
        let Shape::Mapping(end) = self.node(target)?.shape else {
            return Err(Error::from(ErrorKind::Merge).into());
        };
        self.aliases.count()?;
        if alias.is_some() {
            self.aliases.enter(at, self.tape)?;
            self.aliases.count()?;
        }
        let kind = FrameKind::Merge { owner, key: None, alias };
        self.frames.push(Frame { kind, next: target + 1, end });
        Ok(())
    }
}

/// The value of a scalar.
fn atom<'t>(node: &'t Node<'_>) -> Result<Atom<'t>, Error> {
    let Shape::Scalar { implicit, .. } = node.shape else { return Ok(Atom::Null) };
    match node.tag.as_deref() {
        Some(tag) => resolve_tagged(Dialect::V2, tag, &node.text),
        None if implicit => Ok(resolve(Dialect::V2, &node.text)),
        None => Ok(Atom::Text(std::borrow::Cow::Borrowed(&node.text))),
    }
}

fn is_merge(node: &Node<'_>) -> bool {
    let Shape::Scalar { implicit, .. } = node.shape else { return false };
    node.text == "<<" && (implicit || node.tag.as_deref() == Some("tag:yaml.org,2002:merge"))
}

/// Makes what go-yaml makes for an `interface{}`.
pub(crate) struct AnyValues {
    pub(crate) order: KeyOrder,
}

/// The order of a mapping's entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyOrder {
    Sorted,
    /// Where each key came first.
    Document,
}

impl<'t> Assemble<'t> for AnyValues {
    type Value = Value;

    fn scalar(&mut self, atom: Atom<'t>) -> Value {
        match atom {
            Atom::Null => Value::Null,
            Atom::Bool(value) => Value::Bool(value),
            Atom::Int(value) => Value::Int(value),
            Atom::Uint(value) => Value::Uint(value),
            Atom::Float(value) => Value::Float(value),
            Atom::Text(text) => Value::Text(text.into_owned()),
            Atom::Bytes(bytes) => Value::Bytes(bytes),
            Atom::Timestamp(text) => Value::Text(text.to_owned()),
        }
    }

    fn sequence(&mut self, items: Vec<Value>, _: usize) -> Value {
        Value::Sequence(items)
    }

    fn mapping(&mut self, entries: Vec<(Atom<'t>, Value)>, _: usize) -> Value {
        let entries = entries.into_iter().map(|(key, value)| (self.scalar(key), value)).collect();
        Value::Mapping(match self.order {
            KeyOrder::Sorted => last_of_each(entries, Value::key_order),
            KeyOrder::Document => in_document_order(entries),
        })
    }
}

/// Keeps the last of each key, where the first was.
fn in_document_order(entries: Vec<(Value, Value)>) -> Vec<(Value, Value)> {
    let numbered = entries.into_iter().enumerate();
    let mut numbered: Vec<_> = numbered.map(|(at, (key, value))| (key, (at, value))).collect();
    numbered.sort_by(|(a, _), (b, _)| a.key_order(b));
    numbered.dedup_by(|later, earlier| {
        let same = later.0.key_order(&earlier.0).is_eq();
        if same {
            std::mem::swap(&mut later.1.1, &mut earlier.1.1);
        }
        same
    });
    numbered.sort_by_key(|(_, (at, _))| *at);
    numbered.into_iter().map(|(key, (_, value))| (key, value)).collect()
}

/// Sorts entries by their keys, and keeps the last of each key.
pub(crate) fn last_of_each<K, V>(
    mut entries: Vec<(K, V)>,
    order: impl Fn(&K, &K) -> std::cmp::Ordering,
) -> Vec<(K, V)> {
    entries.sort_by(|(a, _), (b, _)| order(a, b));
    // `dedup_by` keeps the first of equal ones: swap the later value there.
    entries.dedup_by(|later, earlier| {
        let same = order(&later.0, &earlier.0).is_eq();
        if same {
            std::mem::swap(&mut later.1, &mut earlier.1);
        }
        same
    });
    entries
}
