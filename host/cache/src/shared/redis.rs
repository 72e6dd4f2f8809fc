//! A Redis, such as the one that Argo CD has.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{AsyncCommands as _, TlsCertificates};

use crate::Digest;
use crate::shared::{Shared, SharedError};

/// What nobody has asked for so long is forgotten: Redis is memory.
const LIFETIME: Duration = Duration::from_secs(7 * 24 * 3600);

/// A Redis at an address that the operator gave.
pub struct Redis {
    connection: ConnectionManager,
}

// === impl Redis ===

impl Redis {
    /// The Redis at `redis://[:PASSWORD@]HOST[:PORT][/DATABASE]`, or `rediss://` for TLS, where `roots` (PEM) replace
    /// the system's. It is connected to when it is first asked.
    ///
    /// # Errors
    /// If this is no such address, or the roots are none. The text does not show the address: it may hold a password.
    pub fn open(url: &str, roots: Option<Vec<u8>>) -> Result<Self, SharedError> {
        let wrong = |error: redis::RedisError| SharedError(error.category().to_owned());
        let is_pem = |roots: &Vec<u8>| String::from_utf8_lossy(roots).contains("-----BEGIN CERTIFICATE-----");
        if !roots.as_ref().is_none_or(is_pem) {
            return Err(SharedError("there is no certificate among its authorities".to_owned()));
        }
        let client = match roots {
            None => redis::Client::open(url),
            Some(_) => {
                redis::Client::build_with_tls(url, TlsCertificates { client_tls: None, root_cert: roots })
            }
        };
        let client = client.map_err(wrong)?;
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(1)
            .set_connection_timeout(Some(Duration::from_secs(2)))
            .set_response_timeout(Some(Duration::from_secs(5)));
        let connection = ConnectionManager::new_lazy_with_config(client, config).map_err(wrong)?;
        Ok(Self { connection })
    }
}

fn key(digest: &Digest) -> String {
    format!("tiphys:blob:{digest}")
}

/// What Redis says, which is never a secret of ours.
fn failed(error: redis::RedisError) -> SharedError {
    SharedError(error.to_string())
}

#[async_trait]
impl Shared for Redis {
    async fn get(&self, digest: &Digest) -> Result<Option<Bytes>, SharedError> {
        let life = redis::Expiry::EX(LIFETIME.as_secs());
        let answer: Option<Vec<u8>> =
            self.connection.clone().get_ex(key(digest), life).await.map_err(failed)?;
        Ok(answer.map(Bytes::from))
    }

    async fn put(&self, digest: &Digest, bytes: &Bytes) -> Result<(), SharedError> {
        let life = LIFETIME.as_secs();
        self.connection.clone().set_ex(key(digest), bytes.as_ref(), life).await.map_err(failed)
    }
}
