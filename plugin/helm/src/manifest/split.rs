//! Cuts a text into documents.

use gotemplate::unicode::{decode_rune, is_space};

use crate::profile::Splitter;

/// The documents of a text that are not blank.
pub(crate) fn split(text: &[u8], splitter: Splitter) -> Vec<&[u8]> {
    let parts = match splitter {
        Splitter::Trimming => at_any_separator(trim(text)),
        Splitter::Lines => at_lines(trim_start(text)),
    };
    let cut = match splitter {
        Splitter::Trimming => trim,
        Splitter::Lines => trim_start,
    };
    parts.into_iter().filter(|part| !trim(part).is_empty()).map(cut).collect()
}

/// Cuts at `---` at the start of a line, with the blanks behind it.
fn at_lines(text: &[u8]) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut line = 0;
    while line < text.len() {
        let rest = text.get(line..).unwrap_or_default();
        if let Some(after) = rest.strip_prefix(b"---") {
            parts.push(text.get(start..line).unwrap_or_default());
            start = line + 3 + after.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        }
        line += memchr::memchr(b'\n', rest).map_or(rest.len(), |newline| newline + 1);
    }
    parts.push(text.get(start..).unwrap_or_default());
    parts
}

/// Cuts at `---` behind a newline, or at the start of the text, with all white space around it. The newline must
/// not belong to the separator before: of two separators in a row the second is text.
fn at_any_separator(text: &[u8]) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut from = 0;
    while let Some(found) = memchr::memmem::find(text.get(from..).unwrap_or_default(), b"---") {
        let at = from + found;
        let before = text.get(start..at).unwrap_or_default();
        if at != 0 && before.last() != Some(&b'\n') {
            from = at + 1;
            continue;
        }
        let kept = before.len() - before.iter().rev().take_while(|byte| is_blank(**byte)).count();
        parts.push(before.get(..kept).unwrap_or_default());
        let after = text.get(at + 3..).unwrap_or_default();
        start = at + 3 + after.iter().take_while(|byte| is_blank(**byte)).count();
        from = start;
    }
    parts.push(text.get(start..).unwrap_or_default());
    parts
}

/// `\s` of Go's regular expressions.
fn is_blank(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\x0c' | b'\r' | b' ')
}

/// Go's `strings.TrimSpace`.
pub(crate) fn trim(text: &[u8]) -> &[u8] {
    trim_end(trim_start(text))
}

fn trim_start(mut text: &[u8]) -> &[u8] {
    while !text.is_empty() {
        let (rune, length) = decode_rune(text);
        if !is_space(rune) {
            break;
        }
        text = text.get(length..).unwrap_or_default();
    }
    text
}

fn trim_end(mut text: &[u8]) -> &[u8] {
    while let Some(length) = last_space(text) {
        text = text.get(..text.len() - length).unwrap_or_default();
    }
    text
}

/// The length of the space that the text ends with.
fn last_space(text: &[u8]) -> Option<usize> {
    let start = text.iter().rposition(|byte| byte & 0xc0 != 0x80)?;
    let (rune, length) = decode_rune(text.get(start..)?);
    (is_space(rune) && start + length == text.len()).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, trimming: &[&str], lines: &[&str]) {
        let parts = |splitter| -> Vec<String> {
            split(text.as_bytes(), splitter)
                .iter()
                .map(|part| String::from_utf8_lossy(part).into_owned())
                .collect()
        };
        assert_eq!(parts(Splitter::Trimming), trimming, "trimming {text:?}");
        assert_eq!(parts(Splitter::Lines), lines, "lines {text:?}");
    }

    #[test]
    fn documents_are_cut_as_in_helm() {
        check("a: 1\n---\nb: 2\n", &["a: 1", "b: 2"], &["a: 1\n", "b: 2\n"]);
        check("---\na: 1\n\n  ---\n", &["a: 1\n\n  ---"], &["a: 1\n\n  ---\n"]);
        check("\n\n---apiVersion: v1\n", &["apiVersion: v1"], &["apiVersion: v1\n"]);
        check("---\n---\n---\n", &["---"], &[]);
        check("a\n---\n---\nb", &["a", "---\nb"], &["a\n", "b"]);
        check("a: x---y\n", &["a: x---y"], &["a: x---y\n"]);
        check("a\u{a0}\n", &["a"], &["a\u{a0}\n"]);
        check("", &[], &[]);
    }
}
