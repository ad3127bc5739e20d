//! Looks through a program for what the record does not have, functions that nobody knows, and conditions that are none. Types are followed as far
//! as the record's schema tells them; what is not known is not complained about.

use std::sync::LazyLock;

use cel::Program;
use cel::common::ast::{
    CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedExpr, LiteralValue, SelectExpr, SourceInfo,
    operators,
};
use serde_json::Value as Json;

use super::functions::{self, FUNCTIONS, Gives, MACROS};
use super::{Fault, Purpose, sign_at, start_of};
use crate::suggest::{nearest, quote};

/// Loops within loops: a record has up to some thousand entries of a kind, and two loops over them some million turns.
const MAX_LOOPS: usize = 2;

/// The variable that the record is.
const RECORD: &str = "record";

/// Names of types, which are values of the language.
const TYPES: &[&str] = &[
    "bool",
    "bytes",
    "double",
    "duration",
    "int",
    "list",
    "map",
    "null_type",
    "string",
    "timestamp",
    "type",
    "uint",
];

/// The record's schema: what `dateline schema record` prints. It is the contract with the readers of the output, so a file of it is enough.
static SCHEMA: LazyLock<Json> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../pipeline/schema/record.schema.json"))
        .unwrap_or_default()
});

/// What is known of a value.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// Anything.
    Any,
    Truth,
    Text,
    Number,
    /// A list of which no more is known.
    List,
    /// A part of the record that this schema describes.
    Part(&'static Json),
}

/// Checks a program that was parsed from `text`.
pub(super) fn check(text: &str, program: &Program, purpose: Purpose) -> Result<(), Fault> {
    let mut walk = Walk {
        text,
        source: program.source_info(),
        names: Vec::new(),
        loops: 0,
    };
    let kind = walk.kind_of(program.expression())?;
    let is_wrong =
        matches!(simple(kind), Kind::Text | Kind::Number | Kind::List) || fields_of(kind).is_some();
    if purpose == Purpose::Condition && is_wrong {
        let what = format!("is {} and not true or false", in_words(kind));
        let help = "compare it, for example \"record.language.code == 'en'\"";
        return Err(Fault::new(0..text.len(), what, help));
    }
    Ok(())
}

/// Whether the record has a field of this path, as far as its schema tells.
///
/// # Errors
/// What is wrong with the path, and what to do about it.
pub(crate) fn check_path(path: &str) -> Result<(), (String, String)> {
    let mut kind = Kind::Part(&SCHEMA);
    let mut before = RECORD.to_owned();
    for name in path.split('.') {
        let entry = entries_of(kind).filter(|_| name.parse::<usize>().is_ok());
        kind = match entry {
            Some(entry) => entry,
            None => field_of(kind, name)
                .map_err(|help| (format!("`{before}` has no `{}`", quote(name)), help))?,
        };
        before = format!("{before}.{}", quote(name));
    }
    Ok(())
}

struct Walk<'p> {
    text: &'p str,
    source: &'p SourceInfo,
    /// Names of the loops around, the innermost last, with what they stand for.
    names: Vec<(&'p str, Kind)>,
    loops: usize,
}

impl<'p> Walk<'p> {
    /// What an expression comes to. The depth of expressions is limited before they are parsed.
    fn kind_of(&mut self, expression: &'p IdedExpr) -> Result<Kind, Fault> {
        Ok(match &expression.expr {
            Expr::Unspecified => Kind::Any,
            Expr::Literal(literal) => of_literal(literal),
            Expr::Ident(name) => self.name(expression, name)?,
            Expr::Select(select) => self.select(expression, select)?,
            Expr::Call(call) => self.call(expression, call)?,
            Expr::Comprehension(over) => self.comprehension(expression, over)?,
            Expr::List(list) => {
                self.all(&list.elements)?;
                Kind::List
            }
            Expr::Map(map) => {
                for entry in &map.entries {
                    self.entry(&entry.expr)?;
                }
                Kind::Any
            }
            Expr::Struct(made) => {
                let what = format!(
                    "names a type that nobody knows: `{}`",
                    quote(&made.type_name)
                );
                return Err(Fault::new(
                    self.sign(expression),
                    what,
                    "write a map: {'name': 'value'}",
                ));
            }
        })
    }

    fn all(&mut self, expressions: impl IntoIterator<Item = &'p IdedExpr>) -> Result<(), Fault> {
        for expression in expressions {
            self.kind_of(expression)?;
        }
        Ok(())
    }

    fn entry(&mut self, entry: &'p EntryExpr) -> Result<(), Fault> {
        match entry {
            EntryExpr::StructField(field) => self.all([&field.value]),
            EntryExpr::MapEntry(entry) => self.all([&entry.key, &entry.value]),
        }
    }

