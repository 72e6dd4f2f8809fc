//! The sandbox: one engine, its clock, and the components compiled for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use cache::Digest;
use tokio::sync::{OnceCell, Semaphore};
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::artifact::{Found, Store};
use crate::capability::Grants;
use crate::config::Config;
use crate::error::{LoadError, SetupError, Unfit};
use crate::link;
use crate::plugin::Plugin;
use crate::ticker::Ticker;
use crate::{engine, error::Cause};

/// Compiles components and runs them. It is made once; clones are the same sandbox.
#[derive(Clone)]
pub struct Sandbox(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) engine: Engine,
    pub(crate) ticker: Ticker,
    /// As many as there are places for instances.
    pub(crate) places: Arc<Semaphore>,
    pub(crate) memory: u64,
    store: Option<Store>,
    components: Mutex<HashMap<Digest, Weak<Cell>>>,
}

/// A component that is part of the embedder's program, with its machine code.
#[derive(Clone, Debug)]
pub struct Precompiled {
    /// The component.
    pub component: &'static [u8],
    /// The component's digest. The embedder knows it beforehand, so that no start has to compute it.
    pub digest: Digest,
    /// What [`precompile`](crate::precompile) made of the component.
    pub code: &'static [u8],
}

/// A component that is compiled once, however many ask for it. Plugins keep it, so that those made of the same
/// component share its code.
pub(crate) type Cell = OnceCell<Result<Compiled, Arc<Unfit>>>;

/// A component that is ready to be linked.
#[derive(Clone)]
pub(crate) struct Compiled {
    component: Component,
    origin: Origin,
    took: Duration,
}

/// Where a plugin's machine code came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// It was handed over with the component, made by [`precompile`](crate::precompile).
    Precompiled,
    /// It was kept from an earlier start.
    Kept,
    /// It was compiled now.
    Compiled,
    /// It was compiled now, because what was kept or handed over could not be used.
    Recompiled,
}

// === impl Precompiled ===

impl Precompiled {
    /// A component whose digest is not known yet.
    #[must_use]
    pub fn of(component: &'static [u8], code: &'static [u8]) -> Self {
        Self { component, digest: Digest::of(component), code }
    }
}

// === impl Sandbox ===

impl Sandbox {
    /// Sets up a sandbox.
    ///
    /// # Errors
    ///
    /// Fails if this machine cannot run one, or the directory for compiled components cannot be used.
    pub fn new(config: Config) -> Result<Self, SetupError> {
        let engine = engine::engine(&config)?;
        let ticker = Ticker::start(&engine).map_err(SetupError::Ticker)?;
        let fingerprint = engine::fingerprint(&engine);
        let store = config.artifacts.map(|artifacts| Store::open(artifacts, fingerprint)).transpose();
        Ok(Self(Arc::new(Inner {
            engine,
            ticker,
            places: Arc::new(Semaphore::new(config.concurrency.max(1) as usize)),
            memory: config.memory,
            store: store.map_err(SetupError::Artifacts)?,
            components: Mutex::default(),
        })))
    }

    /// Makes the plugin called `name` out of `component`. Compiling takes about a second for each
    /// megabyte and happens on tokio's blocking threads, once for each component.
    ///
    /// # Errors
    ///
    /// Fails if the bytes are no plugin, or want more than `grants`.
    pub async fn load(&self, name: &str, component: &[u8], grants: Grants) -> Result<Plugin, LoadError> {
        let (sandbox, bytes) = (Arc::clone(&self.0), component.to_vec());
        let digest = Digest::of(component);
        let key = digest.clone();
        self.finish(name, digest, grants, move || sandbox.compile(&key, &bytes)).await
    }

    /// Makes the plugin called `name` out of machine code. If that is not for this engine or processor, the component
    /// is compiled; else it is not even looked at.
    ///
    /// # Errors
    ///
    /// As [`Self::load`].
    ///
    /// # Safety
    ///
    /// The code must be what `precompile` returned, unchanged: it becomes part of this process.
    #[expect(unsafe_code, reason = "machine code is as trustworthy as its caller says")]
    pub async unsafe fn load_precompiled(
        &self,
        name: &str,
        Precompiled { component, digest, code }: Precompiled,
        grants: Grants,
    ) -> Result<Plugin, LoadError> {
        let sandbox = Arc::clone(&self.0);
        let key = digest.clone();
        let compile = move || {
            // SAFETY: this function's own requirement.
            match unsafe { Component::deserialize(&sandbox.engine, code) } {
                Ok(component) => Ok((component, Origin::Precompiled)),
                Err(error) => {
                    tracing::warn!(%error, "the machine code made for a plugin does not fit: compiling");
                    sandbox.compile(&key, component).map(|(component, _)| (component, Origin::Recompiled))
                }
            }
        };
        self.finish(name, digest, grants, compile).await
    }

