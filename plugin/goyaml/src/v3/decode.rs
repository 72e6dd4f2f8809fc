//! Turns a document's nodes into values as go-yaml v3 does for an `any`.
//!
//! Unlike v2, keys must be unique, `<<` gives way to all other keys of its mapping, and
//! values that don't fit are collected instead of ending everything.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::aliases::Aliases;
use crate::decode::last_of_each;
use crate::gosyntax::go_syntax;
use crate::resolve::{Atom, resolve, resolve_tagged, short_tag, tag_name};
use crate::scanner::past_the_end;
use crate::tape::{Node, Shape, Tape};
use crate::{Dialect, Error, ErrorKind, ScalarStyle, Value};

/// Decodes the root of a document.
pub(super) fn decode(tape: &Tape<'_>) -> Result<Value, Error> {
    let mut run = Run { tape, frames: Vec::new(), aliases: Aliases::default(), mistakes: Vec::new() };
    let value = run.run(0)?;
    if run.mistakes.is_empty() { Ok(value) } else { Err(ErrorKind::Types(run.mistakes).into()) }
}

struct Run<'t, 'i> {
    tape: &'t Tape<'i>,
    frames: Vec<Frame>,
    aliases: Aliases,
    /// What doesn't fit, a line each.
    mistakes: Vec<String>,
}

struct Frame {
    kind: FrameKind,
    /// The next part, and where the parts end.
    next: usize,
    end: usize,
}

enum FrameKind {
    Sequence(Vec<Value>),
    Mapping(Mapping),
    /// A mapping whose entries go to the mapping in the frame `owner`.
    Merge {
        owner: usize,
        key: Option<Value>,
        merge: Option<usize>,
        alias: Option<usize>,
    },
    /// Mappings that are merged, the first one last.
    MergeList {
        owner: usize,
        left: Vec<usize>,
    },
    /// What an alias stands for.
    Alias(usize),
    /// A key that is a collection, which is only decoded for the error.
    Key,
}

/// A mapping that's being decoded.
struct Mapping {
    at: usize,
    entries: Vec<(Value, Value)>,
    key: Option<Value>,
    /// What `<<` names.
    merge: Option<usize>,
    /// Whether all keys are text, so that merged ones become some.
    named: bool,
    /// The keys that merged mappings give way to, once something is merged.
    taken: Option<Vec<Value>>,
}

impl<'t, 'i> Run<'t, 'i> {
    fn run(&mut self, root: usize) -> Result<Value, Error> {
        let mut made = self.open(root)?;
        loop {
            made = match made {
                Some(value) => match self.give(value)? {
                    Some(root) => return Ok(root),
                    None => self.advance()?,
                },
                None => self.advance()?,
            };
        }
    }

    fn node(&self, at: usize) -> Result<&'t Node<'i>, Error> {
        self.tape.node(at).ok_or_else(past_the_end)
    }

    fn push(&mut self, kind: FrameKind, next: usize, end: usize) {
        self.frames.push(Frame { kind, next, end });
    }

    /// Begins a node: makes its value if it's a scalar, or else pushes a frame.
    fn open(&mut self, at: usize) -> Result<Option<Value>, Error> {
        self.aliases.count()?;
        let node = self.node(at)?;
        match node.shape {
            Shape::Scalar { .. } => return scalar(node).map(Some),
            Shape::Sequence(end) => self.push(FrameKind::Sequence(Vec::new()), at + 1, end),
            Shape::Mapping(end) => {
                if self.has_duplicates(at, end)? {
                    return Ok(Some(Value::Null));
                }
                let named = self.is_named(at, end)?;
                let mapping = Mapping { at, entries: Vec::new(), key: None, merge: None, named, taken: None };
                self.push(FrameKind::Mapping(mapping), at + 1, end);
            }
            Shape::Alias(target) => {
                self.aliases.enter(at, self.tape)?;
                self.push(FrameKind::Alias(at), 0, 0);
                return match self.node(target)?.shape {
                    Shape::Alias(_) => Err(past_the_end()),
                    _ => self.open(target),
                };
            }
        }
        Ok(None)
    }

    /// The keys of a mapping.
    fn keys(&self, at: usize, end: usize) -> impl Iterator<Item = usize> + use<'t, 'i> {
        let tape = self.tape;
        let mut next = at + 1;
        std::iter::from_fn(move || {
            let key = (next < end).then_some(next)?;
            next = tape.after(tape.after(key));
            Some(key)
        })
    }

