//! Puts the parts together as the configuration says.

use std::collections::BTreeMap;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;

use generate::capability::{EntropyMode, Key, Wiring};
use generate::{Generator, ParameterValue, Plugin};
use sandbox::{Artifacts, Capability, Grants, Limits, MacKey, Sandbox};

use crate::builtin;
use crate::config::{Config, EntropyGrant, GrantsConfig, LimitsConfig, ParameterConfig, PluginConfig};
use crate::exit::{Code, Failure};

/// Requests that run at once.
pub(crate) fn concurrency(config: &Config) -> usize {
    let cores = available_parallelism().map_or(2, std::num::NonZero::get);
    config.server.concurrency.unwrap_or(cores * 2).max(1)
}

/// The generator, with every plugin loaded.
pub(crate) async fn generator(config: &Config, cache: &Path) -> Result<Generator, Failure> {
    let sandbox = sandbox(config, cache)?;
    let key = entropy_key(config, cache)?;
    let mut plugins = Vec::new();
    for plugin in config.plugins_or_builtin() {
        plugins.push(load(&sandbox, &plugin, &key).await?);
    }
    Ok(Generator::new(plugins))
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

async fn load(sandbox: &Sandbox, config: &PluginConfig, key: &Key) -> Result<Plugin, Failure> {
    let grants = grants(&config.grants);
    let component = match config.component.split_once(':') {
        Some(("builtin", _)) => {
            #[expect(unsafe_code, reason = "machine code that was made together with this binary")]
            // SAFETY: the build script wrote what `precompile` returned for this component.
            unsafe {
                sandbox.load_precompiled(&config.name, builtin::HELM, builtin::HELM_CODE, grants).await
            }
        }
        Some(("file", path)) => {
            let bytes = fs_err::read(path).map_err(|error| Failure::new(Code::Configuration, error))?;
            sandbox.load(&config.name, &bytes, grants).await
        }
        _ => {
            let message = format!("plugin `{}`: components from registries can't be loaded yet", config.name);
            return Err(Failure::new(Code::Configuration, message).with_hint("use `file:PATH`"));
        }
    };
    let component = component.map_err(generate::Error::from)?;
    let (origin, took) = component.origin();
    tracing::info!(plugin = config.name, ?origin, took_ms = took.as_millis() as u64, "plugin is ready");
    let settings = generate::PluginConfig {
        parameters: parameters(&config.parameters),
        limits: limits(&config.limits),
        discovery: config.discovery,
        allow_empty: config.allow_empty,
    };
    let entropy = match config.grants.entropy {
        EntropyGrant::Random => EntropyMode::Random,
        EntropyGrant::Stable | EntropyGrant::None => EntropyMode::Stable(key.clone()),
    };
    Ok(Plugin::new(component, settings, Wiring { registry: None, entropy }).await?)
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
