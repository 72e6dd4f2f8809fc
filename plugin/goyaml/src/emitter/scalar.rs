//! Scalars as they are written: plain, quoted, literal, folded.

use std::fmt::Write;

use crate::class::is_printable;
use crate::emitter::Place;
use crate::emitter::analysis::Analysis;
use crate::emitter::writer::Writer;
use crate::resolve::{Plain, old_bool, resolve_plain};
use crate::{Dialect, ScalarStyle};

impl Writer {
    pub(super) fn string(&mut self, text: &str, place: Place) {
        let wanted = if text.contains('\n') {
            ScalarStyle::Literal
        } else if self.reads_as_text(text) {
            ScalarStyle::Plain
        } else {
            ScalarStyle::DoubleQuoted
        };
        self.styled(text, wanted, place);
    }

    /// Text that stands for bytes.
    pub(super) fn binary(&mut self, text: &str, place: Place) {
        self.separate();
        self.put_text("!!binary");
        self.whitespace = false;
        self.indention = false;
        let wanted = if text.contains('\n') { ScalarStyle::Literal } else { ScalarStyle::Plain };
        self.styled(text, wanted, place);
    }

    /// Whether the plain text would be read as text, here and by older readers.
    fn reads_as_text(&self, text: &str) -> bool {
        let dialect = self.dialect();
        resolve_plain(dialect, text) == Plain::Text
            && !is_base_60(text)
            && (dialect == Dialect::V2 || old_bool(text).is_none())
    }

    fn styled(&mut self, text: &str, wanted: ScalarStyle, place: Place) {
        let analysis = Analysis::new(self.dialect(), text);
        let key = place == Place::SimpleKey;
        let mut style = wanted;
        if key && analysis.multiline {
            style = ScalarStyle::DoubleQuoted;
        }
        if style == ScalarStyle::Plain && (!analysis.plain || text.is_empty() && key) {
            style = ScalarStyle::SingleQuoted;
        }
        if style == ScalarStyle::SingleQuoted && !analysis.single_quoted {
            style = ScalarStyle::DoubleQuoted;
        }
        if style == ScalarStyle::Literal && (!analysis.block || key) {
            style = ScalarStyle::DoubleQuoted;
        }
        self.inside_scalar(place, |writer| match style {
            ScalarStyle::Plain => writer.plain(text, key),
            ScalarStyle::SingleQuoted => writer.single_quoted(text, key),
            ScalarStyle::DoubleQuoted => writer.double_quoted(text, key),
            ScalarStyle::Literal | ScalarStyle::Folded => writer.literal(text),
        });
    }

    fn plain(&mut self, text: &str, key: bool) {
        self.separate();
        let mut after_space = false;
        if !self.put_unfolded(text, key) {
            for (at, character) in text.char_indices() {
                let space = character == ' ';
                if space && !after_space && self.is_full() && !is_space_at(text, at + 1) {
                    self.line_start();
                } else {
                    self.put(character);
                }
                if !space {
                    self.indention = false;
                }
                after_space = space;
            }
        }
        self.whitespace = false;
        self.indention = false;
    }

    /// Writes a text at once if nothing of it can be folded.
    fn put_unfolded(&mut self, text: &str, key: bool) -> bool {
        let fits = key || self.column + text.len() <= self.layout.width || !text.contains(' ');
        if fits {
            self.put_text(text);
        }
        fits
    }

    /// Whether the line is long enough to be folded.
    fn is_full(&self) -> bool {
        self.column > self.layout.width
    }

    fn single_quoted(&mut self, text: &str, key: bool) {
        self.indicator("'");
        self.indention = false;
        let (mut after_space, mut after_break) = (false, false);
        for (at, character) in text.char_indices() {
            let space = character == ' ';
            let inner = at > 0 && at + 1 < text.len();
            if space {
                let folds = !key && !after_space && self.is_full() && inner && !is_space_at(text, at + 1);
                if folds { self.line_start() } else { self.put(' ') }
            } else if is_break(character) {
                self.break_character(character, after_break);
                after_break = true;
            } else {
                if after_break {
                    self.line_start();
                }
                if character == '\'' {
                    self.put('\'');
                }
                self.put(character);
                self.indention = false;
                after_break = false;
            }
            after_space = space || after_space && is_break(character);
        }
        self.put('\'');
        self.whitespace = false;
        self.indention = false;
    }