    /// Notes the keys that come more than once: those of the same kind with the same text,
    /// which collections don't have.
    fn has_duplicates(&mut self, at: usize, end: usize) -> Result<bool, Error> {
        let mut same: HashMap<(u8, &str), Vec<usize>> = HashMap::new();
        for key in self.keys(at, end) {
            let node = self.node(key)?;
            let kind = match node.shape {
                Shape::Scalar { .. } => 0,
                Shape::Sequence(_) => 1,
                Shape::Mapping(_) => 2,
                Shape::Alias(_) => 3,
            };
            same.entry((kind, &node.text)).or_default().push(key);
        }
        let mut groups: Vec<_> = same.into_values().filter(|keys| keys.len() > 1).collect();
        groups.sort();
        // Each key is compared with all behind it, in the order of the first.
        let mut pairs: Vec<(usize, usize)> = Vec::new();
        for keys in &groups {
            for (index, first) in keys.iter().enumerate() {
                pairs.extend(keys.iter().skip(index + 1).map(|second| (*first, *second)));
            }
        }
        pairs.sort_unstable();
        for (first, second) in &pairs {
            let (first, second) = (self.node(*first)?, self.node(*second)?);
            let mut key = String::new();
            crate::gosyntax::quote(&mut key, second.text.as_bytes());
            let (line, other) = (second.line + 1, first.line + 1);
            self.mistakes.push(format!("line {line}: mapping key {key} already defined at line {other}"));
        }
        Ok(!pairs.is_empty())
    }

