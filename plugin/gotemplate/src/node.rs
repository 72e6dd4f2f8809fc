//! The parsed form of templates: plain data, `Send + Sync`, with the positions that errors name.

mod print;

use std::sync::Arc;

use smallvec::SmallVec;

pub(crate) use self::print::NodePrinter;
use crate::{Functions, Str, stack};

/// A byte offset in the text.
pub(crate) type Position = u32;

/// A text that was parsed, and what its nodes refer to.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) name: Str,
    pub(crate) text: Str,
    pub(crate) functions: Arc<Functions>,
    /// The names of the variables; the place is the [`Symbol`].
    pub(crate) variables: Vec<Str>,
}

impl Source {
    /// The bytes of a token.
    pub(crate) fn slice(&self, span: Span) -> &[u8] {
        self.text.as_bytes().get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// The name of a variable, with its `$`.
    pub(crate) fn variable_name(&self, symbol: Symbol) -> &Str {
        self.variables.get(symbol.0 as usize).unwrap_or(&Str::EMPTY)
    }
}

/// A part of the text, from `start` up to `end`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub(crate) start: Position,
    pub(crate) end: Position,
}

impl Span {
    pub(crate) fn new(start: usize, end: usize) -> Self {
        Self { start: position(start), end: position(end) }
    }
}

/// Longer texts than a position can tell are refused.
fn position(offset: usize) -> Position {
    Position::try_from(offset).unwrap_or(Position::MAX)
}

/// One template: what a text says outside of its definitions, or within one of them.
#[derive(Debug)]
pub(crate) struct Tree {
    pub(crate) name: Str,
    pub(crate) source: Arc<Source>,
    pub(crate) root: Body,
    /// Whether there is nothing but space: such a tree replaces no other.
    pub(crate) is_empty: bool,
}

/// Nodes in their order.
pub(crate) type Body = Box<[Node]>;

/// What a template does.
#[derive(Debug)]
pub(crate) enum Node {
    Text(Span),
    Action(Box<Pipe>),
    If(Box<Branch>),
    With(Box<Branch>),
    Range(Box<Branch>),
    Template(Box<Invocation>),
    Break,
    Continue,
}

/// `if`, `with` and `range`.
#[derive(Debug)]
pub(crate) struct Branch {
    pub(crate) pipe: Pipe,
    pub(crate) body: Body,
    pub(crate) otherwise: Option<Body>,
}

// Deep trees are dropped level by level, so each may need room.
impl Drop for Branch {
    fn drop(&mut self) {
        stack::grow(|| {
            self.body = Body::default();
            self.otherwise = None;
        });
    }
}

/// `template`.
#[derive(Debug)]
pub(crate) struct Invocation {
    pub(crate) position: Position,
    pub(crate) name: Str,
    pub(crate) pipe: Option<Pipe>,
}

/// Commands, each of which gets the result of the one before it, and the variables that get the last one's.
#[derive(Debug)]
pub(crate) struct Pipe {
    pub(crate) position: Position,
    pub(crate) is_assignment: bool,
    pub(crate) variables: Box<[Variable]>,
    /// Most pipelines are one command.
    pub(crate) commands: SmallVec<[Command; 1]>,
}

/// A pipeline in parentheses.
#[derive(Debug)]
pub(crate) struct Parenthesized(pub(crate) Pipe);

// As for branches.
impl Drop for Parenthesized {
    fn drop(&mut self) {
        stack::grow(|| self.0.commands.clear());
    }
}

/// A term and its arguments.
#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) position: Position,
    pub(crate) first: Term,
    pub(crate) arguments: Box<[Term]>,
}

/// What stands in a command.
#[derive(Debug)]
pub(crate) enum Term {
    Dot(Position),
    Nil(Position),
    Bool(Position, bool),
    Number(Box<Number>),
    String(Literal),
    Field(Field),
    Variable(Variable),
    Function(Identifier),
    Pipe(Box<Parenthesized>),
    Chain(Box<Chain>),
}

/// A string literal and its value.
#[derive(Debug)]
pub(crate) struct Literal {
    pub(crate) span: Span,
    pub(crate) value: Str,
}

/// The names of a chain of fields.
pub(crate) type Names = Box<[Str]>;

/// `.a.b`; never empty.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) position: Position,
    pub(crate) names: Names,
}

/// `$x.a.b`.
#[derive(Debug)]
pub(crate) struct Variable {
    pub(crate) position: Position,
    pub(crate) symbol: Symbol,
    pub(crate) fields: Names,
}

/// A variable's name: its place in [`Source::variables`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Symbol(pub(crate) u32);

impl Symbol {
    /// `$`.
    pub(crate) const ROOT: Self = Self(0);
}

/// The name of a function.
#[derive(Debug)]
pub(crate) struct Identifier {
    pub(crate) position: Position,
    /// Its place in [`Source::functions`].
    pub(crate) function: u32,
}

/// `(pipe).a.b`; has a field.
#[derive(Debug)]
pub(crate) struct Chain {
    pub(crate) position: Position,
    pub(crate) term: Term,
    pub(crate) fields: Names,
}

/// A number, under all the types that can hold it.
#[derive(Debug, Default)]
pub(crate) struct Number {
    pub(crate) position: Position,
    pub(crate) text: Str,
    pub(crate) int: Option<i64>,
    pub(crate) uint: Option<u64>,
    pub(crate) float: Option<f64>,
    pub(crate) complex: Option<(f64, f64)>,
}

impl Command {
    /// All terms in their order.
    pub(crate) fn terms(&self) -> impl Iterator<Item = &Term> {
        std::iter::once(&self.first).chain(&self.arguments)
    }
}

impl Term {
    pub(crate) fn position(&self) -> Position {
        match self {
            Self::Dot(position) | Self::Nil(position) | Self::Bool(position, _) => *position,
            Self::Number(number) => number.position,
            Self::String(literal) => literal.span.start,
            Self::Field(field) => field.position,
            Self::Variable(variable) => variable.position,
            Self::Function(identifier) => identifier.position,
            Self::Pipe(pipe) => pipe.0.position,
            Self::Chain(chain) => chain.position,
        }
    }
}
