//! The question whether a socket is served, as an operator's probe asks it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::channel;

/// Why a socket is not healthy.
#[derive(Debug, thiserror::Error)]
pub enum HealthError {
    /// Nobody listens, or whoever does speaks no HTTP/2.
    #[error("failed to connect to `{}`", path.display())]
    Connect {
        /// The socket.
        path: PathBuf,
        /// Why.
        #[source]
        source: tonic::transport::Error,
    },
    /// The answer is an error.
    #[error("failed to ask `{}`: {message}", path.display())]
    Call {
        /// The socket.
        path: PathBuf,
        /// What came back.
        message: String,
    },
    /// The answer is another than "serving".
    #[error("`{}` answers `{}`", path.display(), status.as_str_name())]
    NotServing {
        /// The socket.
        path: PathBuf,
        /// What it answers.
        status: ServingStatus,
    },
    /// There is no answer.
    #[error("`{}` did not answer within {limit:.1?}", path.display())]
    Timeout {
        /// The socket.
        path: PathBuf,
        /// How long was waited.
        limit: Duration,
    },
}

/// Asks the socket at `path` whether it serves.
///
/// # Errors
/// It can't be connected to, or doesn't answer within `limit` that it serves.
pub async fn check_health(path: &Path, limit: Duration) -> Result<(), HealthError> {
    let outcome = tokio::time::timeout(limit, ask(path)).await;
    let path = path.to_owned();
    match outcome {
        Err(_) => Err(HealthError::Timeout { path, limit }),
        Ok(Err(error)) => Err(error),
        Ok(Ok(ServingStatus::Serving)) => Ok(()),
        Ok(Ok(status)) => Err(HealthError::NotServing { path, status }),
    }
}

async fn ask(path: &Path) -> Result<ServingStatus, HealthError> {
    let connected = channel::connect(path).await;
    let channel = connected.map_err(|source| HealthError::Connect { path: path.to_owned(), source })?;
    let answer = HealthClient::new(channel).check(HealthCheckRequest::default()).await;
    let answer = answer.map_err(|status| HealthError::Call {
        path: path.to_owned(),
        message: format!("{:?}: {}", status.code(), status.message()),
    })?;
    Ok(answer.into_inner().status())
}
