//! Which templates are in reach.

use crate::Str;
use crate::node::Tree;
use crate::template::{Template, TemplateSet};

/// The templates that can be executed by name: those of a set, and before them those that texts define which
/// are being executed.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'t> {
    set: &'t TemplateSet,
    overlay: Option<&'t Overlay<'t>>,
}

/// The templates of a text, over those of an outer scope.
pub(crate) struct Overlay<'t> {
    template: &'t Template,
    outer: Option<&'t Self>,
}

impl<'t> Scope<'t> {
    pub(crate) fn new(set: &'t TemplateSet) -> Self {
        Self { set, overlay: None }
    }

    /// A layer that hides templates of this scope; see [`Scope::with`].
    pub(crate) fn overlay(self, template: &'t Template) -> Overlay<'t> {
        Overlay { template, outer: self.overlay }
    }

    /// This scope with `overlay` before it.
    pub(crate) fn with<'o>(self, overlay: &'o Overlay<'o>) -> Scope<'o>
    where
        't: 'o,
    {
        Scope { set: self.set, overlay: Some(overlay) }
    }

    pub(crate) fn set_name(self) -> &'t Str {
        self.set.name()
    }

    /// The template of that name. An empty one hides no other.
    pub(crate) fn find(self, name: &Str) -> Option<&'t Tree> {
        let mut empty = None;
        let mut overlay = self.overlay;
        while let Some(layer) = overlay {
            match layer.template.tree(name) {
                Some(tree) if tree.is_empty => empty = Some(tree),
                Some(tree) => return Some(tree),
                None => {}
            }
            overlay = layer.outer;
        }
        self.set.tree(name).or(empty)
    }
}
