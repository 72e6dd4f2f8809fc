//! Template values.

use std::fmt;
use std::rc::Rc;

use crate::{FloatKind, IntKind, Kind, List, Map, NamedType, Object, Str, Type, UintKind};

/// A Go value as templates see it: cheap to clone, not `Send`.
///
/// [`Value::Nil`] is the nil interface; typed nils are [`List::nil`] and [`Map::nil`].
///
/// ```
/// use gotemplate::Value;
/// let values = Value::map([("name", Value::string("web")), ("ports", Value::list(vec![Value::int(80)]))]);
/// assert_eq!(values.type_name(), "map[string]interface {}");
/// assert!(values.is_true());
/// assert_eq!(values.as_map().and_then(|map| map.get(b"name")), Some(Value::string("web")));
/// ```
#[derive(Clone, Default)]
pub enum Value {
    /// `nil`.
    #[default]
    Nil,
    /// A `bool`.
    Bool(bool),
    /// A signed integer and its type.
    Int(i64, IntKind),
    /// An unsigned integer and its type.
    Uint(u64, UintKind),
    /// A floating-point number and its type.
    Float(f64, FloatKind),
    /// A `complex128`: real and imaginary part.
    Complex(f64, f64),
    /// A `string`.
    String(Str),
    /// A slice.
    List(List),
    /// A map with string keys.
    Map(Map),
    /// A value of an embedder's type.
    Object(Rc<dyn Object>),
}

impl Value {
    /// An `int`.
    #[must_use]
    pub const fn int(value: i64) -> Self {
        Self::Int(value, IntKind::Int)
    }

    /// An `int64`.
    #[must_use]
    pub const fn int64(value: i64) -> Self {
        Self::Int(value, IntKind::Int64)
    }

    /// A `uint8`.
    #[must_use]
    pub const fn byte(value: u8) -> Self {
        Self::Uint(value as u64, UintKind::Uint8)
    }

    /// A `float64`.
    #[must_use]
    pub const fn float(value: f64) -> Self {
        Self::Float(value, FloatKind::Float64)
    }

    /// A `string`.
    pub fn string(value: impl Into<Str>) -> Self {
        Self::String(value.into())
    }

    /// A `[]interface {}`.
    #[must_use]
    pub fn list(values: Vec<Self>) -> Self {
        Self::List(List::new(values))
    }

    /// A `[]string`.
    pub fn strings<S: Into<Str>>(values: impl IntoIterator<Item = S>) -> Self {
        let values = values.into_iter().map(|text| Self::String(text.into())).collect();
        Self::List(List::typed(&Type::String, values))
    }

    /// A `[]uint8`.
    pub fn bytes(bytes: impl Into<Str>) -> Self {
        Self::List(List::bytes(bytes.into()))
    }

    /// A `map[string]interface {}`.
    pub fn map<K: Into<Str>>(entries: impl IntoIterator<Item = (K, Self)>) -> Self {
        Self::Map(entries.into_iter().collect())
    }

    /// An embedder's value.
    pub fn object(object: impl Object) -> Self {
        Self::Object(Rc::new(object))
    }

    /// The zero value of a type: `0`, `""`, `false`, or nil of that type. Of an embedder's type it is nil.
    #[must_use]
    pub fn zero(ty: Type) -> Self {
        match ty.underlying() {
            Type::Bool => Self::Bool(false),
            Type::Int(kind) => Self::Int(0, kind),
            Type::Uint(kind) => Self::Uint(0, kind),
            Type::Float(kind) => Self::Float(0.0, kind),
            Type::Complex => Self::Complex(0.0, 0.0),
            Type::String => Self::String(Str::EMPTY),
            Type::Slice(element) => Self::List(List::nil(element)),
            Type::Map(element) => Self::Map(Map::nil(element)),
            Type::Any | Type::Struct | Type::Pointer | Type::Func | Type::Named(_) => Self::Nil,
        }
    }

