//! A gRPC connection to a Unix socket.

use std::path::Path;

use hyper_util::rt::TokioIo;
use tokio::net::UnixStream;
use tonic::transport::{Channel, Endpoint, Error};

/// Connects to the socket at `path`.
pub(crate) async fn connect(path: &Path) -> Result<Channel, Error> {
    let socket = path.to_owned();
    let connector = tower::service_fn(move |_| {
        let socket = socket.clone();
        async move { UnixStream::connect(socket).await.map(TokioIo::new) }
    });
    // The address is of no use to a Unix socket, but HTTP wants one.
    Endpoint::from_static("http://localhost").connect_with_connector(connector).await
}
