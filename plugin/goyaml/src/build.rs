//! How a consumer's own values are made and read, without a tree in between.

use std::borrow::Cow;

/// Makes values of a consumer's own type while a document is read.
///
/// The parts of a collection are made before the collection, so a builder needs no stack.
///
/// ```
/// use std::borrow::Cow;
/// use goyaml::{Build, sigs};
///
/// /// Counts scalars.
/// struct Count;
///
/// impl Build for Count {
///     type Value = usize;
///     fn null(&mut self) -> usize { 1 }
///     fn bool(&mut self, _: bool) -> usize { 1 }
///     fn int(&mut self, _: i64) -> usize { 1 }
///     fn uint(&mut self, _: u64) -> usize { 1 }
///     fn float(&mut self, _: f64) -> usize { 1 }
///     fn string(&mut self, _: &str) -> usize { 1 }
///     fn sequence(&mut self, items: Vec<usize>) -> usize { items.iter().sum() }
///     fn mapping(&mut self, entries: Vec<(Cow<'_, str>, usize)>) -> usize {
///         entries.iter().map(|(_, count)| count).sum()
///     }
/// }
///
/// assert_eq!(sigs::decode(b"a: [1, 2]\nb: x", sigs::Target::Any, &mut Count).unwrap(), Some(3));
/// ```
pub trait Build {
    /// The values that it makes.
    type Value;

    /// `null`
    fn null(&mut self) -> Self::Value;
    /// `true` or `false`
    fn bool(&mut self, value: bool) -> Self::Value;
    /// An integer; the decoders that go through JSON's numbers make floats instead.
    fn int(&mut self, value: i64) -> Self::Value;
    /// An integer beyond the positive end of `i64`.
    fn uint(&mut self, value: u64) -> Self::Value;
    /// A number; finite where the document went through JSON.
    fn float(&mut self, value: f64) -> Self::Value;
    /// Text.
    fn string(&mut self, text: &str) -> Self::Value;
    /// A sequence of these items.
    fn sequence(&mut self, items: Vec<Self::Value>) -> Self::Value;
    /// A mapping of these entries: each key once, in the order of their bytes.
    fn mapping(&mut self, entries: Vec<(Cow<'_, str>, Self::Value)>) -> Self::Value;
}

/// A value of a consumer's own type that can be written.
///
/// Values are looked at one by one, and the parts of a collection are handed over, so
/// `Self` should be cheap to copy: a reference, or a counted pointer. Writing doesn't
/// recurse.
///
/// ```
/// use std::rc::Rc;
/// use goyaml::{Source, View, sigs};
///
/// #[derive(Clone)]
/// enum Shared { Text(Rc<str>), List(Rc<Vec<Shared>>) }
///
/// impl Source for Shared {
///     type Key = String;
///     fn view(&self) -> View<'_, Self> {
///         match self {
///             Self::Text(text) => View::Text(text.as_bytes().into()),
///             Self::List(items) => View::Sequence(items.to_vec()),
///         }
///     }
/// }
///
/// let list = Shared::List(Rc::new(vec![Shared::Text("a".into()), Shared::Text("1".into())]));
/// assert_eq!(sigs::encode(list).unwrap(), "- a\n- \"1\"\n");
/// ```
pub trait Source: Sized {
    /// The keys of mappings: text, not necessarily UTF-8.
    type Key: AsRef<[u8]>;

    /// What the value is.
    fn view(&self) -> View<'_, Self>;
}

/// What a [`Source`] is.
#[derive(Clone, Debug)]
pub enum View<'a, S: Source> {
    /// Go's `nil`.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer of any signed type.
    Int(i64),
    /// An integer of any unsigned type.
    Uint(u64),
    /// A `float64`.
    Float(f64),
    /// A string: text, not necessarily UTF-8.
    Text(Cow<'a, [u8]>),
    /// A slice.
    Sequence(Vec<S>),
    /// A map; the order of the entries doesn't matter.
    Mapping(Vec<(S::Key, S)>),
    /// A value of a Go type that can't be written, such as a function: the type's name.
    Unsupported(&'a str),
}
