//! A plugin with what the operator wrote for it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use sandbox::{Capabilities, Limits, Metadata, ParameterValue};

use crate::capability::Wiring;
use crate::means::Means;
use crate::memo::Memo;
use crate::{Application, Error, PluginName};

/// What the operator wrote for a plugin, but for its component and grants.
#[derive(Clone, Debug)]
pub struct PluginConfig {
    /// Parameters for applications that do not set them.
    pub parameters: BTreeMap<String, ParameterValue>,
    /// What one call may use.
    pub limits: Limits,
    /// Whether it may be asked if an application is one of its own.
    pub discovery: bool,
    /// Whether an answer without manifests is one.
    pub allow_empty: bool,
    /// How many bytes of answers are kept, to be given again while nothing has changed.
    pub memo: u64,
}

/// A plugin that is ready to be asked.
pub struct Plugin {
    pub(crate) component: sandbox::Plugin,
    pub(crate) config: PluginConfig,
    pub(crate) metadata: Metadata,
    pub(crate) wiring: Wiring,
    pub(crate) memo: Memo,
}

impl Plugin {
    /// Asks `component` what it is.
    ///
    /// # Errors
    ///
    /// It does not come to an answer.
    pub async fn new(
        component: sandbox::Plugin,
        config: PluginConfig,
        wiring: Wiring,
    ) -> Result<Self, Error> {
        let call = sandbox::Call { limits: config.limits, time: SystemTime::now(), ..sandbox::Call::new() };
        let metadata = component.describe(call).await?.answer?;
        let memo = Memo::new(config.memo);
        Ok(Self { component, config, metadata, wiring, memo })
    }

    /// Its name in the configuration and the version that it says it has.
    #[must_use]
    pub fn name(&self) -> PluginName {
        PluginName { name: self.component.name().to_owned(), version: self.metadata.version.clone() }
    }

    /// The component behind it.
    #[must_use]
    pub const fn component(&self) -> &sandbox::Plugin {
        &self.component
    }

    /// What answers its host calls while it works for `application`.
    pub(crate) fn capabilities(&self, application: &Application, means: &Means) -> Capabilities {
        let name = self.component.name();
        let wired = self.wiring.capabilities(name, application, means.source_access.as_ref());
        Capabilities { source: Some(Arc::clone(&means.source)), ..wired }
    }
}
