//! `Chart.yaml`, and the older `requirements.yaml`: their model and its validation.

use gotemplate::unicode::is_print;
use goyaml::Value;
use goyaml::sigs::DecodeError;

use crate::decode::{Decoder, document};
use crate::profile::{Major, Profile};
use crate::text::quote;

/// What a chart says about itself.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Metadata {
    /// The name; of an aliased subchart the alias.
    pub name: String,
    /// A page about the project.
    pub home: String,
    /// Where the source code is.
    pub sources: Vec<String>,
    /// The chart's version.
    pub version: String,
    /// One sentence.
    pub description: String,
    /// Words to find the chart by.
    pub keywords: Vec<String>,
    /// Who maintains the chart.
    pub maintainers: Vec<Maintainer>,
    /// The address of an icon.
    pub icon: String,
    /// `v1` or `v2`.
    pub api_version: String,
    /// Not used by Helm.
    pub condition: String,
    /// Not used by Helm.
    pub tags: String,
    /// The version of what the chart installs.
    pub app_version: String,
    /// Whether the chart should no longer be used.
    pub deprecated: bool,
    /// Notes of other programs, sorted by key; `None` is absent.
    pub annotations: Option<Vec<(String, String)>>,
    /// The constraint on the version of Kubernetes; empty for none.
    pub kube_version: String,
    /// The charts this one depends on; `None` is absent, which turns off all handling of dependencies.
    pub dependencies: Option<Vec<Dependency>>,
    /// `application` (or empty) or `library`.
    pub kind: String,
}

/// A person who maintains a chart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Maintainer {
    /// The name.
    pub name: String,
    /// The mail address.
    pub email: String,
    /// An address about the person.
    pub url: String,
}

/// A chart that another one depends on.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Dependency {
    /// The name; once dependencies are processed, the alias if there is one.
    pub name: String,
    /// The constraint on the version.
    pub version: String,
    /// The address of the repository.
    pub repository: String,
    /// Paths of values, separated by commas, the first of which that is a boolean enables the dependency.
    pub condition: String,
    /// Names in the table `tags` of the values that enable the dependency.
    pub tags: Vec<String>,
    /// Whether the dependency takes part.
    pub enabled: bool,
    /// What is imported from the dependency's values.
    pub import_values: Vec<ImportValue>,
    /// The name under which the dependency appears; empty for its own.
    pub alias: String,
}

/// An entry of `import-values`.
#[derive(Debug, Clone, PartialEq)]
pub enum ImportValue {
    /// A table below `exports`, merged into the parent's values.
    Export(String),
    /// A table of the child that goes to a place in the parent. The texts are what Go prints of the two
    /// values; `None` is a value that is no string, on which Helm 3.16 crashes.
    Pair {
        /// The path in the child.
        child: Text,
        /// The path in the parent; `.` is the root.
        parent: Text,
    },
    /// Neither; ignored.
    Other(Value),
}

/// The text of a value, and whether it was a string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// What Go's `%v` prints.
    pub text: String,
    /// Whether the value was a string.
    pub is_string: bool,
}

/// What is wrong in a chart's description of itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("validation: {0}")]
pub struct ValidationError(pub String);

const FIELDS: &[&str] = &[
    "name",
    "home",
    "sources",
    "version",
    "description",
    "keywords",
    "maintainers",
    "icon",
    "apiVersion",
    "condition",
    "tags",
    "appVersion",
    "deprecated",
    "annotations",
    "kubeVersion",
    "dependencies",
    "type",
];

const DEPENDENCY_FIELDS: &[&str] =
    &["name", "version", "repository", "condition", "tags", "enabled", "import-values", "alias"];

/// A `null` among maintainers or dependencies, remembered until the validation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Nulls {
    maintainers: bool,
    dependencies: bool,
}

impl Metadata {
    /// Adds what the document says to `self`.
    ///
    /// # Errors
    /// What is not YAML, or does not fit.
    pub(crate) fn decode(
        &mut self,
        bytes: &[u8],
        nulls: &mut Nulls,
        major: Major,
    ) -> Result<(), DecodeError> {
        let Some(value) = document(bytes)? else { return Ok(()) };
        let target = match major {
            Major::Three => "chart.Metadata",
            Major::Four => "v2.Metadata",
        };
        let mut decoder = Decoder::new();
        decoder.entries(&value, target, FIELDS, |decoder, field, value| {
            self.field(decoder, field, value, nulls, major)
        });
        decoder.finish(())
    }

    /// The `apiVersion` of a `Chart.yaml`, of which nothing else is looked at.
    pub(crate) fn api_version(bytes: &[u8]) -> Result<String, DecodeError> {
        let mut version = String::new();
        let Some(value) = document(bytes)? else { return Ok(version) };
        let mut decoder = Decoder::new();
        decoder.entries(&value, "loader.chartBase", &["apiVersion"], |decoder, _, value| {
            set(&mut version, decoder.text(value));
        });
        decoder.finish(version)
    }

