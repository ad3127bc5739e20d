//! Rules of the configuration: which records are left out, and what they say besides.
//!
//! They are applied to a record that is complete, in their order, right before it goes into the log; each sees what those before it have set.
//! Nothing that an article is known or judged by comes from them: identity, revisions and copies are decided on what its source gave, so that
//! a changed rule revises nothing.

use serde_json::Value as Json;

use crate::expression::{Expression, Sight, Unmet, Wanted, json};
use crate::record::Record;

/// Largest value of a field of one's own, in bytes of JSON: a field is for what a record is sorted and found by, not a second text.
const MAX_VALUE_BYTES: usize = 64 << 10;

/// Most categories that a rule may set, as many as a record may have.
const MAX_CATEGORIES: usize = super::normalise::CATEGORIES;

/// All rules, in their order.
#[derive(Debug, Default)]
pub struct Rules {
    rules: Vec<Rule>,
    wanted: Wanted,
}

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// Its name in metrics and messages.
    pub name: String,
    /// For which records; `None` for all.
    pub when: Option<Expression>,
    /// What becomes of them.
    pub then: Then,
}

/// What becomes of the records of a rule.
#[derive(Debug)]
pub enum Then {
    /// They are left out.
    Drop,
    /// They say something else.
    Set(Vec<(Target, Expression)>),
}

/// What a rule may set: fields by which nothing is known again, and into which no offset points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// [`Record::publisher`].
    Publisher,
    /// [`Record::syndicator`].
    Syndicator,
    /// [`Record::rights`].
    Rights,
    /// [`Record::categories`].
    Categories,
    /// A field of this name in [`Record::fields`].
    Field(String),
}

/// A record that a rule left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// The rule's name.
    pub rule: String,
    /// Id of the record's source.
    pub source: String,
    /// Its headline.
    pub title: Option<String>,
}

/// What one pass over the rules came to.
enum Passed {
    /// There is no rule left.
    All,
    /// The rule of this number leaves the record out.
    Dropped(usize),
    /// The rule of this number sets something, which those after it are to see.
    Set(usize, Changes),
}

/// What a rule sets, and what it could not.
#[derive(Default)]
struct Changes {
    values: Vec<(Target, Json)>,
    notes: Vec<String>,
}

impl Rules {
    /// In this order.
    #[must_use]
    pub fn new(rules: Vec<Rule>) -> Self {
        let mut wanted = Wanted::default();
        for expression in rules.iter().flat_map(Rule::expressions) {
            wanted.and(&expression.wanted());
        }
        Self { rules, wanted }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Applies them to a record; the one that leaves it out, if one does.
    ///
    /// # Errors
    /// When the record cannot be written as JSON.
    pub(super) fn apply(&self, record: &mut Record) -> Result<Option<Dropped>, serde_json::Error> {
        let mut next = 0;
        while next < self.rules.len() {
            let text = serde_json::to_vec(record)?;
            let sight = Sight::of(&text, &self.wanted)?;
            let mut notes = Vec::new();
            let passed = self.pass(next, &sight, &mut notes);
            record.provenance.recovered.extend(notes);
            match passed {
                Passed::All => break,
                Passed::Dropped(rule) => {
                    return Ok(Some(Dropped {
                        rule: self.rules[rule].name.clone(),
                        source: record.source.id.clone(),
                        title: record.title.clone(),
                    }));
                }
                Passed::Set(rule, changes) => {
                    changes.make(&self.rules[rule], record);
                    next = rule + 1;
                }
            }
        }
        Ok(None)
    }

    /// Goes over the rules from the one of number `first` on, until one does something.
    fn pass(&self, first: usize, sight: &Sight<'_>, notes: &mut Vec<String>) -> Passed {
        for (number, rule) in self.rules.iter().enumerate().skip(first) {
            if !rule.concerns(sight, notes) {
                continue;
            }
            match &rule.then {
                Then::Drop => return Passed::Dropped(number),
                Then::Set(targets) => {
                    return Passed::Set(number, Changes::of(rule, targets, sight));
                }
            }
        }
        Passed::All
    }
}

impl Rule {
    fn expressions(&self) -> impl Iterator<Item = &Expression> {
        let set = match &self.then {
            Then::Drop => [].as_slice(),
            Then::Set(targets) => targets.as_slice(),
        };
        self.when.iter().chain(set.iter().map(|(_, value)| value))
    }

