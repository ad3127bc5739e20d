//! What expressions may call: CEL's standard library and its extension for strings, and regular expressions that are compiled once.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use cel::common::types::{CelBool, CelString, STRING_TYPE};
use cel::common::value::CowVal;
use cel::{Env, ExecutionError, extensions};
use regex::Regex;

/// Regular expressions that a thread keeps: more than a configuration holds, unless they are made of records' texts.
const PATTERNS: usize = 256;

/// The functions, by which every expression is evaluated.
pub(super) static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| {
    let mut environment = Env::stdlib();
    // The library knows its own names: only a name that is taken is an error.
    let added = extensions::strings(&mut environment)
        .and_then(|()| {
            let strings = vec![STRING_TYPE, STRING_TYPE];
            environment.add_overload("matches", "matches", strings, matches)
        })
        .and_then(|()| {
            let (on, by) = (STRING_TYPE, vec![STRING_TYPE]);
            environment.add_member_overload("matches", "matches_string", on, by, matches)
        });
    if let Err(error) = added {
        tracing::error!(%error, "a function of expressions cannot be had, which is a bug");
    }
    Arc::new(environment)
});

thread_local! {
    /// Compiling a pattern takes a hundred times as long as looking for it.
    static COMPILED: RefCell<HashMap<String, Regex>> = RefCell::new(HashMap::new());
}

/// `text.matches(pattern)`: whether the pattern is found anywhere in the text, in time linear in it.
fn matches<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let wrong = || ExecutionError::function_error("matches", "takes a text and a pattern");
    let [text, pattern] = arguments.as_slice() else {
        return Err(wrong());
    };
    let text = text.downcast_ref::<CelString<'_>>().ok_or_else(wrong)?;
    let pattern = pattern.downcast_ref::<CelString<'_>>().ok_or_else(wrong)?;
    let found = is_match(text.inner(), pattern.inner())?;
    Ok(CowVal::owned(CelBool::from(found)))
}

fn is_match(text: &str, pattern: &str) -> Result<bool, ExecutionError> {
    COMPILED.with_borrow_mut(|compiled| {
        if let Some(regex) = compiled.get(pattern) {
            return Ok(regex.is_match(text));
        }
        let regex = Regex::new(pattern).map_err(|_| {
            ExecutionError::function_error("matches", "the pattern is no regular expression")
        })?;
        let found = regex.is_match(text);
        if compiled.len() >= PATTERNS {
            compiled.clear();
        }
        compiled.insert(pattern.to_owned(), regex);
        Ok(found)
    })
}
