//! Versions and constraints as Go's `Masterminds/semver` reads them.
//!
//! Neither Cargo's nor npm's rules agree with it: versions are parsed loosely (`v1`, `1.2`, `01.2`), a bare `1.2` in a
//! constraint means `1.2.x`, and a pre-release satisfies a constraint only where the constraint names one.
//! The rules changed between releases of the library, and so between versions of Helm: see [`Edition`].
//!
//! Pure and without dependencies, because both the chart renderer and the registry client need it.

mod constraint;
mod edition;
mod error;
mod scan;
mod version;

#[cfg(test)]
mod tests;

pub use constraint::Constraint;
pub use edition::Edition;
pub use error::Error;
pub use version::Version;
