//! The replacement templates of `Regexp.Expand`: `$1`, `${name}`, `$$`.

use gotemplate::unicode::{is_digit, is_letter, runes};

/// What a template inserts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece<'t> {
    Text(&'t [u8]),
    Number(usize),
    Name(&'t [u8]),
}

/// The pieces of a template. A `$` that no name follows is text; a name is as long as it can be.
pub(super) fn pieces(template: &[u8]) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some(at) = memchr::memchr(b'$', rest) {
        pieces.push(Piece::Text(rest.get(..at).unwrap_or_default()));
        let dollar = rest.get(at..=at).unwrap_or_default();
        rest = rest.get(at + 1..).unwrap_or_default();
        if let Some(after) = rest.strip_prefix(b"$") {
            pieces.push(Piece::Text(dollar));
            rest = after;
            continue;
        }
        match split_reference(rest) {
            Some((name, after)) => {
                pieces.push(reference(name));
                rest = after;
            }
            None => pieces.push(Piece::Text(dollar)),
        }
    }
    pieces.push(Piece::Text(rest));
    pieces
}

/// The name after a `$`, with braces or without, and what follows.
fn split_reference(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let inner = text.strip_prefix(b"{");
    let body = inner.unwrap_or(text);
    let is_word = |character: char| is_letter(character) || is_digit(character) || character == '_';
    let length = runes(body).find(|(_, character, _)| !is_word(*character)).map_or(body.len(), |(at, ..)| at);
    let (name, rest) = body.split_at(length);
    if name.is_empty() {
        return None;
    }
    if inner.is_some() { Some((name, rest.strip_prefix(b"}")?)) } else { Some((name, rest)) }
}

/// Digits without leading zeros are a number.
fn reference(name: &[u8]) -> Piece<'_> {
    let is_number = name.iter().all(u8::is_ascii_digit) && !(name.len() > 1 && name.starts_with(b"0"));
    let number = std::str::from_utf8(name).ok().filter(|_| is_number).and_then(|digits| digits.parse().ok());
    number.filter(|number| *number < 1_000_000_000).map_or(Piece::Name(name), Piece::Number)
}
