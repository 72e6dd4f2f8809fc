//! Which subcharts take part, under which name, and what a parent imports of their values.

use gotemplate::{Map, Str, Value};

use crate::coalesce::{Coalescer, TypeMismatch, copy_map};
use crate::metadata::{Dependency, ImportValue};
use crate::node::Node;
use crate::profile::{DependencyWording, Major, Profile};

/// Why dependencies cannot be processed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DependencyError {
    /// A subchart's place in the values is taken.
    #[error(transparent)]
    Mismatch(#[from] TypeMismatch),
    /// An entry of `import-values` on which this version of Helm crashes.
    #[error("panic: interface conversion: interface {{}} is {found}, not string")]
    MalformedImport {
        /// What stands there instead of a path.
        found: String,
    },
}

/// Declared dependencies that are not among the subcharts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingDependencies {
    /// Their names, as declared.
    pub names: Vec<String>,
    /// The profile's words.
    pub wording: DependencyWording,
}

impl std::fmt::Display for MissingDependencies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (start, quote) = match self.wording {
            DependencyWording::CapitalBackticks => ("An", '`'),
            DependencyWording::Backticks => ("an", '`'),
            DependencyWording::Quotes => ("an", '\''),
        };
        write!(
            f,
            "{start} error occurred while checking for chart dependencies. You may need to run {quote}helm \
             dependency build{quote} to fetch missing dependencies: found in Chart.yaml, but missing in charts/ \
             directory: {}",
            self.names.join(", ")
        )
    }
}

impl std::error::Error for MissingDependencies {}

/// Checks that each declared dependency of the root is there, by its name alone.
pub(crate) fn check(root: &Node, profile: Profile) -> Result<(), MissingDependencies> {
    let is_missing =
        |declared: &&Dependency| root.dependencies.iter().all(|chart| chart.name() != declared.name);
    let missing = root.metadata.dependencies().iter().filter(is_missing);
    let names: Vec<_> = missing.map(|dependency| dependency.name.clone()).collect();
    let wording = profile.dependency_wording();
    if names.is_empty() { Ok(()) } else { Err(MissingDependencies { names, wording }) }
}

/// Takes out the subcharts that are not enabled, gives the others their aliases, and imports values.
pub(crate) struct Resolver<'c> {
    pub(crate) profile: Profile,
    pub(crate) coalescer: &'c mut Coalescer,
}

