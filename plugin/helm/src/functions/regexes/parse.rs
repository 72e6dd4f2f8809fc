//! The syntax of Go's `regexp/syntax` with Perl's extensions, read into what the regex engine compiles.

use gotemplate::unicode::decode_rune;
use regex_syntax::hir::{Capture, Class, ClassUnicode, ClassUnicodeRange, Hir, Look, Repetition};

use super::classes::{self, Case, Sign};
use super::error::{Problem, SyntaxError};

/// The most repetitions of anything, nested ones multiplied.
const MAX_REPEAT: u32 = 1_000;
/// The deepest nesting of groups.
const MAX_DEPTH: usize = 1_000;

/// What a pattern means.
pub(super) struct Parsed {
    pub(super) hir: Hir,
    /// The names of the groups, from the first; the whole match has none.
    pub(super) names: Vec<Option<Vec<u8>>>,
}

/// Reads a pattern.
pub(super) fn parse(pattern: &[u8]) -> Result<Parsed, SyntaxError> {
    let mut parser = Parser {
        pattern,
        rest: pattern,
        flags: Flags::default(),
        open: Vec::new(),
        sequence: Sequence::default(),
        names: Vec::new(),
        last_repeat: None,
    };
    while !parser.rest.is_empty() {
        parser.step()?;
    }
    if !parser.open.is_empty() {
        return Err(Problem::MissingParenthesis.of(pattern));
    }
    Ok(Parsed { hir: parser.sequence.finish().hir, names: parser.names })
}

/// What `(?imsU)` switches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Flags {
    folds_case: bool,
    is_multi_line: bool,
    dot_takes_newline: bool,
    is_ungreedy: bool,
}

impl Flags {
    fn case(self) -> Case {
        if self.folds_case { Case::Folded } else { Case::Sensitive }
    }
}

/// Something that can be repeated, and how often it repeats parts of itself.
struct Item {
    hir: Hir,
    repeats: u32,
}

/// Alternatives, the last of which is still being read.
#[derive(Default)]
struct Sequence {
    alternatives: Vec<Item>,
    items: Vec<Item>,
}

impl Sequence {
    fn end_alternative(&mut self) {
        let items = std::mem::take(&mut self.items);
        let repeats = items.iter().map(|item| item.repeats).max().unwrap_or(1);
        let hir = Hir::concat(items.into_iter().map(|item| item.hir).collect());
        self.alternatives.push(Item { hir, repeats });
    }

    fn finish(mut self) -> Item {
        self.end_alternative();
        let repeats = self.alternatives.iter().map(|item| item.repeats).max().unwrap_or(1);
        Item { hir: Hir::alternation(self.alternatives.into_iter().map(|item| item.hir).collect()), repeats }
    }
}

/// A group that is open.
struct Group {
    /// What came before it.
    outer: Sequence,
    /// The flags that hold again after it.
    flags: Flags,
    /// Its number, if it captures.
    number: Option<u32>,
}

struct Parser<'p> {
    pattern: &'p [u8],
    rest: &'p [u8],
    flags: Flags,
    open: Vec<Group>,
    sequence: Sequence,
    names: Vec<Option<Vec<u8>>>,
    /// The text from the repetition operator on that was read just before.
    last_repeat: Option<&'p [u8]>,
}

impl<'p> Parser<'p> {
    fn step(&mut self) -> Result<(), SyntaxError> {
        let last_repeat = self.last_repeat.take();
        match self.rest {
            [b'(', b'?', ..] => self.perl_group(),
            [b'(', rest @ ..] => {
                self.rest = rest;
                self.open_capture(None)
            }
            [b'|', rest @ ..] => {
                self.rest = rest;
                self.sequence.end_alternative();
                Ok(())
            }
            [b')', rest @ ..] => {
                self.rest = rest;
                self.close_group()
            }
            [b'^', rest @ ..] => {
                self.look(rest, if self.flags.is_multi_line { Look::StartLF } else { Look::Start })
            }
            [b'$', rest @ ..] => {
                self.look(rest, if self.flags.is_multi_line { Look::EndLF } else { Look::End })
            }
            [b'.', rest @ ..] => {
                self.rest = rest;
                self.dot();
                Ok(())
            }
            [b'[', ..] => self.class(),
            [operator @ (b'*' | b'+' | b'?'), after @ ..] => {
                let (min, max) = match operator {
                    b'*' => (0, None),
                    b'+' => (1, None),
                    _ => (0, Some(1)),
                };
                self.repeat(min, max, after, last_repeat)
            }
            [b'{', ..] => self.counted(last_repeat),
            [b'\\', ..] => self.escape(),
            _ => {
                let character = self.next_character()?;
                self.literal(character);
                Ok(())
            }
        }
    }

