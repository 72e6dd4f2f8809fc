//! Pure decisions: given what the operator wrote and what a request wants, may it be?
//!
//! No IO, no clock, no environment: everything a decision needs is an argument. So each rule is
//! one function that a test can ask a thousand questions.
//!
//! * [`Destination`] is where a request goes, parsed once and compared by parts, never as text.
//! * [`Selection`] answers which of many entries is the one for a destination and a project (rules R2, R5–R7).
//! * [`Cloud`] tells whose registry a host is, by anchored patterns (rule R8).
//! * [`realm`] says where a registry may have its credentials sent (rule R10).
//! * [`Grant`] is what an operator allows a plugin to fetch, by [`Pattern`]s (rule R3); [`FetchBudget`] is how much
//!   of it one render may, and [`Pace`] how fast one project (rule R4).
//! * [`admit`] judges the addresses that a name resolves to (rule R15).

mod address;
mod blame;
mod budget;
mod cloud;
mod destination;
mod grant;
mod origin;
mod pace;
mod pattern;
mod project;
pub mod realm;
mod requester;
mod selection;

pub use crate::address::{AddressClass, AddressDenied, METADATA, Reach, admit};
pub use crate::blame::{Blame, Denial, Diagnose};
pub use crate::budget::{FetchBudget, FetchLimits, OverBudget};
pub use crate::cloud::{Azure, Cloud, Ecr, Partition};
pub use crate::destination::{Destination, ParseDestinationError};
pub use crate::grant::{Grant, NotGranted};
pub use crate::origin::{DOCKER_HUB, Origin, ParseOriginError, RegistryHost, Transport};
pub use crate::pace::{Pace, PaceLimits};
pub use crate::pattern::{ParsePatternError, Pattern};
pub use crate::project::{Project, Projects};
pub use crate::requester::Requester;
pub use crate::selection::{Candidate, Kind, Outcome, Rank, Scope, Selection, State};
