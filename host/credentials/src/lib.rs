//! Finds and applies credentials; the only crate that can read a secret.
//!
//! ```text
//! sources ─▶ Catalog ─▶ Broker::find / authorizer ─▶ Session ─▶ header of one request
//! (Secrets, auth files, tiphys.yaml, cloud)             └─ 401 ─▶ exchange ─▶ token cache
//! ```
//!
//! * [`Broker`] chooses by project and destination; how, is a pure decision of the crate `policy`.
//! * A secret leaves this crate in one place, the module `wire`: into a header of a request to its own
//!   destination, or into a request for a token to a server that rule R10 admits.
//! * Nothing here runs a program, reads the environment or opens a socket.

mod askpass;
pub mod audit;
mod broker;
#[cfg(test)]
mod canary;
mod catalog;
mod cloud;
pub mod config;
mod echo;
mod entry;
mod error;
#[cfg(test)]
mod examples;
mod exchange;
mod explain;
mod login;
mod probe;
mod secret;
mod session;
mod shared;
mod source;
#[cfg(test)]
mod testing;
mod token;
mod wire;

pub use crate::askpass::{AskPass, SourceAccess, SourceBroker, Ticket};
pub use crate::broker::{Broker, Handle, Parts};
pub use crate::cloud::{
    AwsEnvironment, AzureEnvironment, Environment, Error as CloudError, GoogleEnvironment,
};
pub use crate::entry::Problem;
pub use crate::error::{ConfigError, Error};
pub use crate::explain::{Explanation, Listed, Outcome, PassedOver};
pub use crate::login::{AuthFile, AuthFileError};
pub use crate::probe::{Probe, Step};
pub use crate::secret::Secret;
pub use crate::source::authfile::Helpers;
pub use crate::source::kubernetes::KubernetesAccess;
pub use crate::wire::{Call, Reply, Wire, WireError};
