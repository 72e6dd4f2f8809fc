//! Functions and methods that templates call.

use std::any::Any;
use std::collections::HashMap;
use std::fmt;

use foldhash::fast::FixedState;

use crate::error::{ExecError, ParseError};
use crate::exec::Operand;
use crate::{Str, Type, Value};

/// The parameters and the result of a function, from which arity and type errors are told as Go tells them.
///
/// ```
/// use gotemplate::{Signature, Type};
/// // func(sep string, items ...interface {}) string
/// const JOIN: Signature = Signature::new(&[Type::String, Type::Any], Type::String).variadic();
/// assert_eq!(JOIN.fixed().len(), 1);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signature {
    /// The parameter types; of a variadic function the last one is the type of each further argument.
    pub params: &'static [Type],
    /// Whether the last parameter takes any number of arguments.
    pub is_variadic: bool,
    /// The result type. A result of type [`Type::Any`] keeps Go's difference between an interface and the
    /// value inside it, which shows in error texts.
    pub result: Type,
}

impl Signature {
    /// A function of exactly these parameters.
    #[must_use]
    pub const fn new(params: &'static [Type], result: Type) -> Self {
        Self { params, is_variadic: false, result }
    }

    /// The same with a variadic last parameter.
    #[must_use]
    pub const fn variadic(self) -> Self {
        Self { is_variadic: true, ..self }
    }

    /// The parameters that must be given.
    #[must_use]
    pub fn fixed(&self) -> &'static [Type] {
        match self.params.split_last() {
            Some((_, fixed)) if self.is_variadic => fixed,
            _ => self.params,
        }
    }

    /// The type of the argument at `index`.
    #[must_use]
    pub fn param(&self, index: usize) -> Option<Type> {
        match self.params.get(index) {
            None if self.is_variadic => self.params.last().copied(),
            param => param.copied(),
        }
    }
}

/// The code of a function. The arguments fit the signature when it is called: their number is right, and each
/// is of its parameter's type (a missing value is `Nil`, or the typed nil of a list or map parameter).
pub type FunctionBody = fn(&mut Call<'_>, &[Value]) -> Result<Value, FunctionError>;

/// The code of a method: as [`FunctionBody`], with the receiver before the arguments.
pub type MethodBody = fn(&mut Call<'_>, &Value, &[Value]) -> Result<Value, FunctionError>;

/// A method of a [`NamedType`](crate::NamedType).
///
/// ```
/// use gotemplate::{Map, Method, NamedType, Signature, Type, Value};
///
/// static FILES: NamedType = NamedType {
///     name: "engine.files",
///     underlying: Type::Map(&Type::String),
///     methods: &[Method {
///         name: "Get",
///         signature: Signature::new(&[Type::String], Type::String),
///         body: |_, receiver, arguments| {
///             let name = arguments.first().and_then(Value::as_str).cloned().unwrap_or_default();
///             let file = receiver.as_map().and_then(|files| files.get(name.as_bytes()));
///             Ok(file.unwrap_or_else(|| Value::string("")))
///         },
///     }],
/// };
/// let files = Map::named(&FILES, [("motd".into(), Value::string("hello"))]);
/// assert_eq!(Value::Map(files).type_name(), "engine.files");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Method {
    /// The name, exported as in Go.
    pub name: &'static str,
    /// The parameters without the receiver.
    pub signature: Signature,
    /// What it does.
    pub body: MethodBody,
}

/// A function with its name.
///
/// ```
/// use gotemplate::{Function, Functions, Signature, Type, Value};
///
/// let upper = Function::new("upper", Signature::new(&[Type::String], Type::String), |_, arguments| {
///     let text = arguments.first().and_then(Value::as_str).cloned().unwrap_or_default();
///     Ok(Value::string(text.to_str_lossy().to_uppercase()))
/// });
/// let functions = Functions::builtins().with(upper);
/// assert!(functions.contains("upper") && functions.contains("printf"));
/// ```
#[derive(Debug, Clone)]
pub struct Function {
    name: &'static str,
    signature: Signature,
    code: Code,
}

/// How a function is executed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Code {
    /// The embedder's: the arguments are values of the parameters' types.
    Host(FunctionBody),
    /// Takes operands as they are, as Go's functions of `reflect.Value` do.
    Operands(fn(&[Operand]) -> Result<Operand, FunctionError>),
    /// `and`, which stops at the first operand that is false.
    And,
    /// `or`, which stops at the first operand that is true.
    Or,
    /// `call`, which reaches the execution.
    Call,
}

