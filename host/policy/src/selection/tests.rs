//! The decision table of `table.txt`, asked case by case.

use crate::{Destination, Kind, Outcome, Project, Projects, Scope, Selection, State};

const TABLE: &str = include_str!("table.txt");

#[derive(Default)]
struct Block {
    name: String,
    entries: Vec<(Scope, String)>,
    cases: Vec<[String; 3]>,
}

fn fields<const N: usize>(line: &str) -> [String; N] {
    let fields: Vec<String> = line[1..].split('|').map(|field| field.trim().to_owned()).collect();
    fields.try_into().unwrap_or_else(|fields| panic!("{N} fields expected in `{line}`: {fields:?}"))
}

fn kind(text: &str) -> Kind {
    match text {
        "static" => Kind::Static,
        "identity" => Kind::Identity,
        "repository" => Kind::Repository,
        "template" => Kind::Template,
        "docker" => Kind::Docker,
        "helm" => Kind::Helm,
        other => panic!("no such kind: `{other}`"),
    }
}

fn entry(line: &str) -> (Scope, String) {
    let [label, prefix, projects, text] = fields::<4>(line);
    let names: Vec<Project> = projects.split(',').filter_map(Project::named).collect();
    let (state, text) = match text.strip_prefix("broken:") {
        Some(text) => (State::Broken, text),
        None => (State::Usable, &*text),
    };
    let scope = Scope {
        prefix: Destination::parse_prefix(&prefix).unwrap_or_else(|error| panic!("{line}: {error}")),
        projects: if names.is_empty() { Projects::Every } else { Projects::Only(names) },
        kind: kind(text),
        state,
    };
    (scope, label)
}

fn blocks() -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for line in TABLE.lines() {
        match line.get(..2).unwrap_or_default() {
            "==" => blocks.push(Block { name: line[2..].trim().to_owned(), ..Block::default() }),
            "+ " => blocks.last_mut().unwrap().entries.push(entry(line)),
            "? " => blocks.last_mut().unwrap().cases.push(fields(line)),
            "" | "# " | "#" => {}
            other => panic!("`{other}` begins no line of the table: {line}"),
        }
    }
    blocks
}

fn answer(selection: &Selection<String>, reference: &str, project: &str) -> String {
    let Ok(destination) = Destination::parse_reference(reference) else { return "refused".to_owned() };
    match selection.select(&destination, Project::named(project).as_ref()) {
        Outcome::None => "-".to_owned(),
        Outcome::One(label) => label.clone(),
        Outcome::Broken(label) => format!("broken {label}"),
        Outcome::Tie(labels) => {
            let mut labels: Vec<&str> = labels.into_iter().map(String::as_str).collect();
            labels.sort_unstable();
            format!("tie {}", labels.join(" "))
        }
    }
}

#[test]
fn every_case_of_the_table_is_decided_as_it_says() {
    let mut cases = 0;
    let mut wrong = Vec::new();
    for block in blocks() {
        let selection = Selection::new(block.entries);
        for [reference, project, expected] in block.cases {
            cases += 1;
            let found = answer(&selection, &reference, &project);
            if found != expected {
                wrong.push(format!(
                    "{}: `{reference}` for `{project}`: expected {expected}, found {found}",
                    block.name
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {cases} cases:\n{}", wrong.len(), wrong.join("\n"));
    assert!(cases >= 300, "the table has only {cases} cases");
}

/// What is listed for people begins with what is used.
#[test]
fn the_first_candidate_is_the_one_that_is_selected() {
    for block in blocks() {
        let selection = Selection::new(block.entries);
        for [reference, project, expected] in block.cases {
            let Ok(destination) = Destination::parse_reference(&reference) else { continue };
            let candidates = selection.candidates(&destination, Project::named(&project).as_ref());
            let first = candidates.first().map_or("-", |candidate| candidate.entry);
            let named = expected.split(' ').any(|word| word == first);
            assert!(named, "{}: `{reference}`: expected {expected}, first is {first}", block.name);
        }
    }
}
