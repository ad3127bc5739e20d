//! Tables whose keys are names with dots, which TOML takes for tables in tables when they are not quoted.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A value that is no table, under its whole name.
pub(super) struct Entry<'t, 'd> {
    pub(super) name: String,
    /// Place of the last part of the name.
    pub(super) key: Range<usize>,
    pub(super) value: &'t Spanned<DeValue<'d>>,
}

/// All values of a table and of those in it, `batch.size` like `"batch.size"`.
pub(super) fn entries<'t, 'd>(table: &'t DeTable<'d>) -> Vec<Entry<'t, 'd>> {
    let mut waiting = vec![(String::new(), table)];
    let mut entries = Vec::new();
    while let Some((before, table)) = waiting.pop() {
        for (key, value) in table.iter() {
            let name = format!("{before}{}", key.get_ref());
            match value.get_ref().as_table() {
                Some(inner) => waiting.push((format!("{name}."), inner)),
                None => entries.push(Entry {
                    name,
                    key: key.span(),
                    value,
                }),
            }
        }
    }
    entries
}
