//! `lookup`: objects of the cluster.

use async_trait::async_trait;

use super::Capability;
use crate::contract::tiphys::plugin::lookup::Host;
use crate::contract::tiphys::plugin::types::Failure;
use crate::observation::{Seen, Subject};
use crate::state::State;

/// Objects of the cluster, or of a snapshot of it.
#[async_trait]
pub trait Lookup: Send + Sync {
    /// The objects of `kind` as JSON; `name` and `namespace` as the contract describes them.
    ///
    /// # Errors
    ///
    /// Fails if it is not granted or the cluster cannot be asked.
    async fn find(
        &self,
        api_version: &str,
        kind: &str,
        namespace: &str,
        name: &str,
    ) -> Result<Vec<String>, Failure>;
}

impl Host for State {
    async fn find(
        &mut self,
        api_version: String,
        kind: String,
        namespace: String,
        name: String,
    ) -> wasmtime::Result<Result<Vec<String>, Failure>> {
        self.enter()?;
        let Some(lookup) = self.capabilities.lookup.clone() else {
            return Ok(Err(Capability::Lookup.absent()));
        };
        let objects = self.wait(lookup.find(&api_version, &kind, &namespace, &name)).await;
        let subject = Subject::Objects { api_version, kind, namespace, name };
        self.observe(subject, seen(&objects))?;
        Ok(objects)
    }
}

pub(crate) fn seen(objects: &Result<Vec<String>, Failure>) -> Seen {
    match objects {
        Ok(none) if none.is_empty() => Seen::Absent,
        _ => Seen::of(objects, |parts, objects| parts.extend(objects)),
    }
}
