//! Splits a template text into tokens, as Go's `text/template/parse` does.

use memchr::{memchr, memmem};

use crate::fmt::sprintf;
use crate::node::Span;
use crate::unicode::{decode_rune, is_digit, is_letter, is_print};
use crate::{Str, UintKind, Value};

const LEFT_DELIMITER: &[u8] = b"{{";
const RIGHT_DELIMITER: &[u8] = b"}}";
/// After space.
const TRIMMING_RIGHT_DELIMITER: &[u8] = b"-}}";
const LEFT_COMMENT: &[u8] = b"/*";
const RIGHT_COMMENT: &[u8] = b"*/";

/// A trim marker: a minus and the space beside it.
const TRIM_MARKER: usize = 2;

/// The ASCII characters of words.
#[expect(clippy::indexing_slicing, reason = "the table has all bytes, and is made by the compiler")]
const WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0_u8;
    while byte < 0x80 {
        table[byte as usize] = byte.is_ascii_alphanumeric() || byte == b'_';
        byte += 1;
    }
    table
};

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    Error,
    Bool,
    Char,
    CharConstant,
    Complex,
    Assign,
    Declare,
    Eof,
    Field,
    Identifier,
    LeftDelimiter,
    LeftParen,
    Number,
    Pipe,
    RawString,
    RightDelimiter,
    RightParen,
    Space,
    String,
    Text,
    Variable,
    Dot,
    Nil,
    Keyword(Keyword),
}

/// The words with a meaning of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keyword {
    Block,
    Break,
    Continue,
    Define,
    Else,
    End,
    If,
    Range,
    Template,
    With,
}

/// A piece of the text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) span: Span,
}

impl Token {
    /// What stands where no token was read yet.
    pub(crate) const NONE: Self = Self { kind: TokenKind::Error, span: Span { start: 0, end: 0 } };
}

/// Which words are keywords: `break` and `continue` are not if there are functions of these names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LexOptions {
    pub(crate) is_break_keyword: bool,
    pub(crate) is_continue_keyword: bool,
}

/// The scanner. After an error it stays at the end of the text.
pub(crate) struct Lexer<'t> {
    text: &'t [u8],
    position: usize,
    start: usize,
    paren_depth: usize,
    is_inside_action: bool,
    options: LexOptions,
    error: String,
}

/// What reading led to: a token, or the need to go on.
type Step = Option<Token>;

impl<'t> Lexer<'t> {
    pub(crate) fn new(text: &'t [u8], options: LexOptions) -> Self {
        Self {
            text,
            position: 0,
            start: 0,
            paren_depth: 0,
            is_inside_action: false,
            options,
            error: String::new(),
        }
    }

    /// The text of the last error token.
    pub(crate) fn error(&self) -> &str {
        &self.error
    }

    /// The next token; at the end, again and again the end.
    // Most tokens that the parser takes were put back, and a small caller is faster.
    #[inline(never)]
    pub(crate) fn next_token(&mut self) -> Token {
        if self.is_inside_action {
            return self.inside_action();
        }
        loop {
            if let Some(token) = self.text_or_delimiter() {
                return token;
            }
        }
    }

