//! Renders sources the way the sidecar does: what `render`, `diff`, `lock` and `vendor` have in common.

use std::path::PathBuf;
use std::sync::Arc;

use generate::capability::{Ledger, Resolutions};
use generate::{Generator, Rendered};
use registry::Freshness;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use crate::args::{Global, InputArgs};
use crate::config::{self, Config};
use crate::exit::{Code, Failure, Origin};
use crate::lock::Lock;
use crate::outside::{self, Purpose};
use crate::render::{Job, jobs};
use crate::{paths, wiring};

/// Plugins that are loaded, and what they may fetch.
pub(crate) struct Session {
    config: Config,
    generator: Arc<Generator>,
    ledger: Arc<Ledger>,
}

/// What is taken of a render.
type Take = fn(Rendered) -> Result<Vec<String>, generate::Error>;

/// Where what is fetched comes from and stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fetching {
    pub(crate) freshness: Freshness,
    /// The folder; without it, the cache.
    pub(crate) folder: Option<PathBuf>,
    /// What alone may be fetched.
    pub(crate) locked: Option<Resolutions>,
}

// === impl Fetching ===

impl Fetching {
    /// As the flags say.
    pub(crate) fn of(input: &InputArgs) -> Result<Self, Failure> {
        if let Some(folder) = input.vendored.as_ref().filter(|folder| !folder.is_dir()) {
            return Err(Failure::usage(format!("there is no folder `{}`", folder.display()))
                .with_hint("`tiphys vendor SOURCE --into DIR` fills one"));
        }
        let locked = input.locked.then(|| Lock::load(&input.lock_file)).transpose()?;
        Ok(Self {
            freshness: if input.offline { Freshness::Offline } else { Freshness::Cached },
            folder: input.vendored.clone(),
            locked: locked.map(|lock| lock.applications),
        })
    }
}

// === impl Session ===

impl Session {
    /// Loads the plugins of the configuration.
    pub(crate) async fn open(global: &Global, fetching: Fetching) -> Result<Self, Failure> {
        let config = config::load(global.config.as_deref())?.allowing_empty();
        let cache = paths::cache(global, &config);
        let ledger = Arc::new(fetching.locked.map_or_else(Ledger::default, Ledger::locked));
        let mut outside =
            outside::open(&config, fetching.folder.as_ref().unwrap_or(&cache), Purpose::Person)?;
        outside.freshness = fetching.freshness;
        outside.ledger = Some(Arc::clone(&ledger));
        let generator = Arc::new(wiring::generator(&config, &cache, &outside).await?);
        Ok(Self { config, generator, ledger })
    }

    /// What applications have fetched.
    pub(crate) fn resolutions(&self) -> Resolutions {
        self.ledger.found()
    }

    /// The objects of everything that `sources` name, in their order. All that failed are told.
    pub(crate) async fn render(&self, sources: &[String], input: &InputArgs) -> Result<Vec<String>, Failure> {
        let rendered = self.run(sources, input, |rendered| rendered.manifests).await?;
        Ok(rendered.into_iter().flatten().collect())
    }

    /// The texts of everything that `sources` name, whatever they are.
    pub(crate) async fn write(&self, sources: &[String], input: &InputArgs) -> Result<Vec<String>, Failure> {
        let rendered = self.run(sources, input, |rendered| Ok(rendered.texts)).await?;
        Ok(rendered.into_iter().flatten().collect())
    }

    /// Renders several at once, and takes what is wanted of each.
    async fn run(
        &self,
        sources: &[String],
        input: &InputArgs,
        take: Take,
    ) -> Result<Vec<Vec<String>>, Failure> {
        let mut all = Vec::new();
        for source in sources {
            all.extend(jobs(source, input, &self.config)?);
        }
        let several = all.len() > 1;
        let places = Arc::new(Semaphore::new(wiring::concurrency(&self.config)));
        let running: Vec<_> = all.into_iter().map(|job| self.start(job, several, &places, take)).collect();
        let (mut rendered, mut failures) = (Vec::new(), Vec::new());
        for task in running {
            match task.await.map_err(Failure::bug)? {
                Ok(one) => rendered.push(one),
                Err(failure) => failures.push(failure),
            }
        }
        match failures.is_empty() {
            true => Ok(rendered),
            false => Err(self.told(failures)),
        }
    }

    fn start(
        &self,
        job: Job,
        several: bool,
        places: &Arc<Semaphore>,
        take: Take,
    ) -> JoinHandle<Result<Vec<String>, Failure>> {
        let (generator, places) = (Arc::clone(&self.generator), Arc::clone(places));
        let ledger = Arc::clone(&self.ledger);
        let application = several.then(|| job.call.request.application.name.clone());
        let origin = Box::new(Origin { application, folder: job.folder });
        tokio::spawn(async move {
            let _place = places.acquire_owned().await.map_err(Failure::bug)?;
            let result = generator.render(job.target, job.call).await;
            result.and_then(take).map_err(|error| {
                let denial = ledger.denial(&error.message);
                Failure::Generation { origin, error, denial }
            })
        })
    }

    fn told(&self, failures: Vec<Failure>) -> Failure {
        let code = if self.ledger.has_drift() { Some(Code::Drift) } else { None };
        Failure::Several { code, failures }
    }
}