    /// Whether it is for this record. A condition that fails is noted, and is not met.
    fn concerns(&self, sight: &Sight<'_>, notes: &mut Vec<String>) -> bool {
        let Some(when) = &self.when else {
            return true;
        };
        when.holds(sight).unwrap_or_else(|cause| {
            notes.push(format!("the rule `{}` was not applied: {cause}", self.name));
            false
        })
    }
}

impl Changes {
    fn of(rule: &Rule, targets: &[(Target, Expression)], sight: &Sight<'_>) -> Self {
        let mut changes = Self::default();
        for (target, expression) in targets {
            let value = expression.value(sight);
            let value = value.and_then(|value| {
                let value = json(&value).and_then(|value| target.accepts(value));
                value.map_err(|cause| {
                    expression.note(&cause);
                    Unmet::Failed(cause)
                })
            });
            match value {
                Ok(value) => changes.values.push((target.clone(), value)),
                Err(Unmet::Absent(_)) => {}
                Err(Unmet::Failed(cause)) => changes.notes.push(format!(
                    "the rule `{}` did not set `{}`: {cause}",
                    rule.name,
                    target.path()
                )),
            }
        }
        changes
    }

    fn make(self, rule: &Rule, record: &mut Record) {
        record.provenance.recovered.extend(self.notes);
        for (target, value) in self.values {
            if let Err(error) = target.set(record, value) {
                let path = target.path();
                let note = format!("the rule `{}` did not set `{path}`: {error}", rule.name);
                record.provenance.recovered.push(note);
            }
        }
    }
}

impl Target {
    /// Its path in a record.
    fn path(&self) -> String {
        match self {
            Self::Publisher => "publisher".to_owned(),
            Self::Syndicator => "syndicator".to_owned(),
            Self::Rights => "rights".to_owned(),
            Self::Categories => "categories".to_owned(),
            Self::Field(name) => format!("fields.{name}"),
        }
    }

    /// The value, if it is one that may stand here.
    fn accepts(&self, value: Json) -> Result<Json, String> {
        let is_right = match self {
            Self::Publisher | Self::Syndicator | Self::Rights => {
                value.is_string() || value.is_null()
            }
            Self::Categories => match value.as_array() {
                Some(entries) => entries.iter().all(Json::is_string),
                None => value.is_null(),
            },
            Self::Field(_) => true,
        };
        if !is_right {
            let wanted = match self {
                Self::Categories => "a list of texts",
                _ => "a text",
            };
            return Err(format!("its value must be {wanted}, or null"));
        }
        if value.to_string().len() > MAX_VALUE_BYTES {
            return Err("its value is larger than 64 KiB".to_owned());
        }
        Ok(value)
    }

    /// Puts a value that it accepts into a record; null takes out what is there.
    fn set(&self, record: &mut Record, value: Json) -> Result<(), serde_json::Error> {
        match self {
            Self::Publisher => record.publisher = serde_json::from_value(value)?,
            Self::Syndicator => record.syndicator = serde_json::from_value(value)?,
            Self::Rights => record.rights = serde_json::from_value(value)?,
            Self::Categories => {
                let categories: Option<Vec<String>> = serde_json::from_value(value)?;
                record.categories = categories.unwrap_or_default();
                record.categories.truncate(MAX_CATEGORIES);
            }
            Self::Field(name) if value.is_null() => {
                record.fields.remove(name);
            }
            Self::Field(name) => {
                record.fields.insert(name.clone(), value);
            }
        }
        Ok(())
    }
}