    fn push(&mut self, hir: Hir) {
        self.sequence.items.push(Item { hir, repeats: 1 });
    }

    fn push_class(&mut self, class: ClassUnicode) {
        self.push(Hir::class(Class::Unicode(class)));
    }

    fn literal(&mut self, character: char) {
        self.push_class(classes::set(&[(character, character)], Sign::Positive, self.flags.case()));
    }

    fn look(&mut self, rest: &'p [u8], look: Look) -> Result<(), SyntaxError> {
        self.rest = rest;
        self.push(Hir::look(look));
        Ok(())
    }

    fn dot(&mut self) {
        let excluded: &[(char, char)] = if self.flags.dot_takes_newline { &[] } else { &[('\n', '\n')] };
        self.push_class(classes::set(excluded, Sign::Negative, Case::Sensitive));
    }

    fn next_character(&mut self) -> Result<char, SyntaxError> {
        let (character, rest) = split_character(self.rest)?;
        self.rest = rest;
        Ok(character)
    }

    /// What was read since `start`.
    fn since(&self, start: &'p [u8]) -> &'p [u8] {
        since(start, self.rest)
    }

    // === groups ===

    fn open_capture(&mut self, name: Option<Vec<u8>>) -> Result<(), SyntaxError> {
        self.names.push(name);
        let number = u32::try_from(self.names.len()).ok();
        self.open_group(number)
    }

    fn open_group(&mut self, number: Option<u32>) -> Result<(), SyntaxError> {
        if self.open.len() == MAX_DEPTH {
            return Err(Problem::Depth.of(self.pattern));
        }
        let outer = std::mem::take(&mut self.sequence);
        self.open.push(Group { outer, flags: self.flags, number });
        Ok(())
    }

    fn close_group(&mut self) -> Result<(), SyntaxError> {
        let group = self.open.pop().ok_or_else(|| Problem::UnexpectedParenthesis.of(self.pattern))?;
        let Item { hir, repeats } = std::mem::replace(&mut self.sequence, group.outer).finish();
        let hir = match group.number {
            Some(index) => Hir::capture(Capture { index, name: None, sub: Box::new(hir) }),
            None => hir,
        };
        self.sequence.items.push(Item { hir, repeats });
        self.flags = group.flags;
        Ok(())
    }

    /// `(?P<name>`, `(?<name>`, `(?flags)` or `(?flags:`.
    fn perl_group(&mut self) -> Result<(), SyntaxError> {
        let start = self.rest;
        for opening in [&b"(?P<"[..], b"(?<"] {
            if start.len() > opening.len() && start.starts_with(opening) {
                return self.named_group(opening.len());
            }
        }
        self.rest = start.get(2..).unwrap_or_default();
        self.flags_group(start)
    }

    fn named_group(&mut self, name_at: usize) -> Result<(), SyntaxError> {
        let start = self.rest;
        let Some(end) = start.iter().position(|byte| *byte == b'>') else {
            check_utf8(start)?;
            return Err(Problem::NamedCapture.of(start));
        };
        let name = start.get(name_at..end).unwrap_or_default();
        check_utf8(name)?;
        let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        if name.is_empty() || !name.iter().all(is_word) {
            return Err(Problem::NamedCapture.of(start.get(..=end).unwrap_or(start)));
        }
        self.rest = start.get(end + 1..).unwrap_or_default();
        self.open_capture(Some(name.to_vec()))
    }

    fn flags_group(&mut self, start: &'p [u8]) -> Result<(), SyntaxError> {
        let mut flags = self.flags;
        let (mut switches_on, mut has_flag) = (true, false);
        while !self.rest.is_empty() {
            match self.next_character()? {
                'i' => flags.folds_case = switches_on,
                'm' => flags.is_multi_line = switches_on,
                's' => flags.dot_takes_newline = switches_on,
                'U' => flags.is_ungreedy = switches_on,
                '-' if switches_on => {
                    (switches_on, has_flag) = (false, false);
                    continue;
                }
                end @ (':' | ')') if switches_on || has_flag => {
                    if end == ':' {
                        self.open_group(None)?;
                    }
                    self.flags = flags;
                    return Ok(());
                }
                _ => break,
            }
            has_flag = true;
        }
        Err(Problem::PerlSyntax.of(self.since(start)))
    }

    // === repetition ===

    /// `{2}`, `{2,}` or `{2,5}`; another brace is a character.
    fn counted(&mut self, last_repeat: Option<&'p [u8]>) -> Result<(), SyntaxError> {
        let Some((min, max, after)) = parse_count(self.rest) else {
            let brace = self.next_character()?;
            self.literal(brace);
            return Ok(());
        };
        let is_too_big = |count: Option<u32>| count.is_none_or(|count| count > MAX_REPEAT);
        let is_bad = is_too_big(min)
            || max.is_some_and(is_too_big)
            || max.flatten().is_some_and(|max| min > Some(max));
        if is_bad {
            return Err(Problem::RepeatCount.of(since(self.rest, after)));
        }
        self.repeat(min.unwrap_or_default(), max.flatten(), after, last_repeat)
    }

    fn repeat(
        &mut self,
        min: u32,
        max: Option<u32>,
        after: &'p [u8],
        last_repeat: Option<&'p [u8]>,
    ) -> Result<(), SyntaxError> {
        let start = self.rest;
        let is_counted = start.starts_with(b"{");
        let (is_lazy, after) = match after {
            [b'?', after @ ..] => (true, after),
            _ => (false, after),
        };
        if let Some(last) = last_repeat {
            return Err(Problem::NestedRepetition.of(since(last, after)));
        }
        let Some(Item { hir, repeats }) = self.sequence.items.pop() else {
            return Err(Problem::MissingRepeated.of(since(start, after)));
        };
        let factor = if is_counted { max.unwrap_or(min) } else { 1 };
        let repeats = match max {
            Some(0) => 1,
            _ => repeats.saturating_mul(factor.max(1)),
        };
        if is_counted && factor.max(min) >= 2 && repeats > MAX_REPEAT {
            return Err(Problem::RepeatCount.of(since(start, after)));
        }
        let greedy = is_lazy == self.flags.is_ungreedy;
        let hir = Hir::repetition(Repetition { min, max, greedy, sub: Box::new(hir) });
        self.sequence.items.push(Item { hir, repeats });
        self.last_repeat = Some(start);
        self.rest = after;
        Ok(())
    }

    // === escapes and classes ===

    fn escape(&mut self) -> Result<(), SyntaxError> {
        let after = self.rest.get(2..).unwrap_or_default();
        match self.rest.get(1) {
            Some(b'A') => return self.look(after, Look::Start),
            Some(b'z') => return self.look(after, Look::End),
            Some(b'b') => return self.look(after, Look::WordAscii),
            Some(b'B') => return self.look(after, Look::WordAsciiNegate),
            Some(b'C') => return Err(Problem::Escape.of(self.rest.get(..2).unwrap_or_default())),
            Some(b'Q') => return self.quoted(after),
            _ => {}
        }
        match self.named_class()? {
            Some(class) => self.push_class(class),
            None => {
                let character = self.escaped_character()?;
                self.literal(character);
            }
        }
        Ok(())
    }

    /// Up to `\E`, or to the end, all characters stand for themselves.
    fn quoted(&mut self, text: &'p [u8]) -> Result<(), SyntaxError> {
        let end = memchr::memmem::find(text, b"\\E");
        let (mut literal, rest) = match end {
            Some(end) => (text.get(..end).unwrap_or_default(), text.get(end + 2..).unwrap_or_default()),
            None => (text, &[][..]),
        };
        while !literal.is_empty() {
            let (character, after) = split_character(literal)?;
            self.literal(character);
            literal = after;
        }
        self.rest = rest;
        Ok(())
    }

    /// `\pN`, `\p{Greek}`, `\d` and their like, if that's what comes next.
    fn named_class(&mut self) -> Result<Option<ClassUnicode>, SyntaxError> {
        match self.rest {
            [b'\\', letter @ (b'p' | b'P'), ..] => self.unicode_class(*letter).map(Some),
            [b'\\', letter, rest @ ..] => {
                let class = classes::perl(*letter, self.flags.case());
                if class.is_some() {
                    self.rest = rest;
                }
                Ok(class)
            }
            _ => Ok(None),
        }
    }

    fn unicode_class(&mut self, letter: u8) -> Result<ClassUnicode, SyntaxError> {
        let start = self.rest;
        self.rest = start.get(2..).unwrap_or_default();
        if self.rest.is_empty() {
            return Err(Problem::ClassRange.of(start));
        }
        let mut name = self.rest;
        if self.next_character()? == '{' {
            let Some(end) = start.iter().position(|byte| *byte == b'}') else {
                check_utf8(start)?;
                return Err(Problem::ClassRange.of(start));
            };
            name = start.get(3..end).unwrap_or_default();
            self.rest = start.get(end + 1..).unwrap_or_default();
            check_utf8(name)?;
        } else {
            name = since(name, self.rest);
        }
        let mut sign = if letter == b'P' { Sign::Negative } else { Sign::Positive };
        if let [b'^', negated @ ..] = name {
            (name, sign) = (negated, sign.flipped());
        }
        let found =
            std::str::from_utf8(name).ok().and_then(|name| classes::unicode(name, sign, self.flags.case()));
        found.ok_or_else(|| Problem::ClassRange.of(self.since(start)))
    }

    fn escaped_character(&mut self) -> Result<char, SyntaxError> {
        let start = self.rest;
        self.rest = start.get(1..).unwrap_or_default();
        if self.rest.is_empty() {
            return Err(Problem::TrailingBackslash.of(b""));
        }
        let value = match self.next_character()? {
            '0' => Some(self.octal(0)),
            digit @ '1'..='7' if matches!(self.rest.first(), Some(b'0'..=b'7')) => {
                Some(self.octal(u32::from(digit) - u32::from('0')))
            }
            'x' => self.hexadecimal()?,
            'a' => Some(0x07),
            'f' => Some(0x0c),
            'n' => Some(0x0a),
            'r' => Some(0x0d),
            't' => Some(0x09),
            'v' => Some(0x0b),
            mark if mark.is_ascii() && !mark.is_ascii_alphanumeric() => Some(u32::from(mark)),
            _ => None,
        };
        value.and_then(char::from_u32).ok_or_else(|| Problem::Escape.of(self.since(start)))
    }

    /// Up to three octal digits, the first of which is read.
    fn octal(&mut self, first: u32) -> u32 {
        let mut value = first;
        for _ in 1..3 {
            let [digit @ b'0'..=b'7', rest @ ..] = self.rest else { break };
            value = value * 8 + u32::from(digit - b'0');
            self.rest = rest;
        }
        value
    }

    /// Two digits, or any number of them in braces; `None` where that isn't what comes.
    fn hexadecimal(&mut self) -> Result<Option<u32>, SyntaxError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let first = self.next_character()?;
        if first != '{' {
            let second = self.next_character()?;
            return Ok(first.to_digit(16).zip(second.to_digit(16)).map(|(high, low)| high * 16 + low));
        }
        let mut value = None;
        while !self.rest.is_empty() {
            let next = match self.next_character()? {
                '}' => return Ok(value),
                character => character.to_digit(16).map(|digit| value.unwrap_or(0) * 16 + digit),
            };
            match next {
                Some(next) if next <= u32::from(char::MAX) => value = Some(next),
                _ => return Ok(None),
            }
        }
        Ok(None)
    }

