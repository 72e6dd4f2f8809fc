//! Which node go-yaml v3 attaches a comment to.

use crate::parser::Parser;
use crate::scanner::CommentKind;
use crate::token::{Token, TokenKind};
use crate::{Comments, Error, Event};

impl<'i> Parser<'i> {
    /// Collects the comments that belong to the next token or are before it.
    pub(super) fn peek_with_comments(&mut self) -> Result<&Token<'i>, Error> {
        let token = self.scanner.peek()?;
        let place = token.start.index;
        let ends_block = token.kind == TokenKind::BlockEnd;
        while let Some(comment) = self.scanner.comments().front() {
            let head = comment.kind == CommentKind::Head;
            if comment.token.index > place || head && ends_block {
                break;
            }
            let part = match comment.kind {
                CommentKind::Head => &mut self.comments.head,
                CommentKind::Line => &mut self.comments.line,
                CommentKind::Foot => &mut self.comments.foot,
            };
            if !part.is_empty() {
                part.push('\n');
            }
            part.push_str(&comment.text);
            self.scanner.comments().pop_front();
        }
        self.scanner.peek()
    }

    /// Gives the event what has been collected.
    pub(super) fn attach_comments(&mut self, event: &mut Event<'i>) {
        self.stem.clear();
        if !self.comments.is_empty() {
            event.comments = Some(Box::new(std::mem::take(&mut self.comments)));
        }
    }

    /// Comments above a `-` are about the collection behind it, if there's one: `length`
    /// bytes of what has been collected.
    pub(super) fn split_stem(&mut self, length: usize) {
        if length == 0 {
            return;
        }
        let opens = match self.peek() {
            Ok(token) => matches!(token.kind, TokenKind::BlockSequenceStart | TokenKind::BlockMappingStart),
            Err(error) => {
                self.passed = Some(error);
                return;
            }
        };
        if opens {
            let rest = self.comments.head.split_off(length);
            self.stem = std::mem::take(&mut self.comments.head);
            self.comments.head = rest.strip_prefix('\n').unwrap_or(&rest).to_owned();
        }
    }

    pub(super) fn attach_stem(&mut self, event: &mut Event<'i>) {
        if !self.stem.is_empty() {
            let head = std::mem::take(&mut self.stem);
            event.comments = Some(Box::new(Comments { head, ..Comments::default() }));
        }
    }

    /// The comment above the first empty line is about the document.
    pub(super) fn attach_document_head(&mut self, event: &mut Event<'i>) {
        let head = &self.comments.head;
        let (document, node) = match head.strip_suffix('\n') {
            Some(document) => (document, ""),
            None => match head.rsplit_once("\n\n") {
                Some(parts) => parts,
                None => return,
            },
        };
        let comments = Comments { head: document.to_owned(), ..Comments::default() };
        self.comments.head = node.to_owned();
        if !comments.is_empty() {
            event.comments = Some(Box::new(comments));
        }
    }

    pub(super) fn attach_document_foot(&mut self, event: &mut Event<'i>) {
        self.attach_comments(event);
        if let Some(comments) = &mut event.comments
            && comments.foot.is_empty()
        {
            comments.foot = std::mem::take(&mut comments.head);
        }
    }
}