    fn rest(&self) -> &'t [u8] {
        self.text.get(self.position..).unwrap_or_default()
    }

    fn current(&self) -> &'t [u8] {
        self.text.get(self.start..self.position).unwrap_or_default()
    }

    fn peek_byte(&self) -> Option<u8> {
        self.text.get(self.position).copied()
    }

    fn peek(&self) -> Option<char> {
        match self.peek_byte()? {
            byte @ ..0x80 => Some(char::from(byte)),
            _ => Some(decode_rune(self.rest()).0),
        }
    }

    fn next(&mut self) -> Option<char> {
        match self.peek_byte()? {
            byte @ ..0x80 => {
                self.position += 1;
                Some(char::from(byte))
            }
            _ => {
                let (rune, length) = decode_rune(self.rest());
                self.position += length;
                Some(rune)
            }
        }
    }

    fn emit(&mut self, kind: TokenKind) -> Token {
        let token = Token { kind, span: Span::new(self.start, self.position) };
        self.start = self.position;
        token
    }

    /// Leaves out what was passed.
    fn ignore(&mut self) {
        self.start = self.position;
    }

    fn fail(&mut self, message: impl Into<String>) -> Token {
        self.error = message.into();
        let token = Token { kind: TokenKind::Error, span: Span::new(self.start, self.start) };
        (self.text, self.start, self.position) = (&[], 0, 0);
        token
    }

    /// Outside of actions: text up to the next action, or what opens it.
    fn text_or_delimiter(&mut self) -> Step {
        let Some(length) = find_left_delimiter(self.rest()) else {
            self.position = self.text.len();
            if self.position == self.start {
                return Some(self.emit(TokenKind::Eof));
            }
            return Some(self.emit(TokenKind::Text));
        };
        if length > 0 {
            self.position += length;
            let after = self.text.get(self.position + LEFT_DELIMITER.len()..).unwrap_or_default();
            let trimmed = if has_left_trim_marker(after) { trailing_space(self.current()) } else { 0 };
            self.position -= trimmed;
            let token = self.emit(TokenKind::Text);
            self.position += trimmed;
            self.ignore();
            if token.span.end > token.span.start {
                return Some(token);
            }
        }
        self.left_delimiter()
    }

    fn left_delimiter(&mut self) -> Step {
        self.position += LEFT_DELIMITER.len();
        let marker = if has_left_trim_marker(self.rest()) { TRIM_MARKER } else { 0 };
        if self.rest().get(marker..).is_some_and(|rest| rest.starts_with(LEFT_COMMENT)) {
            self.position += marker;
            self.ignore();
            return self.comment();
        }
        let token = self.emit(TokenKind::LeftDelimiter);
        self.is_inside_action = true;
        self.position += marker;
        self.ignore();
        self.paren_depth = 0;
        Some(token)
    }

    fn comment(&mut self) -> Step {
        self.position += LEFT_COMMENT.len();
        let Some(length) = memmem::find(self.rest(), RIGHT_COMMENT) else {
            return Some(self.fail("unclosed comment"));
        };
        self.position += length + RIGHT_COMMENT.len();
        let Some(marker) = self.right_delimiter_marker() else {
            return Some(self.fail("comment ends before closing delimiter"));
        };
        self.position += marker + RIGHT_DELIMITER.len();
        if marker > 0 {
            self.position += leading_space(self.rest());
        }
        self.ignore();
        None
    }

    /// The length of the trim marker before the right delimiter that follows; `None` if none follows.
    fn right_delimiter_marker(&self) -> Option<usize> {
        match self.rest() {
            [b'}', b'}', ..] => Some(0),
            [space, b'-', b'}', b'}', ..] if is_space_byte(*space) => Some(TRIM_MARKER),
            _ => None,
        }
    }

    fn right_delimiter(&mut self, marker: usize) -> Token {
        if marker > 0 {
            self.position += marker;
            self.ignore();
        }
        self.position += RIGHT_DELIMITER.len();
        let token = self.emit(TokenKind::RightDelimiter);
        if marker > 0 {
            self.position += leading_space(self.rest());
            self.ignore();
        }
        self.is_inside_action = false;
        token
    }

    fn inside_action(&mut self) -> Token {
        if self.peek_byte().is_some_and(|byte| byte == b'}' || is_space_byte(byte))
            && let Some(marker) = self.right_delimiter_marker()
        {
            return match self.paren_depth {
                0 => self.right_delimiter(marker),
                _ => self.fail("unclosed left paren"),
            };
        }
        let Some(rune) = self.next() else { return self.fail("unclosed action") };
        match rune {
            ' ' | '\t' | '\r' | '\n' => self.space(),
            '=' => self.emit(TokenKind::Assign),
            ':' if self.next() == Some('=') => self.emit(TokenKind::Declare),
            ':' => self.fail("expected :="),
            '|' => self.emit(TokenKind::Pipe),
            '"' => self.quote(),
            '`' => self.raw_quote(),
            '$' => self.field_or_variable(TokenKind::Variable, TokenKind::Variable),
            '\'' => self.char_constant(),
            '.' if !self.rest().first().is_some_and(u8::is_ascii_digit) && !self.rest().is_empty() => {
                self.field_or_variable(TokenKind::Field, TokenKind::Dot)
            }
            '.' | '+' | '-' | '0'..='9' => self.number(),
            rune if is_alphanumeric(rune) => self.identifier(),
            '(' => {
                self.paren_depth += 1;
                self.emit(TokenKind::LeftParen)
            }
            ')' => match self.paren_depth.checked_sub(1) {
                Some(depth) => {
                    self.paren_depth = depth;
                    self.emit(TokenKind::RightParen)
                }
                None => self.fail("unexpected right paren"),
            },
            rune if rune.is_ascii() && is_print(rune) => self.emit(TokenKind::Char),
            rune => self.fail(format!("unrecognized character in action: {}", describe(rune))),
        }
    }

    /// A run of spaces, whose first is past. The last may belong to a trim marker.
    fn space(&mut self) -> Token {
        let count = 1 + leading_space(self.rest());
        self.position += count - 1;
        let last = self.position - 1;
        if self.rest().starts_with(TRIMMING_RIGHT_DELIMITER) {
            self.position = last;
            if count == 1 {
                return self.right_delimiter(TRIM_MARKER);
            }
        }
        self.emit(TokenKind::Space)
    }

    /// A word; its first rune is past.
    fn identifier(&mut self) -> Token {
        self.word();
        if !self.is_at_terminator() {
            return self.bad_character();
        }
        let kind = self.word_kind(self.current());
        self.emit(kind)
    }

    fn word_kind(&self, word: &[u8]) -> TokenKind {
        match word {
            b"true" | b"false" => TokenKind::Bool,
            b"nil" => TokenKind::Nil,
            b"block" => TokenKind::Keyword(Keyword::Block),
            b"break" if self.options.is_break_keyword => TokenKind::Keyword(Keyword::Break),
            b"continue" if self.options.is_continue_keyword => TokenKind::Keyword(Keyword::Continue),
            b"define" => TokenKind::Keyword(Keyword::Define),
            b"else" => TokenKind::Keyword(Keyword::Else),
            b"end" => TokenKind::Keyword(Keyword::End),
            b"if" => TokenKind::Keyword(Keyword::If),
            b"range" => TokenKind::Keyword(Keyword::Range),
            b"template" => TokenKind::Keyword(Keyword::Template),
            b"with" => TokenKind::Keyword(Keyword::With),
            _ => TokenKind::Identifier,
        }
    }

    fn word(&mut self) {
        let is_word = |byte: &u8| WORD.get(usize::from(*byte)) == Some(&true);
        loop {
            let rest = self.rest();
            self.position += rest.iter().position(|byte| !is_word(byte)).unwrap_or(rest.len());
            match self.peek_byte() {
                Some(0x80..) if self.peek().is_some_and(is_alphanumeric) => self.next(),
                _ => return,
            };
        }
    }

    /// `.name` or `$name`, whose first character is past; `bare` if no name follows.
    fn field_or_variable(&mut self, kind: TokenKind, bare: TokenKind) -> Token {
        if self.is_at_terminator() {
            return self.emit(bare);
        }
        self.word();
        if self.is_at_terminator() { self.emit(kind) } else { self.bad_character() }
    }

    fn bad_character(&mut self) -> Token {
        let rune = self.peek().unwrap_or_default();
        self.fail(format!("bad character {}", describe(rune)))
    }

    /// Whether what follows may follow a word.
    fn is_at_terminator(&self) -> bool {
        match self.peek_byte() {
            None | Some(b' ' | b'\t' | b'\r' | b'\n' | b'.' | b',' | b'|' | b':' | b')' | b'(') => true,
            Some(_) => self.rest().starts_with(RIGHT_DELIMITER),
        }
    }

    fn char_constant(&mut self) -> Token {
        self.delimited(b'\'', TokenKind::CharConstant, "unterminated character constant")
    }

    fn quote(&mut self) -> Token {
        self.delimited(b'"', TokenKind::String, "unterminated quoted string")
    }

    /// A literal on one line with escapes.
    fn delimited(&mut self, delimiter: u8, kind: TokenKind, error: &str) -> Token {
        let mut is_escaped = false;
        for (index, byte) in self.rest().iter().enumerate() {
            match byte {
                b'\n' => return self.fail(error),
                _ if is_escaped => is_escaped = false,
                b'\\' => is_escaped = true,
                byte if *byte == delimiter => {
                    self.position += index + 1;
                    return self.emit(kind);
                }
                _ => {}
            }
        }
        self.fail(error)
    }

    fn raw_quote(&mut self) -> Token {
        match memchr(b'`', self.rest()) {
            Some(length) => {
                self.position += length + 1;
                self.emit(TokenKind::RawString)
            }
            None => self.fail("unterminated raw quoted string"),
        }
    }

    /// A number, whose first character is read again.
    fn number(&mut self) -> Token {
        self.position = self.start;
        if !self.scan_number() {
            return self.bad_number();
        }
        if !matches!(self.peek(), Some('+' | '-')) {
            return self.emit(TokenKind::Number);
        }
        if self.scan_number() && self.current().ends_with(b"i") {
            self.emit(TokenKind::Complex)
        } else {
            self.bad_number()
        }
    }

    fn bad_number(&mut self) -> Token {
        let message = format!("bad number syntax: {}", crate::strconv::quote(self.current()));
        self.fail(message)
    }

    /// Whatever looks like a number; the parser finds out whether it is one.
    fn scan_number(&mut self) -> bool {
        self.accept(b"+-");
        let mut digits: &[u8] = b"0123456789_";
        let mut exponent: &[u8] = b"eE";
        if self.accept(b"0") {
            if self.accept(b"xX") {
                (digits, exponent) = (b"0123456789abcdefABCDEF_", b"pP");
            } else if self.accept(b"oO") {
                (digits, exponent) = (b"01234567_", b"");
            } else if self.accept(b"bB") {
                (digits, exponent) = (b"01_", b"");
            }
        }
        self.accept_run(digits);
        if self.accept(b".") {
            self.accept_run(digits);
        }
        if self.accept(exponent) {
            self.accept(b"+-");
            self.accept_run(b"0123456789_");
        }
        self.accept(b"i");
        if self.peek().is_some_and(is_alphanumeric) {
            self.next();
            return false;
        }
        true
    }

    fn accept(&mut self, set: &[u8]) -> bool {
        let accepted = self.peek_byte().is_some_and(|byte| set.contains(&byte));
        self.position += usize::from(accepted);
        accepted
    }

    fn accept_run(&mut self, set: &[u8]) {
        while self.accept(set) {}
    }
}

