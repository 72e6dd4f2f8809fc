//! `values.schema.json`: the values of a chart and of its subcharts against their schemas.

use gotemplate::Map;

use crate::node::Node;
use crate::profile::SchemaWording;

/// Values that break a schema.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("values don't meet the specifications of the schema(s) in the following chart(s):\n{text}")]
pub struct SchemaError {
    text: String,
}

pub(crate) fn validate(_root: &Node, _values: &Map, _wording: SchemaWording) -> Result<(), SchemaError> {
    Ok(())
}