    fn name(&self, expression: &IdedExpr, name: &str) -> Result<Kind, Fault> {
        let bare = name.strip_prefix('.').unwrap_or(name);
        if let Some((_, kind)) = self.names.iter().rev().find(|(known, _)| *known == bare) {
            return Ok(*kind);
        }
        if bare == RECORD {
            return Ok(Kind::Part(&SCHEMA));
        }
        // What the language makes up itself begins with a sign that nobody can write.
        if bare.starts_with('@') || TYPES.contains(&bare) {
            return Ok(Kind::Any);
        }
        let what = format!("speaks of `{}`, which is nothing", quote(bare));
        let known = self.names.iter().map(|(name, _)| *name).chain([RECORD]);
        let help = if fields(&SCHEMA).any(|field| field == bare) {
            format!("write `record.{bare}`; a text stands in quotes: '{bare}'")
        } else if let Some(near) = nearest(bare, known) {
            format!("did you mean `{near}`?")
        } else {
            format!(
                "the record is `record`; a text stands in quotes: '{}'",
                quote(bare)
            )
        };
        Err(Fault::new(self.sign(expression), what, help))
    }

    fn select(&mut self, expression: &'p IdedExpr, select: &'p SelectExpr) -> Result<Kind, Fault> {
        let of = self.kind_of(&select.operand)?;
        let kind = self.field(expression, &select.operand, of, &select.field)?;
        if !select.test {
            return Ok(kind);
        }
        if let (Kind::Part(_), Kind::Part(schema)) = (of, kind) {
            let shown = self.shown(&select.operand, &select.field);
            self.presence(expression, schema, &shown)?;
        }
        Ok(Kind::Truth)
    }

    /// Refuses to ask whether a list or an object is there: they always are, if empty.
    fn presence(
        &self,
        expression: &IdedExpr,
        schema: &'static Json,
        shown: &str,
    ) -> Result<(), Fault> {
        let (what, instead) = match (schema.get("items"), fields(schema).next()) {
            (Some(_), _) => ("list", format!("{shown}.size() > 0")),
            (None, Some(field)) => ("object", format!("has({shown}.{field})")),
            (None, None) if is_object(schema) => ("object", format!("{shown}.size() > 0")),
            (None, None) => return Ok(()),
        };
        let help = format!("it always is, if empty: write `{instead}`");
        let what = format!("asks whether the {what} `{shown}` is there");
        Err(Fault::new(self.sign(expression), what, help))
    }

    /// A field of what `operand` is.
    fn field(
        &self,
        expression: &IdedExpr,
        operand: &IdedExpr,
        of: Kind,
        name: &str,
    ) -> Result<Kind, Fault> {
        field_of(of, name).map_err(|help| {
            let operand = match &operand.expr {
                Expr::Select(select) => self.shown(&select.operand, &select.field),
                Expr::Ident(name) => name.clone(),
                _ => in_words(of).to_owned(),
            };
            let at = self.named(expression, name);
            Fault::new(
                at,
                format!(
                    "asks `{}` for `{}`, which it does not have",
                    quote(&operand),
                    quote(name)
                ),
                help,
            )
        })
    }

    fn call(&mut self, expression: &'p IdedExpr, call: &'p CallExpr) -> Result<Kind, Fault> {
        if is_operator(&call.func_name) {
            return self.operator(expression, call);
        }
        let called = match call.target.as_deref() {
            Some(IdedExpr {
                expr: Expr::Ident(name),
                ..
            }) if is_library(name) => format!("{name}.{}", call.func_name),
            Some(target) => {
                self.kind_of(target)?;
                call.func_name.clone()
            }
            None => call.func_name.clone(),
        };
        self.all(&call.args)?;
        let Some(function) = functions::find(&called) else {
            return Err(self.unknown_function(expression, &called));
        };
        if function.name == "matches" {
            self.pattern(call)?;
        }
        Ok(match function.gives {
            Gives::Truth => Kind::Truth,
            Gives::Text => Kind::Text,
            Gives::Number => Kind::Number,
            Gives::Other => Kind::Any,
        })
    }

    fn unknown_function(&self, expression: &IdedExpr, name: &str) -> Fault {
        let what = format!("calls `{}`, which is no function", quote(name));
        if MACROS.contains(&name) {
            let help = match name {
                "has" => "it takes a field: has(record.publisher)".to_owned(),
                _ => format!(
                    "it takes a name for each entry, and what is asked of it: record.categories.{name}(c, c == 'sport')"
                ),
            };
            return Fault::new(self.named(expression, name), what, help);
        }
        let known = FUNCTIONS
            .iter()
            .map(|function| function.name)
            .chain(MACROS.iter().copied());
        let help = match nearest(name, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "docs/rules.md has the functions".to_owned(),
        };
        Fault::new(self.named(expression, name), what, help)
    }

