//! One render from end to end, and its result.

use std::rc::Rc;
use std::sync::Arc;

use gotemplate::{Limits, Map, Str, Type};

use crate::capabilities::Capabilities;
use crate::chart::Chart;
use crate::coalesce::Coalescer;
use crate::context::{Clock, Context};
use crate::dependencies::{self, Resolver, is_compatible};
use crate::engine::{Engine, Rendered, TemplateError};
use crate::entropy::Entropy;
use crate::error::Error;
use crate::lookup::Lookup;
use crate::manifest;
use crate::node::Node;
use crate::output::{CustomResource, Output};
use crate::profile::Profile;
use crate::release::Release;
use crate::rendered::{RenderedFile, RenderedFiles};
use crate::schema;
use crate::values::ValuesSources;

/// Whether values are checked against `values.schema.json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SchemaValidation {
    /// They are.
    #[default]
    On,
    /// `--skip-schema-validation`.
    Skip,
}

/// The limits that suit charts of people one does not know: far above what real charts need, far below what hurts. That
/// of memory holds for all files that are rendered, the others for each.
///
/// Memory is counted as [`Meter`](gotemplate::Meter) does, when a function returns: what one function makes at once is bounded by
/// what it refuses. A host that must not grow beyond a number of bytes runs the render in a sandbox that counts them.
pub const LIMITS: Limits =
    Limits { output: 256 * MIB, memory: 4096 * MIB as u64, steps: 500_000_000, ..Limits::DEFAULT };

const MIB: usize = 1024 * 1024;

/// Everything a render depends on, besides the chart.
pub struct Render {
    /// The user's values.
    pub values: ValuesSources,
    /// What is installed, where.
    pub release: Release,
    /// What the cluster offers.
    pub capabilities: Capabilities,
    /// Whether values are checked.
    pub schema_validation: SchemaValidation,
    /// The time for templates that ask.
    pub clock: Rc<dyn Clock>,
    /// Where random values come from.
    pub entropy: Rc<dyn Entropy>,
    /// The cluster's objects.
    pub lookup: Rc<dyn Lookup>,
    /// How much the templates may do; [`LIMITS`] unless there is a reason.
    pub limits: Limits,
}

/// What a chart is rendered for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// A release, as `helm template` makes it.
    Release,
    /// A test of templates: names that nobody could give, libraries, and charts that lack subcharts are all right.
    Test,
}

/// Which templates are rendered one by one, and what the chart is to say of itself meanwhile.
#[derive(Clone, Copy)]
pub struct Focus<'f> {
    /// Asked with the name of a template: `chart/templates/x.yaml`, `chart/charts/sub/templates/y.yaml`. The others are
    /// not even parsed, but for those whose file begins with `_`.
    pub is_wanted: &'f dyn Fn(&str) -> bool,
    /// `.Chart.Version`, of the chart and of its subcharts.
    pub version: Option<&'f str>,
    /// `.Chart.AppVersion`, of the chart and of its subcharts.
    pub app_version: Option<&'f str>,
}

/// A chart whose dependencies are resolved, and the values it is rendered with.
struct Prepared {
    root: Node,
    values: Map,
    warnings: Vec<String>,
}

impl Render {
    /// Renders `chart` as its profile's `helm template` does.
    ///
    /// # Errors
    /// Why Helm would not render the chart, in its words, or which limit was reached.
    pub fn run(&self, chart: &Arc<Chart>) -> Result<Output, Error> {
        let profile = chart.profile();
        let Prepared { root, values, warnings } = self.prepare(chart, Purpose::Release)?;
        let engine = self.engine(&root, values, &|_| true)?;
        let mut context = self.context(profile);
        let rendered = engine.each(&mut context, &self.limits);
        let mut rendered: Rendered =
            rendered.map(|(name, text)| Ok((name, text?))).collect::<Result<_, TemplateError>>()?;
        let notes = take_notes(&mut rendered, root.name());
        let documents = manifest::sort(rendered, profile)?;
        Ok(Output {
            profile,
            crds: custom_resources(&root, root.name()),
            manifests: documents.manifests,
            hooks: documents.hooks,
            notes,
            warnings,
        })
    }

