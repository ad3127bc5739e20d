//! From files to a `Config`: the main file, the files it includes, and what concerns all of them together.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use glob::MatchOptions;
use toml::de::DeTable;

use crate::decode::Context;
use crate::files::{
    self, Files, MATCHING, MAX_FILES, folder_of, identity, is_glob, matching_files,
};
use crate::finding::{ConfigErrors, Finding, Severity};
use crate::model::{Config, FeedDefaults, Fragment, JsonlSink, MAX_FEEDS};
use crate::section::Section;
use crate::source::{self, SourceFile};
use crate::syntax;

/// Most text of one configuration over all files, in bytes.
const MAX_TOTAL_BYTES: usize = 64 * 1024 * 1024;

/// Folder of the sink that stands in where none is configured.
const DEFAULT_SINK_DIR: &str = "articles";

const NO_MAIN_FILE: &str = "check the path, or let `dateline init` write a first configuration";

const NO_INCLUDED_FILE: &str = "check the path: a relative one starts from the folder of this file";

const NOTHING_TO_DO: &str = "add a feed:\n\n[[feeds]]\nurl = \"https://example.org/feed.xml\"\n\nor a drop folder:\n\n[[drops]]\npath = \"incoming\"";

/// A configuration that can be used.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// What the files say, checked, with all defaults filled in.
    pub config: Config,
    /// What someone should look at.
    pub warnings: Vec<Finding>,
    /// The files that were read.
    pub files: Files,
}

/// Reads the file at `path` and the files that it includes.
///
/// # Errors
/// All that is wrong with any of them, at once.
pub fn load(path: &Path) -> Result<Loaded, ConfigErrors> {
    read_all(path, &Terms::default())
}

/// Texts that are read in the place of files, by path. A file need not exist.
pub type Overlay = BTreeMap<PathBuf, String>;

/// Reads like [`load()`], as if the files of `overlay` held these texts: what would come of a change. A list that is being
/// edited may be empty: no source is asked for.
///
/// # Errors
/// All that is wrong with any of them, at once.
pub fn load_with(path: &Path, overlay: &Overlay) -> Result<Loaded, ConfigErrors> {
    let texts = overlay
        .iter()
        .map(|(path, text)| (identity(path), text.as_str()))
        .collect();
    let terms = Terms {
        texts,
        may_be_empty: true,
    };
    read_all(path, &terms)
}

fn read_all(path: &Path, terms: &Terms<'_>) -> Result<Loaded, ConfigErrors> {
    let source = terms
        .read(path, NO_MAIN_FILE)
        .map_err(|finding| ConfigErrors::new(vec![finding]))?;
    assemble(source, path, terms)
}

/// On which terms a configuration is read.
#[derive(Default)]
struct Terms<'o> {
    /// What stands in the place of files, by their identities.
    texts: BTreeMap<PathBuf, &'o str>,
    /// Whether it may do without any source.
    may_be_empty: bool,
}

impl Terms<'_> {
    fn read(&self, path: &Path, if_missing: &str) -> Result<SourceFile, Finding> {
        match self.texts.get(&identity(path)) {
            Some(text) => source::of_text(path.display().to_string(), text),
            None => source::read(path, if_missing),
        }
    }

    /// The files that the glob `entry` would match in `base` if they were there.
    fn matching(&self, entry: &str, base: &Path, options: MatchOptions) -> Vec<PathBuf> {
        let Ok(pattern) = glob::Pattern::new(entry) else {
            return Vec::new();
        };
        let folder = identity(base);
        let new = self.texts.keys().filter(|path| !path.exists());
        new.filter_map(|path| {
            if entry.starts_with('/') {
                return pattern
                    .matches_path_with(path, options)
                    .then(|| path.clone());
            }
            let below = path.strip_prefix(&folder).ok()?;
            pattern
                .matches_path_with(below, options)
                .then(|| base.join(below))
        })
        .collect()
    }
}

/// Reads `text` as the content of the file `origin`, which need not exist. Relative paths start from its folder;
/// files that the text includes are read.
///
/// # Errors
/// All that is wrong with any of them, at once.
pub fn parse(text: &str, origin: &Path) -> Result<Loaded, ConfigErrors> {
    let source = SourceFile::new(origin.display().to_string(), text);
    assemble(source, origin, &Terms::default())
}

