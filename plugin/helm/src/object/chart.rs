//! `.Chart`: the chart's description of itself. A struct in Helm 3, a map in Helm 4.

use gotemplate::{List, Map, NamedType, Str, Type, Value};

use super::{EMBEDDED, Struct};
use crate::metadata::{Dependency, ImportValue, Maintainer, Metadata};
use crate::profile::Major;

/// Whether a chart is the one that is installed, or a subchart.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rank {
    Root,
    Subchart,
}

/// `.Chart` of a chart.
pub(crate) fn chart(metadata: &Metadata, rank: Rank, major: Major) -> Value {
    let is_root = Value::Bool(rank == Rank::Root);
    match major {
        Major::Three => {
            let metadata = Value::object(record(metadata));
            Value::object(
                Struct::new(&CHART).with("Metadata", EMBEDDED, metadata).with("IsRoot", "IsRoot", is_root),
            )
        }
        Major::Four => {
            let map = table(metadata);
            map.insert("IsRoot", is_root);
            Value::Map(map)
        }
    }
}

static CHART: NamedType =
    NamedType { name: "struct { chart.Metadata; IsRoot bool }", underlying: Type::Struct, methods: &[] };
static METADATA: NamedType = NamedType { name: "chart.Metadata", underlying: Type::Struct, methods: &[] };
static MAINTAINER: NamedType =
    NamedType { name: "*chart.Maintainer", underlying: Type::Pointer, methods: &[] };
static DEPENDENCY: NamedType =
    NamedType { name: "*chart.Dependency", underlying: Type::Pointer, methods: &[] };
static MAINTAINER_TYPE: Type = Type::Named(&MAINTAINER);
static DEPENDENCY_TYPE: Type = Type::Named(&DEPENDENCY);

fn text(text: &str) -> Value {
    Value::string(text)
}

/// A list, which is nil if nothing is in it: in YAML it was absent.
fn list(element: &'static Type, values: Vec<Value>) -> Value {
    Value::List(if values.is_empty() { List::nil(element) } else { List::typed(element, values) })
}

fn texts(texts: &[String]) -> Value {
    list(&Type::String, texts.iter().map(|one| text(one)).collect())
}

fn annotations(metadata: &Metadata) -> Value {
    Value::Map(match &metadata.annotations {
        None => Map::nil(&Type::String),
        Some(entries) => Map::typed(
            &Type::String,
            entries.iter().map(|(key, value)| (Str::from(key.as_str()), text(value))),
        ),
    })
}

fn record(metadata: &Metadata) -> Struct {
    let maintainers = metadata.maintainers.iter().map(maintainer_record).collect();
    let dependencies = metadata.dependencies().iter().map(dependency_record).collect();
    Struct::new(&METADATA)
        .with_nonempty("Name", "name", text(&metadata.name))
        .with_nonempty("Home", "home", text(&metadata.home))
        .with_nonempty("Sources", "sources", texts(&metadata.sources))
        .with_nonempty("Version", "version", text(&metadata.version))
        .with_nonempty("Description", "description", text(&metadata.description))
        .with_nonempty("Keywords", "keywords", texts(&metadata.keywords))
        .with_nonempty("Maintainers", "maintainers", list(&MAINTAINER_TYPE, maintainers))
        .with_nonempty("Icon", "icon", text(&metadata.icon))
        .with_nonempty("APIVersion", "apiVersion", text(&metadata.api_version))
        .with_nonempty("Condition", "condition", text(&metadata.condition))
        .with_nonempty("Tags", "tags", text(&metadata.tags))
        .with_nonempty("AppVersion", "appVersion", text(&metadata.app_version))
        .with_nonempty("Deprecated", "deprecated", Value::Bool(metadata.deprecated))
        .with_nonempty("Annotations", "annotations", annotations(metadata))
        .with_nonempty("KubeVersion", "kubeVersion", text(&metadata.kube_version))
        .with_nonempty("Dependencies", "dependencies", list(&DEPENDENCY_TYPE, dependencies))
        .with_nonempty("Type", "type", text(&metadata.kind))
}

