//! Nodes: text, actions, control structures and invocations.

use super::{At, Evaluated, Executor, Operand};
use crate::error::Limit;
use crate::node::{Body, Branch, Invocation, Node, Pipe, Variable};
use crate::strconv::quote;
use crate::{Map, Value, fmt};

/// Whether the nodes that follow are executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Next,
    Break,
    Continue,
}

impl<'t> Executor<'_, '_, 't> {
    pub(super) fn body(&mut self, dot: &Operand, body: &'t Body) -> Evaluated<Flow> {
        for node in body {
            match self.node(dot, node)? {
                Flow::Next => {}
                flow => return Ok(flow),
            }
        }
        Ok(Flow::Next)
    }

    /// A body within another, on a new piece of stack if this one is used up.
    fn inner_body(&mut self, dot: &Operand, body: &'t Body) -> Evaluated<Flow> {
        crate::stack::grow(|| self.body(dot, body))
    }

    fn node(&mut self, dot: &Operand, node: &'t Node) -> Evaluated<Flow> {
        self.at = At::Node(node);
        self.step()?;
        match node {
            Node::Text(span) => {
                self.run.output.extend_from_slice(self.tree.source.slice(*span));
                self.check_output()?;
            }
            Node::Action(pipe) => self.action(dot, node, pipe)?,
            Node::If(branch) => return self.condition(dot, branch),
            Node::With(branch) => return self.with(dot, branch),
            Node::Range(branch) => return self.range(dot, branch),
            Node::Template(invocation) => self.invoke(dot, node, invocation)?,
            Node::Break => return Ok(Flow::Break),
            Node::Continue => return Ok(Flow::Continue),
        }
        Ok(Flow::Next)
    }

    fn action(&mut self, dot: &Operand, node: &'t Node, pipe: &'t Pipe) -> Evaluated<()> {
        if pipe.variables.is_empty() {
            let operand = self.commands(dot, pipe)?;
            self.at = At::Node(node);
            self.print(operand.value())
        } else {
            self.pipeline(dot, pipe).map(|_| ())
        }
    }

    fn print(&mut self, value: &Value) -> Evaluated<()> {
        if value.is_untyped_nil() {
            self.run.output.extend_from_slice(b"<no value>");
        } else if fmt::push_printable(&mut self.run.output, value).is_err() {
            let text = self.node_text();
            return Err(self.error(format!("can't print {text} of type {}", value.type_name())));
        }
        self.check_output()
    }

    fn condition(&mut self, dot: &Operand, branch: &'t Branch) -> Evaluated<Flow> {
        let mark = self.run.variables.len();
        let is_true = self.pipeline(dot, &branch.pipe)?.is_true();
        let flow = self.either(is_true.then_some(dot), dot, branch);
        self.run.variables.truncate(self.base, mark);
        flow
    }

    fn with(&mut self, dot: &Operand, branch: &'t Branch) -> Evaluated<Flow> {
        let mark = self.run.variables.len();
        let value = self.pipeline(dot, &branch.pipe)?;
        let flow = self.either(value.is_true().then_some(&value), dot, branch);
        self.run.variables.truncate(self.base, mark);
        flow
    }

    /// The body with its dot, or what follows `else` with the outer one.
    fn either(&mut self, inner: Option<&Operand>, outer: &Operand, branch: &'t Branch) -> Evaluated<Flow> {
        match (inner, &branch.otherwise) {
            (Some(inner), _) => self.inner_body(inner, &branch.body),
            (None, Some(otherwise)) => self.inner_body(outer, otherwise),
            (None, None) => Ok(Flow::Next),
        }
    }

    fn range(&mut self, dot: &Operand, branch: &'t Branch) -> Evaluated<Flow> {
        let mark = self.run.variables.len();
        let operand = self.pipeline(dot, &branch.pipe)?;
        let ran = self.iterate(operand.value(), branch)?;
        let flow = match &branch.otherwise {
            Some(otherwise) if !ran => self.inner_body(dot, otherwise)?,
            _ => Flow::Next,
        };
        self.run.variables.truncate(self.base, mark);
        // In Go, `break` after `else` ends this range, but `continue` the one around it.
        Ok(if flow == Flow::Break { Flow::Next } else { flow })
    }

    /// Runs the body for each element; whether there is one.
    fn iterate(&mut self, value: &Value, branch: &'t Branch) -> Evaluated<bool> {
        match value {
            Value::Nil => Ok(false),
            Value::List(list) => {
                let element = list.element();
                for (index, item) in list.iter().enumerate() {
                    let index = Value::int(i64::try_from(index).unwrap_or(i64::MAX));
                    if self.iteration(Operand::Concrete(index), Operand::typed(item, element), branch)? {
                        break;
                    }
                }
                Ok(!list.is_empty())
            }
            Value::Map(map) => self.iterate_map(map, branch),
            Value::Int(..) | Value::Uint(..) => self.count(value, value, branch),
            Value::Object(object) => match object.basic() {
                Some(basic @ (Value::Int(..) | Value::Uint(..))) => self.count(value, &basic, branch),
                _ => Err(self.not_iterable(value)),
            },
            _ => Err(self.not_iterable(value)),
        }
    }