impl Function {
    /// A function of the embedder.
    #[must_use]
    pub const fn new(name: &'static str, signature: Signature, body: FunctionBody) -> Self {
        Self { name, signature, code: Code::Host(body) }
    }

    pub(crate) const fn builtin(name: &'static str, signature: Signature, code: Code) -> Self {
        Self { name, signature, code }
    }

    /// The name by which templates call it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Its parameters and result.
    #[must_use]
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    pub(crate) fn code(&self) -> Code {
        self.code
    }
}

/// A table of functions, looked up by name when a text is parsed. `Send + Sync`.
///
/// ```
/// use gotemplate::Functions;
/// let mut functions = Functions::builtins();
/// functions.remove("call");
/// assert!(functions.get("call").is_none());
/// assert_eq!(functions.names()[..3], ["and", "eq", "ge"]);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Functions {
    functions: Vec<Function>,
    by_name: HashMap<&'static [u8], u32, FixedState>,
}

impl Functions {
    /// Go's predefined functions: `and`, `printf`, `index` and so on.
    #[must_use]
    pub fn builtins() -> Self {
        let mut functions = Self::default();
        functions.extend(crate::builtin::BUILTINS.iter().cloned());
        functions
    }

    /// The table with one more function, which replaces an earlier one of its name.
    #[must_use]
    pub fn with(mut self, function: Function) -> Self {
        self.insert(function);
        self
    }

    /// Adds a function, which replaces an earlier one of its name.
    pub fn insert(&mut self, function: Function) {
        let place = u32::try_from(self.functions.len()).unwrap_or(u32::MAX);
        self.by_name.insert(function.name.as_bytes(), place);
        self.functions.push(function);
    }

    /// Takes the function of that name out.
    pub fn remove(&mut self, name: &str) {
        self.by_name.remove(name.as_bytes());
    }

    /// Whether there is a function of that name.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.place(name.as_bytes()).is_some()
    }

    /// The function of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Function> {
        self.at(self.place(name.as_bytes())?)
    }

    /// The place of the function of that name, which [`Functions::at`] takes.
    pub(crate) fn place(&self, name: &[u8]) -> Option<u32> {
        self.by_name.get(name).copied()
    }

    pub(crate) fn at(&self, place: u32) -> Option<&Function> {
        self.functions.get(place as usize)
    }

    /// The names, sorted.
    #[must_use]
    pub fn names(&self) -> Vec<&'static str> {
        let mut names: Vec<_> =
            self.by_name.values().filter_map(|place| self.at(*place)).map(Function::name).collect();
        names.sort_unstable();
        names
    }
}

impl Extend<Function> for Functions {
    fn extend<I: IntoIterator<Item = Function>>(&mut self, functions: I) {
        functions.into_iter().for_each(|function| self.insert(function));
    }
}

/// What a function can reach while it runs: the running execution and the embedder's state.
///
/// ```
/// use std::sync::Arc;
/// use gotemplate::{Call, Function, FunctionError, Functions, Limits, Signature, Template, TemplateSet, Type, Value};
///
/// /// Helm's `include`, which also counts its calls.
/// fn include(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, FunctionError> {
///     *call.state::<u32>().expect("the state of this rendering") += 1;
///     let [Value::String(name), data] = arguments else { return Err("include takes a name and data".into()) };
///     Ok(Value::String(call.execute(name, data)?))
/// }
///
/// let signature = Signature::new(&[Type::String, Type::Any], Type::String);
/// let functions = Arc::new(Functions::builtins().with(Function::new("include", signature, include)));
/// let mut set = TemplateSet::new("root");
/// let text = r#"{{define "name"}}web{{end}}{{include "name" . | printf "%q"}}"#;
/// set.add(&Template::parse("main", text, &functions)?);
///
/// let mut calls = 0_u32;
/// assert_eq!(set.render("main", &Value::Nil, &mut calls, &Limits::default())?, "\"web\"");
/// assert_eq!(calls, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Call<'c> {
    runtime: &'c mut dyn Runtime,
}

