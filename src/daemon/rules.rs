//! What a configuration wants to become of records, and which of them go to which sink.

use dateline_config::{Config, Expression, Rule as Written, RuleSet};
use dateline_pipeline::deliver::Route;
use dateline_pipeline::expression;
use dateline_pipeline::transform::rules::{Rule, Rules, Target, Then};

/// The rules, in their order.
pub(crate) fn rules(config: &Config) -> Rules {
    Rules::new(config.rules.iter().map(rule).collect())
}

fn rule(written: &Written) -> Rule {
    let place = format!("rules.{}", written.name);
    Rule {
        name: written.name.clone(),
        when: written.when.as_ref().map(|when| at(when, &place)),
        then: match &written.set {
            Some(set) => Then::Set(targets(set, &place)),
            None => Then::Drop,
        },
    }
}

fn targets(set: &RuleSet, place: &str) -> Vec<(Target, expression::Expression)> {
    let standard = [
        (Target::Publisher, &set.publisher),
        (Target::Syndicator, &set.syndicator),
        (Target::Categories, &set.categories),
        (Target::Rights, &set.rights),
    ];
    let standard = standard
        .into_iter()
        .filter_map(|(target, value)| Some((target, at(value.as_ref()?, place))));
    let own = set.fields.iter();
    let own = own.map(|(name, value)| (Target::Field(name.clone()), at(value, place)));
    standard.chain(own).collect()
}

/// Which records go to the sink called `name`, by kind and name; `None` where all do.
pub(crate) fn route(config: &Config, name: &str) -> Option<Route> {
    let (kind, own) = name.split_once('.')?;
    let condition = match kind {
        "jsonl" => config.sinks.jsonl.get(own)?.r#where.as_ref()?,
        "kafka" => config.sinks.kafka.get(own)?.r#where.as_ref()?,
        _ => return None,
    };
    Some(Route::new(at(condition, &format!("sinks.{name}"))))
}

fn at(written: &Expression, place: &str) -> expression::Expression {
    expression::Expression::new(written.program(), place)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use dateline_config::{FUNCTIONS, parse};
    use dateline_pipeline::expression::{Expression, Sight};

    /// What the configuration takes for a function is one where records are: each has an example that is true.
    #[test]
    fn every_function_that_the_configuration_knows_can_be_called() {
        for function in FUNCTIONS {
            let example = function.example;
            let text = format!(
                "[[feeds]]\nurl = \"https://example.org/feed\"\n[[rules]]\nname = \"f\"\ndrop = true\nwhen = '''{example}'''\n"
            );
            let config = match parse(&text, std::path::Path::new("dateline.toml")) {
                Ok(loaded) => loaded.config,
                Err(errors) => panic!("{}", errors.render(false, 100)),
            };
            let when = config.rules[0].when.as_ref().unwrap();
            let expression = Expression::new(when.program(), function.name);
            let sight = Sight::of(b"{}", &expression.wanted()).unwrap();
            assert_eq!(expression.holds(&sight), Ok(true), "{example}");
        }
    }
}
