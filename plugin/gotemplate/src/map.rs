//! Go maps with string keys.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::dispose::{dispose, nests};
use crate::{NamedType, Str, Type, Value};

/// A Go map with string keys: a reference, so that all clones see a change.
///
/// Keys are kept in the order of their bytes, in which Go prints and ranges.
///
/// ```
/// use gotemplate::{Map, Value};
/// let values = Map::new();
/// let same = values.clone();
/// same.insert("replicas", Value::int(2));
/// assert_eq!(values.get(b"replicas"), Some(Value::int(2)));
/// ```
#[derive(Clone)]
pub struct Map(Rc<Table>);

struct Table {
    ty: Type,
    /// `None` is the nil map. Shared between maps of several types: a conversion does not copy.
    entries: Option<Rc<Entries>>,
}

struct Entries(RefCell<BTreeMap<Str, Value>>);

impl Drop for Entries {
    fn drop(&mut self) {
        let entries = self.0.get_mut();
        if entries.values().any(nests) {
            dispose(std::mem::take(entries).into_values().collect());
        }
    }
}

impl Map {
    /// An empty `map[string]interface {}`.
    #[must_use]
    pub fn new() -> Self {
        Self::with_type(Type::MAP, BTreeMap::new())
    }

    /// A `map[string]T`, `T` being `element`; the caller keeps the values of that type.
    #[must_use]
    pub fn typed(element: &'static Type, entries: impl IntoIterator<Item = (Str, Value)>) -> Self {
        Self::with_type(Type::Map(element), entries.into_iter().collect())
    }

    /// A map of a named map type, such as `common.Values`.
    #[must_use]
    pub fn named(name: &'static NamedType, entries: impl IntoIterator<Item = (Str, Value)>) -> Self {
        Self::with_type(Type::Named(name), entries.into_iter().collect())
    }

    /// The nil map of that element type: empty, and nothing can be inserted.
    #[must_use]
    pub fn nil(element: &'static Type) -> Self {
        Self(Rc::new(Table { ty: Type::Map(element), entries: None }))
    }

    fn with_type(ty: Type, entries: BTreeMap<Str, Value>) -> Self {
        Self(Rc::new(Table { ty, entries: Some(Rc::new(Entries(RefCell::new(entries)))) }))
    }

    /// The same map with another type of the same element type, as Go's assignment converts it.
    #[must_use]
    pub fn converted(&self, ty: Type) -> Self {
        Self(Rc::new(Table { ty, entries: self.0.entries.clone() }))
    }

    /// The type of the map itself.
    #[must_use]
    pub fn ty(&self) -> Type {
        self.0.ty
    }

    /// The type of the elements.
    #[must_use]
    pub fn element(&self) -> Type {
        match self.0.ty.underlying() {
            Type::Map(element) => *element,
            _ => Type::Any,
        }
    }

    /// Whether this is a nil map.
    #[must_use]
    pub fn is_nil(&self) -> bool {
        self.0.entries.is_none()
    }

    /// The number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.entries.as_ref().map_or(0, |entries| entries.0.borrow().len())
    }

    /// Whether there are no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value at `key`.
    #[must_use]
    pub fn get(&self, key: &[u8]) -> Option<Value> {
        self.0.entries.as_ref()?.0.borrow().get(key).cloned()
    }

    /// Whether there is an entry at `key`.
    #[must_use]
    pub fn contains_key(&self, key: &[u8]) -> bool {
        self.0.entries.as_ref().is_some_and(|entries| entries.0.borrow().contains_key(key))
    }

    /// Sets the value at `key` and returns the earlier one. A nil map stays as it is: Go panics with
    /// `assignment to entry in nil map`, so ask [`Map::is_nil`] first where that can be.
    pub fn insert(&self, key: impl Into<Str>, value: Value) -> Option<Value> {
        self.0.entries.as_ref()?.0.borrow_mut().insert(key.into(), value)
    }

    /// Removes the entry at `key` and returns its value.
    pub fn remove(&self, key: &[u8]) -> Option<Value> {
        self.0.entries.as_ref()?.0.borrow_mut().remove(key)
    }

    /// The keys in order, as they are now.
    #[must_use]
    pub fn keys(&self) -> Vec<Str> {
        self.0
            .entries
            .as_ref()
            .map(|entries| entries.0.borrow().keys().cloned().collect())
            .unwrap_or_default()
    }

    /// The entries in the order of their keys, as they are now: the map may be changed meanwhile.
    #[must_use]
    pub fn entries(&self) -> Vec<(Str, Value)> {
        let Some(entries) = &self.0.entries else { return Vec::new() };
        entries.0.borrow().iter().map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    /// Calls `visit` with each entry in the order of the keys, without copying them, until it returns an
    /// error. Changing this map within `visit` is not possible: the change would be lost in Go as well.
    ///
    /// # Errors
    /// The error of `visit`.
    pub fn try_for_each<E>(&self, mut visit: impl FnMut(&Str, &Value) -> Result<(), E>) -> Result<(), E> {
        let Some(entries) = &self.0.entries else { return Ok(()) };
        entries.0.borrow().iter().try_for_each(|(key, value)| visit(key, value))
    }

    /// Whether both are the same map in memory.
    #[must_use]
    pub fn ptr_eq(&self, other: &Self) -> bool {
        match (&self.0.entries, &other.0.entries) {
            (Some(one), Some(two)) => Rc::ptr_eq(one, two),
            (one, two) => one.is_none() && two.is_none(),
        }
    }
}

impl Default for Map {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Into<Str>> FromIterator<(K, Value)> for Map {
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(entries: I) -> Self {
        Self::with_type(Type::MAP, entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }
}
