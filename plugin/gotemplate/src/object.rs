//! Values of the embedder's own types.

use std::any::Any;

use crate::function::Signature;
use crate::{Call, FunctionError, NamedType, Str, Type, Value};

/// A value of an embedder's type: a struct, a pointer, a function, or a basic type with a name.
///
/// Methods come from the type ([`NamedType::methods`]), fields and the printed form from the value.
///
/// ```
/// use gotemplate::{NamedType, Object, Str, Type, Value};
///
/// struct Version(&'static str);
/// static VERSION: NamedType =
///     NamedType { name: "*semver.Version", underlying: Type::Pointer, methods: &[] };
///
/// impl Object for Version {
///     fn ty(&self) -> &'static NamedType {
///         &VERSION
///     }
///     fn text(&self) -> Option<Str> {
///         Some(Str::from(self.0))
///     }
///     fn as_any(&self) -> &dyn std::any::Any {
///         self
///     }
/// }
/// assert_eq!(Value::object(Version("1.2.3")).type_name(), "*semver.Version");
/// ```
pub trait Object: Any {
    /// The type: name, kind and methods.
    fn ty(&self) -> &'static NamedType;

    /// The object itself, to downcast it.
    fn as_any(&self) -> &dyn Any;

    /// The exported fields of a struct (or of the struct a pointer points to), in their order. Of a nil pointer
    /// only the names count.
    fn fields(&self) -> Vec<(&'static str, Value)> {
        Vec::new()
    }

    /// The field of that name.
    fn field(&self, name: &[u8]) -> Option<Value> {
        self.fields().into_iter().find(|(field, _)| field.as_bytes() == name).map(|(_, value)| value)
    }

    /// What Go's `String` or `Error` method returns: how the value prints with `%v` and `%s`. That there is such
    /// a text also says that the type has such a method: a nil pointer has one too, whatever it is.
    fn text(&self) -> Option<Str> {
        None
    }

    /// What a template action prints instead of [`Object::text`]; it differs for a struct whose `String`
    /// method has a pointer receiver, which only an addressable value reaches.
    fn addressable_text(&self) -> Option<Str> {
        self.text()
    }

    /// The value without its name, for named basic types: an `int64` for `time.Duration`.
    fn basic(&self) -> Option<Value> {
        None
    }

    /// A value of the same type, made of a basic value of its kind: `range` counts in the type it is given.
    fn of_basic(&self, _basic: Value) -> Option<Value> {
        None
    }

    /// Whether this is a nil pointer or function.
    fn is_nil(&self) -> bool {
        false
    }

    /// Whether Go's `==` holds; asked only for two objects of one type. Pointers are equal if they are the same.
    fn equals(&self, other: &dyn Object) -> bool {
        self.ty().underlying == Type::Pointer && std::ptr::addr_eq(self.as_any(), other.as_any())
    }

    /// Whether the type has a `==`; a struct with a list or a map in it has none.
    fn is_comparable(&self) -> bool {
        true
    }

    /// The signature of a function, for the template function `call`.
    fn signature(&self) -> Option<&Signature> {
        None
    }

    /// Calls a function whose arguments fit its signature.
    ///
    /// # Errors
    /// The function's own error.
    fn call(&self, _call: &mut Call<'_>, _arguments: &[Value]) -> Result<Value, FunctionError> {
        Err(FunctionError::new("not a function"))
    }
}
