//! Small charts against what each version of Helm prints for them: one file a chart in `tests/fixtures/charts`, with the
//! chart's files, commands, and what Helm said.
//!
//! `make record-charts` writes what real Helm says now, where its binaries are on PATH as `helm-4.2` and so on.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

#[path = "charts/command.rs"]
mod command;
#[path = "corpus/compare.rs"]
#[expect(dead_code, reason = "the corpus needs more of it")]
mod compare;
#[path = "charts/story.rs"]
mod story;

use std::path::{Path, PathBuf};

use helm::{Chart, File, Profile};

use command::Command;
use story::{Answers, Run, Story};

/// What the comparisons are made of, as in the corpus.
mod support {
    #[derive(PartialEq, Eq)]
    pub(crate) enum Verdict {
        Equal,
        SameRefusal,
        Different(String),
    }
}

use support::Verdict;

fn stories() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/charts");
    let mut paths: Vec<_> = fs_err::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// The directory of the charts, where nothing is: errors show it.
const DIRECTORY: &str = ".";

fn render(story: &Story, run: &Run, profile: Profile) -> String {
    let files = story.files_of(run);
    let chart_files = files.iter().map(|(path, content)| File::new(path.as_str(), content.as_bytes()));
    let chart = Chart::from_files(profile, DIRECTORY, chart_files).map_err(|error| error.to_string());
    let rendered = chart.and_then(|chart| Command::parse(&run.flags()).render(&chart, &files));
    rendered.unwrap_or_else(|error| format!("Error: {error}"))
}

fn judge(want: &str, got: &str) -> Verdict {
    if want.starts_with("Error: ") && got.starts_with("Error: ") {
        let got = got.strip_prefix("Error: ").unwrap_or(got);
        return compare::refusals(want, got);
    }
    compare::exact(got.as_bytes(), want.as_bytes())
}

#[test]
fn charts_render_as_in_helm() {
    let mut wrong = Vec::new();
    for path in stories() {
        let story = Story::parse(&fs_err::read_to_string(&path).unwrap());
        for run in &story.runs {
            for profile in Profile::ALL {
                let want = run.answers.of(profile);
                if let Verdict::Different(why) = judge(want, &render(&story, run, profile)) {
                    let name = path.file_stem().unwrap().to_string_lossy();
                    wrong.push(format!("{name} in {profile} $ {}\n{why}", run.arguments));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} answers differ:\n{}", wrong.len(), wrong.join("\n\n"));
}

fn answers(story: &Story, run: &Run) -> Answers {
    let directory = story.unpack(run);
    Answers::new(Profile::ALL.map(|profile| command::real(profile, &run.flags(), directory.path())))
}

#[test]
#[ignore = "rewrites the stories, with real Helm"]
fn record() {
    for path in stories() {
        let mut story = Story::parse(&fs_err::read_to_string(&path).unwrap());
        let answers: Vec<_> = story.runs.iter().map(|run| answers(&story, run)).collect();
        for (run, answers) in story.runs.iter_mut().zip(answers) {
            run.answers = answers;
        }
        fs_err::write(&path, story.to_string()).unwrap();
    }
}
