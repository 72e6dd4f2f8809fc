//! Pipelines, commands, constants and field chains.

use super::{At, Evaluated, Executor, Operand};
use crate::node::{Chain, Command, Field, Number, Pipe, Term, Variable};
use crate::parse::has_float_sign;
use crate::{MissingKey, Object, Str, Type, Value};

/// What a command gives to a field, variable or function besides its receiver.
#[derive(Clone, Copy)]
pub(super) struct Input<'i, 't> {
    /// Where arguments are evaluated.
    pub(super) dot: &'i Operand,
    pub(super) arguments: &'t [Term],
    /// The result of the command before it in the pipeline.
    pub(super) piped: Option<&'i Operand>,
}

impl<'i, 't> Input<'i, 't> {
    /// Nothing.
    pub(super) fn none(dot: &'i Operand) -> Self {
        Self { dot, arguments: &[], piped: None }
    }

    pub(super) fn is_none(self) -> bool {
        self.arguments.is_empty() && self.piped.is_none()
    }

    pub(super) fn len(self) -> usize {
        self.arguments.len() + usize::from(self.piped.is_some())
    }
}

impl<'t> Executor<'_, '_, 't> {
    pub(super) fn pipeline(&mut self, dot: &Operand, pipe: &'t Pipe) -> Evaluated {
        let value = self.commands(dot, pipe)?.out_of_interface();
        for variable in &pipe.variables {
            if pipe.is_assignment {
                self.assign(variable, value.clone())?;
            } else {
                self.declare(variable, value.clone());
            }
        }
        Ok(value)
    }

    /// The value of the last command of a pipeline, still in its interface.
    pub(super) fn commands(&mut self, dot: &Operand, pipe: &'t Pipe) -> Evaluated {
        self.at = At::Pipe(pipe);
        let Some((first, others)) = pipe.commands.split_first() else { return Ok(Operand::Invalid) };
        let mut value = self.command(dot, first, None)?;
        for command in others {
            value = self.command(dot, command, Some(&value.out_of_interface()))?;
        }
        Ok(value)
    }

    /// A pipeline in parentheses.
    pub(super) fn inner_pipeline(&mut self, dot: &Operand, pipe: &'t Pipe) -> Evaluated {
        crate::stack::grow(|| self.pipeline(dot, pipe))
    }

    fn command(&mut self, dot: &Operand, command: &'t Command, piped: Option<&Operand>) -> Evaluated {
        self.step()?;
        let input = Input { dot, arguments: &command.arguments, piped };
        match &command.first {
            Term::Field(field) => self.field_chain(dot, &command.first, &field.names, input),
            Term::Chain(chain) => self.chain(&command.first, chain, input),
            Term::Function(identifier) => {
                self.at = At::Term(&command.first);
                self.function(identifier, At::Command(command), input)
            }
            Term::Pipe(pipe) => {
                self.refuse_input(&command.first, input)?;
                self.inner_pipeline(dot, &pipe.0)
            }
            Term::Variable(variable) => self.variable_chain(&command.first, variable, input),
            constant => {
                self.at = At::Term(constant);
                self.refuse_input(constant, input)?;
                self.constant(dot, constant)
            }
        }
    }

    fn refuse_input(&self, term: &'t Term, input: Input<'_, 't>) -> Evaluated<()> {
        if input.is_none() {
            return Ok(());
        }
        Err(self.error(format!("can't give argument to non-function {}", self.term_text(term))))
    }

    fn constant(&mut self, dot: &Operand, term: &'t Term) -> Evaluated {
        match term {
            Term::Bool(_, value) => Ok(Operand::Concrete(Value::Bool(*value))),
            Term::Dot(_) => Ok(dot.clone()),
            Term::Number(number) => self.number(number),
            Term::String(literal) => Ok(Operand::Concrete(Value::String(literal.value.clone()))),
            _ => Err(self.error("nil is not a command")),
        }
    }

    /// The value of a number where no type is asked for.
    pub(super) fn number(&self, number: &Number) -> Evaluated {
        if let Some((real, imaginary)) = number.complex {
            return Ok(Operand::Concrete(Value::Complex(real, imaginary)));
        }
        let text = number.text.as_bytes();
        let is_float = has_float_sign(text) && !is_hex_int(text) && text.first() != Some(&b'\'');
        Ok(match (number.float, number.int) {
            (Some(float), _) if is_float => Operand::Concrete(Value::float(float)),
            (_, Some(int)) => Operand::Concrete(Value::int(int)),
            (_, None) if number.uint.is_some() => {
                return Err(self.error(format!("{} overflows int", number.text)));
            }
            _ => Operand::Invalid,
        })
    }

    pub(super) fn field(&mut self, term: &'t Term, field: &'t Field, dot: &Operand) -> Evaluated {
        self.field_chain(dot, term, &field.names, Input::none(dot))
    }

