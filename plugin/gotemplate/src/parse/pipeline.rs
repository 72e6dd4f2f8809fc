//! Pipelines, commands and terms.

use smallvec::SmallVec;

use super::{Parsed, Parser};
use crate::Str;
use crate::lex::{Token, TokenKind};
use crate::node::{
    Chain, Command, Field, Identifier, Literal, Names, Parenthesized, Pipe, Source, Term, Variable,
};
use crate::strconv::quote;

impl Parser<'_> {
    /// Declarations, if there are any, and commands up to `end`.
    pub(super) fn pipeline(&mut self, context: &str, end: TokenKind) -> Parsed<Pipe> {
        let start = self.peek_non_space();
        let (variables, is_assignment) = self.declarations(context)?;
        let mut pipe =
            Pipe { position: start.span.start, is_assignment, variables, commands: SmallVec::new() };
        loop {
            let token = self.next_non_space();
            match token.kind {
                kind if kind == end => {
                    self.check(&pipe, context)?;
                    return Ok(pipe);
                }
                kind if opens_command(kind) => {
                    self.put_back();
                    let command = self.command()?;
                    pipe.commands.push(command);
                }
                _ => return Err(self.unexpected(token, context)),
            }
        }
    }

    /// `$x :=`, `$x =`, and in a range also `$x, $y :=`; whether they are assigned rather than declared.
    fn declarations(&mut self, context: &str) -> Parsed<(Box<[Variable]>, bool)> {
        let mut variables = Vec::new();
        loop {
            let variable = self.peek_non_space();
            if variable.kind != TokenKind::Variable {
                break;
            }
            self.next();
            let after = self.peek();
            let next = self.peek_non_space();
            match next.kind {
                TokenKind::Assign | TokenKind::Declare => {
                    self.next_non_space();
                    variables.push(self.declare(variable));
                    return Ok((variables.into(), next.kind == TokenKind::Assign));
                }
                TokenKind::Char if self.text_of(next) == b"," => {
                    self.next_non_space();
                    variables.push(self.declare(variable));
                    self.check_second(variables.len(), context)?;
                }
                _ if after.kind == TokenKind::Space => {
                    self.put_back_three(variable, after);
                    break;
                }
                _ => {
                    self.put_back_two(variable);
                    break;
                }
            }
        }
        Ok((variables.into(), false))
    }

    fn declare(&mut self, token: Token) -> Variable {
        let variable = self.variable(token);
        self.scope.declare(variable.symbol);
        variable
    }

    /// After a comma: only a range may have a second variable.
    fn check_second(&mut self, count: usize, context: &str) -> Parsed<()> {
        if context != "range" || count >= 2 {
            return Err(self.error(format!("too many declarations in {context}")));
        }
        match self.peek_non_space().kind {
            TokenKind::Variable | TokenKind::RightDelimiter | TokenKind::RightParen => Ok(()),
            _ => Err(self.error("range can only initialize variables")),
        }
    }

    fn check(&self, pipe: &Pipe, context: &str) -> Parsed<()> {
        if pipe.commands.is_empty() {
            return Err(self.error(format!("missing value for {context}")));
        }
        let is_constant = |command: &Command| {
            matches!(
                command.first,
                Term::Bool(..) | Term::Dot(_) | Term::Nil(_) | Term::Number(_) | Term::String(_)
            )
        };
        match pipe.commands.iter().skip(1).position(is_constant) {
            Some(index) => Err(self.error(format!("non executable command in pipeline stage {}", index + 2))),
            None => Ok(()),
        }
    }

    fn command(&mut self) -> Parsed<Command> {
        let position = self.peek_non_space().span.start;
        let start = self.terms.len();
        let mut first = None;
        loop {
            self.peek_non_space();
            match self.operand()? {
                Some(term) if first.is_none() => first = Some(term),
                Some(term) => self.terms.push(term),
                None => {}
            }
            let token = self.next();
            match token.kind {
                TokenKind::Space => continue,
                TokenKind::RightDelimiter | TokenKind::RightParen => self.put_back(),
                TokenKind::Pipe => {}
                _ => return Err(self.unexpected(token, "operand")),
            }
            break;
        }
        let first = first.ok_or_else(|| self.error("empty command"))?;
        Ok(Command { position, first, arguments: self.terms.drain(start..).collect() })
    }

    /// A term and the fields that follow it.
    fn operand(&mut self) -> Parsed<Option<Term>> {
        let Some(term) = self.term()? else { return Ok(None) };
        let next = self.peek();
        if next.kind != TokenKind::Field {
            return Ok(Some(term));
        }
        let position = next.span.start;
        match term {
            Term::Variable(Variable { symbol, .. }) => {
                let fields = self.field_names(None);
                Ok(Some(Term::Variable(Variable { position, symbol, fields })))
            }
            Term::Function(_) | Term::Pipe(_) => {
                let fields = self.field_names(None);
                Ok(Some(Term::Chain(Box::new(Chain { position, term, fields }))))
            }
            constant => Err(self.error(format!("unexpected . after term {}", self.quote_term(&constant)))),
        }
    }

    /// `.a.b`, whose first name was read. Of several names, errors point to the second.
    fn field(&mut self, first: Token) -> Field {
        let next = self.peek();
        let position = if next.kind == TokenKind::Field { next.span.start } else { first.span.start };
        Field { position, names: self.field_names(Some(first)) }
    }

    /// The name of the first token, if there is one, and those of the fields that follow.
    fn field_names(&mut self, first: Option<Token>) -> Names {
        self.names.extend(first.map(|token| field_name(&self.source, token)));
        while self.peek().kind == TokenKind::Field {
            let token = self.next();
            self.names.push(field_name(&self.source, token));
        }
        self.names.drain(..).collect()
    }

    fn quote_term(&self, term: &Term) -> String {
        let mut printer = crate::node::NodePrinter::new(&self.source);
        printer.term(term);
        quote(printer.finish())
    }

    fn term(&mut self) -> Parsed<Option<Term>> {
        let token = self.next_non_space();
        let position = token.span.start;
        Ok(Some(match token.kind {
            TokenKind::Identifier => Term::Function(self.function(token)?),
            TokenKind::Dot => Term::Dot(position),
            TokenKind::Nil => Term::Nil(position),
            TokenKind::Variable => Term::Variable(self.known_variable(token)?),
            TokenKind::Field => Term::Field(self.field(token)),
            TokenKind::Bool => Term::Bool(position, self.text_of(token) == b"true"),
            TokenKind::CharConstant | TokenKind::Complex | TokenKind::Number => {
                let number = super::number::parse(token.kind, position, self.text_of(token));
                Term::Number(Box::new(number.map_err(|message| self.error(message))?))
            }
            TokenKind::LeftParen => Term::Pipe(Box::new(self.parenthesized()?)),
            TokenKind::String | TokenKind::RawString => {
                Term::String(Literal { span: token.span, value: self.unquote(token)? })
            }
            _ => {
                self.put_back();
                return Ok(None);
            }
        }))
    }

    fn parenthesized(&mut self) -> Parsed<Parenthesized> {
        if self.scope.paren_depth >= super::MAX_NESTING {
            return Err(self.error("max expression depth exceeded"));
        }
        self.scope.paren_depth += 1;
        let pipe = self.nested(|parser| parser.pipeline("parenthesized pipeline", TokenKind::RightParen))?;
        self.scope.paren_depth -= 1;
        Ok(Parenthesized(pipe))
    }

    fn function(&self, token: Token) -> Parsed<Identifier> {
        let name = self.text_of(token);
        match self.source.functions.place(name) {
            Some(function) => Ok(Identifier { position: token.span.start, function }),
            None => Err(self.error(format!("function {} not defined", quote(name)))),
        }
    }

    fn known_variable(&mut self, token: Token) -> Parsed<Variable> {
        let variable = self.variable(token);
        if self.scope.is_declared(variable.symbol) {
            return Ok(variable);
        }
        Err(self.error(format!("undefined variable {}", quote(self.text_of(token)))))
    }

    fn variable(&mut self, token: Token) -> Variable {
        Variable { position: token.span.start, symbol: self.symbol(token), fields: Names::default() }
    }
}

/// The name of a field without its point.
fn field_name(source: &Source, token: Token) -> Str {
    Str::from(source.slice(token.span).get(1..).unwrap_or_default())
}

/// Whether a command may begin with such a token.
fn opens_command(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Bool
            | TokenKind::CharConstant
            | TokenKind::Complex
            | TokenKind::Dot
            | TokenKind::Field
            | TokenKind::Identifier
            | TokenKind::Number
            | TokenKind::Nil
            | TokenKind::RawString
            | TokenKind::String
            | TokenKind::Variable
            | TokenKind::LeftParen
    )
}