    /// The value as one of the type `ty`, to which its own is assignable.
    pub(crate) fn converted(self, ty: Type) -> Self {
        match self {
            Self::List(list) if ty != Type::Any && list.ty() != ty => Self::List(list.converted(ty)),
            Self::Map(map) if ty != Type::Any && map.ty() != ty => Self::Map(map.converted(ty)),
            other => other,
        }
    }

    /// The dynamic type; `None` of nil.
    #[must_use]
    pub fn ty(&self) -> Option<Type> {
        Some(match self {
            Self::Nil => return None,
            Self::Bool(_) => Type::Bool,
            Self::Int(_, kind) => Type::Int(*kind),
            Self::Uint(_, kind) => Type::Uint(*kind),
            Self::Float(_, kind) => Type::Float(*kind),
            Self::Complex(..) => Type::Complex,
            Self::String(_) => Type::String,
            Self::List(list) => list.ty(),
            Self::Map(map) => map.ty(),
            Self::Object(object) => Type::Named(object.ty()),
        })
    }

    /// The type's name and methods, if it has a name.
    pub(crate) fn named(&self) -> Option<&'static NamedType> {
        let ty = match self {
            Self::Object(object) => return Some(object.ty()),
            Self::Map(map) => map.ty(),
            Self::List(list) => list.ty(),
            _ => return None,
        };
        match ty {
            Type::Named(named) => Some(named),
            _ => None,
        }
    }

    /// The type as `%T` prints it; `<nil>` of nil.
    #[must_use]
    pub fn type_name(&self) -> String {
        self.ty().map_or_else(|| "<nil>".to_owned(), |ty| ty.to_string())
    }

    /// Go's `reflect.Kind` of the value.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.ty().map_or(Kind::Invalid, Type::kind)
    }

    /// The bool, also of a named bool type.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            Self::Object(object) => object.basic()?.as_bool(),
            _ => None,
        }
    }

    /// The signed integer of any signed type.
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(value, _) => Some(*value),
            Self::Object(object) => object.basic()?.as_int(),
            _ => None,
        }
    }

    /// The unsigned integer of any unsigned type.
    #[must_use]
    pub fn as_uint(&self) -> Option<u64> {
        match self {
            Self::Uint(value, _) => Some(*value),
            Self::Object(object) => object.basic()?.as_uint(),
            _ => None,
        }
    }

    /// The number of a floating-point type.
    #[must_use]
    pub fn as_float(&self) -> Option<f64> {
        match self {
            Self::Float(value, _) => Some(*value),
            Self::Object(object) => object.basic()?.as_float(),
            _ => None,
        }
    }

    /// The string.
    #[must_use]
    pub fn as_str(&self) -> Option<&Str> {
        match self {
            Self::String(value) => Some(value),
            _ => None,
        }
    }

    /// The list, of any element type.
    #[must_use]
    pub fn as_list(&self) -> Option<&List> {
        match self {
            Self::List(list) => Some(list),
            _ => None,
        }
    }

    /// The map, of any element type.
    #[must_use]
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The embedder's value of type `T`.
    #[must_use]
    pub fn downcast_ref<T: 'static>(&self) -> Option<&T> {
        match self {
            Self::Object(object) => object.as_any().downcast_ref(),
            _ => None,
        }
    }

    /// Whether this is the nil interface. See [`Value::is_nil`] for typed nils.
    #[must_use]
    pub fn is_untyped_nil(&self) -> bool {
        matches!(self, Self::Nil)
    }

    /// Whether this is nil of any type.
    #[must_use]
    pub fn is_nil(&self) -> bool {
        match self {
            Self::Nil => true,
            Self::List(list) => list.is_nil(),
            Self::Map(map) => map.is_nil(),
            Self::Object(object) => object.is_nil(),
            _ => false,
        }
    }

    /// The truth of `if`: not zero, not empty, not nil. Structs are always true.
    ///
    /// ```
    /// # use gotemplate::Value;
    /// assert!(!Value::string("").is_true());
    /// assert!(Value::float(0.5).is_true());
    /// ```
    #[must_use]
    pub fn is_true(&self) -> bool {
        match self {
            Self::Nil => false,
            Self::Bool(value) => *value,
            Self::Int(value, _) => *value != 0,
            Self::Uint(value, _) => *value != 0,
            Self::Float(value, _) => *value != 0.0,
            Self::Complex(real, imaginary) => *real != 0.0 || *imaginary != 0.0,
            Self::String(text) => !text.is_empty(),
            Self::List(list) => !list.is_empty(),
            Self::Map(map) => !map.is_empty(),
            Self::Object(object) => match object.basic() {
                Some(basic) => basic.is_true(),
                None => !object.is_nil(),
            },
        }
    }

    /// Go's `reflect.DeepEqual`: type-sensitive, so that `1` and `1.0` differ, and a nil list differs from
    /// an empty one. Values that nest deeper than 1,000 are not equal.
    #[must_use]
    pub fn deep_equal(&self, other: &Self) -> bool {
        equal(self, other, 0)
    }
}

