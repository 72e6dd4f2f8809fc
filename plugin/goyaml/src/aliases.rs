//! The guard against documents that grow without bound when aliases are replaced.

use crate::tape::Tape;
use crate::{Error, ErrorKind};

/// Below so many nodes, almost all of them may come from aliases.
const SMALL: f64 = 400_000.0;

/// From so many nodes on, a tenth may.
const LARGE: f64 = 4_000_000.0;

/// What is known of the aliases of a document while its nodes are decoded.
#[derive(Debug, Default)]
pub(crate) struct Aliases {
    decoded: usize,
    from_aliases: usize,
    /// How many aliases are being replaced.
    depth: usize,
    /// Which ones, by node.
    active: Vec<bool>,
}

impl Aliases {
    /// Counts one more node.
    pub(crate) fn count(&mut self) -> Result<(), Error> {
        self.decoded += 1;
        if self.depth == 0 {
            return Ok(());
        }
        self.from_aliases += 1;
        if self.from_aliases <= 100 || self.decoded <= 1000 {
            return Ok(());
        }
        let decoded = self.decoded as f64;
        if self.from_aliases as f64 / decoded > allowed_share(decoded) {
            return Err(ErrorKind::ExcessiveAliasing.into());
        }
        Ok(())
    }

    /// Begins to replace the alias at a node of the tape.
    pub(crate) fn enter(&mut self, at: usize, tape: &Tape<'_>) -> Result<(), Error> {
        if self.active.is_empty() {
            self.active = vec![false; tape.len()];
        }
        match self.active.get_mut(at) {
            Some(active) if !*active => *active = true,
            _ => {
                let name = tape.node(at).map(|node| node.text.clone().into_owned());
                return Err(ErrorKind::SelfReference(name.unwrap_or_default()).into());
            }
        }
        self.depth += 1;
        Ok(())
    }

    /// Ends to replace an alias.
    pub(crate) fn leave(&mut self, at: usize) {
        self.depth -= 1;
        if let Some(active) = self.active.get_mut(at) {
            *active = false;
        }
    }
}

/// The part of the nodes that may come from aliases.
fn allowed_share(decoded: f64) -> f64 {
    if decoded <= SMALL {
        0.99
    } else if decoded >= LARGE {
        0.10
    } else {
        0.99 - 0.89 * ((decoded - SMALL) / (LARGE - SMALL))
    }
}
