//! Arguments: evaluated for the type of their parameter.

use super::evaluate::Input;
use super::{At, Evaluated, Executor, Operand};
use crate::node::{NodePrinter, Number, Term};
use crate::{Kind, Type, Value};

impl<'t> Executor<'_, '_, 't> {
    /// An argument for a parameter that takes any operand as it is, as Go's `reflect.Value`.
    pub(super) fn operand(&mut self, dot: &Operand, term: &'t Term) -> Evaluated {
        self.at = At::Term(term);
        match term {
            Term::Nil(_) => Ok(Operand::Invalid),
            Term::Dot(_) => Ok(dot.clone()),
            Term::Bool(_, value) => Ok(Operand::Concrete(Value::Bool(*value))),
            Term::Number(number) => self.number(number),
            Term::String(literal) => Ok(Operand::Concrete(Value::String(literal.value.clone()))),
            Term::Field(field) => self.field(term, field, dot),
            Term::Variable(variable) => self.variable_chain(term, variable, Input::none(dot)),
            Term::Pipe(pipe) => self.inner_pipeline(dot, &pipe.0),
            Term::Function(identifier) => self.function(identifier, At::Term(term), Input::none(dot)),
            Term::Chain(chain) => self.chain(term, chain, Input::none(dot)),
        }
    }

    /// An argument for a parameter of type `ty`.
    pub(super) fn argument(&mut self, dot: &Operand, ty: Type, term: &'t Term) -> Evaluated<Value> {
        match term {
            Term::Bool(..) | Term::Number(_) | Term::String(_) if ty != Type::Any => {
                self.at = At::Term(term);
                self.literal(ty, term)
            }
            Term::Nil(_) => {
                self.at = At::Term(term);
                if ty.is_nillable() {
                    Ok(Value::zero(ty))
                } else {
                    Err(self.error(format!("cannot assign nil to {ty}")))
                }
            }
            _ => {
                let operand = self.operand(dot, term)?;
                self.validate(operand, ty)
            }
        }
    }

    /// A literal takes the type that is asked for, if it can.
    fn literal(&self, ty: Type, term: &Term) -> Evaluated<Value> {
        let kind = ty.kind();
        let expected = match kind {
            Kind::Bool => "bool",
            Kind::String => "string",
            Kind::Int(_) => "integer",
            Kind::Uint(_) => "unsigned integer",
            Kind::Float(_) => "float",
            Kind::Complex => "complex",
            _ => {
                let text = self.term_text(term);
                return Err(self.error(format!("can't handle {text} for arg of type {ty}")));
            }
        };
        literal_of(kind, term)
            .ok_or_else(|| self.error(format!("expected {expected}; found {}", self.term_text(term))))
    }

    /// The operand as a value of type `ty`. No value is nil, where the type has one.
    pub(super) fn validate(&self, operand: Operand, ty: Type) -> Evaluated<Value> {
        let (value, is_interface) = match operand {
            Operand::Invalid if ty.is_nillable() => return Ok(Value::zero(ty)),
            Operand::Invalid => return Err(self.error(format!("invalid value; expected {ty}"))),
            Operand::Interface(value) => (value, true),
            Operand::Concrete(value) => (value, false),
        };
        if matches!(ty, Type::Any) {
            return Ok(value);
        }
        match value.ty() {
            Some(actual) if actual == ty => Ok(value),
            Some(actual) if actual.is_assignable_to(ty) => Ok(value.converted(ty)),
            Some(actual) => Err(self.wrong_type(ty, actual)),
            None if is_interface => Err(self.wrong_type(ty, Type::Any)),
            None => Ok(Value::zero(ty)),
        }
    }

    fn wrong_type(&self, expected: Type, actual: Type) -> crate::ExecError {
        self.error(format!("wrong type for value; expected {expected}; got {actual}"))
    }

    /// The term as Go prints it.
    pub(super) fn term_text(&self, term: &Term) -> String {
        let mut printer = NodePrinter::new(&self.tree.source);
        printer.term(term);
        printer.finish()
    }
}

fn literal_of(kind: Kind, term: &Term) -> Option<Value> {
    match (kind, term) {
        (Kind::Bool, Term::Bool(_, value)) => Some(Value::Bool(*value)),
        (Kind::String, Term::String(literal)) => Some(Value::String(literal.value.clone())),
        (kind, Term::Number(number)) => number_of(kind, number),
        _ => None,
    }
}

fn number_of(kind: Kind, number: &Number) -> Option<Value> {
    match kind {
        Kind::Int(kind) => number.int.map(|int| Value::Int(int, kind)),
        Kind::Uint(kind) => number.uint.map(|uint| Value::Uint(uint, kind)),
        Kind::Float(kind) => number.float.map(|float| Value::Float(float, kind)),
        Kind::Complex => number.complex.map(|(real, imaginary)| Value::Complex(real, imaginary)),
        _ => None,
    }
}
