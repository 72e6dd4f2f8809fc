//! Go maps with string keys.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::dispose::dispose;
use crate::memory::count;
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
    element: Type,
    content: Content,
}

enum Content {
    /// Of the nil map.
    Nil,
    Entries(RefCell<Snapshot>),
    /// The same as that map has, which is of another type: a conversion does not copy.
    Of(Map),
}

/// The entries of a map at one time. Copied only if the map changes while a snapshot of it is in use.
#[derive(Clone, Default)]
pub(crate) struct Snapshot(Rc<Entries>);

#[derive(Clone, Default)]
struct Entries(BTreeMap<Str, Value>);

impl Drop for Entries {
    fn drop(&mut self) {
        dispose(std::mem::take(&mut self.0).into_values());
    }
}

/// What an entry takes, in bytes: the tree may be half empty.
const ENTRY: usize = 2 * size_of::<(Str, Value)>();

/// The least that a map takes, in bytes: one node of the tree, with room for eleven entries.
const SMALLEST: usize = size_of::<Table>() + 12 * size_of::<(Str, Value)>();

impl Snapshot {
    /// About the memory that it takes.
    fn bytes(&self) -> usize {
        SMALLEST + ENTRY * self.0.0.len()
    }

    /// The entries in the order of their keys.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = (&Str, &Value)> {
        self.0.0.iter()
    }
}

impl Map {
    /// An empty `map[string]interface {}`.
    #[must_use]
    pub fn new() -> Self {
        Self::with_type(Type::MAP, [])
    }

    /// A `map[string]T`, `T` being `element`; the caller keeps the values of that type.
    #[must_use]
    pub fn typed(element: &'static Type, entries: impl IntoIterator<Item = (Str, Value)>) -> Self {
        Self::with_type(Type::Map(element), entries)
    }

    /// A map of a named map type, such as `common.Values`.
    #[must_use]
    pub fn named(name: &'static NamedType, entries: impl IntoIterator<Item = (Str, Value)>) -> Self {
        Self::with_type(Type::Named(name), entries)
    }

    /// The nil map of that element type: empty, and nothing can be inserted.
    #[must_use]
    pub fn nil(element: &'static Type) -> Self {
        Self::of(Type::Map(element), Content::Nil)
    }

    fn with_type(ty: Type, entries: impl IntoIterator<Item = (Str, Value)>) -> Self {
        let entries = Snapshot(Rc::new(Entries(entries.into_iter().collect())));
        count(entries.bytes());
        Self::of(ty, Content::Entries(RefCell::new(entries)))
    }

    fn of(ty: Type, content: Content) -> Self {
        let element = match ty.underlying() {
            Type::Map(element) => *element,
            _ => Type::Any,
        };
        Self(Rc::new(Table { ty, element, content }))
    }

    /// The same map with another type of the same element type, as Go's assignment converts it.
    #[must_use]
    pub fn converted(&self, ty: Type) -> Self {
        Self::of(ty, Content::Of(self.origin().clone()))
    }

    /// The map that has the entries, or is nil.
    fn origin(&self) -> &Self {
        match &self.0.content {
            Content::Of(origin) => origin,
            Content::Nil | Content::Entries(_) => self,
        }
    }

    fn entries_cell(&self) -> Option<&RefCell<Snapshot>> {
        match &self.origin().0.content {
            Content::Entries(entries) => Some(entries),
            Content::Nil | Content::Of(_) => None,
        }
    }

    /// The type of the map itself.
    #[must_use]
    pub fn ty(&self) -> Type {
        self.0.ty
    }

    /// The type of the elements.
    #[must_use]
    pub fn element(&self) -> Type {
        self.0.element
    }

    /// Whether this is a nil map.
    #[must_use]
    pub fn is_nil(&self) -> bool {
        self.entries_cell().is_none()
    }

    /// The number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.read(BTreeMap::len)
    }

    /// Whether there are no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value at `key`.
    #[must_use]
    pub fn get(&self, key: &[u8]) -> Option<Value> {
        self.read(|entries| entries.get(key).cloned())
    }

    /// The value at a key that is a `Str`, which is faster.
    pub(crate) fn get_str(&self, key: &Str) -> Option<Value> {
        self.read(|entries| entries.get(key).cloned())
    }

    /// Whether there is an entry at `key`.
    #[must_use]
    pub fn contains_key(&self, key: &[u8]) -> bool {
        self.read(|entries| entries.contains_key(key))
    }

    /// Sets the value at `key` and returns the earlier one. A nil map stays as it is: Go panics with
    /// `assignment to entry in nil map`, so ask [`Map::is_nil`] first where that can be.
    pub fn insert(&self, key: impl Into<Str>, value: Value) -> Option<Value> {
        self.write(|entries| entries.insert(key.into(), value))
    }

    /// Removes the entry at `key` and returns its value.
    pub fn remove(&self, key: &[u8]) -> Option<Value> {
        self.write(|entries| entries.remove(key))
    }

    /// The keys in order, as they are now.
    #[must_use]
    pub fn keys(&self) -> Vec<Str> {
        self.read(|entries| entries.keys().cloned().collect())
    }

    /// The entries in the order of their keys, as they are now: the map may be changed meanwhile.
    #[must_use]
    pub fn entries(&self) -> Vec<(Str, Value)> {
        self.read(|entries| entries.iter().map(|(key, value)| (key.clone(), value.clone())).collect())
    }

    /// Calls `visit` with each entry in the order of the keys, without copying them, until it returns an
    /// error. The entries are those of now, whatever `visit` does to the map.
    ///
    /// # Errors
    /// The error of `visit`.
    pub fn try_for_each<E>(&self, mut visit: impl FnMut(&Str, &Value) -> Result<(), E>) -> Result<(), E> {
        self.snapshot().iter().try_for_each(|(key, value)| visit(key, value))
    }

    /// The entries as they are now.
    pub(crate) fn snapshot(&self) -> Snapshot {
        self.entries_cell().map(|entries| entries.borrow().clone()).unwrap_or_default()
    }

    /// What `read` finds; a nil map has what an empty one has.
    fn read<T: Default>(&self, read: impl FnOnce(&BTreeMap<Str, Value>) -> T) -> T {
        self.entries_cell().map_or_else(T::default, |entries| read(&entries.borrow().0.0))
    }

    /// Changes the entries, unless this is the nil map.
    fn write<T>(&self, write: impl FnOnce(&mut BTreeMap<Str, Value>) -> Option<T>) -> Option<T> {
        let mut entries = self.entries_cell()?.borrow_mut();
        let is_copied = Rc::strong_count(&entries.0) > 1;
        count(if is_copied { ENTRY + entries.bytes() } else { ENTRY });
        write(&mut Rc::make_mut(&mut entries.0).0)
    }

    /// Whether both are the same map in memory.
    #[must_use]
    pub fn ptr_eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.origin().0, &other.origin().0) || (self.is_nil() && other.is_nil())
    }
}

impl Default for Map {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Into<Str>> FromIterator<(K, Value)> for Map {
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(entries: I) -> Self {
        Self::with_type(Type::MAP, entries.into_iter().map(|(key, value)| (key.into(), value)))
    }
}
