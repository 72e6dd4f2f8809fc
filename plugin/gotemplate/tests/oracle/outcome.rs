//! What this crate makes of a case, and what Go made of it.

use std::sync::{Arc, LazyLock};

use gotemplate::{Functions, Limits, MissingKey, Str, Template, TemplateSet};
use serde_json::Value as Json;

use crate::case::{Case, decode, decode_text};
use crate::functions;

/// What came out: the output or the error.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outcome {
    Output(Str),
    Error(String),
}

static FUNCTIONS: LazyLock<Arc<Functions>> = LazyLock::new(|| {
    let mut functions = Functions::builtins();
    functions.extend(functions::all());
    Arc::new(functions)
});

impl Case {
    /// Reads a case and, if it is recorded, its outcome.
    pub(crate) fn parse(line: &str) -> (Self, Option<Outcome>) {
        let json: Json = serde_json::from_str(line).expect("a case is JSON");
        let text = |text: &Json| (decode_text(&text[0]), decode_text(&text[1]));
        let case = Self {
            texts: json["t"].as_array().expect("a case has texts").iter().map(text).collect(),
            data: json.get("d").cloned().unwrap_or_default(),
            missing_key: json["m"].as_str().map(str::to_owned),
        };
        (case, Outcome::parse(&json))
    }

    /// Runs the case with this crate.
    pub(crate) fn run(&self) -> Outcome {
        match self.render() {
            Ok(output) => Outcome::Output(output),
            Err(error) => Outcome::Error(error.to_string()),
        }
    }

    fn render(&self) -> Result<Str, Box<dyn std::error::Error>> {
        let missing_key = match self.missing_key.as_deref() {
            Some("zero") => MissingKey::Zero,
            Some("error") => MissingKey::Error,
            _ => MissingKey::Invalid,
        };
        let mut set = TemplateSet::new("set").with_missing_key(missing_key);
        for (name, text) in &self.texts {
            set.add(&Template::parse(name.clone(), text.clone(), &FUNCTIONS)?);
        }
        let (name, _) = self.texts.last().expect("a case has texts");
        let mut depth = functions::Depth::default();
        Ok(set.render(name.clone(), &decode(&self.data), &mut depth, &Limits::default())?)
    }
}

impl Outcome {
    fn parse(json: &Json) -> Option<Self> {
        match (json.get("o"), json.get("e")) {
            (Some(output), _) => Some(Self::Output(decode_text(output))),
            (_, Some(error)) => Some(Self::Error(decode_text(error).to_string())),
            _ => None,
        }
    }
}
