//! Writes nodes back as text, in the form in which Go's errors quote them.

use super::{
    Body, Branch, Chain, Command, Field, Identifier, Invocation, Node, Pipe, Source, Term, Variable,
};
use crate::strconv::{QuoteStyle, push_quoted};
use crate::{Function, Str};

/// A text under construction, with the source that spans refer to.
pub(crate) struct NodePrinter<'s> {
    out: Vec<u8>,
    source: &'s Source,
}

impl<'s> NodePrinter<'s> {
    pub(crate) fn new(source: &'s Source) -> Self {
        Self { out: Vec::new(), source }
    }

    pub(crate) fn finish(self) -> String {
        String::from_utf8_lossy(&self.out).into_owned()
    }

    fn push(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn body(&mut self, body: &Body) {
        body.iter().for_each(|node| self.node(node));
    }

    pub(crate) fn node(&mut self, node: &Node) {
        match node {
            Node::Text(span) => self.out.extend_from_slice(self.source.slice(*span)),
            Node::Action(pipe) => {
                self.push("{{");
                self.pipe(pipe);
                self.push("}}");
            }
            Node::If(branch) => self.branch("if", branch),
            Node::With(branch) => self.branch("with", branch),
            Node::Range(branch) => self.branch("range", branch),
            Node::Template(invocation) => self.invocation(invocation),
            Node::Break => self.push("{{break}}"),
            Node::Continue => self.push("{{continue}}"),
        }
    }

    fn branch(&mut self, word: &str, branch: &Branch) {
        self.push("{{");
        self.push(word);
        self.push(" ");
        self.pipe(&branch.pipe);
        self.push("}}");
        self.body(&branch.body);
        if let Some(otherwise) = &branch.otherwise {
            self.push("{{else}}");
            self.body(otherwise);
        }
        self.push("{{end}}");
    }

    pub(crate) fn invocation(&mut self, invocation: &Invocation) {
        self.push("{{template ");
        push_quoted(&mut self.out, invocation.name.as_bytes(), QuoteStyle::Print);
        if let Some(pipe) = &invocation.pipe {
            self.push(" ");
            self.pipe(pipe);
        }
        self.push("}}");
    }

    pub(crate) fn pipe(&mut self, pipe: &Pipe) {
        for (index, variable) in pipe.variables.iter().enumerate() {
            self.push(if index > 0 { ", " } else { "" });
            self.variable(variable);
        }
        if !pipe.variables.is_empty() {
            self.push(if pipe.is_assignment { " = " } else { " := " });
        }
        for (index, command) in pipe.commands.iter().enumerate() {
            self.push(if index > 0 { " | " } else { "" });
            self.command(command);
        }
    }

    pub(crate) fn command(&mut self, command: &Command) {
        for (index, term) in command.terms().enumerate() {
            self.push(if index > 0 { " " } else { "" });
            self.parenthesized(term);
        }
    }

    /// A term within a command or a chain: there, pipelines stand in parentheses.
    fn parenthesized(&mut self, term: &Term) {
        if matches!(term, Term::Pipe(_)) {
            self.push("(");
            self.term(term);
            self.push(")");
        } else {
            self.term(term);
        }
    }

    pub(crate) fn term(&mut self, term: &Term) {
        match term {
            Term::Dot(_) => self.push("."),
            Term::Nil(_) => self.push("nil"),
            Term::Bool(_, value) => self.push(if *value { "true" } else { "false" }),
            Term::Number(number) => self.out.extend_from_slice(number.text.as_bytes()),
            Term::String(literal) => self.out.extend_from_slice(self.source.slice(literal.span)),
            Term::Field(field) => self.field(field),
            Term::Variable(variable) => self.variable(variable),
            Term::Function(identifier) => self.function(identifier),
            Term::Pipe(pipe) => self.pipe(&pipe.0),
            Term::Chain(chain) => self.chain(chain),
        }
    }

    pub(crate) fn field(&mut self, field: &Field) {
        self.names(&field.names);
    }

    pub(crate) fn variable(&mut self, variable: &Variable) {
        self.out.extend_from_slice(self.source.variable_name(variable.symbol).as_bytes());
        self.names(&variable.fields);
    }

    fn function(&mut self, identifier: &Identifier) {
        self.push(self.source.functions.at(identifier.function).map_or("", Function::name));
    }

    pub(crate) fn chain(&mut self, chain: &Chain) {
        self.parenthesized(&chain.term);
        self.names(&chain.fields);
    }

    fn names(&mut self, names: &[Str]) {
        for name in names {
            self.push(".");
            self.out.extend_from_slice(name.as_bytes());
        }
    }
}
