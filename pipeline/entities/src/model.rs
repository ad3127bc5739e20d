//! The model: weights, transitions and lexicon, in one file with a version and a checksum.

use crate::label::Label;
use crate::lexicon::{Lexicon, take};
use crate::packed::{self, FileError, Magic};

/// What a file of a model begins with.
const MAGIC: Magic = *b"DLENTS\0\x01";
/// Weights in one row: those of 16 labels for the first pass, then for the second. Outside has none: its score is always 0.
pub const ROW: usize = 2 * (Label::COUNT - 1);

/// The weights of one feature.
pub type Row = [i8; ROW];

/// What a model is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelParts {
    /// Its name, as records tell it: `en-1`.
    pub name: String,
    /// 2^n rows.
    pub rows: Vec<Row>,
    /// Weights of neighbours, for each pass.
    pub transitions: [[[i32; Label::COUNT]; Label::COUNT]; 2],
    /// Clusters and gazetteers.
    pub lexicon: Lexicon,
    /// How much surer a score makes: confidence is 1 / (1 + e^(-(slope * margin + offset))).
    pub confidence: [f32; 2],
}

/// A model that is ready.
#[derive(Debug)]
pub struct Model {
    pub(crate) parts: ModelParts,
    /// Bits of a feature's number that are not looked at.
    pub(crate) shift: u32,
}

impl Model {
    /// Makes a model ready.
    ///
    /// # Errors
    ///
    /// Where the rows are not a power of two, two at least.
    pub fn new(parts: ModelParts) -> Result<Self, FileError> {
        if parts.rows.len() < 2 || !parts.rows.len().is_power_of_two() {
            return Err(FileError::Damaged("its rows are not a power of two"));
        }
        let shift = u32::BITS - parts.rows.len().trailing_zeros();
        Ok(Self { parts, shift })
    }

    /// The name, as records tell it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.parts.name
    }

    /// Reads a model from a file's bytes.
    ///
    /// # Errors
    ///
    /// Where they are of another version or damaged.
    pub fn read(file: &[u8]) -> Result<Self, FileError> {
        let bytes = packed::read(MAGIC, file)?;
        let parts = unpack(&mut bytes.as_slice()).ok_or(FileError::Damaged("it ends early"))?;
        Self::new(parts)
    }

    /// The bytes of the file.
    ///
    /// # Errors
    ///
    /// Where it cannot be packed.
    pub fn write(&self) -> std::io::Result<Vec<u8>> {
        packed::write(MAGIC, &pack(&self.parts))
    }
}

fn pack(parts: &ModelParts) -> Vec<u8> {
    let mut out = vec![parts.name.len() as u8];
    out.extend(parts.name.as_bytes());
    out.extend(
        parts
            .confidence
            .iter()
            .flat_map(|number| number.to_le_bytes()),
    );
    out.extend(
        parts
            .transitions
            .iter()
            .flatten()
            .flatten()
            .flat_map(|weight| weight.to_le_bytes()),
    );
    out.extend((parts.rows.len() as u32).to_le_bytes());
    // Column by column: the likes beside each other compress better.
    for column in 0..ROW {
        out.extend(parts.rows.iter().map(|row| row[column] as u8));
    }
    parts.lexicon.write(&mut out);
    out
}

fn unpack(bytes: &mut &[u8]) -> Option<ModelParts> {
    let size = usize::from(*take(bytes, 1)?.first()?);
    let name = String::from_utf8(take(bytes, size)?.to_vec()).ok()?;
    let mut confidence = [0.0; 2];
    for number in &mut confidence {
        *number = f32::from_le_bytes(take(bytes, 4)?.try_into().ok()?);
    }
    let mut transitions = [[[0; Label::COUNT]; Label::COUNT]; 2];
    for weight in transitions.iter_mut().flatten().flatten() {
        *weight = i32::from_le_bytes(take(bytes, 4)?.try_into().ok()?);
    }
    let count = u32::from_le_bytes(take(bytes, 4)?.try_into().ok()?) as usize;
    let columns = take(bytes, count.checked_mul(ROW)?)?;
    let mut rows = vec![[0; ROW]; count];
    for (column, weights) in columns.chunks_exact(count.max(1)).enumerate() {
        for (row, &weight) in rows.iter_mut().zip(weights) {
            row[column] = weight as i8;
        }
    }
    let lexicon = Lexicon::read(bytes)?;
    bytes.is_empty().then_some(ModelParts {
        name,
        rows,
        transitions,
        lexicon,
        confidence,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> Model {
        let mut parts = ModelParts {
            name: "test-1".to_owned(),
            rows: vec![[0; ROW]; 8],
            transitions: [[[0; Label::COUNT]; Label::COUNT]; 2],
            lexicon: Lexicon::default(),
            confidence: [0.5, -1.0],
        };
        parts.rows[3][7] = -5;
        parts.transitions[1][2][3] = 77;
        parts.lexicon.words =
            crate::lexicon::Table::build([(crate::hash::lower("word"), 0)], |one, _| one);
        parts.lexicon.names = crate::lexicon::Table::build([], |one, _| one);
        parts.lexicon.clusters = vec![[1, 2]];
        Model::new(parts).unwrap()
    }

    #[test]
    fn a_model_survives_its_file() {
        let model = small();
        let again = Model::read(&model.write().unwrap()).unwrap();
        assert_eq!(again.parts, model.parts);
        assert_eq!(again.shift, 29);
    }
}
