//! Saying what a plugin is and which parameters it has.

use crate::{Capabilities, Collection, Metadata, ParameterAnnouncement};

impl Metadata {
    /// A plugin without declared parameters, which accepts any.
    #[must_use]
    pub fn new(name: impl Into<String>, version: impl Into<String>, capabilities: Capabilities) -> Self {
        Self { name: name.into(), version: version.into(), capabilities, parameters: Vec::new() }
    }

    /// The same plugin, which accepts `parameters` alone.
    #[must_use]
    pub fn with_parameters(self, parameters: impl IntoIterator<Item = ParameterAnnouncement>) -> Self {
        Self { parameters: parameters.into_iter().collect(), ..self }
    }
}

impl ParameterAnnouncement {
    /// An optional parameter that is one text.
    #[must_use]
    pub fn text(name: impl Into<String>, title: impl Into<String>, tooltip: impl Into<String>) -> Self {
        Self::new(name, title, tooltip, Collection::Text)
    }

    /// An optional parameter that is a list of texts.
    #[must_use]
    pub fn items(name: impl Into<String>, title: impl Into<String>, tooltip: impl Into<String>) -> Self {
        Self::new(name, title, tooltip, Collection::Items)
    }

    /// An optional parameter that consists of pairs of key and text.
    #[must_use]
    pub fn entries(name: impl Into<String>, title: impl Into<String>, tooltip: impl Into<String>) -> Self {
        Self::new(name, title, tooltip, Collection::Entries)
    }

    fn new(
        name: impl Into<String>,
        title: impl Into<String>,
        tooltip: impl Into<String>,
        collection: Collection,
    ) -> Self {
        Self {
            name: name.into(),
            title: title.into(),
            tooltip: tooltip.into(),
            required: false,
            item_type: "string".to_owned(),
            collection,
            text: String::new(),
            items: Vec::new(),
            entries: Vec::new(),
        }
    }

    /// The same parameter; generation fails without it.
    #[must_use]
    pub fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// The same parameter, whose texts are of another type than `string`, such as `boolean`.
    #[must_use]
    pub fn with_item_type(self, item_type: impl Into<String>) -> Self {
        Self { item_type: item_type.into(), ..self }
    }

    /// The same parameter, whose text is `text` by default.
    #[must_use]
    pub fn with_text(self, text: impl Into<String>) -> Self {
        Self { text: text.into(), ..self }
    }

    /// The same parameter, whose texts are `items` by default.
    #[must_use]
    pub fn with_items(self, items: impl IntoIterator<Item = String>) -> Self {
        Self { items: items.into_iter().collect(), ..self }
    }

    /// The same parameter, whose pairs are `entries` by default.
    #[must_use]
    pub fn with_entries(self, entries: impl IntoIterator<Item = (String, String)>) -> Self {
        Self { entries: entries.into_iter().collect(), ..self }
    }
}
