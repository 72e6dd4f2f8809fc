//! Nodes: scalars, collections, aliases and their properties.

use std::borrow::Cow;

use crate::parser::{Expect, Frame, Parser};
use crate::token::TokenKind;
use crate::{Collection, Error, Event, EventKind, Mark, Scalar, ScalarStyle};

/// Where a node stands, which decides how it may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Block,
    /// Below a key, where a sequence need not be indented.
    BelowKey,
    Flow,
}

/// The anchor and the tag of a node, and where they are.
struct Properties<'i> {
    anchor: Option<&'i str>,
    tag: Option<Cow<'i, str>>,
    start: Mark,
    end: Mark,
}

impl<'i> Parser<'i> {
    pub(super) fn block_node(&mut self) -> Result<Event<'i>, Error> {
        self.node(Place::Block)
    }

    pub(super) fn block_node_or_indentless(&mut self) -> Result<Event<'i>, Error> {
        self.node(Place::BelowKey)
    }

    pub(super) fn flow_node(&mut self) -> Result<Event<'i>, Error> {
        self.node(Place::Flow)
    }

    fn node(&mut self, place: Place) -> Result<Event<'i>, Error> {
        let token = self.peek()?;
        let (start, end) = (token.start, token.end);
        let properties = match token.kind {
            TokenKind::Alias(name) => {
                let mut event = self.event(EventKind::Alias(name), start, end);
                self.attach_comments(&mut event);
                self.take();
                return Ok(event);
            }
            TokenKind::Anchor(_) | TokenKind::Tag(..) => self.properties(start)?,
            _ => Properties { anchor: None, tag: None, start, end: start },
        };
        let token = self.peek()?;
        let (token_start, token_end) = (token.start, token.end);
        let expect = match (&token.kind, place) {
            (TokenKind::Scalar(..), _) => return self.scalar(properties),
            (TokenKind::BlockEntry, Place::BelowKey) => Expect::IndentlessItem,
            (TokenKind::FlowSequenceStart, _) => Expect::FirstFlowItem,
            (TokenKind::FlowMappingStart, _) => Expect::FirstFlowKey,
            (TokenKind::BlockSequenceStart, Place::Block | Place::BelowKey) => Expect::BlockItem,
            (TokenKind::BlockMappingStart, Place::Block | Place::BelowKey) => Expect::BlockKey,
            _ if properties.anchor.is_some() || properties.tag.is_some() => {
                return Ok(self.empty_with_properties(properties));
            }
            _ => {
                let context = properties.start;
                return Err(self.error(context, "did not find expected node content", token_start));
            }
        };
        Ok(self.open(expect, properties, token_start, token_end))
    }

    /// Begins a collection with the next token.
    fn open(&mut self, expect: Expect, properties: Properties<'i>, start: Mark, end: Mark) -> Event<'i> {
        let Properties { anchor, tag, start: properties_start, .. } = properties;
        let flow = matches!(expect, Expect::FirstFlowItem | Expect::FirstFlowKey);
        let collection = Collection { anchor, tag, flow };
        let kind = match expect {
            Expect::BlockKey | Expect::FirstFlowKey => EventKind::MappingStart(collection),
            _ => EventKind::SequenceStart(collection),
        };
        self.frames.push(Frame { expect, start });
        let mut event = self.event(kind, properties_start, end);
        match expect {
            Expect::IndentlessItem => return event,
            Expect::BlockItem | Expect::BlockKey => self.attach_stem(&mut event),
            _ => self.attach_comments(&mut event),
        }
        self.take();
        event
    }

    fn scalar(&mut self, properties: Properties<'i>) -> Result<Event<'i>, Error> {
        let Properties { anchor, tag, start, .. } = properties;
        let token = self.scanner.take();
        let Some((TokenKind::Scalar(value, style), end)) = token.map(|token| (token.kind, token.end)) else {
            return Err(self.error_here(start, "did not find expected node content"));
        };
        let implicit = match tag.as_deref() {
            None => style == ScalarStyle::Plain,
            Some(tag) => tag == "!",
        };
        let scalar = Scalar { anchor, tag, value, style, implicit };
        let mut event = self.event(EventKind::Scalar(scalar), start, end);
        self.attach_comments(&mut event);
        Ok(event)
    }

    fn empty_with_properties(&mut self, properties: Properties<'i>) -> Event<'i> {
        let Properties { anchor, tag, start, end } = properties;
        let implicit = tag.is_none();
        let value = Cow::Borrowed("");
        let scalar = Scalar { anchor, tag, value, style: ScalarStyle::Plain, implicit };
        self.event(EventKind::Scalar(scalar), start, end)
    }

    fn properties(&mut self, start: Mark) -> Result<Properties<'i>, Error> {
        let mut properties = Properties { anchor: None, tag: None, start, end: start };
        let mut tag = None;
        // One of each, in either order.
        for _ in 0..2 {
            let token = self.peek()?;
            let (token_start, end) = (token.start, token.end);
            match &token.kind {
                TokenKind::Anchor(name) if properties.anchor.is_none() => properties.anchor = Some(*name),
                TokenKind::Tag(handle, suffix) if tag.is_none() => {
                    tag = Some((*handle, suffix.clone(), token_start));
                }
                _ => break,
            }
            properties.end = end;
            self.take();
        }
        self.peek()?;
        if let Some((handle, suffix, mark)) = tag {
            properties.tag = self.resolve_tag(handle, suffix, start, mark)?;
        }
        Ok(properties)
    }

    /// The long form of a tag; `None` if that's empty.
    fn resolve_tag(
        &mut self,
        handle: &str,
        suffix: Cow<'i, str>,
        start: Mark,
        mark: Mark,
    ) -> Result<Option<Cow<'i, str>>, Error> {
        if handle.is_empty() {
            return Ok(Some(suffix).filter(|tag| !tag.is_empty()));
        }
        let prefix = self.tags.get(handle).filter(|prefix| prefix.len() + suffix.len() > 0);
        let Some(prefix) = prefix else {
            return Err(self.error(start, "found undefined tag handle", mark));
        };
        let length = prefix.len() + suffix.len();
        let Some(budget) = self.tag_budget.checked_sub(length) else {
            return Err(self.error(start, "exceeded maximum length of tags", mark));
        };
        let tag = format!("{prefix}{suffix}");
        self.tag_budget = budget;
        Ok(Some(Cow::Owned(tag)))
    }
}
