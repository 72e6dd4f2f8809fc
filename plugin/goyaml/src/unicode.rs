//! Unicode's categories as Go's `unicode` package knows them, which isn't always the
//! version of Unicode that Rust has.

mod tables;

/// `unicode.IsLetter`: category L.
pub(crate) fn is_letter(character: char) -> bool {
    has(tables::LETTER, character)
}

/// `unicode.IsDigit`: category Nd.
pub(crate) fn is_digit(character: char) -> bool {
    has(tables::DIGIT, character)
}

/// `strconv.IsPrint`: what Go's quotes leave as it is.
pub(crate) fn is_print(character: char) -> bool {
    has(tables::PRINT, character)
}

fn has(table: &[(u32, u32)], character: char) -> bool {
    let code = u32::from(character);
    let index = table.partition_point(|(_, end)| *end < code);
    table.get(index).is_some_and(|(start, _)| *start <= code)
}
