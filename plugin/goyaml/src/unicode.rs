//! Unicode's categories as Go's `unicode` package knows them.

/// `unicode.IsLetter`: category L, which is what's alphabetic but for marks and numbers.
pub(crate) fn is_letter(character: char) -> bool {
    character.is_alphabetic()
}

/// `unicode.IsDigit`: category Nd.
pub(crate) fn is_decimal_digit(character: char) -> bool {
    character.is_numeric()
}