    /// `(pipe).a.b`.
    pub(super) fn chain(&mut self, term: &'t Term, chain: &'t Chain, input: Input<'_, 't>) -> Evaluated {
        self.at = At::Term(&chain.term);
        let receiver = match &chain.term {
            Term::Pipe(pipe) => self.inner_pipeline(input.dot, &pipe.0)?,
            Term::Function(identifier) => {
                self.function(identifier, At::Term(&chain.term), Input::none(input.dot))?
            }
            _ => Operand::Invalid,
        };
        self.fields(receiver, At::Term(term), &chain.fields, input)
    }

    /// `$x.a.b`.
    pub(super) fn variable_chain(
        &mut self,
        term: &'t Term,
        variable: &'t Variable,
        input: Input<'_, 't>,
    ) -> Evaluated {
        self.at = At::Term(term);
        let value = self.variable(variable)?;
        if !variable.fields.is_empty() {
            return self.fields(value, At::Term(term), &variable.fields, input);
        }
        if !input.is_none() {
            let text = self.term_text(term);
            return Err(self.error(format!("can't give argument to non-function {text}")));
        }
        Ok(value)
    }

    fn field_chain(
        &mut self,
        receiver: &Operand,
        term: &'t Term,
        names: &'t [Str],
        input: Input<'_, 't>,
    ) -> Evaluated {
        self.at = At::Term(term);
        match names {
            [] => Ok(receiver.clone()),
            [name] => self.access(receiver, At::Term(term), name, input),
            [name, rest @ ..] => {
                let first = self.access(receiver, At::Term(term), name, Input::none(input.dot))?;
                self.fields(first, At::Term(term), rest, input)
            }
        }
    }

    /// The fields one after the other; only the last may be a method with arguments.
    fn fields(
        &mut self,
        mut receiver: Operand,
        at: At<'t>,
        names: &'t [Str],
        input: Input<'_, 't>,
    ) -> Evaluated {
        let Some((last, names)) = names.split_last() else { return Ok(receiver) };
        for name in names {
            receiver = self.access(&receiver, at, name, Input::none(input.dot))?;
        }
        self.access(&receiver, at, last, input)
    }

    /// One field, method or map entry of a value.
    fn access(&mut self, receiver: &Operand, at: At<'t>, name: &'t Str, input: Input<'_, 't>) -> Evaluated {
        let value = match receiver {
            Operand::Invalid if self.run.missing_key == MissingKey::Error => {
                return Err(self.error(format!("nil data; no entry for key {}", crate::strconv::quote(name))));
            }
            Operand::Invalid => return Ok(Operand::Invalid),
            Operand::Interface(value) | Operand::Concrete(value) => value,
        };
        if let Some(method) = value.named().and_then(|named| named.method(name.as_bytes())) {
            return self.method(method, value, at, input);
        }
        match value {
            Value::Map(map) => {
                if !input.is_none() {
                    return Err(self.error(format!("{name} is not a method but has arguments")));
                }
                match map.get_str(name) {
                    Some(entry) => Ok(Operand::typed(entry, map.element())),
                    None => self.missing_entry(map.element(), name),
                }
            }
            Value::Object(object) if !object.is_nil() => {
                self.object_field(object.as_ref(), receiver, name, input)
            }
            Value::Object(object) if object.field(name.as_bytes()).is_none() => {
                Err(self.no_field(receiver, name))
            }
            Value::Nil | Value::Object(_) => {
                Err(self.error(format!("nil pointer evaluating {}.{name}", receiver.type_name())))
            }
            _ => Err(self.no_field(receiver, name)),
        }
    }

    fn missing_entry(&self, element: Type, name: &Str) -> Evaluated {
        match self.run.missing_key {
            MissingKey::Invalid => Ok(Operand::Invalid),
            MissingKey::Zero => Ok(Operand::typed(Value::zero(element), element)),
            MissingKey::Error => {
                Err(self.error(format!("map has no entry for key {}", crate::strconv::quote(name))))
            }
        }
    }

    fn object_field(
        &self,
        object: &dyn Object,
        receiver: &Operand,
        name: &Str,
        input: Input<'_, 't>,
    ) -> Evaluated {
        match object.field(name.as_bytes()) {
            Some(_) if !input.is_none() => {
                Err(self.error(format!("{name} has arguments but cannot be invoked as function")))
            }
            Some(Value::Nil) => Ok(Operand::Interface(Value::Nil)),
            Some(field) => Ok(Operand::Concrete(field)),
            None => Err(self.no_field(receiver, name)),
        }
    }

    fn no_field(&self, receiver: &Operand, name: &Str) -> crate::ExecError {
        self.error(format!("can't evaluate field {name} in type {}", receiver.type_name()))
    }
}

/// Whether the text is a hexadecimal integer, in which `e` is a digit. As in Go, one with a sign is not.
fn is_hex_int(text: &[u8]) -> bool {
    matches!(text, [b'0', b'x' | b'X', digits @ ..] if !digits.is_empty() && !digits.iter().any(|byte| matches!(byte, b'p' | b'P')))
}
