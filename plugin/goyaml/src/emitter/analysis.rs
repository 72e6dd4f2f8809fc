//! What a text holds, and so which styles can write it.

use crate::Dialect;
use crate::class::{ByteSet, break_width, is_blank, is_printable, width};

/// Characters that allow every style wherever they stand.
static HARMLESS: ByteSet =
    ByteSet::of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_/+=()$^;<~\\");

/// What a plain scalar must not begin with.
static INDICATORS: ByteSet = ByteSet::of(b"#,[]{}&*!|>'\"%@`");

/// How a text may be written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Analysis {
    pub(super) multiline: bool,
    pub(super) plain: bool,
    pub(super) single_quoted: bool,
    /// As a literal block.
    pub(super) block: bool,
}

impl Analysis {
    pub(super) fn new(dialect: Dialect, text: &str) -> Self {
        let bytes = text.as_bytes();
        if bytes.is_empty() {
            return Self { multiline: false, plain: true, single_quoted: true, block: false };
        }
        if bytes.iter().all(|byte| HARMLESS.contains(*byte)) {
            return Self { multiline: false, plain: true, single_quoted: true, block: true };
        }
        let indicators = bytes.starts_with(b"---") || bytes.starts_with(b"...");
        let mut scan = Scan { indicators, ..Scan::default() };
        scan.run(dialect, bytes);
        scan.result()
    }

    /// Whether the text has a line break of any kind.
    pub(super) fn is_multiline(text: &str) -> bool {
        text.bytes().any(|byte| matches!(byte, b'\n' | b'\r' | 0xc2 | 0xe2))
            && text.contains(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'])
    }
}

#[derive(Debug, Default)]
struct Scan {
    /// Something that means another thing in a plain scalar.
    indicators: bool,
    line_breaks: bool,
    special: bool,
    tabs: bool,
    leading_space: bool,
    leading_break: bool,
    trailing_space: bool,
    trailing_break: bool,
    break_space: bool,
    space_break: bool,
}

impl Scan {
    fn run(&mut self, dialect: Dialect, bytes: &[u8]) {
        let mut at = 0;
        let (mut after_space, mut after_break, mut after_white) = (false, false, true);
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let byte = rest.first().copied().unwrap_or_default();
            let next = at + width(byte);
            let before_white = bytes.get(next).is_none_or(|byte| is_blank(*byte));
            let (first, last) = (at == 0, next >= bytes.len());
            self.indicators |= match byte {
                b'?' | b'-' => first && before_white,
                b':' => before_white,
                b'#' => after_white,
                _ => first && INDICATORS.contains(byte),
            };
            let is_break = break_width(rest) > 0;
            if byte == b'\t' && dialect == Dialect::V3 {
                self.tabs = true;
            } else {
                self.special |= !is_printable(rest);
            }
            let is_space = byte == b' ';
            self.leading_space |= is_space && first;
            self.trailing_space |= is_space && last;
            self.break_space |= is_space && after_break;
            self.line_breaks |= is_break;
            self.leading_break |= is_break && first;
            self.trailing_break |= is_break && last;
            self.space_break |= is_break && after_space;
            (after_space, after_break) = (is_space, is_break);
            after_white = is_blank(byte) || is_break || byte == 0;
            at = next;
        }
    }

    fn result(&self) -> Analysis {
        let Self { special, tabs, space_break, break_space, .. } = *self;
        let edges = self.leading_space || self.leading_break || self.trailing_space || self.trailing_break;
        let quoted_only = edges || self.line_breaks || self.indicators;
        let escapes = break_space || space_break || tabs || special;
        Analysis {
            multiline: self.line_breaks,
            plain: !quoted_only && !escapes,
            single_quoted: !escapes,
            block: !self.trailing_space && !space_break && !special,
        }
    }
}
