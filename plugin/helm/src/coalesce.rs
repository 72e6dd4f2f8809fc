//! How values of a user, a chart and its subcharts become one table.
//!
//! A user's value wins over a chart's default, a parent's over a subchart's; maps are merged, all else is replaced.
//! What a null does in all this changed in nearly every release of Helm: see [`NullRules`].

use std::collections::HashSet;

use gotemplate::{List, Map, Str, Value};

use crate::node::Node;
use crate::profile::NullRules;

/// The key whose table every subchart shares with its parent.
const GLOBAL: &[u8] = b"global";

/// A subchart's place in its parent's values is taken by something that is no table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("type mismatch on {name}: {value}")]
pub struct TypeMismatch {
    /// The name of the subchart.
    pub name: String,
    /// What is there, as Go prints it.
    pub value: String,
}

/// Whether nulls are resolved or kept for a later pass.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Nulls {
    /// A null takes its key away.
    Resolve,
    /// A null is a value like others.
    Keep,
}

/// Merges values and collects what Helm would log.
pub(crate) struct Coalescer {
    rules: NullRules,
    /// The lines Helm writes to its log.
    pub(crate) warnings: Vec<String>,
}

impl Coalescer {
    pub(crate) fn new(rules: NullRules) -> Self {
        Self { rules, warnings: Vec::new() }
    }

    /// The values that `node` and its subcharts see: `user` (left as it is) over the defaults.
    pub(crate) fn coalesce(&mut self, node: &Node, user: &Map) -> Result<Map, TypeMismatch> {
        let values = copy_map(user);
        self.chart(node, &values, "", Nulls::Resolve)?;
        Ok(values)
    }

    /// The defaults of `node` and its subcharts as one table, nulls kept.
    pub(crate) fn merge_defaults(&mut self, node: &Node) -> Result<Map, TypeMismatch> {
        let values = Map::new();
        self.chart(node, &values, "", Nulls::Keep)?;
        Ok(values)
    }

    /// Adds to `target` what `source` has more, nulls kept.
    pub(crate) fn merge_tables(&mut self, target: &Map, source: &Map) {
        self.tables(target, source, "", Nulls::Keep);
    }

    fn chart(&mut self, node: &Node, values: &Map, prefix: &str, nulls: Nulls) -> Result<(), TypeMismatch> {
        self.defaults(node, values, prefix, nulls);
        let prefix = dotted(prefix, node.name());
        for subchart in &node.dependencies {
            let name = subchart.name();
            let table = match values.get(name.as_bytes()) {
                Some(Value::Map(table)) => table,
                Some(other) => {
                    return Err(TypeMismatch {
                        name: name.to_owned(),
                        value: crate::text::printed("%t", &other),
                    });
                }
                None => {
                    let table = Map::new();
                    values.insert(name, Value::Map(table.clone()));
                    table
                }
            };
            self.globals(&table, values, &prefix);
            self.chart(subchart, &table, &prefix, nulls)?;
        }
        Ok(())
    }

    /// Puts the parent's globals over those of the subchart.
    fn globals(&mut self, child: &Map, parent: &Map, prefix: &str) {
        let mut table_of = |map: &Map, whose: &str| match map.get(GLOBAL) {
            None => Some(Map::new()),
            Some(Value::Map(table)) => Some(table),
            Some(_) => {
                self.warnings
                    .push(format!("warning: skipping globals because {whose} global is not a table."));
                None
            }
        };
        let Some(target) = table_of(child, "destination") else { return };
        let Some(source) = table_of(parent, "source") else { return };
        for (key, value) in source.entries() {
            self.global(&target, &key, value, prefix);
        }
        child.insert("global", Value::Map(target));
    }

    fn global(&mut self, target: &Map, key: &Str, value: Value, prefix: &str) {
        let existing = target.get(key.as_bytes());
        match (value, existing) {
            (Value::Map(table), existing) => {
                // One level is copied, so that parent and child do not share this table; those below it they do.
                let table: Map = table.entries().into_iter().collect();
                match existing {
                    Some(Value::Map(existing)) => {
                        self.tables(&table, &existing, &dotted(prefix, &key.to_str_lossy()), Nulls::Keep);
                    }
                    Some(_) => {
                        let key = crate::text::quote(&key.to_str_lossy());
                        self.warnings
                            .push(format!("Conflict: cannot merge map onto non-map for {key}. Skipping."));
                        return;
                    }
                    None => {}
                }
                target.insert(key.clone(), Value::Map(table));
            }
            (_, Some(Value::Map(_))) => self.warnings.push(format!("key {key} is table. Skipping")),
            (value, _) => {
                target.insert(key.clone(), value);
            }
        }
    }

