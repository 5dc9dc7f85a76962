//! Combinations of values as typed columns.

use std::sync::Arc;

use super::{harm::Harm, rate::rate_of};
use crate::{
    analysis::PlaceDimension,
    ask::{Column, ColumnValues, Combinations, PlaceKey, Rows, TallyDimension},
    model::{Dimension, Query, Rate},
    snapshot::{LayerArea, Snapshot},
};

/// Makes columns of combinations, piece by piece.
pub(super) struct Shaper<'r> {
    ground: &'r Snapshot,
    by: Vec<Dimension>,
    rate: Option<Rate>,
    pub(super) places: Vec<PlaceDimension>,
    /// Texts of each dimension that is no place.
    texts: Vec<Arc<Vec<String>>>,
    /// Codes and names of each layer asked for.
    areas: Vec<[Arc<Vec<String>>; 2]>,
    harm: Option<Harm>,
}

impl<'r> Shaper<'r> {
    pub(super) fn new(
        ground: &'r Snapshot,
        query: &Query,
        places: Vec<PlaceDimension>,
        dimensions: &[TallyDimension],
        harm: Option<Harm>,
    ) -> Self {
        let texts = dimensions.iter().map(|d| Arc::new(d.texts.clone())).collect();
        let all = |layer: usize, text: fn(&LayerArea) -> &String| {
            Arc::new(ground.layers[layer].areas.iter().map(|a| text(a).clone()).collect())
        };
        let areas = places.iter().map(|place| match place {
            PlaceDimension::Area(layer) => [all(*layer, |a| &a.code), all(*layer, |a| &a.name)],
            PlaceDimension::Cell(_) => Default::default(),
        });
        Self { ground, by: query.by.clone(), rate: query.rate.clone(), areas: areas.collect(), places, texts, harm }
    }

    /// The columns of some combinations.
    pub(super) fn rows(&self, piece: &Combinations) -> Rows {
        let mut columns = Vec::new();
        let mut keys = Vec::new();
        let mut places = self.places.iter().zip(&self.areas);
        for (i, dimension) in self.by.iter().enumerate() {
            if dimension.is_place() {
                let Some((place, areas)) = places.next() else { continue };
                if keys.is_empty() {
                    keys = piece.dimension(i).map(|value| key_of(place, value)).collect();
                }
                columns.extend(self.place_columns(place, areas, piece, i));
            } else {
                let of_row = piece.dimension(i).map(|value| value as u32).collect();
                columns.push(Column::new(
                    dimension.to_string(),
                    ColumnValues::Text { texts: self.texts[i].clone(), of_row },
                ));
            }
        }
        let counts = piece.counts().to_vec();
        let rates = self.rate_columns(&keys, &counts);
        columns.push(Column::new("count", ColumnValues::Counts(counts)));
        columns.extend(rates);
        columns.extend(self.harm.iter().flat_map(|harm| harm.columns(piece)));
        Rows { columns, places: keys }
    }

    fn place_columns(
        &self,
        place: &PlaceDimension,
        areas: &[Arc<Vec<String>>; 2],
        piece: &Combinations,
        i: usize,
    ) -> Vec<Column> {
        let PlaceDimension::Area(layer) = place else {
            return vec![Column::new("cell", ColumnValues::Cells(piece.dimension(i).collect()))];
        };
        let several = self.places.iter().filter(|p| matches!(p, PlaceDimension::Area(_))).count() > 1;
        let prefix = if several { self.ground.layers[*layer].name.as_str() } else { "area" };
        let of_row: Vec<u32> = piece.dimension(i).map(|value| value as u32).collect();
        let column = |part: &str, texts: &Arc<Vec<String>>| {
            let values = ColumnValues::Text { texts: texts.clone(), of_row: of_row.clone() };
            Column::new(format!("{prefix}_{part}"), values)
        };
        vec![column("code", &areas[0]), column("name", &areas[1])]
    }

    fn rate_columns(&self, keys: &[PlaceKey], counts: &[u64]) -> Vec<Column> {
        let Some(rate) = &self.rate else { return Vec::new() };
        let pairs = keys.iter().zip(counts).map(|(key, &count)| rate_of(self.ground, rate, key, count));
        let (denominators, rates) = pairs.unzip();
        vec![
            Column::new("denominator", ColumnValues::Numbers(denominators)),
            Column::new("rate", ColumnValues::Numbers(rates)),
        ]
    }
}

fn key_of(place: &PlaceDimension, value: u64) -> PlaceKey {
    match place {
        PlaceDimension::Cell(_) => PlaceKey::Cell(value),
        PlaceDimension::Area(layer) => PlaceKey::Area(*layer as u32, value as u32),
    }
}
