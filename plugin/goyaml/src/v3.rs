//! go-yaml v3.

mod decode;

use crate::emitter::{Layout, Numbers, emit};
use crate::tape::Tape;
use crate::{Dialect, Error, Input, Parser, Source, Value};

/// `yaml.Unmarshal` into an `any`: the first document of a stream, `None` if there is none.
/// Points in time become text, as `time.RFC3339Nano` writes them.
///
/// # Errors
/// What isn't YAML, and mappings with a key more than once.
///
/// ```
/// use goyaml::{Value, v3};
///
/// assert_eq!(v3::decode(b"yes").unwrap(), Some("yes".into()));
///
/// let error = v3::decode(b"a: 1\na: 2").unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "yaml: unmarshal errors:\n  line 2: mapping key \"a\" already defined at line 1"
/// );
/// ```
pub fn decode(bytes: &[u8]) -> Result<Option<Value>, Error> {
    let input = Input::new(bytes);
    let tape = Tape::read(&mut Parser::new(&input, Dialect::V3))?;
    tape.map(|tape| decode::decode(&tape)).transpose()
}

/// An `Encoder`'s `SetIndent`: columns of a level; go-yaml takes 2 to 9, and 2 for others.
///
/// ```
/// use goyaml::{Value, v3};
///
/// let list = Value::Sequence(vec![Value::Float(1e6), "y".into()]);
/// let map = Value::Mapping(vec![("key".into(), list)]);
/// assert_eq!(v3::encode(&map, 2), "key:\n  - 1e+06\n  - \"y\"\n");
/// ```
pub fn encode<S: Source>(value: S, indent: usize) -> String {
    let indent = if (2..=9).contains(&indent) { indent } else { 2 };
    emit(&value, Layout { dialect: Dialect::V3, indent, width: i32::MAX as usize, numbers: Numbers::Direct })
}
