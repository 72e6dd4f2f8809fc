//! Go types, as far as template values have them.

use std::fmt;

use crate::function::Method;

/// A Go type, as `reflect.Type` prints it.
///
/// Element types are `'static`, so that a type is a small `Copy` value and lists of types are constants.
///
/// ```
/// use gotemplate::Type;
/// assert_eq!(Type::Slice(&Type::Any).to_string(), "[]interface {}");
/// assert_eq!(Type::Map(&Type::String).to_string(), "map[string]string");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// `interface {}`.
    Any,
    /// `bool`.
    Bool,
    /// `int` to `int64`.
    Int(IntKind),
    /// `uint` to `uint64`.
    Uint(UintKind),
    /// `float32` and `float64`.
    Float(FloatKind),
    /// `complex128`.
    Complex,
    /// `string`.
    String,
    /// `[]T`.
    Slice(&'static Self),
    /// `map[string]T`.
    Map(&'static Self),
    /// A struct type; only within [`NamedType`].
    Struct,
    /// A pointer type; only within [`NamedType`].
    Pointer,
    /// A function type; only within [`NamedType`].
    Func,
    /// A type with a name, such as `time.Duration`, or a pointer to one.
    Named(&'static NamedType),
}

impl Type {
    /// `int`.
    pub const INT: Self = Self::Int(IntKind::Int);
    /// `int64`.
    pub const INT64: Self = Self::Int(IntKind::Int64);
    /// `uint8`, also called byte.
    pub const UINT8: Self = Self::Uint(UintKind::Uint8);
    /// `float64`.
    pub const FLOAT64: Self = Self::Float(FloatKind::Float64);
    /// `[]interface {}`.
    pub const LIST: Self = Self::Slice(&Self::Any);
    /// `[]string`.
    pub const STRINGS: Self = Self::Slice(&Self::String);
    /// `[]uint8`.
    pub const BYTES: Self = Self::Slice(&Self::UINT8);
    /// `map[string]interface {}`.
    pub const MAP: Self = Self::Map(&Self::Any);

    /// The type without its name.
    #[must_use]
    pub fn underlying(self) -> Self {
        match self {
            Self::Named(named) => named.underlying.underlying(),
            other => other,
        }
    }

    /// Go's `reflect.Kind` of the type.
    #[must_use]
    pub fn kind(self) -> Kind {
        match self.underlying() {
            Self::Any => Kind::Interface,
            Self::Bool => Kind::Bool,
            Self::Int(kind) => Kind::Int(kind),
            Self::Uint(kind) => Kind::Uint(kind),
            Self::Float(kind) => Kind::Float(kind),
            Self::Complex => Kind::Complex,
            Self::String => Kind::String,
            Self::Slice(_) => Kind::Slice,
            Self::Map(_) => Kind::Map,
            Self::Pointer => Kind::Pointer,
            Self::Func => Kind::Func,
            Self::Struct | Self::Named(_) => Kind::Struct,
        }
    }

    /// Whether the untyped `nil` is a value of the type.
    #[must_use]
    pub fn is_nillable(self) -> bool {
        matches!(self.kind(), Kind::Interface | Kind::Map | Kind::Slice | Kind::Pointer | Kind::Func)
    }

    /// Whether a value of this type may be given where `target` is asked for, by Go's assignability: the
    /// same type, any type to `interface {}`, or the same underlying type if one of the two has no name.
    #[must_use]
    pub fn is_assignable_to(self, target: Self) -> bool {
        let one_has_no_name = !matches!((self, target), (Self::Named(_), Self::Named(_)));
        let composite = matches!(target.kind(), Kind::Map | Kind::Slice);
        target == Self::Any
            || self == target
            || (one_has_no_name && composite && self.underlying() == target.underlying())
    }
}

impl fmt::Display for Type {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Slice(element) => write!(formatter, "[]{element}"),
            Self::Map(element) => write!(formatter, "map[string]{element}"),
            Self::Named(named) => formatter.write_str(named.name),
            Self::Any => formatter.write_str("interface {}"),
            other => other.kind().fmt(formatter),
        }
    }
}

