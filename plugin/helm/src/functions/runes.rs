//! Go's runes: what Unicode makes of the bytes of a string, one character to one character.

use gotemplate::unicode::runes;
use unicode_general_category::{GeneralCategory, get_general_category};

/// The characters of a string, as a conversion to `[]rune` gives them.
pub(crate) fn characters(bytes: &[u8]) -> impl Iterator<Item = char> + '_ {
    runes(bytes).map(|(_, character, _)| character)
}

/// `unicode.IsUpper`: the category, not the wider property.
pub(crate) fn is_upper(character: char) -> bool {
    get_general_category(character) == GeneralCategory::UppercaseLetter
}

/// `unicode.IsLower`.
pub(crate) fn is_lower(character: char) -> bool {
    get_general_category(character) == GeneralCategory::LowercaseLetter
}

/// `unicode.IsTitle`.
pub(crate) fn is_title(character: char) -> bool {
    get_general_category(character) == GeneralCategory::TitlecaseLetter
}

/// `unicode.IsPunct`.
pub(crate) fn is_punctuation(character: char) -> bool {
    use GeneralCategory::{
        ClosePunctuation, ConnectorPunctuation, DashPunctuation, FinalPunctuation, InitialPunctuation,
        OpenPunctuation, OtherPunctuation,
    };
    matches!(
        get_general_category(character),
        ClosePunctuation
            | ConnectorPunctuation
            | DashPunctuation
            | FinalPunctuation
            | InitialPunctuation
            | OpenPunctuation
            | OtherPunctuation
    )
}

/// `unicode.ToUpper`: where Unicode's full mapping has several characters, its simple one.
pub(crate) fn to_upper(character: char) -> char {
    let mut mapped = character.to_uppercase();
    match (mapped.next(), mapped.next()) {
        (Some(upper), None) => upper,
        _ => with_iota(character),
    }
}

/// `unicode.ToTitle`.
pub(crate) fn to_title(character: char) -> char {
    match character {
        '\u{1c4}'..='\u{1c6}' => '\u{1c5}',
        '\u{1c7}'..='\u{1c9}' => '\u{1c8}',
        '\u{1ca}'..='\u{1cc}' => '\u{1cb}',
        '\u{1f1}'..='\u{1f3}' => '\u{1f2}',
        // Georgian has capitals, but not at the start of words.
        '\u{10d0}'..='\u{10ff}' => character,
        _ => to_upper(character),
    }
}

/// `unicode.ToLower`.
pub(crate) fn to_lower(character: char) -> char {
    if character == '\u{130}' { 'i' } else { character.to_lowercase().next().unwrap_or(character) }
}

/// The Greek letters with an iota below, whose full upper case is two letters; all others have no simple one.
fn with_iota(character: char) -> char {
    let offset = match character {
        '\u{1f80}'..='\u{1f87}' | '\u{1f90}'..='\u{1f97}' | '\u{1fa0}'..='\u{1fa7}' => 8,
        '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => 9,
        _ => 0,
    };
    char::from_u32(u32::from(character) + offset).unwrap_or(character)
}

/// `strings.Map`: each rune through `mapping`.
pub(crate) fn map(bytes: &[u8], mut mapping: impl FnMut(char) -> char) -> String {
    characters(bytes).map(&mut mapping).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_one_character_to_one() {
        assert_eq!(map("straße ŉ ᾳ".as_bytes(), to_upper), "STRAßE ŉ ᾼ");
        assert_eq!(map("ǆ ა".as_bytes(), to_title), "ǅ ა");
        assert_eq!(map("İI".as_bytes(), to_lower), "ii");
    }
}
