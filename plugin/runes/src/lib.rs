//! Categories of runes as Go has them: what it quotes, and what it takes for a letter or a digit, follows its own
//! version of Unicode, which is not the one that Rust has.
#![no_std]

mod tables;

/// The examples of the readme are tested.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// Go's `strconv.IsPrint`: letters, marks, numbers, punctuation, symbols and the ASCII space.
///
/// ```
/// assert!(gorunes::is_print(' ') && gorunes::is_print('☺'));
/// assert!(!gorunes::is_print('\u{a0}'));
/// ```
#[must_use]
pub fn is_print(rune: char) -> bool {
    if rune.is_ascii() { (' '..='~').contains(&rune) } else { contains(tables::PRINT, rune) }
}

/// Go's `unicode.IsLetter`: category L.
///
/// ```
/// assert!(gorunes::is_letter('ß') && !gorunes::is_letter('_'));
/// ```
#[must_use]
pub fn is_letter(rune: char) -> bool {
    if rune.is_ascii() { rune.is_ascii_alphabetic() } else { contains(tables::LETTER, rune) }
}

/// Go's `unicode.IsDigit`: category Nd.
///
/// ```
/// assert!(gorunes::is_digit('٣') && !gorunes::is_digit('½'));
/// ```
#[must_use]
pub fn is_digit(rune: char) -> bool {
    if rune.is_ascii() { rune.is_ascii_digit() } else { contains(tables::DIGIT, rune) }
}

fn contains(table: &[(u32, u32)], rune: char) -> bool {
    let code = u32::from(rune);
    let after = table.partition_point(|(start, _)| *start <= code);
    after.checked_sub(1).and_then(|index| table.get(index)).is_some_and(|(_, end)| code <= *end)
}
