//! `log`: a plugin's messages among the host's own.

use sandbox::Level;
use sandbox::capability::log::Log;

/// Writes messages with the names of plugin and application.
pub(crate) struct PluginLog {
    plugin: String,
    application: String,
}

impl PluginLog {
    pub(crate) fn new(plugin: &str, application: &str) -> Self {
        Self { plugin: plugin.to_owned(), application: application.to_owned() }
    }
}

impl Log for PluginLog {
    fn emit(&self, level: Level, message: &str, fields: &[(String, String)]) {
        let (plugin, application) = (&*self.plugin, &*self.application);
        let fields = fields.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(" ");
        match level {
            Level::Debug => tracing::debug!(plugin, application, fields, "{message}"),
            Level::Info => tracing::info!(plugin, application, fields, "{message}"),
            Level::Warn => tracing::warn!(plugin, application, fields, "{message}"),
            Level::Error => tracing::error!(plugin, application, fields, "{message}"),
        }
    }
}
