//! Runs plugin components: compile, limit, instantiate, call, observe.
//!
//! A [`Sandbox`] makes [`Plugin`]s out of components, linked to no more than what was granted. Each
//! [`Call`] runs in a fresh instance that ends with it, within [`Limits`] that hold whatever the
//! plugin does, and comes to an [`Outcome`] or to a [`CallError`] that says who has to act. What a
//! plugin may ask of the world is a trait for each [`Capability`], which the embedder implements;
//! what it asked is in the outcome's [`Observation`]s.
//!
//! This is the only crate that knows wasmtime. It knows no registry, no network and no secret.

mod artifact;
mod budget;
pub mod capability;
mod config;
mod contract;
mod engine;
mod error;
mod instance;
mod link;
mod mac;
mod observation;
mod outcome;
mod plugin;
mod sandbox;
#[cfg(feature = "snapshot")]
mod snapshot;
mod state;
mod ticker;
mod wasi;

pub use crate::capability::{Capabilities, Capability, Grants};
pub use crate::config::{Artifacts, Config, Limits};
pub use crate::contract::exports::tiphys::plugin::generator::{
    Capabilities as Wanted, Collection, Metadata, ParameterAnnouncement,
};
pub use crate::contract::tiphys::plugin::entropy::KeyKind;
pub use crate::contract::tiphys::plugin::log::Level;
pub use crate::contract::tiphys::plugin::registry::{ArtifactVersion, ChartRequest};
pub use crate::contract::tiphys::plugin::types::{
    Application, ApplicationSource, Blame, Cluster, Failure, File, Location, Parameter, ParameterValue,
    Request,
};
pub use crate::engine::precompile;
pub use crate::error::{CallError, Cause, Fault, Limit, LoadError, SetupError, Unfit};
pub use crate::mac::MacKey;
pub use crate::observation::{Fingerprint, Observation, Seen, Subject};
pub use crate::outcome::{Captured, Outcome, Usage};
pub use crate::plugin::{Call, Function, Plugin};
pub use crate::sandbox::{Origin, Precompiled, Sandbox};
#[cfg(feature = "snapshot")]
pub use crate::snapshot::snapshot;
