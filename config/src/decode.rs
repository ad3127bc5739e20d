//! The decoder's state and its walk over one table: what is asked for, what is missing, what nobody knows.
//! Reports every finding with its place and goes on; never stops at the first.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::finding::{Finding, Severity, Spot};
use crate::model::FeedDefaults;
use crate::section::Section;
use crate::shape::Shape;
use crate::source::SourceFile;
use crate::suggest;

/// Findings kept: beyond this a file is rubbish, and memory must stay bounded.
const MAX_FINDINGS: usize = 1000;

/// How much was found beyond [`MAX_FINDINGS`].
#[derive(Default)]
pub(crate) struct Unlisted {
    pub(crate) errors: usize,
    pub(crate) warnings: usize,
}

/// What a decoder knows while it walks: the current file, what was found, and what later sections look back to.
pub(crate) struct Context {
    pub(crate) source: Arc<SourceFile>,
    /// Folder that relative paths of the current file start from.
    pub(crate) base: PathBuf,
    /// What a feed falls back to where it says nothing.
    pub(crate) feed_defaults: FeedDefaults,
    /// Things that must be unique over all files, by kind and name: ids, sink names, watched folders.
    taken: BTreeMap<(&'static str, String), Spot>,
    findings: Vec<Finding>,
    /// What was found beyond [`MAX_FINDINGS`].
    unlisted: Unlisted,
    /// Spans of the current file that hold what must never be shown.
    masks: Vec<Range<usize>>,
    /// What a test file may name of its configuration.
    pub(crate) named: Named,
    /// Set while a table is read only to look ahead.
    muted: bool,
}

/// What a configuration has, by name: ids of feeds and drop folders, and sinks by kind and name.
#[derive(Default)]
pub(crate) struct Named {
    pub(crate) feeds: Vec<String>,
    pub(crate) drops: Vec<String>,
    pub(crate) sinks: Vec<String>,
}

impl Context {
    pub(crate) fn new(source: Arc<SourceFile>, base: PathBuf) -> Self {
        Self {
            source,
            base,
            feed_defaults: FeedDefaults::default(),
            taken: BTreeMap::new(),
            findings: Vec::new(),
            unlisted: Unlisted::default(),
            masks: Vec::new(),
            named: Named::default(),
            muted: false,
        }
    }

    /// Records a finding whose labels are spans of the current file.
    pub(crate) fn report(&mut self, finding: Finding) {
        match finding.severity() {
            Severity::Error => self.report_error(|| finding),
            _ if self.is_full() => self.unlisted.warnings += 1,
            _ => self.list(finding),
        }
    }

    /// Records the error that `make` describes; does not make it where it would not be listed.
    pub(crate) fn report_error(&mut self, make: impl FnOnce() -> Finding) {
        if self.is_full() {
            self.unlisted.errors += 1;
        } else {
            self.list(make());
        }
    }

    fn is_full(&self) -> bool {
        !self.muted && self.findings.len() >= MAX_FINDINGS
    }

    fn list(&mut self, finding: Finding) {
        if !self.muted {
            let source = Arc::clone(&self.source);
            self.findings.push(finding.in_source(source));
        }
    }

    /// Blots `span` out of every snippet of the current file: it holds a password or may hold one.
    pub(crate) fn mask(&mut self, span: Range<usize>) {
        self.masks.push(span);
    }

