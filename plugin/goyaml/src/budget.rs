//! The guard against documents that grow without bound when aliases are replaced.

use crate::{Error, ErrorKind};

/// Below so many nodes, almost all of them may come from aliases.
const SMALL: f64 = 400_000.0;

/// From so many nodes on, a tenth may.
const LARGE: f64 = 4_000_000.0;

/// Counts the nodes that are decoded.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Budget {
    decoded: usize,
    from_aliases: usize,
    /// How many aliases are being replaced.
    pub(crate) alias_depth: usize,
}

impl Budget {
    /// Counts one more node.
    pub(crate) fn count(&mut self) -> Result<(), Error> {
        self.decoded += 1;
        if self.alias_depth == 0 {
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
