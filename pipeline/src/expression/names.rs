//! Which fields of a record a program looks at: only those are read.

use std::collections::{BTreeMap, BTreeSet};

use cel::common::ast::{EntryExpr, Expr, IdedExpr};

use super::RECORD;

/// Fields of a record, by their names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The record is used as a whole.
    everything: bool,
    fields: BTreeSet<String>,
}

impl Wanted {
    pub(super) fn of(expression: &IdedExpr) -> Self {
        let mut wanted = Self::default();
        let mut rest = vec![expression];
        while let Some(expression) = rest.pop() {
            match &expression.expr {
                Expr::Select(select) if is_record(&select.operand) => {
                    wanted.fields.insert(select.field.clone());
                }
                Expr::Ident(name) if is_its_name(name) => wanted.everything = true,
                other => rest.extend(parts(other)),
            }
        }
        wanted
    }

    /// These and those.
    pub fn and(&mut self, others: &Self) {
        self.everything |= others.everything;
        self.fields.extend(others.fields.iter().cloned());
    }

    pub(super) fn has(&self, field: &str) -> bool {
        self.everything || self.fields.contains(field)
    }
}

fn is_record(expression: &IdedExpr) -> bool {
    matches!(&expression.expr, Expr::Ident(name) if is_its_name(name))
}

/// A dot before a name makes it absolute.
fn is_its_name(name: &str) -> bool {
    name.strip_prefix('.').unwrap_or(name) == RECORD
}

/// What an expression is made of.
fn parts(expression: &Expr) -> Vec<&IdedExpr> {
    match expression {
        Expr::Unspecified | Expr::Ident(_) | Expr::Literal(_) => Vec::new(),
        Expr::Call(call) => call
            .target
            .as_deref()
            .into_iter()
            .chain(&call.args)
            .collect(),
        Expr::Comprehension(over) => vec![
            &over.iter_range,
            &over.accu_init,
            &over.loop_cond,
            &over.loop_step,
            &over.result,
        ],
        Expr::List(list) => list.elements.iter().collect(),
        Expr::Select(select) => vec![&select.operand],
        Expr::Map(map) => map
            .entries
            .iter()
            .flat_map(|entry| entry_parts(&entry.expr))
            .collect(),
        Expr::Struct(made) => made
            .entries
            .iter()
            .flat_map(|entry| entry_parts(&entry.expr))
            .collect(),
    }
}

fn entry_parts(entry: &EntryExpr) -> Vec<&IdedExpr> {
    match entry {
        EntryExpr::StructField(field) => vec![&field.value],
        EntryExpr::MapEntry(entry) => vec![&entry.key, &entry.value],
    }
}

/// Stands for every entry of a list in a path.
pub const EACH: &str = "*";

/// The paths of fields that an expression speaks of, such as `language.code` and, in a loop over a list, `entities.*.name`.
pub(super) fn paths(expression: &IdedExpr) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    // What names of loops stand for is handed down to where they hold.
    let mut rest = vec![(expression, BTreeMap::<&str, String>::new())];
    while let Some((expression, names)) = rest.pop() {
        if let Some(path) = path(expression, &names) {
            found.extend(path);
            continue;
        }
        let mut within = names.clone();
        if let Expr::Comprehension(over) = &expression.expr
            && let Some(Some(list)) = path(&over.iter_range, &names)
        {
            within.insert(&over.iter_var, format!("{list}.{EACH}"));
        }
        rest.extend(
            parts(&expression.expr)
                .into_iter()
                .map(|part| (part, within.clone())),
        );
    }
    // A list is told by what is asked of its entries.
    let is_told = |path: &String| {
        found
            .iter()
            .any(|other| other.starts_with(&format!("{path}.{EACH}")))
    };
    found
        .iter()
        .filter(|path| !is_told(path))
        .cloned()
        .collect()
}

/// The path that an expression is, if it is one; that of the record itself is none.
fn path(expression: &IdedExpr, names: &BTreeMap<&str, String>) -> Option<Option<String>> {
    let mut fields = Vec::new();
    let mut expression = expression;
    while let Expr::Select(select) = &expression.expr {
        fields.push(select.field.as_str());
        expression = &select.operand;
    }
    let Expr::Ident(name) = &expression.expr else {
        return None;
    };
    let root = names.get(name.as_str()).map(String::as_str);
    if root.is_none() && !is_its_name(name) {
        return None;
    }
    let path: Vec<&str> = root.into_iter().chain(fields.into_iter().rev()).collect();
    Some((!path.is_empty()).then(|| path.join(".")))
}
