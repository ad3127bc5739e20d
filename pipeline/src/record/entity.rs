//! The part of the record that says whom and what its texts name.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Somebody or something that the texts name, once or more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Entity {
    /// What it is: `person`, `organization`, `location`, `nationality` (a people, a language or what else is called after a country), `group` (a people or religion of many countries, a party), `event`,
    /// `product`, `work`, or `misc` where it is none of these or not known which. More may come.
    #[serde(rename = "type")]
    pub kind: Cow<'static, str>,
    /// The fullest of its names in the texts, without article, honorific and possessive ending.
    pub name: String,
    /// Who or what it is in the world: `geonames:524901` of a town or continent, `iso3166:RU` of a country, `iso3166:US-CA` of a part of one,
    /// `wikidata:Q7747` of a person or an organization, `cik:66740` of a company that has no other. Absent where that is not known, or not known well
    /// enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What is known of what `id` names; present exactly when `id` is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<Link>,
    /// What the texts say that a person is: `Russian President`, `chief executive of Acme`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// How much the article is about it, 0 to 1: by its share of the mentions, whether the headline names it, and how early it is named.
    #[serde(default)]
    pub salience: f64,
    /// How sure it is that this is a name of that type, 0 to 1: that of the surest mention.
    pub confidence: f64,
    /// Where it is named, by whatever name, field by field, in each by their place.
    pub mentions: Vec<Mention>,
}

/// What is known of what an entity's id names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Link {
    /// The name that it is known by in English, whatever the texts call it.
    pub name: String,
    /// How sure it is that this one is meant and none of the same name, 0.6 to 1: below there is no `id`.
    pub confidence: f64,
    /// Other ids of the same: `wikidata:Q159` of a country, `cik:66740` and `ticker:MMM` of a company.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub same_as: Vec<String>,
    /// The country that a place is or lies in, whose office a person holds, or in which alone an organization works, in two letters of ISO 3166-1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Where a town or continent lies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coordinates: Option<Coordinates>,
}

/// A point of the earth (WGS 84).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Coordinates {
    /// Degrees north of the equator.
    pub latitude: f64,
    /// Degrees east of Greenwich.
    pub longitude: f64,
}

/// A place where an entity is named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Mention {
    /// The field of this record that it stands in: `title`, `summary`, `text`, `key_points[2]` or `images[0].caption`, counted from 0.
    pub field: String,
    /// Its first character in that field, counted in Unicode code points from 0.
    pub start: usize,
    /// One past its last character.
    pub end: usize,
    /// The name as it stands there.
    pub text: String,
}
