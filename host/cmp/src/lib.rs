//! Argo CD's config management plugin protocol, version 2: the seam between argocd-repo-server and
//! [`generate`]. The only crate that knows gRPC.
//!
//! A [`Server`] listens on one Unix socket for each plugin. A call runs through these modules:
//! `socket` accepts, `authority` makes the client's headers acceptable, `call` applies deadline and
//! `admission`, `receive` and `archive` turn the stream of files into a tree while it arrives,
//! `environment` turns Argo CD's variables into a request, and the [`generate::Service`] answers.
//!
//! What holds: a stream is received to its end before its call fails, because the client would show
//! `EOF` instead of the error. Nothing a client sends takes more than [`Limits`] allow. Application
//! and project come from Argo CD's variables alone.

mod admission;
mod archive;
mod askpass;
mod authority;
mod call;
mod channel;
mod deadline;
mod environment;
mod error;
mod health;
mod limits;
mod plugin;
mod proto;
mod receive;
mod server;
mod socket;
mod version;

pub use crate::health::{HealthError, check_health};
pub use crate::limits::{Limit, Limits};
pub use crate::server::{Config, Load, LoadGauge, Server};
pub use crate::socket::SocketError;
/// What [`Server::serve`] can fail with.
pub use tonic_reflection::server::Error as ServeError;