    /// `[a-z\d[:alpha:]]`.
    fn class(&mut self) -> Result<(), SyntaxError> {
        let start = self.rest;
        self.rest = start.get(1..).unwrap_or_default();
        let is_negated = self.rest.starts_with(b"^");
        if is_negated {
            self.rest = self.rest.get(1..).unwrap_or_default();
        }
        let mut class = ClassUnicode::empty();
        let mut is_first = true;
        // A bracket at the start is one of the characters.
        while is_first || !self.rest.starts_with(b"]") {
            is_first = false;
            let part = match self.posix_class()? {
                Some(part) => part,
                None => match self.named_class()? {
                    Some(part) => part,
                    None => self.class_range(start)?,
                },
            };
            class.union(&part);
        }
        self.rest = self.rest.get(1..).unwrap_or_default();
        if is_negated {
            class.negate();
        }
        self.push_class(class);
        Ok(())
    }

    fn posix_class(&mut self) -> Result<Option<ClassUnicode>, SyntaxError> {
        let Some(text) = self.rest.strip_prefix(b"[:").filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let Some(end) = memchr::memmem::find(text, b":]") else { return Ok(None) };
        let whole = self.rest.get(..end + 4).unwrap_or_default();
        let class = classes::posix(text.get(..end).unwrap_or_default(), self.flags.case());
        self.rest = self.rest.get(end + 4..).unwrap_or_default();
        class.map(Some).ok_or_else(|| Problem::ClassRange.of(whole))
    }

