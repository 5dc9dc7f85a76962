//! Class limits for a map: quantiles of the pooled period, rounded to readable numbers, so that every frame of
//! a playing period has the same legend.

use std::collections::HashMap;

use super::{
    count::{names_beside, rate_of, weights_of},
    plan::{PlaceDimension, check_rate, place_dimensions},
};
use crate::{
    ask::{
        Answer, AskError, Column, ColumnDoc, ColumnKind, ColumnValues, Declaration, Exact, KIND, Kind, PERIOD, PLACE,
        Parameter, PlaceKey, Question, Reader, Rows, Shape, Values, query_of,
    },
    model::{Dimension, Query, QueryError},
    snapshot::Snapshot,
};

/// Classes of a sequential map.
const CLASSES: usize = 5;

/// Class limits of a map.
#[derive(Debug, Clone, PartialEq)]
pub struct BreaksQuestion {
    /// What is counted; its period does not matter.
    pub query: Query,
    /// Months of each frame.
    pub window: usize,
}

const OWN: &[Parameter] = &[
    Parameter::new("by", Kind::Dimensions, "cell:R or area:LAYER; the first place is taken", "cell:8").needed(),
    Parameter::new("window", Kind::Whole { from: 1, to: 1200 }, "Months of each frame", "3").or("1"),
    Parameter::new("rate", Kind::Name, "Limits of a rate: km2, or an indicator of the layer", "residents"),
    Parameter::new("harm", Kind::Name, "Limits of the sum of harm by a set of weights", "sentencing"),
];

impl Question for BreaksQuestion {
    const DECLARATION: Declaration = Declaration {
        help: "\
Examples:
  places breaks --by cell:8
  places breaks --by area:msoa21 --rate residents --window 12

The limits hold for every run of so many months, over all months there are: one legend for every frame.",
        tag: "counts",
        shape: Shape::Sentences,
        columns: &[ColumnDoc::new("from", ColumnKind::Number, "Lower limit of the class")],
        groups: &[OWN, PERIOD, KIND, PLACE],
        ..Declaration::new("breaks", "1", "Class limits of a map, the same for every frame of a period that plays")
    };

    fn read(values: &Values) -> Result<Self, QueryError> {
        let query = query_of(values)?;
        if query.rate.is_some() && query.harm.is_some() {
            return Err(QueryError::invalid(
                "harm",
                values.one("harm").unwrap_or_default(),
                "a rate or harm, not both",
            ));
        }
        if !query.by.iter().any(Dimension::is_place) {
            let given = query.by.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
            return Err(QueryError::invalid("by", &given, "a place to draw: cell:7 to cell:11, or area:LAYER"));
        }
        Ok(Self { query, window: values.whole("window").unwrap_or(1) as usize })
    }

    fn query(&mut self) -> &mut Query {
        &mut self.query
    }

    fn names(&self, ground: &Snapshot) -> Result<(), AskError> {
        names_beside(ground, &self.query)
    }

    fn answer<'r>(&self, reader: &'r Exact<'r>) -> Result<Answer<'r>, AskError> {
        self.counted(reader)
    }

    fn counted<'r>(&self, reader: &'r dyn Reader) -> Result<Answer<'r>, AskError> {
        let breaks = breaks(reader, &self.query, self.window)?;
        let text = breaks.breaks.iter().map(|limit| format!("from {limit}")).collect();
        let column = Column::new("from", ColumnValues::Numbers(breaks.breaks.clone()));
        Ok(Answer::sentences(text, breaks, Rows { columns: vec![column], places: Vec::new() }))
    }
}

/// Lower limits of the classes above zero, ascending; the first is the smallest value there is.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, schemars::JsonSchema)]
pub struct Breaks {
    /// Lower limits; a value belongs to the last one that it reaches.
    pub breaks: Vec<f64>,
    /// Largest value.
    pub max: f64,
    /// Months of each value pooled.
    pub window_months: usize,
}

