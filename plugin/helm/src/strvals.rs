//! The grammar of `--set`, `--set-string`, `--set-file`, `--set-json` and `--set-literal`:
//! `name=value,outer.inner=value,list[0]=value,list={a,b}`, with `\` before a character that is meant as itself.
//!
//! What the grammar does with odd input (a missing value at the end, an index beyond the list) is Helm's, down to
//! the texts.

use gotemplate::{List, Map, Value};

mod literal;
mod typed;

pub(crate) use literal::set_literal;
pub(crate) use typed::{Reader, set};

/// The largest index that can be set.
const MAX_INDEX: usize = 65_536;

/// How deeply names may nest.
const MAX_NESTING: usize = 30;

/// Why a set line was refused, with Helm's text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StrvalsError {
    /// The line ends within a name.
    #[error("key {} has no value", crate::text::quote(.key))]
    NoValue {
        /// The name so far.
        key: String,
    },
    /// A comma follows a name.
    #[error("key {} has no value (cannot end with ,)", crate::text::quote(.key))]
    NoValueBeforeComma {
        /// The name.
        key: String,
    },
    /// Nothing follows the dot after a name.
    #[error("key map {} has no value", crate::text::quote(.key))]
    EmptyMap {
        /// The name.
        key: String,
    },
    /// Too many dots.
    #[error("value name nested level is greater than maximum supported nested level of {MAX_NESTING}")]
    TooDeep,
    /// A value that exists is neither a map nor a list where the line needs one.
    #[error("unable to parse key: interface conversion: {found}, not {wanted}")]
    Conversion {
        /// What exists: `interface {} is string`.
        found: String,
        /// The type that is needed.
        wanted: &'static str,
    },
    /// What stands between brackets is no number.
    #[error("error parsing index: {reason}")]
    BadIndex {
        /// Go's words.
        reason: String,
    },
    /// `[` without `]`.
    #[error("error parsing index: EOF")]
    UnclosedIndex,
    /// A negative number between brackets.
    #[error("negative {index} index not allowed")]
    NegativeIndex {
        /// The number.
        index: i64,
    },
    /// A number beyond the limit between brackets.
    #[error("index of {index} is greater than maximum supported index of {MAX_INDEX}")]
    IndexTooLarge {
        /// The number.
        index: i64,
    },
    /// Characters between `]` and what may follow it.
    #[error("unexpected data at end of array index: {}", crate::text::quote(.data))]
    AfterIndex {
        /// The characters.
        data: String,
    },
    /// `{` without `}`.
    #[error("list must terminate with '}}'")]
    UnterminatedList,
    /// A value that is not JSON.
    #[error("{0}")]
    Json(String),
    /// The file of `--set-file` could not be had.
    #[error("{0}")]
    File(String),
}

/// Why parsing stops: the line is over (which is often fine), or it is refused.
#[derive(Debug)]
pub(crate) enum Halt {
    End,
    Error(StrvalsError),
}

impl From<StrvalsError> for Halt {
    fn from(error: StrvalsError) -> Self {
        Self::Error(error)
    }
}

/// Applies `one` until the line is over.
fn until_end(mut one: impl FnMut() -> Result<(), Halt>) -> Result<(), StrvalsError> {
    loop {
        match one() {
            Ok(()) => {}
            Err(Halt::End) => return Ok(()),
            Err(Halt::Error(error)) => return Err(error),
        }
    }
}

/// The characters of a set line and how far it was read.
#[derive(Debug)]
struct Line {
    chars: Vec<char>,
    at: usize,
}

/// What a backslash does.
#[derive(Clone, Copy, PartialEq)]
enum Backslash {
    Escapes,
    IsLiteral,
}

impl Line {
    fn new(text: &str) -> Self {
        Self { chars: text.chars().collect(), at: 0 }
    }

    fn next(&mut self) -> Result<char, Halt> {
        let c = self.chars.get(self.at).copied().ok_or(Halt::End)?;
        self.at += 1;
        Ok(c)
    }

    fn back(&mut self) {
        self.at -= 1;
    }

    fn rest(&self) -> String {
        self.chars.get(self.at..).unwrap_or_default().iter().collect()
    }

