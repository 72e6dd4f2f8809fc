//! Puts the parts together as the configuration says.

use std::collections::BTreeMap;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use generate::capability::{EntropyMode, Key, Wiring};
use generate::{Generator, ParameterValue, Plugin};
use network::Deadline;
use policy::{Grant, Requester};
use registry::{Context, Reference};
use sandbox::{Artifacts, Capability, Grants, Limits, MacKey, Sandbox};

use crate::builtin;
use crate::config::{Config, EntropyGrant, GrantsConfig, LimitsConfig, ParameterConfig, PluginConfig};
use crate::exit::{Code, Failure};
use crate::outside::{self, Outside};

/// How long a plugin may take to arrive.
const PULL_PATIENCE: Duration = Duration::from_secs(60);

/// Requests that run at once.
pub(crate) fn concurrency(config: &Config) -> usize {
    let cores = available_parallelism().map_or(2, std::num::NonZero::get);
    config.server.concurrency.unwrap_or(cores * 2).max(1)
}

/// The generator, with every plugin loaded.
pub(crate) async fn generator(
    config: &Config,
    cache: &Path,
    outside: &Outside,
) -> Result<Generator, Failure> {
    Ok(Generator::new(plugins(config, cache, outside).await?))
}

/// Every plugin, loaded.
pub(crate) async fn plugins(
    config: &Config,
    cache: &Path,
    outside: &Outside,
) -> Result<Vec<Plugin>, Failure> {
    let memo = config.cache.answers.0;
    let loader = Loader { sandbox: sandbox(config, cache)?, key: entropy_key(config, cache)?, outside, memo };
    let mut plugins = Vec::new();
    for plugin in config.plugins_or_builtin() {
        plugins.push(loader.load(&plugin).await?);
    }
    Ok(plugins)
}

/// What every plugin is loaded with.
struct Loader<'a> {
    sandbox: Sandbox,
    key: Key,
    outside: &'a Outside,
    /// Bytes of answers that each plugin keeps.
    memo: u64,
}

fn sandbox(config: &Config, cache: &Path) -> Result<Sandbox, Failure> {
    let concurrency = u32::try_from(concurrency(config)).unwrap_or(u32::MAX);
    let memory =
        config.plugins_or_builtin().iter().map(|plugin| plugin.limits.memory.0).max().unwrap_or_default();
    let mut sizes = sandbox::Config { memory, ..sandbox::Config::new(concurrency) };
    match MacKey::open(&cache.join("artifacts.key")) {
        Ok(key) => sizes = sizes.with_artifacts(Artifacts { directory: cache.join("artifacts"), key }),
        // A file system that is read-only is no reason not to serve: code is compiled at each start.
        Err(error) => tracing::warn!(%error, "compiled plugins are not kept"),
    }
    Sandbox::new(sizes).map_err(Failure::platform)
}

impl Loader<'_> {
    async fn load(&self, config: &PluginConfig) -> Result<Plugin, Failure> {
        let component = self.component(config).await?;
        let (origin, took) = component.origin();
        tracing::info!(plugin = config.name, ?origin, took_ms = took.as_millis() as u64, "plugin is ready");
        let settings = generate::PluginConfig {
            parameters: parameters(&config.parameters),
            limits: limits(&config.limits),
            discovery: config.discovery,
            allow_empty: config.allow_empty,
            memo: self.memo,
        };
        let entropy = match config.grants.entropy {
            EntropyGrant::Random => EntropyMode::Random,
            EntropyGrant::Stable | EntropyGrant::None => EntropyMode::Stable(self.key.clone()),
        };
        let wiring = Wiring { outside: self.outside(&config.grants)?, entropy };
        Ok(Plugin::new(component, settings, wiring).await?)
    }

    async fn component(&self, config: &PluginConfig) -> Result<sandbox::Plugin, Failure> {
        let grants = grants(&config.grants);
        let loaded = match config.component.split_once(':') {
            Some(("builtin", _)) => builtin::load(&self.sandbox, &config.name, grants).await?,
            Some(("file", path)) => {
                let bytes = fs_err::read(path).map_err(|error| Failure::new(Code::Configuration, error))?;
                self.sandbox.load(&config.name, &bytes, grants).await
            }
            _ => {
                let bytes = self.pull(&config.component).await?;
                self.sandbox.load(&config.name, &bytes, grants).await
            }
        };
        Ok(loaded.map_err(generate::Error::from)?)
    }

    /// A component from a registry: what runs here is named by its digest, so that nobody can put another one in its
    /// place.
    async fn pull(&self, component: &str) -> Result<bytes::Bytes, Failure> {
        let reference: Reference =
            component.parse().map_err(|error| Failure::new(Code::Configuration, error))?;
        if reference.digest.is_none() {
            let message =
                format!("`{component}` names no digest, so that it may be another component tomorrow");
            return Err(Failure::new(Code::Configuration, message)
                .with_hint(format!("write `{component}@sha256:…`: `tiphys chart show` prints it")));
        }
        let context = Context::new(Requester::default(), Deadline::after(PULL_PATIENCE));
        let pulled = self.outside.registry.pull_artifact(&context, &reference).await;
        let artifact = pulled.map_err(|error| Failure::from_diagnosis(&error, error.chain()))?;
        Ok(artifact.content)
    }

    fn outside(&self, grants: &GrantsConfig) -> Result<Option<generate::capability::Outside>, Failure> {
        let patterns = |patterns: &[String]| -> Result<Vec<_>, Failure> {
            patterns.iter().map(|text| outside::pattern(text)).collect()
        };
        let grant = Grant { registry: patterns(&grants.registry)?, network: patterns(&grants.network)? };
        let nothing = grant == Grant::default() && !grants.credentials;
        let Outside { registry, network, broker, freshness, ledger, pace } = self.outside.clone();
        let outside = generate::capability::Outside {
            registry,
            network,
            broker,
            grant: Arc::new(grant),
            freshness,
            ledger,
            pace,
        };
        Ok((!nothing).then_some(outside))
    }
}

