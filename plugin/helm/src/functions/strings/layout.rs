//! Shortening, wrapping and indenting, by the rules of Masterminds' `goutils`. All of them count bytes.

/// The shortest width that leaves room for a character and the dots.
const MIN_WIDTH: usize = 4;
/// The same with dots on both sides.
const MIN_WIDTH_BOTH: usize = 7;
const DOTS: &[u8] = b"...";

/// `abbrev`: at most `width` bytes, the last three of them dots.
pub(crate) fn abbreviate(width: i64, text: &[u8]) -> Vec<u8> {
    match usize::try_from(width) {
        Ok(width) if width >= MIN_WIDTH => abbreviate_from(text, 0, width).unwrap_or_default(),
        _ => text.to_vec(),
    }
}

/// `abbrevboth`: `width` bytes from about `left` on, with dots where something is missing.
pub(crate) fn abbreviate_both(left: i64, width: i64, text: &[u8]) -> Vec<u8> {
    match usize::try_from(width) {
        Ok(width) if width >= MIN_WIDTH && (left <= 0 || width >= MIN_WIDTH_BOTH) => {
            abbreviate_from(text, left, width).unwrap_or_default()
        }
        _ => text.to_vec(),
    }
}

/// `None` where the widths don't allow it, which the callers turn into the empty text.
fn abbreviate_from(text: &[u8], offset: i64, width: usize) -> Option<Vec<u8>> {
    if text.len() <= width {
        return Some(text.to_vec());
    }
    let room = width.checked_sub(DOTS.len())?;
    let last_start = text.len() - room;
    // A negative offset counts as none.
    let offset = usize::try_from(offset).unwrap_or(0).min(last_start);
    if offset <= 4 {
        return Some([text.get(..room)?, DOTS].concat());
    }
    if width < MIN_WIDTH_BOTH {
        return None;
    }
    if offset + room < text.len() {
        let middle = abbreviate_from(text.get(offset..)?, 0, room).filter(|_| room >= MIN_WIDTH);
        return Some([DOTS, &middle.unwrap_or_default()].concat());
    }
    Some([DOTS, text.get(last_start..)?].concat())
}

/// What happens to words that are longer than the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LongWords {
    /// They stand out.
    Keep,
    /// They are cut.
    Break,
}

/// `wrap` and `wrapWith`: lines of at most `width` bytes with `separator` between them.
pub(crate) fn wrap(text: &[u8], width: i64, separator: &[u8], long_words: LongWords) -> Vec<u8> {
    let width = usize::try_from(width).unwrap_or(0).max(1);
    let separator = if separator.is_empty() { b"\n" } else { separator };
    let mut wrapped = Vec::with_capacity(text.len() + text.len() / width);
    let mut rest = text;
    while rest.len() > width {
        if let Some(after) = rest.strip_prefix(b" ") {
            rest = after;
            continue;
        }
        let (line, after) = split_line(rest, width, long_words);
        wrapped.extend_from_slice(line);
        rest = match after {
            Some(after) => {
                wrapped.extend_from_slice(separator);
                after
            }
            None => return wrapped,
        };
    }
    wrapped.extend_from_slice(rest);
    wrapped
}

/// The next line and what follows it; the text is longer than `width`.
fn split_line(text: &[u8], width: usize, long_words: LongWords) -> (&[u8], Option<&[u8]>) {
    let is_space = |byte: &u8| *byte == b' ';
    let fitting = text.get(..=width).unwrap_or(text);
    let cut = match (fitting.iter().rposition(is_space), long_words) {
        (Some(space), _) => Some((space, space + 1)),
        (None, LongWords::Break) => Some((width, width)),
        (None, LongWords::Keep) => text.iter().position(is_space).map(|space| (space, space + 1)),
    };
    let Some((end, start)) = cut else { return (text, None) };
    (text.get(..end).unwrap_or_default(), Some(text.get(start..).unwrap_or_default()))
}

/// `indent`: `padding` blanks before each line, also before an empty last one.
pub(crate) fn indent(padding: usize, text: &[u8]) -> Vec<u8> {
    let mut indented = Vec::with_capacity(text.len() + padding * 8);
    for (line, bytes) in text.split(|byte| *byte == b'\n').enumerate() {
        if line > 0 {
            indented.push(b'\n');
        }
        indented.resize(indented.len() + padding, b' ');
        indented.extend_from_slice(bytes);
    }
    indented
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortens() {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        assert_eq!(text(abbreviate(5, b"hello world")), "he...");
        assert_eq!(text(abbreviate_both(5, 10, b"1234 5678 9123")), "...5678...");
        assert_eq!(text(abbreviate(3, b"hello")), "hello");
    }

    #[test]
    fn wraps_at_spaces() {
        assert_eq!(wrap(b"hello world long", 7, b"", LongWords::Keep), b"hello\nworld\nlong");
        assert_eq!(wrap(b"hellow", 4, b"|", LongWords::Break), b"hell|ow");
        assert_eq!(wrap(b"hellow", 4, b"|", LongWords::Keep), b"hellow");
    }

    #[test]
    fn indents_empty_lines_too() {
        assert_eq!(indent(2, b"a\n\n"), b"  a\n  \n  ");
    }
}