    /// A pattern that is written out is compiled here, so that a wrong one is found before there are records.
    fn pattern(&self, call: &CallExpr) -> Result<(), Fault> {
        let Some(argument) = call.args.last() else {
            return Ok(());
        };
        let Expr::Literal(LiteralValue::String(pattern)) = &argument.expr else {
            return Ok(());
        };
        if pattern.inner().contains('\u{8}') {
            let help = "write the pattern as a raw text, in which a backslash is one: r'\\bflood'";
            return Err(Fault::new(
                self.sign(argument),
                "has a pattern with a backspace in it: `\\b` stands for that in a text",
                help,
            ));
        }
        let Err(error) = regex::Regex::new(pattern.inner()) else {
            return Ok(());
        };
        let reason = error.to_string();
        let reason = reason
            .lines()
            .last()
            .unwrap_or_default()
            .trim_start_matches("error: ");
        let help = "patterns are those of RE2: https://docs.rs/regex; in a raw text, r'…', a backslash is one";
        Err(Fault::new(
            self.sign(argument),
            format!("has a pattern that is none: {}", quote(reason)),
            help,
        ))
    }

    fn operator(&mut self, expression: &'p IdedExpr, call: &'p CallExpr) -> Result<Kind, Fault> {
        let kinds = call.args.iter().map(|argument| self.kind_of(argument));
        let kinds = kinds.collect::<Result<Vec<Kind>, Fault>>()?;
        let named = call.args.get(1).and_then(literal_text);
        Ok(match (call.func_name.as_str(), kinds.as_slice(), named) {
            (operators::CONDITIONAL, [_, kind, _], _) => *kind,
            (
                operators::INDEX | operators::OPT_INDEX | operators::OPT_SELECT,
                [of, ..],
                Some(name),
            ) => {
                let kind = self.field(expression, &call.args[0], *of, name)?;
                if call.func_name == operators::INDEX {
                    kind
                } else {
                    Kind::Any
                }
            }
            (operators::INDEX, [of, _], None) => entries_of(*of).unwrap_or(Kind::Any),
            (operators::ADD, [kind, _], _) => simple(*kind),
            (name, ..) if TRUTHS.contains(&name) => Kind::Truth,
            _ => Kind::Any,
        })
    }

    fn comprehension(
        &mut self,
        expression: &'p IdedExpr,
        over: &'p ComprehensionExpr,
    ) -> Result<Kind, Fault> {
        let range = self.kind_of(&over.iter_range)?;
        let gathered = self.kind_of(&over.accu_init)?;
        if self.loops == MAX_LOOPS {
            let what = format!("has loops within loops more than {MAX_LOOPS} deep");
            return Err(Fault::new(
                self.sign(expression),
                what,
                "ask for less at once: each loop multiplies the time that a record takes",
            ));
        }
        let known = self.names.len();
        self.loops += 1;
        self.names
            .push((&over.iter_var, entries_of(range).unwrap_or(Kind::Any)));
        self.names
            .extend(over.iter_var2.as_deref().map(|name| (name, Kind::Any)));
        self.names.push((&over.accu_var, gathered));
        self.all([&over.loop_cond, &over.loop_step])?;
        let kind = self.kind_of(&over.result);
        self.names.truncate(known);
        self.loops -= 1;
        kind
    }

    /// The sign or word that a part of the text begins with.
    fn sign(&self, expression: &IdedExpr) -> std::ops::Range<usize> {
        sign_at(self.text, start_of(self.text, self.source, expression.id))
    }

    /// Where `name` stands in a part of the text, which is noted by its dot or bracket.
    fn named(&self, expression: &IdedExpr, name: &str) -> std::ops::Range<usize> {
        let start = start_of(self.text, self.source, expression.id);
        let name = name.rsplit('.').next().unwrap_or(name);
        let behind = self.text[start..].find(name).map(|at| start + at);
        let before = self.text[..start].rfind(name);
        let near =
            |at: &usize| self.text[start.min(*at)..start.max(*at)].trim().len() <= name.len() + 1;
        match behind.filter(near).or(before.filter(near)) {
            Some(at) => at..at + name.len(),
            None => sign_at(self.text, start),
        }
    }

    fn shown(&self, operand: &IdedExpr, field: &str) -> String {
        match &operand.expr {
            Expr::Ident(name) => format!("{name}.{field}"),
            Expr::Select(select) => {
                format!("{}.{field}", self.shown(&select.operand, &select.field))
            }
            _ => field.to_owned(),
        }
    }
}

