//! Pure decisions: given what the operator wrote and what a request wants, may it be?
//!
//! No IO, no clock, no environment: everything a decision needs is an argument. So each rule is
//! one function that a test can ask a thousand questions.

mod address;
mod blame;
mod requester;

pub use crate::address::{AddressClass, AddressDenied, Reach, admit};
pub use crate::blame::{Blame, Diagnose};
pub use crate::requester::Requester;
