//! What a sandbox endures: each program does its worst, ends as it should, and then the same process
//! serves the next request, with its memory back.

#[cfg(test)]
mod endure {
    pub(crate) mod artifacts;
    pub(crate) mod host;
    pub(crate) mod limits;
    pub(crate) mod loading;
    pub(crate) mod manners;
}

use endure::limits::*;
use endure::loading::*;
use endure::manners::*;

guests::assert_each_has_a_test!();
