//! Answers questions about applications by running plugins.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant, SystemTime};

use futures::future::BoxFuture;
use sandbox::capability::source::Source;
use sandbox::{Outcome, ParameterAnnouncement, Usage};

use crate::means::Means;
use crate::service::{Call, Match, PluginName, Service, Target};
use crate::{Blame, Error, Plugin, Request, manifests, settings};

/// The plugins, and what runs them.
pub struct Generator {
    plugins: RwLock<Arc<[Arc<Plugin>]>>,
}

/// A generation that came to an end.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// What the plugin wrote, untouched.
    pub texts: Vec<String>,
    /// The objects in it as compact JSON, in the order of the texts, if that is what it is.
    pub manifests: Result<Vec<String>, Error>,
    /// The plugin that wrote it.
    pub plugin: PluginName,
    /// What the plugin used.
    pub usage: Usage,
    /// Time to split, parse and check the manifests.
    pub parsing: Duration,
}

// === impl Generator ===

impl Generator {
    /// A generator for `plugins`, in the order of the configuration.
    #[must_use]
    pub fn new(plugins: Vec<Plugin>) -> Self {
        Self { plugins: RwLock::new(shared(plugins)) }
    }

    /// Puts other plugins in their place. Generations that have begun end with the old ones.
    pub fn replace(&self, plugins: Vec<Plugin>) {
        *self.plugins.write().unwrap_or_else(PoisonError::into_inner) = shared(plugins);
    }

    /// Generates manifests, and tells what it took.
    ///
    /// # Errors
    ///
    /// There is no such plugin, or it fails.
    pub async fn render<T: Source + 'static>(
        &self,
        target: Target,
        call: Call<T>,
    ) -> Result<Rendered, Error> {
        let (request, means) = Means::of(call);
        let plugin = self.choose(&target, &request, &means).await?;
        let request = plugin.settle(request)?;
        plugin.run(&request, &means).await
    }

    /// The manifests: those of the last time, if nothing has changed that they came of.
    async fn answer<T: Source + 'static>(&self, target: Target, call: Call<T>) -> Result<Vec<String>, Error> {
        let (request, means) = Means::of(call);
        let plugin = self.choose(&target, &request, &means).await?;
        let request = plugin.settle(request)?;
        if let Some(manifests) = plugin.recall(&request, &means).await {
            log_unchanged(&plugin, &request, manifests.len());
            return Ok(manifests.to_vec());
        }
        plugin.run(&request, &means).await?.manifests
    }

    fn all(&self) -> Arc<[Arc<Plugin>]> {
        Arc::clone(&self.plugins.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn named(&self, name: &str) -> Result<Arc<Plugin>, Error> {
        let plugins = self.all();
        plugins.iter().find(|plugin| plugin.component.name() == name).cloned().ok_or_else(|| {
            let names: Vec<String> =
                plugins.iter().map(|plugin| format!("`{}`", plugin.component.name())).collect();
            Error::new(Blame::Platform, format!("there is no plugin `{name}`"))
                .with_hint(format!("configured are {}", names.join(", ")))
        })
    }

    /// The plugin that is to answer.
    async fn choose(&self, target: &Target, request: &Request, means: &Means) -> Result<Arc<Plugin>, Error> {
        if let Target::Plugin(name) = target {
            return self.named(name);
        }
        for plugin in self.all().iter().filter(|plugin| plugin.config.discovery) {
            if plugin.discovers(request.clone(), means).await? {
                return Ok(Arc::clone(plugin));
            }
        }
        let message = format!("no plugin recognises the files of application `{}`", request.application.name);
        Err(Error::new(Blame::Application, message).with_hint("name one under `spec.source.plugin.name`"))
    }
}

impl<T: Source + 'static> Service<T> for Generator {
    fn plugins(&self) -> Vec<PluginName> {
        self.all().iter().map(|plugin| plugin.name()).collect()
    }

    fn has_discovery(&self, target: &Target) -> bool {
        match target {
            Target::Plugin(name) => self.named(name).is_ok_and(|plugin| plugin.config.discovery),
            Target::Discovery => true,
        }
    }

    fn needs_source_access(&self, target: &Target) -> bool {
        let fetches = |plugin: &Plugin| plugin.wiring.outside.is_some();
        match target {
            Target::Plugin(name) => self.named(name).is_ok_and(|plugin| fetches(&plugin)),
            Target::Discovery => self.all().iter().any(|plugin| fetches(plugin)),
        }
    }

    fn discover(&self, target: Target, call: Call<T>) -> BoxFuture<'_, Result<Match, Error>> {
        Box::pin(async move {
            let discovery = Service::<T>::has_discovery(self, &target);
            let (request, means) = Means::of(call);
            let supported = match &target {
                Target::Plugin(name) if discovery => self.named(name)?.discovers(request, &means).await?,
                Target::Plugin(_) => false,
                Target::Discovery => {
                    self.choose(&target, &request, &means).await.map(|_| true).or_else(|error| {
                        if error.blame == Blame::Application { Ok(false) } else { Err(error) }
                    })?
                }
            };
            Ok(Match { supported, discovery })
        })
    }

    fn parameters(
        &self,
        target: Target,
        call: Call<T>,
    ) -> BoxFuture<'_, Result<Vec<ParameterAnnouncement>, Error>> {
        Box::pin(async move {
            let (request, means) = Means::of(call);
            let plugin = self.choose(&target, &request, &means).await?;
            let request = plugin.settle(request)?;
            let outcome = plugin.component.parameters(&request, plugin.call(&request, &means)).await?;
            answer(&outcome).cloned()
        })
    }

    fn generate(&self, target: Target, call: Call<T>) -> BoxFuture<'_, Result<Vec<String>, Error>> {
        Box::pin(self.answer(target, call))
    }
}

