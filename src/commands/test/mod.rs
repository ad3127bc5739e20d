//! `dateline test`: what a configuration makes of files, against what is expected of it. Without state, without network.

mod judge;
mod show;
mod trial;

use std::path::{Path, PathBuf};

use dateline_config::{Config, TEST_FILES, TestCase};

use self::judge::Verdict;
use crate::cli::TestArgs;
use crate::exit::Exit;
use crate::terminal;

/// A test with where it is written.
struct Written {
    file: PathBuf,
    case: TestCase,
}

pub(crate) fn test(args: &TestArgs) -> anyhow::Result<Exit> {
    let path = &args.config.config;
    let config = match super::load_config(path) {
        Ok(loaded) => loaded.config,
        Err(exit) => return Ok(exit),
    };
    let tests = match written(path, args.tests.as_deref(), &config) {
        Ok(tests) => tests,
        Err(exit) => return Ok(exit),
    };
    let enrichment = match super::load_enrichment(&config) {
        Ok(enrichment) => enrichment,
        Err(exit) => return Ok(exit),
    };
    let bench = trial::Bench::new(&config, &enrichment)?;
    let mut verdicts = Vec::new();
    for Written { file, case } in &tests {
        let tried = bench.attempt(case)?;
        let verdict = Verdict::of(case, &tried, bench.routes());
        if !args.json {
            terminal::result_raw(&show::verdict(file, case, &verdict));
        }
        verdicts.push(verdict);
    }
    if args.json {
        terminal::result(&show::json(&tests, &verdicts).to_string());
    } else {
        terminal::result(&show::tally(&verdicts));
    }
    let all_pass = verdicts.iter().all(Verdict::passes);
    Ok(if all_pass { Exit::Fine } else { Exit::Findings })
}

/// The tests of a configuration; the exit code after saying why there are none.
fn written(path: &Path, pattern: Option<&str>, config: &Config) -> Result<Vec<Written>, Exit> {
    let files = dateline_config::find_tests(path, pattern).map_err(|error| {
        terminal::complain(&anyhow::anyhow!("{error}"));
        Exit::Usage
    })?;
    if files.is_empty() {
        let place = match pattern {
            Some(pattern) => format!("no file matches `{pattern}`"),
            None => format!("there is no {TEST_FILES} beside {}", path.display()),
        };
        terminal::complain(&anyhow::anyhow!(
            "{place}: write tests into such a file (docs/rules.md), or name it with --tests"
        ));
        return Err(Exit::Usage);
    }
    let mut tests = Vec::new();
    let mut is_wrong = false;
    for file in files {
        match dateline_config::load_tests(&file, config) {
            Ok(cases) => tests.extend(cases.into_iter().map(|case| Written {
                file: file.clone(),
                case,
            })),
            Err(errors) => {
                let (colour, columns) = (terminal::stderr_is_colourful(), terminal::columns());
                terminal::say(&errors.render(colour, columns));
                is_wrong = true;
            }
        }
    }
    if is_wrong {
        Err(Exit::Config)
    } else {
        Ok(tests)
    }
}
