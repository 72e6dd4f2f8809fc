//! Parsed texts, sets of them, and what limits their execution.

use std::any::Any;
use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::FixedState;

use crate::error::{ExecError, ParseError};
use crate::exec::{Run, Scope};
use crate::node::Tree;
use crate::{Functions, Meter, Str, Value, parse};

/// A parsed text: its own template and those that it defines.
///
/// Plain data that can be shared between threads and executed any number of times.
///
/// ```
/// use std::sync::Arc;
/// use gotemplate::{Functions, Template};
/// let text = r#"{{define "name"}}web{{end}}Hello"#;
/// let template = Template::parse("greeting", text, &Arc::new(Functions::builtins()))?;
/// assert_eq!(template.names().collect::<Vec<_>>(), ["greeting", "name"]);
/// # Ok::<(), gotemplate::ParseError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Template {
    /// The text's own template is the first.
    trees: Vec<Arc<Tree>>,
    name: Str,
}

impl Template {
    /// Parses `text`, which may call `functions`. The name stands in errors. A [`Str`] is not copied.
    ///
    /// # Errors
    /// That the text is not a template, in Go's words, or has 4 GiB or more.
    pub fn parse(
        name: impl Into<Str>,
        text: impl Into<Str>,
        functions: &Arc<Functions>,
    ) -> Result<Self, ParseError> {
        let name = name.into();
        let trees = parse::parse(&name, text.into(), functions)?.into_iter().map(Arc::new).collect();
        Ok(Self { trees, name })
    }

    /// The name of the text.
    #[must_use]
    pub fn name(&self) -> &Str {
        &self.name
    }

    /// The names of the templates: the text's own first, then those that it defines.
    pub fn names(&self) -> impl Iterator<Item = &Str> {
        self.trees.iter().map(|tree| &tree.name)
    }

    pub(crate) fn tree(&self, name: &Str) -> Option<&Tree> {
        self.trees.iter().find(|tree| tree.name == *name).map(AsRef::as_ref)
    }

    /// The text's own template.
    pub(crate) fn root(&self) -> Option<&Tree> {
        self.trees.first().map(AsRef::as_ref)
    }
}

/// What a key that a map does not have evaluates to: Go's option `missingkey`.
///
/// ```
/// use std::sync::Arc;
/// use gotemplate::{Functions, Limits, MissingKey, Template, TemplateSet, Value};
///
/// let template = Template::parse("main", "{{.a}}", &Arc::new(Functions::builtins()))?;
/// let render = |missing_key| {
///     let mut set = TemplateSet::new("root").with_missing_key(missing_key);
///     set.add(&template);
///     set.render("main", &Value::map::<&str>([]), &mut (), &Limits::default())
/// };
/// assert_eq!(render(MissingKey::Invalid)?, "<no value>");
/// assert!(render(MissingKey::Error).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MissingKey {
    /// No value, of which any field is no value again.
    #[default]
    Invalid,
    /// The zero value of the map's element type; of a `map[string]interface {}` nil, of which a field is an
    /// error.
    Zero,
    /// An error.
    Error,
}

/// How much an execution may do. Each limit has an error that names it: [`crate::Limit`].
///
/// ```
/// use std::sync::Arc;
/// use gotemplate::{ExecCause, Functions, Limit, Limits, Template, TemplateSet, Value};
///
/// let mut set = TemplateSet::new("root");
/// set.add(&Template::parse("main", "{{range 1000000}}x{{end}}", &Arc::new(Functions::builtins()))?);
/// let limits = Limits { output: 1_000, ..Limits::default() };
/// let error = set.render("main", &Value::Nil, &mut (), &limits).unwrap_err();
/// assert!(matches!(error.cause(), ExecCause::Limit(Limit::Output(1_000))));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of output, what is still held by functions such as `include` counted, and of any text that a function
    /// makes.
    pub output: usize,
    /// Bytes of strings, lists and maps that functions make, those included that are gone again; counted when a function
    /// returns. See [`TemplateSet::with_meter`].
    pub memory: u64,
    /// Nodes that are evaluated.
    pub steps: u64,
    /// Templates that execute one within another. Each level needs some kilobytes of stack, which grows by
    /// itself except in WebAssembly.
    pub depth: usize,
}

impl Limits {
    /// Nothing but the depth is limited, to 100,000 templates, or 1,000 in WebAssembly, as in Go.
    pub const DEFAULT: Self = Self {
        output: usize::MAX,
        memory: u64::MAX,
        steps: u64::MAX,
        depth: if cfg!(target_family = "wasm") { 1_000 } else { 100_000 },
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Templates that can execute one another by name.
///
/// ```
/// use std::sync::Arc;
/// use gotemplate::{Functions, Limits, Template, TemplateSet, Value};
///
/// let functions = Arc::new(Functions::builtins());
/// let mut set = TemplateSet::new("root");
/// set.add(&Template::parse("helpers", r#"{{define "name"}}{{.app}}-web{{end}}"#, &functions)?);
/// set.add(&Template::parse("main", r#"name: {{template "name" .}}"#, &functions)?);
///
/// let data = Value::map([("app", Value::string("shop"))]);
/// let text = set.render("main", &data, &mut (), &Limits::default())?;
/// assert_eq!(text, "name: shop-web");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct TemplateSet {
    name: Str,
    missing_key: MissingKey,
    meter: Option<Meter>,
    trees: HashMap<Str, Arc<Tree>, FixedState>,
}

impl TemplateSet {
    /// An empty set; its name stands in the error for a template that it does not have.
    pub fn new(name: impl Into<Str>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// The set with another rule for keys that maps do not have.
    #[must_use]
    pub fn with_missing_key(self, missing_key: MissingKey) -> Self {
        Self { missing_key, ..self }
    }

    /// The set with a meter that all its executions share: their limit of memory is for what they make together. Else
    /// each is on its own.
    #[must_use]
    pub fn with_meter(self, meter: Meter) -> Self {
        Self { meter: Some(meter), ..self }
    }

    /// The name of the set.
    #[must_use]
    pub fn name(&self) -> &Str {
        &self.name
    }

    /// Adds the templates of a text. Each replaces an earlier one of its name, unless it is empty: nothing but
    /// space and comments.
    pub fn add(&mut self, template: &Template) {
        for tree in &template.trees {
            let keeps = tree.is_empty && self.trees.contains_key(&tree.name);
            if !keeps {
                self.trees.insert(tree.name.clone(), Arc::clone(tree));
            }
        }
    }

    /// Whether there is a template of that name.
    #[must_use]
    pub fn contains(&self, name: &[u8]) -> bool {
        self.trees.contains_key(name)
    }

    pub(crate) fn tree(&self, name: &Str) -> Option<&Tree> {
        self.trees.get(name).map(AsRef::as_ref)
    }

    /// Executes the template of that name with `data` as its dot. Functions reach `state` through
    /// [`Call::state`](crate::Call::state).
    ///
    /// # Errors
    /// What went wrong, in Go's words, or which limit was reached.
    pub fn render(
        &self,
        name: impl Into<Str>,
        data: &Value,
        state: &mut dyn Any,
        limits: &Limits,
    ) -> Result<Str, ExecError> {
        let meter = self.meter.unwrap_or_else(Meter::start);
        Run::new(*limits, meter, self.missing_key, state).render(Scope::new(self), &name.into(), data)
    }
}
