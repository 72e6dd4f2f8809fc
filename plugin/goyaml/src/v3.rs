//! go-yaml v3.

use crate::emitter::{Layout, Numbers, emit};
use crate::{Dialect, Source};

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