    /// A line break in single quotes, where one line feed would be read as a space.
    fn break_character(&mut self, character: char, after_break: bool) {
        if character == '\n' {
            if !after_break {
                self.put_break();
            }
            self.put_break();
        } else {
            self.out.push(character);
            self.column = 0;
            self.indention = true;
        }
    }

    fn double_quoted(&mut self, text: &str, key: bool) {
        self.indicator("\"");
        self.indention = false;
        // go-yaml looks for the mark at the start of the text, whichever character it's at.
        let marked = text.starts_with('\u{feff}');
        let mut after_space = false;
        for (at, character) in text.char_indices() {
            let plain = !marked && !matches!(character, '"' | '\\') && !is_break(character);
            let rest = text.as_bytes().get(at..).unwrap_or_default();
            if !plain || !is_printable(rest) {
                self.escape(character);
                after_space = false;
            } else if character == ' ' {
                if !key && !after_space && self.is_full() && at > 0 && at + 1 < text.len() {
                    self.line_start();
                    if is_space_at(text, at + 1) {
                        self.put('\\');
                    }
                } else {
                    self.put(' ');
                }
                after_space = true;
            } else {
                self.put(character);
                after_space = false;
            }
        }
        self.put('"');
        self.whitespace = false;
        self.indention = false;
    }

    fn escape(&mut self, character: char) {
        let short = match character {
            '\0' => '0',
            '\x07' => 'a',
            '\x08' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\x0b' => 'v',
            '\x0c' => 'f',
            '\r' => 'r',
            '\x1b' => 'e',
            '"' => '"',
            '\\' => '\\',
            '\u{85}' => 'N',
            '\u{a0}' => '_',
            '\u{2028}' => 'L',
            '\u{2029}' => 'P',
            _ => return self.escape_code(u32::from(character)),
        };
        self.put('\\');
        self.put(short);
    }

    fn escape_code(&mut self, code: u32) {
        let start = self.out.len();
        let _ = match code {
            0..=0xff => write!(self.out, "\\x{code:02X}"),
            0x100..=0xffff => write!(self.out, "\\u{code:04X}"),
            _ => write!(self.out, "\\U{code:08X}"),
        };
        self.column += self.out.len() - start;
    }

    fn literal(&mut self, text: &str) {
        self.indicator("|");
        if text.starts_with([' ', '\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']) {
            let hint = u8::try_from(self.layout.indent).unwrap_or_default();
            self.put(char::from(b'0' + hint));
        }
        if let Some(chomping) = chomping(text) {
            self.put(chomping);
        }
        self.put_break();
        self.whitespace = true;
        let mut after_break = true;
        for line in text.split_inclusive(is_break) {
            let content = line.trim_end_matches(is_break);
            if !content.is_empty() {
                if after_break {
                    self.line_start();
                }
                self.put_text(content);
                self.indention = false;
            }
            after_break = content.len() < line.len();
            if let Some(last) = line.chars().next_back().filter(|_| after_break) {
                self.break_character(last, true);
            }
        }
    }
}

/// `-` for a text without a line break at its end, `+` for one with several.
fn chomping(text: &str) -> Option<char> {
    let mut backwards = text.chars().rev();
    match (backwards.next(), backwards.next()) {
        (Some(last), _) if !is_break(last) => Some('-'),
        (Some(_), Some(before)) if !is_break(before) => None,
        (Some(_), _) => Some('+'),
        (None, _) => Some('-'),
    }
}

fn is_break(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn is_space_at(text: &str, at: usize) -> bool {
    text.as_bytes().get(at) == Some(&b' ')
}

/// Whether YAML 1.1 reads the text as a number of base 60, such as `12:30`.
fn is_base_60(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let mut parts = unsigned.split(':');
    let first = parts.next().unwrap_or_default();
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    if !first.starts_with(|character: char| character.is_ascii_digit()) || !digits(first) {
        return false;
    }
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return false;
    }
    while let Some(part) = parts.next() {
        let (whole, fraction) = match parts.peek() {
            None => part.split_once('.').unwrap_or((part, "")),
            Some(_) => (part, ""),
        };
        let sixty = matches!(whole.as_bytes(), [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9']);
        if !sixty || !digits(fraction) {
            return false;
        }
    }
    true
}
