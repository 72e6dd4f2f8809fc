//! From names to addresses, once, and through policy (rule R15).

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use policy::{Reach, admit};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Turns a host name into addresses.
#[async_trait]
pub trait Resolver: Send + Sync + 'static {
    /// All addresses of `host`.
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

/// The resolver of the operating system.
#[derive(Clone, Copy, Debug)]
pub struct SystemResolver;

#[async_trait]
impl Resolver for SystemResolver {
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((host, 0)).await?.map(|address| address.ip()).collect())
    }
}

/// Hands only admitted addresses to the connector, which connects to what it was handed: a name
/// that changes its answer in between gains nothing.
pub(crate) struct AdmittingResolver {
    pub(crate) resolver: Arc<dyn Resolver>,
    pub(crate) reach: Reach,
}

impl Resolve for AdmittingResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (resolver, reach) = (Arc::clone(&self.resolver), self.reach);
        Box::pin(async move {
            let addresses = resolver.resolve(name.as_str()).await?;
            let mut admitted = Vec::with_capacity(addresses.len());
            for address in addresses {
                // One bad address spoils the answer: a name with both kinds is an attempt.
                admit(address, reach)?;
                admitted.push(SocketAddr::new(address, 0));
            }
            Ok(Box::new(admitted.into_iter()) as Addrs)
        })
    }
}
