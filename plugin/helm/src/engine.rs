//! Renders the templates of a chart tree: the set they make, their data, their order, and the functions that need
//! the running engine.

mod error;
mod functions;

use std::collections::BTreeMap;
use std::sync::Arc;

use gotemplate::{Limits, Map, Meter, MissingKey, Str, Template, TemplateSet, Type, Value};

pub use error::{Frame, TemplateError};
pub(crate) use functions::with_engine_functions;

use crate::capabilities::Capabilities;
use crate::context::Context;
use crate::dependencies::table_at;
use crate::node::Node;
use crate::object::{self, Rank};
use crate::path;
use crate::profile::Profile;
use crate::release::Release;

/// The name of the template set, which shows in errors.
const SET: &str = "gotpl";

/// What Go prints for a value that is not there. Helm erases it from whatever was rendered.
const NO_VALUE: &[u8] = b"<no value>";

/// A template and the data of its chart.
struct Renderable {
    template: Arc<Template>,
    data: Map,
    base_path: String,
}

/// The rendered files, by their full names in the order of those names.
pub(crate) type Rendered = BTreeMap<String, Str>;

/// All templates of a tree, ready to be rendered.
pub(crate) struct Engine {
    profile: Profile,
    release: Value,
    capabilities: Value,
    templates: BTreeMap<String, Renderable>,
}

impl Engine {
    /// Collects the templates of the tree below `root`, whose values are `values`: partials, and those that are
    /// wanted.
    pub(crate) fn new(
        root: &Node,
        values: Map,
        release: &Release,
        capabilities: &Capabilities,
        is_wanted: &dyn Fn(&str) -> bool,
    ) -> Result<Self, TemplateError> {
        let profile = root.chart.profile();
        let capabilities = object::capabilities(capabilities, profile);
        let mut engine = Self { profile, release: release.value(), capabilities, templates: BTreeMap::new() };
        let mut sources = Vec::new();
        engine.collect(root, Rank::Root, &values, root.name(), &mut sources);
        sources.retain(|source| is_partial(&source.name) || is_wanted(&source.name));
        engine.parse(sources)?;
        Ok(engine)
    }

    /// Notes the templates of `node` and its subcharts; returns the data that they are rendered with.
    fn collect<'n>(
        &self,
        node: &'n Node,
        rank: Rank,
        values: &Map,
        full_path: &str,
        sources: &mut Vec<Source<'n>>,
    ) -> Map {
        let subcharts = Map::new();
        let data = Map::named(
            object::values_type(self.profile.major()),
            [
                (Str::from("Chart"), object::chart(&node.metadata, rank, self.profile.major())),
                (Str::from("Files"), object::files(&node.chart.files)),
                (Str::from("Release"), self.release.clone()),
                (Str::from("Capabilities"), self.capabilities.clone()),
                (Str::from("Values"), Value::Map(values.clone())),
                (Str::from("Subcharts"), Value::Map(subcharts.clone())),
            ],
        );
        for subchart in &node.dependencies {
            let values = table_at(values, subchart.name()).unwrap_or_default();
            let values = values.converted(Type::Named(object::values_type(self.profile.major())));
            let full_path = node.path_of_subchart(full_path, subchart.name());
            let data = self.collect(subchart, Rank::Subchart, &values, &full_path, sources);
            subcharts.insert(subchart.name(), Value::Map(data));
        }
        let is_used = |path: &str| !node.metadata.is_library() || is_partial(path);
        for file in node.chart.templates.iter().filter(|file| is_used(&file.path)) {
            let name = path::join(full_path, &file.path);
            sources.push(Source {
                name,
                file,
                data: data.clone(),
                base_path: path::join(full_path, "templates"),
            });
        }
        data
    }

    /// Of two files of one name the last is used. Files are parsed in the order in which they are rendered, so
    /// that the first error is Helm's.
    fn parse(&mut self, sources: Vec<Source<'_>>) -> Result<(), TemplateError> {
        let mut sources: BTreeMap<String, Source<'_>> =
            sources.into_iter().map(|source| (source.name.clone(), source)).collect();
        for name in in_render_order(sources.keys()) {
            let Some(Source { file, data, base_path, .. }) = sources.remove(&name) else { continue };
            let template = file.parse(&name, self.profile).map_err(TemplateError::parse)?;
            self.templates.insert(name, Renderable { template, data, base_path });
        }
        Ok(())
    }

    /// Renders the files that are no partials, one at each step of the iterator.
    pub(crate) fn each<'e>(
        &'e self,
        context: &'e mut Context,
        limits: &'e Limits,
    ) -> impl Iterator<Item = (String, Result<Str, TemplateError>)> + 'e {
        let order = in_render_order(self.templates.keys());
        let mut set = TemplateSet::new(SET).with_missing_key(MissingKey::Zero).with_meter(Meter::start());
        for renderable in order.iter().filter_map(|name| self.templates.get(name)) {
            set.add(&renderable.template);
        }
        order.into_iter().filter_map(move |name| {
            let renderable = self.templates.get(&name).filter(|_| !is_partial(&name))?;
            context.enter(&name);
            let text = self.render_file(&set, &name, renderable, context, limits);
            Some((name, text))
        })
    }

    fn render_file(
        &self,
        set: &TemplateSet,
        name: &str,
        renderable: &Renderable,
        context: &mut Context,
        limits: &Limits,
    ) -> Result<Str, TemplateError> {
        let template = Map::named(
            object::values_type(self.profile.major()),
            [
                (Str::from("Name"), Value::string(name)),
                (Str::from("BasePath"), Value::string(renderable.base_path.as_str())),
            ],
        );
        renderable.data.insert("Template", Value::Map(template));
        let data = Value::Map(renderable.data.clone());
        let text = set.render(name, &data, context, limits);
        text.map(|text| without_no_value(&text))
            .map_err(|error| TemplateError::exec(name, &error, self.profile))
    }
}

/// A template that was found but not yet parsed.
struct Source<'n> {
    name: String,
    file: &'n crate::templates::TemplateFile,
    data: Map,
    base_path: String,
}

fn is_partial(name: &str) -> bool {
    path::base(name).starts_with('_')
}

/// The deepest first, and of one depth the last in the alphabet first: so the definitions of parents replace those
/// of subcharts.
fn in_render_order<'n>(names: impl Iterator<Item = &'n String>) -> Vec<String> {
    let mut names: Vec<_> = names.cloned().collect();
    let key = |name: &String| (name.matches('/').count(), name.clone());
    names.sort_by_cached_key(|name| std::cmp::Reverse(key(name)));
    names
}

/// The text without `<no value>`.
pub(crate) fn without_no_value(text: &Str) -> Str {
    let bytes = text.as_bytes();
    let mut rest = bytes;
    let mut kept = Vec::new();
    while let Some(at) = find(rest, NO_VALUE) {
        kept.extend_from_slice(rest.get(..at).unwrap_or_default());
        rest = rest.get(at + NO_VALUE.len()..).unwrap_or_default();
    }
    if rest.len() == bytes.len() {
        return text.clone();
    }
    kept.extend_from_slice(rest);
    Str::from(kept)
}

fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    memchr::memmem::find(text, needle)
}
