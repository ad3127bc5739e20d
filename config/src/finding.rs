//! What was found wrong, where, and what to do about it; and how that is shown.
//! Decides nothing about the configuration itself.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};

use crate::files::Files;
use crate::source::SourceFile;

/// Errors that a log line names; `dateline check` shows all.
const IN_BRIEF: usize = 3;

/// Findings shown by [`render`]: more than anyone mends in one go, and bounded work on a file of rubbish.
const MAX_SHOWN: usize = 50;

/// Longest stretch underlined, in bytes.
const MAX_LABEL: usize = 120;

/// Narrowest page that messages are laid out for, in columns.
const MIN_WIDTH: usize = 40;

/// Whether a finding stops the configuration from being used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The configuration is refused.
    Error,
    /// The configuration is used; someone should look at this.
    Warning,
    /// Points at a second place that a finding speaks of.
    Note,
}

/// One thing found in a configuration file.
#[derive(Clone, Debug)]
pub struct Finding {
    severity: Severity,
    message: String,
    help: Option<String>,
    labels: Vec<(Range<usize>, String)>,
    source: Option<Arc<SourceFile>>,
    elsewhere: Vec<Finding>,
    of_absence: bool,
}

impl Finding {
    pub(crate) fn new(severity: Severity, message: impl Into<String>) -> Self {
        Self {
            severity,
            message: message.into(),
            help: None,
            labels: Vec::new(),
            source: None,
            elsewhere: Vec::new(),
            of_absence: false,
        }
    }

    pub(crate) fn error(message: impl Into<String>) -> Self {
        Self::new(Severity::Error, message)
    }

