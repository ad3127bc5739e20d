//! What expressions may call, as the configuration checks it: CEL's standard library and its extension for strings.

/// A function that expressions may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Function {
    /// How it is called; one with a dot is called by its whole name.
    pub name: &'static str,
    /// What it gives, where that is always the same.
    pub(super) gives: Gives,
    /// A use of it that is true of every record.
    pub example: &'static str,
}

/// What a function gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gives {
    Truth,
    Text,
    Number,
    Other,
}

const fn function(name: &'static str, gives: Gives, example: &'static str) -> Function {
    Function {
        name,
        gives,
        example,
    }
}

/// All of them, with what they are good for.
pub const FUNCTIONS: &[Function] = &[
    function(
        "contains",
        Gives::Truth,
        "'ferry strike'.contains('strike')",
    ),
    function(
        "startsWith",
        Gives::Truth,
        "'ferry strike'.startsWith('ferry')",
    ),
    function(
        "endsWith",
        Gives::Truth,
        "'ferry strike'.endsWith('strike')",
    ),
    function(
        "matches",
        Gives::Truth,
        "'Ferry strike'.matches('(?i)^ferry .*')",
    ),
    function(
        "size",
        Gives::Number,
        "'ferry'.size() == 5 && size([1, 2]) == 2",
    ),
    function("lowerAscii", Gives::Text, "'Ferry'.lowerAscii() == 'ferry'"),
    function("upperAscii", Gives::Text, "'Ferry'.upperAscii() == 'FERRY'"),
    function("trim", Gives::Text, "' ferry '.trim() == 'ferry'"),
    function(
        "replace",
        Gives::Text,
        "'ferry'.replace('rr', 'r') == 'fery'",
    ),
    function("split", Gives::Other, "'a, b'.split(', ') == ['a', 'b']"),
    function("join", Gives::Text, "['a', 'b'].join('+') == 'a+b'"),
    function("substring", Gives::Text, "'ferry'.substring(0, 2) == 'fe'"),
    function("indexOf", Gives::Number, "'ferry'.indexOf('r') == 2"),
    function(
        "lastIndexOf",
        Gives::Number,
        "'ferry'.lastIndexOf('r') == 3",
    ),
    function("charAt", Gives::Text, "'ferry'.charAt(0) == 'f'"),
    function("reverse", Gives::Text, "'abc'.reverse() == 'cba'"),
    function("format", Gives::Text, "'%s: %d'.format(['a', 1]) == 'a: 1'"),
    function(
        "strings.quote",
        Gives::Text,
        "strings.quote('a') == '\"a\"'",
    ),
    function("int", Gives::Number, "int('7') == 7"),
    function("uint", Gives::Number, "uint('7') == 7u"),
    function("double", Gives::Number, "double('0.5') == 0.5"),
    function("string", Gives::Text, "string(7) == '7'"),
    function("bool", Gives::Truth, "bool('true')"),
    function("bytes", Gives::Other, "bytes('a') == b'a'"),
    function("dyn", Gives::Other, "dyn(1) == 1"),
    function("type", Gives::Other, "type(1) == int"),
    function(
        "timestamp",
        Gives::Other,
        "timestamp('2026-03-01T12:00:00Z') < timestamp('2026-03-01T12:00:01Z')",
    ),
    function("duration", Gives::Other, "duration('90m') > duration('1h')"),
    function(
        "getFullYear",
        Gives::Number,
        "timestamp('2026-03-01T12:00:00Z').getFullYear() == 2026",
    ),
    function(
        "getMonth",
        Gives::Number,
        "timestamp('2026-03-01T12:00:00Z').getMonth() == 2",
    ),
    function(
        "getDate",
        Gives::Number,
        "timestamp('2026-03-01T12:00:00Z').getDate() == 1",
    ),
    function(
        "getDayOfMonth",
        Gives::Number,
        "timestamp('2026-03-01T12:00:00Z').getDayOfMonth() == 0",
    ),
    function(
        "getDayOfWeek",
        Gives::Number,
        "timestamp('2026-03-01T12:00:00Z').getDayOfWeek() == 0",
    ),
    function(
        "getDayOfYear",
        Gives::Number,
        "timestamp('2026-03-01T12:00:00Z').getDayOfYear() == 59",
    ),
    function(
        "getHours",
        Gives::Number,
        "timestamp('2026-03-01T12:00:00Z').getHours('Europe/Berlin') == 13",
    ),
    function(
        "getMinutes",
        Gives::Number,
        "timestamp('2026-03-01T12:34:00Z').getMinutes() == 34",
    ),
    function(
        "getSeconds",
        Gives::Number,
        "timestamp('2026-03-01T12:34:56Z').getSeconds() == 56",
    ),
    function(
        "getMilliseconds",
        Gives::Number,
        "timestamp('2026-03-01T12:34:56Z').getMilliseconds() == 0",
    ),
    function("optional.of", Gives::Other, "optional.of(1).hasValue()"),
    function("optional.none", Gives::Other, "!optional.none().hasValue()"),
    function(
        "optional.ofNonZeroValue",
        Gives::Other,
        "!optional.ofNonZeroValue('').hasValue()",
    ),
    function("hasValue", Gives::Truth, "!optional.none().hasValue()"),
    function("value", Gives::Other, "optional.of(1).value() == 1"),
    function(
        "or",
        Gives::Other,
        "optional.none().or(optional.of(1)).value() == 1",
    ),
    function(
        "orValue",
        Gives::Other,
        "optional.none().orValue('none') == 'none'",
    ),
];

/// What the language itself expands; they are known by their own forms.
pub(super) const MACROS: &[&str] = &["has", "all", "exists", "exists_one", "map", "filter"];

pub(super) fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}
