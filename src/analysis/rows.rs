//! Typed rows with named columns; csv, json, tiles and tables are made from these at the edge.

/// The values of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Texts that repeat: each once, and the position of every row's.
    Text {
        /// Distinct texts.
        texts: Vec<String>,
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

/// A named column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Name, the same in every format.
    pub name: String,
    /// Values.
    pub values: Values,
}

/// The place of a row, for formats with geometry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlaceKey {
    /// A cell.
    Cell(u64),
    /// An area: layer and position in it.
    Area(String, u32),
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
        self.columns.first().map_or(0, |c| match &c.values {
            Values::Text { of_row, .. } => of_row.len(),
            Values::Cells(cells) => cells.len(),
            Values::Counts(counts) => counts.len(),
            Values::Numbers(numbers) => numbers.len(),
            Values::Flags(flags) => flags.len(),
        })
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
            Values::Cells(cells) => crate::grid::cell_text(cells[row]),
            Values::Counts(counts) => counts[row].to_string(),
            Values::Numbers(numbers) if numbers[row].is_finite() => numbers[row].to_string(),
            Values::Numbers(_) => String::new(),
            Values::Flags(flags) => flags[row].to_string(),
        }
    }

    /// A value as JSON; null where there is none.
    #[must_use]
    pub fn json(&self, column: usize, row: usize) -> serde_json::Value {
        match &self.columns[column].values {
            Values::Text { texts, of_row } => texts[of_row[row] as usize].clone().into(),
            Values::Cells(cells) => crate::grid::cell_text(cells[row]).into(),
            Values::Counts(counts) => counts[row].into(),
            Values::Numbers(numbers) => numbers[row].into(),
            Values::Flags(flags) => flags[row].into(),
        }
    }
}
