//! Files of tests: which there are, and what they say.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::decode::{Context, Named};
use crate::files::folder_of;
use crate::finding::{ConfigErrors, Finding};
use crate::load::{read_document, sorted};
use crate::model::{Config, TestCase, TestFile};
use crate::source;

/// What test files are called, beside their configuration.
pub const TEST_FILES: &str = "*.test.toml";

/// Most files of tests that one pattern finds.
const MAX_FILES: usize = 1000;

const NO_TEST_FILE: &str = "check the path, or the pattern of `--tests`";

/// The files of tests beside the configuration at `config`, or those that a glob names, in the order of their names.
///
/// # Errors
/// When the glob is none.
pub fn find_tests(config: &Path, pattern: Option<&str>) -> Result<Vec<PathBuf>, String> {
    let beside = || {
        let folder = glob::Pattern::escape(&folder_of(config).display().to_string());
        Path::new(&folder).join(TEST_FILES).display().to_string()
    };
    let pattern = pattern.map_or_else(beside, str::to_owned);
    let found = glob::glob(&pattern).map_err(|error| format!("`{pattern}` is no glob: {error}"))?;
    // A folder that cannot be looked into holds no tests for this user.
    let mut files: Vec<PathBuf> = found
        .flatten()
        .filter(|path| path.is_file())
        .take(MAX_FILES)
        .collect();
    files.sort();
    Ok(files)
}

/// Reads the file of tests at `path`, which are of the configuration `config`.
///
/// # Errors
/// All that is wrong with it, at once.
pub fn load_tests(path: &Path, config: &Config) -> Result<Vec<TestCase>, ConfigErrors> {
    let source = source::read(path, NO_TEST_FILE);
    let source = source.map_err(|finding| ConfigErrors::new(vec![finding]))?;
    let mut context = Context::new(Arc::new(source), folder_of(path));
    context.named = names_of(config);
    let (file, _) = read_document::<TestFile>(&mut context, |context, table, _| {
        if table.is_empty() {
            let finding = Finding::error("the file holds no test").at(0..0);
            context.report(finding.help("write a `[[tests]]`, see docs/rules.md"));
        }
    });
    let findings = sorted(context, &[path.to_owned()]);
    if findings.is_empty() {
        Ok(file.map(|file| file.tests).unwrap_or_default())
    } else {
        Err(ConfigErrors::new(findings))
    }
}

fn names_of(config: &Config) -> Named {
    let jsonl = config
        .sinks
        .jsonl
        .keys()
        .map(|name| format!("jsonl.{name}"));
    let kafka = config
        .sinks
        .kafka
        .keys()
        .map(|name| format!("kafka.{name}"));
    Named {
        feeds: config.feeds.iter().map(|feed| feed.id.clone()).collect(),
        drops: config
            .drops
            .iter()
            .map(|folder| folder.id.clone())
            .collect(),
        sinks: jsonl.chain(kafka).collect(),
    }
}