    /// Runs `read` without recording what it finds.
    pub(crate) fn muted<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.muted, true);
        let result = read(self);
        self.muted = before;
        result
    }

    /// Takes `name` among all of its `kind`; says whether it was free, and reports `message` and `help` if not.
    pub(crate) fn claim(
        &mut self,
        kind: &'static str,
        name: &str,
        span: Range<usize>,
        message: &str,
        help: &str,
    ) -> bool {
        let key = (kind, name.to_owned());
        if let Some(first) = self.taken.get(&key).cloned() {
            let finding = Finding::error(message)
                .label(span, "here again")
                .help(help)
                .and_at(&self.source, &first, "first here");
            self.report(finding);
            return false;
        }
        let source = Arc::clone(&self.source);
        self.taken.insert(key, Spot { source, span });
        true
    }

    /// The place where `name` was taken.
    pub(crate) fn claimed(&self, kind: &'static str, name: &str) -> Option<&Spot> {
        self.taken.get(&(kind, name.to_owned()))
    }

    /// `path` as the current file means it.
    pub(crate) fn resolve(&self, path: &Path) -> PathBuf {
        self.base.join(path)
    }

    /// Drops the findings of the current file that `keep` refuses.
    pub(crate) fn retain_of_file(&mut self, keep: impl Fn(&Finding) -> bool) {
        let source = Arc::clone(&self.source);
        self.findings
            .retain(|finding| !finding.is_in(&source) || keep(finding));
    }

    /// Ends the current file: no finding shows its secrets from here on.
    pub(crate) fn finish_file(&mut self) {
        let source = Arc::clone(&self.source);
        if self.masks.is_empty() {
            return;
        }
        let masked = Arc::new(source.masked(&std::mem::take(&mut self.masks)));
        for finding in &mut self.findings {
            finding.replace_source(&source, &masked);
        }
        for spot in self.taken.values_mut() {
            if Arc::ptr_eq(&spot.source, &source) {
                spot.source = Arc::clone(&masked);
            }
        }
        self.source = masked;
    }

    /// The findings, and what there was beyond them.
    pub(crate) fn into_findings(self) -> (Vec<Finding>, Unlisted) {
        (self.findings, self.unlisted)
    }
}

/// One table under decoding.
pub(crate) struct Fields<'t> {
    table: &'t DeTable<'t>,
    /// The table's header, or the whole of an inline table.
    span: Range<usize>,
    /// How users write the table, for example `[collect]`.
    place: &'static str,
    failed: Vec<&'static str>,
}

impl<'t> Fields<'t> {
    /// Begins with `S`'s table and reports the keys that `S` does not know.
    pub(crate) fn open<S: Section>(
        context: &mut Context,
        table: &'t DeTable<'t>,
        span: Range<usize>,
    ) -> Self {
        for (key, value) in table.iter() {
            if !S::KEYS.contains(&key.get_ref().as_ref()) {
                // The value of an unknown key may be a misplaced password.
                if suggest::sounds_secret(key.get_ref()) {
                    context.mask(value.span());
                }
                context.report_error(|| suggest::unknown_key::<S>(key));
            }
        }
        Self {
            table,
            span,
            place: S::PLACE,
            failed: Vec::new(),
        }
    }

    /// The value of `key`, or `None` where it is absent or wrong (reported).
    pub(crate) fn optional<S: Shape>(
        &mut self,
        context: &mut Context,
        key: &'static str,
        shape: &S,
    ) -> Option<S::Value> {
        let value = self.table.get(key)?;
        let decoded = shape.decode(context, &format!("`{key}`"), value);
        if decoded.is_none() {
            self.failed.push(key);
        }
        decoded
    }

    /// The value of `key`, or `None` where it is absent or wrong (both reported).
    pub(crate) fn required<S: Shape>(
        &mut self,
        context: &mut Context,
        key: &'static str,
        shape: &S,
    ) -> Option<S::Value> {
        if !self.has(key) {
            self.failed.push(key);
            let finding = Finding::error(format!("{} needs `{key}`", self.place))
                .label(self.span.clone(), format!("`{key}` is missing"))
                .help(format!("add `{key} = {}`", shape.example()))
                .of_absence();
            context.report(finding);
        }
        self.optional(context, key, shape)
    }

    /// Whether the user wrote `key`.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Whether the user wrote no key at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// Whether `key` was written, but wrong: what depends on it is not worth a second finding.
    pub(crate) fn failed(&self, key: &str) -> bool {
        self.failed.contains(&key)
    }

    /// Where the value of `key` stands, or the table's header where it is absent.
    pub(crate) fn span(&self, key: &str) -> Range<usize> {
        self.table.get(key).map_or(self.span.clone(), Spanned::span)
    }
}

/// "an integer", "a string": how a TOML value is called in a message.
pub(crate) fn type_name(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a float",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}

/// Reports that `value` is of the wrong type.
pub(crate) fn wrong_type<S: Shape>(
    context: &mut Context,
    subject: &str,
    shape: &S,
    value: &Spanned<DeValue<'_>>,
) {
    let finding = Finding::error(format!(
        "{subject} must be {}",
        suggest::with_article(&shape.kind())
    ))
    .label(
        value.span(),
        format!("this is {}", type_name(value.get_ref())),
    )
    .help(format!("for example: {}", shape.example()));
    context.report(finding);
}
