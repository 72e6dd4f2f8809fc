//! Reading what an application sets.

use crate::{Failure, Parameter, ParameterValue, Request};

impl Request {
    /// What the parameter `name` is set to.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&ParameterValue> {
        self.parameters.iter().find(|parameter| parameter.name == name).map(|parameter| &parameter.value)
    }

    /// The text that the parameter `name` is set to.
    ///
    /// # Errors
    ///
    /// Fails if it is set to something else.
    pub fn text(&self, name: &str) -> Result<Option<&str>, Failure> {
        match self.parameter(name) {
            None => Ok(None),
            Some(ParameterValue::Text(text)) => Ok(Some(text)),
            Some(other) => Err(other.mistaken(name, "a text")),
        }
    }

    /// The texts that the parameter `name` is set to; none if it is not set.
    ///
    /// # Errors
    ///
    /// Fails if it is set to something else.
    pub fn items(&self, name: &str) -> Result<&[String], Failure> {
        match self.parameter(name) {
            None => Ok(&[]),
            Some(ParameterValue::Items(items)) => Ok(items),
            Some(other) => Err(other.mistaken(name, "a list")),
        }
    }

    /// The pairs that the parameter `name` is set to; none if it is not set.
    ///
    /// # Errors
    ///
    /// Fails if it is set to something else.
    pub fn entries(&self, name: &str) -> Result<&[(String, String)], Failure> {
        match self.parameter(name) {
            None => Ok(&[]),
            Some(ParameterValue::Entries(entries)) => Ok(entries),
            Some(other) => Err(other.mistaken(name, "a map")),
        }
    }

    /// The environment variable `name`, without Argo CD's `ARGOCD_ENV_` prefix.
    #[must_use]
    pub fn environment(&self, name: &str) -> Option<&str> {
        self.environment.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

impl Parameter {
    /// A parameter that is set to `value`.
    #[must_use]
    pub fn new(name: impl Into<String>, value: impl Into<ParameterValue>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

impl ParameterValue {
    fn mistaken(&self, name: &str, expected: &str) -> Failure {
        let actual = match self {
            Self::Text(_) => "a text (`string`)",
            Self::Items(_) => "a list (`array`)",
            Self::Entries(_) => "a map (`map`)",
        };
        Failure::application(format!("parameter `{name}` is set to {actual}, but must be {expected}"))
    }
}

impl From<&str> for ParameterValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for ParameterValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<String>> for ParameterValue {
    fn from(items: Vec<String>) -> Self {
        Self::Items(items)
    }
}

impl From<Vec<(String, String)>> for ParameterValue {
    fn from(entries: Vec<(String, String)>) -> Self {
        Self::Entries(entries)
    }
}