/// How deep values are compared: a map may contain itself.
const MAX_DEPTH: usize = 1_000;

fn equal(one: &Value, two: &Value, depth: usize) -> bool {
    match (one, two) {
        _ if depth > MAX_DEPTH => false,
        (Value::Nil, Value::Nil) => true,
        (Value::Bool(one), Value::Bool(two)) => one == two,
        (Value::Int(one, kind), Value::Int(two, other)) => kind == other && one == two,
        (Value::Uint(one, kind), Value::Uint(two, other)) => kind == other && one == two,
        (Value::Float(one, kind), Value::Float(two, other)) => kind == other && one == two,
        (Value::Complex(a, b), Value::Complex(c, d)) => a == c && b == d,
        (Value::String(one), Value::String(two)) => one == two,
        (Value::List(one), Value::List(two)) => equal_lists(one, two, depth),
        (Value::Map(one), Value::Map(two)) => equal_maps(one, two, depth),
        (Value::Object(one), Value::Object(two)) => one.ty() == two.ty() && one.equals(two.as_ref()),
        _ => false,
    }
}

fn equal_lists(one: &List, two: &List, depth: usize) -> bool {
    let same_form = one.ty() == two.ty() && one.is_nil() == two.is_nil() && one.len() == two.len();
    same_form && (one.ptr_eq(two) || one.iter().zip(two.iter()).all(|(a, b)| equal(&a, &b, depth + 1)))
}

fn equal_maps(one: &Map, two: &Map, depth: usize) -> bool {
    let same_form = one.ty() == two.ty() && one.is_nil() == two.is_nil() && one.len() == two.len();
    let equal_entry =
        |(key, value): (&Str, &Value)| two.get_str(key).is_some_and(|other| equal(value, &other, depth + 1));
    same_form && (one.ptr_eq(two) || one.snapshot().iter().all(equal_entry))
}

/// [`Value::deep_equal`].
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.deep_equal(other)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::float(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::string(value)
    }
}

impl From<Str> for Value {
    fn from(value: Str) -> Self {
        Self::String(value)
    }
}

impl From<List> for Value {
    fn from(value: List) -> Self {
        Self::List(value)
    }
}

impl From<Map> for Value {
    fn from(value: Map) -> Self {
        Self::Map(value)
    }
}

/// Writes the value with its type where that is not plain.
impl fmt::Debug for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nil => formatter.write_str("nil"),
            Self::Bool(value) => value.fmt(formatter),
            Self::Int(value, kind) => write!(formatter, "{}({value})", kind.name()),
            Self::Uint(value, kind) => write!(formatter, "{}({value})", kind.name()),
            Self::Float(value, kind) => write!(formatter, "{}({value:?})", kind.name()),
            Self::Complex(real, imaginary) => write!(formatter, "complex128({real:?}, {imaginary:?})"),
            Self::String(text) => text.fmt(formatter),
            Self::List(list) => {
                write!(formatter, "{}", list.ty())?;
                formatter.debug_list().entries(list.iter()).finish()
            }
            Self::Map(map) => {
                write!(formatter, "{}", map.ty())?;
                formatter.debug_map().entries(map.snapshot().iter()).finish()
            }
            Self::Object(object) => formatter.write_str(object.ty().name),
        }
    }
}
