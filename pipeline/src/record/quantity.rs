//! The part of the record that says which amounts its texts tell.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An amount of money, a percentage, a measured quantity or the ticker of a share: where it stands and its exact value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Quantity {
    /// The field of this record that it stands in: `title`, `summary`, `text`, `key_points[2]` or `images[0].caption`, counted from 0.
    pub field: String,
    /// Its first character in that field, counted in Unicode code points from 0. Words such as "about" are no part of it.
    pub start: usize,
    /// One past its last character.
    pub end: usize,
    /// The amount as it stands there.
    pub text: String,
    /// What it is: `money`, `percent`, `quantity` (a length, mass, volume, speed, temperature, energy, power …) or `ticker`. More may come.
    #[serde(rename = "type")]
    pub kind: Cow<'static, str>,
    /// Its exact value in its unit as a plain decimal number, `1200000000` or `-0.25`; a ticker's symbol. Absent where the text does not say
    /// ("millions of dollars").
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The end of a range: 10000000 of "$5-10 million".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_to: Option<String>,
    /// Of money, the code of ISO 4217, absent where the word alone does not say ("pesos"). `percent` or `percentage point`. Of a quantity, the symbol of
    /// UCUM where it has a plain one (`km`, `m2`, `degC`), else the usual one (`mi`, `lb`, `bbl`). Of a ticker, the exchange, where it is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Cow<'static, str>>,
    /// What the words around it say: `about`, `more-than`, `at-least`, `less-than` or `at-most`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modifier: Option<Cow<'static, str>>,
}
