//! Pipelines, commands and terms.

use smallvec::smallvec;

use super::{Parsed, Parser, position, span_of};
use crate::Str;
use crate::lex::{Token, TokenKind};
use crate::node::{Chain, Command, Field, Identifier, Literal, Names, Pipe, Term, Variable};
use crate::strconv::quote;

impl Parser<'_> {
    /// Declarations, if there are any, and commands up to `end`.
    pub(super) fn pipeline(&mut self, context: &str, end: TokenKind) -> Parsed<Pipe> {
        let start = self.peek_non_space();
        let mut pipe = Pipe {
            position: position(start.start),
            is_assignment: false,
            variables: Vec::new(),
            commands: Vec::with_capacity(1),
        };
        self.declarations(&mut pipe, context)?;
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

    /// `$x :=`, `$x =`, and in a range also `$x, $y :=`.
    fn declarations(&mut self, pipe: &mut Pipe, context: &str) -> Parsed<()> {
        loop {
            let variable = self.peek_non_space();
            if variable.kind != TokenKind::Variable {
                return Ok(());
            }
            self.next();
            let after = self.peek();
            let next = self.peek_non_space();
            match next.kind {
                TokenKind::Assign | TokenKind::Declare => {
                    pipe.is_assignment = next.kind == TokenKind::Assign;
                    self.next_non_space();
                    self.declare(pipe, variable);
                    return Ok(());
                }
                TokenKind::Char if self.text_of(next) == b"," => {
                    self.next_non_space();
                    self.declare(pipe, variable);
                    self.check_second(pipe, context)?;
                }
                _ if after.kind == TokenKind::Space => {
                    self.put_back_three(variable, after);
                    return Ok(());
                }
                _ => {
                    self.put_back_two(variable);
                    return Ok(());
                }
            }
        }
    }

    fn declare(&mut self, pipe: &mut Pipe, token: Token) {
        let variable = self.variable(position(token.start), self.text_of(token));
        self.scope.variables.push(variable.symbol);
        pipe.variables.push(variable);
    }

    /// After a comma: only a range may have a second variable.
    fn check_second(&mut self, pipe: &Pipe, context: &str) -> Parsed<()> {
        if context != "range" || pipe.variables.len() >= 2 {
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
        let start = position(self.peek_non_space().start);
        let mut first = None;
        let mut arguments = Vec::new();
        loop {
            self.peek_non_space();
            match self.operand()? {
                Some(term) if first.is_none() => first = Some(term),
                Some(term) => arguments.push(term),
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
        Ok(Command { position: start, first, arguments })
    }

    /// A term and the fields that follow it.
    fn operand(&mut self) -> Parsed<Option<Term>> {
        let Some(term) = self.term()? else { return Ok(None) };
        let next = self.peek();
        if next.kind != TokenKind::Field {
            return Ok(Some(term));
        }
        let start = position(next.start);
        let mut fields = Names::new();
        while self.peek().kind == TokenKind::Field {
            let token = self.next();
            fields.push(self.field_name(token));
        }
        match term {
            Term::Field(mut field) => {
                field.position = start;
                field.names.append(&mut fields);
                Ok(Some(Term::Field(field)))
            }
            Term::Variable(mut variable) => {
                variable.position = start;
                variable.fields.append(&mut fields);
                Ok(Some(Term::Variable(variable)))
            }
            Term::Function(_) | Term::Pipe(_) | Term::Chain(_) => {
                Ok(Some(Term::Chain(Box::new(Chain { position: start, term, fields }))))
            }
            constant => Err(self.error(format!("unexpected . after term {}", self.quote_term(&constant)))),
        }
    }

    fn quote_term(&self, term: &Term) -> String {
        let mut printer = crate::node::NodePrinter::new(self.source);
        printer.term(term);
        quote(printer.finish())
    }

    /// The name of a field without its point.
    fn field_name(&self, token: Token) -> Str {
        Str::from(self.text_of(token).get(1..).unwrap_or_default())
    }

    fn term(&mut self) -> Parsed<Option<Term>> {
        let token = self.next_non_space();
        let start = position(token.start);
        Ok(Some(match token.kind {
            TokenKind::Identifier => self.function(token)?,
            TokenKind::Dot => Term::Dot(start),
            TokenKind::Nil => Term::Nil(start),
            TokenKind::Variable => self.known_variable(token)?,
            TokenKind::Field => {
                Term::Field(Box::new(Field { position: start, names: smallvec![self.field_name(token)] }))
            }
            TokenKind::Bool => Term::Bool(start, self.text_of(token) == b"true"),
            TokenKind::CharConstant | TokenKind::Complex | TokenKind::Number => {
                let number = super::number::parse(token.kind, start, self.text_of(token));
                Term::Number(Box::new(number.map_err(|message| self.error(message))?))
            }
            TokenKind::LeftParen => self.parenthesized()?,
            TokenKind::String | TokenKind::RawString => {
                let value = self.unquote(token)?;
                Term::String(Box::new(Literal { span: span_of(token), value }))
            }
            _ => {
                self.put_back();
                return Ok(None);
            }
        }))
    }

    fn parenthesized(&mut self) -> Parsed<Term> {
        if self.scope.paren_depth >= super::MAX_NESTING {
            return Err(self.error("max expression depth exceeded"));
        }
        self.scope.paren_depth += 1;
        let pipe = self.nested(|parser| parser.pipeline("parenthesized pipeline", TokenKind::RightParen))?;
        self.scope.paren_depth -= 1;
        Ok(Term::Pipe(Box::new(pipe)))
    }

    fn function(&mut self, token: Token) -> Parsed<Term> {
        let name = Str::from(self.text_of(token));
        match name.to_str().and_then(|name| self.source.functions.index(name)) {
            Some(function) => {
                let position = position(token.start);
                Ok(Term::Function(Box::new(Identifier { position, name, function })))
            }
            None => Err(self.error(format!("function {} not defined", quote(&name)))),
        }
    }

    fn known_variable(&mut self, token: Token) -> Parsed<Term> {
        let variable = self.variable(position(token.start), self.text_of(token));
        if self.scope.variables.contains(&variable.symbol) {
            return Ok(Term::Variable(Box::new(variable)));
        }
        Err(self.error(format!("undefined variable {}", quote(&variable.name))))
    }

    fn variable(&mut self, position: u32, name: &[u8]) -> Variable {
        let symbol = self.symbol(name);
        Variable { position, name: Str::from(name), symbol, fields: Names::new() }
    }
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