/// `U+002D '-'`.
fn describe(rune: char) -> Str {
    sprintf(b"%#U", &[Value::Uint(u32::from(rune).into(), UintKind::Uint32)])
}

fn is_space(rune: char) -> bool {
    matches!(rune, ' ' | '\t' | '\r' | '\n')
}

fn is_space_byte(byte: u8) -> bool {
    is_space(char::from(byte))
}

fn is_alphanumeric(rune: char) -> bool {
    match u8::try_from(rune) {
        Ok(byte @ ..0x80) => WORD.get(usize::from(byte)) == Some(&true),
        _ => is_letter(rune) || is_digit(rune),
    }
}

fn has_left_trim_marker(text: &[u8]) -> bool {
    matches!(text, [b'-', space, ..] if is_space_byte(*space))
}

fn leading_space(text: &[u8]) -> usize {
    text.iter().take_while(|byte| is_space_byte(**byte)).count()
}

fn trailing_space(text: &[u8]) -> usize {
    text.iter().rev().take_while(|byte| is_space_byte(**byte)).count()
}

/// Where the next action begins. Single braces are rare in texts, so looking for one byte is the fastest.
fn find_left_delimiter(text: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b'{', text).find(|index| text.get(index + 1) == Some(&b'{'))
}

/// The number of newlines in `text`.
pub(crate) fn count_lines(text: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', text).count()
}
