//! Errors of an execution: where it is, and in Go's words.

use super::Executor;
use crate::FunctionError;
use crate::error::{ExecCause, ExecError, Limit, Location};
use crate::lex::count_lines;
use crate::node::{Command, Node, NodePrinter, Pipe, Position, Term};

/// The node that was entered last.
#[derive(Clone, Copy)]
pub(super) enum At<'t> {
    Nowhere,
    Node(&'t Node),
    Pipe(&'t Pipe),
    Command(&'t Command),
    Term(&'t Term),
}

impl At<'_> {
    fn position(self) -> Option<Position> {
        Some(match self {
            Self::Nowhere | Self::Node(Node::Break | Node::Continue) => return None,
            Self::Node(Node::Text(span)) => span.start,
            Self::Node(Node::Action(pipe)) => pipe.position,
            Self::Pipe(pipe) => pipe.position,
            Self::Node(Node::If(branch) | Node::With(branch) | Node::Range(branch)) => branch.pipe.position,
            Self::Node(Node::Template(invocation)) => invocation.position,
            Self::Command(command) => command.position,
            Self::Term(term) => term.position(),
        })
    }
}

impl Executor<'_, '_, '_> {
    pub(super) fn error(&self, message: impl Into<String>) -> ExecError {
        self.fail(ExecCause::Message(message.into()))
    }

    pub(super) fn limit(&self, limit: Limit) -> ExecError {
        self.fail(ExecCause::Limit(limit))
    }

    pub(super) fn function_error(&self, name: &str, error: FunctionError) -> ExecError {
        self.fail(ExecCause::Function { name: name.to_owned(), error })
    }

    fn fail(&self, cause: ExecCause) -> ExecError {
        ExecError::new(self.tree.name.to_str_lossy().into_owned(), self.location(), cause)
    }

    fn location(&self) -> Option<Location> {
        let position = self.at.position()? as usize;
        let source = &self.tree.source;
        let before = source.text.as_bytes().get(..position).unwrap_or_default();
        let line_start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
        Some(Location {
            file: source.name.to_str_lossy().into_owned(),
            line: 1 + count_lines(before),
            column: position - line_start,
            node: self.node_text(),
        })
    }

    pub(super) fn node_text(&self) -> String {
        let mut printer = NodePrinter::new(&self.tree.source);
        match self.at {
            At::Nowhere => {}
            At::Node(node) => printer.node(node),
            At::Pipe(pipe) => printer.pipe(pipe),
            At::Command(command) => printer.command(command),
            At::Term(term) => printer.term(term),
        }
        printer.finish()
    }
}