    fn field(&mut self, decoder: &mut Decoder, field: &str, value: &Value, nulls: &mut Nulls, major: Major) {
        match field {
            "sources" => set(&mut self.sources, decoder.texts(value)),
            "keywords" => set(&mut self.keywords, decoder.texts(value)),
            "deprecated" => set(&mut self.deprecated, decoder.bool(value)),
            "annotations" => self.annotations = decoder.text_map(value).or(self.annotations.take()),
            "maintainers" => {
                let items = decoder.items(value, pointer_list(major, "Maintainer")).unwrap_or_default();
                nulls.maintainers = items.contains(&Value::Null);
                self.maintainers = items.iter().map(|item| maintainer(decoder, item, major)).collect();
            }
            "dependencies" => {
                let Some(items) = decoder.items(value, pointer_list(major, "Dependency")) else {
                    self.dependencies = None;
                    return;
                };
                nulls.dependencies = items.contains(&Value::Null);
                self.dependencies = Some(items.iter().map(|item| dependency(decoder, item, major)).collect());
            }
            _ => set(self.text_field(field), decoder.text(value)),
        }
    }

    fn text_field(&mut self, field: &str) -> &mut String {
        match field {
            "home" => &mut self.home,
            "version" => &mut self.version,
            "description" => &mut self.description,
            "icon" => &mut self.icon,
            "apiVersion" => &mut self.api_version,
            "condition" => &mut self.condition,
            "tags" => &mut self.tags,
            "appVersion" => &mut self.app_version,
            "kubeVersion" => &mut self.kube_version,
            "type" => &mut self.kind,
            _ => &mut self.name,
        }
    }

    /// Checks the description and takes control characters out of it.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub(crate) fn validate(&mut self, nulls: Nulls, profile: Profile) -> Result<(), ValidationError> {
        self.sanitize();
        let refuse = |text: String| Err(ValidationError(text));
        for (name, value) in [("apiVersion", &self.api_version), ("name", &self.name)] {
            if value.is_empty() {
                return refuse(format!("chart.metadata.{name} is required"));
            }
        }
        if profile.refuses_dots_as_name() && matches!(self.name.as_str(), "." | "..") {
            return refuse(format!("chart.metadata.name {} is not allowed", quote(&self.name)));
        }
        if self.name != crate::path::base(&self.name) {
            return refuse(format!("chart.metadata.name {} is invalid", quote(&self.name)));
        }
        if self.version.is_empty() {
            return refuse("chart.metadata.version is required".to_owned());
        }
        if gosemver::Version::parse_as(&self.version, profile.semver()).is_err() {
            return refuse(format!("chart.metadata.version {} is invalid", quote(&self.version)));
        }
        if !matches!(self.kind.as_str(), "" | "application" | "library") {
            return refuse("chart.metadata.type must be application or library".to_owned());
        }
        if nulls.maintainers {
            return refuse("maintainers must not contain empty or null nodes".to_owned());
        }
        self.validate_dependencies(nulls)
    }

    fn validate_dependencies(&self, nulls: Nulls) -> Result<(), ValidationError> {
        if nulls.dependencies {
            return Err(ValidationError("dependencies must not contain empty or null nodes".to_owned()));
        }
        let mut keys: Vec<&str> = Vec::new();
        for dependency in self.dependencies() {
            let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
            if !dependency.alias.chars().all(allowed) {
                let name = quote(&dependency.name);
                return Err(ValidationError(format!(
                    "dependency {name} has disallowed characters in the alias"
                )));
            }
            let key = dependency.known_as();
            if keys.contains(&key) {
                let key = quote(key);
                return Err(ValidationError(format!("more than one dependency with name or alias {key}")));
            }
            keys.push(key);
        }
        Ok(())
    }

    /// The declared dependencies; none where there is no such list.
    #[must_use]
    pub fn dependencies(&self) -> &[Dependency] {
        self.dependencies.as_deref().unwrap_or_default()
    }

    /// Whether only the partials of the chart are used.
    #[must_use]
    pub fn is_library(&self) -> bool {
        self.kind.eq_ignore_ascii_case("library")
    }

    fn sanitize(&mut self) {
        let texts = [
            &mut self.name,
            &mut self.description,
            &mut self.home,
            &mut self.icon,
            &mut self.condition,
            &mut self.tags,
            &mut self.app_version,
            &mut self.kube_version,
        ];
        let maintainers =
            self.maintainers.iter_mut().flat_map(|one| [&mut one.name, &mut one.email, &mut one.url]);
        let dependencies = self.dependencies.iter_mut().flatten().flat_map(Dependency::texts);
        let lists = self.sources.iter_mut().chain(&mut self.keywords);
        for text in texts.into_iter().chain(maintainers).chain(dependencies).chain(lists) {
            sanitize(text);
        }
    }
}

