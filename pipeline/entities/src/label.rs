//! What a token can be: outside, or the begin, inside or last token of an entity of some kind, or all of it (BILOU).

/// What an entity is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A human being, real or not, by name.
    Person,
    /// A company, institution, party, team, medium, government body.
    Organization,
    /// A place: country, city, region, water, mountain, building.
    Location,
    /// Any other name: a nationality, an event, a product, a work.
    Misc,
}

impl Kind {
    /// All of them, in the model's order.
    pub const ALL: [Self; 4] = [Self::Person, Self::Organization, Self::Location, Self::Misc];

    /// The word for it in a record.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Organization => "organization",
            Self::Location => "location",
            Self::Misc => "misc",
        }
    }
}

/// A BILOU label, as its number: 0 is outside; then begin, inside, last and unit of each kind in turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Label(pub u8);

/// Where in its entity a token stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Begin,
    Inside,
    Last,
    Unit,
}

impl Label {
    /// No part of an entity.
    pub const OUTSIDE: Self = Self(0);
    /// How many there are.
    pub const COUNT: usize = 1 + 4 * Kind::ALL.len();

    /// The label of the token at `place` of `count` tokens of an entity.
    #[must_use]
    pub const fn of(kind: Kind, place: usize, count: usize) -> Self {
        let part = if count == 1 {
            3
        } else if place == 0 {
            0
        } else if place + 1 == count {
            2
        } else {
            1
        };
        Self(1 + 4 * kind as u8 + part)
    }

    /// The kind of the entity that the token is part of.
    #[must_use]
    pub const fn kind(self) -> Option<Kind> {
        match self.0 {
            0 => None,
            1..=4 => Some(Kind::Person),
            5..=8 => Some(Kind::Organization),
            9..=12 => Some(Kind::Location),
            _ => Some(Kind::Misc),
        }
    }

    pub(crate) const fn place(self) -> Option<Place> {
        if self.0 == 0 {
            return None;
        }
        Some(match (self.0 - 1) % 4 {
            0 => Place::Begin,
            1 => Place::Inside,
            2 => Place::Last,
            _ => Place::Unit,
        })
    }
}