    /// A character, or two with `-` between them.
    fn class_range(&mut self, class: &'p [u8]) -> Result<ClassUnicode, SyntaxError> {
        let start = self.rest;
        let low = self.class_character(class)?;
        let mut high = low;
        if let [b'-', next, ..] = self.rest
            && *next != b']'
        {
            self.rest = self.rest.get(1..).unwrap_or_default();
            high = self.class_character(class)?;
            if high < low {
                return Err(Problem::ClassRange.of(self.since(start)));
            }
        }
        let range = ClassUnicodeRange::new(low, high);
        Ok(classes::set(&[(range.start(), range.end())], Sign::Positive, self.flags.case()))
    }

    fn class_character(&mut self, class: &'p [u8]) -> Result<char, SyntaxError> {
        match self.rest {
            [] => Err(Problem::MissingBracket.of(class)),
            [b'\\', ..] => self.escaped_character(),
            _ => self.next_character(),
        }
    }
}

/// The part of `start` before `rest`, which is its end.
fn since<'p>(start: &'p [u8], rest: &[u8]) -> &'p [u8] {
    start.get(..start.len().saturating_sub(rest.len())).unwrap_or_default()
}

fn split_character(text: &[u8]) -> Result<(char, &[u8]), SyntaxError> {
    let (character, length) = decode_rune(text);
    if length <= 1 && character == char::REPLACEMENT_CHARACTER {
        return Err(Problem::Utf8.of(text));
    }
    Ok((character, text.get(length..).unwrap_or_default()))
}

fn check_utf8(text: &[u8]) -> Result<(), SyntaxError> {
    if std::str::from_utf8(text).is_ok() { Ok(()) } else { Err(Problem::Utf8.of(text)) }
}

/// A count that is too big to be read.
type Count = Option<u32>;

/// The least and the most (none: any number) of `{…}`, and what follows; `None` if it isn't of that form.
fn parse_count(text: &[u8]) -> Option<(Count, Option<Count>, &[u8])> {
    let (min, rest) = parse_int(text.strip_prefix(b"{")?)?;
    if let Some(rest) = rest.strip_prefix(b"}") {
        return Some((min, Some(min), rest));
    }
    let rest = rest.strip_prefix(b",")?;
    if let Some(rest) = rest.strip_prefix(b"}") {
        return Some((min, None, rest));
    }
    let (max, rest) = parse_int(rest)?;
    Some((min, Some(max), rest.strip_prefix(b"}")?))
}

/// Digits without leading zeros.
fn parse_int(text: &[u8]) -> Option<(Count, &[u8])> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (number, rest) = text.split_at(digits);
    if number.is_empty() || number.len() > 1 && number.starts_with(b"0") {
        return None;
    }
    Some((std::str::from_utf8(number).ok()?.parse().ok(), rest))
}
