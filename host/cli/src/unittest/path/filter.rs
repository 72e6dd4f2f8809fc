//! `[?(…)]`: which values of a list are meant.

use std::cmp::Ordering;

use helm::functions::regex_matches;
use serde_json::Value;

use super::Path;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Filter {
    Or(Box<Self>, Box<Self>),
    And(Box<Self>, Box<Self>),
    Not(Box<Self>),
    /// There is something, or it is `true`.
    Is(Operand),
    Compares(Condition),
    Matches(Operand, String),
}

/// A comparison of each value on the left with each on the right: all must hold, and there must be one.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Condition {
    pub(super) left: Operand,
    pub(super) comparison: Comparison,
    pub(super) right: Operand,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operand {
    /// From the value that is looked at.
    Here(Path),
    /// From the root of the document.
    Root(Path),
    Literal(Scalar),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Scalar {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    /// A list or an object, which is like nothing.
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

// === impl Filter ===

impl Filter {
    pub(super) fn holds(&self, value: &Value, root: &Value) -> bool {
        match self {
            Self::Or(one, other) => one.holds(value, root) || other.holds(value, root),
            Self::And(one, other) => one.holds(value, root) && other.holds(value, root),
            Self::Not(filter) => !filter.holds(value, root),
            Self::Is(Operand::Literal(scalar)) => *scalar == Scalar::Bool(true),
            Self::Is(operand) => !operand.values(value, root).is_empty(),
            Self::Compares(condition) => condition.holds(value, root),
            Self::Matches(operand, pattern) => {
                let is_match =
                    |found: &Scalar| matches!(found, Scalar::Text(text) if regex_matches(pattern, text));
                let found = operand.values(value, root);
                !found.is_empty() && found.iter().all(is_match)
            }
        }
    }
}

// === impl Condition ===

impl Condition {
    fn holds(&self, value: &Value, root: &Value) -> bool {
        let (left, right) = (self.left.values(value, root), self.right.values(value, root));
        let all = left.iter().all(|one| right.iter().all(|other| self.comparison.holds(one, other)));
        all && !left.is_empty() && !right.is_empty()
    }
}

// === impl Operand ===

impl Operand {
    pub(super) fn is_text(&self) -> bool {
        matches!(self, Self::Literal(Scalar::Text(_)))
    }

    fn values(&self, value: &Value, root: &Value) -> Vec<Scalar> {
        match self {
            Self::Here(path) => path.from(value, root).iter().map(|found| Scalar::of(found)).collect(),
            Self::Root(path) => path.from(root, root).iter().map(|found| Scalar::of(found)).collect(),
            Self::Literal(scalar) => vec![scalar.clone()],
        }
    }
}

// === impl Scalar ===

impl Scalar {
    fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => Self::Number(number.as_f64().unwrap_or(f64::NAN)),
            Value::String(text) => Self::Text(text.clone()),
            Value::Array(_) | Value::Object(_) => Self::Other,
        }
    }

    /// `None` if the two have nothing to do with each other.
    fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Number(one), Self::Number(other)) => one.partial_cmp(other),
            (Self::Text(one), Self::Text(other)) => Some(one.cmp(other)),
            (Self::Bool(one), Self::Bool(other)) => (one == other).then_some(Ordering::Equal),
            (Self::Null, Self::Null) => Some(Ordering::Equal),
            _ => None,
        }
    }
}

// === impl Comparison ===

impl Comparison {
    /// Spelling → meaning; longer spellings first.
    pub(super) const ALL: [(&'static str, Self); 6] = [
        ("==", Self::Equal),
        ("!=", Self::NotEqual),
        ("<=", Self::LessOrEqual),
        (">=", Self::GreaterOrEqual),
        ("<", Self::Less),
        (">", Self::Greater),
    ];

    /// Whether it asks which is the greater one.
    pub(super) fn is_order(self) -> bool {
        !matches!(self, Self::Equal | Self::NotEqual)
    }

    fn holds(self, one: &Scalar, other: &Scalar) -> bool {
        let order = one.order(other);
        match self {
            Self::Equal => order == Some(Ordering::Equal),
            Self::NotEqual => order != Some(Ordering::Equal),
            Self::Less => order == Some(Ordering::Less),
            Self::LessOrEqual => order.is_some_and(Ordering::is_le),
            Self::Greater => order == Some(Ordering::Greater),
            Self::GreaterOrEqual => order.is_some_and(Ordering::is_ge),
        }
    }
}