    /// Renders some templates of `chart`, each on its own: one that fails does not keep the others from being rendered.
    /// They come in the order in which Helm renders them.
    ///
    /// # Errors
    /// What is wrong before templates are rendered, or with the text of any template.
    pub fn files(&self, chart: &Arc<Chart>, focus: Focus<'_>) -> Result<RenderedFiles, Error> {
        let profile = chart.profile();
        let Prepared { mut root, values, .. } = self.prepare(chart, Purpose::Test)?;
        root.set_versions(focus.version, focus.app_version);
        let engine = self.engine(&root, values, focus.is_wanted)?;
        let mut context = self.context(profile);
        let rendered = engine.each(&mut context, &self.limits);
        let templates = rendered.map(|(path, text)| RenderedFile { path, text, profile }).collect();
        Ok(RenderedFiles { templates, crds: custom_resources(&root, root.name()) })
    }

    fn engine(
        &self,
        root: &Node,
        values: Map,
        is_wanted: &dyn Fn(&str) -> bool,
    ) -> Result<Engine, TemplateError> {
        Engine::new(root, values, &self.release, &self.capabilities, is_wanted)
    }

    fn prepare(&self, chart: &Arc<Chart>, purpose: Purpose) -> Result<Prepared, Error> {
        let profile = chart.profile();
        let values = self.values.merge(profile)?;
        let mut root = Node::new(chart);
        if purpose == Purpose::Release {
            self.check_chart(&root)?;
        }
        let mut coalescer = Coalescer::new(profile.nulls());
        let step = profile.step("chart dependencies processing failed: ");
        let mut resolver = Resolver { profile, coalescer: &mut coalescer };
        resolver.resolve(&mut root, &values).map_err(|source| Error::Dependencies { step, source })?;
        let values = coalescer.coalesce(&root, &values)?;
        if self.schema_validation == SchemaValidation::On {
            schema::validate(&root, &values, profile.schema_wording())?;
        }
        if purpose == Purpose::Release {
            self.check_kube_version(&root)?;
        }
        let values = values.converted(Type::Named(crate::object::values_type(profile.major())));
        Ok(Prepared { root, values, warnings: coalescer.warnings })
    }

    /// What `helm template` refuses before it looks at values.
    fn check_chart(&self, root: &Node) -> Result<(), Error> {
        let profile = root.chart.profile();
        if root.metadata.is_library() {
            return Err(Error::LibraryChart);
        }
        dependencies::check(root, profile)?;
        let step = profile.step("release name check failed: ");
        self.release.check().map_err(|source| Error::ReleaseName { step, source })
    }

    fn context(&self, profile: Profile) -> Context {
        let (clock, entropy) = (Rc::clone(&self.clock), Rc::clone(&self.entropy));
        Context::new(profile, clock, entropy, Rc::clone(&self.lookup))
    }

    fn check_kube_version(&self, root: &Node) -> Result<(), Error> {
        let constraint = &root.metadata.kube_version;
        let version = &self.capabilities.kube_version;
        if constraint.is_empty()
            || is_compatible(constraint, version.normalized(), root.chart.profile().semver())
        {
            return Ok(());
        }
        Err(Error::KubeVersion { constraint: constraint.clone(), version: version.version().to_owned() })
    }
}

/// Takes the rendered notes out of the files; those of the root are kept.
fn take_notes(rendered: &mut Rendered, root: &str) -> Str {
    let notes = rendered.get(&format!("{root}/templates/NOTES.txt")).cloned().unwrap_or_default();
    rendered.retain(|path, _| !path.ends_with("NOTES.txt"));
    notes
}

fn custom_resources(node: &Node, path: &str) -> Vec<CustomResource> {
    let own = node.chart.crds().map(|file| CustomResource {
        path: crate::path::join(path, &file.path),
        content: file.content.clone(),
    });
    let mut all: Vec<_> = own.collect();
    for subchart in &node.dependencies {
        all.extend(custom_resources(subchart, &node.path_of_subchart(path, subchart.name())));
    }
    all
}
