//! `ARGOCD_APP_PARAMETERS`: the parameters of an application as JSON.

use std::collections::BTreeMap;

use generate::{Parameter, ParameterValue};

/// Why the parameters can't be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ParametersError {
    /// They are not the JSON that Argo CD writes.
    #[error("failed to read `ARGOCD_APP_PARAMETERS`")]
    Json(#[from] serde_json::Error),
    /// A parameter without a value.
    #[error("parameter `{0}` has no value: give it a `string`, an `array` or a `map`")]
    Valueless(String),
    /// A parameter with more than one value.
    #[error("parameter `{0}` has more than one of `string`, `array` and `map`: keep one")]
    Ambiguous(String),
}

#[derive(serde::Deserialize)]
struct Wire {
    name: String,
    string: Option<String>,
    array: Option<Vec<String>>,
    map: Option<BTreeMap<String, String>>,
}

/// Reads the variable's text. No text, `null` and `[]` are all no parameters.
pub(super) fn parse(text: &str) -> Result<Vec<Parameter>, ParametersError> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let parameters: Option<Vec<Wire>> = serde_json::from_str(text)?;
    parameters.unwrap_or_default().into_iter().map(Wire::into_parameter).collect()
}

// === impl Wire ===

impl Wire {
    fn into_parameter(self) -> Result<Parameter, ParametersError> {
        let value = match (self.string, self.array, self.map) {
            (Some(text), None, None) => ParameterValue::Text(text),
            (None, Some(items), None) => ParameterValue::Items(items),
            (None, None, Some(entries)) => ParameterValue::Entries(entries.into_iter().collect()),
            (None, None, None) => return Err(ParametersError::Valueless(self.name)),
            _ => return Err(ParametersError::Ambiguous(self.name)),
        };
        Ok(Parameter { name: self.name, value })
    }
}