    /// How many calls are running.
    #[must_use]
    pub fn running(&self) -> usize {
        usize::try_from(
            self.0.engine.pooling_allocator_metrics().map_or(0, |pool| pool.component_instances()),
        )
        .unwrap_or(usize::MAX)
    }

    async fn finish(
        &self,
        name: &str,
        digest: Digest,
        grants: Grants,
        compile: impl FnOnce() -> Result<(Component, Origin), Unfit> + Send + 'static,
    ) -> Result<Plugin, LoadError> {
        let unfit = |reason| LoadError { plugin: name.to_owned(), reason };
        let cell = self.0.cell(&digest);
        let compiled = cell.get_or_init(|| off_thread(compile)).await.clone().map_err(unfit)?;
        let linked = link::link(&self.0.engine, &compiled.component, grants)
            .map_err(|reason| unfit(Arc::new(reason)))?;
        Ok(Plugin::new(
            Arc::clone(&self.0),
            name.to_owned(),
            digest,
            grants,
            linked,
            (compiled.origin, compiled.took),
            cell,
        ))
    }
}

/// Does the work on a thread that may be busy for long.
async fn off_thread(
    compile: impl FnOnce() -> Result<(Component, Origin), Unfit> + Send + 'static,
) -> Result<Compiled, Arc<Unfit>> {
    let work = tokio::task::spawn_blocking(move || {
        let start = Instant::now();
        compile().map(|(component, origin)| Compiled { component, origin, took: start.elapsed() })
    });
    work.await.unwrap_or(Err(Unfit::Interrupted)).map_err(Arc::new)
}

// === impl Inner ===

impl Inner {
    fn cell(&self, digest: &Digest) -> Arc<Cell> {
        let mut components = self.components.lock().unwrap_or_else(PoisonError::into_inner);
        components.retain(|_, cell| cell.strong_count() > 0);
        components.get(digest).and_then(Weak::upgrade).unwrap_or_else(|| {
            let cell = Arc::new(Cell::new());
            components.insert(digest.clone(), Arc::downgrade(&cell));
            cell
        })
    }

    fn compile(&self, digest: &Digest, bytes: &[u8]) -> Result<(Component, Origin), Unfit> {
        check_format(bytes)?;
        let mut origin = Origin::Compiled;
        match self.kept(digest) {
            Ok(Some(component)) => return Ok((component, Origin::Kept)),
            Ok(None) => {}
            Err(error) => {
                tracing::warn!(%digest, error = &*error, "compiled code cannot be used: compiling again");
                origin = Origin::Recompiled;
            }
        }
        let component =
            Component::from_binary(&self.engine, bytes).map_err(|error| Unfit::Compile(error.into()))?;
        self.keep(digest, &component);
        Ok((component, origin))
    }

    /// The component from an earlier start.
    fn kept(&self, digest: &Digest) -> Result<Option<Component>, Cause> {
        let Some(store) = &self.store else { return Ok(None) };
        match store.get(digest)? {
            Found::Nothing => Ok(None),
            Found::Forged(path) => Err(format!(
                "`{}` was not written by this installation, or was changed since",
                path.display()
            )
            .into()),
            Found::Code(code) => Ok(Some(self.revive(&code)?)),
        }
    }

    #[expect(unsafe_code, reason = "the only place where kept machine code is loaded")]
    fn revive(&self, code: &[u8]) -> wasmtime::Result<Component> {
        // SAFETY: the code's signature shows that `keep` wrote it, for this component and engine;
        // it is in memory, where nobody else can change it.
        unsafe { Component::deserialize(&self.engine, code) }
    }

    /// Keeps the component for later starts. Failing to is no reason not to run it.
    fn keep(&self, digest: &Digest, component: &Component) {
        let Some(store) = &self.store else { return };
        let kept = component.serialize().map_err(Cause::from).and_then(|code| Ok(store.put(digest, &code)?));
        if let Err(error) = kept {
            tracing::warn!(%digest, error = &*error, "failed to keep compiled code");
        }
    }
}

/// Says what `bytes` are, where they are no component.
fn check_format(bytes: &[u8]) -> Result<(), Unfit> {
    const MODULE: &[u8] = &[1, 0, 0, 0];
    if Engine::detect_precompiled(bytes).is_some() {
        return Err(Unfit::MachineCode);
    }
    match bytes.strip_prefix(b"\0asm") {
        None => Err(Unfit::NotWebAssembly),
        Some(rest) if rest.starts_with(MODULE) => Err(Unfit::CoreModule),
        Some(_) => Ok(()),
    }
}
