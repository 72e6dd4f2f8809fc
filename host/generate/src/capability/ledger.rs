//! What applications asked registries for and what they got: recorded to be locked, or held to what was locked.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use policy::Denial;
use sandbox::{Blame, Failure};

/// What one request for an artifact came to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Resolution {
    /// `oci://REGISTRY/PATH` or the address of a Helm repository, as it was asked for.
    pub repository: String,
    /// The chart's name in it; empty where the address names the artifact.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The version, tag, digest or range that was asked for.
    #[serde(default)]
    pub requested: String,
    /// The version that it came to.
    pub version: String,
    /// Its digest.
    pub digest: String,
}

/// Application → what it asked for and got.
pub type Resolutions = BTreeMap<String, BTreeSet<Resolution>>;

/// What applications asked for, and what they may get.
#[derive(Debug, Default)]
pub struct Ledger {
    locked: Option<Resolutions>,
    found: Mutex<Resolutions>,
    drift: Mutex<BTreeSet<String>>,
    denials: Mutex<Vec<(String, Denial)>>,
}

/// What is asked for: repository, name and version.
pub(super) type Wanted<'a> = (&'a str, &'a str, &'a str);

// === impl Ledger ===

impl Ledger {
    /// A ledger under which applications get what is in `locked` and nothing else.
    #[must_use]
    pub fn locked(locked: Resolutions) -> Self {
        Self { locked: Some(locked), ..Self::default() }
    }

    /// What applications have got so far.
    #[must_use]
    pub fn found(&self) -> Resolutions {
        guard(&self.found).clone()
    }

    /// Whether something was asked for that is not locked, or is another than was locked.
    #[must_use]
    pub fn has_drift(&self) -> bool {
        !guard(&self.drift).is_empty()
    }

    /// Who said no, if that is what `message` is about.
    #[must_use]
    pub fn denial(&self, message: &str) -> Option<Denial> {
        let denials = guard(&self.denials);
        denials.iter().find(|(said, _)| message.contains(said)).map(|(_, denial)| *denial)
    }

    /// Notes that somebody said no.
    pub(super) fn denied(&self, message: &str, denial: Denial) {
        guard(&self.denials).push((message.to_owned(), denial));
    }

    /// The version that `application` is to ask for instead of `wanted`.
    pub(super) fn version(&self, application: &str, wanted: Wanted<'_>) -> Result<String, Failure> {
        let (repository, _, requested) = wanted;
        let Some(locked) = &self.locked else { return Ok(requested.to_owned()) };
        match pinned(locked, application, wanted) {
            // In a registry a digest names the chart; in a Helm repository its version does.
            Some(pin) if !repository.starts_with("http") => Ok(pin.digest.clone()),
            Some(pin) => Ok(pin.version.clone()),
            None => Err(self.drifted(format!("{} is not in the lock file", named(wanted)))),
        }
    }

    /// Notes what `application` got for `wanted`.
    pub(super) fn note(
        &self,
        application: &str,
        wanted: Wanted<'_>,
        version: &str,
        digest: &str,
    ) -> Result<(), Failure> {
        let pin = self.locked.as_ref().and_then(|locked| pinned(locked, application, wanted));
        if let Some(pin) = pin.filter(|pin| pin.digest != digest) {
            let message =
                format!("{} is `{digest}` now, and `{}` in the lock file", named(wanted), pin.digest);
            return Err(self.drifted(message));
        }
        let (repository, name, requested) = wanted;
        let resolution = Resolution {
            repository: repository.to_owned(),
            name: name.to_owned(),
            requested: requested.to_owned(),
            version: pin.map_or(version, |pin| &pin.version).to_owned(),
            digest: digest.to_owned(),
        };
        guard(&self.found).entry(application.to_owned()).or_default().insert(resolution);
        Ok(())
    }

    fn drifted(&self, message: String) -> Failure {
        guard(&self.drift).insert(message.clone());
        let hint = Some("`tiphys lock` writes down what is meant now".to_owned());
        Failure { blame: Blame::Application, message, hint, location: None }
    }
}

fn pinned<'a>(locked: &'a Resolutions, application: &str, wanted: Wanted<'_>) -> Option<&'a Resolution> {
    let (repository, name, requested) = wanted;
    let of_application = locked.get(application)?;
    of_application
        .iter()
        .find(|pin| pin.repository == repository && pin.name == name && pin.requested == requested)
}

fn named((repository, name, requested): Wanted<'_>) -> String {
    let words = [repository, name, requested].into_iter().filter(|word| !word.is_empty());
    format!("`{}`", words.collect::<Vec<_>>().join(" "))
}

fn guard<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
