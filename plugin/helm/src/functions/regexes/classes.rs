//! Sets of characters by their names.

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, HirKind};

/// Whether a set is taken as it is or turned around.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Positive,
    Negative,
}

impl Sign {
    pub(super) fn flipped(self) -> Self {
        match self {
            Self::Positive => Self::Negative,
            Self::Negative => Self::Positive,
        }
    }
}

/// Whether letters stand for both cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Case {
    Sensitive,
    Folded,
}

/// A set of these ranges, both ends included.
pub(super) fn set(ranges: &[(char, char)], sign: Sign, case: Case) -> ClassUnicode {
    finish(
        ClassUnicode::new(ranges.iter().map(|(low, high)| ClassUnicodeRange::new(*low, *high))),
        sign,
        case,
    )
}

fn finish(mut class: ClassUnicode, sign: Sign, case: Case) -> ClassUnicode {
    if case == Case::Folded {
        // Without the tables of Unicode's cases there is nothing to fold.
        class.try_case_fold_simple().unwrap_or_default();
    }
    if sign == Sign::Negative {
        class.negate();
    }
    class
}

/// `\d`, `\s`, `\w` and their opposites: ASCII alone.
pub(super) fn perl(letter: u8, case: Case) -> Option<ClassUnicode> {
    let sign = if letter.is_ascii_uppercase() { Sign::Negative } else { Sign::Positive };
    let ranges: &[(char, char)] = match letter.to_ascii_lowercase() {
        b'd' => &[('0', '9')],
        b's' => &[('\t', '\n'), ('\u{c}', '\r'), (' ', ' ')],
        b'w' => &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')],
        _ => return None,
    };
    Some(set(ranges, sign, case))
}

/// `[:alpha:]` and its like, by the name between the colons, which may begin with `^`.
pub(super) fn posix(name: &[u8], case: Case) -> Option<ClassUnicode> {
    let (name, sign) = match name {
        [b'^', name @ ..] => (name, Sign::Negative),
        _ => (name, Sign::Positive),
    };
    let ranges: &[(char, char)] = match name {
        b"alnum" => &[('0', '9'), ('A', 'Z'), ('a', 'z')],
        b"alpha" => &[('A', 'Z'), ('a', 'z')],
        b"ascii" => &[('\0', '\x7f')],
        b"blank" => &[('\t', '\t'), (' ', ' ')],
        b"cntrl" => &[('\0', '\x1f'), ('\x7f', '\x7f')],
        b"digit" => &[('0', '9')],
        b"graph" => &[('!', '~')],
        b"lower" => &[('a', 'z')],
        b"print" => &[(' ', '~')],
        b"punct" => &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
        b"space" => &[('\t', '\r'), (' ', ' ')],
        b"upper" => &[('A', 'Z')],
        b"word" => &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')],
        b"xdigit" => &[('0', '9'), ('A', 'F'), ('a', 'f')],
        _ => return None,
    };
    Some(set(ranges, sign, case))
}

/// A category or script of Unicode, as in `\p{Greek}`. Case, blanks, `-` and `_` in names do not count.
pub(super) fn unicode(name: &str, sign: Sign, case: Case) -> Option<ClassUnicode> {
    let is_name =
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ' '));
    if !is_name {
        return None;
    }
    let parsed = regex_syntax::parse(&format!("\\p{{{name}}}")).ok()?;
    match parsed.into_kind() {
        HirKind::Class(Class::Unicode(class)) => Some(finish(class, sign, case)),
        HirKind::Class(Class::Bytes(class)) => Some(finish(class.to_unicode_class()?, sign, case)),
        _ => None,
    }
}
