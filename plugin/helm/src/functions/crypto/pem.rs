//! PEM (RFC 7468), as leniently as Go reads it: text around a block, headers in it, and lines of any length.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::functions::encodings::decode_base64;

/// A block: its type, and what it contains.
pub(super) struct Block {
    pub(super) label: String,
    pub(super) content: Vec<u8>,
}

/// The first block of a text.
pub(super) fn decode(text: &[u8]) -> Option<Block> {
    let text = String::from_utf8_lossy(text);
    let mut rest = text.as_ref();
    while let Some(at) = rest.find("-----BEGIN ") {
        let is_line_start = at == 0 || rest.get(..at).is_some_and(|before| before.ends_with('\n'));
        rest = rest.get(at + "-----BEGIN ".len()..)?;
        if let Some(block) = is_line_start.then(|| decode_after_begin(rest)).flatten() {
            return Some(block);
        }
    }
    None
}

fn decode_after_begin(rest: &str) -> Option<Block> {
    let (first, body) = rest.split_once('\n')?;
    let label = first.trim_end().strip_suffix("-----")?;
    let (body, _) = body.split_once(&format!("-----END {label}-----"))?;
    // Headers are followed by an empty line.
    let lines = body.lines().skip_while(|line| line.contains(':')).map(str::trim);
    let content = decode_base64(lines.collect::<String>().as_bytes()).ok()?;
    Some(Block { label: label.to_owned(), content })
}

/// A block with lines of 64 characters.
pub(super) fn encode(label: &str, content: &[u8]) -> String {
    let encoded = STANDARD.encode(content);
    let mut text = format!("-----BEGIN {label}-----\n");
    for line in encoded.as_bytes().chunks(64) {
        text.push_str(&String::from_utf8_lossy(line));
        text.push('\n');
    }
    text.push_str(&format!("-----END {label}-----\n"));
    text
}
