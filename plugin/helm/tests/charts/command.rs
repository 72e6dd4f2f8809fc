//! `helm template demo .` with arguments: here, and of real Helm.

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use helm::context::Timestamp;
use helm::entropy::Stable;
use helm::lookup::NoCluster;
use helm::{
    Capabilities, Chart, Crds, Hooks, LIMITS, Operation, Profile, Release, Render, SchemaValidation,
    Selection, ValuesFile, ValuesSources,
};

/// The arguments of a command.
pub(crate) struct Command {
    sources: ValuesSources,
    values: Vec<String>,
    release: Release,
    kube_version: Option<String>,
    api_versions: Vec<String>,
    schema_validation: SchemaValidation,
    selection: Selection,
}

/// The words of a command: those in single quotes may have blanks.
fn words(arguments: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (at, part) in arguments.split('\'').enumerate() {
        if at % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

impl Command {
    pub(crate) fn parse(arguments: &str) -> Self {
        let mut command = Self {
            sources: ValuesSources::default(),
            values: Vec::new(),
            release: Release::new("demo", "default"),
            kube_version: None,
            api_versions: Vec::new(),
            schema_validation: SchemaValidation::On,
            selection: Selection::default(),
        };
        let mut words = words(arguments).into_iter();
        while let Some(flag) = words.next() {
            command.apply(&flag, &mut words);
        }
        command
    }

    fn apply(&mut self, flag: &str, words: &mut impl Iterator<Item = String>) {
        match flag {
            "--is-upgrade" => self.release.operation = Operation::Upgrade,
            "--include-crds" => self.selection.crds = Crds::Include,
            "--skip-tests" => self.selection.hooks = Hooks::NoTests,
            "--no-hooks" => self.selection.hooks = Hooks::None,
            "--skip-schema-validation" => self.schema_validation = SchemaValidation::Skip,
            _ => self.apply_with(flag, words.next().unwrap()),
        }
    }

    fn apply_with(&mut self, flag: &str, argument: String) {
        match flag {
            "--values" => self.values.push(argument),
            "--set" => self.sources.set.push(argument),
            "--set-string" => self.sources.set_string.push(argument),
            "--set-json" => self.sources.set_json.push(argument),
            "--set-file" => self.sources.set_file.push(argument),
            "--set-literal" => self.sources.set_literal.push(argument),
            "--namespace" => self.release.namespace = argument,
            "--name-template" => self.release.name = argument,
            "--kube-version" => self.kube_version = Some(argument),
            "--api-versions" => self.api_versions.push(argument),
            "--show-only" => self.selection.show_only.push(argument),
            other => unreachable!("`{other}` is not known here"),
        }
    }

    /// What the command prints, or says behind `Error: `.
    pub(crate) fn render(
        mut self,
        chart: &Arc<Chart>,
        files: &BTreeMap<String, String>,
    ) -> Result<String, String> {
        let all = files
            .iter()
            .map(|(path, content)| ValuesFile { path: path.clone(), content: content.clone().into_bytes() });
        self.sources.set_file_contents = all.collect();
        let named =
            |name: &String| self.sources.set_file_contents.iter().find(|file| file.path == *name).cloned();
        self.sources.files = self.values.iter().filter_map(named).collect();
        let capabilities =
            Capabilities::new(chart.profile(), self.kube_version.as_deref(), &self.api_versions);
        let render = Render {
            values: self.sources,
            release: self.release,
            capabilities: capabilities.map_err(|error| error.to_string())?,
            schema_validation: self.schema_validation,
            clock: Rc::new(Timestamp { seconds: 1_700_000_000, nanoseconds: 0 }),
            entropy: Rc::new(Stable::new(b"key", "application")),
            lookup: Rc::new(NoCluster),
            limits: LIMITS,
        };
        let output = render.run(chart).map_err(|error| error.to_string())?;
        let text = output.text(&self.selection).map_err(|error| error.to_string())?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }
}

/// What real Helm prints in a chart's directory; of a crash, its first line.
pub(crate) fn real(profile: Profile, arguments: &str, directory: &Path) -> String {
    let mut command = std::process::Command::new(format!("helm-{profile}"));
    command.current_dir(directory).args(["template", "."]);
    if !arguments.contains("--name-template") {
        command.args(["--name-template", "demo"]);
    }
    let output = command.args(words(arguments)).output().unwrap();
    if output.status.success() {
        return String::from_utf8(output.stdout).unwrap();
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let directory = directory.to_string_lossy();
    let said = said.replace(&format!("/private{directory}"), ".").replace(&*directory, ".");
    match said.find("Error: ") {
        Some(start) => said.get(start..).unwrap_or_default().trim_end().to_owned(),
        None => format!("Error: {}", said.lines().find(|line| line.starts_with("panic: ")).unwrap_or(&said)),
    }
}
