//! What the author of a Tiphys plugin depends on.
//!
//! A plugin is a type that implements [`Plugin`] and a line that exports it:
//!
//! ```
//! use sdk::{Capabilities, Failure, Metadata, Plugin, Request};
//!
//! struct Hello;
//!
//! impl Plugin for Hello {
//!     fn describe() -> Metadata {
//!         Metadata::new("hello", env!("CARGO_PKG_VERSION"), Capabilities::SOURCE)
//!     }
//!
//!     fn generate(request: &Request) -> Result<Vec<String>, Failure> {
//!         let name = &request.application.name;
//!         let greeting = sdk::source::read_text("greeting.txt")?.unwrap_or_default();
//!         Ok(vec![format!(
//!             "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  greeting: {greeting}\n"
//!         )])
//!     }
//! }
//!
//! sdk::export!(Hello);
//! ```
//!
//! Built with `crate-type = ["cdylib"]` for `wasm32-wasip2`, that is a component which imports no more
//! than what it calls. What it can ask of its host are the modules [`source`], [`registry`],
//! [`network`], [`credentials`], [`entropy`], [`lookup`] and [`log`].
//!
//! Built natively, as `cargo test` does, the same modules ask a mock host:
//!
//! ```
//! # use sdk::{Capabilities, Failure, Metadata, Plugin, Request};
//! # struct Hello;
//! # impl Plugin for Hello {
//! #     fn describe() -> Metadata { Metadata::new("hello", "1.0.0", Capabilities::SOURCE) }
//! #     fn generate(request: &Request) -> Result<Vec<String>, Failure> {
//! #         Ok(vec![sdk::source::read_text("greeting.txt")?.unwrap_or_default()])
//! #     }
//! # }
//! # #[cfg(not(target_arch = "wasm32"))] {
//! let host = sdk::mock::Host::new().file("greeting.txt", "good day");
//! let manifests = host.run(|| Hello::generate(&sdk::mock::request("demo"))).unwrap();
//! assert!(manifests[0].contains("good day"));
//! # }
//! ```

#[cfg(target_arch = "wasm32")]
mod component;
#[cfg(not(target_arch = "wasm32"))]
pub mod mock;

#[cfg(target_arch = "wasm32")]
use component as backend;
#[cfg(not(target_arch = "wasm32"))]
use mock as backend;

#[doc(hidden)]
pub mod bindings;
pub mod credentials;
pub mod entropy;
mod export;
mod failure;
pub mod log;
pub mod lookup;
#[cfg(any(target_arch = "wasm32", test))]
mod memory;
mod metadata;
pub mod network;
mod parameter;
pub mod registry;
pub mod source;

pub use crate::bindings::exports::tiphys::plugin::generator::{
    Capabilities, Collection, Metadata, ParameterAnnouncement,
};
pub use crate::bindings::tiphys::plugin::types::{
    Application, ApplicationSource, Blame, Cluster, Failure, File, Location, Parameter, ParameterValue,
    Request,
};
#[doc(hidden)]
pub use crate::export::Exported;

/// A plugin. Each call runs in an instance of its own: nothing is left of it for the next one.
pub trait Plugin {
    /// What the plugin is. Called without a request; capabilities must not be used.
    fn describe() -> Metadata;

    /// Whether the plugin is one for the application's files. Unless it says otherwise, only
    /// applications that name it are.
    ///
    /// # Errors
    ///
    /// Fails if that cannot be found out.
    fn discover(request: &Request) -> Result<bool, Failure> {
        let _ = request;
        Ok(false)
    }

    /// The parameters of this application, with what they are set to by default. Unless it says
    /// otherwise, they are those that it [describes](Self::describe).
    ///
    /// # Errors
    ///
    /// Fails if that cannot be found out.
    fn parameters(request: &Request) -> Result<Vec<ParameterAnnouncement>, Failure> {
        let _ = request;
        Ok(Self::describe().parameters)
    }

    /// The application's manifests: YAML or JSON texts, each with any number of documents.
    ///
    /// # Errors
    ///
    /// Fails if there is something wrong with the application, or with what it needs.
    fn generate(request: &Request) -> Result<Vec<String>, Failure>;
}
