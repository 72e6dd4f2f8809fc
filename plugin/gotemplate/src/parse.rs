//! Builds trees from tokens, as Go's `text/template/parse` does, with its error texts.

mod control;
mod definition;
mod number;
mod pipeline;

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::FixedState;

use self::definition::{Definition, Definitions};
pub(crate) use self::number::has_float_sign;
use crate::error::ParseError;
use crate::fmt::sprintf;
use crate::lex::{LexOptions, Lexer, Token, TokenKind, count_lines};
use crate::node::{Body, Node, Position, Source, Symbol, Term, Tree};
use crate::strconv::{quote, unquote};
use crate::{Functions, Str, Value};

/// How many control structures and parentheses may stand within one another.
///
/// Go has this limit for parentheses, and the smaller one where its stack cannot grow.
pub(crate) const MAX_NESTING: usize = if cfg!(target_family = "wasm") { 1_000 } else { 10_000 };

/// Parses `text` into the tree of its own, first, and those that it defines.
pub(crate) fn parse(name: &Str, text: Str, functions: &Arc<Functions>) -> Result<Vec<Tree>, ParseError> {
    let options = LexOptions {
        is_break_keyword: !functions.contains("break"),
        is_continue_keyword: !functions.contains("continue"),
    };
    let source = Source {
        name: name.clone(),
        text: text.clone(),
        functions: Arc::clone(functions),
        variables: vec![Str::from("$")],
    };
    let mut parser = Parser {
        source,
        lexer: Lexer::new(text.as_bytes(), options),
        scope: Scope::default(),
        symbols: HashMap::default(),
        definitions: Definitions::default(),
        nodes: Vec::new(),
        terms: Vec::new(),
        names: Vec::new(),
        nesting: 0,
    };
    if Position::try_from(text.len()).is_err() {
        return Err(parser.error(format!("exceeded maximum length ({} bytes)", Position::MAX)));
    }
    parser.text()?;
    Ok(parser.definitions.into_trees(name, Arc::new(parser.source)))
}

struct Parser<'t> {
    source: Source,
    lexer: Lexer<'t>,
    scope: Scope,
    /// The variables by their names.
    symbols: HashMap<Str, Symbol, FixedState>,
    definitions: Definitions,
    /// The nodes of the bodies that are being parsed, one after the other.
    nodes: Vec<Node>,
    /// The arguments of the commands that are being parsed, one after the other.
    terms: Vec<Term>,
    /// The names of the chain of fields that is being parsed.
    names: Vec<Str>,
    nesting: usize,
}

/// What belongs to the template that is being parsed: Go parses each with a parser of its own.
struct Scope {
    /// What was read last, and tokens that were put back.
    tokens: [Token; 3],
    put_back: usize,
    /// The variables that are declared where the parser is, outer ones first.
    variables: Vec<Symbol>,
    /// How often each is declared, by symbol.
    declared: Vec<u32>,
    /// The delimiter of the action that is being parsed.
    action: Option<Token>,
    range_depth: usize,
    paren_depth: usize,
}

impl Default for Scope {
    fn default() -> Self {
        Self {
            tokens: [Token::NONE; 3],
            put_back: 0,
            variables: vec![Symbol::ROOT],
            declared: vec![1],
            action: None,
            range_depth: 0,
            paren_depth: 0,
        }
    }
}

/// What ends a list of nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    End,
    Else,
}

impl Ending {
    fn text(self) -> &'static str {
        match self {
            Self::End => "{{end}}",
            Self::Else => "{{else}}",
        }
    }
}

/// What a text or an action is: a node, or the end of a list.
enum Item {
    Node(Node),
    Ending(Ending),
}

type Parsed<T> = Result<T, ParseError>;

impl<'t> Parser<'t> {
    // Tokens.

    fn next(&mut self) -> Token {
        match self.scope.put_back.checked_sub(1) {
            Some(put_back) => self.scope.put_back = put_back,
            None => self.scope.tokens[0] = self.lexer.next_token(),
        }
        self.scope.tokens.get(self.scope.put_back).copied().unwrap_or(Token::NONE)
    }

    fn put_back(&mut self) {
        self.scope.put_back += 1;
    }

    fn put_back_two(&mut self, first: Token) {
        self.scope.tokens[1] = first;
        self.scope.put_back = 2;
    }

    fn put_back_three(&mut self, first: Token, second: Token) {
        self.scope.tokens[1] = second;
        self.scope.tokens[2] = first;
        self.scope.put_back = 3;
    }