impl Resolver<'_> {
    pub(crate) fn resolve(&mut self, root: &mut Node, user: &Map) -> Result<(), DependencyError> {
        self.enable(root, user, "")?;
        self.import_all(root)
    }

    /// `values` are those of the root, with what the levels between added to them; `path` leads to `node`.
    fn enable(&mut self, node: &mut Node, values: &Map, path: &str) -> Result<(), DependencyError> {
        let Some(mut declared) = node.metadata.dependencies.take() else { return Ok(()) };
        node.is_detached = false;
        node.dependencies = self.arrange(&node.dependencies, &declared);
        for dependency in &mut declared {
            dependency.name = dependency.known_as().to_owned();
            dependency.enabled = true;
        }
        let values = self.coalescer.coalesce(node, values)?;
        self.apply_tags(&mut declared, &values);
        self.apply_conditions(&mut declared, &values, path);
        let disabled = |name: &str| declared.iter().any(|one| !one.enabled && one.name == name);
        node.dependencies.retain(|chart| !disabled(chart.name()));
        let disabled: Vec<_> =
            declared.iter().filter(|one| !one.enabled).map(|one| one.name.clone()).collect();
        declared.retain(|one| !disabled.contains(&one.name));
        for subchart in &mut node.dependencies {
            let path = format!("{path}{}.", subchart.name());
            self.enable(subchart, &values, &path)?;
        }
        // Helm keeps no empty list: a chart none of whose dependencies is enabled counts as one without any.
        node.metadata.dependencies = (!declared.is_empty()).then_some(declared);
        Ok(())
    }

    /// The subcharts nobody declared, then those that are declared, under their aliases, once for each time.
    fn arrange(&self, charts: &[Node], declared: &[Dependency]) -> Vec<Node> {
        let is_declared = |chart: &&Node| declared.iter().any(|dependency| self.fits(dependency, chart));
        let mut arranged: Vec<Node> = charts.iter().filter(|chart| !is_declared(chart)).cloned().collect();
        for dependency in declared {
            let Some(chart) = charts.iter().find(|chart| self.fits(dependency, chart)) else { continue };
            let mut chart = chart.clone();
            chart.is_detached = self.profile.major() == Major::Three;
            if !dependency.alias.is_empty() {
                chart.metadata.name.clone_from(&dependency.alias);
            }
            arranged.push(chart);
        }
        arranged
    }

    fn fits(&self, dependency: &Dependency, chart: &Node) -> bool {
        chart.name() == dependency.name
            && is_compatible(&dependency.version, &chart.metadata.version, self.profile.semver())
    }

    fn apply_tags(&mut self, declared: &mut [Dependency], values: &Map) {
        let Some(Value::Map(tags)) = values.get(b"tags") else { return };
        for dependency in declared {
            let (mut on, mut off) = (false, false);
            for tag in &dependency.tags {
                match tags.get(tag.as_bytes()) {
                    None => {}
                    Some(Value::Bool(true)) => on = true,
                    Some(Value::Bool(false)) => off = true,
                    Some(_) => {
                        let name = &dependency.name;
                        self.warn(format!("Warning: Tag '{tag}' for chart {name} returned non-bool value"));
                    }
                }
            }
            dependency.enabled = on || !off;
        }
    }

    fn apply_conditions(&mut self, declared: &mut [Dependency], values: &Map, path: &str) {
        for dependency in declared {
            let condition = dependency.condition.trim().to_owned();
            for condition in condition.split(',').filter(|condition| !condition.is_empty()) {
                match scalar_at(values, &format!("{path}{condition}")) {
                    Some(Value::Bool(enabled)) => {
                        dependency.enabled = enabled;
                        break;
                    }
                    Some(_) => {
                        let name = &dependency.name;
                        self.warn(format!(
                            "Warning: Condition path '{condition}' for chart {name} returned non-bool value"
                        ));
                    }
                    None => {}
                }
            }
        }
    }

    fn import_all(&mut self, node: &mut Node) -> Result<(), DependencyError> {
        for subchart in &mut node.dependencies {
            self.import_all(subchart)?;
        }
        self.import(node)
    }

    /// Puts what is imported under the chart's own defaults, which from here on contain those of its subcharts.
    fn import(&mut self, node: &mut Node) -> Result<(), DependencyError> {
        let Some(declared) = &node.metadata.dependencies else { return Ok(()) };
        let values = self.coalescer.merge_defaults(node)?;
        let imported = Map::new();
        for dependency in declared {
            for import in &dependency.import_values {
                let Some((child, parent)) = self.import_paths(import)? else { continue };
                let path = format!("{}.{child}", dependency.name);
                match table_at(&values, &path) {
                    Ok(table) => {
                        let table = nested(&parent, table);
                        self.coalescer.merge_tables(&imported, &table);
                    }
                    Err(missing) => {
                        let name = &dependency.name;
                        self.warn(format!(
                            "Warning: ImportValues missing table from chart {name}: {} is not a table",
                            crate::text::quote(&missing)
                        ));
                    }
                }
            }
        }
        let values = copy_map(&values);
        self.coalescer.merge_tables(&values, &imported);
        node.values = values;
        Ok(())
    }

    /// The paths in child and parent; `None` for an entry that says nothing.
    fn import_paths(&self, import: &ImportValue) -> Result<Option<(String, String)>, DependencyError> {
        match import {
            ImportValue::Export(name) => Ok(Some((format!("exports.{name}"), ".".to_owned()))),
            ImportValue::Pair { child, parent } => {
                let malformed = [child, parent].into_iter().find(|text| !text.is_string);
                match malformed {
                    Some(text) if !self.profile.tolerates_malformed_imports() => {
                        Err(DependencyError::MalformedImport { found: text.text.clone() })
                    }
                    _ => Ok(Some((child.text.clone(), parent.text.clone()))),
                }
            }
            ImportValue::Other(_) => Ok(None),
        }
    }

    fn warn(&mut self, text: String) {
        self.coalescer.warnings.push(text);
    }
}

/// Whether `version` satisfies `constraint`; neither does if one of them cannot be read.
pub(crate) fn is_compatible(constraint: &str, version: &str, edition: gosemver::Edition) -> bool {
    let constraint = gosemver::Constraint::parse_as(constraint, edition);
    let version = gosemver::Version::parse_as(version, edition);
    matches!((constraint, version), (Ok(constraint), Ok(version)) if constraint.matches(&version))
}

/// The table at a dotted path; the error is the name of the part that is none.
pub(crate) fn table_at(values: &Map, path: &str) -> Result<Map, String> {
    let mut table = values.clone();
    for part in path.split('.') {
        match table.get(part.as_bytes()) {
            Some(Value::Map(inner)) => table = inner,
            _ => return Err(part.to_owned()),
        }
    }
    Ok(table)
}

/// The value at a dotted path, unless it is a table.
pub(crate) fn scalar_at(values: &Map, path: &str) -> Option<Value> {
    let (table, key) = match path.rsplit_once('.') {
        Some((path, key)) => (table_at(values, path).ok()?, key),
        None => (values.clone(), path),
    };
    table.get(key.as_bytes()).filter(|value| !matches!(value, Value::Map(_)))
}

/// `table` at a dotted path; `.` is the root.
fn nested(path: &str, table: Map) -> Map {
    if path == "." {
        return table;
    }
    path.rsplit('.').fold(table, |table, key| Map::from_iter([(Str::from(key), Value::Map(table))]))
}