/// Works out class limits for the first place dimension of a query: counts (or rates, or harm) of every place in every
/// run of `window_months` months, over all months there are, whatever period the query asks for.
///
/// # Errors
/// [`AskError`] as for a count.
pub fn breaks(reader: &dyn Reader, query: &Query, window_months: usize) -> Result<Breaks, AskError> {
    let ground = reader.ground();
    let mut by: Vec<Dimension> = query.by.iter().filter(|d| d.is_place()).take(1).cloned().collect();
    let drawn = Query { by: by.clone(), ..query.clone() };
    let places = place_dimensions(ground, &drawn)?;
    check_rate(ground, &drawn, &places)?;
    let Some(place) = places.first() else {
        return Err(QueryError::invalid("by", "", "a place to draw: cell:7 to cell:11, or area:LAYER").into());
    };
    let weights = query.harm.as_deref().map(|set| weights_of(ground, set)).transpose()?;
    by.push(Dimension::Month);
    if weights.is_some() {
        by.push(Dimension::Category);
    }
    let width = by.len();
    let pooled = Query { by, from: None, to: None, zeros: false, top: None, rate: None, harm: None, ..query.clone() };
    let tally = reader.tally(&pooled)?;
    let months = tally.dimensions[1].texts.len();
    let window = window_months.clamp(1, months.max(1));
    let of_category: Option<Vec<f64>> = weights.map(|weights| {
        let weight = |text: &String| weights.get(&crate::model::fold(text)).copied().unwrap_or(0.0);
        tally.dimensions[2].texts.iter().map(weight).collect()
    });
    let mut series: HashMap<u64, Vec<f64>> = HashMap::new();
    for (key, &count) in tally.keys.chunks(width).zip(&tally.counts) {
        let weight = of_category.as_ref().map_or(1.0, |weights| weights[key[2] as usize]);
        series.entry(key[0]).or_insert_with(|| vec![0.0; months])[key[1] as usize] += weight * count as f64;
    }
    let key = |value: u64| match place {
        PlaceDimension::Cell(_) => PlaceKey::Cell(value),
        PlaceDimension::Area(layer) => PlaceKey::Area(*layer as u32, value as u32),
    };
    let mut values = Vec::new();
    for (place, of_place) in series {
        for run in of_place.windows(window) {
            let sum: f64 = run.iter().sum();
            let value = query.rate.as_ref().map_or(sum, |rate| rate_of(ground, rate, &key(place), sum as u64).1);
            if value > 0.0 {
                values.push(value);
            }
        }
    }
    Ok(limits(values, query.rate.is_none() && query.harm.is_none(), window))
}

fn limits(mut values: Vec<f64>, whole: bool, window_months: usize) -> Breaks {
    values.sort_by(f64::total_cmp);
    let (Some(&min), Some(&max)) = (values.first(), values.last()) else {
        return Breaks { window_months, ..Breaks::default() };
    };
    let mut breaks = vec![if whole { 1.0 } else { readable(min, false) }];
    for class in 1..CLASSES {
        let quantile = values[(values.len() - 1) * class / CLASSES];
        let limit = readable(quantile, whole);
        let last = breaks.last().copied().unwrap_or(0.0);
        if limit > last && limit <= max {
            breaks.push(limit);
        } else if whole && last + 1.0 <= max {
            // Sparse counts: quantiles coincide; the next whole number still tells places apart.
            breaks.push(last + 1.0);
        }
    }
    Breaks { breaks, max, window_months }
}

/// Rounds to two digits, the second of them 0 or 5 from ten on; counts to whole numbers.
fn readable(value: f64, whole: bool) -> f64 {
    if whole && value < 20.0 {
        return value.round();
    }
    let magnitude = 10_f64.powf(value.log10().floor() - 1.0);
    let step = if whole { (5.0 * magnitude).max(5.0) } else { magnitude };
    let rounded = (value / step).round() * step;
    // Away from binary dust such as 0.30000000000000004.
    let digits = (2.0 - value.log10()).ceil().clamp(0.0, 12.0);
    (rounded * 10_f64.powf(digits)).round() / 10_f64.powf(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_readable_ascending_and_start_at_the_smallest() {
        let found = limits((1..=1000).map(f64::from).collect(), true, 1);
        assert_eq!(found.breaks, [1.0, 200.0, 400.0, 600.0, 800.0]);
        let sparse = limits(vec![1.0; 50].into_iter().chain([2.0, 3.0, 9.0]).collect(), true, 1);
        assert_eq!(sparse.breaks, [1.0, 2.0, 3.0, 4.0, 5.0]);
        let rates = limits((1..=100).map(|i| f64::from(i) / 7.0).collect(), false, 3);
        assert!(rates.breaks.windows(2).all(|w| w[0] < w[1]), "{rates:?}");
        assert_eq!(limits(vec![], true, 1).breaks, Vec::<f64>::new());
    }
}