    fn peek(&mut self) -> Token {
        if self.scope.put_back == 0 {
            self.scope.tokens[0] = self.lexer.next_token();
            self.scope.put_back = 1;
        }
        self.scope.tokens.get(self.scope.put_back - 1).copied().unwrap_or(Token::NONE)
    }

    fn next_non_space(&mut self) -> Token {
        loop {
            let token = self.next();
            if token.kind != TokenKind::Space {
                return token;
            }
        }
    }

    fn peek_non_space(&mut self) -> Token {
        let token = self.next_non_space();
        self.put_back();
        token
    }

    fn expect(&mut self, kind: TokenKind, context: &str) -> Parsed<Token> {
        let token = self.next_non_space();
        if token.kind == kind { Ok(token) } else { Err(self.unexpected(token, context)) }
    }

    fn text_of(&self, token: Token) -> &[u8] {
        self.source.slice(token.span)
    }

    // Errors.

    /// The line on which a token starts; counted only for errors.
    fn line(&self, token: Token) -> usize {
        1 + count_lines(self.source.text.as_bytes().get(..token.span.start as usize).unwrap_or_default())
    }

    fn error(&self, message: impl Into<String>) -> ParseError {
        let name = self.source.name.to_str_lossy().into_owned();
        ParseError { name, line: self.line(self.scope.tokens[0]), message: message.into() }
    }

    fn unexpected(&self, token: Token, context: &str) -> ParseError {
        if token.kind != TokenKind::Error {
            return self.error(format!("unexpected {} in {context}", self.describe(token)));
        }
        let message = self.lexer.error();
        let action_line = self.scope.action.map(|delimiter| self.line(delimiter));
        let Some(action_line) = action_line.filter(|line| *line != self.line(token)) else {
            return self.error(message);
        };
        // "unclosed action in action" would say it twice.
        let place = if message.ends_with(" action") { " started at" } else { " in action started at" };
        self.error(format!("{message}{place} {}:{action_line}", self.source.name))
    }

    /// A token as errors quote it.
    fn describe(&self, token: Token) -> String {
        let text = self.text_of(token);
        match token.kind {
            TokenKind::Eof => "EOF".to_owned(),
            TokenKind::Error => self.lexer.error().to_owned(),
            TokenKind::Keyword(_) | TokenKind::Dot | TokenKind::Nil => format!("<{}>", Str::from(text)),
            _ if text.len() > 10 => sprintf(b"%.10q...", &[Value::string(text)]).to_string(),
            _ => quote(text),
        }
    }

    fn unquote(&self, token: Token) -> Parsed<Str> {
        unquote(self.text_of(token)).map_err(|error| self.error(error.to_string()))
    }

    /// Runs `parse` one level deeper, on a new piece of stack if this one is used up.
    fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.nesting >= MAX_NESTING {
            return Err(self.error(format!("exceeded maximum nesting ({MAX_NESTING})")));
        }
        self.nesting += 1;
        let result = crate::stack::grow(|| parse(self));
        self.nesting -= 1;
        result
    }

    // Names.

    fn symbol(&mut self, token: Token) -> Symbol {
        let name = self.text_of(token);
        if name == b"$" {
            return Symbol::ROOT;
        }
        if let Some(symbol) = self.symbols.get(name) {
            return *symbol;
        }
        let name = Str::from(name);
        let symbol = Symbol(u32::try_from(self.source.variables.len()).unwrap_or(u32::MAX));
        self.source.variables.push(name.clone());
        self.symbols.insert(name, symbol);
        symbol
    }

    fn add(&mut self, name: Str, root: Body) -> Parsed<()> {
        match self.definitions.add(name, Definition::new(root, &self.source)) {
            Ok(()) => Ok(()),
            Err(name) => {
                Err(self.error(format!("template: multiple definition of template {}", quote(&name))))
            }
        }
    }
}

impl Scope {
    fn declare(&mut self, symbol: Symbol) {
        let place = symbol.0 as usize;
        if place >= self.declared.len() {
            self.declared.resize(place + 1, 0);
        }
        if let Some(count) = self.declared.get_mut(place) {
            *count += 1;
        }
        self.variables.push(symbol);
    }

    fn is_declared(&self, symbol: Symbol) -> bool {
        self.declared.get(symbol.0 as usize).is_some_and(|count| *count > 0)
    }

    /// Forgets all variables but the first `count`.
    fn forget(&mut self, count: usize) {
        while self.variables.len() > count
            && let Some(symbol) = self.variables.pop()
            && let Some(count) = self.declared.get_mut(symbol.0 as usize)
        {
            *count -= 1;
        }
    }
}
