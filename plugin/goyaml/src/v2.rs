//! go-yaml v2.

use crate::decode::{AnyValues, KeyOrder};
use crate::emitter::{Layout, Numbers, emit};
use crate::tape::Tape;
use crate::{Dialect, Error, Input, Parser, Source, Value};

/// `yaml.Unmarshal` into an `interface{}`: the first document of a stream, `None` if there
/// is none.
///
/// # Errors
/// What isn't YAML.
///
/// ```
/// use goyaml::{Value, v2};
///
/// assert_eq!(v2::decode(b"0777").unwrap(), Some(Value::Int(511)));
/// assert_eq!(v2::decode(b"# nothing").unwrap(), None);
/// ```
pub fn decode(bytes: &[u8]) -> Result<Option<Value>, Error> {
    let input = Input::new(bytes);
    let tape = Tape::read(&mut Parser::new(&input, Dialect::V2))?;
    tape.map(|tape| crate::decode::decode(&tape, &mut AnyValues { order: KeyOrder::Sorted })).transpose()
}

/// `yaml.Marshal`.
///
/// ```
/// use goyaml::{Value, v2};
///
/// assert_eq!(v2::encode(&Value::Float(1e6)), "1e+06\n");
/// ```
pub fn encode<S: Source>(value: S) -> String {
    emit(&value, Layout { dialect: Dialect::V2, indent: 2, width: 80, numbers: Numbers::Direct })
}
