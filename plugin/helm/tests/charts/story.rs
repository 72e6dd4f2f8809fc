//! A chart, commands, and what Helm says to them, in one text:
//!
//! ```text
//! What this is about.
//! -- Chart.yaml --
//! name: x
//! $ --set a=b
//! == 3.16 3.19 3.21 ==
//! …
//! == 4.1 4.2 4.3 ==
//! …
//! ```
//!
//! A part ends before the newline that stands before the next mark. An argument `path<other` gives the file `path` the
//! content of `other` for this command.

use std::collections::BTreeMap;
use std::fmt;

use helm::Profile;

/// One file of stories.
pub(crate) struct Story {
    about: String,
    /// Path and content.
    pub(crate) files: Vec<(String, String)>,
    pub(crate) runs: Vec<Run>,
}

/// A command and its answers.
pub(crate) struct Run {
    /// What follows `helm template demo .`.
    pub(crate) arguments: String,
    pub(crate) answers: Answers,
}

fn is_replacement(word: &str) -> bool {
    word.contains('<') && !word.contains(['\'', '"'])
}

impl Run {
    fn replacements(&self) -> impl Iterator<Item = (&str, &str)> {
        self.arguments.split(' ').filter(|word| is_replacement(word)).filter_map(|word| word.split_once('<'))
    }

    /// The arguments for Helm.
    pub(crate) fn flags(&self) -> String {
        let is_flag = |word: &&str| !is_replacement(word);
        self.arguments.split(' ').filter(is_flag).collect::<Vec<_>>().join(" ")
    }
}

/// What each profile says; profiles that agree share a part.
#[derive(Default)]
pub(crate) struct Answers(Vec<(Vec<Profile>, String)>);

impl Answers {
    pub(crate) fn new(answers: [String; Profile::ALL.len()]) -> Self {
        let mut parts: Vec<(Vec<Profile>, String)> = Vec::new();
        for (profile, answer) in Profile::ALL.into_iter().zip(answers) {
            match parts.iter_mut().find(|(_, known)| *known == answer) {
                Some((profiles, _)) => profiles.push(profile),
                None => parts.push((vec![profile], answer)),
            }
        }
        Self(parts)
    }

    pub(crate) fn of(&self, profile: Profile) -> &str {
        let part = self.0.iter().find(|(profiles, _)| profiles.contains(&profile));
        part.map(|(_, answer)| answer.as_str()).unwrap_or("not recorded")
    }
}

enum Mark {
    File(String),
    Command(String),
    Answers(Vec<Profile>),
}

impl Mark {
    fn parse(line: &str) -> Option<Self> {
        if let Some(arguments) = line.strip_prefix('$') {
            return Some(Self::Command(arguments.trim().to_owned()));
        }
        let between = |start: &str, end: &str| line.strip_prefix(start)?.strip_suffix(end);
        if let Some(path) = between("-- ", " --") {
            return Some(Self::File(path.to_owned()));
        }
        let profiles: Result<_, _> = between("== ", " ==")?.split(' ').map(str::parse).collect();
        Some(Self::Answers(profiles.unwrap()))
    }
}

impl Story {
    pub(crate) fn parse(text: &str) -> Self {
        let mut story = Self { about: String::new(), files: Vec::new(), runs: Vec::new() };
        let mut body: Vec<&str> = Vec::new();
        let mut mark = None;
        for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
            match Mark::parse(line) {
                Some(next) => story.add(mark.replace(next), &std::mem::take(&mut body)),
                None => body.push(line),
            }
        }
        story.add(mark, &body);
        story
    }

    fn add(&mut self, mark: Option<Mark>, body: &[&str]) {
        let text = body.join("\n");
        match mark {
            None => self.about = text,
            Some(Mark::File(path)) => self.files.push((path, format!("{text}\n"))),
            Some(Mark::Command(arguments)) => self.runs.push(Run { arguments, answers: Answers::default() }),
            Some(Mark::Answers(profiles)) => {
                self.runs.last_mut().unwrap().answers.0.push((profiles, text));
            }
        }
    }

    /// The files as a command sees them.
    pub(crate) fn files_of(&self, run: &Run) -> BTreeMap<String, String> {
        let mut files: BTreeMap<_, _> = self.files.iter().cloned().collect();
        for (path, other) in run.replacements() {
            let content = files[other].clone();
            files.insert(path.to_owned(), content);
        }
        files
    }

    /// The files in a directory that goes away.
    pub(crate) fn unpack(&self, run: &Run) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        for (path, content) in self.files_of(run) {
            let path = directory.path().join(path);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, content).unwrap();
        }
        directory
    }
}

impl fmt::Display for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.about)?;
        for (path, content) in &self.files {
            write!(f, "-- {path} --\n{content}")?;
        }
        for run in &self.runs {
            writeln!(f, "{}", format!("$ {}", run.arguments).trim_end())?;
            for (profiles, answer) in &run.answers.0 {
                let names: Vec<_> = profiles.iter().map(|profile| profile.name()).collect();
                writeln!(f, "== {} ==\n{answer}", names.join(" "))?;
            }
        }
        Ok(())
    }
}
