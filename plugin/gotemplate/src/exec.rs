//! Executes trees.

mod argument;
mod call;
mod control;
mod error;
mod evaluate;
mod operand;
mod scope;
mod variables;

use std::any::Any;
use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::FixedState;

use self::error::At;
pub(crate) use self::operand::Operand;
pub(crate) use self::scope::Scope;
use self::variables::Variables;
use crate::error::{ExecCause, ExecError, Limit};
use crate::node::{Symbol, Tree};
use crate::template::Template;
use crate::{Limits, Meter, MissingKey, Str, Value};

/// The result of evaluating; the error is one pointer.
type Evaluated<T = Operand> = Result<T, ExecError>;

/// What all templates of one rendering share.
pub(crate) struct Run<'r> {
    output: Vec<u8>,
    variables: Variables,
    limits: Limits,
    meter: Meter,
    missing_key: MissingKey,
    steps: u64,
    depth: usize,
    state: &'r mut dyn Any,
    /// Texts that [`Call::execute_text`](crate::Call::execute_text) parsed.
    texts: HashMap<Str, Arc<Template>, FixedState>,
}

impl<'r> Run<'r> {
    pub(crate) fn new(limits: Limits, meter: Meter, missing_key: MissingKey, state: &'r mut dyn Any) -> Self {
        Self {
            output: Vec::new(),
            variables: Variables::default(),
            limits,
            meter,
            missing_key,
            steps: 0,
            depth: 0,
            state,
            texts: HashMap::default(),
        }
    }

    /// Executes the template of that name and returns what it writes.
    pub(crate) fn render(&mut self, scope: Scope<'_>, name: &Str, data: &Value) -> Evaluated<Str> {
        let Some(tree) = scope.find(name) else {
            let cause = ExecCause::NoTemplate {
                name: name.to_str_lossy().into_owned(),
                set: scope.set_name().to_str_lossy().into_owned(),
            };
            return Err(ExecError::new(String::new(), None, cause));
        };
        self.render_tree(scope, tree, data)
    }

    /// Executes a tree and takes what it wrote out of the output.
    fn render_tree<'t>(&mut self, scope: Scope<'t>, tree: &'t Tree, data: &Value) -> Evaluated<Str> {
        let start = self.output.len();
        self.execute_tree(scope, tree, Operand::from_interface(data.clone()))?;
        let written = Str::from(self.output.get(start..).unwrap_or_default());
        self.output.truncate(start);
        Ok(written)
    }

    /// Executes a tree into the output.
    fn execute_tree<'t>(&mut self, scope: Scope<'t>, tree: &'t Tree, dot: Operand) -> Evaluated<()> {
        let base = self.variables.len();
        self.variables.declare(base, Symbol::ROOT, dot.clone());
        self.depth += 1;
        let mut executor = Executor { run: self, scope, tree, base, at: At::Nowhere };
        let result = crate::stack::grow(|| executor.root(&dot));
        self.depth -= 1;
        self.variables.truncate(base, base);
        result
    }
}

/// One template while it runs.
struct Executor<'x, 'r, 't> {
    run: &'x mut Run<'r>,
    scope: Scope<'t>,
    tree: &'t Tree,
    /// Where the variables of this template begin.
    base: usize,
    /// The node that errors name.
    at: At<'t>,
}

impl Executor<'_, '_, '_> {
    fn root(&mut self, dot: &Operand) -> Evaluated<()> {
        if self.run.depth > self.run.limits.depth {
            return Err(self.limit(Limit::Depth(self.run.limits.depth)));
        }
        self.body(dot, &self.tree.root).map(|_| ())
    }

    /// Counts one step of the execution.
    fn step(&mut self) -> Evaluated<()> {
        self.run.steps += 1;
        if self.run.steps > self.run.limits.steps {
            return Err(self.limit(Limit::Steps(self.run.limits.steps)));
        }
        Ok(())
    }

    fn check_output(&self) -> Evaluated<()> {
        if self.run.output.len() > self.run.limits.output {
            return Err(self.limit(Limit::Output(self.run.limits.output)));
        }
        Ok(())
    }
}