fn grants(config: &GrantsConfig) -> Grants {
    let granted = [
        (config.source, Capability::Source),
        (!config.registry.is_empty(), Capability::Registry),
        (!config.network.is_empty(), Capability::Network),
        (config.credentials, Capability::Credentials),
        (config.entropy != EntropyGrant::None, Capability::Entropy),
        (true, Capability::Lookup),
        (config.log, Capability::Log),
    ];
    granted.into_iter().filter(|(granted, _)| *granted).map(|(_, capability)| capability).collect()
}

fn limits(config: &LimitsConfig) -> Limits {
    Limits {
        memory: config.memory.0,
        cpu: config.cpu.0,
        wall: config.wall.0,
        output: config.output.0,
        ..Limits::DEFAULT
    }
}

fn parameters(config: &BTreeMap<String, ParameterConfig>) -> BTreeMap<String, ParameterValue> {
    let value = |value: &ParameterConfig| match value {
        ParameterConfig::Text(text) => ParameterValue::Text(text.clone()),
        ParameterConfig::Items(items) => ParameterValue::Items(items.clone()),
        ParameterConfig::Entries(entries) => ParameterValue::Entries(entries.clone().into_iter().collect()),
    };
    config.iter().map(|(name, config)| (name.clone(), value(config))).collect()
}

/// The key of stable values: the operator's, else one that is made once and kept in the cache.
fn entropy_key(config: &Config, cache: &Path) -> Result<Key, Failure> {
    let configured = config.entropy.key_file.as_ref().map(PathBuf::from);
    let path = configured.clone().unwrap_or_else(|| cache.join("entropy.key"));
    match fs_err::read(&path) {
        Ok(secret) if secret.len() >= 32 => Ok(Key::new(&secret)),
        Ok(secret) => {
            let message = format!("`{}` has {} bytes: a key has 32 or more", path.display(), secret.len());
            Err(Failure::new(Code::Configuration, message)
                .with_hint(format!("`head -c 32 /dev/urandom > {}`", path.display())))
        }
        Err(error) if configured.is_some() => Err(Failure::new(Code::Configuration, error)),
        Err(_) => Ok(made_key(&path)),
    }
}

/// A new key, kept at `path` if that can be written.
fn made_key(path: &Path) -> Key {
    let mut secret = [0; 32];
    if let Err(error) = getrandom::fill(&mut secret) {
        tracing::warn!(%error, "stable values follow from the application alone");
    }
    let write = || -> std::io::Result<()> {
        use std::io::Write as _;
        if let Some(folder) = path.parent() {
            fs_err::create_dir_all(folder)?;
        }
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true).mode(0o600).open(path)?.write_all(&secret)
    };
    if let Err(error) = write() {
        tracing::warn!(path = %path.display(), %error, "random values are stable only until this process ends: set `entropy.keyFile`");
    }
    Key::new(&secret)
}
