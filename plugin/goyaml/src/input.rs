//! The text of a YAML stream: its encoding, and where in it reading must fail.
//!
//! go-yaml decodes its input in windows of 512 bytes as the scanner asks for
//! characters, and reports a bad byte when its window is decoded, not when the
//! scanner gets there. Which of two errors a document shows depends on that, so
//! the windows are kept here, while the text itself is decoded once.

use std::borrow::Cow;

/// Bytes that go-yaml reads at a time.
const WINDOW: usize = 512;

const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";
const UTF16_LITTLE_MARK: &[u8] = b"\xff\xfe";
const UTF16_BIG_MARK: &[u8] = b"\xfe\xff";

/// A YAML stream, decoded to UTF-8 up to the first byte that isn't text.
///
/// ```
/// use goyaml::Input;
///
/// assert_eq!(Input::new(b"\xef\xbb\xbfa: 1").text(), "a: 1");
/// assert_eq!(Input::new(b"\xff\xfea\x00").text(), "a");
/// ```
#[derive(Debug)]
pub struct Input<'a> {
    text: Cow<'a, str>,
    /// Why the text ends before the stream does, if so.
    fault: Option<Fault>,
    windows: Windows,
}

/// A byte sequence that may not occur in a YAML stream.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fault {
    pub(crate) problem: &'static str,
    /// Bytes that must be at hand to see it; `None` when only the end of the stream shows it.
    reach: Option<usize>,
}

/// Where the windows end, as offsets into the text.
#[derive(Debug)]
enum Windows {
    /// UTF-8: a window is 512 bytes, the first one less the byte order mark.
    Utf8 { mark: usize },
    /// UTF-16: widths differ, so the ends are listed.
    Utf16 { ends: Vec<usize> },
}

impl<'a> Input<'a> {
    /// Decodes `bytes`: UTF-8, or UTF-16 when it begins with such a byte order mark.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        if bytes.is_empty() {
            // go-yaml reads an empty line instead.
            return Self::utf8(b"\n", 0);
        }
        if let Some(rest) = bytes.strip_prefix(UTF16_LITTLE_MARK) {
            return Self::utf16(rest, u16::from_le_bytes);
        }
        if let Some(rest) = bytes.strip_prefix(UTF16_BIG_MARK) {
            return Self::utf16(rest, u16::from_be_bytes);
        }
        match bytes.strip_prefix(UTF8_MARK) {
            Some(rest) => Self::utf8(rest, UTF8_MARK.len()),
            None => Self::utf8(bytes, 0),
        }
    }

    /// The decoded text, without a byte order mark, up to the first fault.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    fn utf8(bytes: &'a [u8], mark: usize) -> Self {
        let windows = Windows::Utf8 { mark };
        let input = match std::str::from_utf8(bytes) {
            Ok(text) => Self { text: Cow::Borrowed(text), fault: None, windows },
            Err(error) => {
                let (valid, rest) = bytes.split_at(error.valid_up_to());
                let text = Cow::Borrowed(std::str::from_utf8(valid).unwrap_or_default());
                Self { text, fault: Some(utf8_fault(rest)), windows }
            }
        };
        input.cut_at_control_character()
    }

    /// Ends the text before the first character that YAML doesn't allow.
    fn cut_at_control_character(mut self) -> Self {
        if let Some((at, width)) = find_disallowed(self.text.as_bytes()) {
            match &mut self.text {
                Cow::Borrowed(text) => *text = text.get(..at).unwrap_or_default(),
                Cow::Owned(text) => text.truncate(at),
            }
            self.fault = Some(Fault { problem: "control characters are not allowed", reach: Some(width) });
        }
        self
    }

    fn utf16(bytes: &'a [u8], unit: fn([u8; 2]) -> u16) -> Self {
        let mut text = String::with_capacity(bytes.len());
        let mut ends = Vec::new();
        // The mark's two bytes belong to the first window.
        let mut window_start = 0;
        let mut window = WINDOW - 2;
        let mut offset = 0;
        let fault = loop {
            let rest = bytes.get(offset..).unwrap_or_default();
            if rest.is_empty() {
                break None;
            }
            let (character, width) = match utf16_character(rest, unit) {
                Ok(decoded) => decoded,
                Err(fault) => break Some(fault),
            };
            if offset + width > window_start + window {
                ends.push(text.len());
                window_start = offset;
                window = WINDOW;
            }
            text.push(character);
            offset += width;
        };
        Self { text: Cow::Owned(text), fault, windows: Windows::Utf16 { ends } }.cut_at_control_character()
    }

    /// The end of the window that begins at `start`: decoding stops at the last character
    /// that is in it as a whole. Fails when the window shows the fault.
    pub(crate) fn window_end(&self, start: usize) -> Result<usize, &'static str> {
        let end = match &self.windows {
            Windows::Utf8 { mark } if start == 0 => WINDOW - mark,
            Windows::Utf8 { .. } => start + WINDOW,
            Windows::Utf16 { ends } => {
                let next = ends.partition_point(|end| *end <= start);
                ends.get(next).copied().unwrap_or(usize::MAX)
            }
        };
        let length = self.text.len();
        if end < length {
            return Ok((start..=end).rev().find(|&at| self.text.is_char_boundary(at)).unwrap_or(start));
        }
        match self.fault {
            Some(fault) if start == length || fault.reach.is_some_and(|reach| length + reach <= end) => {
                Err(fault.problem)
            }
            _ => Ok(length),
        }
    }
}