fn assemble(main: SourceFile, path: &Path, terms: &Terms<'_>) -> Result<Loaded, ConfigErrors> {
    let base = folder_of(path);
    let mut read = vec![(path.to_owned(), Some(files::digest(&main)))];
    let mut context = Context::new(Arc::new(main), base.clone());
    let mut included = Vec::new();
    let (config, mut names_sources) =
        read_document::<Config>(&mut context, |context, table, config| {
            if let Some(config) = config {
                included = find_included(context, table, config, path, terms);
            }
        });
    let mut config = config.unwrap_or_default();
    for file in included {
        let base = folder_of(&file.path);
        read.push((file.path, file.source.as_ref().map(files::digest)));
        let Some(source) = file.source else { continue };
        context.source = Arc::new(source);
        context.base = base;
        let (fragment, more) = read_document::<Fragment>(&mut context, |_, _, _| {});
        names_sources |= more;
        config.absorb(fragment.unwrap_or_default());
    }
    check_whole(&mut context, &config, names_sources || terms.may_be_empty);
    if config.sinks.jsonl.is_empty() && config.sinks.kafka.is_empty() {
        let dir = base.join(DEFAULT_SINK_DIR);
        config
            .sinks
            .jsonl
            .insert("default".to_owned(), JsonlSink::into_dir(dir));
    }
    let files = Files::new(read, &config.include);
    conclude(context, config, files)
}

