//! Typed rows with named columns; every format is made from these at the edge.

use std::sync::Arc;

/// The values of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Texts that repeat: each once, and the position of every row's.
    Text {
        /// Distinct texts.
        texts: Arc<Vec<String>>,
        /// Position of each row's text.
        of_row: Vec<u32>,
    },
    /// H3 cells, written as hexadecimal.
    Cells(Vec<u64>),
    /// Whole numbers.
    Counts(Vec<u64>),
    /// Numbers; NaN means none.
    Numbers(Vec<f64>),
    /// Yes or no.
    Flags(Vec<bool>),
}

impl Values {
    /// One text a row.
    #[must_use]
    pub fn texts(texts: Vec<String>) -> Self {
        Self::Text { of_row: (0..texts.len() as u32).collect(), texts: Arc::new(texts) }
    }

    fn len(&self) -> usize {
        match self {
            Self::Text { of_row, .. } => of_row.len(),
            Self::Cells(values) | Self::Counts(values) => values.len(),
            Self::Numbers(numbers) => numbers.len(),
            Self::Flags(flags) => flags.len(),
        }
    }
}

/// What a column's numbers are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Names, classes, plain numbers.
    None,
    /// Incidents.
    Incidents,
    /// Incidents over what was expected, or the like.
    Ratio,
    /// Probability, 0 to 1.
    Probability,
    /// Square kilometres, people, or what else the rate is of.
    Denominator,
    /// Per square kilometre, or per 1,000 of the denominator.
    Rate,
    /// Kilometres.
    Kilometres,
    /// Days.
    Days,
    /// Share, 0 to 1.
    Share,
    /// Weight of harm.
    Harm,
}

impl Unit {
    /// The word that formats with room for it carry.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Incidents => "incidents",
            Self::Ratio => "ratio",
            Self::Probability => "probability",
            Self::Denominator => "denominator of the rate",
            Self::Rate => "per km2, or per 1,000",
            Self::Kilometres => "km",
            Self::Days => "days",
            Self::Share => "share",
            Self::Harm => "weight of harm",
        }
    }

    /// The unit of a column by its name, where the name settles it in every answer.
    const fn of(name: &str) -> Self {
        match name.as_bytes() {
            b"count" | b"local_sum" | b"expected" | b"low" | b"high" | b"count_without_weight" | b"rows" => {
                Self::Incidents
            }
            b"ratio" => Self::Ratio,
            b"p_value" | b"q_value" | b"p_gumbel" | b"trend_p_value" => Self::Probability,
            b"denominator" => Self::Denominator,
            b"rate" => Self::Rate,
            b"radius_km" => Self::Kilometres,
            b"recurrence_days" => Self::Days,
            b"share" | b"share_low" | b"share_high" => Self::Share,
            b"harm" => Self::Harm,
            _ => Self::None,
        }
    }
}

/// A named column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Name, the same in every format.
    pub name: String,
    /// What its numbers are of.
    pub unit: Unit,
    /// Values.
    pub values: Values,
}

impl Column {
    /// A column; its unit goes by its name.
    #[must_use]
    pub fn new(name: impl Into<String>, values: Values) -> Self {
        let name = name.into();
        Self { unit: Unit::of(&name), name, values }
    }

    /// With another unit than its name says.
    #[must_use]
    pub fn in_unit(self, unit: Unit) -> Self {
        Self { unit, ..self }
    }
}

/// The place of a row, for formats with geometry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlaceKey {
    /// A cell.
    Cell(u64),
    /// An area: position of its layer among the layers, and of the area in the layer.
    Area(u32, u32),
}

/// Rows by column.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rows {
    /// Columns, all of one length.
    pub columns: Vec<Column>,
    /// Place of each row, where the first place dimension gives one; else empty.
    pub places: Vec<PlaceKey>,
}

impl Rows {
    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.columns.first().map_or(0, |c| c.values.len())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A value as text, as csv and tables show it; empty where there is none.
    #[must_use]
    pub fn text(&self, column: usize, row: usize) -> String {
        match &self.columns[column].values {
            Values::Text { texts, of_row } => texts[of_row[row] as usize].clone(),
            Values::Cells(cells) => format!("{:x}", cells[row]),
            Values::Counts(counts) => counts[row].to_string(),
            Values::Numbers(numbers) if numbers[row].is_finite() => numbers[row].to_string(),
            Values::Numbers(_) => String::new(),
            Values::Flags(flags) => flags[row].to_string(),
        }
    }
}
