//! What expressions evaluate to, with Go's difference between an interface and the value inside it.

use crate::{Type, Value};

/// The result of an expression: what Go's `reflect.Value` tells about it.
///
/// Go has three kinds of nil. The value of `.missing` is an interface that holds nil, of which a field is an
/// error; what comes out of a pipeline is no value at all, of which a field is no value again; and a nil list
/// is a value.
#[derive(Clone, Default)]
pub(crate) enum Operand {
    /// No value.
    #[default]
    Invalid,
    /// A value whose static type is `interface {}`, such as an element of a `map[string]interface {}`.
    Interface(Value),
    /// A value of its own type; not nil.
    Concrete(Value),
}

impl Operand {
    /// A value found where values of type `ty` are.
    pub(crate) fn typed(value: Value, ty: Type) -> Self {
        if matches!(ty, Type::Any) || value.is_untyped_nil() {
            Self::Interface(value)
        } else {
            Self::Concrete(value)
        }
    }

    /// The value that an interface holds; no value if it holds nil.
    pub(crate) fn from_interface(value: Value) -> Self {
        if value.is_untyped_nil() { Self::Invalid } else { Self::Concrete(value) }
    }

    /// The same without the interface around it.
    pub(crate) fn out_of_interface(self) -> Self {
        match self {
            Self::Interface(value) => Self::from_interface(value),
            other => other,
        }
    }

    pub(crate) fn value(&self) -> &Value {
        match self {
            Self::Invalid => &Value::Nil,
            Self::Interface(value) | Self::Concrete(value) => value,
        }
    }

    /// The static type; `None` if there is no value.
    pub(crate) fn ty(&self) -> Option<Type> {
        match self {
            Self::Invalid => None,
            Self::Interface(_) => Some(Type::Any),
            Self::Concrete(value) => value.ty(),
        }
    }

    /// The name of the static type.
    pub(crate) fn type_name(&self) -> String {
        self.ty().map_or_else(|| "<nil>".to_owned(), |ty| ty.to_string())
    }

    pub(crate) fn is_true(&self) -> bool {
        self.value().is_true()
    }
}
