//! How long it takes to choose among ten thousand entries: `cargo bench -p policy`.

use std::time::{Duration, Instant};

use policy::{Destination, Kind, Outcome, Project, Projects, Scope, Selection, State};

const ENTRIES: usize = 10_000;
const QUESTIONS: usize = 100_000;
const LIMIT: Duration = Duration::from_micros(100);

/// How the entries lie: spread over hosts, all at one host, or all at one place for different projects.
#[derive(Clone, Copy, Debug)]
enum Spread {
    Hosts,
    Paths,
    Projects,
}

fn entry(spread: Spread, index: usize) -> (String, Projects) {
    match spread {
        Spread::Hosts => (format!("registry-{index}.corp/team"), Projects::Every),
        Spread::Paths => (format!("registry.corp/group/team-{index}/charts"), Projects::Every),
        Spread::Projects => {
            let project = Project::named(&format!("project-{index}"));
            ("registry.corp/team".to_owned(), Projects::Only(project.into_iter().collect()))
        }
    }
}

fn reference(spread: Spread, index: usize) -> String {
    format!("oci://{}/a/b/c/d/app:1.0", entry(spread, index).0)
}

#[expect(clippy::expect_used, reason = "what is written here is valid")]
fn selection(spread: Spread) -> Selection<usize> {
    Selection::new((0..ENTRIES).map(|index| {
        let (prefix, projects) = entry(spread, index);
        let prefix = Destination::parse_prefix(&prefix).expect("a valid prefix");
        (Scope { prefix, projects, kind: Kind::Repository, state: State::Usable }, index)
    }))
}

fn ask(selection: &Selection<usize>, reference: &str, project: Option<&Project>) -> Option<usize> {
    let destination = Destination::parse_reference(reference).ok()?;
    match selection.select(&destination, project) {
        Outcome::One(index) => Some(*index),
        _ => None,
    }
}

#[expect(clippy::print_stdout, reason = "the figures are the product of a bench")]
fn main() {
    for spread in [Spread::Hosts, Spread::Paths, Spread::Projects] {
        let selection = selection(spread);
        let mut times = Vec::with_capacity(QUESTIONS);
        for question in 0..QUESTIONS {
            let index = question * 7919 % ENTRIES;
            let (reference, project) =
                (reference(spread, index), Project::named(&format!("project-{index}")));
            let start = Instant::now();
            let found = ask(&selection, &reference, project.as_ref());
            times.push(start.elapsed());
            assert_eq!(found, Some(index), "{reference}");
        }
        times.sort_unstable();
        let at = |percent: usize| times.get(QUESTIONS * percent / 100).copied().unwrap_or_default();
        println!("{spread:?}: p50 {:?}, p99 {:?}", at(50), at(99));
        assert!(at(99) < LIMIT, "p99 of {spread:?} is above {LIMIT:?}");
    }
}
