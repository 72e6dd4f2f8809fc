//! Texts, actions and control structures.

use super::{Ending, Item, Parsed, Parser};
use crate::Str;
use crate::lex::{Keyword, Token, TokenKind};
use crate::node::{Body, Branch, Invocation, Node, Pipe};

/// The control structures that share a form.
#[derive(Clone, Copy, PartialEq)]
enum Control {
    If,
    With,
    Range,
}

impl Control {
    fn name(self) -> &'static str {
        match self {
            Self::If => "if",
            Self::With => "with",
            Self::Range => "range",
        }
    }

    fn node(self, branch: Branch) -> Node {
        let branch = Box::new(branch);
        match self {
            Self::If => Node::If(branch),
            Self::With => Node::With(branch),
            Self::Range => Node::Range(branch),
        }
    }
}

impl Parser<'_> {
    /// The whole text.
    pub(super) fn text(&mut self) -> Parsed<()> {
        loop {
            let token = self.peek();
            match token.kind {
                TokenKind::Eof => break,
                TokenKind::LeftDelimiter => {
                    let delimiter = self.next();
                    if self.next_non_space().kind == TokenKind::Keyword(Keyword::Define) {
                        self.definition()?;
                        continue;
                    }
                    self.put_back_two(delimiter);
                }
                _ => {}
            }
            match self.text_or_action()? {
                Item::Node(node) => self.nodes.push(node),
                Item::Ending(ending) => return Err(self.error(format!("unexpected {}", ending.text()))),
            }
        }
        let root = self.collected(0);
        self.add(self.source.name.clone(), root)
    }

    /// Parses with a scope of its own, as `define` and `block` do.
    fn scoped<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        let outer = std::mem::take(&mut self.scope);
        let result = parse(self)?;
        self.scope = outer;
        Ok(result)
    }

    fn definition(&mut self) -> Parsed<()> {
        const CONTEXT: &str = "define clause";
        self.scoped(|parser| {
            let token = parser.next_non_space();
            let name = parser.template_name(token, CONTEXT)?;
            parser.expect(TokenKind::RightDelimiter, CONTEXT)?;
            let (root, ending) = parser.body()?;
            parser.expect_end(ending, CONTEXT)?;
            parser.add(name, root)
        })
    }

    fn expect_end(&self, ending: Ending, context: &str) -> Parsed<()> {
        match ending {
            Ending::End => Ok(()),
            Ending::Else => Err(self.error(format!("unexpected {} in {context}", ending.text()))),
        }
    }

    fn body(&mut self) -> Parsed<(Body, Ending)> {
        self.nested(|parser| {
            let start = parser.nodes.len();
            while parser.peek_non_space().kind != TokenKind::Eof {
                match parser.text_or_action()? {
                    Item::Node(node) => parser.nodes.push(node),
                    Item::Ending(ending) => return Ok((parser.collected(start), ending)),
                }
            }
            Err(parser.error("unexpected EOF"))
        })
    }

    /// The nodes since `start`, which are a body.
    fn collected(&mut self, start: usize) -> Body {
        self.nodes.drain(start..).collect()
    }

    fn text_or_action(&mut self) -> Parsed<Item> {
        let token = self.next_non_space();
        match token.kind {
            TokenKind::Text => Ok(Item::Node(Node::Text(token.span))),
            TokenKind::LeftDelimiter => {
                self.scope.action = Some(token);
                let item = self.action()?;
                self.scope.action = None;
                Ok(item)
            }
            _ => Err(self.unexpected(token, "input")),
        }
    }

    fn action(&mut self) -> Parsed<Item> {
        let token = self.next_non_space();
        let TokenKind::Keyword(keyword) = token.kind else {
            self.put_back();
            return self.command_action();
        };
        let node = match keyword {
            Keyword::Block => self.block()?,
            Keyword::Break => self.jump(Node::Break, "{{break}}")?,
            Keyword::Continue => self.jump(Node::Continue, "{{continue}}")?,
            Keyword::Else => return self.otherwise(),
            Keyword::End => {
                self.expect(TokenKind::RightDelimiter, "end")?;
                return Ok(Item::Ending(Ending::End));
            }
            Keyword::If => self.control(Control::If)?,
            Keyword::Range => self.control(Control::Range)?,
            Keyword::With => self.control(Control::With)?,
            Keyword::Template => self.invocation()?,
            Keyword::Define => {
                self.put_back();
                return self.command_action();
            }
        };
        Ok(Item::Node(node))
    }

    fn command_action(&mut self) -> Parsed<Item> {
        let pipe = self.pipeline("command", TokenKind::RightDelimiter)?;
        Ok(Item::Node(Node::Action(Box::new(pipe))))
    }

    fn jump(&mut self, node: Node, text: &str) -> Parsed<Node> {
        let token = self.next_non_space();
        if token.kind != TokenKind::RightDelimiter {
            return Err(self.unexpected(token, text));
        }
        if self.scope.range_depth == 0 {
            return Err(self.error(format!("{text} outside {{{{range}}}}")));
        }
        Ok(node)
    }

    fn control(&mut self, control: Control) -> Parsed<Node> {
        let declared = self.scope.variables.len();
        let pipe = self.pipeline(control.name(), TokenKind::RightDelimiter)?;
        let is_range = usize::from(control == Control::Range);
        self.scope.range_depth += is_range;
        let (body, ending) = self.body()?;
        self.scope.range_depth -= is_range;
        let otherwise = if ending == Ending::Else { Some(self.else_body(control)?) } else { None };
        self.scope.forget(declared);
        Ok(control.node(Branch { pipe, body, otherwise }))
    }

    /// What follows `else`. An `else if` is an `if` in the place of the body, without an `end` of its own.
    fn else_body(&mut self, control: Control) -> Parsed<Body> {
        let is_chained = match self.peek().kind {
            TokenKind::Keyword(Keyword::If) => control == Control::If,
            TokenKind::Keyword(Keyword::With) => control == Control::With,
            _ => false,
        };
        if is_chained {
            self.next();
            return self.nested(|parser| Ok(Body::from([parser.control(control)?])));
        }
        match self.body()? {
            (body, Ending::End) => Ok(body),
            (_, ending) => Err(self.error(format!("expected end; found {}", ending.text()))),
        }
    }

    fn otherwise(&mut self) -> Parsed<Item> {
        let is_chained =
            matches!(self.peek_non_space().kind, TokenKind::Keyword(Keyword::If | Keyword::With));
        if !is_chained {
            self.expect(TokenKind::RightDelimiter, "else")?;
        }
        Ok(Item::Ending(Ending::Else))
    }

    fn block(&mut self) -> Parsed<Node> {
        const CONTEXT: &str = "block clause";
        let token = self.next_non_space();
        let name = self.template_name(token, CONTEXT)?;
        let pipe = self.pipeline(CONTEXT, TokenKind::RightDelimiter)?;
        let ending = self.scoped(|parser| {
            let (root, ending) = parser.body()?;
            if ending == Ending::End {
                parser.add(name.clone(), root)?;
            }
            Ok(ending)
        })?;
        // Go tells of a wrong ending where the block was opened.
        self.expect_end(ending, CONTEXT)?;
        Ok(invocation(token, name, Some(pipe)))
    }

    fn invocation(&mut self) -> Parsed<Node> {
        const CONTEXT: &str = "template clause";
        let token = self.next_non_space();
        let name = self.template_name(token, CONTEXT)?;
        let pipe = if self.next_non_space().kind == TokenKind::RightDelimiter {
            None
        } else {
            self.put_back();
            Some(self.pipeline(CONTEXT, TokenKind::RightDelimiter)?)
        };
        Ok(invocation(token, name, pipe))
    }

    fn template_name(&mut self, token: Token, context: &str) -> Parsed<Str> {
        match token.kind {
            TokenKind::String | TokenKind::RawString => self.unquote(token),
            _ => Err(self.unexpected(token, context)),
        }
    }
}

fn invocation(token: Token, name: Str, pipe: Option<Pipe>) -> Node {
    Node::Template(Box::new(Invocation { position: token.span.start, name, pipe }))
}
