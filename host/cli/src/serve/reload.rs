//! Follows the configuration: a changed one is put in force as a whole, a broken one changes nothing.

use std::sync::Arc;
use std::time::Duration;

use credentials::Broker;
use generate::{Generator, PluginName, Service};
use tokio::signal::unix::Signal;
use tokio::task::AbortHandle;

use crate::args::Global;
use crate::config::{self, Config, Stamp};
use crate::exit::{Code, Failure};
use crate::outside::{self, Purpose};
use crate::{paths, wiring};

/// How often the files are looked at. SIGHUP has them looked at once more.
const INTERVAL: Duration = Duration::from_secs(5);

/// What follows the configuration of a running server.
pub(super) struct Reload {
    global: Global,
    stamp: Stamp,
    /// What is fixed once sockets are bound.
    bound: Bound,
    generator: Arc<Generator>,
    /// Follows the sources of credentials.
    watching: AbortHandle,
}

/// The part of a configuration that only a restart can change.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Bound {
    plugins: Vec<String>,
    server: serde_json::Value,
}

// === impl Reload ===

impl Reload {
    /// Follows what `config` was read from, as it was at `stamp`.
    pub(super) fn new(
        global: Global,
        stamp: Stamp,
        config: &Config,
        broker: Broker,
        generator: Arc<Generator>,
    ) -> Self {
        Self { global, stamp, bound: Bound::of(config), generator, watching: watch(broker) }
    }

    /// Follows it for ever.
    pub(super) async fn run(mut self, mut hangup: Signal) {
        loop {
            let asked = tokio::select! {
                _ = hangup.recv() => true,
                () = tokio::time::sleep(INTERVAL) => false,
            };
            let stamp = Stamp::of(self.global.config.as_deref());
            if !asked && stamp == self.stamp {
                continue;
            }
            self.stamp = stamp;
            match self.reload().await {
                Ok(plugins) => tracing::info!(?plugins, "the configuration was read again"),
                Err(failure) => {
                    tracing::error!(error = %failure, "failed to read the configuration again; the last one stays in force");
                }
            }
        }
    }

    async fn reload(&mut self) -> Result<Vec<String>, Failure> {
        let config = config::load(self.global.config.as_deref())?;
        if Bound::of(&config) != self.bound {
            let message = "plugins were added, renamed or removed, or `server` was changed";
            return Err(Failure::new(Code::Configuration, message).with_hint("restart `tiphys serve`"));
        }
        let cache = paths::cache(&self.global, &config);
        let outside = outside::open(&config, &cache, Purpose::Service)?;
        self.generator.replace(wiring::plugins(&config, &cache, &outside).await?);
        std::mem::replace(&mut self.watching, watch(outside.broker)).abort();
        let names = Service::<generate::SourceView>::plugins(&*self.generator);
        Ok(names.into_iter().map(|PluginName { name, version }| format!("{name} {version}")).collect())
    }
}

impl Drop for Reload {
    fn drop(&mut self) {
        self.watching.abort();
    }
}

fn watch(broker: Broker) -> AbortHandle {
    tokio::spawn(async move { broker.watch().await }).abort_handle()
}

// === impl Bound ===

impl Bound {
    fn of(config: &Config) -> Self {
        let plugins = config.plugins_or_builtin().into_iter().map(|plugin| plugin.name).collect();
        // A configuration is data, which always can be written.
        Self { plugins, server: serde_json::to_value(&config.server).unwrap_or_default() }
    }
}