    fn is_named(&self, at: usize, end: usize) -> Result<bool, Error> {
        for key in self.keys(at, end) {
            let mut node = self.node(key)?;
            if let Shape::Alias(target) = node.shape {
                node = self.node(target)?;
            }
            if !matches!(type_of(node).as_ref(), "!!str" | "!!merge") {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Hands a value to the frame that waits for it; gives it back at the root.
    fn give(&mut self, value: Value) -> Result<Option<Value>, Error> {
        while let Some(FrameKind::Alias(at)) = self.frames.last().map(|frame| &frame.kind) {
            let at = *at;
            self.frames.pop();
            self.aliases.leave(at);
        }
        let Some(frame) = self.frames.last_mut() else { return Ok(Some(value)) };
        let (key, owner) = match &mut frame.kind {
            FrameKind::Key => return Err(ErrorKind::Key(go_syntax(Dialect::V3, &value)).into()),
            FrameKind::Sequence(items) => {
                items.push(value);
                return Ok(None);
            }
            FrameKind::Mapping(mapping) => {
                mapping.entries.extend(mapping.key.take().map(|key| (key, value)));
                return Ok(None);
            }
            FrameKind::Merge { owner, key, .. } => (key.take(), *owner),
            FrameKind::MergeList { .. } | FrameKind::Alias(_) => return Ok(None),
        };
        if let Some(mapping) = self.owner(owner) {
            mapping.entries.extend(key.map(|key| (key, value)));
        }
        Ok(None)
    }

    fn owner(&mut self, owner: usize) -> Option<&mut Mapping> {
        match self.frames.get_mut(owner).map(|frame| &mut frame.kind) {
            Some(FrameKind::Mapping(mapping)) => Some(mapping),
            _ => None,
        }
    }

    /// Goes on with the innermost frame; gives its value if that is complete.
    fn advance(&mut self) -> Result<Option<Value>, Error> {
        let top = self.frames.len().saturating_sub(1);
        let frame = self.frames.last_mut().ok_or_else(past_the_end)?;
        if let FrameKind::MergeList { owner, left } = &mut frame.kind {
            let owner = *owner;
            match left.pop() {
                Some(at) => self.merge_item(at, owner)?,
                None => drop(self.frames.pop()),
            }
            return Ok(None);
        }
        if frame.next >= frame.end {
            return self.close(top);
        }
        let at = frame.next;
        if matches!(frame.kind, FrameKind::Sequence(_)) {
            frame.next = self.tape.after(at);
            return self.open(at);
        }
        let value = self.tape.after(at);
        frame.next = self.tape.after(value);
        self.entry(at, value, top)
    }

    /// Decodes an entry of the mapping, or of the one that's merged, in the frame `top`.
    fn entry(&mut self, key: usize, value: usize, top: usize) -> Result<Option<Value>, Error> {
        let node = self.node(key)?;
        let merges = is_merge(node);
        let owner = match self.frames.get_mut(top).map(|frame| &mut frame.kind) {
            Some(FrameKind::Mapping(Mapping { merge, .. })) if merges => {
                *merge = Some(value);
                return Ok(None);
            }
            Some(FrameKind::Merge { merge, .. }) if merges => {
                *merge = Some(value);
                return Ok(None);
            }
            Some(FrameKind::Merge { owner, .. }) => *owner,
            _ => top,
        };
        let merged = owner != top;
        let named = self.owner(owner).is_some_and(|mapping| mapping.named);
        let Some(decoded) = self.key(key, named)? else { return Ok(None) };
        if merged && !self.take_key(owner, &decoded) {
            return Ok(None);
        }
        match self.frames.get_mut(top).map(|frame| &mut frame.kind) {
            Some(FrameKind::Mapping(mapping)) => mapping.key = Some(decoded),
            Some(FrameKind::Merge { key, .. }) => *key = Some(decoded),
            _ => {}
        }
        self.open(value)
    }

    /// Claims a key for a merged mapping; false if another one has it.
    fn take_key(&mut self, owner: usize, key: &Value) -> bool {
        let Some(taken) = self.owner(owner).and_then(|mapping| mapping.taken.as_mut()) else { return true };
        match taken.binary_search_by(|known| known.key_order(key)) {
            Ok(_) => false,
            Err(place) => {
                taken.insert(place, key.clone());
                true
            }
        }
    }

    /// Ends the innermost frame, all of whose parts are made.
    fn close(&mut self, top: usize) -> Result<Option<Value>, Error> {
        let (owner, merge) = match self.frames.last_mut().map(|frame| &mut frame.kind) {
            Some(FrameKind::Mapping(mapping)) => (top, mapping.merge.take()),
            Some(FrameKind::Merge { owner, merge, .. }) => (*owner, merge.take()),
            _ => (top, None),
        };
        if let Some(at) = merge {
            self.merge(at, owner)?;
            return Ok(None);
        }
        let frame = self.frames.pop().ok_or_else(past_the_end)?;
        Ok(match frame.kind {
            FrameKind::Sequence(items) => Some(Value::Sequence(items)),
            FrameKind::Mapping(mapping) => {
                Some(Value::Mapping(last_of_each(mapping.entries, Value::key_order)))
            }
            FrameKind::Merge { alias: Some(at), .. } => {
                self.aliases.leave(at);
                None
            }
            _ => None,
        })
    }

    /// A key; `None` if it doesn't fit, and the entry is left out.
    fn key(&mut self, at: usize, named: bool) -> Result<Option<Value>, Error> {
        self.aliases.count()?;
        let mut node = self.node(at)?;
        let alias = match node.shape {
            Shape::Alias(target) => {
                self.aliases.enter(at, self.tape)?;
                self.aliases.count()?;
                node = self.node(target)?;
                Some(target)
            }
            _ => None,
        };
        let collection = match node.shape {
            Shape::Sequence(_) => Some("!!seq"),
            Shape::Mapping(_) => Some("!!map"),
            _ => None,
        };
        let key = match collection {
            None if named => key_text(node)?,
            None => Some(scalar(node)?),
            Some(default) if named => {
                let tag = node.tag.as_deref().map_or(default.to_owned(), short_tag);
                self.mistakes.push(format!("line {}: cannot unmarshal {tag} into string", node.line + 1));
                None
            }
            Some(_) => {
                let frames = self.frames.len();
                self.push(FrameKind::Key, 0, 0);
                if alias.is_some() {
                    self.push(FrameKind::Alias(at), 0, 0);
                }
                // The error comes when the key is decoded, unless that has an error of its own.
                if self.open(alias.unwrap_or(at))?.is_some() {
                    self.frames.truncate(frames);
                    None
                } else {
                    return Ok(None);
                }
            }
        };
        if alias.is_some() {
            self.aliases.leave(at);
        }
        Ok(key)
    }

    /// Begins to merge what `<<` names into the mapping of the frame `owner`.
    fn merge(&mut self, at: usize, owner: usize) -> Result<(), Error> {
        self.prepare_owner(owner)?;
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
                left.reverse();
                self.push(FrameKind::MergeList { owner, left }, 0, 0);
                Ok(())
            }
            Shape::Scalar { .. } => Err(ErrorKind::Merge.into()),
        }
    }

    /// Collects the keys of the mapping itself, which go before merged ones.
    fn prepare_owner(&mut self, owner: usize) -> Result<(), Error> {
        let Some(at) = self.owner(owner).filter(|mapping| mapping.taken.is_none()).map(|mapping| mapping.at)
        else {
            return Ok(());
        };
        let mut taken = Vec::new();
        for key in self.keys(at, self.tape.after(at)) {
            taken.extend(self.key(key, false)?);
        }
        taken.sort_by(Value::key_order);
        if let Some(mapping) = self.owner(owner) {
            mapping.taken = Some(taken);
        }
        Ok(())
    }

    fn merge_item(&mut self, at: usize, owner: usize) -> Result<(), Error> {
        let node = self.node(at)?;
        let (target, alias) = match node.shape {
            Shape::Mapping(_) => (at, None),
            Shape::Alias(target) => (target, Some(at)),
            _ => return Err(ErrorKind::Merge.into()),
        };
        let Shape::Mapping(end) = self.node(target)?.shape else {
            return Err(ErrorKind::Merge.into());
        };
        self.aliases.count()?;
        if alias.is_some() {
            self.aliases.enter(at, self.tape)?;
            self.aliases.count()?;
        }
        if self.has_duplicates(target, end)? {
            if let Some(at) = alias {
                self.aliases.leave(at);
            }
            return Ok(());
        }
        self.push(FrameKind::Merge { owner, key: None, merge: None, alias }, target + 1, end);
        Ok(())
    }
}

/// The short tag of a node's type.
fn type_of(node: &Node<'_>) -> Cow<'static, str> {
    let default = match node.shape {
        Shape::Sequence(_) => "!!seq",
        Shape::Mapping(_) => "!!map",
        Shape::Scalar { .. } | Shape::Alias(_) if is_text(node) => "!!str",
        _ if is_merge(node) => "!!merge",
        _ => crate::resolve::resolve_plain(Dialect::V3, &node.text).tag(),
    };
    match explicit_tag(node) {
        Some(tag) => Cow::Owned(short_tag(tag)),
        None => Cow::Borrowed(default),
    }
}

/// The tag, unless it's `!`, which says nothing.
fn explicit_tag<'n>(node: &'n Node<'_>) -> Option<&'n str> {
    node.tag.as_deref().filter(|tag| *tag != "!")
}

/// Whether a scalar without a tag is text because of how it's written.
fn is_text(node: &Node<'_>) -> bool {
    matches!(node.shape, Shape::Scalar { style, .. } if style != ScalarStyle::Plain)
}

fn is_merge(node: &Node<'_>) -> bool {
    if !matches!(node.shape, Shape::Scalar { .. }) || node.text != "<<" {
        return false;
    }
    match explicit_tag(node) {
        Some(tag) => tag_name(Dialect::V3, tag) == Some("merge"),
        None => !is_text(node),
    }
}

fn atom<'n>(node: &'n Node<'_>) -> Result<Atom<'n>, Error> {
    match explicit_tag(node) {
        Some(tag) => resolve_tagged(Dialect::V3, tag, &node.text),
        None if is_text(node) => Ok(Atom::Text(Cow::Borrowed(&node.text))),
        None => Ok(resolve(Dialect::V3, &node.text)),
    }
}

fn scalar(node: &Node<'_>) -> Result<Value, Error> {
    Ok(match atom(node)? {
        Atom::Null => Value::Null,
        Atom::Bool(value) => Value::Bool(value),
        Atom::Int(value) => Value::Int(value),
        Atom::Uint(value) => Value::Uint(value),
        Atom::Float(value) => Value::Float(value),
        Atom::Text(text) => Value::Text(text.into_owned()),
        Atom::Bytes(bytes) => Value::Bytes(bytes),
        Atom::Timestamp(text) => Value::Text(crate::timestamp::normalize(text)),
    })
}

/// A scalar as a key of a map whose keys are strings; `None` for null.
fn key_text(node: &Node<'_>) -> Result<Option<Value>, Error> {
    Ok(match atom(node)? {
        Atom::Null => None,
        Atom::Bytes(bytes) => Some(Value::Bytes(bytes)),
        Atom::Text(text) => Some(Value::Text(text.into_owned())),
        _ => Some(Value::Text(node.text.clone().into_owned())),
    })
}
