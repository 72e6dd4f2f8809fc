//! Argo CD's plugin service on one socket.

use std::sync::Arc;

use generate::{Announcement, Collection, Target};
use tonic::{Request, Response, Status, Streaming};

use crate::call::Calls;
use crate::error::Phase;
use crate::proto::plugin::config_management_plugin_service_server::ConfigManagementPluginService;
use crate::proto::plugin::{
    AppStreamRequest, CheckPluginConfigurationResponse, ManifestResponse, ParametersAnnouncementResponse,
    RepositoryResponse,
};
use crate::proto::repository::ParameterAnnouncement;

type Upload = Request<Streaming<AppStreamRequest>>;

/// How a socket takes part in Argo CD's search for a plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Discovery {
    /// As the service says.
    Asked,
    /// It doesn't: it is there for those who name it. Every socket that does costs Argo CD the
    /// transfer of a repository.
    Off,
}

/// What one socket serves.
#[derive(Clone)]
pub(crate) struct Plugin {
    pub(crate) calls: Arc<Calls>,
    pub(crate) target: Target,
    pub(crate) discovery: Discovery,
}

#[tonic::async_trait]
impl ConfigManagementPluginService for Plugin {
    async fn check_plugin_configuration(
        &self,
        _: Request<()>,
    ) -> Result<Response<CheckPluginConfigurationResponse>, Status> {
        let is_discovery_configured =
            self.discovery == Discovery::Asked && self.calls.service.has_discovery(&self.target);
        // A plugin never sees the credential of the source; it is for what is fetched on its behalf.
        let provide_git_creds = self.calls.service.needs_source_access(&self.target);
        Ok(Response::new(CheckPluginConfigurationResponse { is_discovery_configured, provide_git_creds }))
    }

    async fn match_repository(&self, upload: Upload) -> Result<Response<RepositoryResponse>, Status> {
        let target = self.target.clone();
        let found = self
            .calls
            .answer(target, Phase::Discover, upload, |service, target, call| service.discover(target, call))
            .await?;
        Ok(Response::new(RepositoryResponse {
            is_supported: found.supported,
            is_discovery_enabled: found.discovery,
        }))
    }

    async fn get_parameters_announcement(
        &self,
        upload: Upload,
    ) -> Result<Response<ParametersAnnouncementResponse>, Status> {
        let target = self.target.clone();
        let announcements = self
            .calls
            .answer(target, Phase::Parameters, upload, |service, target, call| {
                service.parameters(target, call)
            })
            .await?;
        let parameter_announcements = announcements.into_iter().map(wire).collect();
        Ok(Response::new(ParametersAnnouncementResponse { parameter_announcements }))
    }

    async fn generate_manifest(&self, upload: Upload) -> Result<Response<ManifestResponse>, Status> {
        let target = self.target.clone();
        let manifests = self
            .calls
            .answer(target, Phase::Generate, upload, |service, target, call| service.generate(target, call))
            .await?;
        Ok(Response::new(ManifestResponse { manifests, source_type: String::new() }))
    }
}

fn wire(announcement: Announcement) -> ParameterAnnouncement {
    ParameterAnnouncement {
        name: announcement.name,
        title: announcement.title,
        tooltip: announcement.tooltip,
        required: announcement.required,
        item_type: announcement.item_type,
        collection_type: match announcement.collection {
            Collection::Text => "string",
            Collection::Items => "array",
            Collection::Entries => "map",
        }
        .to_owned(),
        string: announcement.text,
        array: announcement.items,
        map: announcement.entries.into_iter().collect(),
    }
}