/// A type with a name: its kind and its methods.
///
/// Two named types are equal when their names are.
///
/// ```
/// use gotemplate::{NamedType, Type};
/// static VALUES: NamedType = NamedType { name: "common.Values", underlying: Type::MAP, methods: &[] };
/// assert!(Type::Named(&VALUES).is_assignable_to(Type::MAP));
/// assert_eq!(Type::Named(&VALUES).to_string(), "common.Values");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct NamedType {
    /// As `reflect` prints it: `time.Duration`, `*semver.Version`.
    pub name: &'static str,
    /// What the type is made of; [`Type::Struct`] and [`Type::Pointer`] are opaque.
    pub underlying: Type,
    /// The exported methods; each shadows a field or key of its name.
    pub methods: &'static [Method],
}

impl NamedType {
    /// The method of that name.
    #[must_use]
    pub fn method(&self, name: &[u8]) -> Option<&'static Method> {
        self.methods.iter().find(|method| method.name.as_bytes() == name)
    }
}

impl PartialEq for NamedType {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for NamedType {}

/// Go's `reflect.Kind`; `Display` writes Go's word for it.
///
/// ```
/// use gotemplate::{Kind, Value};
/// assert_eq!(Value::int64(1).kind().to_string(), "int64");
/// assert_eq!(Value::Nil.kind(), Kind::Invalid);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The kind of nil.
    Invalid,
    /// `bool`.
    Bool,
    /// Signed integers.
    Int(IntKind),
    /// Unsigned integers.
    Uint(UintKind),
    /// Floating-point numbers.
    Float(FloatKind),
    /// `complex128`.
    Complex,
    /// `string`.
    String,
    /// Lists.
    Slice,
    /// Maps.
    Map,
    /// Structs.
    Struct,
    /// Pointers; Go's word is `ptr`.
    Pointer,
    /// Functions.
    Func,
    /// Interfaces; the kind of a type, never of a value.
    Interface,
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Invalid => "invalid",
            Self::Bool => "bool",
            Self::Int(kind) => kind.name(),
            Self::Uint(kind) => kind.name(),
            Self::Float(kind) => kind.name(),
            Self::Complex => "complex128",
            Self::String => "string",
            Self::Slice => "slice",
            Self::Map => "map",
            Self::Struct => "struct",
            Self::Pointer => "ptr",
            Self::Func => "func",
            Self::Interface => "interface",
        })
    }
}

/// The signed integer types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum IntKind {
    /// 64 bits, whatever the machine: results must not depend on where a template is rendered.
    #[default]
    Int,
    /// 8 bits.
    Int8,
    /// 16 bits.
    Int16,
    /// 32 bits.
    Int32,
    /// 64 bits.
    Int64,
}

impl IntKind {
    /// Go's name of the type.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Int => "int",
            Self::Int8 => "int8",
            Self::Int16 => "int16",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
        }
    }
}

/// The unsigned integer types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum UintKind {
    /// 64 bits.
    #[default]
    Uint,
    /// 8 bits; the type of a string's element.
    Uint8,
    /// 16 bits.
    Uint16,
    /// 32 bits.
    Uint32,
    /// 64 bits.
    Uint64,
}

impl UintKind {
    /// Go's name of the type.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Uint => "uint",
            Self::Uint8 => "uint8",
            Self::Uint16 => "uint16",
            Self::Uint32 => "uint32",
            Self::Uint64 => "uint64",
        }
    }
}

/// The floating-point types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum FloatKind {
    /// Single precision; the value is kept as the equal double.
    Float32,
    /// Double precision.
    #[default]
    Float64,
}

impl FloatKind {
    /// Go's name of the type.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Float32 => "float32",
            Self::Float64 => "float64",
        }
    }
}