    /// The characters before the first of `stops`, and that one, or `None` at the end of the line.
    fn until(&mut self, stops: &[char], backslash: Backslash) -> (String, Option<char>) {
        let mut text = String::new();
        while let Ok(c) = self.next() {
            if stops.contains(&c) {
                return (text, Some(c));
            }
            if c != '\\' || backslash == Backslash::IsLiteral {
                text.push(c);
            } else if let Ok(escaped) = self.next() {
                text.push(escaped);
            } else {
                break;
            }
        }
        (text, None)
    }

    /// The number before `]`.
    fn index(&mut self, backslash: Backslash) -> Result<i64, StrvalsError> {
        let (text, Some(_)) = self.until(&[']'], backslash) else { return Err(StrvalsError::UnclosedIndex) };
        text.parse().map_err(|error: std::num::ParseIntError| {
            let why = match error.kind() {
                std::num::IntErrorKind::PosOverflow | std::num::IntErrorKind::NegOverflow => {
                    "value out of range"
                }
                _ => "invalid syntax",
            };
            let reason = format!("strconv.Atoi: parsing {}: {why}", crate::text::quote(&text));
            StrvalsError::BadIndex { reason }
        })
    }
}

/// Sets an entry; the empty name is none.
fn set_entry(data: &Map, key: &str, value: Value) {
    if !key.is_empty() {
        data.insert(key, value);
    }
}

/// The map at `key`, or a new one.
fn map_at(data: &Map, key: &str) -> Result<Map, StrvalsError> {
    match data.get(key.as_bytes()) {
        None => Ok(Map::new()),
        Some(Value::Map(map)) => Ok(map),
        Some(other) => Err(conversion(&other, "map[string]interface {}")),
    }
}

/// The list at `key`, or a new one.
fn list_at(data: &Map, key: &str) -> Result<Vec<Value>, StrvalsError> {
    data.get(key.as_bytes()).map_or_else(|| Ok(Vec::new()), |value| as_list(&value))
}

fn as_list(value: &Value) -> Result<Vec<Value>, StrvalsError> {
    value.as_list().map(|list| list.values().into_owned()).ok_or_else(|| conversion(value, "[]interface {}"))
}

fn conversion(value: &Value, wanted: &'static str) -> StrvalsError {
    let found = match value {
        Value::Nil => "interface {} is nil".to_owned(),
        value => format!("interface {{}} is {}", value.type_name()),
    };
    StrvalsError::Conversion { found, wanted }
}

/// The list within a list at `index`; nil counts as none.
fn nested_list(list: &[Value], index: i64) -> Result<Vec<Value>, StrvalsError> {
    match usize::try_from(index).ok().and_then(|index| list.get(index)) {
        None | Some(Value::Nil) => Ok(Vec::new()),
        Some(value) => as_list(value),
    }
}

/// The map within a list at `index`; whatever else is there is replaced by a new one.
fn nested_map(list: &mut [Value], index: i64) -> Map {
    let Some(place) = usize::try_from(index).ok().and_then(|index| list.get_mut(index)) else {
        return Map::new();
    };
    if let Value::Map(map) = place {
        return map.clone();
    }
    let map = Map::new();
    *place = Value::Map(map.clone());
    map
}

/// Sets a place of a list, which grows with nil up to there.
fn set_index(list: &mut Vec<Value>, index: i64, value: Value) -> Result<(), StrvalsError> {
    let place = checked(index)?;
    if list.len() <= place {
        list.resize(place + 1, Value::Nil);
    }
    if let Some(old) = list.get_mut(place) {
        *old = value;
    }
    Ok(())
}

fn checked(index: i64) -> Result<usize, StrvalsError> {
    let place = usize::try_from(index).map_err(|_| StrvalsError::NegativeIndex { index })?;
    if place > MAX_INDEX { Err(StrvalsError::IndexTooLarge { index }) } else { Ok(place) }
}

/// One level deeper, if that is allowed.
fn deeper(nesting: usize) -> Result<usize, StrvalsError> {
    if nesting < MAX_NESTING { Ok(nesting + 1) } else { Err(StrvalsError::TooDeep) }
}

fn list_value(list: Vec<Value>) -> Value {
    Value::List(List::new(list))
}

#[cfg(test)]
mod tests;