/// The running execution, as functions see it.
pub(crate) trait Runtime {
    fn state(&mut self) -> &mut dyn Any;
    fn execute(&mut self, name: &Str, data: &Value) -> Result<Str, ExecError>;
    fn execute_text(&mut self, name: &Str, text: &Str, data: &Value) -> Result<Str, TextError>;
    fn is_defined(&self, name: &Str) -> bool;
}

impl<'c> Call<'c> {
    pub(crate) fn new(runtime: &'c mut dyn Runtime) -> Self {
        Self { runtime }
    }

    /// The embedder's state, as given to the execution; `None` if it is not a `T`.
    pub fn state<T: 'static>(&mut self) -> Option<&mut T> {
        self.runtime.state().downcast_mut()
    }

    /// Executes the named template of the running set and returns what it wrote.
    ///
    /// # Errors
    /// What went wrong in the template, or that there is none of that name.
    pub fn execute(&mut self, name: &Str, data: &Value) -> Result<Str, ExecError> {
        self.runtime.execute(name, data)
    }

    /// Parses `text` as a template called `name`, executes it and returns what it wrote. What it defines
    /// hides templates of the running set for everything within this call, and nothing afterwards.
    ///
    /// # Errors
    /// That `text` is not a template, or what went wrong in it.
    pub fn execute_text(&mut self, name: &Str, text: &Str, data: &Value) -> Result<Str, TextError> {
        self.runtime.execute_text(name, text, data)
    }

    /// Whether a template of that name can be executed.
    #[must_use]
    pub fn is_defined(&self, name: &Str) -> bool {
        self.runtime.is_defined(name)
    }
}

/// Why [`Call::execute_text`] failed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum TextError {
    /// The text is not a template.
    #[error(transparent)]
    Parse(#[from] ParseError),
    /// The template failed.
    #[error(transparent)]
    Exec(#[from] ExecError),
}

/// The error of a function: a text, and the failed execution it tells of, if there is one.
///
/// Go's panics are errors of this type as well: `runtime error: integer divide by zero`.
///
/// ```
/// use gotemplate::FunctionError;
/// assert_eq!(FunctionError::new("bad hair").to_string(), "bad hair");
/// ```
#[derive(Debug, Clone)]
pub struct FunctionError {
    text: String,
    cause: Option<Box<ExecError>>,
}

impl FunctionError {
    /// An error with Go's text.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), cause: None }
    }

    /// The same error, with `prefix` before its text; the cause stays.
    #[must_use]
    pub fn context(mut self, prefix: &str) -> Self {
        self.text.insert_str(0, prefix);
        self
    }

    /// The failed execution of another template that this error tells of.
    #[must_use]
    pub fn cause(&self) -> Option<&ExecError> {
        self.cause.as_deref()
    }
}

impl fmt::Display for FunctionError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl std::error::Error for FunctionError {}

impl From<&str> for FunctionError {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for FunctionError {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<ExecError> for FunctionError {
    fn from(error: ExecError) -> Self {
        Self { text: error.to_string(), cause: Some(Box::new(error)) }
    }
}

impl From<ParseError> for FunctionError {
    fn from(error: ParseError) -> Self {
        Self::new(error.to_string())
    }
}

impl From<TextError> for FunctionError {
    fn from(error: TextError) -> Self {
        match error {
            TextError::Parse(error) => error.into(),
            TextError::Exec(error) => error.into(),
        }
    }
}