    /// Adds the defaults of one chart to `values`.
    fn defaults(&mut self, node: &Node, values: &Map, prefix: &str, nulls: Nulls) {
        let prefix = dotted(prefix, node.name());
        for (key, default) in node.values.entries() {
            match values.get(key.as_bytes()) {
                None => self.absent(values, key, &default, nulls),
                Some(Value::Nil) if nulls == Nulls::Resolve => drop(values.remove(key.as_bytes())),
                Some(Value::Map(table)) => match copy(&default) {
                    Value::Map(default) => {
                        let nulls = self.nulls_below(node, &key, nulls);
                        if self.rules.drops_default_nulls && nulls == Nulls::Resolve {
                            drop_nulls(&default);
                        }
                        self.tables(&table, &default, &dotted(&prefix, &key.to_str_lossy()), nulls);
                    }
                    Value::Nil => {}
                    _ => {
                        self.warnings.push(format!("warning: skipped value for {prefix}.{key}: Not a table."))
                    }
                },
                Some(_) => {}
            }
        }
    }

    fn absent(&self, values: &Map, key: Str, default: &Value, nulls: Nulls) {
        if self.rules.drops_default_nulls && nulls == Nulls::Resolve {
            if default.is_untyped_nil() {
                return;
            }
            let default = copy(default);
            if let Value::Map(table) = &default {
                drop_nulls(table);
            }
            values.insert(key, default);
        } else {
            values.insert(key, copy(default));
        }
    }

    /// In most releases nulls in a subchart's table survive the parent's pass: the subchart's own resolves them.
    fn nulls_below(&self, node: &Node, key: &Str, nulls: Nulls) -> Nulls {
        let is_subchart = || node.dependencies.iter().any(|chart| *key == chart.name());
        if self.rules.keeps_subchart_nulls && is_subchart() { Nulls::Keep } else { nulls }
    }

    /// Adds to `target` what `source` has more; both may be changed.
    fn tables(&mut self, target: &Map, source: &Map, prefix: &str, nulls: Nulls) {
        let mut overridden = HashSet::new();
        if self.rules.only_overridden_nulls_delete {
            let not_null = source.entries().into_iter().filter(|(_, value)| !value.is_untyped_nil());
            overridden = not_null.map(|(key, _)| key).collect();
        }
        if self.rules.copies_nulls_to_defaults {
            for (key, value) in target.entries() {
                if value.is_untyped_nil() {
                    source.insert(key, Value::Nil);
                }
            }
        }
        for (key, default) in source.entries() {
            let deletes = !self.rules.only_overridden_nulls_delete || overridden.contains(&key);
            match target.get(key.as_bytes()) {
                Some(Value::Nil) if nulls == Nulls::Resolve && deletes => drop(target.remove(key.as_bytes())),
                None => drop(target.insert(key, default)),
                Some(own) => self.both(&own, &default, &dotted(prefix, &key.to_str_lossy()), nulls),
            }
        }
    }

    fn both(&mut self, own: &Value, default: &Value, path: &str, nulls: Nulls) {
        match (own, default) {
            (Value::Map(own), Value::Map(default)) => self.tables(own, default, path, nulls),
            (_, Value::Map(_)) => {
                let default = crate::text::printed("%v", default);
                self.warnings
                    .push(format!("warning: cannot overwrite table with non table for {path} ({default})"));
            }
            (Value::Map(_), default) if !default.is_untyped_nil() => {
                let default = crate::text::printed("%v", default);
                let warning = format!(
                    "warning: destination for {path} is a table. Ignoring non-table value ({default})"
                );
                self.warnings.push(warning);
            }
            _ => {}
        }
    }
}

fn dotted(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") }
}

/// A deep copy of a map.
pub(crate) fn copy_map(map: &Map) -> Map {
    map.entries().into_iter().map(|(key, value)| (key, copy(&value))).collect()
}

/// A deep copy: what templates change in it is not seen in the original.
pub(crate) fn copy(value: &Value) -> Value {
    match value {
        Value::Map(map) => Value::Map(copy_map(map)),
        Value::List(list) if list.iter().any(|item| matches!(item, Value::Map(_) | Value::List(_))) => {
            Value::List(List::new(list.iter().map(|item| copy(&item)).collect()))
        }
        other => other.clone(),
    }
}

/// Takes nulls out of a table and the tables in it; lists stay as they are.
fn drop_nulls(map: &Map) {
    for (key, value) in map.entries() {
        match value {
            Value::Nil => drop(map.remove(key.as_bytes())),
            Value::Map(table) => drop_nulls(&table),
            _ => {}
        }
    }
}
