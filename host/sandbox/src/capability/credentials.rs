//! `credentials`: handles that say which secret to use and carry none.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use wasmtime::component::Resource;

use super::Capability;
use crate::contract::tiphys::plugin::credentials::{Host, HostCredential};
use crate::contract::tiphys::plugin::types::Failure;
use crate::observation::{Seen, Subject};
use crate::state::State;

/// The credentials that one application's project may use.
#[async_trait]
pub trait Credentials: Send + Sync {
    /// The credential for `url`, if there is one.
    ///
    /// # Errors
    ///
    /// Fails if the address is malformed or the credential cannot be looked up.
    async fn find(&self, url: &str) -> Result<Option<Credential>, Failure>;
}

/// A credential's name for people, and what the embedder's network knows it by.
#[derive(Clone)]
pub struct Credential {
    /// May be shown to anybody.
    pub label: String,
    /// Whatever [`Network`](super::network::Network) needs in order to find the secret again. The
    /// sandbox never looks into it and never prints it.
    pub key: Arc<dyn Any + Send + Sync>,
}

impl fmt::Debug for Credential {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Credential").field("label", &self.label).finish_non_exhaustive()
    }
}

impl Host for State {
    async fn find(&mut self, url: String) -> wasmtime::Result<Result<Option<Resource<Credential>>, Failure>> {
        self.enter()?;
        let Some(credentials) = self.capabilities.credentials.clone() else {
            return Ok(Err(Capability::Credentials.absent()));
        };
        let found = self.wait(credentials.find(&url)).await;
        self.observe(Subject::Credential { url }, seen(&found))?;
        match found {
            Ok(Some(credential)) => Ok(Ok(Some(self.table.push(credential)?))),
            Ok(None) => Ok(Ok(None)),
            Err(failure) => Ok(Err(failure)),
        }
    }
}

impl HostCredential for State {
    fn label(&mut self, credential: Resource<Credential>) -> wasmtime::Result<String> {
        self.enter()?;
        Ok(self.table.get(&credential)?.label.clone())
    }

    async fn drop(&mut self, credential: Resource<Credential>) -> wasmtime::Result<()> {
        self.table.delete(credential)?;
        Ok(())
    }
}

pub(crate) fn seen(found: &Result<Option<Credential>, Failure>) -> Seen {
    match found {
        Ok(None) => Seen::Absent,
        _ => Seen::of(found, |parts, credential| {
            parts.extend(credential.iter().map(|credential| &credential.label));
        }),
    }
}
