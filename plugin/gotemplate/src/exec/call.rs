//! Calls of functions and methods.

use std::any::Any;
use std::sync::Arc;

use smallvec::SmallVec;

use super::evaluate::Input;
use super::{At, Evaluated, Executor, Operand};
use crate::builtin;
use crate::error::{ExecError, Limit};
use crate::function::{Call, Code, Method, Runtime, TextError};
use crate::node::Identifier;
use crate::template::Template;
use crate::{FunctionError, Signature, Str, Type, Value};

/// Arguments; most calls have few.
type Arguments<T> = SmallVec<[T; 4]>;

/// How many texts of [`Call::execute_text`] are kept parsed.
const MAX_TEXTS: usize = 256;

impl<'t> Executor<'_, '_, 't> {
    /// Calls the function of that name; `at` is the node that its error names.
    pub(super) fn function(
        &mut self,
        identifier: &'t Identifier,
        at: At<'t>,
        input: Input<'_, 't>,
    ) -> Evaluated {
        let tree = self.tree;
        let Some(function) = tree.source.functions.at(identifier.function) else {
            return Err(self.error("not a defined function"));
        };
        let (name, signature) = (function.name(), function.signature());
        self.check_arity(name, signature, input)?;
        match function.code() {
            Code::And => self.junction(false, input),
            Code::Or => self.junction(true, input),
            Code::Call => {
                let callee = self.callee_name(input);
                let operands = self.operands(input)?;
                let result = builtin::call(&callee, &operands, &mut Call::new(self));
                self.result(result, at, name)
            }
            Code::Operands(body) => {
                let operands = self.operands(input)?;
                self.result(body(&operands), at, name)
            }
            Code::Host(body) => {
                let arguments = self.arguments(signature, input)?;
                let result = body(&mut Call::new(self), &arguments);
                self.result(result.map(|value| Operand::typed(value, signature.result)), at, name)
            }
        }
    }

    pub(super) fn method(
        &mut self,
        method: &'static Method,
        receiver: &Value,
        at: At<'t>,
        input: Input<'_, 't>,
    ) -> Evaluated {
        self.check_arity(method.name, &method.signature, input)?;
        let arguments = self.arguments(&method.signature, input)?;
        let result = (method.body)(&mut Call::new(self), receiver, &arguments);
        let result = result.map(|value| Operand::typed(value, method.signature.result));
        self.result(result, at, method.name)
    }

    fn result(&mut self, result: Result<Operand, FunctionError>, at: At<'t>, name: &str) -> Evaluated {
        let longest = self.run.limits.output;
        let most = self.run.limits.memory;
        match result {
            Ok(_) if self.run.meter.made() > most => {
                self.at = at;
                Err(self.limit(Limit::Memory(most)))
            }
            Ok(Operand::Interface(Value::String(text)) | Operand::Concrete(Value::String(text)))
                if text.len() > longest =>
            {
                self.at = at;
                Err(self.limit(Limit::Output(longest)))
            }
            Ok(operand) => Ok(operand),
            Err(error) => {
                self.at = at;
                Err(self.function_error(name, error))
            }
        }
    }

    fn check_arity(&self, name: &str, signature: &Signature, input: Input<'_, 't>) -> Evaluated<()> {
        let (wanted, given) = (signature.params.len(), input.len());
        if signature.is_variadic {
            let wanted = signature.fixed().len();
            if given < wanted {
                let given = input.arguments.len();
                return Err(self
                    .error(format!("wrong number of args for {name}: want at least {wanted} got {given}")));
            }
        } else if given != wanted {
            return Err(self.error(format!("wrong number of args for {name}: want {wanted} got {given}")));
        }
        Ok(())
    }

    /// `and` and `or`: the first operand whose truth decides, or the last; none after it is evaluated.
    fn junction(&mut self, decisive: bool, input: Input<'_, 't>) -> Evaluated {
        let mut last = Operand::Invalid;
        for term in input.arguments {
            last = self.operand(input.dot, term)?;
            if last.is_true() == decisive {
                return Ok(last);
            }
        }
        Ok(input.piped.cloned().unwrap_or(last))
    }

    fn operands(&mut self, input: Input<'_, 't>) -> Evaluated<Arguments<Operand>> {
        let mut operands = Arguments::new();
        for term in input.arguments {
            operands.push(self.operand(input.dot, term)?);
        }
        operands.extend(input.piped.cloned());
        Ok(operands)
    }

    fn arguments(&mut self, signature: &Signature, input: Input<'_, 't>) -> Evaluated<Arguments<Value>> {
        let mut arguments = Arguments::new();
        for (index, term) in input.arguments.iter().enumerate() {
            let ty = signature.param(index).unwrap_or(Type::Any);
            arguments.push(self.argument(input.dot, ty, term)?);
        }
        if let Some(piped) = input.piped {
            let ty = signature.param(input.arguments.len()).unwrap_or(Type::Any);
            arguments.push(self.validate(piped.clone(), ty)?);
        }
        Ok(arguments)
    }

    /// What errors of the function `call` name as the function that it calls.
    fn callee_name(&self, input: Input<'_, 't>) -> String {
        match (input.arguments.first(), input.piped) {
            (Some(term), _) => self.term_text(term),
            (None, Some(Operand::Concrete(Value::String(text)))) => text.to_string(),
            (None, Some(Operand::Invalid) | None) => "<invalid Value>".to_owned(),
            (None, Some(operand)) => format!("<{} Value>", operand.type_name()),
        }
    }
}

impl Runtime for Executor<'_, '_, '_> {
    fn state(&mut self) -> &mut dyn Any {
        self.run.state
    }

    fn execute(&mut self, name: &Str, data: &Value) -> Result<Str, ExecError> {
        self.run.render(self.scope, name, data)
    }

    fn execute_text(&mut self, name: &Str, text: &Str, data: &Value) -> Result<Str, TextError> {
        let template = self.parse_text(name, text)?;
        let overlay = self.scope.overlay(&template);
        match template.root() {
            Some(root) => Ok(self.run.render_tree(self.scope.with(&overlay), root, data)?),
            None => Ok(Str::EMPTY),
        }
    }

    fn is_defined(&self, name: &Str) -> bool {
        self.scope.find(name).is_some()
    }
}

impl Executor<'_, '_, '_> {
    /// The parsed text; charts give the same one again and again.
    fn parse_text(&mut self, name: &Str, text: &Str) -> Result<Arc<Template>, TextError> {
        if let Some(template) = self.run.texts.get(text).filter(|template| template.name() == name) {
            return Ok(Arc::clone(template));
        }
        let functions = &self.tree.source.functions;
        let template = Arc::new(Template::parse(name.clone(), text.clone(), functions)?);
        if self.run.texts.len() >= MAX_TEXTS {
            self.run.texts.clear();
        }
        self.run.texts.insert(text.clone(), Arc::clone(&template));
        Ok(template)
    }
}
