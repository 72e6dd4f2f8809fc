//! Go slices.

use std::borrow::Cow;
use std::rc::Rc;

use crate::dispose::dispose;
use crate::{NamedType, Str, Type, Value};

/// A Go slice of any element type: immutable, shared, cheap to clone.
///
/// A nil slice is empty but prints as `null` in JSON and equals nil; an empty slice does not.
///
/// ```
/// use gotemplate::{List, Type, Value};
/// let ports = List::new(vec![Value::int(80), Value::int(443)]);
/// assert_eq!(ports.element(), Type::Any);
/// assert_eq!(ports.get(1), Some(Value::int(443)));
/// assert!(List::nil(&Type::Any).is_nil());
/// ```
#[derive(Clone)]
pub struct List(Rc<Slice>);

struct Slice {
    ty: Type,
    items: Items,
}

impl Drop for Slice {
    fn drop(&mut self) {
        if let Items::Values(values) = &mut self.items {
            dispose(std::mem::take(values));
        }
    }
}

#[derive(Clone)]
enum Items {
    Nil,
    Values(Vec<Value>),
    Bytes(Str),
}

impl List {
    /// A `[]interface {}`.
    #[must_use]
    pub fn new(values: Vec<Value>) -> Self {
        Self::typed(&Type::Any, values)
    }

    /// A `[]T`, `T` being `element`; the caller keeps the values of that type.
    #[must_use]
    pub fn typed(element: &'static Type, values: Vec<Value>) -> Self {
        Self::of(Type::Slice(element), Items::Values(values))
    }

    /// A list of a named slice type.
    #[must_use]
    pub fn named(name: &'static NamedType, values: Vec<Value>) -> Self {
        Self::of(Type::Named(name), Items::Values(values))
    }

    /// A `[]uint8`, kept as bytes.
    #[must_use]
    pub fn bytes(bytes: Str) -> Self {
        Self::of(Type::BYTES, Items::Bytes(bytes))
    }

    /// The nil slice of that element type.
    #[must_use]
    pub fn nil(element: &'static Type) -> Self {
        Self::of(Type::Slice(element), Items::Nil)
    }

    fn of(ty: Type, items: Items) -> Self {
        let values = if let Items::Values(values) = &items { values.len() } else { 0 };
        crate::memory::count(size_of::<Slice>() + values * size_of::<Value>());
        Self(Rc::new(Slice { ty, items }))
    }

    /// The elements as a list of another type of the same element type, as Go's assignment converts it.
    pub(crate) fn converted(&self, ty: Type) -> Self {
        Self::of(ty, self.0.items.clone())
    }

    /// The type of the list itself.
    #[must_use]
    pub fn ty(&self) -> Type {
        self.0.ty
    }

    /// The type of the elements.
    #[must_use]
    pub fn element(&self) -> Type {
        match self.0.ty.underlying() {
            Type::Slice(element) => *element,
            _ => Type::Any,
        }
    }

    /// Whether this is a nil slice.
    #[must_use]
    pub fn is_nil(&self) -> bool {
        matches!(self.0.items, Items::Nil)
    }

    /// The number of elements.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.0.items {
            Items::Nil => 0,
            Items::Values(values) => values.len(),
            Items::Bytes(bytes) => bytes.len(),
        }
    }

    /// Whether there are no elements.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The element at `index`, from 0.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<Value> {
        match &self.0.items {
            Items::Nil => None,
            Items::Values(values) => values.get(index).cloned(),
            Items::Bytes(bytes) => bytes.as_bytes().get(index).copied().map(Value::byte),
        }
    }

    /// The elements in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Value> + DoubleEndedIterator + '_ {
        (0..self.len()).map(|index| self.get(index).unwrap_or_default())
    }

    /// The elements as a slice; only those of bytes are converted.
    #[must_use]
    pub fn values(&self) -> Cow<'_, [Value]> {
        match &self.0.items {
            Items::Nil => Cow::Borrowed(&[]),
            Items::Values(values) => Cow::Borrowed(values),
            Items::Bytes(bytes) => bytes.as_bytes().iter().copied().map(Value::byte).collect(),
        }
    }

    /// The bytes of a `[]uint8`, if it is kept as bytes.
    #[must_use]
    pub fn as_bytes(&self) -> Option<&Str> {
        match &self.0.items {
            Items::Bytes(bytes) => Some(bytes),
            Items::Nil | Items::Values(_) => None,
        }
    }

    /// The elements from `start` up to `end`, of the same type; `None` if that is out of range.
    #[must_use]
    pub fn slice(&self, start: usize, end: usize) -> Option<Self> {
        let items = match &self.0.items {
            Items::Nil if start == 0 && end == 0 => Items::Nil,
            Items::Nil => return None,
            Items::Values(values) => Items::Values(values.get(start..end)?.to_vec()),
            Items::Bytes(bytes) => Items::Bytes(Str::new(bytes.as_bytes().get(start..end)?)),
        };
        Some(Self::of(self.0.ty, items))
    }

    /// Whether both are the same slice in memory.
    #[must_use]
    pub fn ptr_eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl FromIterator<Value> for List {
    fn from_iter<I: IntoIterator<Item = Value>>(values: I) -> Self {
        Self::new(values.into_iter().collect())
    }
}