impl Dependency {
    /// The alias, or else the name.
    #[must_use]
    pub fn known_as(&self) -> &str {
        if self.alias.is_empty() { &self.name } else { &self.alias }
    }

    fn texts(&mut self) -> impl Iterator<Item = &mut String> {
        let texts = [&mut self.name, &mut self.version, &mut self.repository, &mut self.condition];
        texts.into_iter().chain(&mut self.tags)
    }
}

/// White space becomes a space, what is not printable goes.
fn sanitize(text: &mut String) {
    let clean = |c: char| if c.is_whitespace() { Some(' ') } else { is_print(c).then_some(c) };
    if text.chars().any(|c| clean(c) != Some(c)) {
        *text = text.chars().filter_map(clean).collect();
    }
}

fn set<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}

/// The Go type of the list fields, for error texts.
fn pointer_list(major: Major, item: &str) -> &'static str {
    match (major, item) {
        (Major::Three, "Maintainer") => "[]*chart.Maintainer",
        (Major::Three, _) => "[]*chart.Dependency",
        (Major::Four, "Maintainer") => "[]*v2.Maintainer",
        (Major::Four, _) => "[]*v2.Dependency",
    }
}

fn maintainer(decoder: &mut Decoder, value: &Value, major: Major) -> Maintainer {
    let mut maintainer = Maintainer::default();
    if *value == Value::Null {
        return maintainer;
    }
    let target = match major {
        Major::Three => "chart.Maintainer",
        Major::Four => "v2.Maintainer",
    };
    decoder.entries(value, target, &["name", "email", "url"], |decoder, field, value| {
        let text = match field {
            "email" => &mut maintainer.email,
            "url" => &mut maintainer.url,
            _ => &mut maintainer.name,
        };
        set(text, decoder.text(value));
    });
    maintainer
}

fn dependency(decoder: &mut Decoder, value: &Value, major: Major) -> Dependency {
    let mut dependency = Dependency::default();
    if *value == Value::Null {
        return dependency;
    }
    let target = match major {
        Major::Three => "chart.Dependency",
        Major::Four => "v2.Dependency",
    };
    decoder.entries(value, target, DEPENDENCY_FIELDS, |decoder, field, value| {
        let text = match field {
            "tags" => return set(&mut dependency.tags, decoder.texts(value)),
            "enabled" => return set(&mut dependency.enabled, decoder.bool(value)),
            "import-values" => {
                let items = decoder.items(value, "[]interface {}").unwrap_or_default();
                dependency.import_values = items.iter().map(import_value).collect();
                return;
            }
            "version" => &mut dependency.version,
            "repository" => &mut dependency.repository,
            "condition" => &mut dependency.condition,
            "alias" => &mut dependency.alias,
            _ => &mut dependency.name,
        };
        set(text, decoder.text(value));
    });
    dependency
}

/// Checks that a `Chart.lock` can be read; a render needs nothing of it.
pub(crate) fn check_lock(bytes: &[u8], major: Major) -> Result<(), DecodeError> {
    let Some(value) = document(bytes)? else { return Ok(()) };
    let target = match major {
        Major::Three => "chart.Lock",
        Major::Four => "v2.Lock",
    };
    let mut decoder = Decoder::new();
    decoder.entries(&value, target, &["generated", "digest", "dependencies"], |decoder, field, value| {
        match field {
            "digest" => drop(decoder.text(value)),
            "dependencies" => {
                let items = decoder.items(value, pointer_list(major, "Dependency")).unwrap_or_default();
                items.iter().for_each(|item| drop(dependency(decoder, item, major)));
            }
            _ => {}
        }
    });
    decoder.finish(())
}

fn import_value(value: &Value) -> ImportValue {
    match value {
        Value::Text(text) => ImportValue::Export(text.clone()),
        Value::Mapping(_) => {
            ImportValue::Pair { child: printed(value.get("child")), parent: printed(value.get("parent")) }
        }
        other => ImportValue::Other(other.clone()),
    }
}

/// What Go's `%v` prints of an entry.
fn printed(value: Option<&Value>) -> Text {
    if let Some(Value::Text(text)) = value {
        return Text { text: text.clone(), is_string: true };
    }
    let value = value.map_or(gotemplate::Value::Nil, crate::data::value_of_yaml);
    let text = gotemplate::fmt::sprintf(b"%v", &[value]).to_str_lossy().into_owned();
    Text { text, is_string: false }
}
