//! Charts: loaded once, rendered any number of times.

use std::sync::Arc;

use gotemplate::Str;
use goyaml::sigs::DecodeError;

use crate::archive::{self, ArchiveError};
use crate::data::Table;
use crate::ignore::{IgnoreError, Rules};
use crate::metadata::{Metadata, Nulls, ValidationError};
use crate::profile::{Major, Profile, SizeRules};
use crate::schema::Schema;
use crate::templates::TemplateFile;
use crate::values::{self, ParseError};

/// A file of a chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// The path in the chart, with slashes.
    pub path: String,
    /// What is in it.
    pub content: Str,
}

impl File {
    /// A file, without the byte order mark it may start with.
    #[must_use]
    pub fn new(path: impl Into<String>, content: &[u8]) -> Self {
        Self {
            path: path.into(),
            content: Str::new(content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content)),
        }
    }
}

/// A chart with its subcharts, as one version of Helm loads it. Plain data, cheap to share between threads.
#[derive(Clone, Debug)]
pub struct Chart {
    profile: Profile,
    pub(crate) metadata: Metadata,
    pub(crate) values: Table,
    /// `values.schema.json`.
    pub(crate) schema: Option<Schema>,
    pub(crate) templates: Vec<Arc<TemplateFile>>,
    /// What `.Files` shows.
    pub(crate) files: Vec<File>,
    pub(crate) dependencies: Vec<Arc<Self>>,
}

