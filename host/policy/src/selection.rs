//! Which of many entries is the one for a destination and a project.
//!
//! The longest prefix of whole segments wins (R5); at one place, an entry of the project before one for all
//! (R6); among these, the kinds in the order of [`Kind`]; and what is still equal is an error that names all
//! (R6). The answer is one entry or none: nothing here offers a second one to fall through to (R7).

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::destination::Destination;
use crate::origin::Origin;
use crate::project::{Project, Projects};

/// Where an entry comes from, in the order in which entries at one place are preferred.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Written in `tiphys.yaml`.
    Static,
    /// A cloud identity that the operator enabled for a registry.
    Identity,
    /// An Argo CD `repository` Secret.
    Repository,
    /// An Argo CD `repo-creds` Secret.
    Template,
    /// A Docker or containers auth file.
    Docker,
    /// Helm's registry configuration.
    Helm,
}

/// What an entry is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The place; everything below it is meant too.
    pub prefix: Destination,
    /// Who may use it.
    pub projects: Projects,
    /// Where it comes from.
    pub kind: Kind,
    /// Whether it was read whole.
    pub state: State,
}

/// Whether an entry can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// It can.
    Usable,
    /// It could not be read. Where it would have won, that is an error, and no lesser entry is used in its place
    /// (R7); an equal one that is usable still is (R31).
    Broken,
}

/// How well an entry fits; the greater, the better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    /// Segments of the prefix.
    pub depth: usize,
    /// Whether it is the project's own.
    pub own: bool,
    /// Its kind; the first is the best.
    pub kind: Reverse<Kind>,
    /// Whether it can be used.
    pub state: Reverse<State>,
}

/// An entry that matches, with how well it does.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a, T> {
    /// The entry.
    pub entry: &'a T,
    /// How well it fits.
    pub rank: Rank,
}

/// The answer to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome<'a, T> {
    /// No entry is for this place and project.
    None,
    /// The one entry.
    One(&'a T),
    /// Several entries are equally good: an error.
    Tie(Vec<&'a T>),
    /// The best entry could not be read: an error.
    Broken(&'a T),
}

/// Entries, found by place and project without looking at the others.
#[derive(Clone, Debug)]
pub struct Selection<T> {
    origins: HashMap<Origin, HashMap<Box<str>, Place<T>>>,
}

/// The entries of one place.
#[derive(Clone, Debug)]
struct Place<T> {
    every: Vec<Filed<T>>,
    only: HashMap<Project, Vec<Filed<T>>>,
}

#[derive(Clone, Debug)]
struct Filed<T> {
    kind: Kind,
    state: State,
    entry: T,
}

// === impl Selection ===

impl<T: Clone> Selection<T> {
    /// Files `entries` by their places.
    #[must_use]
    pub fn new(entries: impl IntoIterator<Item = (Scope, T)>) -> Self {
        let mut selection = Self { origins: HashMap::new() };
        for (scope, entry) in entries {
            selection.insert(&scope, entry);
        }
        selection
    }

    fn insert(&mut self, scope: &Scope, entry: T) {
        let paths = self.origins.entry(scope.prefix.origin().clone()).or_default();
        let place = paths.entry(scope.prefix.path().into()).or_default();
        let filed = Filed { kind: scope.kind, state: scope.state, entry };
        match &scope.projects {
            Projects::Every => place.every.push(filed),
            Projects::Only(names) => {
                for name in names {
                    place.only.entry(name.clone()).or_default().push(filed.clone());
                }
            }
        }
    }
}

impl<T> Selection<T> {
    /// Everything that is for `destination` and `project`, best first. Entries of other projects are not seen.
    #[must_use]
    pub fn candidates(&self, destination: &Destination, project: Option<&Project>) -> Vec<Candidate<'_, T>> {
        let mut candidates = Vec::new();
        for (depth, own, entries) in self.levels(destination, project) {
            candidates.extend(entries.iter().map(|filed| Candidate {
                entry: &filed.entry,
                rank: Rank { depth, own, kind: Reverse(filed.kind), state: Reverse(filed.state) },
            }));
        }
        candidates.sort_by_key(|candidate| Reverse(candidate.rank));
        candidates
    }

    /// The one entry for `destination` and `project`.
    #[must_use]
    pub fn select(&self, destination: &Destination, project: Option<&Project>) -> Outcome<'_, T> {
        let first = self.levels(destination, project).find(|(_, _, entries)| !entries.is_empty());
        first.map_or(Outcome::None, |(_, _, entries)| best(entries))
    }

    /// The entries that apply, in groups of equal depth and ownership, best first.
    fn levels<'a, 'q>(
        &'a self,
        destination: &'q Destination,
        project: Option<&'q Project>,
    ) -> impl Iterator<Item = (usize, bool, &'a [Filed<T>])> + use<'a, 'q, T> {
        let paths = self.origins.get(destination.origin());
        let depth = destination.depth();
        let places = destination
            .ancestors()
            .enumerate()
            .filter_map(move |(up, path)| Some((depth.saturating_sub(up), paths?.get(path)?)));
        places.flat_map(move |(depth, place)| {
            let own = project.and_then(|project| place.only.get(project)).map_or(&[][..], Vec::as_slice);
            [(depth, true, own), (depth, false, place.every.as_slice())]
        })
    }
}

impl<T> Default for Place<T> {
    fn default() -> Self {
        Self { every: Vec::new(), only: HashMap::new() }
    }
}

/// The best of entries at one place that are equally close to the project.
fn best<T>(entries: &[Filed<T>]) -> Outcome<'_, T> {
    let Some(kind) = entries.iter().map(|filed| filed.kind).min() else { return Outcome::None };
    let of_kind = || entries.iter().filter(move |filed| filed.kind == kind);
    let usable: Vec<&T> =
        of_kind().filter(|filed| filed.state == State::Usable).map(|filed| &filed.entry).collect();
    match usable.as_slice() {
        [] => of_kind().next().map_or(Outcome::None, |filed| Outcome::Broken(&filed.entry)),
        [only] => Outcome::One(only),
        _ => Outcome::Tie(usable),
    }
}

#[cfg(test)]
mod tests;