    pub(crate) fn warning(message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, message)
    }

    /// Points at `span`, a byte range of the source; the first label is the place of the finding.
    pub(crate) fn label(mut self, span: Range<usize>, text: impl Into<String>) -> Self {
        self.labels.push((span, text.into()));
        self
    }

    /// Underlines `span` without words.
    pub(crate) fn at(self, span: Range<usize>) -> Self {
        self.label(span, "")
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Says which file the labels are in, unless that is known. Labels are cut to the line that they begin on:
    /// a table may span the whole file.
    pub(crate) fn in_source(mut self, source: Arc<SourceFile>) -> Self {
        if self.source.is_none() {
            for (span, _) in &mut self.labels {
                let line_end = source.line_range(source.line_of(span.start)).end;
                span.end = span
                    .end
                    .min(line_end.max(span.start))
                    .min(span.start + MAX_LABEL);
            }
            self.source = Some(source);
        }
        self
    }

    /// Marks a finding that something is missing: it means little where a part of the text could not be read.
    pub(crate) fn of_absence(mut self) -> Self {
        self.of_absence = true;
        self
    }

    pub(crate) fn is_of_absence(&self) -> bool {
        self.of_absence
    }

    pub(crate) fn is_in(&self, source: &Arc<SourceFile>) -> bool {
        self.source
            .as_ref()
            .is_some_and(|own| Arc::ptr_eq(own, source))
    }

    /// Adds a second place: a label where it lies in the same file, else a note with its own snippet.
    pub(crate) fn and_at(mut self, here: &Arc<SourceFile>, place: &Spot, text: &str) -> Self {
        if Arc::ptr_eq(here, &place.source) {
            // Both labels are cut to their lines when the source is set.
            return self.label(place.span.clone(), text);
        }
        let note = Self::new(Severity::Note, text)
            .at(place.span.clone())
            .in_source(Arc::clone(&place.source));
        self.elsewhere.push(note);
        self
    }

    /// Puts `masked` in the place of the source `original`, here and in the notes.
    pub(crate) fn replace_source(&mut self, original: &Arc<SourceFile>, masked: &Arc<SourceFile>) {
        for finding in std::iter::once(&mut self.source)
            .chain(self.elsewhere.iter_mut().map(|note| &mut note.source))
        {
            if finding
                .as_ref()
                .is_some_and(|own| Arc::ptr_eq(own, original))
            {
                *finding = Some(Arc::clone(masked));
            }
        }
    }

    /// Whether the finding stops the configuration from being used.
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// What is wrong with its place, in one line.
    pub fn in_line(&self) -> String {
        let place = match (self.file(), self.position()) {
            (Some(file), Some((line, column))) => format!("{file}:{line}:{column}: "),
            (Some(file), None) => format!("{file}: "),
            (None, _) => String::new(),
        };
        format!("{place}{}", self.message())
    }

    /// What is wrong, in one line.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do about it.
    pub fn suggestion(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// The file, as it was named; absent where the file itself could not be read.
    pub fn file(&self) -> Option<&str> {
        self.source.as_deref().map(SourceFile::name)
    }

    /// Line and column, both from one, the column in characters.
    pub fn position(&self) -> Option<(usize, usize)> {
        let source = self.source.as_deref()?;
        let start = self.start()?;
        Some((source.line_of(start) + 1, source.column_of(start) + 1))
    }

    /// Zero-based line of the first label.
    pub(crate) fn line(&self) -> Option<usize> {
        Some(self.source.as_deref()?.line_of(self.start()?))
    }

    pub(crate) fn start(&self) -> Option<usize> {
        self.labels.first().map(|(span, _)| span.start)
    }

    /// The finding with its snippet, laid out for a page `width` columns wide, with ANSI colours where `color` is set.
    pub fn render(&self, color: bool, width: usize) -> String {
        let theme = if color {
            GraphicalTheme::unicode()
        } else {
            GraphicalTheme::unicode_nocolor()
        };
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_width(width.max(MIN_WIDTH))
            .with_links(false)
            .with_context_lines(1);
        let mut page = String::new();
        match handler.render_report(&mut page, self) {
            Ok(()) => page,
            // The writer is a string, so only a label that miette cannot place ends here: the words still count.
            Err(fmt::Error) => format!("  {self}\n"),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.severity {
            Severity::Error => "error: ",
            Severity::Warning => "warning: ",
            Severity::Note => "",
        };
        write!(formatter, "{word}{}", self.message)
    }
}

impl std::error::Error for Finding {}

impl Diagnostic for Finding {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Note => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help
            .as_ref()
            .map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source
            .as_deref()
            .map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        if self.labels.is_empty() {
            return None;
        }
        Some(Box::new(self.labels.iter().enumerate().map(
            |(index, (span, text))| {
                let text = (!text.is_empty()).then(|| text.clone());
                let span = (span.start, span.end - span.start);
                if index == 0 {
                    LabeledSpan::new_primary_with_span(text, span)
                } else {
                    LabeledSpan::new_with_span(text, span)
                }
            },
        )))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        if self.elsewhere.is_empty() {
            return None;
        }
        Some(Box::new(
            self.elsewhere.iter().map(|note| note as &dyn Diagnostic),
        ))
    }
}

/// A place in a file that later findings may point back to.
#[derive(Clone, Debug)]
pub(crate) struct Spot {
    pub(crate) source: Arc<SourceFile>,
    pub(crate) span: Range<usize>,
}

/// Everything found in a configuration that cannot be used: its errors, and the warnings seen on the way.
#[derive(Clone, Debug)]
pub struct ConfigErrors {
    findings: Vec<Finding>,
    files: Option<Files>,
}

impl ConfigErrors {
    pub(crate) fn new(findings: Vec<Finding>) -> Self {
        Self {
            findings,
            files: None,
        }
    }

    /// Found in these files.
    pub(crate) fn of(self, files: Files) -> Self {
        let files = Some(files);
        Self { files, ..self }
    }

    /// The files in which it was found, among them those that are missing; absent where the main file could not be read.
    pub fn files(&self) -> Option<&Files> {
        self.files.as_ref()
    }

    /// All findings, file by file, in the order of their places.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// All findings with their snippets and a closing line that counts them.
    pub fn render(&self, color: bool, width: usize) -> String {
        render(&self.findings, color, width)
    }
}

impl ConfigErrors {
    /// What stops the configuration from being used, in the order of the places.
    pub fn errors(&self) -> impl Iterator<Item = &Finding> {
        let findings = self.findings.iter();
        findings.filter(|finding| finding.severity() == Severity::Error)
    }

    /// The first errors with their places, in one line: for a log.
    pub fn in_brief(&self) -> String {
        let said = self.errors().take(IN_BRIEF).map(Finding::in_line);
        let said: Vec<String> = said.collect();
        match self.errors().count().saturating_sub(IN_BRIEF) {
            0 => said.join("; "),
            more => format!("{}; and {more} more", said.join("; ")),
        }
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the configuration has {}", tally(&self.findings))
    }
}

impl std::error::Error for ConfigErrors {}

impl Diagnostic for ConfigErrors {
    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        Some(Box::new(
            self.findings
                .iter()
                .map(|finding| finding as &dyn Diagnostic),
        ))
    }
}

/// Lays findings out one under the other, with a closing line that counts them; empty for no findings.
pub fn render(findings: &[Finding], color: bool, width: usize) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let mut page = String::new();
    for finding in findings.iter().take(MAX_SHOWN) {
        page.push_str(finding.render(color, width).trim_start_matches('\n'));
        page.push('\n');
    }
    let hidden = findings.len().saturating_sub(MAX_SHOWN);
    if hidden > 0 {
        page.push_str(&format!("… and {hidden} more\n"));
    }
    page.push_str(&format!("{}\n", tally(findings)));
    page
}

/// "2 errors and 1 warning".
fn tally(findings: &[Finding]) -> String {
    let count = |severity, word: &str| {
        let number = findings
            .iter()
            .filter(|finding| finding.severity == severity)
            .count();
        let plural = if number == 1 { "" } else { "s" };
        (number > 0).then(|| format!("{number} {word}{plural}"))
    };
    let parts: Vec<String> = [
        count(Severity::Error, "error"),
        count(Severity::Warning, "warning"),
    ]
    .into_iter()
    .flatten()
    .collect();
    parts.join(" and ")
}
