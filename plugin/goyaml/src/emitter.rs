//! Writes values as go-yaml's encoder does: block style, keys sorted.
//!
//! Nothing here recurses: collections that are open are on a stack of frames.

mod analysis;
mod scalar;
mod writer;

use std::vec::IntoIter;

use self::writer::Writer;
use crate::key_order::sort_entries;
use crate::{Dialect, Source, View};

/// How to write.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    pub(crate) dialect: Dialect,
    /// Columns of a level; go-yaml takes 2 to 9.
    pub(crate) indent: usize,
    /// The column behind which lines are folded.
    pub(crate) width: usize,
    pub(crate) numbers: Numbers,
}

/// How numbers and text that isn't UTF-8 are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Numbers {
    /// As the encoder is given them.
    Direct,
    /// As they are after a way through JSON.
    ThroughJson,
}

/// Where a node stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Root,
    /// Behind `-`.
    Item,
    /// A key on the line of its value.
    SimpleKey,
    /// A key behind `?`.
    Key,
    /// Behind `:`.
    Value,
}

struct Frame<S: Source> {
    parts: Parts<S>,
    /// The indentation outside.
    outer: isize,
}

enum Parts<S: Source> {
    Items(IntoIter<S>),
    Entries(IntoIter<(S::Key, S)>),
}

/// Writes one document.
pub(crate) fn emit<S: Source>(value: &S, layout: Layout) -> String {
    let mut emitter = Emitter { writer: Writer::new(layout), frames: Vec::new() };
    emitter.node(value, Place::Root);
    while emitter.part() {}
    emitter.writer.finish()
}

struct Emitter<S: Source> {
    writer: Writer,
    frames: Vec<Frame<S>>,
}

impl<S: Source> Emitter<S> {
    /// Writes a scalar or an empty collection, or begins another one.
    fn node(&mut self, value: &S, place: Place) {
        match value.view() {
            View::Null => self.writer.word("null", place),
            View::Bool(true) => self.writer.word("true", place),
            View::Bool(false) => self.writer.word("false", place),
            View::Int(value) => self.writer.word(&value.to_string(), place),
            View::Uint(value) => self.writer.word(&value.to_string(), place),
            View::Float(value) => self.writer.float(value, place),
            View::Text(text) => self.writer.text(&text, place),
            View::Unsupported(_) => self.writer.word("null", place),
            View::Sequence(items) if items.is_empty() => self.writer.brackets("[", "]"),
            View::Mapping(entries) if entries.is_empty() => self.writer.brackets("{", "}"),
            View::Sequence(items) => {
                let outer = self.writer.begin_sequence(place);
                self.frames.push(Frame { parts: Parts::Items(items.into_iter()), outer });
            }
            View::Mapping(mut entries) => {
                sort_entries(self.writer.dialect(), &mut entries);
                let outer = self.writer.begin_mapping(place);
                self.frames.push(Frame { parts: Parts::Entries(entries.into_iter()), outer });
            }
        }
    }

    /// Writes the next part of the innermost collection; false behind the document's end.
    fn part(&mut self) -> bool {
        let Some(frame) = self.frames.last_mut() else { return false };
        let value = match &mut frame.parts {
            Parts::Items(items) => items.next().map(|value| {
                self.writer.begin_item();
                (value, Place::Item)
            }),
            Parts::Entries(entries) => entries.next().map(|(key, value)| {
                self.writer.key(key.as_ref());
                (value, Place::Value)
            }),
        };
        match value {
            Some((value, place)) => self.node(&value, place),
            None => {
                self.writer.end_collection(frame.outer);
                self.frames.pop();
            }
        }
        true
    }
}