/// The first character that YAML doesn't allow, and its width.
fn find_disallowed(text: &[u8]) -> Option<(usize, usize)> {
    let mut from = 0;
    while let Some(found) = find_suspect(text.get(from..)?) {
        let at = from + found;
        match text.get(at..)? {
            [0xc2, 0x80..=0x84 | 0x86..=0x9f, ..] => return Some((at, 2)),
            [0xef, 0xbf, 0xbe | 0xbf, ..] => return Some((at, 3)),
            [0xc2 | 0xef, ..] => from = at + 1,
            _ => return Some((at, 1)),
        }
    }
    None
}

/// The first suspect byte. Nearly no text has one, so whole pieces are looked at, which the compiler turns into few
/// instructions.
fn find_suspect(text: &[u8]) -> Option<usize> {
    const PIECE: usize = 64;
    let has_none = |piece: &&[u8]| !piece.iter().fold(false, |found, byte| found | is_suspect(*byte));
    let clear = PIECE * text.chunks(PIECE).take_while(has_none).count();
    let found = text.get(clear..)?.iter().position(|byte| is_suspect(*byte))?;
    Some(clear + found)
}

/// Whether this is a control character, or the leading byte of characters that may be disallowed.
fn is_suspect(byte: u8) -> bool {
    let is_space = (byte == b'\t') | (byte == b'\n') | (byte == b'\r');
    ((byte < b' ') & !is_space) | (byte == 0x7f) | (byte == 0xc2) | (byte == 0xef)
}

/// What go-yaml says about the bytes that `from_utf8` refused.
fn utf8_fault(rest: &[u8]) -> Fault {
    let leading = rest.first().copied().unwrap_or_default();
    let width = match leading {
        _ if leading & 0xe0 == 0xc0 => 2,
        _ if leading & 0xf0 == 0xe0 => 3,
        _ if leading & 0xf8 == 0xf0 => 4,
        _ => return Fault { problem: "invalid leading UTF-8 octet", reach: Some(1) },
    };
    let Some(sequence) = rest.get(..width) else {
        return Fault { problem: "incomplete UTF-8 octet sequence", reach: None };
    };
    let problem = if sequence.iter().skip(1).any(|octet| octet & 0xc0 != 0x80) {
        "invalid trailing UTF-8 octet"
    } else if is_overlong(sequence) {
        "invalid length of a UTF-8 sequence"
    } else {
        "invalid Unicode character"
    };
    Fault { problem, reach: Some(width) }
}

/// Whether a well-formed sequence encodes a character that a shorter one could.
fn is_overlong(sequence: &[u8]) -> bool {
    matches!(sequence, [0xc0 | 0xc1, ..] | [0xe0, 0x80..=0x9f, ..] | [0xf0, 0x80..=0x8f, ..])
}

fn utf16_character(rest: &[u8], unit: fn([u8; 2]) -> u16) -> Result<(char, usize), Fault> {
    let at = |index: usize| Some(unit([*rest.get(index)?, *rest.get(index + 1)?]));
    let seen = |problem| Fault { problem, reach: Some(0) };
    let first = at(0).ok_or(Fault { problem: "incomplete UTF-16 character", reach: None })?;
    if first & 0xfc00 == 0xdc00 {
        return Err(seen("unexpected low surrogate area"));
    }
    if first & 0xfc00 != 0xd800 {
        return Ok((char::from_u32(u32::from(first)).unwrap_or_default(), 2));
    }
    let second = at(2).ok_or(Fault { problem: "incomplete UTF-16 surrogate pair", reach: None })?;
    if second & 0xfc00 != 0xdc00 {
        return Err(seen("expected low surrogate area"));
    }
    let value = 0x1_0000 + (u32::from(first & 0x3ff) << 10) + u32::from(second & 0x3ff);
    Ok((char::from_u32(value).unwrap_or_default(), 4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_fault(bytes: &[u8], text: &str, problem: &'static str) {
        let input = Input::new(bytes);
        assert_eq!(input.text(), text);
        assert_eq!(input.window_end(text.len()), Err(problem));
    }

    #[test]
    fn faults_end_the_text() {
        check_fault(b"a\x00", "a", "control characters are not allowed");
        check_fault("é\u{7f}".as_bytes(), "é", "control characters are not allowed");
        check_fault("a\u{fffe}".as_bytes(), "a", "control characters are not allowed");
        check_fault(b"a\xff", "a", "invalid leading UTF-8 octet");
        check_fault(b"a\xe2\x82", "a", "incomplete UTF-8 octet sequence");
        check_fault(b"a\xe2\x28\xa1", "a", "invalid trailing UTF-8 octet");
        check_fault(b"a\xc0\x80", "a", "invalid length of a UTF-8 sequence");
        check_fault(b"a\xed\xa0\x80", "a", "invalid Unicode character");
        check_fault(b"\xff\xfea\x00\x00\xdc", "a", "unexpected low surrogate area");
        check_fault(b"\xff\xfea\x00b", "a", "incomplete UTF-16 character");
    }

    #[test]
    fn a_fault_shows_with_its_window() {
        let mut bytes = vec![b'a'; 1000];
        bytes.push(0);
        let input = Input::new(&bytes);
        assert_eq!(input.window_end(0), Ok(512));
        assert_eq!(input.window_end(512), Err("control characters are not allowed"));
    }

    #[test]
    fn windows_end_between_characters() {
        let text = "é".repeat(400);
        assert_eq!(Input::new(format!("a{text}").as_bytes()).window_end(0), Ok(511));
        assert_eq!(Input::new(format!("\u{feff}{text}").as_bytes()).window_end(0), Ok(508));
    }
}
