//! Argo CD's variables become a plain [`Request`].
//!
//! Application and project come from here and nowhere else: Argo CD writes them itself, and prefixes
//! what a user adds (`ARGOCD_ENV_`, `PARAM_`). What lends out the credential of the source becomes a [`Ticket`],
//! which is no part of the request; variables that contain such a credential are dropped.

mod parameters;

use std::collections::BTreeMap;

use generate::{Application, ApplicationSource, Cluster, Parameter, Request, Ticket};

use crate::proto::plugin::EnvEntry;

pub(crate) use self::parameters::ParametersError;

const USER_PREFIX: &str = "ARGOCD_ENV_";
const PARAMETERS: &str = "ARGOCD_APP_PARAMETERS";
const ASK_PASS_SOCKET: &str = "ARGOCD_ASK_PASS_SOCK";
const ASK_PASS_NONCE: &str = "ARGOCD_GIT_ASKPASS_NONCE";

/// Why the variables make no request.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EnvironmentError {
    /// A variable of Argo CD's own is there twice with different values: which one is true?
    #[error("variable `{0}` was sent twice with different values")]
    Ambiguous(String),
    /// The parameters can't be read.
    #[error(transparent)]
    Parameters(#[from] ParametersError),
}

/// The request that the variables of one call describe.
pub(crate) fn request(entries: Vec<EnvEntry>) -> Result<Request, EnvironmentError> {
    let mut environment = BTreeMap::new();
    let mut own = Own::default();
    for EnvEntry { name, value } in entries {
        match name.strip_prefix(USER_PREFIX) {
            Some("") => {}
            // As in a process, the last one counts.
            Some(short) => drop(environment.insert(short.to_owned(), value)),
            None => own.insert(name, value)?,
        }
    }
    Ok(Request {
        parameters: own.parameters()?,
        application: own.application(),
        environment: environment.into_iter().collect(),
        cluster: own.cluster(),
    })
}

/// The name of the application, for messages about a call that has not come further.
pub(crate) fn application_name(entries: &[EnvEntry]) -> &str {
    entries.iter().find(|entry| entry.name == "ARGOCD_APP_NAME").map_or("", |entry| &entry.value)
}

/// The right to ask for the credential of the application's source, where Argo CD lends it.
pub(crate) fn ticket(entries: &[EnvEntry]) -> Option<Ticket> {
    let value = |name| entries.iter().find(|entry| entry.name == name).map(|entry| entry.value.clone());
    let present = |name| value(name).filter(|value| !value.is_empty());
    Some(Ticket { socket: present(ASK_PASS_SOCKET)?.into(), nonce: present(ASK_PASS_NONCE)?.into() })
}

/// Argo CD's own variables.
#[derive(Default)]
struct Own(BTreeMap<String, String>);

// === impl Own ===

impl Own {
    fn insert(&mut self, name: String, value: String) -> Result<(), EnvironmentError> {
        if !name.starts_with("ARGOCD_APP_") && !name.starts_with("KUBE_") {
            return Ok(());
        }
        match self.0.get(&name) {
            Some(other) if *other != value => Err(EnvironmentError::Ambiguous(name)),
            _ => {
                self.0.insert(name, value);
                Ok(())
            }
        }
    }

    fn take(&mut self, name: &str) -> String {
        self.0.remove(name).unwrap_or_default()
    }

    fn parameters(&mut self) -> Result<Vec<Parameter>, ParametersError> {
        parameters::parse(&self.take(PARAMETERS))
    }

    fn application(&mut self) -> Application {
        Application {
            name: self.take("ARGOCD_APP_NAME"),
            namespace: self.take("ARGOCD_APP_NAMESPACE"),
            project: Some(self.take("ARGOCD_APP_PROJECT_NAME")).filter(|project| !project.is_empty()),
            revision: self.take("ARGOCD_APP_REVISION"),
            source: ApplicationSource {
                repo_url: self.take("ARGOCD_APP_SOURCE_REPO_URL"),
                path: self.take("ARGOCD_APP_SOURCE_PATH"),
                target_revision: self.take("ARGOCD_APP_SOURCE_TARGET_REVISION"),
                // No variable tells the name of a chart.
                chart: None,
            },
        }
    }

    fn cluster(&mut self) -> Cluster {
        let versions = self.take("KUBE_API_VERSIONS");
        Cluster {
            kube_version: self.take("KUBE_VERSION"),
            api_versions: versions.split(',').filter(|version| !version.is_empty()).map(Into::into).collect(),
        }
    }
}

#[cfg(test)]
mod tests;
