//! `html`, `js` and `urlquery`.

use crate::Str;
use crate::unicode::{decode_rune, is_print};

/// Escapes the characters that have a meaning in HTML.
pub(super) fn html(text: &Str) -> Str {
    let mut out = Vec::with_capacity(text.len());
    for &byte in text.as_bytes() {
        match byte {
            0 => out.extend_from_slice("\u{fffd}".as_bytes()),
            b'"' => out.extend_from_slice(b"&#34;"),
            b'\'' => out.extend_from_slice(b"&#39;"),
            b'&' => out.extend_from_slice(b"&amp;"),
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            other => out.push(other),
        }
    }
    out.into()
}

/// Escapes the characters that have a meaning in a JavaScript string or in a script within HTML.
pub(super) fn js(text: &Str) -> Str {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while !rest.is_empty() {
        let (rune, length) = decode_rune(rest);
        let (unit, tail) = rest.split_at(length);
        match rune {
            '\\' | '\'' | '"' => out.extend_from_slice(&[b'\\', rune as u8]),
            '<' | '>' | '&' | '=' | '\0'..' ' => push_code(&mut out, rune),
            rune if rune.is_ascii() || is_print(rune) => out.extend_from_slice(unit),
            rune => push_code(&mut out, rune),
        }
        rest = tail;
    }
    out.into()
}

fn push_code(out: &mut Vec<u8>, rune: char) {
    out.extend_from_slice(format!("\\u{:04X}", u32::from(rune)).as_bytes());
}

/// Escapes a part of a URL's query.
pub(super) fn url_query(text: &Str) -> Str {
    let mut out = Vec::with_capacity(text.len());
    for &byte in text.as_bytes() {
        match byte {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'_' | b'.' | b'~' => out.push(byte),
            b' ' => out.push(b'+'),
            other => out.extend_from_slice(format!("%{other:02X}").as_bytes()),
        }
    }
    out.into()
}