/// Why a chart cannot be loaded, with Helm's text.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// No `Chart.yaml`.
    #[error("Chart.yaml file is missing")]
    NoChartYaml,
    /// No `Chart.yaml`, and this version of Helm says where it looked.
    #[error("unable to detect chart at {path}: open {path}: no such file or directory")]
    NoChartYamlAt {
        /// Where it should be.
        path: String,
    },
    /// An `apiVersion` that this version of Helm does not know.
    #[error("unsupported chart version")]
    UnsupportedVersion,
    /// `apiVersion: v3`, which no command of Helm takes yet.
    #[error("invalid chart apiVersion")]
    InvalidApiVersion,
    /// A file of the chart is not what it should be.
    #[error("cannot load {file}: {source}")]
    Document {
        /// The file.
        file: &'static str,
        /// What is wrong.
        source: ParseError,
    },
    /// The description of the chart breaks a rule.
    #[error(transparent)]
    Validation(#[from] ValidationError),
    /// `.helmignore` cannot be used.
    #[error(transparent)]
    Ignore(#[from] IgnoreError),
    /// A file is too large.
    #[error("chart file {} is larger than the maximum file size {}", crate::text::quote(.name), archive::MAX_FILE)]
    FileTooLarge {
        /// The name of the file.
        name: String,
    },
    /// The archive was refused.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The archive was refused, and this version of Helm does not say why.
    #[error("unable to load chart archive")]
    OpaqueArchive,
    /// An archive among the subcharts is a directory.
    #[error("error unpacking {}tar in {parent}: expected {expected}, got {found}", if *.says_subchart { "subchart " } else { "" })]
    ArchiveIsDirectory {
        /// The parent.
        parent: String,
        /// The name of the archive.
        expected: String,
        /// The first file of that name.
        found: String,
        /// Whether the text says so.
        says_subchart: bool,
    },
    /// A subchart cannot be loaded.
    #[error("error unpacking {}{subchart} in {parent}: {source}", if *.says_subchart { "subchart " } else { "" })]
    Subchart {
        /// The file or directory in `charts/`.
        subchart: String,
        /// The parent.
        parent: String,
        /// Whether the text says so.
        says_subchart: bool,
        /// Why not.
        source: Box<Self>,
    },
}

impl Chart {
    /// The chart in a directory: `files` are what is below it, in any order, links already followed. `directory`
    /// is its path as errors show it.
    ///
    /// What `.helmignore` names is left out.
    ///
    /// # Errors
    /// Why Helm would not load the chart.
    pub fn from_files(
        profile: Profile,
        directory: &str,
        files: impl IntoIterator<Item = File>,
    ) -> Result<Arc<Self>, LoadError> {
        let mut files: Vec<File> = files.into_iter().collect();
        files.sort_by(|one, two| part_order(&one.path).cmp(part_order(&two.path)));
        detect(profile, &files, Some(directory))?;
        let ignored =
            files.iter().find(|file| file.path == ".helmignore").map(|file| file.content.to_str_lossy());
        let rules = Rules::parse(&ignored.unwrap_or_default())?;
        files.retain(|file| !rules.ignores_file(&file.path));
        if profile.size_rules() != SizeRules::Unlimited {
            let too_large = |file: &&File| file.content.len() as u64 > archive::MAX_FILE;
            if let Some(file) = files.iter().find(too_large) {
                return Err(LoadError::FileTooLarge { name: crate::path::base(&file.path).to_owned() });
            }
        }
        Self::from_entries(profile, files)
    }

    /// The chart in an archive.
    ///
    /// # Errors
    /// Why Helm would not load the chart.
    pub fn from_archive(profile: Profile, bytes: &[u8]) -> Result<Arc<Self>, LoadError> {
        let files = archive::unpack(bytes, profile.size_rules())?;
        detect(profile, &files, None)?;
        Self::from_entries(profile, files)
    }

    /// The chart in an archive that someone else has unpacked: `files` are what was in it, without the top
    /// directory and in its order.
    ///
    /// # Errors
    /// Why Helm would not load the chart.
    pub fn from_unpacked(
        profile: Profile,
        files: impl IntoIterator<Item = File>,
    ) -> Result<Arc<Self>, LoadError> {
        let files: Vec<File> = files.into_iter().collect();
        detect(profile, &files, None)?;
        Self::from_entries(profile, files)
    }

    /// The same chart with more subcharts, as if they had been in its `charts/`.
    #[must_use]
    pub fn with_dependencies(self: Arc<Self>, added: Vec<Arc<Self>>) -> Arc<Self> {
        let mut chart = Arc::unwrap_or_clone(self);
        chart.dependencies.extend(added);
        Arc::new(chart)
    }

    /// The chart's description of itself.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// The version of Helm the chart was loaded for; it is rendered for the same.
    #[must_use]
    pub fn profile(&self) -> Profile {
        self.profile
    }

    /// The subcharts, whether they are enabled or not.
    #[must_use]
    pub fn dependencies(&self) -> &[Arc<Self>] {
        &self.dependencies
    }

    /// The files that are neither templates nor values nor subcharts.
    #[must_use]
    pub fn files(&self) -> &[File] {
        &self.files
    }

    fn from_entries(profile: Profile, files: Vec<File>) -> Result<Arc<Self>, LoadError> {
        let mut loader = Loader::new(profile, &files)?;
        for file in files {
            loader.add(file)?;
        }
        loader.finish()
    }

    /// The definitions of `crds/`, of this chart alone.
    pub(crate) fn crds(&self) -> impl Iterator<Item = &File> {
        let is_manifest = |path: &str| {
            let extension = crate::path::extension(path);
            [".yaml", ".yml", ".json"].iter().any(|known| known.eq_ignore_ascii_case(extension))
        };
        self.files.iter().filter(move |file| file.path.starts_with("crds/") && is_manifest(&file.path))
    }
}

/// Orders paths by their parts: a slash comes before whatever a name may have.
fn part_order(path: &str) -> impl Iterator<Item = u16> {
    path.bytes().map(|byte| if byte == b'/' { 0 } else { 1 + u16::from(byte) })
}

/// What Helm 4 does before it loads a chart: it looks at `apiVersion`.
fn detect(profile: Profile, files: &[File], directory: Option<&str>) -> Result<(), LoadError> {
    if profile.major() == Major::Three {
        return Ok(());
    }
    let Some(file) = files.iter().find(|file| file.path == "Chart.yaml") else {
        return Err(match directory {
            Some(directory) => LoadError::NoChartYamlAt { path: format!("{directory}/Chart.yaml") },
            None => LoadError::OpaqueArchive,
        });
    };
    let refused = |error: DecodeError| LoadError::Document { file: "Chart.yaml", source: error.into() };
    match Metadata::api_version(file.content.as_bytes()).map_err(refused)?.as_str() {
        "" | "v1" | "v2" => Ok(()),
        "v3" => Err(LoadError::InvalidApiVersion),
        _ => Err(LoadError::UnsupportedVersion),
    }
}

/// A chart while its files are sorted into it.
struct Loader {
    profile: Profile,
    metadata: Option<Metadata>,
    nulls: Nulls,
    values: Table,
    schema: Option<Schema>,
    templates: Vec<Arc<TemplateFile>>,
    files: Vec<File>,
    /// The files below each entry of `charts/`, by its name.
    subcharts: std::collections::BTreeMap<String, Vec<File>>,
}

impl Loader {
    /// Reads `Chart.yaml` first: the meaning of other files depends on it.
    fn new(profile: Profile, files: &[File]) -> Result<Self, LoadError> {
        let mut loader = Self {
            profile,
            metadata: None,
            nulls: Nulls::default(),
            values: Table::default(),
            schema: None,
            templates: Vec::new(),
            files: Vec::new(),
            subcharts: std::collections::BTreeMap::new(),
        };
        for file in files.iter().filter(|file| file.path == "Chart.yaml") {
            loader.describe("Chart.yaml", file)?;
            let metadata = loader.metadata.get_or_insert_default();
            if metadata.api_version.is_empty() {
                "v1".clone_into(&mut metadata.api_version);
            }
        }
        Ok(loader)
    }

    fn describe(&mut self, name: &'static str, file: &File) -> Result<(), LoadError> {
        let metadata = self.metadata.get_or_insert_default();
        let result = metadata.decode(file.content.as_bytes(), &mut self.nulls, self.profile.major());
        result.map_err(|error| LoadError::Document { file: name, source: error.into() })
    }

    fn add(&mut self, file: File) -> Result<(), LoadError> {
        match file.path.as_str() {
            "Chart.yaml" => {}
            "Chart.lock" => self.check_lock("Chart.lock", &file)?,
            "values.yaml" => self.values = self.parse_values(&file)?,
            "values.schema.json" => self.schema = Some(Schema::new(file.content)),
            "requirements.yaml" => {
                self.describe("requirements.yaml", &file)?;
                self.keep_if_v1(file);
            }
            "requirements.lock" => {
                self.check_lock("requirements.lock", &file)?;
                self.keep_if_v1(file);
            }
            path if path.starts_with("templates/") => self.templates.push(Arc::new(TemplateFile::new(file))),
            path if path.starts_with("charts/") && crate::path::extension(path) != ".prov" => {
                self.add_to_subchart(file)
            }
            _ => self.files.push(file),
        }
        Ok(())
    }

    fn parse_values(&self, file: &File) -> Result<Table, LoadError> {
        values::parse(file.content.as_bytes(), self.profile)
            .map_err(|source| LoadError::Document { file: "values.yaml", source })
    }

    fn check_lock(&mut self, name: &'static str, file: &File) -> Result<(), LoadError> {
        let result = crate::metadata::check_lock(file.content.as_bytes(), self.profile.major());
        result.map_err(|error| LoadError::Document { file: name, source: error.into() })
    }

    /// Charts of the first generation show their requirements among their files.
    fn keep_if_v1(&mut self, file: File) {
        if self.metadata.get_or_insert_default().api_version == "v1" {
            self.files.push(file);
        }
    }

    fn add_to_subchart(&mut self, file: File) {
        let path = file.path.strip_prefix("charts/").unwrap_or_default().to_owned();
        let name = path.split('/').next().unwrap_or_default().to_owned();
        self.subcharts.entry(name).or_default().push(File { path, content: file.content });
    }

    fn finish(mut self) -> Result<Arc<Chart>, LoadError> {
        let Some(mut metadata) = self.metadata.take() else { return Err(LoadError::NoChartYaml) };
        metadata.validate(self.nulls, self.profile)?;
        let subcharts = std::mem::take(&mut self.subcharts);
        let is_chart = |name: &str| !name.starts_with(['_', '.']);
        let dependencies = subcharts
            .into_iter()
            .filter(|(name, _)| is_chart(name))
            .map(|(name, files)| self.subchart(&metadata.name, name, files))
            .collect::<Result<_, _>>()?;
        let Self { profile, values, schema, templates, files, .. } = self;
        Ok(Arc::new(Chart { profile, metadata, values, schema, templates, files, dependencies }))
    }

    fn subchart(&self, parent: &str, name: String, files: Vec<File>) -> Result<Arc<Chart>, LoadError> {
        let says_subchart = self.profile.says_subchart();
        let result = if crate::path::extension(&name) == ".tgz" {
            match files.into_iter().next() {
                Some(file) if file.path != name => {
                    let (parent, found) = (parent.to_owned(), file.path);
                    return Err(LoadError::ArchiveIsDirectory {
                        parent,
                        expected: name,
                        found,
                        says_subchart,
                    });
                }
                Some(file) => archive::unpack(file.content.as_bytes(), self.profile.size_rules())
                    .map_err(LoadError::from)
                    .and_then(|files| Chart::from_entries(self.profile, files)),
                None => Err(ArchiveError::Empty.into()),
            }
        } else {
            Chart::from_entries(self.profile, files.into_iter().filter_map(below_first).collect())
        };
        result.map_err(|source| LoadError::Subchart {
            subchart: name,
            parent: parent.to_owned(),
            says_subchart,
            source: Box::new(source),
        })
    }
}

/// A file without the first directory of its path.
fn below_first(file: File) -> Option<File> {
    let (_, path) = file.path.split_once('/')?;
    Some(File { path: path.to_owned(), content: file.content.clone() })
}