/// Operators that come to true or false.
const TRUTHS: &[&str] = &[
    operators::EQUALS,
    operators::NOT_EQUALS,
    operators::LESS,
    operators::LESS_EQUALS,
    operators::GREATER,
    operators::GREATER_EQUALS,
    operators::LOGICAL_AND,
    operators::LOGICAL_OR,
    operators::LOGICAL_NOT,
    operators::IN,
];

/// Operators are called by names that nobody can write.
fn is_operator(name: &str) -> bool {
    name.starts_with(['@', '!', '-'])
        || (name.starts_with('_')
            && name.len() > 1
            && !name[1..].starts_with(char::is_alphanumeric))
}

/// Whether functions are called by this name and their own.
fn is_library(name: &str) -> bool {
    FUNCTIONS.iter().any(|function| {
        function
            .name
            .split_once('.')
            .is_some_and(|(library, _)| library == name)
    })
}

fn literal_text(expression: &IdedExpr) -> Option<&str> {
    match &expression.expr {
        Expr::Literal(LiteralValue::String(text)) => Some(text.inner()),
        _ => None,
    }
}

fn of_literal(literal: &LiteralValue) -> Kind {
    match literal {
        LiteralValue::Boolean(_) => Kind::Truth,
        LiteralValue::String(_) => Kind::Text,
        LiteralValue::Double(_) | LiteralValue::Int(_) | LiteralValue::UInt(_) => Kind::Number,
        LiteralValue::Bytes(_) | LiteralValue::Null => Kind::Any,
    }
}

/// A field of a value, or what to do if it has none of that name.
fn field_of(of: Kind, name: &str) -> Result<Kind, String> {
    match simple(of) {
        Kind::Text => {
            return Err("it is a text: compare it, or call a function: .contains('…')".to_owned());
        }
        Kind::Truth | Kind::Number => return Err("it has no fields: compare it".to_owned()),
        Kind::List => {
            return Err("it is a list: ask its entries, for example .exists(e, e.name == '…'), or one of them: [0]".to_owned());
        }
        Kind::Any | Kind::Part(_) => {}
    }
    let Some(known) = fields_of(of) else {
        return Ok(Kind::Any);
    };
    if let Some(schema) = known.get(name) {
        return Ok(Kind::Part(resolved(schema)));
    }
    Err(match nearest(name, known.keys().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!(
            "it has: {}",
            known.keys().cloned().collect::<Vec<_>>().join(", ")
        ),
    })
}

/// The fields of a part of the record that has fields of its own.
fn fields_of(kind: Kind) -> Option<&'static serde_json::Map<String, Json>> {
    match kind {
        Kind::Part(schema) => schema.get("properties")?.as_object(),
        _ => None,
    }
}

/// The entries of a list.
fn entries_of(kind: Kind) -> Option<Kind> {
    match kind {
        Kind::Part(schema) => schema.get("items").map(|items| Kind::Part(resolved(items))),
        Kind::List => Some(Kind::Any),
        _ => None,
    }
}

/// A part of the record as one of the simple kinds, where it is one.
fn simple(kind: Kind) -> Kind {
    let Kind::Part(schema) = kind else {
        return kind;
    };
    if schema.get("oneOf").is_some() || schema.get("enum").is_some() {
        return Kind::Text;
    }
    let named = match schema.get("type") {
        Some(Json::Array(names)) => names.first(),
        name => name,
    };
    match named.and_then(Json::as_str) {
        Some("string") => Kind::Text,
        Some("integer" | "number") => Kind::Number,
        Some("boolean") => Kind::Truth,
        Some("array") => Kind::List,
        _ => kind,
    }
}

/// What a reference stands for, also where it may be null.
fn resolved(schema: &'static Json) -> &'static Json {
    let either = schema.get("anyOf").and_then(|either| either.get(0));
    let schema = either.unwrap_or(schema);
    let pointer = schema.get("$ref").and_then(Json::as_str);
    let target = pointer.and_then(|pointer| SCHEMA.pointer(pointer.strip_prefix('#')?));
    target.unwrap_or(schema)
}

/// Names of the fields of a record.
fn fields(schema: &'static Json) -> impl Iterator<Item = &'static str> {
    let fields = fields_of(Kind::Part(schema));
    fields
        .into_iter()
        .flat_map(|fields| fields.keys().map(String::as_str))
}

fn is_object(schema: &Json) -> bool {
    schema.get("type").and_then(Json::as_str) == Some("object")
}

fn in_words(kind: Kind) -> &'static str {
    match simple(kind) {
        Kind::Any => "a value",
        Kind::Truth => "true or false",
        Kind::Text => "a text",
        Kind::Number => "a number",
        Kind::List => "a list",
        Kind::Part(_) => "an object",
    }
}
