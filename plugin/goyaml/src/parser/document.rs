//! Documents: where they begin and end, and their directives.

use std::borrow::Cow;

use crate::parser::{Parser, Stage};
use crate::token::TokenKind;
use crate::{Error, Event, EventKind, Mark};

impl<'i> Parser<'i> {
    /// The next event outside of collections.
    pub(super) fn next_outside(&mut self) -> Result<Option<Event<'i>>, Error> {
        match self.stage {
            Stage::Start => self.stream_start(),
            Stage::FirstDocument => self.document_start(),
            Stage::Document => {
                while self.take_if(&TokenKind::DocumentEnd)?.is_some() {}
                self.document_start()
            }
            Stage::Root => {
                self.stage = Stage::Tail;
                self.block_node()
            }
            Stage::Content => self.content(),
            Stage::Tail => self.document_end(),
            Stage::End => return Ok(None),
        }
        .map(Some)
    }

    fn stream_start(&mut self) -> Result<Event<'i>, Error> {
        let token = self.peek()?;
        let (start, end) = (token.start, token.end);
        self.take();
        self.stage = Stage::FirstDocument;
        Ok(self.event(EventKind::StreamStart, start, end))
    }

    fn document_start(&mut self) -> Result<Event<'i>, Error> {
        let first = self.stage == Stage::FirstDocument;
        let token = self.peek()?;
        let (start, end) = (token.start, token.end);
        match token.kind {
            TokenKind::StreamEnd => {
                self.stage = Stage::End;
                self.take();
                Ok(self.event(EventKind::StreamEnd, start, end))
            }
            TokenKind::Version(..) | TokenKind::TagDirective(..) | TokenKind::DocumentStart => {
                self.explicit_document(start)
            }
            _ if first => {
                self.read_directives()?;
                self.stage = Stage::Root;
                let mut event = self.event(EventKind::DocumentStart, start, end);
                self.attach_document_head(&mut event);
                Ok(event)
            }
            _ => self.explicit_document(start),
        }
    }

    fn explicit_document(&mut self, start: Mark) -> Result<Event<'i>, Error> {
        self.read_directives()?;
        match self.take_if(&TokenKind::DocumentStart)? {
            Some(end) => {
                self.stage = Stage::Content;
                Ok(self.event(EventKind::DocumentStart, start, end))
            }
            None => Err(self.error_here(Mark::default(), "did not find expected <document start>")),
        }
    }

    fn content(&mut self) -> Result<Event<'i>, Error> {
        self.stage = Stage::Tail;
        let token = self.peek()?;
        match token.kind {
            TokenKind::Version(..)
            | TokenKind::TagDirective(..)
            | TokenKind::DocumentStart
            | TokenKind::DocumentEnd
            | TokenKind::StreamEnd => {
                let mark = token.start;
                Ok(self.empty_scalar(mark))
            }
            _ => self.block_node(),
        }
    }

    fn document_end(&mut self) -> Result<Event<'i>, Error> {
        let start = self.peek()?.start;
        let explicit = self.take_if(&TokenKind::DocumentEnd)?;
        self.tags.clear();
        self.stage = Stage::Document;
        let kind = EventKind::DocumentEnd { implicit: explicit.is_none() };
        let mut event = self.event(kind, start, explicit.unwrap_or(start));
        self.attach_document_foot(&mut event);
        Ok(event)
    }

    fn read_directives(&mut self) -> Result<(), Error> {
        let none = Mark::default();
        let mut versioned = false;
        loop {
            let token = self.peek()?;
            let mark = token.start;
            match token.kind.clone() {
                TokenKind::Version(..) if versioned => {
                    return Err(self.error(none, "found duplicate %YAML directive", mark));
                }
                TokenKind::Version(1, 1) => versioned = true,
                TokenKind::Version(..) => {
                    return Err(self.error(none, "found incompatible YAML document", mark));
                }
                TokenKind::TagDirective(handle, prefix) => {
                    if self.tags.insert(handle, prefix).is_some() {
                        return Err(self.error(none, "found duplicate %TAG directive", mark));
                    }
                }
                _ => break,
            }
            self.take();
        }
        for (handle, prefix) in [("!", "!"), ("!!", "tag:yaml.org,2002:")] {
            self.tags.entry(handle).or_insert(Cow::Borrowed(prefix));
        }
        Ok(())
    }
}
