//! Functions on regular expressions: Go's RE2 syntax and its ways of replacing and splitting.

mod classes;
mod error;
mod expand;
mod parse;
mod pattern;

use gotemplate::strconv::{can_backquote, quote};
use gotemplate::{Function, FunctionError, List, Type, Value};

use super::arguments::{Arguments, fixed, text};
use error::SyntaxError;
use pattern::Pattern;

const STRING: Type = Type::String;
const STRINGS: Type = Type::STRINGS;
const INT: Type = Type::INT;

/// Each function but `regexMatch` panics where its `must` twin returns the error.
pub(super) const FUNCTIONS: &[Function] = &[
    fixed("regexMatch", &[STRING, STRING], Type::Bool, |_, a| {
        Ok(Pattern::cached(a.text(0)).is_ok_and(|pattern| pattern.is_match(a.text(1))).into())
    }),
    fixed("mustRegexMatch", &[STRING, STRING], Type::Bool, |_, a| Ok(must(a)?.is_match(a.text(1)).into())),
    fixed("regexFind", &[STRING, STRING], STRING, |_, a| text(compile(a)?.find(a.text(1)))),
    fixed("mustRegexFind", &[STRING, STRING], STRING, |_, a| text(must(a)?.find(a.text(1)))),
    fixed("regexFindAll", &[STRING, STRING, INT], STRINGS, |_, a| {
        Ok(found(compile(a)?.find_all(a.text(1), a.int(2))))
    }),
    fixed("mustRegexFindAll", &[STRING, STRING, INT], STRINGS, |_, a| {
        Ok(found(must(a)?.find_all(a.text(1), a.int(2))))
    }),
    fixed("regexReplaceAll", &[STRING, STRING, STRING], STRING, |_, a| {
        text(compile(a)?.replace_all(a.text(1), a.text(2)))
    }),
    fixed("mustRegexReplaceAll", &[STRING, STRING, STRING], STRING, |_, a| {
        text(must(a)?.replace_all(a.text(1), a.text(2)))
    }),
    fixed("regexReplaceAllLiteral", &[STRING, STRING, STRING], STRING, |_, a| {
        text(compile(a)?.replace_all_literal(a.text(1), a.text(2)))
    }),
    fixed("mustRegexReplaceAllLiteral", &[STRING, STRING, STRING], STRING, |_, a| {
        text(must(a)?.replace_all_literal(a.text(1), a.text(2)))
    }),
    fixed("regexSplit", &[STRING, STRING, INT], STRINGS, |_, a| {
        Ok(found(compile(a)?.split(a.text(1), a.int(2))))
    }),
    fixed("mustRegexSplit", &[STRING, STRING, INT], STRINGS, |_, a| {
        Ok(found(must(a)?.split(a.text(1), a.int(2))))
    }),
    fixed("regexQuoteMeta", &[STRING], STRING, |_, a| text(quote_meta(a.text(0)))),
];

/// Why a text is not a regular expression, in Go's words; `None` if it is one.
#[must_use]
pub fn regex_error(pattern: &str) -> Option<String> {
    Pattern::cached(pattern.as_bytes()).err().map(|error| error.to_string())
}

/// Whether a text has a match for a pattern; it has none for what is no pattern.
#[must_use]
pub fn regex_matches(pattern: &str, text: &str) -> bool {
    Pattern::cached(pattern.as_bytes()).is_ok_and(|pattern| pattern.is_match(text.as_bytes()))
}

/// Compiles the first argument, as `regexp.Compile`.
fn must(a: &[Value]) -> Result<std::rc::Rc<Pattern>, FunctionError> {
    Pattern::cached(a.text(0)).map_err(|error| error.to_string().into())
}

/// Compiles the first argument, as `regexp.MustCompile`, whose panic shows the pattern.
fn compile(a: &[Value]) -> Result<std::rc::Rc<Pattern>, FunctionError> {
    Pattern::cached(a.text(0)).map_err(|error| panic_text(a.text(0), &error).into())
}

fn panic_text(pattern: &[u8], error: &SyntaxError) -> String {
    let shown = if can_backquote(pattern) {
        format!("`{}`", String::from_utf8_lossy(pattern))
    } else {
        quote(pattern)
    };
    format!("regexp: Compile({shown}): {error}")
}

/// Go's nil slice where nothing was found.
fn found(texts: Option<Vec<&[u8]>>) -> Value {
    texts.map_or_else(|| Value::List(List::nil(&Type::String)), Value::strings)
}

fn quote_meta(text: &[u8]) -> Vec<u8> {
    let mut quoted = Vec::with_capacity(text.len() + 8);
    for byte in text {
        if b"\\.+*?()|[]{}^$".contains(byte) {
            quoted.push(b'\\');
        }
        quoted.push(*byte);
    }
    quoted
}
