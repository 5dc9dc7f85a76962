//! Harm stands beside counts and is never tested: one homicide weighs as much as hundreds of lesser offences.

use std::collections::{BTreeMap, HashMap};

use crate::{
    ask::{AskError, Column, ColumnValues, Combinations, Reader},
    model::{Dimension, Query, QueryError},
    snapshot::Snapshot,
};

/// Sum of the weights of the incidents of every combination, and how many of them have none.
pub(super) struct Harm(HashMap<Vec<u64>, (f64, u64)>);

/// The weights of a set.
pub(in crate::analysis) fn weights_of<'g>(
    ground: &'g Snapshot,
    set: &str,
) -> Result<&'g BTreeMap<String, f64>, AskError> {
    let unknown = || QueryError::unknown("harm", set, ground.harm.keys());
    Ok(ground.harm.get(set).ok_or_else(unknown)?)
}

impl Harm {
    /// The sums for the combinations of a query, where it asks for them.
    pub(super) fn of(reader: &dyn Reader, query: &Query) -> Result<Option<Self>, AskError> {
        let Some(set) = &query.harm else { return Ok(None) };
        let weights = weights_of(reader.ground(), set)?;
        let own = query.by.len();
        let mut asked = Query { harm: None, rate: None, top: None, zeros: false, ..query.clone() };
        let category = query.by.iter().position(|d| *d == Dimension::Category).unwrap_or(own);
        if category == own {
            asked.by.push(Dimension::Category);
        }
        let tally = reader.tally(&asked)?;
        let of_category: Vec<Option<f64>> =
            tally.dimensions[category].texts.iter().map(|t| weights.get(&crate::model::fold(t)).copied()).collect();
        let mut sums: HashMap<Vec<u64>, (f64, u64)> = HashMap::new();
        for (key, &count) in tally.keys.chunks(asked.by.len()).zip(&tally.counts) {
            let sum = sums.entry(key[..own].to_vec()).or_default();
            match of_category[key[category] as usize] {
                Some(weight) => sum.0 += weight * count as f64,
                None => sum.1 += count,
            }
        }
        Ok(Some(Self(sums)))
    }

    pub(super) fn columns(&self, piece: &Combinations) -> [Column; 2] {
        let of_rows = (0..piece.len()).map(|i| self.0.get(piece.values(i)).copied().unwrap_or_default());
        let (harm, unweighted): (Vec<f64>, Vec<u64>) = of_rows.unzip();
        [
            Column::new("harm", ColumnValues::Numbers(harm)),
            Column::new("count_without_weight", ColumnValues::Counts(unweighted)),
        ]
    }
}
