//! What a text defines: templates by their names.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::FixedState;

use crate::Str;
use crate::node::{Body, Node, Source, Tree};
use crate::unicode::{is_space, runes};

/// The root of a template.
pub(super) struct Definition {
    root: Body,
    /// Whether there is nothing but space: such a template replaces no other.
    is_empty: bool,
}

impl Definition {
    pub(super) fn new(root: Body, source: &Source) -> Self {
        let is_empty = root.iter().all(|node| match node {
            Node::Text(span) => runes(source.slice(*span)).all(|(_, rune, _)| is_space(rune)),
            _ => false,
        });
        Self { root, is_empty }
    }
}

/// The templates that were parsed so far, in the order in which their names came up.
#[derive(Default)]
pub(super) struct Definitions {
    definitions: Vec<(Str, Definition)>,
    by_name: HashMap<Str, usize, FixedState>,
}

impl Definitions {
    /// Adds a template; gives its name back if there is another one, and neither is empty.
    pub(super) fn add(&mut self, name: Str, definition: Definition) -> Result<(), Str> {
        let known = self.by_name.get(&name).and_then(|place| self.definitions.get_mut(*place));
        match known {
            None => {
                self.by_name.insert(name.clone(), self.definitions.len());
                self.definitions.push((name, definition));
            }
            Some((_, other)) if other.is_empty => *other = definition,
            Some(_) if definition.is_empty => {}
            Some(_) => return Err(name),
        }
        Ok(())
    }

    /// The trees; that of the text called `name` is the first.
    pub(super) fn into_trees(mut self, name: &Str, source: Arc<Source>) -> Vec<Tree> {
        // A text that only defines a template of its own name has that one as its own.
        let own = self.by_name.get(name).copied().unwrap_or(0);
        self.definitions.swap(0, own);
        let tree = |(name, Definition { root, is_empty })| Tree {
            name,
            source: Arc::clone(&source),
            root,
            is_empty,
        };
        self.definitions.into_iter().map(tree).collect()
    }
}
