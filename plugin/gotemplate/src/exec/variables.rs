//! The variables of the templates that are running.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::Operand;
use crate::node::Symbol;

/// Variables of one template that are searched one by one: most templates have no more.
const FEW: usize = 32;

/// The variables of all running templates, one template's after the other's. Each template sees those from its
/// base on, and of several with one name the last.
#[derive(Default)]
pub(super) struct Variables {
    stack: Vec<(Symbol, Operand)>,
    /// The places of those that are not among the first few of their template, by its base and their symbol.
    late: HashMap<(usize, Symbol), Vec<usize>, FixedState>,
}

impl Variables {
    pub(super) fn len(&self) -> usize {
        self.stack.len()
    }

    /// Adds a variable to the template that begins at `base`.
    pub(super) fn declare(&mut self, base: usize, symbol: Symbol, operand: Operand) {
        let place = self.stack.len();
        if place - base >= FEW {
            self.late.entry((base, symbol)).or_default().push(place);
        }
        self.stack.push((symbol, operand));
    }

    pub(super) fn get(&self, base: usize, symbol: Symbol) -> Option<&Operand> {
        let own = self.stack.get(base..)?;
        let variable = if own.len() > FEW {
            self.stack.get(self.find(base, symbol)?)
        } else {
            own.iter().rfind(|(known, _)| *known == symbol)
        };
        variable.map(|(_, operand)| operand)
    }

    pub(super) fn get_mut(&mut self, base: usize, symbol: Symbol) -> Option<&mut Operand> {
        let place = self.find(base, symbol)?;
        self.stack.get_mut(place).map(|(_, operand)| operand)
    }

    /// The variable that was declared last, or the ones before it, counted from 1.
    pub(super) fn last_mut(&mut self, count: usize) -> Option<&mut Operand> {
        let place = self.stack.len().checked_sub(count)?;
        self.stack.get_mut(place).map(|(_, operand)| operand)
    }

    /// Forgets what the template at `base` declared since there were `length` variables.
    pub(super) fn truncate(&mut self, base: usize, length: usize) {
        while self.stack.len() > length.max(base + FEW) {
            if let Some((symbol, _)) = self.stack.pop() {
                self.forget_late((base, symbol));
            }
        }
        self.stack.truncate(length);
    }

    fn forget_late(&mut self, key: (usize, Symbol)) {
        if let Some(places) = self.late.get_mut(&key) {
            places.pop();
            if places.is_empty() {
                self.late.remove(&key);
            }
        }
    }

    fn find(&self, base: usize, symbol: Symbol) -> Option<usize> {
        let own = self.stack.get(base..)?;
        let early = own.get(..FEW).unwrap_or(own);
        let late = if own.len() > FEW {
            self.late.get(&(base, symbol)).and_then(|places| places.last())
        } else {
            None
        };
        let early = || early.iter().rposition(|(known, _)| *known == symbol).map(|place| base + place);
        late.copied().or_else(early)
    }
}
