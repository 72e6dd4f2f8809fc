//! Every outbound byte: TLS, proxies, address policy after DNS, redirects, limits.
//!
//! This is the only crate that opens connections outwards, so what it refuses can't happen: a
//! request goes to an address that policy admits, over TLS unless the operator said otherwise, and
//! an [`Authorization`] goes to its own [`Origin`] alone, also when the answer is a redirect.
//!
//! The crate also holds the seam between those who speak a protocol (`registry`, the sandbox) and
//! the one who knows secrets (`credentials`): see [`broker`].

pub mod broker;

mod authorization;
mod challenge;
mod client;
mod config;
mod connections;
mod deadline;
mod error;
mod origin;
mod request;
mod resolver;
mod response;
mod retry;
mod route;
mod transport;

pub use crate::authorization::{Authorization, NotForOrigin};
pub use crate::broker::{Authorizer, Broker};
pub use crate::challenge::Challenge;
pub use crate::client::Client;
pub use crate::config::{Config, HostConfig, Ports, Proxies, Retries, Timeouts, Unlisted};
pub use crate::deadline::Deadline;
pub use crate::error::{Error, RedirectProblem, Refusal};
pub use crate::origin::{Origin, UnsuitableUrl};
pub use crate::request::{DEFAULT_BODY_LIMIT, Redirects, Request};
pub use crate::resolver::{Resolver, SystemResolver};
pub use crate::response::Response;
pub use crate::transport::{ClientIdentity, ProxyChoice, ProxyUrl, Tls, Transport};
pub use policy::{Blame, Denial, Destination, Diagnose, ParseDestinationError, Reach, Requester};
pub use url::{Host, Url};