    fn not_iterable(&self, value: &Value) -> crate::ExecError {
        self.error(format!("range can't iterate over {}", fmt::sprint_pointee(value)))
    }

    /// The entries are those at the beginning, whatever the body does to the map.
    fn iterate_map(&mut self, map: &Map, branch: &'t Branch) -> Evaluated<bool> {
        let element = map.element();
        let entries = map.snapshot();
        for (key, value) in entries.iter() {
            let key = Operand::Concrete(Value::String(key.clone()));
            if self.iteration(key, Operand::typed(value.clone(), element), branch)? {
                break;
            }
        }
        Ok(entries.iter().len() > 0)
    }

    /// Runs the body with the numbers below `basic`, in the type of `value`.
    fn count(&mut self, value: &Value, basic: &Value, branch: &'t Branch) -> Evaluated<bool> {
        if branch.pipe.variables.len() > 1 {
            let text = fmt::sprint(std::slice::from_ref(value));
            return Err(self.error(format!("can't use {text} to iterate over more than one variable")));
        }
        let count = basic.as_uint().or_else(|| u64::try_from(basic.as_int()?).ok()).unwrap_or(0);
        for index in 0..count {
            let number = match basic {
                Value::Uint(_, kind) => Value::Uint(index, *kind),
                Value::Int(_, kind) => Value::Int(index.cast_signed(), *kind),
                other => other.clone(),
            };
            let element = match value {
                Value::Object(object) => object.of_basic(number.clone()).unwrap_or(number),
                _ => number,
            };
            if self.iteration(Operand::Invalid, Operand::Concrete(element), branch)? {
                break;
            }
        }
        Ok(count > 0)
    }

    /// Runs the body once; whether it ended the range.
    fn iteration(&mut self, index: Operand, element: Operand, branch: &'t Branch) -> Evaluated<bool> {
        self.step()?;
        self.set_range_variables(index, &element, &branch.pipe)?;
        let mark = self.run.variables.len();
        let flow = self.inner_body(&element, &branch.body)?;
        self.run.variables.truncate(self.base, mark);
        Ok(flow == Flow::Break)
    }

    /// With two variables the first is the index; with one it is the element.
    fn set_range_variables(&mut self, index: Operand, element: &Operand, pipe: &'t Pipe) -> Evaluated<()> {
        match &*pipe.variables {
            [] => Ok(()),
            [first] if pipe.is_assignment => self.assign(first, element.clone()),
            [first, second, ..] if pipe.is_assignment => {
                self.assign(first, index)?;
                self.assign(second, element.clone())
            }
            [_] => {
                self.set_top(1, element.clone());
                Ok(())
            }
            [..] => {
                self.set_top(1, element.clone());
                self.set_top(2, index);
                Ok(())
            }
        }
    }

    /// Sets the variable that was declared last, or the one before it.
    fn set_top(&mut self, place: usize, operand: Operand) {
        if let Some(variable) = self.run.variables.last_mut(place) {
            *variable = operand;
        }
    }

    pub(super) fn declare(&mut self, variable: &'t Variable, operand: Operand) {
        self.run.variables.declare(self.base, variable.symbol, operand);
    }

    pub(super) fn assign(&mut self, variable: &'t Variable, operand: Operand) -> Evaluated<()> {
        match self.run.variables.get_mut(self.base, variable.symbol) {
            Some(value) => {
                *value = operand;
                Ok(())
            }
            None => Err(self.undefined(variable)),
        }
    }

    pub(super) fn variable(&self, variable: &'t Variable) -> Evaluated {
        let value = self.run.variables.get(self.base, variable.symbol);
        value.cloned().ok_or_else(|| self.undefined(variable))
    }

    fn undefined(&self, variable: &Variable) -> crate::ExecError {
        let name = self.tree.source.variable_name(variable.symbol);
        self.error(format!("undefined variable: {name}"))
    }

    fn invoke(&mut self, dot: &Operand, node: &'t Node, invocation: &'t Invocation) -> Evaluated<()> {
        self.at = At::Node(node);
        let Some(tree) = self.scope.find(&invocation.name) else {
            return Err(self.error(format!("template {} not defined", quote(&invocation.name))));
        };
        if self.run.depth >= self.run.limits.depth {
            return Err(self.limit(Limit::Depth(self.run.limits.depth)));
        }
        let inner = match &invocation.pipe {
            Some(pipe) => self.pipeline(dot, pipe)?,
            None => Operand::Invalid,
        };
        self.run.execute_tree(self.scope, tree, inner)
    }
}
