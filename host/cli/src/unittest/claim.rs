//! What is claimed of documents.

use serde::Deserialize;
use serde_json::{Map, Value};

/// A claim, by its name in suites.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(super) enum Claim {
    Contains {
        #[serde(default)]
        path: String,
        #[serde(default)]
        content: Value,
        count: Option<i64>,
        /// Whether items may have more than the content.
        #[serde(default)]
        any: bool,
    },
    ContainsDocument(Identity),
    Equal {
        #[serde(default)]
        path: String,
        #[serde(default)]
        value: Value,
        #[serde(default)]
        decode_base64: bool,
    },
    EqualRaw {
        #[serde(default)]
        value: String,
    },
    Exists {
        #[serde(default)]
        path: String,
    },
    FailedTemplate {
        #[serde(default)]
        error_message: String,
        #[serde(default)]
        error_pattern: String,
    },
    GreaterOrEqual {
        #[serde(default)]
        path: String,
        #[serde(default)]
        value: Value,
    },
    HasDocuments {
        #[serde(default)]
        count: i64,
        /// Whether only selected documents count.
        #[serde(default)]
        filter_aware: bool,
    },
    #[serde(rename = "isAPIVersion")]
    IsApiVersion {
        #[serde(default)]
        of: String,
    },
    IsKind {
        #[serde(default)]
        of: String,
    },
    IsNullOrEmpty {
        #[serde(default)]
        path: String,
    },
    IsSubset {
        #[serde(default)]
        path: String,
        #[serde(default)]
        content: Value,
    },
    IsType {
        #[serde(default)]
        path: String,
        #[serde(default, rename = "type")]
        type_name: String,
    },
    LengthEqual {
        #[serde(default)]
        path: String,
        /// Lists that are to be of one length.
        #[serde(default)]
        paths: Vec<String>,
        count: Option<i64>,
    },
    LessOrEqual {
        #[serde(default)]
        path: String,
        #[serde(default)]
        value: Value,
    },
    MatchRegex {
        #[serde(default)]
        path: String,
        #[serde(default)]
        pattern: String,
        #[serde(default)]
        decode_base64: bool,
    },
    MatchRegexRaw {
        #[serde(default)]
        pattern: String,
    },
    MatchSnapshot {
        #[serde(default)]
        path: String,
        #[serde(default)]
        match_regex: Pattern,
        #[serde(default)]
        not_match_regex: Pattern,
    },
    MatchSnapshotRaw {},
}

/// Which document is meant.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Identity {
    pub(super) kind: String,
    #[serde(rename = "apiVersion")]
    pub(super) api_version: String,
    pub(super) name: String,
    pub(super) namespace: String,
    /// Whether one of the documents is enough.
    pub(super) any: bool,
}

/// A pattern in a mapping of its own; empty for none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct Pattern {
    pub(super) pattern: String,
}

/// Other names for claims, and whether they mean the opposite.
const SYNONYMS: [(&str, &str, bool); 17] = [
    ("isEmpty", "isNullOrEmpty", false),
    ("isNotEmpty", "isNullOrEmpty", true),
    ("isNotNull", "exists", false),
    ("isNotNullOrEmpty", "isNullOrEmpty", true),
    ("isNotSubset", "isSubset", true),
    ("isNotType", "isType", true),
    ("isNull", "exists", true),
    ("notContains", "contains", true),
    ("notEqual", "equal", true),
    ("notEqualRaw", "equalRaw", true),
    ("notExists", "exists", true),
    ("notFailedTemplate", "failedTemplate", true),
    ("notGreaterOrEqual", "greaterOrEqual", true),
    ("notLengthEqual", "lengthEqual", true),
    ("notLessOrEqual", "lessOrEqual", true),
    ("notMatchRegex", "matchRegex", true),
    ("notMatchRegexRaw", "matchRegexRaw", true),
];

/// Names of claims.
const NAMES: [&str; 19] = [
    "contains",
    "containsDocument",
    "equal",
    "equalRaw",
    "exists",
    "failedTemplate",
    "greaterOrEqual",
    "hasDocuments",
    "isAPIVersion",
    "isKind",
    "isNullOrEmpty",
    "isSubset",
    "isType",
    "lengthEqual",
    "lessOrEqual",
    "matchRegex",
    "matchRegexRaw",
    "matchSnapshot",
    "matchSnapshotRaw",
];

// === impl Claim ===

impl Claim {
    /// Whether a claim is called so.
    pub(super) fn is_known(name: &str) -> bool {
        NAMES.contains(&name) || SYNONYMS.iter().any(|(synonym, ..)| *synonym == name)
    }

    /// The claim of a name, and whether the name means its opposite.
    pub(super) fn parse(name: &str, operand: Value) -> Result<(Self, bool), String> {
        let synonym = SYNONYMS.iter().find(|(synonym, ..)| *synonym == name);
        let (plain, is_opposite) = synonym.map_or((name, false), |(_, plain, opposite)| (*plain, *opposite));
        let operand = match operand {
            Value::Null => Map::new(),
            Value::Object(entries) => entries.into_iter().filter(|(_, value)| !value.is_null()).collect(),
            other => return Err(format!("`{name}` has `{other}` for its fields")),
        };
        let tagged = Map::from_iter([(plain.to_owned(), Value::Object(operand))]);
        let claim = serde_json::from_value(Value::Object(tagged));
        claim.map(|claim| (claim, is_opposite)).map_err(|error| format!("`{name}`: {error}"))
    }
}
