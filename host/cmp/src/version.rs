//! Argo CD's version service, for those who ask a socket what stands behind it.

use tonic::{Request, Response, Status};

use crate::proto::version::VersionMessage;
use crate::proto::version::version_service_server::VersionService;

/// Answers with the version of this program.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Version;

#[tonic::async_trait]
impl VersionService for Version {
    async fn version(&self, _: Request<()>) -> Result<Response<VersionMessage>, Status> {
        Ok(Response::new(VersionMessage {
            version: concat!("tiphys v", env!("CARGO_PKG_VERSION")).to_owned(),
            compiler: "rustc".to_owned(),
            platform: format!("{}/{}", std::env::consts::OS, std::env::consts::ARCH),
            ..VersionMessage::default()
        }))
    }
}
