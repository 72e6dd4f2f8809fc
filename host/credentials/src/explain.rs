//! Which credential would be used, and why: for `tiphys credentials explain`.

use policy::{Destination, Project, Projects};
use serde::Serialize;

use crate::catalog::{Catalog, source_name};
use crate::entry::{Entry, Login, Problem};
use crate::error::Error;

/// The answer for people and, as JSON, for programs. It has names and no secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// What was asked for.
    pub reference: String,
    /// How it was understood; absent where it was not.
    pub destination: Option<String>,
    /// For whom.
    pub project: Option<String>,
    /// What would be used.
    pub outcome: Outcome,
    /// The entries that apply, best first.
    pub candidates: Vec<Listed>,
    /// Other entries for the same host.
    pub passed_over: Vec<PassedOver>,
    /// What sources hold that can't be used.
    pub problems: Vec<Problem>,
    /// What to do, where something is missing.
    pub hint: Option<String>,
}

/// What would be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "result")]
pub enum Outcome {
    /// This entry.
    Credential {
        /// Its name.
        label: String,
    },
    /// Nothing: the registry is asked as everybody may.
    Anonymous,
    /// The request would fail.
    Error {
        /// Why.
        message: String,
    },
}

/// An entry, for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Listed {
    /// Its name.
    pub label: String,
    /// What kind of source it is from.
    pub source: String,
    /// What it is for.
    pub prefix: String,
    /// Who may use it.
    pub projects: String,
    /// What kind of login it has.
    pub login: String,
}

/// An entry that does not apply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PassedOver {
    /// The entry.
    #[serde(flatten)]
    pub entry: Listed,
    /// Why it does not.
    pub reason: String,
}

// === impl Explanation ===

impl Explanation {
    pub(crate) fn new(catalog: &Catalog, reference: &str, project: Option<&str>) -> Self {
        let named = project.and_then(Project::named);
        match Destination::parse_reference(reference) {
            Ok(destination) => Self::of(catalog, reference, &destination, named.as_ref()),
            Err(cause) => Self {
                reference: reference.to_owned(),
                destination: None,
                project: project.map(str::to_owned),
                outcome: Outcome::Error {
                    message: format!("`{reference}` is no address of a registry: {cause}"),
                },
                candidates: Vec::new(),
                passed_over: Vec::new(),
                problems: catalog.all_problems(),
                hint: None,
            },
        }
    }

    fn of(catalog: &Catalog, reference: &str, destination: &Destination, project: Option<&Project>) -> Self {
        let candidates = catalog.candidates(destination, project);
        let same_host = catalog.entries.iter().filter(|entry| {
            entry.prefix.origin().host() == destination.origin().host()
                && !candidates.iter().any(|candidate| std::sync::Arc::ptr_eq(candidate, entry))
        });
        let passed_over: Vec<PassedOver> = same_host
            .map(|entry| PassedOver {
                entry: Listed::new(entry),
                reason: why_not(entry, destination, project),
            })
            .collect();
        let outcome = outcome(catalog, destination, project);
        Self {
            hint: hint(&outcome, destination, &passed_over),
            reference: reference.to_owned(),
            destination: Some(destination.to_string()),
            project: project.map(ToString::to_string),
            outcome,
            candidates: candidates.into_iter().map(|entry| Listed::new(entry)).collect(),
            passed_over,
            problems: catalog.all_problems(),
        }
    }
}

// === impl Listed ===

impl Listed {
    fn new(entry: &Entry) -> Self {
        Self {
            label: entry.label.clone(),
            source: source_name(entry.kind).to_owned(),
            prefix: entry.prefix.to_string(),
            projects: entry.projects.to_string(),
            login: entry.login.describe().to_owned(),
        }
    }
}

// === impl Catalog ===

impl Catalog {
    /// What can't be used, entries and others.
    pub(crate) fn all_problems(&self) -> Vec<Problem> {
        let broken = self.entries.iter().filter_map(|entry| match &entry.login {
            Login::Broken(reason) => Some(Problem { label: entry.label.clone(), reason: reason.clone() }),
            _ => None,
        });
        broken.chain(self.problems.iter().cloned()).collect()
    }
}

fn outcome(catalog: &Catalog, destination: &Destination, project: Option<&Project>) -> Outcome {
    match catalog.choose(destination, project) {
        Ok(choice) => choice
            .entry
            .map_or(Outcome::Anonymous, |entry| Outcome::Credential { label: entry.label.clone() }),
        Err(error @ Error::Tie { .. }) => Outcome::Error {
            message: format!("{error}; remove one of them, or give one a longer path or a project"),
        },
        Err(error) => Outcome::Error { message: error.to_string() },
    }
}

fn why_not(entry: &Entry, destination: &Destination, project: Option<&Project>) -> String {
    let (wanted, asked) = (entry.prefix.origin(), destination.origin());
    if wanted.transport() != asked.transport() {
        return "it is for another scheme, and http never gets what is for https".to_owned();
    }
    if wanted.port() != asked.port() {
        return format!("it is for port {}, and {} is asked for", wanted.port(), asked.port());
    }
    if !destination.is_under(&entry.prefix) {
        return format!("`{}` is not below `{}`", destination, entry.prefix);
    }
    match (&entry.projects, project) {
        (Projects::Only(_), None) => format!("it is only for {}, and no project is given", entry.projects),
        (Projects::Only(_), Some(project)) if !entry.projects.admit(Some(project)) => {
            format!("it is only for {}, not for {project}", entry.projects)
        }
        _ => "it has connection settings and no login".to_owned(),
    }
}

fn hint(outcome: &Outcome, destination: &Destination, passed_over: &[PassedOver]) -> Option<String> {
    match (outcome, passed_over.first()) {
        (Outcome::Anonymous, Some(nearest)) => Some(format!(
            "nearest entry: `{}` for `{}`; {}",
            nearest.entry.label, nearest.entry.prefix, nearest.reason
        )),
        (Outcome::Anonymous, None) => Some(format!(
            "no entry is for host `{}`; add an Argo CD repository Secret with `url: oci://{destination}`, or an entry \
             under `credentials:` with `prefix: {destination}`",
            destination.origin().host()
        )),
        _ => None,
    }
}