fn maintainer_record(maintainer: &Maintainer) -> Value {
    let record = Struct::new(&MAINTAINER)
        .with_nonempty("Name", "name", text(&maintainer.name))
        .with_nonempty("Email", "email", text(&maintainer.email))
        .with_nonempty("URL", "url", text(&maintainer.url));
    Value::object(record)
}

fn dependency_record(dependency: &Dependency) -> Value {
    let record = Struct::new(&DEPENDENCY)
        .with("Name", "name", text(&dependency.name))
        .with_nonempty("Version", "version", text(&dependency.version))
        .with("Repository", "repository", text(&dependency.repository))
        .with_nonempty("Condition", "condition", text(&dependency.condition))
        .with_nonempty("Tags", "tags", texts(&dependency.tags))
        .with_nonempty("Enabled", "enabled", Value::Bool(dependency.enabled))
        .with_nonempty("ImportValues", "import-values", list(&Type::Any, imports(dependency)))
        .with_nonempty("Alias", "alias", text(&dependency.alias));
    Value::object(record)
}

/// `import-values` as processing leaves them: a pair of paths each, what is neither is dropped.
fn imports(dependency: &Dependency) -> Vec<Value> {
    let pair = |child: &str, parent: &str| {
        let entries = [("child", child), ("parent", parent)].map(|(key, path)| (Str::from(key), text(path)));
        Value::Map(Map::typed(&Type::String, entries))
    };
    let import = |import: &ImportValue| match import {
        ImportValue::Export(name) => Some(pair(&format!("exports.{name}"), ".")),
        ImportValue::Pair { child, parent } => Some(pair(&child.text, &parent.text)),
        ImportValue::Other(_) => None,
    };
    dependency.import_values.iter().filter_map(import).collect()
}

fn table(metadata: &Metadata) -> Map {
    let any_list = |values: Vec<Value>| Value::list(values);
    let any_texts = |texts: &[String]| Value::list(texts.iter().map(|one| text(one)).collect());
    Map::from_iter([
        ("Name", text(&metadata.name)),
        ("Home", text(&metadata.home)),
        ("Sources", any_texts(&metadata.sources)),
        ("Version", text(&metadata.version)),
        ("Description", text(&metadata.description)),
        ("Keywords", any_texts(&metadata.keywords)),
        ("Maintainers", any_list(metadata.maintainers.iter().map(maintainer_table).collect())),
        ("Icon", text(&metadata.icon)),
        ("APIVersion", text(&metadata.api_version)),
        ("Condition", text(&metadata.condition)),
        ("Tags", text(&metadata.tags)),
        ("AppVersion", text(&metadata.app_version)),
        ("Deprecated", Value::Bool(metadata.deprecated)),
        ("Annotations", annotations(metadata)),
        ("KubeVersion", text(&metadata.kube_version)),
        ("Dependencies", any_list(metadata.dependencies().iter().map(dependency_table).collect())),
        ("Type", text(&metadata.kind)),
    ])
}

fn maintainer_table(maintainer: &Maintainer) -> Value {
    let Maintainer { name, email, url } = maintainer;
    Value::map([("Name", text(name)), ("Email", text(email)), ("URL", text(url))])
}

fn dependency_table(dependency: &Dependency) -> Value {
    Value::map([
        ("Name", text(&dependency.name)),
        ("Version", text(&dependency.version)),
        ("Repository", text(&dependency.repository)),
        ("Condition", text(&dependency.condition)),
        ("Tags", Value::list(dependency.tags.iter().map(|tag| text(tag)).collect())),
        ("Enabled", Value::Bool(dependency.enabled)),
        ("ImportValues", Value::list(imports(dependency))),
        ("Alias", text(&dependency.alias)),
    ])
}
