//! What answers a plugin's host calls: the traits of `sandbox`, over the crates that do the work.

mod entropy;
mod files;
mod log;
mod lookup;

use std::sync::Arc;

use sandbox::capability::entropy::Entropy;
use sandbox::capability::registry::Registry;

pub use self::entropy::{EntropyMode, Key};
pub(crate) use self::log::PluginLog;
pub(crate) use self::lookup::NoObjects;
use crate::Application;

/// Makes the answer to one application's questions.
pub type ForApplication<T> = Arc<dyn Fn(&Application) -> Arc<T> + Send + Sync>;

/// Who answers the host calls of a plugin.
#[derive(Clone)]
pub struct Wiring {
    /// Registries, as an application may use them; absent where the plugin has no such grant.
    pub registry: Option<ForApplication<dyn Registry>>,
    /// How random values are made.
    pub entropy: EntropyMode,
}

impl Wiring {
    pub(crate) fn registry(&self, application: &Application) -> Option<Arc<dyn Registry>> {
        self.registry.as_ref().map(|registry| registry(application))
    }

    pub(crate) fn entropy(&self, application: &Application) -> Arc<dyn Entropy> {
        self.entropy.for_application(application)
    }
}