// === impl Plugin ===

impl Plugin {
    fn settle(&self, request: Request) -> Result<Request, Error> {
        settings::settle(request, self.component.name(), &self.metadata.parameters, &self.config.parameters)
    }

    fn call(&self, request: &Request, means: &Means) -> sandbox::Call {
        sandbox::Call {
            capabilities: self.capabilities(&request.application, means),
            limits: self.config.limits,
            deadline: means.deadline,
            time: SystemTime::now(),
        }
    }

    /// Runs the plugin, and remembers what came of it.
    async fn run(&self, request: &Request, means: &Means) -> Result<Rendered, Error> {
        let outcome = self.component.generate(request, self.call(request, means)).await?;
        let texts = answer(&outcome)?.clone();
        let begun = Instant::now();
        let manifests = self.manifests(&texts, request);
        if let Ok(manifests) = &manifests {
            self.memo.remember(request, outcome.observations, manifests);
        }
        let parsing = begun.elapsed();
        let rendered = Rendered { texts, manifests, plugin: self.name(), usage: outcome.usage, parsing };
        log(&rendered, request);
        Ok(rendered)
    }

    /// The objects in what the plugin wrote.
    fn manifests(&self, texts: &[String], request: &Request) -> Result<Vec<String>, Error> {
        let manifests = manifests::parse(texts).map_err(|error| error.blamed_on(&self.metadata.name))?;
        if manifests.is_empty() && !self.config.allow_empty {
            return Err(nothing(self, request));
        }
        Ok(manifests)
    }

    /// What was answered the last time, if it still holds. Whoever has no time to find out runs the plugin, which
    /// says so.
    async fn recall(&self, request: &Request, means: &Means) -> Option<Arc<[String]>> {
        let capabilities = self.capabilities(&request.application, means);
        let recall = self.memo.recall(request, &capabilities);
        match means.deadline {
            Some(deadline) => tokio::time::timeout_at(deadline.into(), recall).await.ok().flatten(),
            None => recall.await,
        }
    }

    async fn discovers(&self, request: Request, means: &Means) -> Result<bool, Error> {
        let request = self.settle(request)?;
        let outcome = self.component.discover(&request, self.call(&request, means)).await?;
        answer(&outcome).copied()
    }
}

fn shared(plugins: Vec<Plugin>) -> Arc<[Arc<Plugin>]> {
    plugins.into_iter().map(Arc::new).collect()
}

fn answer<T>(outcome: &Outcome<T>) -> Result<&T, Error> {
    outcome.answer.as_ref().map_err(|failure| {
        let mut error = Error::from(failure.clone());
        if !outcome.stderr.text.is_empty() {
            error.message =
                format!("{}\nthe plugin's stderr:\n{}", error.message, outcome.stderr.text.trim_end());
        }
        error
    })
}

fn nothing(plugin: &Plugin, request: &Request) -> Error {
    let name = plugin.component.name();
    let message = format!(
        "plugin `{name}` made no manifests for application `{}`; with automatic pruning that would delete all it has",
        request.application.name
    );
    Error::new(Blame::Application, message)
        .with_hint(format!("if that is right, under plugin `{name}`: `allowEmpty: true`"))
}

fn log(rendered: &Rendered, request: &Request) {
    tracing::info!(
        application = request.application.name,
        project = request.application.project,
        plugin = rendered.plugin.name,
        objects = rendered.manifests.as_ref().map_or(0, Vec::len),
        running_ms = rendered.usage.running.as_millis() as u64,
        waiting_ms = rendered.usage.waiting.as_millis() as u64,
        memory = rendered.usage.memory,
        "generated manifests"
    );
}

fn log_unchanged(plugin: &Plugin, request: &Request, objects: usize) {
    tracing::info!(
        application = request.application.name,
        project = request.application.project,
        plugin = plugin.component.name(),
        objects,
        "nothing has changed since the last generation"
    );
}
