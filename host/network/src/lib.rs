//! Every outbound byte: TLS, proxies, address policy after DNS, redirects, limits.
//!
//! This is the only crate that opens connections outwards, so what it refuses can't happen: a
//! request goes to an address that policy admits, over TLS unless the operator said otherwise, and
//! an [`Authorization`] goes to its own [`Origin`] alone, also when the answer is a redirect.
//!
//! The crate also holds the seam between those who speak a protocol (`registry`, the sandbox) and
//! the one who knows secrets (`credentials`): see [`broker`].

mod authorization;
pub mod broker;
mod challenge;
mod deadline;
mod origin;
mod request;
mod transport;

pub use crate::authorization::{Authorization, NotForOrigin};
pub use crate::broker::{Authorizer, Broker};
pub use crate::challenge::Challenge;
pub use crate::deadline::Deadline;
pub use crate::origin::{Origin, UnsuitableUrl};
pub use crate::request::{DEFAULT_BODY_LIMIT, Redirects, Request};
pub use crate::transport::{ClientIdentity, ProxyChoice, ProxyUrl, Tls, Transport};
pub use policy::{Destination, ParseDestinationError};
