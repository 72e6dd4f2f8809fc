//! Base64 with padding, as Go's `base64.StdEncoding`.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Decodes `text`, in which line breaks count for nothing; `None` if it isn't base64.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let symbols: Vec<u8> = text.bytes().filter(|byte| *byte != b'\r' && *byte != b'\n').collect();
    if !symbols.len().is_multiple_of(4) {
        return None;
    }
    let mut bytes = Vec::with_capacity(symbols.len() / 4 * 3);
    let mut groups = symbols.chunks_exact(4).peekable();
    while let Some(group) = groups.next() {
        let padding = match group {
            [_, _, b'=', b'='] => 2,
            [_, _, _, b'='] => 1,
            _ => 0,
        };
        if padding > 0 && groups.peek().is_some() {
            return None;
        }
        let values = group.iter().take(4 - padding).map(|symbol| value(*symbol));
        let bits = values
            .chain(std::iter::repeat_n(Some(0), padding))
            .try_fold(0, |bits, value| Some(bits << 6 | u32::from(value?)))?;
        let [_, decoded @ ..] = bits.to_be_bytes();
        bytes.extend(decoded.iter().take(3 - padding));
    }
    Some(bytes)
}

fn value(symbol: u8) -> Option<u8> {
    match symbol {
        b'A'..=b'Z' => Some(symbol - b'A'),
        b'a'..=b'z' => Some(symbol - b'a' + 26),
        b'0'..=b'9' => Some(symbol - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

/// Encodes `bytes` without line breaks.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits = (0..3).fold(0, |bits: u32, at| bits << 8 | u32::from(group.get(at).copied().unwrap_or(0)));
        for position in 0..4 {
            let index = usize::try_from(bits >> (18 - 6 * position) & 63).unwrap_or_default();
            let symbol = ALPHABET.get(index).copied().unwrap_or_default();
            text.push(if position <= group.len() { char::from(symbol) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_decoded() {
        for bytes in [&b""[..], b"f", b"fo", b"foo", b"foob", b"\xff\xfe\x00"] {
            assert_eq!(decode(&encode(bytes)).as_deref(), Some(bytes));
        }
        assert_eq!(encode(b"foob"), "Zm9vYg==");
    }

    #[test]
    fn padding_belongs_at_the_end() {
        for text in ["Z", "Zm9", "Zm9=vYg=", "=m9v", "Zm9v!!!!", "Zg=a"] {
            assert_eq!(decode(text), None, "{text}");
        }
        assert_eq!(decode("Zm\n9v\r\n").as_deref(), Some(&b"foo"[..]));
    }
}
