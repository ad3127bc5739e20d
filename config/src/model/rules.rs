//! Rules: which records are left out, and what records say besides.

use std::collections::BTreeMap;

use crate::decode::{Context, Fields};
use crate::expression::Expression;
use crate::finding::Finding;
use crate::shape::{Bool, OwnFields, Table, condition, identifier, value};

section! {
    /// What becomes of records before they are delivered, by conditions in CEL (docs/rules.md). Rules are applied to every record in their order; each sees
    /// what those before it have set. They change nothing that an article is known by: a changed rule holds for records that are made from then on, and
    /// makes no revisions.
    item Rule at "[[rules]]", hints {
        "if" => "did you mean `when`?",
        "where" => "did you mean `when`? `where` is for sinks",
        "condition" => "did you mean `when`?",
        "id" => "did you mean `name`?",
        "action" => "write `drop = true`, or what to set under `[rules.set]`",
        "keep" => "write the opposite: `when = \"!(…)\"` with `drop = true`",
        "fields" => "write them under `[rules.set.fields]`",
    }, check check_rule {
        /// Name in metrics and messages.
        name: String = required, identifier("no-sport");
        /// For which records the rule is. Where absent, for all. A condition that needs what a record does not have does not hold.
        when: Option<Expression> = optional, condition("'sport' in record.categories");
        /// Whether these records are left out. Nothing is remembered of them: once the rule is taken away, they come when their source shows them again.
        drop: bool = default(false), Bool;
        /// What these records say besides, or instead.
        set: Option<RuleSet> = optional, Table::<RuleSet>::new();
    }
}

section! {
    /// Fields of records with the expressions that they are set to. One whose expression needs what a record does not have stays as it is; `null` takes
    /// a field out.
    table RuleSet at "[rules.set]", hints {
        "title" => "mentions of names and times point into it, so it stays as it is: set a field of your own under `[rules.set.fields]`",
        "text" => "mentions of names and times point into it, so it stays as it is: set a field of your own under `[rules.set.fields]`",
        "summary" => "mentions of names and times point into it, so it stays as it is: set a field of your own under `[rules.set.fields]`",
        "authors" => "articles are known by it, so it stays as it is: set a field of your own under `[rules.set.fields]`",
        "language" => "texts were read by it, so it stays as it is: write `language` in the feed or drop folder",
        "tags" => "write `tags` in the feed or drop folder, or set a field of your own under `[rules.set.fields]`",
        "category" => "did you mean `categories`? It is a list: \"['sport']\"",
    }, check check_set {
        /// The organisation that published the article: a text.
        publisher: Option<Expression> = optional, value("'Harbour Courier'");
        /// The service that passed it on: a text.
        syndicator: Option<Expression> = optional, value("'Wire'");
        /// Its categories: a list of texts, 64 at the most.
        categories: Option<Expression> = optional, value("record.categories + ['sport']");
        /// Its copyright line: a text.
        rights: Option<Expression> = optional, value("'(c) Harbour Courier'");
        /// Fields of your own, which records have under `fields`: any values, 64 KiB each at the most.
        fields: BTreeMap<String, Expression> = default(BTreeMap::new()), OwnFields;
    }
}

fn check_rule(rule: &mut Rule, context: &mut Context, at: &Fields<'_>) {
    let message = format!("two rules are named `{}`", rule.name);
    let help = "give one of them another name: metrics and messages tell rules apart by it";
    context.claim("rule", &rule.name, at.span("name"), &message, help);
    if at.failed("set") || at.failed("drop") || at.failed("when") {
        return;
    }
    let finding = match (rule.drop, &rule.set) {
        (true, Some(_)) => Finding::error("a rule either drops records or sets something")
            .at(at.span("set"))
            .help("make two rules of it"),
        (false, None) => Finding::error("the rule does nothing")
            .at(at.span("name"))
            .help("add `drop = true`, or what to set under `[rules.set]`"),
        (true, None) if rule.when.is_none() => Finding::error("the rule would drop every record")
            .at(at.span("drop"))
            .help("say which: when = \"'sport' in record.categories\""),
        _ => return,
    };
    context.report(finding);
}

fn check_set(_: &mut RuleSet, context: &mut Context, at: &Fields<'_>) {
    if at.is_empty() {
        let finding = Finding::error("[rules.set] sets nothing")
            .at(at.span("fields"))
            .help("for example: fields.desk = \"'sport'\"");
        context.report(finding);
    }
}