/// Decodes the context's current file as an `S`, hands the result to `then`, and closes the file.
/// Says also whether the file names feeds or drop folders, right or wrong.
pub(crate) fn read_document<S: Section>(
    context: &mut Context,
    then: impl FnOnce(&mut Context, &DeTable<'_>, Option<&S>),
) -> (Option<S>, bool) {
    let source = Arc::clone(&context.source);
    let document = syntax::parse(&source);
    let table = &document.table;
    read_feed_defaults(context, table);
    let decoded = S::decode(context, table, 0..0);
    then(context, table, decoded.as_ref());
    let faults = document.faults;
    context.retain_of_file(|finding| faults.leave_standing(finding));
    let broken = !faults.findings.is_empty();
    if broken {
        for range in syntax::secret_ranges(&source) {
            context.mask(range);
        }
    }
    for finding in faults.findings {
        context.report(finding);
    }
    context.finish_file();
    let names_sources = ["feeds", "drops", "feed", "drop"]
        .iter()
        .any(|key| table.contains_key(*key));
    (decoded, names_sources || broken)
}

/// Looks ahead for `[defaults]`, which feeds need wherever it stands; its faults are reported when its turn comes.
fn read_feed_defaults(context: &mut Context, table: &DeTable<'_>) {
    let Some(defaults) = table.get("defaults") else {
        return;
    };
    let Some(inner) = defaults.get_ref().as_table() else {
        return;
    };
    let decoded = context.muted(|context| FeedDefaults::decode(context, inner, defaults.span()));
    if let Some(decoded) = decoded {
        context.feed_defaults = decoded;
    }
}

/// A file that the main one includes.
struct Included {
    path: PathBuf,
    /// `None` where it cannot be read.
    source: Option<SourceFile>,
}

/// Finds and reads the included files; what is wrong is reported at the entry that names them.
fn find_included(
    context: &mut Context,
    table: &DeTable<'_>,
    config: &Config,
    main: &Path,
    terms: &Terms<'_>,
) -> Vec<Included> {
    let spans = table
        .get("include")
        .and_then(|value| value.get_ref().as_array())
        .map(|array| array.iter().map(toml::Spanned::span).collect::<Vec<_>>())
        .unwrap_or_default();
    let main = identity(main);
    let mut seen = BTreeSet::new();
    let mut found: Vec<Included> = Vec::new();
    let mut total_bytes = context.source.text().len();
    for (entry, span) in config.include.iter().zip(spans) {
        for path in expand(context, entry, &span, terms) {
            let file = identity(&path);
            if file == main {
                let finding = Finding::error("the file includes itself").at(span.clone());
                context
                    .report(finding.help("name other files only, for example \"feeds.d/*.toml\""));
                continue;
            }
            if !seen.insert(file) {
                continue;
            }
            let source = read_included(context, &path, &span, terms);
            total_bytes += source.as_ref().map_or(0, |source| source.text().len());
            if found.len() + 1 >= MAX_FILES || total_bytes > MAX_TOTAL_BYTES {
                let finding = Finding::error("too much is included")
                    .label(span, "allowed: 1000 files, 64 MiB in all");
                context.report(
                    finding.help("join small files, or run a second dateline with its own state"),
                );
                return found;
            }
            found.push(Included { path, source });
        }
    }
    found
}

fn read_included(
    context: &mut Context,
    path: &Path,
    span: &Range<usize>,
    terms: &Terms<'_>,
) -> Option<SourceFile> {
    let read = terms.read(path, NO_INCLUDED_FILE);
    let report = |finding: Finding| {
        context.report(match finding.file() {
            Some(_) => finding,
            None => finding.at(span.clone()),
        });
    };
    read.map_err(report).ok()
}

/// The files that an entry of `include` names, in the order of their names.
fn expand(
    context: &mut Context,
    entry: &str,
    span: &Range<usize>,
    terms: &Terms<'_>,
) -> Vec<PathBuf> {
    if !is_glob(entry) {
        return vec![context.resolve(Path::new(entry))];
    }
    let Some(base) = context.base.to_str() else {
        let finding = Finding::error("globs need a folder whose name is UTF-8").at(span.clone());
        context.report(finding.help("name each file, or move the configuration"));
        return Vec::new();
    };
    let Ok(matches) = matching_files(base, entry) else {
        // The entry is a valid glob and the base is escaped, so this is a path that is too long to be one.
        let finding = Finding::error("this is not a usable glob").at(span.clone());
        context.report(finding.help("for example \"feeds.d/*.toml\""));
        return Vec::new();
    };
    let mut paths = terms.matching(entry, &context.base, MATCHING);
    for found in matches.take(MAX_FILES + 1) {
        match found {
            Ok(path) if path.is_dir() => {}
            Ok(path) => paths.push(path),
            Err(error) => {
                let finding = Finding::error(format!(
                    "cannot look into `{}`: {}",
                    error.path().display(),
                    error.error()
                ));
                context.report(
                    finding
                        .at(span.clone())
                        .help("give the user that runs dateline the right to read it"),
                );
            }
        }
    }
    if paths.is_empty() {
        warn_of_no_match(context, entry, span);
    }
    paths.sort();
    paths
}

fn warn_of_no_match(context: &mut Context, entry: &str, span: &Range<usize>) {
    let folder = context.resolve(&folder_of(Path::new(entry)));
    let folder_name = folder.display();
    let help = if folder.as_os_str().is_empty()
        || folder.is_dir()
        || entry.contains('/') && folder_name.to_string().contains(['*', '?', '['])
    {
        "put a file there, or take the entry out".to_owned()
    } else {
        format!("there is no folder `{folder_name}`: make it, or take the entry out")
    };
    let finding = Finding::warning(format!("`{entry}` matches no file")).at(span.clone());
    context.report(finding.help(help));
}

/// Checks what concerns all files together.
fn check_whole(context: &mut Context, config: &Config, names_sources: bool) {
    if config.feeds.is_empty() && config.drops.is_empty() && !names_sources {
        context.report(
            Finding::error("nothing to do: no feed and no drop folder is configured")
                .help(NOTHING_TO_DO),
        );
    }
    if config.feeds.len() > MAX_FEEDS {
        let finding = Finding::error(format!(
            "there are {} feeds in all files, allowed: {MAX_FEEDS}",
            config.feeds.len()
        ));
        context.report(finding.help("run a second dateline with its own state for the rest"));
    }
    let mut sources = config
        .feeds
        .iter()
        .map(|feed| feed.enabled)
        .chain(config.drops.iter().map(|drop| drop.enabled));
    let has_sources = !config.feeds.is_empty() || !config.drops.is_empty();
    if has_sources && !sources.any(|enabled| enabled) {
        let finding = Finding::warning(
            "every feed and drop folder is switched off: nothing will be collected",
        );
        context.report(finding.help("set `enabled = true` for those to collect"));
    }
    let has_sinks = !config.sinks.jsonl.is_empty() || !config.sinks.kafka.is_empty();
    let jsonl = config.sinks.jsonl.values().map(|sink| sink.enabled);
    let kafka = config.sinks.kafka.values().map(|sink| sink.enabled);
    if has_sinks && !jsonl.chain(kafka).any(|enabled| enabled) {
        let finding = Finding::warning(
            "every sink is switched off: records stay in the log until it is full",
        );
        context.report(finding.help("set `enabled = true` for those to write to"));
    }
}

fn conclude(context: Context, config: Config, files: Files) -> Result<Loaded, ConfigErrors> {
    let findings = sorted(context, files.paths());
    let refused = findings
        .iter()
        .any(|finding| finding.severity() == Severity::Error);
    if refused {
        return Err(ConfigErrors::new(findings).of(files));
    }
    Ok(Loaded {
        config,
        warnings: findings,
        files,
    })
}

/// The findings file by file, in the order of their places.
pub(crate) fn sorted(context: Context, files: &[PathBuf]) -> Vec<Finding> {
    let names: Vec<String> = files
        .iter()
        .map(|file| file.display().to_string())
        .collect();
    let (mut findings, unlisted) = context.into_findings();
    findings.sort_by_key(|finding| {
        let file = finding
            .file()
            .and_then(|file| names.iter().position(|name| name == file));
        (file, finding.start())
    });
    let more = unlisted.errors + unlisted.warnings;
    if more > 0 {
        let severity = if unlisted.errors > 0 {
            Severity::Error
        } else {
            Severity::Warning
        };
        let finding = Finding::new(severity, format!("{more} further findings are not listed"));
        findings.push(finding.help("mend the first ones, then check again"));
    }
    findings
}
